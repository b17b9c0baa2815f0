//! The token of an override: written by `veto override`, believed by the push that it is bound to, for some minutes.

use super::binding::Binding;
use super::second::Approval;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, sshsig};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vetogate_core::Proof;
use vetogate_core::judge::Accepted;
use vetogate_core::policy::Overrides;

/// An override. What is signed is its canonical form without `signature` and `approval`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    v: u8,
    /// What it is for.
    pub binding: Binding,
    /// Why.
    pub reason: String,
    /// Who says so, as git's configuration names them: no proof.
    pub who: String,
    /// From when on.
    pub issued: Timestamp,
    /// Until when.
    pub expires: Timestamp,
    /// So that no two are the same.
    nonce: String,
    /// An SSH signature, armored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// A second person's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

/// Why a token counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not one of ours.
    #[error("it is no token of an override ({0})")]
    Form(String),
    /// It is for something else.
    #[error("it was given for another push, or for what was found and held before something changed")]
    OtherPush,
    /// It is over.
    #[error("it ended at {0}")]
    Expired(String),
    /// It begins in the future.
    #[error("it begins at {0}, which is yet to come; was the clock set back?")]
    Early(String),
    /// It lasts longer than the policy lets it.
    #[error("it lasts longer than the policy lets it ({0} min)")]
    Long(u8),
    /// Its signature does not count.
    #[error(transparent)]
    Signature(#[from] sshsig::Refusal),
    /// A second person's word does not count.
    #[error("the approval counts for nothing: {0}")]
    Approval(String),
    /// The policy asks for more.
    #[error("the policy asks for proof `{needed}`, and this is `{given}`")]
    Weak {
        /// What the policy asks for.
        needed: Proof,
        /// What there is.
        given: Proof,
    },
}

/// A clock that was set by a little is none that jumped.
const SLACK: SignedDuration = SignedDuration::from_secs(120);

impl Token {
    /// A new one, unsigned.
    pub fn new(
        binding: Binding,
        reason: String,
        who: String,
        now: Timestamp,
        minutes: u8,
        nonce: String,
    ) -> Self {
        let expires = now.saturating_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(now);
        Self { v: 1, binding, reason, who, issued: now, expires, nonce, signature: None, approval: None }
    }

