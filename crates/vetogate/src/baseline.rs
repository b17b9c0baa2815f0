//! The baseline: findings that were there when a project began to look, recorded once.
//!
//! `.veto/baseline.jsonl`, one JSON object a line, sorted, without dates and line numbers, so that it merges clean. It is
//! for scans of the whole; a push never reads it, for it answers for what it adds. It can only shrink.

use crate::policies;
use crate::triage::values::{self, Values};
use bstr::ByteSlice;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use vetogate_core::suppress::{Standing, Subject, Suppression};
use vetogate_core::{Finding, Tree};

/// The baseline of a project.
pub const FILE: &str = ".veto/baseline.jsonl";

/// One recorded finding. All text in it is masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Where it stood.
    pub path: String,
    /// What found it.
    pub rule: String,
    /// Which it is.
    pub fingerprint: String,
    /// Of guessable values, which the fingerprint does not bind: their salted Argon2id hashes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// The guessable values behind each fingerprint.
pub type SeenValues = BTreeMap<String, Vec<Values>>;

impl Line {
    fn key(&self) -> (&str, &str, &str) {
        (&self.path, &self.rule, &self.fingerprint)
    }

    /// Whether it is about a finding whose values are these.
    fn covers(&self, seen: &SeenValues) -> bool {
        let bound = |seen: &Values| self.values.iter().any(|hash| values::fits(hash, seen));
        seen.get(&self.fingerprint).is_none_or(|seen| seen.iter().all(bound))
    }
}

/// All recorded findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline(BTreeSet<Line>);

impl Baseline {
    /// That of a tree; empty where it has none.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn of(tree: &dyn Tree) -> Result<Self, String> {
        let text = policies::file(tree, FILE).map_err(|gap| gap.detail)?;
        Self::parse(&text.unwrap_or_default())
    }

    /// Reads one.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let line = |(index, line): (usize, &[u8])| {
            serde_json::from_slice(line)
                .map_err(|_| format!("{FILE}:{}: expected a line that `veto baseline` wrote", index + 1))
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(Self(lines.map(line).collect::<Result<_, _>>()?))
    }

    /// That of these findings.
    ///
    /// # Errors
    /// When there is no randomness for the salts.
    pub fn record(findings: &[Finding], seen: &SeenValues) -> io::Result<Self> {
        let hashed = |finding: &Finding| {
            let seen = seen.get(&finding.fingerprint).into_iter().flatten();
            let values = seen.map(|values| values::hash(values)).collect::<io::Result<_>>()?;
            Ok(Line { values, ..line(finding) })
        };
        // One line has the values of all findings with its fingerprint.
        let mut keys = BTreeSet::new();
        let one_each = findings
            .iter()
            .filter(|finding| keys.insert((finding.location.place.to_string(), &finding.fingerprint)));
        Ok(Self(one_each.map(hashed).collect::<io::Result<_>>()?))
    }

    /// Without what is not there any more. What is new is not taken in.
    #[must_use]
    pub fn shrunk(&self, findings: &[Finding], seen: &SeenValues) -> Self {
        let now: Vec<Line> = findings.iter().map(line).collect();
        let now: BTreeSet<_> = now.iter().map(Line::key).collect();
        let stays = |line: &&Line| now.contains(&line.key()) && line.covers(seen);
        Self(self.0.iter().filter(stays).cloned().collect())
    }

    /// How many of these lines another baseline does not have.
    pub fn beyond(&self, other: &Self) -> usize {
        self.0.difference(&other.0).count()
    }

    /// How many findings.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As the text of its file.
    pub fn text(&self) -> String {
        let lines = self.0.iter().filter_map(|line| serde_json::to_string(line).ok());
        lines.map(|line| line + "\n").collect()
    }

    /// What takes these findings out, as far as they are recorded at their place.
    pub fn suppressions(&self, findings: &[Finding], seen: &SeenValues) -> Vec<Suppression> {
        let numbers: BTreeMap<_, (usize, &Line)> =
            (1..).zip(&self.0).map(|(number, line)| (line.key(), (number, line))).collect();
        let known = |finding: &Finding| {
            let of_finding = line(finding);
            let (number, recorded) = numbers.get(&of_finding.key())?;
            if !recorded.covers(seen) {
                return None;
            }
            let (place, line) = (finding.location.place.clone(), finding.location.span.line);
            Some(Suppression {
                subject: Subject::Line { fingerprint: finding.fingerprint.clone(), place, line },
                standing: Standing::Trusted,
                source: format!("{FILE}:{number}"),
                who: None,
                reason: "recorded as debt".into(),
                until: None,
            })
        };
        findings.iter().filter_map(known).collect()
    }
}

fn line(finding: &Finding) -> Line {
    Line {
        path: finding.location.place.to_string(),
        rule: finding.rule.id.clone(),
        fingerprint: finding.fingerprint.clone(),
        values: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(names: &[&str]) -> Baseline {
        let line = |name: &&str| Line {
            path: (*name).into(),
            rule: "secret/x".into(),
            fingerprint: "f".into(),
            values: vec![],
        };
        Baseline(names.iter().map(line).collect())
    }

    #[test]
    fn it_is_sorted_and_read_back() {
        let text = baseline(&["b", "a"]).text();
        assert!(text.starts_with("{\"path\":\"a\",\"rule\""), "{text}");
        assert_eq!(Baseline::parse(text.as_bytes()), Ok(baseline(&["a", "b"])));
        assert!(Baseline::parse(b"\n{}\n").unwrap_err().starts_with(".veto/baseline.jsonl:2: "));
    }

    #[test]
    fn what_it_has_more_is_counted() {
        assert_eq!(baseline(&["a", "b"]).beyond(&baseline(&["b", "c"])), 1);
        assert_eq!(baseline(&["b"]).beyond(&baseline(&["b", "c"])), 0);
    }
}
