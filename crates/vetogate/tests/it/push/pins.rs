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
    assert!(text.contains("pinned main as the trusted branch of origin"), "{text}");
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
    assert!(text.contains("of refs/remotes/origin differ from what is there"), "{text}");
}

/// Pinning anew makes nothing true of refs that were fetched from the place before.
#[test]
fn pinning_another_place_wants_its_refs() {
    let gate = with_second();
    gate.git(&["remote", "set-url", "origin", "../second.git"]);
    let text = gate.sandbox.veto("work", &["doctor"]).exits(1).text();
    assert!(text.contains("its refs and its policy count for nothing"), "{text}");
    let text = gate.sandbox.veto("work", &["doctor", "--pin"]).text();
    assert!(text.contains("count once `git fetch --prune origin` ran"), "{text}");
    finds_the_debt(&gate, "origin");
    gate.git(&["fetch", "-q", "--prune", "origin"]);
    finds_the_debt(&gate, "origin");
    gate.git(&["push", "-q", "--no-verify", "origin", "main"]);
    gate.sandbox.veto("work", &["doctor", "--pin"]).ok();
    gate.git(&["push", "origin", "main:refs/heads/topic"]);
}

/// What passed was looked at, so it is known where it went.
#[test]
fn a_push_that_passed_is_believed() {
    let gate = Gate::new();
    gate.sandbox.git(".", &["init", "-q", "--bare", "second.git"]).ok();
    gate.git(&["remote", "set-url", "origin", "../second.git"]);
    let push = |refspec: &str| gate.sandbox.git("work", &["push", "origin", refspec]).ok().text();
    let text = push("main");
    let stale = "1 ref of refs/remotes/origin differs from what is there, and counts once `git fetch";
    assert!(text.contains(stale) && !text.contains("0 objects"), "{text}");
    let text = push("main:refs/heads/topic");
    assert!(text.contains("0 objects"), "{text}");
}

/// A remote that veto never saw, whose URL is another one than that which was fetched from.
#[test]
fn a_new_remote_that_was_given_another_url() {
    for place in ["../second.git", "../third.git"] {
        let gate = with_second();
        gate.sandbox.git(".", &["init", "-q", "--bare", "third.git"]).ok();
        gate.git(&["remote", "add", "up", "../remote.git"]);
        gate.git(&["fetch", "-q", "up"]);
        gate.git(&["remote", "set-url", "up", place]);
        finds_the_debt(&gate, "up");
        // Nor is it believed the next time.
        finds_the_debt(&gate, "up");
    }
}

/// The same in a clone that has the hook from its configuration or template: no pin at all.
#[test]
fn a_clone_without_pins_that_was_given_another_url() {
    let gate = with_second();
    std::fs::remove_dir_all(gate.path(".git/veto")).unwrap();
    gate.git(&["remote", "set-url", "origin", "../second.git"]);
    finds_the_debt(&gate, "origin");
}

/// What was fetched and is as it was is believed, of a remote that is new here, without a word of the user's.
#[test]
fn a_fork_that_takes_the_name_of_its_origin() {
    let gate = with_second();
    gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "fork.git"]).ok();
    gate.git(&["remote", "rename", "origin", "upstream"]);
    gate.git(&["remote", "add", "origin", "../fork.git"]);
    gate.git(&["fetch", "-q", "origin"]);
    gate.git(&["checkout", "-q", "-b", "topic"]);
    gate.commit("Clean");
    let text = gate.push(&["topic"]).ok().text();
    assert!(text.contains("ALLOW") && text.contains("pinned main as the trusted branch of origin"), "{text}");
    gate.git(&["push", "upstream", "topic"]);
}

