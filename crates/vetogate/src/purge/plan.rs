//! What a purge would do: which refs move to where, which work trees follow, what is replaced. Nothing is written yet.

use super::refs::text;
use super::remains::{self, Remains};
use super::rewrite::{Effects, Rewriter};
use super::scan::{Aim, Request, Seen, look};
use super::store::Store;
use super::targets::Targets;
use super::there::{self, There};
use super::worktrees::{self, Worktree};
use super::{PurgeError, Survey};
use crate::engine::findings::{Candidate, Redactor};
use crate::hooks::show;
use crate::report::RefUpdate;
use crate::source::published::Published;
use bstr::BString;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use vetogate_core::judge::Judged;
use vetogate_core::{Finding, GapKind, ObjectId, Place};

/// A ref that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its full name; of the HEAD of a work tree, as all work trees name it.
    pub name: String,
    /// From here.
    pub old: ObjectId,
    /// To here.
    pub new: ObjectId,
}

/// A finding, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The rule's title.
    pub title: String,
    /// Place, and commit where there is one.
    pub place: String,
    /// The match, masked.
    pub snippet: String,
    /// The fingerprint.
    pub fingerprint: String,
}

/// What would be done, and what can't be.
pub struct Plan {
    /// What is meant, for the scan afterwards.
    pub aim: Aim,
    /// The values.
    pub targets: Targets,
    /// Findings that are taken out.
    pub taken: Vec<Shown>,
    /// Findings in what a remote has.
    pub public: Vec<Shown>,
    /// What the remote that is pushed to has already.
    pub there: There,
    /// Where guessable values stay.
    pub remains: Remains,
    /// Findings in names of refs.
    pub in_refs: Vec<Shown>,
    /// Findings that are no values.
    pub others: Vec<Shown>,
    /// What was not looked at.
    pub unread: Vec<String>,
    /// Refs that move.
    pub moves: Vec<Move>,
    /// Work trees that follow.
    pub worktrees: Vec<(Worktree, ObjectId, ObjectId)>,
    /// Old and new ids of commits, in order.
    pub commits: Vec<(ObjectId, ObjectId)>,
    /// What the new commits build upon that stays.
    pub boundary: BTreeSet<ObjectId>,
    /// The new objects.
    pub store: Store,
    /// For people, masked.
    pub effects: Effects,
    /// Masks the values in whatever is said.
    pub redactor: Redactor,
}

