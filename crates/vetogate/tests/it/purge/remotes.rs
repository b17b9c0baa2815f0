//! What a remote has is left alone, whatever this clone thinks of it; what is left over is named.

use super::{Clone, token};

#[test]
fn what_a_remote_has_is_not_rewritten() {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = '{token}'\n"));
    let there = clone.commit("Add");
    clone.sandbox.git(".", &["init", "-q", "--bare", "other.git"]).ok();
    clone.git(&["remote", "add", "other", "../other.git"]);
    clone.git(&["push", "-q", "--no-verify", "other", "main"]);
    // This clone forgets it; the remote does not.
    clone.git(&["update-ref", "-d", "refs/remotes/other/main"]);
    clone.write("b.txt", "b\n").commit("More");
    let tip = clone.git(&["rev-parse", "HEAD"]);
    let said = clone.purge(&["--apply"]).exits(1).stdout;
    assert!(said.contains("A remote has these already") && said.contains("FRESH clone"), "{said}");
    assert_eq!(clone.git(&["rev-parse", "HEAD", "HEAD~1"]), format!("{tip}\n{there}"));
}

#[test]
fn what_lies_behind_a_push_url_counts_too() {
    let (clone, token) = (Clone::new(), token());
    clone.sandbox.git(".", &["init", "-q", "--bare", "mine.git"]).ok();
    clone.git(&["remote", "set-url", "--push", "origin", "../mine.git"]);
    clone.write("a.py", format!("t = '{token}'\n"));
    let tip = clone.commit("Add");
    clone.git(&["push", "-q", "--no-verify", "../mine.git", "main"]);
    let _ = clone.purge(&["--apply"]);
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
}

#[test]
fn what_was_fetched_from_an_address_is_not_ours() {
    let (clone, token) = (Clone::new(), token());
    clone.sandbox.git(".", &["clone", "-q", "remote.git", "theirs"]).ok();
    clone.sandbox.write("theirs/a.py", format!("t = '{token}'\n"));
    let theirs = clone.sandbox.commit_all("theirs", "Theirs");
    clone.git(&["pull", "-q", "--no-rebase", "../theirs", "main"]);
    clone.purge(&["--apply"]).exits(1);
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), theirs);
}

#[test]
fn an_unreachable_remote_is_said_and_its_tracking_refs_count() {
    let (clone, token) = (Clone::new(), token());
    let base = clone.git(&["rev-parse", "HEAD"]);
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    std::fs::rename(clone.sandbox.path().join("remote.git"), clone.sandbox.path().join("gone.git")).unwrap();
    let said = clone.purge(&["--apply"]).ok().stdout;
    assert!(said.contains("origin could not be asked"), "{said}");
    assert_eq!(clone.git(&["rev-parse", "HEAD~1"]), base);
    std::fs::rename(clone.sandbox.path().join("gone.git"), clone.sandbox.path().join("remote.git")).unwrap();
    clone.passes(&["main"]);
}

#[test]
fn a_clone_without_a_remote_is_purged_whole() {
    let (clone, token) = (Clone::new(), token());
    clone.git(&["remote", "rm", "origin"]);
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    clone.git(&["branch", "twin"]);
    clone.purge(&["--apply"]).ok();
    assert_eq!(clone.holding(&["main", "twin"], &token), [""; 0]);
}

#[test]
fn all_branches_and_tags_go_with_all() {
    let (clone, one, two) = (Clone::new(), token(), token());
    clone.git(&["checkout", "-q", "-b", "side"]);
    clone.write("a.py", format!("t = '{one}'\n")).commit("Side");
    clone.git(&["checkout", "-q", "main"]);
    clone.git(&["tag", "-a", "-m", &format!("with {two}"), "v1"]);
    clone.purge(&[]).ok();
    clone.purge(&["--apply", "--all"]).ok();
    assert_eq!(clone.holding(&["--branches", "--tags"], &one), [""; 0]);
    assert_eq!(clone.holding(&["--branches", "--tags"], &two), [""; 0]);
    clone.passes(&["side", "v1"]);
    clone.purge(&["nonsense"]).exits(2);
    clone.purge(&["origin/main"]).exits(2);
    clone.purge(&["--remote", "nobody"]).exits(2);
}

#[test]
fn what_is_left_is_named() {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = '{token}'\n"));
    let old = clone.commit(&format!("Uses {token}"));
    clone.git(&["notes", "add", "-m", "a note", &old]);
    clone.write("README.md", "changed\n").git(&["stash"]);
    clone.git(&["update-ref", "refs/original/x", &old]);
    let said = clone.purge(&["--apply"]).ok().stdout;
    for part in [
        "refs/original/x still holds",
        "The stash is not touched",
        "git notes --ref=commits copy",
        "and the secret in their messages",
        "COMMIT_EDITMSG holds the secret",
        "git reflog expire",
        "Rotate the secret",
    ] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    assert!(!said.contains(&token));
    let copy = said.lines().find(|line| line.contains("git notes")).unwrap().split('`').nth(1).unwrap();
    clone.sandbox.run("work", "sh", &["-c", copy]).ok();
    assert_eq!(clone.git(&["notes", "show", "HEAD"]), "a note");
}

#[test]
fn a_secret_in_a_branch_name_is_for_the_user() {
    let (clone, token) = (Clone::new(), token());
    clone.git(&["checkout", "-q", "-b", &format!("fix-{token}")]);
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    let said = clone.purge(&["--apply"]);
    assert_ne!(said.code, 0);
    assert!(!said.text().contains(&token) && said.text().contains("git branch -m"), "{said:?}");
}
