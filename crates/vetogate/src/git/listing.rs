//! What a range of commits brings: every entry that differs from every parent, by `git log --raw -c`.
//!
//! Measured to miss no blob over 21,215 merges; it lists half a percent to two percent too many, which is safe. It
//! compares trees and never looks at attributes, textconv, replace refs, grafts or the index.

use super::command::{Git, GitError};
use crate::deadline::Watch;
use bstr::{BString, ByteSlice};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};
use vetogate_core::{EntryKind, ObjectId};

/// One side of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// What it is; `None` where there is nothing at the path.
    pub kind: Option<EntryKind>,
    /// The object; null where there is nothing.
    pub oid: ObjectId,
}

/// A path that a commit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// Index into [`Listing::commits`].
    pub commit: usize,
    /// The path.
    pub path: BString,
    /// What the commit has there.
    pub new: Side,
    /// What each parent has there.
    pub old: Vec<Side>,
}

/// A listed commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCommit {
    /// Its id.
    pub oid: ObjectId,
    /// Its parents.
    pub parents: Vec<ObjectId>,
}

/// Commits, newest first, with what they changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The commits.
    pub commits: Vec<ListedCommit>,
    /// Their changes, in the order of the commits.
    pub entries: Vec<RawEntry>,
}

impl Listing {
    /// Parents that are not listed themselves: what the other side has.
    pub fn boundary(&self) -> Vec<ObjectId> {
        let listed: std::collections::HashSet<ObjectId> =
            self.commits.iter().map(|commit| commit.oid).collect();
        let parents = self.commits.iter().flat_map(|commit| commit.parents.iter().copied());
        let mut boundary: Vec<ObjectId> = parents.filter(|parent| !listed.contains(parent)).collect();
        boundary.sort_unstable();
        boundary.dedup();
        boundary
    }
}

/// Lists the commits that `tips` reach and `exclude` do not; `None` when there are more than `most`.
///
/// # Errors
/// When git fails, is killed, or answers something that is not understood.
pub fn list(
    git: &Git,
    tips: &[ObjectId],
    exclude: &[ObjectId],
    most: Option<usize>,
    watch: &Watch,
) -> Result<Option<Listing>, GitError> {
    Started::start(git, tips, exclude, watch)?.finish(most)
}

const ARGUMENTS: &[&str] = &[
    "log",
    "--stdin",
    "-z",
    "--raw",
    "-c",
    "-t",
    "-r",
    "--root",
    "--no-abbrev",
    "--no-renames",
    "--no-color",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-mailmap",
    "--no-notes",
    "--no-decorate",
    "--no-relative",
    "--ignore-submodules=none",
    "-O/dev/null",
    "--format=tformat:%x01%H %P",
];

/// A listing that git is at work on.
pub struct Started {
    child: Option<Child>,
    asked: std::io::Result<()>,
    watch: Watch,
    git: Git,
}

impl Started {
    /// Starts git; see [`list`].
    ///
    /// # Errors
    /// When git can't be started.
    pub fn start(
        git: &Git,
        tips: &[ObjectId],
        exclude: &[ObjectId],
        watch: &Watch,
    ) -> Result<Self, GitError> {
        let exclude: Vec<String> = exclude.iter().map(ObjectId::to_string).collect();
        Self::start_from(git, tips, &exclude, watch)
    }

    /// As [`start`](Self::start), where what is excluded is named by revisions; git fails where one of them is none.
    ///
    /// # Errors
    /// When git can't be started.
    pub fn start_from(
        git: &Git,
        tips: &[ObjectId],
        exclude: &[String],
        watch: &Watch,
    ) -> Result<Self, GitError> {
        let mut command = git.command(ARGUMENTS);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(GitError::Start)?;
        watch.guard(&child);
        let asked = ask(&mut child, tips, exclude);
        Ok(Self { child: Some(child), asked, watch: watch.clone(), git: git.clone() })
    }

