//! `veto doctor` and the pins.

use super::{Bench, Sandbox, answer};
use std::fs;

#[track_caller]
fn says(bench: &Bench, directory: &str, code: i32, words: &[&str]) {
    let said = bench.veto(directory, &["doctor"]).exits(code);
    for word in words {
        assert!(said.stdout.contains(word), "no {word:?} in\n{}", said.stdout);
    }
}

#[test]
fn in_force_or_not() {
    let bench = Bench::new();
    says(&bench, "work", 1, &["no pre-push hook", "run `veto install`"]);
    bench.veto("work", &["install"]).ok();
    says(
        &bench,
        "work",
        0,
        &["answers through our hook", "trusted branch main", "The gate is in force here."],
    );
    fs::set_permissions(
        bench.path("work/.git/hooks/pre-push"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    says(&bench, "work", 1, &["not executable"]);
    bench.veto("work", &["install"]).ok();
    says(&bench, "work", 0, &[]);
    bench.sandbox.git("work", &["config", "core.hooksPath", ""]).ok();
    for command in ["install", "doctor"] {
        let said = bench.veto("work", &[command]).exits(2).text();
        assert!(said.contains("core.hooksPath is empty, which switches hooks off"), "{said}");
    }
    bench.sandbox.git("work", &["config", "core.hooksPath", "/dev/null"]).ok();
    says(&bench, "work", 1, &["core.hooksPath is /dev/null", "local"]);
}

#[test]
fn a_remote_that_moved_is_pinned_again() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "second.git"]).ok();
    bench.sandbox.git("work", &["remote", "set-url", "origin", "../second.git"]).ok();
    says(&bench, "work", 1, &["second.git now", "`veto doctor --pin`"]);
    bench.veto("work", &["doctor", "--pin"]).ok();
    says(&bench, "work", 0, &["trusted branch main"]);
}

/// What two remotes write tells of neither, and is to be said.
#[test]
fn a_remote_whose_refs_another_one_writes() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["config", "remote.other.url", "../second.git"]).ok();
    let refspec = "+refs/heads/m*:refs/remotes/origin/m*";
    bench.sandbox.git("work", &["config", "remote.other.fetch", refspec]).ok();
    says(&bench, "work", 1, &["a refspec of another remote writes refs/remotes/origin/main, too"]);
    bench.sandbox.git("work", &["config", "--unset", "remote.other.fetch"]).ok();
    says(&bench, "work", 0, &["trusted branch main"]);
}

#[test]
fn a_foreign_hook_is_not_run_for_a_question() {
    let bench = Bench::new();
    bench.noting_hook("work/.git/hooks/pre-push", "mine", 0);
    says(&bench, "work", 1, &["does not ask veto"]);
    assert!(bench.log().is_empty());
}

#[test]
fn each_work_tree_and_submodule() {
    let bench = Bench::new();
    bench.sandbox.git("work", &["config", "core.hooksPath", ".githooks"]).ok();
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["worktree", "add", "-q", "-b", "other", "../other tree"]).ok();
    says(&bench, "work", 1, &["other tree (work tree): no pre-push hook"]);
    bench.veto("other tree", &["install"]).ok();
    says(&bench, "work", 0, &["other tree (work tree): answers"]);
    bench.sandbox.git("work", &["submodule", "--quiet", "add", "../remote.git", "deep/sub"]).ok();
    says(&bench, "work", 1, &["deep/sub (submodule): no pre-push hook"]);
    let said = bench.veto("work", &["install"]).ok();
    let note = "deep/sub (submodule): a push with --recurse-submodules is not asked about: no pre-push hook";
    assert!(said.stdout.contains("already installed") && said.stdout.contains(note), "{}", said.stdout);
    bench.veto("work/deep/sub", &["install"]).ok();
    let said = bench.veto("work", &["install"]).ok();
    assert!(!said.stdout.contains("submodule"), "{}", said.stdout);
    says(&bench, "work", 0, &["deep/sub (submodule): answers"]);
    says(&bench, "other tree", 0, &["other tree (here): answers"]);
}

