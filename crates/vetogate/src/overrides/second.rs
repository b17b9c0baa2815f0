//! A second person: a request that names the push, and its approval by another key, within a day.

use super::binding::Binding;
use crate::audit::log::Log;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, sshsig};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How long an approval waits to be used.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What one person asks another: to let this push through. It names the rules and the policy that the one who asks has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    v: u8,
    /// The push.
    pub binding: Binding,
    /// Why.
    pub reason: String,
    /// Who asks, as git's configuration names them: no proof.
    pub who: String,
    /// When.
    pub asked: Timestamp,
}

/// Another person's word on a request. What is signed is the canonical form of `request` and `approved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// What was asked.
    pub request: Request,
    /// When it was approved.
    pub approved: Timestamp,
    /// An SSH signature, armored.
    #[serde(default)]
    pub signature: String,
}

impl Request {
    /// A new one.
    pub fn new(binding: Binding, reason: String, who: String, now: Timestamp) -> Self {
        Self { v: 1, binding, reason, who, asked: now }
    }

    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let request: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if request.v == 1 { Ok(request) } else { Err(format!("version {}", request.v)) }
    }
}

impl Approval {
    /// A new one, to be signed.
    pub fn new(request: Request, now: Timestamp) -> Self {
        Self { request, approved: now, signature: String::new() }
    }

