//! The first stage of matching: a bitmap of hashed, case-folded three-byte windows of the anchors.

/// Words of the bitmap: one bit for each of 2^16 hashes.
pub const WORDS: usize = 1 << 10;

/// Clears the bit that separates ASCII cases. Folds some punctuation together as well, which only costs a comparison.
#[inline]
pub const fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// Hash of the last three folded bytes, the newest in the low byte, as 16 bits.
#[inline]
pub const fn hash(window: u32) -> usize {
    ((window & 0x00ff_ffff).wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// Hash of three bytes.
pub const fn hash_of(bytes: [u8; 3]) -> usize {
    hash((fold(bytes[0]) as u32) << 16 | (fold(bytes[1]) as u32) << 8 | fold(bytes[2]) as u32)
}

/// An anchor and the rule that it wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// In lower case.
    pub text: &'static str,
    /// Offset of its rarest three-byte window.
    pub offset: usize,
    /// Index of the rule.
    pub rule: usize,
}

/// Offset of the window of `text` that source text is least likely to hold.
pub fn rarest_window(text: &str) -> usize {
    let windows = text.as_bytes().windows(3);
    let best = windows.enumerate().max_by_key(|(index, window)| {
        let sum: usize = window.iter().map(|&byte| rarity(byte)).sum();
        // A run of one sign is a rule in a text.
        let run = window.iter().all(|byte| byte == &window[0]);
        (if run { 0 } else { sum }, std::cmp::Reverse(*index))
    });
    best.map_or(0, |(index, _)| index)
}

/// How rare a byte is, case folded: its rank by falling frequency in source text.
fn rarity(byte: u8) -> usize {
    const COMMON: &[u8] = b" etaoinsrlcdpu_mf-.=/\"':hgb,(01yv2kwxj3qz";
    COMMON.iter().position(|&common| common == byte.to_ascii_lowercase()).unwrap_or(COMMON.len())
}
