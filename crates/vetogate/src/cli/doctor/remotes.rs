//! What `veto doctor` says of the remotes: which branch is trusted, and what the tracking refs describe.

use super::Findings;
use crate::git::remote::{CONFIG, Remotes, absolute, is_same_place};
use crate::hooks::place::Place;
use crate::hooks::state::Problem;
use crate::hooks::{HookError, pinning, show};
use crate::pins;
use bstr::ByteSlice;
use vetogate_core::text::escape;

/// The pin of each remote, and where it pushes to.
///
/// # Errors
/// When git does not answer.
pub(super) fn look(place: &Place, findings: &mut Findings) -> Result<(), HookError> {
    let pins = match pins::read(&place.common_dir) {
        Ok(pins) => pins,
        Err(error) => {
            let problem = Problem::new(error.to_string(), "refs/remotes count for nothing until then");
            findings.problem("pins", &problem);
            return Ok(());
        }
    };
    for remote in place.remotes()? {
        let name = format!("{}, remote {}", show(&place.root), escape(remote.as_bytes()));
        look_at_pin(place, &pins, &remote, &name, findings)?;
        look_at_urls(place, &remote, &name, findings)?;
    }
    Ok(())
}

fn look_at_pin(
    place: &Place,
    pins: &pins::Pins,
    remote: &str,
    name: &str,
    findings: &mut Findings,
) -> Result<(), HookError> {
    let remotes = Remotes::parse(&place.settings().read(CONFIG).unwrap_or_default());
    let url = absolute(&remotes.fetched(remote).unwrap_or_default(), &place.root);
    let pin = pins.find(remote, &url, &remotes);
    if let Some(what) = pin.filter(|pin| !pin.is_at(&url)).map(|pin| moved(pin, &url)) {
        findings.problem(name, &Problem::new(what, "run `veto doctor --pin` there"));
        return Ok(());
    }
    let Some(branch) = pin.and_then(|pin| pin.branch.as_ref()) else {
        findings.note(format!(
            "{name}: no branch is pinned, so built-in defaults hold; run `veto doctor --pin` there"
        ));
        return Ok(());
    };
    if remotes.tracking(remote, format!("refs/heads/{branch}").as_bytes()).is_empty() {
        let (remote, branch) = (escape(remote.as_bytes()), escape(branch.as_bytes()));
        let why = if remotes.fetching().any(|name| name == remote) {
            format!(
                "{branch} is pinned and not fetched here, so built-in defaults hold; `git remote set-branches --add {remote} {branch}`, then `git fetch {remote}`"
            )
        } else {
            "nothing below refs/remotes is fetched, as in a bare clone, so built-in defaults hold".to_owned()
        };
        findings.note(format!("{name}: {why}"));
        return Ok(());
    }
    let wanted = format!("refs/remotes/{remote}/{branch}");
    if !remotes.tracks(remote, wanted.as_bytes()) {
        let what = format!(
            "a refspec of another remote writes {}, too, so nothing is known of this one",
            escape(wanted.as_bytes())
        );
        let remote = escape(remote.as_bytes());
        let way = format!(
            "run `git remote rename {remote} NAME`, or change that refspec, then `veto doctor --pin`"
        );
        findings.problem(name, &Problem::new(what, way));
        return Ok(());
    }
    let branch = escape(branch.as_bytes());
    match pinning::head_target(place, remote)? {
        Some(target) if target == wanted => findings.fine(format!("{name}: trusted branch {branch}")),
        Some(target) => {
            let what = format!("{branch} is pinned, and its HEAD here is {}", escape(target.as_bytes()));
            findings.problem(name, &Problem::new(what, "run `veto doctor --pin` there"));
        }
        None => {
            let what = format!(
                "{branch} is pinned, and refs/remotes/{}/HEAD is no symref",
                escape(remote.as_bytes())
            );
            let remote = escape(remote.as_bytes());
            let way = format!("run `git fetch {remote}` and `veto doctor --pin` there");
            findings.problem(name, &Problem::new(what, way));
        }
    }
    Ok(())
}

/// What is said of a remote that is at another place than when it was pinned.
fn moved(pin: &pins::Pin, url: &str) -> String {
    let [pinned, now] = [pins::shown(&pin.url), pins::shown(url)].map(|url| escape(url.as_bytes()));
    format!("{pinned} is pinned, and the remote is {now} now: its refs and its policy count for nothing")
}

/// The hook runs for each push URL; what differs is what this clone knows about it.
fn look_at_urls(place: &Place, remote: &str, name: &str, findings: &mut Findings) -> Result<(), HookError> {
    let settings = place.settings();
    let ask = |options: &[&str]| {
        let arguments = ["remote", "get-url"].iter().chain(options).copied().chain(["--", remote]);
        settings.read(arguments).unwrap_or_default()
    };
    let (fetch, push) = (ask(&[]), ask(&["--push", "--all"]));
    let mut urls = push.lines().map(|url| escape(pins::shown(&url.to_str_lossy()).as_bytes()));
    let first = urls.next().unwrap_or_default();
    let more = urls.count();
    if more > 0 {
        findings.note(format!(
            "{name}: {} push URLs; each is asked for by itself, a veto stops only its own",
            more + 1
        ));
    }
    let (pushed, fetched) = (push.to_str_lossy(), fetch.to_str_lossy());
    let place_of = |url: &str| absolute(url.trim_end(), &place.root);
    let elsewhere = more == 0 && !is_same_place(&place_of(&pushed), &place_of(&fetched));
    if elsewhere {
        findings.note(format!("{name}: pushes to {first}, which is not where it fetches from"));
    }
    if more > 0 || elsewhere {
        findings
            .note(format!("{name}: refs/remotes do not describe such a URL: a new branch is scanned whole"));
    }
    Ok(())
}
