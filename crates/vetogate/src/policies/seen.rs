//! The good policies that a clone saw, and which places list who may sign.

use super::{FILE, file};
use crate::deadline::Deadline;
use crate::git::catfile::CatFile;
use crate::git::command::Git;
use crate::git::tree::GitTree;
use crate::hooks::files;
use crate::source::alias::Alias;
use crate::trust;
use bstr::ByteSlice as _;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use vetogate_core::digest::sha256;
use vetogate_core::text::escape;
use vetogate_core::{Policy, Tree};

/// Hexadecimal digits of a digest in the name of a file.
const DIGITS: usize = 16;

/// How the name of a file ends that says of a place that it lists who may sign.
const SIGNERS: &str = ".signers";

/// Most places whose policies are remembered for a push to an unknown one.
const MOST: usize = 64;

/// The good policies that a clone saw, one for each remote: `<common git folder>/veto/policies/PLACE-DIGEST.toml`.
pub struct Seen<'a> {
    /// The common git folder.
    pub common_dir: &'a Path,
    /// Where the remote is, as it may be shown.
    pub place: String,
}

impl Seen<'_> {
    fn place_name(&self) -> String {
        let mut name = sha256("vetogate/place/v1", &[self.place.as_bytes()]);
        name.truncate(DIGITS);
        name
    }

    fn prefix(&self) -> String {
        self.place_name() + "-"
    }

    /// Keeps a policy that was understood, for when the next one is not. That it can't be kept is no harm now.
    pub fn keep(&self, tree: &dyn Tree, policy: &Policy) {
        let name = format!("{}{}.toml", self.prefix(), policy.digest.get(..DIGITS).unwrap_or_default());
        let path = folder(self.common_dir).join(&name);
        if path.exists() {
            return;
        }
        let Ok(Some(text)) = tree.get(FILE.as_bytes()) else { return };
        let before = self.all();
        let kept = std::fs::create_dir_all(folder(self.common_dir))
            .and_then(|()| files::put(&path, &text, files::PLAIN));
        if kept.is_ok() {
            before.into_iter().for_each(|old| drop(std::fs::remove_file(old)));
        }
    }

    /// Keeps whether this place lists who may sign, for when its branch is not here. `name` is its trusted branch.
    pub fn keep_signers(&self, tree: &dyn Tree, name: &str) {
        let path = folder(self.common_dir).join(self.place_name() + SIGNERS);
        // A list that can't be read is one.
        match (matches!(file(tree, trust::FILE), Ok(None)), path.exists()) {
            (false, false) => {
                let _ = std::fs::create_dir_all(folder(self.common_dir))
                    .and_then(|()| files::put(&path, name.as_bytes(), files::PLAIN));
            }
            (true, true) => drop(std::fs::remove_file(path)),
            _ => {}
        }
    }

    /// The last one that was understood.
    pub fn last(&self) -> Option<Policy> {
        self.all().iter().find_map(|path| kept(path))
    }

    /// The last good ones of every place that this clone pushed to.
    pub fn everywhere(common_dir: &Path) -> Vec<Policy> {
        files_of(&folder(common_dir), "").iter().filter_map(|path| kept(path)).take(MOST).collect()
    }

    fn all(&self) -> Vec<PathBuf> {
        files_of(&folder(self.common_dir), &self.prefix())
    }
}

/// Keeps of each remote that is pinned and fetched whether it lists who may sign.
pub fn keep_all_signers(git: &Git, common_dir: &Path) {
    let objects = RefCell::new(CatFile::new(git.clone(), Deadline::start(None).watch()));
    for alias in Alias::all(git, common_dir) {
        let seen = Seen { common_dir, place: alias.place };
        seen.keep_signers(&GitTree::new(&objects, alias.tip), &alias.name);
    }
}

/// The trusted branch of a remote that lists who may sign, as this clone saw.
pub fn lists_signers(common_dir: &Path) -> Option<String> {
    let entries = files_of(&folder(common_dir), "");
    let path = entries.into_iter().find(|path| path.to_string_lossy().ends_with(SIGNERS))?;
    Some(escape(&files::read(&path).ok().flatten().unwrap_or_default()))
}

/// A policy that was kept; `None` where it is not what its name says, for then it is not what was kept.
fn kept(path: &Path) -> Option<Policy> {
    let text = files::read(path).ok()??;
    let policy = Policy::parse(text.to_str().ok()?, "the last good policy").ok()?;
    let named = path.file_stem()?.to_str()?.rsplit('-').next()?;
    (named.len() == DIGITS && policy.digest.starts_with(named)).then_some(policy)
}

fn files_of(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let own = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let mut paths: Vec<PathBuf> = own.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn folder(common_dir: &Path) -> PathBuf {
    common_dir.join("veto/policies")
}
