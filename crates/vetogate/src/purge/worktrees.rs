//! Work trees: where they are, what is under way in them, and how their index and files follow a commit that was
//! rewritten.
//!
//! `read-tree -m -u` keeps what is changed, staged, untracked and sparse, and refuses a file that it would have to
//! touch and that is changed. Its filters are switched off, like the hooks: no program of the repository is run.

use super::PurgeError;
use crate::git::command::{Git, GitError};
use crate::hooks::place::Place;
use crate::hooks::show;
use bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use vetogate_core::ObjectId;

/// A work tree with a commit checked out.
#[derive(Debug, Clone)]
pub struct Worktree {
    /// Its top.
    pub path: PathBuf,
    /// Its own git directory.
    pub git_dir: PathBuf,
    /// The commit.
    pub head: ObjectId,
    /// The branch; `None` where HEAD is detached.
    pub branch: Option<BString>,
    /// Whether its folder is not there.
    pub is_missing: bool,
    git: Git,
    is_main: bool,
}

/// So many files that are in the way are named.
const NAMED: usize = 10;

/// What git keeps in a git directory while something is under way.
const UNDER_WAY: &[(&str, &str)] = &[
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase or `git am`"),
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("sequencer", "a cherry-pick or revert"),
    ("BISECT_LOG", "a bisection"),
];

impl Worktree {
    /// The name that its own HEAD has for git in any of the work trees (gitrevisions).
    pub fn head_name(&self) -> String {
        let id = self.git_dir.file_name().unwrap_or_default().to_string_lossy();
        if self.is_main { "main-worktree/HEAD".to_owned() } else { format!("worktrees/{id}/HEAD") }
    }

