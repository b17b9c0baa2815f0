//! Pushes that loosen the gate itself, on the branch that is trusted.

mod merges;

use super::triage::{fingerprint, triage};
use super::{Gate, password, token};
use std::fs;

const EXCLUDED: &str = "[[exclude]]\npath = \"a.conf\"\nreason = \"A demo.\"\nuntil = \"2099-01-01\"\n";

const LAXER: &str = "[rules.\"secret/*\"]\nenabled = false\nreason = \"Made up.\"\n";

#[track_caller]
fn loosened(gate: &Gate, refspec: &str, said: &str) -> String {
    let text = gate.vetoed(&[refspec]);
    let plain: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plain.contains("The gate itself is loosened") && plain.contains(said), "no `{said}` in {text}");
    assert!(text.contains("veto override"), "{text}");
    text
}

#[test]
fn a_policy_that_lets_more_through() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", EXCLUDED).commit("Policy");
    loosened(&gate, "main", "a.conf is excluded");
    // Elsewhere it counts for nothing; from there it does not come to the trusted branch, either, though the remote
    // has every object of it.
    gate.passes(&["main:refs/heads/topic"]);
    loosened(&gate, "main", "a.conf is excluded");
    gate.publish("main");
    gate.write(".veto/policy.toml", format!("preset = \"strict\"\n{EXCLUDED}")).commit("Stricter");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", EXCLUDED).commit("Back");
    loosened(&gate, "main", "medium findings veto no more");
    fs::remove_file(gate.path(".veto/policy.toml")).unwrap();
    gate.commit("None at all");
    loosened(&gate, "main", "medium findings veto no more");
    // A branch that is not to be trusted for anything can hold what it likes, and be deleted.
    gate.passes(&[":refs/heads/topic"]);
}

#[test]
fn a_policy_that_is_wrong_is_said_before_it_holds() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "presett = \"strict\"\n").commit("Policy");
    let text = gate.passes(&["main"]);
    assert!(text.contains("WARN") && text.contains("mend it before it is on the remote"), "{text}");
}

fn signer(name: &str, key: &str, namespaces: &str) -> String {
    let public = fs::read_to_string(format!("{key}.pub")).unwrap();
    let mut words = public.split_whitespace();
    let (kind, body) = (words.next().unwrap(), words.next().unwrap());
    format!("{name} namespaces=\"{namespaces}\" {kind} {body}\n")
}

/// A branch that lists Ann, a vetoed commit on top of it, and the fingerprint of what was found; Ann's key.
fn with_finding(namespaces: &str) -> (Gate, String, String) {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, namespaces)).commit("Signers");
    gate.publish("main");
    gate.write("a.conf", token()).commit("Dirty");
    let print = fingerprint(&gate.vetoed(&["main"]));
    (gate, ann, print)
}

fn sign(gate: &Gate, key: &str) {
    gate.sandbox.veto("work", &["policy", "sign", "--sign", key]).ok();
}

#[test]
fn a_signer_of_before_signs_it() {
    let gate = Gate::new();
    let (ann, bob) = (gate.key("ann"), gate.key("bob"));
    let all = "veto-policy@v1,veto-triage@v1";
    gate.write(".veto/allowed_signers", signer("ann", &ann, all)).commit("Signers");
    loosened(&gate, "main", "ann may sign for veto-policy@v1");
    gate.publish("main");
    gate.write(".veto/policy.toml", EXCLUDED);
    sign(&gate, &bob);
    gate.commit("Signed by somebody");
    loosened(&gate, "main", "a.conf is excluded");
    sign(&gate, &ann);
    gate.commit("Signed");
    let signature = fs::read_to_string(gate.path(".veto/policy.toml.sig")).unwrap();
    gate.passes(&["main"]);
    // A signature is of one text, and of one step.
    gate.write(".veto/policy.toml", EXCLUDED.replace("a.conf", "b.conf")).commit("Another text");
    loosened(&gate, "main", "b.conf is excluded");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Stricter");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", EXCLUDED)
        .write(".veto/policy.toml.sig", signature)
        .commit("As it was once");
    loosened(&gate, "main", "a.conf is excluded");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    // Nobody makes themselves a signer.
    gate.write(".veto/allowed_signers", signer("ann", &ann, all) + &signer("bob", &bob, all));
    sign(&gate, &bob);
    gate.commit("Bob");
    loosened(&gate, "main", "bob may sign for veto-policy@v1");
    sign(&gate, &ann);
    gate.commit("Bob, says Ann");
    gate.passes(&["main"]);
}

