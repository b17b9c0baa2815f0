//! The pins of a clone: where each remote is, and which branch of it is trusted, as the remote itself said when
//! `veto install` or the first push after it asked.
//!
//! `<common git folder>/veto/pins.toml`, a table `[remote.NAME]` with `url` for each remote, and `branch` once it is
//! known; `unanswered = true` where a push asked in vain, so that none asks again; and `stale`, the tracking refs that did
//! not tell of this place when it was asked, each with the commit that it had: they count again once they are fetched.

use crate::engine::findings::masked;
use crate::git::remote::{Remotes, is_same_place, without_password};
use crate::hooks::files;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use vetogate_core::ObjectId;
use vetogate_core::text::{escape, toml_string};

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
    /// The branch that its HEAD named, without `refs/heads/`; `None` while nobody knows.
    #[serde(default)]
    pub branch: Option<String>,
    /// Whether a push asked in vain.
    #[serde(default)]
    pub unanswered: bool,
    /// Tracking refs that told of something else, as `NAME ID`.
    #[serde(default)]
    pub stale: BTreeSet<String>,
    /// Of a remote that was never fetched: commits of its branches, as it answered, that are here.
    #[serde(default)]
    pub heads: BTreeSet<String>,
}

impl Pin {
    /// Whether the next push is to ask for the branch.
    pub fn is_open(&self) -> bool {
        self.branch.is_none() && !self.unanswered
    }

    /// Whether a tracking ref, with this commit, does not tell of this place.
    pub fn is_stale(&self, name: &[u8], oid: ObjectId) -> bool {
        !self.stale.is_empty() && (self.stale.contains(ALL) || self.stale.contains(&stale(name, oid)))
    }

    /// Whether a URL names the place that was pinned. URLs that git has rewritten (`url.<base>.insteadOf`) are meant:
    /// a rule that is added later must not take the pin along.
    pub fn is_at(&self, url: &str) -> bool {
        is_same_place(&shown(&self.url), &shown(url))
    }
}

/// So many stale refs are told apart; of more, none counts until it is pinned again.
const MOST_STALE: usize = 4096;

/// So many commits of the branches of a remote are kept.
pub const MOST_HEADS: usize = 64;

/// Stands for every tracking ref.
const ALL: &str = "*";

/// How a stale ref is written.
pub fn stale(name: &[u8], oid: ObjectId) -> String {
    format!("{} {oid}", escape(name))
}

/// The set of these stale refs.
pub fn all_stale(refs: impl Iterator<Item = String>) -> BTreeSet<String> {
    let refs: BTreeSet<String> = refs.take(MOST_STALE + 1).collect();
    if refs.len() > MOST_STALE { BTreeSet::from([ALL.to_owned()]) } else { refs }
}

/// Why the pins could not be read or written.
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
    /// The file can't be written.
    #[error("could not write {path}: {error}")]
    Write {
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
        self.pin(remote)?.branch.as_deref()
    }

    /// The pin of a remote; else, after `git remote rename`, of one that is no more and was at the same place.
    pub fn find(&self, remote: &str, url: &str, remotes: &Remotes) -> Option<&Pin> {
        let renamed = || self.remote.iter().find(|(name, pin)| !remotes.has(name) && pin.is_at(url));
        self.pin(remote).or_else(|| renamed().map(|(_, pin)| pin))
    }

    /// The remotes whose branch is known, each with that branch.
    pub fn branches(&self) -> impl Iterator<Item = (&str, &str)> {
        self.remote.iter().filter_map(|(name, pin)| Some((name.as_str(), pin.branch.as_deref()?)))
    }

    /// The remotes at the place of a URL whose branch is known, each with that branch.
    pub fn at<'a>(&'a self, url: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let there = self.remote.iter().filter(move |(_, pin)| pin.is_at(url));
        there.filter_map(|(name, pin)| Some((name.as_str(), pin.branch.as_deref()?)))
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

    /// Takes these out of what is stale of a remote.
    pub fn believe(&mut self, remote: &str, seen: &[String]) {
        if let Some(pin) = self.remote.get_mut(remote) {
            pin.stale.retain(|stale| !seen.contains(stale));
        }
    }

    /// Pins a remote, in place of what was pinned before.
    pub fn set(&mut self, remote: &str, pin: Pin) {
        self.remote.insert(remote.to_owned(), pin);
    }
}

/// Parameters of a query that name a repository.
const PLACES: &[&str] = &["repo", "repository", "project", "path", "name", "p"];

