//! Where a look at an identifier begins: the words that name a secret, found by a rare window of three bytes.

use crate::Text;
use std::ops::Range;
use vetogate_rules::trigram;

/// What an identifier promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    Password,
    Key,
    /// A call that takes a password by its place.
    Login,
}

/// Words from which a look at the identifier begins, in lower case, and the offset of a rare window of three bytes.
const WORDS: &[(&[u8; 3], &[u8], usize, Promise)] = &[
    (b"ssw", b"password", 2, Promise::Password),
    (b"ssw", b"passwd", 2, Promise::Password),
    (b"ssw", b"passwort", 2, Promise::Password),
    (b"sph", b"passphrase", 3, Promise::Password),
    (b"pwd", b"pwd", 0, Promise::Password),
    (b"_pa", b"_pass", 0, Promise::Password),
    (b"bpa", b"dbpass", 1, Promise::Password),
    // A name of its own, with the sign behind it.
    (b"ss=", b"pass=", 2, Promise::Password),
    (b"ss ", b"pass =", 2, Promise::Password),
    (b"ss:", b"pass:", 2, Promise::Password),
    (b"ss\"", b"pass\"", 2, Promise::Password),
    (b"ss'", b"pass'", 2, Promise::Password),
    (b"_pw", b"_pw", 0, Promise::Password),
    (b"cau", b"basicauth(", 4, Promise::Login),
    (b"c_a", b"basic_auth(", 4, Promise::Login),
    (b"nne", b"connect(", 2, Promise::Login),
    (b"tco", b"getconnection(", 2, Promise::Login),
    (b"pdo", b"pdo(", 0, Promise::Login),
    (b"qli", b"mysqli(", 3, Promise::Login),
    (b"ogi", b"login(", 1, Promise::Login),
    (b"nau", b"plainauth(", 4, Promise::Login),
    (b"p_b", b"ldap_bind(", 3, Promise::Login),
    (b"th=", b"auth=(", 2, Promise::Login),
    (b"= (", b"auth = (", 5, Promise::Login),
    (b"ecr", b"secret", 1, Promise::Key),
    (b"oke", b"token", 1, Promise::Key),
    (b"pik", b"apikey", 1, Promise::Key),
    (b"ssk", b"accesskey", 4, Promise::Key),
    (b"thk", b"authkey", 2, Promise::Key),
    (b"ede", b"credential", 2, Promise::Key),
    (b"hma", b"hmackey", 0, Promise::Key),
    (b"jwt", b"jwt.sign(", 0, Promise::Key),
    (b"jwt", b"jwt.verify(", 0, Promise::Key),
    (b"jwt", b"jwt.encode(", 0, Promise::Key),
    (b"jwt", b"jwt.decode(", 0, Promise::Key),
];

/// Whose key is secret: `encryption_key`, `signing-key`, `jwt.key`, `masterKey`.
const OF_KEYS: &[&[u8]] = &[
    b"access",
    b"account",
    b"admin",
    b"aes",
    b"api",
    b"app",
    b"auth",
    b"cipher",
    b"cookie",
    b"crypt",
    b"crypto",
    b"decryption",
    b"deploy",
    b"encryption",
    b"fernet",
    b"function",
    b"hmac",
    b"jwt",
    b"master",
    b"private",
    b"service",
    b"session",
    b"shared",
    b"sign",
    b"signing",
    b"subscription",
    b"symmetric",
    b"unseal",
    b"webhook",
];

/// Windows in which `key` begins: behind a sign, or behind the last letter of one of [`OF_KEYS`]. `cke` and `ike` are
/// frequent in prose; what needs them is in [`WORDS`].
const KEYS: &[&[u8; 3]] = &[
    b"_ke", b"-ke", b".ke", b":ke", b"nke", b"gke", b"tke", b"rke", b"eke", b"pke", b"ske", b"dke", b"yke",
    b"kke",
];

