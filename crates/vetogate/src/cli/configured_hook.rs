//! `veto configured-hook`: what `hook.veto.command` in the user's configuration calls (git 2.54 or newer).
//!
//! Git runs it before the hook in the hooks folder. Where that one is ours too, it gives the verdict, and this says
//! nothing: one push, one verdict.

use super::{Failure, exit};
use crate::hooks::HookError;
use crate::hooks::place::Place;
use crate::hooks::probe::{self, Reply, Way};
use crate::hooks::program::same_program;
use crate::hooks::shim::{MARK, PROBE};
use crate::hooks::state::{Owner, State, Through, examine, owner_of};
use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// Arguments of `veto configured-hook`: those of the hook.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What git gave
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Answers the probe, leaves the push to our hook in the hooks folder, or becomes `veto hook pre-push`.
///
/// # Errors
/// When the program can't be started again.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let program = std::env::current_exe().map_err(Failure::incomplete)?;
    if args.arguments == PROBE {
        let shown = crate::hooks::show(&program);
        writeln!(anstream::stdout(), "{MARK}{shown}").map_err(Failure::incomplete)?;
        return Ok(exit::PASS);
    }
    if answered_elsewhere(&program).unwrap_or(false) {
        return Ok(exit::PASS);
    }
    Err(Failure::incomplete(Command::new(program).args(["hook", "pre-push"]).args(&args.arguments).exec()))
}

/// Only our unchanged hook that names this very program is believed at sight (with `core.hooksPath` in the work tree,
/// a branch can bring a hook); what goes through a hook manager is asked. In doubt two verdicts rather than none.
fn answered_elsewhere(program: &Path) -> Result<bool, HookError> {
    let place = Place::here(Path::new("."))?;
    Ok(match examine(&place)? {
        State::Asked { through: Through::Shim, exact } => exact && names(&place, program)?,
        State::Asked { exact: true, .. } => matches!(probe::ask(&place, Way::Folder)?, Reply::Answered(_)),
        _ => false,
    })
}

fn names(place: &Place, program: &Path) -> Result<bool, HookError> {
    let owner = owner_of(&place.hooks_dir.join("pre-push"))?;
    Ok(matches!(owner, Owner::Veto(shim) if same_program(&shim.program, program)))
}
