//! The published set: everything that the other side would receive and does not have.

use crate::deadline::Watch;
use crate::engine::workers::only_its_beginning;
use crate::git::catfile::{CatFile, ObjectKind, WHOLE, finish, remedy};
use crate::git::command::{Git, GitError};
use crate::git::listing::{Listing, Started, is_for_walk, list};
use crate::git::tree::GitTree;
use crate::git::walk::walk;
use crate::report::RefUpdate;
use crate::source::upstream::Upstream;
use bstr::{BString, ByteSlice};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::process::Stdio;
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, Gap, GapCause, ObjectId, Place};

/// A blob that no listed commit brings: what a custom ref or a tag names, and what a pushed tree holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooseBlob {
    /// The blob.
    pub oid: ObjectId,
    /// Its path in a pushed tree.
    pub path: Option<BString>,
    /// The ref behind which it stands.
    pub name: BString,
}

/// An annotated tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedTag {
    /// The name that it is pushed under; of a tag inside it, `outer:inner`. Escaped.
    pub name: String,
    /// The object as it is.
    pub raw: Vec<u8>,
}

/// What is published.
#[derive(Debug, Default)]
pub struct Published {
    /// The ref updates.
    pub refs: Vec<RefUpdate>,
    /// Commits and what they change.
    pub listing: Listing,
    /// Annotated tags, with the tags inside them.
    pub tags: Vec<PushedTag>,
    /// Blobs that no commit brings.
    pub blobs: Vec<LooseBlob>,
    /// Paths that a pushed tree brings.
    pub paths: Vec<BString>,
    /// Blobs that the other side has where `blobs` come to stand.
    pub old_blobs: Vec<LooseBlob>,
    /// Commits that pushed refs point at.
    pub tips: Vec<ObjectId>,
    /// Remotes whose history is public.
    pub upstreams: Vec<Upstream>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What the last listing could not read.
    pub unlisted: Vec<Gap>,
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
        for depth in 0..=TAG_DEPTH {
            let header = objects.borrow_mut().header(at)?;
            let Ok(header) = header else { break };
            let is_tag = header.kind == ObjectKind::Tag;
            let mut content = Vec::new();
            let keep = |piece: &[u8]| {
                if is_tag && content.len() as u64 <= WHOLE {
                    content.extend_from_slice(piece);
                }
            };
            if objects.borrow_mut().content(header.size, keep).is_err() {
                break;
            }
            match header.kind {
                ObjectKind::Commit => self.tips.push(at),
                ObjectKind::Blob => {
                    let blob = |oid| LooseBlob { oid, path: None, name: update.name.clone() };
                    self.blobs.push(blob(at));
                    self.old_blobs.extend(Some(update.old).filter(|old| !old.is_null()).map(blob));
                }
                ObjectKind::Tree => self.tree(update, at, objects),
                ObjectKind::Tag if depth == TAG_DEPTH => self.too_deep(update),
                ObjectKind::Tag => {
                    let next = tagged(&content);
                    if header.size > WHOLE {
                        self.too_large(update, at);
                    }
                    self.tags.push(PushedTag { name: tag_name(&update.name, depth, &content), raw: content });
                    let Some(next) = next else { break };
                    at = next;
                    continue;
                }
            }
            return Ok(());
        }
        self.missing(update, at, objects.borrow().odd(at));
        Ok(())
    }

    fn too_large(&mut self, update: &RefUpdate, oid: ObjectId) {
        let name = escape(&update.name);
        let detail = only_its_beginning(&format!("tag {oid} of {name}"));
        self.gaps.push(Gap::unread(GapCause::Limit, Place::RefName(name), detail));
    }

    /// A tag that is made anew of what the tags inside it end at needs none of them.
    fn too_deep(&mut self, update: &RefUpdate) {
        let name = escape(&update.name);
        let tag = name.strip_prefix("refs/tags/").filter(|tag| is_plain(tag)).unwrap_or("NAME");
        let detail = format!(
            "{name} is a tag of tags, and only the outer {TAG_DEPTH} were looked at; make it anew without tags inside: \
             git tag -f -a {tag} '{tag}^{{}}'"
        );
        self.gaps.push(Gap::unread(GapCause::Limit, Place::RefName(name), detail));
    }

    fn missing(&mut self, update: &RefUpdate, oid: ObjectId, odd: Option<String>) {
        let name = escape(&update.name);
        let cause = if odd.is_some() { GapCause::Corrupt } else { GapCause::Missing };
        let remedy = odd.unwrap_or_else(|| remedy(cause).into());
        let detail = format!("object {oid}, which {name} points at, {remedy}");
        self.gaps.push(Gap::unread(cause, Place::RefName(name), detail));
    }

    fn tree(&mut self, update: &RefUpdate, tree: ObjectId, objects: &RefCell<CatFile>) {
        let mut old = HashMap::new();
        if !update.old.is_null() {
            // What can't be read there is taken for new.
            // The commit of a submodule is not there, whatever has its id.
            let _ = GitTree::new(objects, update.old).walk(&mut |path, entry| {
                if entry.kind != Some(EntryKind::Submodule) {
                    old.insert(BString::from(path), entry.oid);
                }
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
                let blob = |oid| LooseBlob { oid, path: Some(path.clone()), name: update.name.clone() };
                self.old_blobs.extend(before.map(blob));
                self.blobs.push(blob(entry.oid));
            }
        });
        self.gaps.extend(walked.err());
    }

    /// Whether a gap is in something that is published; the rest of a tip's tree is context.
    pub fn brings(&self, gap: &Gap) -> bool {
        match &gap.place {
            Place::File(path) => self.listing.entries.iter().any(|entry| escape(&entry.path) == *path),
            Place::Object(oid) => self.listing.entries.iter().any(|entry| entry.new.oid == *oid),
            _ => true,
        }
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
        self.unlisted.clear();
        self.listing = match list(git, &self.tips, exclude, most, watch) {
            Ok(Some(listing)) => listing,
            Ok(None) => return Ok(None),
            Err(error) if is_for_walk(&error) && !watch.is_over() => {
                let (listing, gaps) = walk(git, objects, &self.tips, exclude, watch)?;
                self.unlisted = gaps;
                listing
            }
            Err(error) => return Err(error),
        };
        self.prove(git, exclude, watch)?;
        Ok(Some(()))
    }

    /// Takes a listing that was started before; whether it is whole and short enough. It is only ever taken or left:
    /// where anything is wrong with it, [`list`](Self::list) asks again.
    pub fn take(
        &mut self,
        git: &Git,
        started: Started,
        exclude: &[ObjectId],
        most: usize,
        watch: &Watch,
    ) -> bool {
        if !self.gaps.is_empty() {
            // Git may wait for what could not be read.
            return false;
        }
        match started.finish(Some(most)) {
            Ok(Some(listing)) => self.listing = listing,
            _ => return false,
        }
        self.prove(git, exclude, watch).is_ok()
    }

    /// A tip that is not listed has to be reachable from what the other side has: an empty answer proves nothing.
    fn prove(&self, git: &Git, exclude: &[ObjectId], watch: &Watch) -> Result<(), GitError> {
        let listed: HashSet<ObjectId> = self.listing.commits.iter().map(|commit| commit.oid).collect();
        let is_open = |tip: &&ObjectId| {
            let unread = |gap: &Gap| gap.place == Place::Object(**tip);
            !listed.contains(*tip) && !exclude.contains(tip) && !self.unlisted.iter().any(unread)
        };
        let open: Vec<ObjectId> = self.tips.iter().filter(is_open).copied().collect();
        if open.is_empty() {
            return Ok(());
        }
        match unknown(git, &open, exclude, watch)? {
            None => Ok(()),
            Some(new) => {
                let detail = format!("{new} is new and was not listed");
                Err(GitError::Answer { command: "log".into(), detail })
            }
        }
    }
}

