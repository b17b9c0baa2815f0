//! Where a guessable value stays after a purge: told by its place, never replaced, never shown.

use super::{Clone, weak};

/// The dry run and the purge tell these places; gives what the purge said.
#[track_caller]
fn tell(clone: &Clone, weak: &str, places: &[&str]) -> String {
    let dry = clone.purge(&[]).exits(1);
    let done = clone.purge(&["--apply"]).ok();
    for (said, title) in [(&dry, "Would be left to do:"), (&done, "Left to do:")] {
        assert!(!said.text().contains(weak), "the value is shown");
        let (_, left) = said.stdout.split_once(title).unwrap();
        for place in places {
            assert!(left.contains(&format!("\n    {place}")), "{place}: {}", said.stdout);
        }
    }
    done.stdout
}

#[test]
fn a_comment_another_file_a_message_and_an_older_commit_are_told() {
    let (clone, weak) = (Clone::new(), weak());
    clone.write("old.txt", format!("1\n2\nwas {weak}\n")).commit("Notes");
    clone.write("old.txt", "gone\n");
    clone
        .write("a.yml", format!("# not {weak}\ndb_password: {weak}\n"))
        .write("dir/b.txt", format!("x\nchapter {weak} of it\n"))
        .commit(&format!("Add\n\nSee {weak}"));
    let places = ["a.yml:1\n", "dir/b.txt:2\n", "the message of commit ", "old.txt:3 in commit "];
    let said = tell(&clone, &weak, &places);
    assert!(!said.contains("a.yml:2\n"), "{said}");
    let tip = clone.git(&["rev-parse", "HEAD"]);
    assert!(said.contains(&format!("the message of commit {}", &tip[..7])), "{said}");
    assert_eq!(clone.read("a.yml"), format!("# not {weak}\ndb_password: ${{DB_PASSWORD}}\n"));
    assert_eq!(clone.read("dir/b.txt"), format!("x\nchapter {weak} of it\n"));
    assert!(clone.git(&["log", "-1", "--format=%B"]).contains(&weak));
    clone.passes(&["main"]);
}

#[test]
fn ten_places_are_told_and_the_rest_is_counted() {
    let (clone, weak) = (Clone::new(), weak());
    clone.write("a.yml", format!("db_password: {weak}\n"));
    clone.write("b.txt", format!("chapter {weak}\n").repeat(25)).commit("Add");
    let said = tell(&clone, &weak, &["b.txt:1\n", "b.txt:10\n", "... and 15 more places\n"]);
    assert!(!said.contains("b.txt:11\n"), "{said}");
}

#[test]
fn a_path_that_holds_the_value_is_masked() {
    let (clone, weak) = (Clone::new(), weak());
    clone
        .write("a.yml", format!("db_password: {weak}\n"))
        .write(&format!("doc-{weak}.txt"), "x\n")
        .commit("Add");
    tell(&clone, &weak, &["the name doc-....txt\n"]);
}

#[test]
fn where_nothing_stays_nothing_is_told() {
    let (clone, weak) = (Clone::new(), weak());
    clone.write("a.yml", format!("db_password: {weak}\n")).commit("Add");
    let dry = clone.purge(&[]).exits(1).stdout;
    assert!(!dry.contains("Would be left"), "{dry}");
    let said = clone.purge(&["--apply"]).ok().stdout;
    assert!(!said.contains("It stays here"), "{said}");
}
