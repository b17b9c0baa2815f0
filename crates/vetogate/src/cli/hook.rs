//! `veto hook`: what git's hooks call.

use super::output::write_verdict;
use super::{Failure, exit};
use crate::git::catfile::CatFile;
use crate::git::command::Git;
use crate::git::listing::Started;
use crate::git::remote::without_password;
use crate::git::tree::GitTree;
use crate::hooks::pinning;
use crate::report::{RefUpdate, Report};
use crate::run::{Context, Outcome, Session, Wish};
use crate::source::published::Published;
use crate::source::push::{self, Folders, Push, TrackingRefs};
use crate::{pins, policies};
use anyhow::Context as _;

use std::cell::RefCell;
use std::io::{Read, Write as _};
use std::time::Duration;
use vetogate_core::digest::push_id;
use vetogate_core::text::escape;
use vetogate_core::{Gap, GapCause, ObjectId, Place, Policy, RemoteView};

/// Arguments of `veto hook`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    hook: Hook,
}

#[derive(Debug, clap::Subcommand)]
enum Hook {
    /// The verdict on a push: reads git's lines on standard input.
    PrePush(PrePush),
}

/// Arguments that git gives to a pre-push hook.
// A remote may be called `-h` or `--help`: its push must not pass for a question.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true, disable_version_flag = true)]
struct PrePush {
    /// Name of the remote, or its URL where it has none.
    #[arg(allow_hyphen_values = true)]
    remote: String,
    /// URL that is pushed to.
    #[arg(allow_hyphen_values = true)]
    url: String,
    /// The posture, at least.
    #[arg(long, value_parser = clap::value_parser!(vetogate_core::Posture))]
    posture: Option<vetogate_core::Posture>,
}

/// Longest walk for which the refs that are near are exclusions enough.
const SHORT_WALK: usize = 64;

/// At most so many commits of the other side are compared with.
const BASES: usize = 8;

/// The limit until the policy is known; see `Policy::time_limit`.
const LIMIT: Duration = Duration::from_secs(60);

/// Answers git; gives the exit code.
///
/// # Errors
/// When standard input is not git's, or git itself can't be run.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let Hook::PrePush(push) = &args.hook;
    let mut input = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut input)
        .context("standard input can't be read")
        .map_err(Failure::incomplete)?;
    let updates = push::parse(&input).map_err(Failure::usage)?;
    let (report, unpinned) = judge(push, &updates)?;
    // A verdict that nobody can read is a verdict all the same.
    let _ = write_verdict(&report);
    if let Some(folders) = unpinned.filter(|_| report.verdict.exit_code == exit::PASS)
        // What keeps it from being pinned, says the doctor.
        && let Ok(Some(said)) = pinning::pin_pushed(&push.remote, &folders.common)
    {
        let _ = writeln!(anstream::stderr(), "note: {said}");
    }
    Ok(report.verdict.exit_code)
}

/// The report, and the folders of a clone in which the remote has yet to be pinned.
fn judge(args: &PrePush, updates: &[RefUpdate]) -> Result<(Report, Option<Folders>), Failure> {
    let git = Git::at(".");
    let wish = Wish { posture: args.posture, ..Wish::default() };
    let mut session = Session::begin(git.clone(), wish, Some(LIMIT), &|_| {});
    let context = |policy| context(args, updates, policy);
    if updates.iter().all(|update| update.new.is_null()) {
        // Deletions, or nothing to push.
        return Ok((session.report(Outcome::default(), context(Policy::default())), None));
    }
    let early = early(&session, updates);
    let (remote, folders) = match look_around(&session, args, updates) {
        Ok(found) => found,
        Err(error) => {
            let outcome = unread(&session, "what the remote has", &error);
            return Ok((session.report(outcome, context(Policy::default())), None));
        }
    };
    let (policy, policy_gap) = match remote.trusted_tip() {
        Some(tip) => {
            let name = remote.trusted_name().unwrap_or_default();
            policies::of_remote(&GitTree::new(&session.objects, tip), &name)
        }
        None => (Policy::default(), None),
    };
    // A limit of its own begins anew, and does not know what was started before.
    let early = early.filter(|_| policy.time_limit == LIMIT);
    session.limit(policy.time_limit);
    let mut outcome = match publish(&session, &remote, &folders, updates, early) {
        Ok(outcome) => outcome,
        Err(error) => unread(&session, "what the push publishes", &error),
    };
    outcome.gaps.extend(policy_gap.into_iter().chain(remote.moved()));
    Ok((session.report(outcome, context(policy)), Some(folders).filter(|_| remote.is_unpinned())))
}

fn context(args: &PrePush, updates: &[RefUpdate], policy: Policy) -> Context {
    let url = without_password(&args.url);
    let lines: Vec<_> = updates.iter().map(|update| (update.name.to_vec(), update.old, update.new)).collect();
    let place = pins::shown(&url);
    let last = place.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let project = escape(last.strip_suffix(".git").unwrap_or(last).as_bytes());
    Context { project, refs: updates.to_vec(), push_id: Some(push_id(&url, &lines)), policy }
}

