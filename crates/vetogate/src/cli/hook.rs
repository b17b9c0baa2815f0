//! `veto hook`: what git's hooks call.

use super::output::write_verdict;
use super::{Failure, exit};
use crate::gate::Gate;
use crate::settle::settle;
use crate::source::push::{self, Push};
use anyhow::Context as _;
use std::io::Read;

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
    let asked = Push { remote: &push.remote, url: &push.url, updates: &updates };
    let mut gate = Gate::look(asked, push.posture).map_err(Failure::usage)?;
    let report = settle(&mut gate, asked, &input);
    if report.verdict.exit_code == exit::PASS {
        gate.believe();
    }
    // A verdict that nobody can read is a verdict all the same.
    let _ = write_verdict(&report);
    Ok(report.verdict.exit_code)
}
