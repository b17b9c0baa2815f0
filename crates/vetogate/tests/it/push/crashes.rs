//! Killed at any moment: what was recorded stays, what is half done counts for nothing, the next run is not hindered.

use super::full_disk::{asked, killed_at, log, long_reason};
use super::overrides::{PHRASE, code, with_high};
use super::triage::with_veto;
use super::{Gate, token};
use crate::support::{Sandbox, VETO, answer, terminal};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use vetogate::overrides::token::Token;
use vetogate_core::triage::Entry;

/// How often each is killed by an ordinary run of the tests.
const FEW: u32 = 8;

/// Moments spread over a run that takes `whole`: every second one near its end, where things are written.
fn moment(number: u32, whole: Duration) -> Duration {
    // A fraction that no two numbers share, spread evenly however many there are.
    let part = (f64::from(number) * 0.618_034).fract();
    let part = if number.is_multiple_of(2) { part * 1.1 } else { 0.6 + part * 0.5 };
    whole.mul_f64(part)
}

/// How long a run takes: the longest of three.
fn measured(mut run: impl FnMut() -> Duration) -> Duration {
    (0..3).map(|_| run()).max().unwrap()
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

/// What a series of kills came to.
#[derive(Default)]
struct Figures {
    /// Runs that had not ended by themselves.
    in_time: u32,
    /// How often it was done all the same.
    done: u32,
    /// Lines of the record that were cut off.
    torn: usize,
}

impl Figures {
    fn say(&self) -> String {
        let Self { in_time, done, torn } = self;
        format!("killed before the end {in_time}, done all the same {done}, lines cut off {torn}")
    }
}

/// What stays in the folder of the veto, and what has to hold of it after every kill.
struct Record {
    before: Vec<u8>,
}

impl Record {
    fn of(gate: &Gate) -> Self {
        // What was published past the hook, to begin with, is said and recorded once.
        gate.sandbox.veto("work", &["audit", "verify"]);
        Self { before: fs::read(gate.path(".git/veto/audit.jsonl")).unwrap_or_default() }
    }

    /// After the next run: all lines that were whole are there, in their place, and the chain holds.
    #[track_caller]
    fn goes_on(&mut self, gate: &Gate) {
        let now = fs::read(gate.path(".git/veto/audit.jsonl")).unwrap();
        let whole = self.before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        assert!(now.starts_with(&self.before[..whole]), "what was recorded is gone");
        gate.sandbox.veto("work", &["audit", "verify"]).ok();
        self.before = now;
    }

    fn events(&self, kind: &str) -> usize {
        let kind = format!("\"event\":\"{kind}\"");
        String::from_utf8_lossy(&self.before).matches(&kind).count()
    }
}

/// What is half written goes by names that begin with a point; the next run of the same clears it away.
#[track_caller]
fn no_litter(gate: &Gate, folder: &str) {
    let mut names = names(gate, folder);
    names.retain(|name| name.starts_with('.'));
    assert!(names.is_empty(), "{names:?}");
}

/// A group of its own, that is killed whole.
fn start(command: &mut Command) -> Child {
    command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills it and all that it started; whether it had ended by itself.
fn kill_all(child: &mut Child, after: Duration) -> bool {
    std::thread::sleep(after);
    let ended = child.try_wait().unwrap().is_some();
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    child.wait().unwrap();
    ended
}

/// Pushes through the hook, killed with all that they started.
fn pushes(count: u32) -> Figures {
    let gate = Gate::new();
    let push = |name: &str| {
        let mut command = gate.sandbox.command("work", "git");
        command.args(["push", "origin", &format!("HEAD:refs/heads/{name}")]);
        command
    };
    let mut number = 0;
    let whole = measured(|| {
        number += 1;
        gate.write("a.txt", format!("{number}\n")).commit("Clean");
        timed(|| assert!(start(&mut push(&format!("first-{number}"))).wait().unwrap().success()))
    });
    let (mut record, mut figures) = (Record::of(&gate), Figures::default());
    for number in 0..count {
        gate.write("a.txt", format!("b{number}\n")).commit("Clean");
        let line = gate.line("HEAD");
        figures.in_time +=
            u32::from(!kill_all(&mut start(&mut push(&format!("b{number}"))), moment(number, whole)));
        // A lock that is held for ever would be a warning.
        let said = gate.hook(&line, &[]).ok().text();
        assert!(said.contains("ALLOW"), "{said}");
        record.goes_on(&gate);
    }
    // Nothing arrived without a verdict.
    let log = String::from_utf8(record.before.clone()).unwrap();
    for arrived in gate.refs().lines().filter_map(|line| line.split_once(' ')) {
        let (name, oid) = arrived;
        let judged = |line: &str| line.contains(name) && line.contains(oid) && line.contains("\"ALLOW\"");
        assert!(name == "refs/heads/main" || log.lines().any(judged), "{name} {oid} in {log}");
        figures.done += u32::from(name.starts_with("refs/heads/b"));
    }
    Figures { torn: record.events("torn"), ..figures }
}

/// Verdicts, killed while they are given and recorded.
fn verdicts(count: u32) -> Figures {
    let gate = Gate::new();
    gate.write("a.conf", token()).commit("Dirty");
    let line = gate.line("HEAD");
    let (input, url) = (gate.sandbox.write("input", &line), gate.sandbox.path().join("remote.git"));
    let command = || {
        let mut command = gate.sandbox.command("work", VETO);
        command.args(["hook", "pre-push", "origin"]).arg(&url).stdin(fs::File::open(&input).unwrap());
        command
    };
    let whole = measured(|| timed(|| assert!(!start(&mut command()).wait().unwrap().success())));
    let (mut record, mut figures) = (Record::of(&gate), Figures::default());
    for number in 0..count {
        let given = record.events("verdict");
        figures.in_time += u32::from(!kill_all(&mut start(&mut command()), moment(number, whole)));
        let said = gate.hook(&line, &[]).exits(1).text();
        assert!(said.contains("BLOCK") && !said.contains("audit log"), "{said}");
        record.goes_on(&gate);
        figures.done += u32::from(record.events("verdict") == given + 2);
    }
    Figures { torn: record.events("torn"), ..figures }
}

/// Overrides, killed on their terminal.
fn overrides(count: u32, is_signed: bool) -> Figures {
    let gate = with_high(if is_signed { "[override]\nproof = \"signed\"\n" } else { "" });
    let key = gate.key("key");
    if is_signed {
        gate.enrol(&key);
    }
    let (code, line) = (code(&gate), gate.line("HEAD"));
    let folder = gate.path(".git/veto/overrides");
    let command = || {
        let mut command = gate.sandbox.command("work", VETO);
        command.args(["override", &code, "--reason", "A made-up value that the demo needs."]);
        command.args(if is_signed { vec!["--sign", &key] } else { vec![] });
        command
    };
    let whole = measured(|| timed(|| drop(terminal::typed(&mut command(), &[PHRASE]).ok())));
    let (mut record, mut figures) = (Record::of(&gate), Figures::default());
    for number in 0..count {
        fs::remove_dir_all(&folder).unwrap_or_default();
        let given = record.events("override");
        figures.in_time += u32::from(terminal::killed(&mut command(), &[PHRASE], moment(number, whole)));
        let files: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().collect();
        let mut tokens = files.iter().filter(|file| !file.file_name().to_string_lossy().starts_with('.'));
        let token = tokens.next().map(|file| fs::read(file.path()).unwrap());
        assert!(tokens.next().is_none());
        // Whole, or not there: and then the push is vetoed as if nobody had asked.
        let is_there = token.is_some();
        if let Some(text) = token {
            assert_eq!(Token::parse(&text).unwrap().signature.is_some(), is_signed);
        }
        let said = gate.hook(&line, &[]);
        assert_eq!(said.code, i32::from(!is_there), "{said:?}");
        assert_eq!(said.text().contains("OVERRIDDEN"), is_there, "{said:?}");
        record.goes_on(&gate);
        // What counts was on the disk before.
        assert!(!is_there || record.events("override") > given, "let through, and not recorded");
        figures.done += u32::from(is_there);
    }
    // The next one is not hindered, leaves nothing half done, and counts for its push alone.
    terminal::typed(&mut command(), &[PHRASE]).ok();
    no_litter(&gate, ".git/veto/overrides");
    assert!(gate.hook(&line, &[]).ok().text().contains("OVERRIDDEN"));
    gate.write("b.conf", "x = 1\n").commit("Another push");
    gate.vetoed(&["main"]);
    gate.git(&["reset", "-q", "--hard", "HEAD~"]);
    gate.passes(&["main"]);
    record.goes_on(&gate);
    Figures { torn: record.events("torn"), ..figures }
}

/// Decisions on a finding, killed.
fn decisions(count: u32, is_signed: bool) -> Figures {
    let (gate, fingerprint) = with_veto(&token());
    let key = gate.key("key");
    if is_signed {
        gate.enrol(&key);
    }
    let path = Entry::path_of(&fingerprint);
    let file = gate.path(&path);
    let command = |sandbox: &Sandbox| {
        let mut command = sandbox.command("work", VETO);
        command.args(["triage", &fingerprint, "--status", "false-positive", "--reason", "Made up."]);
        command.args(if is_signed { vec!["--sign", &key] } else { vec![] });
        command
    };
    let whole = measured(|| timed(|| assert!(start(&mut command(&gate.sandbox)).wait().unwrap().success())));
    let (mut record, mut figures) = (Record::of(&gate), Figures::default());
    for number in 0..count {
        // Every third decision takes the place of an earlier one.
        let old = number.is_multiple_of(3).then(|| fs::read(&file).ok()).flatten();
        if old.is_none() {
            let _ = fs::remove_file(&file);
        }
        let given = record.events("triage");
        figures.in_time +=
            u32::from(!kill_all(&mut start(&mut command(&gate.sandbox)), moment(number, whole)));
        let new = fs::read(&file).ok();
        let is_done = new != old;
        if let Some(text) = &new {
            let entry = Entry::parse(text, &path).unwrap();
            assert_eq!(entry.signature.is_some(), is_signed);
        }
        let said = gate.sandbox.veto("work", &["scan"]);
        assert_eq!(said.code, i32::from(new.is_none()), "{said:?}");
        assert!(!said.text().contains("counts for nothing"), "{said:?}");
        gate.hook(&gate.line("HEAD"), &[]).exits(1);
        record.goes_on(&gate);
        assert!(!is_done || record.events("triage") > given, "decided, and not recorded");
        figures.done += u32::from(is_done);
    }
    assert!(start(&mut command(&gate.sandbox)).wait().unwrap().success());
    no_litter(&gate, ".veto/triage.d");
    gate.commit("Decided");
    if is_signed {
        gate.passes(&["main"]);
    } else {
        gate.vetoed(&["main"]);
    }
    record.goes_on(&gate);
    Figures { torn: record.events("torn"), ..figures }
}

/// Decisions on a branch of their own, killed.
fn branches(count: u32) -> Figures {
    let (gate, fingerprint) = with_veto(&token());
    let branch = format!("veto-triage-{}", &fingerprint[..8]);
    let command = || {
        let mut command = gate.sandbox.command("work", VETO);
        command.args([
            "triage",
            &fingerprint,
            "--status",
            "false-positive",
            "--reason",
            "Made up.",
            "--branch",
        ]);
        command
    };
    let whole = measured(|| {
        let time = timed(|| assert!(start(&mut command()).wait().unwrap().success()));
        gate.git(&["branch", "-q", "-D", &branch]);
        time
    });
    let (mut record, mut figures) = (Record::of(&gate), Figures::default());
    for number in 0..count {
        let given = record.events("triage");
        let mut child = start(&mut command());
        std::thread::sleep(moment(number, whole));
        figures.in_time += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        // What git was told goes on without us.
        std::thread::sleep(Duration::from_millis(50));
        let is_there = gate.sandbox.git("work", &["rev-parse", "-q", "--verify", &branch]).code == 0;
        if is_there {
            let changed = gate.git(&["diff", "--name-only", "origin/main", &branch]);
            assert_eq!(changed, Entry::path_of(&fingerprint));
            gate.git(&["branch", "-q", "-D", &branch]);
        }
        gate.hook(&gate.line("HEAD"), &[]).exits(1);
        record.goes_on(&gate);
        assert!(!is_there || record.events("triage") > given, "decided, and not recorded");
        figures.done += u32::from(is_there);
    }
    assert!(start(&mut command()).wait().unwrap().success());
    let left = names(&gate, ".git/veto");
    assert!(!left.iter().any(|name| name.starts_with("index-")), "{left:?}");
    Figures { torn: record.events("torn"), ..figures }
}

/// Not all had ended before they were killed.
#[track_caller]
fn says_something(figures: &Figures) {
    assert!(figures.in_time > 0, "{}", figures.say());
}

#[test]
fn killed_pushes() {
    says_something(&pushes(FEW));
    says_something(&verdicts(FEW));
}

#[test]
fn killed_overrides() {
    says_something(&overrides(FEW, false));
    says_something(&overrides(FEW, true));
}

#[test]
fn killed_decisions() {
    says_something(&decisions(FEW, false));
    says_something(&decisions(FEW, true));
    says_something(&branches(FEW));
}

/// The names in a folder of the clone.
fn names(gate: &Gate, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(gate.path(folder)).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Killed within the one write of a line.
#[test]
fn a_line_of_the_record_that_is_half_written() {
    let gate = Gate::new();
    gate.commit("Clean");
    gate.passes(&["main"]);
    gate.commit("Clean, too");
    let before = log(&gate);
    asked(&gate, |arguments| killed_at(&gate, before.len() + 512, arguments)).exits(-1);
    let torn = log(&gate);
    assert!(torn.len() > before.len() && torn.starts_with(&before) && !torn.ends_with('\n'), "{torn}");
    let said = gate.sandbox.veto("work", &["audit", "verify"]).exits(1).stdout;
    assert!(said.contains("was cut off"), "{said}");
    let mut record = Record::of(&gate);
    gate.passes(&["main"]);
    record.goes_on(&gate);
    let bytes = format!("\"event\":\"torn\",\"bytes\":{}", torn.len() - before.len());
    assert!(log(&gate).contains(&bytes), "no {bytes} in {}", log(&gate));
}

#[test]
fn a_token_that_is_half_written() {
    let gate = with_high("");
    let (code, reason, mut record) = (code(&gate), long_reason(), Record::of(&gate));
    let arguments = ["override", &code, "--reason", &reason];
    let bytes = log(&gate).len() + 4096;
    terminal::typed(&mut killed_at(&gate, bytes, &arguments), &[PHRASE]).exits(-1);
    let [half] = &names(&gate, ".git/veto/overrides")[..] else { panic!("no half of a token") };
    assert!(half.starts_with('.'), "{half}");
    gate.vetoed(&["main"]);
    record.goes_on(&gate);
    // Not even where it stood in the place of a whole one.
    let path = gate.path(".git/veto/overrides");
    let (name, _) = half[1..].split_once(".veto-").unwrap();
    fs::copy(path.join(half), path.join(name)).unwrap();
    assert!(gate.vetoed(&["main"]).contains("no token of an override"));
    terminal::typed(gate.sandbox.command("work", VETO).args(arguments), &[PHRASE]).ok();
    assert_eq!(names(&gate, ".git/veto/overrides"), [name]);
    gate.passes(&["main"]);
    record.goes_on(&gate);
}

#[test]
fn an_entry_of_triage_that_is_half_written() {
    let (gate, fingerprint) = with_veto(&token());
    let (reason, mut record) = (long_reason(), Record::of(&gate));
    let arguments = ["triage", &fingerprint, "--status", "false-positive", "--reason", &reason];
    let bytes = log(&gate).len() + 4096;
    answer(&mut killed_at(&gate, bytes, &arguments)).exits(-1);
    let [half] = &names(&gate, ".veto/triage.d")[..] else { panic!("no half of an entry") };
    assert!(half.starts_with('.'), "{half}");
    gate.sandbox.veto("work", &["scan"]).exits(1);
    gate.vetoed(&["main"]);
    record.goes_on(&gate);
    let path = gate.path(".veto/triage.d");
    fs::copy(path.join(half), gate.path(&Entry::path_of(&fingerprint))).unwrap();
    let said = gate.sandbox.veto("work", &["scan"]).exits(1).stdout;
    assert!(said.contains("the entry counts for nothing"), "{said}");
    gate.sandbox.veto("work", &arguments).ok();
    assert_eq!(names(&gate, ".veto/triage.d"), [Entry::file_name(&fingerprint)]);
    gate.sandbox.veto("work", &["scan"]).ok();
    record.goes_on(&gate);
}

#[test]
#[ignore = "takes minutes; run it with `cargo test --test it push::crashes -- --ignored --nocapture`"]
#[allow(clippy::print_stdout, reason = "figures for whoever asked")]
fn two_hundred_kills_each() {
    println!("pushes: {}", pushes(200).say());
    println!("verdicts: {}", verdicts(200).say());
    println!("typed overrides: {}", overrides(200, false).say());
    println!("signed overrides: {}", overrides(200, true).say());
    println!("unsigned decisions: {}", decisions(200, false).say());
    println!("signed decisions: {}", decisions(200, true).say());
    println!("decisions on a branch: {}", branches(200).say());
}
