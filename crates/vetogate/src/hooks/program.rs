//! Where `veto` is, as the hook should remember it.

use super::{HookError, files};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The absolute path of the running program as it was typed or found in `PATH`. A symbolic link is kept: package
/// managers move it to the next version, while the file behind it goes away.
///
/// # Errors
/// When the program has no path at all.
pub fn recorded_path() -> Result<PathBuf, HookError> {
    let running = std::env::current_exe()
        .map_err(|error| HookError::Refused(format!("could not find the program itself: {error}")))?;
    let typed = std::env::args_os().next().unwrap_or_default();
    Ok(candidates(&typed).into_iter().find(|path| same_program(path, &running)).unwrap_or(running))
}

/// What was typed, then every `veto` in `PATH`.
fn candidates(typed: &OsString) -> Vec<PathBuf> {
    let typed = Path::new(typed);
    if typed.components().count() > 1 {
        return std::path::absolute(typed).into_iter().collect();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(typed))
        .collect()
}

/// Whether both paths lead to the same program. A first argument, or what a hook names, is only a claim.
pub fn same_program(path: &Path, running: &Path) -> bool {
    let real = |path| fs::canonicalize(path).ok();
    files::is_executable(path) && real(path).is_some() && real(path) == real(running)
}
