//! `veto triage`: records that a finding is false, accepted for a time, or fixed.

mod walk;

use super::override_push::who;
use super::{Failure, exit, fingerprint, output, scan};
use crate::audit::Event;
use crate::audit::log::Log;
use crate::deadline::Deadline;
use crate::engine::findings::masked;
use crate::gate::{self, Gate};
use crate::git::catfile::CatFile;
use crate::git::command::Git;
use crate::git::tree::GitTree;
use crate::overrides::store;
use crate::policies;
use crate::run::Outcome;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, keygen, sshsig};
use crate::source::alias::Alias;
use crate::source::push::Push;
use crate::source::worktree::WorkTree;
use crate::triage::{repository, values, write};
use crate::trust;
use anyhow::{Context as _, anyhow};
use bstr::ByteSlice as _;
use jiff::civil::Date;
use serde_json::json;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;
use vetogate_core::triage::{Entry, FOLDER, MOST_SERIAL, Status};
use vetogate_core::{Finding, Gap, ObjectId, Severity, Tree};

/// A signed entry lasts so long where nothing else is said.
const DAYS: i32 = 365;

/// Arguments of `veto triage`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The finding, by the fingerprint in the report, or a blob of the last push that was not looked at whole, by its
    /// id (of either, eight digits or more); without it, those of the last push are asked for one by one.
    fingerprint: Option<String>,
    /// What it is: false-positive, accepted-risk, fixed, or withdrawn (an earlier decision is taken back).
    #[arg(long, value_name = "STATUS", requires = "fingerprint")]
    status: Option<Status>,
    /// Why.
    #[arg(long, value_name = "TEXT", requires = "fingerprint")]
    reason: Option<String>,
    /// The last day on which it counts; a signed decision lasts a year where nothing is said.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Sign it with this SSH key: it counts at once, and not only from the remote's trusted branch.
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
    /// Make a branch with a commit of this alone, on top of the remote's trusted branch.
    #[arg(long)]
    branch: bool,
}

/// Where findings were found, and what goes with them.
struct Found {
    outcome: Outcome,
    /// That of the last push, where `outcome` is the work tree's: its values are known, too.
    pushed: Option<Outcome>,
    /// Root of the work tree.
    root: PathBuf,
    common_dir: PathBuf,
    git: Git,
    /// A commit that names the repository: of the trusted branch where there is one.
    tip: String,
    trusted: Option<String>,
    /// Whose signature counts.
    signers: Result<Signers, String>,
}

/// Records decisions; gives the exit code.
///
/// # Errors
/// When there is no such finding, or the decision can't be written.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let git = Git::at(".");
    let common_dir = gate::common_dir(&git).map_err(Failure::usage)?;
    let mut found = last_push(&git, &common_dir)?;
    let Some(fingerprint) = &args.fingerprint else { return walk::run(args, &found) };
    let subject = found.subject(fingerprint)?.ok_or_else(|| {
        let shown = masked(&escape(fingerprint.as_bytes()));
        Failure::usage(anyhow!(
            "no finding `{shown}` in the last push, nor in this work tree; `veto scan` names them"
        ))
    })?;
    let status =
        args.status.ok_or_else(|| Failure::usage(anyhow!("say what it is: --status {}", names())))?;
    let reason = args.reason.clone().unwrap_or_default();
    decide(args, &found, &subject, status, &reason, args.until)?;
    Ok(exit::PASS)
}

/// What is found with this fingerprint in the last push, else in this work tree.
///
/// # Errors
/// When neither can be looked at.
pub fn findings(fingerprint: &str) -> Result<Vec<Finding>, Failure> {
    let git = Git::at(".");
    let here = || Ok::<Outcome, Failure>(scan::whole_tree()?.0);
    let outcome = match gate::common_dir(&git) {
        Ok(common_dir) => last_push(&git, &common_dir)?.outcome,
        Err(_) => here()?,
    };
    let of = |outcome: Outcome| -> Result<Vec<Finding>, Failure> {
        let known = outcome.findings.iter().map(|finding| finding.fingerprint.as_str());
        let Some(meant) = fingerprint::meant(fingerprint, known)?.map(str::to_owned) else {
            return Ok(Vec::new());
        };
        Ok(outcome.findings.into_iter().filter(|finding| finding.fingerprint == meant).collect())
    };
    let found = of(outcome)?;
    if found.is_empty() { of(here()?) } else { Ok(found) }
}