/// What a signer signed counts for the very push that brings it.
#[test]
fn a_signed_policy_counts_at_once() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-policy@v1")).commit("Signers");
    gate.publish("main");
    gate.write("a.conf", token()).write(".veto/policy.toml", EXCLUDED).commit("Dirty");
    gate.vetoed(&["main"]);
    gate.vetoed(&["main:refs/heads/topic"]);
    sign(&gate, &ann);
    gate.commit("Signed");
    let text = gate.passes(&["main:refs/heads/topic"]);
    assert!(text.contains("Suppressed:") && text.contains("signed by ann"), "{text}");
    gate.passes(&["main"]);
}

#[test]
fn an_entry_of_triage_that_nobody_signed() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-triage@v1")).commit("Signers");
    gate.publish("main");
    gate.write("a.conf", token()).commit("Dirty");
    let text = gate.vetoed(&["main"]);
    let (_, rest) = text.split_once("fingerprint ").unwrap();
    let fingerprint = rest.split(')').next().unwrap();
    let decide = |more: &[&str]| {
        let arguments =
            [&["triage", fingerprint, "--status", "false-positive", "--reason", "Made up."], more].concat();
        gate.sandbox.veto("work", &arguments).ok();
    };
    decide(&[]);
    fs::remove_file(gate.path("a.conf")).unwrap();
    gate.git(&["reset", "-q", "--soft", "origin/main"]);
    gate.commit("Triage alone");
    loosened(&gate, "main", "is taken for false-positive");
    decide(&["--sign", &ann]);
    gate.commit("Signed");
    gate.passes(&["main"]);
}

/// A push to the URL, or through another name of the remote, is one to the same branch.
#[test]
fn under_any_name_of_the_remote() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Policy");
    gate.publish("main");
    fs::remove_file(gate.path(".veto/policy.toml")).unwrap();
    gate.commit("None");
    loosened(&gate, "main", "medium findings veto no more");
    let url = gate.git(&["remote", "get-url", "origin"]);
    gate.git(&["remote", "add", "alias", &url]);
    for name in [url.as_str(), "alias"] {
        let text = gate.sandbox.git("work", &["push", name, "main"]).exits(1).text();
        assert!(text.contains("The gate itself is loosened"), "{name}: {text}");
    }
}

/// What is broken first, and mended as one likes.
#[test]
fn what_mends_lets_no_more_through_than_before() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Policy");
    gate.publish("main");
    gate.commit("Clean");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", "nonsense = 1\n")
        .write(".veto/allowed_signers", "<<<<<<< HEAD\n")
        .commit("Broken");
    gate.publish("main");
    gate.write(".veto/policy.toml", "").commit("Mended otherwise");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("medium findings veto no more"), "{text}");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-policy@v1")).commit("Mended otherwise");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("ann may sign for veto-policy@v1"), "{text}");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("As it was");
    gate.passes(&["main"]);
}

/// A clone that never saw the good one: the history of the branch has it.
#[test]
fn what_mends_in_a_clone_that_is_new() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Policy");
    gate.write(".veto/policy.toml", "preset = \"default\"\n").commit("Laxer, with what breaks it");
    gate.write(".veto/policy.toml", "nonsense = 1\n").commit("Broken");
    gate.publish("main");
    for laxer in ["", "preset = \"default\"\n"] {
        gate.write(".veto/policy.toml", laxer).commit("Mended otherwise");
        let text = gate.vetoed(&["main"]);
        assert!(text.contains("medium findings veto no more"), "{text}");
    }
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("As it was");
    gate.passes(&["main"]);
}

