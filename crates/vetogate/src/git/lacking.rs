//! What commits change, in a partial clone that lacks trees of their parents: there `git log --raw` gives up.
//!
//! What is not here on the old side counts as not there at all, so that more is new, never less.

use super::catfile::CatFile;
use super::command::{Git, GitError};
use super::listing::{Listing, RawEntry, Side};
use super::tree::{GitTree, TreeEntry};
use bstr::BString;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use vetogate_core::{EntryKind, Gap, ObjectId};

/// Whether the configuration says that a remote keeps objects that are not here.
///
/// # Errors
/// When git fails.
pub fn is_partial(git: &Git) -> Result<bool, GitError> {
    let keys = r"^(extensions\.partialclone|remote\..*\.promisor)$";
    Ok(git.read_line(["config", "--get-regexp", keys])?.is_some())
}

/// Adds to a listing of commits what each of them changes: as `git log --raw -c -t`, every path that differs from all
/// parents.
///
/// # Errors
/// A gap where a tree can't be read that a commit brings.
pub fn add_changes(listing: &mut Listing, objects: &RefCell<CatFile>) -> Result<(), Gap> {
    let mut entries = Vec::new();
    for (commit, listed) in listing.commits.iter().enumerate() {
        let null = "0".repeat(2 * listed.oid.as_bytes().len());
        let tree = GitTree::new(objects, listed.oid);
        let mut walk = Walk { tree, commit, null: null.parse().unwrap_or(listed.oid), entries: &mut entries };
        // A root commit differs from nothing.
        let parents = if listed.parents.is_empty() {
            vec![None]
        } else {
            listed.parents.iter().copied().map(Some).collect()
        };
        walk.compare(&[], Some(listed.oid), &parents)?;
    }
    listing.entries = entries;
    Ok(())
}

struct Walk<'a> {
    tree: GitTree<'a>,
    commit: usize,
    null: ObjectId,
    entries: &'a mut Vec<RawEntry>,
}

impl Walk<'_> {
    /// Compares a folder with what each parent has there.
    fn compare(&mut self, path: &[u8], new: Option<ObjectId>, old: &[Option<ObjectId>]) -> Result<(), Gap> {
        let new = new.map(|tree| self.named(tree)).transpose()?.unwrap_or_default();
        let old: Vec<BTreeMap<Vec<u8>, TreeEntry>> =
            old.iter().map(|tree| tree.and_then(|tree| self.named(tree).ok()).unwrap_or_default()).collect();
        let names: BTreeSet<&Vec<u8>> = new.keys().chain(old.iter().flat_map(BTreeMap::keys)).collect();
        for name in names {
            let path = if path.is_empty() { name.clone() } else { [path, b"/", name].concat() };
            let side = self.side(new.get(name));
            let sides: Vec<Side> = old.iter().map(|entries| self.side(entries.get(name))).collect();
            if sides.contains(&side) {
                continue;
            }
            let folder = |side: &Side| (side.kind == Some(EntryKind::Directory)).then_some(side.oid);
            let below = (folder(&side), sides.iter().map(folder).collect::<Vec<_>>());
            self.entries.push(RawEntry {
                commit: self.commit,
                path: BString::from(path.clone()),
                new: side,
                old: sides,
            });
            if below.0.is_some() || below.1.iter().any(Option::is_some) {
                self.compare(&path, below.0, &below.1)?;
            }
        }
        Ok(())
    }

    fn named(&self, tree: ObjectId) -> Result<BTreeMap<Vec<u8>, TreeEntry>, Gap> {
        let entries = self.tree.entries(tree)?;
        Ok(entries.iter().map(|entry| (entry.name.clone(), entry.clone())).collect())
    }

    fn side(&self, entry: Option<&TreeEntry>) -> Side {
        entry.map_or(Side { kind: None, oid: self.null }, |entry| Side { kind: entry.kind, oid: entry.oid })
    }
}
