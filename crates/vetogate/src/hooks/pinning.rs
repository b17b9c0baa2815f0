//! Asking a remote, once, which branch is trusted there: the only question to the network in all of the installation.

use super::place::Place;
use super::probe::run_limited;
use super::{HookError, Steps};
use crate::engine::findings::masked;
use crate::git::command::GitError;
use crate::pins::{self, Pin, Pins};
use bstr::ByteSlice;
use std::time::Duration;
use vetogate_core::text::{escape, shorten};

/// How long a remote may take.
const LIMIT: Duration = Duration::from_secs(20);

enum Head {
    Branch(String),
    Empty,
    Unreachable(String),
}

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
    for remote in place.remotes()? {
        let Some(url) = place.settings().read_line(["remote", "get-url", "--", &remote]).ok().flatten()
        else {
            continue;
        };
        let pinned = pins.pin(&remote).is_some_and(|pin| pin.url == pins::shown(&url));
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

fn pin_one(
    place: &Place,
    pins: &mut Pins,
    remote: &str,
    url: &str,
    steps: &mut Steps,
) -> Result<(), HookError> {
    let name = escape(remote.as_bytes());
    match ask(place, remote, url)? {
        Head::Branch(branch) => {
            let shown = escape(branch.as_bytes());
            match pins.branch(remote) {
                Some(old) if old == branch => {}
                Some(old) => steps.did(format!(
                    "pinned {shown} as the trusted branch of {name} (it was {})",
                    escape(old.as_bytes())
                )),
                None => steps.did(format!("pinned {shown} as the trusted branch of {name}")),
            }
            pins.set(remote, Pin { url: pins::shown(url), branch });
        }
        Head::Empty => {
            steps.note(format!("{name} has no branch yet; after the first push: `veto doctor --pin`"));
        }
        Head::Unreachable(why) => {
            steps.note(format!(
                "{name} could not be asked for its main branch ({why}); later: `veto doctor --pin`"
            ));
        }
    }
    Ok(())
}

/// With the user's transports and credentials, as the user's own `git push` does it; but no program that only the
/// repository's configuration names for this remote is run.
fn ask(place: &Place, remote: &str, url: &str) -> Result<Head, HookError> {
    if let Some(why) = needs_a_program(url) {
        return Ok(Head::Unreachable(why));
    }
    if place.setting(&format!("remote.{remote}.vcs"))?.is_some() {
        return Ok(Head::Unreachable("its setting vcs names a program, which is not run".to_owned()));
    }
    let arguments = ["-c", "protocol.ext.allow=never", "ls-remote", "--symref"];
    let arguments = arguments.into_iter().chain(["--upload-pack=git-upload-pack", "--", remote, "HEAD"]);
    let mut command = place.as_user().command(arguments);
    let output = run_limited(&mut command, LIMIT).map_err(GitError::Start)?;
    let Some(output) = output else {
        return Ok(Head::Unreachable(format!("no answer in {} s", LIMIT.as_secs())));
    };
    if !output.status.success() {
        let why = output.stderr.lines().next().unwrap_or_default().to_str_lossy();
        let why = shorten(&masked(&escape(pins::said(&why, url).as_bytes())), 160);
        let set = place.setting(&format!("remote.{remote}.uploadpack"))?.is_some();
        let more = if set { "; its setting uploadpack is not obeyed" } else { "" };
        return Ok(Head::Unreachable(why + more));
    }
    Ok(parse_head(&output.stdout).map_or(Head::Empty, Head::Branch))
}

/// Why a URL is not asked: git would start a remote helper for it (gitremote-helpers), whose name it gives.
fn needs_a_program(url: &str) -> Option<String> {
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
