//! A person at a terminal: a pseudo-terminal with what they type.

use super::Answer;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Runs a command on a terminal of its own, with these lines typed in advance.
pub fn typed(command: &mut Command, lines: &[impl AsRef<[u8]>]) -> Answer {
    let (mut child, mut controller) = start(command, lines);
    let output = read(&mut controller);
    let code = child.wait().unwrap().code().unwrap_or(-1);
    Answer { code, stdout: String::from_utf8_lossy(&output).replace("\r\n", "\n"), stderr: String::new() }
}

/// As [`typed`], killed after some time; whether it had not ended by itself.
pub fn killed(command: &mut Command, lines: &[impl AsRef<[u8]>], after: Duration) -> bool {
    let (mut child, mut controller) = start(command, lines);
    // What nobody reads would be waited for.
    let reader = std::thread::spawn(move || read(&mut controller));
    std::thread::sleep(after);
    let in_time = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    in_time
}

fn start(command: &mut Command, lines: &[impl AsRef<[u8]>]) -> (Child, File) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let user = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let side = || Stdio::from(user.try_clone().unwrap());
    let child = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
    // The command itself keeps its sides until it is dropped, and the end would not be seen.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut controller = File::from(controller);
    for line in lines {
        controller.write_all(&[line.as_ref(), b"\n"].concat()).unwrap();
    }
    (child, controller)
}

fn read(controller: &mut File) -> Vec<u8> {
    let mut output = Vec::new();
    let mut piece = [0; 4096];
    // The other side is gone: an error on Linux, an end elsewhere.
    while let Ok(count @ 1..) = controller.read(&mut piece) {
        output.extend_from_slice(&piece[..count]);
    }
    output
}
