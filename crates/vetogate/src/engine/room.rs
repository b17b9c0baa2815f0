//! How many hits of a content are kept: a file of a million passwords must not take gigabytes.

use vetogate_core::Confidence;
use vetogate_detect::Hit;

/// Hits of one content that are kept: more than anybody reads.
const MOST: usize = 20_000;
/// Of these, of low confidence, which vetoes nothing by default.
const MOST_LOW: usize = 1_000;
/// Hits that are kept of all contents together.
const ALL: usize = 50_000;
/// Hits of one content that are kept, however many others have.
const LEAST: usize = 16;

/// What is missing of the hits of a content, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Short {
    /// So many of low confidence are not listed.
    Low(usize),
    /// So many are not listed.
    Unlisted(usize),
    /// The content was not looked at whole.
    Unseen,
}

/// The room that is left for the hits of a content.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    low: usize,
    other: usize,
    /// Whether what is of low confidence may veto, by the policy: then it is as any other.
    low_counts: bool,
    /// What did not fit.
    pub short: Option<Short>,
}

impl Default for Room {
    fn default() -> Self {
        Self::beside(0, false)
    }
}

impl Room {
    /// Of a content, where so many hits of others are kept.
    pub fn beside(kept: usize, low_counts: bool) -> Self {
        let left = ALL.saturating_sub(kept).max(LEAST);
        Self { low: left.min(MOST_LOW), other: left.min(MOST), low_counts, short: None }
    }

    /// Leaves what there is room for, and counts the rest.
    pub fn take(&mut self, found: &mut Vec<Hit>) {
        let may_veto = self.low_counts;
        found.retain(|hit| self.fits(hit.confidence == Confidence::Low && !may_veto));
    }

    fn fits(&mut self, is_low: bool) -> bool {
        let room = if is_low { &mut self.low } else { &mut self.other };
        if let Some(left) = room.checked_sub(1) {
            *room = left;
            return true;
        }
        self.short = Some(match (self.short, is_low) {
            (Some(Short::Unlisted(count)), false) => Short::Unlisted(count + 1),
            (_, false) => Short::Unlisted(1),
            (Some(Short::Low(count)), true) => Short::Low(count + 1),
            (None, true) => Short::Low(1),
            (Some(other), true) => other,
        });
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_veto_is_not_pushed_out_by_what_does_not() {
        let mut room = Room::default();
        assert_eq!((0..MOST_LOW + 5).filter(|_| room.fits(true)).count(), MOST_LOW);
        assert_eq!(room.short, Some(Short::Low(5)));
        assert_eq!((0..MOST + 2).filter(|_| room.fits(false)).count(), MOST);
        assert_eq!(room.short, Some(Short::Unlisted(2)));
        assert!(!room.fits(true));
        assert_eq!(room.short, Some(Short::Unlisted(2)), "what weighs more is said");
    }

    #[test]
    fn each_content_has_some() {
        let mut room = Room::beside(10 * ALL, false);
        assert_eq!((0..1000).filter(|_| room.fits(false)).count(), LEAST);
        assert!(Short::Low(9) < Short::Unlisted(1) && Short::Unlisted(9) < Short::Unseen);
    }
}
