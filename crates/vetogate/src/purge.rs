//! Taking a secret out of commits that no remote has.
//!
//! What a remote has is asked of the remotes themselves and is never rewritten: there a secret is public, and only
//! rotating it helps. The rest is rewritten object by object, so that all but the value, signatures over it and the
//! ids that follow from it stays as it was, byte for byte. Nothing moves before a backup and a journal are written; a
//! run that was cut off is finished by `--continue` or taken back by `--undo`.
//!
//! No hook and no filter of the repository is run, and no value stands in an argument, a file or a message of ours.

pub mod apply;
pub mod backup;
pub mod journal;
pub mod leftovers;
pub mod plan;
pub mod public;
pub mod raw;
pub mod reference;
pub mod refs;
pub mod remains;
pub mod rewrite;
pub mod scan;
pub mod settle;
pub mod store;
pub mod targets;
pub mod there;
pub mod undo;
pub mod worktrees;

use crate::engine::findings::Redactor;
use crate::git::command::GitError;
use crate::hooks::HookError;
use crate::hooks::place::Place;
use crate::run::Session;
use std::path::Path;
use vetogate_core::Gap;

/// Why nothing was done, or not everything.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// Something has to be changed by hand first; nothing has moved.
    #[error("{0}")]
    Refused(String),
    /// Git gave no answer.
    #[error(transparent)]
    Git(#[from] GitError),
    /// An object can't be read.
    #[error("{0}")]
    Unread(String),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file, escaped.
        path: String,
        /// The reason.
        error: std::io::Error,
    },
}

impl PurgeError {
    /// A file that could not be read or written.
    pub fn file(path: &Path, error: impl Into<std::io::Error>) -> Self {
        Self::File { path: crate::hooks::show(path), error: error.into() }
    }

    /// The same, with every known value masked: git names files, and a name may hold one.
    #[must_use]
    pub fn masked(self, redactor: &Redactor) -> Self {
        match self {
            Self::Refused(text) => Self::Refused(redactor.mask(&text)),
            Self::Unread(text) => Self::Unread(redactor.mask(&text)),
            Self::Git(error) => Self::Unread(redactor.mask(&error.to_string())),
            Self::File { path, error } => Self::File { path: redactor.mask(&path), error },
        }
    }

    /// Whether nothing was tried, because it must not be.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl From<HookError> for PurgeError {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Git(error) => Self::Git(error),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<Gap> for PurgeError {
    fn from(gap: Gap) -> Self {
        Self::Unread(gap.detail)
    }
}

/// So often refs and work trees are read anew where somebody commits meanwhile.
const TRIES: usize = 5;

/// Refs and work trees of one moment: a commit in between would move a branch, and leave behind the index that fits it.
fn read_both(
    place: &Place,
    session: &Session<'_>,
) -> Result<(refs::Refs, Vec<worktrees::Worktree>), PurgeError> {
    for _ in 0..TRIES {
        let worktrees = worktrees::list(place)?;
        let refs = refs::Refs::read(place, session)?;
        let fits = |worktree: &worktrees::Worktree| {
            let own = |branch: &bstr::BString| refs.movable().find(|found| found.name == *branch);
            worktree.branch.as_ref().and_then(own).is_none_or(|found| found.oid == worktree.head)
        };
        if worktrees.iter().all(fits) {
            return Ok((refs, worktrees));
        }
    }
    Err(PurgeError::Refused("somebody commits here at the same time; run the command again".into()))
}

/// The repository as it stands: what may move, and what must not.
pub struct Survey<'a> {
    /// Where we are.
    pub place: &'a Place,
    /// Reads its objects.
    pub session: &'a Session<'a>,
    /// What the remotes have.
    pub public: public::Public,
    /// The refs of this clone.
    pub refs: refs::Refs,
    /// Its work trees.
    pub worktrees: Vec<worktrees::Worktree>,
    /// The address that the user commits under.
    pub email: Option<Vec<u8>>,
}

impl<'a> Survey<'a> {
    /// Looks around, and asks the remotes.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn take(place: &'a Place, session: &'a Session<'a>) -> Result<Self, PurgeError> {
        let (refs, worktrees) = read_both(place, session)?;
        let public = public::Public::ask(place, session, &refs, &worktrees)?;
        let email = place.setting("user.email")?.map(|setting| setting.value);
        Ok(Self { place, session, public, refs, worktrees, email })
    }

    /// Looks around once more, without asking the remotes again.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn again(self) -> Result<Self, PurgeError> {
        let (refs, worktrees) = read_both(self.place, self.session)?;
        Ok(Self { refs, worktrees, ..self })
    }
}
