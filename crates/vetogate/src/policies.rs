//! Where the policy of a run is read from.

pub mod layers;
pub mod of_push;
pub mod schema;
pub mod seen;

use crate::git::command::Git;
use bstr::ByteSlice;
use std::path::Path;
use vetogate_core::policy::PolicyError;
use vetogate_core::text::{escape, shorten};
use vetogate_core::{Gap, GapCause, Place, Policy, Tree};

/// The policy file of a project.
pub const FILE: &str = ".veto/policy.toml";

/// The policy of what the other side has; built-in where it has none. One that can't be understood is no dead end:
/// the strictest holds, and a gap says so.
pub fn of_remote(tree: &dyn Tree, name: &str) -> (Policy, Option<Gap>) {
    let source = format!("{name}:{FILE}");
    let text = match tree.get(FILE.as_bytes()) {
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
    if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        // A pipe would be waited for.
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
