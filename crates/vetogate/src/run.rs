//! One run, from a source to a report: the map of the program.

mod clocks;
mod doubled;
mod ignores;
mod kept;
mod late;
mod leaks;
mod masses;
mod notes;
mod outcome;

use crate::deadline::Watch;
use crate::engine::findings::{Candidate, Redactor};
use crate::engine::inline::Inline;
use crate::engine::workers::look;
use crate::engine::{Item, Looked, Scope, Source, debt, state};
use crate::git::catfile::CatFile;
use crate::git::command::Git;
use crate::git::listing::{Listing, RawEntry};
use crate::git::tree::GitTree;
use crate::report::{Counts, RefUpdate, Report};
use crate::source::published::Published;
use crate::source::upstream;
use crate::triage::known::Triage;
use clocks::Clocks;
use kept::Kept;
pub use outcome::Outcome;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use vetogate_core::judge::{Accepted, Case, judge};
use vetogate_core::suppress::{Standing, Subject, Suppression};
use vetogate_core::{
    Category, Confidence, Finding, Gap, GapKind, Novelty, ObjectId, Packs, Policy, Posture, Tree,
};
use vetogate_detect::registry;

/// What the user asked for, whatever the source.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Only these categories; empty for all.
    pub only: Vec<Category>,
    /// Not these.
    pub skip: Vec<Category>,
    /// At least this posture.
    pub posture: Option<Posture>,
    /// Most workers; 0 for as many as there are processors.
    pub threads: usize,
}

impl Wish {
    fn wants(&self, category: Category) -> bool {
        (self.only.is_empty() || self.only.contains(&category)) && !self.skip.contains(&category)
    }

    /// Whether any rule of a leak is wanted; else no content is looked at, nor counted as if it were.
    fn wants_leaks(&self, packs: Packs) -> bool {
        let is_whole = self.only.is_empty() && self.skip.is_empty();
        is_whole || registry::leaks(packs).iter().any(|rule| self.wants(rule.category))
    }
}

/// What is the same in every run: the repository, its reader, the clock.
pub struct Session<'a> {
    /// The repository (or any folder, for sources without one).
    pub git: Git,
    /// The one reader of objects of this thread.
    pub objects: RefCell<CatFile>,
    /// What the user asked for.
    pub wish: Wish,
    /// Called with the bytes of each thing looked at.
    pub on_item: &'a (dyn Fn(u64) + Sync),
    /// What decides which rules run. Until one is known, none of a pack does.
    policy: RefCell<Policy>,
    clocks: Clocks,
    kept: RefCell<Kept>,
    /// How many hits are kept.
    hits: AtomicUsize,
    timestamp: jiff::Timestamp,
}

/// How many things there were, but for those that went away meanwhile, and how many of them were looked at whole.
#[derive(Debug, Clone, Copy)]
struct Seen {
    all: u64,
    whole: u64,
}

impl Counts {
    fn files(&mut self, seen: Seen) {
        self.total_files += seen.all;
        self.scanned_files += seen.whole;
    }
}

/// What a report says beside the outcome.
#[derive(Debug, Clone)]
pub struct Context {
    /// Name of the project.
    pub project: String,
    /// The refs of a push.
    pub refs: Vec<RefUpdate>,
    /// The id of the push.
    pub push_id: Option<String>,
    /// The policy in force.
    pub policy: Policy,
    /// What an override of this push accepts.
    pub accepted: Option<Accepted>,
    /// What is known of triage.
    pub triage: Triage,
    /// What else is to be said.
    pub notes: Vec<String>,
    /// Whether everything was looked at: only then does it say something that an exclusion matched nothing.
    pub is_whole: bool,
}

impl<'a> Session<'a> {
    /// Begins; the clock of the limit runs from here.
    pub fn begin(git: Git, wish: Wish, limit: Option<Duration>, on_item: &'a (dyn Fn(u64) + Sync)) -> Self {
        let clocks = Clocks::since(Instant::now(), limit);
        let objects = RefCell::new(CatFile::new(git.clone(), clocks.watch.clone()));
        Self {
            git,
            objects,
            wish,
            on_item,
            policy: RefCell::default(),
            clocks,
            kept: RefCell::default(),
            hits: AtomicUsize::new(0),
            timestamp: jiff::Timestamp::now(),
        }
    }

    /// Goes by this policy from here on: the one place where packs are switched on. Whether rules run now that did not
    /// before, or the other way round.
    pub fn obey(&self, policy: &Policy) -> bool {
        let before = self.policy.replace(policy.clone());
        let is_other = before.packs != policy.packs;
        if is_other {
            *self.kept.borrow_mut() = Kept::default();
        }
        is_other
    }

