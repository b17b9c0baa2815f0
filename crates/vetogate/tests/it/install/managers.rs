//! The real git-lfs, husky, lefthook and pre-commit.

use super::{Answer, Bench, answer, skipped};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const HOOK: &str = "work/.git/hooks/pre-push";

/// The folder of tools; `None` (said aloud) when there is none, and a failure in CI.
fn tools(needed: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    let folder = std::env::var_os("VETO_TEST_TOOLS").map_or(own, PathBuf::from);
    if folder.join(needed).exists() {
        return Some(fs::canonicalize(folder).unwrap());
    }
    let text = format!("{needed} is missing in {}; run .ci/tools", folder.display());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{text}");
    skipped(&text);
    None
}

/// A program with the tools first in `PATH`.
fn command(bench: &Bench, tools: &Path, directory: &str, program: &str) -> Command {
    let mut command = bench.sandbox.command(directory, program);
    let folders = ["venv/bin", "npm/node_modules/.bin", "npm/node_modules/lefthook-linux-x64/bin"];
    let inherited = std::env::var("PATH").unwrap_or_default();
    let path: Vec<String> = folders.iter().map(|folder| tools.join(folder).display().to_string()).collect();
    command.env("PATH", format!("{}:{inherited}", path.join(":")));
    command
}

fn run(bench: &Bench, tools: &Path, program: &str, arguments: &[&str]) -> Answer {
    answer(command(bench, tools, "work", program).args(arguments))
}

fn push(bench: &Bench, tools: &Path) -> Answer {
    bench.sandbox.commit_all("work", "More");
    run(bench, tools, "git", &["push", "origin", "HEAD:refs/heads/topic"])
}

fn doctor(bench: &Bench, tools: &Path) -> Answer {
    bench.real();
    answer(command(bench, tools, "work", bench.program.to_str().unwrap()).arg("doctor"))
}

#[track_caller]
fn in_force(bench: &Bench, tools: &Path, through: &str) {
    let said = doctor(bench, tools).ok();
    assert!(said.stdout.contains(&format!("answers through {through}")), "{}", said.stdout);
}

fn lfs_objects(bench: &Bench) -> usize {
    fn count(folder: &Path) -> usize {
        let Ok(entries) = fs::read_dir(folder) else { return 0 };
        entries.flatten().map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
    }
    count(&bench.path("remote.git/lfs/objects"))
}

fn has_lfs() -> bool {
    let found =
        Command::new("git").args(["lfs", "version"]).output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "git-lfs is missing; run .ci/tools");
    if !found {
        skipped("git-lfs is missing; run .ci/tools");
    }
    found
}

fn add_lfs_file(bench: &Bench) {
    bench.sandbox.git("work", &["lfs", "track", "*.bin"]).ok();
    bench.sandbox.write("work/a.bin", "large\n");
}

#[test]
fn git_lfs_uploads_after_the_veto_or_not_at_all() {
    if !has_lfs() {
        return;
    }
    let bench = Bench::new();
    bench.sandbox.git("work", &["lfs", "install", "--local"]).ok();
    let before = bench.picture("work/.git/hooks");
    add_lfs_file(&bench);
    bench.veto("work", &["install"]).ok();
    bench.stand_in(1);
    bench.push("work").exits(1);
    assert_eq!(lfs_objects(&bench), 0, "uploaded in spite of the veto");
    bench.stand_in(0);
    bench.push("work").ok();
    assert_eq!(lfs_objects(&bench), 1, "its input did not arrive");
    bench.sandbox.git("work", &["lfs", "update", "--force"]).ok();
    let said = bench.veto("work", &["doctor"]).exits(1);
    assert!(said.stdout.contains("our hook was overwritten by git-lfs's hook"), "{}", said.stdout);
    let said = bench.veto("work", &["install"]).ok();
    assert!(said.stdout.contains("had been overwritten"), "{}", said.stdout);
    bench.veto("work", &["doctor"]).ok();
    bench.veto("work", &["uninstall"]).ok();
    assert_eq!(bench.picture("work/.git/hooks"), before);
}

