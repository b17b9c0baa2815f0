//! What a run found and saw.

use super::{ignore, ignores, late};
use crate::engine::findings::{Candidate, Redactor, findings, merge};
use crate::engine::inline::Inline;
use crate::report::Counts;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use vetogate_core::suppress::Suppression;
use vetogate_core::text::escape;
use vetogate_core::{Finding, Gap, Novelty, ObjectId, Secret};
use zeroize::Zeroizing;

/// What was found and seen, before it is judged.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Findings of all detectors.
    pub findings: Vec<Finding>,
    /// What was not looked at.
    pub gaps: Vec<Gap>,
    /// How much was.
    pub counts: Counts,
    /// What there was no time for.
    pub late: late::Late,
    /// The guessable values behind each fingerprint, which binds none of them.
    pub values: BTreeMap<String, Vec<Vec<Secret>>>,
    /// Knows the values of all of them.
    pub redactor: Arc<Redactor>,
    /// Ignores that stand in the text beside findings.
    pub ignores: Vec<Suppression>,
    /// What is to be said of ignores in the text.
    pub remarks: ignores::Remarks,
    /// Commits that pushed refs point at.
    pub tips: Vec<ObjectId>,
}

impl Outcome {
    /// Takes the findings of these candidates; `commits` are the ids of the listing.
    pub(super) fn take(&mut self, candidates: Vec<Candidate>, commits: &dyn Fn(usize) -> Option<ObjectId>) {
        self.take_values(&candidates);
        let merged = merge(candidates);
        self.remarks.beside(&merged);
        let ignores: Vec<Option<Inline>> =
            merged.iter().map(|candidate| candidate.hit.inline.clone()).collect();
        self.findings = findings(merged, commits);
        let ignored = self.findings.iter().zip(ignores);
        self.ignores = ignored.filter_map(|(finding, inline)| Some(ignore(finding, &inline?))).collect();
    }

    fn take_values(&mut self, candidates: &[Candidate]) {
        // Very many may have one fingerprint, which binds no value.
        let mut seen = HashSet::new();
        for candidate in candidates.iter().filter(|candidate| candidate.hit.guessable) {
            let fingerprint = candidate.fingerprint();
            let is_more = candidate.novelty != Novelty::Old
                && seen.insert((fingerprint.clone(), &candidate.hit.values));
            let values = self.values.entry(fingerprint).or_default();
            values.extend(is_more.then(|| candidate.hit.values.clone()));
        }
    }

    /// Masks known values in everything that is shown, whoever said it.
    pub(super) fn mask(&mut self, redactor: Redactor) {
        for finding in &mut self.findings {
            finding.location.place = redactor.place(&finding.location.place);
            finding.snippet = redactor.mask(&finding.snippet);
            if let Novelty::CopiedFrom(place) = &mut finding.novelty {
                *place = redactor.mask(place);
            }
        }
        self.remarks.mask(&redactor);
        for gap in &mut self.gaps {
            gap.place = redactor.place(&gap.place);
            gap.detail = redactor.mask(&gap.detail);
        }
        self.redactor = Arc::new(redactor);
    }

    /// An escaped text of the user's, which will be kept, with no value in it that was found. That it is seldom a secret
    /// is no reason to show a guess here: who writes the text has read of the finding.
    pub fn without_values(&self, text: &str) -> String {
        let guesses = self.values.values().flatten().flatten();
        let guesses = guesses.filter(|value| value.expose().len() >= LEAST_GUESS);
        guesses.fold(self.redactor.mask(text), |text, value| {
            text.replace(Zeroizing::new(escape(value.expose())).as_str(), "...")
        })
    }
}

/// A shorter guess stands in ordinary words.
const LEAST_GUESS: usize = 4;
