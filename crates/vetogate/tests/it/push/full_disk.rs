//! No room on the disk: nothing that was there is lost, nothing is let through, and a clean push passes with a warning.

use super::overrides::{PHRASE, code, with_high};
use super::triage::with_veto;
use super::{Gate, token};
use crate::support::{Answer, VETO, answer, terminal};
use std::fs;
use std::process::Command;
use vetogate_core::triage::Entry;

/// Longer than the record ever makes of it.
pub fn long_reason() -> String {
    "Made up for the demo. ".repeat(400)
}

/// Runs veto where no file may grow beyond so many bytes: writing fails as it does on a full disk.
fn limited(gate: &Gate, bytes: usize, arguments: &[&str]) -> Command {
    // The signal of the limit is ignored.
    under(gate, "trap '' XFSZ", bytes, arguments)
}

/// Runs veto so that it is killed in the middle of writing, where a file would grow beyond so many bytes.
pub fn killed_at(gate: &Gate, bytes: usize, arguments: &[&str]) -> Command {
    under(gate, "ulimit -c 0", bytes, arguments)
}

fn under(gate: &Gate, first: &str, bytes: usize, arguments: &[&str]) -> Command {
    // In blocks of 512 bytes.
    let script = format!("{first}; ulimit -f {}; exec '{VETO}' \"$@\"", bytes / 512);
    let mut command = gate.sandbox.command("work", "sh");
    command.args(["-c", &script, "veto"]).args(arguments);
    command
}

/// What the hook answers to a push of HEAD.
fn hook(gate: &Gate, bytes: usize) -> Answer {
    asked(gate, |arguments| limited(gate, bytes, arguments))
}

/// What a command answers that is asked as the hook is.
pub fn asked(gate: &Gate, command: impl FnOnce(&[&str]) -> Command) -> Answer {
    let input = gate.sandbox.write("line", gate.line("HEAD"));
    let url = gate.sandbox.path().join("remote.git").display().to_string();
    let mut command = command(&["hook", "pre-push", "origin", &url]);
    answer(command.stdin(fs::File::open(input).unwrap()))
}

pub fn log(gate: &Gate) -> String {
    fs::read_to_string(gate.path(".git/veto/audit.jsonl")).unwrap()
}

fn count(gate: &Gate, folder: &str) -> usize {
    fs::read_dir(gate.path(folder)).map_or(0, Iterator::count)
}

#[track_caller]
fn says(answer: Answer, code: i32, said: &str) {
    let text = answer.exits(code).text();
    assert!(text.contains(said), "no `{said}` in {text}");
}

#[test]
fn a_clean_push_passes_and_a_veto_stays_one() {
    let gate = Gate::new();
    gate.commit("Clean");
    gate.passes(&["main"]);
    gate.commit("Clean, too");
    let before = log(&gate);
    let text = hook(&gate, 0).ok().text();
    assert!(text.contains("WARN") && text.contains("audit log"), "{text}");
    gate.write("a.conf", token()).commit("Dirty");
    says(hook(&gate, 0), 1, "Push BLOCKED until resolved.");
    assert_eq!(log(&gate), before);
    gate.sandbox.veto("work", &["audit", "verify"]).ok();
    // Where nothing can be kept, no code is named that nobody could answer.
    let gate = with_high("");
    let text = hook(&gate, 0).exits(1).text();
    assert!(!text.contains("veto override"), "{text}");
    assert_eq!(count(&gate, ".git/veto/vetoes"), 0);
}

#[test]
fn an_override_that_finds_no_room() {
    let gate = with_high("");
    let (code, reason) = (code(&gate), long_reason());
    // What was published past the hook, to begin with, is said and recorded once.
    gate.sandbox.veto("work", &["audit", "verify"]);
    let before = log(&gate);
    let arguments = ["override", &code, "--reason", &reason];
    let give = |bytes| terminal::typed(&mut limited(&gate, bytes, &arguments), &[PHRASE]);
    // None for the record of it.
    says(give(before.len()), 2, "what can't be recorded is not let through");
    assert_eq!(log(&gate), before);
    assert_eq!(count(&gate, ".git/veto/overrides"), 0);
    // Enough for the record, and none for the token.
    says(give(before.len() + 4096), 2, "the override can't be written");
    assert_eq!(count(&gate, ".git/veto/overrides"), 0);
    gate.vetoed(&["main"]);
    // A token that is there, and none for the record of what it lets through.
    terminal::typed(gate.sandbox.command("work", VETO).args(arguments), &[PHRASE]).ok();
    let before = log(&gate);
    says(hook(&gate, before.len()), 1, "an override that can't be recorded counts for nothing");
    assert_eq!(log(&gate), before);
    assert!(gate.passes(&["main"]).contains("OVERRIDDEN"));
    gate.sandbox.veto("work", &["audit", "verify"]).ok();
}

#[test]
fn a_decision_that_finds_no_room() {
    let (gate, fingerprint) = with_veto(&token());
    let (before, reason) = (log(&gate), long_reason());
    let decide = |bytes, reason: &str| {
        let arguments = ["triage", &fingerprint, "--status", "false-positive", "--reason", reason];
        answer(&mut limited(&gate, bytes, &arguments))
    };
    says(decide(before.len(), &reason), 2, "a decision that can't be recorded is not written");
    assert_eq!((log(&gate), count(&gate, ".veto/triage.d")), (before.clone(), 0));
    says(decide(before.len() + 4096, &reason), 2, "the decision can't be written");
    assert_eq!(count(&gate, ".veto/triage.d"), 0);
    gate.sandbox.veto("work", &["scan"]).exits(1);
    // An earlier one stays as it was.
    decide(1 << 20, "Made up.").ok();
    let file = gate.path(&Entry::path_of(&fingerprint));
    let earlier = fs::read(&file).unwrap();
    says(decide(log(&gate).len() + 4096, &reason), 2, "the decision can't be written");
    assert_eq!((fs::read(&file).unwrap(), count(&gate, ".veto/triage.d")), (earlier, 1));
    gate.sandbox.veto("work", &["scan"]).ok();
}
