//! Our own hook with somebody else's lines in it: known, never chained, and never lost.

use super::{Answer, Bench, write_script};

const HOOK: &str = "work/.git/hooks/pre-push";
const CHAINED: &str = "work/.git/hooks/pre-push.veto-chained";
const KEPT: &str = "work/.git/hooks/pre-push.veto-kept-1";

/// A push that ends, or fails the test.
fn push(bench: &Bench) -> Answer {
    bench.sandbox.commit_all("work", "More");
    bench.sandbox.run("work", "timeout", &["20", "git", "push", "origin", "HEAD:refs/heads/topic"])
}

fn installed() -> Bench {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench
}

/// What a user may do to the hook.
fn edits(text: &str) -> [String; 3] {
    [
        text.replacen('\n', "\n# my own comment\n", 1),
        format!("{text}echo mine\n"),
        text.lines().filter(|line| !line.starts_with("# ")).map(|line| format!("{line}\n")).collect(),
    ]
}

#[test]
fn an_edited_hook_of_ours_is_renewed_and_a_copy_kept() {
    for index in 0..3 {
        let bench = installed();
        let ours = bench.read(HOOK);
        let edited = edits(&ours)[index].clone();
        write_script(&bench.path(HOOK), &edited);
        let said = bench.veto("work", &["install"]).ok();
        assert!(said.stdout.contains("had been edited; a copy with those lines is in"), "{}", said.stdout);
        assert_eq!((bench.read(HOOK), bench.read(KEPT)), (ours, edited));
        assert!(!bench.path(CHAINED).exists(), "it chains itself");
        bench.stand_in(0);
        push(&bench).ok();
        assert_eq!(bench.log().len(), 1);
    }
}

#[test]
fn uninstall_knows_an_edited_hook_and_keeps_its_lines() {
    for index in 0..3 {
        let bench = Bench::new();
        let mine = bench.noting_hook(HOOK, "mine", 0);
        bench.veto("work", &["install"]).ok();
        let edited = edits(&bench.read(HOOK))[index].clone();
        write_script(&bench.path(HOOK), &edited);
        let said = bench.veto("work", &["uninstall"]).ok();
        assert!(said.stdout.contains("put the earlier hook back"), "{}", said.stdout);
        assert!(said.stdout.contains("a copy with those lines is in"), "{}", said.stdout);
        assert_eq!((bench.read(HOOK), bench.read(KEPT)), (mine, edited));
        assert!(!bench.path(CHAINED).exists());
    }
}

#[test]
fn a_hook_that_chains_itself_ends_and_is_mended() {
    let bench = installed();
    let ours = bench.read(HOOK);
    for chained in [&[ours.clone()][..], &edits(&ours)].concat() {
        write_script(&bench.path(CHAINED), &chained);
        bench.stand_in(0);
        let said = push(&bench).ok();
        assert!(said.stderr.contains("is our own hook and is not called"), "{}", said.stderr);
        assert_eq!(bench.log().len(), 1);
        bench.veto("work", &["install"]).ok();
        assert!(!bench.path(CHAINED).exists());
    }
    assert_eq!(bench.read("work/.git/hooks/pre-push.veto-kept-3"), edits(&ours)[2]);
    write_script(&bench.path(CHAINED), &ours);
    bench.veto("work", &["uninstall"]).ok();
    assert!(!bench.path(HOOK).exists() && !bench.path(CHAINED).exists(), "ours came back");
}

#[test]
fn a_hook_that_speaks_of_us_is_still_somebody_elses() {
    let bench = Bench::new();
    let text = "#!/bin/sh\n# See veto-shim 1 and `veto hook pre-push`.\necho '# veto-shim 1' >> ../log\n";
    write_script(&bench.path(HOOK), text);
    bench.veto("work", &["install"]).ok();
    assert_eq!(bench.read(CHAINED), text);
    bench.stand_in(0);
    push(&bench).ok();
    assert_eq!(bench.log()[1..], ["# veto-shim 1"]);
}
