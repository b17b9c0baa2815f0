//! From the wire back to the inner types. Rules are made of the report's own text.

use super::{ReadError, v1, write};
use crate::report::{Counts, RefUpdate, Report};
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;
use vetogate_core::judge::{Action, Decision, Judged, Verdict};
use vetogate_core::suppress::{Standing, Subject};
use vetogate_core::{
    Cwe, Edit, Finding, Gap, Location, Novelty, ObjectId, Place, Rule, Scope, Span, Step, Suppression,
};

fn value(key: impl Into<String>, message: impl Display) -> ReadError {
    ReadError::Value { key: key.into(), message: message.to_string() }
}

impl TryFrom<v1::Report> for Report {
    type Error = ReadError;

    fn try_from(wire: v1::Report) -> Result<Self, ReadError> {
        let mut suppressions = Vec::new();
        let mut findings = Vec::with_capacity(wire.findings.len());
        for (index, finding) in wire.findings.into_iter().enumerate() {
            findings.push(judged(index, finding, &mut suppressions)?);
        }
        let vetoes = |judged: &Judged| judged.action >= Action::Block && judged.suppressed_by.is_none();
        let exit_code = match Decision::from(wire.veto_decision) {
            Decision::Block if findings.iter().any(vetoes) => 1,
            Decision::Block => 3,
            _ => 0,
        };
        let verdict = Verdict {
            decision: wire.veto_decision.into(),
            reason: wire.veto_reason,
            override_available: wire.override_available,
            findings,
            uses: vec![1; suppressions.len()],
            exit_code,
        };
        let report = Self {
            project: wire.project,
            rules_digest: wire.tool.rules_digest,
            posture: wire.security_posture.into(),
            posture_evidence: wire.posture_evidence,
            verdict,
            gaps: wire.gaps.into_iter().enumerate().map(gap).collect::<Result<_, _>>()?,
            suppressions,
            notes: wire.notes,
            refs: wire.refs.iter().enumerate().map(ref_update).collect::<Result<_, _>>()?,
            counts: Counts {
                total_files: wire.summary.total_files,
                scanned_files: wire.summary.scanned_files,
                objects: wire.objects.count,
                bytes: wire.objects.bytes,
            },
            policy_source: wire.policy.source,
            rules_off: wire.policy.rules_off,
            policy_digest: wire.policy.digest,
            push_id: wire.push_id,
            override_code: wire.override_code,
            override_proof: wire.override_proof,
            elapsed: Duration::from_millis(wire.elapsed_ms),
            timestamp: wire.timestamp.parse().map_err(|error| value("timestamp", error))?,
        };
        check_summary(&wire.summary, &report)?;
        Ok(report)
    }
}

fn check_summary(written: &v1::Summary, report: &Report) -> Result<(), ReadError> {
    let counted = write::summary(report);
    let message = || format!("the findings say otherwise: {counted:?}");
    if *written == counted { Ok(()) } else { Err(value("summary", message())) }
}

fn judged(index: usize, wire: v1::Finding, suppressions: &mut Vec<Suppression>) -> Result<Judged, ReadError> {
    let key = |name: &str| format!("findings[{index}].{name}");
    if wire.id != write::id(index) {
        return Err(value(key("id"), format!("expected {}", write::id(index))));
    }
    let action = match (wire.action, wire.override_available) {
        (v1::Action::List, false) => Action::List,
        (v1::Action::Warn, false) => Action::Warn,
        (v1::Action::Veto, true) => Action::Block,
        (v1::Action::Veto, false) => Action::Remediate,
        _ => return Err(value(key("override_available"), "only a veto can be overridden")),
    };
    let until = |day: &String| day.parse().map_err(|error| value(key("suppressed.until"), error));
    let suppressed_by = match &wire.suppressed {
        Some(suppressed) => {
            suppressions.push(Suppression {
                subject: Subject::Fingerprint(wire.fingerprint.clone()),
                standing: Standing::Trusted,
                source: suppressed.source.clone(),
                who: suppressed.who.clone(),
                reason: suppressed.why.clone(),
                until: suppressed.until.as_ref().map(until).transpose()?,
            });
            Some(suppressions.len() - 1)
        }
        None => None,
    };
    let (severity, base_severity) = (wire.severity.into(), wire.base_severity.into());
    Ok(Judged { finding: finding(&key, wire)?, severity, base_severity, action, suppressed_by })
}

