//! A push answers for what it adds: what the remote has already does not veto.

use super::{Gate, HARMLESS, fresh, password, token};

/// A gate whose remote has `content` at `path` on `main`.
fn with_debt(path: &str, content: &str) -> Gate {
    let gate = Gate::new();
    gate.write(path, content).commit("Debt");
    gate.publish("main");
    gate
}

/// The push passes with nothing to warn of.
#[track_caller]
fn is_old(gate: &Gate) {
    gate.commit("Change");
    let text = gate.passes(&["main"]);
    assert!(text.contains("ALLOW"), "{text}");
}

/// The push passes and says where the value comes from.
#[track_caller]
fn is_copied(gate: &Gate, refspec: &str) {
    let text = gate.passes(&[refspec]);
    assert!(text.contains("WARN") && text.contains("published at"), "{text}");
}

#[test]
fn at_the_same_path() {
    for debt in [format!("k = {}\n", token()), password()] {
        let gate = with_debt("a.py", &debt);
        gate.write("a.py", format!("import os\n{debt}"));
        is_old(&gate);
        gate.write("a.py", format!("k = {}\n{debt}", token())).commit("A new one beside it");
        gate.vetoed(&["main"]);
    }
}

#[test]
fn a_new_password_beside_an_old_one_is_shown_where_it_stands() {
    let (old, new) = (password(), password());
    for (content, line) in [(format!("{old}{new}"), 2), (format!("{new}{old}"), 1)] {
        let gate = with_debt("a.py", &old);
        gate.write("a.py", content).commit("Another");
        let text = gate.vetoed(&["main"]);
        assert!(text.contains(&format!("File: a.py:{line}:")), "{text}");
    }
}

/// The text of a private key.
fn pem() -> String {
    let lines: Vec<String> = (0..20).map(|_| fresh("{base64:64}\n")).collect();
    let edge = |word: &str| format!("-----{word} RSA {}-----\n", "PRIVATE KEY");
    [edge("BEGIN"), lines.concat(), edge("END")].concat()
}

#[test]
fn of_a_private_key_the_body_counts() {
    let (old, new) = (pem(), pem());
    let gate = with_debt("a.py", &format!("key = \"\"\"{old}\"\"\"\n"));
    if gate.sandbox.veto("work", &["scan", "."]).code == 0 {
        crate::install::skipped("no rule for private keys yet");
        return;
    }
    gate.write("a.py", format!("import os\n\nkey = \"\"\"{old}\"\"\"\n"));
    is_old(&gate);
    gate.git(&["mv", "a.py", "b.py"]);
    is_old(&gate);
    gate.write("b.py", format!("key = \"\"\"{new}\"\"\"\n")).commit("Another key under the same header");
    gate.vetoed(&["main"]);
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write("c.py", format!("key = \"\"\"{old}\"\"\"\n")).commit("Copied");
    is_copied(&gate, "main");
}

#[test]
fn in_a_renamed_file() {
    for debt in [format!("k = {}\n", token()), password()] {
        let gate = with_debt("a.py", &debt);
        gate.git(&["mv", "a.py", "b.py"]);
        is_old(&gate);
        gate.git(&["mv", "b.py", "c.py"]);
        gate.write("c.py", format!("import os\n{debt}"));
        is_old(&gate);
    }
}

#[test]
fn with_another_mode() {
    for debt in [format!("k = {}\n", token()), password()] {
        let gate = with_debt("a.py", &debt);
        gate.git(&["update-index", "--chmod=+x", "a.py"]);
        gate.git(&["commit", "-q", "-m", "Mode"]);
        assert!(gate.passes(&["main"]).contains("ALLOW"));
    }
}

#[test]
fn split_and_rewritten() {
    let (one, two) = (token(), token());
    let gate = with_debt("a.py", &format!("k = {one}\nl = {two}\n"));
    gate.write("a.py", format!("k = {one}\n")).write("b.py", format!("l = {two}\n"));
    is_old(&gate);
    gate.write("a.py", format!("\"\"\"All anew.\"\"\"\nconfig = {{'key': '{one}'}}\n"));
    is_old(&gate);
}

