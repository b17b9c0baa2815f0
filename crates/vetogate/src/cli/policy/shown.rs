//! `veto policy show`.

use super::super::{Failure, exit, output};
use super::trusted_tip;
use crate::git::catfile::CatFile;
use crate::git::tree::GitTree;
use crate::hooks::place::Place;
use crate::policies;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;
use vetogate_core::policy::{RuleSetting, TriageRules};
use vetogate_core::suppress::Subject;
use vetogate_core::text::{escape, guard};
use vetogate_core::{Policy, Suppression, cwe};

/// Prints the policy in force; gives the exit code.
///
/// # Errors
/// When it can't be read, or is wrong.
pub(super) fn show(remote: Option<&str>) -> Result<u8, Failure> {
    let place = Place::here(Path::new(".")).map_err(Failure::usage)?;
    let (policy, note) = match remote {
        None => (policies::of_work_tree(&place.root).map_err(Failure::usage)?, None),
        Some(remote) => {
            let tip = trusted_tip(&place.git(), remote)?;
            let objects =
                RefCell::new(CatFile::new(place.git(), crate::deadline::Deadline::start(None).watch()));
            let id = tip.parse().map_err(|_| Failure::usage(anyhow::anyhow!("git named no commit")))?;
            let (policy, gap) = policies::of_remote(&GitTree::new(&objects, id), &escape(remote.as_bytes()));
            (policy, gap.map(|gap| gap.detail))
        }
    };
    let mut out = String::new();
    for (key, value, default) in values(&policy)
        .iter()
        .zip(values(&Policy::default()))
        .map(|(now, built_in)| (now.0, &now.1, built_in.1))
    {
        let source = if *value == default { "built-in" } else { policy.source.as_str() };
        let _ = writeln!(out, "{key:<18} {value:<12} {}", guard(source));
    }
    policy.rules.iter().for_each(|setting| rule(&mut out, setting, &policy.source));
    policy.exclusions.iter().for_each(|exclusion| excluded(&mut out, exclusion));
    out.push_str("\nSeverity by weakness:\n");
    for row in cwe::TABLE {
        let _ = writeln!(out, "{:<10} {:<9} {}", row.cwe.to_string(), row.severity, row.name);
    }
    if let Some(note) = note {
        let _ = writeln!(out, "\n{}", guard(&note));
    }
    output::print(&out)?;
    Ok(exit::PASS)
}

fn values(policy: &Policy) -> Vec<(&'static str, String)> {
    let triage = match policy.triage {
        TriageRules::Trusted => "false",
        TriageRules::Signed => "true",
        TriageRules::None => "none counts",
    };
    vec![
        ("posture", policy.posture.to_string()),
        ("min_confidence", policy.min_confidence.to_string()),
        ("medium vetoes", policy.medium_vetoes.to_string()),
        ("guide-literal", if policy.packs.guide_literal { "on" } else { "off" }.to_owned()),
        ("override.allowed", policy.overrides.allowed.to_string()),
        ("override.proof", policy.overrides.proof.to_string()),
        ("override.minutes", policy.overrides.minutes.to_string()),
        ("triage.signed", triage.to_owned()),
        ("inline.allowed", policy.inline_allowed.to_string()),
        ("limits.seconds", policy.time_limit.as_secs().to_string()),
        ("repository", policy.repository.clone().unwrap_or_else(|| "-".into())),
    ]
}

fn rule(out: &mut String, setting: &RuleSetting, source: &str) {
    let severity = setting.severity.map(|severity| format!("severity {severity}"));
    let enabled = setting.enabled.map(|enabled| if enabled { "on" } else { "off" }.to_owned());
    let said: Vec<String> = severity.into_iter().chain(enabled).chain(setting.reason.clone()).collect();
    let _ = writeln!(
        out,
        "rule {}: {}  {}:{}",
        guard(&setting.pattern),
        guard(&said.join(", ")),
        guard(source),
        setting.line
    );
}

fn excluded(out: &mut String, exclusion: &Suppression) {
    let until = exclusion.until.map(|until| format!(", until {until}")).unwrap_or_default();
    let Subject::Paths { glob, rules } = &exclusion.subject else { return };
    let rules = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    let what = format!("{}{rules}: {}{until}", glob.glob().glob(), exclusion.reason);
    let _ = writeln!(out, "excluded {}  {}", guard(&what), guard(&exclusion.source));
}
