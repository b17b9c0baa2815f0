//! What a purge is about to do and how far it came, on disk: `<common git dir>/veto/purge/NNNN/journal.json`, beside
//! the backup. No value stands in it. Whoever can read it has the ids of the old commits, so it is the user's alone.

use super::PurgeError;
use super::plan::Move;
use crate::hooks::files;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use vetogate_core::ObjectId;

/// Mode of everything that is written.
pub const PRIVATE: u32 = 0o600;

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing has moved, or not all refs.
    Prepared,
    /// All refs have moved.
    Moved,
    /// The work trees have followed.
    Done,
}

/// A ref that moves, in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefStep {
    name: String,
    old: String,
    new: String,
}

/// A work tree that follows, in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeStep {
    /// Its own git directory.
    pub git_dir: PathBuf,
    from: String,
    to: String,
    /// Whether it has followed.
    pub done: bool,
}

/// The journal of a purge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// Of this format.
    pub version: u32,
    /// How far it came.
    pub state: State,
    /// Whether it is being taken back.
    pub back: bool,
    refs: Vec<RefStep>,
    /// The work trees.
    pub worktrees: Vec<TreeStep>,
}

/// The version that is written.
const VERSION: u32 = 1;

impl Journal {
    /// Of what is about to be done.
    pub fn new(moves: &[Move], worktrees: Vec<TreeStep>) -> Self {
        let step = |one: &Move| RefStep {
            name: one.name.clone(),
            old: one.old.to_string(),
            new: one.new.to_string(),
        };
        let refs = moves.iter().map(step).collect();
        Self { version: VERSION, state: State::Prepared, back: false, refs, worktrees }
    }

    /// The refs, in the direction of the journal.
    ///
    /// # Errors
    /// When an id is none.
    pub fn moves(&self) -> Result<Vec<Move>, PurgeError> {
        let one = |step: &RefStep| {
            let (old, new) = (id(&step.old)?, id(&step.new)?);
            let (old, new) = if self.back { (new, old) } else { (old, new) };
            Ok(Move { name: step.name.clone(), old, new })
        };
        self.refs.iter().map(one).collect()
    }
}

impl TreeStep {
    /// A work tree that has yet to follow.
    pub fn new(git_dir: PathBuf, from: ObjectId, to: ObjectId) -> Self {
        Self { git_dir, from: from.to_string(), to: to.to_string(), done: false }
    }

    /// The commits.
    ///
    /// # Errors
    /// When an id is none.
    pub fn commits(&self) -> Result<(ObjectId, ObjectId), PurgeError> {
        Ok((id(&self.from)?, id(&self.to)?))
    }
}

fn id(text: &str) -> Result<ObjectId, PurgeError> {
    text.parse().map_err(|_| PurgeError::Unread("the journal holds what is no id".into()))
}

/// The folder of all purges of a clone, held by one process at a time.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// The folder of one purge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where it is.
    pub path: PathBuf,
}

