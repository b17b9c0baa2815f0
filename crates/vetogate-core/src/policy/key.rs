//! The keys of a policy that have one value: how each is shown, and which of two values lets more through.

use super::{Policy, TriageRules};

/// A key that has one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `posture`
    Posture,
    /// `min_confidence`
    MinConfidence,
    /// Whether medium findings veto, which a preset says.
    MediumVetoes,
    /// Whether the pack `guide-literal` runs, which a preset says.
    GuideLiteral,
    /// `override.allowed`
    OverrideAllowed,
    /// `override.proof`
    OverrideProof,
    /// `override.minutes`
    OverrideMinutes,
    /// `triage.signed`
    TriageSigned,
    /// `inline.allowed`
    InlineAllowed,
    /// `limits.seconds`
    Seconds,
    /// `repository`
    Repository,
}

impl Key {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Posture,
        Self::MinConfidence,
        Self::MediumVetoes,
        Self::GuideLiteral,
        Self::OverrideAllowed,
        Self::OverrideProof,
        Self::OverrideMinutes,
        Self::TriageSigned,
        Self::InlineAllowed,
        Self::Seconds,
        Self::Repository,
    ];

    /// As it is written in the file; what only a preset says, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Posture => "posture",
            Self::MinConfidence => "min_confidence",
            Self::MediumVetoes => "medium vetoes",
            Self::GuideLiteral => "guide-literal",
            Self::OverrideAllowed => "override.allowed",
            Self::OverrideProof => "override.proof",
            Self::OverrideMinutes => "override.minutes",
            Self::TriageSigned => "triage.signed",
            Self::InlineAllowed => "inline.allowed",
            Self::Seconds => "limits.seconds",
            Self::Repository => "repository",
        }
    }

    /// Its value, for people; `-` where there is none.
    pub fn value(self, policy: &Policy) -> String {
        match self {
            Self::Posture => policy.posture.to_string(),
            Self::MinConfidence => policy.min_confidence.to_string(),
            Self::MediumVetoes => policy.medium_vetoes.to_string(),
            Self::GuideLiteral => if policy.packs.guide_literal { "on" } else { "off" }.into(),
            Self::OverrideAllowed => policy.overrides.allowed.to_string(),
            Self::OverrideProof => policy.overrides.proof.to_string(),
            Self::OverrideMinutes => policy.overrides.minutes.to_string(),
            Self::TriageSigned => match policy.triage {
                TriageRules::Trusted => "false".into(),
                TriageRules::Signed => "true".into(),
                TriageRules::None => "none counts".into(),
            },
            Self::InlineAllowed => policy.inline_allowed.to_string(),
            Self::Seconds => policy.time_limit.as_secs().to_string(),
            Self::Repository => policy.repository.clone().unwrap_or_else(|| "-".into()),
        }
    }

    /// What is said where `new` lets more through than `old`; `None` where it does not.
    pub(super) fn loosened(self, old: &Policy, new: &Policy) -> Option<&'static str> {
        let (was, now) = (&old.overrides, &new.overrides);
        let (is_so, line) = match self {
            Self::Posture => (new.posture < old.posture, "the posture is lower"),
            Self::MinConfidence => {
                (new.min_confidence > old.min_confidence, "the least confidence is higher")
            }
            Self::MediumVetoes => (old.medium_vetoes && !new.medium_vetoes, "medium findings veto no more"),
            Self::GuideLiteral => {
                (old.packs.guide_literal && !new.packs.guide_literal, "the patterns of the guide are off")
            }
            Self::OverrideAllowed => (now.allowed && !was.allowed, "overrides are allowed"),
            Self::OverrideProof => (!now.proof.satisfies(was.proof), "an override takes a weaker proof"),
            Self::OverrideMinutes => (now.minutes > was.minutes, "an override holds longer"),
            Self::TriageSigned => (new.triage < old.triage, "triage counts unsigned"),
            Self::InlineAllowed => (new.inline_allowed && !old.inline_allowed, "ignores in the text count"),
            // What was not looked at does not pass, however long it was tried.
            Self::Seconds => (false, ""),
            Self::Repository => (
                new.repository != old.repository && old.repository.is_some(),
                "the repository is called otherwise",
            ),
        };
        is_so.then_some(line)
    }

    /// Whether what a floor says is to hold instead of what `policy` says.
    pub(super) fn tightens(self, policy: &Policy, floor: &Policy) -> bool {
        match self {
            // A limit is no matter of strictness: the built-in one gives way, of others the least holds.
            Self::Seconds => !policy.stated.contains_key(&self) || floor.time_limit < policy.time_limit,
            // It names one repository, and no floor can.
            Self::Repository => false,
            _ => self.loosened(floor, policy).is_some(),
        }
    }

    /// Copies its value.
    pub(super) fn copy(self, from: &Policy, into: &mut Policy) {
        match self {
            Self::Posture => into.posture = from.posture,
            Self::MinConfidence => into.min_confidence = from.min_confidence,
            Self::MediumVetoes => into.medium_vetoes = from.medium_vetoes,
            Self::GuideLiteral => into.packs.guide_literal = from.packs.guide_literal,
            Self::OverrideAllowed => into.overrides.allowed = from.overrides.allowed,
            Self::OverrideProof => into.overrides.proof = into.overrides.proof.and(from.overrides.proof),
            Self::OverrideMinutes => into.overrides.minutes = from.overrides.minutes,
            Self::TriageSigned => into.triage = from.triage,
            Self::InlineAllowed => into.inline_allowed = from.inline_allowed,
            Self::Seconds => into.time_limit = from.time_limit,
            Self::Repository => into.repository.clone_from(&from.repository),
        }
    }
}