/// The hashes of the windows of [`WORDS`] and [`KEYS`].
pub(crate) static BITMAP: [u64; trigram::WORDS] = {
    let mut bits = [0; trigram::WORDS];
    let mut at = 0;
    while at < WORDS.len() + KEYS.len() {
        let window = if at < WORDS.len() { WORDS[at].0 } else { KEYS[at - WORDS.len()] };
        let hash = trigram::hash_of(*window);
        bits[hash / 64] |= 1 << (hash % 64);
        at += 1;
    }
    bits
};

/// The words of [`WORDS`] in a text, in order: found by their rare windows.
pub(super) fn words_in(text: &Text<'_>) -> impl Iterator<Item = (Range<usize>, Promise)> {
    text.candidates.of_bitmap(&BITMAP).filter_map(|(at, _)| word_at(text.bytes, at))
}

/// The word whose rare window begins at `at`.
#[inline(never)]
fn word_at(bytes: &[u8], at: usize) -> Option<(Range<usize>, Promise)> {
    let word = WORDS.iter().find_map(|(_, word, offset, promise)| {
        let start = at.checked_sub(*offset)?;
        let text = bytes.get(start..start + word.len())?;
        let signs = word.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let length = word.len() - signs;
        text.eq_ignore_ascii_case(word).then_some((start..start + length, *promise))
    });
    word.or_else(|| Some((key_at(bytes, at)?, Promise::Key)))
}

/// The `key` behind the sign or the letter at `at`, with the word before it that says whose it is.
fn key_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let end = at + 4;
    let key = bytes.get(at + 1..end)?;
    let goes_on = |next: &u8| match next {
        b'A'..=b'Z' => key[2] == b'Y',
        next => next.is_ascii_lowercase(),
    };
    // `keyboard`, `KEYBOARD` and `keystore` go on, `keyId` and `keys` do not.
    let rest = &bytes[end..];
    let rest = rest.strip_prefix(b"s").or_else(|| rest.strip_prefix(b"S")).unwrap_or(rest);
    if !key.eq_ignore_ascii_case(b"key") || rest.first().is_some_and(goes_on) {
        return None;
    }
    let owner = &bytes[..if bytes[at].is_ascii_alphabetic() { at + 1 } else { at }];
    let is_owner = |word: &&&[u8]| {
        let start = owner.len().checked_sub(word.len());
        start.is_some_and(|start| owner[start..].eq_ignore_ascii_case(word))
    };
    let word = OF_KEYS.iter().find(is_owner)?;
    Some(owner.len() - word.len()..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_before_a_key_decide_whatever_joins_them() {
        let at = |text: &str| {
            let start = text.to_ascii_lowercase().find("key")? - 1;
            word_at(text.as_bytes(), start).map(|(range, _)| text[range].to_owned())
        };
        for (text, word) in [
            ("app.encryption-key", "encryption-key"),
            ("app.signing.key", "signing.key"),
            ("SigningKey", "SigningKey"),
            ("rails-master-key", "master-key"),
            ("WEBHOOK_KEYS", "WEBHOOK_KEY"),
            ("sharedKeyId", "sharedKey"),
            ("ENCRYPT_KEY", "CRYPT_KEY"),
        ] {
            assert_eq!(at(text).as_deref(), Some(word), "{text}");
        }
        for other in
            ["primary_key", "monkey", "api_keyboard", "API_KEYBOARD", "cache.key", "app_keystore", "app__key"]
        {
            assert_eq!(at(other), None, "{other}");
        }
        // Every word is found by one of the windows, with each sign, and mostly without one.
        for word in OF_KEYS {
            let word = String::from_utf8_lossy(word);
            for sign in ["_", "-", "."] {
                let text = format!("{word}{sign}key");
                let window = &text.as_bytes()[word.len()..][..3];
                assert!(KEYS.iter().any(|known| *known == window) && at(&text).is_some(), "{text}");
            }
        }
    }
}
