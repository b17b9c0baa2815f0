//! A person at a terminal, asked about each finding of the last push; and the branch that a decision takes.

use super::super::{Gate, token};
use super::{triage, with_veto};
use crate::support::{VETO, terminal};
use std::fs;

/// A gate with a vetoed push of two files.
fn two() -> Gate {
    let gate = Gate::new();
    gate.write("a.conf", token()).write("b.conf", token()).commit("Dirty");
    gate.vetoed(&["main"]);
    gate
}

/// The entries that there are.
fn entries(gate: &Gate) -> Vec<String> {
    let folder = fs::read_dir(gate.path(".veto/triage.d")).into_iter().flatten().flatten();
    folder.map(|entry| fs::read_to_string(entry.path()).unwrap()).collect()
}

/// Ctrl-D.
const END: &str = "\u{4}";

#[test]
fn who_breaks_off_has_decided_nothing_of_the_one_at_hand() {
    let gate = two();
    for typed in
        [&[END][..], &["q"], &["f", END], &["f", "Made up.", END], &["f", "", "", END], &["s", "a", END]]
    {
        let text = gate.typed(&["triage"], typed).ok().text();
        assert!(text.contains("Stopped: 0 of 2 decided."), "{typed:?}: {text}");
        assert_eq!(entries(&gate), [""; 0], "{typed:?}");
    }
    let text = gate.typed(&["triage"], &["f", "Made up.", "", END]).ok().text();
    assert!(text.contains("Stopped: 1 of 2 decided."), "{text}");
    assert_eq!(entries(&gate).len(), 1);
    let text = gate.typed(&["triage"], &["q"]).ok().text();
    assert!(text.contains(": false-positive: Made up."), "what is decided is shown: {text}");
}

#[test]
fn what_is_typed_wrong_is_asked_again() {
    let gate = two();
    let typed = [
        "what?",
        "",
        "ACCEPTED-risk",
        "",
        "The demo.",
        "tomorrow",
        "2020-01-31",
        "2999-01-31",
        "x",
        "Gone.",
        "",
    ];
    let text = gate.typed(&["triage"], &typed).ok().text();
    assert!(text.contains("That is no date.") && text.contains("That day is over."), "{text}");
    let entries = entries(&gate);
    assert_eq!(entries.len(), 2, "{text}");
    for expected in [["accepted-risk", "2999-01-31"], ["fixed", "Gone."]] {
        assert!(entries.iter().any(|entry| expected.iter().all(|part| entry.contains(part))), "{entries:?}");
    }
}

/// A terminal that is not set to UTF-8.
#[test]
fn what_is_no_utf8_is_replaced() {
    let gate = two();
    let mut command = gate.sandbox.command("work", VETO);
    terminal::typed(command.arg("triage"), &[&b"f"[..], b"Made in a caf\xe9.", b"", b"q"]).ok();
    assert!(entries(&gate)[0].contains("Made in a caf\u{fffd}."));
}

#[test]
fn an_end_that_was_given_is_not_asked_for() {
    let gate = two();
    gate.typed(&["triage", "--until", "2999-12-31"], &["f", "Made up.", "q"]).ok();
    assert!(entries(&gate)[0].contains("until = 2999-12-31"));
}

/// Whatever lies about in the clone: the commit holds the entry alone, and nothing else has changed.
#[test]
fn a_branch_of_a_decision_leaves_the_clone_as_it_is() {
    let (gate, fingerprint) = with_veto(&token());
    gate.write("staged.txt", "s\n").git(&["add", "staged.txt"]);
    gate.write("README.md", "unstaged\n").write("untracked.txt", "u\n");
    gate.git(&["checkout", "-q", "--detach"]);
    gate.git(&["config", "commit.gpgSign", "true"]);
    let state = || gate.git(&["status", "--porcelain"]) + &gate.git(&["rev-parse", "HEAD", "main"]);
    let before = state();
    triage(&gate, &fingerprint[..8], &["--branch"]);
    assert_eq!(state(), before);
    let branch = format!("veto-triage-{}", &fingerprint[..8]);
    let changed = gate.git(&["diff", "--name-only", "origin/main", &branch]);
    assert_eq!(changed, format!(".veto/triage.d/{fingerprint}.toml"));
    let arguments = ["triage", &fingerprint, "--status", "false-positive", "--reason", "x", "--branch"];
    let said = gate.sandbox.veto("work", &arguments).exits(2).text();
    assert!(said.contains("is there already: push it"), "{said}");
}

/// From the veto over the branch and its merge by whoever keeps the remote to the push that passes.
#[test]
fn a_branch_that_was_merged_counts_for_the_next_push() {
    let (gate, fingerprint) = with_veto(&token());
    triage(&gate, &fingerprint, &["--branch"]);
    let branch = format!("veto-triage-{}", &fingerprint[..8]);
    gate.passes(&[&branch]);
    // Not before it is merged.
    gate.vetoed(&["main"]);
    gate.sandbox.git(".", &["clone", "-q", "remote.git", "keeper"]).ok();
    gate.sandbox.git("keeper", &["merge", "-q", "--no-ff", "-m", "Merge", &format!("origin/{branch}")]).ok();
    gate.sandbox.git("keeper", &["push", "-q", "origin", "main"]).ok();
    gate.git(&["fetch", "-q"]);
    gate.git(&["rebase", "-q", "origin/main"]);
    let text = gate.passes(&["main"]);
    assert!(text.contains("Suppressed:") && text.contains("false-positive: Made up."), "{text}");
}
