//! A push to a URL, or through a remote that was never fetched, that goes where a pinned remote is: the branch that is
//! trusted there is trusted under any name.

use crate::git::command::Git;
use crate::git::remote::absolute;
use crate::pins::{self, Pins};
use crate::source::push::Push;
use std::path::Path;
use vetogate_core::ObjectId;

/// Most remotes that are asked for their policy.
const MOST: usize = 8;

/// What is trusted at a place, by the name of another remote.
#[derive(Debug, Clone)]
pub struct Alias {
    /// The commit of the trusted branch, as it was fetched.
    pub tip: ObjectId,
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The branch, for people: `origin/main`.
    pub name: String,
    /// Where the remote is, as it was pinned.
    pub place: String,
}

impl Alias {
    /// That of a push; `None` where no other remote of this clone is pinned there and fetched.
    pub fn find(git: &Git, common_dir: &Path, push: Push<'_>) -> Option<Self> {
        let pins = pins::read(common_dir).ok()?;
        let url = absolute(push.url, Path::new("."));
        let others = pins.at(&url).filter(|(remote, _)| *remote != push.remote);
        others.into_iter().find_map(|(remote, branch)| Self::fetched(git, &pins, remote, branch))
    }

    /// The trusted branches of all remotes that are pinned and fetched.
    pub fn all(git: &Git, common_dir: &Path) -> Vec<Self> {
        let Ok(pins) = pins::read(common_dir) else { return Vec::new() };
        let fetched = |(remote, branch)| Self::fetched(git, &pins, remote, branch);
        pins.branches().take(MOST).filter_map(fetched).collect()
    }

    /// That of a remote and the branch that is pinned for it; `None` where its HEAD here says otherwise.
    pub fn fetched(git: &Git, pins: &Pins, remote: &str, branch: &str) -> Option<Self> {
        let name = format!("{remote}/{branch}");
        // As of the remote itself: only where its HEAD is what was pinned.
        let head = format!("refs/remotes/{remote}/HEAD");
        let target = git.read_line(["symbolic-ref", "--quiet", &head]).ok().flatten()?;
        if target != format!("refs/remotes/{name}") {
            return None;
        }
        let revision = format!("refs/remotes/{name}^{{commit}}");
        let found = git.read_line(["rev-parse", "--quiet", "--verify", "--end-of-options", &revision]);
        let tip: ObjectId = found.ok().flatten()?.parse().ok()?;
        let full = format!("refs/remotes/{name}");
        // What was fetched from elsewhere says nothing of this place.
        if pins.pin(remote).is_some_and(|pin| pin.is_stale(full.as_bytes(), tip)) {
            return None;
        }
        let place = pins.pin(remote).map(|pin| pin.url.clone()).unwrap_or_default();
        Some(Self { tip, branch: branch.to_owned(), name, place })
    }
}
