//! Values in a call that only converts them: `Some("value".into())`, `[]byte("value")`, `Buffer.from("value")`.
//!
//! Such a call is known by its name. What any other call makes of a text is not known: it may be the name of a value.

use super::value::{self, Value};
use super::{argument, skip, spaces};
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

/// Calls that do so where a type of texts, bytes or secrets stands before them: `String::from`.
const MAKERS: &[&str] =
    &["from", "new", "of", "valueof", "fromstring", "fromstr", "copyfromutf8", "ofnullable", "plain"];

/// Words of such a type.
const TYPES: &[&str] = &[
    "string",
    "str",
    "secret",
    "bytes",
    "byte",
    "buffer",
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
pub(super) fn around(text: &[u8], at: usize) -> Option<Value> {
    of_field(text, at).or_else(|| converted(text, at))
}

/// The same where nothing is declared.
fn converted(text: &[u8], mut at: usize) -> Option<Value> {
    for _ in 0..DEPTH {
        at = spaces(text, opened(text, at)?);
        if let Some(value) = value::quoted(text, at) {
            return ends(text, &value).then_some(value);
        }
    }
    None
}

/// Calls that declare a field or an option, by their last name; what ends in `Field` is one, too.
const FIELDS: &[&[u8]] = &[
    b"field",
    b"ib",
    b"attrib",
    b"column",
    b"mapped_column",
    b"option",
    b"argument",
    b"setting",
    b"unicode",
    b"form",
    b"header",
    b"query",
    b"cookie",
    b"body",
    b"parameter",
    b"factory",
];

/// Of these, those that may take the default by its place.
const BY_PLACE: &[&[u8]] = &[b"field", b"option", b"argument", b"unicode"];

/// The default in the declaration of a field: `Field(default="value")`, `CharField(max_length=40, default="value")`,
/// `typer.Option("value")`.
fn of_field(text: &[u8], at: usize) -> Option<Value> {
    const LONGEST: usize = 60;
    const REACH: usize = 300;
    let end = skip(text, at, |byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte), LONGEST);
    (text.get(end) == Some(&b'(')).then_some(())?;
    let last = text[at..end].rsplit(|&byte| byte == b'.').next()?.to_ascii_lowercase();
    (FIELDS.contains(&&last[..]) || last.ends_with(b"field")).then_some(())?;
    let mut start = spaces(text, end + 1);
    if BY_PLACE.contains(&&last[..])
        && let Some(value) = value::quoted(text, start)
    {
        return argument::ends_argument(text, &value).then_some(value);
    }
    while start < end + REACH {
        let name = skip(text, start, |byte| byte.is_ascii_alphanumeric() || byte == b'_', LONGEST);
        let sign = spaces(text, name);
        if &text[start..name] == b"default" && text.get(sign) == Some(&b'=') {
            let value = spaces(text, sign + 1);
            let value = value::quoted(text, value).or_else(|| converted(text, value));
            return value.filter(|value| argument::ends_argument(text, value));
        }
        start = spaces(text, argument::end_of_argument(text, start)? + 1);
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
    // `secret.encode("utf-8")` takes a name where `TextEncoder().encode` takes a text.
    let is_encoder = |part: &[u8]| part == b"TextEncoder";
    match lower.as_str() {
        "encode" => parts.any(is_encoder),
        maker if MAKERS.contains(&maker) => parts.any(is_type),
        name => CONVERTERS.contains(&name),
    }
}

/// Whether nothing is made of the text but another type.
fn ends(text: &[u8], value: &Value) -> bool {
    // `password.getBytes("UTF-8")` says how, not what.
    const ENCODINGS: &[&[u8]] = &[
        b"utf-8",
        b"utf8",
        b"utf-16",
        b"ascii",
        b"us-ascii",
        b"latin-1",
        b"latin1",
        b"iso-8859-1",
        b"base64",
        b"hex",
    ];
    if ENCODINGS.iter().any(|encoding| encoding.eq_ignore_ascii_case(&text[value.range.clone()])) {
        return false;
    }
    let closed = skip(text, value.range.end, |byte| b"\\\"'`".contains(&byte), 3);
    let next = spaces(text, closed);
    matches!(text.get(next), Some(b')' | b'}' | b',')) || is_converted(text, value)
}

/// Whether a method behind a text turns it into another type.
pub(super) fn is_converted(text: &[u8], value: &Value) -> bool {
    let closed = skip(text, value.range.end, |byte| b"\\\"'`".contains(&byte), 3);
    let point = spaces(text, closed);
    (text.get(point) == Some(&b'.')) && {
        let end = skip(text, point + 1, |byte| byte.is_ascii_alphanumeric() || byte == b'_', 20);
        METHODS.contains(&&text[point + 1..end])
    }
}
