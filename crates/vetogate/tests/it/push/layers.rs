//! What holds on this machine whatever a repository says, and what holds where nothing is known of a place.

use super::{Gate, fresh, token};

const USER: &str = "home/.config/veto/policy.toml";
const MACHINE: &str = "etc/policy.toml";

/// A low finding in posture medium, which `strict` and posture high do not change; a medium one, which both veto.
fn add_medium(gate: &Gate) {
    gate.write(".env", fresh("SESSION_KEY=changed-by-ops-{lower:2}\n")).commit("Environment");
}

fn with_policy(policy: &str) -> Gate {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", policy).commit("Policy");
    gate.publish("main");
    gate
}

#[test]
fn the_machine_and_the_user_tighten() {
    for path in [USER, MACHINE] {
        let gate = Gate::new();
        add_medium(&gate);
        gate.passes(&["main"]);
        add_medium(&gate);
        gate.sandbox.write(path, "posture = \"high\"\n");
        gate.write("b/.env", fresh("SESSION_KEY=changed-by-ops-{lower:2}\n")).commit("Another");
        gate.vetoed(&["main"]);
        let said = gate.sandbox.veto("work", &["policy", "show"]).ok().stdout;
        assert!(said.starts_with("posture            high "), "{said}");
        assert!(said.lines().next().unwrap().ends_with(&format!("{path}:1")), "{said}");
        gate.sandbox.veto("work", &["scan"]).exits(1);
        std::fs::remove_file(gate.sandbox.path().join(path)).unwrap();
        gate.passes(&["main"]);
    }
}

#[test]
fn they_loosen_nothing() {
    let gate = with_policy("posture = \"high\"\n");
    gate.sandbox.write(USER, "posture = \"medium\"\n");
    gate.sandbox.write(MACHINE, "posture = \"medium\"\n");
    add_medium(&gate);
    gate.vetoed(&["main"]);
    let said = gate.sandbox.veto("work", &["policy", "show", "--remote", "origin"]).ok().stdout;
    let line = said.lines().next().unwrap();
    assert!(
        line.starts_with("posture            high ") && line.ends_with("origin/main:.veto/policy.toml:1")
    );
    assert_eq!(said.matches("without effect, for it would loosen: posture medium").count(), 2, "{said}");
}

#[test]
fn a_rule_that_the_machine_keeps_on_can_be_neither_switched_off_nor_excluded() {
    let off = "[rules.\"secret/*\"]\nenabled = false\nreason = \"r\"\n";
    let excluded = "[[exclude]]\npath = \"a.conf\"\nreason = \"r\"\nuntil = \"2999-01-01\"\n";
    for loose in [off, excluded] {
        let gate = with_policy(loose);
        gate.write("a.conf", token()).commit("A secret");
        gate.sandbox.write(MACHINE, "[rules.\"secret/*\"]\nenabled = true\n");
        gate.vetoed(&["main"]);
        std::fs::remove_file(gate.sandbox.path().join(MACHINE)).unwrap();
        gate.passes(&["main"]);
    }
}

#[test]
fn one_that_is_wrong_is_said_with_its_place_and_nothing_passes_but_a_deletion() {
    for (path, text, said) in [
        (USER, "posture = \"hgih\"\n", "policy.toml:1:11: "),
        (
            MACHINE,
            "\n[[exclude]]\npath = \"a\"\nreason = \"r\"\nuntil = \"2999-01-01\"\n",
            "policy.toml:2:1: ",
        ),
        (USER, "\u{feff}\0", "policy.toml:1:"),
    ] {
        let gate = Gate::new();
        gate.publish("main:refs/heads/gone");
        gate.sandbox.write(path, text);
        gate.commit("Clean");
        let push = gate.sandbox.git("work", &["push", "origin", "main"]).exits(1).text();
        assert!(push.contains(path) && push.contains(said), "{push}");
        gate.sandbox.veto("work", &["scan"]).exits(2);
        gate.sandbox.veto("work", &["policy", "show"]).exits(2);
        let file = gate.sandbox.path().join(path);
        let check = gate.sandbox.veto("work", &["policy", "check", file.to_str().unwrap()]).exits(2).text();
        assert!(check.contains(said), "{check}");
        gate.git(&["push", "-q", "origin", ":gone"]);
        std::fs::remove_file(file).unwrap();
        gate.passes(&["main"]);
    }
}

#[cfg(unix)]
#[test]
fn one_that_is_no_file_or_is_not_utf_8() {
    let gate = Gate::new();
    // A link to nowhere, or a file in the place of the folder, is no floor that is not there.
    let etc = gate.sandbox.path().join("etc");
    std::os::unix::fs::symlink("nowhere", &etc).unwrap();
    assert!(gate.sandbox.veto("work", &["scan"]).exits(2).text().contains("stands in its way"));
    std::fs::remove_file(&etc).unwrap();
    std::fs::write(&etc, "").unwrap();
    assert!(gate.sandbox.veto("work", &["scan"]).exits(2).text().contains("stands in its way"));
    std::fs::remove_file(&etc).unwrap();
    gate.sandbox.write(USER, b"posture = \"h\xffgh\"\n");
    assert!(gate.sandbox.veto("work", &["scan"]).exits(2).text().contains("not UTF-8"));
    let path = gate.sandbox.path().join(USER);
    std::fs::remove_file(&path).unwrap();
    gate.sandbox.run(".", "mkfifo", &[path.to_str().unwrap()]).ok();
    assert!(gate.sandbox.veto("work", &["scan"]).exits(2).text().contains("not a file"));
}

/// What is pushed to an address, or to a remote that nobody knows, is judged by the strictest that is known.
#[test]
fn a_push_to_an_unknown_place() {
    let gate = with_policy("posture = \"high\"\n");
    gate.sandbox.git(".", &["init", "-q", "--bare", "third.git"]).ok();
    add_medium(&gate);
    for url in ["../third.git", "third"] {
        if url == "third" {
            gate.git(&["config", "remote.third.url", "../third.git"]);
        }
        let said = gate.sandbox.git("work", &["push", url, "main"]).exits(1).text();
        assert!(said.contains("SECURITY VETO"), "{said}");
    }
    // What such a policy excludes or switches off is not taken along.
    let gate = with_policy("[rules.\"secret/*\"]\nenabled = false\nreason = \"r\"\n");
    gate.sandbox.git(".", &["init", "-q", "--bare", "third.git"]).ok();
    gate.write("a.conf", token()).commit("A secret");
    gate.passes(&["main"]);
    gate.sandbox.git("work", &["push", "../third.git", "main"]).exits(1);
}

/// Also where the remote that had it is no longer there.
#[test]
fn a_place_that_was_seen_once() {
    let gate = with_policy("posture = \"high\"\n");
    gate.commit("Clean");
    gate.passes(&["main"]);
    gate.sandbox.git(".", &["init", "-q", "--bare", "third.git"]).ok();
    gate.git(&["remote", "remove", "origin"]);
    add_medium(&gate);
    gate.sandbox.git("work", &["push", "../third.git", "main"]).exits(1);
    // What is not what was kept is not believed.
    let folder = gate.path(".git/veto/policies");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(file, "posture = \"medium\"\n").unwrap();
    gate.sandbox.git("work", &["push", "../third.git", "main"]).ok();
}
