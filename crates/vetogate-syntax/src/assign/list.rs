//! Lists under a name of several things: `API_KEYS = ["value", "value"]`, `passwords:` with lines of `- value`.

use super::value::{self, Value};
use super::{blanks, closed, operator, skip, spaces};
use crate::path::FileKind;
use crate::words;
use std::ops::Range;

/// How far the bracket of a list may stand from the sign before it.
const REACH: usize = 48;

/// What stands between that sign and the bracket: the type of the list, or what makes it one.
const TYPES: &[&str] = &[
    "string",
    "str",
    "new",
    "vec",
    "list",
    "of",
    "set",
    "sets",
    "arrays",
    "as",
    "array",
    "frozenset",
    "tuple",
    "const",
    "char",
    "std",
    "immutable",
    "w",
];

/// The first element of the list that an identifier is given.
pub(super) fn first(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    text[identifier.clone()].last().filter(|last| last.eq_ignore_ascii_case(&b's'))?;
    let (at, is_colon) = operator::at(text, blanks(text, closed(text, identifier.end, kind)), kind)?;
    let typed = if is_colon { operator::typed(text, blanks(text, at)) } else { None };
    let at = typed.unwrap_or(at);
    if kind == FileKind::Config
        && let Some(item) = item(text, blanks(text, at), kind)
    {
        return Some(item);
    }
    let end = skip(
        text,
        at,
        |byte| byte.is_ascii_alphanumeric() || b"_.&!%:[({<>]".contains(&byte) || byte.is_ascii_whitespace(),
        REACH,
    );
    let before = text[at..end].trim_ascii_end();
    let is_open = before.last().is_some_and(|last| b"[({".contains(last));
    let is_type = |word: &String| TYPES.contains(&word.as_str());
    if is_open && words::split(before).iter().all(is_type) {
        return element(text, end);
    }
    // `%w[value value]` of Ruby.
    let open = blanks(text, at);
    let is_words = [&b"%w["[..], b"%w("].iter().any(|start| text[open..].starts_with(start));
    is_words.then(|| value::bare(text, open + 3, |byte| b"])".contains(&byte)))?
}

/// The element behind one of a list.
pub(super) fn next(text: &[u8], last: &Range<usize>, kind: FileKind) -> Option<Value> {
    let closed = skip(text, last.end, |byte| matches!(byte, b'"' | b'\'' | b'`'), 1);
    if kind == FileKind::Config
        && let Some(item) = item(text, blanks(text, closed), kind)
    {
        return Some(item);
    }
    let comma = spaces(text, closed);
    (text.get(comma) == Some(&b',')).then_some(())?;
    element(text, spaces(text, comma + 1))
}

/// An element in quotes. The keys of a map are none: they name what the map says something of, and stand for nothing but
/// names, unless they are what a machine made, as in a table of tokens and their users.
fn element(text: &[u8], at: usize) -> Option<Value> {
    let value = value::quoted(text, at)?;
    let closed = skip(text, value.range.end, |byte| b"\"'`\\".contains(&byte), 4);
    let sign = spaces(text, closed);
    let is_key = text.get(sign) == Some(&b':') || text[sign..].starts_with(b"=>");
    (!is_key || is_made(&text[value.range.clone()])).then_some(value)
}

/// Letters and digits without a sign between them, more than names of models or versions have.
fn is_made(key: &[u8]) -> bool {
    let digits = key.iter().filter(|byte| byte.is_ascii_digit()).count();
    key.len() >= 20 && digits > 2 && key.iter().all(u8::is_ascii_alphanumeric)
}

/// The value in a line of its own behind `- `. An element that has keys is none.
fn item(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    matches!(text.get(at), Some(b'\r' | b'\n')).then_some(())?;
    let dash = spaces(text, at);
    text[dash..].starts_with(b"- ").then_some(())?;
    let value = value::literal(text, blanks(text, dash + 1), kind, true)?;
    let closed = skip(text, value.range.end, |byte| matches!(byte, b'"' | b'\''), 1);
    let is_key = text[value.range.clone()].ends_with(b":") || text.get(closed) == Some(&b':');
    (!is_key).then_some(value)
}
