//! Killed at each step: what is finished or taken back is whole.

use super::{Clone, token};
use crate::support::VETO;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

const STEPS: &[&str] =
    &["objects", "backup", "journal", "heads", "refs", "moved", "worktree-0", "worktree-1", "worktrees"];

/// Two work trees, a tag, and work that is not committed; gives the token and the old refs.
fn crowded() -> (Clone, String, String) {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = '{token}'\n")).write("b.txt", "b\n").commit("Add");
    clone.git(&["tag", "-a", "-m", "x", "v1"]);
    clone.git(&["worktree", "add", "-q", "--detach", "../side"]);
    clone.write("b.txt", "changed\n").write("staged", "s\n").git(&["add", "staged"]);
    let refs = refs(&clone);
    (clone, token, refs)
}

fn refs(clone: &Clone) -> String {
    let side = clone.sandbox.git("side", &["rev-parse", "HEAD"]).ok().stdout;
    clone.git(&["for-each-ref", "--format=%(refname) %(objectname)"]) + &side
}

#[track_caller]
fn is_whole(clone: &Clone) {
    assert_eq!(clone.fsck(), "");
    assert_eq!(clone.git(&["status", "--porcelain"]), "M b.txt\nA  staged");
    assert_eq!(clone.sandbox.git("side", &["status", "--porcelain"]).ok().stdout, "");
    assert_eq!(clone.read("b.txt"), "changed\n");
}

/// Killed at a step, then finished.
fn continued(step: &str) {
    let (clone, token, before) = crowded();
    clone.killed_at(step, &["--apply"]);
    if ["objects", "backup"].contains(&step) {
        // Nothing has moved: it begins anew.
        assert_eq!(refs(&clone), before);
        clone.purge(&["--continue"]).ok();
        assert!(!clone.path(".git/veto/purge/0001").exists(), "the backup of nothing holds the secret");
        clone.purge(&["--apply"]).ok();
    } else {
        clone.purge(&["--apply"]).exits(2);
        clone.purge(&["--continue"]).ok();
    }
    is_whole(&clone);
    assert_eq!(clone.holding(&["main", "v1"], &token), [""; 0], "{step}");
    assert!(!clone.read("a.py").contains(&token), "{step}");
    clone.passes(&["main", "v1"]);
}

/// Killed at a step, then taken back.
fn undone(step: &str) {
    let (clone, token, before) = crowded();
    clone.killed_at(step, &["--apply"]);
    clone.purge(&["--undo"]).ok();
    is_whole(&clone);
    assert_eq!(refs(&clone), before, "{step}");
    assert!(clone.read("a.py").contains(&token), "{step}");
    assert!(!clone.path(".git/veto/purge/0001").exists());
}

#[test]
fn continue_finishes_at_every_step() {
    STEPS.iter().for_each(|step| continued(step));
}

#[test]
fn undo_takes_back_at_every_step() {
    STEPS.iter().skip(2).for_each(|step| undone(step));
    for step in ["restored", "turned", "heads", "refs", "moved", "worktree-0", "worktrees"] {
        let (clone, _, before) = crowded();
        clone.purge(&["--apply"]).ok();
        clone.killed_at(step, &["--undo"]);
        clone.purge(&[if step == "restored" { "--undo" } else { "--continue" }]).ok();
        is_whole(&clone);
        assert_eq!(refs(&clone), before, "{step}");
    }
}

#[test]
#[ignore = "takes minutes; run it with `cargo test --test it purge::crashes -- --ignored`"]
fn fifty_times_at_each_step() {
    for step in STEPS {
        (0..25).for_each(|_| continued(step));
        if !["objects", "backup"].contains(step) {
            (0..25).for_each(|_| undone(step));
        }
    }
}

#[test]
fn killed_at_any_moment() {
    for number in 0..8_u64 {
        let (clone, token, before) = crowded();
        let mut command = clone.sandbox.command("work", VETO);
        command.args(["purge", "--apply"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + 25 * number));
        child.kill().unwrap();
        child.wait().unwrap();
        // What git was told goes on without us.
        std::thread::sleep(Duration::from_millis(200));
        let is_undone = number % 2 == 0;
        let said = clone.purge(&[if is_undone { "--undo" } else { "--continue" }]);
        assert!(said.code == 0 || said.stderr.contains("no purge to take back"), "{said:?}");
        is_whole(&clone);
        if refs(&clone) == before {
            clone.purge(&["--apply"]).ok();
        }
        is_whole(&clone);
        assert_eq!(clone.holding(&["main", "v1"], &token), [""; 0]);
        clone.passes(&["main", "v1"]);
    }
}

#[test]
fn refs_that_moved_in_part_are_finished() {
    let (clone, token, _) = crowded();
    clone.killed_at("refs", &["--apply"]);
    let new = clone.git(&["rev-parse", "main"]);
    let journal = clone.read(".git/veto/purge/0001/journal.json");
    let old = journal.split("\"old\": \"").nth(2).unwrap().split('"').next().unwrap();
    assert_ne!(old, new);
    // As a files back end leaves it that was killed in the middle: one ref has moved, one has not.
    clone.git(&["update-ref", "--no-deref", "refs/heads/main", &clone.git(&["rev-parse", "main@{1}"])]);
    clone.purge(&["--continue"]).ok();
    assert_eq!(clone.git(&["rev-parse", "main"]), new);
    is_whole(&clone);
    assert_eq!(clone.holding(&["main", "v1"], &token), [""; 0]);
}