/// A commit that `tips` reach and `exclude` do not. One process for all tips: each of them may walk far.
fn unknown(
    git: &Git,
    tips: &[ObjectId],
    exclude: &[ObjectId],
    watch: &Watch,
) -> Result<Option<String>, GitError> {
    let mut command = git.command(["rev-list", "--max-count=1", "--stdin"]);
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(GitError::Start)?;
    let exclude = exclude.iter().map(|oid| format!("^{oid}\n"));
    let lines: String = tips.iter().map(|tip| format!("{tip}\n")).chain(exclude).collect();
    if let Some(mut input) = child.stdin.take() {
        // A child that has gone is seen by its exit.
        let _ = input.write_all(lines.as_bytes());
    }
    let output = finish("rev-list", child, watch)?;
    Ok((!output.is_empty()).then(|| escape(output.trim())))
}

/// Whether a name needs no quotes in a command.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c)) && !name.starts_with('-')
}

/// The object that a raw tag names in its first line.
fn tagged(content: &[u8]) -> Option<ObjectId> {
    let line = content.strip_prefix(b"object ")?.lines().next()?;
    ObjectId::from_hex(line).ok()
}

/// What a tag is called where it is shown: a tag inside another one has only the name in its header.
fn tag_name(pushed: &[u8], depth: usize, content: &[u8]) -> String {
    let outer = escape(pushed.strip_prefix(b"refs/tags/").unwrap_or(pushed));
    if depth == 0 {
        return outer;
    }
    let header = content.lines().take_while(|line| !line.is_empty());
    let inner = header.filter_map(|line| line.strip_prefix(b"tag ")).next().unwrap_or_default();
    format!("{outer}:{}", escape(inner))
}
