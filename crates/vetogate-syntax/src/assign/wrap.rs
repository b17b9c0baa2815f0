//! Values in a call that only converts them: `Some("value".into())`, `[]byte("value")`, `Buffer.from("value")`.
//!
//! Such a call is known by its name. What any other call makes of a text is not known: it may be the name of a value.

use super::value::{self, Value};
use super::{skip, spaces};
use crate::words;

/// How many calls may stand around each other.
const DEPTH: usize = 4;

/// Calls that take a text as it is, by their last name, in lower case.
const CONVERTERS: &[&str] = &[
    "some",
    "just",
    "ok",
    "optional",
    "str",
    "string",
    "secretstr",
    "secretstring",
    "secretbytes",
    "secret",
    "securestring",
    "protectedstring",
    "redacted",
    "sensitive",
    "nonsensitive",
    "bytes",
    "bytearray",
    "byte",
    "buffer",
    "unicode",
    "qstring",
    "qstringliteral",
    "qbytearray",
    "qlatin1string",
    "wstring",
    "string_view",
    "stringptr",
    "strptr",
    "ptr",
    "getbytes",
    "getbytesutf8",
    "box",
    "arc",
    "rc",
    "cow",
    "zeroizing",
    "symmetricsecuritykey",
    "hmacshakeyfor",
    "secretkeyspec",
    "createsecretkey",
    "plaintext",
    "literal",
];

/// Calls that do so where a type of texts, bytes or secrets stands before them: `String::from`, `TextEncoder().encode`.
const MAKERS: &[&str] = &[
    "from",
    "new",
    "of",
    "valueof",
    "encode",
    "fromstring",
    "fromstr",
    "copyfromutf8",
    "ofnullable",
    "plain",
];

/// Words of such a type.
const TYPES: &[&str] = &[
    "string",
    "str",
    "secret",
    "bytes",
    "byte",
    "buffer",
    "password",
    "text",
    "optional",
    "option",
    "zeroizing",
    "sensitive",
    "protected",
    "secure",
    "redacted",
    "box",
    "arc",
    "rc",
    "cow",
    "vec",
    "some",
];

/// Methods that turn a text into another type.
const METHODS: &[&[u8]] = &[
    b"into",
    b"to_string",
    b"to_owned",
    b"into_bytes",
    b"as_bytes",
    b"to_vec",
    b"clone",
    b"encode",
    b"getBytes",
    b"toCharArray",
    b"trim",
    b"to_s",
    b"utf8",
    b"as_ref",
    b"into_boxed_str",
    b"bytes",
];

/// The text in the calls that begin at `at`.
pub(super) fn around(text: &[u8], mut at: usize) -> Option<Value> {
    for _ in 0..DEPTH {
        at = spaces(text, opened(text, at)?);
        if let Some(value) = value::quoted(text, at) {
            return ends(text, &value).then_some(value);
        }
    }
    None
}

/// Behind the bracket of a call that converts.
fn opened(text: &[u8], at: usize) -> Option<usize> {
    const LONGEST: usize = 60;
    if text[at..].starts_with(b"[]byte(") {
        return Some(at + b"[]byte(".len());
    }
    let at = skip(text, at, |byte| matches!(byte, b'&' | b'*'), 2);
    let at = if text[at..].starts_with(b"new ") { at + b"new ".len() } else { at };
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:<>".contains(&byte);
    let mut end = skip(text, at, of_name, LONGEST);
    // `new TextEncoder().encode("value")`.
    if text[end..].starts_with(b"().") {
        end = skip(text, end + 2, of_name, LONGEST);
    }
    (matches!(text.get(end), Some(b'(' | b'{')) && is_converter(&text[at..end])).then_some(end + 1)
}

fn is_converter(name: &[u8]) -> bool {
    let mut parts = name.split(|byte| b".:<>()".contains(byte)).filter(|part| !part.is_empty()).rev();
    let Some(last) = parts.next() else { return false };
    let lower: String =
        last.iter().filter(|byte| **byte != b'_').map(|b| char::from(b.to_ascii_lowercase())).collect();
    let is_type = |part: &[u8]| words::split(part).iter().any(|word| TYPES.contains(&word.as_str()));
    CONVERTERS.contains(&lower.as_str()) || (MAKERS.contains(&lower.as_str()) && parts.any(is_type))
}

/// Whether nothing is made of the text but another type.
fn ends(text: &[u8], value: &Value) -> bool {
    let closed = skip(text, value.range.end, |byte| b"\\\"'`".contains(&byte), 3);
    let next = spaces(text, closed);
    match text.get(next) {
        Some(b')' | b'}' | b',') => true,
        Some(b'.') => {
            let end = skip(text, next + 1, |byte| byte.is_ascii_alphanumeric() || byte == b'_', 20);
            METHODS.contains(&&text[next + 1..end])
        }
        _ => false,
    }
}
