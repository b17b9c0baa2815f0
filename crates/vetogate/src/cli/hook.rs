//! `veto hook`: what git's hooks call.

use super::output::write_verdict;
use super::{Failure, exit};
use crate::gate::Gate;
use crate::settle::settle;
use crate::source::push::{self, Push};
use anyhow::Context as _;
use std::ffi::OsString;
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

/// The same question asked of `veto help`, where these arguments ask for the help of a hook. Only what lacks an argument
/// is such a question: git gives a hook both, also where the remote is called `--help`.
pub fn asked_for_help(arguments: &[OsString]) -> Option<&'static [&'static str]> {
    let is_asked = arguments.iter().any(|argument| argument == "-h" || argument == "--help");
    let [_, hook, name, ..] = arguments else { return None };
    (is_asked && hook == "hook" && name == "pre-push").then_some(&["veto", "help", "hook", "pre-push"])
}

/// Whether standard input is closed, a terminal or `/dev/null`: git gives a pipe, also where there is nothing to push.
fn is_device() -> bool {
    rustix::fs::fstat(std::io::stdin()).is_ok_and(|found| {
        rustix::fs::FileType::from_raw_mode(found.st_mode) == rustix::fs::FileType::CharacterDevice
    })
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
    if input.is_empty() && is_device() {
        return Err(Failure::usage(anyhow::anyhow!(
            "no refs came on standard input, which is not what git gives a hook: whatever calls veto has to hand it on"
        )));
    }
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
