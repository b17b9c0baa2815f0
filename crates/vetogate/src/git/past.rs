//! What the history of a branch says of a file and of itself.
//!
//! All parents are followed, and none is the first: whoever pushes chooses their order, and may put any commit before what
//! the branch had. So it can only ever become more.

use super::command::Git;
use bstr::ByteSlice as _;

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

/// Every version that a file had, without those where it was not there. `None` as of [`changes`], and where there are
/// more than anybody writes.
pub fn versions(git: &Git, tip: &str, path: &str) -> Option<Vec<Vec<u8>>> {
    let commits = changes(git, tip, path)?;
    if commits.len() > MOST {
        return None;
    }
    let at = |commit: &String| git.read(["cat-file", "blob", &format!("{commit}:{path}")]).ok();
    Some(commits.iter().filter_map(at).collect())
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
    // `:MODE MODE OLD NEW STATUS\tPATH` (git-diff-index, "RAW OUTPUT FORMAT").
    changes.lines().any(|line| {
        let mut fields = line.split_str(" ").skip(2);
        let (old, new) = (fields.next(), fields.next());
        old == Some(own.as_bytes()) && new != Some(own.as_bytes())
    })
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
