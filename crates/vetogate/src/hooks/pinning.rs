//! Asking a remote, once, which branch is trusted there: the only question to the network in all of the installation,
//! and of the first push after it where nothing was known until then.

use super::place::Place;
use super::probe::run_limited;
use super::{HookError, Steps};
use crate::deadline::Deadline;
use crate::engine::findings::masked;
use crate::git::catfile::CatFile;
use crate::git::command::GitError;
use crate::git::remote::{CONFIG, Ref, Remotes, absolute, parse_refs, refs_arguments};
use crate::pins::{self, Pin, Pins};
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use vetogate_core::ObjectId;
use vetogate_core::text::{counted, escape, shorten};

/// Who waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// A person, for just that.
    Person,
    /// A push, whose connection is open meanwhile: nobody is asked for a password.
    Push,
}

impl Asker {
    /// How long the remote may take.
    fn limit(self) -> Duration {
        Duration::from_secs(if self == Self::Person { 20 } else { 5 })
    }
}

/// Keeps git and what it starts from asking for anything (git, git-credential, ssh, Git Credential Manager).
fn keep_quiet(place: &Place, command: &mut Command) -> Result<(), GitError> {
    command.process_group(0);
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "").env("GCM_INTERACTIVE", "never");
    let own = ["GIT_SSH", "GIT_SSH_COMMAND"].iter().any(|name| std::env::var_os(name).is_some());
    if !own && place.setting("core.sshCommand")?.is_none() {
        command.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
    }
    Ok(())
}

enum Head {
    Branch { name: String, branches: Vec<Branch> },
    Empty,
    Unreachable(String),
}

/// A branch of a remote: its full name and its commit.
type Branch = (BString, ObjectId);

/// Pins the trusted branch of each remote: of those without a pin, or with `again` of all. An unreachable or empty
/// remote is no error.
///
/// # Errors
/// When the pins can't be read or written.
pub fn pin(place: &Place, again: bool) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    let refused = |error: pins::PinsError| HookError::Refused(error.to_string());
    let before = pins::read(&place.common_dir).map_err(refused)?;
    let (mut pins, settings) = (before.clone(), remotes_of(place));
    pins.mask();
    for remote in place.remotes()? {
        let Some(url) = fetched(place, &settings, &remote) else { continue };
        if let Some(pin) = pins.find(&remote, &url, &settings).cloned() {
            pins.set(&remote, pin);
        }
        let pinned = pins.pin(&remote).is_some_and(|pin| pin.branch.is_some() && pin.is_at(&url));
        if again || !pinned {
            pin_one(place, &mut pins, (&remote, &url), &settings, &mut steps)?;
        }
        set_head(place, &pins, &remote, again, &mut steps)?;
    }
    if pins != before {
        pins::update(&place.common_dir, |now| *now = pins).map_err(refused)?;
    }
    Ok(steps)
}

/// What is configured of remotes; nothing where git does not answer.
fn remotes_of(place: &Place) -> Remotes {
    Remotes::parse(&place.settings().read(CONFIG).unwrap_or_default())
}

/// Where a remote is fetched from.
fn fetched(place: &Place, settings: &Remotes, remote: &str) -> Option<String> {
    Some(absolute(&settings.fetched(remote)?, &place.root))
}

fn pin_one(
    place: &Place,
    pins: &mut Pins,
    (remote, url): (&str, &str),
    settings: &Remotes,
    steps: &mut Steps,
) -> Result<(), HookError> {
    let name = escape(remote.as_bytes());
    let old = pins.pin(remote).filter(|pin| pin.is_at(url)).and_then(|pin| pin.branch.clone());
    if std::io::stderr().is_terminal() {
        // It may take its time, and a person waits.
        let _ = writeln!(anstream::stderr(), "asking {} for its main branch", masked(&name));
    }
    let head = ask(place, remote, url, Asker::Person)?;
    match &head {
        Head::Branch { name: branch, .. } => {
            let shown = escape(branch.as_bytes());
            match old {
                Some(old) if old == *branch => {}
                Some(old) => steps.did(format!(
                    "pinned {shown} as the trusted branch of {name} (it was {})",
                    escape(old.as_bytes())
                )),
                None => steps.did(format!("pinned {shown} as the trusted branch of {name}")),
            }
        }
        Head::Empty => {
            steps.note(format!("{name} has no branch yet; the first push after it has one will pin it"));
        }
        Head::Unreachable(why) => steps.note(format!(
            "{name} could not be asked for its main branch ({why}); the next push asks again, and so does \
             `veto doctor --pin`"
        )),
    }
    let known = pins.pin(remote).filter(|pin| pin.is_at(url)).cloned();
    let pin = match (head, known) {
        // What nobody can say now may have been said before.
        (Head::Unreachable(_), Some(known)) => known,
        (Head::Unreachable(_), None) => {
            Pin { unanswered: false, ..unanswered(place, settings, remote, url)? }
        }
        (head, _) => answered(place, settings, remote, url, head)?,
    };
    if let Some(said) = say_stale(&name, &pin) {
        steps.note(said);
    }
    pins.set(remote, pin);
    Ok(())
}

