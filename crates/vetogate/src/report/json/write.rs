//! From the inner types to the wire.

use super::v1;
use crate::report::{Report, steps::steps, ways::way_out};
use vetogate_core::judge::{Action, Judged};
use vetogate_core::{
    Confidence, Detects, Finding, Gap, Location, Novelty, Place, Scope, Severity, Suppression,
};

/// The report as it is written. The same report gives the same text.
pub fn wire(report: &Report) -> v1::Report {
    let verdict = &report.verdict;
    let elapsed_ms = u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX);
    let finding = |(index, judged)| finding(index, judged, &report.suppressions);
    v1::Report {
        schema_version: v1::VERSION,
        scan_id: scan_id(report, elapsed_ms),
        timestamp: report.timestamp.to_string(),
        tool: v1::Tool {
            name: "vetogate".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            rules_digest: report.rules_digest.clone(),
        },
        project: report.project.clone(),
        security_posture: report.posture.into(),
        posture_evidence: report.posture_evidence.clone(),
        policy: v1::PolicySource {
            digest: report.policy_digest.clone(),
            source: report.policy_source.clone(),
            rules_off: report.rules_off,
        },
        push_id: report.push_id.clone(),
        override_code: report.override_code.clone(),
        override_proof: report.override_proof.clone(),
        refs: refs(report),
        objects: v1::Objects { count: report.counts.objects, bytes: report.counts.bytes },
        summary: summary(report),
        findings: verdict.findings.iter().enumerate().map(finding).collect(),
        gaps: report.gaps.iter().map(gap).collect(),
        notes: report.notes.clone(),
        veto_decision: verdict.decision.into(),
        veto_reason: verdict.reason.clone(),
        override_available: verdict.override_available,
        elapsed_ms,
    }
}

/// Tells one run from another by its moment and what it looked at.
fn scan_id(report: &Report, elapsed_ms: u64) -> String {
    let moment = report.timestamp.to_string();
    let push = report.push_id.as_deref().unwrap_or_default();
    let parts = [moment.as_bytes(), report.project.as_bytes(), push.as_bytes(), &elapsed_ms.to_be_bytes()];
    let digest = vetogate_core::digest::sha256("vetogate/scan/v1", &parts);
    let day = report.timestamp.strftime("%Y-%m-%d");
    format!("sec-scan-{day}-{}", &digest[..8])
}

fn refs(report: &Report) -> Vec<v1::RefUpdate> {
    let update = |update| v1::RefUpdate {
        name: report.ref_name(update),
        old: update.old.to_string(),
        new: update.new.to_string(),
    };
    report.refs.iter().map(update).collect()
}

/// Counts what stands.
pub(super) fn summary(report: &Report) -> v1::Summary {
    let mut summary = v1::Summary {
        total_files: report.counts.total_files,
        scanned_files: report.counts.scanned_files,
        ..v1::Summary::default()
    };
    for judged in &report.verdict.findings {
        if judged.suppressed_by.is_some() {
            summary.suppressed += 1;
        } else if judged.finding.novelty == Novelty::Old {
            summary.old += 1;
        } else {
            summary.issues_found += 1;
            match judged.severity {
                Severity::Critical => summary.critical += 1,
                Severity::High => summary.high += 1,
                Severity::Medium => summary.medium += 1,
                Severity::Low => summary.low += 1,
            }
        }
    }
    summary
}

/// The `id` of the finding at this index.
pub(super) fn id(index: usize) -> String {
    format!("SEC-{:03}", index + 1)
}

fn finding(index: usize, judged: &Judged, suppressions: &[Suppression]) -> v1::Finding {
    let Judged { finding, severity, base_severity, action, suppressed_by } = judged;
    let Finding { rule, location, .. } = finding;
    let suppression = suppressed_by.and_then(|index| suppressions.get(index));
    v1::Finding {
        id: id(index),
        severity: (*severity).into(),
        base_severity: (*base_severity).into(),
        confidence: Confidence::into(finding.confidence),
        action: wire_action(*action),
        override_available: *action == Action::Block,
        category: rule.category.into(),
        rule_id: rule.id.clone(),
        detects: Detects::into(rule.detects),
        title: rule.title.clone(),
        description: rule.description.clone(),
        note: finding.note.clone(),
        file: location.place.to_string(),
        scope: scope(location),
        line: location.span.line,
        column: location.span.column,
        end_line: location.span.end_line,
        end_column: location.span.end_column,
        commit: location.commit.map(|commit| commit.to_string()),
        at_tip: location.at_tip,
        pattern: rule.pattern.clone(),
        snippet: finding.snippet.clone(),
        identifier: finding.identifier.clone(),
        fingerprint: finding.fingerprint.clone(),
        introduced: finding.novelty == Novelty::Introduced,
        published_at: published_at(&finding.novelty),
        cwe: rule.cwe.iter().map(ToString::to_string).collect(),
        owasp_2021: rule.owasp_2021().into_iter().map(Into::into).collect(),
        owasp_2025: rule.owasp_2025().into_iter().map(Into::into).collect(),
        recommendation: rule.recommendation.clone(),
        remediation: v1::Remediation { steps: steps(finding), references: rule.references.clone() },
        flow: finding.flow.iter().map(step).collect(),
        edits: finding.edits.iter().map(edit).collect(),
        suppressed: suppression.map(suppressed),
    }
}

fn wire_action(action: Action) -> v1::Action {
    match action {
        Action::List => v1::Action::List,
        Action::Warn => v1::Action::Warn,
        Action::Block | Action::Remediate => v1::Action::Veto,
    }
}

/// A file's name may look like a place of git: the scope tells them apart.
fn scope(location: &Location) -> v1::Scope {
    match (&location.place, location.scope) {
        (Place::File(_), Scope::Git) => v1::Scope::Span,
        (Place::File(_), scope) => scope.into(),
        _ => v1::Scope::Git,
    }
}

fn published_at(novelty: &Novelty) -> Option<String> {
    match novelty {
        Novelty::CopiedFrom(place) => Some(place.clone()),
        Novelty::Introduced | Novelty::Old => None,
    }
}

fn step(step: &vetogate_core::Step) -> v1::Step {
    let location = &step.location;
    v1::Step {
        file: location.place.to_string(),
        scope: scope(location),
        line: location.span.line,
        column: location.span.column,
        end_line: location.span.end_line,
        end_column: location.span.end_column,
        commit: location.commit.map(|commit| commit.to_string()),
        at_tip: location.at_tip,
        message: step.message.clone(),
    }
}

fn edit(edit: &vetogate_core::Edit) -> v1::Edit {
    v1::Edit { start: edit.start, end: edit.end, text: edit.text.clone() }
}

fn suppressed(suppression: &Suppression) -> v1::Suppressed {
    v1::Suppressed {
        who: suppression.who.clone(),
        why: suppression.reason.clone(),
        until: suppression.until.map(|until| until.to_string()),
        source: suppression.source.clone(),
    }
}

fn gap(gap: &Gap) -> v1::Gap {
    let is_file = matches!(gap.place, Place::File(_));
    v1::Gap {
        kind: gap.kind.into(),
        cause: gap.cause.into(),
        file: gap.place.to_string(),
        scope: if is_file { v1::Scope::File } else { v1::Scope::Git },
        detail: gap.detail.clone(),
        recommendation: way_out(gap.cause).into(),
        object: gap.object.map(|object| object.to_string()),
    }
}
