//! `veto doctor`: is the gate really in force here?

mod remotes;

use super::{Failure, exit, install};
use crate::engine::findings::masked;
use crate::git::command::{Git, GitError};
use crate::hooks::place::{Place, Setting, git_version};
use crate::hooks::places::{self, Found};
use crate::hooks::probe::{self, Reply, Way};
use crate::hooks::state::{Asked, Problem, State, Through, examine};
use crate::hooks::{CONFIGURED_HOOKS_GIT, HookError, OLDEST_GIT, global, lefthook, pinning, show};
use std::io::Write as _;
use std::path::Path;
use vetogate_core::text::escape;

/// Arguments of `veto doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ask each remote again which branch is trusted, and pin it
    ///
    /// As `git push` would: core.sshCommand, core.gitProxy, core.askPass and credential helpers of your git are
    /// obeyed. remote.*.uploadpack is not, and a remote that needs a program of its own (`ext::` and other remote
    /// helpers, remote.*.vcs) is not asked.
    #[arg(long)]
    pin: bool,
}

/// What was found, in the order it is shown.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    problems: usize,
}

impl Findings {
    fn fine(&mut self, line: impl AsRef<str>) {
        self.lines.push(format!("ok    {}", line.as_ref()));
    }

    fn note(&mut self, line: impl AsRef<str>) {
        self.lines.push(format!("note  {}", line.as_ref()));
    }

    fn problem(&mut self, place: &str, problem: &Problem) {
        self.problems += 1;
        self.lines.push(format!("FAIL  {place}: {}; {}", problem.what, problem.remedy));
    }
}

/// Looks, and proves; gives the exit code.
///
/// # Errors
/// When there is no repository here, or git does not answer.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let place = Place::here(Path::new(".")).map_err(Failure::usage)?;
    if args.pin {
        let steps = pinning::pin(&place, true).map_err(Failure::usage)?;
        install::print(&steps, "every pin is right").map_err(Failure::incomplete)?;
    }
    let findings = look(&place).map_err(Failure::incomplete)?;
    report(&findings).map_err(Failure::incomplete)?;
    Ok(if findings.problems == 0 { exit::PASS } else { exit::BLOCK })
}

fn report(findings: &Findings) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    for line in &findings.lines {
        writeln!(out, "{}", masked(line))?;
    }
    match findings.problems {
        0 => writeln!(out, "The gate is in force here."),
        1 => writeln!(out, "1 problem: the gate is not in force everywhere here."),
        n => writeln!(out, "{n} problems: the gate is not in force everywhere here."),
    }
}

fn look(here: &Place) -> Result<Findings, HookError> {
    let mut findings = Findings::default();
    let version = look_at_git(here, &mut findings)?;
    let found = places::all(here.clone())?;
    for found in &found {
        match &found.place {
            Ok(place) => look_at_place(found, place, version, &mut findings)?,
            Err(error) => {
                let problem = Problem::new(error.to_string(), "make git work there");
                findings.problem(&show(&found.path), &problem);
            }
        }
    }
    for found in found.iter().filter(|found| found.kind != "work tree") {
        if let Ok(place) = &found.place {
            remotes::look(place, &mut findings)?;
        }
    }
    Ok(findings)
}

fn look_at_git(here: &Place, findings: &mut Findings) -> Result<(u32, u32), GitError> {
    let version = git_version(&Git::at(&here.root))?;
    let ((major, minor), (a, b)) = (version, OLDEST_GIT);
    let name = format!("git {major}.{minor}");
    if version >= OLDEST_GIT {
        findings.fine(format!("{name} ({a}.{b} or newer is needed)"));
    } else {
        findings.problem(&name, &Problem::new("too old", format!("install git {a}.{b} or newer")));
    }
    Ok(version)
}

