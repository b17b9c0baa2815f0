//! Blobs, names and trees: what the commits bring, and the folders on the way to it.

use super::{Rewriter, missing};
use crate::git::catfile::{ObjectKind, WHOLE};
use crate::git::listing::Listing;
use crate::purge::PurgeError;
use crate::purge::raw::{self, Line};
use crate::purge::reference::PLACEHOLDER;
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, ObjectId, Place};

impl Rewriter<'_> {
    /// Every content that the commits bring, each read once.
    pub(super) fn contents(&mut self, listing: &Listing) -> Result<(), PurgeError> {
        let mut paths: BTreeMap<ObjectId, BTreeSet<&BString>> = BTreeMap::new();
        for entry in &listing.entries {
            if matches!(entry.new.kind, Some(EntryKind::File | EntryKind::Symlink)) {
                paths.entry(entry.new.oid).or_default().insert(&entry.path);
            }
        }
        for (oid, paths) in paths {
            let header = self.survey.session.objects.borrow_mut().header(oid)?;
            let Ok(header) = header else { return Err(missing(oid)) };
            if header.size > WHOLE {
                self.skip(header.size, oid)?;
                if self.targets.has(oid) {
                    self.effects.large.extend(paths.iter().map(|path| escape(path)));
                }
                continue;
            }
            let mut content = Vec::new();
            let read = self
                .survey
                .session
                .objects
                .borrow_mut()
                .content(header.size, |piece| content.extend_from_slice(piece));
            read.map_err(|_| missing(oid))?;
            if self.targets.is_weak_in(&content) {
                self.weak.insert(oid);
            }
            for path in paths {
                self.content(oid, &content, path, &Place::File(escape(path)));
            }
        }
        Ok(())
    }

    pub(super) fn skip(&self, size: u64, oid: ObjectId) -> Result<(), PurgeError> {
        self.survey.session.objects.borrow_mut().content(size, |_| {}).map_err(|_| missing(oid))
    }

    pub(super) fn content(&mut self, oid: ObjectId, content: &[u8], path: &BString, place: &Place) {
        let Some(replaced) = self.targets.blob(oid, content, path, place) else { return };
        let new = self.store.add(ObjectKind::Blob, replaced.content, oid);
        self.blobs.insert((path.clone(), oid), new);
        self.open_folders(path);
        let (count, by) = self.effects.files.entry(place.to_string()).or_default();
        *count += 1;
        by.extend(replaced.by);
    }

    /// Notes that what lies on the way to a path has to be looked at.
    fn open_folders(&mut self, path: &[u8]) {
        self.folders.insert(BString::default());
        for at in memchr::memchr_iter(b'/', path) {
            self.folders.insert(path[..at].into());
        }
    }

    /// The new names of the parts of a path.
    pub(super) fn name(&mut self, path: &BString) {
        let ranges = self.targets.in_name(path, &Place::FileName(escape(path)));
        if ranges.is_empty() {
            return;
        }
        let mut start = 0;
        for part in path.split_str("/") {
            let end = start + part.len();
            if let Some(new) = new_name(path, start..end, &ranges) {
                self.names.insert(path[..end].into(), new);
            }
            start = end + 1;
        }
        self.open_folders(path);
    }

    /// The id of a folder's tree with its values taken out.
    pub(super) fn tree(&mut self, folder: &BString, oid: ObjectId) -> Result<ObjectId, PurgeError> {
        if !self.folders.contains(folder) {
            return Ok(oid);
        }
        let key = (folder.clone(), oid);
        if let Some(&known) = self.trees.get(&key) {
            return Ok(known);
        }
        let content = self.read(oid, ObjectKind::Tree)?;
        let mut lines = raw::parse_tree(&content, oid.as_bytes().len()).ok_or_else(|| missing(oid))?;
        let (mut is_changed, mut is_renamed) = (false, false);
        for line in &mut lines {
            let path = join(folder, &line.name);
            let new = self.entry(line, &path)?;
            is_changed |= new != line.oid;
            line.oid = new;
            if let Some(name) = self.names.get(&path) {
                line.name.clone_from(name);
                is_renamed = true;
                let new = join(folder, name);
                self.effects.renamed.insert(escape(&path), escape(&new));
            }
        }
        if is_renamed {
            raw::sort(&mut lines).map_err(|name| collision(folder, &name))?;
        }
        let new = if is_changed || is_renamed {
            self.store.add(ObjectKind::Tree, raw::write_tree(&lines), oid)
        } else {
            oid
        };
        self.trees.insert(key, new);
        Ok(new)
    }

    fn entry(&mut self, line: &Line, path: &BString) -> Result<ObjectId, PurgeError> {
        if line.is_folder() {
            return self.tree(path, line.oid);
        }
        Ok(self.blobs.get(&(path.clone(), line.oid)).copied().unwrap_or(line.oid))
    }
}

fn join(folder: &[u8], name: &[u8]) -> BString {
    let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
    [folder, slash, name].concat().into()
}

/// A part of a path with the ranges in it replaced; `None` where there is none.
fn new_name(path: &[u8], part: Range<usize>, ranges: &[Range<usize>]) -> Option<Vec<u8>> {
    let (mut new, mut at, mut found) = (Vec::new(), part.start, false);
    for range in ranges.iter().filter(|range| range.start < part.end && range.end > part.start) {
        new.extend_from_slice(&path[at..range.start.max(at)]);
        new.extend_from_slice(PLACEHOLDER.as_bytes());
        at = range.end.min(part.end);
        found = true;
    }
    new.extend_from_slice(&path[at..part.end]);
    found.then_some(new)
}

fn collision(folder: &[u8], name: &[u8]) -> PurgeError {
    let path = escape(&join(folder, name));
    PurgeError::Refused(format!(
        "two files would both be called {path}; rename one of them in the commits that hold it, then run the command again"
    ))
}