#[test]
fn what_overwrote_us_stays_when_we_go() {
    if !has_lfs() {
        return;
    }
    let bench = Bench::new();
    let mine = bench.noting_hook(HOOK, "mine", 0);
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["lfs", "update", "--force"]).ok();
    let said = bench.veto("work", &["uninstall"]).ok();
    assert!(said.stdout.contains("overwritten by git-lfs's hook, which stays"), "{}", said.stdout);
    assert!(bench.read(HOOK).contains("git lfs pre-push"));
    assert_eq!(bench.read("work/.git/hooks/pre-push.veto-chained"), mine);
    bench.veto("work", &["install"]).ok();
    assert_eq!(bench.read("work/.git/hooks/pre-push.veto-kept-1"), mine);
}

#[test]
fn husky_asks_us_first() {
    let Some(tools) = tools("npm/node_modules/.bin/husky") else { return };
    let bench = Bench::new();
    run(&bench, &tools, "husky", &[]).ok();
    let log = bench.path("log");
    let mine = format!("echo mine >> '{}'\ncat > '{}'\n", log.display(), bench.path("seen-mine").display());
    bench.sandbox.write("work/.husky/pre-push", &mine);
    let said = bench.veto("work", &["install"]).ok();
    assert!(said.stdout.contains("a branch without that block is unguarded"), "{}", said.stdout);
    let installed = bench.read("work/.husky/pre-push");
    bench.veto("work", &["install"]).ok();
    assert_eq!(bench.read("work/.husky/pre-push"), installed);
    bench.stand_in(0);
    push(&bench, &tools).ok();
    assert!(bench.log()[0].starts_with("veto hook pre-push -- origin "));
    assert_eq!(bench.read("seen"), bench.read("seen-mine"));
    bench.stand_in(1);
    push(&bench, &tools).exits(1);
    assert_eq!(bench.log().len(), 1);
    // husky writes its own files anew at every `npm install`.
    run(&bench, &tools, "husky", &[]).ok();
    in_force(&bench, &tools, "husky");
    let said = doctor(&bench, &tools).ok();
    assert!(said.stdout.contains("only on branches that have our block"), "{}", said.stdout);
    let mut off = command(&bench, &tools, "work", bench.program.to_str().unwrap());
    let said = answer(off.env("HUSKY", "0").arg("doctor")).exits(1);
    assert!(said.stdout.contains("HUSKY=0"), "{}", said.stdout);
    bench.veto("work", &["uninstall"]).ok();
    assert_eq!(bench.read("work/.husky/pre-push"), mine);
}

#[test]
fn husky_without_a_pre_push_file_and_in_a_clone_without_us() {
    let Some(tools) = tools("npm/node_modules/.bin/husky") else { return };
    let bench = Bench::new();
    run(&bench, &tools, "husky", &[]).ok();
    bench.veto("work", &["install"]).ok();
    in_force(&bench, &tools, "husky");
    bench.stand_in(1);
    push(&bench, &tools).exits(1);
    fs::rename(bench.path("work/.git/veto"), bench.path("aside")).unwrap();
    push(&bench, &tools).ok();
    let said = doctor(&bench, &tools).exits(1);
    assert!(said.stdout.contains("this clone has no gate"), "{}", said.stdout);
    bench.veto("work", &["uninstall"]).ok();
    assert!(!bench.path("work/.husky/pre-push").exists());
}

const LEFTHOOK: &str =
    "pre-push:\n  parallel: true\n  commands:\n    mine:\n      run: echo mine >> ../log\n";

