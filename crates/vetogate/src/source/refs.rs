//! A range of commits, or the whole history, as a push of everything in it.

use crate::deadline::Watch;
use crate::git::command::{Git, GitError};
use crate::git::remote;
use crate::report::RefUpdate;
use bstr::ByteSlice;
use vetogate_core::text::escape;
use vetogate_core::{Gap, ObjectId, RemoteView};

/// The base of a range is what the other side has.
pub struct RangeBase(pub Vec<ObjectId>);

impl RemoteView for RangeBase {
    fn exclusions(&self) -> Vec<ObjectId> {
        self.0.clone()
    }

    fn all_tips(&self) -> Result<Vec<ObjectId>, Gap> {
        Ok(self.0.clone())
    }

    fn trusted_tip(&self) -> Option<ObjectId> {
        self.0.first().copied()
    }
}

fn update(name: &[u8], new: ObjectId) -> RefUpdate {
    let null = if new.as_bytes().len() == 32 { "0".repeat(64) } else { "0".repeat(40) };
    let old = null.parse().unwrap_or(new);
    RefUpdate { name: name.into(), old, new }
}

/// Why there is no range.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// Git was not to be asked.
    #[error(transparent)]
    Git(#[from] GitError),
    /// No revision of this repository.
    #[error("`{0}` names no commits here; expected a range such as `main..HEAD`")]
    Unknown(String),
    /// A revision behind which nothing comes.
    #[error(
        "`{0}` alone is `{0}..HEAD`, which holds no commits, so nothing was looked at; name a base, such as `main..HEAD`, one commit as `{0}^!`, or everything with --history"
    )]
    Nothing(String),
}

/// A mere revision for a range, which `git log` and `git format-patch` read otherwise, has to hold something. That an
/// `A..B` holds nothing is what was asked for: a branch that brings nothing new.
///
/// # Errors
/// When it holds nothing.
pub fn names_commits(range: &str, updates: &[RefUpdate], base: &RangeBase) -> Result<(), RangeError> {
    let range = range.trim();
    let is_empty = !base.0.is_empty() && updates.iter().all(|update| base.0.contains(&update.new));
    if is_empty && !is_range(range) { Err(RangeError::Nothing(escape(range.as_bytes()))) } else { Ok(()) }
}

fn is_range(range: &str) -> bool {
    ["..", "^!", "^@", "^-"].iter().any(|sign| range.contains(sign)) || range.starts_with('^')
}

/// Tips and base of a range as `git rev-parse` understands it: `A..B`, `A` (for `A..HEAD`), `^A B`.
///
/// # Errors
/// When there is no such range.
pub fn range(git: &Git, range: &str) -> Result<(Vec<RefUpdate>, RangeBase), RangeError> {
    let range = range.trim();
    let range = if range.is_empty() || is_range(range) { range.to_owned() } else { format!("{range}..HEAD") };
    let (mut tips, mut base) = (Vec::new(), Vec::new());
    for word in range.split_whitespace() {
        // What git does not know as a revision it leaves out without a word.
        let output = git.read(["rev-parse", "--revs-only", "--end-of-options", word])?;
        if output.is_empty() {
            return Err(RangeError::Unknown(escape(word.as_bytes())));
        }
        for line in output.lines() {
            match line.strip_prefix(b"^") {
                Some(id) => base.extend(ObjectId::from_hex(id).ok()),
                None => tips.extend(ObjectId::from_hex(line).ok()),
            }
        }
    }
    if tips.is_empty() {
        return Err(RangeError::Unknown(escape(range.as_bytes())));
    }
    Ok((tips.into_iter().map(|tip| update(range.as_bytes(), tip)).collect(), RangeBase(base)))
}

/// Every ref of the repository, with `HEAD`; the stash and notes are refs.
///
/// # Errors
/// When git fails.
pub fn all(git: &Git, watch: &Watch) -> Result<Vec<RefUpdate>, GitError> {
    let refs = remote::refs(git, &[], watch)?;
    let mut updates: Vec<RefUpdate> = refs.into_iter().map(|found| update(&found.name, found.oid)).collect();
    if let Ok(Some(head)) = git.read_line(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]) {
        updates.extend(head.parse().ok().map(|head| update(b"HEAD", head)));
    }
    Ok(updates)
}
