//! The verdict on a push: what git said of it, what this clone knows of the remote, what is published.

mod known;
mod loosened;
mod steps;

use crate::git::catfile::CatFile;
use crate::git::command::{Git, GitError};
use crate::git::listing::Started;
use crate::git::past;
use crate::git::remote::{self, Remotes, absolute, without_password};
use crate::git::tree::GitTree;
use crate::policies::layers::Layers;
use crate::policies::of_push;
use crate::report::{RefUpdate, Report};
use crate::run::{Context, Outcome, Session, Wish};
use crate::sign::change;
use crate::sign::signers::Signers;
use crate::source::alias::Alias;
use crate::source::published::Published;
use crate::source::push::{Folders, Push, TrackingRefs};
use crate::source::upstream::{self, Upstream};
use crate::triage::known::{Sources, Triage, is_asked, read};
use crate::triage::repository;
use crate::{pins, policies, trust};
use bstr::ByteSlice as _;
use known::KnownRemote;
use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;
use vetogate_core::digest::push_id;
use vetogate_core::judge::Accepted;
use vetogate_core::policy::PolicyError;
use vetogate_core::text::escape;
use vetogate_core::{Gap, GapCause, ObjectId, Place, Policy, Posture, RemoteView, Tree};

/// A push that was looked at, and has yet to be judged.
pub struct Gate<'a> {
    session: Session<'a>,
    outcome: Outcome,
    context: Context,
    remote: Option<TrackingRefs>,
    /// What another remote of this clone knows of the same place, where this one knows nothing.
    alias: Option<Alias>,
    /// Where is pushed to, as it may be shown.
    place: String,
    /// The folder that all work trees of this clone share; `None` where git does not say.
    pub common_dir: Option<PathBuf>,
    /// What holds on this machine.
    layers: Layers,
}

impl Gate<'static> {
    /// One whose remote was not looked at.
    fn of_no_remote(
        session: Session<'static>,
        outcome: Outcome,
        context: Context,
        place: String,
        layers: Layers,
    ) -> Self {
        let common_dir = common_dir(&session.git).ok();
        Self { session, outcome, context, remote: None, alias: None, place, common_dir, layers }
    }

    /// Looks at everything that a push would publish. What can't be looked at becomes a gap.
    ///
    /// # Errors
    /// When a policy of this machine or of the user is wrong.
    pub fn look(push: Push<'_>, posture: Option<Posture>) -> Result<Self, PolicyError> {
        let git = Git::at(".");
        let wish = Wish { posture, ..Wish::default() };
        let mut session = Session::begin(git.clone(), wish, Some(LIMIT), &|_| {});
        let context = |policy| context(push, policy);
        let place = pins::shown(push.url);
        if push.updates.iter().all(|update| update.new.is_null()) {
            // Deletions, or nothing to push.
            let (nothing, context) = (Outcome::default(), context(Policy::default()));
            return Ok(Self::of_no_remote(session, nothing, context, place, Layers::default()));
        }
        let layers = Layers::read()?;
        let named = remote_at(&git, push);
        let push = Push { remote: named.as_deref().unwrap_or(push.remote), ..push };
        let early = early(&session, push);
        let (remote, folders, known) = match look_around(&session, push) {
            Ok(found) => found,
            Err(error) => {
                let outcome = unread(&session, "what the remote has", &error);
                let context = context(layers.over(Policy::default()));
                return Ok(Self::of_no_remote(session, outcome, context, place, layers));
            }
        };
        let alias = match remote.trusted_tip() {
            Some(_) => None,
            None => Alias::find(&git, &folders.common, push),
        };
        let trusted = remote.trusted_tip().zip(remote.trusted_name());
        let trusted = trusted.or_else(|| alias.as_ref().map(|alias| (alias.tip, alias.name.clone())));
        let reader = of_push::Reader {
            git: &git,
            objects: &session.objects,
            common_dir: &folders.common,
            place: place.clone(),
            layers: &layers,
        };
        let (policy, policy_gap) = reader.read(trusted.as_ref());
        // A limit of its own begins anew, and does not know what was started before.
        let early = early.filter(|_| policy.time_limit == LIMIT);
        session.limit(policy.time_limit);
        session.obey(&policy);
        let gaps: Vec<Gap> = policy_gap.into_iter().chain(known.gap).collect();
        let public = policy.public.clone();
        let look = |session: &Session<'_>, remote: &TrackingRefs, early| {
            let upstreams = || upstream::find(&git, &folders.common, &public, session.watch());
            let found = publish(session, remote, &folders, push.updates, early, &upstreams);
            let mut outcome =
                found.unwrap_or_else(|error| unread(session, "what the push publishes", &error));
            outcome.gaps.extend(gaps.iter().cloned());
            outcome
        };
        let outcome = look(&session, &remote, early);
        let context = Context { notes: known.note.into_iter().collect(), ..context(policy) };
        let common_dir = Some(folders.common.clone());
        let remote = Some(remote);
        let mut gate = Self { session, outcome, context, remote, alias, place, common_dir, layers };
        gate.take_signed_policy();
        if gate.session.obey(&gate.context.policy)
            && let Some(remote) = &gate.remote
        {
            gate.outcome = look(&gate.session, remote, None);
        }
        let (found, gaps) = gate.loosened();
        gate.outcome.findings.extend(found);
        gate.outcome.gaps.extend(gaps);
        gate.context.triage = gate.triage();
        Ok(gate)
    }
}

