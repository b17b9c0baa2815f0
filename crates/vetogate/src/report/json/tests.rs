//! Round trips, strictness, and the schema.

use super::read::unescape;
use super::*;
use crate::report::sample;
use proptest::prelude::*;
use serde_json::Value;
use vetogate_core::{Confidence, Finding, Novelty, Place, Severity};

fn text(report: &Report) -> String {
    let mut out = Vec::new();
    write_json(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn again(text_before: &str) -> String {
    text(&Report::try_from(from_json(text_before).unwrap()).unwrap())
}

/// The full report with one key changed, by its pointer.
fn broken(pointer: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_str(&text(&sample::full())).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    json.to_string()
}

#[test]
fn the_guides_keys_are_there_with_their_meaning() {
    let json: Value = serde_json::from_str(&text(&sample::full())).unwrap();
    for key in [
        "scan_id",
        "timestamp",
        "project",
        "security_posture",
        "summary",
        "findings",
        "veto_decision",
        "veto_reason",
        "override_available",
        "schema_version",
        "tool",
        "refs",
        "objects",
        "gaps",
        "policy",
        "posture_evidence",
        "push_id",
        "elapsed_ms",
    ] {
        assert!(!json[key].is_null(), "{key}");
    }
    assert_eq!(json["veto_decision"], "BLOCK");
    assert_eq!(json["timestamp"], "2026-11-25T05:30:00Z");
    let first = &json["findings"][0];
    assert_eq!(first["id"], "SEC-001");
    assert_eq!(first["cwe"][0], "CWE-798");
    assert_eq!((&first["owasp_2021"][0], &first["owasp_2025"][0]), (&"A07:2021".into(), &"A07:2025".into()));
    assert!(first.get("suppressed").is_none() && first.get("flow").is_none());
}

#[test]
fn a_full_report_reads_back() {
    let before = text(&sample::full());
    assert_eq!(again(&before), before);
    let report = Report::try_from(from_json(&before).unwrap()).unwrap();
    assert_eq!(report.verdict.exit_code, sample::full().verdict.exit_code);
    assert_eq!(report.gaps, sample::gaps());
}

#[test]
fn what_varies_stands_in_three_keys_only() {
    let mut later = sample::full();
    later.timestamp = "2026-11-26T05:30:00.5Z".parse().unwrap();
    later.elapsed = std::time::Duration::from_millis(99);
    let (mut a, mut b) = (wire(&sample::full()), wire(&later));
    assert_ne!(a.scan_id, b.scan_id);
    for wire in [&mut a, &mut b] {
        wire.scan_id.clear();
        wire.timestamp.clear();
        wire.elapsed_ms = 0;
    }
    assert_eq!(a, b);
}

#[test]
fn another_version_is_a_clear_error() {
    let error = from_json(r#"{"schema_version": 2, "new": 1}"#).unwrap_err().to_string();
    assert_eq!(error, "schema_version 2 is not known, expected 1: use the version of veto that wrote it");
    assert!(matches!(from_json("{}"), Err(ReadError::Json(_))));
}

#[test]
fn what_contradicts_itself_is_refused() {
    let cases = [
        ("/summary/critical", 7.into(), "summary: "),
        ("/findings/1/id", "SEC-007".into(), "findings[1].id: expected SEC-002"),
        ("/findings/0/commit", "main".into(), "findings[0].commit: not an object id"),
        ("/findings/0/cwe/0", "798".into(), "findings[0].cwe: `798` is not like CWE-798"),
        ("/findings/1/introduced", false.into(), "summary: "),
        ("/refs/0/name", r"a\q".into(), "refs[0].name: "),
        ("/timestamp", "yesterday".into(), "timestamp: "),
    ];
    for (pointer, value, expected) in cases {
        let wire = from_json(&broken(pointer, value)).unwrap();
        let error = Report::try_from(wire).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{pointer}: {error}");
    }
    assert!(from_json(&broken("/findings/0/severity", "urgent".into())).is_err());
    assert!(from_json(&broken("/tool", serde_json::json!({"name": "x"}))).is_err());
}

#[test]
fn reports_are_valid_by_the_schema_and_broken_ones_are_not() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [sample::full(), sample::report(vec![], vec![])] {
        let json: Value = serde_json::from_str(&text(&report)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    for (pointer, value) in [
        ("/schema_version", 2.into()),
        ("/scan_id", "1".into()),
        ("/findings/0/severity", "urgent".into()),
        ("/findings/0/line", "1".into()),
        ("/findings/0/cwe/0", "798".into()),
        ("/findings/0/commit", "main".into()),
        ("/summary", serde_json::json!({})),
        ("/veto_decision", "block".into()),
    ] {
        let json: Value = serde_json::from_str(&broken(pointer, value)).unwrap();
        assert!(!validator.is_valid(&json), "{pointer}");
    }
}

#[test]
fn the_committed_schema_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == schema(), "docs/report.schema.json is stale: run xtask generate");
}

#[test]
fn a_secret_in_a_ref_name_is_masked_where_refs_are_listed() {
    let mut report = sample::full();
    report.refs[0].name = concat!("refs/heads/AKIA", "Z7QX5LP3MN2RT4VW-x").into();
    let shown = text(&report);
    assert!(!shown.contains("AKIAZ7QX"), "{shown}");
    assert!(shown.contains("refs/heads/AKIA...-x"));
}

fn any_place() -> impl Strategy<Value = Place> {
    let text = "[a-z:/!.]{0,12}";
    let oid = "[0-9a-f]{2}".prop_map(|byte| sample::oid(&byte));
    prop_oneof![
        text.prop_map(Place::File),
        "git:(ref|tag|path|run):[a-z]{1,3}".prop_map(Place::File),
        text.prop_map(Place::FileName),
        oid.clone().prop_map(Place::Message),
        oid.clone().prop_map(Place::Author),
        oid.prop_map(Place::Object),
        text.prop_map(Place::Tag),
        text.prop_map(Place::RefName),
        text.prop_map(Place::Run),
    ]
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let novelty = prop_oneof![
        Just(Novelty::Introduced),
        Just(Novelty::Old),
        any::<String>().prop_map(Novelty::CopiedFrom)
    ];
    let texts = proptest::collection::vec(any::<String>(), 3);
    let scope = 0..vetogate_core::Scope::ALL.len();
    (0..13_usize, any_place(), scope, 0..4_usize, 0..3_usize, novelty, texts, any::<bool>()).prop_map(
        |(kind, place, scope, severity, confidence, novelty, texts, at_tip)| {
            let mut found = sample::findings().swap_remove(kind);
            found.location.place = place;
            found.location.scope = vetogate_core::Scope::ALL[scope];
            found.location.at_tip = at_tip;
            found.severity = Severity::ALL[severity];
            found.confidence = Confidence::ALL[confidence];
            found.novelty = novelty;
            found.snippet = texts[0].clone();
            found.note = Some(texts[1].clone());
            found.identifier = Some(texts[2].clone());
            found
        },
    )
}

proptest! {
    #[test]
    fn every_report_reads_back(
        findings in proptest::collection::vec(any_finding(), 0..6),
        gap in any_place(),
        ref_name in any::<Vec<u8>>(),
    ) {
        let mut gaps = sample::gaps();
        gaps[0].place = gap;
        let mut report = sample::report(findings, gaps);
        report.refs[0].name = ref_name.into();
        let before = wire(&report);
        let inner = Report::try_from(from_json(&text(&report)).unwrap()).unwrap();
        prop_assert_eq!(&wire(&inner), &before);
        for (a, b) in inner.verdict.findings.iter().zip(&report.verdict.findings) {
            prop_assert_eq!(&a.finding.location.place, &b.finding.location.place);
            prop_assert_eq!(a.action, b.action);
        }
        prop_assert_eq!(inner.gaps, report.gaps);
    }

    #[test]
    fn what_was_escaped_is_unescaped(bytes in any::<Vec<u8>>()) {
        prop_assert_eq!(unescape(&vetogate_core::text::escape(&bytes)), Some(bytes));
    }
}
