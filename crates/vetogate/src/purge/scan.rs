//! What is found in what would be pushed: the hook's own judgement, with the values at hand.

use super::plan::Shown;
use super::refs::text;
use super::{PurgeError, Survey};
use crate::engine::findings::Candidate;
use crate::gate::triage_of;
use crate::git::remote::{CONFIG, Ref, Remotes, absolute, lfs_folder};
use crate::pins;
use crate::policies::layers::Layers;
use crate::policies::of_push;
use crate::report::{RefUpdate, Report};
use crate::run::Context;
use crate::source::published::Published;
use crate::source::push::{Folders, Push, TrackingRefs};
use bstr::BString;
use vetogate_core::judge::{Action, Judged};
use vetogate_core::{Gap, ObjectId, Policy, RemoteView as _};

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The remote that is meant.
    pub remote: Option<String>,
    /// Branches and tags; the current branch where none is named.
    pub refs: Vec<String>,
    /// All of them.
    pub all: bool,
    /// Only findings with these fingerprints, or beginnings of them.
    pub only: Vec<String>,
}

/// What would be pushed, and to where.
#[derive(Debug, Clone)]
pub struct Aim {
    /// The remote; `None` where there is none, or all of them are meant.
    pub remote: Option<String>,
    /// The remote whose policy counts.
    pub policy: Option<String>,
    /// Names of the refs; `HEAD` where it is detached.
    pub names: Vec<BString>,
}

/// What was seen.
pub struct Seen {
    /// What would be published.
    pub published: Published,
    /// Every hit.
    pub candidates: Vec<Candidate>,
    /// What the hook would make of it.
    pub report: Report,
    /// The policy that it went by.
    policy: Policy,
    /// The commit of the trusted branch, and its name.
    trusted: Option<(ObjectId, String)>,
}

impl Aim {
    /// From what the user asked for.
    ///
    /// # Errors
    /// When there is no such ref or remote, or nothing is checked out.
    pub fn take(survey: &Survey<'_>, request: &Request) -> Result<Self, PurgeError> {
        let name = |found: &Ref| found.name.clone();
        if request.all {
            let mut names: Vec<BString> = survey.refs.movable().map(name).collect();
            if survey.refs.head().is_none() {
                names.push("HEAD".into());
            }
            return Ok(Self { remote: None, policy: remote(survey, None, &names)?, names });
        }
        let names = if request.refs.is_empty() {
            vec![survey.refs.head().cloned().unwrap_or_else(|| "HEAD".into())]
        } else {
            survey.refs.named(survey.place, &request.refs)?.iter().map(name).collect()
        };
        let remote = remote(survey, request.remote.as_deref(), &names)?;
        Ok(Self { policy: remote.clone(), remote, names })
    }

    /// The updates of a push of these refs as they are now.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn updates(&self, survey: &Survey<'_>) -> Result<Vec<RefUpdate>, PurgeError> {
        let mut updates = Vec::new();
        for name in &self.names {
            let answer = survey.session.git.read_line(["rev-parse", "-q", "--verify", &text(name)?])?;
            let Some(new) = answer.and_then(|id| id.parse::<ObjectId>().ok()) else { continue };
            let there = self.remote.as_ref().and_then(|remote| survey.public.at(remote, name));
            let old = there.or_else(|| null(new)).unwrap_or(new);
            updates.push(RefUpdate { name: name.clone(), old, new });
        }
        Ok(updates)
    }
}

fn null(like: ObjectId) -> Option<ObjectId> {
    "0".repeat(2 * like.as_bytes().len()).parse().ok()
}

/// The remote that a push would go to (git-push: `branch.*.pushRemote`, `remote.pushDefault`, `branch.*.remote`,
/// `origin`, the only one).
fn remote(survey: &Survey<'_>, asked: Option<&str>, names: &[BString]) -> Result<Option<String>, PurgeError> {
    let remotes = survey.place.remotes()?;
    if let Some(asked) = asked {
        let known = remotes.iter().find(|remote| remote.as_str() == asked).cloned();
        let shown = vetogate_core::text::escape(asked.as_bytes());
        let unknown = || PurgeError::Refused(format!("{shown} is no remote of this clone; see `git remote`"));
        return Ok(Some(known.ok_or_else(unknown)?));
    }
    let branch =
        names.iter().find_map(|name| text(name).ok()?.strip_prefix("refs/heads/").map(str::to_owned));
    let of_branch = |key: &str| branch.as_ref().map(|branch| format!("branch.{branch}.{key}"));
    let keys = [of_branch("pushRemote"), Some("remote.pushDefault".to_owned()), of_branch("remote")];
    for key in keys.into_iter().flatten() {
        let set = survey.place.setting(&key)?;
        let found = set.and_then(|set| remotes.iter().find(|remote| remote.as_bytes() == set.value).cloned());
        if found.is_some() {
            return Ok(found);
        }
    }
    let origin = remotes.iter().find(|remote| *remote == "origin").cloned();
    Ok(origin.or_else(|| if let [only] = &remotes[..] { Some(only.clone()) } else { None }))
}

/// At most so many commits of the other side are compared with.
const BASES: usize = 8;

