//! `veto baseline`: records today's findings once, so that scans can start green.

use super::{Failure, exit, output, scan};
use crate::baseline::{Baseline, FILE};
use crate::git::command::Git;
use crate::hooks::files;
use anyhow::{Context as _, anyhow};
use std::path::Path;
use vetogate_core::text::{counted, escape};

/// Arguments of `veto baseline`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Records, or takes out what is not there any more; gives the exit code.
///
/// # Errors
/// When the work tree can't be scanned, or the file is wrong or can't be written.
pub fn run(_: &Args) -> Result<u8, Failure> {
    let is_bare = Git::at(".").read_line(["rev-parse", "--is-bare-repository"]).map_err(Failure::usage)?;
    if is_bare.as_deref() == Some("true") {
        return Err(Failure::usage(anyhow!("this repository is bare: it has no work tree to record")));
    }
    let (outcome, root) = scan::whole_tree()?;
    let path = root.join(FILE);
    let shown = escape(path.as_os_str().as_encoded_bytes());
    let before =
        files::read(&path).with_context(|| format!("{shown} can't be read")).map_err(Failure::usage)?;
    let said = match before {
        None => {
            let now = Baseline::record(&outcome.findings, &outcome.values).map_err(Failure::incomplete)?;
            write(&path, &now)?;
            format!(
                "recorded {} in {shown}; commit it. It only shrinks from now on",
                counted(now.len(), "finding")
            )
        }
        Some(text) => {
            let known = Baseline::parse(&text).map_err(|error| Failure::usage(anyhow!(error)))?;
            let left = known.shrunk(&outcome.findings, &outcome.values);
            write(&path, &left)?;
            let taken = left.suppressions(&outcome.findings, &outcome.values).len();
            let (gone, new) = (known.len() - left.len(), outcome.findings.len() - taken);
            format!(
                "{} not there any more, taken out; {} new, not taken in: remediate or triage {}",
                counted(gone, "finding"),
                counted(new, "finding"),
                if new == 1 { "it" } else { "them" }
            )
        }
    };
    output::note(&said).map_err(Failure::incomplete)?;
    Ok(exit::PASS)
}

fn write(path: &Path, baseline: &Baseline) -> Result<(), Failure> {
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    written
        .and_then(|()| files::put(path, baseline.text().as_bytes(), files::PLAIN))
        .context("the baseline can't be written")
        .map_err(Failure::usage)
}
