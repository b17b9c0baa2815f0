//! An anchor: the head of a log, signed, to be kept where the owner of the clone can't change it.

use super::Head;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, sshsig};
use serde::{Deserialize, Serialize};

/// A signed head. What is signed is its canonical form without the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    v: u8,
    /// Number of the last line.
    pub seq: u64,
    /// SHA-256 of that line, in hex.
    pub hash: String,
    /// When it was taken, in UTC.
    pub time: String,
    /// An SSH signature, armored; empty where it is not signed.
    #[serde(default)]
    pub signature: String,
}

impl Anchor {
    /// That of a head, to be signed.
    pub fn new(head: &Head, time: String) -> Self {
        Self { v: 1, seq: head.seq, hash: head.hash.clone(), time, signature: String::new() }
    }

    /// The head.
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash.clone() }
    }

    /// What the signature is over.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let bare = Self { signature: String::new(), ..self.clone() };
        serde_json::to_vec(&bare).unwrap_or_default()
    }

    /// Who signed it.
    ///
    /// # Errors
    /// Why the signature counts for nothing.
    pub fn signer(&self, signers: &Signers) -> Result<sshsig::Proof, sshsig::Refusal> {
        sshsig::verify(&self.signature, Namespace::Audit, &self.signed_bytes(), signers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::altered::altered;
    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{HashAlg, LineEnding, PrivateKey};

    #[test]
    fn any_change_of_a_signed_one_is_refused() {
        let key = PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&[1; 32])), "").unwrap();
        let line = format!("ann namespaces=\"veto-audit@v1\" {}\n", key.public_key().to_openssh().unwrap());
        let signers = Signers::parse(line.as_bytes(), "f").unwrap();
        let head = Head { seq: 7, hash: "ab".repeat(32) };
        let mut anchor = Anchor::new(&head, "2026-11-30T12:00:00Z".into());
        let signature = key.sign("veto-audit@v1", HashAlg::Sha512, &anchor.signed_bytes()).unwrap();
        anchor.signature = signature.to_pem(LineEnding::LF).unwrap();
        assert!(anchor.signer(&signers).is_ok());
        for changed in altered(&serde_json::to_vec(&anchor).unwrap()) {
            let Ok(other) = serde_json::from_slice::<Anchor>(&changed) else { continue };
            assert!(other.signer(&signers).is_err() || other.signed_bytes() == anchor.signed_bytes());
        }
    }
}