fn look_at_place(
    found: &Found,
    place: &Place,
    version: (u32, u32),
    findings: &mut Findings,
) -> Result<(), HookError> {
    let name = format!("{} ({})", show(&found.path), found.kind);
    look_at_hooks_path(place, &name, findings)?;
    let configured = version >= CONFIGURED_HOOKS_GIT && look_at_configured(place, &name, findings)?;
    match examine(place)? {
        State::Asked(asked) => prove(place, &name, &asked, findings)?,
        State::NotAsked(problem) if configured => {
            findings.note(format!("{name}: only the user's configuration asks us ({})", problem.what));
            if place.hooks_dir.join("pre-push").exists() {
                findings
                    .note(format!("{name}: the hook there runs even after a veto; run `veto install` there"));
            }
        }
        State::NotAsked(problem) => findings.problem(&name, &problem),
    }
    if lefthook::config(&place.root).is_some() && !lefthook::is_lasting(&place.root) {
        findings.note(format!(
            "{name}: the next `lefthook install` takes the gate away; run `veto install` there"
        ));
    }
    Ok(())
}

/// Runs the hook with the probe, if our part in it is unchanged.
fn prove(place: &Place, name: &str, asked: &Asked, findings: &mut Findings) -> Result<(), HookError> {
    let program = match probe::prove(place, asked)? {
        Ok(program) => program,
        Err(problem) => {
            findings.problem(name, &problem);
            return Ok(());
        }
    };
    let answered = escape(program.as_bytes());
    findings.fine(format!("{name}: answers through {} ({answered})", asked.through.name()));
    let here = std::env::current_exe().unwrap_or_default();
    if !probe::is_answer_of(&here, &program) {
        let here = show(&here);
        findings.note(format!("{name}: that is not this program ({here}); to change it, run `veto install`"));
    } else if !asked.program.exists() {
        let gone = show(&asked.program);
        findings.note(format!("{name}: {gone} is gone, so PATH is searched; run `veto install` there"));
    }
    if asked.through == Through::Husky {
        findings.note(format!("{name}: only on branches that have our block in .husky/pre-push: commit it"));
    }
    Ok(())
}

/// Where hooks are looked for, if that is not the usual place.
fn look_at_hooks_path(place: &Place, name: &str, findings: &mut Findings) -> Result<(), HookError> {
    let Some(setting) = place.setting("core.hooksPath")? else { return Ok(()) };
    let (value, origin) = (escape(&setting.value), escape(&setting.origin));
    findings.note(format!("{name}: core.hooksPath is {value} ({}, {origin})", setting.scope));
    if place.is_shared() {
        findings.note(format!("{name}: that folder may serve other repositories too"));
    }
    Ok(())
}

/// Whether the user's configuration asks us here, proved; says why where it should and does not.
fn look_at_configured(place: &Place, name: &str, findings: &mut Findings) -> Result<bool, HookError> {
    let setting = place.setting("hook.veto.command")?;
    let Some(setting) = setting.filter(global::is_ours) else { return Ok(false) };
    if let Some(problem) = not_ours_to_run(&setting) {
        findings.problem(name, &problem);
        return Ok(false);
    }
    for key in ["hook.veto.enabled", "hook.pre-push.enabled"] {
        let Some(setting) = place.setting(key)? else { continue };
        if matches!(setting.value.to_ascii_lowercase().as_slice(), b"false" | b"no" | b"off" | b"0" | b"") {
            let origin = escape(&setting.origin);
            let remedy = format!("`git config --{} --unset {key}` there", setting.scope);
            findings.problem(name, &Problem::new(format!("{key} is off in {origin}"), remedy));
            return Ok(false);
        }
    }
    match probe::ask(place, Way::Configuration)? {
        Reply::Answered(program) => {
            let program = escape(program.as_bytes());
            findings.fine(format!("{name}: answers through the user's configuration ({program})"));
            Ok(true)
        }
        Reply::Other(said) => {
            let what = format!("no veto answered through hook.veto.command: {said}");
            findings.problem(name, &Problem::new(what, "run `veto install --global`"));
            Ok(false)
        }
    }
}

/// Why the command in the configuration is not run for a question: a repository must not choose what we run.
fn not_ours_to_run(setting: &Setting) -> Option<Problem> {
    let origin = escape(&setting.origin);
    if matches!(setting.scope.as_str(), "local" | "worktree") {
        let remedy = format!("`git config --{} --unset-all hook.veto.command` there", setting.scope);
        return Some(Problem::new(format!("hook.veto.command is set by this repository ({origin})"), remedy));
    }
    let what = format!("hook.veto.command was changed, or is of another version ({origin})");
    (!global::is_exact(setting)).then(|| Problem::new(what, "run `veto install --global`"))
}
