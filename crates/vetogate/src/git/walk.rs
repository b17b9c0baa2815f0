//! The same listing as [`super::listing`], object by object: for histories that `git log` gives up on, because an
//! object is damaged or not in this clone.
//!
//! What can be read is listed; what the push brings and can't be read is a gap. What it does not bring (a parent's
//! tree that a partial clone lacks) is none: the commit's own tree is listed instead. Slower than git, and right.

use super::catfile::{CatFile, ObjectKind};
use super::command::{Git, GitError};
use super::listing::{ListedCommit, Listing, RawEntry, Side};
use super::tree::{TreeEntry, is_too_deep, parse_tree, too_deep, tree_of_commit};
use crate::deadline::Watch;
use bstr::{BString, ByteSlice};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::rc::Rc;
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, Gap, GapCause, ObjectId, Place};

/// A raw commit, as far as a walk needs it.
struct Commit {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    /// Of the committer, in seconds.
    time: u64,
}

/// What stands at a path.
type Object = (Option<EntryKind>, ObjectId);

type Entries = Rc<BTreeMap<Vec<u8>, Object>>;

struct Walk<'a> {
    objects: &'a RefCell<CatFile>,
    watch: &'a Watch,
    /// Commits behind which this clone has nothing, by git's own account.
    shallow: HashSet<ObjectId>,
    trees: HashMap<ObjectId, Option<Entries>>,
    listing: Listing,
    gaps: Vec<Gap>,
}

/// At most so many trees are kept.
const TREES: usize = 4096;

/// Lists the commits that `tips` reach and `exclude` do not, with what could not be read.
///
/// # Errors
/// When git can't be run, or time is up.
pub fn walk(
    git: &Git,
    objects: &RefCell<CatFile>,
    tips: &[ObjectId],
    exclude: &[ObjectId],
    watch: &Watch,
) -> Result<(Listing, Vec<Gap>), GitError> {
    let shallow = shallow(git)?;
    let (listing, trees) = (Listing::default(), HashMap::new());
    let mut walk = Walk { objects, watch, shallow, trees, listing, gaps: Vec::new() };
    let known = walk.known(exclude)?;
    walk.commits(tips, &known)?;
    Ok((walk.listing, walk.gaps))
}

/// Where this clone's history ends (`git rev-parse --git-path shallow`: a file of ids).
fn shallow(git: &Git) -> Result<HashSet<ObjectId>, GitError> {
    let path = git.read(["rev-parse", "--path-format=absolute", "--git-path", "shallow"])?;
    let path = path.strip_suffix(b"\n").unwrap_or(&path).to_path_lossy().into_owned();
    let text = std::fs::read(path).unwrap_or_default();
    Ok(text.lines().filter_map(|line| ObjectId::from_hex(line).ok()).collect())
}

