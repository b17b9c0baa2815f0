//! What a purge does not reach: refs that still name the old commits, and files of git's own that hold the value.
//!
//! They are named, not touched: a stash or a reflog may be the only copy of somebody's work.

use super::targets::Targets;
use super::worktrees::Worktree;
use super::{PurgeError, Survey};
use crate::engine::findings::Redactor;
use crate::git::listing::Side;
use crate::git::remote::Ref;
use crate::hooks::place::Place;
use crate::hooks::show;
use crate::report::RefUpdate;
use crate::source::published::Published;
use bstr::ByteSlice;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, ObjectId};

/// What is left.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Refs that reach the old commits.
    pub refs: Vec<String>,
    /// Refs that are not moved by themselves and hold a value of their own.
    pub holding: Vec<String>,
    /// Files that hold a value.
    pub files: Vec<String>,
    /// Reflogs whose messages hold one.
    pub reflogs: usize,
    /// Refs of notes that have a note about an old commit.
    pub notes: Vec<String>,
    /// Whether a stash is there at all: its older entries are in no ref.
    pub has_stash: bool,
    /// The repository that names commits of this one by id.
    pub superproject: Option<String>,
}

/// Files of a git directory in which texts are left.
const TEXTS: &[&str] =
    &["COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG", "NOTES_EDITMSG", "EDIT_DESCRIPTION"];

/// Folders of texts.
const FOLDERS: &[&str] = &["rr-cache", "logs"];

/// Larger files are not such texts.
const LARGEST: u64 = 64 << 20;

/// At most so many old commits are asked about.
const ASKED: usize = 200;

/// Looks for what is left; `old` are the commits that were rewritten.
///
/// # Errors
/// When git does not answer.
pub fn find(
    survey: &Survey<'_>,
    targets: &Targets,
    old: &[ObjectId],
    redactor: &Redactor,
) -> Result<Leftovers, PurgeError> {
    let place = survey.place;
    let files = texts(place, &survey.worktrees).into_iter().filter(|path| holds(path, targets));
    let is_log = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "logs");
    let (logs, files): (Vec<PathBuf>, Vec<PathBuf>) = files.partition(is_log);
    Ok(Leftovers {
        holding: holding(survey, targets)?,
        refs: refs(place, old)?.iter().map(|name| redactor.mask(name)).collect(),
        files: files.iter().map(|path| show(path)).collect(),
        reflogs: logs.len(),
        notes: notes(survey, old)?,
        has_stash: survey.refs.get(b"refs/stash").is_some(),
        superproject: superproject(place)?,
    })
}

fn refs(place: &Place, old: &[ObjectId]) -> Result<Vec<String>, PurgeError> {
    let contains = old.iter().take(ASKED).map(|oid| format!("--contains={oid}"));
    let arguments = ["for-each-ref".to_owned(), "--format=%(refname)".to_owned()].into_iter().chain(contains);
    if old.is_empty() {
        return Ok(Vec::new());
    }
    Ok(place.git().read(arguments)?.lines().map(escape).collect())
}

/// The stash, notes and the like, whose own commits hold a value.
fn holding(survey: &Survey<'_>, targets: &Targets) -> Result<Vec<String>, PurgeError> {
    let mut found = Vec::new();
    for one in survey.refs.kept() {
        if reaches(survey, targets, one)? {
            found.push(escape(&one.name));
        }
    }
    Ok(found)
}

fn reaches(survey: &Survey<'_>, targets: &Targets, one: &Ref) -> Result<bool, PurgeError> {
    let session = survey.session;
    let update = RefUpdate { name: one.name.clone(), old: one.oid, new: one.oid };
    let mut own = Published::peel(vec![update], &session.objects)?;
    own.list(&session.git, &session.objects, survey.public.tips(), None, session.watch())?;
    let is_blob = |side: &&Side| matches!(side.kind, Some(EntryKind::File | EntryKind::Symlink));
    let blobs = own.listing.entries.iter().map(|entry| &entry.new).filter(is_blob);
    let commits = own.listing.commits.iter().map(|commit| commit.oid);
    for oid in blobs.map(|side| side.oid).chain(commits).collect::<BTreeSet<ObjectId>>() {
        if let Ok((_, content)) = session.objects.borrow_mut().read(oid)?
            && targets.stands_in(&content)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn texts(place: &Place, worktrees: &[Worktree]) -> BTreeSet<PathBuf> {
    let own = worktrees.iter().map(|worktree| worktree.git_dir.as_path());
    let mut found = BTreeSet::new();
    for folder in own.chain([place.common_dir.as_path()]).filter(|folder| !folder.as_os_str().is_empty()) {
        found.extend(TEXTS.iter().map(|name| folder.join(name)));
        FOLDERS.iter().for_each(|name| below(&folder.join(name), &mut found));
    }
    found
}

fn below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => below(&entry.path(), found),
            Ok(kind) if kind.is_file() => {
                found.insert(entry.path());
            }
            _ => {}
        }
    }
}

fn holds(path: &Path, targets: &Targets) -> bool {
    let is_small = path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
    is_small && std::fs::read(path).is_ok_and(|text| targets.stands_in(&text))
}

/// Notes are found by the id of what they are about.
fn notes(survey: &Survey<'_>, old: &[ObjectId]) -> Result<Vec<String>, PurgeError> {
    let mut found = Vec::new();
    let old: BTreeSet<String> = old.iter().map(ToString::to_string).collect();
    for one in survey.refs.all().iter().filter(|one| one.name.starts_with(b"refs/notes/")) {
        let listed = survey.place.git().read(["ls-tree", "-r", "-z", "--name-only", &one.oid.to_string()])?;
        let is_old = |path: &[u8]| old.contains(path.replace("/", "").to_str_lossy().as_ref());
        if listed.split_str("\0").any(is_old) {
            found.push(escape(&one.name));
        }
    }
    Ok(found)
}

fn superproject(place: &Place) -> Result<Option<String>, PurgeError> {
    let answer = place.git().read(["rev-parse", "--show-superproject-working-tree"])?;
    let answer = answer.trim_end();
    Ok((!answer.is_empty()).then(|| escape(answer)))
}
