//! Remotes that are called like an option: git hands the name to the hook as it is.

use super::{Answer, Bench, answer, write_script};
use std::fs::File;

const HOOK: &str = "work/.git/hooks/pre-push";

/// Names that ask for help or a version, and some that our own command line knows.
const NAMES: [&str; 7] = ["-h", "--help", "-V", "--version", "--posture=high", "--posture", "--"];

fn push(bench: &Bench, remote: &str) -> Answer {
    let url = bench.path("remote.git");
    bench.sandbox.git("work", &["config", &format!("remote.{remote}.url"), url.to_str().unwrap()]).ok();
    bench.sandbox.git("work", &["push", "--", remote, "HEAD:refs/heads/topic"])
}

fn has_topic(bench: &Bench) -> bool {
    bench.sandbox.git("remote.git", &["rev-parse", "-q", "--verify", "refs/heads/topic"]).code == 0
}

#[test]
fn a_push_to_a_remote_named_like_an_option_is_scanned() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.dirty();
    for remote in NAMES {
        let said = push(&bench, remote).exits(1);
        assert!(said.text().contains("SECURITY VETO"), "{remote}: {}", said.text());
        assert!(!has_topic(&bench), "{remote}");
    }
    bench.sandbox.git("work", &["reset", "-q", "--hard", "HEAD~1"]).ok();
    for remote in NAMES {
        push(&bench, remote).ok();
    }
}

#[test]
fn a_shim_of_before_that_separates_nothing_holds_too() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    let text = bench.read(HOOK).replace("pre-push -- ", "pre-push ");
    write_script(&bench.path(HOOK), &text);
    bench.dirty();
    for remote in NAMES {
        let said = push(&bench, remote).exits(1);
        assert!(!has_topic(&bench), "{remote}");
        let is_question = ["-h", "--help", "-V", "--version"].contains(&remote);
        assert!(!is_question || said.text().contains("SECURITY VETO"), "{remote}: {}", said.text());
    }
}

#[test]
fn the_commands_themselves_take_no_name_for_a_question() {
    let bench = Bench::new();
    let line = bench.dirty();
    let run = |command: &[&str]| {
        let input = File::open(bench.sandbox.write("input", &line)).unwrap();
        answer(bench.sandbox.command("work", &bench.program).args(command).stdin(input))
    };
    for name in NAMES {
        for command in [&["hook", "pre-push", "--"][..], &["configured-hook", "--"]] {
            let said = run(&[command, &[name, "../remote.git"]].concat()).exits(1);
            assert!(said.text().contains("SECURITY VETO"), "{command:?} {name}: {}", said.text());
        }
    }
    for name in ["-h", "--help", "-V", "--version"] {
        for command in [&["hook", "pre-push"][..], &["configured-hook"]] {
            run(&[command, &[name, "../remote.git"]].concat()).exits(1);
            run(&[command, &["origin", name]].concat()).exits(1);
        }
    }
}
