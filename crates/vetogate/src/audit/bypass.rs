//! Pushes of this clone that no verdict was asked for: what the reflogs of tracking refs tell, best effort.

use crate::git::command::{Git, GitError};
use bstr::ByteSlice as _;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::HashSet;
use vetogate_core::text::escape;

/// A push that the reflog of a tracking ref tells of, and the log does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bypass {
    /// The tracking ref, escaped.
    pub name: String,
    /// What was pushed.
    pub oid: String,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// What no reflog tells, for people.
pub const UNSEEN: &str = "Not to be seen in this way: pushes to a URL, of tags and other refs, by `git send-pack`, from bare \
repositories and mirrors, of branches that were deleted since, and whatever other clones do; a reflog can be forged.";

/// Pushes since the log began that it does not know.
///
/// # Errors
/// When git does not answer.
pub fn find(git: &Git, log: &[u8]) -> Result<Vec<Bypass>, GitError> {
    let Some((begun, known)) = judged(log) else { return Ok(Vec::new()) };
    let refs = git.read(["for-each-ref", "--format=%(refname)", "refs/remotes/"])?;
    let mut found = Vec::new();
    for name in refs.lines() {
        // A ref without a reflog has no lines.
        let format = "--format=%H %gd %gs";
        let arguments = ["log", "-g", "--date=unix", format, "--no-show-signature", "--no-notes"];
        let Ok(name) = name.to_str() else { continue };
        let entries = git.read(arguments.into_iter().chain([name, "--"])).unwrap_or_default();
        let pushed = entries.lines().filter_map(|line| entry(name, line));
        found.extend(pushed.filter(|push| push.at > begun && !known.contains(&push.oid)));
    }
    Ok(found)
}

/// When the log began, and what it knows to have passed.
fn judged(log: &[u8]) -> Option<(i64, HashSet<String>)> {
    let mut begun = None;
    let mut known = HashSet::new();
    for line in log.lines() {
        let Ok(line) = serde_json::from_slice::<Value>(line) else { continue };
        let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default();
        if begun.is_none() {
            begun = text("time").parse::<Timestamp>().ok().map(Timestamp::as_second);
        }
        // What was vetoed and went out all the same was let through by nobody.
        if text("event") == "bypass" || (text("event") == "verdict" && text("decision") != "BLOCK") {
            known.extend(ids(&line));
        }
    }
    Some((begun?, known))
}

/// The new ids of a verdict, or the id of a bypass that was found before.
fn ids(line: &Value) -> Vec<String> {
    let refs = line.get("refs").and_then(Value::as_array).into_iter().flatten();
    let new = refs.filter_map(|update| update.get(2)?.as_str());
    new.chain(line.get("oid").and_then(Value::as_str)).map(str::to_owned).collect()
}

/// `ID REF@{SECONDS} update by push`.
fn entry(name: &str, line: &[u8]) -> Option<Bypass> {
    let line = line.to_str().ok()?;
    let (oid, rest) = line.split_once(' ')?;
    let (at, said) = rest.split_once("@{")?.1.split_once("} ")?;
    (said == "update by push").then_some(())?;
    Some(Bypass { name: escape(name.as_bytes()), oid: oid.to_owned(), at: at.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pushes_count() {
        let push = entry("refs/remotes/o/x", b"aa refs/remotes/o/x@{1800000000} update by push").unwrap();
        assert_eq!((push.oid.as_str(), push.at), ("aa", 1_800_000_000));
        assert_eq!(entry("n", b"aa n@{1800000000} fetch: fast-forward"), None);
        assert_eq!(entry("n", b"nonsense"), None);
    }

    #[test]
    fn what_was_judged_or_found_before_is_known() {
        let log = b"{\"time\":\"2027-01-15T08:00:00.000Z\",\"event\":\"begin\"}\n\
            {\"time\":\"x\",\"event\":\"verdict\",\"refs\":[[\"r\",\"a\",\"b\"]]}\n\
            {\"time\":\"x\",\"event\":\"verdict\",\"decision\":\"BLOCK\",\"refs\":[[\"r\",\"a\",\"d\"]]}\n\
            {\"time\":\"x\",\"event\":\"bypass\",\"oid\":\"c\"}\nnonsense\n";
        let (begun, known) = judged(log).unwrap();
        assert_eq!(begun, 1_800_000_000);
        assert_eq!(known, HashSet::from(["b".to_owned(), "c".to_owned()]));
    }
}
