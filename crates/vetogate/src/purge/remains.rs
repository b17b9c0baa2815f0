//! Where a guessable value stays: it is replaced where it was found and nowhere else, for elsewhere it may mean
//! something else. What is left is told by its place.
//!
//! It is worked out before anything is written, from what would stand there afterwards.

use super::rewrite::Rewriter;
use super::scan::Seen;
use super::targets::{MOST, Targets};
use super::{PurgeError, Survey, raw};
use crate::deadline::{Deadline, Watch};
use crate::engine::findings::Redactor;
use crate::git::catfile::{ObjectKind, WHOLE};
use crate::git::grep;
use crate::git::tree::GitTree;
use bstr::BString;
use memchr::memmem::Finder;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, ObjectId, Place, Secret};

/// At most so many places are told.
pub const LISTED: usize = 10;

/// At most so many trees are searched.
const TREES: usize = 16;

/// At most so many files that hold a value are read.
const FILES: usize = 2000;

/// The search takes no longer.
const LONGEST: Duration = Duration::from_secs(60);

/// A place that holds a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stands {
    /// A line of a file; of a file that is too large to be read, none.
    Line(String, Option<usize>),
    /// The name of a file.
    Name(String),
    /// The message of a commit.
    Message(ObjectId),
    /// The text of a tag.
    Tag(String),
    /// A line of a file that only an older commit has.
    Older(String, usize, ObjectId),
}

/// Where values stay.
#[derive(Debug, Default)]
pub struct Remains {
    /// The first places, masked. Commits by their old ids.
    pub places: Vec<Stands>,
    /// How many there are.
    pub count: usize,
    /// What was not searched, a line each.
    pub notes: Vec<String>,
}

/// Looks for the guessable values that are taken out in what would be pushed afterwards.
///
/// # Errors
/// When git does not answer.
pub fn find(
    survey: &Survey<'_>,
    seen: &Seen,
    targets: &Targets,
    rewriter: &Rewriter<'_>,
    redactor: &Redactor,
) -> Result<Remains, PurgeError> {
    let mut remains = Remains::default();
    if targets.has_short() {
        remains.notes.push(
            "A value of under 6 characters was found, too: that one is not searched for elsewhere."
                .to_owned(),
        );
    }
    let weak = targets.weak();
    if weak.is_empty() {
        return Ok(remains);
    }
    if weak.len() > MOST {
        remains.notes.push(format!("{} more values were not searched for.", weak.len() - MOST));
    }
    let weak = &weak[..weak.len().min(MOST)];
    let deadline = Deadline::start(Some(LONGEST));
    let watch = deadline.watch();
    let mut search =
        Search { watch, survey, seen, targets, rewriter, redactor, weak, finders: finders(weak), remains };
    search.tips()?;
    search.words()?;
    search.older()?;
    Ok(search.remains)
}

fn finders(weak: &[Secret]) -> Vec<Finder<'_>> {
    weak.iter().map(|value| Finder::new(value.expose())).collect()
}

struct Search<'a> {
    survey: &'a Survey<'a>,
    seen: &'a Seen,
    targets: &'a Targets,
    rewriter: &'a Rewriter<'a>,
    redactor: &'a Redactor,
    weak: &'a [Secret],
    /// Ends the search, of which a repository could make any amount of work.
    watch: Watch,
    finders: Vec<Finder<'a>>,
    remains: Remains,
}

