//! A suppression: why a finding does not count, by whose word, and until when.

use crate::{Finding, Place, Severity};
use globset::GlobMatcher;
use jiff::civil::Date;

/// What a suppression is about.
#[derive(Debug, Clone)]
pub enum Subject {
    /// One finding, by its fingerprint.
    Fingerprint(String),
    /// One finding on one line of one place.
    Line {
        /// The finding.
        fingerprint: String,
        /// Where it stands.
        place: Place,
        /// From 1.
        line: u64,
    },
    /// Every finding in files that match, of the rules that match (an empty list: of every rule).
    Paths {
        /// The files.
        glob: GlobMatcher,
        /// Rule ids, or families such as `secret/*`.
        rules: Vec<String>,
        /// Of what matches, these are not excluded: a floor keeps them on.
        except: Vec<String>,
    },
}

impl Subject {
    /// What such a suppression is called.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fingerprint(_) => "entry",
            Self::Line { .. } => "ignore",
            Self::Paths { .. } => "exclusion",
        }
    }
}

/// Where the word for it comes from, which decides how much it may suppress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// From what the remote already has, from the machine, or signed: counts for everything.
    Trusted,
    /// The push itself brings it, unsigned: counts for nothing above medium.
    Brought,
}

/// One suppression.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// What it is about.
    pub subject: Subject,
    /// Whose word it is.
    pub standing: Standing,
    /// File and line where it stands, such as `.veto/policy.toml:12`.
    pub source: String,
    /// Who answers for it, where that is recorded.
    pub who: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

impl Suppression {
    /// Whether it is about this finding, whatever its standing and its end.
    pub fn covers(&self, finding: &Finding) -> bool {
        match &self.subject {
            Subject::Fingerprint(fingerprint) => *fingerprint == finding.fingerprint,
            Subject::Line { fingerprint, place, line } => {
                let at = &finding.location;
                *fingerprint == finding.fingerprint && *place == at.place && *line == at.span.line
            }
            Subject::Paths { glob, rules, except } => {
                let is_any = |patterns: &[String]| {
                    patterns.iter().any(|pattern| rule_matches(pattern, &finding.rule.id))
                };
                let is_of_all = rules.is_empty() && finding.rule.id != GUARD;
                finding.location.place.path().is_some_and(|path| glob.is_match(path))
                    && (is_of_all || is_any(rules))
                    && !is_any(except)
            }
        }
    }

    /// Whether it has ended. The last day still counts.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether its standing is enough for a finding of this severity.
    pub fn may_lower(&self, severity: Severity) -> bool {
        self.standing == Standing::Trusted || severity <= Severity::Medium
    }
}

/// The rule that guards the gate itself: nothing is about it that does not name it.
pub const GUARD: &str = "config/veto-loosened";

/// `secret/aws-access-key`, `secret/*` and `*` match `secret/aws-access-key`.
pub fn rule_matches(pattern: &str, rule: &str) -> bool {
    let is_family =
        || pattern.strip_suffix("/*").is_some_and(|family| rule.split('/').next() == Some(family));
    pattern == rule || (rule != GUARD && (pattern == "*" || is_family()))
}

#[cfg(test)]
mod tests {
    use super::{GUARD, rule_matches};

    #[test]
    fn rules_match_by_name_family_or_all() {
        assert!(rule_matches("secret/x", "secret/x") && rule_matches("secret/*", "secret/x"));
        assert!(rule_matches("*", "secret/x"));
        assert!(rule_matches(GUARD, GUARD) && !rule_matches("*", GUARD) && !rule_matches("config/*", GUARD));
        assert!(!rule_matches("secret/*", "secrets/x") && !rule_matches("secret/xy", "secret/x"));
    }
}
