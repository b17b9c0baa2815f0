//! `veto policy show`.

use super::super::{Failure, exit, output};
use crate::deadline::Deadline;
use crate::git::catfile::CatFile;
use crate::git::remote::{CONFIG, Remotes, absolute};
use crate::hooks::place::Place;
use crate::policies::layers::Layers;
use crate::policies::{self, of_push};
use crate::source::alias::Alias;
use crate::{gate, pins};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;
use vetogate_core::policy::{Key, RuleSetting};
use vetogate_core::suppress::Subject;
use vetogate_core::text::{escape, guard};
use vetogate_core::{Policy, Suppression, cwe};

/// Prints the policy in force; gives the exit code.
///
/// # Errors
/// When it can't be read, or is wrong.
pub(super) fn show(remote: Option<&str>) -> Result<u8, Failure> {
    let place = Place::here(Path::new(".")).map_err(Failure::usage)?;
    let layers = Layers::read().map_err(Failure::usage)?;
    let (policy, note) = match remote {
        None => (layers.over(policies::of_work_tree(&place.root).map_err(Failure::usage)?), None),
        Some(remote) => of_remote(&place, remote, &layers)?,
    };
    let mut out = String::new();
    for key in Key::ALL {
        let source = policy.stated.get(&key).map_or("built-in", String::as_str);
        let _ = writeln!(out, "{:<18} {:<12} {}", key.as_str(), key.value(&policy), guard(source));
    }
    policy.rules.iter().for_each(|setting| rule(&mut out, setting, ""));
    policy.floors.iter().flatten().for_each(|setting| rule(&mut out, setting, "at least "));
    policy.exclusions.iter().for_each(|exclusion| excluded(&mut out, exclusion));
    for url in &policy.public {
        let _ = writeln!(out, "public {}", guard(&pins::shown(url)));
    }
    let idle = layers.iter().flat_map(|layer| {
        policy.without_effect(layer).map(move |(key, source)| (key, key.value(layer), source))
    });
    for (key, value, source) in idle {
        let _ =
            writeln!(out, "without effect, for it would loosen: {} {value}  {}", key.as_str(), guard(source));
    }
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

/// The policy of a push to a remote, with what is wrong with it.
fn of_remote(place: &Place, remote: &str, layers: &Layers) -> Result<(Policy, Option<String>), Failure> {
    let git = place.git();
    let name = escape(remote.as_bytes());
    let remotes = Remotes::parse(&place.settings().read(CONFIG).unwrap_or_default());
    let fetched = remotes.fetched(remote).ok_or_else(|| {
        Failure::usage(anyhow::anyhow!("no remote is called {name} here; see `git remote`"))
    })?;
    let url = absolute(&fetched, &place.root);
    let objects = RefCell::new(CatFile::new(place.git(), Deadline::start(None).watch()));
    let common_dir = gate::common_dir(&git).map_err(Failure::usage)?;
    let pins = pins::read(&common_dir).map_err(Failure::usage)?;
    // As a push would see it: pinned there, fetched from there, and pushed there.
    let pin = pins.find(remote, &url, &remotes).filter(|pin| pin.is_at(&url));
    let pin = pin.filter(|_| !remotes.pushes_elsewhere(remote));
    let branch = pin.and_then(|pin| pin.branch.as_deref());
    let trusted = branch.and_then(|branch| Alias::fetched(&git, &pins, remote, branch));
    let trusted = trusted.map(|found| (found.tip, found.name));
    let reader = of_push::Reader {
        git: &git,
        objects: &objects,
        common_dir: &common_dir,
        place: pins::shown(&url),
        layers,
    };
    let (policy, gap) = reader.read(trusted.as_ref());
    let unknown = trusted.is_none().then(|| {
        format!(
            "Nothing of {name} is trusted here, so the defaults hold, tightened by every policy that this clone knows; `veto doctor` says why."
        )
    });
    Ok((policy, gap.map(|gap| gap.detail).or(unknown)))
}

fn rule(out: &mut String, setting: &RuleSetting, least: &str) {
    let severity = setting.severity.map(|severity| format!("severity {least}{severity}"));
    let enabled = setting.enabled.map(|enabled| if enabled { "on" } else { "off" }.to_owned());
    let said: Vec<String> = severity.into_iter().chain(enabled).chain(setting.reason.clone()).collect();
    let (pattern, said) = (guard(&setting.pattern), guard(&said.join(", ")));
    let _ = writeln!(out, "rule {pattern}: {said}  {}", guard(&setting.source));
}

fn excluded(out: &mut String, exclusion: &Suppression) {
    let until = exclusion.until.map(|until| format!(", until {until}")).unwrap_or_default();
    let Subject::Paths { glob, rules, except } = &exclusion.subject else { return };
    let rules = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    let except = if except.is_empty() { String::new() } else { format!(" but for {}", except.join(", ")) };
    let what = format!("{}{rules}{except}: {}{until}", glob.glob().glob(), exclusion.reason);
    let _ = writeln!(out, "excluded {}  {}", guard(&what), guard(&exclusion.source));
}
