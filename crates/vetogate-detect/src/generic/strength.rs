//! How much a value looks like a password or a key.

use super::comments::is_in_comment;
use super::values::{is_dotted_name, is_hashed};
use crate::placeholder;
use bstr::ByteSlice;
use vetogate_core::Confidence;
use vetogate_core::secret::entropy_bits;
use vetogate_syntax::assign::{Assignment, Quote};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

/// How sure it is that a value which is assigned to a password is one; `None` where it is code.
pub(super) fn password(text: &[u8], assignment: &Assignment, kind: FileKind) -> Option<Confidence> {
    let value = &text[assignment.value.clone()];
    if value.len() > 128 || is_dotted_name(value) {
        return None;
    }
    let in_settings = matches!(kind, FileKind::Shell | FileKind::Config)
        && (assignment.quote == Quote::Bare || value.len() >= 6);
    let is_example = classes(value) < 3 && is_in_comment(text, assignment.value.start);
    let strong = !is_technical(value)
        && !is_example
        && !is_hashed(text, assignment)
        && (in_settings || !is_name(value))
        && (is_strong(value, in_settings) || is_word_made_hard(value));
    Some(if strong { Confidence::Medium } else { Confidence::Low })
}

/// How sure a value is that stands where nothing but a password can stand: in a command, in a connection string.
pub(crate) fn chosen(value: &[u8]) -> Confidence {
    if is_strong(value, true) { Confidence::High } else { Confidence::Low }
}

fn is_strong(value: &[u8], in_settings: bool) -> bool {
    match classes(value) {
        1 => in_settings && value.len() >= 8 && !reads_like_words(value),
        // `hunter2` in a settings file is what somebody logs in with.
        2.. if in_settings && value.iter().any(u8::is_ascii_digit) => value.len() >= 6,
        2 => value.len() >= 7 && !reads_like_words(value),
        _ => !reads_like_words(value),
    }
}

/// A name as programs have them: `auth_ntlm`.
fn is_name(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_lowercase() || b"_-".contains(byte))
}

/// A word with what policies of passwords ask for: digits at its end or a sign inside. Names of things in a program
/// have digits, too, but they are chains of words (`field-2`, `userInput1`) or abbreviations (`sha256`).
fn is_word_made_hard(value: &[u8]) -> bool {
    // The one that everybody knows, and quotes.
    if value.len() < 7 || value == b"hunter2" {
        return false;
    }
    let is_sign = |byte: &u8| b"!^*+?".contains(byte);
    let inside = &value[1..value.len() - 1];
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = value[letters..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let signs = value[letters + digits..].iter().all(is_sign_at_end);
    let one_word = value[..letters].iter().skip(1).all(u8::is_ascii_lowercase);
    let word_with_digits = letters >= 4 && one_word && digits > 0 && signs;
    let sign_between =
        inside.iter().any(is_sign) && value.iter().all(|byte| !b"_-./:=<>()[]{}%$,;".contains(byte));
    word_with_digits || sign_between
}

fn is_sign_at_end(byte: &u8) -> bool {
    b"!#^*+?@$%&.".contains(byte)
}

/// Names of algorithms, versions and the like, which end in digits.
fn is_technical(value: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"argon", b"oauth", b"base", b"pbkdf", b"hmac", b"bcrypt", b"scrypt", b"sha", b"blake", b"crypt",
        b"version", b"level", b"step", b"type", b"field", b"input", b"item", b"column", b"index", b"line",
        b"page", b"section", b"part", b"param", b"text", b"node", b"rule", b"option", b"case", b"state",
        b"mode", b"group", b"value", b"hash", b"digest", b"mysql", b"http", b"utf", b"ipv",
    ];
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    value.len() > letters && NAMES.iter().any(|name| name.eq_ignore_ascii_case(&value[..letters]))
}

pub(super) fn key(value: &[u8]) -> Option<Confidence> {
    let bits = entropy_bits(value);
    let of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=.~!@#%^&*:".contains(byte);
    if value.len() < 8
        || value.len() > 512
        || !value.iter().all(of_token)
        || reads_like_words(value)
        || runs_together(value)
        || is_chain(value)
        || is_versioned_name(value)
        || !value.iter().any(u8::is_ascii_digit) && bits < 100.0
    {
        return None;
    }
    Some(if value.len() >= 16 && bits >= 56.0 { Confidence::Medium } else { Confidence::Low })
}

/// A chain of names, as the scopes of a highlighter are: `string.quoted.js`, `meta.tag.h1`, `name.lineComment.2`.
fn is_chain(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| b"._-".contains(byte)).filter(|part| !part.is_empty());
    let is_word = |part: &[u8]| {
        let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let capitals = part.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let digits = part[letters..].iter().all(u8::is_ascii_digit) && part.len() - letters < 2;
        digits && !part[0].is_ascii_uppercase() && capitals * 5 <= letters
    };
    let is_joined = value.iter().any(|byte| b"._-".contains(byte));
    is_joined && value[0].is_ascii_lowercase() && parts.all(is_word)
}

/// Words without anything between them, one of them an example's: `base64encodedaccountkey`.
fn runs_together(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"account",
        b"access",
        b"changeme",
        b"default",
        b"encoded",
        b"example",
        b"password",
        b"placeholder",
        b"replace",
        b"sample",
        b"secret",
    ];
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_lower = !value.iter().any(u8::is_ascii_uppercase);
    let has = |word: &&[u8]| value.windows(word.len()).any(|window| window == *word);
    is_lower && letters * 8 >= value.len() * 7 && WORDS.iter().any(has)
}

/// A class of one version of an interface: `V1SecretVolumeSource`.
fn is_versioned_name(value: &[u8]) -> bool {
    let rest = value.strip_prefix(b"V").map(|rest| rest.trim_start_with(|c| c.is_ascii_digit()));
    rest.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_uppercase) && reads_like_words(rest))
}

/// How many of the four classes of characters stand in it.
fn classes(value: &[u8]) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(value.iter().any(test));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(u8::is_ascii_punctuation)
}

/// A chain of words: parts of letters that can be spoken, digits only at the end of a part.
pub(crate) fn reads_like_words(value: &[u8]) -> bool {
    let words = words::split(value);
    let letters: usize = words.iter().map(|word| word.bytes().filter(u8::is_ascii_alphabetic).count()).sum();
    letters * 10 >= value.len() * 7
        && words.iter().all(|word| {
            let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
            word.len() <= 3 || is_pronounceable(word) || placeholder::is_example_word(word)
        })
        // Letters of random text in both cases fall into pieces of one to three.
        && words.iter().filter(|word| word.len() >= 4).map(String::len).sum::<usize>() * 2 >= letters
        && letters > 0
}

fn is_pronounceable(word: &str) -> bool {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let vowels = word.chars().filter(|&c| is_vowel(c)).count();
    let longest = word.split(is_vowel).map(str::len).max().unwrap_or(0);
    let letters = word.chars().all(|c| c.is_ascii_lowercase());
    letters && vowels * 5 >= word.len() && longest <= 4 && word.len() <= 16
}
