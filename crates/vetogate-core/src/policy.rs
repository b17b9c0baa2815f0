//! The policy: what a project decided, read from `.veto/policy.toml` on its trusted branch.
//!
//! [`Policy::parse`] turns the text into meaning; a wrong key or value is an error with its place, never ignored.

mod file;
mod floor;
mod key;
mod loosened;
mod unknown;

pub use key::Key;

use crate::digest::sha256;
use crate::suppress::{Standing, Subject, Suppression};
use crate::{Confidence, Packs, Posture, Proof, Severity};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What the policy says of the rules that a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    /// A rule id, or a family such as `secret/*`.
    pub pattern: String,
    /// The severity, where it differs from the rule's own.
    pub severity: Option<Severity>,
    /// Whether the rule is on, where that is said.
    pub enabled: Option<bool>,
    /// Why it is off.
    pub reason: Option<String>,
    /// File and line where it stands.
    pub source: String,
}

/// How a push may be let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overrides {
    /// Whether at all.
    pub allowed: bool,
    /// What the word of the one who lets it through has to be proved by, at least.
    pub proof: Proof,
    /// How long it holds, in minutes: from 1 to 60.
    pub minutes: u8,
}

impl Default for Overrides {
    fn default() -> Self {
        Self { allowed: true, proof: Proof::Typed, minutes: 15 }
    }
}

/// What triage is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TriageRules {
    /// An entry on the trusted branch counts, signed or not.
    Trusted,
    /// An entry has to be signed, also on the trusted branch.
    Signed,
    /// None counts.
    None,
}

/// A policy in force.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The posture that it asks for.
    pub posture: Posture,
    /// Findings of less confidence are shown one severity lower and warn at most.
    pub min_confidence: Confidence,
    /// Findings of medium severity veto in every posture.
    pub medium_vetoes: bool,
    /// Whether and how one push may be let through.
    pub overrides: Overrides,
    /// What triage is worth.
    pub triage: TriageRules,
    /// Whether ignores in the text count.
    pub inline_allowed: bool,
    /// What signed entries call this repository; its first commit where nothing is said.
    pub repository: Option<String>,
    /// Wall-clock limit of a hook.
    pub time_limit: Duration,
    /// The packs of rules that run beside the others.
    pub packs: Packs,
    /// Settings per rule; the last that matches wins.
    pub rules: Vec<RuleSetting>,
    /// Settings of others that may only tighten: each raises a severity, or keeps a rule on.
    pub floors: Vec<Vec<RuleSetting>>,
    /// Paths that are excluded, each with its reason and end.
    pub exclusions: Vec<Suppression>,
    /// URLs of remotes whose history is public: what they have warns at most.
    pub public: Vec<String>,
    /// Where each value that is not built-in is written.
    pub stated: BTreeMap<Key, String>,
    /// Where it was read from, such as `origin/main:.veto/policy.toml`, or `built-in`.
    pub source: String,
    /// SHA-256 of its text; of the built-in one, of the empty text.
    pub digest: String,
}

/// What is wrong with a policy file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// The file.
    pub source_name: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.source_name, self.line, self.column, self.message)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            posture: Posture::Medium,
            min_confidence: Confidence::Medium,
            medium_vetoes: false,
            overrides: Overrides::default(),
            triage: TriageRules::Trusted,
            inline_allowed: true,
            repository: None,
            time_limit: Duration::from_secs(60),
            packs: Packs::default(),
            rules: Vec::new(),
            floors: Vec::new(),
            exclusions: Vec::new(),
            public: Vec::new(),
            stated: BTreeMap::new(),
            source: "built-in".into(),
            digest: sha256("vetogate/policy/v1", &[b""]),
        }
    }
}

/// What the preset `guide` says.
const GUIDE: [Key; 2] = [Key::GuideLiteral, Key::MinConfidence];

/// What the preset `strict` says.
const STRICT: [Key; 3] = [Key::MinConfidence, Key::MediumVetoes, Key::TriageSigned];

impl Policy {
    /// The built-in preset `strict`: low confidence counts in full, medium vetoes.
    pub fn strict() -> Self {
        let triage = TriageRules::Signed;
        Self { min_confidence: Confidence::Low, medium_vetoes: true, triage, ..Self::default() }
    }

