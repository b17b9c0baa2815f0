//! `veto scan`: the same engine over other sources.

use super::Failure;
use super::output::Output;
use crate::baseline::Baseline;
use crate::git::command::Git;
use crate::git::remote;
use crate::git::tree::GitTree;
use crate::policies::layers::Layers;
use crate::report::Report;
use crate::report::text::Kind;
use crate::run::{Context, Outcome, Session, Wish};
use crate::source::index::{self, IndexTree};
use crate::source::published::Published;
use crate::source::refs;
use crate::source::worktree::{Files, WorkTree, walk};
use crate::triage::known::{self, Sources, Triage};
use crate::{gate, policies, trust};
use anyhow::{Context as _, anyhow};
use bstr::ByteSlice;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::OnceCell;
use std::io::Read;
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;
use vetogate_core::{
    Category, Change, Confidence, Entry, EntryKind, Gap, ObjectId, Place, Policy, Posture, RemoteView, Tree,
};
use vetogate_detect::registry;
use vetogate_syntax::path::PathHints;

/// Arguments of `veto scan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders of the work tree; the current folder where none is named.
    paths: Vec<PathBuf>,
    /// What is staged for the next commit.
    #[arg(long, group = "source", conflicts_with = "paths")]
    staged: bool,
    /// A range of commits, such as `main..HEAD`; its base is what counts as known. One revision `A` is `A..HEAD`, what
    /// came after it; one commit alone is `A^!`.
    #[arg(long, group = "source", value_name = "RANGE", conflicts_with = "paths")]
    commits: Option<String>,
    /// Everything that any ref reaches.
    #[arg(long, group = "source", conflicts_with = "paths")]
    history: bool,
    /// Standard input.
    #[arg(long, group = "source", conflicts_with = "paths", requires = "name")]
    stdin: bool,
    /// The path that standard input would have.
    #[arg(long = "path", value_name = "NAME", requires = "stdin", id = "name")]
    name: Option<String>,
    /// Only these categories.
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',')]
    only: Vec<Category>,
    /// Not these categories.
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',')]
    skip: Vec<Category>,
    /// Read policy, triage and baseline from this commit instead of the work tree: in CI, the base of a pull request.
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["commits", "stdin"])]
    base: Option<String>,
    /// Files that ignore files name, too.
    #[arg(long)]
    no_ignore: bool,
    /// Show only findings of at least this confidence; the verdict stays the same.
    #[arg(long, value_name = "LEVEL")]
    confidence: Option<Confidence>,
    /// The posture, at least.
    #[arg(long, value_name = "POSTURE")]
    posture: Option<Posture>,
    /// Most workers; 0 for as many as there are processors.
    #[arg(short = 'j', long = "jobs", value_name = "N", default_value_t = 0)]
    jobs: usize,
    #[command(flatten)]
    output: Output,
}

impl Args {
    /// Whether everything is looked at, so that an exclusion or an entry of triage that matches nothing is one too many.
    fn is_whole(&self, place: &Located) -> bool {
        let is_part = self.stdin || self.staged || self.commits.is_some() || !self.paths.is_empty();
        let is_filtered = !self.only.is_empty() || !self.skip.is_empty();
        !is_filtered && (self.history || (!is_part && place.current == place.root))
    }
}

/// Scans; gives the exit code.
///
/// # Errors
/// When the source can't be read, the policy is wrong, or the report can't be written.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let progress = progress();
    let on_item = |bytes: u64| progress.inc(bytes);
    let wish =
        Wish { only: args.only.clone(), skip: args.skip.clone(), posture: args.posture, threads: args.jobs };
    let place = Located::find()?;
    let session = Session::begin(Git::at(place.root.clone()), wish, None, &on_item);
    let layers = Layers::read().map_err(Failure::usage)?;
    let base = Base::of(args, &session, &layers)?;
    let scanned = scan(args, &session, &place, base.as_ref().map(|base| &base.policy), &layers);
    progress.finish_and_clear();
    let scanned = scanned?;
    let Scanned { outcome, policy, trusted, notes } = match base {
        Some(base) => base.judges(scanned),
        None => scanned,
    };
    let notes = [notes, without_rules(args, &policy)?].concat();
    let is_whole = args.is_whole(&place);
    let mut triage = triage(&session, &place, &outcome, (&trusted, &policy), is_whole);
    if !args.staged && args.commits.is_none() && !args.stdin {
        known_debt(&session, &outcome, &trusted, &mut triage)?;
    }
    let project =
        place.root.file_name().map_or_else(|| "project".into(), |name| escape(name.as_encoded_bytes()));
    let mut report = session.report(
        outcome,
        Context { project, refs: Vec::new(), push_id: None, policy, accepted: None, triage, notes, is_whole },
    );
    filter(&mut report, args.confidence);
    args.output.write(&report, Kind::Scan)?;
    Ok(report.verdict.exit_code)
}

