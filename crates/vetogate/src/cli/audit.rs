//! `veto audit`: what this clone recorded, and whether the record is whole.

use super::{Failure, exit, output};
use crate::audit::anchor::Anchor;
use crate::audit::log::Log;
use crate::audit::verify::verify;
use crate::audit::{Event, bypass};
use crate::deadline::Deadline;
use crate::gate;
use crate::git::catfile::CatFile;
use crate::git::command::Git;
use crate::git::tree::GitTree;
use crate::hooks::state::{Owner, owner_of};
use crate::hooks::{files, show};
use crate::pins;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, keygen};
use crate::trust;
use anyhow::{Context as _, anyhow};
use bstr::ByteSlice as _;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use vetogate_core::text::{counted, escape};

/// Arguments of `veto audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The record, newest last.
    Show {
        /// At most so many events, the newest.
        #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Whether any line was changed, removed, inserted or moved, and whether this clone pushed without being asked.
    Verify {
        /// An anchor that was kept elsewhere: finds a tail that was cut off, too.
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// The whole record, one JSON object a line.
    Export,
    /// The head of the record, to be kept elsewhere.
    Anchor {
        /// Sign it with this SSH key.
        #[arg(long, value_name = "KEY")]
        sign: Option<PathBuf>,
    },
}

/// Shows or checks the record; gives the exit code.
///
/// # Errors
/// When it can't be read.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let git = Git::at(".");
    let common_dir = gate::common_dir(&git).map_err(Failure::usage)?;
    let log = Log::of(&common_dir);
    let text = files::read(log.path())
        .with_context(|| format!("{} can't be read", show(log.path())))
        .map_err(Failure::incomplete)?
        .unwrap_or_default();
    match &args.what {
        What::Show { limit } => show_events(&text, *limit),
        What::Verify { anchor } => check(&git, &common_dir, &log, &text, anchor.as_deref()),
        What::Export => {
            output::print(&text.to_str_lossy())?;
            Ok(exit::PASS)
        }
        What::Anchor { sign } => take_anchor(&text, sign.as_deref()),
    }
}

fn show_events(text: &[u8], limit: usize) -> Result<u8, Failure> {
    let lines: Vec<&[u8]> = text.lines().collect();
    let mut out = String::new();
    for line in &lines[lines.len().saturating_sub(limit)..] {
        let shown = serde_json::from_slice::<Value>(line).map_or_else(|_| escape(line), |event| one(&event));
        let _ = writeln!(out, "{}", vetogate_core::text::guard(&shown));
    }
    if lines.is_empty() {
        out.push_str("nothing was recorded yet\n");
    }
    output::print(&out)?;
    Ok(exit::PASS)
}

/// An event on one line: when, what, and what belongs to it.
fn one(event: &Value) -> String {
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let refs = event.get("refs").and_then(Value::as_array).into_iter().flatten();
    let refs: Vec<&str> = refs.filter_map(|update| update.get(0)?.as_str()).collect();
    let signed = event.get("signed_by").and_then(Value::as_array).into_iter().flatten();
    let signed: Vec<&str> = signed.filter_map(Value::as_str).collect();
    let signed =
        if signed.is_empty() { String::new() } else { format!("signed by {}", signed.join(" and ")) };
    let count = event.get("findings").and_then(Value::as_array).map_or(0, Vec::len);
    let findings = if count == 0 { String::new() } else { format!("findings: {count}") };
    let parts = [
        text("decision"),
        text("url"),
        refs.join(" "),
        findings,
        text("fingerprint"),
        text("status"),
        text("who"),
        signed,
        text("reason"),
        text("oid"),
        text("source"),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}  {:<14}  {}", text("time"), text("event"), parts.join("  ")).trim_end().to_owned()
}

fn check(git: &Git, common_dir: &Path, log: &Log, text: &[u8], anchor: Option<&Path>) -> Result<u8, Failure> {
    let anchor = anchor.map(read_anchor).transpose()?;
    let seen = match verify(text, anchor.as_ref().map(Anchor::head).as_ref()) {
        Ok(seen) => seen,
        Err(broken) => {
            output::print(&format!("{}: {broken}\n", show(log.path())))?;
            return Ok(exit::BLOCK);
        }
    };
    let is_gone = seen.lines == 0 && is_installed(git, common_dir);
    let lines = counted(seen.lines, "line");
    output::print(&if is_gone {
        format!(
            "{}: there is no record, though one was begun when veto was installed or asked here: it was taken away, or could not be written\n",
            show(log.path())
        )
    } else {
        format!("{}: {lines}, each bound to the one before\n", show(log.path()))
    })?;
    let (said, is_wrong) = anchor.map_or_else(
        || {
            let said = "Without an anchor that was kept elsewhere, a tail that was cut off does not show.";
            (said.to_owned(), false)
        },
        |anchor| who_anchored(&anchor, git, common_dir),
    );
    output::print(&format!("{said}\n"))?;
    let copied = log.is_copied(&seen);
    if copied {
        output::print(
            "This record was begun in another clone, or was put back from a copy; move it away to begin one of its own.\n",
        )?;
    }
    let passed_by = bypasses(git, log, text)?;
    Ok(if is_gone || copied || passed_by || is_wrong { exit::BLOCK } else { exit::PASS })
}

