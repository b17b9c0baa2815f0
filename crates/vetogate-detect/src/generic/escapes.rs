//! Letters of other alphabets that stand in a text of a program or of JSON as escapes.

use std::borrow::Cow;

/// A value with the letters that escapes mean: `\u043f`, `\u{43f}`, `\xe9`. Signs of ASCII are written so by encoders that
/// think of HTML (Go, .NET), in a password too, and stay as they are.
pub(super) fn unescaped(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', value).is_none() {
        return Cow::Borrowed(value);
    }
    let (mut plain, mut at) = (Vec::new(), 0);
    while at < value.len() {
        match escape(&value[at..]) {
            Some((letter, length)) if !letter.is_ascii() => {
                // A text inside a text has two backslashes for one.
                let signs = plain.iter().rev().take(3).take_while(|byte| **byte == b'\\').count();
                plain.truncate(plain.len() - signs);
                plain.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                at += length;
            }
            _ => {
                plain.push(value[at]);
                at += 1;
            }
        }
    }
    Cow::Owned(plain)
}

/// The letter of the escape that begins a text, and how long it is.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    let (digits, length) = match text {
        [b'\\', b'u', b'{', rest @ ..] => {
            let digits = &rest[..rest.iter().take(7).position(|&byte| byte == b'}')?];
            (digits, digits.len() + 4)
        }
        [b'\\', b'u', rest @ ..] => (rest.get(..4)?, 6),
        [b'\\', b'x', rest @ ..] => (rest.get(..2)?, 4),
        _ => return None,
    };
    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    // Half of a pair of UTF-16 is a letter of some alphabet, too.
    Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), length))
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn escapes_of_letters() {
        for (text, plain) in [
            (r"a\u00e9b", "a\u{e9}b"),
            (r"a\u{e9}b", "a\u{e9}b"),
            (r"a\xe9b", "a\u{e9}b"),
            (r"a\ud83d\udd11b", "a\u{fffd}\u{fffd}b"),
            (r"a\\u00e9b", "a\u{e9}b"),
            (r"a\u0026b", r"a\u0026b"),
            (r"a\x26b\", r"a\x26b\"),
            (r"a\u{", r"a\u{"),
            (r"\uzzzz\u{110000000}", r"\uzzzz\u{110000000}"),
        ] {
            assert_eq!(unescaped(text.as_bytes()).as_ref(), plain.as_bytes(), "{text}");
        }
    }
}