impl Walk<'_> {
    /// Everything that `exclude` reaches, as far as it is here.
    fn known(&mut self, exclude: &[ObjectId]) -> Result<HashSet<ObjectId>, GitError> {
        let mut known = HashSet::new();
        let mut left: Vec<ObjectId> = exclude.to_vec();
        while let Some(at) = left.pop() {
            if known.insert(at)
                && let Ok(commit) = self.commit(at)?
            {
                left.extend(commit.parents);
            }
        }
        Ok(known)
    }

    /// The commits behind the tips, the newest first.
    fn commits(&mut self, tips: &[ObjectId], known: &HashSet<ObjectId>) -> Result<(), GitError> {
        let mut seen = known.clone();
        let mut ready: HashMap<ObjectId, Commit> = HashMap::new();
        let mut order: BinaryHeap<(u64, ObjectId)> = BinaryHeap::new();
        let mut left: Vec<(ObjectId, Option<ObjectId>)> = tips.iter().map(|&tip| (tip, None)).collect();
        loop {
            while let Some((at, child)) = left.pop() {
                if !seen.insert(at) {
                    continue;
                }
                match self.commit(at)? {
                    Ok(commit) => {
                        order.push((commit.time, at));
                        ready.insert(at, commit);
                    }
                    Err(_) if child.is_some_and(|child| self.shallow.contains(&child)) => {}
                    Err(cause) => self.unread(cause, at, Place::Object(at), "commit"),
                }
            }
            let Some((_, at)) = order.pop() else { return Ok(()) };
            let Some(commit) = ready.remove(&at) else { continue };
            left.extend(commit.parents.iter().map(|&parent| (parent, Some(at))));
            self.entries(at, commit)?;
        }
    }

    fn commit(&mut self, oid: ObjectId) -> Result<Result<Commit, GapCause>, GitError> {
        let content = match self.read(oid, &[ObjectKind::Commit, ObjectKind::Tag])? {
            Ok(content) => content,
            Err(cause) => return Ok(Err(cause)),
        };
        if let Some(tagged) = content.strip_prefix(b"object ") {
            // An exclusion may be a tag.
            let target = ObjectId::from_hex(tagged.lines().next().unwrap_or_default());
            return Ok(target.map_err(|_| GapCause::Corrupt).map(|target| Commit {
                tree: target,
                parents: vec![target],
                time: 0,
            }));
        }
        Ok(parse_commit(&content).ok_or(GapCause::Corrupt))
    }

    fn read(&self, oid: ObjectId, kinds: &[ObjectKind]) -> Result<Result<Vec<u8>, GapCause>, GitError> {
        if self.watch.is_over() {
            let detail = "time is up; push fewer commits at once, or raise limits.seconds".into();
            return Err(GitError::Answer { command: "cat-file".into(), detail });
        }
        Ok(match self.objects.borrow_mut().read(oid)? {
            Ok((header, content)) if kinds.contains(&header.kind) && header.size == content.len() as u64 => {
                Ok(content)
            }
            Ok(_) => Err(GapCause::Corrupt),
            Err(super::catfile::Absent::Missing) => Err(GapCause::Missing),
            Err(super::catfile::Absent::Died) => Err(GapCause::Corrupt),
        })
    }

    fn tree(&mut self, oid: ObjectId) -> Result<Result<Entries, GapCause>, GitError> {
        if let Some(known) = self.trees.get(&oid) {
            return Ok(known.clone().ok_or(GapCause::Missing));
        }
        let content = self.read(oid, &[ObjectKind::Tree])?;
        let entries = content.and_then(|content| {
            let entries = parse_tree(&content, oid.as_bytes().len()).ok_or(GapCause::Corrupt)?;
            let named = |entry: TreeEntry| (entry.name, (entry.kind, entry.oid));
            let (count, entries) =
                (entries.len(), entries.into_iter().map(named).collect::<BTreeMap<_, _>>());
            // Two entries of one name (git-fsck: duplicateEntries): one of them would go unseen.
            if entries.len() == count { Ok(Rc::new(entries)) } else { Err(GapCause::Corrupt) }
        });
        if self.trees.len() >= TREES {
            self.trees.clear();
        }
        self.trees.insert(oid, entries.clone().ok());
        Ok(entries)
    }

    /// What a commit has that none of its parents has there.
    fn entries(&mut self, oid: ObjectId, commit: Commit) -> Result<(), GitError> {
        let mut parents = Vec::new();
        for &parent in &commit.parents {
            // A parent that is not here leaves everything new.
            parents.push(self.commit(parent)?.ok().map(|parent| parent.tree));
        }
        self.listing.commits.push(ListedCommit { oid, parents: commit.parents });
        if !parents.contains(&Some(commit.tree)) {
            self.below(b"", Some(commit.tree), &parents)?;
        }
        Ok(())
    }

    /// What differs from every parent in a folder: `own` is its tree, `None` where the commit has no such folder.
    fn below(
        &mut self,
        prefix: &[u8],
        own: Option<ObjectId>,
        parents: &[Option<ObjectId>],
    ) -> Result<(), GitError> {
        if is_too_deep(prefix) {
            self.gaps.push(too_deep(prefix));
            return Ok(());
        }
        let entries = match own.map(|own| self.tree(own)).transpose()? {
            None => Entries::default(),
            Some(Ok(entries)) => entries,
            Some(Err(cause)) => {
                self.unlisted(prefix, own, cause);
                return Ok(());
            }
        };
        let mut olds: Vec<Option<Entries>> = Vec::new();
        for parent in parents {
            olds.push(match parent {
                Some(tree) => self.tree(*tree)?.ok(),
                None => None,
            });
        }
        let gone = olds.first().into_iter().flatten().flat_map(|first| first.keys());
        let names: BTreeSet<&Vec<u8>> = entries.keys().chain(gone).collect();
        for name in names {
            let new = entries.get(name).copied();
            let old: Vec<Option<Object>> = olds.iter().map(|old| old.as_ref()?.get(name).copied()).collect();
            self.changed(&[prefix, name].concat(), new, &old)?;
        }
        Ok(())
    }

    /// A name, as git sees it: a file and a folder of one name are two things.
    fn changed(&mut self, path: &[u8], new: Option<Object>, old: &[Option<Object>]) -> Result<(), GitError> {
        let is_folder = |object: &Object| object.0 == Some(EntryKind::Directory);
        let differs = |new: Option<Object>, old: &[Option<Object>]| {
            !old.contains(&new) && (new.is_some() || !old.is_empty())
        };
        let file = |side: Option<Object>| side.filter(|object| !is_folder(object));
        let folder = |side: Option<Object>| side.filter(is_folder);
        let files: Vec<Option<Object>> = old.iter().map(|&old| file(old)).collect();
        let folders: Vec<Option<Object>> = old.iter().map(|&old| folder(old)).collect();
        // In a merge, what one side left as it was is not this commit's doing.
        if differs(file(new), &files) {
            self.push(path, file(new), &files);
        }
        if differs(folder(new), &folders) {
            self.push(path, folder(new), &folders);
            let tree = |side: Option<Object>| side.map(|(_, oid)| oid);
            let trees: Vec<Option<ObjectId>> = folders.into_iter().map(tree).collect();
            self.below(&[path, b"/"].concat(), tree(folder(new)), &trees)?;
        }
        Ok(())
    }

    fn unlisted(&mut self, prefix: &[u8], tree: Option<ObjectId>, cause: GapCause) {
        let Some(tree) = tree else { return };
        let place = match prefix.strip_suffix(b"/") {
            Some(folder) => Place::File(escape(folder)),
            None => Place::Object(tree),
        };
        self.unread(cause, tree, place, "tree");
    }

    fn unread(&mut self, cause: GapCause, oid: ObjectId, place: Place, what: &str) {
        let odd = self.objects.borrow().odd(oid);
        let cause = if odd.is_some() { GapCause::Corrupt } else { cause };
        let remedy = odd.unwrap_or_else(|| super::catfile::remedy(cause).into());
        let detail = format!("{what} {oid} ({place}) {remedy}");
        self.gaps.push(Gap::unread(cause, place, detail));
    }

    fn push(&mut self, path: &[u8], new: Option<Object>, old: &[Option<Object>]) {
        let null = self.listing.commits.last().and_then(|commit| null(commit.oid));
        let Some((commit, null)) = self.listing.commits.len().checked_sub(1).zip(null) else { return };
        let side = |side: Option<Object>| match side {
            Some((kind, oid)) => Side { kind, oid },
            None => Side { kind: None, oid: null },
        };
        let old = old.iter().map(|&old| side(old)).collect();
        self.listing.entries.push(RawEntry { commit, path: BString::from(path), new: side(new), old });
    }
}

fn null(like: ObjectId) -> Option<ObjectId> {
    "0".repeat(2 * like.as_bytes().len()).parse().ok()
}

fn parse_commit(content: &[u8]) -> Option<Commit> {
    let tree = tree_of_commit(content)?;
    let (mut parents, mut time) = (Vec::new(), 0);
    for line in content.lines().skip(1).take_while(|line| !line.is_empty()) {
        if let Some(parent) = line.strip_prefix(b"parent ") {
            parents.push(ObjectId::from_hex(parent).ok()?);
        } else if let Some(committer) = line.strip_prefix(b"committer ") {
            let number = committer.rsplit_str(" ").nth(1).and_then(|time| time.to_str().ok());
            time = number.and_then(|time| time.parse().ok()).unwrap_or(0);
        }
    }
    Some(Commit { tree, parents, time })
}
