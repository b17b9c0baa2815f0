//! Encodings: UTF-16 with and without a byte order mark, UTF-32 with one, and wide text inside binary files.

/// How a text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, Latin-1 or binary: looked at byte by byte.
    Bytes,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// UTF-32, little endian.
    Utf32Le,
    /// UTF-32, big endian.
    Utf32Be,
}

impl Encoding {
    /// From the first bytes of a blob: a byte order mark, or zeros at every other place of what would be ASCII.
    pub fn detect(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, 0, 0, ..] => return Self::Utf32Le,
            [0, 0, 0xfe, 0xff, ..] => return Self::Utf32Be,
            [0xff, 0xfe, ..] => return Self::Utf16Le,
            [0xfe, 0xff, ..] => return Self::Utf16Be,
            _ => {}
        }
        let sample = &head[..head.len().min(4096)];
        let pairs = sample.len() / 2;
        if pairs < 4 {
            return Self::Bytes;
        }
        let count = |wide: fn(&[u8]) -> bool| sample.chunks_exact(2).filter(|pair| wide(pair)).count();
        let little = count(|pair| pair[1] == 0 && is_text(pair[0]));
        let big = count(|pair| pair[0] == 0 && is_text(pair[1]));
        if little * 10 >= pairs * 7 {
            Self::Utf16Le
        } else if big * 10 >= pairs * 7 {
            Self::Utf16Be
        } else {
            Self::Bytes
        }
    }
}

/// The byte order mark.
const MARK: char = '\u{feff}';

fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e)
}

/// Bytes of an encoding as UTF-8; what is no character becomes U+FFFD. What is left of a unit at the end is left out.
pub fn to_utf8(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Bytes => String::from_utf8_lossy(bytes).into_owned(),
        Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes),
        Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes),
        Encoding::Utf32Le => utf32(bytes, u32::from_le_bytes),
        Encoding::Utf32Be => utf32(bytes, u32::from_be_bytes),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .filter(|&c| c != MARK)
        .collect()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let units = bytes.chunks_exact(4).map(|four| unit([four[0], four[1], four[2], four[3]]));
    units
        .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
        .filter(|&c| c != MARK)
        .collect()
}

/// A run of wide ASCII inside other bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WideRun {
    /// Offset of its first character.
    pub start: usize,
    /// Its characters, one byte each; character `i` stands at `start + 2 * i`.
    pub text: Vec<u8>,
}

fn units(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.chunks_exact(2)
}

/// Runs of at least `least` printable ASCII characters, each followed by a zero byte, or each behind one.
pub fn wide_runs(bytes: &[u8], least: usize) -> Vec<WideRun> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(zero) = memchr::memchr(0, &bytes[at..]).map(|found| at + found) {
        let Some(start) = zero.checked_sub(1).filter(|&start| start >= at && is_text(bytes[start])) else {
            at = zero + 1;
            continue;
        };
        let text: Vec<u8> = units(&bytes[start..])
            .take_while(|unit| unit[1] == 0 && is_text(unit[0]))
            .map(|unit| unit[0])
            .collect();
        at = start + 2 * text.len();
        // In big-endian text the zero stands before its character, and the last one may have none behind it.
        let zero = if start > 0 && bytes[start - 1] == 0 { start - 1 } else { start + 1 };
        let big: Vec<u8> = units(&bytes[zero..])
            .take_while(|unit| unit[0] == 0 && is_text(unit[1]))
            .map(|unit| unit[1])
            .collect();
        if zero + 2 * big.len() > at && big.len() >= least {
            runs.push(WideRun { start: zero + 1, text: big });
        }
        if text.len() >= least {
            runs.push(WideRun { start, text });
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    #[test]
    fn utf16_is_seen_with_and_without_a_mark() {
        for (big, encoding) in [(false, Encoding::Utf16Le), (true, Encoding::Utf16Be)] {
            for text in ["\u{feff}key = 1, caf\u{e9}\n", "plain text here"] {
                let bytes = wide(text, big);
                assert_eq!(Encoding::detect(&bytes), encoding, "{text}");
                assert_eq!(to_utf8(&bytes, encoding), text.trim_start_matches('\u{feff}'));
            }
        }
        assert_eq!(Encoding::detect(b"plain ascii text"), Encoding::Bytes);
        assert_eq!(Encoding::detect(b"\0\0\0\0\0\0\0\0\0\0"), Encoding::Bytes);
    }

    #[test]
    fn utf32_is_seen_by_its_mark() {
        let text = "\u{feff}key = 1, caf\u{e9} \u{1f511}\n";
        let little: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        let big: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        for (bytes, encoding) in [(little, Encoding::Utf32Le), (big, Encoding::Utf32Be)] {
            assert_eq!(Encoding::detect(&bytes), encoding);
            assert_eq!(to_utf8(&bytes, encoding), text.trim_start_matches(MARK));
        }
    }

    #[test]
    fn wide_text_inside_a_binary_is_found() {
        let mut bytes = vec![1, 2, 3, 0, 0, 7];
        let start = bytes.len();
        bytes.extend(wide("password=1", false));
        bytes.extend([9, 9, 9]);
        assert!(wide_runs(&bytes, 8).contains(&WideRun { start, text: b"password=1".to_vec() }));
        assert!(wide_runs(&bytes, 11).is_empty());
        let bytes = wide("\u{43f}\u{440}password=1", true);
        assert!(wide_runs(&bytes, 8).iter().any(|run| run.text == b"password=1"));
        let bytes = wide("password=1\u{43f}\u{440}", true);
        assert!(wide_runs(&bytes, 8).iter().any(|run| run.text == b"password=1"));
    }
}