#[test]
fn a_list_of_signers_that_goes_away() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-policy@v1")).commit("Signers");
    gate.publish("main");
    fs::remove_file(gate.path(".veto/allowed_signers")).unwrap();
    gate.commit("Nobody");
    loosened(&gate, "main", "nobody is listed any more");
}

/// An entry of another repository, an older version, a withdrawal that goes away: none gets onto the trusted branch.
#[test]
fn an_entry_that_was_signed_once() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-triage@v1")).commit("Signers");
    gate.publish("main");
    gate.write("a.conf", token()).commit("Dirty");
    let text = gate.vetoed(&["main"]);
    let (_, rest) = text.split_once("fingerprint ").unwrap();
    let fingerprint = rest.split(')').next().unwrap().to_owned();
    let decide = |status: &str| {
        let arguments = ["triage", &fingerprint, "--status", status, "--reason", "Made up.", "--sign", &ann];
        gate.sandbox.veto("work", &arguments).ok();
    };
    let path = format!(".veto/triage.d/{fingerprint}.toml");
    decide("false-positive");
    let signed = fs::read_to_string(gate.path(&path)).unwrap();
    decide("withdrawn");
    fs::remove_file(gate.path("a.conf")).unwrap();
    gate.git(&["reset", "-q", "--soft", "origin/main"]);
    gate.commit("Withdrawn");
    gate.passes(&["main"]);
    gate.write(&path, &signed).commit("As it was once");
    loosened(&gate, "main", "is taken for false-positive");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    fs::remove_file(gate.path(&path)).unwrap();
    gate.commit("No trace");
    loosened(&gate, "main", "its last decision, withdrawn, is gone");
    // Whatever stands in its place.
    for strange in ["link", "folder", "below"] {
        gate.git(&["reset", "-q", "--hard", "origin/main"]);
        let text = fs::read_to_string(gate.path(&path)).unwrap();
        fs::remove_file(gate.path(&path)).unwrap();
        match strange {
            "link" => std::os::unix::fs::symlink("x", gate.path(&path)).unwrap(),
            "folder" => drop(gate.write(&format!("{path}/x"), &text)),
            _ => drop(gate.write(&format!(".veto/triage.d/old/{fingerprint}.toml"), &text)),
        }
        gate.commit("Something else");
        let said =
            if strange == "below" { "its last decision, withdrawn, is gone" } else { "is no regular file" };
        loosened(&gate, "main", said);
    }
    // In another repository, whose signer is the same.
    let other = Gate::new();
    other.raw_commit(|head| head.replace("parent", "x-parent").into_bytes());
    other.write(".veto/allowed_signers", signer("ann", &ann, "veto-triage@v1")).commit("Signers");
    other.git(&["push", "-q", "--no-verify", "--force", "origin", "main"]);
    other.write(&path, &signed).commit("From elsewhere");
    loosened(&other, "main", "is taken for false-positive");
}

/// Git says what the remote has there, whatever this clone's tracking refs do not say.
#[test]
fn a_trusted_branch_of_which_no_tracking_ref_tells() {
    type Forget = fn(&Gate);
    let forget: [(&str, Forget); 4] = [
        ("no HEAD", |gate| drop(gate.git(&["remote", "set-head", "origin", "-d"]))),
        ("no branch", |gate| drop(gate.git(&["branch", "-q", "-rd", "origin/main"]))),
        ("another refspec", |gate| {
            gate.git(&["config", "remote.origin.fetch", "+refs/heads/x:refs/remotes/origin/x"]);
        }),
        ("no branch there", |gate| {
            gate.sandbox.git("remote.git", &["config", "receive.denyDeleteCurrent", "ignore"]).ok();
            gate.git(&["push", "-q", "--no-verify", "origin", ":main"]);
        }),
    ];
    for (name, forget) in forget {
        let gate = Gate::new();
        gate.write(".veto/policy.toml", "posture = \"high\"\n").commit("Policy");
        gate.publish("main");
        gate.commit("Clean");
        gate.passes(&["main"]);
        forget(&gate);
        gate.write(".veto/policy.toml", EXCLUDED).commit("Lax");
        let text = gate.push(&["main"]).exits(1).text();
        assert!(text.contains("The gate itself is loosened"), "{name}: {text}");
        gate.write(".veto/policy.toml", "posture = \"high\"\n").commit("As before");
        gate.push(&["main"]).ok();
    }
}