fn finding(key: &dyn Fn(&str) -> String, wire: v1::Finding) -> Result<Finding, ReadError> {
    let rule = rule(key, &wire)?;
    let step = |(at, step)| flow_step(&|name| key(&format!("flow[{at}].{name}")), step);
    let span =
        Span { line: wire.line, column: wire.column, end_line: wire.end_line, end_column: wire.end_column };
    Ok(Finding {
        location: location(key, &wire.file, wire.scope, span, wire.commit.as_deref(), wire.at_tip)?,
        confidence: wire.confidence.into(),
        severity: wire.base_severity.into(),
        novelty: match (wire.introduced, wire.published_at) {
            (true, None) => Novelty::Introduced,
            (false, Some(place)) => Novelty::CopiedFrom(place),
            (false, None) => Novelty::Old,
            (true, Some(_)) => return Err(value(key("introduced"), "what is published is not new")),
        },
        rule: Arc::new(rule),
        fingerprint: wire.fingerprint,
        snippet: wire.snippet,
        identifier: wire.identifier,
        note: wire.note,
        flow: wire.flow.into_iter().enumerate().map(step).collect::<Result<_, _>>()?,
        edits: wire
            .edits
            .into_iter()
            .map(|edit| Edit { start: edit.start, end: edit.end, text: edit.text })
            .collect(),
    })
}

fn rule(key: &dyn Fn(&str) -> String, wire: &v1::Finding) -> Result<Rule, ReadError> {
    let number = |text: &String| {
        let number = text.strip_prefix("CWE-").and_then(|digits| digits.parse().ok());
        number.map(Cwe).ok_or_else(|| value(key("cwe"), format!("`{text}` is not like CWE-798")))
    };
    Ok(Rule {
        id: wire.rule_id.clone(),
        title: wire.title.clone(),
        description: wire.description.clone(),
        category: wire.category.into(),
        detects: wire.detects.into(),
        severity: wire.base_severity.into(),
        confidence: wire.confidence.into(),
        cwe: wire.cwe.iter().map(number).collect::<Result<_, _>>()?,
        pattern: wire.pattern.clone(),
        recommendation: wire.recommendation.clone(),
        steps: wire.remediation.steps.clone(),
        references: wire.remediation.references.clone(),
        bits: 0,
    })
}

fn flow_step(key: &dyn Fn(&str) -> String, wire: v1::Step) -> Result<Step, ReadError> {
    let span =
        Span { line: wire.line, column: wire.column, end_line: wire.end_line, end_column: wire.end_column };
    let location = location(key, &wire.file, wire.scope, span, wire.commit.as_deref(), wire.at_tip)?;
    Ok(Step { location, message: wire.message })
}

fn location(
    key: &dyn Fn(&str) -> String,
    file: &str,
    scope: v1::Scope,
    span: Span,
    commit: Option<&str>,
    at_tip: bool,
) -> Result<Location, ReadError> {
    let commit = commit.map(|commit| oid(&key("commit"), commit)).transpose()?;
    Ok(Location { place: place(file, scope), scope: scope.into(), span, commit, at_tip })
}

fn place(file: &str, scope: v1::Scope) -> Place {
    match scope.into() {
        Scope::Git => Place::parse(file),
        Scope::Span | Scope::File | Scope::Absent => Place::File(file.to_owned()),
    }
}

fn oid(key: &str, hex: &str) -> Result<ObjectId, ReadError> {
    hex.parse().map_err(|error| value(key, error))
}

fn gap((index, wire): (usize, v1::Gap)) -> Result<Gap, ReadError> {
    let object = wire.object.map(|hex| oid(&format!("gaps[{index}].object"), &hex)).transpose()?;
    Ok(Gap {
        kind: wire.kind.into(),
        cause: wire.cause.into(),
        place: place(&wire.file, wire.scope),
        detail: wire.detail,
        object,
    })
}

fn ref_update((index, wire): (usize, &v1::RefUpdate)) -> Result<RefUpdate, ReadError> {
    let key = |name: &str| format!("refs[{index}].{name}");
    let name = unescape(&wire.name).ok_or_else(|| value(key("name"), "a wrong escape after a backslash"))?;
    Ok(RefUpdate { name: name.into(), old: oid(&key("old"), &wire.old)?, new: oid(&key("new"), &wire.new)? })
}

/// The bytes that `vetogate_core::text::escape` made this text of.
pub(super) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escaped = &rest[at + 1..];
        let kind = escaped.chars().next()?;
        rest = &escaped[kind.len_utf8()..];
        match kind {
            '\\' => bytes.push(b'\\'),
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'x' => {
                bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
                rest = &rest[2..];
            }
            'u' => {
                let (digits, after) = rest.strip_prefix('{')?.split_once('}')?;
                let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            _ => return None,
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}
