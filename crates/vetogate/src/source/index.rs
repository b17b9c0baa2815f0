//! The index against HEAD: what the next commit would bring.

use crate::git::catfile::CatFile;
use crate::git::command::{Git, GitError};
use crate::git::listing::{RawEntry, entry_line};
use bstr::ByteSlice;
use std::cell::RefCell;
use std::collections::BTreeMap;
use vetogate_core::{Entry, EntryKind, Gap, GapCause, ObjectId, Place, Tree};

/// What is staged, and HEAD where there is one.
///
/// # Errors
/// When git fails.
pub fn staged(git: &Git) -> Result<(Vec<RawEntry>, Option<ObjectId>), GitError> {
    let head = git.read_line(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"])?;
    let head: Option<ObjectId> = head.and_then(|head| head.parse().ok());
    let empty = empty_tree(git)?;
    let base = head.map_or(empty, |head| head.to_string());
    let output = git.read([
        "diff-index",
        "--cached",
        "--raw",
        "-z",
        "-r",
        "--no-renames",
        "--no-abbrev",
        "--ignore-submodules=none",
        "--no-ext-diff",
        "--no-textconv",
        "-O/dev/null",
        &base,
        "--",
    ])?;
    let mut fields = output.split_str("\0");
    let mut entries = Vec::new();
    while let Some(line) = fields.next().filter(|line| !line.is_empty()) {
        let entry = entry_line(line).zip(fields.next());
        let (mut entry, path) = entry.ok_or_else(|| GitError::Answer {
            command: "diff-index".into(),
            detail: "expected a raw entry".into(),
        })?;
        entry.path = path.into();
        entries.push(entry);
    }
    Ok((entries, head))
}

fn empty_tree(git: &Git) -> Result<String, GitError> {
    let output = git.read(["hash-object", "-t", "tree", "--no-filters", "--stdin"])?;
    Ok(output.trim().to_str_lossy().into_owned())
}

/// The index as a tree.
pub struct IndexTree<'a> {
    objects: &'a RefCell<CatFile>,
    files: BTreeMap<Vec<u8>, (EntryKind, ObjectId)>,
}

impl<'a> IndexTree<'a> {
    /// Reads the index (`git ls-files --stage`: `MODE ID STAGE\tPATH`).
    ///
    /// # Errors
    /// When git fails.
    pub fn read(git: &Git, objects: &'a RefCell<CatFile>) -> Result<Self, GitError> {
        let output = git.read(["ls-files", "--stage", "-z", "--full-name"])?;
        let entry = |line: &[u8]| {
            let (fields, path) = line.split_once_str("\t")?;
            let mut fields = fields.split_str(" ");
            let kind = EntryKind::from_mode(fields.next()?)?;
            Some((path.to_vec(), (kind, ObjectId::from_hex(fields.next()?).ok()?)))
        };
        Ok(Self { objects, files: output.split_str("\0").filter_map(entry).collect() })
    }
}

impl Tree for IndexTree<'_> {
    fn get(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
        let Some((_, oid)) = self.files.get(path) else { return Ok(None) };
        match self.objects.borrow_mut().read(*oid) {
            Ok(Ok((_, content))) => Ok(Some(content)),
            Ok(Err(_)) => Err(Gap::unread(
                GapCause::Missing,
                Place::Object(*oid),
                format!("object {oid} is missing or damaged"),
            )),
            Err(error) => Err(Gap::unread(GapCause::Failed, Place::Object(*oid), error.to_string())),
        }
    }

    fn list(&self, directory: &[u8]) -> Result<Vec<Entry>, Gap> {
        let prefix = if directory.is_empty() { Vec::new() } else { [directory, b"/"].concat() };
        let mut entries: Vec<Entry> = Vec::new();
        for (path, (kind, _)) in &self.files {
            let Some(rest) = path.strip_prefix(prefix.as_slice()) else { continue };
            let (name, kind) =
                rest.split_once_str("/").map_or((rest, *kind), |(name, _)| (name, EntryKind::Directory));
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(Entry { name: name.to_vec(), kind });
            }
        }
        Ok(entries)
    }
}
