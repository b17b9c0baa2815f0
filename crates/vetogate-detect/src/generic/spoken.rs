//! Whether a text can be spoken: words of people and of programs, told from random letters.

use super::classes::{is_identifier, is_of_words};
use crate::placeholder;
use vetogate_syntax::words;

/// The set of some letters.
const fn row(letters: &[u8]) -> u32 {
    let (mut set, mut at) = (0, 0);
    while at < letters.len() {
        set |= 1 << (letters[at] - b'a');
        at += 1;
    }
    set
}

/// For each letter, those that often stand behind it: counted over the words of the sources and manuals of a machine.
const FOLLOWS: [u32; 26] = [
    row(b"abcdefghiklmnprstuvwxy"),
    row(b"abcdefilmoprstuy"),
    row(b"abcdefhiklmnoprstuvy"),
    row(b"abcdefgilmnoprstuvwy"),
    row(b"abcdefghiklmnopqrstuvwxy"),
    row(b"abcdefgilmoprstuy"),
    row(b"aefghilmnoprstu"),
    row(b"adeilmnorstuy"),
    row(b"abcdefgklmnoprstvxz"),
    row(b"aeou"),
    row(b"adehilnopst"),
    row(b"acdefiklmnopstuvy"),
    row(b"abcdeiklmnopstuy"),
    row(b"abcdefghiklmnoprstuvwy"),
    row(b"abcdefghiklmnoprstuvwxy"),
    row(b"acdefghilmnoprstuy"),
    row(b"u"),
    row(b"abcdefgiklmnoprstuvwy"),
    row(b"acdefghiklmnopqrstuvwy"),
    row(b"abcdefghilmnoprstuvwxy"),
    row(b"abcdefgilmnoprst"),
    row(b"aeios"),
    row(b"adehilnors"),
    row(b"acdefimptx"),
    row(b"aceilmnopst"),
    row(b"aeioz"),
];

/// A chain of words: parts of letters that can be spoken, digits only at the end of a part.
pub(crate) fn reads_like_words(value: &[u8]) -> bool {
    let words = words::split(value);
    let letters: usize = words.iter().map(|word| word.bytes().filter(u8::is_ascii_alphabetic).count()).sum();
    let words: Vec<&str> =
        words.iter().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit())).collect();
    let long = words.iter().filter(|word| word.len() >= 4);
    let is_joined = value.iter().any(|byte| b"_-. ".contains(byte));
    letters * 10 >= value.len() * 7
        && long.clone().all(|word| is_spoken(word) || placeholder::is_example_word(word))
        // Letters of random text in both cases fall into pieces of one to three.
        && long.clone().map(|word| word.len()).sum::<usize>() * 2 >= letters
        && (is_joined || long.count() * 2 >= words.len())
        && letters > 0
}

/// Whether letters can be spoken: some of them are vowels, and most pairs of neighbours are frequent.
pub(super) fn is_spoken(word: &str) -> bool {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let vowels = word.chars().filter(|&c| is_vowel(c)).count();
    let longest = word.split(is_vowel).map(str::len).max().unwrap_or(0);
    let letters = word.bytes().all(|byte| byte.is_ascii_lowercase());
    letters
        && vowels * 5 >= word.len()
        && longest <= 4
        && word.len() <= 16
        && rare_pairs(word.as_bytes()) * 6 < word.len()
}

/// How many neighbours in a text of small letters do not stand so in words.
pub(super) fn rare_pairs(word: &[u8]) -> usize {
    let place = |byte: u8| usize::from(byte.saturating_sub(b'a')).min(25);
    let is_rare = |pair: &&[u8]| FOLLOWS[place(pair[0])] >> place(pair[1]) & 1 == 0;
    word.windows(2).filter(is_rare).count()
}

/// A part of a name that nobody would choose: digits inside, or more changes of case than words have.
pub(super) fn is_noise(part: &[u8]) -> bool {
    let rank = |byte: u8| (byte.is_ascii_uppercase(), byte.is_ascii_digit());
    let turns = part
        .windows(2)
        .filter(|pair| pair.iter().all(u8::is_ascii_alphanumeric))
        .filter(|pair| rank(pair[0]) != rank(pair[1]) && !pair[0].is_ascii_uppercase())
        .count();
    let most = if part.len() > 7 { 1 } else { 2 };
    let after_digit = |pair: &[u8]| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic();
    part.len() >= 4
        && !reads_like_words(part)
        && !is_of_words(part)
        && !is_identifier(part)
        && (part.windows(2).any(after_digit) || turns > most)
}

/// How many letters of a text stand in pieces of five and more that can be spoken.
pub(super) fn spoken_letters(value: &[u8]) -> usize {
    let words = words::split(value);
    let pieces = words.iter().flat_map(|word| word.split(|c: char| c.is_ascii_digit()));
    pieces.filter(|piece| piece.len() >= 5 && is_spoken(piece)).map(str::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_noise() {
        for words in
            ["databasePassword", "refresh-token", "org.acme.DataSource", "CorrectHorse", "sha_digest2"]
        {
            assert!(reads_like_words(words.as_bytes()) && !is_noise(words.as_bytes()), "{words}");
        }
        for noise in ["xkqzvbnw", "aB3xK9", "qwQzPlTx", "a9f3c2b1"] {
            assert!(!reads_like_words(noise.as_bytes()), "{noise}");
        }
        assert!(is_noise(b"aB3xK9") && !is_noise(b"DbPw") && !is_noise(b"utf8"));
    }
}
