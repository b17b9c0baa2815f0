//! Reports for the tests of the formats: one with everything in it.

use super::{Counts, RefUpdate, Report};
use std::sync::Arc;
use std::time::Duration;
use vetogate_core::judge::{Case, judge};
use vetogate_core::suppress::{Standing, Subject};
use vetogate_core::{
    Category, Confidence, Cwe, Detects, Edit, Finding, Gap, GapCause, Location, Novelty, ObjectId, Place,
    Policy, Posture, Rule, Scope, Severity, Span, Step, Suppression,
};

/// An object id that repeats one byte.
pub fn oid(byte: &str) -> ObjectId {
    byte.repeat(20).parse().unwrap()
}

/// A rule of this severity.
pub fn rule(id: &str, severity: Severity) -> Rule {
    Rule {
        id: id.into(),
        title: "AWS access key".into(),
        description: "An access key id of AWS; with its secret access key it opens the account.".into(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity,
        confidence: Confidence::High,
        cwe: vec![Cwe(798)],
        pattern: "AKIA[A-Z2-7]{16}".into(),
        recommendation: "Read it from the environment.".into(),
        steps: vec![
            "Deactivate the key in IAM.".into(),
            "Take it out of the file and read it with {env}.".into(),
            "Take it out of the commits that are not pushed yet: git commit --amend, or git rebase -i."
                .into(),
        ],
        references: vec!["https://docs.aws.amazon.com/IAM/".into()],
        bits: 0,
    }
}

/// A critical finding of a work tree.
pub fn finding(path: &str) -> Finding {
    let span = Span { line: 15, column: 3, end_line: 15, end_column: 40 };
    Finding {
        rule: Arc::new(rule("secret/aws-access-key", Severity::Critical)),
        location: Location::in_file(path, span),
        confidence: Confidence::High,
        severity: Severity::Critical,
        fingerprint: "0123456789abcdef0123456789abcdef".into(),
        snippet: "AWS_ACCESS_KEY_ID = \"AKIA...\"".into(),
        identifier: Some("AWS_ACCESS_KEY_ID".into()),
        note: None,
        novelty: Novelty::Introduced,
        flow: vec![],
        edits: vec![],
    }
}

/// A critical finding of a push, at its tip.
pub fn in_commit(path: &str) -> Finding {
    let mut finding = finding(path);
    finding.location.commit = Some(oid("ab"));
    finding
}

/// As a change of another finding.
fn varied(path: &str, severity: Severity, change: impl FnOnce(&mut Finding)) -> Finding {
    let mut found = in_commit(path);
    found.rule = Arc::new(rule("secret/other", severity));
    found.severity = severity;
    found.fingerprint = format!("{:0<32}", path.len());
    change(&mut found);
    found
}

/// One of each sort.
pub fn findings() -> Vec<Finding> {
    let at = |found: &mut Finding, place: Place| {
        found.location.place = place;
        found.location.scope = Scope::Git;
    };
    vec![
        in_commit("src/config/aws.js"),
        varied("src/gone.py", Severity::Critical, |found| {
            found.location.at_tip = false;
            found.note = Some("The other half of the pair stands beside it.".into());
            let location = Location::in_file("src/flow.py", Span::START);
            found.flow = vec![Step { location, message: "comes from the request".into() }];
            found.edits = vec![Edit { start: 4, end: 9, text: "x".into() }];
        }),
        varied("msg", Severity::High, |found| at(found, Place::Message(oid("ab")))),
        varied("author", Severity::Medium, |found| at(found, Place::Author(oid("ab")))),
        varied("tag name", Severity::Medium, |found| at(found, Place::Tag("v1".into()))),
        varied("ref's name", Severity::Low, |found| at(found, Place::RefName("refs/heads/AKIA...-x".into()))),
        varied("a file's name", Severity::Low, |found| at(found, Place::FileName("src/AKIA....txt".into()))),
        varied("an object", Severity::Low, |found| at(found, Place::Object(oid("cd")))),
        varied("src/copied.rs", Severity::Critical, |found| {
            found.novelty = Novelty::CopiedFrom("origin/main:src/a.rs".into());
        }),
        varied("old/debt/of/the/past.rs", Severity::Critical, |found| found.novelty = Novelty::Old),
        varied("git:odd", Severity::High, |found| found.confidence = Confidence::Low),
        varied("tests/accepted/fixture.py", Severity::Critical, |found| found.fingerprint = "f".repeat(32)),
        varied("web/state", Severity::Low, |found| {
            Arc::make_mut(&mut found.rule).detects = Detects::State;
            found.location.scope = Scope::Absent;
            found.location.span = Span::START;
        }),
        varied("what a note says", Severity::Low, |found| {
            at(found, Place::Note(format!("commits:{}", oid("cd"))));
        }),
        varied("what a ref names by itself", Severity::Low, |found| {
            at(found, Place::Blob("refs/custom/key".into()));
        }),
        varied("a tag's tag", Severity::Low, |found| at(found, Place::Tag("outer:inner".into()))),
    ]
}

/// One gap of each kind.
pub fn gaps() -> Vec<Gap> {
    vec![
        Gap::partial(GapCause::Limit, Place::File("a.zip!b".into()), "a.zip is nested too deep; unpack it"),
        Gap::unread(GapCause::Missing, Place::Object(oid("ef")), "the object is missing; run git fetch")
            .of_blob(oid("ef")),
    ]
}

/// A report on these findings and gaps.
pub fn report(findings: Vec<Finding>, gaps: Vec<Gap>) -> Report {
    let policy = Policy::default();
    let suppressions = vec![Suppression {
        subject: Subject::Fingerprint("f".repeat(32)),
        standing: Standing::Trusted,
        source: ".veto/policy.toml:12".into(),
        who: Some("ann".into()),
        reason: "a revoked key in a test".into(),
        until: Some(jiff::civil::date(2027, 1, 31)),
    }];
    let today = jiff::civil::date(2026, 11, 25);
    let posture = Posture::Medium;
    let case = Case {
        findings,
        gaps: &gaps,
        posture,
        suppressions: &suppressions,
        accepted: None,
        policy: &policy,
        today,
    };
    let verdict = judge(case);
    let update = RefUpdate { name: "refs/heads/main".into(), old: oid("00"), new: oid("ab") };
    Report {
        project: "shop".into(),
        rules_digest: "aa".repeat(32),
        posture,
        posture_evidence: vec![],
        verdict,
        gaps,
        suppressions,
        notes: vec![],
        refs: vec![update],
        counts: Counts { total_files: 2, scanned_files: 2, objects: 3, bytes: 1234 },
        policy_source: policy.source,
        rules_off: 0,
        policy_digest: policy.digest,
        push_id: Some("bb".repeat(32)),
        override_code: None,
        override_proof: None,
        elapsed: Duration::from_millis(6),
        timestamp: "2026-11-25T05:30:00Z".parse().unwrap(),
    }
}

/// A report with everything in it.
pub fn full() -> Report {
    let mut report = report(findings(), gaps());
    report.notes.push("the exclusion docs/** matched nothing".into());
    report.posture_evidence.push("src/a.py:3: patient_id".into());
    report
}