impl Plan {
    /// Scans, and works out what has to be rewritten.
    ///
    /// # Errors
    /// When something can't be read, or can't be rewritten.
    pub fn make(survey: &Survey<'_>, request: &Request) -> Result<Self, PurgeError> {
        let aim = Aim::take(survey, request)?;
        let seen = look(survey, &aim)?;
        let all = everything(survey, &aim)?;
        let own: HashSet<ObjectId> = all.listing.commits.iter().map(|commit| commit.oid).collect();
        let there = there::look(survey, &aim, &seen)?;
        let mut sorted = Sorted::sort(&seen, seen.meant(&request.only, &there.found)?, &own);
        sorted.elsewhere(survey, &seen, &all);
        let targets = Targets::choose(&sorted.taken_candidates, sorted.fingerprints);
        let redactor = Redactor::new(&seen.candidates);
        let mut rewriter = Rewriter::new(survey, &targets);
        let mut moves = Vec::new();
        if !targets.is_empty() {
            rewriter.commits(&all.listing)?;
            moves = moved(&mut rewriter, &all.refs)?;
        }
        let heads = follow(survey, &rewriter.commits, &mut moves)?;
        let remains = if moves.is_empty() {
            Remains::default()
        } else {
            remains::find(survey, &seen, &targets, &rewriter, &redactor)?
        };
        let commits = rewriter.order.iter().map(|old| (*old, rewriter.commits[old])).collect();
        let Rewriter { store, boundary, effects, .. } = rewriter;
        Ok(Self {
            aim,
            taken: sorted.taken,
            there: there.without(&request.only, &sorted.public),
            public: sorted.public,
            remains,
            in_refs: sorted.in_refs,
            others: sorted.others,
            unread: unread(&seen),
            moves,
            worktrees: heads,
            commits,
            boundary,
            store,
            effects: masked(effects, &redactor),
            redactor,
            targets,
        })
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// What forbids it.
    ///
    /// # Errors
    /// The first reason.
    pub fn check(&self, survey: &Survey<'_>) -> Result<(), PurgeError> {
        if let Some(first) = self.in_refs.first() {
            return Err(PurgeError::Refused(format!(
                "a secret stands in the name of a ref, {}: give it another name first (git branch -m OLD NEW, or git \
                 tag NEW OLD and git tag -d OLD)",
                first.place
            )));
        }
        worktrees::check(&survey.worktrees)?;
        match self.worktrees.iter().find(|(worktree, ..)| worktree.is_missing) {
            Some((worktree, ..)) => Err(PurgeError::Refused(format!(
                "the work tree {} is not there, and its index would bring the secret back: mount it, or run `git \
                 worktree prune`",
                show(&worktree.path)
            ))),
            None => Ok(()),
        }
    }
}

/// All commits that may be rewritten: those behind any ref that may move, without what others have.
fn everything(survey: &Survey<'_>, aim: &Aim) -> Result<Published, PurgeError> {
    let session = survey.session;
    let mut refs: BTreeMap<BString, ObjectId> =
        survey.refs.movable().map(|found| (found.name.clone(), found.oid)).collect();
    for update in aim.updates(survey)?.into_iter().filter(|update| update.name != "HEAD") {
        refs.insert(update.name, update.new);
    }
    for worktree in survey.worktrees.iter().filter(|worktree| worktree.branch.is_none()) {
        refs.insert(worktree.head_name().into(), worktree.head);
    }
    let updates = refs.into_iter().map(|(name, new)| RefUpdate { name, old: new, new }).collect();
    let mut all = Published::peel(updates, &session.objects)?;
    all.list(&session.git, &session.objects, survey.public.tips(), None, session.watch())?;
    match all.unlisted.first() {
        Some(gap) => Err(PurgeError::Unread(gap.detail.clone())),
        None => Ok(all),
    }
}

/// The findings, by what can be done about them.
#[derive(Default)]
struct Sorted {
    taken: Vec<Shown>,
    taken_candidates: Vec<Candidate>,
    fingerprints: HashSet<String>,
    public: Vec<Shown>,
    in_refs: Vec<Shown>,
    others: Vec<Shown>,
}

/// Where a value stands, by what can be done about it.
#[derive(Default)]
struct Hits<'a> {
    takable: Vec<&'a Candidate>,
    is_public: bool,
}

impl Sorted {
    /// A guessable value is only taken out where it was found, so it has to be looked for in the other branches that
    /// move along: else what they build upon a commit would bring it back.
    fn elsewhere(&mut self, survey: &Survey<'_>, seen: &Seen, all: &Published) {
        let listed: HashSet<ObjectId> =
            seen.published.listing.commits.iter().map(|commit| commit.oid).collect();
        let is_more = all.listing.commits.iter().any(|commit| !listed.contains(&commit.oid));
        if is_more && self.taken_candidates.iter().any(|candidate| candidate.hit.guessable) {
            let (_, more) = survey.session.with_candidates(all, &[], &[], None);
            let is_taken = |candidate: &Candidate| self.fingerprints.contains(&candidate.fingerprint());
            self.taken_candidates.extend(more.into_iter().filter(is_taken));
        }
    }