    /// What the signature is over.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let bare = Self { signature: String::new(), ..self.clone() };
        serde_json::to_vec(&bare).unwrap_or_default()
    }

    /// SHA-256 over what is signed, in hex: what the log knows it by, however its file is written.
    pub fn digest(&self) -> String {
        Sha256::digest(self.signed_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Until when it may be used, by the log: `None` where it was not used yet.
    ///
    /// # Errors
    /// When it was used and its minutes are over, or the log says nothing.
    pub fn until(&self, log: &Log, now: Timestamp) -> Result<Option<Timestamp>, String> {
        let Some(used) = log.first("override", "approval", &self.digest())? else { return Ok(None) };
        // An event that names no time was written by nobody of us: it allows nothing more.
        let until = used["until"].as_str().and_then(|until| until.parse::<Timestamp>().ok());
        match until.filter(|until| now <= *until) {
            Some(until) => Ok(Some(until)),
            None => Err("this approval was used already, and its minutes are over; ask for a new one".into()),
        }
    }

    /// Who approved this push, which `own` signed at `issued`.
    ///
    /// # Errors
    /// Why it counts for nothing.
    pub fn check(
        &self,
        binding: &Binding,
        own: &sshsig::Proof,
        issued: Timestamp,
        now: Timestamp,
        signers: &Signers,
    ) -> Result<sshsig::Proof, String> {
        if self.request.binding != *binding {
            return Err(
                "it is for another push, or for what was found and held before something changed".into()
            );
        }
        let other = sshsig::verify(&self.signature, Namespace::Override, &self.signed_bytes(), signers)
            .map_err(|refusal| refusal.to_string())?;
        if other.key == own.key || other.name == own.name {
            return Err(format!("{} signed both; it takes a second person", other.name));
        }
        if self.approved > now.saturating_add(SignedDuration::from_secs(120)).unwrap_or(now) {
            return Err(format!("it was given at {}, which is yet to come", self.approved));
        }
        if self.approved.duration_until(issued) > DAY {
            return Err(format!("it was given at {}, more than 24 hours before", self.approved));
        }
        Ok(other)
    }
}

#[cfg(test)]
mod tests {
    use super::super::binding::tests::binding;
    use super::super::token::Token;
    use super::*;
    use crate::audit::Event;
    use crate::sign::altered::altered;
    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{HashAlg, LineEnding, PrivateKey};
    use vetogate_core::Proof;
    use vetogate_core::policy::Overrides;

    fn pair(seed: u8) -> PrivateKey {
        PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&[seed; 32])), "").unwrap()
    }

    fn signers() -> Signers {
        let line = |name: &str, seed| {
            let key = pair(seed).public_key().to_openssh().unwrap();
            format!("{name} namespaces=\"veto-override@v1\" {key}\n")
        };
        Signers::parse((line("ann", 1) + &line("bob", 2)).as_bytes(), "f").unwrap()
    }

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 3600 * hour).unwrap()
    }

    fn approved_by(seed: u8) -> Approval {
        let request = Request::new(binding(1), "Because of the demo.".into(), "Ann".into(), at(0));
        let mut approval = Approval::new(request, at(1));
        let signature =
            pair(seed).sign("veto-override@v1", HashAlg::Sha512, &approval.signed_bytes()).unwrap();
        approval.signature = signature.to_pem(LineEnding::LF).unwrap();
        approval
    }

    fn key(seed: u8) -> String {
        crate::sign::signers::fingerprint(pair(seed).public_key().key_data())
    }

    #[test]
    fn it_takes_another_key_the_same_push_and_a_day() {
        let check = |approval: &Approval, own: u8, number: u8, hour: i64| {
            let name = if own == 1 { "ann" } else { "bob" };
            let own = sshsig::Proof { name: name.into(), key: key(own), presence: false };
            approval.check(&binding(number), &own, at(hour), at(hour), &signers()).map(|other| other.name)
        };
        assert_eq!(check(&approved_by(2), 1, 1, 24), Ok("bob".into()));
        assert!(check(&approved_by(1), 1, 1, 2).unwrap_err().contains("ann signed both"));
        assert!(check(&approved_by(2), 1, 2, 2).unwrap_err().contains("another push"));
        assert!(check(&approved_by(2), 1, 1, 26).unwrap_err().contains("more than 24 hours"));
        assert!(check(&approved_by(2), 1, 1, 0).unwrap_err().contains("yet to come"));
        assert!(check(&approved_by(3), 1, 1, 2).unwrap_err().contains("not listed"));
        let mut changed = approved_by(2);
        changed.request.reason.push('!');
        assert!(check(&changed, 1, 1, 2).unwrap_err().contains("does not fit"));
    }

    #[test]
    fn it_is_used_once_and_again_within_its_minutes_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (log, approval) = (Log::of(folder.path()), approved_by(2));
        assert_eq!(approval.until(&log, at(2)), Ok(None));
        let use_until = |until: Option<Timestamp>| {
            let until = until.map(|until| until.to_string());
            let event = serde_json::json!({ "approval": approval.digest(), "until": until });
            log.append(&[Event::loosening("override", event)]).unwrap();
        };
        use_until(Some(at(3)));
        use_until(Some(at(9)));
        assert_eq!(approval.until(&log, at(2)), Ok(Some(at(3))));
        assert_eq!(approval.until(&log, at(3)), Ok(Some(at(3))));
        assert!(approval.until(&log, at(4)).unwrap_err().contains("was used already"));
        // Signed again it is the same; given again, it is another.
        let mut other = Approval { signature: String::new(), ..approval.clone() };
        assert!(other.until(&log, at(4)).is_err());
        other.approved = at(2);
        assert_eq!(other.until(&log, at(4)), Ok(None));
        let text = std::fs::read_to_string(log.path()).unwrap();
        std::fs::write(log.path(), text.replacen("2027", "2028", 1)).unwrap();
        assert!(approval.until(&log, at(2)).unwrap_err().contains("is broken"));
    }

    /// A token of Ann's, with the approval of Bob.
    fn token() -> Token {
        let (reason, who) = ("Because of the demo.".into(), "Ann".into());
        let mut token = Token::new(binding(1), reason, who, at(2), 15, "n".into());
        let signature = pair(1).sign("veto-override@v1", HashAlg::Sha512, &token.signed_bytes()).unwrap();
        token.signature = Some(signature.to_pem(LineEnding::LF).unwrap());
        token.approval = Some(approved_by(2));
        token
    }

    fn counts(token: &Token) -> bool {
        let rules = Overrides { proof: Proof::SecondPerson, ..Overrides::default() };
        token.check(&binding(1), at(2), &rules, &signers()).is_ok()
    }

    /// Wherever the file of an approval is changed: it is refused, or says the same.
    #[test]
    fn any_change_of_an_approval_is_refused() {
        let (approval, mut token) = (approved_by(2), token());
        assert!(counts(&token));
        for changed in altered(&serde_json::to_vec(&approval).unwrap()) {
            let Ok(other) = serde_json::from_slice::<Approval>(&changed) else { continue };
            let is_same = other.signed_bytes() == approval.signed_bytes();
            token.approval = Some(other);
            assert!(is_same || !counts(&token));
        }
    }

    /// The same of a token that holds both signatures.
    #[test]
    fn any_change_of_a_token_with_an_approval_is_refused() {
        let token = token();
        let both = |token: &Token| {
            let approval = token.approval.as_ref().map(Approval::signed_bytes);
            (token.signed_bytes(), approval)
        };
        for changed in altered(&serde_json::to_vec(&token).unwrap()) {
            let Ok(other) = Token::parse(&changed) else { continue };
            assert!(!counts(&other) || both(&other) == both(&token));
        }
    }

    /// A request that was changed on its way is approved as it was shown then, and for another push it is no help.
    #[test]
    fn a_changed_request_lets_no_other_push_through() {
        let (request, mut token) = (approved_by(2).request, token());
        for changed in altered(&serde_json::to_vec(&request).unwrap()) {
            let Ok(other) = Request::parse(&changed) else { continue };
            let is_same = other.binding == request.binding;
            let mut approval = Approval::new(other, at(1));
            let bytes = approval.signed_bytes();
            let signature = pair(2).sign("veto-override@v1", HashAlg::Sha512, &bytes).unwrap();
            approval.signature = signature.to_pem(LineEnding::LF).unwrap();
            token.approval = Some(approval);
            assert_eq!(counts(&token), is_same);
        }
    }
}
