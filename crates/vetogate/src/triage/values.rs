//! Binding an entry to a guessable value: a fingerprint binds none, so another value could take the pardoned one's place.
//!
//! A salted Argon2id (RFC 9106) in the PHC string format: slow to guess, and nothing to look up in a table.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::fs::File;
use std::io::{self, Read as _};
use vetogate_core::Secret;
use zeroize::Zeroizing;

/// Memory in KiB, passes and lanes: the second choice of OWASP's cheat sheet on storing passwords, of June 2025.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// What a file may ask us to spend, at most.
const MOST: (u32, u32, u32) = (32 * 1024, 3, 1);

/// The values of a finding; of a pair, every part.
pub type Values = Vec<Secret>;

/// Parts, each preceded by its length, so that no two lists of parts are the same bytes.
fn bytes(values: &[Secret]) -> Zeroizing<Vec<u8>> {
    let mut all = Zeroizing::new(Vec::new());
    for value in values {
        all.extend_from_slice(&(value.expose().len() as u64).to_be_bytes());
        all.extend_from_slice(value.expose());
    }
    all
}

/// A new hash of a value.
///
/// # Errors
/// When there is no randomness for its salt.
pub fn hash(values: &[Secret]) -> io::Result<String> {
    let mut salt = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut salt)?;
    let salt = SaltString::encode_b64(&salt).map_err(io::Error::other)?;
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(io::Error::other)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = hasher.hash_password(&bytes(values), &salt).map_err(io::Error::other)?;
    Ok(hash.to_string())
}

/// Whether a hash is that of a value. One that is broken, of another algorithm or costs too much is none.
pub fn fits(hash: &str, values: &[Secret]) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    let Ok(params) = Params::try_from(&parsed) else { return false };
    let (memory, passes, lanes) = MOST;
    let is_cheap = params.m_cost() <= memory && params.t_cost() <= passes && params.p_cost() <= lanes;
    is_cheap
        && parsed.algorithm == argon2::ARGON2ID_IDENT
        && Argon2::default().verify_password(&bytes(values), &parsed).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(parts: &[&str]) -> Values {
        parts.iter().map(|part| Secret::new(part.as_bytes())).collect()
    }

    #[test]
    fn a_hash_fits_its_value_and_says_nothing_of_it() {
        let one = hash(&values(&["a1", "b"])).unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, hash(&values(&["a1", "b"])).unwrap(), "each has its salt");
        assert!(fits(&one, &values(&["a1", "b"])));
        assert!(!fits(&one, &values(&["a1b"])) && !fits(&one, &values(&["a", "1b"])));
    }

    #[test]
    fn what_costs_too_much_or_is_broken_is_no_hash() {
        let one = hash(&values(&["a"])).unwrap();
        for (from, to) in [("m=19456", "m=4000000"), ("t=2", "t=90"), ("argon2id", "argon2i"), ("$", "")] {
            assert!(!fits(&one.replacen(from, to, 1), &values(&["a"])), "{to}");
        }
    }
}
