//! Looking at many contents: one reader of objects and one scanner per worker, panics caught, time watched.

use super::inline::marks::Marks;
use super::room::{Room, Short};
use super::text::{RawHit, Scanner};
use crate::deadline::Watch;
use crate::git::catfile::{Absent, CatFile, ObjectKind, WHOLE, remedy};
use crate::git::command::Git;
use bstr::ByteSlice;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use vetogate_core::text::escape;
use vetogate_core::{Gap, GapCause, ObjectId, Packs, Place};
use vetogate_syntax::path::{FileKind, PathHints};

/// Where a content comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A blob of the repository.
    Blob(ObjectId),
    /// A commit: its headers and its message are looked at apart.
    Commit(ObjectId),
    /// A file on disk.
    File(PathBuf),
    /// What is in memory already.
    Bytes(Vec<u8>),
}

/// A content to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it comes from.
    pub source: Source,
    /// What its path says.
    pub hints: PathHints,
    /// Where it is, for a gap.
    pub place: Place,
}

impl Item {
    /// It was not looked at whole.
    fn unread(&self, cause: GapCause, detail: String) -> Gap {
        let gap = Gap::unread(cause, self.place.clone(), detail);
        if let Source::Blob(oid) = self.source { gap.of_blob(oid) } else { gap }
    }
}

/// What came of an item.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Hits in the content; of a commit, in its message.
    pub hits: Vec<RawHit>,
    /// Hits in a commit's headers.
    pub header_hits: Vec<RawHit>,
    /// What could not be looked at.
    pub gap: Option<Gap>,
    /// Bytes looked at.
    pub bytes: u64,
    /// Whether time was up before it was looked at whole.
    pub out_of_time: bool,
    /// Whether the file had gone when it was to be read.
    pub vanished: bool,
    /// The beginning of a small blob that is a Git LFS pointer: the id of its content.
    pub lfs: Option<String>,
    /// Ignores of ours in a file on disk.
    pub marks: Marks,
}

impl Looked {
    /// Whether nothing of it was left out.
    pub fn is_whole(&self) -> bool {
        self.gap.is_none() && !self.out_of_time && !self.vanished
    }
}

/// Where and how workers work.
pub struct Scope<'a> {
    /// The repository.
    pub git: &'a Git,
    /// The limit.
    pub watch: &'a Watch,
    /// Most workers; 0 for as many as there are processors.
    pub threads: usize,
    /// Whether time may run out: then what is small is looked at first.
    pub is_limited: bool,
    /// Packs of rules that look at files.
    pub packs: Packs,
    /// Whether what is of low confidence may veto.
    pub low_counts: bool,
    /// Hits that are kept of what was looked at.
    pub kept: &'a AtomicUsize,
    /// Called after each item.
    pub on_item: &'a (dyn Fn(u64) + Sync),
}

/// Items for which a second worker is worth its start.
const ITEMS_PER_WORKER: usize = 24;

/// What is looked at before anything larger: a loose object of at most so many bytes.
const SMALL: u64 = 1 << 20;

/// Prose: messages, tags, names.
pub const PROSE: PathHints = PathHints { kind: FileKind::Prose, is_test: false, is_ci: false };

/// Looks at every item, in parallel where there are many; answers stand in the order of the items. Where time may run
/// out, what is small comes first, so that it is the large that is missed; git is asked how large the rest is only
/// after that.
pub fn look(scope: &Scope<'_>, objects: &mut CatFile, items: &[&Item]) -> Vec<Looked> {
    let mut answers: Vec<Option<Looked>> = items.iter().map(|_| None).collect();
    let mut rest: Vec<usize> = (0..items.len()).collect();
    if scope.is_limited && items.len() > 1 {
        let sizes: Vec<u64> = items.iter().map(|item| size(objects, item).unwrap_or(u64::MAX)).collect();
        let (mut small, large): (Vec<_>, Vec<_>) = rest.iter().partition(|&&index| sizes[index] <= SMALL);
        small.sort_by_key(|&index| sizes[index]);
        look_in_order(scope, objects, items, &small, &mut answers);
        rest = large;
        sort_by_size(objects, items, &sizes, &mut rest);
    }
    look_in_order(scope, objects, items, &rest, &mut answers);
    answers.into_iter().zip(items).map(|(answer, item)| answer.unwrap_or_else(|| crashed(item))).collect()
}

fn look_in_order(
    scope: &Scope<'_>,
    objects: &mut CatFile,
    items: &[&Item],
    order: &[usize],
    answers: &mut [Option<Looked>],
) {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let most = if scope.threads == 0 { processors() } else { scope.threads };
    let workers = (order.len() / ITEMS_PER_WORKER).clamp(1, most);
    if workers == 1 {
        order.iter().for_each(|&index| answers[index] = Some(look_at(scope, objects, items[index])));
        return;
    }
    let next = AtomicUsize::new(0);
    let shared = Mutex::new(answers);
    std::thread::scope(|threads| {
        for _ in 0..workers {
            threads.spawn(|| {
                let mut objects = CatFile::new(scope.git.clone(), scope.watch.clone());
                while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let looked = look_at(scope, &mut objects, items[index]);
                    shared.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(looked);
                }
            });
        }
    });
}

