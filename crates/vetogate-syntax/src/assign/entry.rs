//! A name and its value apart: entries of lists (`- name: DB_PASSWORD`, `value: x`), variables of Terraform, `ENV` of a
//! Dockerfile, text blocks of YAML.

use super::value::{self, Value};
use super::{blanks, skip, spaces};
use crate::path::FileKind;
use std::ops::Range;

/// Keys that name what the next one holds.
const NAMES: &[&[u8]] = &[b"name", b"key", b"parameterkey"];
/// Keys that hold it.
const VALUES: &[&[u8]] = &[b"value", b"parametervalue"];

/// `name: NAME` and then `value: x`, on the same line or the next. In a program such names belong to forms, too; those
/// of the environment have no lower case.
pub(super) fn around(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    let is_upper = !text[identifier.clone()].iter().any(u8::is_ascii_lowercase);
    let is_list = matches!(kind, FileKind::Config | FileKind::Json | FileKind::Other);
    (is_upper || is_list).then_some(())?;
    let open = identifier.start - usize::from(is_quote(text[..identifier.start].last()));
    is_key(key_before(text, open)?, NAMES).then_some(())?;
    if let Some(value) = before(text, open, kind) {
        return Some(value);
    }
    let closed = skip(text, identifier.end, |byte| b"\"'\\".contains(&byte), 2);
    let comma = closed + usize::from(text.get(closed) == Some(&b','));
    let start = skip(text, spaces(text, comma), |byte| b"\"'\\".contains(&byte), 2);
    let end = skip(text, start, |byte| byte.is_ascii_alphanumeric() || byte == b'_', 20);
    (start > comma && is_key(&text[start..end], VALUES)).then_some(())?;
    let sign = blanks(text, skip(text, end, |byte| b"\"'\\".contains(&byte), 2));
    matches!(text.get(sign), Some(b':' | b'=')).then_some(())?;
    let at = blanks(text, sign + 1);
    value::literal(text, at, kind, true).or_else(|| block(text, at, kind))
}

/// `value: x` and then `name: NAME`, of which the value begins at `at`. Between the two nothing stands but what parts the
/// entries of one thing.
fn before(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    const REACH: usize = 400;
    let is_of_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:=\"' \t\\".contains(byte);
    let key = at - text[..at].iter().rev().take(40).take_while(|byte| is_of_key(byte)).count();
    // A dash begins the next entry of a list.
    (!text[key..at].contains(&b'-')).then_some(())?;
    let end = text[..key].trim_ascii_end();
    let end = end.strip_suffix(b",").unwrap_or(end).len();
    let near = end.saturating_sub(REACH);
    let found = VALUES.iter().filter_map(|word| {
        let at = text[near..end].windows(word.len()).rposition(|window| window.eq_ignore_ascii_case(word))?;
        Some((near + at, near + at + word.len()))
    });
    let (start, word_end) = found.max_by_key(|found| found.1)?;
    let is_whole = start == 0 || !(text[start - 1].is_ascii_alphanumeric() || text[start - 1] == b'_');
    let sign = blanks(text, skip(text, word_end, |byte| b"\"'\\".contains(&byte), 2));
    (is_whole && matches!(text.get(sign), Some(b':' | b'='))).then_some(())?;
    let value = value::literal(text, blanks(text, sign + 1), kind, true)?;
    let closed = skip(text, value.range.end, |byte| b"\"'\\".contains(&byte), 2);
    (closed <= end && text[closed..end].trim_ascii().is_empty()).then_some(value)
}

/// The key whose value begins at `at`: `name: ` and `"name" = ` give `name`.
fn key_before(text: &[u8], at: usize) -> Option<&[u8]> {
    let before = text[at.saturating_sub(40)..at].trim_ascii_end();
    let before = before.strip_suffix(b":").or_else(|| before.strip_suffix(b"="))?.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    Some(before.rsplit(|byte| !is_word(byte)).next().unwrap_or_default())
}

fn is_key(word: &[u8], known: &[&[u8]]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\''))
}

/// The line of a text block of YAML (`|`, `>-`) that begins at `at`, where it has one word.
pub(super) fn block(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    (kind == FileKind::Config && matches!(text.get(at), Some(b'|' | b'>'))).then_some(())?;
    let head = skip(text, at + 1, |byte| byte.is_ascii_digit() || b"+-".contains(&byte), 2);
    let line = skip(text, blanks(text, head), |byte| matches!(byte, b'\r' | b'\n'), 2);
    let start = blanks(text, line);
    let value = value::bare(text, start, |_| false)?;
    let ends = matches!(text.get(blanks(text, value.range.end)), None | Some(b'\r' | b'\n'));
    (start > line && line > head && ends).then_some(value)
}

