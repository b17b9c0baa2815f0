//! Encodings: UTF-16 and UTF-32 with and without a byte order mark, and wide text inside binary files.

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
    /// From the first bytes of a blob: a byte order mark, or zeros where ASCII has them, and letters elsewhere.
    pub fn detect(head: &[u8]) -> Self {
        match head {
            [0xff, 0xfe, 0, 0, ..] => return Self::Utf32Le,
            [0, 0, 0xfe, 0xff, ..] => return Self::Utf32Be,
            [0xff, 0xfe, ..] => return Self::Utf16Le,
            [0xfe, 0xff, ..] => return Self::Utf16Be,
            _ => {}
        }
        let sample = &head[..head.len().min(4096)];
        if memchr::memchr(0, sample).is_none() {
            return Self::Bytes;
        }
        // UTF-32 first: half of its units of two bytes are zero, and no text of UTF-16.
        let all = [Self::Utf32Le, Self::Utf32Be, Self::Utf16Le, Self::Utf16Be];
        all.into_iter().find(|encoding| is_text_in(sample, *encoding)).unwrap_or(Self::Bytes)
    }
}

/// Whether bytes are text in an encoding: most of it ASCII, or nearly all of it letters with some ASCII between them,
/// as every text has its blanks and line ends.
fn is_text_in(bytes: &[u8], encoding: Encoding) -> bool {
    let width = if matches!(encoding, Encoding::Utf32Le | Encoding::Utf32Be) { 4 } else { 2 };
    let units = bytes.len() / width;
    let text = to_utf8(&bytes[..units * width], encoding);
    let ascii = text.bytes().filter(|&byte| is_text(byte)).count();
    let letters = text.chars().filter(|&c| !c.is_ascii() && is_of_text(c)).count();
    let is_ascii = ascii * 10 >= units * 7;
    // Two bytes of ASCII are a letter of Chinese, too.
    let printable = bytes.iter().filter(|&&byte| is_text(byte)).count();
    let is_other =
        ascii * 20 >= units && (ascii + letters) * 20 >= units * 19 && printable * 4 < bytes.len() * 3;
    units >= 4 && (is_ascii || is_other)
}

