//! A push, as git describes it to the pre-push hook (githooks), and what this clone knows of its other side.

use super::tracking::{Names, Refuted, is_plain, is_tracking};
use crate::deadline::Watch;
use crate::git::catfile::finish;
use crate::git::command::{Git, GitError};
use crate::git::remote::{self, Ref, Remotes, parse_refs, refs_arguments};
use crate::pins::{Pin, stale};
use crate::report::RefUpdate;
use bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Child;
use vetogate_core::{Gap, GapCause, ObjectId, Place, RemoteView};

/// A line that git would not have written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of standard input is not `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`")]
pub struct BadLine {
    line: usize,
}

/// Parses all lines of standard input. The local ref is whatever was typed, and is not used.
///
/// # Errors
/// The first line that is not understood.
pub fn parse(input: &[u8]) -> Result<Vec<RefUpdate>, BadLine> {
    let update = |(index, line): (usize, &[u8])| {
        // From the right: what was typed may hold blanks.
        let mut fields = line.rsplitn_str(4, " ");
        let old = fields.next().and_then(|id| ObjectId::from_hex(id).ok());
        let name = fields.next().map(BString::from);
        let new = fields.next().and_then(|id| ObjectId::from_hex(id).ok());
        match (fields.next(), new, name, old) {
            (Some(_), Some(new), Some(name), Some(old)) => Ok(RefUpdate { name, old, new }),
            _ => Err(BadLine { line: index + 1 }),
        }
    };
    input.lines().enumerate().filter(|(_, line)| !line.is_empty()).map(update).collect()
}

/// What this clone's tracking refs say of the remote.
pub struct TrackingRefs {
    git: Git,
    remote: String,
    remotes: Remotes,
    /// Whether they describe the URL that is pushed to.
    trusted: bool,
    /// Those that the push itself disproves.
    refuted: BTreeSet<BString>,
    head: Option<Ref>,
    near: Vec<ObjectId>,
    pinned: Option<String>,
    /// What was pinned for the remote, where it is where it was then.
    pin: Option<Pin>,
    known: Vec<ObjectId>,
    watch: Watch,
}

/// What git says of a push.
#[derive(Debug, Clone, Copy)]
pub struct Push<'a> {
    /// Name of the remote, or its URL.
    pub remote: &'a str,
    /// URL that is pushed to.
    pub url: &'a str,
    /// The ref updates.
    pub updates: &'a [RefUpdate],
}

/// Answers that are on their way.
pub struct Asked {
    config: Child,
    /// Names of the tracking refs that were asked for.
    named: Vec<String>,
    refs: Child,
    /// Not asked where `.git` is a plain folder.
    places: Option<Child>,
}

/// Folders of the repository.
#[derive(Debug, Clone)]
pub struct Folders {
    /// Its common git directory.
    pub common: PathBuf,
}

impl TrackingRefs {
    /// Asks git everything at once.
    ///
    /// # Errors
    /// When git can't be started.
    pub fn ask(git: &Git, remote: &str, updates: &[RefUpdate]) -> Result<Asked, GitError> {
        // As nearly every refspec writes them; the others are asked for when they are known.
        let branches = updates.iter().filter_map(|update| update.name.strip_prefix(b"refs/heads/"));
        let usual = branches.map(|branch| format!("refs/remotes/{remote}/{}", branch.to_str_lossy()));
        let head = format!("refs/remotes/{remote}/HEAD");
        let named: Vec<String> =
            std::iter::once(head).chain(usual).filter(|name| is_plain(name)).take(MOST_ASKED + 1).collect();
        // More than a command line holds: then all of them.
        let patterns: Vec<&str> = if named.len() > MOST_ASKED {
            vec!["refs/remotes/"]
        } else {
            named.iter().map(String::as_str).collect()
        };
        let spawn = |arguments: &[&str]| git.command(arguments).spawn().map_err(GitError::Start);
        Ok(Asked {
            config: spawn(remote::CONFIG)?,
            refs: spawn(&refs_arguments(&patterns))?,
            named,
            places: if git.plain_folder().is_some() { None } else { Some(spawn(COMMON_DIR)?) },
        })
    }

