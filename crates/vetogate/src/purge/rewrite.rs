//! Rewrites commits that hold a value, and what builds upon them; nothing else.
//!
//! Blobs first, then for each commit, parents before children, its tree, its headers and its message; then tags.

mod contents;
mod tags;

use super::raw;
use super::store::Store;
use super::targets::Targets;
use super::{PurgeError, Survey};
use crate::git::catfile::ObjectKind;
use crate::git::listing::Listing;
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use vetogate_core::{ObjectId, Place};

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
    /// Blobs in which a guessable value stays at some path.
    weak: HashSet<ObjectId>,
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
            weak: HashSet::new(),
        }
    }

    /// What is rewritten.
    pub fn survey(&self) -> &Survey<'a> {
        self.survey
    }

    /// The new id of a blob at a path; `None` where it stays.
    pub fn blob_after(&self, path: &BString, oid: ObjectId) -> Option<ObjectId> {
        self.blobs.get(&(path.clone(), oid)).copied()
    }

    /// Whether a guessable value stays in a blob that was looked at.
    pub fn holds_weak(&self, oid: ObjectId) -> bool {
        self.weak.contains(&oid)
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

    fn read(&self, oid: ObjectId, kind: ObjectKind) -> Result<Vec<u8>, PurgeError> {
        match self.survey.session.objects.borrow_mut().read(oid)? {
            Ok((header, content)) if header.kind == kind && header.size == content.len() as u64 => {
                Ok(content)
            }
            _ => Err(missing(oid)),
        }
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