/// A note for each category that was asked for by name and that no rule is of.
///
/// # Errors
/// When that is so of all that is asked for: nothing was looked at.
fn without_rules(args: &Args, policy: &Policy) -> Result<Vec<String>, Failure> {
    if args.only.is_empty() && args.skip.is_empty() {
        return Ok(Vec::new());
    }
    let named = if args.only.is_empty() { Category::ALL } else { &args.only[..] };
    let wanted: Vec<Category> =
        named.iter().copied().filter(|category| !args.skip.contains(category)).collect();
    if wanted.is_empty() {
        return Err(Failure::usage(anyhow!("`--skip` leaves no category, so nothing was looked at")));
    }
    let rules = registry::rules();
    let is_looked_at = |category: &Category| {
        rules.iter().any(|rule| rule.category == *category && policy.packs.allow(&rule.id))
    };
    let none: Vec<&str> =
        wanted.iter().filter(|category| !is_looked_at(category)).map(|category| category.as_str()).collect();
    if none.len() == wanted.len() {
        return Err(Failure::usage(anyhow!(
            "no rule of {} is there, so nothing was looked at; `veto rules list` shows what is",
            none.join(", ")
        )));
    }
    let note = |category: &str| format!("no rule of {category} is there: nothing of it was looked at");
    Ok(if args.only.is_empty() { Vec::new() } else { none.into_iter().map(note).collect() })
}

/// Takes what is not to be shown out of a report whose verdict stands.
fn filter(report: &mut Report, least: Option<Confidence>) {
    if let Some(least) = least {
        let all = report.verdict.findings.len();
        report.verdict.findings.retain(|judged| judged.finding.confidence >= least);
        let hidden = all - report.verdict.findings.len();
        if hidden > 0 {
            let note = format!(
                "findings of a confidence below `--confidence {least}` are not shown or counted: {hidden}; the verdict is on all of them"
            );
            report.notes.push(note);
        }
    }
}

fn progress() -> ProgressBar {
    // On a terminal only, and nowhere else.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{spinner} {bytes} looked at, {bytes_per_sec}, {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()).tick_chars("|/-\\ "));
    bar
}

/// Where the scan runs.
struct Located {
    /// Root of the work tree; of a bare repository, its folder; else the current folder.
    root: PathBuf,
    /// The current folder.
    current: PathBuf,
    is_repository: bool,
    is_bare: bool,
    /// What git said where there is no repository.
    refusal: String,
}

impl Located {
    fn find() -> Result<Self, Failure> {
        let current =
            std::env::current_dir().context("the current folder is gone").map_err(Failure::incomplete)?;
        let git = Git::at(&current);
        let answer = git.read(["rev-parse", "--is-bare-repository", "--show-toplevel"]);
        let bare = git.read(["rev-parse", "--is-bare-repository"]).unwrap_or_default();
        let is_bare = bare.trim() == b"true";
        match answer {
            Ok(output) => {
                let top = output.lines().nth(1).unwrap_or_default().to_path_lossy().into_owned();
                let refusal = String::new();
                Ok(Self { root: top, current, is_repository: true, is_bare: false, refusal })
            }
            Err(error) => {
                let (root, is_repository) = (current.clone(), !bare.is_empty());
                Ok(Self { root, current, is_repository, is_bare, refusal: error.to_string() })
            }
        }
    }

    fn repository(&self, flag: &str) -> Result<(), Failure> {
        if self.is_repository {
            return Ok(());
        }
        Err(Failure::usage(anyhow!("{flag} needs a git repository: {}", self.refusal)))
    }

    /// An error where there is nothing of this kind to look at.
    fn not_bare(&self, what: &str) -> Result<(), Failure> {
        if !self.is_bare {
            return Ok(());
        }
        Err(Failure::usage(anyhow!(
            "this repository is bare: it has no {what}; use --history or --commits RANGE"
        )))
    }
}