    fn low_counts(&self) -> bool {
        self.policy.borrow().min_confidence == Confidence::Low
    }

    fn packs(&self) -> Packs {
        self.policy.borrow().packs
    }

    /// Begins the clock again, with the limit of a policy that was read meanwhile.
    pub fn limit(&mut self, limit: Duration) {
        if self.clocks.limit.is_some_and(|known| known != limit) {
            self.clocks = Clocks::since(self.clocks.started, Some(limit));
            self.objects = RefCell::new(CatFile::new(self.git.clone(), self.clocks.watch.clone()));
        }
    }

    /// The limit, in whole seconds; 0 where there is none.
    pub fn seconds(&self) -> u64 {
        self.clocks.limit.map_or(0, |limit| limit.as_secs())
    }

    /// The handle on the limit.
    pub fn watch(&self) -> &Watch {
        &self.clocks.watch
    }

    fn scope<'s>(&'s self, watch: &'s Watch) -> Scope<'s> {
        let (threads, is_limited) = (self.wish.threads, self.clocks.limit.is_some());
        let (packs, low_counts, kept) = (self.packs(), self.low_counts(), &self.hits);
        Scope { git: &self.git, watch, threads, is_limited, packs, low_counts, kept, on_item: self.on_item }
    }

    /// Looks at what was not looked at before; answers stand in the order of the items.
    fn look(&self, items: &[Item]) -> Vec<Looked> {
        let mut kept = self.kept.borrow_mut();
        let mut answers: Vec<Option<Looked>> = items.iter().map(|item| kept.get(item)).collect();
        let open: Vec<usize> = (0..items.len()).filter(|&index| answers[index].is_none()).collect();
        let asked: Vec<&Item> = open.iter().map(|&index| &items[index]).collect();
        let mut objects = self.objects.borrow_mut();
        let before = objects.watched_by(&self.clocks.looking);
        let looked = look(&self.scope(&self.clocks.looking), &mut objects, &asked);
        objects.watched_by(&before);
        for (index, looked) in open.into_iter().zip(looked) {
            kept.keep(&items[index], &looked);
            answers[index] = Some(looked);
        }
        answers.into_iter().flatten().collect()
    }

    /// Looks at what is published. `bases` are commits of the other side that the push builds upon, nearest first;
    /// `others` are more that it has.
    pub fn published(
        &self,
        published: &Published,
        bases: &[ObjectId],
        others: &[ObjectId],
        lfs: Option<&Path>,
    ) -> Outcome {
        self.with_candidates(published, bases, others, lfs).0
    }

    /// As [`published`](Self::published), with the hits that the findings were made of: for whoever takes them out.
    pub fn with_candidates(
        &self,
        published: &Published,
        bases: &[ObjectId],
        others: &[ObjectId],
        lfs: Option<&Path>,
    ) -> (Outcome, Vec<Candidate>) {
        self.hits.store(0, Ordering::Relaxed);
        let gaps = [&published.gaps[..], &published.unlisted[..]].concat();
        let mut outcome = Outcome { gaps, ..Outcome::default() };
        let mut candidates = Vec::new();
        if self.wish.wants_leaks(self.packs()) {
            // What may be large comes last.
            self.names(published, &mut candidates, &mut outcome);
            self.words(published, &mut candidates, &mut outcome);
            self.blobs(published, lfs, &mut candidates, &mut outcome);
        }
        self.fit(&mut candidates, |candidate| &candidate.hit, &mut outcome);
        self.say_once(&mut candidates);
        self.at_tips(published, &mut candidates);
        let mut trees = bases.to_vec();
        trees.extend(others.iter().filter(|other| !bases.contains(other)));
        // What was there before has room of its own, or old debt would count as new.
        self.hits.store(0, Ordering::Relaxed);
        debt::classify(&self.scope(&self.clocks.watch), &self.objects, published, &trees, &mut candidates);
        notes::place(published, &mut candidates);
        let commit = |index: usize| published.listing.commits.get(index).map(|commit| commit.oid);
        let (watch, tips) = (&self.clocks.watch, &published.tips[..]);
        upstream::classify(&self.git, watch, &published.upstreams, (tips, &commit), &mut candidates);
        let redactor = Redactor::new(&candidates);
        outcome.take(candidates.clone(), &commit);
        outcome.tips.clone_from(&published.tips);
        self.state_of_tips(published, bases, &mut outcome);
        self.say_late(&mut outcome, &published.listing.commits);
        outcome.mask(redactor);
        (outcome, candidates)
    }

