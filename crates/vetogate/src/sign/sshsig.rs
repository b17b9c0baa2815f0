//! Checking a signature in process: a program called `ssh-keygen` in the search path has no say in it.

use super::Namespace;
use super::signers::{Signer, Signers, fingerprint};
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, LineEnding, PublicKey, SshSig};

/// What a signature proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whose key it is.
    pub name: String,
    /// The key's fingerprint.
    pub key: String,
    /// Whether a hardware key made it, and someone touched it (FIDO's flag of user presence).
    pub presence: bool,
}

/// Why a signature counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No signature at all.
    #[error("not an SSH signature ({0})")]
    Form(String),
    /// Made for something else.
    #[error("the signature was made for `{found}`, and has to be made for `{expected}`")]
    Namespace {
        /// What it was made for.
        found: String,
        /// What it is needed for.
        expected: &'static str,
    },
    /// By somebody who is not listed.
    #[error("the key {0} is not listed in the signers file")]
    Unlisted(String),
    /// By somebody who may not sign for this.
    #[error("{name} may not sign for `{namespace}`")]
    NotAllowed {
        /// Who.
        name: String,
        /// What for.
        namespace: &'static str,
    },
    /// Something else was signed.
    #[error("the signature does not fit: what was signed was something else, or the key is another")]
    Wrong,
    /// A hardware key that nobody touched.
    #[error("the hardware key {0} signed without being touched; make one without `no-touch-required`")]
    Absent(String),
}

/// FIDO's flag of user presence (PROTOCOL.u2f: the byte before the counter).
const USER_PRESENT: u8 = 1;

/// Checks that one of `signers` signed `message` for `namespace`.
///
/// # Errors
/// Why it counts for nothing.
pub fn verify(
    armored: &str,
    namespace: Namespace,
    message: &[u8],
    signers: &Signers,
) -> Result<Proof, Refusal> {
    let signature = parse(armored)?;
    let key = signature.public_key();
    let signer = signers.with_key(key).ok_or_else(|| Refusal::Unlisted(fingerprint(key)))?;
    let presence = check(&signature, namespace, message)?;
    if !signer.may(namespace) {
        return Err(Refusal::NotAllowed { name: signer.name.clone(), namespace: namespace.as_str() });
    }
    Ok(proof(signer, presence))
}

fn proof(signer: &Signer, presence: bool) -> Proof {
    Proof { name: signer.name.clone(), key: signer.fingerprint(), presence }
}

/// Whether a signature was made by a hardware key that someone touched, whoever's it is.
///
/// # Errors
/// When it fits neither the message nor the namespace.
pub fn is_touched(armored: &str, namespace: Namespace, message: &[u8]) -> Result<bool, Refusal> {
    check(&parse(armored)?, namespace, message)
}

/// The key that made a signature, whoever's it is.
///
/// # Errors
/// When it is no signature.
pub fn key_of(armored: &str) -> Result<PublicKey, Refusal> {
    Ok(PublicKey::from(parse(armored)?.public_key().clone()))
}