/// Looks at what a push of `aim` would publish.
///
/// # Errors
/// When it can't be listed.
pub fn look(survey: &Survey<'_>, aim: &Aim) -> Result<Seen, PurgeError> {
    let session = survey.session;
    let updates = aim.updates(survey)?;
    let exclude = match &aim.remote {
        Some(remote) => survey.public.of_remote(Some(remote)),
        None => survey.public.tips().to_vec(),
    };
    let mut published = Published::peel(updates.clone(), &session.objects)?;
    published.list(&session.git, &session.objects, &exclude, None, session.watch())?;
    let settings = Remotes::parse(&survey.place.settings().read(CONFIG).unwrap_or_default());
    let old = updates.iter().map(|update| update.old).filter(|old| exclude.contains(old));
    let bases: Vec<ObjectId> = old.chain(published.listing.boundary()).take(BASES).collect();
    let lfs = lfs_folder(&survey.place.common_dir, settings.lfs_storage());
    let (policy, gap, trusted) = policy(survey, aim, &settings, &updates)?;
    session.obey(&policy);
    let (mut outcome, candidates) = session.with_candidates(&published, &bases, &exclude, Some(&lfs));
    outcome.gaps.extend(gap);
    let triage = triage_of(session, &outcome, &policy, &survey.place.common_dir, trusted.as_ref());
    let context = Context {
        project: String::new(),
        refs: updates,
        push_id: None,
        policy: policy.clone(),
        accepted: None,
        triage,
        notes: Vec::new(),
        is_whole: false,
    };
    let report = session.report(outcome, context);
    Ok(Seen { report, published, candidates, policy, trusted })
}

/// What the policy of the push makes of something else; nothing in it counts as known.
pub fn judged(survey: &Survey<'_>, seen: &Seen, published: &Published) -> (Report, Vec<Candidate>) {
    let session = survey.session;
    let (outcome, candidates) = session.with_candidates(published, &[], &[], None);
    let common_dir = &survey.place.common_dir;
    let triage = triage_of(session, &outcome, &seen.policy, common_dir, seen.trusted.as_ref());
    let context = Context {
        project: String::new(),
        refs: Vec::new(),
        push_id: None,
        policy: seen.policy.clone(),
        accepted: None,
        triage,
        notes: Vec::new(),
        is_whole: false,
    };
    (session.report(outcome, context), candidates)
}

/// A policy, what is wrong with it, and the commit that it stands in with the name of its branch.
type Word = (Policy, Option<Gap>, Option<(ObjectId, String)>);

/// The policy that the hook would go by.
fn policy(
    survey: &Survey<'_>,
    aim: &Aim,
    settings: &Remotes,
    updates: &[RefUpdate],
) -> Result<Word, PurgeError> {
    let session = survey.session;
    let layers = Layers::read().map_err(|error| PurgeError::Refused(error.to_string()))?;
    let Some(remote) = aim.policy.as_deref() else {
        return Ok((layers.over(Policy::default()), None, None));
    };
    let url = settings.fetched(remote).unwrap_or_default();
    let place = absolute(&url, &survey.place.root);
    let asked = TrackingRefs::ask(&session.git, remote, updates)?;
    let tips = survey.public.tips();
    let known = updates.iter().map(|update| update.old).filter(|old| tips.contains(old)).collect();
    let push = Push { remote, url: &url, updates };
    let pin = |folders: &Folders, remotes: &Remotes| {
        let pins = pins::read(&folders.common).ok()?;
        pins.find(remote, &place, remotes).filter(|pin| pin.is_at(&place)).cloned()
    };
    let (view, folders) = TrackingRefs::collect(&session.git, asked, push, known, pin, session.watch())?;
    let trusted = view.trusted_tip().map(|tip| (tip, view.trusted_name().unwrap_or_default()));
    let reader = of_push::Reader {
        git: &session.git,
        objects: &session.objects,
        common_dir: &folders.common,
        place: pins::shown(&url),
        layers: &layers,
    };
    let (policy, gap) = reader.read(trusted.as_ref());
    Ok((policy, gap, trusted))
}

impl Seen {
    /// The findings for which a push would be vetoed.
    pub fn vetoed(&self) -> impl Iterator<Item = &Judged> {
        let blocks = |judged: &&Judged| judged.action >= Action::Block && judged.suppressed_by.is_none();
        self.report.verdict.findings.iter().filter(blocks)
    }

    /// The findings that are meant: those that would be vetoed, or those that the user chose.
    ///
    /// # Errors
    /// When one that was chosen is neither here nor among `others`.
    pub fn meant(&self, only: &[String], others: &[Shown]) -> Result<Vec<&Judged>, PurgeError> {
        if only.is_empty() {
            return Ok(self.vetoed().collect());
        }
        let mut meant: Vec<&Judged> = Vec::new();
        for asked in only {
            let has = |judged: &&Judged| judged.finding.fingerprint.starts_with(asked.as_str());
            let found: Vec<&Judged> = self.report.verdict.findings.iter().filter(has).collect();
            let is_other = || others.iter().any(|one| one.fingerprint.starts_with(asked.as_str()));
            if asked.len() < 8 || (found.is_empty() && !is_other()) {
                return Err(PurgeError::Refused(format!(
                    "no finding here has the fingerprint `{}`; `veto purge` lists them",
                    vetogate_core::text::escape(asked.as_bytes())
                )));
            }
            meant.extend(found);
        }
        Ok(meant)
    }
}
