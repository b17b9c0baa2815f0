//! The limit of a run, and a shorter one for looking: a part of the time is kept for what has to be asked about what
//! was found, which would be lost with it.

use crate::deadline::{Deadline, Watch};
use std::time::{Duration, Instant};

/// The part of the time that looking leaves over, and the most of it.
const LEFT_OVER: (u32, Duration) = (8, Duration::from_secs(4));

/// Two clocks that run since `started`.
pub struct Clocks {
    /// The limit; `None` where there is none.
    pub limit: Option<Duration>,
    /// When the run began.
    pub started: Instant,
    /// Of the whole run.
    pub watch: Watch,
    /// Of the looking.
    pub looking: Watch,
    // They run as long as these live.
    _deadlines: [Deadline; 2],
}

impl Clocks {
    /// Clocks of a run that began then.
    pub fn since(started: Instant, limit: Option<Duration>) -> Self {
        let left = limit.map(|limit| limit.saturating_sub(started.elapsed()));
        let looking = left.map(|left| left - (left / LEFT_OVER.0).min(LEFT_OVER.1));
        let deadlines = [Deadline::start(left), Deadline::start(looking)];
        let [watch, looking] = deadlines.each_ref().map(Deadline::watch);
        Self { limit, started, watch, looking, _deadlines: deadlines }
    }

    /// What is left of the limit; `None` where there is none.
    pub fn left(&self) -> Option<Duration> {
        self.limit.map(|limit| limit.saturating_sub(self.started.elapsed()))
    }
}
