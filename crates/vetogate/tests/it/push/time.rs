//! What is small is looked at before what is large, so that what was found stands when the time is up; what would
//! never end is not waited for.

use super::ways::loose;
use super::{Gate, token};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};
use vetogate::deadline::Deadline;
use vetogate::engine::workers::{PROSE, look};
use vetogate::engine::{Item, Scope, Source};
use vetogate::git::catfile::CatFile;
use vetogate::git::command::Git;
use vetogate_core::{ObjectId, Packs, Place};

/// An object that git reads for ever: a pipe has its place in an alternate, where we do not look.
pub(super) struct Stalled {
    object: PathBuf,
    content: Vec<u8>,
    alternates: PathBuf,
}

impl Stalled {
    pub(super) fn new(gate: &Gate, revision: &str) -> Self {
        let (object, alternates) = (loose(gate, revision), gate.path(".git/objects/info/alternates"));
        let content = fs::read(&object).unwrap();
        fs::remove_file(&object).unwrap();
        let other = gate.sandbox.path().join("alternate");
        let pipe = other.join(object.strip_prefix(gate.path(".git/objects")).unwrap());
        fs::create_dir_all(pipe.parent().unwrap()).unwrap();
        mkfifo(gate, &pipe);
        fs::write(&alternates, format!("{}\n", other.display())).unwrap();
        Self { object, content, alternates }
    }

    pub(super) fn end(self) {
        fs::remove_file(self.alternates).unwrap();
        fs::write(self.object, self.content).unwrap();
    }
}

fn mkfifo(gate: &Gate, path: &Path) {
    gate.sandbox.run("work", "mkfifo", &[&path.display().to_string()]).ok();
}

/// A gate with a limit of a second, and a branch on the remote about which is asked once more after a finding.
fn gate() -> Gate {
    let gate = Gate::new();
    gate.publish("main:other");
    gate.write(".veto/policy.toml", "[limits]\nseconds = 1\n").commit("Policy");
    gate.publish("main");
    gate.git(&["fetch", "-q"]);
    gate
}

/// A text with a token, whose blob comes after this one.
fn token_after(gate: &Gate, first: &str) -> String {
    (0..).map(|_| token()).find(|token| gate.blob(token).as_str() > first).unwrap()
}

#[test]
fn what_was_found_stands_when_the_time_is_up() {
    let gate = gate();
    let first =
        (0..).map(|number| format!("{number}\n")).find(|text| gate.blob(text).as_str() < "2").unwrap();
    gate.write("large", &first).write("a.conf", token_after(&gate, &gate.blob(&first))).commit("Both");
    let stalled = Stalled::new(&gate, "HEAD:large");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("File: a.conf:1:1\n") && text.contains("1 of "), "{text}");
    assert!(text.contains("not looked at within 1 s"), "{text}");
    stalled.end();
    assert!(!gate.vetoed(&["main"]).contains("within 1 s"));
}

#[test]
fn names_and_messages_come_before_contents() {
    for in_message in [true, false] {
        let gate = gate();
        let (name, message) = if in_message { ("large".into(), token()) } else { (token(), "Large".into()) };
        gate.write(&name, "1").commit(&message);
        let _stalled = Stalled::new(&gate, &format!("HEAD:{name}"));
        let text = gate.vetoed(&["main"]);
        let place = if in_message { ":message\n" } else { "File: ghp_...:1:1" };
        assert!(text.contains(place) && text.contains("not looked at within 1 s"), "{text}");
    }
}

#[test]
fn what_is_no_file_in_the_place_of_an_object_is_said_at_once() {
    let gate = Gate::new();
    gate.write("a.conf", "1").commit("One");
    let line = gate.line("HEAD");
    for (revision, place) in [("HEAD:a.conf", "corrupt  a.conf  object"), ("HEAD", "git:ref:refs/heads/main")]
    {
        let object = loose(&gate, revision);
        let content = fs::read(&object).unwrap();
        for is_pipe in [true, false] {
            fs::remove_file(&object).unwrap();
            if is_pipe {
                mkfifo(&gate, &object);
            } else {
                fs::create_dir(&object).unwrap();
            }
            let begun = Instant::now();
            let text = gate.hook(&line, &[]).exits(3).text();
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
            assert!(text.contains(place) && text.contains("has no file at .git/objects/"), "{text}");
            if is_pipe {
                fs::remove_file(&object).unwrap();
            } else {
                fs::remove_dir(&object).unwrap();
            }
            fs::write(&object, &content).unwrap();
        }
    }
    gate.hook(&line, &[]).exits(0);
}

/// Passwords of one name, of which no two are the same.
fn masses(start: usize, count: usize) -> String {
    (start..start + count).map(|number| format!("password = \"k{}-Xq{number}\"\n", number % 97)).collect()
}

/// However much is found, the limit holds: what there is no time to compare counts as new, and is counted.
#[test]
fn masses_of_findings_are_answered_within_the_limit() {
    let gate = gate();
    gate.write("a.conf", masses(0, 20_000)).commit("Old");
    gate.publish("main");
    gate.write("a.conf", masses(100_000, 40_000)).commit("New");
    let begun = Instant::now();
    let text = gate.vetoed(&["main"]);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(text.contains("File: a.conf:") && text.contains("SECURITY VETO - CRITICAL"), "no finding");
    assert_eq!(text.matches("hits more are not listed").count(), 1, "what is left out is said once");
}

