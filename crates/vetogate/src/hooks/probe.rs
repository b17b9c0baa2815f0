//! The proof: git is told to run its pre-push hook with an argument that our shim answers without scanning, and
//! without calling what it chains. Only done where [`super::state`] found our part, so that nobody else's hook is run
//! for a question.

use super::place::Place;
use super::shim::{MARK, PROBE};
use crate::git::command::GitError;
use bstr::ByteSlice;
use std::io::{self, Read};
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
    /// Our mark, and the program that would be asked (escaped).
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
    let output = run_limited(&mut place.as_user().command(arguments), LIMIT).map_err(GitError::Start)?;
    let Some(output) = output else {
        return Ok(Reply::Other(format!("no answer in {} s", LIMIT.as_secs())));
    };
    let said = [output.stdout, output.stderr].concat();
    let answer = said.lines().find_map(|line| line.strip_prefix(MARK.as_bytes()));
    Ok(match answer {
        Some(program) if output.status.success() => Reply::Answered(escape(program)),
        _ => Reply::Other(shorten(&escape(said.trim()), 300)),
    })
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
