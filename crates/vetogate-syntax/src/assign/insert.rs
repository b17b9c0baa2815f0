//! A column and its value in a statement of SQL: `INSERT INTO users (name, password) VALUES ('admin', 'value')`.

use super::value::{self, Value};
use super::{argument, skip, spaces};
use std::ops::Range;

/// How far a list of columns is followed to either side.
const REACH: usize = 400;

/// The value of the first row for the column that `identifier` names.
pub(super) fn around(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let before = columns_before(text, identifier.start)?;
    let close = skip(text, identifier.end, of_columns, REACH);
    (text.get(close) == Some(&b')')).then_some(())?;
    let word = spaces(text, close + 1);
    let open = spaces(text, word + b"values".len());
    text.get(word..open)?.trim_ascii_end().eq_ignore_ascii_case(b"values").then_some(())?;
    (text.get(open) == Some(&b'(')).then_some(())?;
    let mut at = open + 1;
    for _ in 0..before {
        at = argument::end_of_argument(text, at)? + 1;
    }
    let value = value::quoted(text, spaces(text, at))?;
    argument::ends_argument(text, &value).then_some(value)
}

/// How many columns stand before the one that begins at `at`, in the list of a statement that inserts.
fn columns_before(text: &[u8], at: usize) -> Option<usize> {
    let length = text[..at].iter().rev().take(REACH).take_while(|byte| of_columns(**byte)).count();
    let open = (at - length).checked_sub(1).filter(|&open| text[open] == b'(')?;
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.`\"[]\\".contains(byte);
    let head = text[open.saturating_sub(REACH)..open].trim_ascii_end();
    let table = head.iter().rev().take_while(|byte| of_name(byte)).count();
    let verb = head[..head.len() - table].trim_ascii_end();
    let is_insert = verb.len() >= 4 && verb[verb.len() - 4..].eq_ignore_ascii_case(b"into");
    (table > 0 && is_insert).then(|| text[open..at].iter().filter(|byte| **byte == b',').count())
}

fn of_columns(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"_,.`\"[]\\".contains(&byte)
}
