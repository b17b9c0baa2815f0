//! Faults of the state: each detector over the pushed tip, and over the bases to tell what is not new.

use crate::git::catfile::CatFile;
use crate::git::listing::RawEntry;
use crate::git::tree::GitTree;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use vetogate_core::digest::state_fingerprint;
use vetogate_core::{Change, Finding, Fuel, Gap, Novelty, ObjectId, Tree, TreePair};
use vetogate_detect::{Fault, registry};

/// Steps that all detectors of state together may spend on one tip.
const FUEL: u64 = 1 << 24;

/// The changes of a listing: for each path what its newest entry has there.
pub fn changes(entries: &[RawEntry]) -> Vec<Change> {
    let mut newest: BTreeMap<&[u8], Change> = BTreeMap::new();
    for entry in entries {
        newest
            .entry(&entry.path)
            .or_insert_with(|| Change { path: entry.path.to_vec(), kind: entry.new.kind });
    }
    newest.into_values().collect()
}

/// Faults of `new` in the files that changed; those that one of `bases` has too are old.
pub fn faults(new: &dyn Tree, bases: &[&dyn Tree], changes: &[Change]) -> (Vec<Finding>, Vec<Gap>) {
    let pair = TreePair { new, base: bases.first().copied(), changes };
    let (faults, gaps) = scan(pair);
    if faults.is_empty() {
        return (Vec::new(), gaps);
    }
    let mut known = HashSet::new();
    for base in bases {
        let (old, _) = scan(TreePair { new: *base, base: None, changes });
        known.extend(old.iter().map(fingerprint));
    }
    let findings = faults.into_iter().map(|fault| {
        let novelty = if known.contains(&fingerprint(&fault)) { Novelty::Old } else { Novelty::Introduced };
        finding(fault, novelty)
    });
    (findings.collect(), gaps)
}

/// [`faults`] of a commit of the repository, against commits of the repository.
pub fn of_commit(
    objects: &RefCell<CatFile>,
    tip: ObjectId,
    bases: &[ObjectId],
    changes: &[Change],
) -> (Vec<Finding>, Vec<Gap>) {
    let new = GitTree::new(objects, tip);
    let bases: Vec<GitTree<'_>> = bases.iter().map(|&base| GitTree::new(objects, base)).collect();
    let bases: Vec<&dyn Tree> = bases.iter().map(|base| base as &dyn Tree).collect();
    faults(&new, &bases, changes)
}

fn crashed() -> Gap {
    let detail = "a detector of state crashed; please report it";
    Gap::unread(vetogate_core::GapCause::Crash, vetogate_core::Place::Run("state".into()), detail)
}

fn scan(pair: TreePair<'_>) -> (Vec<Fault>, Vec<Gap>) {
    let mut fuel = Fuel::new(FUEL);
    let (mut faults, mut gaps) = (Vec::new(), Vec::new());
    for detector in registry::TREE {
        let scanned = catch_unwind(AssertUnwindSafe(|| detector.scan(pair, &mut fuel)));
        let (found, unseen) = scanned.unwrap_or_else(|_| (Vec::new(), vec![crashed()]));
        faults.extend(found);
        gaps.extend(unseen);
    }
    if fuel.is_exhausted() {
        let place = vetogate_core::Place::Run("state".into());
        gaps.push(Gap::partial(
            vetogate_core::GapCause::Limit,
            place,
            "too many changed files to look at all of them",
        ));
    }
    (faults, gaps)
}

fn fingerprint(fault: &Fault) -> String {
    state_fingerprint(&fault.rule.id, &fault.location.place.to_string(), &fault.subject)
}

fn finding(fault: Fault, novelty: Novelty) -> Finding {
    Finding {
        fingerprint: fingerprint(&fault),
        severity: fault.rule.severity,
        confidence: fault.confidence,
        snippet: String::new(),
        identifier: None,
        note: fault.note,
        novelty,
        flow: Vec::new(),
        edits: Vec::new(),
        location: fault.location,
        rule: fault.rule,
    }
}
