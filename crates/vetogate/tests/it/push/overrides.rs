//! Letting one push through.

use super::signers::signer;
use super::{Gate, password, token};
use crate::support::{Answer, terminal};
use serde_json::json;
use ssh_key::PublicKey;
use ssh_key::public::{KeyData, SkEd25519};
use std::fs;
use vetogate::audit::Event;
use vetogate::audit::log::Log;
use vetogate::overrides::second::Approval;

const REASON: &str = "A made-up value that the demo needs.";

/// What has to be typed for a push of `main`.
pub const PHRASE: &str = "publish main to remote";

/// A gate whose policy makes passwords high, with one in a commit.
pub fn with_high(more: &str) -> Gate {
    let gate = Gate::new();
    let policy = format!("{more}\n[rules.\"secret/*\"]\nseverity = \"high\"\n");
    gate.write(".veto/policy.toml", policy).commit("Policy");
    gate.publish("main");
    gate.write("a.conf", password()).commit("Dirty");
    gate
}

/// The code in a veto.
#[track_caller]
pub fn code(gate: &Gate) -> String {
    let text = gate.vetoed(&["main"]);
    let (_, code) = text.split_once("veto override ").unwrap_or_else(|| panic!("no code in {text}"));
    code.split_whitespace().next().unwrap().to_owned()
}

pub fn give(gate: &Gate, code: &str, more: &[&str], lines: &[&str]) -> Answer {
    let arguments = [&["override", code, "--reason", REASON], more].concat();
    gate.typed(&arguments, lines)
}

#[track_caller]
pub fn refused(answer: Answer, code: i32, said: &str) {
    let text = answer.exits(code).text();
    assert!(text.contains(said), "no `{said}` in {text}");
}

#[test]
fn one_push_and_no_other() {
    let gate = with_high("");
    let code = code(&gate);
    let text = give(&gate, &code, &[], &[PHRASE]).ok().text();
    assert!(text.contains("SECURITY VETO - HIGH") && text.contains("let through until"), "{text}");
    // Another commit is another push.
    let head = gate.git(&["rev-parse", "HEAD"]);
    gate.write("b.conf", password()).commit("More");
    let text = gate.vetoed(&["main"]);
    assert!(!text.contains("counts for nothing"), "{text}");
    gate.git(&["reset", "-q", "--hard", &head]);
    let text = gate.passes(&["main"]);
    assert!(text.contains("OVERRIDDEN") && text.contains("Overridden for this one push."), "{text}");
    let shown = gate.sandbox.veto("work", &["audit", "show"]).ok().stdout;
    assert!(shown.contains("override") && shown.contains(REASON) && shown.contains("OVERRIDDEN"), "{shown}");
}

#[test]
fn a_changed_policy_voids_it() {
    let gate = with_high("");
    let code = code(&gate);
    give(&gate, &code, &[], &[PHRASE]).ok();
    let dirty = gate.git(&["rev-parse", "HEAD"]);
    gate.git(&["checkout", "-q", "--detach", "origin/main"]);
    gate.write(".veto/policy.toml", "[rules.\"secret/*\"]\nseverity = \"high\"\n# Changed.\n")
        .commit("Policy");
    gate.publish("HEAD:refs/heads/other");
    // The trusted branch moves under the same push of another branch.
    gate.git(&["push", "-q", "--no-verify", "origin", "HEAD:main"]);
    gate.git(&["checkout", "-q", "-B", "main", &dirty]);
    gate.vetoed(&["--force", "main"]);
}

#[test]
fn what_does_not_count() {
    let gate = with_high("");
    let code = code(&gate);
    refused(
        gate.sandbox.veto("work", &["override", &code, "--reason", REASON]),
        2,
        "there is no terminal here",
    );
    refused(give(&gate, &code, &[], &["y"]), 2, "not what had to be typed");
    refused(gate.typed(&["override", &code, "--reason", "short"], &[PHRASE]), 2, "20 characters or more");
    refused(gate.typed(&["override", "zzzzzzzz"], &[]), 2, "no veto with the code `zzzzzzzz`");
    refused(gate.typed(&["override", "../../x"], &[]), 2, "no veto with the code");
    let mut command = gate.sandbox.command("work", crate::support::VETO);
    command.env("CLAUDECODE", "1").args(["override", &code, "--reason", REASON]);
    refused(terminal::typed(&mut command, &[PHRASE]), 2, "use another terminal, or sign");
    gate.vetoed(&["main"]);
}

#[test]
fn a_critical_finding_has_no_override() {
    let gate = Gate::new();
    gate.write("a.conf", token()).commit("Dirty");
    let text = gate.vetoed(&["main"]);
    assert!(!text.contains("veto override"), "{text}");
}