    /// Reads the answer; see [`list`].
    ///
    /// # Errors
    /// When git fails, is killed, or answers something that is not understood.
    pub fn finish(mut self, most: Option<usize>) -> Result<Option<Listing>, GitError> {
        let Some(mut child) = self.child.take() else { return Ok(None) };
        let listing = match child.stdout.take() {
            Some(output) => {
                let output = Patient { output, git: &self.git, is_sure: false };
                parse(BufReader::with_capacity(64 << 10, output), most)
            }
            None => Ok(None),
        };
        if let Ok(None) = listing {
            abandon(child, &self.watch);
            return Ok(None);
        }
        if listing.is_err() {
            // It may wait for a reader that has gone.
            let _ = child.kill();
        }
        let output = super::catfile::end(child, &self.watch).map_err(pipe)?;
        if listing.is_ok() && !output.status.success() {
            return Err(super::command::failed("log", &output));
        }
        std::mem::replace(&mut self.asked, Ok(())).map_err(pipe)?;
        listing
    }
}

/// Git's answer. Git opens objects itself, and would wait for ever where a pipe stands in the place of one.
struct Patient<'a> {
    output: ChildStdout,
    git: &'a Git,
    /// Whether there is no pipe.
    is_sure: bool,
}

/// How long an answer may take before pipes are looked for.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.is_sure && !is_ready(&self.output) {
            if has_pipe(self.git) {
                return Err(ErrorKind::TimedOut.into());
            }
            self.is_sure = true;
        }
        self.output.read(buffer)
    }
}

fn is_ready(output: &ChildStdout) -> bool {
    let mut ready = [PollFd::new(output, PollFlags::IN)];
    // An interruption is an answer, too: the read that follows waits.
    poll(&mut ready, Some(&PATIENCE)) != Ok(0)
}

/// Whether something that one can wait for stands among the loose objects.
fn has_pipe(git: &Git) -> bool {
    let Some(folder) = git.plain_folder() else { return false };
    let inside = |path: PathBuf| fs::read_dir(path).into_iter().flatten().flatten();
    let folders = inside(folder.join("objects")).filter(|entry| entry.file_name().len() == 2);
    folders.flat_map(|folder| inside(folder.path())).any(|entry| is_pipe(&entry))
}

fn is_pipe(entry: &fs::DirEntry) -> bool {
    let Ok(mut kind) = entry.file_type() else { return false };
    if kind.is_symlink() {
        let Ok(metadata) = fs::metadata(entry.path()) else { return false };
        kind = metadata.file_type();
    }
    !kind.is_file() && !kind.is_dir()
}

/// Whether git gave up over an object, or would never end because of one: then the objects are read one by one.
pub fn is_for_walk(error: &GitError) -> bool {
    match error {
        // A git that was killed is no answer, and none is made up for it.
        GitError::Failed { status, .. } => status.code().is_some(),
        GitError::Pipe { error, .. } => error.kind() == ErrorKind::TimedOut,
        _ => false,
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            abandon(child, &self.watch);
        }
    }
}

fn abandon(mut child: Child, watch: &Watch) {
    watch.forget(&child);
    let _ = child.kill();
    let _ = child.wait();
}

fn ask(child: &mut Child, tips: &[ObjectId], exclude: &[String]) -> std::io::Result<()> {
    let Some(mut input) = child.stdin.take() else { return Ok(()) };
    let tips = tips.iter().map(|oid| format!("{oid}\n"));
    let exclude = exclude.iter().map(|revision| format!("^{revision}\n"));
    let lines: String = tips.chain(exclude).collect();
    input.write_all(lines.as_bytes())
}

fn pipe(error: std::io::Error) -> GitError {
    GitError::Pipe { command: "log".into(), error }
}

fn answer(detail: &str) -> GitError {
    GitError::Answer { command: "log".into(), detail: detail.to_owned() }
}

