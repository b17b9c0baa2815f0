//! Remotes whose history is public, by the word of the machine or of the user (`[[public]]`): what they have warns
//! instead of vetoing, as in a fork that is brought up to date.

use super::tracking::is_tracking;
use crate::deadline::Watch;
use crate::engine::findings::Candidate;
use crate::git::catfile::finish;
use crate::git::command::{Git, GitError};
use crate::git::remote::{self, CONFIG, Ref, Remotes, absolute, is_same_place};
use crate::pins;
use bstr::ByteSlice as _;
use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use vetogate_core::text::escape;
use vetogate_core::{Gap, GapCause, Novelty, ObjectId, Place};

/// A public remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Where it is, as it may be shown.
    pub place: String,
    /// What it has.
    pub tips: Vec<ObjectId>,
}

/// The remotes of this clone that are at one of `urls`, with what was fetched from them; and a gap for each of which
/// nothing is believed, for it was not pinned.
///
/// # Errors
/// When git or the pins can't be read.
pub fn find(
    git: &Git,
    common_dir: &Path,
    urls: &[String],
    watch: &Watch,
) -> anyhow::Result<(Vec<Upstream>, Vec<Gap>)> {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    if urls.is_empty() {
        return Ok((found, gaps));
    }
    let remotes = Remotes::parse(&git.read(CONFIG).unwrap_or_default());
    let pins = pins::read(common_dir)?;
    let refs = remote::refs(git, &["refs/remotes/"], watch)?;
    for name in remotes.fetching() {
        let Some(url) = remotes.fetched(name).map(|url| absolute(&url, Path::new("."))) else { continue };
        let is_there = |named: &String| is_same_place(&pins::shown(named), &pins::shown(&url));
        if !urls.iter().any(is_there) {
            continue;
        }
        if remotes.pushes_elsewhere(name) {
            let name = escape(name.as_bytes());
            let detail = format!(
                "the policy calls {name} public, and pushes of it go elsewhere (pushurl), so its refs do not tell what it has"
            );
            gaps.push(Gap::partial(GapCause::Pins, Place::Run("public".into()), detail));
            continue;
        }
        match pins.pin(name).filter(|pin| pin.is_at(&url)) {
            Some(pin) => {
                let tells = |found: &&Ref| {
                    is_tracking(&remotes, name, found) && !pin.is_stale(&found.name, found.oid)
                };
                let tips = refs.iter().filter(tells).map(|found| found.oid).collect();
                found.push(Upstream { place: pins::shown(&url), tips });
            }
            None => {
                let name = escape(name.as_bytes());
                let detail = format!(
                    "the policy calls {name} public, and it was not pinned; run `veto doctor --pin` and `git fetch {name}`"
                );
                gaps.push(Gap::partial(GapCause::Pins, Place::Run("public".into()), detail));
            }
        }
    }
    Ok((found, gaps))
}

/// What came to be in commits of a public remote alone was published there. What can't be asked stays new.
pub fn classify(
    git: &Git,
    watch: &Watch,
    upstreams: &[Upstream],
    (tips, commits): (&[ObjectId], &dyn Fn(usize) -> Option<ObjectId>),
    candidates: &mut [Candidate],
) {
    let is_new = |candidate: &Candidate| candidate.novelty == Novelty::Introduced;
    for upstream in upstreams {
        if watch.is_over() || !candidates.iter().any(is_new) {
            return;
        }
        let Ok(own) = beside(git, tips, &upstream.tips, watch) else { return };
        for candidate in candidates.iter_mut().filter(|candidate| is_new(candidate)) {
            let is_theirs = |&index: &usize| commits(index).is_some_and(|commit| !own.contains(&commit));
            if !candidate.commits.is_empty() && candidate.commits.iter().all(is_theirs) {
                candidate.novelty = Novelty::CopiedFrom(upstream.place.clone());
            }
        }
    }
}

/// The commits behind `tips` that are not behind `others`.
fn beside(
    git: &Git,
    tips: &[ObjectId],
    others: &[ObjectId],
    watch: &Watch,
) -> Result<HashSet<ObjectId>, GitError> {
    let mut child =
        git.command(["rev-list", "--stdin"]).stdin(Stdio::piped()).spawn().map_err(GitError::Start)?;
    if let Some(mut input) = child.stdin.take() {
        let lines = tips.iter().map(ToString::to_string).chain(others.iter().map(|oid| format!("^{oid}")));
        // Git that has ended says why by its exit code.
        let _ = input.write_all(lines.map(|line| line + "\n").collect::<String>().as_bytes());
    }
    let output = finish("rev-list", child, watch)?;
    Ok(output.lines().filter_map(|line| ObjectId::from_hex(line).ok()).collect())
}
