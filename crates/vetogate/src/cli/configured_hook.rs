//! `veto configured-hook`: what `hook.veto.command` in the user's configuration calls (git 2.54 or newer).
//!
//! Git runs it before the hook in the hooks folder. Where that one is ours too, it gives the verdict, and this says
//! nothing: one push, one verdict. The shim calls it with the probe, to which every veto answers here.

use super::{Failure, exit};
use crate::hooks::HookError;
use crate::hooks::place::Place;
use crate::hooks::probe;
use crate::hooks::program::same_program;
use crate::hooks::shim::PROBE;
use crate::hooks::state::{State, Through, examine};
use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// Arguments of `veto configured-hook`: those of the hook.
// A remote may be called `-h` or `--help`: its push must not pass for a question.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true, disable_version_flag = true)]
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
        writeln!(anstream::stdout(), "{}", probe::answer(&program)).map_err(Failure::incomplete)?;
        return Ok(exit::PASS);
    }
    if answered_elsewhere(&program).unwrap_or(false) {
        return Ok(exit::PASS);
    }
    let hook = ["hook", "pre-push", "--"];
    Err(Failure::incomplete(Command::new(program).args(hook).args(&args.arguments).exec()))
}

/// Only our unchanged hook that names this very program is believed at sight (with `core.hooksPath` in the work tree,
/// a branch can bring a hook); what goes through a hook manager is asked. In doubt two verdicts rather than none.
fn answered_elsewhere(program: &Path) -> Result<bool, HookError> {
    let place = Place::here(Path::new("."))?;
    let State::Asked(asked) = examine(&place)? else { return Ok(false) };
    if !asked.exact || !same_program(&asked.program, program) {
        return Ok(false);
    }
    Ok(asked.through == Through::Shim || probe::prove(&place, &asked)?.is_ok())
}
