//! From a push that was looked at to the verdict that holds: an override of it, the record of it.

use crate::audit::log::{Log, LogError};
use crate::audit::record;
use crate::gate::Gate;
use crate::overrides::binding::{self, Binding};
use crate::overrides::store::{self, Veto};
use crate::overrides::token::Token;
use crate::pins;
use crate::report::Report;
use crate::source::push::Push;
use crate::trust::{self, Trust};
use std::path::Path;
use vetogate_core::judge::{Accepted, Decision, Judged};
use vetogate_core::{Gap, GapCause, Place, Tree};

/// Judges a push, lets it through where a person did, and records the verdict. `input` is what git said of it.
pub fn settle(gate: &mut Gate<'_>, push: Push<'_>, input: &[u8]) -> Report {
    let Some(common_dir) = gate.common_dir.clone() else { return gate.report(None) };
    let mut report = judged(gate, push, &common_dir);
    if push.updates.is_empty() {
        return report;
    }
    keep(&mut report, push, input, &common_dir);
    if report.override_code.is_some() {
        report.override_proof = Some(binding::needed(&report, &gate.policy().overrides).to_string());
    }
    match write(&report, push, &common_dir) {
        Ok(()) => report,
        Err(error) => unrecorded(gate, &report, &error),
    }
}

fn write(report: &Report, push: Push<'_>, common_dir: &Path) -> Result<(), LogError> {
    Log::of(common_dir).append_after(|tail| record::verdict(report, push, tail)).map(drop)
}

/// A clean push passes with a warning; what was let through is not.
fn unrecorded(gate: &mut Gate<'_>, report: &Report, error: &LogError) -> Report {
    let detail = if report.verdict.decision == Decision::Overridden {
        format!("{error}; an override that can't be recorded counts for nothing")
    } else {
        error.to_string()
    };
    gate.add(Gap::partial(GapCause::Failed, Place::Run("audit log".into()), detail));
    gate.report(None)
}

fn judged(gate: &Gate<'_>, push: Push<'_>, common_dir: &Path) -> Report {
    let mut report = gate.report(None);
    if report.verdict.decision != Decision::Block || !report.verdict.override_available {
        return report;
    }
    let Some(binding) = Binding::of(&report, push.url) else { return report };
    match accepted(gate, &binding, common_dir) {
        Ok(None) => {}
        Ok(Some(accepted)) => report = gate.report(Some(accepted)),
        Err(why) => report.notes.push(format!("the override of this push counts for nothing: {why}")),
    }
    report
}

/// Keeps what git said of a push in which something was found, so that it can be looked at again for triage and override.
/// A ref's name that holds a secret is not kept.
fn keep(report: &mut Report, push: Push<'_>, input: &[u8], common_dir: &Path) {
    let in_name = |judged: &Judged| matches!(judged.finding.location.place, Place::RefName(_));
    let found = &report.verdict.findings;
    let is_clean = found.is_empty() && report.gaps.is_empty();
    let is_named = found.iter().any(in_name);
    let lines = std::str::from_utf8(input).ok().filter(|_| !is_clean && !is_named);
    let Some(lines) = lines else {
        if report.verdict.override_available {
            report.verdict.override_available = false;
            let why = if is_named {
                "a secret stands in the name of a ref"
            } else {
                "the name of a ref is not UTF-8"
            };
            report.notes.push(format!("there is no override of this push: {why}; rename it and push again"));
        }
        return;
    };
    let veto = Veto {
        remote: pins::shown(push.remote),
        url: pins::shown(push.url),
        lines: lines.lines().map(str::to_owned).collect(),
    };
    // Where it can't be kept, there is nothing to answer by.
    let _ = store::keep_last(common_dir, &veto);
    if report.verdict.decision == Decision::Block && report.verdict.override_available {
        let code = Binding::of(report, push.url).map(|binding| binding.code());
        report.override_code = code.filter(|code| store::keep(common_dir, code, &veto).is_ok());
    }
}

/// What the token of this push accepts, where there is one.
fn accepted(gate: &Gate<'_>, binding: &Binding, common_dir: &Path) -> Result<Option<Accepted>, String> {
    let token = store::token(common_dir, binding).map_err(|error| format!("it can't be read: {error}"))?;
    let Some(token) = token else { return Ok(None) };
    let token = Token::parse(&token).map_err(|refusal| refusal.to_string())?;
    // Nobody has to be listed for a phrase that was typed.
    let trust = if token.signature.is_some() { signers(gate, common_dir)? } else { Trust::default() };
    let now = jiff::Timestamp::now();
    let accepted = token.check(binding, now, &gate.policy().overrides, &trust.signers);
    let accepted = accepted.map_err(|refusal| refusal.to_string())?;
    // A file can be written by anybody; what was answered stands in the record.
    if !Log::of(common_dir).holds("override", "token", &token.digest())? {
        return Err("the record does not know it; answer the veto with `veto override`".into());
    }
    Ok(Some(accepted))
}

/// Whose signature counts for this push.
///
/// # Errors
/// What is wrong with a signers file.
pub fn signers(gate: &Gate<'_>, common_dir: &Path) -> Result<Trust, String> {
    let (tree, name) = (gate.trusted(), gate.trusted_name());
    trust::signers(tree.as_ref().map(|tree| (tree as &dyn Tree, name.as_str())), common_dir)
}
