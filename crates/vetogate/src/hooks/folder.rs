//! A hooks folder that git reads directly: the shim goes in as `pre-push`, what stood there is kept and called.

use super::shim::{self, CHAINED};
use super::state::{Owner, owner_of};
use super::{HookError, Steps, files, show};
use std::fs;
use std::path::{Path, PathBuf};

/// Puts the shim in. Doing it twice changes nothing.
///
/// # Errors
/// When the folder can't be read or written.
pub fn install(hooks_dir: &Path, program: &Path) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    fs::create_dir_all(hooks_dir).map_err(|error| HookError::write(hooks_dir, error))?;
    let hook = hooks_dir.join("pre-push");
    if hook.is_dir() {
        return Err(HookError::Refused(format!("{} is a folder; move it away and try again", show(&hook))));
    }
    heal(hooks_dir, &mut steps)?;
    match owner_of(&hook)? {
        Owner::Nobody if !files::exists(&hook) => {
            put_shim(&hook, program)?;
            steps.did(format!("put the hook in: {}", show(&hook)));
            note_leftover(hooks_dir, &mut steps);
        }
        Owner::Veto(_) => renew(&hook, program, &mut steps)?,
        Owner::PreCommit if is_ours(&legacy(hooks_dir))? => {
            renew(&legacy(hooks_dir), program, &mut steps)?;
            steps.note("pre-commit owns the hook and calls ours first (pre-push.legacy)");
        }
        owner => chain(hooks_dir, program, &owner, &mut steps)?,
    }
    Ok(steps)
}

/// Takes the shim out and puts back what it called.
///
/// # Errors
/// When the folder can't be read or written.
pub fn uninstall(hooks_dir: &Path) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    let hook = hooks_dir.join("pre-push");
    let kept_before = kept_hooks(hooks_dir);
    heal(hooks_dir, &mut steps)?;
    let mut retired = false;
    for ours in [hook.clone(), legacy(hooks_dir), old(hooks_dir)] {
        if is_ours(&ours)? {
            retire(hooks_dir, &ours, &mut steps)?;
            retired = true;
        }
    }
    if !retired && files::exists(&hooks_dir.join(CHAINED)) {
        forget_chained(hooks_dir, &mut steps)?;
    }
    for kept in kept_before {
        steps.note(format!("an older hook is kept in {}; delete it when you do not need it", show(&kept)));
    }
    Ok(steps)
}

/// Where pre-commit moves a hook that it found; it goes on calling it.
pub fn legacy(hooks_dir: &Path) -> PathBuf {
    hooks_dir.join("pre-push.legacy")
}

/// Where lefthook moves a hook that it found; it never calls it.
pub fn old(hooks_dir: &Path) -> PathBuf {
    hooks_dir.join("pre-push.old")
}

fn is_ours(path: &Path) -> Result<bool, HookError> {
    Ok(matches!(owner_of(path)?, Owner::Veto(_)))
}

fn put_shim(path: &Path, program: &Path) -> Result<(), HookError> {
    files::put(path, &shim::text(program), files::EXECUTABLE).map_err(|error| HookError::write(path, error))
}

fn renew(path: &Path, program: &Path, steps: &mut Steps) -> Result<(), HookError> {
    let now = files::read(path).map_err(|error| HookError::read(path, error))?;
    if now != Some(shim::text(program)) || !files::is_executable(path) {
        keep_edits(path, steps)?;
        put_shim(path, program)?;
        steps.did(format!("renewed the hook: {}", show(path)));
    }
    Ok(())
}

/// Keeps a copy of a hook of ours that somebody edited: the lines in it are theirs.
fn keep_edits(path: &Path, steps: &mut Steps) -> Result<(), HookError> {
    if matches!(owner_of(path)?, Owner::Veto(shim) if !shim.untouched) {
        let kept = free_name(path.parent().unwrap_or(path));
        files::keep_as(path, &kept).map_err(|error| HookError::write(&kept, error))?;
        steps.note(format!("our hook had been edited; a copy with those lines is in {}", show(&kept)));
    }
    Ok(())
}

/// A chained hook that is our own would call itself: it is taken out of the way.
fn heal(hooks_dir: &Path, steps: &mut Steps) -> Result<(), HookError> {
    let chained = hooks_dir.join(CHAINED);
    if !is_ours(&chained)? {
        return Ok(());
    }
    for kept in kept_hooks(hooks_dir) {
        steps.note(format!("{} is not called; to have it called, rename it to {CHAINED}", show(&kept)));
    }
    keep_edits(&chained, steps)?;
    fs::remove_file(&chained).or_else(gone).map_err(|error| HookError::write(&chained, error))?;
    steps.did(format!("took out {}, a copy of our own hook that would call itself", show(&chained)));
    Ok(())
}

fn note_leftover(hooks_dir: &Path, steps: &mut Steps) {
    let chained = hooks_dir.join(CHAINED);
    if files::exists(&chained) {
        steps.note(format!("the hook that was kept before is called again: {}", show(&chained)));
    }
}

