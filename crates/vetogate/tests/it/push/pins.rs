//! Where a remote was pinned, and what a push makes of a remote that is elsewhere now.

use super::{Gate, token};
use crate::support::Sandbox;

fn pins(gate: &Gate) -> String {
    std::fs::read_to_string(gate.path(".git/veto/pins.toml")).unwrap_or_default()
}

/// A gate whose `origin` has an old secret, and `second.git`, which has only the first commit.
fn with_second() -> Gate {
    let gate = Gate::new();
    gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "second.git"]).ok();
    gate.write("a.conf", token()).commit("Old debt");
    gate.publish("main");
    gate.publish("main:refs/heads/dev");
    gate
}

#[track_caller]
fn finds_the_debt(gate: &Gate, remote: &str) -> String {
    let text = gate.sandbox.git("work", &["push", remote, "main:refs/heads/topic"]).exits(1).text();
    assert!(text.contains("File: a.conf"), "{text}");
    text
}

#[test]
fn the_first_push_after_install_pins() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "--bare", "remote.git"]).ok();
    sandbox.git(".", &["init", "-q", "--bare", "second.git"]).ok();
    sandbox.git(".", &["clone", "-q", "remote.git", "work"]).ok();
    let gate = Gate::over(sandbox);
    let place = gate.git(&["remote", "get-url", "origin"]);
    assert!(pins(&gate).contains(&place) && !pins(&gate).contains("branch ="), "{}", pins(&gate));
    gate.commit("Begin");
    gate.push(&["main"]).ok();
    assert!(!pins(&gate).contains("branch ="), "the remote had no branch yet: {}", pins(&gate));
    gate.commit("Go on");
    let text = gate.push(&["main"]).ok().text();
    assert!(text.contains("note: pinned main as the trusted branch of origin"), "{text}");
    assert!(pins(&gate).contains("branch = \"main\""), "{}", pins(&gate));
    assert_eq!(gate.git(&["symbolic-ref", "refs/remotes/origin/HEAD"]), "refs/remotes/origin/main");
    gate.commit("Once only");
    let text = gate.push(&["main"]).ok().text();
    assert!(!text.contains("pinned"), "{text}");
}

/// The place is known from the first push on, also where nobody can say which branch is trusted.
#[test]
fn an_empty_remote_that_was_given_another_url() {
    let sandbox = Sandbox::new();
    for name in ["remote.git", "second.git"] {
        sandbox.git(".", &["init", "-q", "--bare", name]).ok();
    }
    sandbox.git(".", &["init", "-q", "work"]).ok();
    let gate = Gate::over(sandbox);
    gate.git(&["remote", "add", "origin", "../remote.git"]);
    gate.commit("Begin");
    gate.push(&["main"]).ok();
    gate.write("a.conf", token()).commit("Old debt");
    gate.publish("main");
    gate.git(&["remote", "set-url", "origin", "../second.git"]);
    finds_the_debt(&gate, "origin");
}

/// A remote that gives no answer to a question is not asked at each push.
#[test]
fn a_remote_that_can_only_be_pushed_to_is_asked_once() {
    let gate = Gate::new();
    std::fs::remove_file(gate.path(".git/veto/pins.toml")).unwrap();
    let count = gate.sandbox.path().join("asked");
    let script = format!(
        "#!/bin/sh\ncase \"$2\" in *git-upload-pack*) echo asked >> '{}'; exit 1;; esac\nexec sh -c \"$2\"\n",
        count.display()
    );
    let program = gate.sandbox.write("ssh", script);
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    gate.git(&["config", "core.sshCommand", program.to_str().unwrap()]);
    gate.git(&["config", "ssh.variant", "simple"]);
    let url = format!("ssh://host{}/remote.git", gate.sandbox.path().display());
    gate.git(&["config", "remote.origin.url", &url]);
    for round in 0..3 {
        gate.commit(&format!("Round {round}"));
        let text = gate.push(&["main"]).ok().text();
        assert!(!text.contains("pinned"), "{text}");
    }
    assert_eq!(std::fs::read_to_string(&count).unwrap(), "asked\n");
    assert!(pins(&gate).contains("unanswered = true"), "{}", pins(&gate));
}

