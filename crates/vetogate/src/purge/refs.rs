//! The refs of this clone: which of them may move, and which of them are meant.

use super::PurgeError;
use crate::git::remote::{self, Ref};
use crate::hooks::place::Place;
use crate::run::Session;
use bstr::{BString, ByteSlice};
use vetogate_core::text::escape;

/// Refs that are not moved by themselves: what is remembered of others, and what git keeps for its own use.
const KEPT: &[&str] = &[
    "refs/remotes/",
    "refs/stash",
    "refs/notes/",
    "refs/bisect/",
    "refs/rewritten/",
    "refs/worktree/",
    "refs/original/",
    "refs/replace/",
    "refs/prefetch/",
];

/// All refs, and what HEAD stands for.
#[derive(Debug)]
pub struct Refs {
    all: Vec<Ref>,
    head: Option<BString>,
}

impl Refs {
    /// Reads them.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn read(place: &Place, session: &Session<'_>) -> Result<Self, PurgeError> {
        let all = remote::refs(&session.git, &[], session.watch())?;
        let head = place.git().read_line(["symbolic-ref", "-q", "HEAD"])?.map(BString::from);
        let mut refs = Self { all, head: None };
        refs.head = head.map(|head| refs.behind(head));
        Ok(refs)
    }

    /// The ref behind a symbolic one: that is what moves.
    fn behind(&self, name: BString) -> BString {
        self.get(&name).and_then(|found| found.target.clone()).unwrap_or(name)
    }

    /// Every ref.
    pub fn all(&self) -> &[Ref] {
        &self.all
    }

    /// The branch that is checked out here.
    pub fn head(&self) -> Option<&BString> {
        self.head.as_ref()
    }

    /// The ref of this name.
    pub fn get(&self, name: &[u8]) -> Option<&Ref> {
        self.all.iter().find(|found| found.name == name)
    }

    /// Whether a purge may move a ref that nobody named.
    pub fn may_move(found: &Ref) -> bool {
        found.target.is_none() && !KEPT.iter().any(|kept| found.name.starts_with(kept.as_bytes()))
    }

    /// Branches, tags, and refs of the user's own making.
    pub fn movable(&self) -> impl Iterator<Item = &Ref> {
        self.all.iter().filter(|found| Self::may_move(found))
    }

    /// Refs that are not moved by themselves, but for those that tell of a remote.
    pub fn kept(&self) -> impl Iterator<Item = &Ref> {
        let is_own = |found: &&Ref| found.target.is_none() && !found.name.starts_with(b"refs/remotes/");
        self.all.iter().filter(|found| !Self::may_move(found)).filter(is_own)
    }

    /// The refs that the user named, by their full names.
    ///
    /// # Errors
    /// When there is no such ref, or it tells of a remote.
    pub fn named(&self, place: &Place, names: &[String]) -> Result<Vec<Ref>, PurgeError> {
        names.iter().map(|name| self.one(place, name)).collect()
    }

    fn one(&self, place: &Place, name: &str) -> Result<Ref, PurgeError> {
        let arguments = ["rev-parse", "--symbolic-full-name", "--verify", "-q", "--end-of-options", name];
        let full = place.git().read_line(arguments).ok().flatten().unwrap_or_default();
        let full = full.lines().last().unwrap_or_default();
        // A stash is a reflog, which no rewriting of its ref would reach.
        let may_be_named =
            |found: &&Ref| !found.name.starts_with(b"refs/remotes/") && found.name != "refs/stash";
        let found = self.get(&self.behind(full.into())).filter(may_be_named);
        found.cloned().ok_or_else(|| {
            PurgeError::Refused(format!(
                "`{}` is no branch or tag of this clone; see `git branch` and `git tag`",
                escape(name.as_bytes())
            ))
        })
    }
}

/// A name as text: everything that we hand to git and keep in a journal.
///
/// # Errors
/// When it is not UTF-8.
pub fn text(name: &BString) -> Result<String, PurgeError> {
    let refused =
        |_| PurgeError::Refused(format!("{} is not UTF-8: give the ref another name", escape(name)));
    name.to_str().map(str::to_owned).map_err(refused)
}
