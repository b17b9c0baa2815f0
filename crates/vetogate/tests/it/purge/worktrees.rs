//! Work trees: all of them follow, nothing that is changed is lost, and what can't be done is refused.

use super::{Clone, token};

/// A clone with a token in `a.py` of an unpushed commit; gives the token.
fn with_token() -> (Clone, String) {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = '{token}'\n")).write("other/o.txt", "o\n").commit("Add");
    (clone, token)
}

#[test]
fn every_work_tree_follows() {
    let (clone, token) = with_token();
    clone.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    clone.git(&["worktree", "add", "-q", "--detach", "../loose"]);
    clone.sandbox.write("side/new.txt", "n\n");
    let side = clone.sandbox.commit_all("side", "On the side");
    clone.sandbox.write("loose/untracked", "u\n");
    clone.sandbox.write("loose/other/o.txt", "changed\n");
    clone.purge(&["--apply"]).ok();
    for tree in ["work", "side", "loose"] {
        let read = std::fs::read_to_string(clone.sandbox.path().join(tree).join("a.py")).unwrap();
        assert!(!read.contains(&token), "{tree}");
    }
    let git = |tree: &str, arguments: &[&str]| clone.sandbox.git(tree, arguments).ok().stdout;
    assert_eq!(git("side", &["status", "--porcelain"]), "");
    assert_ne!(git("side", &["rev-parse", "HEAD"]).trim(), side);
    assert_eq!(git("loose", &["status", "--porcelain"]), " M other/o.txt\n?? untracked\n");
    assert_eq!(git("loose", &["rev-parse", "HEAD"]), git("work", &["rev-parse", "main"]));
    assert_eq!(clone.sandbox.git("loose", &["symbolic-ref", "-q", "HEAD"]).exits(1).stdout, "");
    clone.passes(&["main", "side"]);
    clone.purge(&["--undo"]).ok();
    assert_eq!(git("side", &["rev-parse", "HEAD"]).trim(), side);
    assert_eq!(git("loose", &["status", "--porcelain"]), " M other/o.txt\n?? untracked\n");
}

#[test]
fn a_purge_from_a_linked_work_tree_and_from_a_folder_below() {
    let (clone, token) = with_token();
    clone.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    clone.sandbox.veto("side/other", &["purge", "--apply"]).ok();
    assert!(!clone.read("a.py").contains(&token));
    for tree in ["work", "side"] {
        assert_eq!(clone.sandbox.git(tree, &["status", "--porcelain"]).ok().stdout, "");
    }
    clone.passes(&["main", "side"]);
}

/// The purge is refused for this reason, and nothing has moved.
#[track_caller]
fn refused(clone: &Clone, why: &str) {
    let (tip, status) = (clone.git(&["rev-parse", "HEAD"]), clone.git(&["status", "--porcelain"]));
    let said = clone.purge(&["--apply"]).exits(2).stderr;
    assert!(said.contains(why), "{said}");
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
    assert_eq!(clone.git(&["status", "--porcelain"]), status);
    clone.purge(&["--undo"]).exits(2);
}

#[test]
fn a_dirty_file_in_the_way_is_a_refusal() {
    let (clone, token) = with_token();
    clone.write("a.py", format!("t = '{token}'\nmine\n"));
    refused(&clone, "a.py");
    clone.git(&["add", "a.py"]);
    refused(&clone, "a.py");
    assert!(clone.read("a.py").ends_with("mine\n"));

    let (clone, token) = with_token();
    clone.git(&["update-index", "--assume-unchanged", "a.py"]);
    clone.write("a.py", format!("t = '{token}'\nmine\n"));
    refused(&clone, "assume-unchanged");
    clone.git(&["update-index", "--no-assume-unchanged", "a.py"]);
    clone.git(&["update-index", "--skip-worktree", "a.py"]);
    refused(&clone, "skip-worktree");
    assert!(clone.read("a.py").ends_with("mine\n"));

    let (clone, _) = with_token();
    clone.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    clone.sandbox.write("side/a.py", "changed there\n");
    refused(&clone, "side");
}