/// Whether a record was begun here: `veto install` and a push pin the remote, and all that writes to the record locks it
/// first. A hook of ours says so too, but for one that a template brought into a new clone.
fn is_installed(git: &Git, common_dir: &Path) -> bool {
    let is_ours = |hook: &Path| owner_of(hook).is_ok_and(|owner| matches!(owner, Owner::Veto(_)));
    let template = git.read_line(["config", "--type=path", "--get", "init.templateDir"]).ok().flatten();
    // A file of pins that is broken is there.
    pins::read(common_dir).map_or(true, |pins| pins != pins::Pins::default())
        || common_dir.join("veto/audit.lock").exists()
        || is_ours(&common_dir.join("hooks/pre-push"))
            && !template.is_some_and(|folder| is_ours(&Path::new(&folder).join("hooks/pre-push")))
}

fn read_anchor(path: &Path) -> Result<Anchor, Failure> {
    let text = std::fs::read(path)
        .with_context(|| format!("{} can't be read", show(path)))
        .map_err(Failure::usage)?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::usage(anyhow!("{} is no anchor: {error}", show(path))))
}

/// Who signed an anchor, and whether its signature is wrong.
fn who_anchored(anchor: &Anchor, git: &Git, common_dir: &Path) -> (String, bool) {
    let time = escape(anchor.time.as_bytes());
    if anchor.signature.is_empty() {
        return (format!("The anchor of {time} fits; it is not signed."), false);
    }
    match signers(git, common_dir).and_then(|signers| anchor.signer(&signers).map_err(|why| why.to_string()))
    {
        Ok(proof) => (format!("The anchor of {time} fits, signed by {}.", proof.name), false),
        Err(why) => (format!("The anchor fits, and its signature counts for nothing: {why}."), true),
    }
}

/// Everyone who is listed by the remotes of this clone, by the machine, or for this clone.
fn signers(git: &Git, common_dir: &Path) -> Result<Signers, String> {
    let pins = pins::read(common_dir).map_err(|error| error.to_string())?;
    let objects = RefCell::new(CatFile::new(git.clone(), Deadline::start(None).watch()));
    let (mut signers, mut is_asked) = (Signers::default(), false);
    for (remote, branch) in pins.branches() {
        let revision = format!("refs/remotes/{remote}/{branch}^{{commit}}");
        let found = git.read_line(["rev-parse", "--quiet", "--verify", "--end-of-options", &revision]);
        let Some(tip) = found.ok().flatten().and_then(|id| id.parse().ok()) else { continue };
        let tree = GitTree::new(&objects, tip);
        signers.extend(trust::signers(Some((&tree, remote)), common_dir)?.signers);
        is_asked = true;
    }
    if is_asked { Ok(signers) } else { Ok(trust::signers(None, common_dir)?.signers) }
}

/// Says and records what was pushed without a verdict.
fn bypasses(git: &Git, log: &Log, text: &[u8]) -> Result<bool, Failure> {
    let found = bypass::find(git, text).map_err(Failure::incomplete)?;
    let mut events = Vec::new();
    for push in &found {
        let when = jiff::Timestamp::from_second(push.at).map(|at| at.to_string()).unwrap_or_default();
        output::print(&format!("pushed without a verdict: {} to {} at {when}\n", push.oid, push.name))?;
        events.push(Event::new("bypass", json!({ "oid": push.oid, "ref": push.name, "at": when })));
    }
    if !events.is_empty() {
        log.append(&events).map_err(Failure::incomplete)?;
    }
    output::print(&format!("{}\n", bypass::UNSEEN))?;
    Ok(!found.is_empty())
}

fn take_anchor(text: &[u8], key: Option<&Path>) -> Result<u8, Failure> {
    let seen = verify(text, None).context("the record is not whole").map_err(Failure::usage)?;
    let head = seen.head.ok_or_else(|| Failure::usage(anyhow!("nothing was recorded yet")))?;
    let mut anchor = Anchor::new(&head, jiff::Timestamp::now().to_string());
    if let Some(key) = key {
        anchor.signature =
            keygen::sign(key, Namespace::Audit, &anchor.signed_bytes()).map_err(Failure::usage)?;
    }
    let text = serde_json::to_string(&anchor).map_err(Failure::incomplete)?;
    output::print(&format!("{text}\n"))?;
    Ok(exit::PASS)
}