#[test]
fn moved_in_two_commits() {
    let value = token();
    let gate = with_debt("a.py", &format!("k = {value}\n"));
    gate.write("b.py", format!("k = {value}\n")).commit("Copied");
    std::fs::remove_file(gate.path("a.py")).unwrap();
    is_old(&gate);
    // The other way about: gone first, and back at another path.
    std::fs::remove_file(gate.path("b.py")).unwrap();
    gate.commit("Gone");
    gate.write("c.py", format!("k = {value}\n"));
    is_old(&gate);
}

#[test]
fn copied_from_a_file_that_the_push_does_not_touch() {
    let value = token();
    let gate = with_debt("a.py", &format!("k = {value}\n"));
    // Colours would stand in the names that git gives.
    gate.git(&["config", "color.ui", "always"]);
    gate.write("b.py", format!("k = {value}\n")).commit("Copied");
    is_copied(&gate, "main");
}

/// A value on the remote's branch `other` alone.
fn on_another_branch(value: &str) -> Gate {
    let gate = Gate::new();
    gate.git(&["checkout", "-q", "-b", "other"]);
    gate.write("o.py", format!("k = {value}\n")).commit("Theirs");
    gate.publish("other");
    gate.git(&["checkout", "-q", "main"]);
    gate.commit("Ours");
    gate
}

#[test]
fn copied_and_cherry_picked_from_a_remote_branch() {
    let value = token();
    let gate = on_another_branch(&value);
    gate.write("b.py", format!("k = {value}\n")).commit("Copied");
    is_copied(&gate, "main");

    let gate = on_another_branch(&token());
    gate.git(&["cherry-pick", "other"]);
    is_copied(&gate, "main");
}

#[test]
fn merging_what_another_branch_has_brings_nothing_new() {
    let gate = on_another_branch(&token());
    gate.git(&["merge", "-q", "--no-edit", "other"]);
    assert!(gate.passes(&["main"]).contains("ALLOW"));
    gate.passes(&["other:refs/heads/release"]);
}

#[test]
fn a_rebased_branch_has_its_own_debt() {
    let gate = on_another_branch(&token());
    gate.passes(&["main"]);
    gate.git(&["checkout", "-q", "other"]);
    gate.git(&["rebase", "-q", "main"]);
    let text = gate.passes(&["--force", "other"]);
    assert!(text.contains("WARN") && text.contains("published at o.py"), "{text}");
    gate.write("p.py", format!("k = {}\n", token())).commit("Worse");
    gate.vetoed(&["--force", "other"]);
}

#[test]
fn the_revert_of_a_removal_is_new() {
    let gate = with_debt("a.py", &format!("k = {}\n", token()));
    std::fs::remove_file(gate.path("a.py")).unwrap();
    gate.commit("Removed");
    gate.publish("main");
    gate.git(&["revert", "--no-edit", "HEAD"]);
    gate.vetoed(&["main"]);
}

const EXCLUDED: &str = "[[exclude]]\npath = \"fixtures/\"\nreason = \"made up\"\nuntil = \"2999-01-01\"\n";

#[test]
fn a_move_out_of_an_excluded_path_within_the_push_is_new() {
    let gate = with_debt(".veto/policy.toml", EXCLUDED);
    gate.sandbox.veto("work", &["doctor", "--pin"]);
    gate.write("fixtures/a.py", format!("k = {}\n", token())).commit("A fixture");
    gate.git(&["mv", "fixtures/a.py", "a.py"]);
    gate.commit("Moved");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("File: a.py:1:5"), "{text}");
}

#[test]
fn a_guessable_value_in_a_test_does_not_excuse_production() {
    let debt = password();
    let gate = with_debt("tests/a_test.py", &debt);
    gate.write("tests/a_test.py", format!("import os\n{debt}")).write("src/a.py", &debt).commit("Both");
    gate.vetoed(&["main"]);
    gate.write("src/a.py", HARMLESS).commit("Out again");
    gate.git(&["reset", "-q", "--soft", "origin/main"]);
    is_old(&gate);
}

