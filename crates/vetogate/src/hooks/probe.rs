//! The proof: git is told to run its pre-push hook with arguments that our shim hands to the program, which answers
//! without scanning; nothing is chained. Only done where [`super::state`] found our part unchanged, and with every
//! other hook of the configuration switched off, so that nobody else's hook is run for a question.

use super::place::Place;
use super::shim::{MARK, PROBE};
use super::state::{Asked, Problem};
use super::{HookError, files, show};
use crate::git::command::GitError;
use bstr::ByteSlice;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use vetogate_core::text::{escape, shorten};

/// A hook that says nothing for so long hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// Which of the two ways to a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The hooks folder.
    Folder,
    /// The configuration (git 2.54 or newer).
    Configuration,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Our mark, and the program that answered, as it calls itself: a path with nothing odd in it, escaped by itself.
    Answered(String),
    /// Something else, or nothing; escaped and shortened.
    Other(String),
}

/// Asks.
///
/// # Errors
/// When git can't be started.
pub fn ask(place: &Place, way: Way) -> Result<Reply, GitError> {
    let off = match way {
        Way::Folder => "hook.veto.enabled=false",
        Way::Configuration => "core.hooksPath=/dev/null",
    };
    let arguments = ["-c", off, "hook", "run", "pre-push", "--"].into_iter().chain(PROBE);
    let mut command = place.as_user().command(arguments);
    switch_off_others(place, &mut command)?;
    let output = run_limited(&mut command, LIMIT).map_err(GitError::Start)?;
    let Some(output) = output else {
        return Ok(Reply::Other(format!("no answer in {} s", LIMIT.as_secs())));
    };
    let said = [output.stdout, output.stderr].concat();
    let answer = said.lines().find_map(|line| line.strip_prefix(MARK.as_bytes()));
    Ok(match answer {
        Some(program) if output.status.success() => {
            Reply::Answered(String::from_utf8_lossy(program).into_owned())
        }
        _ => Reply::Other(shorten(&escape(said.trim()), 300)),
    })
}

/// Switches off what else the configuration would have git run before a push (2.54 or newer). By variables, since a
/// name may hold what `-c` can't take.
fn switch_off_others(place: &Place, command: &mut Command) -> Result<(), GitError> {
    let list = ["config", "-z", "--name-only", "--get-regexp", r"^hook\..*\."];
    let output = place.settings().command(list).output().map_err(GitError::Start)?;
    let mut names: Vec<&[u8]> = output
        .stdout
        .split(|byte| *byte == 0)
        .filter_map(|key| Some(key.strip_prefix(b"hook.")?.rsplit_once_str(".")?.0))
        .filter(|name| *name != b"veto")
        .collect();
    names.dedup();
    let given = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse::<usize>().ok());
    let given = given.unwrap_or_default();
    for (index, name) in names.iter().enumerate() {
        let key = [b"hook.", *name, b".enabled"].concat();
        command.env(format!("GIT_CONFIG_KEY_{}", given + index), OsStr::from_bytes(&key));
        command.env(format!("GIT_CONFIG_VALUE_{}", given + index), "false");
    }
    if !names.is_empty() {
        command.env("GIT_CONFIG_COUNT", (given + names.len()).to_string());
    }
    Ok(())
}

/// What this program answers: its mark, and its path.
pub fn answer(program: &Path) -> String {
    let real = std::fs::canonicalize(program);
    format!("{MARK}{}", show(real.as_deref().unwrap_or(program)))
}

/// Whether the answer came from the program at this path.
pub fn is_answer_of(path: &Path, answered: &str) -> bool {
    answer(path).strip_prefix(MARK) == Some(answered)
}

/// Proves that a veto answers through our part; gives its path, or what keeps it from being proved.
///
/// # Errors
/// When git can't be started.
pub fn prove(place: &Place, asked: &Asked) -> Result<Result<String, Problem>, HookError> {
    let through = asked.through.name();
    let refused = |what: String| Ok(Err(Problem::new(what, "run `veto install` there")));
    if !asked.exact {
        return refused(format!("our part in {through} was changed, or is of another version"));
    }
    let (named, recorded) = (show(&asked.program), &asked.program);
    if files::is_executable(recorded) && is_foreign(place, recorded) {
        return refused(format!(
            "{through} names {named}, a program in this repository, which is not run for a question"
        ));
    }
    match ask(place, Way::Folder)? {
        Reply::Answered(program) if files::is_executable(recorded) && !is_answer_of(recorded, &program) => {
            refused(format!("{through} names {named}, and {} answered", escape(program.as_bytes())))
        }
        Reply::Answered(program) => Ok(Ok(program)),
        Reply::Other(said) => refused(format!("no veto answered through {through} ({named}): {said}")),
    }
}

/// Whether a program is not this one, and came with the repository.
fn is_foreign(place: &Place, program: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let inside = |folder: &Path| real(program).starts_with(real(folder));
    let here = std::env::current_exe().unwrap_or_default();
    (inside(&place.root) || inside(&place.common_dir)) && !super::program::same_program(program, &here)
}

/// Runs a command for so long at most; `None` when it had to be ended.
///
/// # Errors
/// When it can't be started or read.
pub fn run_limited(command: &mut Command, limit: Duration) -> io::Result<Option<Output>> {
    let mut child = command.spawn()?;
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let Some(status) = wait(&mut child, limit)? else { return Ok(None) };
    // A grandchild may hold the pipes open for ever; what it has to say is not for us.
    let rest = |pipe: Receiver<Vec<u8>>| pipe.recv_timeout(Duration::from_secs(2)).unwrap_or_default();
    Ok(Some(Output { status, stdout: rest(stdout), stderr: rest(stderr) }))
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            // What it started goes with it, where it was given a group of its own.
            let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
            if let Some(group) = group {
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(4));
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}
