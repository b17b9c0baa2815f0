//! Signs of a value that an encoder of JSON or of a language wrote as escapes: `\/` (PHP), `\u002f`, `\u0026` (Go, .NET,
//! Gson). A secret is judged by what it means.

use std::borrow::Cow;

/// JSON in JSON has more than one sign before an escape.
const MOST_SIGNS: usize = 4;

/// The sign of ASCII that an escape stands for which begins a text, and the escape's length.
pub(crate) fn sign_at(text: &[u8]) -> Option<(u8, usize)> {
    let signs = text.iter().take(MOST_SIGNS).take_while(|&&byte| byte == b'\\').count();
    let digits = text[signs..].strip_prefix(b"u00").filter(|_| signs > 0)?.get(..2)?;
    let sign = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    sign.is_ascii_graphic().then_some((sign, signs + 5))
}

/// A value without its escapes.
pub(crate) fn unescaped(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        if let Some((sign, length)) = sign_at(&value[at..]) {
            out.push(sign);
            at += length;
        } else if byte == b'\\' && value.get(at + 1) == Some(&b'/') {
            at += 1;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    out.into()
}

/// A value without the escapes of an address (RFC 3986, 2.1).
pub(crate) fn percent_decoded(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        let digits = value.get(at + 1..at + 3).filter(|_| byte == b'%');
        let sign = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        out.push(sign.unwrap_or(byte));
        at += if sign.is_some() { 3 } else { 1 };
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_escapes_mean() {
        for (value, says) in [
            (r"a\u002fb\u002Bc\u003d", "a/b+c="),
            (r"a\\u0026b", "a&b"),
            (r"a\/b\\/c", r"a/b\/c"),
            (r"a\nb\u0", r"a\nb\u0"),
            (r"\u00e9\u000ax\u00+1", r"\u00e9\u000ax\u00+1"),
            ("au002f", "au002f"),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8_lossy(&unescaped(value.as_bytes())), says, "{value}");
        }
    }

    #[test]
    fn what_percents_mean() {
        for (value, says) in
            [("a%2Fb%3d", "a/b="), ("100%", "100%"), ("%zz%+1", "%zz%+1"), ("%%41", "%A"), ("ab", "ab")]
        {
            assert_eq!(String::from_utf8_lossy(&percent_decoded(value.as_bytes())), says, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[\\\\u0-3a-f/%]{0,24}") {
            assert!(unescaped(text.as_bytes()).len() <= text.len());
            assert!(percent_decoded(text.as_bytes()).len() <= text.len());
        }
    }
}
