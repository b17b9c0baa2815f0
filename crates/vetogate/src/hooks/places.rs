//! Every place that a push can come from: this repository's work trees, and the submodules in them.

use super::HookError;
use super::place::Place;
use bstr::ByteSlice;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// How deep submodules are followed.
const DEPTH: usize = 8;

/// A place, and what it is to the one where the question was asked.
#[derive(Debug)]
pub struct Found {
    /// What it is: `here`, `work tree` or `submodule`.
    pub kind: &'static str,
    /// The folder.
    pub path: PathBuf,
    /// The place itself, or why git gives no answer there.
    pub place: Result<Place, HookError>,
}

/// This place first, then the others, each once.
///
/// # Errors
/// When git does not answer here.
pub fn all(here: Place) -> Result<Vec<Found>, HookError> {
    let trees = work_trees(&here)?;
    let mut seen = BTreeSet::from([here.root.clone()]);
    let mut found = Vec::new();
    let mut queue = vec![(0, Found { kind: "here", path: here.root.clone(), place: Ok(here) })];
    for path in trees {
        if seen.insert(path.clone()) {
            queue.push((0, Found { kind: "work tree", place: Place::at(&path), path }));
        }
    }
    while let Some((depth, next)) = queue.pop() {
        if let (Ok(place), true) = (&next.place, depth < DEPTH) {
            for path in submodules(place)? {
                if seen.insert(path.clone()) {
                    queue.push((depth + 1, Found { kind: "submodule", place: Place::at(&path), path }));
                }
            }
        }
        found.push(next);
    }
    found.sort_by_key(|found| (found.kind != "here", found.kind == "submodule"));
    Ok(found)
}

/// The work trees that exist (a pruned one can't be pushed from).
fn work_trees(place: &Place) -> Result<Vec<PathBuf>, HookError> {
    let list = place.git().read(["worktree", "list", "--porcelain", "-z"])?;
    let mut trees = Vec::new();
    for entry in list.split_str("\0\0") {
        let mut fields = entry.split(|byte| *byte == 0);
        let path = fields.next().and_then(|field| field.strip_prefix(b"worktree "));
        let gone = fields.any(|field| field == b"bare" || field.starts_with(b"prunable"));
        if let (Some(path), false) = (path, gone) {
            trees.extend(beside_its_git_folder(place, PathBuf::from(OsStr::from_bytes(path))));
        }
    }
    Ok(trees)
}

/// Of a submodule, and of a repository whose git folder is elsewhere, git lists that folder as the main work tree. The
/// tree itself is where the folder says, if it says so.
fn beside_its_git_folder(place: &Place, path: PathBuf) -> Option<PathBuf> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if real(&path) != real(&place.common_dir) {
        return Some(path);
    }
    Place::at(&path).ok().filter(|found| !found.bare).map(|found| found.root)
}

/// The submodules that are checked out in a work tree.
fn submodules(place: &Place) -> Result<Vec<PathBuf>, HookError> {
    if place.bare {
        return Ok(Vec::new());
    }
    let index = place.git().read(["ls-files", "-z", "--stage"])?;
    let links = index.split(|byte| *byte == 0).filter(|entry| entry.starts_with(b"160000 "));
    let paths = links.filter_map(|entry| entry.splitn_str(2, "\t").nth(1)).map(|path| {
        let path: &Path = OsStr::from_bytes(path).as_ref();
        place.root.join(path)
    });
    Ok(paths.filter(|path| path.is_dir() && !path.is_symlink() && path.join(".git").exists()).collect())
}
