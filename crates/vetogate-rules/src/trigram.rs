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
    // Letters by falling frequency in English and code; what is not listed (digits, capitals, punctuation) is rarer.
    const COMMON: &[u8] = b"etaoinsrlcdpumfhgb_ykwvxjqz";
    let rarity = |byte: u8| COMMON.iter().position(|&common| common == byte).unwrap_or(20);
    let windows = text.as_bytes().windows(3);
    let best = windows.enumerate().max_by_key(|(index, window)| {
        let sum: usize = window.iter().map(|&byte| rarity(byte)).sum();
        (sum, std::cmp::Reverse(*index))
    });
    best.map_or(0, |(index, _)| index)
}
