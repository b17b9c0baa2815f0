//! Names of things that hold secrets, or that are public: objects of a cluster, packages, addresses on a chain, variables of
//! a shell of SQL.

use super::spoken::reads_like_words;
use bstr::ByteSlice;
use vetogate_syntax::assign::{Assignment, Quote};
use vetogate_syntax::path::FileKind;

/// A package with its version: `npm:js-tokens@4.0.0`, `js-tokens@4.0.0`.
pub(super) fn is_package(value: &[u8]) -> bool {
    const SCHEMES: &[&[u8]] = &[
        b"npm:",
        b"jsr:",
        b"cargo:",
        b"pypi:",
        b"gem:",
        b"pkg:",
        b"github:",
        b"patch:",
        b"docker:",
        b"workspace:",
    ];
    let scheme = SCHEMES.iter().find(|scheme| value.starts_with(scheme)).map_or(0, |scheme| scheme.len());
    let of_name = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"@/._-".contains(byte);
    let Some(at) = value.rfind_byte(b'@') else {
        return scheme > 0 && value[scheme..].iter().all(of_name);
    };
    let (name, version) =
        (&value[scheme.min(at)..at], value[at + 1..].trim_start_with(|c| "^~>=v".contains(c)));
    let numbers = version.split(|byte| b".-+".contains(byte)).take_while(|part| is_number(part)).count();
    let is_version = numbers > 2 || (scheme > 0 && numbers > 0);
    !name.is_empty() && name.iter().all(of_name) && is_version
}

fn is_number(part: &[u8]) -> bool {
    (1..=5).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)
}

/// How sure it is that a value names an object of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// One of its words says what the object is.
    Surely,
    /// It has the form of such a name.
    Maybe,
}

/// The name of an object of Kubernetes (RFC 1123): words, and behind the last line what tells one from the next, as
/// Kustomize and controllers write it (`db-credentials-7f9c4`).
pub(super) fn names_an_object(value: &[u8]) -> Option<Named> {
    const OBJECTS: &[&[u8]] = &[
        b"account",
        b"auth",
        b"cert",
        b"certs",
        b"config",
        b"cred",
        b"credential",
        b"credentials",
        b"creds",
        b"dockercfg",
        b"env",
        b"key",
        b"keys",
        b"pass",
        b"password",
        b"passwords",
        b"regcred",
        b"secret",
        b"secrets",
        b"tls",
        b"token",
    ];
    const LONGEST_SUFFIX: usize = 10;
    let of_name = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'-').collect();
    let (last, words) = parts.split_last()?;
    let is_word = |part: &&[u8]| {
        let letters = part.trim_end_with(|c| c.is_ascii_digit());
        part.len() <= letters.len() + 2
            && !letters.is_empty()
            && letters.iter().all(u8::is_ascii_lowercase)
            && (letters.len() < 5 || reads_like_words(letters) || OBJECTS.contains(&letters))
    };
    let is_name = value.len() <= 63
        && value.iter().all(of_name)
        && !words.is_empty()
        && words.iter().all(is_word)
        && (1..=LONGEST_SUFFIX).contains(&last.len());
    is_name
        .then(|| if words.iter().any(|part| OBJECTS.contains(part)) { Named::Surely } else { Named::Maybe })
}

/// Whether an identifier is an object of a cluster that holds a password, or the key of one in it: `passwordSecret`,
/// `imagePullSecret`, `adminPasswordKey`.
pub(super) fn is_object_of_password(identifier: &[String]) -> bool {
    let is_object = |last: &String| matches!(last.as_str(), "secret" | "secrets" | "key");
    identifier.len() > 1 && identifier.last().is_some_and(is_object)
}

/// The address of a token or a contract on a chain, which everybody can look up; a key of one is longer, or is named.
pub(super) fn is_address(value: &[u8], identifier: &[String]) -> bool {
    const THINGS: &[&str] = &["token", "mint", "contract", "address", "program"];
    const OF_LOGINS: &[&str] = &[
        "access", "api", "auth", "bearer", "bot", "id", "jwt", "key", "private", "refresh", "secret",
        "session", "user",
    ];
    let has = |words: &[&str], word: &String| words.iter().any(|known| word.starts_with(known));
    let of_token = identifier.iter().any(|word| has(THINGS, word));
    let digits = value.strip_prefix(b"0x").unwrap_or_default();
    let is_ethereum = digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit);
    let of_login = identifier.iter().any(|word| OF_LOGINS.contains(&word.as_str()));
    of_token && (is_ethereum || (!of_login && is_solana(value)))
}

/// 32 bytes in the digits of Bitcoin's base 58, as most addresses of Solana are: other random text of the length is as
/// rarely of these digits as of so few bytes.
fn is_solana(value: &[u8]) -> bool {
    const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    if !matches!(value.len(), 43 | 44) {
        return false;
    }
    let mut bytes = [0_u8; 32];
    for byte in value {
        let Some(digit) = DIGITS.iter().position(|digit| digit == byte) else { return false };
        let mut carry = digit;
        for place in bytes.iter_mut().rev() {
            carry += usize::from(*place) * 58;
            *place = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    true
}

/// A variable of `psql` where a password stands: `PASSWORD :'name'`, `PASSWORD :"name"`.
pub(super) fn is_variable_of_psql(text: &[u8], assignment: &Assignment, kind: FileKind) -> bool {
    let value = &text[assignment.value.clone()];
    let before = &text[..assignment.value.start.saturating_sub(1)];
    // In a text of a program the quote has a backslash before it.
    let before = before.strip_suffix(b"\\").unwrap_or(before);
    let is_name = value.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let is_statement = !matches!(kind, FileKind::JavaScript | FileKind::Json | FileKind::Python);
    is_statement
        && is_name
        && matches!(assignment.quote, Quote::Quoted(b'"' | b'\''))
        && text[assignment.identifier.clone()].eq_ignore_ascii_case(b"password")
        && before.ends_with(b" :")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages() {
        for package in [
            "npm:js-tokens@4.0.0",
            "npm:@types/js-tokens@^4.0.0",
            "js-tokens@4.0.0",
            "cargo:secrecy@1",
            "gem:a-token",
        ] {
            assert!(is_package(package.as_bytes()), "{package}");
        }
        for other in ["admin@123", "dragon@2024.1", "Dragon@1.2.3", "@1.2.3", "js-tokens"] {
            assert!(!is_package(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn objects_of_a_cluster() {
        assert_eq!(names_an_object(b"db-credentials-7f9c"), Some(Named::Surely));
        assert_eq!(names_an_object(b"app-worker-5d4f8c7b9d"), Some(Named::Maybe));
        for other in ["7f9c4kd8hm", "xkqzv-7f9c4", "db-7f9c4kd8hm2x", "Db-token-7f9c", "db-t0k3n-7f9c"] {
            assert_eq!(names_an_object(other.as_bytes()), None, "{other}");
        }
    }
}
