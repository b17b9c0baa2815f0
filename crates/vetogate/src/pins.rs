//! The pins of a clone: which branch of each remote is trusted, as the remote itself said when `veto install` asked.
//!
//! `<common git folder>/veto/pins.toml`, a table `[remote.NAME]` with `url` and `branch` for each remote.

use crate::engine::findings::masked;
use crate::git::remote::without_password;
use crate::hooks::files;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;

/// All pins of a clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    #[serde(default)]
    remote: BTreeMap<String, Pin>,
}

/// What was pinned for a remote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The URL that was asked, as [`shown`] gives it.
    pub url: String,
    /// The branch that its HEAD named, without `refs/heads/`.
    pub branch: String,
}

/// Why the pins could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PinsError {
    /// The file can't be read.
    #[error("could not read {path}: {error}")]
    Read {
        /// The file, escaped.
        path: String,
        /// The reason.
        error: io::Error,
    },
    /// The file says something that we do not understand.
    #[error("{path}: {message}; delete it and run `veto doctor --pin`")]
    Syntax {
        /// The file, escaped.
        path: String,
        /// What is wrong and where.
        message: String,
    },
}

impl Pins {
    /// The trusted branch of a remote, without `refs/heads/`.
    pub fn branch(&self, remote: &str) -> Option<&str> {
        self.pin(remote).map(|pin| pin.branch.as_str())
    }

    /// The whole pin of a remote.
    pub fn pin(&self, remote: &str) -> Option<&Pin> {
        self.remote.get(remote)
    }

    /// Masks what an older version stored whole.
    pub fn mask(&mut self) {
        for pin in self.remote.values_mut() {
            pin.url = shown(&pin.url);
        }
    }

    /// Pins a remote, in place of what was pinned before.
    pub fn set(&mut self, remote: &str, pin: Pin) {
        self.remote.insert(remote.to_owned(), pin);
    }
}

/// A URL as it may be stored, shown and compared with another one that was stored: without a password, without the
/// values of its query, and with what a rule takes for a secret masked.
pub fn shown(url: &str) -> String {
    let url = without_password(url);
    let Some((place, query)) = url.split_once('?').filter(|(place, _)| place.contains("://")) else {
        return masked(&url);
    };
    let parameter =
        |pair: &str| pair.split_once('=').map_or("...".to_owned(), |(key, _)| format!("{key}=..."));
    let query: Vec<String> = query.split('&').map(parameter).collect();
    masked(&format!("{place}?{}", query.join("&")))
}

/// What git said, with every URL in it as [`shown`] gives it.
pub fn said(text: &str, url: &str) -> String {
    let ends = |c: char| c.is_whitespace() || "'\"<>".contains(c);
    let text = if url.is_empty() { text.to_owned() } else { text.replace(url, &shown(url)) };
    let words = text.split_inclusive(ends).map(|word| {
        let end = word.len() - word.chars().last().filter(|c| ends(*c)).map_or(0, char::len_utf8);
        let (word, end) = word.split_at(end);
        let word = if word.contains("://") { shown(word) } else { word.to_owned() };
        word + end
    });
    masked(&words.collect::<String>())
}

/// Where the pins of a clone lie.
pub fn path(common_dir: &Path) -> PathBuf {
    common_dir.join("veto/pins.toml")
}

/// The pins of a clone; none when there is no file.
///
/// # Errors
/// When the file is there and can't be read or understood.
pub fn read(common_dir: &Path) -> Result<Pins, PinsError> {
    let path = path(common_dir);
    let shown = || crate::hooks::show(&path);
    let bytes = files::read(&path).map_err(|error| PinsError::Read { path: shown(), error })?;
    let syntax =
        |message: String| PinsError::Syntax { path: shown(), message: escape(message.trim().as_bytes()) };
    let text = String::from_utf8(bytes.unwrap_or_default()).map_err(|error| syntax(error.to_string()))?;
    toml::from_str(&text).map_err(|error| syntax(error.message().to_owned()))
}

/// Writes the pins of a clone.
///
/// # Errors
/// When the file can't be written.
pub fn write(common_dir: &Path, pins: &Pins) -> io::Result<()> {
    let path = path(common_dir);
    std::fs::create_dir_all(common_dir.join("veto"))?;
    let mut text = String::from(
        "# Which branch of each remote is trusted; `veto doctor --pin` asks the remotes again.\n",
    );
    for (remote, pin) in &pins.remote {
        let (remote, url, branch) = (quote(remote), quote(&pin.url), quote(&pin.branch));
        let _ = write!(text, "\n[remote.{remote}]\nurl = {url}\nbranch = {branch}\n");
    }
    files::put(&path, text.as_bytes(), files::PLAIN)
}

/// A basic string of TOML; JSON's strings are that, but for one character.
fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut pins = Pins::default();
        for name in ["origin", "a.b/c", "q\"\\\u{7f}"] {
            pins.set(name, Pin { url: format!("/x/{name}"), branch: "main".to_owned() });
        }
        write(folder.path(), &pins).unwrap();
        assert_eq!(read(folder.path()).unwrap(), pins);
        assert_eq!(pins.branch("a.b/c"), Some("main"));
    }

    #[test]
    fn no_url_is_shown_whole() {
        let value = "x".repeat(24);
        let url = format!("https://h/r.git?private_token={value}&a=b&{value}");
        assert_eq!(shown(&url), "https://h/r.git?private_token=...&a=...&...");
        assert_eq!(shown("/srv/what?/r.git"), "/srv/what?/r.git");
        let text = said(&format!("fatal: unable to access '{url}/': refused by https://{value}@h/"), &url);
        assert!(!text.contains(&value), "{text}");
        assert!(
            text.contains("unable to access 'https://h/r.git?private_token=...") && text.contains("refused")
        );
        assert_eq!(said("fatal: no such thing", ""), "fatal: no such thing");
    }

    #[test]
    fn no_file_is_no_pin_and_a_broken_one_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), Pins::default());
        std::fs::create_dir(folder.path().join("veto")).unwrap();
        std::fs::write(path(folder.path()), "[remote.origin]\nurl = 1\n").unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("veto doctor --pin"));
    }
}
