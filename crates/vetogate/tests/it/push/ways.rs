//! What is said of a gap leads out of it; a policy is not ignored in silence; what was not looked at is not counted.

use super::time::Stalled;
use super::{Gate, fresh, token};

/// The file of a loose object.
pub(super) fn loose(gate: &Gate, revision: &str) -> std::path::PathBuf {
    let oid = gate.git(&["rev-parse", revision]);
    gate.path(&format!(".git/objects/{}/{}", &oid[..2], &oid[2..]))
}

#[test]
fn a_push_for_which_there_is_no_time_can_be_divided() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "[limits]\nseconds = 1\n").commit("Policy");
    gate.publish("main");
    for number in 0..4 {
        gate.write("a.conf", format!("{number}")).commit("One of four");
    }
    let stalled = Stalled::new(&gate, "HEAD:a.conf");
    let text = gate.unread(&["main"]);
    assert!(text.contains("1 gap,") && text.contains("within 1 s"), "{text}");
    assert!(text.contains("counts once it is on the remote's trusted branch"), "{text}");
    let (_, rest) = text.split_once("; commit ").unwrap();
    let id = rest.split(' ').next().unwrap();
    let way = text.split("`git push REMOTE ").nth(1).unwrap().split('`').next().unwrap();
    gate.passes(&[&way.replace("ID", id).replace("BRANCH", "main")]);
    // Now there is time for the rest.
    stalled.end();
    gate.passes(&["main"]);
}

#[test]
fn missing_and_damaged_objects_come_back() {
    let gate = Gate::new();
    gate.write("a.conf", "gone").commit("One");
    gate.sandbox.git(".", &["init", "-q", "--bare", "backup.git"]).ok();
    gate.git(&["remote", "add", "backup", "../backup.git"]);
    gate.git(&["push", "-q", "--no-verify", "backup", "main"]);
    let object = loose(&gate, "HEAD:a.conf");
    std::fs::remove_file(&object).unwrap();
    let text = gate.unread(&["main"]);
    assert!(text.contains("`git fetch --refetch REMOTE`"), "{text}");
    gate.git(&["fetch", "-q", "--refetch", "backup"]);
    gate.passes(&["main"]);

    gate.write("a.conf", "damaged").commit("Two");
    gate.git(&["push", "-q", "--no-verify", "backup", "main"]);
    let object = loose(&gate, "HEAD:a.conf");
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, "x").unwrap();
    let text = gate.unread(&["main"]);
    assert!(text.contains("`git fetch --refetch REMOTE`"), "{text}");
    std::fs::remove_file(&object).unwrap();
    gate.git(&["fetch", "-q", "--refetch", "backup"]);
    gate.passes(&["main"]);
}

#[test]
fn unknown_rules_of_a_policy_are_said() {
    let gate = Gate::new();
    let policy = "[rules.\"secret/github-tokn\"]\nenabled = false\nreason = \"x\"\n\
         [[exclude]]\npath = \"fixtures/\"\nreason = \"x\"\nuntil = 2999-01-01\nrules = [\"sekret/*\"]\n";
    gate.write(".veto/policy.toml", policy).commit("Policy");
    gate.publish("main");
    gate.write("fixtures/a.conf", token()).commit("A secret");
    let text = gate.vetoed(&["main"]);
    let said = "origin/main:.veto/policy.toml:1: no rule has the name `secret/github-tokn` in this version; the nearest: secret/github-token";
    assert!(text.contains(said), "{text}");
    assert!(text.contains("policy.toml:4: no rule is of the family `sekret/*`"), "{text}");
    assert!(text.contains("the nearest: secret/*"), "{text}");
    let json = gate.sandbox.veto("work", &["scan", "--format", "json"]).text();
    assert!(json.contains("no rule is of the family `sekret/*`"), "{json}");
}

#[test]
fn nothing_is_counted_that_was_not_looked_at() {
    let gate = Gate::new();
    gate.write("a.conf", token());
    gate.git(&["add", "a.conf"]);
    let scan = |arguments: &[&str]| gate.sandbox.veto("work", &[&["scan"], arguments].concat()).text();
    for source in [&["--staged"][..], &["--history"], &[]] {
        let text = scan(&[source, &["--skip", "secrets"]].concat());
        assert!(text.contains("ALLOW, 0 objects, 0 B"), "{source:?}: {text}");
        let text = scan(&[source, &["--only", "secrets"]].concat());
        assert!(!text.contains(", 0 objects"), "{source:?}: {text}");
    }
}

#[test]
fn a_key_is_where_it_begins() {
    let gate = Gate::new();
    let kind = ["RSA PRIVATE", " KEY"].concat();
    gate.write("key", format!("# mine\n{}", fresh(&format!("{{pem:{kind}}}\n")))).commit("A key");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("File: key:2:1\n"), "{text}");
    assert!(text.contains(&format!("Pattern: -----BEGIN {kind}-----...\n")), "{text}");
}