/// A URL as it may be stored, shown and compared with another one that was stored: without a password, without the
/// values of its query but for `repo=` and its like, and with what a rule takes for a secret masked.
pub fn shown(url: &str) -> String {
    let url = without_password(url);
    let Some((place, query)) = url.split_once('?').filter(|(place, _)| place.contains("://")) else {
        return masked(&url);
    };
    let parameter = |pair: &str| match pair.split_once('=') {
        Some((key, _)) if PLACES.contains(&key) => pair.to_owned(),
        Some((key, _)) => format!("{key}=..."),
        None => "...".to_owned(),
    };
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

/// Changes the pins of a clone, under a lock: other pushes may pin at the same time.
///
/// # Errors
/// When they can't be read or written.
pub fn update(common_dir: &Path, change: impl FnOnce(&mut Pins)) -> Result<(), PinsError> {
    let error = |error| PinsError::Write { path: crate::hooks::show(&path(common_dir)), error };
    std::fs::create_dir_all(common_dir.join("veto")).map_err(error)?;
    let lock = std::fs::File::create(common_dir.join("veto/pins.lock")).map_err(error)?;
    lock.lock().map_err(error)?;
    let before = read(common_dir)?;
    let mut pins = before.clone();
    pins.mask();
    change(&mut pins);
    if pins == before { Ok(()) } else { write(common_dir, &pins).map_err(error) }
}

fn write(common_dir: &Path, pins: &Pins) -> io::Result<()> {
    let path = path(common_dir);
    std::fs::create_dir_all(common_dir.join("veto"))?;
    let mut text = String::from(
        "# Which branch of each remote is trusted; `veto doctor --pin` asks the remotes again.\n",
    );
    for (remote, pin) in &pins.remote {
        let _ = write!(text, "\n[remote.{}]\nurl = {}\n", toml_string(remote), toml_string(&pin.url));
        if let Some(branch) = &pin.branch {
            let _ = writeln!(text, "branch = {}", toml_string(branch));
        }
        if pin.unanswered {
            text += "unanswered = true\n";
        }
        if !pin.stale.is_empty() {
            let stale: String =
                pin.stale.iter().map(|stale| format!("  {},\n", toml_string(stale))).collect();
            let _ = write!(text, "stale = [\n{stale}]\n");
        }
        if !pin.heads.is_empty() {
            let heads: String = pin.heads.iter().map(|head| format!("  {},\n", toml_string(head))).collect();
            let _ = write!(text, "heads = [\n{heads}]\n");
        }
    }
    files::put(&path, text.as_bytes(), files::PLAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut pins = Pins::default();
        for (name, branch) in [("origin", Some("main")), ("a.b/c", Some("main")), ("q\"\\\u{7f}", None)] {
            let branch = branch.map(str::to_owned);
            let stale = BTreeSet::from(["refs/remotes/o/x aa".to_owned()]);
            let heads = BTreeSet::from(["aa".to_owned()]);
            let url = format!("/x/{name}");
            pins.set(name, Pin { url, unanswered: branch.is_none(), branch, stale, heads });
        }
        write(folder.path(), &pins).unwrap();
        assert_eq!(read(folder.path()).unwrap(), pins);
        assert_eq!(pins.branch("a.b/c"), Some("main"));
    }

    #[test]
    fn a_pin_goes_with_a_remote_that_is_renamed() {
        let mut pins = Pins::default();
        let pin = |url: &str| {
            let branch = Some("main".to_owned());
            let (stale, heads) = (BTreeSet::new(), BTreeSet::new());
            Pin { url: url.to_owned(), branch, unanswered: false, stale, heads }
        };
        pins.set("origin", pin("git@h:o/r"));
        pins.set("other", pin("git@h:o/other"));
        let remotes = |text: &str| Remotes::parse(text.as_bytes());
        let renamed = remotes("remote.up.url\nhttps://h/o/r\0remote.other.url\nx\0");
        assert_eq!(pins.find("up", "https://h/o/r.git", &renamed), Some(&pin("git@h:o/r")));
        assert_eq!(pins.find("up", "https://h/o/other", &renamed), None);
        let both = remotes("remote.up.url\nhttps://h/o/r\0remote.origin.url\nx\0");
        assert_eq!(pins.find("up", "https://h/o/r.git", &both), None);
    }

    #[test]
    fn no_url_is_shown_whole() {
        let value = "x".repeat(24);
        let url = format!("https://h/r.git?private_token={value}&a=b&{value}");
        assert_eq!(shown(&url), "https://h/r.git?private_token=...&a=...&...");
        assert_eq!(shown("/srv/what?/r.git"), "/srv/what?/r.git");
        assert_eq!(shown("https://h/git?repo=a&b=c"), "https://h/git?repo=a&b=...");
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