    /// The preset `guide`: the security guide to the letter. It knows no doubt ("no exceptions"), so low confidence counts
    /// in full.
    pub fn guide() -> Self {
        let packs = Packs { guide_literal: true };
        Self { packs, min_confidence: Confidence::Low, ..Self::default() }
    }

    /// What holds where the policy on the remote can't be understood, and `last` is the last one that could be:
    /// whichever is stricter, in everything; without triage and override.
    pub fn fallback_after(last: &Self) -> Self {
        Self::fallback().tighten(last)
    }

    /// `strict`, without triage and override: what holds where the policy on the remote can't be understood.
    pub fn fallback() -> Self {
        let overrides = Overrides { allowed: false, ..Overrides::default() };
        let (triage, inline_allowed) = (TriageRules::None, false);
        let source = "built-in strict";
        let keys = [Key::OverrideAllowed, Key::TriageSigned, Key::InlineAllowed].into_iter().chain(STRICT);
        let stated = keys.map(|key| (key, source.to_owned())).collect();
        Self { overrides, triage, inline_allowed, source: source.into(), stated, ..Self::strict() }
    }

    /// Reads a policy file. `source` names it in errors and reports.
    ///
    /// # Errors
    /// An unknown key, a wrong value, an exclusion without reason or end: the first of them, with its place.
    pub fn parse(text: &str, source: &str) -> Result<Self, PolicyError> {
        file::parse(text, source)
    }

    /// Reads a policy file that may only tighten others: that of the machine, or of the user. What would let more
    /// through than nothing said is an error; `[[public]]` may stand in it, and in no other.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_floor(text: &str, source: &str) -> Result<Self, PolicyError> {
        file::parse_floor(text, source)
    }

    /// Severity of a rule under this policy.
    pub fn severity(&self, rule: &str, own: Severity) -> Severity {
        let says = |setting: &RuleSetting| setting.severity;
        let said = floor::last(&self.rules, rule, says).unwrap_or(own);
        self.floors.iter().filter_map(|floor| floor::last(floor, rule, says)).fold(said, Severity::max)
    }

    /// Whether a rule runs: its pack is on, and no setting switches it off.
    pub fn runs(&self, rule: &str) -> bool {
        self.packs.allow(rule) && self.disabled(rule).is_none()
    }

    /// The setting that switches a rule off, where one does.
    pub fn disabled(&self, rule: &str) -> Option<&RuleSetting> {
        let enabled = |setting: &RuleSetting| setting.enabled;
        let says = |setting: &&RuleSetting| {
            setting.enabled.is_some() && crate::suppress::rule_matches(&setting.pattern, rule)
        };
        let last = self.rules.iter().rev().find(says).filter(|setting| setting.enabled == Some(false))?;
        let is_kept = self.floors.iter().any(|floor| floor::last(floor, rule, enabled) == Some(true));
        (!is_kept).then_some(last)
    }
}

/// A path exclusion as a suppression that counts for everything.
fn exclusion(
    glob: globset::GlobMatcher,
    rules: Vec<String>,
    source: String,
    reason: String,
    until: jiff::civil::Date,
) -> Suppression {
    let subject = Subject::Paths { glob, rules, except: Vec::new() };
    Suppression { subject, standing: Standing::Trusted, source, who: None, reason, until: Some(until) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_after_a_broken_one_is_stricter_in_everything() {
        let text = "preset = \"guide\"\nposture = \"high\"\n[rules.\"secret/x\"]\nseverity = \"low\"\n[rules.\"config/y\"]\nseverity = \"high\"\n[rules.\"secret/z\"]\nenabled = false\nreason = \"r\"\n";
        let last = Policy::parse(text, "p").unwrap();
        let policy = Policy::fallback_after(&last);
        assert_eq!((policy.posture, policy.medium_vetoes), (Posture::High, true));
        assert!(policy.packs.guide_literal);
        assert_eq!(policy.severity("secret/x", Severity::Critical), Severity::Critical);
        assert_eq!(policy.severity("config/y", Severity::Medium), Severity::High);
        assert!(policy.disabled("secret/z").is_none() && policy.exclusions.is_empty());
        assert!(!policy.overrides.allowed && policy.triage == TriageRules::None);
    }
}