/// Nor is one whose HEAD names a branch that nobody pushed.
#[test]
fn a_remote_without_a_main_branch_is_asked_once() {
    let gate = Gate::new();
    std::fs::remove_file(gate.path(".git/veto/pins.toml")).unwrap();
    gate.sandbox.git("remote.git", &["symbolic-ref", "HEAD", "refs/heads/other"]).ok();
    gate.commit("Clean");
    gate.push(&["main"]).ok();
    assert!(pins(&gate).contains("unanswered = true"), "{}", pins(&gate));
    gate.sandbox.git("remote.git", &["symbolic-ref", "HEAD", "refs/heads/main"]).ok();
    gate.sandbox.veto("work", &["doctor", "--pin"]).ok();
    assert!(pins(&gate).contains("branch = \"main\""), "{}", pins(&gate));
}

#[test]
fn a_pin_goes_with_a_remote_that_is_renamed() {
    let gate = with_second();
    gate.git(&["remote", "rename", "origin", "up"]);
    gate.git(&["push", "-q", "up", "main:refs/heads/topic"]);
    gate.git(&["remote", "set-url", "up", "../second.git"]);
    gate.sandbox.veto("work", &["doctor"]);
    gate.sandbox.veto("work", &["install"]).ok();
    gate.git(&["remote", "set-url", "up", "../remote.git"]);
    gate.sandbox.veto("work", &["doctor", "--pin"]).ok();
    assert!(pins(&gate).contains("[remote.\"up\"]"), "{}", pins(&gate));
    gate.git(&["remote", "set-url", "up", "../second.git"]);
    finds_the_debt(&gate, "up");
}

#[test]
fn a_url_that_the_configuration_rewrites_later() {
    let gate = with_second();
    let place = gate.git(&["remote", "get-url", "origin"]);
    let other = gate.sandbox.path().join("second.git").display().to_string();
    gate.git(&["config", &format!("url.{other}.insteadOf"), &place]);
    let text = finds_the_debt(&gate, "origin");
    assert!(text.contains("and was pinned at"), "{text}");
    let text = gate.sandbox.veto("work", &["doctor"]).exits(1).text();
    assert!(text.contains("its refs and its policy count for nothing"), "{text}");
}

/// Pinning anew makes nothing true of refs that were fetched from the place before.
#[test]
fn pinning_another_place_wants_its_refs() {
    let gate = with_second();
    gate.git(&["remote", "set-url", "origin", "../second.git"]);
    let text = gate.sandbox.veto("work", &["doctor", "--pin"]).text();
    assert!(text.contains("run `git fetch --prune origin`, then `veto doctor --pin`"), "{text}");
    finds_the_debt(&gate, "origin");
    gate.git(&["fetch", "-q", "--prune", "origin"]);
    gate.sandbox.veto("work", &["doctor", "--pin"]).ok();
    finds_the_debt(&gate, "origin");
    gate.git(&["push", "-q", "--no-verify", "origin", "main"]);
    gate.git(&["push", "origin", "main:refs/heads/topic"]);
}

/// Refs that are written where the refspec says, and not where most refspecs do.
#[test]
fn tracking_refs_of_another_name() {
    let gate = Gate::new();
    gate.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/theirs/*"]);
    gate.git(&["fetch", "-q", "origin"]);
    gate.git(&["checkout", "-q", "-b", "topic"]);
    gate.write("b.conf", token()).commit("On the topic");
    gate.publish("topic");
    // What they know is known.
    gate.passes(&["topic:refs/heads/again"]);
    gate.sandbox.git("remote.git", &["update-ref", "-d", "refs/heads/topic"]).ok();
    gate.sandbox.git("remote.git", &["update-ref", "-d", "refs/heads/again"]).ok();
    gate.git(&["update-ref", "-d", "refs/remotes/origin/theirs/again"]);
    gate.vetoed(&["topic"]);
}
