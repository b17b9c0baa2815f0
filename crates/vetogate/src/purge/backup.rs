//! The backup: a bundle of what is about to move. Not a ref, which `git push --mirror` would take along.

use super::PurgeError;
use super::journal::{PRIVATE, Run};
use super::plan::Plan;
use crate::git::catfile::{ObjectKind, end};
use crate::git::command::{Git, GitError};
use crate::run::Session;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Stdio;
use vetogate_core::ObjectId;

/// Writes the bundle and the list of old and new ids, and has git check the bundle.
///
/// # Errors
/// When they can't be written, or git does not take the bundle.
pub fn write(session: &Session<'_>, run: &Run, plan: &Plan) -> Result<(), PurgeError> {
    let path = run.bundle();
    let file = create(&path).map_err(|error| PurgeError::file(&path, error))?;
    let prerequisites = prerequisites(session, plan)?;
    pack(session, &path, file, plan, &prerequisites)?;
    session.git.read([
        OsArg::Text("bundle"),
        OsArg::Text("verify"),
        OsArg::Text("-q"),
        OsArg::Path(&path),
    ])?;
    let map: String = plan.commits.iter().fold(String::new(), |mut text, (old, new)| {
        let _ = writeln!(text, "{old} {new}");
        text
    });
    let path = run.map();
    let written = create(&path).and_then(|mut file| file.write_all(map.as_bytes()));
    written.map_err(|error| PurgeError::file(&path, error))
}

/// An argument that is a text or a path.
enum OsArg<'a> {
    Text(&'a str),
    Path(&'a std::path::Path),
}

impl AsRef<std::ffi::OsStr> for OsArg<'_> {
    fn as_ref(&self) -> &std::ffi::OsStr {
        match self {
            Self::Text(text) => text.as_ref(),
            Self::Path(path) => path.as_os_str(),
        }
    }
}

fn create(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path)
}

/// Commits that the bundle builds upon: they stay where they are.
fn prerequisites(session: &Session<'_>, plan: &Plan) -> Result<Vec<ObjectId>, GitError> {
    let mut objects = session.objects.borrow_mut();
    let mut commits = Vec::new();
    for &oid in &plan.boundary {
        if let Ok((header, _)) = objects.read(oid)?
            && header.kind == ObjectKind::Commit
        {
            commits.push(oid);
        }
    }
    Ok(commits)
}

/// The header (gitformat-bundle), then a pack of the old commits that needs nothing but the prerequisites.
fn pack(
    session: &Session<'_>,
    path: &std::path::Path,
    mut file: File,
    plan: &Plan,
    prerequisites: &[ObjectId],
) -> Result<(), PurgeError> {
    let failed = |error| PurgeError::file(path, error);
    file.write_all(header(plan, prerequisites).as_bytes()).map_err(failed)?;
    let sync = file.try_clone().map_err(failed)?;
    let mut command = session.git.command(["pack-objects", "--revs", "--stdout", "-q"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::from(file)).spawn();
    let mut child = child.map_err(GitError::Start)?;
    if let Some(mut input) = child.stdin.take() {
        let tips = plan.moves.iter().map(|one| format!("{}\n", one.old));
        let stays = prerequisites.iter().map(|oid| format!("^{oid}\n"));
        // A child that has gone is seen by its exit.
        let _ = input.write_all(tips.chain(stays).collect::<String>().as_bytes());
    }
    session.watch().guard(&child);
    let output = end(child, session.watch()).map_err(failed)?;
    if !output.status.success() {
        return Err(crate::git::command::failed("pack-objects", &output).into());
    }
    sync.sync_all().map_err(failed)
}

fn header(plan: &Plan, prerequisites: &[ObjectId]) -> String {
    let is_sha256 = plan.moves.first().is_some_and(|one| one.old.as_bytes().len() == 32);
    let mut text = String::from(if is_sha256 {
        "# v3 git bundle\n@object-format=sha256\n"
    } else {
        "# v2 git bundle\n"
    });
    for oid in prerequisites {
        let _ = writeln!(text, "-{oid}");
    }
    for one in &plan.moves {
        let _ = writeln!(text, "{} {}", one.old, one.name);
    }
    text.push('\n');
    text
}

/// Brings the objects of a backup back.
///
/// # Errors
/// When git does not take the bundle.
pub fn restore(git: &Git, run: &Run) -> Result<(), PurgeError> {
    let path = run.bundle();
    git.read([OsArg::Text("bundle"), OsArg::Text("unbundle"), OsArg::Path(&path)])?;
    Ok(())
}