/// What was looked at, and what it is judged by.
struct Scanned {
    outcome: Outcome,
    policy: Policy,
    trusted: Trusted,
    notes: Vec<String>,
}

/// Where triage is read from.
enum Trusted {
    /// A work tree, which is its own word.
    Folder(PathBuf),
    /// The base of a range.
    Commit(ObjectId),
    Nothing,
}

impl Trusted {
    fn tree<'a>(&self, session: &'a Session<'_>) -> Option<Box<dyn Tree + 'a>> {
        match self {
            Self::Folder(root) => Some(Box::new(WorkTree::new(root.clone()))),
            Self::Commit(tip) => Some(Box::new(GitTree::new(&session.objects, *tip))),
            Self::Nothing => None,
        }
    }
}

/// What the commit of `--base` says, which holds whatever the work tree says.
struct Base {
    tip: ObjectId,
    policy: Policy,
    gap: Option<Gap>,
}

impl Base {
    fn of(args: &Args, session: &Session<'_>, layers: &Layers) -> Result<Option<Self>, Failure> {
        let Some(base) = &args.base else { return Ok(None) };
        let name = format!("{base}^{{commit}}");
        let found = session.git.read_line(["rev-parse", "--quiet", "--verify", "--end-of-options", &name]);
        let tip: Option<ObjectId> = found.ok().flatten().and_then(|id| id.parse().ok());
        let tip = tip.ok_or_else(|| {
            Failure::usage(anyhow!("`{}` names no commit here; fetch it first", escape(base.as_bytes())))
        })?;
        let (policy, gap) = policies::of_remote(&GitTree::new(&session.objects, tip), &tip.short());
        Ok(Some(Self { tip, policy: layers.over(policy), gap }))
    }

    fn judges(self, scanned: Scanned) -> Scanned {
        let Scanned { mut outcome, notes, .. } = scanned;
        outcome.gaps.extend(self.gap);
        Scanned { outcome, policy: self.policy, trusted: Trusted::Commit(self.tip), notes }
    }
}

/// The debt that was recorded once.
fn known_debt(
    session: &Session<'_>,
    outcome: &Outcome,
    trusted: &Trusted,
    triage: &mut Triage,
) -> Result<(), Failure> {
    let tree = trusted.tree(session).filter(|_| !outcome.findings.is_empty());
    if let Some(tree) = tree {
        let baseline = Baseline::of(&*tree).map_err(|error| Failure::usage(anyhow!(error)))?;
        triage.suppressions.extend(baseline.suppressions(&outcome.findings, &outcome.values));
    }
    Ok(())
}

/// What is known of triage. Nothing is read where nothing was found, but for a scan of the whole.
fn triage(
    session: &Session<'_>,
    place: &Located,
    outcome: &Outcome,
    (trusted, policy): (&Trusted, &Policy),
    is_whole: bool,
) -> Triage {
    if !known::is_asked(outcome) && !is_whole {
        return Triage::default();
    }
    let tree = trusted.tree(session);
    let tip = if let Trusted::Commit(tip) = trusted { tip.to_string() } else { "HEAD".into() };
    let tips = outcome.tips.iter().map(|&tip| (GitTree::new(&session.objects, tip), tip.short()));
    // What lies in a work tree was read there.
    let tips: Vec<_> = tips.filter(|_| tip != "HEAD").collect();
    let base = (tip != "HEAD").then(|| tip.clone());
    let common_dir = gate::common_dir(&session.git).unwrap_or_else(|_| place.root.join(".git"));
    let signers = || trust::signers(tree.as_deref().map(|tree| (tree, "")), &common_dir);
    let sources = Sources {
        trusted: tree.as_deref().map(|tree| (tree, String::new())),
        brought: tips.iter().map(|(tree, name)| (tree as &dyn Tree, name.clone())).collect(),
        tips: if base.is_some() { outcome.tips.iter().map(ToString::to_string).collect() } else { vec![] },
        elsewhere: Some(Vec::new()),
        base,
        rules: policy.triage,
        signers: &|| Ok(signers()?.signers),
        git: &session.git,
        repository: policy.repository.clone(),
        id: OnceCell::new(),
        tip,
        is_whole,
    };
    known::read(&sources, outcome)
}

