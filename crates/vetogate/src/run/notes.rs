//! Notes of git: their files have no names that say anything, so their places say which note it is.
//!
//! A note is a file of a commit behind `refs/notes/`, named by the object that it is about (git-notes).

use crate::engine::findings::Candidate;
use crate::report::steps::IN_NOTES;
use crate::source::published::Published;
use std::collections::{HashMap, HashSet};
use vetogate_core::text::escape;
use vetogate_core::{ObjectId, Place};

/// What stands in a commit of notes alone gets the place of its note; what the commit itself says, a word on where it
/// belongs. After old debt is known, which goes by paths.
pub fn place(published: &Published, candidates: &mut [Candidate]) {
    for (name, commits) in notes(published) {
        let is_note = |candidate: &&mut Candidate| {
            !candidate.commits.is_empty() && candidate.commits.iter().all(|at| commits.contains(at))
        };
        for candidate in candidates.iter_mut().filter(is_note) {
            match &candidate.place {
                // Where there are many notes, git divides them into folders: `44/ba82...`.
                Place::File(path) => {
                    candidate.place = Place::Note(format!("{name}:{}", path.replace('/', "")));
                }
                Place::Message(_) | Place::Author(_) => {
                    let known = candidate.hit.note.take().map_or_else(String::new, |note| note + " ");
                    candidate.hit.note = Some(format!("{known}{IN_NOTES}refs/notes/{name}."));
                }
                _ => {}
            }
        }
    }
}

/// For each pushed ref of notes the listed commits behind it, by their index.
fn notes(published: &Published) -> Vec<(String, HashSet<usize>)> {
    let tips: Vec<_> = published
        .refs
        .iter()
        .filter_map(|update| Some((escape(update.name.strip_prefix(b"refs/notes/")?), update.new)))
        .collect();
    if tips.is_empty() {
        return Vec::new();
    }
    let listed: HashMap<ObjectId, usize> =
        published.listing.commits.iter().enumerate().map(|(index, commit)| (commit.oid, index)).collect();
    tips.into_iter().map(|(name, tip)| (name, reached(published, &listed, tip))).collect()
}

fn reached(published: &Published, listed: &HashMap<ObjectId, usize>, tip: ObjectId) -> HashSet<usize> {
    let (mut reached, mut open) = (HashSet::new(), vec![tip]);
    while let Some(oid) = open.pop() {
        if let Some(&index) = listed.get(&oid)
            && reached.insert(index)
        {
            open.extend(&published.listing.commits[index].parents);
        }
    }
    reached
}