/// In a clone of another branch alone.
#[test]
fn a_clone_of_one_branch() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "posture = \"high\"\n").commit("Policy");
    gate.publish("main");
    gate.publish("main:refs/heads/topic");
    gate.sandbox.git(".", &["clone", "-q", "--single-branch", "-b", "topic", "remote.git", "one"]).ok();
    let said = gate.sandbox.veto("one", &["install"]).ok().text();
    assert!(!said.contains("bare clone"), "{said}");
    gate.sandbox.write("one/.veto/policy.toml", EXCLUDED);
    gate.sandbox.commit_all("one", "Lax");
    let text = gate.sandbox.git("one", &["push", "origin", "HEAD:main"]).exits(1).text();
    assert!(text.contains("The gate itself is loosened"), "{text}");
    gate.sandbox.git("one", &["push", "origin", "HEAD:topic"]).ok();
}

/// A step that was signed and taken back since is not taken again by the same signature.
#[test]
fn a_step_is_signed_for_once() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-policy@v1"))
        .write(".veto/policy.toml", "preset = \"strict\"\n")
        .commit("Signers");
    gate.publish("main");
    gate.write(".veto/policy.toml", EXCLUDED);
    sign(&gate, &ann);
    let step = gate.commit("Signed");
    gate.commit("Work on top");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", "preset = \"strict\"\n");
    fs::remove_file(gate.path(".veto/policy.toml.sig")).unwrap();
    gate.commit("Taken back");
    gate.passes(&["main"]);
    gate.git(&["checkout", "-q", &step, "--", ".veto"]);
    gate.commit("Once more");
    loosened(&gate, "main", "a.conf is excluded");
    sign(&gate, &ann);
    gate.commit("Signed anew");
    gate.passes(&["main"]);
}