#[test]
fn pins_that_cant_be_read() {
    let gate = with_second();
    gate.git(&["remote", "set-url", "origin", "../second.git"]);
    std::fs::write(gate.path(".git/veto/pins.toml"), "garbage[").unwrap();
    let text = finds_the_debt(&gate, "origin");
    assert!(text.contains("pins.toml: ") && text.contains("counts for nothing"), "{text}");
    std::fs::remove_file(gate.path(".git/veto/pins.toml")).unwrap();
    let pins = gate.path(".git/veto/pins.toml");
    gate.sandbox.run("work", "mkfifo", &[pins.to_str().unwrap()]).ok();
    let text = finds_the_debt(&gate, "origin");
    assert!(text.contains("it is not a file"), "{text}");
}

/// Where nothing can be kept, the remote is not asked, for it would be at each push.
#[test]
fn pins_that_cant_be_written() {
    let gate = with_second();
    std::fs::remove_dir_all(gate.path(".git/veto")).unwrap();
    std::fs::write(gate.path(".git/veto"), "a file").unwrap();
    let text = finds_the_debt(&gate, "origin");
    assert!(text.contains("counts for nothing"), "{text}");
}

/// From another work tree, a URL that is a path leads elsewhere.
#[test]
fn a_relative_url_in_another_work_tree() {
    let gate = with_second();
    gate.sandbox.git(".", &["init", "-q", "--bare", "sub/remote.git"]).ok();
    gate.git(&["config", "remote.origin.url", "../remote.git"]);
    gate.git(&["worktree", "add", "-q", "-b", "topic", "../sub/work", "main"]);
    let text = gate.sandbox.git("sub/work", &["push", "origin", "topic"]).exits(1).text();
    assert!(text.contains("File: a.conf"), "{text}");
}

#[test]
fn repositories_that_a_query_tells_apart() {
    let gate = with_second();
    gate.git(&["config", "remote.origin.url", "https://localhost:1/git?repo=a"]);
    let pin = |repo: &str| {
        let text =
            format!("[remote.origin]\nurl = \"https://localhost:1/git?repo={repo}\"\nbranch = \"main\"\n");
        std::fs::write(gate.path(".git/veto/pins.toml"), text).unwrap();
        let input = gate.sandbox.write(
            "line",
            format!("x {} refs/heads/new {}\n", gate.git(&["rev-parse", "HEAD"]), "0".repeat(40)),
        );
        let mut command = gate.sandbox.command("work", crate::support::VETO);
        command.args(["hook", "pre-push", "origin", "https://localhost:1/git?repo=a"]);
        command.stdin(std::fs::File::open(input).unwrap());
        crate::support::answer(&mut command).code
    };
    assert_eq!((pin("a"), pin("b")), (0, 1));
}

/// More refs than a command line holds: what they point at was there before.
#[test]
fn thousands_of_refs_bring_nothing_new() {
    let gate = with_second();
    let head = gate.git(&["rev-parse", "HEAD"]);
    let lines: String = (0..1100).map(|number| format!("create refs/tags/t{number} {head}\n")).collect();
    gate.git_input(&["update-ref", "--stdin"], lines.as_bytes());
    let text = gate.push(&["--tags"]).ok().text();
    assert!(text.contains("ALLOW"), "{text}");
    let lines: String = (0..1100).map(|number| format!("create refs/heads/b{number} {head}\n")).collect();
    gate.git_input(&["update-ref", "--stdin"], lines.as_bytes());
    gate.push(&["--all"]).ok();
}

/// Pushes to many new remotes at the same time leave a pin of each.
#[test]
fn many_first_pushes_at_once() {
    let gate = Gate::new();
    let names: Vec<String> = (0..8).map(|number| format!("r{number}")).collect();
    for name in &names {
        gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", name]).ok();
        gate.git(&["remote", "add", name, &format!("../{name}")]);
    }
    gate.commit("Clean");
    let children: Vec<_> = names
        .iter()
        .map(|name| gate.sandbox.command("work", "git").args(["push", "-q", name, "main"]).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let pins = pins(&gate);
    for name in &names {
        assert!(pins.contains(&format!("[remote.\"{name}\"]")), "no {name} in {pins}");
    }
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
