//! Whose signature counts, and what does not change that.

use super::overrides::{PHRASE, code, give, refused, with_high};
use super::triage::{fingerprint, triage};
use super::{Gate, password};
use std::fs;

/// A line of the signers file.
pub fn signer(gate: &Gate, name: &str, key: &str) -> String {
    let public = fs::read_to_string(format!("{key}.pub")).unwrap();
    let mut words = public.split_whitespace();
    let (kind, body) = (words.next().unwrap(), words.next().unwrap());
    let _ = gate;
    format!("{name} namespaces=\"veto-override@v1,veto-triage@v1\" {kind} {body}\n")
}

/// A gate whose remote lists another signer than the one who is enrolled here, with a veto.
fn with_two() -> (Gate, String, String) {
    let gate = Gate::new();
    let (key, other) = (gate.key("key"), gate.key("other"));
    gate.write(".veto/allowed_signers", signer(&gate, "boss", &other));
    gate.write(
        ".veto/policy.toml",
        "[override]\nproof = \"signed\"\n[rules.\"secret/*\"]\nseverity = \"high\"\n",
    );
    gate.commit("Signers");
    gate.publish("main");
    gate.enrol(&key);
    gate.write("a.conf", password()).commit("Dirty");
    (gate, key, other)
}

#[test]
fn signers_of_the_remote_win_over_those_enrolled_here() {
    let (gate, key, other) = with_two();
    let code = code(&gate);
    refused(give(&gate, &code, &["--sign", &key], &[PHRASE]), 2, "is not listed");
    give(&gate, &code, &["--sign", &other], &[PHRASE]).ok();
    gate.passes(&["main"]);
}

/// Signs a triage of what the push is vetoed for; gives what the next push says.
fn pardoned(gate: &Gate, key: &str) -> String {
    let fingerprint = fingerprint(&gate.push(&["main"]).text());
    triage(gate, &fingerprint, &["--sign", key]);
    gate.commit("Triage");
    gate.push(&["main"]).text()
}

/// Without the branch nothing here lists the signers of the remote; nobody gets a say by forgetting it.
#[test]
fn a_trusted_branch_that_was_forgotten() {
    let (gate, key, other) = with_two();
    gate.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    for key in [&other, &key] {
        let text = pardoned(&gate, key);
        assert!(text.contains("run `git fetch`") && text.contains("BLOCK"), "{text}");
    }
    gate.git(&["fetch", "-q"]);
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("is not listed"), "{text}");
    let text = pardoned(&gate, &other);
    assert!(text.contains("signed by boss") && !text.contains("BLOCK"), "{text}");
}

/// Once the remote lists nobody any more, those who are enrolled here count again.
#[test]
fn a_list_that_the_remote_gave_up() {
    let (gate, key, _) = with_two();
    let dirty = gate.git(&["rev-parse", "HEAD"]);
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    fs::remove_file(gate.path(".veto/allowed_signers")).unwrap();
    gate.commit("No signers");
    gate.publish("main");
    gate.git(&["cherry-pick", &dirty]);
    code(&gate);
    gate.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let text = pardoned(&gate, &key);
    assert!(text.contains("run `git fetch`"), "{text}");
    gate.git(&["fetch", "-q"]);
    let text = gate.passes(&["main"]);
    assert!(text.contains("signed by ann@example.org"), "{text}");
}

/// A key that was enrolled in another clone, with that clone's record: nobody enrolled it here.
#[test]
fn a_record_of_another_clone() {
    let (gate, other) = (with_high("[override]\nproof = \"signed\"\n"), Gate::new());
    let key = gate.key("key");
    other.enrol(&key);
    let code = code(&gate);
    for file in ["allowed_signers", "audit.jsonl"] {
        let to = gate.path(&format!(".git/veto/{file}"));
        // The file itself, as `cp --remove-destination`, and one that is written into.
        let _ = fs::remove_file(&to);
        fs::copy(other.path(&format!(".git/veto/{file}")), to).unwrap();
    }
    let answer = give(&gate, &code, &["--sign", &key], &[PHRASE]);
    refused(answer, 2, "was begun in another clone");
    // Begun anew, as it says.
    fs::remove_file(gate.path(".git/veto/audit.jsonl")).unwrap();
    refused(give(&gate, &code, &["--sign", &key], &[PHRASE]), 2, "does not know that");
    gate.enrol(&key);
    give(&gate, &code, &["--sign", &key], &[PHRASE]).ok();
    gate.passes(&["main"]);
}

/// Lines of another clone's record at the end of this one's.
#[test]
fn a_record_with_lines_of_another_clone() {
    let (gate, other) = (with_high("[override]\nproof = \"signed\"\n"), Gate::new());
    let key = gate.key("key");
    other.enrol(&key);
    let code = code(&gate);
    fs::copy(other.path(".git/veto/allowed_signers"), gate.path(".git/veto/allowed_signers")).unwrap();
    let read = |gate: &Gate| fs::read_to_string(gate.path(".git/veto/audit.jsonl")).unwrap();
    fs::write(gate.path(".git/veto/audit.jsonl"), read(&gate) + &read(&other)).unwrap();
    refused(give(&gate, &code, &["--sign", &key], &[PHRASE]), 2, "is broken");
}