    fn sort(seen: &Seen, meant: Vec<&Judged>, own: &HashSet<ObjectId>) -> Self {
        let mut sorted = Self::default();
        let is_own = |index: &usize| {
            seen.published.listing.commits.get(*index).is_some_and(|commit| own.contains(&commit.oid))
        };
        let mut hits: BTreeMap<String, Hits<'_>> = BTreeMap::new();
        // Code is mended, and not masked.
        for candidate in seen.candidates.iter().filter(|candidate| !candidate.hit.is_shown) {
            let hits = hits.entry(candidate.fingerprint()).or_default();
            let is_open = candidate.commits.is_empty() || candidate.commits.iter().any(is_own);
            match candidate.place {
                Place::RefName(_) => {}
                _ if is_open => hits.takable.push(candidate),
                _ => hits.is_public = true,
            }
        }
        for judged in meant {
            let finding = &judged.finding;
            let shown = shown(finding);
            match hits.get(&finding.fingerprint) {
                _ if matches!(finding.location.place, Place::RefName(_)) => sorted.in_refs.push(shown),
                None => sorted.others.push(shown),
                Some(hits) if hits.takable.is_empty() => sorted.public.push(shown),
                Some(hits) => {
                    // The same value, also in what another remote has.
                    if hits.is_public {
                        sorted.public.push(shown.clone());
                    }
                    sorted.taken.push(shown);
                    // A value that stands in many places has one fingerprint.
                    if sorted.fingerprints.insert(finding.fingerprint.clone()) {
                        sorted.taken_candidates.extend(hits.takable.iter().map(|hit| (*hit).clone()));
                    }
                }
            }
        }
        sorted
    }
}

/// A finding as it may be shown.
pub fn shown(finding: &Finding) -> Shown {
    let location = &finding.location;
    let place = match (&location.place, location.commit) {
        (Place::File(path), Some(commit)) => {
            format!("{path}:{} in commit {}", location.span.line, commit.short())
        }
        (Place::File(path), None) => format!("{path}:{}", location.span.line),
        (Place::FileName(path), Some(commit)) => format!("the name {path} in commit {}", commit.short()),
        (Place::Message(oid), _) => format!("the message of commit {}", oid.short()),
        (Place::Author(oid), _) => format!("the headers of commit {}", oid.short()),
        (Place::Tag(name), _) => format!("tag {name}"),
        (Place::RefName(name), _) => name.clone(),
        (place, _) => place.to_string(),
    };
    Shown {
        title: finding.rule.title.clone(),
        place,
        snippet: finding.snippet.clone(),
        fingerprint: finding.fingerprint.clone(),
    }
}

/// The refs that point at something else now. A HEAD without a branch moves by itself.
fn moved(rewriter: &mut Rewriter<'_>, refs: &[RefUpdate]) -> Result<Vec<Move>, PurgeError> {
    let mut moves = Vec::new();
    for found in refs {
        let new = rewriter.tip(found.new, &found.name)?;
        if new != found.new {
            moves.push(Move { name: text(&found.name)?, old: found.new, new });
        }
    }
    Ok(moves)
}

/// The work trees whose commit is another one now.
fn follow(
    survey: &Survey<'_>,
    commits: &BTreeMap<ObjectId, ObjectId>,
    moves: &mut [Move],
) -> Result<Vec<(Worktree, ObjectId, ObjectId)>, PurgeError> {
    let mut heads = Vec::new();
    for worktree in &survey.worktrees {
        let Some(&new) = commits.get(&worktree.head) else { continue };
        if worktree
            .branch
            .as_ref()
            .is_some_and(|branch| !moves.iter().any(|one| *branch == one.name.as_str()))
        {
            return Err(PurgeError::Refused(format!(
                "the work tree {} is on a ref that is not moved by itself; name that ref",
                show(&worktree.path)
            )));
        }
        heads.push((worktree.clone(), worktree.head, new));
    }
    moves.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(heads)
}

fn unread(seen: &Seen) -> Vec<String> {
    let gaps = seen.report.gaps.iter().filter(|gap| gap.kind == GapKind::Unread);
    gaps.map(|gap| gap.detail.clone()).collect()
}

/// Paths may hold the values.
fn masked(effects: Effects, redactor: &Redactor) -> Effects {
    let mask = |text: String| redactor.mask(&text);
    Effects {
        files: effects.files.into_iter().map(|(path, effect)| (mask(path), effect)).collect(),
        renamed: effects.renamed.into_iter().map(|(old, new)| (mask(old), mask(new))).collect(),
        large: effects.large.into_iter().map(mask).collect(),
        ..effects
    }
}
