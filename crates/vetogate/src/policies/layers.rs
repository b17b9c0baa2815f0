//! The policies of the machine and of the user, which may only tighten what a repository says.

use super::wrong_file;
use crate::hooks::{self, files};
use crate::trust::machine_folder;
use std::path::{Path, PathBuf};
use vetogate_core::Policy;
use vetogate_core::policy::PolicyError;

/// The name of the file in either folder.
pub const NAME: &str = "policy.toml";

/// The policies that hold on this machine whatever a repository says.
#[derive(Debug, Clone, Default)]
pub struct Layers(Vec<Policy>);

impl Layers {
    /// Reads `/etc/veto/policy.toml` and `~/.config/veto/policy.toml`, as far as they are there.
    ///
    /// # Errors
    /// What is wrong with one, and where.
    pub fn read() -> Result<Self, PolicyError> {
        let mut found = paths().into_iter().map(|path| read(&path)).collect::<Result<Vec<_>, _>>()?;
        // To call a remote public loosens: where the machine has a policy, that says it or nobody does.
        if let [Some(_), Some(user)] = &mut found[..] {
            user.public.clear();
        }
        Ok(Self(found.into_iter().flatten().collect()))
    }

    /// A policy with everything that they tighten.
    pub fn over(&self, policy: Policy) -> Policy {
        self.0.iter().fold(policy, Policy::tighten)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.iter()
    }
}

/// Where they are looked for.
pub fn paths() -> Vec<PathBuf> {
    // Without a home there is no user's file.
    std::iter::once(machine_folder()).chain(hooks::user_folder()).map(|folder| folder.join(NAME)).collect()
}

fn read(path: &Path) -> Result<Option<Policy>, PolicyError> {
    let name = hooks::show(path);
    let folder = path.parent().unwrap_or(path);
    // A link to nowhere, and a file where a folder is to be, are no "there is none".
    let is_broken = |path: &Path| path.symlink_metadata().is_ok() && path.metadata().is_err();
    if is_broken(path) || is_broken(folder) || (folder.exists() && !folder.is_dir()) {
        return Err(wrong_file(&name, "it can't be reached: a link or a file stands in its way".into()));
    }
    let text = files::read(path).map_err(|error| wrong_file(&name, format!("can't be read: {error}")))?;
    let Some(text) = text else { return Ok(None) };
    let text = std::str::from_utf8(&text).map_err(|_| wrong_file(&name, "not UTF-8".into()))?;
    Policy::parse_floor(text, &name).map(Some)
}
