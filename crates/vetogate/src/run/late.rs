//! What the limit of time cut off, as one gap that says how to push in parts.

use super::{Outcome, Session};
use crate::git::listing::ListedCommit;
use vetogate_core::text::counted;
use vetogate_core::{Gap, GapCause, Place};

/// How much was to be looked at, and how much of it there was no time for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// Where the first of them stand.
    pub places: Vec<String>,
    /// Things that were not looked at.
    pub missed: usize,
    /// All of them.
    pub all: usize,
    /// Hits for which there was no time or no room.
    pub unlisted: usize,
    /// Hits of low confidence for which there was none.
    pub unlisted_low: usize,
    /// Whether it was room alone that was missing.
    pub in_time: bool,
}

impl Default for Late {
    fn default() -> Self {
        Self { places: Vec::new(), missed: 0, all: 0, unlisted: 0, unlisted_low: 0, in_time: true }
    }
}

/// So many places are named.
const NAMED: usize = 5;

impl Late {
    /// One more that there was no time for.
    pub fn miss(&mut self, place: &Place) {
        self.missed += 1;
        if self.places.len() < NAMED {
            self.places.push(place.to_string());
        }
    }
}

impl Session<'_> {
    /// Says once what was not looked at in time. `commits` are those of a push, newest first.
    pub(super) fn say_late(&self, outcome: &mut Outcome, commits: &[ListedCommit]) {
        self.say_unlisted(outcome);
        let Late { missed, all, .. } = outcome.late;
        if missed == 0 {
            return;
        }
        let places = outcome.late.places.join(", ");
        let more = missed.saturating_sub(outcome.late.places.len());
        let names = match (places.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => format!(": {places}"),
            (false, more) => format!(": {places} and {more} more"),
        };
        let part = part(commits, &outcome.late).map_or_else(String::new, |commit| {
            format!("; commit {} and what is before it may fit", commit.oid.short())
        });
        let (objects, were) = (counted(all, "object"), if missed == 1 { "was" } else { "were" });
        let detail =
            format!("{missed} of {objects} {were} not looked at within {} s{names}{part}", self.seconds());
        outcome.gaps.push(Gap::unread(GapCause::TimeOut, Place::Run("time".into()), detail));
    }
}

/// The commit up to which half of what was done in time can be expected to be done again, or a sixteenth of all where
/// little was done, which says little; `None` where the push can't be divided.
fn part<'a>(commits: &'a [ListedCommit], late: &Late) -> Option<&'a ListedCommit> {
    let count = commits.len();
    let half = count * (late.all - late.missed) / late.all / 2;
    commits.get(count.checked_sub(half.max(count / 16).max(1))?).filter(|_| count > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_core::ObjectId;

    #[test]
    fn a_part_is_half_of_what_was_done_and_at_least_one_commit() {
        let oid = |number: usize| ObjectId::from_hex(format!("{number:040x}").as_bytes()).unwrap();
        let commits: Vec<ListedCommit> =
            (0..100).map(|number| ListedCommit { oid: oid(number), parents: vec![] }).collect();
        let at = |count: usize, missed, all| {
            part(&commits[..count], &Late { missed, all, ..Late::default() }).map(|commit| commit.oid)
        };
        assert_eq!(at(100, 600, 1000), Some(oid(80)));
        assert_eq!(at(100, 1000, 1000), Some(oid(94)));
        assert_eq!(at(2, 1, 6), Some(oid(1)));
        assert_eq!((at(1, 1, 2), at(0, 1, 2)), (None, None));
    }
}