    /// Collects the answers. `pin` gives what was pinned, without which no tracking ref is believed; `known` are the objects that git said the remote has, as
    /// far as they are here.
    ///
    /// # Errors
    /// When git fails or is killed.
    pub fn collect(
        git: &Git,
        asked: Asked,
        push: Push<'_>,
        known: Vec<ObjectId>,
        pin: impl FnOnce(&Folders, &Remotes) -> Option<Pin>,
        watch: &Watch,
    ) -> Result<(Self, Folders), GitError> {
        let folders = match asked.places {
            Some(places) => folders(&finish("rev-parse", places, watch)?)?,
            None => Folders { common: git.plain_folder().unwrap_or_default() },
        };
        let remotes = Remotes::parse(&config(asked.config, watch)?);
        let Push { remote, url, updates } = push;
        let pin = pin(&folders, &remotes);
        let mut refs = parse_refs(&finish("for-each-ref", asked.refs, watch)?)?;
        let names = Names::new(&remotes, remote, updates);
        let more = names.beside(&asked.named);
        if !more.is_empty() {
            refs.extend(remote::refs(git, &more, watch)?);
        }
        let mut own: Vec<Ref> =
            refs.into_iter().filter(|found| is_tracking(&remotes, remote, found)).collect();
        let head_name = format!("refs/remotes/{remote}/HEAD");
        let head = own.iter().find(|found| found.name == head_name.as_str()).cloned();
        let refuted = names.refuted(&own, &known);
        // A remote without the branch that its HEAD named, or that is pinned, is another one than this clone knew.
        let is_new = |name: &BString| refuted.get(name) == Some(&Refuted::Absent);
        let pinned = pin.as_ref().and_then(|pin| pin.branch.clone());
        let is_pinned = |update: &&RefUpdate| {
            pinned.as_ref().is_some_and(|branch| update.name == format!("refs/heads/{branch}").as_str())
        };
        let replaced = head.as_ref().and_then(|head| head.target.as_ref()).is_some_and(is_new)
            || updates.iter().filter(is_pinned).any(|update| update.old.is_null());
        let trusted = remotes.describes(remote, url) && pin.is_some() && !replaced;
        let refuted: BTreeSet<BString> = refuted.into_keys().collect();
        let counts = |found: &Ref| trusted && counts(found, &refuted, pin.as_ref());
        own.retain(counts);
        let head = head.filter(counts);
        let near = own.iter().map(|found| found.oid).collect();
        let pinned = pinned.filter(|_| trusted);
        let (git, watch) = (git.clone(), watch.clone());
        let remote = remote.to_owned();
        let view = Self { git, remote, remotes, trusted, refuted, head, near, pinned, pin, known, watch };
        Ok((view, folders))
    }

    /// What the remote answered that it has, where nothing was fetched from it yet.
    pub fn answered(&self) -> Vec<ObjectId> {
        let heads =
            self.pin.iter().filter(|_| self.trusted && self.near.is_empty()).flat_map(|pin| &pin.heads);
        heads.filter_map(|head| head.parse().ok()).collect()
    }

    /// The remote has these, too.
    pub fn know(&mut self, commits: impl IntoIterator<Item = ObjectId>) {
        self.known.extend(commits);
    }

    /// Where git-lfs keeps its contents.
    pub fn lfs_folder(&self, folders: &Folders) -> PathBuf {
        remote::lfs_folder(&folders.common, self.remotes.lfs_storage())
    }

    /// What `refs/remotes/R/HEAD` stands for, where it is believed.
    pub fn head(&self) -> Option<ObjectId> {
        self.head.as_ref().map(|head| head.oid)
    }

    /// The remote's name.
    pub fn name(&self) -> &str {
        &self.remote
    }

    /// The tracking refs that were stale, and are what these updates make of their branches.
    pub fn no_longer_stale(&self, updates: &[RefUpdate]) -> Vec<String> {
        let Some(pin) = self.pin.as_ref().filter(|pin| !pin.stale.is_empty()) else { return Vec::new() };
        let names = |update: &RefUpdate| self.remotes.tracking(&self.remote, &update.name);
        let refs = updates.iter().flat_map(|update| {
            names(update)
                .into_iter()
                .flat_map(|name| [update.new, update.old].map(|oid| stale(name.as_bytes(), oid)))
        });
        refs.filter(|stale| pin.stale.contains(stale)).collect()
    }

