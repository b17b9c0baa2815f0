//! Asking a remote, once, which branch is trusted there: the only question to the network in all of the installation,
//! and of the first push after it where nothing was known until then.

use super::place::Place;
use super::probe::run_limited;
use super::{HookError, Steps};
use crate::engine::findings::masked;
use crate::git::command::GitError;
use crate::git::remote::{CONFIG, Remotes, parse_refs, refs_arguments};
use crate::pins::{self, Pin, Pins};
use bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use vetogate_core::ObjectId;
use vetogate_core::text::{escape, shorten};

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
    let mut pins = pins::read(&place.common_dir).map_err(|error| HookError::Refused(error.to_string()))?;
    let before = pins.clone();
    pins.mask();
    let settings = remotes_of(place);
    for remote in place.remotes()? {
        let Some(url) = settings.fetched(&remote) else { continue };
        if let Some(pin) = pins.find(&remote, &url, &settings).cloned() {
            pins.set(&remote, pin);
        }
        let pinned = pins.pin(&remote).is_some_and(|pin| pin.branch.is_some() && pin.is_at(&url));
        if again || !pinned {
            pin_one(place, &mut pins, &remote, &url, &mut steps)?;
        }
        set_head(place, &pins, &remote, again, &mut steps)?;
    }
    if pins != before {
        let path = pins::path(&place.common_dir);
        pins::write(&place.common_dir, &pins).map_err(|error| HookError::write(&path, error))?;
    }
    Ok(steps)
}

/// What is configured of remotes; nothing where git does not answer.
fn remotes_of(place: &Place) -> Remotes {
    Remotes::parse(&place.settings().read(CONFIG).unwrap_or_default())
}

fn pin_one(
    place: &Place,
    pins: &mut Pins,
    remote: &str,
    url: &str,
    steps: &mut Steps,
) -> Result<(), HookError> {
    let name = escape(remote.as_bytes());
    let old = pins.pin(remote).cloned();
    let is_elsewhere = old.as_ref().is_some_and(|pin| !pin.is_at(url));
    match ask(place, remote, url, Asker::Person)? {
        Head::Branch { branches, .. } if is_elsewhere && tells_of_another(place, remote, &branches)? => {
            steps.note(format!(
                "{name} is at another place than when it was pinned, and refs/remotes/{name} still tells of that one; \
                 run `git fetch --prune {name}`, then `veto doctor --pin`"
            ));
        }
        Head::Branch { name: branch, .. } => {
            let shown = escape(branch.as_bytes());
            match old.and_then(|pin| pin.branch) {
                Some(old) if old == branch => {}
                Some(old) => steps.did(format!(
                    "pinned {shown} as the trusted branch of {name} (it was {})",
                    escape(old.as_bytes())
                )),
                None => steps.did(format!("pinned {shown} as the trusted branch of {name}")),
            }
            pins.set(remote, Pin { url: pins::shown(url), branch: Some(branch), unanswered: false });
        }
        Head::Empty => {
            steps.note(format!("{name} has no branch yet; the first push after it has one will pin it"));
            remember(pins, remote, url);
        }
        Head::Unreachable(why) => {
            steps.note(format!(
                "{name} could not be asked for its main branch ({why}); the next push asks again, and so does \
                 `veto doctor --pin`"
            ));
            remember(pins, remote, url);
        }
    }
    Ok(())
}

/// Keeps where a remote is, until it is known which branch is trusted there.
fn remember(pins: &mut Pins, remote: &str, url: &str) {
    if pins.pin(remote).is_none() {
        pins.set(remote, Pin { url: pins::shown(url), branch: None, unanswered: false });
    }
}

/// Whether the tracking refs of a remote are not what it has: they were fetched from another place.
fn tells_of_another(place: &Place, remote: &str, branches: &[Branch]) -> Result<bool, HookError> {
    let settings = remotes_of(place);
    let there: BTreeSet<(String, ObjectId)> = branches
        .iter()
        .flat_map(|(name, oid)| settings.tracking(remote, name).into_iter().map(|tracking| (tracking, *oid)))
        .collect();
    let refs = parse_refs(&place.git().read(refs_arguments(&["refs/remotes/"]))?)?;
    let mut own =
        refs.into_iter().filter(|found| found.target.is_none() && settings.tracks(remote, &found.name));
    Ok(own.any(|found| !there.contains(&(found.name.to_string(), found.oid))))
}

/// Pins the remote of a push that passed, where `veto install` could not: the remote was empty or out of reach then, or
/// was added later. Nobody is asked for a password for it, and a remote that gives no answer is asked once.
///
/// # Errors
/// When the pins can't be read or written.
pub fn pin_pushed(remote: &str, common_dir: &Path) -> Result<Option<String>, HookError> {
    let mut pins = pins::read(common_dir).map_err(|error| HookError::Refused(error.to_string()))?;
    let place = Place::here(Path::new("."))?;
    let settings = remotes_of(&place);
    let Some(url) = settings.fetched(remote) else { return Ok(None) };
    if pins.find(remote, &url, &settings).is_some_and(|pin| !pin.is_open() || !pin.is_at(&url)) {
        return Ok(None);
    }
    let head = ask(&place, remote, &url, Asker::Push)?;
    let unanswered = matches!(head, Head::Unreachable(_));
    let branch = if let Head::Branch { name, .. } = head { Some(name) } else { None };
    let said = branch.as_ref().map(|branch| {
        let [branch, remote] = [branch, remote].map(|name| escape(name.as_bytes()));
        format!("pinned {branch} as the trusted branch of {remote}")
    });
    let pin = Pin { url: pins::shown(&url), branch, unanswered };
    if pins.pin(remote) != Some(&pin) {
        pins.set(remote, pin);
        let path = pins::path(common_dir);
        pins::write(common_dir, &pins).map_err(|error| HookError::write(&path, error))?;
    }
    set_head(&place, &pins, remote, false, &mut Steps::default())?;
    Ok(said)
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
    Ok(parse_head(&output.stdout).map_or(Head::Empty, |name| Head::Branch { name, branches }))
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
        steps.note(format!("{name} was not fetched yet; `git fetch {name}`, then `veto doctor --pin`"));
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
