//! Which repository a signed entry is for: what its policy calls it, else its first commit.

use crate::git::command::Git;
use bstr::ByteSlice as _;

/// The id of the repository behind `tip`, of its trusted branch where there is one: forks share it, other projects don't.
/// `None` where its first commit is not here (a shallow clone).
pub fn id(git: &Git, named: Option<&str>, tip: &str) -> Option<String> {
    if let Some(name) = named {
        return Some(name.to_owned());
    }
    let shallow = git.read(["rev-parse", "--is-shallow-repository"]).ok()?;
    if shallow.trim() != b"false" {
        return None;
    }
    let roots = git.read(["rev-list", "--max-parents=0", "--first-parent", "--end-of-options", tip]).ok()?;
    let root = roots.lines().next_back()?.to_str().ok()?;
    Some(format!("root:{root}"))
}