#[test]
fn lefthook_asks_us_first_and_keeps_doing_so() {
    let Some(tools) = tools("npm/node_modules/lefthook-linux-x64/bin/lefthook") else { return };
    if !has_lfs() {
        return;
    }
    let bench = Bench::new();
    bench.sandbox.git("work", &["config", "--global", "filter.lfs.clean", "git-lfs clean -- %f"]).ok();
    add_lfs_file(&bench);
    bench.sandbox.write("work/lefthook.yml", LEFTHOOK);
    run(&bench, &tools, "lefthook", &["install"]).ok();
    let (before, exclude) = (bench.picture("work/.git/hooks"), bench.read("work/.git/info/exclude"));
    bench.veto("work", &["install"]).ok();
    let again = bench.veto("work", &["install"]).ok();
    assert!(again.stdout.contains("already installed"), "{}", again.stdout);
    for lefthook_installs in [false, true] {
        if lefthook_installs {
            run(&bench, &tools, "lefthook", &["install", "--force"]).ok();
        }
        in_force(&bench, &tools, "lefthook");
        bench.stand_in(1);
        push(&bench, &tools).exits(1);
        let log = bench.log();
        assert!(log.len() == 1 && log[0].starts_with("veto hook pre-push -- origin "), "{log:?}");
        assert_eq!(lfs_objects(&bench), 0, "lefthook ran git-lfs before us");
    }
    bench.stand_in(0);
    push(&bench, &tools).ok();
    assert_eq!(bench.log().last().map(String::as_str), Some("mine"));
    assert_eq!(lfs_objects(&bench), 1, "git-lfs got no input");
    bench.veto("work", &["uninstall"]).ok();
    assert_eq!(bench.picture("work/.git/hooks"), before);
    assert_eq!(bench.read("work/.git/info/exclude"), exclude);
    assert!(!bench.path("work/lefthook-local.yml").exists());
}

#[test]
fn lefthook_that_comes_after_us_and_has_an_rc_of_its_own() {
    let Some(tools) = tools("npm/node_modules/lefthook-linux-x64/bin/lefthook") else { return };
    let bench = Bench::new();
    bench.sandbox.write("work/lefthook.yml", LEFTHOOK);
    bench.sandbox.write("work/rc.sh", "echo rc >> ../log\n");
    let local = "# mine\nrc: ./rc.sh\noutput: false\n";
    bench.sandbox.write("work/lefthook-local.yml", local);
    bench.veto("work", &["install"]).ok();
    in_force(&bench, &tools, "our hook");
    run(&bench, &tools, "lefthook", &["install"]).ok();
    in_force(&bench, &tools, "lefthook");
    bench.stand_in(0);
    push(&bench, &tools).ok();
    let log = bench.log();
    assert!(log[0].starts_with("veto ") && log[1..] == ["rc", "mine"], "{log:?}");
    // What we put beside it is part of the gate: changed or gone, it fails, and is mended.
    let rc = bench.path("work/.git/veto/lefthook-rc");
    let ours = fs::read_to_string(&rc).unwrap();
    fs::write(&rc, format!("exit 0\n{ours}")).unwrap();
    let said = doctor(&bench, &tools).exits(1);
    assert!(said.stdout.contains("our part in lefthook was changed"), "{}", said.stdout);
    bench.veto("work", &["install"]).ok();
    assert_eq!(fs::read_to_string(&rc).unwrap(), ours);
    fs::remove_file(&rc).unwrap();
    doctor(&bench, &tools).exits(1);
    bench.veto("work", &["install"]).ok();
    in_force(&bench, &tools, "lefthook");
    assert_eq!(fs::read_to_string(&rc).unwrap(), ours);
    bench.veto("work", &["uninstall"]).ok();
    assert_eq!(bench.read("work/lefthook-local.yml"), local);
    assert!(bench.read(HOOK).contains("[ -f ./rc.sh ] && . ./rc.sh"));
    assert!(!bench.path("work/.git/hooks/pre-push.old").exists());
    let ours = bench.read(HOOK);
    run(&bench, &tools, "lefthook", &["install", "--force"]).ok();
    assert_eq!(bench.read(HOOK), ours, "not what lefthook itself writes");
}

