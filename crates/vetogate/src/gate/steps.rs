//! The steps that a push makes on what is trusted: which branch goes from which commit to which.

use super::{BASES, Gate, commits_here, loosened};
use crate::git::past;
use crate::git::remote;
use crate::git::tree::GitTree;
use crate::policies::seen::Seen;
use crate::report::RefUpdate;
use crate::sign::change;
use crate::source::alias::Alias;
use crate::triage::repository;
use crate::{policies, trust};
use std::cell::OnceCell;
use vetogate_core::text::escape;
use vetogate_core::{Finding, Gap, ObjectId, Tree};

impl Gate<'_> {
    /// What a push to the trusted branch loosens there.
    pub(super) fn loosened(&self) -> (Vec<Finding>, Vec<Gap>) {
        let steps = self.steps();
        let said = steps.into_iter().map(|(update, base)| self.loosened_by(update, base));
        said.into_iter().find(|(found, gaps)| !found.is_empty() || !gaps.is_empty()).unwrap_or_default()
    }

    /// The updates that may change what is trusted, each with the commit that is there now.
    fn steps(&self) -> Vec<(&RefUpdate, Option<ObjectId>)> {
        let named = |branch: &str| {
            let name = format!("refs/heads/{branch}");
            self.context.refs.iter().find(|update| update.name == name.as_str() && !update.new.is_null())
        };
        if let Some(branch) = self.trusted_branch() {
            return named(branch).map(|update| (update, self.trusted_tip())).into_iter().collect();
        }
        let fetched = self.common_dir.as_ref().map(|folder| Alias::all(&self.session.git, folder));
        // An address can be spelt in many ways: what has the name of a trusted branch may be it.
        let known: Vec<(ObjectId, String)> =
            fetched.into_iter().flatten().map(|alias| (alias.tip, alias.branch)).collect();
        let steps: Vec<_> =
            known.iter().filter_map(|(tip, branch)| Some((named(branch)?, Some(*tip)))).collect();
        if !steps.is_empty() {
            return steps;
        }
        // Where the remote's HEAD names a branch that is not there yet, any may be trusted next.
        let has_settings = |oid| {
            GitTree::new(&self.session.objects, oid).lookup(b".veto").is_ok_and(|found| found.is_some())
        };
        let is_new = |update: &&RefUpdate| {
            update.name.starts_with(b"refs/heads/") && !update.new.is_null() && has_settings(update.new)
        };
        let new: Vec<&RefUpdate> = self.context.refs.iter().filter(is_new).take(BASES).collect();
        if new.is_empty() {
            return Vec::new();
        }
        // What is stale says all the same what this clone was held to.
        let pattern = self.remote.as_ref().map(|remote| format!("refs/remotes/{}/", remote.name()));
        let refs = pattern
            .and_then(|pattern| remote::refs(&self.session.git, &[&pattern], self.session.watch()).ok());
        let tips = refs.into_iter().flatten().map(|found| found.oid);
        let tips = tips.filter(|tip| has_settings(*tip)).take(BASES);
        let steps = tips.flat_map(|tip| new.iter().map(move |update| (*update, Some(tip))));
        // Any branch that is there may be the one that the next clone trusts.
        let is_there = |update: &&&RefUpdate| {
            let here = commits_here(&self.session.objects, vec![update.old]);
            here.is_ok_and(|here| here.iter().any(|old| has_settings(*old)))
        };
        steps.chain(new.iter().filter(is_there).map(|update| (*update, None))).collect()
    }

    /// A branch may get what the remote has already, elsewhere: so it is the trees that are compared, and not what is
    /// listed.
    fn loosened_by(&self, update: &RefUpdate, tip: Option<ObjectId>) -> (Vec<Finding>, Vec<Gap>) {
        let nothing = (Vec::new(), Vec::new());
        let Some(common_dir) = self.common_dir.as_ref() else { return nothing };
        let name = escape(&update.name);
        let new = GitTree::new(&self.session.objects, update.new);
        // Git asked the remote a moment ago: that is what it has, whatever the tracking refs say.
        let said = commits_here(&self.session.objects, vec![update.old]).unwrap_or_default();
        let base = said.first().copied().or(tip);
        let old = base.map(|base| GitTree::new(&self.session.objects, base));
        if new.lookup(b".veto").is_ok_and(|new| new.is_none() && old.is_none())
            || old.as_ref().is_some_and(|old| old.lookup(b".veto").ok() == new.lookup(b".veto").ok())
        {
            return nothing;
        }
        let tree: &dyn Tree = old.as_ref().map_or(&loosened::Unknown, |old| old);
        let listed = OnceCell::new();
        let signers = || {
            let read = || trust::signers(Some((tree, name.as_str())), common_dir).map(|trust| trust.signers);
            listed.get_or_init(read).clone()
        };
        let tip = base.map(|base| base.to_string()).unwrap_or_default();
        let id = OnceCell::new();
        let named = self.policy().repository.as_deref();
        let repository = || id.get_or_init(|| repository::id(&self.session.git, named, &tip)).clone();
        let seen = Seen { common_dir, place: self.place.clone() };
        // What this clone saw last may be older than what the branch had since.
        let last_good = || {
            let before = base.map_or_else(Vec::new, |_| policies::before(&self.session.git, &tip));
            seen.last().into_iter().chain(before).collect()
        };
        let since = |path: &str| change::since(&self.session.git, &tip, path);
        let all = OnceCell::new();
        let versions = |path: &str| {
            let all = all.get_or_init(|| past::Versions::below(&self.session.git, None, &tip, ".veto"));
            all.as_ref()?.of(path)
        };
        loosened::findings(&loosened::Change {
            last_good: &last_good,
            is_known: old.is_some(),
            since: &since,
            versions: &versions,
            today: jiff::Zoned::now().date(),
            old: tree,
            new: &new,
            signers: &signers,
            repository: &repository,
        })
    }
}