/// That something here tells of another place, or of what was there before.
fn say_stale(name: &str, pin: &Pin) -> Option<String> {
    let count = pin.stale.len();
    let refs = counted(count, "ref");
    let (differ, then) = if count == 1 { ("differs", "counts") } else { ("differ", "count") };
    (count > 0).then(|| {
        format!(
            "{refs} of refs/remotes/{name} {differ} from what is there, and {then} once `git fetch --prune {name}` ran"
        )
    })
}

/// The tracking refs of a remote here.
fn own_refs(place: &Place, settings: &Remotes, remote: &str) -> Result<Vec<Ref>, HookError> {
    let refs = parse_refs(&place.git().read(refs_arguments(&["refs/remotes/"]))?)?;
    let is_own = |found: &Ref| found.target.is_none() && settings.tracks(remote, &found.name);
    Ok(refs.into_iter().filter(is_own).collect())
}

/// What is kept of a remote that gives no answer: where it is, and that nothing here was seen to tell of it.
fn unanswered(place: &Place, settings: &Remotes, remote: &str, url: &str) -> Result<Pin, HookError> {
    let own = own_refs(place, settings, remote)?;
    let stale = pins::all_stale(own.iter().map(|found| pins::stale(&found.name, found.oid)));
    Ok(Pin { url: pins::shown(url), branch: None, unanswered: true, stale, heads: BTreeSet::new() })
}

fn answered(
    place: &Place,
    settings: &Remotes,
    remote: &str,
    url: &str,
    head: Head,
) -> Result<Pin, HookError> {
    let (branch, branches) = match head {
        Head::Branch { name, branches } => (Some(name), branches),
        Head::Empty | Head::Unreachable(_) => (None, Vec::new()),
    };
    let there: BTreeMap<String, ObjectId> = branches
        .iter()
        .flat_map(|(name, oid)| settings.tracking(remote, name).into_iter().map(|tracking| (tracking, *oid)))
        .collect();
    let own = own_refs(place, settings, remote)?;
    let stale = pins::all_stale(stale_refs(place, &own, &there).into_iter());
    let heads = if own.is_empty() { heads(place, &branches) } else { BTreeSet::new() };
    Ok(Pin { url: pins::shown(url), branch, unanswered: false, stale, heads })
}

/// Commits that the branches of a remote point at and that are here, as in a fork that was just added: it has them.
fn heads(place: &Place, branches: &[Branch]) -> BTreeSet<String> {
    let oids: BTreeSet<ObjectId> = branches.iter().map(|(_, oid)| *oid).collect();
    present(place, &oids).iter().take(pins::MOST_HEADS).map(ToString::to_string).collect()
}

/// The tracking refs that do not tell of the remote, as it answered: it has no such branch, or another commit there.
/// A commit that is not here is the work of others, most often on top of what is known; but only where some ref is
/// just what is there, for a repository with other work has such commits, too.
fn stale_refs(place: &Place, own: &[Ref], there: &BTreeMap<String, ObjectId>) -> Vec<String> {
    let answer = |found: &Ref| there.get(found.name.to_str().unwrap_or_default()).copied();
    let is_seen = own.iter().any(|found| answer(found) == Some(found.oid));
    let differing: BTreeSet<ObjectId> =
        own.iter().filter_map(|found| answer(found).filter(|oid| *oid != found.oid)).collect();
    let here = if is_seen { present(place, &differing) } else { differing };
    let is_stale = |found: &&Ref| match answer(found) {
        None => true,
        Some(oid) => oid != found.oid && here.contains(&oid),
    };
    own.iter().filter(is_stale).map(|found| pins::stale(&found.name, found.oid)).collect()
}