    /// Counts what was looked at; a content that was looked at for two kinds of path is one.
    fn count(&self, looked: Vec<Looked>, items: &[Item], outcome: &mut Outcome) -> Seen {
        outcome.late.all += items.len();
        let mut wholes = HashMap::new();
        for (index, (looked, item)) in looked.into_iter().zip(items).enumerate() {
            if looked.out_of_time {
                outcome.late.miss(&item.place);
            }
            if !looked.vanished {
                let source = Some(&item.source).filter(|source| !matches!(source, Source::Bytes(_)));
                let key = (source, if source.is_none() { index } else { 0 });
                *wholes.entry(key).or_insert(true) &= looked.is_whole();
            }
            outcome.counts.bytes += looked.bytes;
            outcome.gaps.extend(looked.gap);
        }
        let whole = wholes.values().filter(|is_whole| **is_whole).count() as u64;
        outcome.counts.objects += whole;
        Seen { all: wholes.len() as u64, whole }
    }

    fn state_of_tips(&self, published: &Published, bases: &[ObjectId], outcome: &mut Outcome) {
        let changes = state::changes(&published.listing.entries);
        if changes.is_empty() {
            return;
        }
        if self.clocks.watch.is_over() {
            // Git has ended with the time: every object would seem to be missing.
            outcome.late.missed += published.tips.len();
            outcome.late.all += published.tips.len();
            return;
        }
        let mut found = Vec::new();
        for &tip in &published.tips {
            let (findings, gaps) = state::of_commit(&self.objects, tip, bases, &changes);
            found.extend(findings);
            outcome.gaps.extend(gaps.into_iter().filter(|gap| published.brings(gap)));
        }
        dedupe(&mut found);
        outcome.findings.extend(found);
    }

    /// Looks at files on disk; everything in them counts as new.
    pub fn files(&self, files: &crate::source::worktree::Files, tree: &dyn Tree) -> Outcome {
        let mut outcome = Outcome { gaps: files.gaps.clone(), ..Outcome::default() };
        let mut candidates = Vec::new();
        if self.wish.wants_leaks(self.packs()) {
            let seen = self.simple(&files.items, &mut candidates, &mut outcome);
            outcome.counts.files(seen);
            self.names_of_files(files, &mut candidates, &mut outcome);
        }
        self.say_late(&mut outcome, &[]);
        let redactor = Redactor::new(&candidates);
        self.say_once(&mut candidates);
        outcome.take(candidates, &|_| None);
        let (found, gaps) = state::faults(tree, &[], &files.changes);
        outcome.findings.extend(found);
        outcome.gaps.extend(gaps);
        outcome.mask(redactor);
        outcome
    }

    /// Looks at what is staged: the new sides of `entries`, against HEAD.
    pub fn staged(&self, entries: Vec<RawEntry>, head: Option<ObjectId>, index: &dyn Tree) -> Outcome {
        let listing = Listing { commits: Vec::new(), entries };
        let published = Published { listing, ..Published::default() };
        let bases: Vec<ObjectId> = head.into_iter().collect();
        let mut outcome = Outcome::default();
        let mut candidates = Vec::new();
        if self.wish.wants_leaks(self.packs()) {
            self.blobs(&published, None, &mut candidates, &mut outcome);
            self.names(&published, &mut candidates, &mut outcome);
        }
        self.say_late(&mut outcome, &[]);
        candidates.iter_mut().for_each(|candidate| candidate.commits.clear());
        self.say_once(&mut candidates);
        debt::classify(&self.scope(&self.clocks.watch), &self.objects, &published, &bases, &mut candidates);
        let redactor = Redactor::new(&candidates);
        outcome.take(candidates, &|_| None);
        let trees: Vec<GitTree<'_>> = bases.iter().map(|&base| GitTree::new(&self.objects, base)).collect();
        let trees: Vec<&dyn Tree> = trees.iter().map(|tree| tree as &dyn Tree).collect();
        let (found, gaps) = state::faults(index, &trees, &state::changes(&published.listing.entries));
        outcome.findings.extend(found);
        outcome.gaps.extend(gaps);
        outcome.mask(redactor);
        outcome
    }