/// A link whose target is the text of a setting.
#[test]
fn a_setting_that_is_a_link() {
    for (path, text) in [
        (".veto/policy.toml", "rules.\"secret/*\"={enabled=false,reason=\"r\"}"),
        (".veto/allowed_signers", "eve namespaces=\"veto-triage@v1\" ssh-ed25519 AAAA"),
        (".veto/baseline.jsonl", "{}"),
        (".veto/triage.d/aaaa.toml", "fingerprint = \"aaaa\""),
    ] {
        let gate = Gate::new();
        fs::create_dir_all(gate.path(path).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(text, gate.path(path)).unwrap();
        gate.commit("A link");
        loosened(&gate, "main", "is no regular file");
        // Where it is there all the same, its text says nothing.
        gate.publish("main");
        fs::remove_file(gate.path(path)).unwrap();
        gate.write(path, text).commit("The same as a file");
        if path.ends_with("policy.toml") {
            let text = gate.vetoed(&["main"]);
            assert!(text.contains("is switched off"), "{text}");
        }
    }
}

/// An unsigned decision that takes nothing out stands over no withdrawal, to be taken away again.
#[test]
fn a_withdrawal_that_is_stood_over() {
    let (gate, ann, print) = with_finding("veto-triage@v1");
    triage(&gate, &print, &["--sign", &ann]);
    let path = format!(".veto/triage.d/{print}.toml");
    let first = fs::read_to_string(gate.path(&path)).unwrap();
    let arguments = ["triage", &print, "--status", "withdrawn", "--reason", "No.", "--sign", &ann];
    gate.sandbox.veto("work", &arguments).ok();
    fs::remove_file(gate.path("a.conf")).unwrap();
    gate.git(&["reset", "-q", "--soft", "origin/main"]);
    gate.commit("Withdrawn");
    gate.passes(&["main"]);
    let line = |line: &str| match line.split(" = ").next().unwrap() {
        "until" => "until = 2020-01-01".to_owned(),
        "serial" => "serial = 3".to_owned(),
        _ => line.to_owned(),
    };
    let unsigned = first.split("signature").next().unwrap();
    let ended: Vec<String> = unsigned.lines().map(line).collect();
    gate.write(&path, ended.join("\n") + "\n").commit("Over it");
    loosened(&gate, "main", "its last decision, withdrawn, is gone");
    // Where it is there all the same, it does not go away.
    gate.publish("main");
    fs::remove_file(gate.path(&path)).unwrap();
    gate.commit("No trace");
    loosened(&gate, "main", "its last decision, false-positive, is gone");
}

/// A decision of the first serial that took something back stays like any other.
#[test]
fn a_fixed_one_of_the_first_serial() {
    let (gate, ann, print) = with_finding("veto-triage@v1");
    triage(&gate, &print, &["--sign", &ann]);
    let path = format!(".veto/triage.d/{print}.toml");
    let signed = fs::read_to_string(gate.path(&path)).unwrap();
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    let unsigned = signed.split("signature").next().unwrap();
    gate.write(&path, unsigned.replace("\"false-positive\"", "\"fixed\"")).commit("Fixed");
    gate.passes(&["main"]);
    fs::remove_file(gate.path(&path)).unwrap();
    gate.commit("No trace");
    loosened(&gate, "main", "its last decision, fixed, is gone");
}

/// What one trusted branch takes back counts at no other remote.
#[test]
fn a_withdrawal_at_another_remote() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/allowed_signers", signer("ann", &ann, "veto-triage@v1")).commit("Signers");
    gate.publish("main");
    gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "fork.git"]).ok();
    gate.git(&["remote", "add", "-f", "fork", "../fork.git"]);
    gate.sandbox.veto("work", &["doctor", "--pin"]).ok();
    gate.write("a.conf", token()).commit("Dirty");
    let print = fingerprint(&gate.vetoed(&["main"]));
    triage(&gate, &print, &["--sign", &ann]);
    let dirty = gate.commit("Signed");
    gate.git(&["push", "-q", "--dry-run", "fork", "HEAD:topic"]);
    let arguments = ["triage", &print, "--status", "withdrawn", "--reason", "No.", "--sign", &ann];
    gate.sandbox.veto("work", &arguments).ok();
    gate.git(&["reset", "-q", "--soft", "origin/main"]);
    gate.git(&["rm", "-q", "-f", "a.conf"]);
    gate.commit("Withdrawn");
    gate.passes(&["main"]);
    gate.git(&["fetch", "-q", "origin"]);
    gate.git(&["checkout", "-q", "-b", "topic", &dirty]);
    gate.sandbox.git("work", &["push", "fork", "HEAD:topic"]).exits(1);
}

/// What has ended takes nothing out, whoever says so.
#[test]
fn an_entry_that_is_ended_by_hand() {
    let (gate, ann, print) = with_finding("veto-triage@v1");
    triage(&gate, &print, &["--sign", &ann]);
    gate.commit("Signed");
    gate.passes(&["main"]);
    let path = format!(".veto/triage.d/{print}.toml");
    let text = fs::read_to_string(gate.path(&path)).unwrap();
    let ended: Vec<&str> = text
        .lines()
        .map(|line| if line.starts_with("until") { "until = 2020-01-01" } else { line })
        .collect();
    gate.write(&path, ended.join("\n") + "\n").commit("Ended");
    gate.passes(&["main"]);
}

/// A clone of one branch trusts it like any other: git makes the HEAD of its remote, which no refspec writes.
#[test]
fn a_clone_of_one_branch_knows_its_policy() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", EXCLUDED).commit("Policy");
    gate.publish("main");
    gate.git(&["config", "remote.origin.fetch", "+refs/heads/main:refs/remotes/origin/main"]);
    gate.write("a.conf", token()).commit("Excluded");
    let text = gate.passes(&["main"]);
    assert!(text.contains("Suppressed:"), "{text}");
}