/// What a decision is about.
struct Subject {
    fingerprint: String,
    rule: String,
    path: String,
    /// Hashes of the guessable values behind it.
    values: Vec<String>,
    /// Whether it vetoes, so that an unsigned decision has to be on the trusted branch first.
    vetoes: bool,
}

impl Found {
    /// What is known by this fingerprint: a finding of the last push, one of the work tree, or an entry that is there.
    fn subject(&mut self, asked: &str) -> Result<Option<Subject>, Failure> {
        let meant = match self.known(asked)? {
            Some(meant) => meant,
            None => {
                let (here, root) = scan::whole_tree()?;
                self.pushed = Some(std::mem::replace(&mut self.outcome, here));
                self.root = root;
                match self.known(asked)? {
                    Some(meant) => meant,
                    None => fingerprint::meant(asked, self.entries().iter().map(String::as_str))?
                        .unwrap_or(asked)
                        .to_owned(),
                }
            }
        };
        let fingerprint = &meant;
        if let Some(gap) = self.outcome.gaps.iter().find(|gap| is_of(gap, fingerprint)) {
            return Ok(Some(Subject {
                fingerprint: fingerprint.to_owned(),
                rule: format!("gap/{}", gap.cause.as_str()),
                path: gap.place.to_string(),
                values: Vec::new(),
                vetoes: true,
            }));
        }
        let is_it = |finding: &&Finding| finding.fingerprint == *fingerprint;
        match self.outcome.findings.iter().find(is_it) {
            Some(finding) => self.of(finding).map(Some),
            None => Ok(self.entry(fingerprint).map(|entry| Subject {
                fingerprint: entry.fingerprint,
                rule: entry.rule,
                path: entry.path,
                values: entry.values,
                vetoes: true,
            })),
        }
    }

    /// What is asked for among what was found and not looked at whole.
    fn known(&self, asked: &str) -> Result<Option<String>, Failure> {
        let blobs: Vec<String> =
            self.outcome.gaps.iter().filter_map(|gap| Some(gap.object?.to_string())).collect();
        let found = self.outcome.findings.iter().map(|finding| finding.fingerprint.as_str());
        let meant = fingerprint::meant(asked, found.chain(blobs.iter().map(String::as_str)))?;
        Ok(meant.map(str::to_owned))
    }

    /// What there are entries about, in the work tree and on the trusted branch.
    fn entries(&self) -> Vec<String> {
        let here = WorkTree::new(self.root.clone()).list(FOLDER.as_bytes()).unwrap_or_default();
        let here = here.into_iter().map(|entry| entry.name);
        let folder = format!("{FOLDER}/");
        let listed = self
            .trusted
            .as_ref()
            .and_then(|tip| self.git.read(["ls-tree", "-z", "--name-only", tip, &folder]).ok());
        let there = listed.unwrap_or_default();
        let there = there.split_str("\0").filter_map(|path| path.strip_prefix(folder.as_bytes()));
        let names = here.chain(there.map(<[u8]>::to_vec)).filter_map(|name| String::from_utf8(name).ok());
        names.filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())).collect()
    }

    /// A text of the user's in which no value stands that was found.
    fn without_values(&self, text: &str) -> String {
        let text = masked(&escape(text.trim().as_bytes()));
        let seen = self.pushed.iter().chain([&self.outcome]);
        seen.fold(text, |text, outcome| outcome.without_values(&text))
    }

    fn of(&self, finding: &Finding) -> Result<Subject, Failure> {
        let seen = self.outcome.values.get(&finding.fingerprint).into_iter().flatten();
        let values = seen.map(|values| values::hash(values)).collect::<Result<_, _>>();
        Ok(Subject {
            fingerprint: finding.fingerprint.clone(),
            rule: finding.rule.id.clone(),
            path: finding.location.place.to_string(),
            values: values.map_err(Failure::incomplete)?,
            vetoes: finding.severity > Severity::Medium,
        })
    }

    /// The entry of the work tree, else of the trusted branch, whichever is the later version.
    fn entry(&self, fingerprint: &str) -> Option<Entry> {
        let path = Entry::path_of(fingerprint);
        let here = std::fs::read(self.root.join(&path)).ok();
        let there = self
            .trusted
            .as_ref()
            .and_then(|tip| self.git.read(["cat-file", "blob", &format!("{tip}:{path}")]).ok());
        let read = |text: Vec<u8>| Entry::parse(&text, &path).ok();
        let (here, there) = (here.and_then(read), there.and_then(read));
        here.into_iter().chain(there).max_by_key(|entry| entry.serial)
    }
}

