//! History that is public already, in a remote that the user or the machine calls so.

use super::{Gate, token};

const USER: &str = "home/.config/veto/policy.toml";

/// A fork whose upstream has gone on, with a secret on its way; what was fetched from there is merged.
fn fork() -> Gate {
    let gate = Gate::new();
    let sandbox = &gate.sandbox;
    sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "upstream.git"]).ok();
    sandbox.git(".", &["clone", "-q", "upstream.git", "theirs"]).ok();
    sandbox.write("theirs/their.conf", token());
    sandbox.commit_all("theirs", "A secret");
    sandbox.write("theirs/their.conf", "nothing\n");
    sandbox.commit_all("theirs", "Taken out");
    sandbox.git("theirs", &["push", "-q", "origin", "HEAD:main"]).ok();
    gate.write("ours", "ours\n").commit("Ours");
    gate.git(&["remote", "add", "upstream", "../upstream.git"]);
    gate.git(&["fetch", "-q", "upstream"]);
    gate.sandbox.veto("work", &["doctor", "--pin"]);
    gate.git(&["merge", "-q", "--no-edit", "upstream/main"]);
    gate
}

fn public(gate: &Gate) -> String {
    format!("[[public]]\nurl = \"{}\"\n", gate.sandbox.path().join("upstream.git").display())
}

#[test]
fn what_a_public_remote_has_warns() {
    let gate = fork();
    assert!(gate.vetoed(&["main"]).contains("their.conf"));
    gate.sandbox.write(USER, public(&gate));
    let text = gate.passes(&["main"]);
    assert!(
        text.contains("WARN") && text.contains("(published at ") && text.contains("upstream.git"),
        "{text}"
    );
}

#[test]
fn what_the_fork_adds_vetoes() {
    let gate = fork();
    gate.sandbox.write(USER, public(&gate));
    let value = token();
    gate.write("our.conf", &value).commit("A secret");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("our.conf"), "{text}");
    // Also what stands there, once more in a commit of one's own.
    let gate = fork();
    gate.sandbox.write(USER, public(&gate));
    let theirs = gate.git(&["show", "upstream/main~1:their.conf"]);
    gate.write("again.conf", theirs).commit("Once more");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("again.conf"), "{text}");
}

#[test]
fn nobody_else_calls_a_remote_public() {
    let gate = fork();
    gate.write(".veto/policy.toml", public(&gate)).commit("Policy");
    gate.vetoed(&["main"]);
    // Nor does a remote that is elsewhere, or one that was not pinned, count.
    let gate = fork();
    gate.sandbox.write(USER, "[[public]]\nurl = \"https://example.org/upstream\"\n");
    gate.vetoed(&["main"]);
    gate.sandbox.write(USER, public(&gate));
    std::fs::remove_file(gate.path(".git/veto/pins.toml")).unwrap();
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("it was not pinned; run `veto doctor --pin`"), "{text}");
    // Nor what somebody put among the refs since.
    let gate = fork();
    gate.sandbox.write(USER, public(&gate));
    gate.write("our.conf", token()).commit("A secret");
    gate.git(&["update-ref", "refs/remotes/other/main", "main"]);
    gate.vetoed(&["main"]);
}

#[test]
fn install_asks_on_a_terminal() {
    let gate = fork();
    gate.typed(&["install"], &["n"]).ok();
    assert!(!gate.sandbox.path().join(USER).exists());
    gate.sandbox.write(USER, "posture = \"medium\"");
    let text = gate.typed(&["install"], &["y"]).ok().stdout;
    assert!(text.contains("Is upstream (") && text.contains("called "), "{text}");
    let kept = std::fs::read_to_string(gate.sandbox.path().join(USER)).unwrap();
    assert_eq!(kept, format!("posture = \"medium\"\n\n{}", public(&gate)));
    let log = std::fs::read_to_string(gate.path(".git/veto/audit.jsonl")).unwrap();
    assert!(log.contains("\"public\"") && log.contains("upstream.git"), "{log}");
    assert!(!gate.typed(&["install"], &[]).ok().stdout.contains("Is upstream"));
    gate.passes(&["main"]);
    // Nobody is asked where nobody answers.
    std::fs::remove_file(gate.sandbox.path().join(USER)).unwrap();
    gate.sandbox.veto("work", &["install"]).ok();
    assert!(!gate.sandbox.path().join(USER).exists());
}

/// Where the machine has a policy, that calls a remote public, or nobody does.
#[test]
fn the_machine_decides_where_it_has_a_policy() {
    let gate = fork();
    gate.sandbox.write(USER, public(&gate));
    gate.sandbox.write("etc/policy.toml", "posture = \"medium\"\n");
    gate.vetoed(&["main"]);
    gate.sandbox.write("etc/policy.toml", public(&gate));
    gate.passes(&["main"]);
}

/// What this clone pushed to another place is not what the public one has.
#[test]
fn a_public_remote_whose_pushes_go_elsewhere() {
    let gate = fork();
    gate.sandbox.write(USER, public(&gate));
    gate.sandbox.git(".", &["init", "-q", "--bare", "own.git"]).ok();
    gate.git(&["config", "remote.upstream.pushurl", "../own.git"]);
    gate.write("our.conf", token()).commit("A secret");
    gate.git(&["push", "-q", "--no-verify", "upstream", "HEAD:refs/heads/topic"]);
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("our.conf") && text.contains("pushes of it go elsewhere"), "{text}");
    // A pushurl that is none is how people keep themselves from pushing there.
    let gate = fork();
    gate.sandbox.write(USER, public(&gate));
    gate.git(&["config", "remote.upstream.pushurl", "no_push"]);
    gate.passes(&["main"]);
}