/// Letters of any alphabet, and the signs between them.
fn is_of_text(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{a0}'..='\u{bf}' | '\u{300}'..='\u{36f}' | '\u{2010}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
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

/// How many units of two bytes in a row, from the first on, are a printable ASCII character with a zero on this side.
fn wide_len(bytes: &[u8], is_big: bool) -> usize {
    let (zero, letter) = if is_big { (0, 1) } else { (1, 0) };
    bytes.chunks_exact(2).take_while(|unit| unit[zero] == 0 && is_text(unit[letter])).count()
}

/// Every second byte, from the first on.
fn narrowed(bytes: &[u8], len: usize) -> Vec<u8> {
    bytes.iter().step_by(2).take(len).copied().collect()
}

/// Bytes that are compared in one go.
const BLOCK: usize = 64;

/// Where the next printable ASCII character with a zero behind it stands. Most contents with zeros have few of them, or
/// nothing but zeros: what holds none is passed block by block, without a branch for a byte.
fn next_wide(bytes: &[u8], from: usize) -> Option<usize> {
    let is_wide = |(&letter, &zero): (&u8, &u8)| is_text(letter) & (zero == 0);
    let mut at = from;
    while let Some(block) = bytes.get(at..at + BLOCK + 1) {
        let pairs = block[..BLOCK].iter().zip(&block[1..]);
        if pairs.fold(false, |any, pair| any | is_wide(pair)) {
            break;
        }
        at += BLOCK;
    }
    let rest = bytes.get(at..)?;
    rest.iter().zip(rest.get(1..)?).position(is_wide).map(|found| at + found)
}

/// Runs of at least `least` printable ASCII characters, each followed by a zero byte, or each behind one.
pub fn wide_runs(bytes: &[u8], least: usize) -> Vec<WideRun> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(start) = next_wide(bytes, at) {
        let little = wide_len(&bytes[start..], false);
        at = start + 2 * little;
        // In big-endian text the zero stands before its character, and the last one may have none behind it.
        let zero = if start > 0 && bytes[start - 1] == 0 { start - 1 } else { start + 1 };
        let big = wide_len(&bytes[zero..], true);
        if zero + 2 * big > at && big >= least {
            runs.push(WideRun { start: zero + 1, text: narrowed(&bytes[zero + 1..], big) });
        }
        if little >= least {
            runs.push(WideRun { start, text: narrowed(&bytes[start..], little) });
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
        assert_eq!(Encoding::detect(b"plain ascii text with a zero\0 in it"), Encoding::Bytes);
        assert_eq!(Encoding::detect(b"\0\0\0\0\0\0\0\0\0\0"), Encoding::Bytes);
    }

    #[test]
    fn utf32_is_seen_with_and_without_a_mark() {
        for text in [
            "\u{feff}key = 1, caf\u{e9} \u{1f511}\n",
            "key = 1",
            "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c} = 1\n",
        ] {
            let little: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            let big: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
            for (bytes, encoding) in [(little, Encoding::Utf32Le), (big, Encoding::Utf32Be)] {
                assert_eq!(Encoding::detect(&bytes), encoding, "{text}");
                assert_eq!(to_utf8(&bytes, encoding), text.trim_start_matches(MARK));
            }
        }
    }

    #[test]
    fn text_of_other_alphabets_is_seen_without_a_mark() {
        let words = [
            "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}",
            "\u{5bc6}\u{7801}\u{662f}",
            "\u{3c0}\u{3ac}\u{3bd}",
        ];
        for word in words {
            let text = format!("{word} {word}, {word}\r\n{word} = x\n");
            for (big, encoding) in [(false, Encoding::Utf16Le), (true, Encoding::Utf16Be)] {
                assert_eq!(Encoding::detect(&wide(&text, big)), encoding, "{text}");
            }
        }
        // Small numbers of two and four bytes, code, random bytes.
        let numbers: Vec<u8> = (0..600_u16).flat_map(|number| (number * 7).to_le_bytes()).collect();
        let longer: Vec<u8> = (0..600_u32).flat_map(|number| (number * 3).to_le_bytes()).collect();
        let code = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0\x60\x6d\0\0\0\0\0\0@\0\0\0"
            .repeat(9);
        for bytes in [numbers, longer, code] {
            assert_eq!(Encoding::detect(&bytes), Encoding::Bytes);
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

    /// What stands in front and behind changes nothing, wherever a block ends.
    #[test]
    fn wide_text_is_found_at_every_place_among_zeros_and_other_bytes() {
        for (big, letter) in [(false, 0), (true, 1)] {
            for filler in [0, 1, b'x', 0xff] {
                for before in 0..3 * BLOCK {
                    let mut bytes = vec![filler; before];
                    // A byte that is neither, so that no filler is part of the run.
                    bytes.push(0xfe);
                    let start = bytes.len() + letter;
                    bytes.extend(wide("password=1", big));
                    bytes.push(0xfe);
                    bytes.extend(vec![filler; BLOCK - before % BLOCK]);
                    let runs = wide_runs(&bytes, 10);
                    assert_eq!(
                        runs,
                        [WideRun { start, text: b"password=1".to_vec() }],
                        "{big} {filler} {before}"
                    );
                }
            }
        }
    }

    #[test]
    fn zeros_alone_and_short_contents_have_no_wide_text() {
        for len in [0, 1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 1, 1000] {
            assert_eq!(wide_runs(&vec![0; len], 1), [], "{len}");
        }
        // The last pair of a content, whole and cut.
        for len in 0..3 * BLOCK {
            let zeros = vec![0; len];
            let run = WideRun { start: len, text: b"p".to_vec() };
            assert!(wide_runs(&[&zeros[..], b"p\0"].concat(), 1).contains(&run), "{len}");
            assert_eq!(wide_runs(&[&zeros[..], b"p"].concat(), 1), [], "{len}");
        }
    }
}