impl Gate<'_> {
    fn triage(&self) -> Triage {
        let trusted = self.trusted_tip().map(|tip| (tip, self.trusted_name()));
        match &self.common_dir {
            Some(common_dir) => {
                triage_of(&self.session, &self.outcome, self.policy(), common_dir, trusted.as_ref())
            }
            None => Triage::default(),
        }
    }

    /// The policy that the push brings counts where a signer of before signed it. Nothing is read where nothing was
    /// found, for then no policy would say otherwise.
    fn take_signed_policy(&mut self) {
        let [tip] = self.outcome.tips[..] else { return };
        if self.outcome.findings.is_empty() && self.outcome.gaps.is_empty() {
            return;
        }
        if let Some(policy) = self.signed_policy(tip) {
            self.context.policy = policy;
        }
    }

    fn signed_policy(&self, tip: ObjectId) -> Option<Policy> {
        let new = GitTree::new(&self.session.objects, tip);
        let text = new.get(policies::FILE.as_bytes()).ok()??;
        let signature = new.get(change::signature_path(policies::FILE).as_bytes()).ok()??;
        let old = self.trusted()?;
        let before = old.get(policies::FILE.as_bytes()).ok()?.unwrap_or_default();
        if before == text {
            return None;
        }
        let base = self.trusted_tip()?.to_string();
        let id = repository::id(&self.session.git, self.policy().repository.as_deref(), &base)?;
        let signers = self.signers(self.common_dir.as_ref()?).ok()?;
        let signature = String::from_utf8(signature).ok()?;
        let since = change::since(&self.session.git, &base, policies::FILE)?;
        if past::takes_back(&self.session.git, Some(&base), &tip.to_string(), policies::FILE) {
            return None;
        }
        let step = change::Change::new(&id, policies::FILE, &since, (&before, &text));
        let proof = step.verify(&signature, &signers).ok()?;
        let source = format!("{}:{} (signed by {})", tip.short(), policies::FILE, proof.name);
        Some(self.layers.over(Policy::parse(std::str::from_utf8(&text).ok()?, &source).ok()?))
    }

    /// Whose signature counts for this push.
    ///
    /// # Errors
    /// What is wrong with a list of signers.
    pub fn signers(&self, common_dir: &Path) -> Result<Signers, String> {
        let (tree, name) = (self.trusted(), self.trusted_name());
        let trusted = tree.as_ref().map(|tree| (tree as &dyn Tree, name.as_str()));
        Ok(trust::signers(trusted, common_dir)?.signers)
    }

    /// Judges; with what an override of exactly this push accepts, where there is one.
    pub fn report(&self, accepted: Option<Accepted>) -> Report {
        self.session.report(self.outcome.clone(), Context { accepted, ..self.context.clone() })
    }

    /// What was found and seen.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The trusted branch's commit, where there is one.
    pub fn trusted_tip(&self) -> Option<ObjectId> {
        let own = self.remote.as_ref().and_then(TrackingRefs::trusted_tip);
        own.or_else(|| self.alias.as_ref().map(|alias| alias.tip))
    }

    fn trusted_branch(&self) -> Option<&str> {
        let own = self.remote.as_ref().and_then(TrackingRefs::pinned_branch);
        self.alias.as_ref().map(|alias| alias.branch.as_str()).or(own)
    }

    /// What passed was looked at: a tracking ref that told of another place, and is what this push makes of its branch,
    /// is believed from now on. Where that can't be kept, more is looked at next time.
    pub fn believe(&self) {
        let (Some(remote), Some(common_dir)) = (&self.remote, &self.common_dir) else { return };
        let seen = remote.no_longer_stale(&self.context.refs);
        if !seen.is_empty() {
            let _ = pins::update(common_dir, |pins| pins.believe(remote.name(), &seen));
        }
    }

    /// One more thing that was not looked at, or not fully.
    pub fn add(&mut self, gap: Gap) {
        self.outcome.gaps.push(gap);
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.context.policy
    }

    /// What the remote's trusted branch holds; `None` where no branch is trusted.
    pub fn trusted(&self) -> Option<GitTree<'_>> {
        Some(GitTree::new(&self.session.objects, self.trusted_tip()?))
    }

    /// The name of the trusted branch, for people.
    pub fn trusted_name(&self) -> String {
        let own = self.remote.as_ref().and_then(TrackingRefs::trusted_name);
        let alias = self.alias.as_ref().map(|alias| alias.name.clone());
        alias.or(own).unwrap_or_default()
    }
}