/// Git knows nothing of an ignored file, and takes it for worth nothing.
#[test]
fn an_ignored_file_in_the_way_is_a_refusal() {
    let (clone, token) = with_token();
    clone.write(".gitignore", "REDACTED\n").write(&format!("d/{token}"), "named\n").commit("Named");
    clone.write("d/REDACTED", "precious\n");
    refused(&clone, "d/REDACTED");
    assert_eq!(clone.read("d/REDACTED"), "precious\n");
    std::fs::remove_file(clone.path("d/REDACTED")).unwrap();
    clone.purge(&["--apply"]).ok();
    // Nor does the way back.
    clone.write(".git/info/exclude", format!("{token}\n")).write(&format!("d/{token}"), "precious\n");
    let said = clone.purge(&["--undo"]).exits(2).text();
    assert!(said.contains("is in the way"), "{said}");
    assert_eq!(clone.read(&format!("d/{token}")), "precious\n");
    std::fs::remove_file(clone.path(format!("d/{token}"))).unwrap();
    clone.purge(&["--undo"]).ok();
    assert_eq!(clone.read(&format!("d/{token}")), "named\n");
}

#[test]
fn what_is_under_way_is_a_refusal() {
    for state in
        ["rebase-merge/x", "rebase-apply/x", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG"]
    {
        let (clone, _) = with_token();
        clone.write(&format!(".git/{state}"), "");
        refused(&clone, "is under way");
    }
    let (clone, _) = with_token();
    clone.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    std::fs::remove_dir_all(clone.sandbox.path().join("side")).unwrap();
    refused(&clone, "git worktree prune");
}

#[test]
fn sparse_and_skipped_files_stay_out() {
    let (clone, token) = (Clone::new(), token());
    clone
        .write("in/a.py", format!("t = '{token}'\n"))
        .write("out/b.py", format!("u = '{token}'\n"))
        .commit("Add");
    clone.git(&["sparse-checkout", "set", "in"]);
    assert!(!clone.path("out").exists());
    clone.purge(&["--apply"]).ok();
    assert!(!clone.path("out").exists() && !clone.read("in/a.py").contains(&token));
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    assert_eq!(clone.holding(&["main"], &token), [""; 0]);
    clone.passes(&["main"]);
    clone.git(&["sparse-checkout", "disable"]);
    assert!(!clone.read("out/b.py").contains(&token));
}

#[test]
fn a_bare_repository_has_refs_alone() {
    let (clone, token) = with_token();
    clone.git(&["remote", "rm", "origin"]);
    clone.sandbox.git(".", &["clone", "-q", "--bare", "work", "bare.git"]).ok();
    clone.sandbox.git("bare.git", &["remote", "rm", "origin"]).ok();
    clone.sandbox.veto("bare.git", &["purge", "--apply"]).ok();
    let shown = clone.sandbox.git("bare.git", &["show", "main:a.py"]).ok().stdout;
    assert!(!shown.contains(&token), "{shown}");
    clone.sandbox.veto("bare.git", &["purge", "--undo"]).ok();
    assert!(clone.sandbox.git("bare.git", &["show", "main:a.py"]).ok().stdout.contains(&token));
}

#[test]
fn no_program_of_the_repository_is_run() {
    let (clone, token) = with_token();
    clone.write(".gitattributes", "*.py filter=mine diff=mine\n").commit("Attributes");
    let trap = clone.sandbox.write("trap", "#!/bin/sh\ntouch \"$(dirname \"$0\")/sprung\"\ncat\n");
    std::fs::set_permissions(&trap, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let trap = trap.to_str().unwrap();
    for key in [
        "filter.mine.smudge",
        "filter.mine.clean",
        "core.fsmonitor",
        "diff.mine.textconv",
        "gpg.program",
        "hook.x.command",
        "remote.origin.uploadpack",
        "core.editor",
    ] {
        clone.git(&["config", key, trap]);
    }
    clone.git(&["config", "hook.x.event", "reference-transaction"]);
    for hook in ["reference-transaction", "post-index-change", "post-checkout", "post-rewrite"] {
        std::fs::copy(trap, clone.path(format!(".git/hooks/{hook}"))).unwrap();
    }
    let _ = std::fs::remove_file(clone.sandbox.path().join("sprung"));
    let said = clone.purge(&["--apply"]).ok().stdout;
    assert!(said.contains("has a filter, which was not run"), "{said}");
    assert!(!clone.read("a.py").contains(&token));
    clone.purge(&["--undo"]).ok();
    assert!(!clone.sandbox.path().join("sprung").exists());
    assert!(!clone.path(".git/hooks/sprung").exists());
}

#[test]
fn a_submodule_is_purged_and_what_names_it_is_said() {
    let (clone, token) = (Clone::new(), token());
    clone.git(&["submodule", "add", "-q", "../remote.git", "sub"]);
    clone.commit("Link");
    clone.sandbox.write("work/sub/a.py", format!("t = '{token}'\n"));
    clone.sandbox.commit_all("work/sub", "Add");
    let said = clone.sandbox.veto("work/sub", &["purge", "--apply"]).ok().stdout;
    assert!(said.contains("names commits of this submodule by id"), "{said}");
    assert!(!clone.read("sub/a.py").contains(&token));
    assert_eq!(clone.sandbox.git("work/sub", &["status", "--porcelain"]).ok().stdout, "");
    clone.sandbox.veto("work/sub", &["purge", "--undo"]).ok();
    assert!(clone.read("sub/a.py").contains(&token));
}

#[test]
fn refs_in_a_table_and_a_git_folder_elsewhere() {
    let (clone, token) = (Clone::new(), token());
    let made = clone.sandbox.git(
        ".",
        &["clone", "-q", "--ref-format=reftable", "--separate-git-dir=git", "remote.git", "tabled"],
    );
    if made.code != 0 {
        // Git before 2.45 has no such table.
        return;
    }
    clone.sandbox.write("tabled/a.py", format!("t = '{token}'\n"));
    clone.sandbox.commit_all("tabled", "Add");
    clone.sandbox.git("tabled", &["worktree", "add", "-q", "--detach", "../loose"]).ok();
    clone.sandbox.veto("tabled", &["purge", "--apply"]).ok();
    for tree in ["tabled", "loose"] {
        assert_eq!(clone.sandbox.git(tree, &["status", "--porcelain"]).ok().stdout, "");
        let read = std::fs::read_to_string(clone.sandbox.path().join(tree).join("a.py")).unwrap();
        assert!(!read.contains(&token), "{tree}");
    }
    clone.sandbox.git("tabled", &["push", "-q", "origin", "main"]).ok();
}

#[test]
fn a_lock_in_the_way_is_a_refusal_that_names_it() {
    for lock in ["refs/heads/main.lock", "index.lock", "packed-refs.lock"] {
        let (clone, token) = with_token();
        clone.git(&["pack-refs", "--all"]);
        clone.write(&format!(".git/{lock}"), "");
        let tip = clone.git(&["rev-parse", "HEAD"]);
        let said = clone.purge(&["--apply"]);
        if lock != "packed-refs.lock" {
            assert!(said.code == 2 && said.stderr.contains(lock), "{said:?}");
            assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
            assert!(!clone.path(".git/veto/purge/0001").exists());
            std::fs::remove_file(clone.path(format!(".git/{lock}"))).unwrap();
            clone.purge(&["--apply"]).ok();
        }
        assert!(!clone.read("a.py").contains(&token) && clone.git(&["status", "--porcelain"]).is_empty());
    }
}

#[test]
fn line_ends_that_git_converts_are_no_change() {
    let (clone, token) = (Clone::new(), token());
    clone.write(".gitattributes", "*.py text eol=crlf\n");
    clone.write("a.py", format!("t = '{token}'\r\nmore\r\n")).commit("Add");
    clone.purge(&["--apply"]).ok();
    assert_eq!(clone.read("a.py"), "import os\r\n\r\nt = os.environ[\"GITHUB_TOKEN\"]\r\nmore\r\n");
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    clone.purge(&["--undo"]).ok();
    for step in ["moved", "worktree-0"] {
        clone.killed_at(step, &["--apply"]);
        clone.purge(&["--continue"]).ok();
        assert_eq!(clone.git(&["status", "--porcelain"]), "");
        clone.purge(&["--undo"]).ok();
    }
    assert!(clone.read("a.py").contains(&token));
}

#[test]
fn the_index_may_be_split_or_sparse() {
    for settings in
        [&["core.splitIndex", "true"][..], &["index.sparse", "true"], &["core.untrackedCache", "true"]]
    {
        let (clone, token) = (Clone::new(), token());
        clone.git(&["config", settings[0], settings[1]]);
        clone
            .write("in/a.py", format!("t = '{token}'\n"))
            .write("out/b/c.py", format!("t = '{token}'\n"))
            .commit("Add");
        clone.git(&["sparse-checkout", "set", "--cone", "in"]);
        clone.purge(&["--apply"]).ok();
        assert_eq!(clone.git(&["status", "--porcelain"]), "", "{settings:?}");
        assert!(!clone.read("in/a.py").contains(&token) && !clone.path("out").exists());
        clone.passes(&["main"]);
    }
}
