//! The baseline: findings that were there when a project began to look, recorded once.
//!
//! `.veto/baseline.jsonl`, one JSON object a line, sorted, without dates and line numbers, so that it merges clean. It is
//! for scans of the whole; a push never reads it, for it answers for what it adds. It can only shrink.

use bstr::ByteSlice;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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
        let text = tree.get(FILE.as_bytes()).map_err(|gap| gap.detail)?;
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
    pub fn record<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        Self(findings.map(line).collect())
    }

    /// Without what is not there any more. What is new is not taken in.
    #[must_use]
    pub fn shrunk(&self, now: &Self) -> Self {
        Self(self.0.intersection(&now.0).cloned().collect())
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
    pub fn suppressions(&self, findings: &[Finding]) -> Vec<Suppression> {
        let numbers: BTreeMap<&Line, usize> = self.0.iter().zip(1..).collect();
        let known = |finding: &Finding| {
            let number = numbers.get(&line(finding))?;
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(names: &[&str]) -> Baseline {
        let line =
            |name: &&str| Line { path: (*name).into(), rule: "secret/x".into(), fingerprint: "f".into() };
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
    fn it_can_only_shrink() {
        assert_eq!(baseline(&["a", "b"]).shrunk(&baseline(&["b", "c"])), baseline(&["b"]));
    }
}
