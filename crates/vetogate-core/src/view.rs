//! What detectors and the engine may ask of the world, as traits that the program implements: a [`Tree`] and a
//! [`RemoteView`]. Hook, proxy, server and CI differ in nothing else.

use crate::{Gap, ObjectId};

/// What a tree entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A regular or executable file.
    File,
    /// A symbolic link; its content is its target.
    Symlink,
    /// A directory.
    Directory,
    /// A submodule: a commit of another repository.
    Submodule,
}

impl EntryKind {
    /// From git's mode, in octal digits (gitformat-index: 040000, 100644, 100755, 120000, 160000). As git reads them:
    /// however many digits there are, and what is unknown is a submodule.
    pub fn from_mode(mode: &[u8]) -> Option<Self> {
        if mode.is_empty() || !mode.iter().all(|digit| (b'0'..=b'7').contains(digit)) {
            return None;
        }
        let mode = mode.iter().fold(0_u32, |mode, digit| (mode << 3).wrapping_add(u32::from(digit - b'0')));
        Some(match mode & 0o170_000 {
            _ if mode == 0 => return None,
            0o040_000 => Self::Directory,
            0o100_000 => Self::File,
            0o120_000 => Self::Symlink,
            _ => Self::Submodule,
        })
    }
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The last part of the path.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
}

/// One state of a project's files. Paths are relative to its root, with `/`, no leading one; the root is empty.
pub trait Tree {
    /// The content of a file, `None` where there is none.
    ///
    /// # Errors
    /// A gap where it is there and can't be read.
    fn get(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Gap>;

    /// The entries of a directory, empty where there is none.
    ///
    /// # Errors
    /// A gap where it is there and can't be read.
    fn list(&self, directory: &[u8]) -> Result<Vec<Entry>, Gap>;
}

/// A path that differs between the base and the new tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Path from the root.
    pub path: Vec<u8>,
    /// What it is in the new tree; `None` where it was removed.
    pub kind: Option<EntryKind>,
}

/// What a detector of state looks at.
#[derive(Clone, Copy)]
pub struct TreePair<'a> {
    /// The state that would be published.
    pub new: &'a dyn Tree,
    /// The state before, where there is one.
    pub base: Option<&'a dyn Tree>,
    /// What differs between them. Sorted by path.
    pub changes: &'a [Change],
}

/// What is known of the other side of a push.
pub trait RemoteView {
    /// Commits and tags that the other side has, enough of them to bound a walk cheaply. Fewer is sound.
    fn exclusions(&self) -> Vec<ObjectId>;

    /// All that the other side is known to have: asked only when there is a finding or a long walk.
    ///
    /// # Errors
    /// A gap where it can't be asked.
    fn all_tips(&self) -> Result<Vec<ObjectId>, Gap>;

    /// The tip of the trusted branch, from which policy is read; `None` where nothing is pinned.
    fn trusted_tip(&self) -> Option<ObjectId>;
}