/// `variable "name" { .. default = "value" }`.
pub(super) fn variable(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    const REACH: usize = 400;
    const DEFAULT: &[u8] = b"default";
    (text[..identifier.start].ends_with(b"variable \"") && text.get(identifier.end) == Some(&b'"'))
        .then_some(())?;
    let open = blanks(text, identifier.end + 1);
    (text.get(open) == Some(&b'{')).then_some(())?;
    let body = &text[open..text.len().min(open + REACH)];
    let end = body.windows(2).position(|two| two == b"\n}").unwrap_or(body.len());
    let at = body[..end].windows(DEFAULT.len()).position(|word| word == DEFAULT)?;
    let starts = body[..at].last().is_some_and(u8::is_ascii_whitespace);
    let sign = blanks(text, open + at + DEFAULT.len());
    (starts && text.get(sign) == Some(&b'=')).then_some(())?;
    value::quoted(text, blanks(text, sign + 1))
}

/// `ENV NAME value` of a Dockerfile.
pub(super) fn instruction(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    let line =
        text[identifier.start.saturating_sub(40)..identifier.start].rsplit(|&byte| byte == b'\n').next()?;
    let is_env = matches!(kind, FileKind::Shell | FileKind::Env)
        && line.trim_ascii() == b"ENV"
        && line.ends_with(b" ");
    let at = blanks(text, identifier.end);
    (is_env && at > identifier.end).then_some(())?;
    value::quoted(text, at).or_else(|| value::bare(text, at, |_| false))
}

/// `name { get; set; } = "value"` of C#, `name As String = "value"` of Visual Basic, `-define(name, "value")` of Erlang,
/// `@name "value"` of Elixir.
pub(super) fn member(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    (kind == FileKind::Code).then_some(())?;
    let before = &text[identifier.start.saturating_sub(40)..identifier.start];
    let at = blanks(text, identifier.end);
    if before.ends_with(b"@") || before.trim_ascii_end().ends_with(b"define(") {
        let is_define = !before.ends_with(b"@");
        let start = blanks(text, at + usize::from(is_define && text.get(at) == Some(&b',')));
        return (start > identifier.end).then(|| value::quoted(text, start))?;
    }
    let behind = accessors(text, at).or_else(|| type_of_basic(text, at))?;
    let sign = spaces(text, behind);
    matches!(text.get(sign..)?, [b'=', next, ..] if *next != b'=').then_some(())?;
    value::quoted(text, spaces(text, sign + 1))
}

/// Behind the accessors of a property of C#, where they have no bodies.
fn accessors(text: &[u8], at: usize) -> Option<usize> {
    const LONGEST: usize = 80;
    const WORDS: [&[u8]; 7] = [b"get", b"set", b"init", b"private", b"protected", b"internal", b"public"];
    let open = spaces(text, at);
    (text.get(open) == Some(&b'{')).then_some(())?;
    let near = &text[open + 1..text.len().min(open + LONGEST)];
    let length = near.iter().position(|&byte| byte == b'}')?;
    let mut words = near[..length]
        .split(|byte| byte.is_ascii_whitespace() || *byte == b';')
        .filter(|word| !word.is_empty())
        .peekable();
    words.peek()?;
    words.all(|word| WORDS.contains(&word)).then_some(open + length + 2)
}

/// Behind ` As String` or the type of a constant of Visual Basic.
fn type_of_basic(text: &[u8], at: usize) -> Option<usize> {
    let word = text.get(at..at + 3)?;
    word.eq_ignore_ascii_case(b"as ").then_some(())?;
    let start = blanks(text, at + 3);
    let end = skip(text, start, |byte| byte.is_ascii_alphanumeric() || byte == b'.', 40);
    (end > start).then_some(end)
}

/// `string name("value")`, `string name{"value"}` of C++.
pub(super) fn declaration(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    const TYPES: &[&[u8]] = &[b"string", b"wstring", b"string_view", b"QString", b"CString", b"QByteArray"];
    let before = &text[identifier.start.saturating_sub(40)..identifier.start];
    let word =
        before.trim_ascii_end().rsplit(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').next()?;
    let is_declared =
        kind == FileKind::Code && before.last().is_some_and(u8::is_ascii_whitespace) && TYPES.contains(&word);
    (is_declared && matches!(text.get(identifier.end), Some(b'(' | b'{'))).then_some(())?;
    let value = value::quoted(text, spaces(text, identifier.end + 1))?;
    matches!(text.get(spaces(text, value.range.end + 1)), Some(b')' | b'}')).then_some(value)
}

/// `name "value"` as a statement of its own (Gradle), `:name "value"` (Clojure), `#define name "value"` (C).
pub(super) fn statement(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    let before = &text[identifier.start.saturating_sub(80)..identifier.start];
    let is_key = before.ends_with(b":") && !before.ends_with(b"::");
    let line = before.rsplit(|byte| b"\n;{".contains(byte)).next().filter(|line| line.len() < before.len());
    let is_macro = before
        .trim_ascii_end()
        .strip_suffix(b"define")
        .is_some_and(|line| line.trim_ascii_end().ends_with(b"#"));
    let begins = is_key || is_macro || line.is_some_and(|line| line.trim_ascii().is_empty());
    let at = blanks(text, identifier.end);
    (kind == FileKind::Code && begins && at > identifier.end).then_some(())?;
    let value = value::quoted(text, at)?;
    let ends = matches!(
        text.get(blanks(text, value.range.end + 1)),
        None | Some(b'\r' | b'\n' | b';' | b'}' | b')')
    );
    (ends || is_key || is_macro).then_some(value)
}
