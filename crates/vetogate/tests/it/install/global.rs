//! `veto install --global`, with a git before 2.54 and with the one that `VETO_TEST_GIT_254` names.

use super::{Bench, answer, skipped};
use std::path::{Path, PathBuf};
use std::process::Command;

const OLD_GIT: &str = "/usr/bin";

fn with_git(bench: &Bench, directory: &str, program: &Path, git: &str, arguments: &[&str]) -> Command {
    let mut command = bench.sandbox.command(directory, program);
    command.env("PATH", format!("{git}:/usr/bin:/bin")).args(arguments);
    command
}

fn veto(bench: &Bench, git: &str, arguments: &[&str]) -> super::Answer {
    bench.real();
    answer(&mut with_git(bench, "work", &bench.program, git, arguments))
}

#[test]
fn an_older_git_gets_a_template() {
    let bench = Bench::new();
    let before = bench.read("home/.gitconfig");
    let said = veto(&bench, OLD_GIT, &["install", "--global"]).ok();
    assert!(said.stdout.contains("not covered: repositories that exist already"), "{}", said.stdout);
    let again = veto(&bench, OLD_GIT, &["install", "--global"]).ok();
    assert!(again.stdout.contains("already installed"), "{}", again.stdout);
    bench.sandbox.git(".", &["clone", "-q", "remote.git", "fresh"]).ok();
    bench.stand_in(1);
    bench.push("fresh").exits(1);
    assert_eq!(bench.log().len(), 1);
    veto(&bench, OLD_GIT, &["uninstall", "--global"]).ok();
    assert_eq!(bench.read("home/.gitconfig"), before);
    assert!(!bench.path("home/.config/veto/template").exists());
}

#[test]
fn a_template_of_the_user_is_used() {
    let bench = Bench::new();
    bench.noting_hook("mine/hooks/pre-push", "mine", 0);
    let before = bench.picture("mine/hooks");
    let mine = bench.path("mine");
    bench.sandbox.git(".", &["config", "--global", "init.templateDir", mine.to_str().unwrap()]).ok();
    veto(&bench, OLD_GIT, &["install", "--global"]).ok();
    bench.sandbox.git(".", &["clone", "-q", "remote.git", "fresh"]).ok();
    bench.stand_in(0);
    bench.push("fresh").ok();
    assert_eq!(bench.log().len(), 2, "the user's own hook is chained in clones");
    veto(&bench, OLD_GIT, &["uninstall", "--global"]).ok();
    assert_eq!(bench.picture("mine/hooks"), before);
}

#[test]
fn git_254_gets_a_hook_in_its_configuration() {
    let named = std::env::var_os("VETO_TEST_GIT_254").filter(|path| !path.is_empty());
    let Some(git) = named.map(PathBuf::from) else {
        skipped("hooks in configuration; set VETO_TEST_GIT_254 to a git 2.54 or newer");
        return;
    };
    let folder = git.parent().unwrap().to_str().unwrap().to_owned();
    let bench = Bench::new();
    let before = bench.read("home/.gitconfig");
    let said = veto(&bench, &folder, &["install", "--global"]).ok();
    assert!(said.stdout.contains("hook.veto.command"), "{}", said.stdout);
    let installed = bench.read("home/.gitconfig");
    veto(&bench, &folder, &["install", "--global"]).ok();
    assert_eq!(bench.read("home/.gitconfig"), installed);
    let push = || {
        bench.sandbox.commit_all("work", "More");
        answer(&mut with_git(&bench, "work", &git, &folder, &["push", "origin", "HEAD:refs/heads/topic"]))
    };
    let said = veto(&bench, &folder, &["doctor"]).ok();
    assert!(said.stdout.contains("only the user's configuration asks us"), "{}", said.stdout);
    // Without a hook of ours in the folder, the configuration asks.
    bench.stand_in(1);
    push().exits(1);
    assert!(bench.log()[0].starts_with("veto configured-hook -- origin "));
    // With one, the real program leaves the verdict to it.
    veto(&bench, &folder, &["install"]).ok();
    let hook = std::fs::canonicalize(bench.path("work/.git/hooks/pre-push")).unwrap();
    let reply =
        answer(&mut with_git(&bench, "work", &bench.program, &folder, &["configured-hook", "origin", "url"]));
    assert_eq!((reply.code, reply.text()), (0, String::new()), "{}", hook.display());
    let said = veto(&bench, &folder, &["doctor"]).ok();
    assert!(
        said.stdout.contains("through our hook") && said.stdout.contains("through the user's configuration")
    );
    bench.sandbox.git("work", &["config", "hook.veto.enabled", "false"]).ok();
    let said = veto(&bench, &folder, &["doctor"]).exits(1);
    assert!(said.stdout.contains("hook.veto.enabled is off"), "{}", said.stdout);
    veto(&bench, &folder, &["uninstall", "--global"]).ok();
    assert_eq!(bench.read("home/.gitconfig"), before);
}

#[test]
fn a_hook_that_a_branch_brought_does_not_silence_the_configuration() {
    let bench = Bench::new();
    bench.sandbox.git("work", &["config", "core.hooksPath", ".githooks"]).ok();
    bench.veto("work", &["install"]).ok();
    let configured = || {
        let line = std::fs::File::open(bench.sandbox.write("input", "not a line of git\n")).unwrap();
        answer(
            bench
                .sandbox
                .command("work", &bench.program)
                .args(["configured-hook", "origin", "url"])
                .stdin(line),
        )
    };
    configured().ok();
    let ours = bench.program.display().to_string();
    let forged = bench.read("work/.githooks/pre-push").replace(&ours, "/bin/true");
    super::write_script(&bench.path("work/.githooks/pre-push"), &forged);
    assert_ne!(configured().code, 0, "a hook that names another program was believed");
}
