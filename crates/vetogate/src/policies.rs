//! Where the policy of a run is read from.

pub mod layers;
pub mod of_push;
pub mod schema;
pub mod seen;

use crate::git::command::Git;
use crate::git::past;
use bstr::ByteSlice;
use std::path::Path;
use vetogate_core::policy::PolicyError;
use vetogate_core::text::{escape, shorten};
use vetogate_core::view::EntryKind;
use vetogate_core::{Gap, GapCause, Place, Policy, Tree};

/// The policy file of a project.
pub const FILE: &str = ".veto/policy.toml";

/// The policy of what the other side has; built-in where it has none. One that can't be understood is no dead end:
/// the strictest holds, and a gap says so.
pub fn of_remote(tree: &dyn Tree, name: &str) -> (Policy, Option<Gap>) {
    let source = format!("{name}:{FILE}");
    let text = match file(tree, FILE) {
        Ok(None) => return (Policy::default(), None),
        Ok(Some(text)) => text,
        Err(gap) => {
            let detail =
                format!("{source} can't be read, and preset strict holds until it can: {}", gap.detail);
            return (Policy::fallback(), Some(held(detail)));
        }
    };
    let parsed = match text.to_str() {
        Ok(text) => Policy::parse(text, &source).map_err(|error| error.to_string()),
        Err(_) => Err(format!("{source}: not UTF-8")),
    };
    match parsed {
        Ok(policy) => (policy, None),
        Err(error) => (Policy::fallback(), Some(broken(&error))),
    }
}

/// A file of settings; `None` where there is none.
///
/// # Errors
/// A gap where it can't be read, or is something else than a file: then it does not count as none.
pub fn file(tree: &dyn Tree, path: &str) -> Result<Option<Vec<u8>>, Gap> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let entries = tree.list(folder.as_bytes())?;
    match entries.iter().find(|entry| entry.name == name.as_bytes()) {
        Some(entry) if entry.kind != EntryKind::File => {
            let place = Place::File(path.to_owned());
            Err(Gap::partial(GapCause::Policy, place, format!("{path} is no regular file")))
        }
        Some(_) => tree.get(path.as_bytes()),
        None => Ok(None),
    }
}

/// All versions of a branch that can be understood, up to a commit; the strict one where they can't be read.
pub fn before(git: &Git, commit: &str) -> Vec<Policy> {
    let versions = past::Versions::below(git, None, commit, FILE);
    let Some(texts) = versions.and_then(|versions| versions.of(FILE)) else {
        return vec![Policy::fallback()];
    };
    let parse = |text: &Vec<u8>| Policy::parse(text.to_str().ok()?, "an older version").ok();
    texts.iter().filter_map(parse).collect()
}

/// What the policy of a commit calls the repository, where it does.
pub fn repository_at(git: &Git, commit: &str) -> Option<String> {
    let text = git.read(["cat-file", "blob", &format!("{commit}:{FILE}")]).ok()?;
    Policy::parse(text.to_str().ok()?, FILE).ok()?.repository
}

fn broken(error: &str) -> Gap {
    let error = shorten(&escape(error.as_bytes()), 300);
    held(format!("{error}; preset strict holds until a push mends it"))
}

fn held(detail: String) -> Gap {
    Gap::partial(GapCause::Policy, Place::Run("policy".into()), detail)
}

/// The policy of a work tree, as that alone says it.
///
/// # Errors
/// When it is there and wrong.
pub fn of_work_tree(root: &Path) -> Result<Policy, PolicyError> {
    let path = root.join(FILE);
    // A pipe would be waited for; what a link leads to may be missing, and then it is there all the same.
    let is_link = || std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink());
    if std::fs::metadata(&path).map_or_else(|_| is_link(), |found| !found.is_file()) {
        return Err(wrong_file(FILE, "not a file".into()));
    }
    match std::fs::read(&path) {
        Ok(text) => {
            let text = text.to_str().map_err(|_| wrong_file(FILE, "not UTF-8".into()))?;
            Policy::parse(text, FILE)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Policy::default()),
        Err(error) => Err(wrong_file(FILE, format!("can't be read: {error}"))),
    }
}

/// What is wrong with a file as a whole.
fn wrong_file(name: &str, message: String) -> PolicyError {
    PolicyError { source_name: name.into(), line: 1, column: 1, message }
}
