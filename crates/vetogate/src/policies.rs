//! Where the policy of a run is read from.

use crate::git::command::Git;
use crate::hooks::files;
use bstr::ByteSlice;
use std::path::{Path, PathBuf};
use vetogate_core::digest::sha256;
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

/// The good policies that a clone saw, one for each remote: `<common git folder>/veto/policies/PLACE-DIGEST.toml`.
pub struct Seen<'a> {
    /// The common git folder.
    pub common_dir: &'a Path,
    /// Where the remote is, as it may be shown.
    pub place: String,
}

impl Seen<'_> {
    fn folder(&self) -> PathBuf {
        self.common_dir.join("veto/policies")
    }

    fn prefix(&self) -> String {
        let mut name = sha256("vetogate/place/v1", &[self.place.as_bytes()]);
        name.truncate(16);
        name + "-"
    }

    /// Keeps a policy that was understood, for when the next one is not. That it can't be kept is no harm now.
    pub fn keep(&self, tree: &dyn Tree, policy: &Policy) {
        let name = format!("{}{}.toml", self.prefix(), policy.digest.get(..16).unwrap_or_default());
        let path = self.folder().join(&name);
        if path.exists() {
            return;
        }
        let Ok(Some(text)) = tree.get(FILE.as_bytes()) else { return };
        let before = self.all();
        let kept =
            std::fs::create_dir_all(self.folder()).and_then(|()| files::put(&path, &text, files::PLAIN));
        if kept.is_ok() {
            before.into_iter().for_each(|old| drop(std::fs::remove_file(old)));
        }
    }

    /// The last one that was understood.
    pub fn last(&self) -> Option<Policy> {
        let text = files::read(self.all().first()?).ok()??;
        Policy::parse(text.to_str().ok()?, "the last good policy").ok()
    }

    fn all(&self) -> Vec<PathBuf> {
        let prefix = self.prefix();
        let entries = std::fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let own = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
        own.map(|entry| entry.path()).collect()
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

/// The policy of a work tree.
///
/// # Errors
/// When it is there and wrong.
pub fn of_work_tree(root: &Path) -> Result<Policy, PolicyError> {
    let path = root.join(FILE);
    let wrong = |message: String| PolicyError { source_name: FILE.into(), line: 1, column: 1, message };
    if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        // A pipe would be waited for.
        return Err(wrong("not a file".into()));
    }
    match std::fs::read(&path) {
        Ok(text) => Policy::parse(text.to_str().map_err(|_| wrong("not UTF-8".into()))?, FILE),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Policy::default()),
        Err(error) => Err(wrong(format!("can't be read: {error}"))),
    }
}