#[test]
fn high_posture_has_no_override() {
    let gate = with_high("posture = \"high\"");
    let text = gate.vetoed(&["main"]);
    assert!(!text.contains("veto override"), "{text}");
}

/// The file of a token, changed by hand.
fn edit(gate: &Gate, mut edit: impl FnMut(&mut serde_json::Value)) {
    let folder = fs::read_dir(gate.path(".git/veto/overrides")).unwrap();
    for file in folder.flatten() {
        let mut token = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        edit(&mut token);
        fs::write(file.path(), token.to_string()).unwrap();
    }
}

#[test]
fn a_token_that_is_over_or_broken() {
    let gate = with_high("");
    give(&gate, &code(&gate), &[], &[PHRASE]).ok();
    let refused = |said: &str| {
        let text = gate.vetoed(&["main"]);
        assert!(text.contains("counts for nothing") && text.contains(said), "no `{said}` in {text}");
    };
    edit(&gate, |token| token["expires"] = "2026-01-01T00:00:00Z".into());
    refused("it ended at");
    edit(&gate, |token| token["expires"] = "2999-01-01T00:00:00Z".into());
    refused("it lasts longer than the policy lets it");
    edit(&gate, |token| token["issued"] = "2998-12-31T23:50:00Z".into());
    refused("yet to come");
    edit(&gate, |token| token["binding"]["url"] = "https://elsewhere/r".into());
    refused("for another push");
    edit(&gate, |token| token["more"] = 1.into());
    refused("no token of an override");
}

#[test]
fn a_policy_that_asks_for_a_signature() {
    let gate = with_high("[override]\nproof = \"signed\"\n");
    let (key, other) = (gate.key("key"), gate.key("other"));
    let code = code(&gate);
    let said = gate.vetoed(&["main"]);
    assert!(said.contains(&format!("veto override {code} --sign KEY")), "{said}");
    refused(give(&gate, &code, &[], &[PHRASE]), 2, "the policy asks for proof `signed`");
    // Before anything is asked.
    refused(give(&gate, &code, &["--sign", &key], &[]), 2, "`veto install --signer KEY` on a terminal");
    gate.enrol(&key);
    refused(give(&gate, &code, &["--sign", &other], &[PHRASE]), 2, "is not listed");
    // Without a terminal only a touched hardware key counts.
    let without = gate.sandbox.veto("work", &["override", &code, "--reason", REASON, "--sign", &key]);
    refused(without, 2, "only a signature by a hardware key");
    give(&gate, &code, &["--sign", &key], &[PHRASE]).ok();
    edit(&gate, |token| token["reason"] = "Another reason, which nobody signed.".into());
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("the signature does not fit"), "{text}");
    give(&gate, &code, &["--sign", &key], &[PHRASE]).ok();
    let text = gate.passes(&["main"]);
    assert!(text.contains("OVERRIDDEN"), "{text}");
}

/// What is asked for and answered is kept and recorded: no value that was found stands in it.
#[test]
fn a_reason_that_holds_what_was_found() {
    let gate = with_high("");
    let code = code(&gate);
    let line = fs::read_to_string(gate.path("a.conf")).unwrap();
    let value = line.split('"').nth(1).unwrap();
    let reason = format!("The value {value} is that of the demo.");
    gate.git(&["config", "user.name", &format!("Ann {value}")]);
    gate.typed(&["override", &code, "--reason", &reason, "--request", "../request"], &[]).ok();
    gate.typed(&["override", &code, "--reason", &reason], &[PHRASE]).ok();
    let token = fs::read_dir(gate.path(".git/veto/overrides")).unwrap().next().unwrap().unwrap().path();
    for file in [gate.sandbox.path().join("request"), token, gate.path(".git/veto/audit.jsonl")] {
        let text = fs::read_to_string(file).unwrap();
        assert!(!text.contains(value) && text.contains("is that of the demo."), "{text}");
    }
    // What is left has to say something.
    let short = format!("{value} {value} {value}");
    refused(gate.typed(&["override", &code, "--reason", &short], &[PHRASE]), 2, "20 characters or more");
    gate.passes(&["main"]);
}