/// Looks by the policy of `--base`, where there is one, else by that of the source.
fn scan(
    args: &Args,
    session: &Session<'_>,
    place: &Located,
    base: Option<&Policy>,
    layers: &Layers,
) -> Result<Scanned, Failure> {
    let obey = |own: Policy| {
        let own = layers.over(own);
        session.obey(base.unwrap_or(&own));
        own
    };
    if args.stdin {
        return stdin(args, session, place, obey);
    }
    if args.staged {
        place.repository("--staged")?;
        return staged(session, place, obey);
    }
    if let Some(range) = &args.commits {
        place.repository("--commits")?;
        return commits(session, range, obey);
    }
    if args.history {
        place.repository("--history")?;
        return history(session, place, obey);
    }
    work_tree(args, session, place, obey)
}

/// The whole work tree around the current folder, as `veto scan` looks at it.
///
/// # Errors
/// As [`run`].
pub fn whole_tree() -> Result<(Outcome, PathBuf), Failure> {
    let place = Located::find()?;
    if place.is_bare {
        return Ok((Outcome::default(), place.root));
    }
    let session = Session::begin(Git::at(place.root.clone()), Wish::default(), None, &|_| {});
    let layers = Layers::read().map_err(Failure::usage)?;
    session.obey(&layers.over(policies::of_work_tree(&place.root).map_err(Failure::usage)?));
    let outcome = files(&session, &place, std::slice::from_ref(&place.root), &place.root, false)?;
    Ok((outcome, place.root))
}

fn work_tree(
    args: &Args,
    session: &Session<'_>,
    place: &Located,
    obey: impl Fn(Policy) -> Policy,
) -> Result<Scanned, Failure> {
    place.not_bare("work tree")?;
    let mut paths = Vec::new();
    for path in &args.paths {
        let full = place.current.join(path);
        let full = full
            .canonicalize()
            .with_context(|| format!("{} is not there", path.display()))
            .map_err(Failure::usage)?;
        if !full.is_file() && !full.is_dir() {
            return Err(Failure::usage(anyhow!("{} is neither a file nor a folder", path.display())));
        }
        paths.push(full);
    }
    if paths.is_empty() {
        paths.push(place.current.clone());
    }
    // Paths outside the repository are scanned as a folder of their own.
    let root = if paths.iter().all(|path| path.starts_with(&place.root)) {
        place.root.clone()
    } else {
        common(&paths)
    };
    let policy = policies::of_work_tree(&root).map_err(Failure::usage)?;
    let policy = obey(policy);
    let outcome = files(session, place, &paths, &root, args.no_ignore)?;
    Ok(Scanned { outcome, policy, trusted: Trusted::Folder(root), notes: Vec::new() })
}

fn files(
    session: &Session<'_>,
    place: &Located,
    paths: &[PathBuf],
    root: &Path,
    no_ignore: bool,
) -> Result<Outcome, Failure> {
    let mut files = walk(root, paths, no_ignore);
    if place.is_repository && root == place.root {
        files.add_tracked(root, paths, &tracked(session)?);
    }
    files.sort();
    Ok(session.files(&files, &WorkTree::new(root.to_owned())))
}

/// Files of the index, from the root: what is tracked is published, whatever an ignore file says.
fn tracked(session: &Session<'_>) -> Result<Vec<Vec<u8>>, Failure> {
    let output =
        session.git.read(["ls-files", "--cached", "-z", "--full-name"]).map_err(Failure::incomplete)?;
    Ok(output.split_str("\0").filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect())
}

/// The deepest folder that holds all paths.
fn common(paths: &[PathBuf]) -> PathBuf {
    let mut root = paths[0].clone();
    while !paths.iter().all(|path| path.starts_with(&root)) || root.is_file() {
        if !root.pop() {
            break;
        }
    }
    root
}

fn staged(
    session: &Session<'_>,
    place: &Located,
    obey: impl Fn(Policy) -> Policy,
) -> Result<Scanned, Failure> {
    place.not_bare("index")?;
    let policy = policies::of_work_tree(&place.root).map_err(Failure::usage)?;
    let policy = obey(policy);
    let git = session.git.clone().with_given_index();
    let (entries, head) = index::staged(&git).map_err(Failure::incomplete)?;
    let tree = IndexTree::read(&git, &session.objects).map_err(Failure::incomplete)?;
    let outcome = session.staged(entries, head, &tree);
    Ok(Scanned { outcome, policy, trusted: Trusted::Folder(place.root.clone()), notes: Vec::new() })
}

