//! Real purges in real repositories: what was vetoed passes afterwards, and nothing else is another.

mod basics;
mod crashes;
mod generated;
mod histories;
mod remains;
mod remotes;
mod there;
mod worktrees;

use crate::support::{Answer, Sandbox, VETO, answer};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use vetogate_rules::template::generate;

/// A value that no other call gives.
fn fresh(template: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let text = generate(&format!("{number}|{template}")).unwrap();
    text.split_once('|').unwrap().1.to_owned()
}

/// A new GitHub token.
fn token() -> String {
    fresh("{crc32-base62:ghp_}")
}

/// A guessable password.
fn weak() -> String {
    fresh("{lower:2}{digits:3}-{lower:2}{digits:2}X")
}

/// A clone in `work` with the hook installed.
struct Clone {
    sandbox: Sandbox,
}

impl Clone {
    fn new() -> Self {
        let sandbox = Sandbox::with_clone();
        sandbox.veto("work", &["install"]).ok();
        Self { sandbox }
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.sandbox.path().join("work").join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        self.sandbox.write(Path::new("work").join(path), content);
        self
    }

    fn read(&self, path: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path(path)).unwrap()).into_owned()
    }

    fn commit(&self, message: &str) -> String {
        self.sandbox.commit_all("work", message)
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        self.sandbox.git("work", arguments).ok().stdout.trim().to_owned()
    }

    #[track_caller]
    fn git_input(&self, arguments: &[&str], input: &[u8]) -> String {
        let file = self.sandbox.write("input", input);
        let mut command = self.sandbox.command("work", "git");
        command.args(arguments).stdin(Stdio::from(std::fs::File::open(file).unwrap()));
        answer(&mut command).ok().stdout.trim().to_owned()
    }

    fn purge(&self, arguments: &[&str]) -> Answer {
        self.sandbox.veto("work", &[&["purge"], arguments].concat())
    }

    /// A purge that is killed at a step.
    fn killed_at(&self, step: &str, arguments: &[&str]) {
        let mut command = self.sandbox.command("work", VETO);
        command.arg("purge").args(arguments).env("VETO_PURGE_CRASH", step);
        answer(&mut command).exits(-1);
    }

    #[track_caller]
    fn vetoed(&self, arguments: &[&str]) {
        self.sandbox.git("work", &[&["push", "origin"], arguments].concat()).exits(1);
    }

    #[track_caller]
    fn passes(&self, arguments: &[&str]) -> String {
        self.sandbox.git("work", &[&["push", "origin"], arguments].concat()).ok().text()
    }

    /// What `git fsck` says of the repository, without what is dangling.
    fn fsck(&self) -> String {
        self.sandbox.git("work", &["fsck", "--no-dangling", "--no-reflogs", "--no-progress"]).text()
    }

    /// The objects behind these revisions that hold a text, raw or in their names.
    fn holding(&self, revisions: &[&str], text: &str) -> Vec<String> {
        let listed = self.git(&[&["rev-list", "--objects"], revisions].concat());
        let mut found: Vec<String> =
            listed.lines().filter(|line| line.contains(text)).map(str::to_owned).collect();
        for line in listed.lines() {
            let oid = line.split(' ').next().unwrap();
            let kind = self.git(&["cat-file", "-t", oid]);
            let raw = self.sandbox.command("work", "git").args(["cat-file", &kind, oid]).output().unwrap();
            if bstr::ByteSlice::find(&raw.stdout[..], text).is_some() {
                found.push(format!("{kind} {oid}"));
            }
        }
        found
    }
}
