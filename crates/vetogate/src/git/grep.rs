//! Which files of some trees hold any of some texts, as `git grep` finds them.

use super::catfile::finish;
use super::command::{Git, GitError};
use crate::deadline::Watch;
use bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;
use vetogate_core::ObjectId;

/// Nothing of the configuration changes what is found or how it is written: no colours, no program that makes text of it.
const OPTIONS: &[&str] = &[
    "grep",
    "--no-color",
    "-l",
    "-z",
    "-a",
    "-F",
    "--full-name",
    "--no-recurse-submodules",
    "--no-textconv",
    "-f",
    "-",
];

/// It takes no longer, also where the run has no limit: a repository could make any amount of work.
const LONGEST: Duration = Duration::from_secs(300);

/// Files of the trees that hold a line of any of the texts, each with its tree. The texts go through standard input, never
/// as arguments. Who needs all of a text has to look at the file.
///
/// # Errors
/// When git fails, or time is up.
pub fn files<'a>(
    git: &Git,
    watch: &Watch,
    trees: &[ObjectId],
    texts: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<(ObjectId, BString)>, GitError> {
    let lines: BTreeSet<&[u8]> = texts.into_iter().map(line).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || trees.is_empty() {
        return Ok(Vec::new());
    }
    let arguments = OPTIONS.iter().map(ToString::to_string).chain(trees.iter().map(ToString::to_string));
    let mut child = git.command(arguments).stdin(Stdio::piped()).spawn().map_err(GitError::Start)?;
    // It may be killed before it has read all of it.
    watch.guard(&child);
    watch.end_after(&child, LONGEST);
    if let Some(mut input) = child.stdin.take() {
        // A child that has gone is seen by its exit.
        let _ = input.write_all(&[bstr::join(b"\n", lines), b"\n".to_vec()].concat());
    }
    let output = match finish("grep", child, watch) {
        // So it ends where it finds nothing.
        Err(GitError::Failed { status, .. }) if status.code() == Some(1) => Vec::new(),
        other => other?,
    };
    let file = |name: &[u8]| {
        let (tree, path) = name.split_once_str(":")?;
        Some((ObjectId::from_hex(tree).ok()?, BString::from(path)))
    };
    Ok(output.split_str("\0").filter_map(file).collect())
}

/// What can be looked for of a text: git sees one line at a time, and gives up over a zero byte in any of them.
fn line(text: &[u8]) -> &[u8] {
    let pieces = text.split(|byte| matches!(byte, b'\n' | b'\r' | 0)).map(ByteSlice::trim);
    pieces.max_by_key(|piece| piece.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadline::Deadline;
    use std::path::Path;
    use std::process::Command;

    fn run(folder: &Path, arguments: &[&str]) -> String {
        let output = Command::new("git").current_dir(folder).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Hostile settings, and texts that break a list of lines.
    #[test]
    fn neither_settings_nor_odd_texts_change_what_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        run(path, &["init", "-q"]);
        std::fs::write(path.join("a.txt"), "x\nalpha one\n").unwrap();
        std::fs::write(path.join("b:c.bin"), b"\0\x01beta two\0end").unwrap();
        std::fs::write(path.join("d.txt"), "nothing\n").unwrap();
        std::fs::write(path.join(".gitattributes"), "* diff=evil\n").unwrap();
        run(path, &["add", "-A"]);
        let tree: ObjectId = run(path, &["write-tree"]).parse().unwrap();
        for setting in [
            "color.grep=always",
            "color.ui=always",
            "grep.patternType=perl",
            "grep.lineNumber=true",
            "grep.column=true",
            "grep.fullName=false",
            "diff.evil.textconv=touch ran;cat",
            "diff.evil.command=touch ran",
        ] {
            let (name, value) = setting.split_once('=').unwrap();
            run(path, &["config", name, value]);
        }
        let (git, watch) = (Git::at(path), Deadline::start(None).watch());
        let found = |texts: &[&[u8]]| -> Vec<String> {
            let found = files(&git, &watch, &[tree], texts.iter().copied()).unwrap();
            found
                .into_iter()
                .map(|(at, path)| format!("{}{path}", if at == tree { "" } else { "?" }))
                .collect()
        };
        assert_eq!(found(&[b"alpha one"]), ["a.txt"]);
        assert_eq!(found(&[b"beta two"]), ["b:c.bin"]);
        assert_eq!(found(&[b"alpha one\nab\n", b"xy\0beta two"]), ["a.txt", "b:c.bin"]);
        assert_eq!(found(&[b"alpha.one"]), [""; 0], "no expression");
        assert_eq!(found(&[b"", b"\n\r\n", b"\0"]), [""; 0], "nothing is not everywhere");
        assert!(!path.join("ran").exists());
        let missing: ObjectId = "ab".repeat(20).parse().unwrap();
        assert!(files(&git, &watch, &[missing], [&b"x"[..]]).is_err());
    }

    #[test]
    fn it_ends_with_the_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        run(path, &["init", "-q"]);
        std::fs::write(path.join("a.txt"), "alpha\n").unwrap();
        run(path, &["add", "-A"]);
        let mut tree = run(path, &["write-tree"]);
        // Folders that name the same folder again and again: more files than anybody can read.
        for _ in 0..12 {
            let lines: String = (0..20).map(|number| format!("040000 tree {tree}\t{number:02}\n")).collect();
            std::fs::write(path.join(".git/lines"), lines).unwrap();
            let input = std::fs::File::open(path.join(".git/lines")).unwrap();
            let output =
                Command::new("git").current_dir(path).arg("mktree").stdin(input).output().unwrap().stdout;
            tree = String::from_utf8(output).unwrap().trim().to_owned();
        }
        let deadline = Deadline::start(Some(Duration::from_millis(200)));
        assert!(files(&Git::at(path), &deadline.watch(), &[tree.parse().unwrap()], [&b"beta"[..]]).is_err());
    }
}