#[test]
fn files_that_git_wrote_before_it_was_killed_are_no_hindrance() {
    let (clone, token, _) = crowded();
    clone.killed_at("moved", &["--apply"]);
    let new = clone.git(&["show", "main:a.py"]) + "\n";
    clone.write("a.py", &new);
    clone.purge(&["--continue"]).ok();
    is_whole(&clone);
    assert!(!clone.read("a.py").contains(&token));
}

#[test]
fn files_that_are_gone_or_begun_are_written_again() {
    for how in ["--continue", "--undo"] {
        for state in ["", "t = ", "gone"] {
            let (clone, token, _) = crowded();
            clone.killed_at("moved", &["--apply"]);
            clone.write("a.py", state);
            if state == "gone" {
                std::fs::remove_file(clone.path("a.py")).unwrap();
            }
            clone.purge(&[how]).ok();
            is_whole(&clone);
            assert_eq!(clone.read("a.py").contains(&token), how == "--undo");
        }
        let (clone, _, _) = crowded();
        clone.killed_at("moved", &["--apply"]);
        clone.write("a.py", "mine\n");
        let said = clone.purge(&[how]).exits(2).stderr;
        assert!(said.contains("a.py was changed since"), "{said}");
        assert_eq!(clone.read("a.py"), "mine\n");
    }
}

#[test]
fn what_was_moved_meanwhile_is_refused() {
    let (clone, _, _) = crowded();
    clone.killed_at("journal", &["--apply"]);
    clone.git(&["commit", "-q", "--no-verify", "-m", "More"]);
    let said = clone.purge(&["--continue"]).exits(2).stderr;
    assert!(said.contains("refs/heads/main was moved since"), "{said}");
    let said = clone.purge(&["--undo"]).exits(2).stderr;
    assert!(said.contains("git fetch"), "{said}");
}

#[test]
fn everything_that_is_kept_is_the_users_alone_and_holds_no_value() {
    let (clone, token, _) = crowded();
    clone.purge(&["--apply"]).ok();
    let folder = clone.path(".git/veto/purge");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in ["journal.json", "backup.bundle", "rewritten"] {
        let path = folder.join("0001").join(name);
        assert_eq!(mode(&path), 0o600, "{name}");
        assert!(bstr::ByteSlice::find(&std::fs::read(path).unwrap()[..], &token).is_none(), "{name}");
    }
}

/// A git that had read the index before writes back what it read: the files are new, and the index is old.
#[test]
fn an_index_that_somebody_wrote_back() {
    let (clone, token, _) = crowded();
    let index = std::fs::read(clone.path(".git/index")).unwrap();
    clone.killed_at("worktrees", &["--apply"]);
    std::fs::write(clone.path(".git/index"), index).unwrap();
    clone.write("c.txt", "c\n").git(&["add", "c.txt"]);
    clone.purge(&["--continue"]).ok();
    assert_eq!(clone.git(&["status", "--porcelain"]), "M b.txt\nA  c.txt\nA  staged");
    assert!(!clone.git(&["show", ":a.py"]).contains(&token));
    // So it is where somebody has committed on top, with an index that fits in part.
    let (clone, token, _) = crowded();
    let index = std::fs::read(clone.path(".git/index")).unwrap();
    clone.killed_at("worktrees", &["--apply"]);
    clone.git(&["commit", "-q", "-m", "On top"]);
    std::fs::write(clone.path(".git/index"), index).unwrap();
    clone.purge(&["--continue"]).ok();
    assert_eq!(clone.git(&["status", "--porcelain"]), "M b.txt");
    assert!(!clone.git(&["show", ":a.py"]).contains(&token));
}

/// What has come in the way since is the user's, and git knows nothing of it.
#[test]
fn continue_overwrites_no_ignored_file() {
    for step in ["journal", "moved"] {
        let (clone, token) = (Clone::new(), token());
        clone.write(".gitignore", "*REDACTED\n");
        clone.write(&format!("d/{token}"), "named\n").write(&format!("e/{token}"), "named\n");
        clone.git(&["add", "-f", "."]);
        clone.commit("Named");
        clone.killed_at(step, &["--apply"]);
        clone.write("d/REDACTED", "precious\n").write("e/REDACTED", "precious\n");
        let said = clone.purge(&["--continue"]).exits(2).text();
        assert!(said.contains("d/REDACTED, e/REDACTED in "), "{said}");
        assert_eq!(clone.read("d/REDACTED"), "precious\n");
        std::fs::remove_file(clone.path("d/REDACTED")).unwrap();
        std::fs::remove_file(clone.path("e/REDACTED")).unwrap();
        // What git itself has begun to write is no file of the user's.
        clone.write("d/REDACTED", "nam");
        clone.purge(&["--continue"]).ok();
        assert_eq!(clone.read("d/REDACTED"), "named\n");
        assert_eq!(clone.git(&["status", "--porcelain"]), "");
    }
}
