//! Old debt: what the remote has already does not veto.
//!
//! Old is a value that the same rule finds on the old side of an entry of the push, in a blob that no commit of the
//! push brought to that path. A value that stands elsewhere in what the remote has is copied: it warns. Asked only when there is a hit.

use super::findings::Candidate;
use super::workers::{Item, Scope, Source, look};
use crate::git::catfile::CatFile;
use crate::git::grep;
use crate::git::tree::GitTree;
use crate::source::published::Published;
use bstr::{BStr, BString, ByteSlice as _};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, Novelty, ObjectId, Place, Secret};
use vetogate_syntax::path::PathHints;

/// A value that the other side has, and where.
struct Known {
    rule: String,
    values: Vec<Secret>,
    /// Escaped.
    paths: Vec<String>,
    /// Whether the push takes it away from one of its paths.
    is_removed: bool,
}

/// Tells old and copied candidates from new ones. `trees` are commits that the other side has. Where the time is up,
/// what is undecided stays new.
pub fn classify(
    scope: &Scope<'_>,
    objects: &RefCell<CatFile>,
    published: &Published,
    trees: &[ObjectId],
    candidates: &mut [Candidate],
) {
    if candidates.is_empty() {
        return;
    }
    let trees = &trees[..trees.len().min(TREES)];
    let known = old_sides(scope, &mut objects.borrow_mut(), published);
    let known = by_value(&known);
    let stands_in_a_tree =
        |place: &Place| matches!(place, Place::File(_) | Place::FileName(_) | Place::Blob(_));
    for candidate in candidates.iter_mut().filter(|candidate| stands_in_a_tree(&candidate.place)) {
        if scope.watch.is_over() {
            return;
        }
        if is_old(candidate, &known) {
            candidate.novelty = Novelty::Old;
        }
    }
    copied(scope, objects, trees, candidates);
    unchanged(scope, objects, published, trees, candidates);
}

/// Guessable values that stand at the same path in what the other side has, as after a cherry-pick or on a branch with
/// a history of its own.
fn unchanged(
    scope: &Scope<'_>,
    objects: &RefCell<CatFile>,
    published: &Published,
    trees: &[ObjectId],
    candidates: &mut [Candidate],
) {
    let is_asked = |candidate: &&mut Candidate| {
        candidate.novelty == Novelty::Introduced && candidate.hit.guessable && candidate.blob.is_some()
    };
    let entries = &published.listing.entries;
    let paths: HashMap<String, &BString> =
        entries.iter().map(|entry| (escape(&entry.path), &entry.path)).collect();
    let trees: Vec<GitTree<'_>> = trees.iter().map(|&tree| GitTree::new(objects, tree)).collect();
    // Many candidates stand at one path: what is there is read once.
    let mut there: HashMap<&BString, Hits> = HashMap::new();
    for candidate in candidates.iter_mut().filter(is_asked) {
        if scope.watch.is_over() {
            return;
        }
        let Some(path) = candidate.place.path().and_then(|path| paths.get(path)) else { continue };
        let known = there.entry(path).or_insert_with(|| hits_at(scope, objects, &trees, path));
        if known.get(&candidate.hit.rule.id).is_some_and(|known| known.contains(&candidate.hit.values)) {
            candidate.novelty = Novelty::CopiedFrom(escape(path));
        }
    }
}

/// Values by the rule that finds them.
type Hits = HashMap<String, HashSet<Vec<Secret>>>;

/// What stands at a path in any of the trees.
fn hits_at(scope: &Scope<'_>, objects: &RefCell<CatFile>, trees: &[GitTree<'_>], path: &BString) -> Hits {
    let mut hits = Hits::new();
    let mut seen = HashSet::new();
    for tree in trees {
        let Ok(Some(entry)) = tree.lookup(path) else { continue };
        if seen.insert(entry.oid) {
            for hit in hits_in(scope, &mut objects.borrow_mut(), entry.oid, path) {
                hits.entry(hit.rule.id.clone()).or_default().insert(hit.values);
            }
        }
    }
    hits
}

fn stands(hit: &super::RawHit, found: &[super::RawHit]) -> bool {
    found.iter().any(|known| known.rule.id == hit.rule.id && known.values == hit.values)
}

fn hits_in(scope: &Scope<'_>, objects: &mut CatFile, oid: ObjectId, path: &[u8]) -> Vec<super::RawHit> {
    let item = Item { source: Source::Blob(oid), hints: PathHints::of(path), place: Place::Object(oid) };
    look(scope, objects, &[&item]).remove(0).hits
}

fn is_file(kind: Option<EntryKind>) -> bool {
    matches!(kind, Some(EntryKind::File | EntryKind::Symlink))
}

/// Blobs of the other side that the push changes, moves or takes away: for each the paths, and whether it goes from
/// one of them.
type OldSides<'a> = BTreeMap<(ObjectId, PathHints), (Vec<&'a BStr>, bool)>;