/// Fields end with NUL: `\x01ID PARENTS`, then for each entry `:MODES IDS STATUS` and its path. A newline stands
/// before the first entry of a commit.
fn parse(mut output: impl BufRead, most: Option<usize>) -> Result<Option<Listing>, GitError> {
    let mut listing = Listing::default();
    let mut field = Vec::new();
    loop {
        field.clear();
        if output.read_until(0, &mut field).map_err(pipe)? == 0 {
            return Ok(Some(listing));
        }
        let text = field.strip_suffix(b"\0").ok_or_else(|| answer("it ends in the middle of a field"))?;
        let text = text.strip_prefix(b"\n").unwrap_or(text);
        if let Some(commit) = text.strip_prefix(b"\x01") {
            if most.is_some_and(|most| listing.commits.len() >= most) {
                return Ok(None);
            }
            listing.commits.push(commit_line(commit).ok_or_else(|| answer("expected a commit"))?);
        } else if text.starts_with(b":") {
            let mut entry = entry_line(text).ok_or_else(|| answer("expected a raw entry"))?;
            entry.commit =
                listing.commits.len().checked_sub(1).ok_or_else(|| answer("an entry without a commit"))?;
            field.clear();
            output.read_until(0, &mut field).map_err(pipe)?;
            let path = field.strip_suffix(b"\0").ok_or_else(|| answer("it ends in the middle of a path"))?;
            entry.path = path.into();
            listing.entries.push(entry);
        } else if !text.is_empty() {
            return Err(answer("expected a commit or an entry"));
        }
    }
}

fn commit_line(text: &[u8]) -> Option<ListedCommit> {
    let mut ids = text.trim().fields().map(ObjectId::from_hex);
    let oid = ids.next()?.ok()?;
    Some(ListedCommit { oid, parents: ids.collect::<Result<_, _>>().ok()? })
}

/// `:MODE MODE ID ID STATUS`, with one colon, mode and id more for each parent after the first.
pub(crate) fn entry_line(text: &[u8]) -> Option<RawEntry> {
    let parents = text.iter().take_while(|&&byte| byte == b':').count();
    let fields: Vec<&[u8]> = text[parents..].fields().collect();
    let sides = parents + 1;
    if parents == 0 || fields.len() != 2 * sides + 1 {
        return None;
    }
    let side = |index: usize| {
        let oid = ObjectId::from_hex(fields[sides + index]).ok()?;
        Some(Side { kind: EntryKind::from_mode(fields[index]), oid })
    };
    let old = (0..parents).map(side).collect::<Option<_>>()?;
    Some(RawEntry { commit: 0, path: BString::default(), new: side(parents)?, old })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_commits_merges_and_hostile_paths() {
        let (a, b, c, zero) = ("aa".repeat(20), "bb".repeat(20), "cc".repeat(20), "00".repeat(20));
        let text = format!(
            "\x01{a} {b} {c}\0\n::100644 100644 100644 {b} {c} {a} MM\0:x\n\x01y\0\x01{b} \0\n:000000 120000 {zero} {c} A\0l\0"
        );
        let listing = parse(text.as_bytes(), None).unwrap().unwrap();
        assert_eq!(listing.commits.len(), 2);
        assert_eq!(listing.entries[0].path, ":x\n\x01y");
        assert_eq!(listing.entries[0].old.len(), 2);
        assert_eq!(listing.entries[1].new.kind, Some(EntryKind::Symlink));
        assert!(listing.entries[1].old[0].oid.is_null());
        assert_eq!(listing.boundary(), [c.parse().unwrap()]);
        assert_eq!(parse(text.as_bytes(), Some(1)).unwrap(), None);
    }

    #[test]
    fn a_cut_answer_is_an_error() {
        let a = "aa".repeat(20);
        for cut in
            [format!("\x01{a} "), format!("\x01{a} \0\n:100644"), format!(":100644 100644 {a} {a} M\0p\0")]
        {
            assert!(parse(cut.as_bytes(), None).is_err(), "{cut:?}");
        }
    }
}
