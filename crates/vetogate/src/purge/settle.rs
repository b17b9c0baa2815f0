//! Work trees in which a run was cut off while git wrote files: some of them are gone, whole or begun in their new
//! content, and the index knows nothing of it.
//!
//! Every file that is touched was clean when the run began. What is now as one of the two commits has it, or the
//! beginning of that, is ours: it is taken away and written again. Anything else is the user's, and is refused.

use super::PurgeError;
use super::worktrees::{Worktree, switch_off_programs};
use crate::git::command::GitError;
use crate::hooks::place::Place;
use crate::hooks::show;
use bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use vetogate_core::ObjectId;

/// Lets a work tree follow, whatever a run that was cut off has left in it.
///
/// # Errors
/// Where the user has changed a file that is touched, or git does not answer.
pub fn follow(place: &Place, worktree: &Worktree, from: ObjectId, to: ObjectId) -> Result<(), PurgeError> {
    clear(place, worktree, from, to)?;
    worktree.follow(place, from, to)?;
    restore(place, worktree, from, to)
}

/// Takes away what is ours of the files that differ; nothing where one of them is the user's.
///
/// # Errors
/// As [`follow`].
pub fn clear(place: &Place, worktree: &Worktree, from: ObjectId, to: ObjectId) -> Result<(), PurgeError> {
    let touched = worktree.touched(from, to)?;
    let is_ours = |path: &BString, now: &[u8]| {
        [from, to].iter().any(|commit| {
            let blob = spelled(*commit, path)
                .and_then(|spelled| worktree.git().read(["cat-file", "blob", &spelled]).ok());
            blob.is_some_and(|blob| blob.starts_with(now))
        })
    };
    let mut ours = BTreeSet::new();
    for path in changed(place, worktree)?.into_iter().filter(|path| touched.contains(path)) {
        let file = worktree.path.join(OsStr::from_bytes(&path));
        let Some(now) = content(&file) else { continue };
        if !is_ours(&path, &now) {
            return Err(PurgeError::Refused(format!(
                "{} was changed since; move it away, then run the command again",
                show(&file)
            )));
        }
        ours.insert(file);
    }
    // What git ignores is in no index, and was never asked for.
    let (begun, others): (Vec<BString>, Vec<BString>) =
        worktree.in_the_way(from, to)?.into_iter().partition(|path| {
            let now = content(&worktree.path.join(OsStr::from_bytes(path)));
            now.is_some_and(|now| is_ours(path, &now))
        });
    worktree.refuse(&others)?;
    ours.extend(begun.iter().map(|path| worktree.path.join(OsStr::from_bytes(path))));
    for file in ours {
        std::fs::remove_file(&file).map_err(|error| PurgeError::file(&file, error))?;
    }
    Ok(())
}

/// The files that are not as the index has them. Line ends that git converts are no change, and nothing is filtered.
fn changed(place: &Place, worktree: &Worktree) -> Result<Vec<BString>, PurgeError> {
    // It ends with 1 where a file is changed, which is what is asked next.
    let mut refresh = worktree.git().command(["update-index", "-q", "--refresh"]);
    switch_off_programs(place, &mut refresh)?;
    refresh.output().map_err(GitError::Start)?;
    let mut list = worktree.git().command(["diff-files", "-z", "--name-only", "--ignore-submodules=all"]);
    switch_off_programs(place, &mut list)?;
    let output = list.output().map_err(GitError::Start)?;
    if !output.status.success() {
        return Err(crate::git::command::failed("diff-files", &output).into());
    }
    Ok(output.stdout.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect())
}

/// The content of a file or the target of a link; `None` where there is neither.
fn content(file: &Path) -> Option<Vec<u8>> {
    let metadata = file.symlink_metadata().ok()?;
    if metadata.is_symlink() {
        return std::fs::read_link(file).ok().map(|target| target.as_os_str().as_bytes().to_vec());
    }
    metadata.is_file().then(|| std::fs::read(file).ok()).flatten()
}

fn spelled(commit: ObjectId, path: &BString) -> Option<String> {
    path.to_str().ok().map(|path| format!("{commit}:{path}"))
}

/// Writes the files that the index has and that are gone; `read-tree` writes only what differs in the index.
fn restore(place: &Place, worktree: &Worktree, from: ObjectId, to: ObjectId) -> Result<(), PurgeError> {
    let touched = worktree.touched(from, to)?;
    let listed = worktree.git().read(["ls-files", "-z", "-v"])?;
    let gone = listed.split_str("\0").filter_map(|line| {
        let (mark, path) = (*line.first()?, line.get(2..)?);
        let file: PathBuf = worktree.path.join(OsStr::from_bytes(path));
        let is_gone = mark == b'H' && touched.contains(path.as_bstr()) && file.symlink_metadata().is_err();
        is_gone.then(|| BString::from(path))
    });
    let gone: BTreeSet<BString> = gone.collect();
    if gone.is_empty() { Ok(()) } else { check_out(place, worktree, &gone) }
}

fn check_out(place: &Place, worktree: &Worktree, paths: &BTreeSet<BString>) -> Result<(), PurgeError> {
    let mut command = worktree.git().command(["checkout-index", "-q", "-u", "-z", "--stdin"]);
    switch_off_programs(place, &mut command)?;
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(GitError::Start)?;
    if let Some(mut input) = child.stdin.take() {
        for path in paths {
            // A child that has gone is seen by its exit.
            let _ = input.write_all(path).and_then(|()| input.write_all(b"\0"));
        }
    }
    let output = child.wait_with_output().map_err(GitError::Start)?;
    if output.status.success() {
        return Ok(());
    }
    Err(crate::git::command::failed("checkout-index", &output).into())
}
