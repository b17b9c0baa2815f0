//! A signed change of a settings file: beside it, `FILE.sig`.
//!
//! What is signed is the step from the version that the trusted branch has to the new one, in this repository, and since
//! the changes that the file has seen there. A signature over the text alone would count in any repository, and bring back
//! any older version that somebody signed once; one over both texts, after the step was taken back.

use super::signers::Signers;
use super::{Namespace, sshsig};
use crate::git::command::Git;
use crate::git::past;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use vetogate_core::digest::sha256;

/// A step from one version of a file to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change<'a> {
    v: u8,
    repository: &'a str,
    path: &'a str,
    since: &'a str,
    before: String,
    after: String,
}

fn digest(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of all commits of a branch that changed a file. What is merged beside it can add to them, and takes none
/// away. `None` where history is cut off, or git can't say.
pub fn since(git: &Git, tip: &str, path: &str) -> Option<String> {
    let mut commits = past::changes(git, tip, path)?;
    commits.sort();
    let parts: Vec<&[u8]> = commits.iter().map(String::as_bytes).collect();
    Some(sha256("vetogate/since/v1", &parts))
}

impl<'a> Change<'a> {
    /// From `before`, which is empty where there was no file and which the changes `since` made, to `after`.
    pub fn new(repository: &'a str, path: &'a str, since: &'a str, (before, after): (&[u8], &[u8])) -> Self {
        Self { v: 2, repository, path, since, before: digest(before), after: digest(after) }
    }

    /// What is signed: JSON without blanks.
    pub fn signed_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether one of `signers` signed it.
    ///
    /// # Errors
    /// Why the signature counts for nothing.
    pub fn verify(&self, signature: &str, signers: &Signers) -> Result<sshsig::Proof, sshsig::Refusal> {
        sshsig::verify(signature, Namespace::Policy, &self.signed_bytes(), signers)
    }
}

/// Where the signature of a file stands.
pub fn signature_path(path: &str) -> String {
    format!("{path}.sig")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_signed() {
        let change = Change::new("r", "p", "c", (b"a", b"b"));
        let others = [
            Change::new("s", "p", "c", (b"a", b"b")),
            Change::new("r", "q", "c", (b"a", b"b")),
            Change::new("r", "p", "d", (b"a", b"b")),
            Change::new("r", "p", "c", (b"x", b"b")),
            Change::new("r", "p", "c", (b"a", b"x")),
        ];
        assert!(others.iter().all(|other| other.signed_bytes() != change.signed_bytes()));
    }
}