/// What is known of triage, of the trusted commit and of what is pushed. Nothing is read where nothing was found.
pub fn triage_of(
    session: &Session<'_>,
    outcome: &Outcome,
    policy: &Policy,
    common_dir: &Path,
    trusted: Option<&(ObjectId, String)>,
) -> Triage {
    if !is_asked(outcome) {
        return Triage::default();
    }
    let at = |oid: ObjectId| GitTree::new(&session.objects, oid);
    let tips: Vec<_> = outcome.tips.iter().map(|&tip| (at(tip), tip.short())).collect();
    let tree = trusted.map(|(tip, name)| (at(*tip), name.clone()));
    let tip = trusted.map(|(tip, _)| *tip).or_else(|| outcome.tips.first().copied());
    let word = || tree.as_ref().map(|(tree, name)| (tree as &dyn Tree, name.clone()));
    let listed = OnceCell::new();
    let signers = || {
        let word = word();
        let word = word.as_ref().map(|(tree, name)| (*tree, name.as_str()));
        let read = || trust::signers(word, common_dir).map(|trust| trust.signers);
        listed.get_or_init(read).clone()
    };
    let fetched = Alias::all(&session.git, common_dir);
    let others: Vec<GitTree<'_>> = fetched.iter().map(|alias| at(alias.tip)).collect();
    // Each that is pinned has to be here, or what it takes back is not known.
    let pinned = || pins::read(common_dir).map_or(0, |pins| pins.branches().count());
    let is_gone = trusted.is_none() && pinned() > others.len();
    let sources = Sources {
        trusted: word(),
        brought: tips.iter().map(|(tree, name)| (tree as &dyn Tree, name.clone())).collect(),
        tips: outcome.tips.iter().map(ToString::to_string).collect(),
        elsewhere: (!is_gone).then(|| others.iter().map(|tree| tree as &dyn Tree).collect()),
        base: trusted.map(|(tip, _)| tip.to_string()),
        rules: policy.triage,
        signers: &signers,
        git: &session.git,
        repository: policy.repository.clone(),
        id: OnceCell::new(),
        tip: tip.map(|tip| tip.to_string()).unwrap_or_default(),
        is_whole: false,
    };
    read(&sources, outcome)
}

/// The folder that all work trees of a clone share.
///
/// # Errors
/// When git does not answer.
pub fn common_dir(git: &Git) -> Result<PathBuf, GitError> {
    if let Some(folder) = git.plain_folder() {
        return Ok(folder);
    }
    let answer = git.read(["rev-parse", "--path-format=absolute", "--git-common-dir"])?;
    Ok(answer.strip_suffix(b"\n").unwrap_or(&answer).to_path_lossy().into_owned())
}

/// Longest walk for which the refs that are near are exclusions enough.
const SHORT_WALK: usize = 64;

/// At most so many commits of the other side are compared with.
const BASES: usize = 8;

/// The limit until the policy is known; see `Policy::time_limit`.
const LIMIT: Duration = Duration::from_secs(60);

