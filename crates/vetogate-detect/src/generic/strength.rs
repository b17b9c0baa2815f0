//! How much a value looks like a password or a key.

use super::values::dotted;
use crate::placeholder;
use vetogate_core::Confidence;
use vetogate_core::secret::entropy_bits;
use vetogate_syntax::assign::{Assignment, Quote};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

pub(super) fn password(value: &[u8], assignment: &Assignment, kind: FileKind) -> Option<Confidence> {
    let classes = classes(value);
    if value.len() > 128 || (dotted(value) && !value.iter().any(u8::is_ascii_digit)) {
        return None;
    }
    let in_settings = matches!(kind, FileKind::Shell | FileKind::Config)
        && (assignment.quote == Quote::Bare || value.len() >= 6);
    let wordy = reads_like_words(value);
    let strong = match classes {
        1 => in_settings && value.len() >= 8 && !wordy,
        // `hunter2` in a settings file is what somebody logs in with.
        2.. if in_settings && value.iter().any(u8::is_ascii_digit) => value.len() >= 6,
        2 => value.len() >= 7 && !wordy,
        _ => !wordy,
    };
    Some(if strong { Confidence::Medium } else { Confidence::Low })
}

pub(super) fn key(value: &[u8]) -> Option<Confidence> {
    let bits = entropy_bits(value);
    let of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=.~!@#%^&*:".contains(byte);
    if value.len() < 8
        || value.len() > 512
        || !value.iter().all(of_token)
        || reads_like_words(value)
        || !value.iter().any(u8::is_ascii_digit) && bits < 100.0
    {
        return None;
    }
    Some(if value.len() >= 16 && bits >= 56.0 { Confidence::Medium } else { Confidence::Low })
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
        && words.iter().filter(|word| word.len() >= 4).count() > 0
}

fn is_pronounceable(word: &str) -> bool {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let vowels = word.chars().filter(|&c| is_vowel(c)).count();
    let longest = word.split(is_vowel).map(str::len).max().unwrap_or(0);
    let letters = word.chars().all(|c| c.is_ascii_lowercase());
    letters && vowels * 5 >= word.len() && longest <= 4 && word.len() <= 16
}