/// What can't be listed is not looked at: the push fails closed.
fn unread(session: &Session<'_>, what: &str, error: &dyn std::fmt::Display) -> Outcome {
    let (cause, detail) = if session.watch().is_over() {
        // Git was killed for it; how it ended says nothing.
        (GapCause::TimeOut, format!("{what} was not listed within {} s", session.seconds()))
    } else {
        (GapCause::Failed, format!("{what} could not be listed: {error}"))
    };
    let gap = Gap::unread(cause, Place::Run("listing".into()), detail);
    Outcome { gaps: vec![gap], ..Outcome::default() }
}

fn look_around(
    session: &Session<'_>,
    args: &PrePush,
    updates: &[RefUpdate],
) -> anyhow::Result<(TrackingRefs, Folders)> {
    let asked = TrackingRefs::ask(&session.git, &args.remote, updates)?;
    let known = known(&session.objects, updates)?;
    let push = Push { remote: &args.remote, url: &args.url, updates };
    let pins = |folders: &Folders| pins::read(&folders.common).ok();
    Ok(TrackingRefs::collect(&session.git, asked, push, known, pins, session.watch())?)
}

/// The old ids of the push that are here: what the remote said that it has.
fn known(objects: &RefCell<CatFile>, updates: &[RefUpdate]) -> anyhow::Result<Vec<ObjectId>> {
    let mut known = Vec::new();
    for update in updates.iter().filter(|update| !update.old.is_null()) {
        let mut objects = objects.borrow_mut();
        if let Ok(header) = objects.header(update.old)? {
            use crate::git::catfile::ObjectKind::{Commit, Tag};
            if objects.content(header.size, |_| {}).is_ok() && matches!(header.kind, Commit | Tag) {
                known.push(update.old);
            }
        }
    }
    Ok(known)
}

/// The listing of an ordinary push, started while the rest is being asked: what the old ids exclude is enough where it
/// is short. Not for a new branch, whose whole history it would be.
fn early(session: &Session<'_>, updates: &[RefUpdate]) -> Option<Started> {
    let pushed: Vec<&RefUpdate> = updates.iter().filter(|update| !update.new.is_null()).collect();
    if pushed.iter().any(|update| update.old.is_null()) {
        return None;
    }
    let new: Vec<ObjectId> = pushed.iter().map(|update| update.new).collect();
    let old: Vec<ObjectId> = pushed.iter().map(|update| update.old).collect();
    Started::start(&session.git, &new, &old, session.watch()).ok()
}

fn publish(
    session: &Session<'_>,
    remote: &TrackingRefs,
    folders: &Folders,
    updates: &[RefUpdate],
    early: Option<Started>,
) -> anyhow::Result<Outcome> {
    let mut published = Published::peel(updates.to_vec(), &session.objects)?;
    let near = remote.exclusions();
    let mut all = None;
    let old: Vec<ObjectId> =
        near.iter().copied().filter(|near| updates.iter().any(|update| update.old == *near)).collect();
    let taken =
        early.is_some_and(|early| published.take(&session.git, early, &old, SHORT_WALK, session.watch()));
    if !taken
        && published.list(&session.git, &session.objects, &near, Some(SHORT_WALK), session.watch())?.is_none()
    {
        let tips = remote.all_tips().map_err(|gap| anyhow::anyhow!(gap.detail))?;
        published.list(&session.git, &session.objects, &tips, None, session.watch())?;
        all = Some(tips);
    }
    let lfs = remote.lfs_folder(folders);
    let look = |published: &Published, tips: &[ObjectId]| {
        session.published(published, &bases(published, updates, &near), tips, Some(&lfs))
    };
    if let Some(tips) = all {
        return Ok(look(&published, &tips));
    }
    let outcome = look(&published, &[]);
    if outcome.findings.is_empty() && outcome.gaps.is_empty() {
        return Ok(outcome);
    }
    // With a finding or a gap, everything that the remote is known to have is asked.
    let tips = remote.all_tips().map_err(|gap| anyhow::anyhow!(gap.detail))?;
    if !taken && tips == near {
        return Ok(outcome);
    }
    match published.list(&session.git, &session.objects, &tips, None, session.watch()) {
        Ok(_) => Ok(look(&published, &tips)),
        // What was found stands: it may have been published before, which is undecided, and so new.
        Err(error) => {
            let more = unread(session, "what the remote has", &error);
            Ok(Outcome { gaps: [outcome.gaps, more.gaps].concat(), ..outcome })
        }
    }
}

/// Commits of the other side to compare with: what it has at the refs of the push, the boundary, what is near.
fn bases(published: &Published, updates: &[RefUpdate], near: &[ObjectId]) -> Vec<ObjectId> {
    let old = updates.iter().map(|update| update.old).filter(|old| near.contains(old));
    let mut bases: Vec<ObjectId> = Vec::new();
    for base in old.chain(published.listing.boundary()).chain(near.iter().copied()) {
        if !bases.contains(&base) && bases.len() < BASES {
            bases.push(base);
        }
    }
    bases
}