fn commits(session: &Session<'_>, range: &str, obey: impl Fn(Policy) -> Policy) -> Result<Scanned, Failure> {
    let (updates, base) = refs::range(&session.git, range).map_err(Failure::usage)?;
    refs::names_commits(range, &updates, &base).map_err(Failure::usage)?;
    let exclude = base.exclusions();
    let mut published = Published::peel(updates, &session.objects).map_err(Failure::incomplete)?;
    published
        .list(&session.git, &session.objects, &exclude, None, session.watch())
        .map_err(Failure::incomplete)?;
    // The name of a range is no ref that is published.
    published.refs.clear();
    let (policy, gap) = match base.trusted_tip() {
        Some(tip) => policies::of_remote(&GitTree::new(&session.objects, tip), &tip.short()),
        None => (Policy::default(), None),
    };
    let policy = obey(policy);
    let mut bases = exclude;
    bases.extend(published.listing.boundary());
    bases.truncate(8);
    let mut outcome = session.published(&published, &bases, &[], lfs(session).as_deref());
    outcome.gaps.extend(gap);
    let trusted = base.trusted_tip().map_or(Trusted::Nothing, Trusted::Commit);
    let is_empty = published.listing.commits.is_empty();
    let note =
        is_empty.then(|| format!("`{}` holds no commits: nothing was looked at", escape(range.as_bytes())));
    Ok(Scanned { outcome, policy, trusted, notes: note.into_iter().collect() })
}

fn history(
    session: &Session<'_>,
    place: &Located,
    obey: impl Fn(Policy) -> Policy,
) -> Result<Scanned, Failure> {
    let policy = if place.is_bare {
        Policy::default()
    } else {
        policies::of_work_tree(&place.root).map_err(Failure::usage)?
    };
    let policy = obey(policy);
    let updates = refs::all(&session.git, session.watch()).map_err(Failure::incomplete)?;
    let mut published = Published::peel(updates, &session.objects).map_err(Failure::incomplete)?;
    published
        .list(&session.git, &session.objects, &[], None, session.watch())
        .map_err(Failure::incomplete)?;
    let outcome = session.published(&published, &[], &[], lfs(session).as_deref());
    let trusted = if place.is_bare { Trusted::Nothing } else { Trusted::Folder(place.root.clone()) };
    Ok(Scanned { outcome, policy, trusted, notes: Vec::new() })
}

fn lfs(session: &Session<'_>) -> Option<PathBuf> {
    let common = session.git.read(["rev-parse", "--path-format=absolute", "--git-common-dir"]).ok()?;
    let storage = session.git.read_line(["config", "--get", "lfs.storage"]).ok().flatten();
    Some(remote::lfs_folder(&common.trim().to_path_lossy(), storage.as_deref()))
}

/// One file, and nothing beside it.
struct OneFile<'a> {
    path: &'a [u8],
    content: &'a [u8],
}

impl Tree for OneFile<'_> {
    fn get(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
        Ok((path == self.path).then(|| self.content.to_vec()))
    }

    fn list(&self, _: &[u8]) -> Result<Vec<Entry>, Gap> {
        Ok(Vec::new())
    }
}

fn stdin(
    args: &Args,
    session: &Session<'_>,
    place: &Located,
    obey: impl Fn(Policy) -> Policy,
) -> Result<Scanned, Failure> {
    let policy = policies::of_work_tree(&place.root).map_err(Failure::usage)?;
    let policy = obey(policy);
    let name = args.name.clone().unwrap_or_default();
    let mut content = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut content)
        .context("standard input can't be read")
        .map_err(Failure::incomplete)?;
    let path = name.as_bytes();
    let source = crate::engine::Source::Bytes(content.clone());
    let item = crate::engine::Item { source, hints: PathHints::of(path), place: Place::File(escape(path)) };
    let change = Change { path: path.to_vec(), kind: Some(EntryKind::File) };
    let files = Files { items: vec![item], changes: vec![change], gaps: Vec::new() };
    let outcome = session.files(&files, &OneFile { path, content: &content });
    Ok(Scanned { outcome, policy, trusted: Trusted::Folder(place.root.clone()), notes: Vec::new() })
}