    /// Git there.
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// What is under way here.
    pub fn under_way(&self) -> Option<&'static str> {
        UNDER_WAY.iter().find(|(name, _)| self.git_dir.join(name).exists()).map(|(_, what)| *what)
    }

    /// Whether the index and the files can follow from one commit to another; nothing is changed.
    ///
    /// # Errors
    /// Where a file is in the way, or git does not answer.
    pub fn try_follow(&self, place: &Place, from: ObjectId, to: ObjectId) -> Result<(), PurgeError> {
        self.check_marked(&self.touched(from, to)?)?;
        self.refuse(&self.in_the_way(from, to)?)?;
        self.read_tree(place, &["-n"], from, to).map_err(|error| self.refused(error))
    }

    /// Lets the index and the files follow.
    ///
    /// # Errors
    /// As [`try_follow`](Self::try_follow).
    pub fn follow(&self, place: &Place, from: ObjectId, to: ObjectId) -> Result<(), PurgeError> {
        self.read_tree(place, &[], from, to).map_err(|error| self.refused(error))
    }

    fn read_tree(&self, place: &Place, flags: &[&str], from: ObjectId, to: ObjectId) -> Result<(), GitError> {
        let (from, to) = (from.to_string(), to.to_string());
        let arguments: Vec<&str> = [&["read-tree", "-m", "-u"], flags, &[&from, &to]].concat();
        let mut command = self.git.command(arguments);
        switch_off_programs(place, &mut command)?;
        let output = command.output().map_err(GitError::Start)?;
        if output.status.success() { Ok(()) } else { Err(crate::git::command::failure(&command, &output)) }
    }

    fn refused(&self, error: GitError) -> PurgeError {
        match error {
            GitError::Failed { stderr, .. } if stderr.contains(".lock") => PurgeError::Refused(format!(
                "the work tree {} can't follow: {stderr}; if no other git is at work there, delete that lock, then \
                 run the command again",
                show(&self.path)
            )),
            GitError::Failed { stderr, .. } => PurgeError::Refused(format!(
                "the work tree {} can't follow: {stderr}; commit or stash what is changed there (run `git status` \
                 first), or move the file away, then run the command again",
                show(&self.path)
            )),
            other => other.into(),
        }
    }

    /// Whether the index holds something as `from` has it, and HEAD has it otherwise.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn is_stale(&self, from: ObjectId) -> Result<bool, PurgeError> {
        let touched = self.touched(from, self.head)?;
        if touched.is_empty() {
            return Ok(false);
        }
        let arguments = ["diff-index", "--cached", "-z", "--name-only", "--no-renames", &from.to_string()];
        let output = self.git.read(arguments)?;
        let moved: BTreeSet<&[u8]> =
            output.split_str("\0").map(|path| path.strip_suffix(b"/").unwrap_or(path)).collect();
        // Of a sparse index, git names whole folders.
        let is_moved = |path: &BString| {
            let ends = path.find_iter("/").chain([path.len()]);
            ends.into_iter().any(|end| moved.contains(&path[..end]))
        };
        Ok(!touched.iter().all(is_moved))
    }

    /// The paths that differ between two commits.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn touched(&self, from: ObjectId, to: ObjectId) -> Result<BTreeSet<BString>, PurgeError> {
        let (from, to) = (from.to_string(), to.to_string());
        let arguments = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", &from, &to];
        let output = self.git.read(arguments)?;
        Ok(output.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect())
    }

    /// What stands where a file is to come. Git takes what is ignored for worth nothing, and overwrites it.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn in_the_way(&self, from: ObjectId, to: ObjectId) -> Result<Vec<BString>, PurgeError> {
        let (from, to) = (from.to_string(), to.to_string());
        let arguments =
            ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", &from, &to];
        let output = self.git.read(arguments)?;
        let new = output.split_str("\0").filter(|path| !path.is_empty());
        let is_in_the_way = |path: &&[u8]| {
            let path = Path::new(OsStr::from_bytes(path));
            let is_there = |part: &Path| self.path.join(part).symlink_metadata().ok();
            let folders = path.ancestors().skip(1).filter(|part| !part.as_os_str().is_empty());
            is_there(path).is_some()
                || folders.into_iter().any(|part| is_there(part).is_some_and(|found| !found.is_dir()))
        };
        Ok(new.filter(is_in_the_way).map(BString::from).collect())
    }

    /// Refuses what stands in the way, by its names.
    ///
    /// # Errors
    /// Where there is any.
    pub fn refuse(&self, in_the_way: &[BString]) -> Result<(), PurgeError> {
        let named = in_the_way.iter().take(NAMED).map(|path| show(Path::new(OsStr::from_bytes(path))));
        let named: Vec<String> = named.collect();
        let more = in_the_way.len() - named.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let (verb, them) = if in_the_way.len() == 1 { ("is", "it") } else { ("are", "them") };
        if named.is_empty() {
            return Ok(());
        }
        Err(PurgeError::Refused(format!(
            "{}{more} in {} {verb} in the way, and git knows nothing of what stands there; move {them} away, then run \
             the command again",
            named.join(", "),
            show(&self.path)
        )))
    }

    /// Files that git was told not to look at: it would overwrite what is changed in them.
    fn check_marked(&self, touched: &BTreeSet<BString>) -> Result<(), PurgeError> {
        let listed = self.git.read(["ls-files", "-z", "-v"])?;
        let marked = |line: &[u8]| {
            let (mark, path) = (line.first().copied()?, line.get(2..)?);
            let there = || self.path.join(OsStr::from_bytes(path)).symlink_metadata().is_ok();
            let flag = match mark {
                b'S' | b's' if there() => "skip-worktree",
                b'S' => return None,
                _ if mark.is_ascii_lowercase() => "assume-unchanged",
                _ => return None,
            };
            touched.contains(path.as_bstr()).then(|| (flag, vetogate_core::text::escape(path)))
        };
        match listed.split_str("\0").find_map(marked) {
            None => Ok(()),
            Some((flag, path)) => Err(PurgeError::Refused(format!(
                "{path} in {} is marked {flag}, so git does not see what is changed in it; run `git update-index \
                 --no-{flag} {path}` there first",
                show(&self.path)
            ))),
        }
    }

    /// The files among these that a filter of the configuration would have written.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn filtered(&self, touched: &BTreeSet<BString>) -> Result<Vec<String>, PurgeError> {
        let paths: Vec<&str> = touched.iter().filter_map(|path| path.to_str().ok()).take(1000).collect();
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let arguments = ["check-attr", "-z", "filter", "--"].into_iter().chain(paths);
        let output = self.git.read(arguments)?;
        let fields: Vec<&[u8]> = output.split_str("\0").collect();
        let is_set = |value: &[u8]| !matches!(value, b"unspecified" | b"unset");
        let set = fields.chunks_exact(3).filter(|three| is_set(three[2]));
        Ok(set.map(|three| vetogate_core::text::escape(three[0])).collect())
    }
}

