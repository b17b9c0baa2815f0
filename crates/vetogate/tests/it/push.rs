//! Real pushes through the installed hook: what is vetoed, what passes, and what arrives.

mod audit;
mod crashes;
mod debt;
mod full_disk;
mod ignores;
mod layers;
mod loosened;
mod overrides;
mod pins;
mod policy;
mod public;
mod published;
mod remotes;
mod repositories;
mod signers;
mod state;
mod steps;
mod texts;
mod time;
mod traps;
mod triage;
mod ways;

use crate::support::{Answer, Sandbox, VETO, answer, terminal};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use vetogate_rules::template::generate;

/// A clone in `work` whose pushes the veto guards.
struct Gate {
    sandbox: Sandbox,
}

/// What no rule takes for a secret.
const HARMLESS: &str = "nothing-to-see-here";

/// A new GitHub token.
fn token() -> String {
    fresh("{crc32-base62:ghp_}")
}

/// A value that no other call gives.
fn fresh(template: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let text = generate(&format!("{number}|{template}")).unwrap();
    text.split_once('|').unwrap().1.to_owned()
}

/// A line that sets a guessable password.
fn password() -> String {
    fresh("db_password = \"{lower:2}{digits:3}-{lower:2}{digits:2}X\"\n")
}

impl Gate {
    fn new() -> Self {
        Self::over(Sandbox::with_clone())
    }

    fn over(sandbox: Sandbox) -> Self {
        sandbox.veto("work", &["install"]).ok();
        Self { sandbox }
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.sandbox.path().join("work").join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        self.sandbox.write(Path::new("work").join(path), content);
        self
    }

    fn commit(&self, message: &str) -> String {
        self.sandbox.commit_all("work", message)
    }

    /// Runs git in the clone; gives its trimmed output.
    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        self.sandbox.git("work", arguments).ok().stdout.trim().to_owned()
    }

    /// Runs git in the clone with this on its standard input.
    #[track_caller]
    fn git_input(&self, arguments: &[&str], input: &[u8]) -> String {
        let file = self.sandbox.write("input", input);
        let mut command = self.sandbox.command("work", "git");
        command.args(arguments).stdin(Stdio::from(std::fs::File::open(file).unwrap()));
        answer(&mut command).ok().stdout.trim().to_owned()
    }

    /// The id of a new blob.
    fn blob(&self, content: impl AsRef<[u8]>) -> String {
        self.git_input(&["hash-object", "-w", "--stdin"], content.as_ref())
    }

    /// A raw commit on top of HEAD, whose header and message `edit` makes; moves the branch there.
    fn raw_commit(&self, edit: impl FnOnce(String) -> Vec<u8>) -> String {
        let (tree, parent) = (self.git(&["rev-parse", "HEAD^{tree}"]), self.git(&["rev-parse", "HEAD"]));
        let person = "Ann <ann@example.org> 1700000000 +0000";
        let head = format!("tree {tree}\nparent {parent}\nauthor {person}\ncommitter {person}\n");
        let oid =
            self.git_input(&["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], &edit(head));
        self.git(&["update-ref", "HEAD", &oid]);
        oid
    }

    /// What is on the remote before any veto: pushed past the hook.
    fn publish(&self, refspec: &str) {
        self.git(&["push", "-q", "--no-verify", "origin", refspec]);
    }

    /// Refs and ids of the remote.
    fn refs(&self) -> String {
        self.sandbox.git("remote.git", &["for-each-ref", "--format=%(refname) %(objectname)"]).ok().stdout
    }

    fn push(&self, arguments: &[&str]) -> Answer {
        let arguments: Vec<&str> = [&["push", "origin"], arguments].concat();
        self.sandbox.git("work", &arguments)
    }

    /// The line that git would give to the hook for a push of a revision to `main`.
    fn line(&self, revision: &str) -> String {
        let (new, old) = (self.git(&["rev-parse", revision]), self.git(&["rev-parse", "origin/main"]));
        format!("refs/heads/main {new} refs/heads/main {old}\n")
    }

    /// Runs veto in the clone, on a terminal where these lines are typed.
    fn typed(&self, arguments: &[&str], lines: &[&str]) -> Answer {
        terminal::typed(self.sandbox.command("work", VETO).args(arguments), lines)
    }

    /// A new SSH key; gives its path, beside which its public part lies.
    fn key(&self, name: &str) -> String {
        let path = self.sandbox.path().join(name).display().to_string();
        self.sandbox.run(".", "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &path]).ok();
        path
    }

    /// Enrols a key for this clone.
    fn enrol(&self, key: &str) {
        let said = self.sandbox.run(".", "ssh-keygen", &["-l", "-f", &format!("{key}.pub")]).ok().stdout;
        let fingerprint = said.split_whitespace().nth(1).unwrap();
        let phrase = format!("enrol {}", &fingerprint[fingerprint.len() - 6..]);
        self.typed(&["install", "--signer", key], &[&phrase]).ok();
    }

    /// What the hook answers to a line of standard input.
    fn hook(&self, line: &str, environment: &[(&str, &str)]) -> Answer {
        let input = self.sandbox.write("line", line);
        let mut command = self.sandbox.command("work", VETO);
        command.args(["hook", "pre-push", "origin"]).arg(self.sandbox.path().join("remote.git"));
        command.envs(environment.iter().copied()).stdin(Stdio::from(std::fs::File::open(input).unwrap()));
        answer(&mut command)
    }

    /// The push is vetoed and nothing arrives; gives what was said.
    #[track_caller]
    fn vetoed(&self, arguments: &[&str]) -> String {
        let before = self.refs();
        let text = self.push(arguments).exits(1).text();
        assert_eq!(before, self.refs(), "something arrived");
        assert!(text.contains("Push BLOCKED until resolved.") && text.contains("BLOCK"), "{text}");
        text
    }

    /// The push is refused because something could not be looked at.
    #[track_caller]
    fn unread(&self, arguments: &[&str]) -> String {
        let before = self.refs();
        let text = self.push(arguments).exits(1).text();
        assert_eq!(before, self.refs(), "something arrived");
        assert!(text.contains("BLOCK") && !text.contains("SECURITY VETO"), "{text}");
        text
    }

    /// The push passes and the remote changes; gives what was said.
    #[track_caller]
    fn passes(&self, arguments: &[&str]) -> String {
        let before = self.refs();
        let text = self.push(arguments).ok().text();
        assert_ne!(before, self.refs(), "nothing arrived: {text}");
        text
    }
}

/// What `make` makes and names is vetoed with a token in it, at `place`, and passes without.
#[track_caller]
fn both_ways(place: &str, make: impl Fn(&Gate, &str) -> Vec<String>) -> String {
    let gate = Gate::new();
    let refspecs = make(&gate, HARMLESS);
    let text = gate.passes(&refspecs.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.contains("ALLOW"), "{text}");

    let (gate, token) = (Gate::new(), token());
    let refspecs = make(&gate, &token);
    let text = gate.vetoed(&refspecs.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.contains(place), "no {place} in {text}");
    let from_veto = text.split("error: failed to push").next().unwrap_or_default();
    assert!(!from_veto.contains(&token), "shown: {text}");
    text
}

/// The refspecs of a push.
fn refspecs(list: &[&str]) -> Vec<String> {
    list.iter().map(|&refspec| refspec.to_owned()).collect()
}
