//! Making a signature through `ssh-keygen -Y sign`, so that agents, passphrases and hardware keys work.

use super::{Namespace, sshsig};
use bstr::ByteSlice;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use vetogate_core::text::escape;

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// `ssh-keygen` is not there, or can't be talked to.
    #[error("could not run ssh-keygen: {0}; install OpenSSH 8.2 or newer")]
    Start(std::io::Error),
    /// It did not sign, and said why.
    #[error("ssh-keygen did not sign with {0}; the reason stands above")]
    Failed(String),
    /// It did not end.
    #[error("ssh-keygen did not sign within {0} s, and was killed; nothing was signed")]
    Late(u64),
    /// What it gave is no signature.
    #[error("what ssh-keygen gave is no signature")]
    Answer(#[from] sshsig::Refusal),
}

/// A passphrase or a touch may take a person some time; what takes longer hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// An SSH signature has some hundred bytes, one of a long RSA key some thousand.
const MOST: u64 = 64 * 1024;

/// Signs `message` with a key: a file with a private key, or with a public one whose private part an agent holds.
/// The message goes through standard input, for beside a file an old signature would stay and pass for the new one.
///
/// # Errors
/// When there is no signature; whether it counts, [`sshsig::verify`] says.
pub fn sign(key: &Path, namespace: Namespace, message: &[u8]) -> Result<String, SignError> {
    let mut command = Command::new("ssh-keygen");
    // Where it asks for a touch, it says so on standard error.
    command.args(["-Y", "sign", "-n", namespace.as_str(), "-f"]).arg(key).stderr(Stdio::inherit());
    // On a terminal it has to stay in our group: one in the background can't ask for a passphrase.
    let is_alone = File::open("/dev/tty").is_err();
    let (status, output) = answer(&mut command, message, LIMIT, is_alone)?;
    if !status.success() {
        return Err(SignError::Failed(escape(key.as_os_str().as_encoded_bytes())));
    }
    let armored = output.to_str_lossy().into_owned();
    sshsig::key_of(&armored)?;
    Ok(armored)
}

/// What a program says to `message`, and how it ended; one that takes too long is killed, and where it may lead a group
/// of its own, all that it started.
fn answer(
    command: &mut Command,
    message: &[u8],
    limit: Duration,
    is_leader: bool,
) -> Result<(ExitStatus, Vec<u8>), SignError> {
    if is_leader {
        command.process_group(0);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(SignError::Start)?;
    let end = Instant::now() + limit;
    if let Some(mut input) = child.stdin.take() {
        let message = message.to_vec();
        // It may have ended by now; what it said tells why.
        std::thread::spawn(move || input.write_all(&message));
    }
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let read = output.take(MOST).read_to_end(&mut text).map(|_| text);
            sender.send(read)
        });
    }
    let Some(status) = ended(&mut child, end)? else {
        kill(&mut child, is_leader);
        return Err(SignError::Late(limit.as_secs()));
    };
    // What it started may hold the pipe open.
    match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
        Ok(text) => Ok((status, text.map_err(SignError::Start)?)),
        Err(_) => Err(SignError::Late(limit.as_secs())),
    }
}

/// How a child ended; `None` where it still runs at that time.
fn ended(child: &mut Child, end: Instant) -> Result<Option<ExitStatus>, SignError> {
    loop {
        let status = child.try_wait().map_err(SignError::Start)?;
        if status.is_some() || Instant::now() >= end {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// How long one that is on the terminal may take to leave it as it was: where it waits for a passphrase, nothing that is
/// typed shows.
const LEAVE: Duration = Duration::from_secs(1);

/// The child has not been waited for: its number is its own.
fn kill(child: &mut Child, is_leader: bool) {
    if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
        if is_leader {
            let _ = kill_process_group(pid, Signal::KILL);
        } else {
            let _ = kill_process(pid, Signal::TERM);
            if let Ok(Some(_)) = ended(child, Instant::now() + LEAVE) {
                return;
            }
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The public part that lies beside a private key, or the file itself where it is public.
pub fn public_file(key: &Path) -> PathBuf {
    if key.extension().is_some_and(|extension| extension == "pub") {
        return key.to_owned();
    }
    let mut name = key.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<(ExitStatus, Vec<u8>), SignError> {
        answer(Command::new("sh").args(["-c", script]), b"text", limit, true)
    }

    #[test]
    fn one_that_answers_is_heard() {
        let (status, text) = shell("cat; echo; exit 3", LIMIT).unwrap();
        assert_eq!((status.code(), text), (Some(3), b"text\n".to_vec()));
        // More than a pipe holds, in both directions, from one that reads nothing.
        let long = vec![b'x'; 1 << 20];
        let mut command = Command::new("sh");
        command.args(["-c", "yes 2>/dev/null | head -c 300000"]);
        let (_, text) = answer(&mut command, &long, LIMIT, true).unwrap();
        assert_eq!(text.len() as u64, MOST);
    }

    #[test]
    fn one_that_hangs_is_killed() {
        let limit = Duration::from_millis(300);
        for script in
            ["sleep 60", "sleep 60 & sleep 60", "exec 1>&-; sleep 60", "trap '' TERM; sleep 60; sleep 60"]
        {
            let start = Instant::now();
            assert!(matches!(shell(script, limit), Err(SignError::Late(_))), "{script}");
            assert!(start.elapsed() < Duration::from_secs(20), "{script}");
        }
        // It has ended itself, and what it left behind keeps its output open.
        assert!(matches!(shell("sleep 5 &", limit), Err(SignError::Late(_))));
    }

    /// One that has changed the terminal may put it right; one that does not end for that ends all the same.
    #[test]
    fn one_on_the_terminal_may_leave_it_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let limit = Duration::from_millis(300);
        for (deed, is_left) in [("touch \"$0\"; exit", true), ("", false)] {
            let script = format!("trap '{deed}' TERM; while :; do sleep 0.05; done");
            let mut command = Command::new("sh");
            command.args(["-c", &script]).arg(&mark);
            assert!(matches!(answer(&mut command, b"", limit, false), Err(SignError::Late(_))), "{deed}");
            assert_eq!(mark.exists(), is_left, "{deed}");
            let _ = std::fs::remove_file(&mark);
        }
    }

    /// Where the group is its own, what it started ends with it; else at least the wait for it.
    #[test]
    fn what_it_started_is_killed_too() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let script = format!("(sleep 2; touch '{}') & sleep 60", mark.display());
        let mut command = Command::new("sh");
        command.args(["-c", &script]);
        let limit = Duration::from_millis(300);
        for (is_alone, is_left) in [(true, false), (false, true)] {
            let start = Instant::now();
            assert!(matches!(answer(&mut command, b"", limit, is_alone), Err(SignError::Late(_))));
            assert!(start.elapsed() < Duration::from_secs(2));
            std::thread::sleep(Duration::from_secs(4));
            assert_eq!(mark.exists(), is_left);
        }
    }
}