/// Whether nothing is under way in any of them: it would set a branch to what it was begun with.
///
/// # Errors
/// What is, and where.
pub fn check(worktrees: &[Worktree]) -> Result<(), PurgeError> {
    let under_way = worktrees.iter().find_map(|worktree| Some((worktree.under_way()?, &worktree.path)));
    match under_way {
        None => Ok(()),
        Some((what, path)) => Err(PurgeError::Refused(format!(
            "{what} is under way in {}: finish or abort it first",
            show(path)
        ))),
    }
}

/// Every work tree with a commit checked out.
///
/// # Errors
/// When git does not answer.
pub fn list(place: &Place) -> Result<Vec<Worktree>, PurgeError> {
    let output = place.git().read(["worktree", "list", "--porcelain", "-z"])?;
    let here = git_dir(&place.git()).unwrap_or_default();
    let mut found = Vec::new();
    for (index, record) in output.split_str("\0\0").enumerate() {
        if let Some(listed) = Listed::parse(record) {
            found.extend(listed.worktree(place, &here, index == 0));
        }
    }
    Ok(found)
}

/// A record of `git worktree list`.
struct Listed {
    path: PathBuf,
    head: ObjectId,
    branch: Option<BString>,
}

impl Listed {
    /// `None` where nothing is checked out.
    fn parse(record: &[u8]) -> Option<Self> {
        let field = |name: &str| record.split_str("\0").find_map(|field| field.strip_prefix(name.as_bytes()));
        let path = PathBuf::from(OsStr::from_bytes(field("worktree ")?));
        let head = ObjectId::from_hex(field("HEAD ")?).ok().filter(|head| !head.is_null())?;
        Some(Self { path, head, branch: field("branch ").map(BString::from) })
    }

    fn worktree(self, place: &Place, here: &Path, is_main: bool) -> Option<Worktree> {
        let Self { path, head, branch } = self;
        let is_here = is_main && here == place.common_dir;
        if is_here && place.bare {
            return None;
        }
        // Of a submodule, git lists the git directory.
        let (path, git) = if is_here {
            (place.root.clone(), place.git())
        } else {
            let git = Git::at(&path).elsewhere();
            (path, git)
        };
        let git_dir = git_dir(&git);
        let is_missing = !path.is_dir() || git_dir.is_none();
        let git_dir = git_dir.unwrap_or_default();
        Some(Worktree { path, git_dir, head, branch, is_missing, git, is_main })
    }
}

fn git_dir(git: &Git) -> Option<PathBuf> {
    let answer = git.directory().is_dir().then(|| git.read(["rev-parse", "--absolute-git-dir"]).ok())??;
    let answer = answer.strip_suffix(b"\n").unwrap_or(&answer);
    Some(PathBuf::from(OsStr::from_bytes(answer)))
}

/// Switches off the filters and, from git 2.54 on, the hooks that the configuration names. By variables, since a name
/// may hold what `-c` can't take.
///
/// # Errors
/// When git does not answer.
pub fn switch_off_programs(place: &Place, command: &mut Command) -> Result<(), GitError> {
    let list = ["config", "-z", "--name-only", "--get-regexp", r"^(hook|filter)\..*\."];
    let names = place.settings().command(list).output().map_err(GitError::Start)?.stdout;
    let mut settings: BTreeSet<(Vec<u8>, &str)> = BTreeSet::new();
    for key in names.split_str("\0") {
        let Some((driver, _)) = key.rsplit_once_str(".") else { continue };
        if driver.starts_with(b"hook.") {
            settings.insert(([driver, b".enabled"].concat(), "false"));
        } else {
            settings.insert(([driver, b".smudge"].concat(), ""));
            settings.insert(([driver, b".clean"].concat(), ""));
            settings.insert(([driver, b".process"].concat(), ""));
            settings.insert(([driver, b".required"].concat(), "false"));
        }
    }
    let given = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse::<usize>().ok());
    let given = given.unwrap_or_default();
    for (index, (key, value)) in settings.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{}", given + index), OsStr::from_bytes(key));
        command.env(format!("GIT_CONFIG_VALUE_{}", given + index), value);
    }
    if !settings.is_empty() {
        command.env("GIT_CONFIG_COUNT", (given + settings.len()).to_string());
    }
    Ok(())
}