    /// What a signature is over.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let bare = Self { signature: None, approval: None, ..self.clone() };
        serde_json::to_vec(&bare).unwrap_or_default()
    }

    /// SHA-256 over all of it, in hex: what the log knows it by.
    pub fn digest(&self) -> String {
        let all = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(all).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let token: Self = serde_json::from_slice(text)
            .map_err(|error| Refusal::Form(crate::pins::said(&error.to_string(), "")))?;
        if token.v == 1 { Ok(token) } else { Err(Refusal::Form(format!("version {}", token.v))) }
    }

    /// What it accepts, of exactly this push and now.
    ///
    /// # Errors
    /// Why it counts for nothing.
    pub fn check(
        &self,
        binding: &Binding,
        now: Timestamp,
        rules: &Overrides,
        signers: &Signers,
    ) -> Result<Accepted, Refusal> {
        if self.binding != *binding {
            return Err(Refusal::OtherPush);
        }
        self.check_time(now, rules)?;
        let (given, signed_by) = self.proof(now, signers)?;
        if !given.satisfies(rules.proof) {
            return Err(Refusal::Weak { needed: rules.proof, given });
        }
        Ok(Accepted {
            fingerprints: binding.findings.clone(),
            gaps: !binding.gaps.is_empty(),
            proof: given,
            signed_by,
        })
    }

    fn check_time(&self, now: Timestamp, rules: &Overrides) -> Result<(), Refusal> {
        let longest = SignedDuration::from_mins(i64::from(rules.minutes));
        if self.issued > now.saturating_add(SLACK).unwrap_or(now) {
            return Err(Refusal::Early(self.issued.to_string()));
        }
        if now > self.expires {
            return Err(Refusal::Expired(self.expires.to_string()));
        }
        if self.issued.duration_until(self.expires) > longest {
            return Err(Refusal::Long(rules.minutes));
        }
        Ok(())
    }

    /// What it proves, and who signed.
    fn proof(&self, now: Timestamp, signers: &Signers) -> Result<(Proof, Vec<String>), Refusal> {
        let Some(signature) = &self.signature else {
            // An approval is bound to the key of the one who asked.
            return match &self.approval {
                Some(_) => Err(Refusal::Approval("the override itself is not signed".into())),
                None => Ok((Proof::Typed, Vec::new())),
            };
        };
        let own = sshsig::verify(signature, Namespace::Override, &self.signed_bytes(), signers)?;
        if let Some(approval) = &self.approval {
            let other =
                approval.check(&self.binding, &own, self.issued, now, signers).map_err(Refusal::Approval)?;
            let is_touched = own.presence && other.presence;
            let proof = if is_touched { Proof::TouchedSecondPerson } else { Proof::SecondPerson };
            return Ok((proof, vec![own.name, other.name]));
        }
        Ok((if own.presence { Proof::Hardware } else { Proof::Signed }, vec![own.name]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::binding::tests::binding;
    use super::*;
    use crate::sign::altered::altered;
    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{HashAlg, LineEnding, PrivateKey};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
    }

    fn token() -> Token {
        Token::new(binding(1), "Made up for the demo.".into(), "Ann".into(), at(0), 15, "n".into())
    }

    fn rules(proof: Proof) -> Overrides {
        Overrides { proof, ..Overrides::default() }
    }

    fn pair(seed: u8) -> PrivateKey {
        PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&[seed; 32])), "").unwrap()
    }

    fn signers() -> Signers {
        let key = pair(1).public_key().to_openssh().unwrap();
        Signers::parse(format!("ann namespaces=\"veto-override@v1\" {key}\n").as_bytes(), "f").unwrap()
    }

    fn signed(seed: u8, namespace: &str) -> Token {
        let mut token = token();
        let signature = pair(seed).sign(namespace, HashAlg::Sha512, &token.signed_bytes()).unwrap();
        token.signature = Some(signature.to_pem(LineEnding::LF).unwrap());
        token
    }

    fn check(token: &Token, now: i64, proof: Proof) -> Result<Accepted, Refusal> {
        token.check(&binding(1), at(now), &rules(proof), &signers())
    }

    #[test]
    fn it_counts_for_its_push_and_its_minutes() {
        assert_eq!(check(&token(), 1, Proof::Typed).unwrap().proof, Proof::Typed);
        assert!(check(&token(), 15, Proof::Typed).is_ok());
        assert!(matches!(check(&token(), 16, Proof::Typed), Err(Refusal::Expired(_))));
        assert!(matches!(check(&token(), -3, Proof::Typed), Err(Refusal::Early(_))));
        let other = token().check(&binding(2), at(1), &rules(Proof::Typed), &signers());
        assert_eq!(other, Err(Refusal::OtherPush));
        let mut long = token();
        long.expires = at(59);
        assert_eq!(check(&long, 1, Proof::Typed), Err(Refusal::Long(15)));
    }

    #[test]
    fn the_policy_says_what_proves_it() {
        assert!(matches!(check(&token(), 1, Proof::Signed), Err(Refusal::Weak { .. })));
        let proved = check(&signed(1, "veto-override@v1"), 1, Proof::Signed).unwrap();
        assert_eq!(proved.proof, Proof::Signed);
        assert!(matches!(
            check(&signed(1, "veto-override@v1"), 1, Proof::Hardware),
            Err(Refusal::Weak { .. })
        ));
        assert!(matches!(check(&signed(1, "git"), 1, Proof::Typed), Err(Refusal::Signature(_))));
        assert!(matches!(check(&signed(2, "veto-override@v1"), 1, Proof::Typed), Err(Refusal::Signature(_))));
        let mut changed = signed(1, "veto-override@v1");
        changed.reason = "Another reason, after it was signed.".into();
        assert!(matches!(check(&changed, 1, Proof::Typed), Err(Refusal::Signature(_))));
    }

    /// Of a signed one, wherever it is changed: it is refused, or says the same.
    #[test]
    fn any_change_of_a_signed_one_is_refused() {
        let token = signed(1, "veto-override@v1");
        let text = serde_json::to_vec(&token).unwrap();
        assert!(check(&Token::parse(&text).unwrap(), 1, Proof::Signed).is_ok());
        for changed in altered(&text) {
            let Ok(other) = Token::parse(&changed) else { continue };
            if check(&other, 1, Proof::Typed).is_ok() {
                assert_eq!(other.signed_bytes(), token.signed_bytes());
                assert!(other.signature.is_some() && other.approval.is_none());
            }
        }
    }

    /// A phrase that was typed proves nobody: but it stays bound to its push, its time and the form of a token.
    #[test]
    fn any_change_of_a_typed_one_lets_nothing_else_through() {
        let text = serde_json::to_vec(&token()).unwrap();
        for changed in altered(&text) {
            let Ok(other) = Token::parse(&changed) else { continue };
            for minute in [-60, 1, 60, 60 * 24 * 365] {
                if let Ok(accepted) = check(&other, minute, Proof::Typed) {
                    assert_eq!((&other.binding, accepted.proof), (&binding(1), Proof::Typed));
                    assert!(other.expires >= at(minute) && at(minute + 16) > other.issued);
                    assert!(other.issued.duration_until(other.expires) <= SignedDuration::from_mins(15));
                }
            }
            assert!(check(&other, 1, Proof::Signed).is_err());
        }
    }
}