fn context(push: Push<'_>, policy: Policy) -> Context {
    let (url, updates) = (without_password(push.url), push.updates);
    let lines: Vec<_> = updates.iter().map(|update| (update.name.to_vec(), update.old, update.new)).collect();
    let place = pins::shown(&url);
    let last = place.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let project = escape(last.strip_suffix(".git").unwrap_or(last).as_bytes());
    let push_id = Some(push_id(&url, &lines));
    Context {
        project,
        refs: updates.to_vec(),
        push_id,
        policy,
        accepted: None,
        triage: Triage::default(),
        notes: Vec::new(),
        is_whole: false,
    }
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

/// The remote that is meant by its URL: what is known of it by its name holds for the same place.
fn remote_at(git: &Git, push: Push<'_>) -> Option<String> {
    // Git gives the URL in place of a name (githooks, pre-push).
    if push.remote != push.url {
        return None;
    }
    let remotes = Remotes::parse(&git.read(remote::CONFIG).ok()?);
    remotes.at(push.url).or_else(|| remotes.at(&absolute(push.url, Path::new(".")))).map(str::to_owned)
}

fn look_around(
    session: &Session<'_>,
    push: Push<'_>,
) -> anyhow::Result<(TrackingRefs, Folders, KnownRemote)> {
    let asked = TrackingRefs::ask(&session.git, push.remote, push.updates)?;
    let known = known(&session.objects, push.updates)?;
    let mut known_remote = KnownRemote::default();
    let pin = |folders: &Folders, remotes: &Remotes| {
        known_remote = KnownRemote::find(push, &folders.common, remotes);
        known_remote.pin.clone()
    };
    let (mut remote, folders) =
        TrackingRefs::collect(&session.git, asked, push, known, pin, session.watch())?;
    let answered = commits_here(&session.objects, remote.answered())?;
    remote.know(answered);
    Ok((remote, folders, known_remote))
}

/// The old ids of the push that are here: what the remote said that it has.
fn known(objects: &RefCell<CatFile>, updates: &[RefUpdate]) -> anyhow::Result<Vec<ObjectId>> {
    commits_here(objects, updates.iter().map(|update| update.old).filter(|old| !old.is_null()).collect())
}

/// Those of these that are here and are commits, or tags.
fn commits_here(objects: &RefCell<CatFile>, oids: Vec<ObjectId>) -> anyhow::Result<Vec<ObjectId>> {
    let mut here = Vec::new();
    for oid in oids {
        let mut objects = objects.borrow_mut();
        if let Ok(header) = objects.header(oid)? {
            use crate::git::catfile::ObjectKind::{Commit, Tag};
            if objects.content(header.size, |_| {}).is_ok() && matches!(header.kind, Commit | Tag) {
                here.push(oid);
            }
        }
    }
    Ok(here)
}

/// The listing of an ordinary push, started while the rest is being asked: what the old ids exclude is enough where it
/// is short, and of a new branch what the remote's HEAD excludes.
struct Early {
    started: Started,
    /// Whether the remote's HEAD was excluded: to be believed only if that is.
    by_head: bool,
}

fn early(session: &Session<'_>, push: Push<'_>) -> Option<Early> {
    let pushed: Vec<&RefUpdate> = push.updates.iter().filter(|update| !update.new.is_null()).collect();
    let new: Vec<ObjectId> = pushed.iter().map(|update| update.new).collect();
    let old = pushed.iter().filter(|update| !update.old.is_null());
    let mut exclude: Vec<String> = old.map(|update| update.old.to_string()).collect();
    let by_head = exclude.len() < pushed.len();
    if by_head {
        // A name with a blank or a newline in it would be read as something else.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if push.remote.is_empty() || !push.remote.chars().all(is_plain) {
            return None;
        }
        exclude.push(format!("refs/remotes/{}/HEAD", push.remote));
    }
    let started = Started::start_from(&session.git, &new, &exclude, session.watch()).ok()?;
    Some(Early { started, by_head })
}

fn publish(
    session: &Session<'_>,
    remote: &TrackingRefs,
    folders: &Folders,
    updates: &[RefUpdate],
    early: Option<Early>,
    upstreams: &dyn Fn() -> anyhow::Result<(Vec<Upstream>, Vec<Gap>)>,
) -> anyhow::Result<Outcome> {
    let mut published = Published::peel(updates.to_vec(), &session.objects)?;
    let near = remote.exclusions();
    let mut all = None;
    let mut old: Vec<ObjectId> =
        near.iter().copied().filter(|near| updates.iter().any(|update| update.old == *near)).collect();
    let head = remote.head();
    let early = early.filter(|early| !early.by_head || head.is_some());
    old.extend(head.filter(|_| early.as_ref().is_some_and(|early| early.by_head)));
    let taken = early
        .is_some_and(|early| published.take(&session.git, early.started, &old, SHORT_WALK, session.watch()));
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
    let outcome = look(&published, all.as_deref().unwrap_or_default());
    if outcome.findings.is_empty() && outcome.gaps.is_empty() {
        return Ok(outcome);
    }
    let (public, unknown) = upstreams().unwrap_or_else(|error| {
        let detail = format!("what public remotes have is not known: {error}");
        (Vec::new(), vec![Gap::partial(GapCause::Pins, Place::Run("public".into()), detail)])
    });
    published.upstreams = public;
    let look = |published: &Published, tips: &[ObjectId]| {
        let outcome = look(published, tips);
        Outcome { gaps: [outcome.gaps, unknown.clone()].concat(), ..outcome }
    };
    let is_same = published.upstreams.is_empty() && unknown.is_empty();
    if let Some(tips) = all {
        return Ok(if is_same { outcome } else { look(&published, &tips) });
    }
    // With a finding or a gap, everything that the remote is known to have is asked.
    let tips = match remote.all_tips() {
        Ok(tips) => tips,
        // As below.
        Err(gap) => return Ok(Outcome { gaps: [outcome.gaps, vec![gap]].concat(), ..outcome }),
    };
    if !taken && tips == near {
        return Ok(if is_same { outcome } else { look(&published, &tips) });
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
