//! The published set: everything that the other side would receive and does not have.

use crate::deadline::Watch;
use crate::git::catfile::{CatFile, ObjectKind};
use crate::git::command::{Git, GitError};
use crate::git::lacking;
use crate::git::listing::{Listing, list, list_commits};
use crate::git::tree::GitTree;
use crate::report::RefUpdate;
use bstr::{BString, ByteSlice};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, Gap, GapCause, ObjectId, Place};

/// A blob that no listed commit brings: what a custom ref or a tag names, and what a pushed tree holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooseBlob {
    /// The blob.
    pub oid: ObjectId,
    /// Its path in a pushed tree.
    pub path: Option<BString>,
}

/// What is published.
#[derive(Debug, Default)]
pub struct Published {
    /// The ref updates.
    pub refs: Vec<RefUpdate>,
    /// Commits and what they change.
    pub listing: Listing,
    /// Annotated tags, raw, by the name that they are pushed under.
    pub tags: Vec<(BString, Vec<u8>)>,
    /// Blobs that no commit brings.
    pub blobs: Vec<LooseBlob>,
    /// Paths that a pushed tree brings.
    pub paths: Vec<BString>,
    /// Blobs that the other side has where `blobs` come to stand.
    pub old_blobs: Vec<LooseBlob>,
    /// Commits that pushed refs point at.
    pub tips: Vec<ObjectId>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// Deepest chain of tags of tags that is followed.
const TAG_DEPTH: usize = 64;

impl Published {
    /// Follows each new object to the commits, trees and blobs behind it. What the old one had is left out of a
    /// pushed tree.
    ///
    /// # Errors
    /// When git can't be started or is not understood.
    pub fn peel(refs: Vec<RefUpdate>, objects: &RefCell<CatFile>) -> Result<Self, GitError> {
        let mut published = Self::default();
        for update in refs.iter().filter(|update| !update.new.is_null()) {
            published.follow(update, objects)?;
        }
        published.tips.sort_unstable();
        published.tips.dedup();
        published.refs = refs;
        Ok(published)
    }

    fn follow(&mut self, update: &RefUpdate, objects: &RefCell<CatFile>) -> Result<(), GitError> {
        let mut at = update.new;
        for _ in 0..TAG_DEPTH {
            let header = objects.borrow_mut().header(at)?;
            let Ok(header) = header else { break };
            let is_tag = header.kind == ObjectKind::Tag;
            let mut content = Vec::new();
            let keep = |piece: &[u8]| {
                if is_tag {
                    content.extend_from_slice(piece)
                }
            };
            if objects.borrow_mut().content(header.size, keep).is_err() {
                break;
            }
            match header.kind {
                ObjectKind::Commit => self.tips.push(at),
                ObjectKind::Blob => {
                    self.blobs.push(LooseBlob { oid: at, path: None });
                    let old = Some(update.old).filter(|old| !old.is_null());
                    self.old_blobs.extend(old.map(|oid| LooseBlob { oid, path: None }));
                }
                ObjectKind::Tree => self.tree(update, at, objects),
                ObjectKind::Tag => {
                    let next = tagged(&content);
                    self.tags.push((update.name.clone(), content));
                    let Some(next) = next else { break };
                    at = next;
                    continue;
                }
            }
            return Ok(());
        }
        self.missing(update, at);
        Ok(())
    }

    fn missing(&mut self, update: &RefUpdate, oid: ObjectId) {
        let name = escape(&update.name);
        let detail = format!("object {oid}, which {name} points at, is missing or damaged; run git fsck");
        self.gaps.push(Gap::unread(GapCause::Missing, Place::RefName(name), detail));
    }

    fn tree(&mut self, update: &RefUpdate, tree: ObjectId, objects: &RefCell<CatFile>) {
        let mut old = HashMap::new();
        if !update.old.is_null() {
            // What can't be read there is taken for new.
            let _ = GitTree::new(objects, update.old).walk(&mut |path, entry| {
                old.insert(BString::from(path), entry.oid);
            });
        }
        let known: HashSet<ObjectId> = old.values().copied().collect();
        let walked = GitTree::new(objects, tree).walk(&mut |path, entry| {
            let path = BString::from(path);
            let before = old.get(&path).copied();
            if before.is_none() {
                self.paths.push(path.clone());
            }
            let is_blob = matches!(entry.kind, Some(EntryKind::File | EntryKind::Symlink) | None);
            if is_blob && !known.contains(&entry.oid) {
                self.old_blobs.extend(before.map(|oid| LooseBlob { oid, path: Some(path.clone()) }));
                self.blobs.push(LooseBlob { oid: entry.oid, path: Some(path) });
            }
        });
        self.gaps.extend(walked.err());
    }

    /// Lists the commits behind the tips; `None` when there are more than `most`.
    ///
    /// # Errors
    /// When git fails.
    pub fn list(
        &mut self,
        git: &Git,
        objects: &RefCell<CatFile>,
        exclude: &[ObjectId],
        most: Option<usize>,
        watch: &Watch,
    ) -> Result<Option<()>, GitError> {
        if self.tips.is_empty() {
            return Ok(Some(()));
        }
        let listing = match list(git, &self.tips, exclude, most, watch) {
            Err(error @ GitError::Failed { .. }) if !watch.is_over() && lacking::is_partial(git)? => {
                self.list_lacking(git, objects, exclude, most, watch)?.ok_or(error)?
            }
            listing => listing?,
        };
        let Some(listing) = listing else { return Ok(None) };
        self.listing = listing;
        Ok(Some(()))
    }

    /// The same without the trees that a partial clone lacks; `None` where it lacks what the commits bring.
    fn list_lacking(
        &self,
        git: &Git,
        objects: &RefCell<CatFile>,
        exclude: &[ObjectId],
        most: Option<usize>,
        watch: &Watch,
    ) -> Result<Option<Option<Listing>>, GitError> {
        let Some(mut listing) = list_commits(git, &self.tips, exclude, most, watch)? else {
            return Ok(Some(None));
        };
        let read = lacking::add_changes(&mut listing, objects);
        Ok(read.is_ok().then_some(Some(listing)))
    }
}

/// The object that a raw tag names in its first line.
fn tagged(content: &[u8]) -> Option<ObjectId> {
    let line = content.strip_prefix(b"object ")?.lines().next()?;
    ObjectId::from_hex(line).ok()
}
