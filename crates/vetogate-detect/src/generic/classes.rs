//! Names of classes: words that begin with capitals, with the digits of an algorithm or a version between them.

use super::spoken::{is_spoken, rare_pairs};
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

/// Short words of programs, and those whose letters stand as in no other word.
const TERMS: &[&str] = &[
    "api", "app", "arn", "aws", "azure", "client", "env", "gcp", "http", "https", "iam", "jdbc", "json",
    "jwt", "key", "kms", "ldap", "oauth", "smtp", "sql", "sqs", "ssh", "ssl", "tls", "url", "uri", "user",
];

/// The name of something in a program: words with capitals, of which one may be rare where the others are not, and short
/// numbers between them (`tunnel1PresharedKey`, `SensitiveString2048`). One word with digits is none: people choose it.
pub(crate) fn is_identifier(name: &[u8]) -> bool {
    let pieces = pieces(name);
    let is_term = |piece: &&&[u8]| TERMS.iter().any(|term| term.as_bytes().eq_ignore_ascii_case(piece));
    let (terms, rest): (Vec<&&[u8]>, Vec<&&[u8]>) = pieces.iter().partition(is_term);
    // Capitals alone are an abbreviation.
    let is_long = |piece: &&&[u8]| piece.len() > 3 && piece[1..].iter().all(u8::is_ascii_lowercase);
    let long: Vec<&&[u8]> = rest.into_iter().filter(is_long).collect();
    let lower: Vec<String> =
        long.iter().map(|piece| String::from_utf8_lossy(piece).to_ascii_lowercase()).collect();
    let is_spoken = |piece: &String| piece.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    // A word behind a number begins with a capital.
    let goes_on = |two: &[u8]| two[0].is_ascii_digit() && two[1].is_ascii_lowercase();
    let sum = |words: &[&&[u8]]| words.iter().map(|word| word.len()).sum::<usize>();
    let known = sum(&terms) + sum(&long);
    let rare: usize = lower.iter().map(|piece| rare_pairs(piece.as_bytes())).sum();
    let numbers = name.split(|byte| !byte.is_ascii_digit()).filter(|number| !number.is_empty());
    let digits: usize = numbers.clone().map(<[u8]>::len).sum();
    name.iter().all(u8::is_ascii_alphanumeric)
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && (terms.len() + long.len() > 1 || (pieces.len() > 2 && known > 7))
        && known * 3 >= pieces.iter().map(|piece| piece.len()).sum::<usize>() * 2
        && lower.iter().all(is_spoken)
        && !name.windows(2).any(goes_on)
        && rare * 12 <= known
        && digits <= 4
        && numbers.count() < 3
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
    use vetogate_rules::template::generate;

    /// Of what a machine made, next to nothing reads like the name of something.
    #[test]
    fn random_keys_are_no_identifiers() {
        for hole in
            ["{alnum:16}", "{alnum:20}", "{alnum:40}", "{letters:24}", "{letters:40}", "{base64url:32}"]
        {
            let texts = (0..8000).map(|salt| generate(&format!("{hole} {salt}")).unwrap());
            let taken = texts.filter(|text| is_identifier(text.split(' ').next().unwrap().as_bytes()));
            let taken: Vec<String> = taken.collect();
            assert!(taken.len() < 4, "{hole}: {taken:?}");
        }
    }

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
        for name in [
            "tunnel1PresharedKey",
            "SensitiveString2048",
            "bdc1DischargePower",
            "ExclusiveStartBackupArn",
            "horizontalItemBorderRadius",
            "sesSmtpPasswordV4",
            "AwsIamCredentialsV4",
            "azureOpenAIApiKey",
        ] {
            assert!(is_identifier(name.as_bytes()), "{name}");
        }
        for other in ["Hunter2024", "dragon12", "kQ9xLm2pQ7vZ", "aBcdEfghIjKlmnOpqr", "Winter2024Summer2025"]
        {
            assert!(!is_identifier(other.as_bytes()), "{other}");
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