/// Which of these objects are here.
fn present(place: &Place, oids: &BTreeSet<ObjectId>) -> BTreeSet<ObjectId> {
    let mut objects = CatFile::new(place.git(), Deadline::start(None).watch());
    let oids: Vec<ObjectId> = oids.iter().copied().collect();
    let sizes = objects.sizes(&oids);
    oids.into_iter().zip(sizes).filter(|(_, size)| size.is_some()).map(|(oid, _)| oid).collect()
}

/// Asks the remote of a push, where `veto install` could not: it was empty or out of reach then, was added later, or is at
/// another place now. Nobody is asked for a password for it, and a remote that gives no answer is asked once. Gives what
/// is pinned now, and what is to be said of it.
///
/// # Errors
/// When the pins can't be read or written: then the remote is not asked, for it would be at each push.
pub fn pin_pushed(remote: &str, common_dir: &Path) -> Result<(Pin, Option<String>), HookError> {
    let refused = |error: pins::PinsError| HookError::Refused(error.to_string());
    let place = Place::here(Path::new("."))?;
    let settings = remotes_of(&place);
    let url = fetched(&place, &settings, remote)
        .ok_or_else(|| HookError::Refused(format!("{} has no URL", escape(remote.as_bytes()))))?;
    let pin = unanswered(&place, &settings, remote, &url)?;
    pins::update(common_dir, |pins| pins.set(remote, pin.clone())).map_err(refused)?;
    let head = ask(&place, remote, &url, Asker::Push)?;
    let pin = if matches!(head, Head::Unreachable(_)) {
        pin
    } else {
        answered(&place, &settings, remote, &url, head)?
    };
    pins::update(common_dir, |pins| pins.set(remote, pin.clone())).map_err(refused)?;
    let mut pins = Pins::default();
    pins.set(remote, pin.clone());
    set_head(&place, &pins, remote, false, &mut Steps::default())?;
    let name = escape(remote.as_bytes());
    let pinned = pin
        .branch
        .as_ref()
        .map(|branch| format!("pinned {} as the trusted branch of {name}", escape(branch.as_bytes())));
    // Of a remote that was never fetched, all that it has looks new.
    let is_unknown = pin.branch.is_some() && pin.heads.is_empty();
    let unfetched = is_unknown && own_refs(&place, &settings, remote)?.is_empty();
    let fetch = unfetched.then(|| format!("`git fetch {name}` makes known what it has already"));
    let said: Vec<String> = pinned.into_iter().chain(say_stale(&name, &pin)).chain(fetch).collect();
    Ok((pin, (!said.is_empty()).then(|| said.join("; "))))
}

/// With the user's transports and credentials, as the user's own `git push` does it; but no program that only the
/// repository's configuration names for this remote is run.
fn ask(place: &Place, remote: &str, url: &str, asker: Asker) -> Result<Head, HookError> {
    if let Some(why) = needs_a_program(url) {
        return Ok(Head::Unreachable(why));
    }
    if place.setting(&format!("remote.{remote}.vcs"))?.is_some() {
        return Ok(Head::Unreachable("its setting vcs names a program, which is not run".to_owned()));
    }
    let arguments = ["-c", "protocol.ext.allow=never", "ls-remote", "--symref"];
    let arguments =
        arguments.into_iter().chain(["--upload-pack=git-upload-pack", "--", remote, "HEAD", "refs/heads/*"]);
    let mut command = place.as_user().command(arguments);
    if asker == Asker::Push {
        keep_quiet(place, &mut command)?;
    }
    let output = run_limited(&mut command, asker.limit()).map_err(GitError::Start)?;
    let Some(output) = output else {
        return Ok(Head::Unreachable(format!("no answer in {} s", asker.limit().as_secs())));
    };
    if !output.status.success() {
        let why = output.stderr.lines().next().unwrap_or_default().to_str_lossy();
        let why = shorten(&masked(&escape(pins::said(&why, url).as_bytes())), 160);
        let set = place.setting(&format!("remote.{remote}.uploadpack"))?.is_some();
        let more = if set { "; its setting uploadpack is not obeyed" } else { "" };
        return Ok(Head::Unreachable(why + more));
    }
    let branches = parse_branches(&output.stdout);
    Ok(match parse_head(&output.stdout) {
        Some(name) => Head::Branch { name, branches },
        None if branches.is_empty() => Head::Empty,
        None => Head::Unreachable("its HEAD names no branch that is there".to_owned()),
    })
}

/// The lines `ID<tab>refs/heads/NAME`.
fn parse_branches(answer: &[u8]) -> Vec<Branch> {
    let branch = |line: &[u8]| {
        let (oid, name) = line.split_once_str("\t")?;
        let name = name.starts_with(b"refs/heads/").then_some(name)?;
        Some((name.into(), ObjectId::from_hex(oid).ok()?))
    };
    answer.lines().filter_map(branch).collect()
}

