//! What was pinned for the remote of a push; where nothing was, the remote is asked, once.

use crate::git::remote::{Remotes, absolute};
use crate::hooks::pinning;
use crate::pins::{self, Pin};
use crate::source::push::Push;
use std::path::Path;
use vetogate_core::{Gap, GapCause, Place};

/// What is known of a remote before its tracking refs are believed.
#[derive(Debug, Default)]
pub struct KnownRemote {
    /// Where it is and what is trusted there; without it nothing here is believed.
    pub pin: Option<Pin>,
    /// What the answer was, where it was asked now.
    pub note: Option<String>,
    /// Why nothing is known.
    pub gap: Option<Gap>,
}

impl KnownRemote {
    /// Of a push. What is pushed elsewhere than fetched from, or to no remote, is not looked up: its refs tell nothing.
    pub fn find(push: Push<'_>, common_dir: &Path, remotes: &Remotes) -> Self {
        let fetched = remotes.fetched(push.remote).filter(|_| remotes.describes(push.remote, push.url));
        let Some(fetched) = fetched else { return Self::default() };
        let fetched = absolute(&fetched, Path::new("."));
        let pins = match pins::read(common_dir) {
            Ok(pins) => pins,
            Err(error) => return Self::unknown(&error.to_string()),
        };
        match pins.find(push.remote, &fetched, remotes) {
            Some(pin) if pin.is_at(&fetched) && !pin.is_open() => {
                Self { pin: Some(pin.clone()), ..Self::default() }
            }
            _ => match pinning::pin_pushed(push.remote, common_dir) {
                Ok((pin, note)) => Self { pin: Some(pin), note, gap: None },
                Err(error) => Self::unknown(&error.to_string()),
            },
        }
    }

    fn unknown(why: &str) -> Self {
        let detail = format!("{why}; what this clone knows of the remote counts for nothing");
        let gap = Gap::partial(GapCause::Pins, Place::Run("pins".into()), detail);
        Self { gap: Some(gap), ..Self::default() }
    }
}
