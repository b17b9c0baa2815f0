//! Where vetoes that may be overridden wait for their answer, and where the answers lie: `<common git folder>/veto/`.

use super::binding::Binding;
use super::token::Token;
use crate::git::command::Git;
use crate::hooks::files;
use crate::report::RefUpdate;
use crate::source::push::{self, BadLine};
use bstr::ByteSlice as _;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Only the user reads these.
const PRIVATE: u32 = 0o600;

/// Vetoes that nobody answered for so long are forgotten.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// A veto that may be overridden: what git said of the push, so that it can be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Veto {
    /// Name of the remote, or its URL, as it may be shown.
    pub remote: String,
    /// The URL, as it may be shown.
    pub url: String,
    /// Git's lines, one for each ref.
    pub lines: Vec<String>,
}

impl Veto {
    /// The URL of the push. One that holds a secret is not kept, and is found again in the configuration.
    pub fn url(&self, git: &Git) -> String {
        let urls = git.read(["remote", "get-url", "--push", "--all", "--", &self.remote]).unwrap_or_default();
        let mut urls = urls.lines().map(|url| url.to_str_lossy().into_owned());
        urls.find(|url| crate::pins::shown(url) == self.url).unwrap_or_else(|| self.url.clone())
    }

    /// The ref updates.
    ///
    /// # Errors
    /// When the lines are not git's.
    pub fn updates(&self) -> Result<Vec<RefUpdate>, BadLine> {
        push::parse(self.lines.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes())
    }
}

fn veto_file(common_dir: &Path, code: &str) -> PathBuf {
    common_dir.join("veto/vetoes").join(format!("{code}.json"))
}

fn token_file(common_dir: &Path, binding: &Binding) -> PathBuf {
    common_dir.join("veto/overrides").join(format!("{}.json", binding.digest()))
}

/// Whether this can be a code at all, and not a path.
fn is_code(code: &str) -> bool {
    code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Keeps what git said of the last push in which something was found, for `veto triage`.
///
/// # Errors
/// When it can't be written.
pub fn keep_last(common_dir: &Path, veto: &Veto) -> io::Result<()> {
    fs::create_dir_all(common_dir.join("veto"))?;
    files::put(&last_file(common_dir), &serde_json::to_vec(veto)?, PRIVATE)
}

/// The last push in which something was found.
///
/// # Errors
/// When it is there and can't be read.
pub fn last(common_dir: &Path) -> io::Result<Option<Veto>> {
    let Some(text) = files::read(&last_file(common_dir))? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&text)?))
}

fn last_file(common_dir: &Path) -> PathBuf {
    common_dir.join("veto/last.json")
}

/// Keeps a veto until it is answered.
///
/// # Errors
/// When it can't be written.
pub fn keep(common_dir: &Path, code: &str, veto: &Veto) -> io::Result<()> {
    let path = veto_file(common_dir, code);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        forget(folder);
    }
    files::put(&path, &serde_json::to_vec(veto)?, PRIVATE)
}

/// The veto with this code; `None` where there is none.
///
/// # Errors
/// When it is there and can't be read.
pub fn find(common_dir: &Path, code: &str) -> io::Result<Option<Veto>> {
    let code = code.trim().to_ascii_lowercase();
    if !is_code(&code) {
        return Ok(None);
    }
    let Some(text) = files::read(&veto_file(common_dir, &code))? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&text)?))
}

/// Writes a token; gives its path.
///
/// # Errors
/// When it can't be written.
pub fn write(common_dir: &Path, token: &Token) -> io::Result<PathBuf> {
    let path = token_file(common_dir, &token.binding);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        forget(folder);
    }
    files::put(&path, &serde_json::to_vec(token)?, PRIVATE)?;
    Ok(path)
}

/// The text of the token for this push, where there is one.
///
/// # Errors
/// When it is there and can't be read.
pub fn token(common_dir: &Path, binding: &Binding) -> io::Result<Option<Vec<u8>>> {
    files::read(&token_file(common_dir, binding))
}

/// Takes away what is too old to count. That some stay is no harm.
fn forget(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let age = entry
            .metadata()
            .and_then(|found| found.modified())
            .map(|at| SystemTime::now().duration_since(at));
        if age.is_ok_and(|age| age.is_ok_and(|age| age > FORGOTTEN)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_by_its_code_alone() {
        let folder = tempfile::tempdir().unwrap();
        let veto = Veto { remote: "origin".into(), url: "https://h/r".into(), lines: vec!["a".into()] };
        keep(folder.path(), "abcd2345", &veto).unwrap();
        assert_eq!(find(folder.path(), " ABCD2345\n").unwrap(), Some(veto));
        for other in ["abcd2346", "", "../../x", "../vetoes/abcd2345", "abcd2345.json"] {
            assert_eq!(find(folder.path(), other).unwrap(), None, "{other}");
        }
    }
}
