//! The one place where a decision is made.
//!
//! [`judge`] is pure: the same findings, gaps and policy give the same verdict, on every machine and every day that
//! ends the same waivers. Adding a finding or a gap never makes the decision milder.

use crate::gap::{Gap, GapCause, GapKind};
use crate::policy::Policy;
use crate::suppress::Suppression;
use crate::{Confidence, Finding, Novelty, Posture, Proof, Severity};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The decision, in ascending order of severity but for `Overridden`, which is a BLOCK that was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Decision {
    /// Nothing to say.
    Allow,
    /// It passes, and there is something to look at.
    Warn,
    /// It would be blocked, and this one push was let through.
    Overridden,
    /// It does not pass.
    Block,
}

impl Decision {
    /// As in reports: upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Warn => "WARN",
            Self::Overridden => "OVERRIDDEN",
            Self::Block => "BLOCK",
        }
    }
}

/// What a finding comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Shown, no more.
    List,
    /// Warns.
    Warn,
    /// Vetoes; one push may be let through.
    Block,
    /// Vetoes; there is no override.
    Remediate,
}

/// A finding with what the policy made of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// Severity in force: the policy's or the rule's, one lower where the confidence is under the minimum.
    pub severity: Severity,
    /// Severity before confidence lowered it.
    pub base_severity: Severity,
    /// What it comes to.
    pub action: Action,
    /// Index into the suppressions, where one took it out.
    pub suppressed_by: Option<usize>,
}

/// All that a decision depends on.
pub struct Case<'a> {
    /// In any order.
    pub findings: Vec<Finding>,
    /// In any order.
    pub gaps: &'a [Gap],
    /// The posture in force: the highest of flags, policy and detection.
    pub posture: Posture,
    /// From policy and triage.
    pub suppressions: &'a [Suppression],
    /// An override of exactly this push: the fingerprints and, with `gaps`, the gaps that it accepts.
    pub accepted: Option<&'a Accepted>,
    /// The policy in force.
    pub policy: &'a Policy,
    /// Today, where the person is who would be vetoed.
    pub today: Date,
}

/// What an override accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Fingerprints of the findings that were shown.
    pub fingerprints: Vec<String>,
    /// Whether the gaps were shown and accepted.
    pub gaps: bool,
    /// What proves it.
    pub proof: Proof,
    /// Who signed: the one who asks, then the second person; nobody where a phrase was typed.
    pub signed_by: Vec<String>,
}

impl Accepted {
    /// Whether it is enough for what vetoes: nothing that was not shown, by a proof that the policy takes. A time-out or a
    /// crash is what a pusher could provoke, to hide something behind it, so that takes a signature.
    fn covers(&self, vetoed: &[&Judged], unread: &[&Gap], policy: &Policy) -> bool {
        let provoked = unread.iter().any(|gap| matches!(gap.cause, GapCause::TimeOut | GapCause::Crash));
        let needed =
            if provoked { policy.overrides.proof.max(Proof::Signed) } else { policy.overrides.proof };
        self.proof.satisfies(needed)
            && (unread.is_empty() || self.gaps)
            && vetoed.iter().all(|judged| self.fingerprints.contains(&judged.finding.fingerprint))
    }
}

/// The verdict.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// One sentence.
    pub reason: String,
    /// Whether this push may be let through by its user.
    pub override_available: bool,
    /// The findings, worst first.
    pub findings: Vec<Judged>,
    /// For each suppression, how many findings it took out.
    pub uses: Vec<usize>,
    /// 0, 1 or 3: see the contract's exit codes.
    pub exit_code: u8,
}

