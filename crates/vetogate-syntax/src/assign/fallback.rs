//! What is taken where the environment, or another value, says nothing.

use super::value::{self, Value};
use super::{Quote, argument, blanks, is_identifier, skip, spaces};
use crate::path::FileKind;
use std::ops::Range;

/// How far an expression is followed.
const REACH: usize = 200;

/// Methods whose argument stands in for a value that is not there.
const METHODS: &[&[u8]] =
    &[b".unwrap_or(", b".unwrap_or_else(", b".orElse(", b".orElseGet(", b".getOrElse(", b".get_or_else("];

/// The default in `${NAME:-value}`, where `at` is the end of the name: of a shell (`:-`, `:=`, `-`) or of Spring and
/// its kin (`:`). A shell's `:?` is a message and `:+` a replacement.
pub(super) fn expansion(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    let start = match text.get(at..)? {
        [b':', b'-' | b'=', ..] => at + 2,
        [b':', b'?' | b'+' | b':', ..] => return None,
        // `${name:0:4}` cuts a piece out.
        [b':', ..] if !matches!(kind, FileKind::Shell | FileKind::Env) => at + 1,
        _ => return None,
    };
    let start = skip(text, start, |byte| matches!(byte, b'"' | b'\'' | b'\\'), 2);
    let near = &text[..text.len().min(start + REACH)];
    value::bare(near, start, |byte| matches!(byte, b'}' | b'\\'))
        .filter(|value| text[value.range.end..].iter().take(3).any(|&byte| byte == b'}'))
}

/// The default of a value that is nothing but `${NAME:-value}`, whatever the name.
pub(super) fn whole(text: &[u8], range: &Range<usize>, kind: FileKind) -> Option<Range<usize>> {
    let name = range.start + 2;
    if !text[range.clone()].starts_with(b"${") {
        return None;
    }
    let end = skip(text, name, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'), 60);
    (end > name).then_some(())?;
    // `${env:NAME}` says where the name is looked up (Serverless, Log4j, .NET), and is no default of `env`.
    const SOURCES: [&[u8]; 12] = [
        b"env", b"ENV", b"param", b"self", b"opt", b"ssm", b"cf", b"s3", b"file", b"vault", b"sys", b"secret",
    ];
    let is_default = text[end..].starts_with(b":-") || text[end..].starts_with(b":=");
    (is_default || !SOURCES.contains(&&text[name..end])).then_some(())?;
    expansion(text, end, kind).map(|value| value.range)
}

/// The text behind `NAME") || "value"` and its kin, where `at` is the end of the name.
pub(super) fn behind_name(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    let closed = skip(text, at, |byte| b"\"')]}".contains(&byte), 4);
    let operator = spaces(text, closed);
    // Two texts side by side: "`user` or `password`".
    let is_text = closed > at && text[at..closed].iter().all(|byte| matches!(byte, b'"' | b'\''));
    (!is_text).then_some(())?;
    behind_operator(text, operator, kind).or_else(|| of_block(text, operator))
}

/// The text in `fetch("NAME") { "value" }` of Ruby, where the block opens at `at`.
fn of_block(text: &[u8], at: usize) -> Option<Value> {
    (text.get(at) == Some(&b'{')).then_some(())?;
    let call = text[at.saturating_sub(REACH)..at].trim_ascii_end().strip_suffix(b")")?;
    let open = call.iter().rposition(|&byte| byte == b'(')?;
    call[..open].ends_with(b"fetch").then_some(())?;
    let value = value::quoted(text, spaces(text, at + 1))?;
    (text.get(spaces(text, value.range.end + 1)) == Some(&b'}')).then_some(value)
}

/// The text in `condition ? name : "value"`, where the question mark stands at `at`.
fn otherwise(text: &[u8], at: usize) -> Option<Value> {
    let rest = &text[at..text.len().min(at + REACH)];
    let end = rest.iter().position(|byte| b";,\"'`\n".contains(byte)).unwrap_or(rest.len());
    let colon = rest[..end].iter().rposition(|&byte| byte == b':')?;
    let between = rest[1..colon].trim_ascii();
    let is_name = |byte: &u8| is_identifier(*byte) || b"[]!".contains(byte);
    (!between.is_empty() && between.iter().all(is_name)).then_some(())?;
    value::quoted(text, blanks(text, at + colon + 1))
}

/// The text that an expression at `at` falls back on: `process.env.NAME || "value"`, `getenv("NAME", "value")`.
pub(super) fn of_expression(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    let begins = text.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'$');
    begins.then_some(())?;
    let mut index = at;
    while index < text.len().min(at + REACH) {
        match text[index] {
            b'(' => {
                if let Some(value) = argument::default(text, index) {
                    return Some(value);
                }
            }
            b'{' => {
                if let Some(value) = of_block(text, index) {
                    return Some(value);
                }
            }
            b'|' | b'.' | b'o' | b'?' => {
                if let Some(value) = behind_operator(text, index, kind) {
                    return Some(value);
                }
                if text[index..].starts_with(b"? ") && kind != FileKind::Python {
                    return otherwise(text, index);
                }
                let goes_on = text[index] != b'|';
                goes_on.then_some(())?;
            }
            b'\r' | b'\n' => {
                index = spaces(text, index);
                return behind_operator(text, index, kind);
            }
            byte if byte.is_ascii_alphanumeric() || b"_)[]{}\"'!$: ".contains(&byte) => {}
            _ => return None,
        }
        index += 1;
    }
    None
}

/// The text behind an operator at `at` that takes the other side where the first has nothing.
fn behind_operator(text: &[u8], at: usize, kind: FileKind) -> Option<Value> {
    let after_blank = at > 0 && text[at - 1].is_ascii_whitespace();
    let start = match text.get(at..)? {
        [b'|', b'|', b'=', ..] | [b'?', b'?', b'=', ..] => return None,
        [b'|', b'|', ..] | [b'?', b'?', ..] => at + 2,
        // In TypeScript it marks a property that may be missing, and its type follows.
        [b'?', b':', ..] if after_blank && kind != FileKind::JavaScript => at + 2,
        [b'o', b'r', b' ' | b'\n', ..] if after_blank => at + 2,
        [b'.', ..] => return method(text, at),
        _ => return None,
    };
    value::quoted(text, spaces(text, start))
}

/// The text in `.unwrap_or("value")`, `.unwrap_or_else(|_| "value".into())`.
fn method(text: &[u8], at: usize) -> Option<Value> {
    let name = METHODS.iter().find(|name| text[at..].starts_with(name))?;
    let start = skip(
        text,
        at + name.len(),
        |byte| byte.is_ascii_alphanumeric() || b"|_&:()-> \n".contains(&byte),
        40,
    );
    value::quoted(text, start).filter(|value| matches!(value.quote, Quote::Quoted(_)))
}