/// How large an item is, as far as that is known without asking git.
fn size(objects: &CatFile, item: &Item) -> Option<u64> {
    match &item.source {
        Source::Blob(oid) => objects.loose_size(*oid),
        Source::Commit(_) => Some(0),
        Source::File(path) => Some(path.metadata().map_or(0, |metadata| metadata.len())),
        Source::Bytes(bytes) => Some(bytes.len() as u64),
    }
}

/// Sorts items by their size, of which git is asked where it is not known.
fn sort_by_size(objects: &mut CatFile, items: &[&Item], known: &[u64], order: &mut [usize]) {
    let blob = |&index: &usize| match items[index].source {
        Source::Blob(oid) if known[index] == u64::MAX => Some((index, oid)),
        _ => None,
    };
    let (asked, blobs): (Vec<usize>, Vec<ObjectId>) = order.iter().filter_map(blob).unzip();
    if order.len() < 2 || blobs.is_empty() {
        order.sort_by_key(|&index| known[index]);
        return;
    }
    let mut sizes = known.to_vec();
    for (index, size) in asked.into_iter().zip(objects.sizes(&blobs)) {
        sizes[index] = size.unwrap_or(u64::MAX);
    }
    order.sort_by_key(|&index| sizes[index]);
}

fn crashed(item: &Item) -> Looked {
    let detail = format!("a detector crashed on {}; please report it", item.place);
    Looked { gap: Some(item.unread(GapCause::Crash, detail)), ..Looked::default() }
}

fn look_at(scope: &Scope<'_>, objects: &mut CatFile, item: &Item) -> Looked {
    // What is in memory was read in time, and is soon looked at.
    if scope.watch.is_over() && !matches!(item.source, Source::Bytes(_)) {
        return Looked { out_of_time: true, ..Looked::default() };
    }
    let looked = caught(objects, item, |objects| match &item.source {
        Source::Blob(oid) => blob(scope, objects, *oid, item),
        Source::Commit(oid) => commit(scope, objects, *oid, item),
        Source::File(path) => file(scope, path, item),
        Source::Bytes(bytes) => whole(bytes, scanner(scope, item), item),
    });
    scope.kept.fetch_add(looked.hits.len() + looked.header_hits.len(), Ordering::Relaxed);
    (scope.on_item)(looked.bytes);
    looked
}

/// A crash is a gap; the reader, which may stand in the middle of an answer, begins anew.
fn caught(objects: &mut CatFile, item: &Item, look: impl FnOnce(&mut CatFile) -> Looked) -> Looked {
    catch_unwind(AssertUnwindSafe(|| look(objects))).unwrap_or_else(|_| {
        objects.stop();
        crashed(item)
    })
}

fn blob(scope: &Scope<'_>, objects: &mut CatFile, oid: ObjectId, item: &Item) -> Looked {
    let header = match objects.header(oid) {
        Ok(Ok(header)) => header,
        Ok(Err(absent)) => return absent_object(scope, objects, absent, oid, item),
        Err(error) => return failed(&error.to_string(), item),
    };
    let mut scanner = Scanner::new(item.hints).with(scope.packs).within(room(scope));
    let mut head = Vec::new();
    let read = objects.content(header.size, |piece| {
        if header.size <= LFS_POINTER {
            head.extend_from_slice(piece);
        }
        scanner.feed(piece);
    });
    let (hits, short) = scanner.finish();
    let gap = short.map(|short| limit(item, short));
    match read {
        Ok(()) => Looked { hits, gap, bytes: header.size, lfs: lfs_pointer(&head), ..Looked::default() },
        Err(absent) => Looked { hits, ..absent_object(scope, objects, absent, oid, item) },
    }
}

fn absent_object(scope: &Scope<'_>, objects: &CatFile, absent: Absent, oid: ObjectId, item: &Item) -> Looked {
    if scope.watch.is_over() {
        return Looked { out_of_time: true, ..Looked::default() };
    }
    let cause = match absent {
        Absent::Missing => GapCause::Missing,
        Absent::Died => GapCause::Corrupt,
    };
    let remedy = objects.odd(oid).unwrap_or_else(|| remedy(cause).into());
    let detail = format!("object {oid} ({}) {remedy}", item.place);
    Looked { gap: Some(item.unread(cause, detail)), ..Looked::default() }
}

fn failed(error: &str, item: &Item) -> Looked {
    Looked { gap: Some(Gap::unread(GapCause::Failed, item.place.clone(), error)), ..Looked::default() }
}