/// Decides.
pub fn judge(case: Case<'_>) -> Verdict {
    let mut uses = vec![0; case.suppressions.len()];
    let mut findings: Vec<Judged> = Vec::with_capacity(case.findings.len());
    for finding in case.findings {
        if !case.policy.runs(&finding.rule.id) {
            continue;
        }
        let judged = judge_one(finding, case.posture, case.policy, case.suppressions, case.today);
        if let Some(index) = judged.suppressed_by {
            uses[index] += 1;
        }
        findings.push(judged);
    }
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.finding.order(&b.finding)));

    let standing: Vec<&Judged> = findings.iter().filter(|judged| judged.suppressed_by.is_none()).collect();
    let vetoed: Vec<&Judged> =
        standing.iter().copied().filter(|judged| judged.action >= Action::Block).collect();
    let unread: Vec<&Gap> = case.gaps.iter().filter(|gap| gap.kind == GapKind::Unread).collect();
    let blocked = !vetoed.is_empty() || !unread.is_empty();
    let override_available = blocked
        && case.policy.overrides.allowed
        && vetoed.iter().all(|judged| judged.action == Action::Block)
        && (unread.is_empty() || case.posture == Posture::Medium);
    let overridden = override_available
        && case.accepted.is_some_and(|accepted| accepted.covers(&vetoed, &unread, case.policy));
    let warns = standing.iter().any(|judged| judged.action == Action::Warn) || !case.gaps.is_empty();
    let decision = match (blocked, overridden, warns) {
        (true, true, _) => Decision::Overridden,
        (true, false, _) => Decision::Block,
        (false, _, true) => Decision::Warn,
        (false, _, false) => Decision::Allow,
    };
    let exit_code = match decision {
        Decision::Block if !vetoed.is_empty() => 1,
        Decision::Block => 3,
        _ => 0,
    };
    let reason = reason(&vetoed, &unread, &standing, case.gaps);
    Verdict { decision, reason, override_available, findings, uses, exit_code }
}

fn judge_one(
    finding: Finding,
    posture: Posture,
    policy: &Policy,
    suppressions: &[Suppression],
    today: Date,
) -> Judged {
    let base_severity = policy.severity(&finding.rule.id, finding.severity);
    let unsure = finding.confidence < policy.min_confidence && finding.confidence < Confidence::High;
    let severity = if unsure { base_severity.lowered() } else { base_severity };
    let mut action = action(severity, posture, policy.medium_vetoes);
    if unsure || matches!(finding.novelty, Novelty::CopiedFrom(_)) {
        action = action.min(Action::Warn);
    }
    if finding.novelty == Novelty::Old {
        action = Action::List;
    }
    let suppressed_by = suppressions.iter().position(|suppression| {
        !suppression.is_expired(today) && suppression.may_lower(base_severity) && suppression.covers(&finding)
    });
    Judged { finding, severity, base_severity, action, suppressed_by }
}

/// What a severity comes to in a posture, before confidence, novelty and suppressions: the table of the contract.
pub fn action(severity: Severity, posture: Posture, medium_vetoes: bool) -> Action {
    match (severity, posture) {
        (Severity::Critical, _) | (Severity::High | Severity::Medium, Posture::High) => Action::Remediate,
        (Severity::High, Posture::Medium) => Action::Block,
        (Severity::Medium, Posture::Medium) if medium_vetoes => Action::Block,
        (Severity::Medium, Posture::Medium) | (Severity::Low, Posture::High) => Action::Warn,
        (Severity::Low, Posture::Medium) => Action::List,
    }
}

fn reason(vetoed: &[&Judged], unread: &[&Gap], standing: &[&Judged], gaps: &[Gap]) -> String {
    if let Some(first) = vetoed.first() {
        let count = vetoed.len();
        let more = if count == 1 { String::new() } else { format!(", and {} more", count - 1) };
        return format!(
            "{} ({}) in {}{more}",
            first.finding.rule.title, first.severity, first.finding.location.place
        );
    }
    if let Some(gap) = unread.first() {
        let what =
            if gap.cause == GapCause::TimeOut { "Out of time" } else { "Not everything could be read" };
        return format!("{what}: {}", gap.detail);
    }
    let warned = standing.iter().filter(|judged| judged.action == Action::Warn).count();
    match (warned, gaps.len()) {
        (0, 0) => "Nothing found that vetoes".into(),
        (0, gaps) => format!("{gaps} not fully analysed"),
        (warned, _) => format!("{warned} to look at"),
    }
}

#[cfg(test)]
mod tests;
