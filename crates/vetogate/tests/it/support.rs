//! A sandbox: a home without configuration, a bare remote, a clone, and commands that see nothing else.
#![allow(dead_code, reason = "each module uses what it needs")]

pub mod terminal;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The binary under test.
pub const VETO: &str = env!("CARGO_BIN_EXE_veto");

/// What a command answered.
#[derive(Debug)]
pub struct Answer {
    /// Exit code; -1 for a signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Answer {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless the command ended with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Both outputs.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A folder with `home/`, and whatever a test puts beside it.
pub struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    /// An empty one.
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("veto-it-").tempdir().unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        fs::write(
            root.path().join("home/.gitconfig"),
            "[user]\nname = Ann Developer\nemail = ann@example.org\n[init]\ndefaultBranch = main\n\
             [protocol \"file\"]\nallow = always\n[gc]\nauto = 0\n[maintenance]\nauto = false\n",
        )
        .unwrap();
        Self { root }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// A command in `directory` (relative to the sandbox), with an environment of this sandbox alone.
    pub fn command(&self, directory: impl AsRef<Path>, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let veto_folder = Path::new(VETO).parent().unwrap().to_owned();
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(veto_folder).chain(std::env::split_paths(&inherited));
        command
            .current_dir(self.path().join(directory))
            .env_clear()
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.path().join("home"))
            .env("XDG_CONFIG_HOME", self.path().join("home/.config"))
            .env("VETO_TEST_ETC", self.path().join("etc"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// Runs a program to its end.
    pub fn run(&self, directory: impl AsRef<Path>, program: &str, arguments: &[&str]) -> Answer {
        answer(self.command(directory, program).args(arguments))
    }

    /// Runs git.
    pub fn git(&self, directory: impl AsRef<Path>, arguments: &[&str]) -> Answer {
        self.run(directory, "git", arguments)
    }

    /// Runs the binary under test.
    pub fn veto(&self, directory: impl AsRef<Path>, arguments: &[&str]) -> Answer {
        self.run(directory, VETO, arguments)
    }

    /// Writes a file, with its folders; gives its full path.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A bare repository `remote.git` with one commit on `main`, and a clone of it in `work`.
    pub fn with_clone() -> Self {
        let sandbox = Self::new();
        sandbox.git(".", &["init", "-q", "--bare", "remote.git"]).ok();
        sandbox.git(".", &["clone", "-q", "remote.git", "work"]).ok();
        sandbox.write("work/README.md", "# A project\n");
        sandbox.commit_all("work", "Begin");
        sandbox.git("work", &["push", "-q", "-u", "origin", "main"]).ok();
        sandbox.git("work", &["remote", "set-head", "origin", "main"]).ok();
        sandbox
    }

    /// Adds everything in a work tree and commits it; gives the commit's id.
    pub fn commit_all(&self, directory: &str, message: &str) -> String {
        self.git(directory, &["add", "-A"]).ok();
        self.git(directory, &["commit", "-q", "--no-verify", "--allow-empty", "-m", message]).ok();
        self.git(directory, &["rev-parse", "HEAD"]).ok().stdout.trim().to_owned()
    }
}

/// Runs a command to its end.
pub fn answer(command: &mut Command) -> Answer {
    let output: Output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
