//! The command line: one file a command.

pub mod ask;
pub mod audit;
pub mod baseline;
pub mod configured_hook;
pub mod doctor;
pub mod enrol;
pub mod explain;
mod fingerprint;
pub mod hook;
pub mod init;
pub mod install;
pub mod output;
pub mod override_push;
pub mod policy;
pub mod purge;
pub mod rules;
pub mod scan;
pub mod triage;
pub mod uninstall;
mod upstream;

use crate::engine::findings::masked;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// Exit codes of the contract.
pub mod exit {
    /// ALLOW, WARN or OVERRIDDEN.
    pub const PASS: u8 = 0;
    /// BLOCK by findings.
    pub const BLOCK: u8 = 1;
    /// Wrong usage, or a policy or configuration file that is wrong.
    pub const USAGE: u8 = 2;
    /// The scan could not be completed.
    pub const INCOMPLETE: u8 = 3;
}

/// Stands between commits and origin: finds what must not be published in everything that a push would publish.
#[derive(Debug, Parser)]
#[command(name = "veto", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scan a work tree, the index, commits, the history or standard input.
    Scan(scan::Args),
    /// Put the pre-push hook into this repository.
    Install(install::Args),
    /// Take the pre-push hook out again, and give back what was there.
    Uninstall(uninstall::Args),
    /// Say whether the gate is really in force here, in each work tree and submodule.
    Doctor(doctor::Args),
    /// What git's hooks call.
    Hook(hook::Args),
    /// What `veto install --global` makes git call.
    #[command(hide = true)]
    ConfiguredHook(configured_hook::Args),
    /// Let one vetoed push through, for a reason that is recorded.
    Override(override_push::Args),
    /// Record the findings of today once, so that scans can start green.
    Baseline(baseline::Args),
    /// Record that a finding is false, accepted for a time, or fixed.
    Triage(triage::Args),
    /// Show and check the record of verdicts, overrides and triage.
    Audit(audit::Args),
    /// The settings of the gate.
    Policy(policy::Args),
    /// Take a secret out of commits that are not pushed yet.
    Purge(purge::Args),
    /// Write a policy file with every key explained.
    Init(init::Args),
    /// Say what a rule means, what it does and what to do about it.
    Explain(explain::Args),
    /// List, show and test the rules.
    Rules(rules::Args),
}

/// An error with the exit code that it ends in.
#[derive(Debug)]
pub struct Failure {
    /// See [`exit`].
    pub code: u8,
    /// What went wrong, and the remedy.
    pub error: anyhow::Error,
}

impl Failure {
    /// Wrong usage, or a file of this work tree or machine that is wrong.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { code: exit::USAGE, error: error.into() }
    }

    /// The scan could not be completed.
    pub fn incomplete(error: impl Into<anyhow::Error>) -> Self {
        Self { code: exit::INCOMPLETE, error: error.into() }
    }
}

/// The whole command line, for its reference.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs `veto` with these arguments (the first is the program's name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let command = match parse(&arguments) {
        Ok(arguments) => arguments.command,
        Err(error) => return usage(&error),
    };
    // A crash is a scan that was not completed.
    let ended = std::panic::catch_unwind(|| start(&command)).unwrap_or_else(|_| {
        Err(Failure::incomplete(anyhow::anyhow!("veto crashed, and nothing passes; please report it")))
    });
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(Failure { code, error }) => {
            let _ = writeln!(anstream::stderr(), "veto: {}", masked(&format!("{error:#}")));
            ExitCode::from(code)
        }
    }
}

fn parse(arguments: &[OsString]) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(arguments).or_else(|error| match hook::asked_for_help(arguments) {
        Some(help) if error.kind() == ErrorKind::MissingRequiredArgument => Arguments::try_parse_from(help),
        _ => Err(error),
    })
}

/// Says what is wrong with the arguments, which may hold a secret that was pasted; or gives the help asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    let shown = masked(&text);
    if !error.use_stderr() || shown == text {
        let _ = error.print();
    } else {
        let _ = write!(anstream::stderr(), "{shown}");
    }
    ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::PASS })
}

fn start(command: &Command) -> Result<u8, Failure> {
    match command {
        Command::Scan(args) => scan::run(args),
        Command::Hook(args) => hook::run(args),
        Command::Install(args) => install::run(args),
        Command::Uninstall(args) => uninstall::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::ConfiguredHook(args) => configured_hook::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Baseline(args) => baseline::run(args),
        Command::Triage(args) => triage::run(args),
        Command::Policy(args) => policy::run(args),
        Command::Purge(args) => purge::run(args),
        Command::Init(args) => init::run(args),
        Command::Override(args) => override_push::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Rules(args) => rules::run(args),
    }
}
