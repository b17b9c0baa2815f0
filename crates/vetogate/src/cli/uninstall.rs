//! `veto uninstall`: takes out what `veto install` put in, and gives back what was there.

use super::{Failure, exit, install};
use crate::hooks::place::Place;
use crate::hooks::{HookError, Steps, folder, global, husky, lefthook};
use std::path::Path;

/// Arguments of `veto uninstall`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What `veto install --global` put in
    #[arg(long)]
    global: bool,
}

/// Uninstalls; gives the exit code.
///
/// # Errors
/// When a file can't be read or written.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let steps = if args.global { global::uninstall() } else { here() };
    let steps = steps.map_err(Failure::usage)?;
    install::print(&steps, "nothing of ours is installed here").map_err(Failure::incomplete)?;
    Ok(exit::PASS)
}

/// Pins stay: they say what the remote said, and no hook is needed for that.
fn here() -> Result<Steps, HookError> {
    let place = Place::here(Path::new("."))?;
    if let Some(file) = husky::user_file(&place.hooks_dir) {
        return husky::uninstall(&place, &file);
    }
    let mut steps = lefthook::uninstall(&place)?;
    let part = folder::uninstall(&place.hooks_dir)?;
    steps.done.extend(part.done);
    steps.notes.extend(part.notes);
    Ok(steps)
}
