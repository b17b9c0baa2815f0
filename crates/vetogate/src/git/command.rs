//! The one way to start git.

use bstr::ByteSlice;
use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use vetogate_core::text::{escape, shorten};

/// Variables that redirect what git reads or runs. What names the repository itself (`GIT_DIR` and its kin, the
/// quarantine) stays, and so does `GIT_CONFIG_*`, over which our own `-c` wins.
const REMOVED: &[&str] = &[
    "GIT_CONFIG",
    "GIT_SHALLOW_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_ATTR_SOURCE",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
    "GIT_DEFAULT_HASH",
    "GIT_EDITOR",
    "GIT_PAGER",
    "GIT_FLUSH",
    "GIT_ICASE_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_LITERAL_PATHSPECS",
];

/// Whole families of variables that are removed.
const REMOVED_PREFIXES: &[&str] = &["GIT_TRACE", "GIT_REDIRECT_", "GIT_SSH", "GIT_TEST_"];

/// Variables that name the repository; they are in the way when another one is asked.
const REPOSITORY: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Keeps git from running any hook of the hooks folder.
const NO_HOOKS: &str = "core.hooksPath=/dev/null";

/// Settings that win over every configuration file.
const CONFIG: &[&str] = &[
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.commitGraph=false",
    "core.warnAmbiguousRefs=false",
    "core.bigFileThreshold=1m",
    "core.pager=cat",
    "i18n.logOutputEncoding=UTF-8",
    "diff.orderFile=/dev/null",
    "log.showSignature=false",
    "submodule.recurse=false",
    "protocol.allow=never",
];

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git, or it could not be started.
    #[error("could not start git: {0}; install git 2.39 or newer")]
    Start(io::Error),
    /// It was asked outside of any repository.
    #[error("{0} is in no git repository; run veto in one")]
    NoRepository(String),
    /// Git failed.
    #[error("`git {command}` failed ({status}): {stderr}")]
    Failed {
        /// The subcommand.
        command: String,
        /// Exit code or signal.
        status: ExitStatus,
        /// What it said, escaped and shortened.
        stderr: String,
    },
    /// Reading from git or writing to it failed.
    #[error("talking to `git {command}` failed: {error}")]
    Pipe {
        /// The subcommand.
        command: String,
        /// What failed.
        error: io::Error,
    },
    /// Git answered something that we do not understand.
    #[error("`git {command}` gave an answer that is not understood: {detail}")]
    Answer {
        /// The subcommand.
        command: String,
        /// What was expected, and where.
        detail: String,
    },
}

/// How much of the user's configuration a command obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obeys {
    /// Nothing that could run a program or hide an object.
    Nothing,
    /// The same, but `core.hooksPath` is what the configuration says, because that is the question.
    HooksPath,
    /// Everything, as if the user had typed the command.
    User,
}

/// How git is started: in which folder, and how much of the configuration it obeys.
#[derive(Debug, Clone)]
pub struct Git {
    directory: PathBuf,
    obeys: Obeys,
    elsewhere: bool,
    index: Option<PathBuf>,
}

