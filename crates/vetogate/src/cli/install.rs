//! `veto install`: puts the pre-push hook in, and pins the branch that is trusted.

use super::{Failure, enrol, exit, upstream};
use crate::audit::Event;
use crate::audit::log::Log;
use crate::engine::findings::masked;
use crate::gate;
use crate::git::command::Git;
use crate::hooks::place::{Place, git_version};
use crate::hooks::state::{State, examine};
use crate::hooks::{
    CONFIGURED_HOOKS_GIT, HookError, OLDEST_GIT, Steps, folder, global, husky, lefthook, pinning, places,
    program, show,
};
use crate::policies::seen;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Arguments of `veto install`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// For all repositories of this user, as far as git can (2.54 or newer: all; older: new clones)
    #[arg(long)]
    global: bool,
    /// Enrol this SSH key, for this clone alone: what it signs counts where neither the remote nor the machine lists
    /// signers. Asks on a terminal.
    #[arg(long, value_name = "KEY", conflicts_with = "global")]
    signer: Option<PathBuf>,
}

/// Installs the hook; gives the exit code.
///
/// # Errors
/// When the hook can't be put in place.
pub fn run(args: &Args) -> Result<u8, Failure> {
    check_git().map_err(Failure::usage)?;
    let program = program::recorded_path().map_err(Failure::usage)?;
    let steps = if args.global { global::install(&program) } else { here(&program) };
    let mut steps = steps.map_err(Failure::usage)?;
    if let Some(key) = &args.signer {
        steps.done.push(enrol::enrol(key)?);
    }
    if !steps.done.is_empty() && !args.global {
        record();
    }
    if !args.global {
        steps.done.extend(upstream::ask_for_public()?);
    }
    print(&steps, "already installed; nothing to do").map_err(Failure::incomplete)?;
    Ok(exit::PASS)
}

/// From here on a push without a verdict is one. What can't be recorded is said at the first push.
fn record() {
    if let Ok(common_dir) = gate::common_dir(&Git::at(".")) {
        let event = Event::new("install", serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }));
        let _ = Log::of(&common_dir).append(&[event]);
    }
}

/// Says what was done, then what to know.
pub(super) fn print(steps: &Steps, nothing: &str) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    for line in &steps.done {
        writeln!(out, "{}", masked(line))?;
    }
    if steps.done.is_empty() {
        writeln!(out, "{nothing}")?;
    }
    for line in &steps.notes {
        writeln!(out, "note: {}", masked(line))?;
    }
    Ok(())
}

fn check_git() -> Result<(), HookError> {
    let version = git_version(&Git::at("/").elsewhere())?;
    if version >= OLDEST_GIT {
        return Ok(());
    }
    let ((major, minor), (a, b)) = (version, OLDEST_GIT);
    Err(HookError::Refused(format!("git {major}.{minor} is too old; install git {a}.{b} or newer")))
}

fn here(program: &Path) -> Result<Steps, HookError> {
    let place = Place::here(Path::new("."))?;
    let mut steps = Steps::default();
    check_hooks_path(&place, &mut steps)?;
    let part = match husky::user_file(&place.hooks_dir) {
        Some(file) => husky::install(&place, &file, program)?,
        None => into_folder(&place, program)?,
    };
    let pins = pinning::pin(&place, false)?;
    seen::keep_all_signers(&place.git(), &place.common_dir);
    for part in [part, pins] {
        steps.done.extend(part.done);
        steps.notes.extend(part.notes);
    }
    note_others(place, &mut steps)?;
    Ok(steps)
}

/// Names the work trees and submodules that can be pushed from unasked: `git push --recurse-submodules` does, without
/// a hook of this repository.
fn note_others(here: Place, steps: &mut Steps) -> Result<(), HookError> {
    let configured = here.setting("hook.veto.command")?.is_some_and(|setting| global::is_ours(&setting));
    if configured && git_version(&here.git())? >= CONFIGURED_HOOKS_GIT {
        return Ok(());
    }
    for found in places::all(here)?.iter().filter(|found| found.kind != "here") {
        let Ok(place) = &found.place else { continue };
        if let State::NotAsked(problem) = examine(place)? {
            let how = if found.kind == "submodule" { "with --recurse-submodules" } else { "from there" };
            let name = format!("{} ({})", show(&found.path), found.kind);
            steps.note(format!(
                "{name}: a push {how} is not asked about: {}; {}",
                problem.what, problem.remedy
            ));
        }
    }
    Ok(())
}

/// The folder itself, and what keeps the gate there when lefthook writes its hooks anew.
fn into_folder(place: &Place, program: &Path) -> Result<Steps, HookError> {
    if lefthook::config(&place.root).is_none() || place.bare {
        return folder::install(&place.hooks_dir, program);
    }
    let mut steps = lefthook::install(place, program)?;
    let hook = std::fs::read(place.hooks_dir.join("pre-push")).unwrap_or_default();
    if !lefthook::is_gated(&hook) {
        let part = folder::install(&place.hooks_dir, program)?;
        steps.done.extend(part.done);
        steps.notes.extend(part.notes);
    }
    Ok(steps)
}

fn check_hooks_path(place: &Place, steps: &mut Steps) -> Result<(), HookError> {
    let Some(setting) = place.setting("core.hooksPath")? else { return Ok(()) };
    let origin = vetogate_core::text::escape(&setting.origin);
    if place.hooks_dir.starts_with("/dev/null") {
        let text = format!(
            "core.hooksPath ({origin}) switches hooks off; `git config --unset core.hooksPath` first"
        );
        return Err(HookError::Refused(text));
    }
    let folder = show(&place.hooks_dir);
    if place.is_shared() {
        steps.note(format!("{folder} (core.hooksPath in {origin}) may serve other repositories too"));
    } else if in_work_tree(place) && husky::user_file(&place.hooks_dir).is_none() {
        steps.note(format!(
            "{folder} is in the work tree: do not commit the hook, it names a path of this machine"
        ));
    }
    Ok(())
}

fn in_work_tree(place: &Place) -> bool {
    place.hooks_dir.starts_with(&place.root) && !place.hooks_dir.starts_with(&place.common_dir)
}