fn limit(item: &Item, short: Short) -> Gap {
    let place = &item.place;
    match short {
        Short::Unseen => {
            item.unread(GapCause::Limit, format!("{place} was not looked at whole: too many candidates"))
        }
        Short::Unlisted(count) => {
            item.unread(GapCause::Limit, format!("{place} has {count} hits more than are kept and compared"))
        }
        Short::Low(count) => {
            let detail = format!("{place} has {count} hits of low confidence more, which are not listed");
            Gap::partial(GapCause::Limit, place.clone(), detail)
        }
    }
}

/// The room for the hits of one more content.
fn room(scope: &Scope<'_>) -> Room {
    Room::beside(scope.kept.load(Ordering::Relaxed), scope.low_counts)
}

/// What is said of a commit or tag that is too large to be read whole.
pub fn only_its_beginning(what: &str) -> String {
    format!("{what} is larger than {WHOLE} bytes, and only its beginning was looked at; make a shorter one")
}

fn commit(scope: &Scope<'_>, objects: &mut CatFile, oid: ObjectId, item: &Item) -> Looked {
    let (header, content) = match objects.read(oid) {
        Ok(Ok(read)) => read,
        Ok(Err(absent)) => return absent_object(scope, objects, absent, oid, item),
        Err(error) => return failed(&error.to_string(), item),
    };
    if header.kind != ObjectKind::Commit {
        return failed(&format!("commit {oid} is no commit"), item);
    }
    // The headers end at the first empty line (gitformat-commit); without one, everything is header.
    let end = content.find("\n\n").map_or(content.len(), |end| end + 1);
    let prose = || Scanner::new(PROSE).within(room(scope));
    let headers = whole(&content[..end], prose(), item);
    let message = whole(&content[end..], prose(), item);
    let too_large = (header.size > WHOLE)
        .then(|| item.unread(GapCause::Limit, only_its_beginning(&format!("commit {oid}"))));
    let gap = too_large.or(headers.gap).or(message.gap);
    Looked { hits: message.hits, header_hits: headers.hits, bytes: header.size, gap, ..Looked::default() }
}

/// Packs look at files; messages and names have people in them by their nature.
fn scanner(scope: &Scope<'_>, item: &Item) -> Scanner {
    let packs = if matches!(item.place, Place::File(_)) { scope.packs } else { Packs::default() };
    Scanner::new(item.hints).with(packs).within(room(scope))
}

fn whole(bytes: &[u8], mut scanner: Scanner, item: &Item) -> Looked {
    scanner.feed(bytes);
    let (hits, short) = scanner.finish();
    Looked {
        hits,
        gap: short.map(|short| limit(item, short)),
        bytes: bytes.len() as u64,
        ..Looked::default()
    }
}

fn file(scope: &Scope<'_>, path: &std::path::Path, item: &Item) -> Looked {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Looked { vanished: true, ..Looked::default() };
        }
        Err(error) => return failed(&format!("{} can't be read: {error}", item.place), item),
    };
    let mut scanner = Scanner::with_marks(item.hints).with(scope.packs).within(room(scope));
    let mut buffer = vec![0; 128 << 10];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                scanner.feed(&buffer[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return failed(&format!("{} can't be read: {error}", item.place), item),
        }
        if scope.watch.is_over() {
            return Looked { out_of_time: true, ..Looked::default() };
        }
    }
    let (hits, short, marks) = scanner.finish_with_marks();
    Looked { hits, gap: short.map(|short| limit(item, short)), bytes, marks, ..Looked::default() }
}

/// A longer content is no pointer to git-lfs (docs/spec.md: less than 1024 bytes).
const LFS_POINTER: u64 = 1024;

/// The SHA-256 that a Git LFS pointer names (git-lfs, docs/spec.md). git-lfs trims what it reads, and takes the version
/// lines of its predecessors; here any will do.
fn lfs_pointer(content: &[u8]) -> Option<String> {
    let content = content.trim();
    if !content.starts_with(b"version ") {
        return None;
    }
    let oid = content.lines().find_map(|line| line.trim().strip_prefix(b"oid sha256:"))?;
    let hex = oid.len() == 64 && oid.iter().all(u8::is_ascii_hexdigit);
    hex.then(|| escape(oid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadline::Deadline;
    use vetogate_core::GapKind;

    #[test]
    fn a_crash_is_a_gap_that_names_the_place() {
        let deadline = Deadline::start(None);
        let mut objects = CatFile::new(Git::at("."), deadline.watch());
        let place = Place::File("a.txt".into());
        let item = Item { source: Source::Bytes(Vec::new()), hints: PROSE, place: place.clone() };
        let looked = caught(&mut objects, &item, |_| panic!("a detector that is wrong"));
        let gap = looked.gap.unwrap();
        assert_eq!((gap.kind, gap.cause, &gap.place), (GapKind::Unread, GapCause::Crash, &place));
        assert!(gap.detail.contains("a.txt"));
    }
}
