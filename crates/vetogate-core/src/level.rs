//! The four scales of the contract: severity, confidence, category, posture.

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Declares an ordered enum whose variants have one lower-case name, used in reports, policies and flags.
macro_rules! scale {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in reports, policies and flags.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                one_of(from, &[$($text),+], Self::ALL)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownLevel;

            fn from_str(text: &str) -> Result<Self, UnknownLevel> {
                Self::ALL.iter().copied().find(|level| level.as_str() == text).ok_or_else(|| UnknownLevel {
                    what: $what,
                    got: text.to_owned(),
                    expected: [$($text),+].join(", "),
                })
            }
        }
    };
}

/// One of a few words, and what it stands for. As serde derives it, but what is no word at all is told the words, too.
pub(crate) fn one_of<'de, D: Deserializer<'de>, T: Copy>(
    from: D,
    words: &'static [&'static str],
    values: &[T],
) -> Result<T, D::Error> {
    let word = from.deserialize_str(Word(words))?;
    values.get(word).copied().ok_or_else(|| D::Error::custom("a word that stands for nothing"))
}

/// Takes one of these words; gives its number.
struct Word(&'static [&'static str]);

impl Visitor<'_> for Word {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            let before = match index {
                0 => "",
                _ if index + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{before}\"{word}\"")?;
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        let found = self.0.iter().position(|word| *word == text);
        found.ok_or_else(|| E::unknown_variant(text, self.0))
    }
}

/// A word that is on none of the scales.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{got}`, expected one of: {expected}")]
pub struct UnknownLevel {
    what: &'static str,
    got: String,
    expected: String,
}

scale! {
    /// How bad it is, if it is true.
    Severity, "severity" {
        /// Listed.
        Low = "low",
        /// Warns; vetoes in high posture.
        Medium = "medium",
        /// Vetoes; one push may be let through in medium posture.
        High = "high",
        /// Vetoes, always.
        Critical = "critical",
    }
}

scale! {
    /// How sure it is that it is true.
    Confidence, "confidence" {
        /// The shape alone.
        Low = "low",
        /// Likely.
        Medium = "medium",
        /// All but certain.
        High = "high",
    }
}

scale! {
    /// The security posture of a project.
    Posture, "posture" {
        /// The default.
        Medium = "medium",
        /// Regulated data: medium and above must be remediated.
        High = "high",
    }
}

scale! {
    /// The category of a finding, as `--only` and `--skip` name it.
    Category, "category" {
        /// Secrets and private keys.
        Secrets = "secrets",
        /// Vulnerable code, with SQL and NoSQL injection.
        Code = "code",
        /// Personal data.
        Pii = "pii",
        /// Dockerfile, Compose.
        Containers = "containers",
        /// Vulnerable dependencies.
        Dependencies = "dependencies",
        /// Database configuration.
        Database = "database",
        /// GitHub Actions, GitLab CI.
        CiCd = "ci-cd",
        /// Everything else that is configured.
        Configuration = "configuration",
    }
}

scale! {
    /// How strong a person's word is, by what proves it.
    Proof, "proof" {
        /// Typed on a terminal: an intent is recorded, no person is proved.
        Typed = "typed",
        /// Signed by a listed key.
        Signed = "signed",
        /// Signed by a key in hardware that somebody touched.
        Hardware = "hardware",
        /// Signed by another person's key than that of the one who asks.
        SecondPerson = "second-person",
        /// The same, and both keys are in hardware and were touched.
        TouchedSecondPerson = "second-person-hardware",
    }
}

impl Proof {
    /// Whether it is what was asked for, or more. Two persons are no touch, and a touch is no second person.
    pub fn satisfies(self, asked: Self) -> bool {
        self >= asked && !(asked == Self::Hardware && self == Self::SecondPerson)
    }

    /// The least that satisfies both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self.satisfies(other) {
            self
        } else if other.satisfies(self) {
            other
        } else {
            Self::TouchedSecondPerson
        }
    }
}

impl Severity {
    /// One step down; `low` stays `low`.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_order_ascends() {
        for &severity in Severity::ALL {
            assert_eq!(severity.as_str().parse(), Ok(severity));
        }
        assert!(Severity::Low < Severity::Critical && Confidence::Low < Confidence::High);
    }

    #[test]
    fn an_unknown_word_says_what_was_expected() {
        let error = "urgent".parse::<Severity>().unwrap_err().to_string();
        assert_eq!(error, "unknown severity `urgent`, expected one of: low, medium, high, critical");
    }
}
