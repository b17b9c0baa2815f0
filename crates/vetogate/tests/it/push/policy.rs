//! The policy counts as far as the remote's pinned branch has it.

use super::time::Stalled;
use super::{Gate, fresh, token};

/// An exclusion of `fixtures/` until a day.
fn exclusion(until: &str) -> String {
    format!("[[exclude]]\npath = \"fixtures/\"\nreason = \"made-up values\"\nuntil = \"{until}\"\n")
}

/// A gate whose remote has this policy on `main`.
fn with_policy(policy: &str) -> Gate {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", policy).commit("Policy");
    gate.publish("main");
    gate
}

fn add_secret(gate: &Gate, path: &str) {
    gate.write(path, token()).commit("A secret");
}

#[test]
fn an_exclusion_on_the_remote_counts() {
    let gate = with_policy(&exclusion("2999-01-01"));
    add_secret(&gate, "fixtures/a.conf");
    let text = gate.passes(&["main"]);
    assert!(text.contains("made-up values"), "{text}");
    add_secret(&gate, "a.conf");
    // What a push does not touch says nothing of an exclusion; a scan of the whole does.
    assert!(!gate.vetoed(&["main"]).contains("matched nothing"));
    std::fs::remove_file(gate.path("fixtures/a.conf")).unwrap();
    let text = gate.sandbox.veto("work", &["scan"]).exits(1).stdout;
    assert!(text.contains("this exclusion matched nothing"), "{text}");
    let text = gate.sandbox.veto("work", &["scan", "a.conf"]).exits(1).stdout;
    assert!(!text.contains("this exclusion matched nothing"), "{text}");
}

#[test]
fn an_exclusion_that_the_push_brings_does_not() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", exclusion("2999-01-01"));
    add_secret(&gate, "fixtures/a.conf");
    gate.vetoed(&["main"]);
    // Nor one on another branch of the remote.
    gate.git(&["push", "-q", "--no-verify", "origin", "main:refs/heads/other"]);
    add_secret(&gate, "fixtures/b.conf");
    gate.vetoed(&["main:refs/heads/other"]);
}

#[test]
fn one_that_has_ended_does_not() {
    let gate = with_policy(&exclusion("2020-01-01"));
    add_secret(&gate, "fixtures/a.conf");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("has ended") && text.contains(".veto/policy.toml:1"), "{text}");
}

#[test]
fn a_broken_one_is_strict_and_can_be_mended() {
    let gate = with_policy("posture = \"medum\"\n");
    let env = fresh("SESSION_KEY=changed-by-ops-{lower:2}\n");
    gate.write(".env", &env).commit("Environment");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("origin/main:.veto/policy.toml:1:11"), "{text}");
    gate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    gate.write(".veto/policy.toml", "posture = \"medium\"\n").commit("Mended");
    let text = gate.passes(&["main"]);
    assert!(text.contains("WARN") && text.contains("preset strict holds"), "{text}");
    gate.write(".env", &env).commit("Environment");
    assert!(!gate.passes(&["main"]).contains("preset strict"));
}

/// What was stricter before it broke stays so.
#[test]
fn the_last_good_one_that_this_clone_saw() {
    let gate = with_policy("posture = \"high\"\n");
    gate.commit("Clean");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", "posture = \"medum\"\n").commit("Broken");
    gate.publish("main");
    gate.commit("Clean");
    let text = gate.passes(&["main"]);
    assert!(text.contains("preset strict holds"), "{text}");
    let posture = |gate: &Gate| {
        let log = std::fs::read_to_string(gate.path(".git/veto/audit.jsonl")).unwrap();
        let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        last["posture"].as_str().unwrap().to_owned()
    };
    assert_eq!(posture(&gate), "high");
    std::fs::remove_dir_all(gate.path(".git/veto/policies")).unwrap();
    gate.commit("Clean");
    gate.passes(&["main"]);
    assert_eq!(posture(&gate), "high", "the history of the branch says what was before");
}

