//! `NAME=value` in a text of a program or of JSON: `putenv("NAME=value")`, `"Env": ["NAME=value"]`,
//! `"docker run -e NAME=value"`.
//!
//! Only names as the environment has them are read so: what a text says of others may be a query or a sentence.

use super::value::Value;
use super::{Quote, skip};
use std::ops::Range;

/// Longest value.
const LONGEST: usize = 512;

/// What stands before the name of a variable in a command.
const OPTIONS: &[&[u8]] = &[b"-e", b"--env", b"--env=", b"--build-arg", b"export"];

/// The value of the variable that is set in a text.
pub(super) fn around(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let name = &text[identifier.clone()];
    let of_environment = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let is_set = text.get(identifier.end) == Some(&b'=') && text.get(identifier.end + 1) != Some(&b'=');
    (is_set && name.iter().all(of_environment)).then_some(())?;
    let quote = opening(text, identifier.start)?;
    let start = identifier.end + 1;
    let of_value = |byte: u8| !byte.is_ascii_whitespace() && !b"\"'`\\".contains(&byte);
    let end = skip(text, start, of_value, LONGEST);
    let is_ended = matches!(text.get(end), Some(b'"' | b'\'' | b'`' | b'\\' | b' '));
    let letter = |at: usize| at.checked_sub(1).and_then(|at| text.get(at));
    let is_template = quote == b'`' || matches!(letter(identifier.start - 1), Some(b'f' | b'F' | b'$'));
    (end > start && is_ended).then_some(Value { range: start..end, quote: Quote::Quoted(quote), is_template })
}

/// The quote of the text that begins with the name, or in which the name stands behind an option.
fn opening(text: &[u8], at: usize) -> Option<u8> {
    const REACH: usize = 200;
    let before = &text[at.saturating_sub(REACH)..at];
    let last = *before.last()?;
    if matches!(last, b'"' | b'\'' | b'`') {
        return Some(last);
    }
    let words = before.trim_ascii_end();
    let is_option = OPTIONS.iter().any(|option| words.ends_with(option));
    (is_option && (words.len() < before.len() || last == b'=')).then_some(())?;
    let line = before.rsplit(|&byte| byte == b'\n').next()?;
    line.iter().find(|byte| matches!(byte, b'"' | b'\'' | b'`')).copied()
}
