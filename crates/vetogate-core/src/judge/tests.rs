//! The contract's table, and the invariants of judging, on generated cases.

use super::*;
use crate::suppress::{Standing, Subject};
use crate::{Category, Cwe, Detects, Location, Place, Rule, Span};
use proptest::prelude::*;
use std::sync::Arc;

fn finding(severity: Severity, confidence: Confidence, novelty: Novelty) -> Finding {
    let rule = Rule {
        id: "secret/x".into(),
        title: "X".into(),
        description: String::new(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity,
        confidence,
        cwe: vec![Cwe(798)],
        pattern: String::new(),
        recommendation: String::new(),
        steps: vec![],
        references: vec![],
        bits: 0,
    };
    Finding {
        rule: Arc::new(rule),
        location: Location::in_file("a/b", Span::START),
        confidence,
        severity,
        fingerprint: "f".into(),
        snippet: String::new(),
        identifier: None,
        note: None,
        novelty,
        flow: vec![],
        edits: vec![],
    }
}

fn verdict(findings: Vec<Finding>, gaps: &[Gap], posture: Posture, suppressions: &[Suppression]) -> Verdict {
    let policy = Policy::default();
    let today = jiff::civil::date(2026, 11, 25);
    judge(Case { findings, gaps, posture, suppressions, accepted: None, policy: &policy, today })
}

fn pardon(standing: Standing, until: &str) -> Suppression {
    Suppression {
        subject: Subject::Fingerprint("f".into()),
        standing,
        source: "t:1".into(),
        who: None,
        reason: "r".into(),
        until: Some(until.parse().unwrap()),
    }
}

fn gap() -> Gap {
    Gap::unread(GapCause::Missing, Place::File("x".into()), "x is missing")
}

#[test]
fn the_table_of_the_contract() {
    use Decision::{Allow, Block, Warn};
    let expected = [
        (Severity::Critical, Posture::Medium, Block, false),
        (Severity::High, Posture::Medium, Block, true),
        (Severity::Medium, Posture::Medium, Warn, false),
        (Severity::Low, Posture::Medium, Allow, false),
        (Severity::Critical, Posture::High, Block, false),
        (Severity::High, Posture::High, Block, false),
        (Severity::Medium, Posture::High, Block, false),
        (Severity::Low, Posture::High, Warn, false),
    ];
    for (severity, posture, decision, may_override) in expected {
        let found = finding(severity, Confidence::High, Novelty::Introduced);
        let verdict = verdict(vec![found], &[], posture, &[]);
        assert_eq!(
            (verdict.decision, verdict.override_available),
            (decision, may_override),
            "{severity} {posture}"
        );
    }
}

#[test]
fn low_confidence_and_copies_warn_at_most_and_old_debt_is_listed() {
    let unsure = finding(Severity::Critical, Confidence::Low, Novelty::Introduced);
    let judged = verdict(vec![unsure], &[], Posture::High, &[]);
    assert_eq!((judged.decision, judged.findings[0].severity), (Decision::Warn, Severity::High));
    let copied = finding(Severity::Critical, Confidence::High, Novelty::CopiedFrom("x".into()));
    assert_eq!(verdict(vec![copied], &[], Posture::High, &[]).decision, Decision::Warn);
    let old = finding(Severity::Critical, Confidence::High, Novelty::Old);
    assert_eq!(verdict(vec![old], &[], Posture::High, &[]).decision, Decision::Allow);
}

#[test]
fn findings_come_before_gaps_in_the_exit_code() {
    let found = finding(Severity::Critical, Confidence::High, Novelty::Introduced);
    assert_eq!(verdict(vec![found], &[gap()], Posture::Medium, &[]).exit_code, 1);
    assert_eq!(verdict(vec![], &[gap()], Posture::Medium, &[]).exit_code, 3);
    let partial = Gap::partial(GapCause::Limit, Place::File("x".into()), "bound");
    assert_eq!(verdict(vec![], &[partial], Posture::Medium, &[]).decision, Decision::Warn);
}

#[test]
fn a_pardon_needs_standing_and_must_not_have_ended() {
    let found = || vec![finding(Severity::Critical, Confidence::High, Novelty::Introduced)];
    let decide = |pardon| verdict(found(), &[], Posture::Medium, &[pardon]).decision;
    assert_eq!(decide(pardon(Standing::Trusted, "2026-11-25")), Decision::Allow);
    assert_eq!(decide(pardon(Standing::Trusted, "2026-11-24")), Decision::Block);
    assert_eq!(decide(pardon(Standing::Brought, "2026-11-25")), Decision::Block);
}

#[test]
fn an_override_accepts_exactly_what_was_shown() {
    let policy = Policy::default();
    let decide = |severity, fingerprints: &[&str]| {
        let accepted = Accepted {
            fingerprints: fingerprints.iter().map(|&f| f.into()).collect(),
            gaps: false,
            proof: Proof::Typed,
            signed_by: vec![],
        };
        let findings = vec![finding(severity, Confidence::High, Novelty::Introduced)];
        let today = jiff::civil::date(2026, 11, 25);
        let case = Case {
            findings,
            gaps: &[],
            posture: Posture::Medium,
            suppressions: &[],
            accepted: Some(&accepted),
            policy: &policy,
            today,
        };
        judge(case).decision
    };
    assert_eq!(decide(Severity::High, &["f"]), Decision::Overridden);
    assert_eq!(decide(Severity::High, &["g"]), Decision::Block);
    assert_eq!(decide(Severity::Critical, &["f"]), Decision::Block);
}

/// Whoever can make veto run out of time could hide something behind it.
#[test]
fn what_could_be_provoked_takes_a_signature() {
    let policy = Policy::default();
    let decide = |cause, proof| {
        let gaps = [Gap::unread(cause, Place::Run("x".into()), "x")];
        let accepted = Accepted { fingerprints: vec![], gaps: true, proof, signed_by: vec![] };
        let today = jiff::civil::date(2026, 11, 25);
        let (findings, posture) = (vec![], Posture::Medium);
        let accepted = Some(&accepted);
        judge(Case { findings, gaps: &gaps, posture, suppressions: &[], accepted, policy: &policy, today })
            .decision
    };
    assert_eq!(decide(GapCause::Missing, Proof::Typed), Decision::Overridden);
    for cause in [GapCause::TimeOut, GapCause::Crash] {
        assert_eq!(decide(cause, Proof::Typed), Decision::Block);
        assert_eq!(decide(cause, Proof::Signed), Decision::Overridden);
    }
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let novelty =
        prop_oneof![Just(Novelty::Introduced), Just(Novelty::Old), Just(Novelty::CopiedFrom("x".into())),];
    (0..4_usize, 0..3_usize, novelty)
        .prop_map(|(s, c, novelty)| finding(Severity::ALL[s], Confidence::ALL[c], novelty))
}

proptest! {
    #[test]
    fn one_more_finding_or_gap_never_lowers_the_decision(
        findings in proptest::collection::vec(any_finding(), 0..5),
        extra in any_finding(),
        high in any::<bool>(),
    ) {
        let posture = if high { Posture::High } else { Posture::Medium };
        let before = verdict(findings.clone(), &[], posture, &[]);
        let with_gap = verdict(findings.clone(), &[gap()], posture, &[]);
        let more: Vec<_> = findings.into_iter().chain([extra]).collect();
        let after = verdict(more, &[], posture, &[]);
        prop_assert!(after.decision >= before.decision && with_gap.decision >= before.decision);
        prop_assert!(!after.override_available || before.override_available || before.decision < Decision::Block);
    }

    #[test]
    fn what_the_push_brings_unsigned_never_pardons_above_medium(found in any_finding()) {
        let bare = verdict(vec![found.clone()], &[], Posture::Medium, &[]);
        let brought = verdict(vec![found.clone()], &[], Posture::Medium, &[pardon(Standing::Brought, "2999-01-01")]);
        let ended = verdict(vec![found.clone()], &[], Posture::Medium, &[pardon(Standing::Trusted, "2000-01-01")]);
        if found.severity > Severity::Medium {
            prop_assert_eq!(bare.decision, brought.decision);
        }
        prop_assert_eq!(bare.decision, ended.decision);
    }
}
