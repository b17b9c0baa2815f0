//! Values as they are written: in quotes, bare, on the next line.

use super::{Quote, blanks, skip, spaces, wrap};
use crate::path::FileKind;
use std::ops::Range;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) quote: Quote,
    pub(super) is_template: bool,
}

const LONGEST_VALUE: usize = 4096;
/// In a file of settings a line without blanks may have no end; nothing but a key that is encoded is longer.
const LONGEST_DATA: usize = 640;

/// A literal that begins at `at`.
pub(super) fn literal(text: &[u8], at: usize, kind: FileKind, is_colon: bool) -> Option<Value> {
    let (prefix, quote_at) = quote_at(text, at);
    let is_settings = matches!(kind, FileKind::Env | FileKind::Config);
    // No letter stands before a quote in settings.
    if is_quote(text.get(quote_at)) && !(is_settings && prefix > 0 && is_line(text, at)) {
        let is_lone = || is_settings && is_line(text, at);
        return quoted(text, at).or_else(|| if is_lone() { unclosed(text, at) } else { None });
    }
    if is_program(kind)
        && let Some(value) = wrap::around(text, at)
    {
        return Some(value);
    }
    let is_colon_allowed = !matches!(kind, FileKind::Shell | FileKind::Env);
    let bare_allowed = kind.is_data() || matches!(kind, FileKind::Other | FileKind::Prose);
    (bare_allowed && (is_colon_allowed || !is_colon)).then_some(())?;
    let value = match kind {
        FileKind::Env | FileKind::Config => data(text, at)?,
        _ if prefix > 0 && quote_at != at + prefix => return None,
        _ => bare(text, at, |byte| matches!(byte, b';' | b'|' | b'<'))?,
    };
    let whole = &text[value.range.clone()];
    // In a text in quotes an escaped end of a line ends it, too.
    let escape = if is_line(text, at) {
        None
    } else {
        whole.windows(2).position(|two| two == b"\\n" || two == b"\\r")
    };
    let length = first_of_pairs(&whole[..escape.filter(|&at| at > 0).unwrap_or(whole.len())]);
    Some(Value { range: value.range.start..value.range.start + length, ..value })
}

/// How long the first value of a list of pairs is: `x,db=0,pool_size=100`.
fn first_of_pairs(value: &[u8]) -> usize {
    let is_name = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    let is_pair = |at: usize| {
        let length = value[at + 1..].iter().take_while(|byte| is_name(byte)).count();
        length > 1 && value.get(at + 1 + length) == Some(&b'=')
    };
    let mut commas = value.iter().enumerate().filter(|(_, byte)| **byte == b',').map(|(at, _)| at);
    commas.find(|&at| at > 0 && is_pair(at)).unwrap_or(value.len())
}

/// A value without quotes in a file of settings. What would be a sign of its own in a program is a part of it, unless the
/// next of a list, a tag or the end of a list in braces follows.
fn data(text: &[u8], at: usize) -> Option<Value> {
    // No name and no sign between it and a value stands among the digits of a key: nothing is read twice.
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/_-.".contains(&byte);
    let longest = LONGEST_DATA.max(skip(text, at, is_digit, LONGEST_VALUE) - at + 4);
    let near = &text[..text.len().min(at + longest)];
    let value = if is_line(text, at) { line(near, at) } else { bare(near, at, |_| false) };
    let value = value.filter(|value| value.range.len() < longest)?;
    let whole = &text[value.range.clone()];
    let is_hole = whole.starts_with(b"<") && whole.ends_with(b">");
    let last_tag = whole.iter().rposition(|&byte| byte == b'>').filter(|_| !is_hole).unwrap_or(0);
    let in_markup = !is_line(text, at);
    let ends = |at: usize| match whole[at..] {
        [b';', ..] => at > 0 && is_next_pair(&whole[at + 1..]),
        [b'<', b'/', ..] => true,
        [b'<', ..] => in_markup && at < last_tag,
        _ => false,
    };
    let length = (0..whole.len()).find(|&at| ends(at)).unwrap_or(whole.len());
    let signs = whole[..length].iter().rev().take(3).take_while(|byte| b",;".contains(byte)).count();
    let is_closed = length < 2 || whole[..length - signs].contains(&b'{');
    let braces = if is_closed { 0 } else { trailing(&whole[..length - signs], b'}') };
    let end = value.range.start + length - signs - braces;
    (end > value.range.start).then_some(Value { range: value.range.start..end, ..value })
}

/// Whether a line has nothing before `at` but a name and a sign: quotes in what follows are signs like any.
fn is_line(text: &[u8], at: usize) -> bool {
    const REACH: usize = 160;
    let before = &text[at.saturating_sub(REACH)..at];
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    (line.len() < REACH || before.len() < REACH) && !line.iter().any(|byte| b"\"'`{[(<,;".contains(byte))
}

/// A value up to a blank, whatever signs stand in it.
fn line(text: &[u8], at: usize) -> Option<Value> {
    let length = text[at..].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != 0).count();
    let value = &text[at..at + length];
    let is_quote = |byte: &u8| b"\"'".contains(byte);
    // A quote at the end alone closes a text of several lines.
    let closes = value.last().is_some_and(is_quote) && !value[..length - 1].iter().any(is_quote);
    let length = length - usize::from(closes);
    (length > 0).then_some(Value { range: at..at + length, quote: Quote::Bare, is_template: false })
}