    /// The branch that was pinned for this place, whatever this clone knows of it, without `refs/heads/`.
    pub fn pinned_branch(&self) -> Option<&str> {
        self.pin.as_ref()?.branch.as_deref()
    }

    /// The name of the trusted branch, for people: `origin/main`.
    pub fn trusted_name(&self) -> Option<String> {
        self.pinned.as_ref().map(|branch| format!("{}/{branch}", self.remote))
    }
}

/// So many names of refs fit a command line.
const MOST_ASKED: usize = 1024;

/// What git's configuration says of remotes; git ends with 1 where there is none at all: a push to a URL.
fn config(asked: Child, watch: &Watch) -> Result<Vec<u8>, GitError> {
    let config = match finish("config", asked, watch) {
        Ok(output) => output,
        Err(GitError::Failed { status, .. }) if status.code() == Some(1) => Vec::new(),
        Err(error) => return Err(error),
    };
    if !config.is_empty() && !config.ends_with(b"\0") {
        let detail = "it ends in the middle of a value".into();
        return Err(GitError::Answer { command: "config".into(), detail });
    }
    Ok(config)
}

/// Whether a tracking ref of the remote counts: neither this push disproves it, nor did the remote when it was pinned.
fn counts(found: &Ref, refuted: &BTreeSet<BString>, pin: Option<&Pin>) -> bool {
    let name = found.target.as_ref().unwrap_or(&found.name);
    !refuted.contains(name) && !pin.is_some_and(|pin| pin.is_stale(name, found.oid))
}

const COMMON_DIR: &[&str] = &["rev-parse", "--path-format=absolute", "--git-common-dir"];

fn folders(output: &[u8]) -> Result<Folders, GitError> {
    // The first line has to be whole.
    let first = output.split_once_str("\n").map(|(first, _)| first);
    let first = first.ok_or_else(|| GitError::Answer {
        command: "rev-parse".into(),
        detail: "expected a folder".into(),
    })?;
    Ok(Folders { common: first.to_path_lossy().into_owned() })
}

impl RemoteView for TrackingRefs {
    fn exclusions(&self) -> Vec<ObjectId> {
        let mut all: Vec<ObjectId> = self.known.iter().chain(&self.near).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn all_tips(&self) -> Result<Vec<ObjectId>, Gap> {
        let mut all = self.exclusions();
        if self.trusted {
            let refs = remote::refs(&self.git, &["refs/remotes/"], &self.watch);
            let refs = refs.map_err(|error| {
                Gap::unread(GapCause::Failed, Place::Run("tracking refs".into()), error.to_string())
            })?;
            all.extend(
                refs.iter()
                    .filter(|found| is_tracking(&self.remotes, &self.remote, found))
                    .filter(|found| counts(found, &self.refuted, self.pin.as_ref()))
                    .map(|found| found.oid),
            );
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// `refs/remotes/R/HEAD`, where it is a symbolic ref inside R that names the branch that was pinned.
    fn trusted_tip(&self) -> Option<ObjectId> {
        let (head, pinned) = (self.head.as_ref()?, self.pinned.as_ref()?);
        let expected = format!("refs/remotes/{}/{pinned}", self.remote);
        (head.target.as_ref()? == expected.as_str()).then_some(head.oid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let (a, zero) = ("aa".repeat(32), "0".repeat(64));
        let text = format!(
            "HEAD^{{tree}} {a} refs/custom/t {zero}\n(delete) {zero} refs/heads/x {a}\na b {a} refs/heads/y {a}\n"
        );
        let updates = parse(text.as_bytes()).unwrap();
        assert_eq!(updates.len(), 3);
        assert!(updates[0].old.is_null() && updates[1].new.is_null());
        assert_eq!(updates[2].name, "refs/heads/y");
        assert_eq!(parse(b"").unwrap(), []);
        assert_eq!(parse(b"refs/heads/x abc refs/heads/x 0\n").unwrap_err().line, 1);
    }
}