/// Git lists the git folder of a submodule as its main work tree, and that of a repository whose folder is elsewhere.
#[test]
fn a_git_folder_is_no_work_tree() {
    let bench = Bench::new();
    bench.sandbox.git("work", &["submodule", "--quiet", "add", "../remote.git", "sub"]).ok();
    says(&bench, "work/sub", 1, &["1 problem:"]);
    bench.sandbox.git("work/sub", &["worktree", "add", "-q", "-b", "other", "../../linked"]).ok();
    let said = bench.veto("linked", &["doctor"]).exits(1).stdout;
    assert!(said.contains("work/sub (work tree): no pre-push hook"), "{said}");
    // One for each of the two trees, which share the folder of hooks.
    assert!(!said.contains("modules/sub (work tree)") && said.contains("2 problems:"), "{said}");
    bench.veto("work/sub", &["install"]).ok();
    says(&bench, "work/sub", 0, &["sub (here): answers", "linked (work tree): answers"]);
    bench.sandbox.git(".", &["init", "-q", "--separate-git-dir=folder.git", "apart"]).ok();
    bench.sandbox.git("apart", &["commit", "-q", "--allow-empty", "-m", "One"]).ok();
    bench.veto("apart", &["install"]).ok();
    let said = bench.veto("apart", &["doctor"]).ok().stdout;
    assert!(!said.contains("folder.git (work tree)"), "{said}");
}

#[test]
fn push_urls_that_the_tracking_refs_do_not_describe() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["config", "remote.origin.pushurl", "https://ann:pw@other.example/x"]).ok();
    says(&bench, "work", 0, &["pushes to https://ann@other.example/x", "a new branch is scanned whole"]);
    bench.sandbox.git("work", &["config", "--add", "remote.origin.pushurl", "/y"]).ok();
    says(&bench, "work", 0, &["2 push URLs"]);
    // The same place in other words is described.
    bench.sandbox.git("work", &["config", "--unset-all", "remote.origin.pushurl"]).ok();
    let url = format!("file://{}", bench.sandbox.path().join("remote.git").display());
    bench.sandbox.git("work", &["config", "remote.origin.pushurl", &url]).ok();
    let said = bench.veto("work", &["doctor"]).ok().text();
    assert!(!said.contains("scanned whole"), "{said}");
}

#[test]
fn a_bare_clone_has_no_tracking_refs() {
    let bench = Bench::new();
    bench.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "bare.git"]).ok();
    bench.veto("bare.git", &["install"]).ok();
    says(&bench, "bare.git", 0, &["nothing below refs/remotes is fetched", "so built-in defaults hold"]);
}

#[test]
fn the_trusted_branch_is_pinned_once_and_again_on_demand() {
    let bench = Bench::new();
    bench.sandbox.git("work", &["remote", "set-head", "origin", "--delete"]).ok();
    let said = bench.veto("work", &["install"]).ok();
    assert!(said.stdout.contains("pinned main as the trusted branch of origin"), "{}", said.stdout);
    assert!(said.stdout.contains("made refs/remotes/origin/HEAD point to"), "{}", said.stdout);
    assert!(bench.read("work/.git/veto/pins.toml").contains("branch = \"main\""));
    bench.sandbox.git("remote.git", &["branch", "next", "main"]).ok();
    bench.sandbox.git("remote.git", &["symbolic-ref", "HEAD", "refs/heads/next"]).ok();
    bench.veto("work", &["install"]).ok();
    assert!(bench.read("work/.git/veto/pins.toml").contains("branch = \"main\""), "asked twice");
    bench.sandbox.git("work", &["fetch", "-q"]).ok();
    let said = bench.veto("work", &["doctor", "--pin"]).ok();
    assert!(
        said.stdout.contains("pinned next as the trusted branch of origin (it was main)"),
        "{}",
        said.stdout
    );
    bench.sandbox.git("work", &["remote", "set-head", "origin", "main"]).ok();
    says(&bench, "work", 1, &["next is pinned, and its HEAD here is refs/remotes/origin/main"]);
}

#[test]
fn an_empty_or_unreachable_remote_is_no_error() {
    let bench = Bench::with(Sandbox::new(), "bin");
    bench.sandbox.git(".", &["init", "-q", "--bare", "remote.git"]).ok();
    bench.sandbox.git(".", &["clone", "-q", "remote.git", "work"]).ok();
    bench.sandbox.git("work", &["remote", "add", "gone", "/nonexistent/x.git"]).ok();
    let said = bench.veto("work", &["install"]).ok();
    assert!(said.stdout.contains("origin has no branch yet"), "{}", said.stdout);
    assert!(said.stdout.contains("gone could not be asked"), "{}", said.stdout);
    assert!(!bench.read("work/.git/veto/pins.toml").contains("branch ="));
    says(&bench, "work", 0, &["no branch is pinned"]);
}

#[test]
fn a_doctor_inside_a_hook_sees_the_other_places_too() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["worktree", "add", "-q", "-b", "other", "../other"]).ok();
    let mut command = bench.sandbox.command("work", &bench.program);
    command.env("GIT_DIR", bench.path("work/.git")).arg("doctor");
    let said = answer(&mut command).ok();
    assert!(said.stdout.contains("other (work tree): answers"), "{}", said.stdout);
}
