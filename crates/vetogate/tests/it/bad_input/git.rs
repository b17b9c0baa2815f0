//! A git that is not there, is killed, hangs or gives half an answer.

use super::{hook, line, token};
use crate::support::{Answer, Sandbox, VETO};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

/// A `git` before the real one, which does `action` for one subcommand.
fn fake(sandbox: &Sandbox, subcommand: &str, action: &str) -> String {
    let real = sandbox.run(".", "sh", &["-c", "command -v git"]).ok().stdout.trim().to_owned();
    let script = format!(
        "#!/bin/sh\nreal='{real}'\ncase \" $* \" in *\" {subcommand} \"*) {action};; esac\nexec \"$real\" \"$@\"\n"
    );
    let path = sandbox.write("fake/git", script);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let inherited = std::env::var("PATH").unwrap_or_default();
    format!("{}:{inherited}", path.parent().unwrap().display())
}

fn push_with(sandbox: &Sandbox, path: &str) -> Answer {
    let head = sandbox.git("work", &["rev-parse", "HEAD"]).ok().stdout.trim().to_owned();
    let url = sandbox.git("work", &["remote", "get-url", "origin"]).ok().stdout.trim().to_owned();
    let mut command = sandbox.command("work", VETO);
    command.env("PATH", path);
    hook(command, &url, &line(sandbox, "work", &head, "refs/heads/main"))
}

fn ahead(content: &str) -> Sandbox {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/a.txt", content);
    sandbox.write("work/b.txt", "b\n");
    sandbox.commit_all("work", "Ahead");
    pack(&sandbox);
    sandbox
}

/// Loose objects are read without git; in a pack they are not.
fn pack(sandbox: &Sandbox) {
    sandbox.git("work", &["repack", "-adq"]).ok();
}

#[test]
fn a_git_that_is_killed_is_never_a_pass() {
    let sandbox = ahead("a\n");
    for subcommand in ["log", "cat-file", "for-each-ref", "config"] {
        for action in ["kill -9 $$", "exit 0", "exit 128"] {
            if (subcommand, action) == ("for-each-ref", "exit 0")
                || (subcommand, action) == ("config", "exit 0")
                || (subcommand, action) == ("log", "exit 128")
            {
                // No refs and no configuration are answers; where log gives up, the objects are read one by one.
                continue;
            }
            let path = fake(&sandbox, subcommand, action);
            let answer = push_with(&sandbox, &path);
            assert_eq!(answer.code, 3, "{subcommand} {action}: {}", answer.text());
            assert!(answer.stderr.contains("git"), "{subcommand} {action}: {}", answer.text());
        }
    }
    push_with(&sandbox, &fake(&sandbox, "log", "exit 128")).exits(0);
    let sandbox = ahead(&token());
    push_with(&sandbox, &fake(&sandbox, "log", "exit 128")).exits(1);
    push_with(&sandbox, &fake(&sandbox, "for-each-ref", "exit 0")).exits(1);
}

#[test]
fn half_an_answer_is_never_a_pass() {
    let sandbox = ahead("a\n");
    for subcommand in ["log", "cat-file", "for-each-ref", "config"] {
        let action = match subcommand {
            // It waits for questions, and `head` would not end it.
            "cat-file" => "read -r _ id; printf '%s blob' \"$id\"; exit 0",
            _ => "\"$real\" \"$@\" | head -c 20; exit 0",
        };
        let path = fake(&sandbox, subcommand, action);
        let answer = push_with(&sandbox, &path);
        assert_eq!(answer.code, 3, "{subcommand}: {}", answer.text());
    }
}

#[test]
fn no_git_is_never_a_pass() {
    let sandbox = ahead("a\n");
    let answer = push_with(&sandbox, "/nonexistent").exits(3);
    assert!(answer.stderr.contains("could not start git"), "{}", answer.stderr);
    let mut command = sandbox.command("work", VETO);
    let answer = crate::support::answer(command.env("PATH", "/nonexistent").args(["scan", "--history"]));
    assert_ne!(answer.code, 0);
    assert!(answer.stderr.contains("could not start git"), "{}", answer.stderr);
}

/// The policy on the trusted branch gives one second; a git that sleeps ends with it, and so do its own children.
#[test]
fn a_git_that_hangs_ends_with_the_time_limit() {
    for (subcommand, action) in
        [("cat-file", "sleep 100"), ("log", "exec sleep 100"), ("log", "exec >&-; sleep 100")]
    {
        let sandbox = Sandbox::with_clone();
        sandbox.write("work/.veto/policy.toml", "[limits]\nseconds = 1\n");
        sandbox.commit_all("work", "Policy");
        sandbox.git("work", &["push", "-q"]).ok();
        sandbox.veto("work", &["install"]).ok();
        sandbox.write("work/a.txt", "a\n");
        sandbox.commit_all("work", "Ahead");
        pack(&sandbox);
        // The readers before the policy is known are left alone: only what is asked for the push hangs.
        let count = sandbox.path().join("count");
        let action = if subcommand == "cat-file" {
            format!("echo x >>'{0}'; [ $(wc -l <'{0}') -lt 2 ] || {action}", count.display())
        } else {
            action.into()
        };
        let path = fake(&sandbox, subcommand, &action);
        let begun = Instant::now();
        let answer = push_with(&sandbox, &path);
        assert!(begun.elapsed() < Duration::from_secs(20), "{subcommand}: {:?}", begun.elapsed());
        assert_eq!(answer.code, 3, "{subcommand}: {}", answer.text());
        assert!(answer.stderr.contains("not"), "{}", answer.stderr);
    }
}

/// The second listing, which a finding asks for, fails: what was found stands, and comes before what is missing.
#[test]
fn a_git_that_fails_after_a_finding_does_not_hide_it() {
    let sandbox = ahead(&token());
    sandbox.git("work", &["push", "-q", "--no-verify", "origin", "HEAD~1:refs/heads/other"]).ok();
    let count = sandbox.path().join("count");
    let action = format!("echo x >>'{0}'; [ $(wc -l <'{0}') -lt 2 ] || kill -9 $$", count.display());
    let answer = push_with(&sandbox, &fake(&sandbox, "log", &action));
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(
        answer.stderr.contains("SECURITY VETO") && answer.stderr.contains("could not be listed"),
        "{answer:?}"
    );
}