/// An address has many spellings, and none of them is a way around the branch that is trusted.
#[test]
fn the_place_in_other_words() {
    let gate = Gate::new();
    let folder = gate.sandbox.path().display().to_string();
    std::os::unix::fs::symlink("remote.git", gate.sandbox.path().join("link.git")).unwrap();
    gate.write(".veto/policy.toml", LAXER).commit("Laxer");
    for url in [
        format!("{folder}/./remote.git"),
        format!("{folder}//remote.git"),
        format!("{folder}/work/../remote.git"),
        format!("{folder}/link.git"),
        format!("file://localhost{folder}/remote.git"),
        format!("{folder}/remote"),
    ] {
        let text = gate.sandbox.git("work", &["push", &url, "HEAD:main"]).exits(1).text();
        assert!(text.contains("The gate itself is loosened"), "{url}: {text}");
    }
    gate.git(&["config", "remote.origin.pushurl", &format!("{folder}/link.git")]);
    loosened(&gate, "main", "is switched off");
}

/// A clone that was never told which branch is trusted compares with what git says is there.
#[test]
fn the_place_in_other_words_of_a_clone_without_pins() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Policy");
    gate.publish("main");
    let folder = gate.sandbox.path().display().to_string();
    fs::remove_file(gate.path(".git/veto/pins.toml")).ok();
    gate.write(".veto/policy.toml", LAXER).commit("Laxer");
    let url = format!("{folder}/./remote.git");
    let text = gate.sandbox.git("work", &["push", &url, "HEAD:main"]).exits(1).text();
    assert!(text.contains("The gate itself is loosened"), "{text}");
}

/// What has ended, and what was renewed, is cleaned up with what it was about.
#[test]
fn entries_that_are_cleaned_up() {
    let (gate, ann, print) = with_finding("veto-triage@v1");
    let path = format!(".veto/triage.d/{print}.toml");
    let decide = |until: &str| {
        let said = ["triage", &print, "--status", "false-positive", "--reason", "Made up.", "--sign", &ann];
        gate.sandbox.veto("work", &[&said[..], &["--until", until]].concat()).ok();
        gate.commit(until);
    };
    decide("2098-01-01");
    gate.passes(&["main"]);
    decide("2098-06-01");
    gate.passes(&["main"]);
    fs::remove_file(gate.path("a.conf")).unwrap();
    fs::remove_file(gate.path(&path)).unwrap();
    gate.commit("Gone with its file");
    gate.passes(&["main"]);
    // A shorter one was meant to end sooner.
    gate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    decide("2097-01-01");
    gate.git(&["push", "-q", "--no-verify", "--force", "origin", "main"]);
    fs::remove_file(gate.path(&path)).unwrap();
    gate.commit("No trace");
    loosened(&gate, "main", "its last decision, false-positive, is gone");
}

/// An exclusion of everything is none of the guard itself, and none by a family.
#[test]
fn what_names_the_guard_and_nothing_else() {
    for broad in [
        "[[exclude]]\npath = \"**\"\nreason = \"A demo.\"\nuntil = \"2099-01-01\"\n",
        "[rules.\"*\"]\nenabled = false\nreason = \"A demo.\"\n",
    ] {
        let gate = Gate::new();
        gate.write(".veto/policy.toml", broad).commit("Broad");
        gate.publish("main");
        let more = "[override]\nminutes = 60\n";
        gate.write(".veto/policy.toml", format!("{broad}{more}")).commit("More");
        loosened(&gate, "main", "an override holds longer");
    }
}