fn chain(hooks_dir: &Path, program: &Path, owner: &Owner, steps: &mut Steps) -> Result<(), HookError> {
    let (hook, chained) = (hooks_dir.join("pre-push"), hooks_dir.join(CHAINED));
    let runs = files::is_executable(&hook);
    if files::exists(&chained) {
        steps.note("our hook had been overwritten (git lfs update --force does that)");
        make_room(&hook, &chained, steps)?;
    }
    files::keep_as(&hook, &chained).map_err(|error| HookError::write(&chained, error))?;
    if let Err(error) = put_shim(&hook, program) {
        let _ = fs::rename(&chained, &hook);
        return Err(error);
    }
    steps.did(format!("put the hook in: {}", show(&hook)));
    steps.did(format!("kept {} as {CHAINED}", owner.name()));
    if *owner == Owner::PreCommit {
        steps.note(
            "`pre-commit uninstall` does not find its hook there: before it run `veto uninstall`, and after it \
             `veto install`",
        );
    }
    if runs {
        steps.note(format!("it is called after the veto, with the same input ({CHAINED})"));
    } else {
        steps.note("it is not executable, so git never ran it, and neither do we");
    }
    Ok(())
}

/// The hook that overwrote ours is the one to call from now on; the one that we called before is kept, unless it is
/// the same.
fn make_room(hook: &Path, chained: &Path, steps: &mut Steps) -> Result<(), HookError> {
    if same_content(hook, chained) {
        return fs::remove_file(chained).map_err(|error| HookError::write(chained, error));
    }
    let kept = free_name(chained.parent().unwrap_or(chained));
    fs::rename(chained, &kept).map_err(|error| HookError::write(&kept, error))?;
    steps.note(format!("the hook that we called before is kept, and no longer called: {}", show(&kept)));
    Ok(())
}

/// A name for a hook that is kept and not called.
fn free_name(hooks_dir: &Path) -> PathBuf {
    let name = |n: u32| hooks_dir.join(format!("pre-push.veto-kept-{n}"));
    (1..).map(name).find(|path| !files::exists(path)).unwrap_or_else(|| name(0))
}

fn same_content(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Puts the chained hook where ours stands, wherever another tool moved ours.
fn retire(hooks_dir: &Path, ours: &Path, steps: &mut Steps) -> Result<(), HookError> {
    let chained = hooks_dir.join(CHAINED);
    let moved_away = ours.file_name() != Some("pre-push".as_ref());
    let installed_again = moved_away && same_tool(&hooks_dir.join("pre-push"), &chained)?;
    if installed_again {
        fs::remove_file(&chained).map_err(|error| HookError::write(&chained, error))?;
    }
    keep_edits(ours, steps)?;
    if files::exists(&chained) {
        fs::rename(&chained, ours).map_err(|error| HookError::write(ours, error))?;
        steps.did(format!("put the earlier hook back: {}", show(ours)));
        if owner_of(ours)? == Owner::PreCommit {
            steps.note("that is pre-commit's; `pre-commit uninstall -t pre-push` takes it out");
        }
    } else {
        fs::remove_file(ours).or_else(gone).map_err(|error| HookError::write(ours, error))?;
        steps.did(format!("took the hook out: {}", show(ours)));
    }
    Ok(())
}

/// Whether both are hooks that the same manager generated, so that the older one is of no use.
fn same_tool(one: &Path, other: &Path) -> Result<bool, HookError> {
    Ok(match (owner_of(one)?, owner_of(other)?) {
        (Owner::PreCommit, Owner::PreCommit) | (Owner::Lefthook, Owner::Lefthook) => true,
        _ => same_content(one, other),
    })
}

/// Ours was overwritten: what stands there stays, and what we called is given back if nothing else stands there.
fn forget_chained(hooks_dir: &Path, steps: &mut Steps) -> Result<(), HookError> {
    let (hook, chained) = (hooks_dir.join("pre-push"), hooks_dir.join(CHAINED));
    if !files::exists(&hook) {
        fs::rename(&chained, &hook).map_err(|error| HookError::write(&hook, error))?;
        steps.did(format!("put the earlier hook back: {}", show(&hook)));
    } else if same_content(&hook, &chained) {
        fs::remove_file(&chained).map_err(|error| HookError::write(&chained, error))?;
        steps.did(format!("our hook had been overwritten; removed our copy {}", show(&chained)));
    } else {
        steps.note(format!("our hook had been overwritten by {}, which stays", owner_of(&hook)?.name()));
        steps.note(format!(
            "the hook before it is kept in {}; delete it when you do not need it",
            show(&chained)
        ));
    }
    Ok(())
}

fn kept_hooks(hooks_dir: &Path) -> Vec<PathBuf> {
    (1..)
        .map(|n| hooks_dir.join(format!("pre-push.veto-kept-{n}")))
        .take_while(|path| files::exists(path))
        .collect()
}

/// Where there are no hard links, keeping a copy has moved the file.
fn gone(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
