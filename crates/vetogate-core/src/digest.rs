//! Digests: fingerprints of findings, ids of pushes, digests of rules and policies. All SHA-256, shown as hex.

use crate::{ObjectId, Secret};
use sha2::{Digest, Sha256};

/// Bits from which a value can't be looked up in a table of guesses.
pub const UNGUESSABLE_BITS: f64 = 80.0;

/// SHA-256 over parts, each preceded by its length, so that no two lists of parts collide.
pub fn sha256(domain: &str, parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in std::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a leak's fingerprint is made from.
#[derive(Debug, Clone, Copy)]
pub struct LeakIdentity<'a> {
    /// The rule's id.
    pub rule: &'a str,
    /// The complete value; of a pair, every part.
    pub values: &'a [Secret],
    /// Where it stands, escaped.
    pub place: &'a str,
    /// What it is assigned to.
    pub identifier: &'a str,
    /// Whether the value could be guessed: then it is not hashed.
    pub guessable: bool,
}

impl LeakIdentity<'_> {
    /// 32 hex digits. A value of 80 bits or more is hashed with its rule, so the fingerprint is the same in every
    /// place; a guessable one never is: there the rule, the place and the identifier are.
    pub fn fingerprint(&self) -> String {
        let mut hex = if self.guessable {
            let parts = [self.rule.as_bytes(), self.place.as_bytes(), self.identifier.as_bytes()];
            sha256("vetogate/leak/place/v1", &parts)
        } else {
            let mut parts = vec![self.rule.as_bytes()];
            parts.extend(self.values.iter().map(Secret::expose));
            sha256("vetogate/leak/value/v1", &parts)
        };
        hex.truncate(32);
        hex
    }
}

/// The fingerprint of a fault of the state: rule, path and subject. 32 hex digits.
pub fn state_fingerprint(rule: &str, path: &str, subject: &str) -> String {
    let mut hex = sha256("vetogate/state/v1", &[rule.as_bytes(), path.as_bytes(), subject.as_bytes()]);
    hex.truncate(32);
    hex
}

/// The id of a push: its URL without the password, and its ref updates in any order.
pub fn push_id(url: &str, updates: &[(Vec<u8>, ObjectId, ObjectId)]) -> String {
    let mut sorted: Vec<_> = updates.to_vec();
    sorted.sort();
    let lines: Vec<Vec<u8>> = sorted
        .into_iter()
        .map(|(name, old, new)| {
            [name, old.to_string().into_bytes(), new.to_string().into_bytes()].join(&b' ')
        })
        .collect();
    let mut parts = vec![url.as_bytes()];
    parts.extend(lines.iter().map(Vec::as_slice));
    sha256("vetogate/push/v1", &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity<'a>(values: &'a [Secret], place: &'a str, guessable: bool) -> LeakIdentity<'a> {
        LeakIdentity { rule: "secret/x", values, place, identifier: "KEY", guessable }
    }

    #[test]
    fn a_strong_value_is_the_same_everywhere() {
        let values = [Secret::new(b"value")];
        let (here, there) = (identity(&values, "a", false), identity(&values, "b", false));
        assert_eq!(here.fingerprint(), there.fingerprint());
        assert_eq!(here.fingerprint().len(), 32);
    }

    #[test]
    fn a_guessable_value_leaves_no_trace_in_its_fingerprint() {
        let (weak, other) = ([Secret::new(b"hunter2")], [Secret::new(b"hunter3")]);
        assert_eq!(identity(&weak, "a", true).fingerprint(), identity(&other, "a", true).fingerprint());
        assert_ne!(identity(&weak, "a", true).fingerprint(), identity(&weak, "b", true).fingerprint());
    }

    #[test]
    fn the_order_of_refs_does_not_change_a_push() {
        let oid = |byte: &str| byte.repeat(20).parse::<ObjectId>().unwrap();
        let (a, b) = ((b"refs/a".to_vec(), oid("00"), oid("aa")), (b"refs/b".to_vec(), oid("00"), oid("bb")));
        assert_eq!(push_id("u", &[a.clone(), b.clone()]), push_id("u", &[b.clone(), a.clone()]));
        assert_ne!(push_id("u", std::slice::from_ref(&a)), push_id("u", &[b]));
        assert_ne!(push_id("u", std::slice::from_ref(&a)), push_id("v", std::slice::from_ref(&a)));
    }
}
