//! Histories that are merged into the trusted branch: whoever pushes chooses the parents, and their order.

use super::{EXCLUDED, LAXER, loosened, sign, signer, with_finding};
use crate::push::triage::{fingerprint, triage};
use crate::push::{Gate, token};
use std::fs;

/// Pushes what `HEAD` holds as a merge whose first parent is `first`: for the remote, a fast-forward.
fn merged(gate: &Gate, first: &str) {
    let merge = gate.git(&["commit-tree", "-p", first, "-p", "HEAD", "-m", "Merge main", "HEAD^{tree}"]);
    gate.git(&["reset", "-q", "--hard", &merge]);
}

/// A step that was signed and taken back: no parent brings back the time before.
#[test]
fn a_step_that_was_taken_back() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-policy@v1"))
        .write(".veto/policy.toml", "preset = \"strict\"\n");
    let before = gate.commit("Signers");
    gate.publish("main");
    gate.write(".veto/policy.toml", EXCLUDED);
    sign(&gate, &ann);
    let step = gate.commit("Signed");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", "preset = \"strict\"\n");
    fs::remove_file(gate.path(".veto/policy.toml.sig")).unwrap();
    gate.commit("Taken back");
    gate.passes(&["main"]);
    merged(&gate, &before);
    gate.passes(&["main"]);
    gate.git(&["checkout", "-q", &step, "--", ".veto"]);
    gate.commit("Once more");
    loosened(&gate, "main", "a.conf is excluded");
    // A merge of other work leaves a signature what it is.
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(".veto/policy.toml", EXCLUDED);
    sign(&gate, &ann);
    gate.commit("Signed anew");
    gate.git(&["checkout", "-q", "-b", "other", "HEAD~1"]);
    gate.write("b.txt", "b\n").commit("Other work");
    gate.git(&["merge", "-q", "--no-edit", "main"]);
    gate.passes(&["other:main"]);
}

/// The history of another project makes this one no other project.
#[test]
fn a_history_of_another_project() {
    let (gate, ann, print) = with_finding("veto-triage@v1");
    triage(&gate, &print, &["--sign", &ann]);
    let path = format!(".veto/triage.d/{print}.toml");
    let signed = fs::read_to_string(gate.path(&path)).unwrap();
    let secret = fs::read_to_string(gate.path("a.conf")).unwrap();
    let root = gate.git(&["rev-list", "--max-parents=0", "HEAD"]);
    let (name, repository) = signed.lines().find_map(|line| line.split_once(" = \"root:")).unwrap();
    assert_eq!((name, repository.trim_end_matches('"')), ("repository", &*root));

    let other = Gate::new();
    other.raw_commit(|head| head.replace("parent", "x-parent").into_bytes());
    other.write(".veto/allowed_signers", signer("ann", &ann, "veto-triage@v1")).commit("Signers");
    other.git(&["push", "-q", "--no-verify", "--force", "origin", "main"]);
    other.git(&["fetch", "-q", gate.path(".").to_str().unwrap(), &root]);
    merged(&other, &root);
    other.passes(&["main"]);
    other.write("a.conf", &secret).write(&path, &signed).commit("By a word of elsewhere");
    let text = other.vetoed(&["main"]);
    assert!(text.contains("it was signed for another repository"), "{text}");
}

/// What is broken beside an older history is mended to no older policy.
#[test]
fn a_policy_that_was_never_there() {
    let gate = Gate::new();
    let root = gate.git(&["rev-parse", "HEAD"]);
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Policy");
    gate.publish("main");
    gate.git(&["checkout", "-q", "--detach", &root]);
    gate.write(".veto/policy.toml", LAXER);
    let laxer = gate.commit("Laxer, aside");
    gate.git(&["checkout", "-q", "main"]);
    gate.write(".veto/policy.toml", "nonsense = 1\n").commit("Broken");
    merged(&gate, &laxer);
    gate.publish("main");
    fs::remove_dir_all(gate.path(".git/veto/policies")).ok();
    gate.write(".veto/policy.toml", LAXER).commit("Mended otherwise");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("is switched off"), "{text}");
}

/// A project that has a history begins no second time.
#[test]
fn a_project_that_begins_again() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "posture = \"medium\"\n").commit("Policy");
    gate.publish("main");
    fs::remove_file(gate.path(".veto/policy.toml")).unwrap();
    gate.commit("None");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", "repository = \"b\"\n").commit("Called otherwise");
    loosened(&gate, "main", "entries count that were signed for");

    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.enrol(&ann);
    gate.write(".veto/policy.toml", "repository = \"b\"\n").commit("Called otherwise");
    loosened(&gate, "main", "entries count that were signed for");
    sign(&gate, &ann);
    gate.commit("Signed");
    gate.passes(&["main"]);
}

/// A step that the pushed history itself takes back, pushed from a clone that never fetched it.
#[test]
fn a_clone_that_is_behind() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-policy@v1,veto-triage@v1"))
        .commit("Signers");
    gate.publish("main");
    gate.write("a.conf", token()).commit("Dirty");
    let print = fingerprint(&gate.vetoed(&["main"]));
    triage(&gate, &print, &["--sign", &ann]);
    gate.write(".veto/policy.toml", EXCLUDED);
    sign(&gate, &ann);
    let both = gate.commit("Signed, both of them");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.git(&["checkout", "-q", &both, "--", ".veto"]);
    gate.commit("Signed");
    gate.git(&["rm", "-rq", ".veto/policy.toml", ".veto/policy.toml.sig", ".veto/triage.d"]);
    gate.commit("Taken back");
    gate.git(&["checkout", "-q", &both, "--", ".veto/triage.d"]);
    gate.git(&["checkout", "-q", &both, "--", "a.conf"]);
    gate.commit("The entry once more");
    let text = gate.vetoed(&["main:refs/heads/topic2"]);
    assert!(text.contains("took this decision back"), "{text}");
    gate.git(&["rm", "-rq", ".veto/triage.d"]);
    gate.git(&["checkout", "-q", &both, "--", ".veto/policy.toml", ".veto/policy.toml.sig"]);
    gate.commit("The policy once more");
    gate.vetoed(&["main:refs/heads/topic3"]);
    gate.git(&["reset", "-q", "--hard", &both]);
    gate.passes(&["main:refs/heads/topic"]);
}
