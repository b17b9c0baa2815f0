//! What a run has to say, in one shape, and the formats that show it.

pub mod json;
#[cfg(test)]
pub mod sample;
pub mod steps;
pub mod text;
pub mod ways;

use bstr::BString;
use std::time::Duration;
use vetogate_core::judge::Verdict;
use vetogate_core::{Gap, ObjectId, Place, Posture, Suppression};

/// One ref update of a push, as git or the user named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// Name on the remote.
    pub name: BString,
    /// What the remote has; null for a new ref.
    pub old: ObjectId,
    /// What it gets; null for a deletion.
    pub new: ObjectId,
}

/// How much there was to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Files of the source, or published blobs.
    pub total_files: u64,
    /// Those that were looked at.
    pub scanned_files: u64,
    /// Objects looked at: blobs, commits, tags; of a work tree, files.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Everything that a report says. Text in it is masked and escaped.
#[derive(Debug, Clone)]
pub struct Report {
    /// Name of the project: the folder, or the remote's last part.
    pub project: String,
    /// Of the rules.
    pub rules_digest: String,
    /// The posture in force.
    pub posture: Posture,
    /// File, line and marker of each evidence for a high posture.
    pub posture_evidence: Vec<String>,
    /// The verdict with its findings.
    pub verdict: Verdict,
    /// What was not looked at.
    pub gaps: Vec<Gap>,
    /// The suppressions in force; `verdict.uses` counts their uses, `Judged::suppressed_by` points here.
    pub suppressions: Vec<Suppression>,
    /// Things that are worth a line and change nothing, such as an exclusion that matched nothing.
    pub notes: Vec<String>,
    /// The refs of a push; empty for other sources.
    pub refs: Vec<RefUpdate>,
    /// How much was looked at.
    pub counts: Counts,
    /// Where the policy was read from.
    pub policy_source: String,
    /// How many rules it switches off.
    pub rules_off: u64,
    /// Its digest.
    pub policy_digest: String,
    /// The id of the push, where it is one.
    pub push_id: Option<String>,
    /// What `veto override` takes to let this push through, where that is possible.
    pub override_code: Option<String>,
    /// What that has to be proved by, such as `typed` or `signed`.
    pub override_proof: Option<String>,
    /// How long it took.
    pub elapsed: Duration,
    /// When it began, in UTC.
    pub timestamp: jiff::Timestamp,
}

impl Report {
    /// The name of a ref as it may be shown: escaped, and masked where a finding stands in the name.
    pub fn ref_name(&self, update: &RefUpdate) -> String {
        let name = vetogate_core::text::escape(&update.name);
        let masked = self.verdict.findings.iter().find_map(|judged| match &judged.finding.location.place {
            Place::RefName(masked) if masks(masked, &name) => Some(masked.clone()),
            _ => None,
        });
        masked.unwrap_or(name)
    }
}

/// Whether `...` in the masked text can stand for what the name has there.
fn masks(masked: &str, name: &str) -> bool {
    let mut parts = masked.split("...");
    let Some(mut rest) = parts.next().and_then(|head| name.strip_prefix(head)) else { return false };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}