impl Folder {
    /// Opens and locks it.
    ///
    /// # Errors
    /// When it can't be written, or another purge is at work.
    pub fn open(common_dir: &Path) -> Result<Self, PurgeError> {
        let path = common_dir.join("veto/purge");
        let opened = (|| {
            DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
            let lock = path.join("lock");
            OpenOptions::new().create(true).truncate(false).write(true).mode(PRIVATE).open(lock)
        })();
        let lock = opened.map_err(|error| PurgeError::file(&path, error))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|_| {
            PurgeError::Refused("another `veto purge` is at work here: wait until it has ended".into())
        })?;
        let folder = Self { path, _lock: lock };
        folder.clear();
        Ok(folder)
    }

    /// Takes away what was cut off before it had a journal: nothing has moved, and the backup holds the secret.
    fn clear(&self) {
        for entry in std::fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let run = Run { path: entry.path() };
            if run.path.is_dir() && !run.journal_path().exists() {
                // What stays is tried again by the next purge.
                let _ = std::fs::remove_dir_all(&run.path);
            }
        }
    }

    /// The purges that got as far as a journal, the oldest first.
    pub fn runs(&self) -> Vec<Run> {
        Self::runs_in(&self.path)
    }

    /// Whether a purge was cut off, or is at work; nothing is locked for the question.
    pub fn is_open(common_dir: &Path) -> bool {
        let is_open = |run: &Run| run.read().is_ok_and(|journal| journal.state != State::Done);
        Self::runs_in(&common_dir.join("veto/purge")).iter().any(is_open)
    }

    fn runs_in(path: &Path) -> Vec<Run> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut runs: Vec<Run> = entries
            .map(|entry| Run { path: entry.path() })
            .filter(|run| run.journal_path().is_file())
            .collect();
        runs.sort_by(|a, b| a.path.cmp(&b.path));
        runs
    }

    /// A new folder for a purge.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn begin(&self) -> Result<Run, PurgeError> {
        let number = |run: &Run| run.path.file_name()?.to_str()?.parse::<u32>().ok();
        let next = self.runs().iter().filter_map(number).max().unwrap_or(0) + 1;
        let path = self.path.join(format!("{next:04}"));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| PurgeError::file(&path, error))?;
        Ok(Run { path })
    }

    /// The purge that was cut off, if one was.
    ///
    /// # Errors
    /// When a journal can't be read.
    pub fn unfinished(&self) -> Result<Option<(Run, Journal)>, PurgeError> {
        for run in self.runs() {
            let journal = run.read()?;
            if journal.state != State::Done {
                return Ok(Some((run, journal)));
            }
        }
        Ok(None)
    }
}

impl Run {
    fn journal_path(&self) -> PathBuf {
        self.path.join("journal.json")
    }

    /// Where the backup is.
    pub fn bundle(&self) -> PathBuf {
        self.path.join("backup.bundle")
    }

    /// Where the old and new ids are, as `git notes copy --stdin` takes them.
    pub fn map(&self) -> PathBuf {
        self.path.join("rewritten")
    }

    /// Takes it away, once it was taken back: the refs have the old commits again.
    ///
    /// # Errors
    /// When it can't be deleted.
    pub fn forget(&self) -> Result<(), PurgeError> {
        std::fs::remove_dir_all(&self.path).map_err(|error| PurgeError::file(&self.path, error))
    }

    /// Reads its journal.
    ///
    /// # Errors
    /// When it can't be read or understood.
    pub fn read(&self) -> Result<Journal, PurgeError> {
        let path = self.journal_path();
        let text = std::fs::read(&path).map_err(|error| PurgeError::file(&path, error))?;
        let journal: Journal = serde_json::from_slice(&text)
            .map_err(|error| PurgeError::file(&path, io::Error::other(error)))?;
        if journal.version == VERSION {
            return Ok(journal);
        }
        let error = format!("version {} is not known; use the veto that wrote it", journal.version);
        Err(PurgeError::file(&path, io::Error::other(error)))
    }

    /// Writes its journal, whole or not at all.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, journal: &Journal) -> Result<(), PurgeError> {
        let path = self.journal_path();
        let written = serde_json::to_vec_pretty(journal)
            .map_err(io::Error::other)
            .and_then(|text| files::put(&path, &text, PRIVATE));
        written.map_err(|error| PurgeError::file(&path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_reads_back_and_turns_around() {
        let folder = tempfile::tempdir().unwrap();
        let purges = Folder::open(folder.path()).unwrap();
        assert!(Folder::open(folder.path()).is_err(), "two at once");
        let run = purges.begin().unwrap();
        assert_eq!(purges.unfinished().unwrap(), None);
        let (a, b): (ObjectId, ObjectId) =
            ("aa".repeat(20).parse().unwrap(), "bb".repeat(32).parse().unwrap());
        let moves = [Move { name: "refs/heads/x".into(), old: a, new: b }];
        let mut journal = Journal::new(&moves, vec![TreeStep::new("/x".into(), a, b)]);
        run.write(&journal).unwrap();
        assert_eq!(purges.unfinished().unwrap(), Some((run.clone(), journal.clone())));
        assert_eq!(journal.moves().unwrap(), moves);
        journal.back = true;
        assert_eq!(journal.moves().unwrap()[0].new, a);
        assert_eq!(purges.begin().unwrap().path, purges.path.join("0002"));
        purges.clear();
        assert!(run.path.exists() && !purges.path.join("0002").exists());
    }
}
