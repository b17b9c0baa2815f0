//! Which repository a signed entry is for: what its policy calls it, else where its history begins.

use crate::git::command::Git;
use crate::git::past;
use vetogate_core::digest::sha256;

/// The id of the repository behind `tip`, of its trusted branch where there is one: forks share it, other projects don't.
/// Where another history was merged into it, it begins in several places, and is another one. `None` where that is not
/// here (a shallow clone).
pub fn id(git: &Git, named: Option<&str>, tip: &str) -> Option<String> {
    if let Some(name) = named {
        return Some(name.to_owned());
    }
    let roots = past::roots(git, tip)?;
    Some(match &roots[..] {
        [root] => format!("root:{root}"),
        roots => {
            let parts: Vec<&[u8]> = roots.iter().map(String::as_bytes).collect();
            format!("roots:{}", sha256("vetogate/roots/v1", &parts))
        }
    })
}
