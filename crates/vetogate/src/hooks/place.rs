//! A place that can be pushed from: a work tree, a submodule, a bare repository.

use super::HookError;
use crate::git::command::{Git, GitError};
use bstr::ByteSlice;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

/// Where git looks, seen from one work tree or bare repository.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where git runs the hook: the top of the work tree, or the git folder of a bare repository.
    pub root: PathBuf,
    /// The folder that all work trees of this repository share.
    pub common_dir: PathBuf,
    /// Where git looks for hooks, `core.hooksPath` and all.
    pub hooks_dir: PathBuf,
    /// Whether there is no work tree.
    pub bare: bool,
    elsewhere: bool,
}

/// A setting and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its value.
    pub value: Vec<u8>,
    /// `local`, `worktree`, `global`, `system` or `command`.
    pub scope: String,
    /// The file, as git names it (`file:.git/config`).
    pub origin: Vec<u8>,
}

impl Place {
    /// The place that we were called in; variables such as `GIT_DIR` count.
    ///
    /// # Errors
    /// When there is no repository here, or git does not answer.
    pub fn here(directory: &Path) -> Result<Self, HookError> {
        Self::find(directory, false)
    }

    /// Another place, whatever repository the variables name.
    ///
    /// # Errors
    /// As [`here`](Self::here).
    pub fn at(directory: &Path) -> Result<Self, HookError> {
        Self::find(directory, true)
    }

    fn find(directory: &Path, elsewhere: bool) -> Result<Self, HookError> {
        let directory = std::path::absolute(directory).map_err(|error| HookError::read(directory, error))?;
        let ask = |directory: &Path, arguments: &[&str]| {
            path_answer(&with(Git::asking_for_hooks(directory), elsewhere), arguments)
        };
        let git_dir = ask(&directory, &["--git-dir"])?;
        let top = ask(&directory, &["--show-toplevel"]).ok();
        let root = top.clone().unwrap_or(git_dir);
        Ok(Self {
            common_dir: ask(&root, &["--git-common-dir"])?,
            hooks_dir: ask(&root, &["--git-path", "hooks"])
                .map_err(|error| without_path(&root, elsewhere, error))?,
            bare: top.is_none(),
            root,
            elsewhere,
        })
    }

    /// The hardened git here.
    pub fn git(&self) -> Git {
        with(Git::at(&self.root), self.elsewhere)
    }

    /// Git here with the real `core.hooksPath`, for settings.
    pub fn settings(&self) -> Git {
        with(Git::asking_for_hooks(&self.root), self.elsewhere)
    }

    /// Git here as the user runs it.
    pub fn as_user(&self) -> Git {
        with(Git::as_user(&self.root), self.elsewhere)
    }

    /// A setting as it is in force here.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn setting(&self, key: &str) -> Result<Option<Setting>, GitError> {
        let mut command =
            self.settings().command(["config", "-z", "--show-scope", "--show-origin", "--get", key]);
        let output = command.output().map_err(GitError::Start)?;
        let mut fields = output.stdout.split(|byte| *byte == 0);
        let (Some(scope), Some(origin), Some(value)) = (fields.next(), fields.next(), fields.next()) else {
            return Ok(None);
        };
        let scope = scope.to_str_lossy().into_owned();
        Ok(Some(Setting { value: value.to_owned(), scope, origin: origin.to_owned() }))
    }

    /// Whether the hooks folder lies outside this repository, so that others may use it too.
    pub fn is_shared(&self) -> bool {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let hooks = real(&self.hooks_dir);
        !hooks.starts_with(real(&self.common_dir)) && !hooks.starts_with(real(&self.root))
    }

    /// The names of the remotes.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn remotes(&self) -> Result<Vec<String>, GitError> {
        let list = self.git().read(["remote"])?;
        Ok(list.lines().filter_map(|name| name.to_str().ok()).map(str::to_owned).collect())
    }
}

fn with(git: Git, elsewhere: bool) -> Git {
    if elsewhere { git.elsewhere() } else { git }
}

/// A path of hooks that is empty is what git itself can't name.
fn without_path(root: &Path, elsewhere: bool, error: GitError) -> HookError {
    let git = with(Git::asking_for_hooks(root), elsewhere);
    match git.read(["config", "-z", "--get", "core.hooksPath"]) {
        Ok(value) if value == b"\0" => HookError::Refused(
            "core.hooksPath is empty, which switches hooks off; `git config --unset core.hooksPath` first"
                .into(),
        ),
        _ => error.into(),
    }
}

/// One path; a call for each, since a path may hold a newline.
fn path_answer(git: &Git, arguments: &[&str]) -> Result<PathBuf, GitError> {
    let mut answer = git.read(["rev-parse", "--path-format=absolute"].iter().chain(arguments))?;
    if answer.last() == Some(&b'\n') {
        answer.pop();
    }
    Ok(PathBuf::from(OsString::from_vec(answer)))
}

/// The version of git that runs here.
///
/// # Errors
/// When git can't be started or names no version.
pub fn git_version(git: &Git) -> Result<(u32, u32), GitError> {
    let line = git.read(["version"])?;
    parse_version(&line.to_str_lossy()).ok_or_else(|| GitError::Answer {
        command: "version".to_owned(),
        detail: vetogate_core::text::escape(&line),
    })
}

fn parse_version(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line.strip_prefix("git version ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn versions_of_many_builds() {
        assert_eq!(parse_version("git version 2.39.5\n"), Some((2, 39)));
        assert_eq!(parse_version("git version 2.39.3 (Apple Git-146)\n"), Some((2, 39)));
        assert_eq!(parse_version("git version 2.55.0.rc1.windows.1\n"), Some((2, 55)));
        assert_eq!(parse_version("hub version 1"), None);
    }
}
