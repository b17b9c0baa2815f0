//! What an override is bound to: one push, what was found in it, and what held when it was shown.

use crate::pins;
use crate::report::Report;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vetogate_core::judge::Action;
use vetogate_core::policy::Overrides;
use vetogate_core::{Gap, GapCause, GapKind, Proof};

/// Everything that an override is bound to. Its canonical form is JSON without blanks, keys in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Version of this form.
    v: u8,
    /// The URL that is pushed to, as it may be shown.
    pub url: String,
    /// SHA-256 over the exact URL less its password, and the exact ref updates.
    pub push: String,
    /// Each ref as it may be shown, its old and its new id; sorted.
    pub refs: Vec<[String; 3]>,
    /// Fingerprints of the findings that veto; sorted.
    pub findings: Vec<String>,
    /// What stayed unread: cause and place; sorted.
    pub gaps: Vec<String>,
    rules_digest: String,
    policy_digest: String,
    posture: String,
}

/// What an override of this push has to be proved by. What time ran out for, or crashed, anybody could have made so.
pub fn needed(report: &Report, rules: &Overrides) -> Proof {
    let provoked =
        |gap: &Gap| gap.kind == GapKind::Unread && matches!(gap.cause, GapCause::TimeOut | GapCause::Crash);
    if report.gaps.iter().any(provoked) { rules.proof.max(Proof::Signed) } else { rules.proof }
}

impl Binding {
    /// That of a push to `url`; `None` where the report is on something else.
    pub fn of(report: &Report, url: &str) -> Option<Self> {
        let mut refs: Vec<[String; 3]> = report
            .refs
            .iter()
            .map(|update| [report.ref_name(update), update.old.to_string(), update.new.to_string()])
            .collect();
        refs.sort();
        let vetoed = report.verdict.findings.iter();
        let vetoed = vetoed.filter(|judged| judged.action >= Action::Block && judged.suppressed_by.is_none());
        let unread = report.gaps.iter().filter(|gap| gap.kind == GapKind::Unread);
        Some(Self {
            v: 1,
            url: pins::shown(url),
            push: report.push_id.clone()?,
            refs,
            findings: sorted(vetoed.map(|judged| judged.finding.fingerprint.clone()).collect()),
            gaps: sorted(unread.map(|gap| format!("{} {}", gap.cause.as_str(), gap.place)).collect()),
            rules_digest: report.rules_digest.clone(),
            policy_digest: report.policy_digest.clone(),
            posture: report.posture.as_str().to_owned(),
        })
    }

    /// SHA-256 over the canonical form, in hex.
    pub fn digest(&self) -> String {
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a person types to name it: eight characters, none of which looks like another.
    pub fn code(&self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        let digest = Sha256::digest(canonical);
        digest.iter().take(8).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
    }

    /// What has to be typed to confirm it: it names the push.
    pub fn phrase(&self) -> String {
        let short = |name: &str| {
            let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
            short.unwrap_or(name).to_owned()
        };
        let first = self.refs.first().map_or_else(String::new, |[name, ..]| short(name));
        let more = self.refs.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let place = self.url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let phrase = format!("publish {first}{more} to {}", place.strip_suffix(".git").unwrap_or(place));
        vetogate_core::text::escape(phrase.as_bytes())
    }
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list.dedup();
    list
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A binding that differs with `number`.
    pub fn binding(number: u8) -> Binding {
        Binding {
            v: 1,
            url: "https://h/o/r.git".into(),
            push: format!("{number:064}"),
            refs: vec![["refs/heads/main".into(), "0".repeat(40), "1".repeat(40)]],
            findings: vec!["f".into()],
            gaps: vec![],
            rules_digest: "r".into(),
            policy_digest: "p".into(),
            posture: "medium".into(),
        }
    }

    #[test]
    fn its_code_and_phrase_name_the_push() {
        let one = binding(1);
        assert_eq!(one.code().len(), 8);
        assert_ne!(one.code(), binding(2).code());
        assert_eq!(one.phrase(), "publish main to r");
        let mut two = binding(1);
        two.refs.push(["refs/tags/v1".into(), String::new(), String::new()]);
        assert_eq!(two.phrase(), "publish main and 1 more to r");
    }
}
