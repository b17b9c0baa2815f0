//! More hits than there is time for: the worst are taken, and the rest is a gap.
//!
//! Whoever pushes a million of them, to wear the gate out, is vetoed all the same.

use super::late::Late;
use super::{Outcome, Session};
use crate::engine::RawHit;
use std::cmp::Reverse;
use std::time::Duration;
use vetogate_core::{Confidence, Gap, GapCause, Place, Severity};

/// What comes after looking (comparing, masking, showing) takes less than this for each hit, measured.
const EACH: Duration = Duration::from_micros(50);

/// So many are taken at most: each place of a content counts.
pub(super) const MOST: usize = 100_000;

/// So many are taken whatever the time: more than anybody reads.
const LEAST: usize = 1000;

impl Session<'_> {
    /// Leaves of what was found as much as there is time and room for, and counts the rest, which is never taken for
    /// clean.
    pub(super) fn fit<T>(&self, found: &mut Vec<T>, hit: impl Fn(&T) -> &RawHit, outcome: &mut Outcome) {
        let in_time = self.clocks.left().map_or(usize::MAX, room);
        let room = in_time.min(MOST);
        if found.len() <= room {
            return;
        }
        worst(found, &hit);
        for left_out in found.drain(room..) {
            let late = &mut outcome.late;
            if hit(&left_out).confidence == Confidence::Low && !self.low_counts() {
                late.unlisted_low += 1;
            } else {
                late.unlisted += 1;
            }
        }
        outcome.late.in_time &= room < in_time;
    }

    /// Says once how many hits were left out.
    pub(super) fn say_unlisted(&self, outcome: &mut Outcome) {
        let Late { unlisted, unlisted_low, in_time, .. } = outcome.late;
        let place = || Place::Run("hits".into());
        if unlisted > 0 {
            let (cause, why) = if in_time {
                (GapCause::Limit, "more than are kept and compared with what was there before".to_owned())
            } else {
                let seconds = self.seconds();
                let why = format!(
                    "there was no time to compare them with what was there before within {seconds} s"
                );
                (GapCause::TimeOut, why)
            };
            let detail =
                format!("{unlisted} hits more are not listed: {why}; those that are listed are the worst");
            outcome.gaps.push(Gap::unread(cause, place(), detail));
        }
        // These veto nothing, and are no reason to.
        if unlisted_low > 0 {
            let detail = format!("{unlisted_low} hits of low confidence more are not listed");
            outcome.gaps.push(Gap::partial(GapCause::Limit, place(), detail));
        }
    }
}

/// For how many hits the time will do.
fn room(left: Duration) -> usize {
    usize::try_from(left.as_nanos() / EACH.as_nanos()).map_or(usize::MAX, |room| room.max(LEAST))
}

/// Sorts the worst to the beginning; equals in the order in which they stood.
fn worst<T>(found: &mut [T], hit: impl Fn(&T) -> &RawHit) {
    let rank = |one: &T| {
        let hit = hit(one);
        Reverse((hit.severity.min(shown(hit)), hit.confidence, !hit.guessable))
    };
    found.sort_by_key(rank);
}

/// What is of low confidence vetoes nothing, however severe it is.
fn shown(hit: &RawHit) -> Severity {
    if hit.confidence == Confidence::Low { Severity::Low } else { Severity::Critical }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::text::Scanner;
    use crate::engine::workers::PROSE;
    use vetogate_rules::template::generate;

    fn hits(text: &str) -> Vec<RawHit> {
        let mut scanner = Scanner::new(PROSE);
        scanner.feed(text.as_bytes());
        scanner.finish().0
    }

    #[test]
    fn what_is_sure_is_not_pushed_out_by_guesses() {
        let token = generate("{crc32-base62:ghp_}").unwrap();
        let guesses: String = (0..50).map(|number| format!("db_password = \"Xq{number}-k7Lw\"\n")).collect();
        let mut found = hits(&format!("{guesses}{token}\n"));
        assert!(found.len() > 2 && found[0].guessable);
        worst(&mut found, |hit| hit);
        assert!(!found[0].guessable && found[1].guessable);
    }

    #[test]
    fn there_is_always_room_for_some() {
        assert_eq!(room(Duration::ZERO), LEAST);
        assert_eq!(room(Duration::from_secs(60)), 1_200_000);
    }
}