impl Search<'_> {
    fn add(&mut self, place: impl FnOnce() -> Stands) {
        self.remains.count += 1;
        if self.remains.places.len() < LISTED {
            self.remains.places.push(place());
        }
    }

    /// Whether the time is up, which is told.
    fn is_over(&mut self) -> bool {
        let is_over = self.watch.is_over();
        let note = "It takes too long: not everything was searched.";
        if is_over && !self.remains.notes.iter().any(|known| known == note) {
            self.remains.notes.push(note.to_owned());
        }
        is_over
    }

    fn holds(&self, text: &[u8]) -> bool {
        self.finders.iter().any(|finder| finder.find(text).is_some())
    }

    /// The lines that hold a value, counted from one.
    fn lines(&self, text: &[u8]) -> BTreeSet<usize> {
        let mut lines = BTreeSet::new();
        for finder in &self.finders {
            let (mut line, mut from) = (1, 0);
            for at in finder.find_iter(text) {
                line += memchr::memchr_iter(b'\n', &text[from..at]).count();
                from = at;
                lines.insert(line);
            }
        }
        lines
    }

    /// Escaped, with every value masked, also one that is masked nowhere else.
    fn shown(&self, text: &[u8]) -> String {
        let mut shown = self.redactor.mask(&escape(text));
        for value in self.weak {
            shown = shown.replace(&escape(value.expose()), &value.masked());
        }
        shown
    }

    /// The files of the tips, also those that the push does not bring.
    fn tips(&mut self) -> Result<(), PurgeError> {
        let tips = &self.seen.published.tips;
        if tips.len() > TREES {
            let more = tips.len() - TREES;
            self.remains.notes.push(format!("The files of {more} more refs were not searched whole."));
        }
        let tips = &tips[..tips.len().min(TREES)];
        let objects = &self.survey.session.objects;
        let trees: BTreeMap<ObjectId, GitTree<'_>> =
            tips.iter().map(|&tip| (tip, GitTree::new(objects, tip))).collect();
        let mut files: BTreeSet<(BString, ObjectId)> = BTreeSet::new();
        let git = &self.survey.session.git;
        let found = grep::files(git, &self.watch, tips, self.weak.iter().map(Secret::expose));
        let found = found.unwrap_or_else(|_| {
            let why = if self.watch.is_over() { "it takes too long" } else { "git grep failed" };
            self.remains.notes.push(format!("The files of the tips could not be searched: {why}."));
            Vec::new()
        });
        for (tip, path) in found {
            let entry = trees.get(&tip).and_then(|tree| tree.lookup(&path).ok().flatten());
            files.extend(entry.map(|entry| (path, entry.oid)));
        }
        if files.len() > FILES {
            let more = files.len() - FILES;
            self.remains.notes.push(format!("{more} more files that may hold it were not looked at."));
        }
        let mut told = BTreeSet::new();
        for (path, oid) in files.into_iter().take(FILES) {
            if self.is_over() {
                break;
            }
            let Some(content) = self.rewriter.content_after(&path, oid)? else {
                if told.insert((path.clone(), 0)) {
                    let shown = self.shown(&path);
                    self.add(|| Stands::Line(shown, None));
                }
                continue;
            };
            for line in self.lines(&content) {
                // Two tips may have the file.
                if told.insert((path.clone(), line)) {
                    let shown = self.shown(&path);
                    self.add(|| Stands::Line(shown, Some(line)));
                }
            }
        }
        Ok(())
    }

    /// Names of files, messages of commits, texts of tags.
    fn words(&mut self) -> Result<(), PurgeError> {
        let seen = self.seen;
        let added = seen.published.listing.entries.iter().filter(|entry| entry.new.kind.is_some());
        let names: BTreeSet<&BString> = added.map(|entry| &entry.path).collect();
        for path in names.into_iter().filter(|path| self.holds(path)).collect::<Vec<_>>() {
            if self.targets.in_name(path, &Place::FileName(escape(path))).is_empty() {
                let shown = self.shown(path);
                self.add(|| Stands::Name(shown));
            }
        }
        for commit in &seen.published.listing.commits {
            if self.is_over() {
                break;
            }
            let content = self.rewriter.commit_after(commit.oid)?;
            if self.holds(raw::split(&content).1) {
                self.add(|| Stands::Message(commit.oid));
            }
        }
        for tag in &seen.published.tags {
            let replaced = self.targets.prose(&tag.raw, &Place::Tag(tag.name.clone()));
            if self.holds(replaced.as_ref().map_or(&tag.raw, |replaced| &replaced.content)) {
                let shown = self.shown(tag.name.as_bytes());
                self.add(|| Stands::Tag(shown));
            }
        }
        Ok(())
    }

    /// Contents that the push brings and that stand at no tip.
    fn older(&mut self) -> Result<(), PurgeError> {
        let seen = self.seen;
        let objects = &self.survey.session.objects;
        let trees: Vec<GitTree<'_>> =
            seen.published.tips.iter().take(TREES).map(|&tip| GitTree::new(objects, tip)).collect();
        let listing = &seen.published.listing;
        let (mut told, mut read) = (BTreeSet::new(), 0);
        for entry in &listing.entries {
            let key = (&entry.path, entry.new.oid);
            let is_file = matches!(entry.new.kind, Some(EntryKind::File | EntryKind::Symlink));
            if !is_file || !self.rewriter.holds_weak(entry.new.oid) || !told.insert(key) {
                continue;
            }
            let is_there = |tree: &GitTree<'_>| {
                tree.lookup(&entry.path).ok().flatten().is_some_and(|found| found.oid == entry.new.oid)
            };
            if trees.iter().any(is_there) {
                continue;
            }
            if self.is_over() {
                break;
            }
            read += 1;
            if read > FILES {
                self.remains.notes.push("Not all files of older commits were looked at.".to_owned());
                break;
            }
            let (Some(commit), Some(content)) =
                (listing.commits.get(entry.commit), self.rewriter.content_after(&entry.path, entry.new.oid)?)
            else {
                continue;
            };
            for line in self.lines(&content) {
                let shown = self.shown(&entry.path);
                self.add(|| Stands::Older(shown, line, commit.oid));
            }
        }
        Ok(())
    }
}

impl Rewriter<'_> {
    /// What stands at a path afterwards; `None` where it is too large.
    fn content_after(&self, path: &BString, oid: ObjectId) -> Result<Option<Vec<u8>>, PurgeError> {
        if let Some((_, content)) = self.blob_after(path, oid).and_then(|new| self.store.get(new)) {
            return Ok(Some(content.clone()));
        }
        match self.survey().session.objects.borrow_mut().read(oid)? {
            Ok((header, content)) if header.kind == ObjectKind::Blob && header.size <= WHOLE => {
                Ok(Some(content))
            }
            _ => Ok(None),
        }
    }

    /// The commit as it is afterwards.
    fn commit_after(&self, oid: ObjectId) -> Result<Vec<u8>, PurgeError> {
        if let Some((_, content)) = self.commits.get(&oid).and_then(|new| self.store.get(*new)) {
            return Ok(content.clone());
        }
        Ok(self
            .survey()
            .session
            .objects
            .borrow_mut()
            .read(oid)?
            .map(|(_, content)| content)
            .unwrap_or_default())
    }
}