#[test]
fn of_a_pair_every_part_must_be_old() {
    let id = |value: &str| format!("aws_access_key_id = {value}\n");
    let secret = |value: &str| format!("aws_secret_access_key = {value}\n");
    let (a, b) = (fresh("AKIA{base32:16}"), fresh("AKIA{base32:16}"));
    let (x, y) = (fresh("{base64:40}"), fresh("{base64:40}"));
    let gate = with_debt("a.conf", &(id(&a) + &secret(&x)));
    gate.write("a.conf", format!("# A comment.\n{}{}", id(&a), secret(&x)));
    is_old(&gate);
    gate.write("a.conf", id(&a) + &secret(&y)).commit("Another secret");
    gate.vetoed(&["main"]);
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write("a.conf", id(&b) + &secret(&x)).commit("Another id");
    gate.vetoed(&["main"]);
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    // Both halves old, but apart.
    gate.write("a.conf", id(&a)).write("b.conf", secret(&x));
    gate.commit("Apart");
    gate.passes(&["main"]);
}

#[test]
fn a_custom_ref_moves_on_with_its_debt() {
    let (gate, value) = (Gate::new(), token());
    let old = gate.blob(format!("k = {value}\n"));
    gate.publish(&format!("{old}:refs/custom/b"));
    let new = gate.blob(format!("# More.\nk = {value}\n"));
    gate.passes(&["-f", &format!("{new}:refs/custom/b")]);
    let worse = gate.blob(format!("k = {}\n", token()));
    gate.vetoed(&["-f", &format!("{worse}:refs/custom/b")]);
}

#[test]
fn a_partial_clone_without_the_old_side_calls_it_new() {
    let value = token();
    let gate = with_debt("a.py", &format!("k = {value}\n"));
    gate.sandbox.git("remote.git", &["config", "uploadpack.allowFilter", "true"]).ok();
    let url = format!("file://{}/remote.git", gate.sandbox.path().display());
    gate.sandbox.git(".", &["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "partial"]).ok();
    gate.sandbox.veto("partial", &["install"]).ok();
    let blob = gate.sandbox.write("new", format!("# More.\nk = {value}\n")).display().to_string();
    let run = |arguments: &[&str]| gate.sandbox.git("partial", arguments).ok().stdout.trim().to_owned();
    let blob = run(&["hash-object", "-w", &blob]);
    run(&["read-tree", "HEAD"]);
    run(&["update-index", "--cacheinfo", &format!("100644,{blob},a.py")]);
    run(&["commit", "-q", "-m", "Change"]);
    let text = gate.sandbox.git("partial", &["push", "origin", "HEAD:main"]).exits(1).text();
    assert!(text.contains("File: a.py:2:5"), "{text}");
}

/// A password that the remote has at this path is no news when its commit comes along again.
#[test]
fn a_guessable_value_at_the_same_path_elsewhere_on_the_remote() {
    let gate = on_another_branch("1");
    gate.git(&["checkout", "-q", "other"]);
    gate.write("p.py", password()).commit("A password of theirs");
    gate.publish("other");
    gate.git(&["checkout", "-q", "main"]);
    gate.git(&["cherry-pick", "other"]);
    is_copied(&gate, "main");
    let content = std::fs::read(gate.path("p.py")).unwrap();
    gate.write("q.py", content).commit("At another path");
    gate.vetoed(&["main"]);
}

/// A key of several lines that another branch of the remote has: cherry-picked, squashed, copied.
#[test]
fn a_private_key_that_another_branch_has() {
    let gate = Gate::new();
    let pem = fresh(&format!("{{pem:{}}}", ["RSA PRIVATE", " KEY"].concat()));
    gate.git(&["checkout", "-q", "-b", "other"]);
    gate.write("src/k.pem", &pem).commit("A key");
    gate.publish("other");
    gate.git(&["checkout", "-q", "main"]);
    gate.commit("Beside it");
    gate.git(&["cherry-pick", "other"]);
    let text = gate.passes(&["main"]);
    assert!(text.contains("WARN") && text.contains("published at src/k.pem"), "{text}");
    gate.write("src/copy.pem", &pem).commit("A copy");
    let text = gate.passes(&["main"]);
    assert!(text.contains("published at src/k.pem, copied"), "{text}");
    let other = fresh(&format!("{{pem:{}}}", ["RSA PRIVATE", " KEY"].concat()));
    gate.write("src/new.pem", other).commit("Another key");
    gate.vetoed(&["main"]);
}
