//! Generated histories: whatever their shape, only the values go.

use super::{Clone, token};
use std::collections::BTreeMap;

/// A small generator of numbers (xorshift), so that a seed names a history.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

const BRANCHES: [&str; 4] = ["main", "b1", "b2", "b3"];

/// Commits on four branches with files, renames, binaries, modes, links, merges of two and three, tags and empty
/// commits; the token in one content, message, name or author in eight. As git fast-import reads it.
fn history(seed: u64, token: &str) -> String {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut stream = String::new();
    let mut mark = 0;
    let mut tips: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..60 {
        let branch = BRANCHES[usize::try_from(numbers.below(4)).unwrap()];
        mark += 1;
        let secret = |numbers: &mut Numbers| if numbers.below(8) == 0 { token } else { "plain" };
        let (author, message) = (secret(&mut numbers), secret(&mut numbers));
        let message = format!("change {number} {message}\n\nSigned-off-by: A");
        stream += &format!(
            "commit refs/heads/{branch}\nmark :{mark}\nauthor {author} <a{number}@x> {} +0{}00\ncommitter C <c@x> {} -0130\n\
             data {}\n{message}\n",
            1_600_000_000 + numbers.below(9_999_999),
            numbers.below(9),
            1_600_000_000 + numbers.below(9_999_999),
            message.len()
        );
        match tips.get(branch) {
            Some(tip) => stream += &format!("from :{tip}\n"),
            None => stream += "from refs/remotes/origin/main^0\n",
        }
        let others: Vec<usize> =
            tips.iter().filter(|(name, _)| **name != branch).map(|(_, tip)| *tip).collect();
        if numbers.below(4) == 0 {
            let count = usize::try_from(1 + numbers.below(2)).unwrap();
            others.iter().take(count).for_each(|tip| stream += &format!("merge :{tip}\n"));
        }
        for _ in 0..numbers.below(4) {
            stream += &change(&mut numbers, secret, number);
        }
        tips.insert(branch, mark);
        if numbers.below(6) == 0 {
            let text = format!("tag {} {}", number, secret(&mut numbers));
            stream += &format!(
                "tag t{number}\nfrom :{mark}\ntagger T <t@x> 1700000000 +0000\ndata {}\n{text}\n",
                text.len()
            );
        }
    }
    stream
}

/// A change of a file.
fn change<'a>(numbers: &mut Numbers, secret: impl Fn(&mut Numbers) -> &'a str, number: u64) -> String {
    let file = format!("d{}/f{}", numbers.below(3), numbers.below(5));
    let value = secret(numbers);
    let text = format!("k = \"{value}\"\nline {number}\n");
    match numbers.below(7) {
        0 => format!("M 644 inline {file}.py\ndata {}\n{text}\n", text.len()),
        1 => format!("M 755 inline {file}.sh\ndata {}\n{text}\n", text.len()),
        2 => format!("M 644 inline {file}.bin\ndata {}\n\0\x01{text}\0\n", text.len() + 3),
        3 => format!("M 120000 inline {file}.ln\ndata {}\nto/{value}\n", value.len() + 3),
        4 => format!("M 644 inline d/{value}/x{number}\ndata 2\nx\n\n"),
        5 => format!("M 160000 {} sub{number}\n", "12".repeat(20)),
        _ => format!("D {file}.py\n"),
    }
}

/// Each commit of the branches and tags, with what a purge keeps.
fn commits(clone: &Clone) -> Vec<String> {
    let format = "--format=%at %ai %ae %ct %ci %cn %ce %s";
    let listed = clone.git(&["log", "--reverse", "--topo-order", format, "--branches", "--tags"]);
    let mut lines: Vec<String> = listed.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// The tree of a revision: mode, path, content.
fn tree(clone: &Clone, revision: &str) -> Vec<(String, String, Vec<u8>)> {
    let listed = clone.git(&["ls-tree", "-r", "-z", revision]);
    let mut found = Vec::new();
    for entry in listed.split('\0').filter(|entry| !entry.is_empty()) {
        let (object, path) = entry.split_once('\t').unwrap();
        let fields: Vec<&str> = object.split(' ').collect();
        let content = if fields[1] == "blob" {
            let mut command = clone.sandbox.command("work", "git");
            command.args(["cat-file", "blob", fields[2]]).output().unwrap().stdout
        } else {
            fields[2].into()
        };
        found.push((fields[0].to_owned(), path.to_owned(), content));
    }
    found
}

/// What may stand where the token stood.
fn without(text: &[u8], token: &str) -> String {
    let text = String::from_utf8_lossy(text).replace(token, "REDACTED");
    // In a binary, as many bytes.
    let filler: String = "REDACTED".chars().cycle().take(token.len()).collect();
    let text = text.replace(&filler, "REDACTED");
    text.replace("os.environ[\"GITHUB_TOKEN\"]", "\"REDACTED\"")
        .replace("import os\n\n", "")
        .replace("\"${GITHUB_TOKEN}\"", "\"REDACTED\"")
}

#[test]
fn only_the_values_go_whatever_the_history() {
    for seed in 1..=6 {
        let (clone, token) = (Clone::new(), token());
        clone.git_input(&["fast-import", "--quiet", "--force"], history(seed, &token).as_bytes());
        clone.git(&["reset", "-q", "--hard"]);
        let (fsck, refs) = (clone.fsck(), clone.git(&["for-each-ref"]));
        let (before, trees) = (commits(&clone), BRANCHES.map(|branch| tree(&clone, branch)));
        let shape = clone.git(&["log", "--topo-order", "--format=%at %ct", "--graph", "main"]);
        clone.purge(&["--apply", "--all"]).ok();
        let expected: Vec<String> = before.iter().map(|line| without(line.as_bytes(), &token)).collect();
        let mut expected = expected;
        expected.sort();
        assert_eq!(commits(&clone), expected, "seed {seed}");
        assert_eq!(clone.git(&["log", "--topo-order", "--format=%at %ct", "--graph", "main"]), shape);
        for (branch, old) in BRANCHES.iter().zip(&trees) {
            let clean = |(mode, path, content): &(String, String, Vec<u8>)| {
                (mode.clone(), without(path.as_bytes(), &token), without(content, &token))
            };
            let mut old: Vec<_> = old.iter().map(clean).collect();
            let mut new: Vec<_> = tree(&clone, branch).iter().map(clean).collect();
            old.sort();
            new.sort();
            assert_eq!(new, old, "seed {seed}, {branch}");
        }
        assert_eq!(clone.holding(&["--branches", "--tags"], &token), [""; 0], "seed {seed}");
        assert_eq!(clone.fsck(), fsck, "seed {seed}");
        clone.purge(&["--all"]).ok();
        clone.purge(&["--undo"]).ok();
        assert_eq!(clone.git(&["for-each-ref"]), refs, "seed {seed}");
        clone.purge(&["--apply", "--all"]).ok();
        clone.passes(&["--all"]);
        clone.passes(&["--tags"]);
    }
}
