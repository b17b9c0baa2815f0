//! What the remote has already: found at the tips of its refs, and in the rest of what the named refs hold.
//!
//! Nothing here can be taken back by a rewriting, so it is only told. Trees are read, each once; older commits are for
//! `veto scan --history`.

use super::plan::{Shown, shown};
use super::scan::{Aim, Seen, judged};
use super::{PurgeError, Survey};
use crate::engine::findings::Candidate;
use crate::git::listing::{ListedCommit, RawEntry, Side};
use crate::git::tree::GitTree;
use crate::report::RefUpdate;
use crate::source::published::{LooseBlob, Published};
use bstr::BString;
use std::collections::HashSet;
use vetogate_core::judge::{Action, Judged};
use vetogate_core::{EntryKind, GapKind, ObjectId};

/// What is found there.
#[derive(Debug, Default)]
pub struct There {
    /// The findings, masked.
    pub found: Vec<Shown>,
    /// What was not looked at, a line each.
    pub notes: Vec<String>,
    /// Whether a remote has anything at all.
    pub is_anything: bool,
}

/// At most so many tips are looked at.
const TIPS: usize = 64;

/// At most so many contents are, and so many folders: one that holds the same folder twice, and so on, has more than
/// anybody can count.
const MOST: usize = 100_000;

impl There {
    /// Only what the user chose; nothing that is in `known`.
    pub fn without(mut self, only: &[String], known: &[Shown]) -> Self {
        let is_meant =
            |one: &Shown| only.is_empty() || only.iter().any(|asked| one.fingerprint.starts_with(asked));
        let known: HashSet<(&str, &str)> = known.iter().map(identity).collect();
        self.found.retain(|one| is_meant(one) && !known.contains(&identity(one)));
        self
    }
}

fn identity(shown: &Shown) -> (&str, &str) {
    (&shown.fingerprint, &shown.place)
}

/// Looks at what the remote of `aim` has.
///
/// # Errors
/// When git does not answer.
pub fn look(survey: &Survey<'_>, aim: &Aim, seen: &Seen) -> Result<There, PurgeError> {
    let objects = &survey.session.objects;
    let mut there = There::default();
    let mut tips = at_remote(survey, aim)?;
    if tips.is_empty() {
        return Ok(there);
    }
    there.is_anything = true;
    if tips.len() > TIPS {
        there.notes.push(format!("{} more tips of refs there were not looked at", tips.len() - TIPS));
        tips.truncate(TIPS);
    }
    let absent = aim.remote.as_deref().map_or(0, |remote| survey.public.absent(remote));
    if absent > 0 {
        there.notes.push(format!(
            "{absent} of the branches there are at commits that are not here; see `git fetch`"
        ));
    }
    let mut published = Published::default();
    let mut walk = Walk::default();
    for tip in tips {
        let commit = published.listing.commits.len();
        published.listing.commits.push(ListedCommit { oid: tip, parents: Vec::new() });
        let walked = walk.tree(&GitTree::new(objects, tip), tip, &mut |path, side| {
            let entry = RawEntry { commit, path, new: side, old: Vec::new() };
            published.listing.entries.push(entry);
        });
        there.notes.extend(walked.err().map(|_| unread(tip)));
    }
    // What no commit of the push brings has come from what the remote has.
    let brought: HashSet<(&BString, ObjectId)> =
        seen.published.listing.entries.iter().map(|entry| (&entry.path, entry.new.oid)).collect();
    for &tip in seen.published.tips.iter().take(TIPS) {
        let walked = walk.tree(&GitTree::new(objects, tip), tip, &mut |path, side| {
            if !brought.contains(&(&path, side.oid)) {
                published.blobs.push(LooseBlob { oid: side.oid, path: Some(path), name: BString::default() });
            }
        });
        there.notes.extend(walked.err().map(|_| unread(tip)));
    }
    if walk.is_cut {
        there.notes.push(format!("only the first {} files there were looked at", walk.files.len()));
    }
    let (report, candidates) = judged(survey, seen, &published);
    let values: HashSet<String> =
        candidates.iter().filter(|candidate| !candidate.hit.is_shown).map(Candidate::fingerprint).collect();
    let is_meant = |judged: &&Judged| {
        judged.action >= Action::Block
            && judged.suppressed_by.is_none()
            && values.contains(&judged.finding.fingerprint)
    };
    there.found =
        report.verdict.findings.iter().filter(is_meant).map(|judged| shown(&judged.finding)).collect();
    let unread = report.gaps.iter().filter(|gap| gap.kind == GapKind::Unread).count();
    if unread > 0 {
        there.notes.push(format!(
            "{unread} of the files there could not be looked at whole; see `veto scan --history`"
        ));
    }
    Ok(there)
}

/// The commits that refs of the remote point at, those that the named refs stand at first.
fn at_remote(survey: &Survey<'_>, aim: &Aim) -> Result<Vec<ObjectId>, PurgeError> {
    let known = match &aim.remote {
        Some(remote) => survey.public.of_remote(Some(remote)),
        None => survey.public.tips().to_vec(),
    };
    let named = aim
        .remote
        .iter()
        .flat_map(|remote| aim.names.iter().filter_map(|name| survey.public.at(remote, name)));
    let named: Vec<ObjectId> = named.filter(|oid| known.contains(oid)).collect();
    let mut tips = Vec::new();
    for ids in [named, known] {
        let update = |oid: ObjectId| RefUpdate { name: BString::default(), old: oid, new: oid };
        tips.extend(Published::peel(ids.into_iter().map(update).collect(), &survey.session.objects)?.tips);
    }
    let mut met = HashSet::new();
    tips.retain(|tip| met.insert(*tip));
    Ok(tips)
}

fn unread(tip: ObjectId) -> String {
    format!("not all folders of {} could be read; see `git fsck`", tip.short())
}

/// Trees, each looked at once at each path.
#[derive(Default)]
struct Walk {
    folders: HashSet<(BString, ObjectId)>,
    files: HashSet<(BString, ObjectId)>,
    is_cut: bool,
}

impl Walk {
    fn tree(
        &mut self,
        tree: &GitTree<'_>,
        root: ObjectId,
        on: &mut dyn FnMut(BString, Side),
    ) -> Result<(), vetogate_core::Gap> {
        let mut left = vec![(BString::default(), root)];
        while let Some((folder, oid)) = left.pop() {
            if self.folders.len() > MOST || self.files.len() >= MOST {
                self.is_cut = true;
                return Ok(());
            }
            for entry in tree.entries(oid)?.iter() {
                let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
                let path = BString::from([&folder[..], slash, &entry.name].concat());
                if crate::git::tree::is_too_deep(&path) {
                    return Err(crate::git::tree::too_deep(&path));
                }
                match entry.kind {
                    Some(EntryKind::Directory) if self.folders.insert((path.clone(), entry.oid)) => {
                        left.push((path, entry.oid));
                    }
                    Some(EntryKind::File | EntryKind::Symlink) if self.files.len() >= MOST => {
                        self.is_cut = true;
                    }
                    Some(EntryKind::File | EntryKind::Symlink)
                        if self.files.insert((path.clone(), entry.oid)) =>
                    {
                        on(path, Side { kind: entry.kind, oid: entry.oid });
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}
