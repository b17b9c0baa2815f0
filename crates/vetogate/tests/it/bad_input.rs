//! Bad input: what can be read is judged, what stays unread ends with 3, and nothing hangs or panics.

mod content;
mod git;
mod names;
mod objects;

use crate::support::{Answer, Sandbox, VETO, answer};
use std::io::Write;
use std::process::{Command, Stdio};
use vetogate_rules::template::generate;

/// A token that is found by its format alone.
fn token() -> String {
    generate("{crc32-base62:ghp_}").unwrap()
}

/// The line that git would give for a push of `new`.
fn line(sandbox: &Sandbox, work: &str, new: &str, name: &str) -> String {
    let known = sandbox.git(work, &["rev-parse", "--quiet", "--verify", "refs/remotes/origin/main"]);
    let old = if name == "refs/heads/main" { known.stdout.trim().to_owned() } else { "0".repeat(new.len()) };
    format!("HEAD {new} {name} {old}\n")
}

/// The hook, with these lines on standard input.
fn hook(mut command: Command, url: &str, input: &str) -> Answer {
    command.args(["hook", "pre-push", "origin", url]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The hook in `work`, for a push of HEAD to `main` of its origin.
fn push_head(sandbox: &Sandbox, work: &str) -> Answer {
    let head = sandbox.git(work, &["rev-parse", "HEAD"]).ok().stdout.trim().to_owned();
    push(sandbox, work, &line(sandbox, work, &head, "refs/heads/main"))
}

fn push(sandbox: &Sandbox, work: &str, input: &str) -> Answer {
    let url = sandbox.git(work, &["remote", "get-url", "origin"]).ok().stdout.trim().to_owned();
    hook(sandbox.command(work, VETO), &url, input)
}

#[test]
fn lines_that_git_would_not_write_are_wrong_usage() {
    let sandbox = Sandbox::with_clone();
    let id = "a".repeat(40);
    for input in
        ["nonsense\n".to_owned(), format!("refs/heads/x {id} refs/heads/x\n"), format!("a {id} b {id}z\n")]
    {
        let said = push(&sandbox, "work", &input).exits(2).stderr;
        assert!(said.contains("line 1 of standard input"), "{said}");
    }
    push(&sandbox, "work", "").exits(0);
}

#[test]
fn variables_of_a_worktree_or_an_alias_change_nothing() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/a.txt", token());
    sandbox.commit_all("work", "A token");
    let head = sandbox.git("work", &["rev-parse", "HEAD"]).ok().stdout.trim().to_owned();
    let input = line(&sandbox, "work", &head, "refs/heads/main");
    sandbox.git("work", &["worktree", "add", "-q", "../tree", "HEAD"]).ok();
    let git_dir = sandbox.git("tree", &["rev-parse", "--absolute-git-dir"]).ok().stdout.trim().to_owned();
    let empty = sandbox.write("empty", "");
    let mut command = sandbox.command("tree", VETO);
    command.env("GIT_DIR", git_dir).env("GIT_WORK_TREE", sandbox.path().join("tree"));
    command.env("GIT_PREFIX", "x/").env("GIT_INDEX_FILE", "/nonexistent").env("GIT_SHALLOW_FILE", empty);
    hook(command, &sandbox.path().join("remote.git").to_string_lossy(), &input).exits(1);
}

#[test]
fn a_closed_pipe_keeps_the_verdict() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/a.txt", token());
    let head = sandbox.commit_all("work", "A token");
    let input = sandbox.write("input", line(&sandbox, "work", &head, "refs/heads/main"));
    for closing in ["2>&-", "2>/dev/full", "2> >(exec true)", ">&- 2>&- "] {
        let script = format!(
            "'{VETO}' hook pre-push origin ../remote.git <'{}' {closing}; echo \"code $?\" >&3",
            input.display()
        );
        let answer = answer(sandbox.command("work", "bash").args(["-c", &format!("{{ {script}; }} 3>&1")]));
        assert!(answer.stdout.contains("code 1"), "{closing}: {answer:?}");
    }
    let script = format!("set -o pipefail; '{VETO}' scan --format json . | exec true");
    let answer = answer(sandbox.command("work", "bash").args(["-c", &script]));
    assert_eq!((answer.code, answer.stderr.contains("panic")), (1, false), "{answer:?}");
}

/// Git gives a hook two arguments: what has one only, and asks, is a person.
#[test]
fn a_question_about_the_hook_is_answered() {
    let sandbox = Sandbox::new();
    for command in [&["hook", "pre-push"][..], &["configured-hook"]] {
        for question in [&["--help"][..], &["-h"], &["--posture", "high", "-h"]] {
            if command == ["configured-hook"] && question.len() > 1 {
                continue;
            }
            let said = sandbox.veto(".", &[command, question].concat()).ok().stdout;
            assert!(said.contains("Usage: veto") && said.contains("URL"), "{command:?} {question:?}: {said}");
        }
        sandbox.veto(".", &[command, &["origin"]].concat()).exits(2);
        sandbox.veto(".", command).exits(2);
    }
}

/// A hook manager that does not hand standard input on would let everything through.
#[test]
fn standard_input_that_is_no_pipe() {
    let sandbox = Sandbox::with_clone();
    let url = sandbox.path().join("remote.git").display().to_string();
    let answer = sandbox.veto("work", &["hook", "pre-push", "origin", &url]).exits(2).text();
    assert!(answer.contains("has to hand it on"), "{answer}");
    // Git gives a pipe with nothing in it where there is nothing to push.
    hook(sandbox.command("work", VETO), &url, "").ok();
}
