//! A work tree, or any folder: files on disk.

use crate::engine::{Item, Source};
use bstr::ByteSlice;
use ignore::WalkBuilder;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;
use vetogate_core::{Change, Entry, EntryKind, Gap, GapCause, Place, Tree};
use vetogate_syntax::path::PathHints;

/// What there is to look at below some paths.
#[derive(Debug, Default)]
pub struct Files {
    /// Contents: files, and targets of symbolic links.
    pub items: Vec<Item>,
    /// Their paths from the root.
    pub changes: Vec<Change>,
    /// What can't be listed.
    pub gaps: Vec<Gap>,
}

/// Walks `paths` (relative to `root`, or absolute below it); ignore files count unless `no_ignore`.
pub fn walk(root: &Path, paths: &[PathBuf], no_ignore: bool) -> Files {
    let mut files = Files::default();
    let mut builder = WalkBuilder::new(paths.first().map_or(root, PathBuf::as_path));
    paths.iter().skip(1).for_each(|path| {
        builder.add(path);
    });
    let builder = builder
        .hidden(false)
        .standard_filters(!no_ignore)
        .hidden(false)
        .require_git(false)
        .follow_links(false);
    for entry in builder.filter_entry(|entry| entry.file_name() != ".git").build() {
        match entry {
            Ok(entry) => files.add(root, entry.path(), entry.file_type()),
            Err(error) => {
                let detail = format!("can't be listed: {}", escape(error.to_string().as_bytes()));
                files.gaps.push(Gap::unread(GapCause::Failed, Place::Run("work tree".into()), detail));
            }
        }
    }
    files
}

impl Files {
    /// Adds the tracked files below `paths` that the walk left out.
    pub fn add_tracked(&mut self, root: &Path, paths: &[PathBuf], tracked: &[Vec<u8>]) {
        let walked: HashSet<Vec<u8>> = self.changes.iter().map(|change| change.path.clone()).collect();
        for name in tracked.iter().filter(|name| !walked.contains(*name)) {
            let full = root.join(name.to_path_lossy());
            if paths.iter().any(|path| full.starts_with(path))
                && let Ok(metadata) = std::fs::symlink_metadata(&full)
            {
                self.add(root, &full, Some(metadata.file_type()));
            }
        }
    }

    /// Sorts by path; a path that was reached twice stays once.
    pub fn sort(&mut self) {
        let pairs = std::mem::take(&mut self.changes).into_iter().zip(std::mem::take(&mut self.items));
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_by(|a, b| a.0.path.cmp(&b.0.path));
        pairs.dedup_by(|a, b| a.0.path == b.0.path);
        (self.changes, self.items) = pairs.into_iter().unzip();
    }

    fn add(&mut self, root: &Path, path: &Path, kind: Option<std::fs::FileType>) {
        let relative = path.strip_prefix(root).unwrap_or(path);
        let name = <[u8]>::from_path(relative).unwrap_or_default().to_vec();
        let (kind, source) = match kind {
            Some(kind) if kind.is_file() => (EntryKind::File, Source::File(path.to_owned())),
            Some(kind) if kind.is_symlink() => {
                let target = std::fs::read_link(path).unwrap_or_default();
                (EntryKind::Symlink, Source::Bytes(<[u8]>::from_path(&target).unwrap_or_default().to_vec()))
            }
            _ => return,
        };
        self.items.push(Item { source, hints: PathHints::of(&name), place: Place::File(escape(&name)) });
        self.changes.push(Change { path: name, kind: Some(kind) });
    }
}

/// A folder on disk as a tree.
pub struct WorkTree {
    root: PathBuf,
}

impl WorkTree {
    /// The tree below `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn failed(path: &[u8], error: &std::io::Error) -> Gap {
        Gap::unread(
            GapCause::Failed,
            Place::File(escape(path)),
            format!("{} can't be read: {error}", escape(path)),
        )
    }
}

impl Tree for WorkTree {
    fn get(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
        let full = self.root.join(path.to_path_lossy());
        match std::fs::symlink_metadata(&full) {
            Ok(metadata) if metadata.is_file() => {}
            _ => return Ok(None),
        }
        std::fs::read(&full).map(Some).map_err(|error| Self::failed(path, &error))
    }

    fn list(&self, directory: &[u8]) -> Result<Vec<Entry>, Gap> {
        let Ok(entries) = std::fs::read_dir(self.root.join(directory.to_path_lossy())) else {
            return Ok(Vec::new());
        };
        let named = |entry: std::fs::DirEntry| {
            let kind = entry.file_type().ok()?;
            let kind = if kind.is_dir() {
                EntryKind::Directory
            } else if kind.is_symlink() {
                EntryKind::Symlink
            } else {
                EntryKind::File
            };
            Some(Entry { name: <[u8]>::from_os_str(&entry.file_name())?.to_vec(), kind })
        };
        let mut entries: Vec<Entry> = entries.flatten().filter_map(named).collect();
        entries.sort();
        Ok(entries)
    }
}
