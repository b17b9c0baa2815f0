//! Rewrites commits that hold a value, and what builds upon them; nothing else.
//!
//! Blobs first, then for each commit, parents before children, its tree, its headers and its message; then tags.

use super::raw::{self, Line};
use super::store::Store;
use super::targets::Targets;
use super::{PurgeError, Survey};
use crate::git::catfile::{ObjectKind, WHOLE};
use crate::git::listing::Listing;
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, ObjectId, Place};

/// Deepest chain of tags of tags that is followed.
const TAG_DEPTH: usize = 64;

/// What a rewriting does, for people. Nothing in it is masked yet.
#[derive(Debug, Default)]
pub struct Effects {
    /// Files by path: how many contents of each, and what stands in them now.
    pub files: BTreeMap<String, (usize, BTreeSet<String>)>,
    /// Files with a new name.
    pub renamed: BTreeMap<String, String>,
    /// Commits whose message is another.
    pub messages: usize,
    /// Commits whose author, committer or other header is another.
    pub headers: usize,
    /// Tags with another text.
    pub tags: usize,
    /// Signatures of commits that no longer fit.
    pub signatures: usize,
    /// Signatures of tags that no longer fit.
    pub tag_signatures: usize,
    /// Merged tags that no longer fit.
    pub merge_tags: usize,
    /// Ids in messages that were set to the new ones.
    pub ids: usize,
    /// Commits that somebody else committed.
    pub foreign: usize,
    /// Files that are too large to be rewritten.
    pub large: Vec<String>,
}

/// Rewrites objects; writes none.
pub struct Rewriter<'a> {
    survey: &'a Survey<'a>,
    targets: &'a Targets,
    /// The new objects.
    pub store: Store,
    /// New ids of commits, by the old ones.
    pub commits: BTreeMap<ObjectId, ObjectId>,
    /// Commits in the order in which they were rewritten.
    pub order: Vec<ObjectId>,
    /// What rewritten commits and tags build upon that stays.
    pub boundary: BTreeSet<ObjectId>,
    /// For people.
    pub effects: Effects,
    tags: HashMap<ObjectId, ObjectId>,
    trees: HashMap<(BString, ObjectId), ObjectId>,
    blobs: HashMap<(BString, ObjectId), ObjectId>,
    names: HashMap<BString, Vec<u8>>,
    folders: HashSet<BString>,
}

impl<'a> Rewriter<'a> {
    /// Nothing is rewritten yet.
    pub fn new(survey: &'a Survey<'a>, targets: &'a Targets) -> Self {
        Self {
            survey,
            targets,
            store: Store::default(),
            commits: BTreeMap::new(),
            order: Vec::new(),
            boundary: BTreeSet::new(),
            effects: Effects::default(),
            tags: HashMap::new(),
            trees: HashMap::new(),
            blobs: HashMap::new(),
            names: HashMap::new(),
            folders: HashSet::new(),
        }
    }

    /// Rewrites the listed commits.
    ///
    /// # Errors
    /// When an object can't be read, or two names would become one.
    pub fn commits(&mut self, listing: &Listing) -> Result<(), PurgeError> {
        self.contents(listing)?;
        for entry in listing.entries.iter().filter(|entry| entry.new.kind.is_some()) {
            self.name(&entry.path);
        }
        for at in parents_first(listing) {
            self.commit(at)?;
        }
        Ok(())
    }