/// Data of a test with very many passwords: nothing of it vetoes, and what is not listed is no reason to.
#[test]
fn masses_of_low_confidence_veto_nothing() {
    let gate = Gate::new();
    gate.write("tests/fixtures/users.conf", masses(0, 30_000)).commit("Data of tests");
    let text = gate.passes(&["main"]);
    assert!(text.contains("WARN"), "{}", text.chars().rev().take(2000).collect::<String>());
    assert!(text.contains("29000 hits of low confidence more, which are not listed"), "not said");
}

/// But where the policy says that they veto, what is not listed is not taken for old.
#[test]
fn masses_of_low_confidence_that_may_veto() {
    let gate = Gate::new();
    let old = masses(0, 21_000);
    gate.write(".veto/policy.toml", "preset = \"strict\"\n")
        .write("tests/fixtures/users.conf", &old)
        .commit("Old");
    gate.publish("main");
    gate.write("tests/fixtures/users.conf", format!("{old}{}", masses(100_000, 1))).commit("New");
    let text = gate.unread(&["main"]);
    assert!(text.contains("users.conf has 1001 hits more than are kept and compared"), "not said");
}

/// A secret that stands behind more of them than are kept is no clean end.
#[test]
fn what_is_new_behind_masses_of_old_ones_is_not_taken_for_clean() {
    let gate = Gate::new();
    let old = masses(0, 25_000);
    gate.write("a.conf", &old).commit("Old");
    gate.publish("main");
    gate.write("a.conf", format!("{old}{}", masses(100_000, 1))).commit("New");
    let text = gate.unread(&["main"]);
    assert!(text.contains("a.conf has 5001 hits more than are kept and compared"), "not said");
}

/// Git opens the older commits and the trees itself.
#[test]
fn a_pipe_in_the_place_of_what_git_lists_is_said_at_once() {
    let gate = Gate::new();
    for number in 0..3 {
        gate.write("d/a.conf", format!("{number}")).commit("More");
    }
    let line = gate.line("HEAD");
    for revision in ["HEAD~1", "HEAD^{tree}", "HEAD:d", "HEAD~1^{tree}"] {
        let object = loose(&gate, revision);
        let content = fs::read(&object).unwrap();
        fs::remove_file(&object).unwrap();
        mkfifo(&gate, &object);
        let begun = Instant::now();
        let text = gate.hook(&line, &[]).exits(3).text();
        assert!(begun.elapsed() < Duration::from_secs(20), "{revision}: {:?}", begun.elapsed());
        assert!(
            text.contains("corrupt") && text.contains("has no file at .git/objects/"),
            "{revision}: {text}"
        );
        fs::remove_file(&object).unwrap();
        fs::write(&object, content).unwrap();
    }
    gate.hook(&line, &[]).exits(0);
}

/// The same contents loose and packed: in the order of their ids the large one comes first.
#[test]
fn the_small_come_before_the_large_loose_and_packed() {
    let gate = Gate::new();
    let noise =
        |number: usize| format!("{number}\n{}", "nothing to see here, nothing at all\n".repeat(80_000));
    let large = (0..).map(|number| gate.blob(noise(number))).find(|oid| oid.as_str() < "8").unwrap();
    let small = (0..).map(|number| gate.blob(format!("{number}"))).find(|oid| *oid > large).unwrap();
    for oid in [&large, &small] {
        gate.git(&["tag", oid, oid]);
    }
    for is_packed in [false, true] {
        if is_packed {
            gate.git(&["repack", "-adq"]);
            gate.git(&["prune-packed"]);
        }
        assert_eq!(sizes_in_order(&gate, &[&large, &small]), [1, noise(0).len() as u64], "{is_packed}");
    }
}

/// How large the blobs are, in the order in which they are looked at.
fn sizes_in_order(gate: &Gate, blobs: &[&str]) -> Vec<u64> {
    let deadline = Deadline::start(None);
    let (git, watch) = (Git::at(gate.path("")).elsewhere(), deadline.watch());
    let mut objects = CatFile::new(git.clone(), watch.clone());
    let item = |oid: &&str| {
        let oid: ObjectId = oid.parse().unwrap();
        Item { source: Source::Blob(oid), hints: PROSE, place: Place::Object(oid) }
    };
    let items: Vec<Item> = blobs.iter().map(item).collect();
    let seen = Mutex::new(Vec::new());
    let on_item = |bytes: u64| seen.lock().unwrap().push(bytes);
    let packs = Packs::default();
    let kept = AtomicUsize::new(0);
    let (git, watch, kept, on_item) = (&git, &watch, &kept, &on_item);
    let scope = Scope { git, watch, threads: 1, is_limited: true, packs, low_counts: false, kept, on_item };
    let looked = look(&scope, &mut objects, &items.iter().collect::<Vec<_>>());
    assert!(looked[0].bytes > looked[1].bytes, "answers stand in the order of the items");
    seen.into_inner().unwrap()
}