/// Something that is no file is broken, and does not count as none.
#[test]
fn one_that_is_no_file() {
    let make: [fn(&Gate); 2] = [
        |gate| {
            gate.write(".veto/policy.toml/a", "x\n");
        },
        |gate| {
            std::fs::create_dir_all(gate.path(".veto")).unwrap();
            std::os::unix::fs::symlink("../gone", gate.path(".veto/policy.toml")).unwrap();
        },
    ];
    for make in make {
        let gate = Gate::new();
        make(&gate);
        gate.commit("No file");
        // Whoever takes a setting away in this way could bring another one back.
        let text = gate.vetoed(&["main"]);
        assert!(text.contains(".veto/policy.toml is no regular file any more"), "{text}");
        gate.publish("main");
        gate.commit("Clean");
        let text = gate.passes(&["main"]);
        assert!(text.contains("preset strict holds"), "{text}");
        let text = gate.sandbox.veto("work", &["scan"]).exits(2).text();
        assert!(text.contains(".veto/policy.toml:1:1: not a file"), "{text}");
    }
}

#[test]
fn without_a_pin_the_built_in_one_holds() {
    let spoil: [fn(&Gate); 4] = [
        |gate| std::fs::write(gate.path(".git/veto/pins.toml"), "garbage[").unwrap(),
        |gate| drop(gate.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"])),
        |gate| {
            gate.publish("main:refs/heads/other");
            gate.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/other"]);
        },
        |gate| {
            gate.git(&["symbolic-ref", "-d", "refs/remotes/origin/HEAD"]);
            gate.git(&["update-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        },
    ];
    for spoil in spoil {
        let gate = with_policy(&exclusion("2999-01-01"));
        spoil(&gate);
        add_secret(&gate, "fixtures/a.conf");
        gate.vetoed(&["main"]);
    }
}

#[test]
fn the_severity_of_a_rule() {
    let gate = with_policy("[rules.\"secret/github-token\"]\nseverity = \"medium\"\n");
    add_secret(&gate, "a.conf");
    let text = gate.passes(&["main"]);
    assert!(text.contains("WARN") && text.contains("a.conf"), "{text}");
    gate.write("b.conf", fresh("AKIA{base32:16}\n")).commit("Another rule");
    gate.vetoed(&["main"]);
}

#[test]
fn a_rule_that_is_off() {
    let gate = with_policy("[rules.\"secret/github-token\"]\nenabled = false\nreason = \"we make them\"\n");
    add_secret(&gate, "a.conf");
    let text = gate.passes(&["main"]);
    assert!(text.contains("ALLOW, 1 rule off, "), "{text}");
    let gate = with_policy("[rules.\"secret/github-token\"]\nenabled = false\n");
    add_secret(&gate, "a.conf");
    gate.vetoed(&["main"]);
}

#[test]
fn the_limit_of_time() {
    let gate = with_policy("[limits]\nseconds = 1\n");
    gate.write("a.conf", "stuck").commit("One");
    let _stalled = Stalled::new(&gate, "HEAD:a.conf");
    let text = gate.unread(&["main"]);
    assert!(text.contains("limits.seconds"), "{text}");
}

#[test]
fn a_missing_blob_is_a_gap() {
    let gate = Gate::new();
    gate.write("a.conf", "gone").commit("One");
    gate.write("b.conf", token()).commit("Two");
    let blob = gate.git(&["rev-parse", "HEAD:a.conf"]);
    std::fs::remove_file(gate.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    assert!(gate.unread(&["HEAD~1:main"]).contains(&blob));
    gate.hook(&gate.line("HEAD~1"), &[]).exits(3);
    // Findings that veto come before gaps.
    gate.vetoed(&["main"]);
    gate.hook(&gate.line("HEAD"), &[]).exits(1);
}

/// The name of a ref that holds a secret is kept nowhere, so there is nothing to override by; it is said what to do.
#[test]
fn a_secret_in_the_name_of_a_ref_has_no_override() {
    let gate = with_policy("[rules.\"secret/github-token\"]\nseverity = \"high\"\n");
    gate.commit("Clean");
    let text = gate.vetoed(&[&format!("HEAD:refs/heads/{}", token().trim())]);
    assert!(!text.contains("veto override"), "{text}");
    assert!(text.contains("a secret stands in the name of a ref; rename it and push again"), "{text}");
}
