//! What a verdict is recorded as, and what changed since the one before it.

use super::Event;
use crate::pins;
use crate::report::Report;
use crate::source::push::Push;
use serde_json::{Value, json};
use vetogate_core::judge::Action;
use vetogate_core::text::escape;

/// The events of a verdict: itself, after what changed of policy or posture since the last one in `tail`.
pub fn verdict(report: &Report, push: Push<'_>, tail: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    if let Some(before) = last_verdict(tail) {
        for (key, now) in [("policy", report.policy_digest.as_str()), ("posture", report.posture.as_str())] {
            let was = before.get(key).and_then(Value::as_str).unwrap_or_default();
            if was != now && !was.is_empty() {
                let kind = if key == "policy" { "policy-change" } else { "posture-change" };
                let source = &report.policy_source;
                events.push(Event::new(kind, json!({ "from": was, "to": now, "source": source })));
            }
        }
    }
    events.push(of(report, push));
    events
}

fn of(report: &Report, push: Push<'_>) -> Event {
    let verdict = &report.verdict;
    let refs: Vec<Value> = report
        .refs
        .iter()
        .map(|update| json!([report.ref_name(update), update.old.to_string(), update.new.to_string()]))
        .collect();
    let counts = verdict.findings.iter().filter(|judged| judged.action >= Action::Warn);
    let findings: Vec<&str> = counts.map(|judged| judged.finding.fingerprint.as_str()).collect();
    let data = json!({
        "decision": verdict.decision.as_str(),
        "push": report.push_id,
        "remote": escape(pins::shown(push.remote).as_bytes()),
        "url": escape(pins::shown(push.url).as_bytes()),
        "refs": refs,
        "findings": findings,
        "gaps": report.gaps.len(),
        "posture": report.posture.as_str(),
        "policy": report.policy_digest,
        "rules": report.rules_digest,
        "objects": report.counts.objects,
        "bytes": report.counts.bytes,
    });
    let loosens = verdict.decision == vetogate_core::judge::Decision::Overridden;
    if loosens { Event::loosening("verdict", data) } else { Event::new("verdict", data) }
}

fn last_verdict(tail: &[u8]) -> Option<Value> {
    let lines = tail.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut values = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    values.find(|line| line.get("event").and_then(Value::as_str) == Some("verdict"))
}
