//! What others have: the refs of every remote, asked now; what was fetched from anywhere.
//!
//! A remote is asked with the user's transports and credentials, as `git push` does it. What the repository's own
//! configuration names as a program for it is not run.

use super::PurgeError;
use super::refs::Refs;
use super::worktrees::Worktree;
use crate::git::catfile::ObjectKind;
use crate::git::command::GitError;
use crate::git::remote::{CONFIG, Remotes};
use crate::hooks::pinning::needs_a_program;
use crate::hooks::place::Place;
use crate::hooks::probe::run_limited;
use crate::pins;
use crate::run::Session;
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use vetogate_core::ObjectId;
use vetogate_core::text::{escape, shorten};

/// How long a remote may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Refs of a remote: full name and id.
type There = Vec<(BString, ObjectId)>;

/// What is public.
#[derive(Debug, Default)]
pub struct Public {
    /// Every id that a remote or a fetch names, here or not.
    all: BTreeSet<ObjectId>,
    /// Commits and tags of them that are here.
    tips: Vec<ObjectId>,
    /// What each remote answered.
    remotes: BTreeMap<String, There>,
    /// What each remote's tracking refs say, where it did not answer.
    tracked: BTreeMap<String, Vec<ObjectId>>,
    /// A line for each remote that did not answer.
    pub silent: Vec<String>,
}

impl Public {
    /// Asks every remote, at once.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn ask(
        place: &Place,
        session: &Session<'_>,
        refs: &Refs,
        worktrees: &[Worktree],
    ) -> Result<Self, PurgeError> {
        let settings = Remotes::parse(&place.settings().read(CONFIG).unwrap_or_default());
        let mut public = Self::default();
        for Answer { remote, there, why } in ask_all(place, &place.remotes()?, &settings)? {
            public.all.extend(there.iter().map(|(_, oid)| *oid));
            if let Some(why) = why {
                let name = escape(remote.as_bytes());
                public
                    .silent
                    .push(format!("{name} could not be asked ({why}); going by what was fetched from it"));
                public.tracked.insert(remote.clone(), Vec::new());
            }
            public.remotes.insert(remote, there);
        }
        for found in refs.all() {
            let tracks = |remote: &&String| settings.tracks(remote, &found.name);
            let tracking: Vec<String> = public.remotes.keys().filter(tracks).cloned().collect();
            if found.name.starts_with(b"refs/remotes/") || !tracking.is_empty() {
                public.all.insert(found.oid);
            }
            for remote in tracking {
                if let Some(tracked) = public.tracked.get_mut(&remote) {
                    tracked.push(found.oid);
                }
            }
        }
        let folders = worktrees.iter().map(|worktree| worktree.git_dir.as_path());
        for folder in folders.chain([place.common_dir.as_path()]) {
            public.all.extend(fetched(&folder.join("FETCH_HEAD")));
        }
        public.tips = here(session, &public.all)?;
        Ok(public)
    }

    /// Commits and tags that others have and that are here.
    pub fn tips(&self) -> &[ObjectId] {
        &self.tips
    }

    /// Whether an object is named by a ref of a remote.
    pub fn names(&self, oid: ObjectId) -> bool {
        self.all.contains(&oid)
    }

    /// What a remote is known to have, as far as it is here; with no remote, nothing.
    pub fn of_remote(&self, remote: Option<&str>) -> Vec<ObjectId> {
        let Some(remote) = remote else { return Vec::new() };
        let told = self.remotes.get(remote).into_iter().flatten().map(|(_, oid)| *oid);
        let tracked = self.tracked.get(remote).into_iter().flatten().copied();
        let there: BTreeSet<ObjectId> = told.chain(tracked).collect();
        self.tips.iter().copied().filter(|tip| there.contains(tip)).collect()
    }

    /// How many branches of a remote are at commits that are not here.
    pub fn absent(&self, remote: &str) -> usize {
        let told = self.remotes.get(remote).into_iter().flatten();
        let here: BTreeSet<&ObjectId> = self.tips.iter().collect();
        told.filter(|(name, oid)| name.starts_with(b"refs/heads/") && !here.contains(oid)).count()
    }

    /// What a remote has at a ref.
    pub fn at(&self, remote: &str, name: &[u8]) -> Option<ObjectId> {
        self.remotes.get(remote)?.iter().find(|(there, _)| there == name).map(|(_, oid)| *oid)
    }
}

