//! The hooks folder itself: order, input, exit codes, what was there before, and hostile surroundings.

use super::{Bench, Sandbox, answer, without_override, write_script};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

const HOOK: &str = "work/.git/hooks/pre-push";
const CHAINED: &str = "work/.git/hooks/pre-push.veto-chained";

#[test]
fn a_push_is_asked_about_and_passes_or_not() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.stand_in(0);
    bench.push("work").ok();
    let remote = bench.path("remote.git");
    assert!(bench.log()[0].starts_with("veto hook pre-push -- origin "), "{}", remote.display());
    assert!(bench.read("seen").ends_with(&format!(" refs/heads/topic {}\n", "0".repeat(40))));
    bench.stand_in(1);
    bench.push("work").exits(1);
}

#[test]
fn the_hook_that_was_there_is_called_after_the_veto_with_the_same_input() {
    let bench = Bench::new();
    let text = bench.noting_hook(HOOK, "mine", 0);
    bench.veto("work", &["install"]).ok();
    assert_eq!(bench.read(CHAINED), text);
    bench.stand_in(0);
    bench.push("work").ok();
    let log = bench.log();
    assert!(
        log[0].starts_with("veto hook pre-push -- origin") && log[1].starts_with("mine origin"),
        "{log:?}"
    );
    assert_eq!(bench.read("seen"), bench.read("seen-mine"));
    bench.stand_in(1);
    bench.push("work").exits(1);
    assert_eq!(bench.log().len(), 1, "the chained hook came after a veto");
}

#[test]
fn a_hook_that_calls_the_hook_of_its_folder_is_called_once_and_the_veto_each_time() {
    let bench = Bench::new();
    let calls =
        ["\"$(dirname \"$0\")/pre-push\"", "\"$(pwd)/.git/hooks/../hooks/pre-push\"", ".git/hooks/pre-push"];
    for call in calls {
        let log = bench.path("log");
        let text = format!("#!/bin/sh\necho mine >> '{}'\n{call} \"$@\"\n", log.display());
        write_script(&bench.path(HOOK), &text);
        bench.veto("work", &["install"]).ok();
        bench.stand_in(0);
        bench.push("work").ok();
        let names: Vec<String> = bench.log().iter().map(|line| line[..4].to_owned()).collect();
        assert_eq!(names, ["veto", "mine", "veto"], "{call}");
        // With the input that it was given, which is where the secret is.
        assert!(bench.read("seen").contains(" refs/heads/topic "), "{call}");
        bench.veto("work", &["uninstall"]).ok();
    }
}

#[test]
fn a_push_inside_a_hook_is_a_push_of_its_own() {
    let bench = Bench::new();
    bench.sandbox.git(".", &["init", "-q", "--bare", "mirror.git"]).ok();
    let text = format!(
        "#!/bin/sh\necho \"mine $1\" >> '{}'\n[ \"$1\" != origin ] || git push -q ../mirror.git HEAD:refs/heads/x\n",
        bench.path("log").display()
    );
    write_script(&bench.path(HOOK), &text);
    bench.veto("work", &["install"]).ok();
    bench.stand_in(0);
    bench.push("work").ok();
    let log = bench.log();
    assert!(log[1] == "mine origin" && log[3] == "mine ../mirror.git", "{log:?}");
    assert!(log[2].starts_with("veto hook pre-push -- ../mirror.git"), "{log:?}");
}

#[test]
fn no_variable_skips_the_veto() {
    let bench = Bench::new();
    let text = bench.noting_hook(HOOK, "mine", 0);
    bench.veto("work", &["install"]).ok();
    assert_eq!(bench.read(CHAINED), text);
    bench.dirty();
    let (hooks, remote) = (bench.path("work/.git/hooks"), bench.path("remote.git"));
    let known = format!("[{}] [origin] [{}]", hooks.canonicalize().unwrap().display(), remote.display());
    let push = |value: &str| {
        let mut command = bench.sandbox.command("work", "git");
        answer(command.args(["push", "origin", "HEAD:refs/heads/topic"]).env("VETO_CHAINED_FOR", value))
    };
    for value in [known.as_str(), "1", "*"] {
        let said = push(value).exits(1);
        assert!(said.stderr.contains("SECURITY VETO"), "{value}: {}", said.stderr);
    }
    bench.sandbox.git("work", &["reset", "-q", "--hard", "HEAD^"]).ok();
    bench.push("work").ok();
    assert_eq!(bench.log(), [format!("mine origin {}", remote.display())]);
    // It is the same name as the shim's own: so the kept hook is left out, and only that.
    bench.sandbox.commit_all("work", "More");
    push(&known).ok();
    assert_eq!(bench.log().len(), 0);
}

