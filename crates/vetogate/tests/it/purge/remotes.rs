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
    clone.git(&["notes", "--ref=other", "add", "-m", &format!("about {token}"), "HEAD~1"]);
    clone.write("README.md", format!("changed {token}\n")).git(&["stash"]);
    clone.git(&["update-ref", "refs/original/x", &old]);
    let said = clone.purge(&["--apply"]).ok().stdout;
    for part in [
        "refs/original/x still holds",
        "refs/stash holds the secret",
        "refs/stash still holds the old commits",
        "refs/notes/other holds the secret: `veto purge --apply refs/notes/other`",
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
    assert!(!said.contains("refs/notes/commits holds"), "{said}");
    let copy = said.lines().find(|line| line.contains("git notes --ref")).unwrap().split('`').nth(1).unwrap();
    clone.sandbox.run("work", "sh", &["-c", copy]).ok();
    assert_eq!(clone.git(&["notes", "show", "HEAD"]), "a note");
    clone.purge(&["--apply", "refs/notes/other"]).ok();
    assert_eq!(clone.git(&["notes", "--ref=other", "show", "HEAD~1"]), "about REDACTED");
    clone.purge(&["refs/stash"]).exits(2);
}

#[test]
fn what_is_said_to_be_left_is_all_that_is_left() {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = '{token}'\n")).commit(&format!("Uses {token}"));
    let mut said = clone.purge(&["--apply"]).ok().stdout;
    for line in said.clone().lines().filter(|line| line.contains("holds the secret: delete it")) {
        std::fs::remove_file(line.trim().split(" holds").next().unwrap()).unwrap();
    }
    said.retain(|c| c != '`');
    for line in said.lines().filter(|line| line.contains("rm -r '") || line.contains("git reflog")) {
        clone.sandbox.run("work", "sh", &["-c", line.trim()]).ok();
    }
    let objects =
        clone.sandbox.command("work", "git").args(["cat-file", "--batch-all-objects", "--batch"]).output();
    assert!(bstr::ByteSlice::find(&objects.unwrap().stdout[..], &token).is_none());
    clone.sandbox.run("work", "grep", &["-rqF", &token, "."]).exits(1);
    clone.passes(&["main"]);
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

#[test]
fn what_another_branch_builds_upon_it_does_not_bring_it_back() {
    let (clone, weak) = (Clone::new(), super::weak());
    clone.write("a.yml", format!("db_password: {weak}\n")).commit("Add");
    clone.git(&["checkout", "-q", "-b", "feature"]);
    clone.write("a.yml", format!("# more\ndb_password: {weak}\n")).commit("More");
    clone.git(&["checkout", "-q", "main"]);
    clone.purge(&["--apply"]).ok();
    assert_eq!(clone.holding(&["main", "feature"], &weak), [""; 0]);
    clone.passes(&["main", "feature"]);
}

#[test]
fn a_head_without_a_branch_and_one_behind_another_name() {
    let (clone, token) = (Clone::new(), token());
    clone.git(&["checkout", "-q", "--detach"]);
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    clone.purge(&["--apply"]).ok();
    assert!(!clone.read("a.py").contains(&token) && clone.git(&["status", "--porcelain"]).is_empty());
    clone.passes(&["HEAD:refs/heads/x"]);

    let clone = Clone::new();
    clone.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    clone.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    clone.purge(&["--apply", "alias"]).ok();
    assert_eq!(clone.git(&["symbolic-ref", "refs/heads/alias"]), "refs/heads/main");
    assert!(!clone.read("a.py").contains(&token) && clone.git(&["status", "--porcelain"]).is_empty());
    clone.passes(&["main"]);
}

#[test]
fn clones_that_lack_objects_are_purged() {
    for arguments in [&["--depth=1"][..], &["--filter=blob:none"], &["--filter=tree:0"]] {
        let (clone, token) = (Clone::new(), token());
        for number in 0..3 {
            clone
                .write("f.txt", format!("{number}\n"))
                .write(&format!("d{number}/g.txt"), "g\n")
                .commit("More");
        }
        clone.passes(&["main"]);
        clone.sandbox.git("remote.git", &["config", "uploadpack.allowFilter", "true"]).ok();
        let url = format!("file://{}", clone.sandbox.path().join("remote.git").display());
        clone.sandbox.git(".", &[&["clone", "-q"], arguments, &[&url, "part"]].concat()).ok();
        clone.sandbox.write("part/d1/a.py", format!("t = '{token}'\n"));
        clone.sandbox.commit_all("part", "Add");
        clone.sandbox.veto("part", &["purge", "--apply"]).ok();
        assert_eq!(clone.sandbox.git("part", &["status", "--porcelain"]).ok().stdout, "", "{arguments:?}");
        clone.sandbox.veto("part", &["purge", "--undo"]).ok();
        clone.sandbox.veto("part", &["purge", "--apply"]).ok();
        clone.sandbox.veto("part", &["install"]).ok();
        clone.sandbox.git("part", &["push", "-q", "origin", "main"]).ok();
    }
}

#[test]
fn refs_that_track_under_another_name_are_not_moved() {
    let (clone, token) = (Clone::new(), token());
    clone.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/seen/*"]);
    clone.write("a.py", format!("t = '{token}'\n"));
    let tip = clone.commit("Add");
    clone.git(&["push", "-q", "--no-verify", "origin", "main:side"]);
    clone.git(&["fetch", "-q"]);
    clone.git(&["push", "-q", "--no-verify", "origin", ":side"]);
    clone.git(&["update-ref", "refs/seen/side", &tip]);
    clone.purge(&["--apply"]).exits(1);
    assert_eq!(clone.git(&["rev-parse", "HEAD", "refs/seen/side"]), format!("{tip}\n{tip}"));
    clone.git(&["update-ref", "-d", "refs/seen/side"]);
    clone.git(&["fetch", "-q", "--prune"]);
    clone.purge(&["--apply"]).ok();
    clone.passes(&["main"]);
}
