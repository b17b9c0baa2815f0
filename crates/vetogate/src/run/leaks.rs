//! What the leak detectors are asked about: blobs, what stands in commits and tags, names.

use super::{Outcome, Seen, Session, masses};
use crate::engine::findings::Candidate;
use crate::engine::workers::PROSE;
use crate::engine::{Item, RawHit, Source};
use crate::git::tree::GitTree;
use crate::source::published::{Published, PushedTag};
use crate::source::worktree::Files;
use bstr::BString;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, Novelty, ObjectId, Place};
use vetogate_syntax::path::PathHints;

impl Session<'_> {
    /// Every published blob, once for each thing that its paths say.
    pub(super) fn blobs(
        &self,
        published: &Published,
        lfs: Option<&Path>,
        candidates: &mut Vec<Candidate>,
        outcome: &mut Outcome,
    ) {
        let groups = group_blobs(published);
        let item = |((oid, hints), places): (&(ObjectId, PathHints), &BTreeMap<Place, Vec<usize>>)| Item {
            source: Source::Blob(*oid),
            hints: *hints,
            place: places.keys().next().cloned().unwrap_or(Place::Object(*oid)),
        };
        let items: Vec<Item> = groups.iter().map(item).collect();
        let looked = self.look(&items);
        let (mut behind, mut found) = (Vec::new(), Vec::new());
        for (looked, ((oid, hints), places)) in looked.iter().zip(&groups) {
            for (place, commits) in places {
                found.extend(looked.hits.iter().map(|hit| (hit, place, *oid, commits)));
                // One content may stand at very many places.
                if found.len() > 4 * masses::MOST {
                    self.fit(&mut found, |found| found.0, outcome);
                }
            }
            let content = looked.lfs.as_ref().zip(lfs).map(|(id, folder)| lfs_path(folder, id));
            if let Some(path) = content.filter(|path| path.is_file()) {
                behind.push((Source::File(path), *hints, *oid, places));
            }
        }
        self.fit(&mut found, |found| found.0, outcome);
        candidates
            .extend(found.into_iter().map(|(hit, place, oid, commits)| in_blob(hit, place, oid, commits)));
        let seen = self.count(looked, &items, outcome);
        outcome.counts.files(seen);
        let items: Vec<Item> = behind
            .iter()
            .map(|(source, hints, oid, places)| Item {
                source: source.clone(),
                hints: *hints,
                place: places.keys().next().cloned().unwrap_or(Place::Object(*oid)),
            })
            .collect();
        let looked = self.look(&items);
        for (looked, (_, _, oid, places)) in looked.iter().zip(&behind) {
            for (place, commits) in *places {
                candidates.extend(looked.hits.iter().map(|hit| in_blob(hit, place, *oid, commits)));
            }
        }
        self.count(looked, &items, outcome);
    }

    /// Commits and tags: messages, headers, trailers.
    pub(super) fn words(
        &self,
        published: &Published,
        candidates: &mut Vec<Candidate>,
        outcome: &mut Outcome,
    ) {
        let commits = &published.listing.commits;
        let items: Vec<Item> = commits
            .iter()
            .map(|commit| Item {
                source: Source::Commit(commit.oid),
                hints: PROSE,
                place: Place::Message(commit.oid),
            })
            .collect();
        let looked = self.look(&items);
        for (index, (looked, commit)) in looked.iter().zip(commits).enumerate() {
            let at = |hit: &RawHit, place| Candidate {
                commits: vec![index],
                ..Candidate::new(hit.clone(), place)
            };
            candidates.extend(looked.hits.iter().map(|hit| at(hit, Place::Message(commit.oid))));
            candidates.extend(looked.header_hits.iter().map(|hit| at(hit, Place::Author(commit.oid))));
        }
        self.count(looked, &items, outcome);
        let tag = |tag: &PushedTag| Item {
            source: Source::Bytes(tag.raw.clone()),
            hints: PROSE,
            place: Place::Tag(tag.name.clone()),
        };
        let items: Vec<Item> = published.tags.iter().map(tag).collect();
        self.simple(&items, candidates, outcome);
    }

    /// Names of files and refs of a push.
    pub(super) fn names(
        &self,
        published: &Published,
        candidates: &mut Vec<Candidate>,
        outcome: &mut Outcome,
    ) {
        self.look_at_names(&named(published), candidates, outcome);
    }

    /// Names of files on disk, with those of their folders.
    pub(super) fn names_of_files(
        &self,
        files: &Files,
        candidates: &mut Vec<Candidate>,
        outcome: &mut Outcome,
    ) {
        let named: Vec<Named<'_>> = files
            .changes
            .iter()
            .map(|change| Named { text: &change.path, is_ref: false, commits: Vec::new(), is_added: true })
            .collect();
        self.look_at_names(&named, candidates, outcome);
    }

    /// Each is a line of one text. The first line is empty, so that no name can pass for the mark of an encoding.
    fn look_at_names(&self, named: &[Named<'_>], candidates: &mut Vec<Candidate>, outcome: &mut Outcome) {
        let mut text = vec![b'\n'];
        for name in named {
            text.extend(name.text.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }));
            text.push(b'\n');
        }
        let item = Item { source: Source::Bytes(text), hints: PROSE, place: Place::Run("names".into()) };
        let looked = self.look(std::slice::from_ref(&item));
        let hits = looked.iter().flat_map(|looked| &looked.hits).filter_map(|hit| {
            let index = usize::try_from(hit.span.line).ok()?.checked_sub(2)?;
            let span = vetogate_core::Span { line: 1, end_line: 1, ..hit.span };
            Some((named.get(index)?, RawHit { span, ..hit.clone() }))
        });
        let (added, known): (Vec<_>, Vec<_>) = hits.partition(|(name, _)| name.is_added);
        let same = |a: &RawHit, b: &RawHit| a.rule.id == b.rule.id && a.values == b.values;
        for (name, hit) in added {
            let is_old = !hit.guessable && known.iter().any(|(_, old)| same(old, &hit));
            let novelty = if is_old { Novelty::Old } else { Novelty::Introduced };
            let commits = name.commits.clone();
            candidates.push(Candidate { commits, novelty, ..Candidate::new(hit, name.place()) });
        }
        for looked in looked {
            outcome.gaps.extend(looked.gap);
        }
    }

    /// Contents that stand at one place each.
    pub(super) fn simple(
        &self,
        items: &[Item],
        candidates: &mut Vec<Candidate>,
        outcome: &mut Outcome,
    ) -> Seen {
        let looked = self.look(items);
        for (looked, item) in looked.iter().zip(items) {
            outcome.remarks.whole(looked, &item.place, self.packs());
            candidates.extend(looked.hits.iter().map(|hit| Candidate::new(hit.clone(), item.place.clone())));
        }
        self.count(looked, items, outcome)
    }

    /// Marks the candidates that still stand at a tip of the push.
    pub(super) fn at_tips(&self, published: &Published, candidates: &mut [Candidate]) {
        let trees: Vec<GitTree<'_>> =
            published.tips.iter().map(|&tip| GitTree::new(&self.objects, tip)).collect();
        // A push can have a million paths, and next to none of them is asked about.
        let asked: HashSet<String> = candidates
            .iter()
            .filter(|candidate| !candidate.commits.is_empty())
            .filter_map(|candidate| candidate.place.path().map(str::to_owned))
            .collect();
        let entries = published.listing.entries.iter().filter(|_| !asked.is_empty());
        let paths: HashMap<String, &BString> = entries
            .map(|entry| (escape(&entry.path), &entry.path))
            .filter(|(shown, _)| asked.contains(shown))
            .collect();
        let mut there: HashMap<&BString, Vec<ObjectId>> = HashMap::new();
        for candidate in candidates.iter_mut().filter(|candidate| !candidate.commits.is_empty()) {
            let path = candidate.place.path().and_then(|path| paths.get(path));
            candidate.at_tip = match (path, &candidate.place) {
                (Some(path), place) => {
                    let look = |tree: &GitTree<'_>| Some(tree.lookup(path).ok()??.oid);
                    let there = there.entry(path).or_insert_with(|| trees.iter().filter_map(look).collect());
                    match (place, candidate.blob) {
                        (Place::FileName(_), _) => !there.is_empty(),
                        (_, blob) => blob.is_some_and(|blob| there.contains(&blob)),
                    }
                }
                (None, Place::Message(oid) | Place::Author(oid)) => published.tips.contains(oid),
                _ => true,
            };
        }
    }
}

