//! Whose signature counts for a clone: signers that the push itself can't change.

use crate::audit::log::Log;
use crate::hooks::files;
use crate::policies::{self, seen};
use crate::sign::signers::{Signer, Signers};
use std::path::{Path, PathBuf};
use vetogate_core::Tree;
use vetogate_core::text::escape;

/// The signers file of a project.
pub const FILE: &str = ".veto/allowed_signers";

/// Who may sign, and by whose word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Everyone who may.
    pub signers: Signers,
    /// Where they are listed, for people.
    pub sources: Vec<String>,
}

/// Settings of the machine, which only its administrator can change.
pub fn machine_folder() -> PathBuf {
    // A test has no machine of its own; what users get is built without this.
    #[cfg(debug_assertions)]
    if let Some(folder) = std::env::var_os("VETO_TEST_ETC") {
        return PathBuf::from(folder);
    }
    PathBuf::from("/etc/veto")
}

/// Where the key stands that the user enrolled for this clone.
pub fn enrolled_file(common_dir: &Path) -> PathBuf {
    common_dir.join("veto/allowed_signers")
}

/// Who may sign: those of the remote's trusted branch and of the machine; where neither has a list, whom the user
/// enrolled for this clone.
///
/// # Errors
/// What is wrong with a list, and where: then nobody's signature counts.
pub fn signers(trusted: Option<(&dyn Tree, &str)>, common_dir: &Path) -> Result<Trust, String> {
    let mut trust = Trust::default();
    if let Some((tree, name)) = trusted {
        let text = policies::file(tree, FILE).map_err(|gap| gap.detail)?;
        trust.add(text, format!("{name}:{FILE}"))?;
    }
    let machine = machine_folder().join("allowed_signers");
    trust.add(read(&machine)?, shown(&machine))?;
    if trust.sources.is_empty() {
        // Whom a remote lists is not to be got rid of by forgetting its branch.
        if let Some(name) = seen::lists_signers(common_dir).filter(|_| trusted.is_none()) {
            return Err(format!("{name} lists who may sign, and is not here; run `git fetch`"));
        }
        let enrolled = enrolled_file(common_dir);
        trust.add(read(&enrolled)?, shown(&enrolled))?;
        let log = Log::of(common_dir);
        for key in trust.signers.iter().map(Signer::fingerprint) {
            if !log.holds("enrolment", "key", &key)? {
                return Err(format!(
                    "{}: the record does not know that {key} was enrolled; `veto install --signer KEY` does it",
                    shown(&enrolled)
                ));
            }
        }
    }
    Ok(trust)
}

impl Trust {
    fn add(&mut self, text: Option<Vec<u8>>, source: String) -> Result<(), String> {
        let Some(text) = text else { return Ok(()) };
        let signers = Signers::parse(&text, &source).map_err(|error| error.to_string())?;
        self.signers.extend(signers);
        self.sources.push(source);
        Ok(())
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    files::read(path).map_err(|error| format!("{} can't be read: {error}", shown(path)))
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}
