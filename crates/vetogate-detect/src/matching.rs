//! The first stage of matching: which rules have an anchor in a text, and where.
//!
//! One pass over the bytes for all detectors, a hash of the last three of them, a bitmap of the hashes that begin a
//! comparison. Nothing is built at start; the tables come from `build.rs`.

use crate::{binary_keys, generic, uri};
use std::ops::Range;
use vetogate_core::{Category, Confidence, Cwe, Detects, Rule, Severity};
use vetogate_rules::trigram::{self, Anchor, WORDS};
use vetogate_rules::verify::Verifier;
use vetogate_rules::{Class, RuleSpec};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The hashes that some detector looks for.
static ALL: [u64; WORDS] = {
    let mut bits = BITMAP;
    let mut at = 0;
    while at < WORDS {
        bits[at] |= generic::BITMAP[at] | binary_keys::BITMAP[at] | uri::BITMAP[at] | uri::PARAMETERS[at];
        at += 1;
    }
    bits
};

/// Where in a text an anchor of a data rule or a word of an identifier may stand: offsets of windows of three bytes,
/// with their hashes, in order.
#[derive(Debug, Default)]
pub struct Candidates(Vec<(usize, usize)>);

impl Candidates {
    /// Goes over the text.
    pub fn of(bytes: &[u8]) -> Self {
        let mut found = Vec::new();
        trigram::candidates(bytes, &ALL, |at, hash| found.push((at, hash)));
        Self(found)
    }

    /// Those of one bitmap.
    pub(crate) fn of_bitmap(&self, bitmap: &[u64; WORDS]) -> impl Iterator<Item = (usize, usize)> {
        self.0.iter().copied().filter(|(_, hash)| trigram::bit(bitmap, *hash) & 1 != 0)
    }
}

/// Calls `on` with the index of each rule that has an anchor in `bytes`, and the anchor's offset, in order.
pub(crate) fn anchors(bytes: &[u8], candidates: &Candidates, mut on: impl FnMut(usize, usize)) {
    candidates.of_bitmap(&BITMAP).for_each(|(at, hash)| compare(bytes, at, hash, &mut on));
}

#[inline(never)]
fn compare(bytes: &[u8], at: usize, hash: usize, on: &mut impl FnMut(usize, usize)) {
    let first = ANCHORS.partition_point(|(bucket, _)| (*bucket as usize) < hash);
    for (_, anchor) in ANCHORS[first..].iter().take_while(|(bucket, _)| *bucket as usize == hash) {
        let Some(start) = at.checked_sub(anchor.offset) else { continue };
        let Some(text) = bytes.get(start..start + anchor.text.len()) else { continue };
        if text.eq_ignore_ascii_case(anchor.text.as_bytes()) {
            on(anchor.rule, start);
        }
    }
}

/// Ranges in which each rule has to be tried: windows around its anchors, merged where they touch, so that the work
/// stays linear however often an anchor repeats.
pub(crate) fn windows(
    bytes: &[u8],
    candidates: &Candidates,
    reach: impl Fn(usize) -> (usize, usize),
) -> Vec<(usize, Vec<Range<usize>>)> {
    let mut found: Vec<(usize, Vec<Range<usize>>)> = Vec::new();
    anchors(bytes, candidates, |rule, at| {
        let (before, after) = reach(rule);
        let range = at.saturating_sub(before)..(at + after).min(bytes.len());
        let index = found.iter().position(|(index, _)| *index == rule).unwrap_or_else(|| {
            found.push((rule, Vec::new()));
            found.len() - 1
        });
        match found[index].1.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => found[index].1.push(range),
        }
    });
    found.sort_by_key(|(rule, _)| *rule);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_anchor_is_seen_at_every_place_in_either_case() {
        for (_, anchor) in ANCHORS {
            for text in [anchor.text.to_owned(), anchor.text.to_ascii_uppercase()] {
                for before in 0..4 {
                    let bytes = ["~".repeat(before), text.clone(), "~".into()].concat();
                    let mut seen = Vec::new();
                    let candidates = Candidates::of(bytes.as_bytes());
                    anchors(bytes.as_bytes(), &candidates, |rule, at| seen.push((rule, at)));
                    assert!(seen.contains(&(anchor.rule, before)), "{} at {before}", anchor.text);
                }
            }
        }
    }

    #[test]
    fn windows_merge() {
        let Some((_, anchor)) = ANCHORS.first() else { return };
        let bytes = [anchor.text, anchor.text].join("~~~~");
        let found = windows(bytes.as_bytes(), &Candidates::of(bytes.as_bytes()), |_| (8, 64));
        let (_, ranges) = found.iter().find(|(rule, _)| *rule == anchor.rule).unwrap();
        assert_eq!(ranges.len(), 1);
    }
}