#[test]
fn lefthook_in_a_new_work_tree_does_not_drop_us() {
    let Some(tools) = tools("npm/node_modules/lefthook-linux-x64/bin/lefthook") else { return };
    let bench = Bench::new();
    bench.sandbox.write("work/lefthook.yml", LEFTHOOK);
    bench.sandbox.commit_all("work", "Configure");
    run(&bench, &tools, "lefthook", &["install"]).ok();
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["worktree", "add", "-q", "-b", "other", "../other"]).ok();
    bench.stand_in(0);
    // A newer configuration makes lefthook write its hooks anew, in the middle of a push.
    for round in ["one", "two"] {
        let more = format!("{LEFTHOOK}    {round}:\n      run: echo {round} >> ../log\n");
        bench.sandbox.write("other/lefthook.yml", more);
        let file = fs::File::open(bench.path("other/lefthook.yml")).unwrap();
        file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(60)).unwrap();
        bench.sandbox.commit_all("other", round);
        answer(command(&bench, &tools, "other", "git").args(["push", "origin", "other"])).ok();
        assert!(bench.log()[0].starts_with("veto hook pre-push"), "{round}");
    }
    in_force(&bench, &tools, "lefthook");
    let committed = bench.sandbox.git("other", &["ls-tree", "--name-only", "HEAD"]).ok();
    assert!(!committed.stdout.contains("lefthook-local"), "{}", committed.stdout);
    bench.veto("other", &["uninstall"]).ok();
    assert!(!bench.path("other/lefthook-local.yml").exists());
}

const PRE_COMMIT: &str = "repos:\n- repo: local\n  hooks:\n  - id: mine\n    name: mine\n    language: system\n    \
     entry: sh -c 'echo mine >> ../log'\n    always_run: true\n    pass_filenames: false\n    stages: [pre-push]\n";

#[test]
fn pre_commit_before_us_and_after_us() {
    let Some(tools) = tools("venv/bin/pre-commit") else { return };
    let bench = Bench::new();
    bench.sandbox.write("work/.pre-commit-config.yaml", PRE_COMMIT);
    bench.sandbox.commit_all("work", "Configure");
    run(&bench, &tools, "pre-commit", &["install", "-t", "pre-push"]).ok();
    let before = bench.picture("work/.git/hooks");
    bench.veto("work", &["install"]).ok();
    in_force(&bench, &tools, "our hook");
    bench.stand_in(1);
    push(&bench, &tools).exits(1);
    assert_eq!(bench.log().len(), 1);
    // It comes again, moves us to .legacy and calls us; what we chain is its own older hook.
    run(&bench, &tools, "pre-commit", &["install", "-t", "pre-push"]).ok();
    in_force(&bench, &tools, "pre-commit, which asks us first");
    let again = bench.veto("work", &["install"]).ok();
    assert!(again.stdout.contains("already installed"), "{}", again.stdout);
    bench.stand_in(0);
    push(&bench, &tools).ok();
    let log = bench.log();
    assert!(log.len() == 2 && log[0].starts_with("veto ") && log[1] == "mine", "{log:?}");
    bench.stand_in(1);
    push(&bench, &tools).exits(1);
    bench.veto("work", &["uninstall"]).ok();
    assert_eq!(bench.picture("work/.git/hooks"), before);
    // With -f it deletes us, and the doctor says so.
    bench.veto("work", &["install"]).ok();
    run(&bench, &tools, "pre-commit", &["install", "-f", "-t", "pre-push"]).ok();
    let said = doctor(&bench, &tools).exits(1);
    assert!(said.stdout.contains("overwritten by pre-commit's hook"), "{}", said.stdout);
    // Chained by us, its own command does not find it.
    let said = bench.veto("work", &["install"]).ok();
    assert!(said.stdout.contains("`pre-commit uninstall` does not find its hook"), "{}", said.stdout);
    let said = bench.veto("work", &["uninstall"]).ok();
    assert!(said.stdout.contains("`pre-commit uninstall -t pre-push` takes it out"), "{}", said.stdout);
    run(&bench, &tools, "pre-commit", &["uninstall", "-t", "pre-push"]).ok();
    assert!(!bench.path(HOOK).exists());
}