/// A value that begins with a quote which nothing closes.
fn unclosed(text: &[u8], at: usize) -> Option<Value> {
    let near = &text[..text.len().min(at + LONGEST_DATA)];
    let value = line(near, at).filter(|value| value.range.len() < LONGEST_DATA && value.range.len() > 1)?;
    let rest = text[value.range.end..].iter().take_while(|byte| **byte != b'\n');
    rest.into_iter().all(u8::is_ascii_whitespace).then_some(value)
}

fn trailing(value: &[u8], sign: u8) -> usize {
    value.iter().rev().take(3).take_while(|&&byte| byte == sign).count()
}

/// Whether `name=` stands there.
fn is_next_pair(rest: &[u8]) -> bool {
    const LONGEST: usize = 40;
    let length = rest.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    length > 1 && rest.get(length) == Some(&b'=')
}

/// A value without quotes, up to a blank, a quote, or what ends it here.
pub(super) fn bare(text: &[u8], at: usize, ends: fn(u8) -> bool) -> Option<Value> {
    let stops = |byte: u8| {
        byte.is_ascii_whitespace() || byte == 0 || matches!(byte, b'"' | b'\'' | b'`') || ends(byte)
    };
    let length = text[at..].iter().take(LONGEST_VALUE).take_while(|&&byte| !stops(byte)).count();
    let fits = length > 0 && length < LONGEST_VALUE;
    fits.then_some(Value { range: at..at + length, quote: Quote::Bare, is_template: false })
}

/// A text in quotes that begins at `at`, with up to two letters of a prefix (`b"`, `rb"`, `f"`, `@"`); an empty one is
/// none: it never takes what follows.
pub(super) fn quoted(text: &[u8], at: usize) -> Option<Value> {
    let (prefix, quote_at) = quote_at(text, at);
    let quote = *text.get(quote_at).filter(|byte| is_quote(Some(byte)))?;
    let is_template = quote == b'`' || text[at..at + prefix].iter().any(|byte| matches!(byte, b'f' | b'F'));
    let quotes = text[quote_at..].iter().take(3).take_while(|byte| **byte == quote).count();
    let start = quote_at + quotes;
    if quotes == 2 {
        return None;
    }
    let is_inside_text = quote_at > at + prefix;
    let length = quoted_length(&text[start..], quote, is_inside_text)?;
    let range = unquoted(text, start..start + length);
    (!range.is_empty()).then_some(Value { range, quote: Quote::Quoted(quote), is_template })
}

/// What stands in quotes of another kind inside quotes: `"'value'"`.
fn unquoted(text: &[u8], range: Range<usize>) -> Range<usize> {
    match text[range.clone()] {
        [open @ (b'"' | b'\'' | b'`'), .., close] if open == close => range.start + 1..range.end - 1,
        _ => range,
    }
}

/// How long the prefix of a text at `at` is, and where its quote would stand; a backslash stands before the quotes of
/// text inside text.
fn quote_at(text: &[u8], at: usize) -> (usize, usize) {
    let prefix =
        text[at..].iter().take(2).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'@').count();
    (prefix, skip(text, at + prefix, |byte| byte == b'\\', 3))
}

fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\'' | b'`'))
}

/// Bytes up to the closing quote on the same line; a backslash escapes the next byte.
fn quoted_length(text: &[u8], quote: u8, is_inside_text: bool) -> Option<usize> {
    let mut at = 0;
    while at < text.len().min(LONGEST_VALUE) {
        match text[at] {
            byte if byte == quote => return Some(at),
            // The closing quote of text inside text is escaped, too.
            b'\\' if is_inside_text && text.get(at + 1) == Some(&quote) => return Some(at),
            b'\\' => at += 1,
            b'\n' => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// A text in quotes on the next line: behind a backslash, in parentheses, or where a line does not end an expression.
/// In YAML and its kin it does: an empty value is empty.
pub(super) fn continued(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    let in_parentheses = text.get(at) == Some(&b'(');
    let mut start = blanks(text, at + usize::from(in_parentheses));
    let is_escaped = matches!(text[start..], [b'\\', b'\n', ..] | [b'\\', b'\r', b'\n', ..]);
    start += usize::from(is_escaped);
    let line = skip(text, start, |byte| matches!(byte, b'\r' | b'\n'), 2);
    if !in_parentheses && (line == start || !(is_escaped || of_expressions(kind))) {
        return None;
    }
    let value = quoted(text, blanks(text, line))?;
    let closed = skip(text, value.range.end, |byte| b"\\\"'`".contains(&byte), 4);
    let fits = if in_parentheses {
        // Not a list of values.
        text.get(spaces(text, closed)) == Some(&b')')
    } else {
        // What stands on the next line may be a key of its own.
        !matches!(text.get(blanks(text, closed)), Some(b':' | b'='))
    };
    fits.then_some(value)
}

/// Whether files of this kind are programs, in which a text may stand in a call.
fn is_program(kind: FileKind) -> bool {
    matches!(kind, FileKind::Python | FileKind::JavaScript | FileKind::Code)
}

/// Whether the end of a line does not end an expression in files of this kind.
pub(super) fn of_expressions(kind: FileKind) -> bool {
    matches!(kind, FileKind::Python | FileKind::JavaScript | FileKind::Code | FileKind::Json)
}