/// Where the HEAD of a remote names a branch that is not there, whoever makes it would own what is trusted.
#[test]
fn a_branch_that_the_head_of_the_remote_waits_for() {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "preset = \"strict\"\n").commit("Policy");
    gate.publish("main");
    gate.sandbox.git("remote.git", &["symbolic-ref", "HEAD", "refs/heads/master"]).ok();
    gate.git(&["remote", "set-head", "-d", "origin"]);
    fs::remove_dir_all(gate.path(".git/veto")).unwrap();
    gate.write(".veto/policy.toml", LAXER).commit("Laxer");
    loosened(&gate, "HEAD:refs/heads/master", "is switched off");
    loosened(&gate, "main", "is switched off");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.commit("As it was");
    gate.passes(&["HEAD:refs/heads/master"]);
}

/// Who accepts one step accepts no other that is said in the same words.
#[test]
fn one_step_and_no_other() {
    let gate = Gate::new();
    let (ann, bob, eve) = (gate.key("ann"), gate.key("bob"), gate.key("eve"));
    let listed = signer("ann", &ann, "veto-triage@v1");
    gate.write(".veto/allowed_signers", &listed).commit("Signers");
    gate.publish("main");
    let with = |key: &str| format!("{listed}{}", signer("bob", key, "veto-triage@v1"));
    gate.write(".veto/allowed_signers", with(&bob)).commit("Bob");
    let print = fingerprint(&loosened(&gate, "main", "bob may sign"));
    triage(&gate, &print, &["--sign", &ann]);
    gate.commit("Accepted");
    gate.passes(&["main"]);
    gate.write(".veto/allowed_signers", &listed).commit("Bob goes");
    gate.passes(&["main"]);
    gate.write(".veto/allowed_signers", with(&eve)).commit("Somebody else as bob");
    loosened(&gate, "main", "bob may sign");
    // Nor is the same step again what was accepted once.
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(".veto/allowed_signers", with(&bob)).commit("Bob again");
    loosened(&gate, "main", "bob may sign");
}

/// Without a later decision an earlier one would count again.
#[test]
fn a_later_decision_that_goes_away() {
    let (gate, ann, print) = with_finding("veto-triage@v1");
    triage(&gate, &print, &["--sign", &ann]);
    let path = format!(".veto/triage.d/{print}.toml");
    let first = fs::read_to_string(gate.path(&path)).unwrap();
    let arguments = ["triage", &print, "--status", "fixed", "--reason", "Gone.", "--sign", &ann];
    gate.sandbox.veto("work", &arguments).ok();
    fs::remove_file(gate.path("a.conf")).unwrap();
    gate.git(&["reset", "-q", "--soft", "origin/main"]);
    gate.commit("Fixed");
    gate.passes(&["main"]);
    fs::remove_file(gate.path(&path)).unwrap();
    gate.commit("No trace");
    loosened(&gate, "main", "its last decision, fixed, is gone");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(&path, first).commit("As it was once");
    loosened(&gate, "main", "is taken for false-positive");
}

#[test]
fn a_repository_that_is_called_otherwise() {
    let gate = Gate::new();
    let ann = gate.key("ann");
    gate.write(".veto/policy.toml", "repository = \"a\"\n").commit("A project that begins");
    gate.passes(&["main"]);
    gate.write(".veto/policy.toml", "").write(".veto/allowed_signers", signer("ann", &ann, "veto-triage@v1"));
    gate.commit("Signers");
    gate.publish("main");
    gate.write(".veto/policy.toml", "repository = \"b\"\n").commit("Called otherwise");
    loosened(&gate, "main", "entries count that were signed for");
}

#[test]
fn a_baseline_that_is_broken_first() {
    let gate = Gate::new();
    gate.write(".veto/baseline.jsonl", "garbage\n").commit("Broken");
    let text = gate.push(&["main"]).text();
    assert!(text.contains(".veto/baseline.jsonl:1"), "{text}");
    gate.publish("main");
    fs::remove_file(gate.path(".veto/baseline.jsonl")).unwrap();
    gate.write("a.conf", password());
    gate.sandbox.veto("work", &["baseline"]).ok();
    fs::remove_file(gate.path("a.conf")).unwrap();
    gate.commit("Longer");
    loosened(&gate, "main", "more recorded as debt");
}