/// The ids that are here and are commits or tags.
fn here(session: &Session<'_>, ids: &BTreeSet<ObjectId>) -> Result<Vec<ObjectId>, GitError> {
    let mut objects = session.objects.borrow_mut();
    let mut found = Vec::new();
    for &oid in ids {
        let Ok(header) = objects.header(oid)? else { continue };
        let whole = objects.content(header.size, |_| {}).is_ok();
        if whole && matches!(header.kind, ObjectKind::Commit | ObjectKind::Tag) {
            found.push(oid);
        }
    }
    Ok(found)
}

/// What was fetched last, from wherever: it is not ours to rewrite. What came from this repository itself is.
fn fetched(path: &Path) -> Vec<ObjectId> {
    let text = std::fs::read(path).unwrap_or_default();
    let id = |line: &[u8]| {
        let is_own = line.ends_with(b" of .") || line.ends_with(b"\t.");
        let oid = ObjectId::from_hex(line.split_once_str("\t")?.0).ok()?;
        (!is_own).then_some(oid)
    };
    text.lines().filter_map(id).collect()
}

/// What a remote answered.
struct Answer {
    remote: String,
    there: There,
    /// Why not all of it could be asked.
    why: Option<String>,
}

fn ask_all(place: &Place, remotes: &[String], settings: &Remotes) -> Result<Vec<Answer>, PurgeError> {
    let answers: Vec<Result<Answer, GitError>> = std::thread::scope(|threads| {
        let ask = |remote: &String| {
            let remote = remote.clone();
            threads.spawn(move || ask_remote(place, remote, settings))
        };
        let asked: Vec<_> = remotes.iter().map(ask).collect();
        asked.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    Ok(answers.into_iter().collect::<Result<Vec<_>, GitError>>()?)
}

/// Where it is fetched from, and wherever else it is pushed to.
fn ask_remote(place: &Place, remote: String, settings: &Remotes) -> Result<Answer, GitError> {
    let fetched = settings.fetched(&remote).unwrap_or_default();
    let pushed = place.settings().read(["remote", "get-url", "--push", "--all", &remote]).unwrap_or_default();
    let pushed = pushed.lines().filter_map(|url| url.to_str().ok()).filter(|url| *url != fetched);
    let mut answers = vec![ask_one(place, &remote, &remote, &fetched)?];
    for url in pushed {
        answers.push(ask_one(place, &remote, url, url)?);
    }
    let (mut there, mut why) = (There::new(), None);
    for answer in answers {
        match answer {
            Ok(more) => there.extend(more),
            Err(error) => why = why.or(Some(error)),
        }
    }
    Ok(Answer { remote, there, why })
}

fn ask_one(place: &Place, remote: &str, asked: &str, url: &str) -> Result<Result<There, String>, GitError> {
    if let Some(why) = needs_a_program(url) {
        return Ok(Err(why));
    }
    if place.setting(&format!("remote.{remote}.vcs"))?.is_some() {
        return Ok(Err("its setting vcs names a program, which is not run".to_owned()));
    }
    let arguments =
        ["-c", "protocol.ext.allow=never", "ls-remote", "--upload-pack=git-upload-pack", "--", asked];
    let mut command = place.as_user().command(arguments);
    let output = run_limited(&mut command, LIMIT).map_err(GitError::Start)?;
    let Some(output) = output else { return Ok(Err(format!("no answer in {} s", LIMIT.as_secs()))) };
    if !output.status.success() {
        let why = output.stderr.lines().next().unwrap_or_default().to_str_lossy().into_owned();
        return Ok(Err(shorten(&escape(pins::said(&why, url).as_bytes()), 160)));
    }
    let line = |line: &[u8]| {
        let (oid, name) = line.split_once_str("\t")?;
        Some((name.into(), ObjectId::from_hex(oid).ok()?))
    };
    Ok(Ok(output.stdout.lines().filter_map(line).collect()))
}