/// An old side counts unless a commit of the push brought it there: then its parent is listed, and so is the entry.
fn blobs_of_old_sides(published: &Published) -> OldSides<'_> {
    let listing = &published.listing;
    let listed: HashSet<ObjectId> = listing.commits.iter().map(|commit| commit.oid).collect();
    let brought: HashSet<(&BString, ObjectId)> =
        listing.entries.iter().map(|entry| (&entry.path, entry.new.oid)).collect();
    let mut blobs = OldSides::new();
    for entry in &listing.entries {
        let parents = listing.commits.get(entry.commit).map_or(&[][..], |commit| &commit.parents);
        for (index, side) in entry.old.iter().enumerate().filter(|(_, side)| is_file(side.kind)) {
            let is_inside = parents.get(index).is_some_and(|parent| listed.contains(parent));
            if !is_inside || !brought.contains(&(&entry.path, side.oid)) {
                let known = blobs.entry((side.oid, PathHints::of(&entry.path))).or_default();
                known.0.push(entry.path.as_bstr());
                known.1 |= entry.new.kind.is_none();
            }
        }
    }
    for blob in &published.old_blobs {
        let path = blob.path.as_ref().map_or(&b""[..], |path| path.as_slice());
        blobs.entry((blob.oid, PathHints::of(path))).or_default().0.push(path.as_bstr());
    }
    blobs
}

/// What stands in the old sides.
fn old_sides(scope: &Scope<'_>, objects: &mut CatFile, published: &Published) -> Vec<Known> {
    let blobs = blobs_of_old_sides(published);
    let item = |(oid, hints): &(ObjectId, PathHints)| Item {
        source: Source::Blob(*oid),
        hints: *hints,
        place: Place::Object(*oid),
    };
    let items: Vec<Item> = blobs.keys().map(item).collect();
    let looked = look(scope, objects, &items.iter().collect::<Vec<_>>());
    let mut known = Vec::new();
    for (looked, (paths, is_removed)) in looked.into_iter().zip(blobs.values()) {
        let paths: Vec<String> = paths.iter().map(|path| escape(path)).collect();
        known.extend(looked.hits.into_iter().map(|hit| Known {
            rule: hit.rule.id.clone(),
            values: hit.values,
            paths: paths.clone(),
            is_removed: *is_removed,
        }));
    }
    known
}

/// What is known, by each of its values.
fn by_value(known: &[Known]) -> HashMap<&[u8], Vec<&Known>> {
    let mut index: HashMap<&[u8], Vec<&Known>> = HashMap::new();
    for known in known {
        known.values.iter().for_each(|value| index.entry(value.expose()).or_default().push(known));
    }
    index
}

fn is_old(candidate: &Candidate, known: &HashMap<&[u8], Vec<&Known>>) -> bool {
    let hit = &candidate.hit;
    let place = candidate.place.path().unwrap_or_default();
    let here = |known: &&Known| known.is_removed || known.paths.iter().any(|path| path == place);
    let fits = |value: &Secret, test: &dyn Fn(&Known) -> bool| {
        let same = known.get(value.expose()).into_iter().flatten();
        same.into_iter().any(|known| (!hit.guessable || here(known)) && test(known))
    };
    let whole = |known: &Known| known.rule == hit.rule.id && known.values == hit.values;
    // Of a pair, every part has to be old; a part of an old pair may stand alone.
    let part = |known: &Known| hit.values.len() > 1 || known.values.len() > 1;
    hit.values.first().is_some_and(|value| fits(value, &whole))
        || (!hit.values.is_empty() && hit.values.iter().all(|value| fits(value, &part)))
}

/// At most so many trees of the other side are searched.
const TREES: usize = 16;

/// At most so many contents there are looked at.
const FILES: usize = 2000;

/// Values that stand elsewhere in what the other side has. A guessable one never counts. What can't be asked stays new.
fn copied(scope: &Scope<'_>, objects: &RefCell<CatFile>, trees: &[ObjectId], candidates: &mut [Candidate]) {
    let searched =
        |candidate: &Candidate| candidate.novelty == Novelty::Introduced && !candidate.hit.guessable;
    let hits = candidates.iter().filter(|candidate| searched(candidate)).map(|candidate| &candidate.hit);
    let texts: Vec<&[u8]> = hits.flat_map(|hit| &hit.values).map(Secret::expose).collect();
    let Ok(holding) = grep::files(scope.git, scope.watch, trees, texts) else { return };
    let trees: HashMap<ObjectId, GitTree<'_>> =
        trees.iter().map(|&tree| (tree, GitTree::new(objects, tree))).collect();
    // Of a pair, every part has to be there, be it in several files.
    let mut parts: HashMap<usize, HashSet<usize>> = HashMap::new();
    let mut met = HashSet::new();
    for (tree, path) in holding {
        let Some(Ok(Some(entry))) = trees.get(&tree).map(|tree| tree.lookup(&path)) else { continue };
        // Most trees have most files alike.
        if !met.insert((entry.oid, PathHints::of(&path))) {
            continue;
        }
        if met.len() > FILES || scope.watch.is_over() || !candidates.iter().any(searched) {
            return;
        }
        let found = hits_in(scope, &mut objects.borrow_mut(), entry.oid, &path);
        for (index, candidate) in candidates.iter_mut().enumerate().filter(|(_, one)| searched(one)) {
            let hit = &candidate.hit;
            let seen = parts.entry(index).or_default();
            if hit.values.len() > 1 {
                seen.extend((0..hit.values.len()).filter(|&part| has_part(&found, &hit.values[part])));
            }
            if stands(hit, &found) || (hit.values.len() > 1 && seen.len() == hit.values.len()) {
                candidate.novelty = Novelty::CopiedFrom(escape(&path));
            }
        }
    }
}

fn has_part(found: &[super::RawHit], part: &Secret) -> bool {
    found.iter().any(|hit| hit.values.contains(part))
}
