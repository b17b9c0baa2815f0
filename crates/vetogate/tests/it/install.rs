//! `veto install`, `uninstall` and `doctor`, with a stand-in for the program that the hook remembers.

mod doctor;
mod edits;
mod folder;
mod global;
mod managers;
mod names;
mod proof;
mod remotes;

use crate::support::{Answer, Sandbox, VETO, answer};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A sandbox whose `bin/veto` leads to the program while we install, and to a stand-in while we push: that records
/// what it gets and ends as it is told. So the path that the hook remembers is a link, which also has to survive.
struct Bench {
    sandbox: Sandbox,
    program: PathBuf,
}

impl Bench {
    fn new() -> Self {
        Self::with(Sandbox::with_clone(), "bin")
    }

    fn with(sandbox: Sandbox, folder: &str) -> Self {
        let program = sandbox.write(format!("{folder}/veto"), "");
        fs::remove_file(&program).unwrap();
        symlink(VETO, &program).unwrap();
        Self { sandbox, program }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.sandbox.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The real program, by the path to remember.
    fn veto(&self, directory: &str, arguments: &[&str]) -> Answer {
        self.real();
        answer(self.sandbox.command(directory, &self.program).args(arguments))
    }

    fn real(&self) {
        let _ = fs::remove_file(&self.program);
        symlink(VETO, &self.program).unwrap();
    }

    /// From now on the hook meets a stand-in that ends with this code.
    fn stand_in(&self, code: i32) {
        let _ = fs::remove_file(&self.program);
        let (seen, log) = (self.path("seen"), self.path("log"));
        let text = format!(
            "#!/bin/sh\ncat > '{}'\necho \"veto $*\" >> '{}'\nexit {code}\n",
            seen.display(),
            log.display()
        );
        write_script(&self.program, &text);
    }

    /// A commit, and a push of it.
    fn push(&self, directory: &str) -> Answer {
        self.sandbox.commit_all(directory, "More");
        self.sandbox.git(directory, &["push", "origin", "HEAD:refs/heads/topic"])
    }

    /// What was called, in order, and forgets it.
    fn log(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("log")).unwrap_or_default();
        let _ = fs::remove_file(self.path("log"));
        text.lines().map(str::to_owned).collect()
    }

    /// A hook that notes its name and what it was given.
    fn noting_hook(&self, path: &str, name: &str, code: i32) -> String {
        let (log, input) = (self.path("log"), self.path(&format!("seen-{name}")));
        let (log, input) = (log.display(), input.display());
        let text = format!("#!/bin/sh\necho \"{name} $*\" >> '{log}'\ncat > '{input}'\nexit {code}\n");
        write_script(&self.path(path), &text);
        text
    }

    /// A commit with a new token, and the line that git would give for a push of it.
    fn dirty(&self) -> String {
        self.sandbox.write("work/app.conf", token());
        let new = self.sandbox.commit_all("work", "Dirty");
        let old = self.sandbox.git("work", &["rev-parse", "HEAD~1"]).ok().stdout;
        format!("refs/heads/main {new} refs/heads/main {}\n", old.trim())
    }

    fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.path(path)).unwrap().permissions().mode() & 0o777
    }

    /// All files of a folder with their content and mode, to compare before and after.
    fn picture(&self, folder: &str) -> Vec<(String, u32, String)> {
        let mut picture: Vec<_> = fs::read_dir(self.path(folder))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let content = fs::read(&path).unwrap_or_default();
                let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
                (path.display().to_string(), mode, String::from_utf8_lossy(&content).into_owned())
            })
            .collect();
        picture.sort();
        picture
    }
}

/// A GitHub token.
fn token() -> String {
    vetogate_rules::template::generate("{crc32-base62:ghp_}").unwrap()
}

pub(crate) fn write_script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A command as root would be without the right to write everywhere.
fn without_override(command: &mut Command) -> Answer {
    let mut wrapped = Command::new("setpriv");
    wrapped.args(["--bounding-set=-dac_override,-dac_read_search", "--"]);
    wrapped.arg(command.get_program()).args(command.get_args()).env_clear();
    wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    answer(wrapped.current_dir(command.get_current_dir().unwrap()))
}

/// Says that a test was skipped, past the harness, which swallows what a passing test prints.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}