fn in_blob(hit: &RawHit, place: &Place, oid: ObjectId, commits: &[usize]) -> Candidate {
    Candidate { blob: Some(oid), commits: commits.to_vec(), ..Candidate::new(hit.clone(), place.clone()) }
}

/// Where git-lfs keeps a content (git-lfs, docs/spec.md).
fn lfs_path(folder: &Path, id: &str) -> PathBuf {
    folder.join("objects").join(&id[..2]).join(&id[2..4]).join(id)
}

/// The name of a file, folder, link or ref.
struct Named<'a> {
    text: &'a [u8],
    is_ref: bool,
    /// Whether the push brings it; else the push changes or takes away what has it.
    is_added: bool,
    commits: Vec<usize>,
}

impl Named<'_> {
    /// Made where something was found: there may be very many names.
    fn place(&self) -> Place {
        let name = escape(self.text);
        if self.is_ref { Place::RefName(name) } else { Place::FileName(name) }
    }
}

fn fresh(path: &BString) -> Named<'_> {
    Named { text: path, is_ref: false, is_added: false, commits: vec![] }
}

/// All names that the push touches.
fn named(published: &Published) -> Vec<Named<'_>> {
    let mut paths: BTreeMap<&BString, Named<'_>> = BTreeMap::new();
    for entry in &published.listing.entries {
        let named = paths.entry(&entry.path).or_insert_with(|| fresh(&entry.path));
        if entry.new.kind.is_some() && entry.old.iter().all(|side| side.kind.is_none()) {
            named.is_added = true;
            named.commits.push(entry.commit);
        }
    }
    for path in &published.paths {
        paths.entry(path).or_insert_with(|| fresh(path)).is_added = true;
    }
    // A ref that goes away is what its name wants; one that is there already has published it.
    let refs = published.refs.iter().filter(|update| !update.new.is_null()).map(|update| Named {
        text: &update.name,
        is_ref: true,
        is_added: update.old.is_null(),
        commits: vec![],
    });
    paths.into_values().chain(refs).collect()
}

type Groups = BTreeMap<(ObjectId, PathHints), BTreeMap<Place, Vec<usize>>>;

/// The published blobs, by id and what their path says; for each place the commits that bring it.
fn group_blobs(published: &Published) -> Groups {
    let mut groups = Groups::new();
    for entry in &published.listing.entries {
        if matches!(entry.new.kind, Some(EntryKind::File | EntryKind::Symlink)) && !entry.new.oid.is_null() {
            let places = groups.entry((entry.new.oid, PathHints::of(&entry.path))).or_default();
            places.entry(Place::File(escape(&entry.path))).or_default().push(entry.commit);
        }
    }
    for blob in &published.blobs {
        let path = blob.path.as_ref().map_or(&b""[..], |path| path.as_slice());
        let named = || Place::Blob(escape(&blob.name));
        let place = blob.path.as_ref().map_or_else(named, |path| Place::File(escape(path)));
        groups.entry((blob.oid, PathHints::of(path))).or_default().entry(place).or_default();
    }
    groups
}
