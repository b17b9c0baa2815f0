//! What the history of a branch says of a file and of itself.
//!
//! All parents are followed, and none is the first: whoever pushes chooses their order, and may put any commit before what
//! the branch had. So it can only ever become more.

use super::command::Git;
use bstr::ByteSlice as _;
use std::collections::{BTreeMap, BTreeSet};

/// Each change against each parent, whatever the configuration says of `log`.
const LOG: [&str; 13] = [
    "log",
    "--raw",
    "--diff-merges=separate",
    "--full-history",
    "--no-follow",
    "--no-renames",
    "--no-abbrev",
    "--no-color",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--format=",
];

/// Versions of a file that are read.
const MOST: usize = 1000;

/// Whether history is cut off; also where git can't say.
fn is_cut_off(git: &Git) -> bool {
    let answer = git.read(["rev-parse", "--is-shallow-repository"]);
    answer.map_or(true, |answer| answer.trim() != b"false")
}

/// The commits behind a tip that changed what stands at a path, from all of their parents; the newest first. `None` where
/// history is cut off, or git can't say.
pub fn changes(git: &Git, tip: &str, path: &str) -> Option<Vec<String>> {
    if is_cut_off(git) {
        return None;
    }
    let found = git.read(["rev-list", "--full-history", "--end-of-options", tip, "--", path]).ok()?;
    found.lines().map(|line| line.to_str().ok().map(str::to_owned)).collect()
}

/// Every version of every file below a folder, as far as there was one: one walk tells of all.
pub struct Versions {
    git: Git,
    blobs: BTreeMap<Vec<u8>, BTreeSet<String>>,
}

impl Versions {
    /// Those behind a tip, and not behind `base` where there is one. `None` as of [`changes`].
    pub fn below(git: &Git, base: Option<&str>, tip: &str, folder: &str) -> Option<Self> {
        if is_cut_off(git) {
            return None;
        }
        let base = base.map(|base| format!("^{base}"));
        let range = base.iter().map(String::as_str).chain([tip, "--", folder]);
        let output = git.read(LOG.iter().copied().chain(["-r", "--root", "-z"]).chain(range)).ok()?;
        let mut blobs: BTreeMap<Vec<u8>, BTreeSet<String>> = BTreeMap::new();
        let mut fields = output.split_str("\0");
        while let Some(field) = fields.next() {
            let Some(sides) = sides(field) else { continue };
            let path = fields.next()?;
            let files = sides.into_iter().filter(|(mode, _)| mode.starts_with("100"));
            blobs.entry(path.to_vec()).or_default().extend(files.map(|(_, id)| id.to_owned()));
        }
        Some(Self { git: git.clone(), blobs })
    }

    /// Those of one file. `None` where one can't be read, or there are more than anybody writes.
    pub fn of(&self, path: &str) -> Option<Vec<Vec<u8>>> {
        let Some(blobs) = self.blobs.get(path.as_bytes()) else { return Some(Vec::new()) };
        if blobs.len() > MOST {
            return None;
        }
        blobs.iter().map(|id| self.git.read(["cat-file", "blob", id]).ok()).collect()
    }
}

/// The mode and the object before and after a change: `:MODE MODE OLD NEW STATUS` (git-diff-index, "RAW OUTPUT FORMAT").
fn sides(line: &[u8]) -> Option<[(&str, &str); 2]> {
    let line = line.trim_start().strip_prefix(b":")?.to_str().ok()?;
    let mut fields = line.split([' ', '\t']);
    let mut next = || fields.next();
    let (before, after, old, new) = (next()?, next()?, next()?, next()?);
    Some([(before, old), (after, new)])
}

/// Whether the way from `base` to a tip takes back what stands at a path of the tip: a commit that had it has something
/// else in its place, or nothing, though it came again. So it is where git can't say.
pub fn takes_back(git: &Git, base: Option<&str>, tip: &str, path: &str) -> bool {
    let Ok(Some(own)) = git.read_line(["rev-parse", "--verify", "--quiet", &format!("{tip}:{path}")]) else {
        return true;
    };
    let base = base.map(|base| format!("^{base}"));
    let range = base.iter().map(String::as_str).chain([tip, "--", path]);
    let Ok(changes) = git.read(LOG.iter().copied().chain(range)) else { return true };
    changes.lines().filter_map(sides).any(|[(_, old), (_, new)]| old == own && new != own)
}

/// The commits without parents behind a tip, in the order of their ids. `None` as of [`changes`].
pub fn roots(git: &Git, tip: &str) -> Option<Vec<String>> {
    if is_cut_off(git) {
        return None;
    }
    let found = git.read(["rev-list", "--max-parents=0", "--end-of-options", tip]).ok()?;
    let roots: Option<Vec<String>> =
        found.lines().map(|line| line.to_str().ok().map(str::to_owned)).collect();
    let mut roots = roots.filter(|roots| !roots.is_empty())?;
    roots.sort();
    Some(roots)
}
