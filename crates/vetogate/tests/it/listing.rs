//! The two ways to list what a range of commits brings give the same answer, over generated histories.

use crate::support::Sandbox;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use vetogate::deadline::Deadline;
use vetogate::git::catfile::CatFile;
use vetogate::git::command::Git;
use vetogate::git::listing::{Listing, list};
use vetogate::git::walk::walk;
use vetogate_core::ObjectId;

/// Numbers that look random and are the same in every run (Knuth's multiplier, MMIX).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// A path: some are a file here and a folder there.
    fn path(&mut self) -> String {
        let parts = ["a", "b", "a.txt", "deep/x", "deep/er/y", "deep", "b/c", "sub"];
        parts[self.roll(parts.len() as u64) as usize].to_owned()
    }

    fn change(&mut self, out: &mut String) {
        let path = self.path();
        let content = format!("content {}\n", self.roll(12));
        let mode = ["100644", "100755", "120000"][self.roll(3) as usize];
        let _ = match self.roll(8) {
            0 => writeln!(out, "D {path}"),
            1 => writeln!(out, "M 160000 {:040x} {path}", self.roll(5) + 1),
            _ => writeln!(out, "M {mode} inline {path}\ndata {}\n{content}", content.len()),
        };
    }
}

/// A history for `git fast-import`: roots, merges of two and of three, changes in merges, commits without any.
fn history(seed: u64, commits: u64) -> String {
    let (mut dice, mut out) = (Dice(seed), String::new());
    for at in 1..=commits {
        let time = 1_600_000_000 + 60 * (at - dice.roll(3).min(at));
        let _ = writeln!(out, "commit refs/heads/line{}\nmark :{at}", at % 4);
        let _ = writeln!(out, "committer A <a@example.org> {time} +0000\ndata 2\nm\n");
        if at > 1 && dice.roll(20) > 0 {
            let _ = writeln!(out, "from :{}", at - 1 - dice.roll((at - 1).min(4)));
            let mut merged = BTreeSet::new();
            for _ in 0..[0, 0, 1, 2][dice.roll(4) as usize] {
                merged.insert(1 + dice.roll(at - 1));
            }
            for parent in merged {
                let _ = writeln!(out, "merge :{parent}");
            }
        }
        for _ in 0..dice.roll(5) {
            dice.change(&mut out);
        }
        out.push('\n');
    }
    out
}

type Row = (ObjectId, Vec<u8>, String);

/// What each commit brings, and what it takes away.
fn rows(listing: &Listing) -> BTreeSet<Row> {
    let row = |entry: &vetogate::git::listing::RawEntry| {
        let commit = &listing.commits[entry.commit];
        // A file that only became executable brings nothing.
        let is_same = entry.old.contains(&entry.new);
        (!is_same).then(|| (commit.oid, entry.path.to_vec(), format!("{:?}", entry.new)))
    };
    listing.entries.iter().filter_map(row).collect()
}

#[test]
fn both_ways_list_the_same() {
    let sandbox = Sandbox::new();
    for seed in 0..12 {
        let name = format!("history{seed}");
        sandbox.git(".", &["init", "-q", &name]).ok();
        let mut import = sandbox.command(&name, "git");
        let mut import = import.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
        import.stdin.take().unwrap().write_all(history(seed, 80).as_bytes()).unwrap();
        assert!(import.wait().unwrap().success());
        let tips = sandbox.git(&name, &["for-each-ref", "--format=%(objectname)"]).ok().stdout;
        let tips: Vec<ObjectId> = tips.lines().map(|line| line.parse().unwrap()).collect();
        let middle = sandbox.git(&name, &["rev-list", "--all", "--skip=40", "--max-count=1"]).ok().stdout;
        for exclude in [vec![], vec![middle.trim().parse().unwrap()]] {
            let (git, deadline) = (Git::at(sandbox.path().join(&name)), Deadline::start(None));
            let by_git = list(&git, &tips, &exclude, None, &deadline.watch()).unwrap().unwrap();
            let objects = RefCell::new(CatFile::new(git.clone(), deadline.watch()));
            let (by_walk, gaps) = walk(&git, &objects, &tips, &exclude, &deadline.watch()).unwrap();
            assert!(gaps.is_empty() && by_git.commits.len() > 10);
            let ids =
                |listing: &Listing| listing.commits.iter().map(|commit| commit.oid).collect::<BTreeSet<_>>();
            assert_eq!(ids(&by_git), ids(&by_walk));
            assert_eq!(by_git.boundary(), by_walk.boundary());
            let (git, walk) = (rows(&by_git), rows(&by_walk));
            let missed: Vec<&Row> = git.difference(&walk).collect();
            let more: Vec<&Row> = walk.difference(&git).collect();
            assert_eq!((missed, more), (Vec::new(), Vec::new()), "seed {seed}: missed, more");
        }
    }
}

/// Two entries of one name: the walk can't show both, so it says that it did not read the folder.
#[test]
fn a_folder_with_two_files_of_one_name_is_unread() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "odd"]).ok();
    let write = |kind: &str, content: &[u8]| {
        let file = sandbox.write("object", content);
        let arguments = ["hash-object", "-t", kind, "-w", "--literally", "--", &file.display().to_string()];
        sandbox.git("odd", &arguments).ok().stdout.trim().to_owned()
    };
    let (one, two) = (write("blob", b"one"), write("blob", b"two"));
    let entry = |oid: &str| {
        let oid: ObjectId = oid.parse().unwrap();
        [b"100644 r\0", oid.as_bytes()].concat()
    };
    let tree = write("tree", &[entry(&one), entry(&two)].concat());
    let tip = write(
        "commit",
        format!("tree {tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nm\n").as_bytes(),
    );
    let (git, deadline) = (Git::at(sandbox.path().join("odd")), Deadline::start(None));
    let objects = RefCell::new(CatFile::new(git.clone(), deadline.watch()));
    let (_, gaps) = walk(&git, &objects, &[tip.parse().unwrap()], &[], &deadline.watch()).unwrap();
    assert_eq!(gaps.len(), 1);
}
