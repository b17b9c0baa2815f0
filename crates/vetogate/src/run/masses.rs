//! More hits than there is time for: the worst are taken, and the rest is a gap.
//!
//! Whoever pushes a million of them, to wear the gate out, is vetoed all the same.

use super::{Outcome, Session};
use crate::engine::RawHit;
use std::cmp::Reverse;
use std::time::Duration;
use vetogate_core::{Gap, GapCause, Place};

/// What comes after looking (comparing, masking, showing) takes less than this for each hit, measured.
const EACH: Duration = Duration::from_micros(50);

/// So many are taken whatever the time: more than anybody reads.
const LEAST: usize = 1000;

impl Session<'_> {
    /// Leaves of what was found as much as there is time for, and counts the rest, which is never taken for clean.
    pub(super) fn fit<T>(&self, found: &mut Vec<T>, hit: impl Fn(&T) -> &RawHit, outcome: &mut Outcome) {
        let (all, room) = (found.len(), self.clocks.left().map_or(usize::MAX, room));
        if all > room {
            worst(found, room, hit);
            outcome.late.unlisted += all - room;
        }
    }

    /// Says once how many hits were left out.
    pub(super) fn say_unlisted(&self, outcome: &mut Outcome) {
        let (unlisted, seconds) = (outcome.late.unlisted, self.seconds());
        if unlisted == 0 {
            return;
        }
        let detail = format!(
            "{unlisted} hits more are not listed: there was no time to compare them with what was there before within \
             {seconds} s; those that are listed are the worst"
        );
        outcome.gaps.push(Gap::unread(GapCause::TimeOut, Place::Run("hits".into()), detail));
    }
}

/// For how many hits the time will do.
fn room(left: Duration) -> usize {
    usize::try_from(left.as_nanos() / EACH.as_nanos()).map_or(usize::MAX, |room| room.max(LEAST))
}

/// Leaves the worst, those first; equals in the order in which they stood.
fn worst<T>(found: &mut Vec<T>, room: usize, hit: impl Fn(&T) -> &RawHit) {
    let rank = |one: &T| {
        let hit = hit(one);
        Reverse((hit.severity, hit.confidence, !hit.guessable))
    };
    found.sort_by_key(rank);
    found.truncate(room);
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
        worst(&mut found, 2, |hit| hit);
        assert_eq!(found.len(), 2);
        assert!(!found[0].guessable && found[1].guessable);
    }

    #[test]
    fn there_is_always_room_for_some() {
        assert_eq!(room(Duration::ZERO), LEAST);
        assert_eq!(room(Duration::from_secs(60)), 1_200_000);
    }
}
