//! Named verifiers: what the structure of a token says of its truth.
//!
//! A verifier rejects only for exactly the version that was checked on tokens made by the issuer, or that the issuer
//! documents; anything else is `Unknown`.

use serde::Deserialize;

/// What the structure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is what the issuer makes.
    Valid,
    /// It is not: an example, or a slip.
    Invalid,
    /// A version or length that was not verified.
    Unknown,
}

/// The structures that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verifier {
    /// GitHub, npm: after `prefix_`, the last six characters are the base62 CRC-32 of what stands between.
    Crc32Base62,
    /// JSON Web Token: the header is base64url JSON that names an `alg`.
    Jwt,
}

impl Verifier {
    /// Checks a value.
    pub fn check(self, value: &[u8]) -> Check {
        match self {
            Self::Crc32Base62 => crc32_base62(value),
            Self::Jwt => jwt(value),
        }
    }
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Six base62 digits of a CRC-32, zero-padded.
pub fn base62_crc32(body: &[u8]) -> [u8; 6] {
    let mut rest = crc32fast::hash(body) as usize;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    digits
}

/// <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
fn crc32_base62(value: &[u8]) -> Check {
    let Some(underscore) = value.iter().position(|&byte| byte == b'_') else { return Check::Unknown };
    let body = &value[underscore + 1..];
    if body.len() != 36 {
        return Check::Unknown;
    }
    let (body, sum) = body.split_at(30);
    if base62_crc32(body) == sum { Check::Valid } else { Check::Invalid }
}

/// RFC 7519, section 5; RFC 7515, section 4.1.1.
fn jwt(value: &[u8]) -> Check {
    let header = value.split(|&byte| byte == b'.').next().unwrap_or_default();
    let Ok(header) = data_encoding::BASE64URL_NOPAD.decode(header) else { return Check::Invalid };
    let names_alg = header.starts_with(b"{") && header.windows(5).any(|window| window == b"\"alg\"");
    if names_alg { Check::Valid } else { Check::Invalid }
}