    /// Judges, and makes the report.
    pub fn report(&self, mut outcome: Outcome, context: Context) -> Report {
        let Context { project, refs, push_id, policy, accepted, triage, notes: said, is_whole } = context;
        outcome.findings.retain(|finding| self.wish.wants(finding.rule.category));
        outcome.gaps.sort();
        outcome.gaps.dedup();
        let today = jiff::Zoned::now().date();
        let ended = answered_for(&mut outcome.gaps, &triage.accepted, today);
        let posture = self.wish.posture.map_or(policy.posture, |asked| asked.max(policy.posture));
        let ignores = if policy.inline_allowed { &outcome.ignores[..] } else { &[] };
        let suppressions = [&triage.suppressions[..], &policy.exclusions[..], ignores].concat();
        let ignore_notes = outcome.ignore_notes(&policy);
        let case = Case {
            findings: outcome.findings,
            gaps: &outcome.gaps,
            posture,
            suppressions: &suppressions,
            accepted: accepted.as_ref(),
            policy: &policy,
            today,
        };
        let verdict = judge(case);
        let mut notes = [said, triage.notes, ended, ignore_notes].concat();
        notes.extend(unused(&verdict.uses, &suppressions, is_whole, today));
        notes.extend(policy.unknown_rules(|| registry::rules().iter().map(|rule| rule.id.clone()).collect()));
        Report {
            project,
            rules_digest: registry::digest(),
            posture,
            posture_evidence: Vec::new(),
            verdict,
            gaps: outcome.gaps,
            suppressions,
            notes,
            refs,
            counts: outcome.counts,
            policy_source: policy.source.clone(),
            rules_off: rules_off(&policy),
            policy_digest: policy.digest.clone(),
            push_id,
            override_code: None,
            override_proof: None,
            elapsed: self.clocks.started.elapsed(),
            timestamp: self.timestamp,
        }
    }
}

/// What somebody answers for was not looked at whole all the same, and is said.
fn answered_for(
    gaps: &mut [Gap],
    accepted: &[(ObjectId, Suppression)],
    today: jiff::civil::Date,
) -> Vec<String> {
    for gap in gaps.iter_mut().filter(|gap| gap.kind == GapKind::Unread) {
        let is_it =
            |(blob, word): &&(ObjectId, Suppression)| gap.object == Some(*blob) && !word.is_expired(today);
        let Some((_, word)) = accepted.iter().find(is_it) else { continue };
        let (who, until) = (word.who.as_deref().unwrap_or_default(), word.until.unwrap_or(today));
        gap.kind = GapKind::Partial;
        gap.detail = format!("{}; {}: {}, {who}, until {until}", gap.detail, word.source, word.reason);
    }
    let ended = accepted.iter().filter(|(_, word)| word.is_expired(today));
    ended.map(|(_, word)| format!("{}: this entry has ended; renew it or take it out", word.source)).collect()
}

/// How many rules a policy switches off.
fn rules_off(policy: &Policy) -> u64 {
    if policy.rules.iter().all(|setting| setting.enabled != Some(false)) {
        return 0;
    }
    let is_off = |id: &str| policy.packs.allow(id) && !policy.runs(id);
    registry::rules().iter().filter(|rule| is_off(&rule.id)).count() as u64
}

/// What is written beside a finding counts for little: whoever pushes it wrote it.
fn ignore(finding: &Finding, inline: &Inline) -> Suppression {
    let (place, line) = (finding.location.place.clone(), finding.location.span.line);
    let reason = if inline.reason.is_empty() { "no reason is given" } else { inline.reason.as_str() };
    Suppression {
        source: format!("{place}:{line}"),
        subject: Subject::Line { fingerprint: finding.fingerprint.clone(), place, line },
        standing: Standing::Brought,
        who: None,
        reason: format!("{}: {reason}", inline.form),
        until: None,
    }
}

/// Exclusions that matched nothing, or have ended.
fn unused(
    uses: &[usize],
    suppressions: &[Suppression],
    is_whole: bool,
    today: jiff::civil::Date,
) -> Vec<String> {
    let note = |(suppression, uses): (&Suppression, &usize)| {
        let what = suppression.subject.as_str();
        if suppression.is_expired(today) {
            Some(format!("{}: this {what} has ended; renew it or take it out", suppression.source))
        } else if *uses == 0 && matches!(suppression.subject, Subject::Line { .. }) {
            Some(format!("{}: this {what} counts for medium and low findings alone", suppression.source))
        } else if *uses == 0 && is_whole && suppression.standing == Standing::Trusted {
            Some(format!("{}: this {what} matched nothing in this run", suppression.source))
        } else {
            None
        }
    };
    suppressions.iter().zip(uses).filter_map(note).collect()
}

/// Several tips can have one fault.
fn dedupe(findings: &mut Vec<Finding>) {
    findings.sort_by(Finding::order);
    findings.dedup_by(|a, b| {
        let same = a.fingerprint == b.fingerprint && a.location.place == b.location.place;
        // What is new at one tip is new, whatever it is at another.
        if same && a.novelty == Novelty::Introduced {
            b.novelty = Novelty::Introduced;
        }
        same
    });
}
