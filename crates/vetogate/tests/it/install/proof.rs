//! What `veto doctor` takes for a proof: an answer of a veto, through an unchanged hook.

use super::{Answer, Bench, answer, skipped, write_script};
use crate::support::VETO;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const HOOK: &str = "work/.git/hooks/pre-push";

fn installed() -> Bench {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench
}

/// The doctor fails, and says this.
#[track_caller]
fn fails(bench: &Bench, words: &str) {
    let said = doctor(bench, None).exits(1);
    assert!(said.stdout.contains(words) && !said.stdout.contains("answers through"), "{}", said.stdout);
}

/// The real doctor, with this folder first in `PATH`.
fn doctor(bench: &Bench, first: Option<&Path>) -> Answer {
    let mut command = bench.sandbox.command("work", VETO);
    if let Some(folder) = first {
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()));
    }
    answer(command.arg("doctor"))
}

/// A hook of ours to the byte, which names this program.
fn naming(program: &Path) -> String {
    String::from_utf8(vetogate::hooks::shim::text(program)).unwrap()
}

fn edit(bench: &Bench, from: &str, to: &str) {
    let text = bench.read(HOOK);
    assert!(text.contains(from), "no {from} in {text}");
    write_script(&bench.path(HOOK), &text.replacen(from, to, 1));
}

#[test]
fn a_hook_that_was_changed_is_a_failure() {
    for (from, to) in [("veto_program=", "exit 0\nveto_program="), ("case $0 in", "exit 0\ncase $0 in")] {
        let bench = installed();
        edit(&bench, from, to);
        fails(&bench, "our part in our hook was changed, or is of another version; run `veto install` there");
        bench.dirty();
        bench.push("work").ok();
        bench.veto("work", &["install"]).ok();
        doctor(&bench, None).ok();
    }
}

#[test]
fn the_program_itself_has_to_answer() {
    let bench = installed();
    write_script(&bench.path(HOOK), &naming(Path::new("/bin/true")));
    fails(&bench, "no veto answered through our hook (/bin/true)");
    let bench = installed();
    bench.stand_in(0);
    fails(&bench, "no veto answered");
    // One that lets a veto answer in its stead is not the one that answers.
    write_script(&bench.program, &format!("#!/bin/sh\nexec '{VETO}' \"$@\"\n"));
    fails(&bench, "answered");
}

#[test]
fn what_path_gives_has_to_answer_too() {
    let bench = installed();
    fs::remove_file(&bench.program).unwrap();
    let folder = bench.path("elsewhere");
    write_script(&folder.join("veto"), "#!/bin/sh\nexit 0\n");
    let said = doctor(&bench, Some(&folder)).exits(1);
    assert!(said.stdout.contains("no veto answered through our hook"), "{}", said.stdout);
    fs::remove_file(folder.join("veto")).unwrap();
    symlink(VETO, folder.join("veto")).unwrap();
    let said = doctor(&bench, Some(&folder)).ok();
    assert!(said.stdout.contains("is gone, so PATH is searched"), "{}", said.stdout);
}

#[test]
fn a_program_that_came_with_the_repository_is_not_run() {
    let bench = installed();
    let log = bench.path("log");
    let program = bench.path("work/veto");
    write_script(&program, &format!("#!/bin/sh\necho ran >> '{}'\n", log.display()));
    write_script(&bench.path(HOOK), &naming(&program));
    fails(&bench, "a program in this repository, which is not run for a question");
    assert!(bench.log().is_empty());
}

#[test]
fn hooks_in_the_configuration_of_a_repository_are_not_run() {
    let Some(git) = std::env::var_os("VETO_TEST_GIT_254").filter(|path| !path.is_empty()) else {
        skipped("hooks in configuration; set VETO_TEST_GIT_254 to a git 2.54 or newer");
        return;
    };
    let folder = PathBuf::from(git).parent().unwrap().to_owned();
    let bench = installed();
    let log = bench.path("log");
    let noting = |what: &str| format!("echo {what} >> '{}'; true", log.display());
    for name in ["other", "a.b=c"] {
        bench.sandbox.git("work", &["config", &format!("hook.{name}.event"), "pre-push"]).ok();
        bench.sandbox.git("work", &["config", &format!("hook.{name}.command"), &noting(name)]).ok();
    }
    doctor(&bench, Some(&folder)).ok();
    assert!(bench.log().is_empty());
    let command = format!("{}; \"$veto_program\" configured-hook", noting("ours"));
    bench.sandbox.git("work", &["config", "hook.veto.event", "pre-push"]).ok();
    bench.sandbox.git("work", &["config", "hook.veto.command", &command]).ok();
    let said = doctor(&bench, Some(&folder)).exits(1);
    assert!(said.stdout.contains("hook.veto.command is set by this repository"), "{}", said.stdout);
    bench.sandbox.git("work", &["config", "--remove-section", "hook.veto"]).ok();
    bench.sandbox.git("work", &["config", "--global", "hook.veto.command", &command]).ok();
    let said = doctor(&bench, Some(&folder)).exits(1);
    assert!(said.stdout.contains("hook.veto.command was changed"), "{}", said.stdout);
    assert!(bench.log().is_empty());
    // They are run by a push.
    let mut push = bench.sandbox.command("work", folder.join("git"));
    push.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    answer(push.args(["push", "origin", "HEAD:refs/heads/x"])).ok();
    assert_eq!(bench.log().len(), 2);
}
