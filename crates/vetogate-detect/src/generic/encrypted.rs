//! What is encrypted is meant to be pushed, and what is only a part of a token opens nothing.

use super::spoken::{is_noise, reads_like_words};
use crate::placeholder;
use bstr::ByteSlice;
use vetogate_syntax::assign::Assignment;
use vetogate_syntax::words;

/// Whether a value is encrypted, by its form, by its name or by the manifest around it.
pub(super) fn is_encrypted(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    is_ciphertext(value)
        || (says_encrypted(&text[assignment.identifier.clone()]) && is_base64(value) && value.len() >= 24)
        || is_sealed(text, assignment)
}

/// The form that says so: the key services of AWS, Fernet, `openssl enc`, MuleSoft (`![..]`).
fn is_ciphertext(value: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[b"AQICAH", b"AQECAH", b"gAAAAAB", b"U2FsdGVkX1"];
    let in_brackets = value.strip_prefix(b"![").and_then(|rest| rest.strip_suffix(b"]"));
    in_brackets.is_some_and(|inside| inside.len() > 7 && is_base64(inside))
        || (STARTS.iter().any(|start| value.starts_with(start)) && value.len() >= 40 && is_base64(value))
}

/// Whether the last part of a name says it of the secret itself: `encrypted_password`, `secretCiphertext`. An encrypted disk
/// has a password that is none (`encrypted_disk_password`).
fn says_encrypted(name: &[u8]) -> bool {
    const WORDS: &[&str] = &["encrypted", "ciphertext", "sealed"];
    const OF_SECRETS: &[&str] = &[
        "access",
        "admin",
        "api",
        "auth",
        "bind",
        "client",
        "credential",
        "credentials",
        "data",
        "db",
        "key",
        "passphrase",
        "passwd",
        "password",
        "private",
        "root",
        "secret",
        "secrets",
        "text",
        "token",
        "user",
        "value",
    ];
    let last = name.rsplit(|byte| b".:/".contains(byte)).next().unwrap_or_default();
    let words = words::split(last);
    let at = words.iter().position(|word| WORDS.contains(&word.as_str()));
    at.is_some_and(|at| words[at + 1..].iter().all(|word| OF_SECRETS.contains(&word.as_str())))
}

fn is_base64(value: &[u8]) -> bool {
    let digits = value.trim_end_with(|sign| sign == '=');
    let of_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    value.len() - digits.len() <= 2 && digits.iter().all(of_digit)
}

/// Whether a long value stands below `encryptedData:`, as Sealed Secrets have it.
fn is_sealed(text: &[u8], assignment: &Assignment) -> bool {
    const REACH: usize = 16 << 10;
    const SHORTEST: usize = 200;
    let value = &text[assignment.value.clone()];
    if value.len() < SHORTEST || !is_base64(value) {
        return false;
    }
    let start = assignment.identifier.start;
    let before = &text[start.saturating_sub(REACH)..start];
    let Some(at) = before.rfind("encryptedData") else { return false };
    let indent = |line: &[u8]| line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let own = before[..at].rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    // Whatever is not below it has ended it.
    let rest = before[at..].split(|&byte| byte == b'\n').skip(1);
    own.iter().all(|byte| b" \t\"{,".contains(byte))
        && rest.filter(|line| !line.trim_ascii().is_empty()).all(|line| indent(line) > indent(own))
}

/// The shortest signature of a JWT, HS256, in base64.
const SIGNATURE: usize = 43;

/// A part of a token, or one that says nothing: a JWT without a whole signature, an object of JSON in base64 in which
/// nothing but words stands.
pub(super) fn opens_nothing(value: &[u8]) -> bool {
    if !value.starts_with(b"eyJ") {
        return false;
    }
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'.').collect();
    let head = || parts[0].get(..parts[0].len().min(64)).and_then(of_json).unwrap_or_default();
    match parts.len() {
        1 => of_json(value).is_some_and(|json| says_nothing(&json)),
        2 => head().contains_str("\"alg\""),
        3 => parts[2].len() < SIGNATURE && head().contains_str("\"alg\""),
        _ => false,
    }
}

/// The text in base64 whose padding may be left out.
fn of_json(value: &[u8]) -> Option<Vec<u8>> {
    let digits = value.trim_end_with(|sign| sign == '=');
    // A digit that stands alone holds no whole byte.
    let digits = &digits[..digits.len() - usize::from(digits.len() % 4 == 1)];
    let padding = (4 - digits.len() % 4) % 4;
    placeholder::decoded(&[digits, &b"=="[..padding]].concat())
}

fn says_nothing(json: &[u8]) -> bool {
    let is_number = |part: &[u8]| part.len() < 5 && part.iter().all(u8::is_ascii_digit);
    let is_word =
        |part: &[u8]| part.len() < 4 || is_number(part) || (!is_noise(part) && reads_like_words(part));
    json.starts_with(b"{")
        && json.ends_with(b"}")
        && json.split(|byte| !byte.is_ascii_alphanumeric()).all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;

    #[test]
    fn forms_that_say_that_they_are_encrypted() {
        for form in
            ["![{base64:30}]", "AQICAH{base64:60}==", "gAAAAAB{base64url:91}=", "U2FsdGVkX1{base64:52}=="]
        {
            assert!(is_ciphertext(generate(form).unwrap().as_bytes()), "{form}");
        }
        for other in ["![{password:16}", "!{base64:30}", "[{base64:30}]", "AQICAH{alnum:8}", "{base64:64}"] {
            assert!(!is_ciphertext(generate(other).unwrap().as_bytes()), "{other}");
        }
    }

    #[test]
    fn parts_of_tokens() {
        let head = ["eyJ0eXAiOiJKV1Qi", "LCJhbGciOiJIUzI1NiJ9"].concat();
        for part in [
            format!("{head}.eyJ1"),
            format!("{head}.eyJ1c2VyIjoiYWJj"),
            format!("{head}.eyJ1c2VyIn0.c2lnbmF0dXJl"),
        ] {
            assert!(opens_nothing(part.as_bytes()), "{part}");
        }
        // `{"session_id": "default"}`.
        assert!(opens_nothing(["eyJzZXNzaW9uX2lk", "IjogImRlZmF1bHQifQ"].concat().as_bytes()));
        let signed = generate("{base64url:43}").unwrap();
        for token in [
            format!("{head}.eyJ1c2VyIjoiYWJjIn0.{signed}"),
            // What Flask signs has no head.
            format!("eyJ1c2VyIjoiYWJjIn0.{signed}"),
            signed,
        ] {
            assert!(!opens_nothing(token.as_bytes()), "{token}");
        }
    }
}
