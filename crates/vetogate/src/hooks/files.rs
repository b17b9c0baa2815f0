//! Reading and writing small files so that nobody ever sees half of one.

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Mode of a new hook, less the user's mask.
pub const EXECUTABLE: u32 = 0o777;
/// Mode of a new file, less the user's mask.
pub const PLAIN: u32 = 0o666;

/// The content, or `None` when there is no such file (nor such a folder, as under `/dev/null`).
///
/// # Errors
/// When it is there and can't be read.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // A pipe would be waited for.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Puts a file in place of whatever stands there, in one step: a temporary file beside it, then a rename. `mode` is
/// for a new file; an existing one keeps its own.
///
/// # Errors
/// When the folder or the file can't be written; then nothing has changed.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let path = &target(path);
    let keep = fs::metadata(path).ok().map(|metadata| metadata.permissions());
    replace(path, bytes, mode, keep)
}

/// As [`write`], but a symbolic link is replaced, not followed, and the mode is always `mode`.
///
/// # Errors
/// As [`write`].
pub fn put(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    replace(path, bytes, mode, None)
}

fn replace(path: &Path, bytes: &[u8], mode: u32, keep: Option<Permissions>) -> io::Result<()> {
    let temporary = beside(path);
    if let Some(folder) = path.parent() {
        clear(folder, &start(path));
        clear_others(folder);
    }
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
        file.write_all(bytes)?;
        if let Some(permissions) = keep {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Where a symbolic link ends, so that the file behind it is rewritten and the link stays.
fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}{}", start(path), std::process::id()))
}

/// How the names of temporary files for this one begin; the number of a process follows.
fn start(path: &Path) -> String {
    format!(".{}{MARK}", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Stands before the number of the process in the name of a temporary file.
const MARK: &str = ".veto-";

/// What another file's writer left is taken away only when it is as old as this: it may write in another container,
/// where its number says nothing here.
const OLD: Duration = Duration::from_secs(600);

/// Takes away what writers of other files in a folder left, which may never be written again: it would be committed.
fn clear_others(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().filter(|name| name.starts_with('.')).and_then(|name| name.rsplit_once(MARK));
        let Some(number) = ours.and_then(|(_, number)| number.parse::<i32>().ok()) else { continue };
        let written =
            entry.metadata().ok().filter(fs::Metadata::is_file).and_then(|found| found.modified().ok());
        let is_old = written.and_then(|written| written.elapsed().ok()).is_some_and(|age| age > OLD);
        if is_old && !is_another(number) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Takes away what processes left in a folder that were killed while they wrote: names of this start with the number of a
/// process that is gone, and git's locks of them. In a container the number of a killed one is soon that of another.
pub fn clear(folder: &Path, start: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(start));
        let number = number.and_then(|number| number.trim_end_matches(".lock").parse::<i32>().ok());
        if number.is_some_and(|number| !is_another(number)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a process with this number runs that is not this one.
fn is_another(number: i32) -> bool {
    let Some(process) = Pid::from_raw(number) else { return false };
    process != rustix::process::getpid() && test_kill_process(process) != Err(Errno::SRCH)
}

/// Whether the file, behind links, is a regular one that somebody may execute.
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Whether something has this name, a dangling link too.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Gives a file a second name, so that the first can be replaced with no moment in between without a hook; where the
/// file system has no hard links, moves it.
///
/// # Errors
/// When neither works.
pub fn keep_as(path: &Path, kept: &Path) -> io::Result<()> {
    match fs::hard_link(path, kept) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => fs::rename(path, kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_by_the_killed_is_no_hindrance_and_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let dead = child.id();
        child.wait().unwrap();
        let left = |number| folder.path().join(format!(".x.json.veto-{number}"));
        let living = [left(1), folder.path().join(".y.json.veto-1"), folder.path().join(".x.json.veto-z")];
        for file in [left(dead), left(std::process::id())].iter().chain(&living) {
            fs::write(file, "half").unwrap();
        }
        put(&path, b"whole", PLAIN).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert!(!left(dead).exists() && !left(std::process::id()).exists());
        assert!(living.iter().all(|file| file.exists()));
    }

    #[test]
    fn what_writers_of_other_files_left_long_ago_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let dead = child.id();
        child.wait().unwrap();
        let file = |name: &str, age: Duration| {
            let path = folder.path().join(name);
            let file = fs::File::create(&path).unwrap();
            file.set_modified(std::time::SystemTime::now() - age).unwrap();
            path
        };
        let gone = file(&format!(".y.toml.veto-{dead}"), 2 * OLD);
        let kept = [
            file(&format!(".z.toml.veto-{dead}"), OLD / 2),
            file(".y.toml.veto-1", 2 * OLD),
            file(&format!("y.toml.veto-{dead}"), 2 * OLD),
            file(&format!(".y.toml.veto-{dead}.toml"), 2 * OLD),
            file("y.toml", 2 * OLD),
        ];
        put(&folder.path().join("x.toml"), b"whole", PLAIN).unwrap();
        assert!(!gone.exists() && kept.iter().all(|file| file.exists()));
    }
}