    /// Every content that the commits bring, each read once.
    fn contents(&mut self, listing: &Listing) -> Result<(), PurgeError> {
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
                self.effects.large.extend(paths.iter().map(|path| escape(path)));
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
            for path in paths {
                self.content(oid, &content, path, &Place::File(escape(path)));
            }
        }
        Ok(())
    }

    fn skip(&self, size: u64, oid: ObjectId) -> Result<(), PurgeError> {
        self.survey.session.objects.borrow_mut().content(size, |_| {}).map_err(|_| missing(oid))
    }

    fn content(&mut self, oid: ObjectId, content: &[u8], path: &BString, place: &Place) {
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
    fn name(&mut self, path: &BString) {
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

    fn read(&self, oid: ObjectId, kind: ObjectKind) -> Result<Vec<u8>, PurgeError> {
        match self.survey.session.objects.borrow_mut().read(oid)? {
            Ok((header, content)) if header.kind == kind && header.size == content.len() as u64 => {
                Ok(content)
            }
            _ => Err(missing(oid)),
        }
    }

    /// The id of a folder's tree with its values taken out.
    fn tree(&mut self, folder: &BString, oid: ObjectId) -> Result<ObjectId, PurgeError> {
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

    fn commit(&mut self, oid: ObjectId) -> Result<(), PurgeError> {
        let content = self.read(oid, ObjectKind::Commit)?;
        let (headers, message) = raw::split(&content);
        let mut rewritten = Headers::default();
        let mut is_changed = false;
        for header in &headers {
            is_changed |= self.header(oid, header, &mut rewritten)?;
        }
        let own = self.headers_text(oid, &rewritten);
        let text = self.targets.prose(message, &Place::Message(oid)).map(|replaced| replaced.content);
        if !is_changed && own.is_none() && text.is_none() {
            return Ok(());
        }
        self.effects.headers += usize::from(own.is_some());
        self.effects.messages += usize::from(text.is_some());
        self.effects.signatures += usize::from(rewritten.signatures > 0);
        self.effects.merge_tags += rewritten.merge_tags;
        self.effects.foreign += usize::from(self.is_foreign(&headers));
        self.boundary.extend(rewritten.parents.iter().filter(|parent| !self.commits.contains_key(parent)));
        let mut new = own.unwrap_or(rewritten.kept);
        new.extend(self.with_new_ids(text.as_deref().unwrap_or(message)));
        let new = self.store.add(ObjectKind::Commit, new, oid);
        self.commits.insert(oid, new);
        self.order.push(oid);
        Ok(())
    }

    /// Takes over a header with the new ids; whether it is another one now.
    fn header(&mut self, commit: ObjectId, header: &[u8], out: &mut Headers) -> Result<bool, PurgeError> {
        let named = || raw::id(header).ok_or_else(|| missing(commit));
        match raw::name(header) {
            b"tree" if out.kept.is_empty() => {
                let (old, root) = (named()?, BString::default());
                let new = self.tree(&root, old)?;
                out.push(format!("tree {new}\n").as_bytes(), true);
                Ok(new != old)
            }
            b"parent" => {
                let old = named()?;
                let new = self.commits.get(&old).copied().unwrap_or(old);
                out.parents.push(old);
                out.push(format!("parent {new}\n").as_bytes(), true);
                Ok(new != old)
            }
            b"gpgsig" | b"gpgsig-sha256" => {
                // It goes only if the commit does not stay as it is: a commit that stays is not written.
                out.signatures += 1;
                Ok(false)
            }
            b"mergetag" => {
                // It is about a parent; once that is another commit, it vouches for nothing.
                let object = header.strip_prefix(b"mergetag object ").and_then(|rest| rest.lines().next());
                let about = object.and_then(|id| ObjectId::from_hex(id).ok());
                let is_stale = about.is_some_and(|about| self.commits.contains_key(&about));
                if is_stale || self.targets.stands_in(header) {
                    out.merge_tags += 1;
                    return Ok(true);
                }
                out.push(header, false);
                Ok(false)
            }
            _ => {
                out.push(header, false);
                Ok(false)
            }
        }
    }

    /// Whether somebody else committed it, who may have it elsewhere.
    fn is_foreign(&self, headers: &[&[u8]]) -> bool {
        let committer = headers.iter().find_map(|header| header.strip_prefix(b"committer "));
        let email = committer.and_then(|line| Some(line.rsplit_once_str(">")?.0.rsplit_once_str("<")?.1));
        self.survey.email.as_deref().zip(email).is_some_and(|(own, email)| own != email)
    }

    /// The headers with the values taken out of them; `None` where none stands there. The ids are no text.
    fn headers_text(&self, oid: ObjectId, headers: &Headers) -> Option<Vec<u8>> {
        let (ids, text) = headers.kept.split_at(headers.ids);
        let replaced = self.targets.prose(text, &Place::Author(oid))?;
        Some([ids, &replaced.content].concat())
    }

    /// A message with the ids of rewritten commits in it set to the new ones: the old ones will mean nothing.
    fn with_new_ids(&mut self, message: &[u8]) -> Vec<u8> {
        let Some(length) = self.commits.keys().next().map(|oid| 2 * oid.as_bytes().len()) else {
            return message.to_vec();
        };
        let mut out = Vec::with_capacity(message.len());
        let mut rest = message;
        while let Some(start) = rest.iter().position(u8::is_ascii_hexdigit) {
            let run = rest[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let word = &rest[start..start + run];
            let id = (run == length).then(|| ObjectId::from_hex(word).ok()).flatten();
            out.extend_from_slice(&rest[..start]);
            match id.and_then(|id| self.commits.get(&id)) {
                Some(new) => {
                    out.extend(new.to_string().bytes());
                    self.effects.ids += 1;
                }
                None => out.extend_from_slice(word),
            }
            rest = &rest[start + run..];
        }
        out.extend_from_slice(rest);
        out
    }

    /// What a ref points at, with the values taken out of it.
    ///
    /// # Errors
    /// When an object can't be read.
    pub fn tip(&mut self, oid: ObjectId, name: &BString) -> Result<ObjectId, PurgeError> {
        let shown = name.strip_prefix(b"refs/tags/").unwrap_or(name);
        self.object(oid, name, &escape(shown), 0)
    }

    /// `shown` is what a tag is called where it is looked at.
    fn object(
        &mut self,
        oid: ObjectId,
        name: &BString,
        shown: &str,
        depth: usize,
    ) -> Result<ObjectId, PurgeError> {
        if self.survey.public.names(oid) || depth > TAG_DEPTH {
            return Ok(oid);
        }
        if let Some(&new) = self.commits.get(&oid).or_else(|| self.tags.get(&oid)) {
            return Ok(new);
        }
        let header = self.survey.session.objects.borrow_mut().header(oid)?;
        let Ok(header) = header else { return Err(missing(oid)) };
        self.skip(header.size, oid)?;
        match header.kind {
            ObjectKind::Commit => Ok(oid),
            ObjectKind::Tag => self.tag(oid, name, shown, depth),
            ObjectKind::Blob => {
                let content = self.read(oid, ObjectKind::Blob)?;
                self.content(oid, &content, &BString::default(), &Place::Blob(escape(name)));
                Ok(self.blobs.get(&(BString::default(), oid)).copied().unwrap_or(oid))
            }
            ObjectKind::Tree => self.pushed_tree(oid),
        }
    }

    /// A tree that a ref names: all of it is brought by the ref.
    fn pushed_tree(&mut self, oid: ObjectId) -> Result<ObjectId, PurgeError> {
        let mut files = Vec::new();
        let objects = &self.survey.session.objects;
        crate::git::tree::GitTree::new(objects, oid).walk(&mut |path, entry| {
            if matches!(entry.kind, Some(EntryKind::File | EntryKind::Symlink)) {
                files.push((BString::from(path), entry.oid));
            }
        })?;
        for (path, blob) in files {
            let content = self.read(blob, ObjectKind::Blob)?;
            self.content(blob, &content, &path, &Place::File(escape(&path)));
            self.name(&path);
        }
        self.tree(&BString::default(), oid)
    }

    fn tag(
        &mut self,
        oid: ObjectId,
        name: &BString,
        shown: &str,
        depth: usize,
    ) -> Result<ObjectId, PurgeError> {
        let content = self.read(oid, ObjectKind::Tag)?;
        let first = raw::split(&content).0.first().copied().unwrap_or_default();
        let target = raw::id(first).ok_or_else(|| missing(oid))?;
        let outer = shown.split(':').next().unwrap_or_default();
        let inner = self.inner_name(target, outer);
        let new_target = self.object(target, name, &inner, depth + 1)?;
        let text = self.targets.prose(&content, &Place::Tag(shown.to_owned()));
        if new_target == target && text.is_none() {
            return Ok(oid);
        }
        self.effects.tags += usize::from(text.is_some());
        let content = text.map_or(content, |replaced| replaced.content);
        let (headers, body) = raw::split(&content);
        let mut new = format!("object {new_target}\n").into_bytes();
        let mut signatures = 0;
        for header in headers.iter().skip(1) {
            if matches!(raw::name(header), b"gpgsig" | b"gpgsig-sha256") {
                signatures += 1;
            } else {
                new.extend_from_slice(header);
            }
        }
        let end = raw::signature(body);
        signatures += usize::from(end.is_some());
        self.effects.tag_signatures += usize::from(signatures > 0);
        let body = self.with_new_ids(&body[..end.unwrap_or(body.len())]);
        new.extend(body);
        if new_target == target {
            self.boundary.insert(target);
        }
        let new = self.store.add(ObjectKind::Tag, new, oid);
        self.tags.insert(oid, new);
        Ok(new)
    }

    /// What a tag inside another one is called where it is looked at.
    fn inner_name(&self, target: ObjectId, outer: &str) -> String {
        let content = self.read(target, ObjectKind::Tag).unwrap_or_default();
        let (headers, _) = raw::split(&content);
        let inner = headers.iter().find_map(|header| header.strip_prefix(b"tag ")).unwrap_or_default();
        format!("{outer}:{}", escape(inner.strip_suffix(b"\n").unwrap_or(inner)))
    }
}

/// Headers on their way into a new commit.
#[derive(Default)]
struct Headers {
    kept: Vec<u8>,
    /// Bytes at the beginning that are ids.
    ids: usize,
    parents: Vec<ObjectId>,
    signatures: usize,
    merge_tags: usize,
}

impl Headers {
    fn push(&mut self, header: &[u8], is_id: bool) {
        self.kept.extend_from_slice(header);
        if is_id {
            self.ids = self.kept.len();
        }
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
        new.extend_from_slice(super::reference::PLACEHOLDER.as_bytes());
        at = range.end.min(part.end);
        found = true;
    }
    new.extend_from_slice(&path[at..part.end]);
    found.then_some(new)
}

/// The listed commits, each after its parents.
fn parents_first(listing: &Listing) -> Vec<ObjectId> {
    let parents: HashMap<ObjectId, &[ObjectId]> =
        listing.commits.iter().map(|commit| (commit.oid, commit.parents.as_slice())).collect();
    let (mut order, mut done) = (Vec::with_capacity(parents.len()), HashSet::new());
    let mut open: Vec<(ObjectId, bool)> = listing.commits.iter().map(|commit| (commit.oid, false)).collect();
    while let Some((at, is_ready)) = open.pop() {
        if is_ready {
            order.push(at);
        } else if done.insert(at) {
            open.push((at, true));
            let own = parents.get(&at).copied().unwrap_or_default();
            open.extend(
                own.iter().filter(|parent| parents.contains_key(parent)).map(|&parent| (parent, false)),
            );
        }
    }
    order
}

fn missing(oid: ObjectId) -> PurgeError {
    PurgeError::Unread(format!("object {oid} is missing or damaged; see `git fsck`, and fetch it again"))
}

fn collision(folder: &[u8], name: &[u8]) -> PurgeError {
    let path = escape(&join(folder, name));
    PurgeError::Refused(format!(
        "two files would both be called {path}; rename one of them in the commits that hold it, then run the command again"
    ))
}