/// A public key that says it is a hardware key's, beside a `ssh-keygen` that signs with one in a file.
#[test]
fn a_hardware_key_that_is_none() {
    let gate = with_high("[override]\nproof = \"signed\"\n");
    let key = gate.key("key");
    gate.enrol(&key);
    let code = code(&gate);
    let public = PublicKey::from_openssh(&fs::read_to_string(format!("{key}.pub")).unwrap()).unwrap();
    let hardware = KeyData::SkEd25519(SkEd25519::new(*public.key_data().ed25519().unwrap(), "ssh:"));
    let hardware = PublicKey::from(hardware).to_openssh().unwrap();
    gate.sandbox.write("fake.pub", hardware);
    let real = "PATH=${PATH#*:} exec ssh-keygen -Y sign -n veto-override@v1 -f";
    let program = gate.sandbox.write("bin/ssh-keygen", format!("#!/bin/sh\n{real} '{key}'\n"));
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let run = |arguments: &[&str]| {
        let mut command = gate.sandbox.command("work", crate::support::VETO);
        crate::support::answer(command.env("PATH", &path).args(arguments))
    };
    let sign = ["--sign", "../fake"];
    let arguments = [&["override", &code, "--reason", REASON], &sign[..]].concat();
    refused(run(&arguments), 2, "shows no touch of a hardware key");
    gate.vetoed(&["main"]);
    give(&gate, &code, &["--request", "../request"], &[]).ok();
    let approved = run(&[&["override", "--approve", "../request"], &sign[..]].concat());
    assert!(!approved.stdout.contains("SSH SIGNATURE"), "{}", approved.stdout);
    refused(approved, 2, "shows no touch of a hardware key");
    // On a terminal, with the phrase, it is what it is: a signature of a listed key.
    let mut command = gate.sandbox.command("work", crate::support::VETO);
    terminal::typed(command.env("PATH", &path).args(&arguments), &[PHRASE]).ok();
    gate.passes(&["main"]);
}

/// Each reason is said once, however many errors stand around it.
#[test]
fn a_reason_is_said_once() {
    let gate = with_high("[override]\nproof = \"signed\"\n");
    let (key, other) = (gate.key("key"), gate.key("other"));
    gate.enrol(&key);
    let code = code(&gate);
    let once = |answer: Answer, said: &str| {
        let text = answer.exits(2).text();
        assert_eq!(text.matches(said).count(), 1, "{text}");
    };
    once(give(&gate, &code, &["--sign", &other], &[PHRASE]), "is not listed");
    let program = gate.sandbox.write("bin/ssh-keygen", "#!/bin/sh\ncat > /dev/null\necho signed\n");
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = gate.sandbox.command("work", crate::support::VETO);
    command.env("PATH", path).args(["override", &code, "--reason", REASON, "--sign", &key]);
    once(terminal::typed(&mut command, &[PHRASE]), "not an SSH signature");
}

/// A gate that asks for two, both of whom are listed, with a veto.
fn with_two_people() -> (Gate, String, String) {
    let gate = Gate::new();
    let (ann, bob) = (gate.key("ann"), gate.key("bob"));
    let signers = signer(&gate, "ann", &ann) + &signer(&gate, "bob", &bob);
    gate.write(".veto/allowed_signers", signers);
    gate.write(
        ".veto/policy.toml",
        "[override]\nproof = \"second-person\"\n[rules.\"secret/*\"]\nseverity = \"high\"\n",
    );
    gate.commit("Signers");
    gate.publish("main");
    gate.write("a.conf", password()).commit("Dirty");
    (gate, ann, bob)
}

/// Of one key on the request that lies there.
fn approve(gate: &Gate, key: &str, file: &str) {
    let said = gate.typed(&["override", "--approve", "../request", "--sign", key], &[PHRASE]).ok().text();
    assert!(said.contains(REASON) && said.contains("refs/heads/main"), "{said}");
    let approval = said.lines().find(|line| line.starts_with('{')).unwrap().to_owned();
    gate.sandbox.write(file, approval);
}

#[test]
fn a_second_person() {
    let (gate, ann, bob) = with_two_people();
    let code = code(&gate);
    refused(give(&gate, &code, &["--sign", &ann], &[PHRASE]), 2, "a second person: --request FILE");
    give(&gate, &code, &["--request", "../request"], &[]).ok();
    approve(&gate, &ann, "own");
    refused(give(&gate, &code, &["--approval", "../own", "--sign", &ann], &[PHRASE]), 2, "ann signed both");
    approve(&gate, &bob, "approval");
    give(&gate, &code, &["--approval", "../approval", "--sign", &ann], &[PHRASE]).ok();
    let text = gate.passes(&["main"]);
    assert!(text.contains("OVERRIDDEN"), "{text}");
    let shown = gate.sandbox.veto("work", &["audit", "show"]).ok().stdout;
    assert!(shown.contains("signed by ann and bob"), "{shown}");
}

