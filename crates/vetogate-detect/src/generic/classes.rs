//! Names of classes: words that begin with capitals, with the digits of an algorithm or a version between them.

use super::spoken::is_spoken;
use crate::placeholder;

/// Last words of names that are types of programs, not texts that people choose.
const TYPES: &[&str] = &[
    "adapter",
    "algorithm",
    "authentication",
    "authenticator",
    "authorization",
    "backend",
    "builder",
    "bytes",
    "cipher",
    "client",
    "codec",
    "config",
    "configuration",
    "context",
    "controller",
    "converter",
    "credential",
    "credentials",
    "crypto",
    "decoder",
    "decorator",
    "digest",
    "driver",
    "encoder",
    "encryptor",
    "engine",
    "error",
    "exception",
    "extension",
    "factory",
    "field",
    "filter",
    "form",
    "function",
    "generator",
    "grant",
    "handler",
    "hash",
    "hasher",
    "hashing",
    "helper",
    "impl",
    "interceptor",
    "interface",
    "key",
    "loader",
    "manager",
    "middleware",
    "mixin",
    "mode",
    "model",
    "module",
    "parser",
    "plugin",
    "policy",
    "processor",
    "protocol",
    "provider",
    "reader",
    "registry",
    "repository",
    "request",
    "resolver",
    "response",
    "rule",
    "schema",
    "scheme",
    "secret",
    "serializer",
    "service",
    "session",
    "source",
    "spec",
    "storage",
    "store",
    "strategy",
    "template",
    "token",
    "transformer",
    "type",
    "util",
    "utils",
    "validation",
    "validator",
    "view",
    "widget",
    "writer",
];

/// The name of a class, whose last word says so: `PBKDF2PasswordHasher`, `S3TokenStore`.
pub(super) fn is_class_name(name: &[u8]) -> bool {
    let pieces = pieces(name);
    let last = pieces.last().map(|last| String::from_utf8_lossy(last).to_ascii_lowercase());
    name.first().is_some_and(u8::is_ascii_uppercase)
        && name.iter().all(u8::is_ascii_alphanumeric)
        && pieces.iter().filter(|piece| piece.len() > 3).count() > 1
        && is_of_words(name)
        && last.is_some_and(|last| TYPES.contains(&last.as_str()))
}

/// Words with capitals, abbreviations and short numbers between them: most letters stand in words that can be spoken.
pub(super) fn is_of_words(name: &[u8]) -> bool {
    let pieces = pieces(name);
    let is_short = |piece: &&&[u8]| piece.len() < 4 || is_abbreviation(piece);
    let (short, long): (Vec<&&[u8]>, Vec<&&[u8]>) = pieces.iter().partition(is_short);
    let is_word = |piece: &&&[u8]| {
        let word = String::from_utf8_lossy(piece).to_ascii_lowercase();
        is_spoken(&word) || placeholder::is_example_word(&word)
    };
    let length = |pieces: &[&&[u8]]| pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let numbers = name.split(|byte| !byte.is_ascii_digit());
    long.iter().all(is_word)
        && length(&long) >= length(&short)
        && short.len() <= 2 * long.len()
        && !long.is_empty()
        && numbers.clone().all(|number| number.len() <= 4)
        && numbers.filter(|number| !number.is_empty()).count() <= 1 + long.len()
}

/// `PBKDF`, `HTTP`: the letters of more than one word.
fn is_abbreviation(piece: &[u8]) -> bool {
    piece.len() <= 6 && piece.iter().all(u8::is_ascii_uppercase)
}

/// The letters between the borders of words: digits, signs, and capitals behind or before small letters.
fn pieces(name: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for at in 0..=name.len() {
        let (byte, next) = (name.get(at), name.get(at + 1));
        let is_upper = byte.is_some_and(u8::is_ascii_uppercase);
        let previous = at.checked_sub(1).map(|at| name[at]);
        let begins = is_upper
            && (previous.is_some_and(|previous| previous.is_ascii_lowercase())
                || next.is_some_and(u8::is_ascii_lowercase));
        if begins || !byte.is_some_and(u8::is_ascii_alphabetic) {
            pieces.push(&name[start..at]);
            start = if begins { at } else { at + 1 };
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_random_text() {
        for name in [
            "Argon2PasswordHasher",
            "PBKDF2SHA1PasswordHasher",
            "S3TokenStore",
            "OAuth2Backend",
            "Rfc2898DeriveBytes",
        ] {
            assert!(is_class_name(name.as_bytes()), "{name}");
        }
        for other in [
            "Summer2Winter",
            "Dragon12Slayer",
            "kQ9xLm2pQ7vZ",
            "Hunter2",
            "correctHorse",
            "Kq9Store",
            "aB3xK9Token",
        ] {
            assert!(!is_class_name(other.as_bytes()), "{other}");
        }
    }
}
