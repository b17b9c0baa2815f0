//! A finding: a rule, a place, and no byte of a secret.

use crate::{Confidence, Location, Rule, Severity};
use std::sync::Arc;

/// Whether the push answers for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Novelty {
    /// It is new: the push brings it.
    Introduced,
    /// The remote has the value at this place and the push copies it elsewhere: warns at most.
    CopiedFrom(String),
    /// Old debt: listed.
    Old,
}

/// One step of a flow, from source to sink.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Where.
    pub location: Location,
    /// What happens there.
    pub message: String,
}

/// A fix that can be applied: replace `start..end` (bytes of the file) by `text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// First byte.
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
    /// The replacement.
    pub text: String,
}

/// Something that is wrong. All text in it is masked and escaped: it may be shown, logged and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Arc<Rule>,
    /// Where.
    pub location: Location,
    /// How sure, in this place.
    pub confidence: Confidence,
    /// How bad, by the rule (the policy may say otherwise).
    pub severity: Severity,
    /// One identity for triage, override, dedupe and reports; see [`crate::digest`].
    pub fingerprint: String,
    /// The matching text, masked.
    pub snippet: String,
    /// The identifier that the value is assigned to, where there is one.
    pub identifier: Option<String>,
    /// What is said of this very finding, beyond the rule's description.
    pub note: Option<String>,
    /// New, copied or old.
    pub novelty: Novelty,
    /// From source to sink, where there is a flow.
    pub flow: Vec<Step>,
    /// Where a fix can be applied by itself.
    pub edits: Vec<Edit>,
}

impl Finding {
    /// The order of reports: worst first, then by place.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let key =
            |finding: &Self| (std::cmp::Reverse(finding.severity), std::cmp::Reverse(finding.confidence));
        key(self)
            .cmp(&key(other))
            .then_with(|| self.location.cmp(&other.location))
            .then_with(|| self.rule.id.cmp(&other.rule.id))
            .then_with(|| self.fingerprint.cmp(&other.fingerprint))
    }
}