/// Within a day, but once: used again it lasts no longer than the first time.
#[test]
fn an_approval_that_was_used() {
    let (gate, ann, bob) = with_two_people();
    let code = code(&gate);
    give(&gate, &code, &["--request", "../request"], &[]).ok();
    approve(&gate, &bob, "approval");
    let with = |minutes: &str| {
        let more = ["--approval", "../approval", "--sign", &ann, "--minutes", minutes];
        give(&gate, &code, &more, &[PHRASE])
    };
    let expires = || {
        let mut expires = String::new();
        edit(&gate, |token| expires = token["expires"].to_string());
        expires
    };
    with("5").ok();
    let first = expires();
    with("15").ok();
    assert_eq!(expires(), first);
    gate.passes(&["main"]);
    // One that was used before, as the record says.
    approve(&gate, &bob, "approval");
    let approval = fs::read(gate.sandbox.path().join("approval")).unwrap();
    let approval: Approval = serde_json::from_slice(&approval).unwrap();
    let used = |until: &str| {
        let event = json!({ "approval": approval.digest(), "until": until });
        Log::of(&gate.path(".git")).append(&[Event::loosening("override", event)]).unwrap();
    };
    used("2026-01-01T00:00:00Z");
    gate.sandbox.git("remote.git", &["update-ref", "refs/heads/main", "main~1"]).ok();
    gate.git(&["fetch", "-q"]);
    fs::remove_dir_all(gate.path(".git/veto/overrides")).unwrap();
    assert_eq!(self::code(&gate), code);
    // However its file is written.
    gate.sandbox.write("approval", serde_json::to_string_pretty(&approval).unwrap());
    refused(with("15"), 2, "was used already");
    // A later use, of whoever wrote it, is no first one.
    used("2999-01-01T00:00:00Z");
    refused(with("15"), 2, "was used already");
    gate.vetoed(&["main"]);
    approve(&gate, &bob, "approval");
    with("15").ok();
    gate.passes(&["main"]);
}

#[test]
fn a_program_that_is_called_ssh_keygen() {
    let gate = with_high("[override]\nproof = \"signed\"\n");
    let key = gate.key("key");
    gate.enrol(&key);
    let code = code(&gate);
    let fake = gate.sandbox.write("fake/ssh-keygen", "#!/bin/sh\ncat > /dev/null\necho signed\n");
    fs::set_permissions(&fake, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = gate.sandbox.command("work", crate::support::VETO);
    let path = format!("{}:{}", fake.parent().unwrap().display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).args(["override", &code, "--reason", REASON, "--sign", &key]);
    refused(terminal::typed(&mut command, &[PHRASE]), 2, "is no signature");
    gate.vetoed(&["main"]);
}

/// What is broken lets nobody sign, and is said with its place.
#[test]
fn a_broken_signers_file_on_the_remote() {
    let gate = Gate::new();
    gate.write(".veto/allowed_signers", "<<<<<<< HEAD\n");
    gate.write(
        ".veto/policy.toml",
        "[override]\nproof = \"signed\"\n[rules.\"secret/*\"]\nseverity = \"high\"\n",
    );
    gate.commit("Signers");
    gate.publish("main");
    let key = gate.key("key");
    gate.enrol(&key);
    gate.write("a.conf", password()).commit("Dirty");
    let said = "origin/main:.veto/allowed_signers:1: the mark of a merge conflict";
    refused(give(&gate, &code(&gate), &["--sign", &key], &[PHRASE]), 2, said);
}

/// Where nothing can be recorded, a clean push passes with a warning, and nothing is let through.
#[test]
fn a_record_that_cant_be_written() {
    let gate = with_high("");
    let code = code(&gate);
    fs::remove_file(gate.path(".git/veto/audit.jsonl")).unwrap();
    fs::create_dir(gate.path(".git/veto/audit.jsonl")).unwrap();
    refused(give(&gate, &code, &[], &[PHRASE]), 2, "what can't be recorded is not let through");
    gate.vetoed(&["main"]);
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.commit("Clean");
    let text = gate.passes(&["main"]);
    assert!(text.contains("WARN") && text.contains("audit log"), "{text}");
}

/// What nobody answered on a terminal stands in no record, and counts for nothing.
#[test]
fn files_that_were_put_there() {
    let gate = with_high("");
    let code = code(&gate);
    give(&gate, &code, &[], &[PHRASE]).ok();
    edit(&gate, |token| token["reason"] = "Because I say so, and nobody typed it.".into());
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("the record does not know it"), "{text}");
    give(&gate, &code, &[], &[PHRASE]).ok();
    let log = gate.path(".git/veto/audit.jsonl");
    let kept = log.with_extension("kept");
    fs::rename(&log, &kept).unwrap();
    gate.vetoed(&["main"]);
    fs::rename(&kept, &log).unwrap();
    gate.passes(&["main"]);
    // A key beside which no phrase was typed.
    let gate = with_high("[override]\nproof = \"signed\"\n");
    let key = gate.key("key");
    fs::write(gate.path(".git/veto/allowed_signers"), signer(&gate, "me", &key)).unwrap();
    let code = self::code(&gate);
    refused(give(&gate, &code, &["--sign", &key], &[PHRASE]), 2, "the record does not know that");
    gate.enrol(&key);
    give(&gate, &code, &["--sign", &key], &[PHRASE]).ok();
    gate.passes(&["main"]);
}