/// Whether a gap is of this blob.
fn is_of(gap: &Gap, id: &str) -> bool {
    gap.object.is_some_and(|object| object.to_string() == id)
}

fn names() -> String {
    Status::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join("|")
}

/// Looks at the last push again in which something was found.
fn last_push(git: &Git, common_dir: &Path) -> Result<Found, Failure> {
    let root = git.read_line(["rev-parse", "--show-toplevel"]).ok().flatten();
    let root = root.map_or_else(|| PathBuf::from("."), PathBuf::from);
    let found = |outcome, trusted: Option<String>, signers| {
        let tip = trusted.clone().unwrap_or_else(|| "HEAD".into());
        Found {
            outcome,
            pushed: None,
            root: root.clone(),
            common_dir: common_dir.to_owned(),
            git: git.clone(),
            tip,
            trusted,
            signers,
        }
    };
    let last = store::last(common_dir).context("the last push can't be read").map_err(Failure::usage)?;
    let Some(last) = last else {
        let objects = RefCell::new(CatFile::new(git.clone(), Deadline::start(None).watch()));
        let trusted = Alias::all(git, common_dir).into_iter().next();
        let trusted = trusted.map(|alias| (GitTree::new(&objects, alias.tip), alias.name));
        let trusted = trusted.as_ref().map(|(tree, name)| (tree as &dyn Tree, name.as_str()));
        let signers = trust::signers(trusted, common_dir).map(|trust| trust.signers);
        return Ok(found(Outcome::default(), None, signers));
    };
    let url = last.url(git);
    let updates = last.updates().map_err(Failure::usage)?;
    let gate = Gate::look(Push { remote: &last.remote, url: &url, updates: &updates }, None)
        .map_err(Failure::usage)?;
    let signers = gate.signers(common_dir);
    Ok(found(gate.outcome().clone(), gate.trusted_tip().map(|tip| tip.to_string()), signers))
}

fn decide(
    args: &Args,
    found: &Found,
    subject: &Subject,
    status: Status,
    reason: &str,
    until: Option<Date>,
) -> Result<(), Failure> {
    let entry = entry(args, found, subject, status, reason, until)?;
    let said = if args.branch { on_branch(found, &entry)? } else { in_work_tree(found, subject, &entry)? };
    output::note(&said).map_err(Failure::incomplete)
}

/// A commit of the entry alone. The work tree is left as it is: the same file there would be in the way of the branch.
fn on_branch(found: &Found, entry: &Entry) -> Result<String, Failure> {
    let tip = found.trusted.as_ref().ok_or_else(|| {
        Failure::usage(anyhow!(
            "no branch of the remote is trusted yet, to build upon; push a commit without the finding first, or sign the decision with --sign KEY"
        ))
    })?;
    let name = write::branch_name(entry);
    let full = format!("refs/heads/{name}");
    if found.git.read_line(["rev-parse", "--quiet", "--verify", &full]).ok().flatten().is_some() {
        return Err(Failure::usage(anyhow!(
            "the branch {name} is there already: push it, or take it away first with `git branch -D {name}`"
        )));
    }
    record(found, entry)?;
    let branch = write::as_branch(&found.git, &found.common_dir, tip, entry).map_err(Failure::usage)?;
    Ok(format!("recorded on the branch {branch}: push that, or ask for it to be merged"))
}