#[test]
fn exit_codes_come_back_and_large_input_arrives_whole() {
    let bench = Bench::new();
    bench.noting_hook(HOOK, "mine", 7);
    bench.veto("work", &["install"]).ok();
    let run = |input: &str| {
        let input = fs::File::open(bench.sandbox.write("input", input)).unwrap();
        let mut command = bench.sandbox.command("work", bench.path(HOOK));
        answer(command.args(["it's a \"remote\"", "$(url)"]).stdin(input))
    };
    bench.stand_in(0);
    let many = "refs/heads/a 1 refs/heads/b 2\n".repeat(20_000);
    for input in ["", "one line\n", &many] {
        run(input).exits(7);
        assert_eq!(bench.read("seen"), input);
        assert_eq!(bench.read("seen-mine"), input);
    }
    assert_eq!(bench.log()[1], "mine it's a \"remote\" $(url)");
    bench.stand_in(3);
    run(&many).exits(3);
}

#[test]
fn twice_is_as_once_and_uninstall_gives_all_back() {
    for mode in [0o755, 0o644] {
        let bench = Bench::new();
        bench.noting_hook(HOOK, "mine", 0);
        fs::set_permissions(bench.path(HOOK), fs::Permissions::from_mode(mode)).unwrap();
        let before = bench.picture("work/.git/hooks");
        bench.veto("work", &["install"]).ok();
        let installed = bench.picture("work/.git/hooks");
        let time = fs::metadata(bench.path(HOOK)).unwrap().modified().unwrap();
        let again = bench.veto("work", &["install"]).ok();
        assert!(again.stdout.contains("already installed"), "{}", again.stdout);
        assert_eq!(bench.picture("work/.git/hooks"), installed);
        assert_eq!(fs::metadata(bench.path(HOOK)).unwrap().modified().unwrap(), time);
        bench.veto("work", &["uninstall"]).ok();
        assert_eq!(bench.picture("work/.git/hooks"), before);
        assert_eq!(bench.mode(HOOK), mode);
    }
}

#[test]
fn a_hook_that_git_did_not_run_is_not_run_by_us() {
    let bench = Bench::new();
    bench.noting_hook(HOOK, "mine", 1);
    fs::set_permissions(bench.path(HOOK), fs::Permissions::from_mode(0o644)).unwrap();
    let said = bench.veto("work", &["install"]).ok();
    assert!(said.stdout.contains("not executable"), "{}", said.stdout);
    bench.stand_in(0);
    bench.push("work").ok();
    assert_eq!(bench.log().len(), 1);
}

#[test]
fn a_hook_that_is_a_link_stays_one() {
    let bench = Bench::new();
    bench.noting_hook("work/tools/check", "mine", 0);
    symlink("../../tools/check", bench.path(HOOK)).unwrap();
    bench.veto("work", &["install"]).ok();
    bench.stand_in(0);
    bench.push("work").ok();
    assert_eq!(bench.log().len(), 2);
    bench.veto("work", &["uninstall"]).ok();
    assert_eq!(fs::read_link(bench.path(HOOK)).unwrap(), std::path::Path::new("../../tools/check"));
}

#[test]
fn without_the_program_no_push() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    fs::remove_file(&bench.program).unwrap();
    let bare = |program: &str| {
        let mut command = bench.sandbox.command("work", program);
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command
    };
    let said = answer(bare("git").args(["push", "origin", "HEAD:refs/heads/x"])).exits(1);
    assert!(said.stderr.contains("veto: the push is refused: no program at"), "{}", said.stderr);
    answer(bare(bench.path(HOOK).to_str().unwrap()).args(["origin", "url"])).exits(3);
}

#[test]
fn a_moved_program_is_found_in_path() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.stand_in(0);
    fs::create_dir(bench.path("elsewhere")).unwrap();
    fs::rename(&bench.program, bench.path("elsewhere/veto")).unwrap();
    let mut command = bench.sandbox.command("work", "git");
    command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bench.path("elsewhere").display()));
    answer(command.args(["push", "origin", "HEAD:refs/heads/x"])).ok();
    assert_eq!(bench.log().len(), 1);
}

#[test]
fn spaces_and_quotes_in_paths() {
    let bench = Bench::with(Sandbox::new(), "it's a \"bin\" $(x)");
    bench.sandbox.git(".", &["init", "-q", "--bare", "remote.git"]).ok();
    bench.sandbox.git(".", &["clone", "-q", "remote.git", "wo rk's \"$(y)\""]).ok();
    let work = "wo rk's \"$(y)\"";
    bench.noting_hook(&format!("{work}/.git/hooks/pre-push"), "mine", 0);
    bench.veto(work, &["install"]).ok();
    bench.stand_in(0);
    bench.push(work).ok();
    assert_eq!(bench.log().len(), 2);
}

