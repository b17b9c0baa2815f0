//! Faults of the state: new at a tip, or there before.

use super::{Gate, fresh};

const RULE: &str = "config/env-file-not-ignored";

fn env() -> String {
    fresh("SESSION_KEY=changed-by-ops-{lower:2}\n")
}

#[test]
fn an_env_file_warns_when_it_is_new() {
    let gate = Gate::new();
    gate.write(".env", env()).commit("Environment");
    let text = gate.passes(&["main"]);
    assert!(text.contains("WARN") && text.contains(RULE), "{text}");
    gate.write(".env", env()).commit("Changed");
    let text = gate.passes(&["main"]);
    assert!(!text.contains("WARN"), "{text}");
}

#[test]
fn one_that_was_added_and_taken_out_again_is_none() {
    let gate = Gate::new();
    gate.write(".env", env()).commit("Environment");
    std::fs::remove_file(gate.path(".env")).unwrap();
    gate.commit("Gone");
    let text = gate.passes(&["main"]);
    assert!(!text.contains(RULE), "{text}");
}

#[test]
fn merging_the_main_branch_brings_nothing_new() {
    let gate = Gate::new();
    gate.git(&["checkout", "-q", "-b", "topic"]);
    gate.commit("Ours");
    gate.passes(&["topic"]);
    gate.git(&["checkout", "-q", "main"]);
    gate.write(".env", env()).commit("Theirs");
    gate.publish("main");
    gate.git(&["checkout", "-q", "topic"]);
    gate.git(&["merge", "-q", "--no-edit", "main"]);
    gate.write(".env", env()).commit("Changed after the merge");
    let text = gate.passes(&["topic"]);
    assert!(!text.contains("WARN"), "{text}");
}

#[test]
fn a_strict_policy_vetoes_it() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Policy");
    gate.publish("main");
    gate.write(".env", env()).commit("Environment");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains(RULE), "{text}");
}

#[test]
fn what_a_commit_stages_by_itself_is_seen_in_its_hook() {
    let gate = Gate::new();
    let script = format!("#!/bin/sh\nexec '{}' scan --staged\n", crate::support::VETO);
    crate::install::write_script(&gate.path(".git/hooks/pre-commit"), &script);
    gate.write("README.md", super::token());
    for arguments in [&["commit", "-a", "-m", "All"][..], &["commit", "-m", "One", "README.md"]] {
        let text = gate.sandbox.git("work", arguments).exits(1).text();
        assert!(text.contains("README.md:1:1"), "{text}");
    }
    gate.write("README.md", "clean");
    gate.git(&["commit", "-q", "-a", "-m", "All"]);
}