/// The armor and nothing else: what stands behind it would be signed by nobody.
fn parse(armored: &str) -> Result<SshSig, Refusal> {
    let form = |error: ssh_key::Error| Refusal::Form(error.to_string());
    let signature = SshSig::from_pem(armored).map_err(form)?;
    let again = signature.to_pem(LineEnding::LF).map_err(form)?;
    // How the lines are broken differs from program to program.
    if joined(&again) == joined(armored) {
        Ok(signature)
    } else {
        Err(Refusal::Form("something else stands beside it".into()))
    }
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Checks the signature by the key that it names; whether someone touched it.
fn check(signature: &SshSig, namespace: Namespace, message: &[u8]) -> Result<bool, Refusal> {
    if signature.namespace() != namespace.as_str() {
        let found = vetogate_core::text::escape(signature.namespace().as_bytes());
        return Err(Refusal::Namespace { found, expected: namespace.as_str() });
    }
    let key = PublicKey::from(signature.public_key().clone());
    key.verify(namespace.as_str(), message, signature).map_err(|_| Refusal::Wrong)?;
    if !is_hardware(signature.public_key()) {
        return Ok(false);
    }
    if flags(signature) & USER_PRESENT == 0 {
        return Err(Refusal::Absent(fingerprint(signature.public_key())));
    }
    Ok(true)
}

/// Whether a key lives in hardware and can be asked for a touch.
pub fn is_hardware(key: &KeyData) -> bool {
    matches!(key.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256)
}

/// The flags byte of a FIDO signature: what stands before the counter of four bytes.
fn flags(signature: &SshSig) -> u8 {
    let bytes = signature.signature_bytes();
    bytes.len().checked_sub(5).and_then(|at| bytes.get(at).copied()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};
    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{HashAlg, PrivateKey};

    fn pair(seed: u8) -> PrivateKey {
        PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&[seed; 32])), "").unwrap()
    }

    fn signers(seed: u8, namespace: &str) -> Signers {
        let key = pair(seed).public_key().to_openssh().unwrap();
        Signers::parse(format!("ann namespaces=\"{namespace}\" {key}\n").as_bytes(), "f").unwrap()
    }

    fn sign(seed: u8, namespace: &str, message: &[u8]) -> String {
        let signature = pair(seed).sign(namespace, HashAlg::Sha512, message).unwrap();
        signature.to_pem(LineEnding::LF).unwrap()
    }

    const NAMESPACE: &str = "veto-override@v1";

    #[test]
    fn a_signature_counts_for_its_namespace_message_and_signer() {
        let signature = sign(1, NAMESPACE, b"push");
        let listed = signers(1, NAMESPACE);
        let proof = verify(&signature, Namespace::Override, b"push", &listed).unwrap();
        assert_eq!((proof.name.as_str(), proof.presence), ("ann", false));
        let refused = |signature: &str, namespace, message: &[u8], signers: &Signers| {
            verify(signature, namespace, message, signers).unwrap_err()
        };
        assert_eq!(refused(&signature, Namespace::Override, b"other", &listed), Refusal::Wrong);
        let namespace = refused(&signature, Namespace::Triage, b"push", &listed);
        assert!(matches!(namespace, Refusal::Namespace { .. }), "{namespace}");
        let other = refused(&sign(2, NAMESPACE, b"push"), Namespace::Override, b"push", &listed);
        assert!(matches!(other, Refusal::Unlisted(_)), "{other}");
        let triage = refused(&signature, Namespace::Override, b"push", &signers(1, "veto-triage@v1"));
        assert!(matches!(triage, Refusal::NotAllowed { .. }), "{triage}");
        let nothing = refused("", Namespace::Override, b"push", &listed);
        assert!(matches!(nothing, Refusal::Form(_)), "{nothing}");
    }

    /// A signature of the bytes themselves.
    fn raw<K: ssh_key::SigningKey>(key: &K, bytes: &[u8]) -> ssh_key::Signature {
        key.try_sign(bytes).unwrap()
    }

    /// As PROTOCOL.u2f has it: over the application, the flags, a counter and the message, each hashed.
    fn of_hardware(flags: u8, message: &[u8]) -> String {
        let public = *pair(1).public_key().key_data().ed25519().unwrap();
        let key = KeyData::SkEd25519(ssh_key::public::SkEd25519::new(public, "ssh:"));
        let signed = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message).unwrap();
        let tail = [flags, 0, 0, 0, 7];
        let over = [&Sha256::digest("ssh:")[..], &tail, &Sha256::digest(&signed)].concat();
        let bytes = [raw(&pair(1), &over).as_bytes(), &tail].concat();
        let made = ssh_key::Signature::new(Algorithm::SkEd25519, bytes).unwrap();
        SshSig::new(key, NAMESPACE, HashAlg::Sha512, made).unwrap().to_pem(LineEnding::LF).unwrap()
    }

    #[test]
    fn a_touch_is_shown_by_the_signature() {
        let touched = |signature: &str| is_touched(signature, Namespace::Override, b"push");
        assert_eq!(touched(&of_hardware(1, b"push")), Ok(true));
        assert!(matches!(touched(&of_hardware(0, b"push")), Err(Refusal::Absent(_))));
        assert_eq!(touched(&of_hardware(1, b"other")), Err(Refusal::Wrong));
        assert_eq!(touched(&sign(1, NAMESPACE, b"push")), Ok(false));
        assert!(matches!(touched(&sign(1, "git", b"push")), Err(Refusal::Namespace { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_changed_byte_is_refused(at in 0..1000_usize, change in 1..=255_u8) {
            let signature = sign(1, NAMESPACE, b"push");
            let mut bytes = signature.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= change;
            let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
            // White space and the line's end are not part of what is signed.
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            prop_assume!(plain(&changed) != plain(&signature));
            prop_assert!(verify(&changed, Namespace::Override, b"push", &signers(1, NAMESPACE)).is_err());
        }
    }
}