#[test]
fn a_folder_that_can_not_be_written_is_an_error_and_changes_nothing() {
    let bench = Bench::new();
    bench.noting_hook(HOOK, "mine", 0);
    let before = bench.picture("work/.git/hooks");
    let hooks = bench.path("work/.git/hooks");
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o555)).unwrap();
    let said = without_override(bench.sandbox.command("work", &bench.program).arg("install")).exits(2);
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(said.stderr.contains("could not write") && said.stderr.contains("writable"), "{}", said.stderr);
    assert_eq!(bench.picture("work/.git/hooks"), before);
}

#[test]
fn relative_and_shared_hooks_paths() {
    let bench = Bench::new();
    bench.sandbox.git("work", &["config", "core.hooksPath", ".githooks"]).ok();
    fs::create_dir(bench.path("work/sub")).unwrap();
    let said = bench.veto("work/sub", &["install"]).ok();
    assert!(said.stdout.contains("do not commit"), "{}", said.stdout);
    assert!(bench.path("work/.githooks/pre-push").is_file());
    let shared = bench.path("shared");
    bench.sandbox.git("work", &["config", "core.hooksPath", shared.to_str().unwrap()]).ok();
    let said = bench.veto("work", &["install"]).ok();
    assert!(said.stdout.contains("may serve other repositories"), "{}", said.stdout);
    bench.stand_in(0);
    bench.push("work").ok();
    assert_eq!(bench.log().len(), 1);
    bench.sandbox.git("work", &["config", "core.hooksPath", "/dev/null"]).ok();
    let said = bench.veto("work", &["install"]).exits(2);
    assert!(said.stderr.contains("switches hooks off"), "{}", said.stderr);
}

#[test]
fn work_trees_submodules_and_bare_repositories() {
    let bench = Bench::new();
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["worktree", "add", "-q", "-b", "other", "../other"]).ok();
    bench.stand_in(0);
    bench.push("other").ok();
    assert_eq!(bench.log().len(), 1);
    bench.sandbox.git("work", &["submodule", "--quiet", "add", "../remote.git", "sub"]).ok();
    bench.veto("work/sub", &["install"]).ok();
    assert!(bench.path("work/.git/modules/sub/hooks/pre-push").is_file());
    bench.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "bare.git"]).ok();
    bench.veto("bare.git", &["install"]).ok();
    bench.stand_in(1);
    bench.sandbox.git("bare.git", &["push", "origin", "main:refs/heads/from-bare"]).exits(1);
    assert_eq!(bench.log().len(), 1);
}

#[test]
fn a_remote_that_is_named_like_the_probe_is_asked_about() {
    let bench = Bench::new();
    bench.noting_hook(HOOK, "mine", 0);
    bench.veto("work", &["install"]).ok();
    bench.sandbox.git("work", &["clone", "-q", "--bare", ".", "veto"]).ok();
    bench.stand_in(1);
    for url in ["../remote.git", "veto"] {
        bench.sandbox.git("work", &["config", "remote.--veto-probe.url", url]).ok();
        bench.sandbox.git("work", &["push", "--", "--veto-probe", "HEAD:refs/heads/slipped"]).exits(1);
        assert_eq!(bench.log(), [format!("veto hook pre-push -- --veto-probe {url}")]);
    }
}

#[test]
fn uninstall_without_install_says_so() {
    let bench = Bench::new();
    bench.noting_hook(HOOK, "mine", 0);
    let before = bench.picture("work/.git/hooks");
    let said = bench.veto("work", &["uninstall"]).ok();
    assert!(said.stdout.contains("nothing of ours"), "{}", said.stdout);
    assert_eq!(bench.picture("work/.git/hooks"), before);
    bench.veto(".", &["install"]).exits(2);
}

#[test]
fn every_git_at_hand_runs_the_hook() {
    for git in ["/usr/bin/git", "/usr/local/bin/git"].into_iter().filter(|git| fs::exists(git).unwrap()) {
        let bench = Bench::new();
        bench.veto("work", &["install"]).ok();
        bench.stand_in(1);
        bench.sandbox.commit_all("work", "More");
        bench.sandbox.run("work", git, &["push", "origin", "HEAD:refs/heads/topic"]).exits(1);
        assert_eq!(bench.log().len(), 1, "{git}");
        let probe = || bench.sandbox.run("work", git, &["hook", "run", "pre-push", "--", "--veto-probe", ""]);
        probe().exits(1);
        assert_eq!(bench.log(), ["veto configured-hook -- --veto-probe "], "{git}");
        bench.real();
        assert!(probe().ok().text().contains("veto-probe 2 "), "{git}");
    }
}
