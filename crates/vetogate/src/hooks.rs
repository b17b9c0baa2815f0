//! The pre-push hook: where git looks for it, what stands there, how Vetogate gets in and out again.
//!
//! Nothing here scans or judges. What others put in (git-lfs, husky, lefthook, pre-commit, a script) is kept, called
//! after the veto, and given back byte for byte.

pub mod block;
pub mod files;
pub mod folder;
pub mod global;
pub mod husky;
pub mod lefthook;
pub mod pinning;
pub mod place;
pub mod places;
pub mod probe;
pub mod program;
pub mod shim;
pub mod state;

use crate::git::command::GitError;
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;

/// The oldest git that all of Vetogate works with.
pub const OLDEST_GIT: (u32, u32) = (2, 39);

/// The first git with hooks in its configuration.
pub const CONFIGURED_HOOKS_GIT: (u32, u32) = (2, 54);

/// Why the hook could not be put in, looked at or taken out.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// Git gave no answer.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file could not be read or written.
    #[error("{what} {path}: {error}; {remedy}")]
    File {
        /// What was tried, such as "could not write".
        what: &'static str,
        /// The file, escaped.
        path: String,
        /// The reason.
        error: std::io::Error,
        /// What to do.
        remedy: &'static str,
    },
    /// Something that has to be changed by hand first.
    #[error("{0}")]
    Refused(String),
}

impl HookError {
    /// A file that could not be read.
    pub fn read(path: &Path, error: std::io::Error) -> Self {
        Self::File { what: "could not read", path: show(path), error, remedy: "check its permissions" }
    }

    /// A file that could not be written.
    pub fn write(path: &Path, error: std::io::Error) -> Self {
        let remedy = "make its folder writable for you, then run the command again";
        Self::File { what: "could not write", path: show(path), error, remedy }
    }
}

/// What installing or uninstalling did at one place, for the user.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// What was changed, a line each.
    pub done: Vec<String>,
    /// What the user should know or do, a line each.
    pub notes: Vec<String>,
}

impl Steps {
    /// Adds a line about a change.
    pub fn did(&mut self, line: impl Into<String>) {
        self.done.push(line.into());
    }

    /// Adds a line to know.
    pub fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }
}

/// A path, made safe to show.
pub fn show(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    escape(path.as_os_str().as_bytes())
}

/// The folder `veto` in the user's configuration folder.
///
/// # Errors
/// When neither `XDG_CONFIG_HOME` nor `HOME` is set.
pub fn user_folder() -> Result<PathBuf, HookError> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CONFIG_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".config")))
        .map(|folder| folder.join("veto"))
        .ok_or_else(|| HookError::Refused("HOME is not set; set it and try again".to_owned()))
}
