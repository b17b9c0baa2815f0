//! A secret's value: in memory only, wiped when dropped, never shown.

use std::fmt;
use zeroize::ZeroizeOnDrop;

/// The bytes of a secret. `Debug` says `[redacted]`; there is no `Display`, no serialisation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes a copy of the bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes themselves, for comparing and hashing in memory.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// What may be shown of it: at most the first four characters, and only where enough stays hidden; of what reads
    /// like a card number (ISO/IEC 7812: up to 19 digits), the last four, by which people know their card.
    pub fn masked(&self) -> String {
        let digits: String =
            self.0.iter().filter(|byte| byte.is_ascii_digit()).map(|&byte| char::from(byte)).collect();
        let is_card = self.0.iter().all(|byte| byte.is_ascii_digit() || b" -".contains(byte));
        if is_card && (13..=19).contains(&digits.len()) {
            return format!("...{}", &digits[digits.len() - 4..]);
        }
        let keep = if self.0.len() >= 16 { 4 } else { 0 };
        let head = self.0.iter().take(keep).take_while(|byte| byte.is_ascii_graphic());
        head.map(|&byte| char::from(byte)).chain("...".chars()).collect()
    }

    /// Estimated bits of entropy: length times the lower of two estimates per character, the size of the alphabet
    /// seen and the empirical (Shannon) entropy corrected for short texts.
    pub fn entropy_bits(&self) -> f64 {
        entropy_bits(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// See [`Secret::entropy_bits`].
pub fn entropy_bits(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let length = bytes.len() as f64;
    let distinct = counts.iter().filter(|&&count| count > 0).count() as f64;
    let shannon: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / length;
            -share * share.log2()
        })
        .sum();
    // Miller and Madow (1955): a short sample understates the entropy by about (distinct - 1) / (2 n ln 2).
    let corrected = shannon + (distinct - 1.0).max(0.0) / (2.0 * length.max(1.0) * std::f64::consts::LN_2);
    length * corrected.min(alphabet(bytes).log2())
}

/// Size of the smallest usual alphabet that holds every byte.
fn alphabet(bytes: &[u8]) -> f64 {
    let has = |test: fn(&u8) -> bool| bytes.iter().any(test);
    let hex = bytes.iter().all(u8::is_ascii_hexdigit) && has(u8::is_ascii_digit);
    if bytes.iter().all(u8::is_ascii_digit) {
        return 10.0;
    }
    if hex && !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)) {
        return 16.0;
    }
    let classes = [
        (has(u8::is_ascii_digit), 10.0),
        (has(u8::is_ascii_lowercase), 26.0),
        (has(u8::is_ascii_uppercase), 26.0),
        (has(|byte| !byte.is_ascii_alphanumeric()), 32.0),
    ];
    classes.iter().filter(|(present, _)| *present).map(|(_, size)| size).sum::<f64>().max(2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_known_by_its_last_four() {
        let masked = |text: &str| Secret::new(text.as_bytes()).masked();
        assert_eq!(masked(&["4000", "0000", "0000", "9217"].join("-")), "...9217");
        assert_eq!(masked(&["4000", "0000", "0000", "921"].join(" ")), "...0921");
        assert_eq!(masked("12345"), "...");
        assert_eq!(masked(&["4000", "0000", "0000", "921x"].concat()), "4000...");
    }

    #[test]
    fn debug_never_shows_the_value() {
        assert_eq!(format!("{:?}", Some(Secret::new(b"hunter2"))), "Some([redacted])");
    }

    #[test]
    fn short_values_are_masked_whole() {
        assert_eq!(Secret::new(b"hunter2").masked(), "...");
        assert_eq!(Secret::new(b"AKIAABCDEFGHIJKLMNOP").masked(), "AKIA...");
        assert_eq!(Secret::new(b"AK\n\x1b[31mABCDEFGHIJKLMNOP").masked(), "AK...");
    }

    #[test]
    fn a_password_is_guessable_and_a_key_is_not() {
        for guessable in
            ["hunter2", "correct horse battery", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "5551234567"]
        {
            assert!(entropy_bits(guessable.as_bytes()) < 80.0, "{guessable}");
        }
        let key = "q9Zt3LxW8vB2nM5kR7cD1fH4";
        assert!(entropy_bits(key.as_bytes()) >= 80.0);
    }
}
