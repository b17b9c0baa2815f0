//! What the remote that is pushed to has already is told, with the recipe, and never rewritten.

use super::{Clone, token, weak};

/// A clone whose remote was given a token behind the hook's back; gives the token.
fn leaked() -> (Clone, String) {
    let (clone, token) = (Clone::new(), token());
    clone.write("src/a.py", format!("t = '{token}'\n")).commit("Add");
    clone.git(&["push", "-q", "--no-verify", "origin", "main"]);
    (clone, token)
}

/// The purge tells it, and nothing moves.
#[track_caller]
fn told(clone: &Clone, token: &str, arguments: &[&str]) -> String {
    let tip = clone.git(&["rev-parse", "HEAD"]);
    let said = clone.purge(arguments).exits(1);
    assert!(!said.text().contains(token), "the value is shown");
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
    for part in ["src/a.py:1", "has these already", "1. Rotate", "FRESH clone", "veto scan --history"] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    assert_eq!(said.stdout.matches("src/a.py:1").count(), 1, "{}", said.stdout);
    said.stdout
}

#[test]
fn what_was_pushed_past_the_hook_is_told_with_the_recipe() {
    let (clone, token) = leaked();
    let said = told(&clone, &token, &[]);
    assert!(said.contains("nothing to take out"), "{said}");
    told(&clone, &token, &["--apply"]);
    told(&clone, &token, &["--all"]);
    let start = said.rfind('[').unwrap() + 1;
    let fingerprint = &said[start..start + said[start..].find(']').unwrap()];
    told(&clone, &token, &["--only", fingerprint]);
    clone.purge(&["--only", "0123456789"]).exits(2);
}

#[test]
fn a_branch_on_top_tells_it_too() {
    let (clone, token) = leaked();
    clone.git(&["checkout", "-q", "-b", "side"]);
    clone.write("b.txt", "b\n").commit("On top");
    told(&clone, &token, &[]);
    told(&clone, &token, &["--all"]);
}

#[test]
fn an_older_branch_holds_what_the_tip_of_the_remote_has_not() {
    let (clone, token) = leaked();
    clone.git(&["branch", "old"]);
    clone.write("src/a.py", "t = 0\n").commit("Without it");
    clone.git(&["push", "-q", "--no-verify", "origin", "main"]);
    let said = clone.purge(&[]).ok().stdout;
    assert!(said.contains("not commit by commit: `veto scan --history`"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    told(&clone, &token, &["old"]);
}

#[test]
fn what_is_not_pushed_is_taken_out_and_the_rest_is_told() {
    let (clone, there) = leaked();
    let (here, weak) = (token(), weak());
    clone
        .write("c.py", format!("t = '{here}'\n"))
        .write("d.yml", format!("db_password: {weak}\n"))
        .commit("More");
    let said = clone.purge(&["--apply"]).ok().text();
    let (taken, public) = said.split_once("The remote has these already").unwrap();
    assert!(taken.contains("c.py:1") && !taken.contains("src/a.py"), "{said}");
    assert!(public.contains("src/a.py:1") && !public.contains("c.py:1 "), "{said}");
    assert!(![&there, &here, &weak].iter().any(|value| said.contains(*value)), "a value is shown");
    assert_eq!(clone.holding(&["main"], &here), [""; 0]);
    clone.passes(&["main"]);
}

#[test]
fn what_is_not_pushed_is_not_said_to_be_there() {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    let said = clone.purge(&[]).exits(1).stdout;
    assert!(!said.contains("has these already") && !said.contains("commit by commit"), "{said}");
}

#[test]
fn a_value_that_is_ignored_in_the_text_is_not_told() {
    let (clone, weak) = (Clone::new(), weak());
    clone.write("a.py", format!("# veto: ignore[secret/*] the default of a test\ndb_password = '{weak}'\n"));
    clone.commit("Add");
    clone.git(&["push", "-q", "--no-verify", "origin", "main"]);
    let listed = clone.purge(&[]).stdout.contains("has these already");
    clone.write("b.py", format!("# veto: ignore[secret/*] the default of a test\ndb_password = '{weak}'\n"));
    clone.commit("Again");
    let vetoed = clone.purge(&[]).stdout.contains("To be taken out");
    assert_eq!(listed, vetoed, "what the hook would make of it");
}

/// A folder that holds the same folder twenty times, and so on: few objects, and more folders than anybody can count.
#[test]
fn a_tree_without_end_is_looked_at_in_part() {
    let clone = Clone::new();
    let blob = clone.git_input(&["hash-object", "-w", "--stdin"], b"x\n");
    let mut tree = clone.git_input(&["mktree"], format!("100644 blob {blob}\ta.txt\n").as_bytes());
    for _ in 0..12 {
        let lines: String = (0..20).map(|number| format!("040000 tree {tree}\t{number:02}\n")).collect();
        tree = clone.git_input(&["mktree"], lines.as_bytes());
    }
    let theirs = clone.git(&["commit-tree", "-p", "HEAD", "-m", "Endless", &tree]);
    clone.git(&["push", "-q", "--no-verify", "origin", &format!("{theirs}:refs/heads/side")]);
    let lines = format!("{}\n100644 blob {blob}\tb.txt\n", clone.git(&["ls-tree", &theirs]));
    let tree = clone.git_input(&["mktree"], lines.as_bytes());
    let ours = clone.git(&["commit-tree", "-p", &theirs, "-m", "On top", &tree]);
    clone.git(&["update-ref", "refs/heads/side", &ours]);
    let started = std::time::Instant::now();
    let said = clone.purge(&["side"]).text();
    assert!(said.contains("files there were looked at"), "{said}");
    assert!(started.elapsed().as_secs() < 100, "{:?}", started.elapsed());
}
