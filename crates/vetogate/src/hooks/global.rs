//! `veto install --global`: hooks in the user's configuration (git 2.54 or newer), else a template that new clones get.
//! Never a global `core.hooksPath`: pre-commit and lefthook refuse to work beside one, and husky's local one hides it.

use super::place::{Setting, git_version};
use super::{CONFIGURED_HOOKS_GIT, HookError, Steps, files, folder, shim, show, user_folder};
use crate::git::command::{Git, GitError};
use bstr::ByteSlice;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// What marks the command in the configuration as ours.
const OURS: &str = "\"$veto_program\" configured-hook";

/// Installs for all repositories, as far as this git can.
///
/// # Errors
/// When the configuration or the template can't be written.
pub fn install(program: &Path) -> Result<Steps, HookError> {
    let git = Git::asking_for_hooks("/").elsewhere();
    if git_version(&git)? >= CONFIGURED_HOOKS_GIT {
        install_configuration(&git, program)
    } else {
        install_template(&git, program)
    }
}

/// Takes back what [`install`] did, both ways.
///
/// # Errors
/// As [`install`].
pub fn uninstall() -> Result<Steps, HookError> {
    let git = Git::asking_for_hooks("/").elsewhere();
    let mut steps = Steps::default();
    if get(&git, "hook.veto.command")?.is_some_and(|command| command.contains_str(OURS)) {
        git.read(["config", "--global", "--unset-all", "hook.veto.command"])?;
        git.read(["config", "--global", "--unset-all", "hook.veto.event"])?;
        steps.did("took hook.veto out of your git configuration");
    }
    uninstall_template(&git, &mut steps)?;
    Ok(steps)
}

/// Whether this is the setting that we made.
pub fn is_ours(setting: &Setting) -> bool {
    setting.value.contains_str(OURS)
}

/// Whether it is, to the byte, what this version writes.
pub fn is_exact(setting: &Setting) -> bool {
    let program = setting.value.strip_prefix(b"veto_program=").and_then(shim::unquote);
    program.is_some_and(|program| {
        command_line(Path::new(OsStr::from_bytes(&program))).as_bytes() == setting.value
    })
}

/// The command for the configuration; git appends `"$@"`.
fn command_line(program: &Path) -> OsString {
    let quoted = shim::quote(program.as_os_str().as_bytes());
    let text = [
        b"veto_program=",
        &quoted[..],
        b"; [ -x \"$veto_program\" ] || veto_program=veto; ",
        OURS.as_bytes(),
        b" --",
    ];
    OsString::from_vec(text.concat())
}

fn install_configuration(git: &Git, program: &Path) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    let command = command_line(program);
    let now = get(git, "hook.veto.command")?;
    if now.as_deref() != Some(command.as_bytes()) {
        set(git, "hook.veto.command", &command)?;
        steps.did("set hook.veto.command in your git configuration");
    }
    if get(git, "hook.veto.event")?.as_deref() != Some(b"pre-push") {
        set(git, "hook.veto.event", OsStr::new("pre-push"))?;
        steps.did("set hook.veto.event in your git configuration");
    }
    steps.note("in force in every repository, with this git; a git before 2.54 ignores it");
    steps.note("not covered: repositories that set hook.veto.enabled=false");
    steps.note("a repository with a pre-push hook of its own (git-lfs) runs it even after a veto: `veto install` there");
    Ok(steps)
}

fn install_template(git: &Git, program: &Path) -> Result<Steps, HookError> {
    let ours = own_template()?;
    let template = match template_dir(git)? {
        Some(users) => users,
        None => {
            // A template of ours replaces git's own, of which only this file is missed.
            let exclude = ours.join("info/exclude");
            super::husky::write_ours(
                &exclude,
                b"# Files that git ignores in this clone.\n",
                &mut Steps::default(),
            )?;
            set(git, "init.templateDir", ours.as_os_str())?;
            ours.clone()
        }
    };
    let mut steps = folder::install(&template.join("hooks"), program)?;
    if template == ours && !steps.done.is_empty() {
        steps.did(format!("set init.templateDir to {} in your git configuration", show(&ours)));
    }
    steps.note("covered: what you clone or `git init` from now on (each gets a copy of the hook)");
    steps.note("not covered: repositories that exist already, and those with core.hooksPath (husky): `veto install` there");
    if get_any(git, "core.hooksPath")?.is_some() {
        steps.note(
            "your configuration sets core.hooksPath: git looks only there, so copies in clones are not run",
        );
    }
    Ok(steps)
}

fn uninstall_template(git: &Git, steps: &mut Steps) -> Result<(), HookError> {
    let ours = own_template()?;
    let Some(template) = template_dir(git)? else { return Ok(()) };
    let before = steps.done.len();
    if template == ours {
        git.read(["config", "--global", "--unset-all", "init.templateDir"])?;
        std::fs::remove_dir_all(&ours).or_else(gone).map_err(|error| HookError::write(&ours, error))?;
        steps.did("took init.templateDir out of your git configuration");
    } else {
        let taken = folder::uninstall(&template.join("hooks"))?;
        steps.done.extend(taken.done);
        steps.notes.extend(taken.notes);
    }
    if steps.done.len() > before {
        steps.note("clones made meanwhile keep their copy: `veto uninstall` there");
    }
    Ok(())
}

fn gone(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn own_template() -> Result<PathBuf, HookError> {
    Ok(user_folder()?.join("template"))
}

fn template_dir(git: &Git) -> Result<Option<PathBuf>, HookError> {
    let value = get_with(git, &["--global", "--type=path"], "init.templateDir")?;
    let path = value.map(|value| PathBuf::from(OsString::from_vec(value)));
    match path {
        Some(path) if !path.is_absolute() || !files::exists(&path) => {
            let text =
                format!("init.templateDir is {}, which is no folder; correct it and try again", show(&path));
            Err(HookError::Refused(text))
        }
        path => Ok(path),
    }
}

fn get(git: &Git, key: &str) -> Result<Option<Vec<u8>>, GitError> {
    get_with(git, &["--global"], key)
}

fn get_any(git: &Git, key: &str) -> Result<Option<Vec<u8>>, GitError> {
    get_with(git, &[], key)
}

/// The value, to the byte; `None` when it is not set.
fn get_with(git: &Git, options: &[&str], key: &str) -> Result<Option<Vec<u8>>, GitError> {
    let arguments = ["config", "-z"].into_iter().chain(options.iter().copied()).chain(["--get", key]);
    let output = git.command(arguments).output().map_err(GitError::Start)?;
    Ok(output.stdout.strip_suffix(b"\0").map(ToOwned::to_owned))
}

fn set(git: &Git, key: &str, value: &OsStr) -> Result<(), GitError> {
    let arguments = ["config", "--global", "--replace-all", key].map(OsStr::new);
    git.read(arguments.into_iter().chain([value])).map(drop)
}
