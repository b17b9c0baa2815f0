//! Which tracking refs tell of the remote, and which of them the push itself disproves.

use crate::git::remote::{Ref, Remotes};
use crate::report::RefUpdate;
use bstr::BString;
use std::collections::{BTreeMap, BTreeSet};
use vetogate_core::ObjectId;

/// Whether git takes a name for itself and not for a pattern.
pub fn is_plain(name: &str) -> bool {
    !name.contains(['*', '?', '['])
}

/// Whether a ref tells of the remote: it tracks it, and so does what it stands for. A symbolic ref that leaves the
/// remote's own refs is whatever this clone wants it to be.
pub fn is_tracking(remotes: &Remotes, remote: &str, found: &Ref) -> bool {
    let tracks = |name: &BString| remotes.tracks(remote, name);
    // A clone of one branch fetches that alone; git makes its HEAD all the same (git-clone, `--single-branch`).
    let is_head = || found.name == format!("refs/remotes/{remote}/HEAD").as_str();
    match &found.target {
        None => tracks(&found.name),
        Some(target) => tracks(target) && (tracks(&found.name) || is_head()),
    }
}

/// How a tracking ref is disproved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refuted {
    /// The remote has no such ref.
    Absent,
    /// The remote has another commit there, which is here.
    Other,
}

/// The tracking refs of each pushed ref.
pub struct Names<'a>(Vec<(&'a RefUpdate, Vec<String>)>);

impl<'a> Names<'a> {
    /// Of all refs of a push.
    pub fn new(remotes: &Remotes, remote: &str, updates: &'a [RefUpdate]) -> Self {
        Self(updates.iter().map(|update| (update, remotes.tracking(remote, &update.name))).collect())
    }

    /// Those that were not asked for yet.
    pub fn beside(&self, asked: &[String]) -> Vec<&str> {
        let asked: BTreeSet<&String> = asked.iter().collect();
        let names = self.0.iter().flat_map(|(_, names)| names);
        names.filter(|name| is_plain(name) && !asked.contains(name)).map(String::as_str).collect()
    }

    /// The tracking refs that git's lines disprove: git asked the remote a moment ago. Where the remote has a commit
    /// that is not here, somebody else has pushed, most often on top of what is known.
    pub fn refuted(&self, own: &[Ref], known: &[ObjectId]) -> BTreeMap<BString, Refuted> {
        let own: BTreeMap<&[u8], ObjectId> =
            own.iter().map(|found| (found.name.as_slice(), found.oid)).collect();
        let known: BTreeSet<&ObjectId> = known.iter().collect();
        let mut refuted = BTreeMap::new();
        for (update, names) in &self.0 {
            for name in names {
                let Some(found) = own.get(name.as_bytes()) else { continue };
                if update.old.is_null() {
                    refuted.insert(name.as_str().into(), Refuted::Absent);
                } else if update.old != *found && known.contains(&update.old) {
                    refuted.insert(name.as_str().into(), Refuted::Other);
                }
            }
        }
        refuted
    }
}
