//! An entry of triage: what somebody decided about one finding, in a file of its own.
//!
//! `.veto/triage.d/<fingerprint>.toml`. One file an entry, so that two branches that both triaged merge clean. A signed
//! entry names the repository that it is for, a serial number and an end: else it would count in any repository, and an
//! old version of it for ever.

use crate::level::one_of;
use crate::suppress::{Standing, Subject, Suppression};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Where entries lie.
pub const FOLDER: &str = ".veto/triage.d";

/// The highest version of an entry; no one decides anew so often.
pub const MOST_SERIAL: u32 = 1_000_000;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is none.
    FalsePositive,
    /// It is one, and is lived with.
    AcceptedRisk,
    /// It is repaired: suppresses nothing, and is said when the finding comes back.
    Fixed,
    /// The decision is taken back: wins over every older version of the entry.
    Withdrawn,
}

impl Status {
    /// Every one, in the order of help.
    pub const ALL: [Self; 4] = [Self::FalsePositive, Self::AcceptedRisk, Self::Fixed, Self::Withdrawn];

    /// The name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FalsePositive => "false-positive",
            Self::AcceptedRisk => "accepted-risk",
            Self::Fixed => "fixed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        one_of(from, &["false-positive", "accepted-risk", "fixed", "withdrawn"], &Self::ALL)
    }
}

impl std::str::FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|status| status.as_str()).collect();
            format!("expected one of: {}", names.join(", "))
        })
    }
}

/// What is written in an entry. All text in it is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The finding.
    pub fingerprint: String,
    /// The rule that found it.
    pub rule: String,
    /// Where it stood, for people.
    pub path: String,
    /// What was decided.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// Who says so: no proof.
    pub who: String,
    /// When it was decided.
    #[serde(deserialize_with = "date")]
    pub created: Date,
    /// The last day on which it counts.
    #[serde(default, deserialize_with = "some_date", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The repository that it is for; of a signed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Which version of the entry this is, from 1.
    pub serial: u32,
    /// Of a guessable value, which its fingerprint does not bind: salted Argon2id hashes of the values that were seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// An SSH signature, armored, over the canonical form without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// A date of TOML, or the same in quotes.
fn date<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let value = toml::Value::deserialize(from)?;
    let text = match &value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(date) => date.to_string(),
        other => other.type_str().to_owned(),
    };
    text.parse().map_err(|_| serde::de::Error::custom("no date; expected one such as 2027-01-31"))
}

fn some_date<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    date(from).map(Some)
}

impl Entry {
    /// Reads the entry in the file that is called `name`.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence that begins with the place.
    pub fn parse(text: &[u8], name: &str) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|_| format!("{name}: not UTF-8"))?;
        if let Some(line) = text.lines().position(|line| line.starts_with("<<<<<<<")) {
            return Err(format!("{name}:{}: the mark of a merge conflict; resolve it", line + 1));
        }
        let entry: Self = toml::from_str(text).map_err(|error| {
            let before = &text[..text.floor_char_boundary(error.span().map_or(0, |span| span.start))];
            format!("{name}:{}: {}", before.matches('\n').count() + 1, error.message().trim_end())
        })?;
        let file = name.rsplit('/').next().unwrap_or(name);
        if file != Self::file_name(&entry.fingerprint) {
            return Err(format!("{name}: it is about {}, and its name has to say so", entry.fingerprint));
        }
        if !(1..=MOST_SERIAL).contains(&entry.serial) {
            return Err(format!("{name}: its serial is not between 1 and {MOST_SERIAL}"));
        }
        if entry.reason.trim().is_empty() {
            return Err(format!("{name}: it has no reason"));
        }
        Ok(entry)
    }

    /// The name of the file of a finding.
    pub fn file_name(fingerprint: &str) -> String {
        format!("{fingerprint}.toml")
    }

    /// The path of the file of a finding.
    pub fn path_of(fingerprint: &str) -> String {
        format!("{FOLDER}/{}", Self::file_name(fingerprint))
    }

    /// What a signature is over: JSON without blanks, keys in the order of this type.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let bare = Self { signature: None, ..self.clone() };
        serde_json::to_vec(&bare).unwrap_or_default()
    }

    /// Whether it takes a finding out while it lasts.
    pub fn suppresses(&self) -> bool {
        matches!(self.status, Status::FalsePositive | Status::AcceptedRisk)
    }

    /// As a suppression, by whose word it counts.
    pub fn suppression(&self, standing: Standing, source: String, who: Option<String>) -> Suppression {
        Suppression {
            subject: Subject::Fingerprint(self.fingerprint.clone()),
            standing,
            source,
            who: who.or_else(|| Some(self.who.clone())),
            reason: format!("{}: {}", self.status.as_str(), self.reason),
            until: self.until,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn text(more: &str) -> String {
        let fingerprint = "ab".repeat(16);
        format!(
            "fingerprint = \"{fingerprint}\"\nrule = \"secret/x\"\npath = \"a\"\nstatus = \"false-positive\"\nreason = \"Made up.\"\nwho = \"Ann\"\ncreated = 2026-11-27\nserial = 1\n{more}"
        )
    }

    fn name() -> String {
        Entry::path_of(&"ab".repeat(16))
    }

    fn error(text: &str) -> String {
        Entry::parse(text.as_bytes(), &name()).unwrap_err()
    }

    #[test]
    fn an_entry_is_read() {
        let entry = Entry::parse(text("until = \"2027-01-31\"\n").as_bytes(), &name()).unwrap();
        assert_eq!(entry.until, Some(jiff::civil::date(2027, 1, 31)));
        assert!(entry.suppresses());
        let suppression = entry.suppression(Standing::Brought, "t".into(), None);
        assert_eq!(suppression.reason, "false-positive: Made up.");
        let fixed = text("").replace("false-positive", "fixed");
        assert!(!Entry::parse(fixed.as_bytes(), &name()).unwrap().suppresses());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert!(
            error(&text("more = 1\n")).contains(".toml:9: unknown field"),
            "{}",
            error(&text("more = 1\n"))
        );
        assert!(error(&text("until = 7\n")).contains("no date"));
        assert!(error(&text("").replace("Made up.", " ")).contains("no reason"));
        assert!(error(&text("").replace("false-positive", "fine")).contains("unknown variant"));
        let number = error(&text("").replace("\"false-positive\"", "3"));
        assert!(number.contains(":4: ") && number.contains("\"fixed\" or \"withdrawn\""), "{number}");
        assert!(error(&text("").replace("abab", "cdcd")).contains("its name has to say so"));
        assert!(error("<<<<<<< HEAD\n").contains(":1: the mark of a merge conflict"));
    }

    #[test]
    fn a_signature_is_over_everything_else() {
        let entry = Entry::parse(text("").as_bytes(), &name()).unwrap();
        let signed = Entry { signature: Some("s".into()), ..entry.clone() };
        assert_eq!(entry.signed_bytes(), signed.signed_bytes());
        let later = Entry { serial: 2, ..entry.clone() };
        assert_ne!(entry.signed_bytes(), later.signed_bytes());
    }
}