impl Git {
    /// Git in a folder of the repository.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), obeys: Obeys::Nothing, elsewhere: false, index: None }
    }

    /// As [`at`](Self::at), but it sees the real `core.hooksPath`: to ask where hooks lie and to read and write
    /// settings. Only for `rev-parse`, `config` and the like, which run no hook.
    pub fn asking_for_hooks(directory: impl Into<PathBuf>) -> Self {
        Self { obeys: Obeys::HooksPath, ..Self::at(directory) }
    }

    /// Git with the user's whole configuration, environment and credentials. Only where a hook is run on purpose
    /// (the probe of `veto doctor`) and where a remote is asked for its HEAD (`veto install`).
    pub fn as_user(directory: impl Into<PathBuf>) -> Self {
        Self { obeys: Obeys::User, ..Self::at(directory) }
    }

    /// Without the variables that name a repository: for another repository than the one we were called in.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        Self { elsewhere: true, ..self }
    }

    /// With the index that `GIT_INDEX_FILE` names: `git commit -a` and `git commit FILE` make one of their own, and that
    /// is what a pre-commit hook is asked about.
    #[must_use]
    pub fn with_given_index(self) -> Self {
        let index = std::env::var_os("GIT_INDEX_FILE").and_then(|index| std::path::absolute(index).ok());
        Self { index, ..self }
    }

    /// With an index of its own.
    #[must_use]
    pub fn with_index(self, index: PathBuf) -> Self {
        Self { index: Some(index), ..self }
    }

    /// The folder.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The git directory, where this is the root of an ordinary repository and nothing points elsewhere: known without
    /// asking git.
    pub fn plain_folder(&self) -> Option<PathBuf> {
        let is_redirected = !self.elsewhere
            && ["GIT_DIR", "GIT_COMMON_DIR"]
                .iter()
                .any(|name| std::env::var_os(name).is_some_and(|value| value != ".git"));
        let folder = self.directory.join(".git");
        (!is_redirected && folder.is_dir() && !folder.join("commondir").exists()).then_some(folder)
    }

    /// A command that is ready to start, with standard input closed and both outputs captured.
    pub fn command<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.directory).arg("--no-pager");
        if self.obeys != Obeys::User {
            self.harden(&mut command);
        }
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        if self.elsewhere {
            for name in REPOSITORY {
                command.env_remove(name);
            }
        }
        if self.obeys == Obeys::Nothing {
            // What is killed when time is up is the group: a `git` that is a script has children.
            command.process_group(0);
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Takes away what could make this command run a program, fetch, or not see an object.
    fn harden(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let Some(text) = name.to_str() else { continue };
            if REMOVED.contains(&text) || REMOVED_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
                command.env_remove(&name);
            }
        }
        command
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_GRAFT_FILE", "/nonexistent")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("LC_ALL", "C");
        command.arg("--literal-pathspecs");
        for setting in CONFIG {
            command.arg("-c").arg(setting);
        }
        if self.obeys == Obeys::Nothing {
            command.arg("-c").arg(NO_HOOKS);
        }
    }

    /// Runs to its end and gives standard output.
    ///
    /// # Errors
    /// When git can't be started or does not end with 0.
    pub fn read<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(arguments);
        let output = command.output().map_err(GitError::Start)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failure(&command, &output)) }
    }

    /// As [`read`](Self::read), for one line of text; `None` when git ends with 1 (it has no such thing).
    ///
    /// # Errors
    /// When git can't be started or ends with anything but 0 and 1.
    pub fn read_line<I: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = I>,
    ) -> Result<Option<String>, GitError> {
        let mut command = self.command(arguments);
        let output = command.output().map_err(GitError::Start)?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout.trim_end().to_str_lossy().into_owned())),
            Some(1) => Ok(None),
            _ => Err(failure(&command, &output)),
        }
    }
}

/// What git says where neither the folder nor one above it is a repository. Of a folder that `GIT_DIR` names, and that is
/// none, it says more, which is shown.
const NOT_IN_ONE: &[u8] = b"fatal: not a git repository (or any";

/// The name of the subcommand, for messages.
pub fn subcommand(command: &Command) -> String {
    let mut arguments = command.get_args().map(OsStr::to_string_lossy);
    while let Some(argument) = arguments.next() {
        if argument == "-c" {
            arguments.next();
        } else if !argument.starts_with('-') {
            return argument.into_owned();
        }
    }
    String::new()
}

/// The error of a command that ended badly.
pub fn failure(command: &Command, output: &Output) -> GitError {
    if output.stderr.starts_with(NOT_IN_ONE) {
        let folder = command.get_current_dir().unwrap_or(Path::new("."));
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        return GitError::NoRepository(escape(folder.as_os_str().as_encoded_bytes()));
    }
    failed(&subcommand(command), output)
}

/// The error of the named command, which ended badly.
pub fn failed(command: &str, output: &Output) -> GitError {
    // A line of ours holds it whole: git's own lines and tabs would show as escapes.
    let words: Vec<&[u8]> = output.stderr.fields().collect();
    let stderr = shorten(&escape(&bstr::join(" ", words)), 400);
    GitError::Failed { command: command.into(), status: output.status, stderr }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    #[test]
    fn what_git_says_stands_on_one_line() {
        let stderr =
            b"fatal: detected dubious ownership\nTo add an exception, call:\n\n\tgit config x\n".to_vec();
        let output = Output { status: ExitStatus::from_raw(128 << 8), stdout: vec![], stderr };
        let said = failed("log", &output).to_string();
        assert!(said.contains("dubious ownership To add an exception, call: git config x"), "{said}");
    }
}