fn in_work_tree(found: &Found, subject: &Subject, entry: &Entry) -> Result<String, Failure> {
    record(found, entry)?;
    let path = write::into_work_tree(&found.root, entry)
        .context("the decision can't be written")
        .map_err(Failure::usage)?;
    let what = if entry.signature.is_some() {
        "commit it with what you push"
    } else if subject.vetoes && entry.suppresses() {
        "it counts once the remote's trusted branch has it (--branch makes a commit of it alone), or at once where it is signed (--sign KEY)"
    } else {
        "commit it"
    };
    Ok(format!("recorded in {}; {what}", escape(path.as_os_str().as_encoded_bytes())))
}

fn entry(
    args: &Args,
    found: &Found,
    subject: &Subject,
    status: Status,
    reason: &str,
    until: Option<Date>,
) -> Result<Entry, Failure> {
    let reason = found.without_values(reason);
    if reason.is_empty() {
        return Err(Failure::usage(anyhow!("say why: --reason TEXT")));
    }
    if subject.fingerprint.parse::<ObjectId>().is_ok() && args.sign.is_none() && status != Status::Withdrawn {
        return Err(Failure::usage(anyhow!(
            "what was not looked at whole takes a signature: --sign KEY; nothing was recorded"
        )));
    }
    let today = jiff::Zoned::now().date();
    if until.is_some_and(|until| until < today) {
        return Err(Failure::usage(anyhow!("--until is over already; nothing was recorded")));
    }
    let default = args.sign.is_some().then(|| today.saturating_add(jiff::Span::new().days(DAYS)));
    let serial = next_serial(found, &subject.fingerprint)?;
    let mut entry = Entry {
        fingerprint: subject.fingerprint.clone(),
        rule: subject.rule.clone(),
        path: subject.path.clone(),
        status,
        reason,
        who: found.without_values(&who(&found.git)),
        created: today,
        until: until.or(default),
        repository: None,
        serial,
        values: Vec::new(),
        signature: None,
    };
    if entry.suppresses() {
        entry.values.clone_from(&subject.values);
    }
    if let Some(key) = &args.sign {
        let name = policies::repository_at(&found.git, &found.tip);
        let id = repository::id(&found.git, name.as_deref(), &found.tip);
        entry.repository = Some(id.ok_or_else(|| {
            Failure::usage(anyhow!(
                "a shallow clone does not say which repository it is; `git fetch --unshallow` first"
            ))
        })?);
        let signature =
            keygen::sign(key, Namespace::Triage, &entry.signed_bytes()).map_err(Failure::usage)?;
        let counts = found.signers.clone().and_then(|signers| {
            sshsig::verify(&signature, Namespace::Triage, &entry.signed_bytes(), &signers)
                .map_err(|refusal| refusal.to_string())
        });
        if let Err(why) = counts {
            output::note(&format!("{why}: until that changes, the decision counts as unsigned"))
                .map_err(Failure::incomplete)?;
        }
        entry.signature = Some(signature);
    }
    Ok(entry)
}

/// The number of the decision after the one that is there.
fn next_serial(found: &Found, fingerprint: &str) -> Result<u32, Failure> {
    let before = found.entry(fingerprint).map_or(0, |entry| entry.serial);
    if before >= MOST_SERIAL {
        return Err(Failure::usage(anyhow!(
            "{} has the serial {before}, and no decision can come after that: delete the file, here and on the remote's trusted branch, then decide anew; nothing was recorded",
            Entry::path_of(fingerprint)
        )));
    }
    Ok(before.saturating_add(1))
}

fn record(found: &Found, entry: &Entry) -> Result<(), Failure> {
    let data = json!({
        "fingerprint": entry.fingerprint,
        "rule": entry.rule,
        "status": entry.status.as_str(),
        "who": entry.who,
        "reason": entry.reason,
        "until": entry.until.map(|until| until.to_string()),
        "signed": entry.signature.is_some(),
    });
    let appended = Log::of(&found.common_dir).append(&[Event::loosening("triage", data)]);
    appended.context("a decision that can't be recorded is not written").map_err(Failure::usage).map(drop)
}