/// Why a URL is not asked: git would start a remote helper for it (gitremote-helpers), whose name it gives.
pub(crate) fn needs_a_program(url: &str) -> Option<String> {
    let length = url.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))?;
    let (scheme, rest) = url.split_at(length);
    let built_in = ["https", "http", "ssh", "git", "file", "git+ssh", "ssh+git"].contains(&scheme);
    let helper = rest.starts_with("::") || (rest.starts_with("://") && !built_in);
    helper.then(|| format!("its URL names a program, git-remote-{scheme}, which is not run"))
}

/// The branch in `ref: refs/heads/NAME<tab>HEAD`, if its name is one that git would accept.
fn parse_head(answer: &[u8]) -> Option<String> {
    let line = answer.lines().find(|line| line.starts_with(b"ref: "))?;
    let name = line.strip_prefix(b"ref: refs/heads/")?.strip_suffix(b"\tHEAD")?.to_str().ok()?;
    let bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let safe =
        !name.is_empty() && !name.starts_with(['-', '/']) && !name.contains("..") && !name.contains(bad);
    safe.then(|| name.to_owned())
}

/// Makes `refs/remotes/R/HEAD` a symref to the pinned branch where it is missing (or anew, when asked again).
fn set_head(
    place: &Place,
    pins: &Pins,
    remote: &str,
    again: bool,
    steps: &mut Steps,
) -> Result<(), HookError> {
    let Some(branch) = pins.branch(remote) else { return Ok(()) };
    let head = format!("refs/remotes/{remote}/HEAD");
    let target = format!("refs/remotes/{remote}/{branch}");
    let now = head_target(place, remote)?;
    let wanted = now != Some(target.clone()) && (again || now.is_none());
    if !wanted || (now.is_none() && ref_exists(place, &head)? && !again) {
        return Ok(());
    }
    if !ref_exists(place, &target)? {
        let name = escape(remote.as_bytes());
        let is_fetched =
            !remotes_of(place).tracking(remote, format!("refs/heads/{branch}").as_bytes()).is_empty();
        let branch = escape(branch.as_bytes());
        let first = if is_fetched {
            String::new()
        } else {
            format!("`git remote set-branches --add {name} {branch}`, ")
        };
        steps.note(format!(
            "{branch} of {name} was not fetched yet; {first}`git fetch {name}`, then `veto doctor --pin`"
        ));
        return Ok(());
    }
    place.git().read(["symbolic-ref", &head, &target])?;
    steps.did(format!("made {} point to {}", escape(head.as_bytes()), escape(target.as_bytes())));
    Ok(())
}

/// Where `refs/remotes/R/HEAD` points; `None` when it is no symref.
///
/// # Errors
/// When git does not answer.
pub fn head_target(place: &Place, remote: &str) -> Result<Option<String>, GitError> {
    place.git().read_line(["symbolic-ref", "-q", &format!("refs/remotes/{remote}/HEAD")])
}

fn ref_exists(place: &Place, name: &str) -> Result<bool, GitError> {
    let found = place.git().read_line(["rev-parse", "-q", "--verify", name])?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::{needs_a_program, parse_head};

    #[test]
    fn only_what_git_itself_speaks_is_asked() {
        for url in ["ext::sh -c x", "ext://x", "a.b+c-d::x", "hg::https://h/r"] {
            assert!(needs_a_program(url).is_some(), "{url}");
        }
        for url in ["https://h/r", "ssh://h/r", "git@h:o/r", "h:o/r", "/srv/a::b", "../r", "r", "[::1]:r", ""]
        {
            assert_eq!(needs_a_program(url), None, "{url}");
        }
    }

    #[test]
    fn only_a_branch_is_trusted() {
        let head = |name: &str| parse_head(format!("ref: {name}\tHEAD\n0123\tHEAD\n").as_bytes());
        assert_eq!(head("refs/heads/main").as_deref(), Some("main"));
        assert_eq!(head("refs/heads/rel/1.0").as_deref(), Some("rel/1.0"));
        for bad in ["refs/tags/v1", "refs/heads/", "refs/heads/a..b", "refs/heads/-x", "refs/heads/a\u{1b}"] {
            assert_eq!(head(bad), None, "{bad:?}");
        }
        assert_eq!(parse_head(b"0123\tHEAD\n"), None);
    }
}
