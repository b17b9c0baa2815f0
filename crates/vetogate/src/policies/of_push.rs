//! The policy of a push, by where it goes and what this clone knows of that place.

use super::layers::Layers;
use super::seen::Seen;
use super::{before, of_remote};
use crate::git::catfile::CatFile;
use crate::git::command::Git;
use crate::git::tree::GitTree;
use crate::source::alias::Alias;
use std::cell::RefCell;
use std::path::Path;
use vetogate_core::{Gap, ObjectId, Policy};

/// What the policy of a push is read with.
pub struct Reader<'a> {
    /// The repository.
    pub git: &'a Git,
    /// Its objects.
    pub objects: &'a RefCell<CatFile>,
    /// Its common git folder.
    pub common_dir: &'a Path,
    /// Where is pushed to, as it may be shown.
    pub place: String,
    /// What holds on this machine.
    pub layers: &'a Layers,
}

impl Reader<'_> {
    /// The policy of the trusted branch. One that is broken is no dead end: the last good one that this clone saw, or
    /// the strict one, holds, whichever is stricter. Where nothing is trusted, the strictest holds that is known of
    /// another place: a push to an address must not be worth more than one to the remote.
    pub fn read(&self, trusted: Option<&(ObjectId, String)>) -> (Policy, Option<Gap>) {
        let (policy, gap) = match trusted {
            Some((tip, name)) => self.trusted(*tip, name),
            None => (self.elsewhere(), None),
        };
        (self.layers.over(policy), gap)
    }

    fn trusted(&self, tip: ObjectId, name: &str) -> (Policy, Option<Gap>) {
        let tree = GitTree::new(self.objects, tip);
        let seen = Seen { common_dir: self.common_dir, place: self.place.clone() };
        seen.keep_signers(&tree, name);
        match of_remote(&tree, name) {
            (policy, None) => {
                // The built-in one needs no keeping.
                if policy.digest != Policy::default().digest {
                    seen.keep(&tree, &policy);
                }
                (policy, None)
            }
            (broken, gap) => {
                let before = || before(self.git, &tip.to_string());
                let last =
                    seen.last().or_else(|| before().into_iter().reduce(|last, older| last.tighten(&older)));
                (last.map_or(broken, |last| Policy::fallback_after(&last)), gap)
            }
        }
    }

    fn elsewhere(&self) -> Policy {
        let at = |alias: &Alias| of_remote(&GitTree::new(self.objects, alias.tip), &alias.name);
        let fetched = Alias::all(self.git, self.common_dir);
        let fetched = fetched.iter().map(at).filter(|(_, gap)| gap.is_none()).map(|(policy, _)| policy);
        let known = fetched.chain(Seen::everywhere(self.common_dir));
        let built_in = Policy::default();
        let mut digests = vec![built_in.digest.clone()];
        known.fold(built_in, |policy, other| {
            if digests.contains(&other.digest) {
                return policy;
            }
            digests.push(other.digest.clone());
            policy.tighten(&other)
        })
    }
}
