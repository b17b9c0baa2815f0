//! husky 9: git looks in `.husky/_`, which husky writes anew; the user's own file is `.husky/pre-push`, and our block
//! goes to its top.
//!
//! That file is usually committed, so the block names no path of this machine: it reads in the gate that
//! `veto install` made in this clone, and does nothing in a clone without one.

use super::place::Place;
use super::{HookError, Steps, block, files, shim, show};
use std::path::{Path, PathBuf};

const BODY: &str = r#"veto_gate=$(git rev-parse --git-common-dir)/veto/gate
[ ! -f "$veto_gate" ] || . "$veto_gate"
unset veto_gate
"#;

/// The user's pre-push file, when husky owns the hooks folder.
pub fn user_file(hooks_dir: &Path) -> Option<PathBuf> {
    let folder = hooks_dir.parent()?;
    let named = hooks_dir.file_name() == Some("_".as_ref());
    let husky = folder.file_name() == Some(".husky".as_ref()) || files::exists(&hooks_dir.join("h"));
    (named && husky).then(|| folder.join("pre-push"))
}

/// Whether the block is the first thing that the file does.
pub fn is_gated(text: &[u8]) -> bool {
    block::find(text).is_some_and(|range| {
        range.start == block::after_shebang(text) && text[range].ends_with(&[BODY.as_bytes(), END].concat())
    })
}

const END: &[u8] = b"# veto-gate: end\n";

/// Adds the block, and the gate that it reads in.
///
/// # Errors
/// When one of the files can't be read or written.
pub fn install(place: &Place, file: &Path, program: &Path) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    write_gate(place, program, &mut steps)?;
    let text = files::read(file).map_err(|error| HookError::read(file, error))?;
    if text.as_deref().is_some_and(is_gated) {
        return Ok(steps);
    }
    let with = match text.as_deref().map(without_block) {
        Some(text) if !text.is_empty() => block::insert(&text, block::after_shebang(&text), b"", BODY),
        _ => block::alone("", BODY),
    };
    files::write(file, &with, files::PLAIN).map_err(|error| HookError::write(file, error))?;
    steps.did(format!("added our block to {}", show(file)));
    steps.note(
        "commit it: a branch without that block is unguarded, also after `git reset --hard` or a checkout",
    );
    steps.note("it does nothing in clones where `veto install` was not run");
    if !files::exists(&place.hooks_dir.join("pre-push")) {
        steps.note("husky's own files are missing here; run `npx husky`");
    }
    Ok(steps)
}

/// Takes the block and the gate out.
///
/// # Errors
/// As [`install`].
pub fn uninstall(place: &Place, file: &Path) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    take_out(file, &mut steps)?;
    remove_ours(&gate_path(place), &mut steps)?;
    Ok(steps)
}

/// Takes a block out of a file, and removes the file if it was made for the block.
///
/// # Errors
/// When it can't be read or written.
pub fn take_out(file: &Path, steps: &mut Steps) -> Result<(), HookError> {
    let Some(text) = files::read(file).map_err(|error| HookError::read(file, error))? else { return Ok(()) };
    let written = match block::remove(&text) {
        block::Without::Unchanged => return Ok(()),
        block::Without::Text(before) => files::write(file, &before, files::PLAIN),
        block::Without::Nothing => std::fs::remove_file(file),
    };
    written.map_err(|error| HookError::write(file, error))?;
    steps.did(format!("took our block out of {}", show(file)));
    Ok(())
}

/// Removes a file that only we write; it may be gone.
///
/// # Errors
/// When it is there and can't be removed.
pub fn remove_ours(file: &Path, steps: &mut Steps) -> Result<(), HookError> {
    match std::fs::remove_file(file) {
        Ok(()) => steps.did(format!("removed {}", show(file))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(HookError::write(file, error)),
    }
    Ok(())
}

/// The gate of this clone.
pub fn gate_path(place: &Place) -> PathBuf {
    place.common_dir.join("veto/gate")
}

/// Writes the gate unless it is there already.
///
/// # Errors
/// When it can't be written.
pub fn write_gate(place: &Place, program: &Path, steps: &mut Steps) -> Result<(), HookError> {
    write_ours(&gate_path(place), &shim::gate(program), steps)
}

/// Writes a file that only we write, unless it is as it should be.
///
/// # Errors
/// When it can't be written.
pub fn write_ours(path: &Path, text: &[u8], steps: &mut Steps) -> Result<(), HookError> {
    if files::read(path).ok().flatten().as_deref() == Some(text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|error| HookError::write(folder, error))?;
    files::put(path, text, files::PLAIN).map_err(|error| HookError::write(path, error))?;
    steps.did(format!("wrote {}", show(path)));
    Ok(())
}

fn without_block(text: &[u8]) -> Vec<u8> {
    match block::remove(text) {
        block::Without::Text(before) => before,
        block::Without::Nothing => Vec::new(),
        block::Without::Unchanged => text.to_owned(),
    }
}
