//! A work tree, or any folder: files on disk.

use crate::engine::{Item, Source};
use bstr::ByteSlice;
use ignore::{DirEntry, WalkBuilder};
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;
use vetogate_core::{Change, Entry, EntryKind, Gap, GapCause, Place, Tree};
use vetogate_syntax::path::PathHints;

/// What there is to look at below some paths.
#[derive(Debug, Default)]
pub struct Files {
    /// Contents, sorted by path: files, and targets of symbolic links.
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
            Ok(entry) => files.add(root, &entry),
            Err(error) => {
                let detail = format!("can't be listed: {}", escape(error.to_string().as_bytes()));
                files.gaps.push(Gap::unread(GapCause::Failed, Place::Run("work tree".into()), detail));
            }
        }
    }
    let mut order: Vec<usize> = (0..files.items.len()).collect();
    order.sort_by(|&a, &b| files.changes[a].path.cmp(&files.changes[b].path));
    files.items = order.iter().map(|&index| files.items[index].clone()).collect();
    files.changes = order.iter().map(|&index| files.changes[index].clone()).collect();
    files
}

impl Files {
    fn add(&mut self, root: &Path, entry: &DirEntry) {
        let path = entry.path();
        let relative = path.strip_prefix(root).unwrap_or(path);
        let name = <[u8]>::from_path(relative).unwrap_or_default().to_vec();
        let (kind, source) = match entry.file_type() {
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
