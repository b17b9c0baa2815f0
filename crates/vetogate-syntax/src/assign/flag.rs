//! Options of commands: `--name value`, `--name=value`, also where a program's text holds the command.

use super::value::{self, Value};
use super::{blanks, spaces};
use std::ops::Range;

/// The value of an option whose name is `identifier`.
pub(super) fn around(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let name = &text[identifier.clone()];
    let is_long = name.starts_with(b"--") && name.len() > 2 && name[2].is_ascii_alphabetic();
    match text.get(identifier.end)? {
        b'=' if is_long => spelled(text, identifier.end + 1),
        b' ' | b'\t' if is_long => spelled(text, blanks(text, identifier.end)),
        b' ' if name.starts_with(b"-") => value::quoted(text, blanks(text, identifier.end)),
        b'"' | b'\'' if is_long => listed(text, identifier),
        _ => None,
    }
}

/// A value in quotes or bare.
fn spelled(text: &[u8], at: usize) -> Option<Value> {
    if matches!(text.get(at)?, b'-' | b'<' | b'[' | b'(' | b'{' | b'=' | b'|' | b'&' | b'\\') {
        return None;
    }
    let ends = |byte: u8| matches!(byte, b';' | b'|' | b'<' | b'>' | b')' | b',' | b']' | b'\\');
    value::quoted(text, at).or_else(|| value::bare(text, at, ends))
}

/// `["--name", "value"]`: an element of a list of arguments and the next. In a call the second is about the option.
fn listed(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let open = identifier.start.checked_sub(1)?;
    let before = text[..open].iter().rev().take(60).find(|byte| !byte.is_ascii_whitespace())?;
    let comma = blanks(text, identifier.end + 1);
    let in_list = matches!(before, b',' | b'[') && text.get(comma) == Some(&b',');
    in_list.then_some(())?;
    value::quoted(text, spaces(text, comma + 1)).filter(|value| text[value.range.start] != b'-')
}
