//! Names and values as arguments of a call: `getenv("NAME", "value")`, `define('NAME', 'value')`.

use super::value::{self, Value};
use super::{Form, blanks, is_identifier, skip, spaces, wrap};
use crate::path::FileKind;
use crate::words;
use std::ops::Range;

/// How calls are named that give the value of a name, with what is taken where there is none.
const GETTERS: &[&str] =
    &["env", "getenv", "environ", "get", "fetch", "default", "property", "config", "lookup", "str", "string"];

/// How calls are named that set a name to a value.
const SETTERS: &[&str] = &[
    "define",
    "put",
    "set",
    "setenv",
    "putenv",
    "setdefault",
    "header",
    "append",
    "add",
    "entry",
    "credential",
    "credentials",
];

/// Verbs that begin the name of such a call, whatever it sets: `setProperty`, `addParameter`, `withVariable`.
const VERBS: &[&str] = &["set", "add", "put", "with"];

/// Words of a chain of calls that make its texts something to read.
const READ: &[&str] = &[
    "error",
    "errors",
    "message",
    "messages",
    "label",
    "labels",
    "translation",
    "translations",
    "i18n",
    "assert",
];

/// The value behind a name, both of them arguments.
pub(super) fn around(text: &[u8], identifier: &Range<usize>) -> Option<(Value, Form)> {
    let quote = *text.get(identifier.end).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let open = identifier.start.checked_sub(1).filter(|&open| text[open] == quote)?;
    let before =
        open - text[..open].iter().rev().take(60).take_while(|byte| byte.is_ascii_whitespace()).count();
    let call = before.checked_sub(1).filter(|&at| text[at] == b'(')?;
    let chain = chain(text, call);
    let last = chain.last()?.as_str();
    if chain.iter().any(|word| READ.contains(&word.as_str())) {
        return None;
    }
    let getter = GETTERS.contains(&last) || chain.iter().any(|word| matches!(word.as_str(), "env" | "flag"));
    let form = if getter { Form::Fallback } else { Form::Argument };
    let known = getter || SETTERS.contains(&last) || sets(text, call);
    let value = if known { second(text, identifier.end + 1) } else { None };
    Some((value.or_else(|| named_default(text, identifier.end + 1))?, form))
}

/// The text in `setName("value")`, `.name("value")` of a program, as the only argument.
pub(super) fn setter(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    let is_program = matches!(kind, FileKind::Python | FileKind::JavaScript | FileKind::Code);
    (is_program && text.get(identifier.end) == Some(&b'(')).then_some(())?;
    let name = &text[identifier.clone()];
    let method = name.rsplit(|&byte| byte == b'.').next()?;
    let is_member = name.len() > method.len() || text[..identifier.start].ends_with(b"->");
    let first = words::split(method).into_iter().next()?;
    let sets = matches!(first.as_str(), "set" | "with") || (is_member && IS_NAME.contains(&first.as_str()));
    sets.then_some(())?;
    let start = spaces(text, identifier.end + 1);
    let Some(value) = value::quoted(text, start) else { return wrap::around(text, start) };
    let closed = skip(text, value.range.end, |byte| b"\\\"'`".contains(&byte), 3);
    (text.get(spaces(text, closed)) == Some(&b')')).then_some(value)
}

/// How methods are named that take a secret, where no verb says so.
const IS_NAME: &[&str] = &["password", "passwd", "passphrase", "secret", "token", "api", "access", "client"];

/// The second argument of a call with its parenthesis at `open`, if it is one that asks for a name: the value that is
/// taken where there is none.
pub(super) fn default(text: &[u8], open: usize) -> Option<Value> {
    let chain = chain(text, open);
    let last = chain.last()?.as_str();
    let known = GETTERS.contains(&last) || chain.iter().any(|word| word == "env");
    known.then_some(())?;
    let name = value::quoted(text, spaces(text, open + 1))?;
    second(text, name.range.end + 1).or_else(|| named_default(text, name.range.end + 1))
}

/// The key in a call that takes one without a name: `jwt.sign(claims, "value")`.
pub(super) fn of_token(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    const CALLS: [&[u8]; 4] = [b"jwt.sign", b"jwt.verify", b"jwt.encode", b"jwt.decode"];
    let name = text[identifier.clone()].to_ascii_lowercase();
    let is_call = text.get(identifier.end) == Some(&b'(') && CALLS.iter().any(|call| name.ends_with(call));
    is_call.then_some(())?;
    second(text, end_of_argument(text, spaces(text, identifier.end + 1))?)
}

/// Where the argument that begins at `at` ends: before a comma that no brackets and no quotes hold.
pub(super) fn end_of_argument(text: &[u8], at: usize) -> Option<usize> {
    const REACH: usize = 400;
    let (mut depth, mut quote) = (0_usize, None);
    for (index, &byte) in text[at..].iter().take(REACH).enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b',') if depth == 0 => return Some(at + index),
            (None, b')' | b']' | b'}') => depth = depth.checked_sub(1)?,
            (None, b';') => return None,
            _ => {}
        }
    }
    None
}

/// Whether the name of what is called at `open` begins with a verb that sets.
fn sets(text: &[u8], open: usize) -> bool {
    let length = text[..open].iter().rev().take(60).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let first = words::split(&text[open - length..open]).into_iter().next();
    first.is_some_and(|word| VERBS.contains(&word.as_str()))
}

/// The words of what is called at `open`: `os.environ.get` gives `os`, `environ`, `get`.
fn chain(text: &[u8], open: usize) -> Vec<String> {
    let of_chain = |byte: &&u8| is_identifier(**byte) || b":>".contains(byte);
    let length = text[..open].iter().rev().take(60).take_while(of_chain).count();
    words::split(&text[open - length..open])
}

/// The text behind the comma at `at`, as the next argument.
fn second(text: &[u8], at: usize) -> Option<Value> {
    let comma = spaces(text, at);
    (text.get(comma) == Some(&b',')).then_some(())?;
    let start = spaces(text, comma + 1);
    match value::quoted(text, start) {
        Some(value) => (ends_argument(text, &value) || wrap::is_converted(text, &value)).then_some(value),
        None => wrap::around(text, start),
    }
}

/// A text that is an argument by itself: neither the beginning of an expression nor another name of an option.
pub(super) fn ends_argument(text: &[u8], value: &Value) -> bool {
    let closed = skip(text, value.range.end, |byte| b"\\\"'`".contains(&byte), 3);
    text[value.range.start] != b'-' && matches!(text.get(spaces(text, closed)), Some(b')' | b','))
}

/// The argument that is named `default` among those that follow a name.
fn named_default(text: &[u8], at: usize) -> Option<Value> {
    const REACH: usize = 160;
    const NAMES: [&[u8]; 4] = [b"default", b"fallback", b"default_value", b"defaultValue"];
    (text.get(at) == Some(&b',')).then_some(())?;
    let rest = &text[at..text.len().min(at + REACH)];
    let end = rest.iter().position(|&byte| matches!(byte, b')' | b';' | b'(')).unwrap_or(rest.len());
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut start = at;
    for name in rest[..end].split(|byte| !is_name(byte)) {
        let after = blanks(text, start + name.len());
        if NAMES.contains(&name) && matches!(text.get(after), Some(b'=' | b':')) {
            return value::quoted(text, blanks(text, after + 1));
        }
        start += name.len() + 1;
    }
    None
}
