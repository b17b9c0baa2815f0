//! Making a signature through `ssh-keygen -Y sign`, so that agents, passphrases and hardware keys work.

use super::{Namespace, sshsig};
use bstr::ByteSlice;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use vetogate_core::text::escape;

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// `ssh-keygen` is not there, or can't be talked to.
    #[error("could not run ssh-keygen: {0}; install OpenSSH 8.2 or newer")]
    Start(std::io::Error),
    /// It did not sign, and said why.
    #[error("ssh-keygen did not sign with {0}; the reason stands above")]
    Failed(String),
    /// What it gave is no signature.
    #[error("what ssh-keygen gave is no signature: {0}")]
    Answer(#[from] sshsig::Refusal),
}

/// Signs `message` with a key: a file with a private key, or with a public one whose private part an agent holds.
/// The message goes through standard input, for beside a file an old signature would stay and pass for the new one.
///
/// # Errors
/// When there is no signature; whether it counts, [`sshsig::verify`] says.
pub fn sign(key: &Path, namespace: Namespace, message: &[u8]) -> Result<String, SignError> {
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "sign", "-n", namespace.as_str(), "-f"])
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Where it asks for a touch.
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(SignError::Start)?;
    if let Some(mut input) = child.stdin.take() {
        // It may have ended by now; what it said tells why.
        let _ = input.write_all(message);
    }
    let output = child.wait_with_output().map_err(SignError::Start)?;
    if !output.status.success() {
        return Err(SignError::Failed(escape(key.as_os_str().as_encoded_bytes())));
    }
    let armored = output.stdout.to_str_lossy().into_owned();
    sshsig::key_of(&armored)?;
    Ok(armored)
}

/// The public part that lies beside a private key, or the file itself where it is public.
pub fn public_file(key: &Path) -> PathBuf {
    if key.extension().is_some_and(|extension| extension == "pub") {
        return key.to_owned();
    }
    let mut name = key.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}
