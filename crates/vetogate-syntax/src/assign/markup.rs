//! Names and values in markup: `<password>value</password>`, `<add key="password" value="value"/>`,
//! `<key>password</key><string>value</string>`.

use super::value::{self, Value};
use super::{Quote, opening_quote, skip, spaces};
use std::ops::Range;

/// How far the attributes of a tag are followed.
const LONGEST_TAG: usize = 400;
/// Longest text of an element.
const LONGEST_TEXT: usize = 1024;

/// Attributes that name what their element holds.
const NAMING: &[&[u8]] = &[b"key", b"name", b"id", b"property"];
/// Attributes that hold the value.
const HOLDING: &[&[u8]] = &[b"value", b"val"];
/// Elements that name what the next one holds.
const NAMES: &[&[u8]] = &[b"key", b"name"];
/// Elements that hold a value by the name of the one before or around.
const VALUES: &[&[u8]] = &[b"value", b"string", b"val", b"data"];
/// Elements of forms: their names are fields, and their values what a person sees.
const FORMS: &[&[u8]] = &[
    b"input",
    b"option",
    b"button",
    b"label",
    b"select",
    b"textarea",
    b"form",
    b"field",
    b"a",
    b"div",
    b"span",
    b"textfield",
    b"meta",
    b"li",
    b"td",
    b"th",
    b"p",
    b"i18n",
    b"message",
    b"msg",
    b"target",
    b"source",
    b"trans",
];

/// The value of the element or attribute that `identifier` names.
pub(super) fn around(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    match text.get(identifier.end)? {
        b'"' | b'\'' => named_by_attribute(text, identifier),
        b'<' => named_by_element(text, identifier),
        b'>' | b' ' | b'\t' | b'\r' | b'\n' => element(text, identifier),
        _ => None,
    }
}

/// `<password>value</password>`: the element must be closed by its own name, or it is no markup.
fn element(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let before = &text[..identifier.start];
    let prefix = match before.last()? {
        b':' => {
            1 + before[..before.len() - 1]
                .iter()
                .rev()
                .take(30)
                .take_while(|b| b.is_ascii_alphanumeric())
                .count()
        }
        _ => 0,
    };
    (before[..before.len() - prefix].last() == Some(&b'<')).then_some(())?;
    let value = text_of(text, end_of_tag(text, identifier.end)?)?;
    let close = closing(text, &value)?;
    let name = &text[identifier.start - prefix..identifier.end];
    text[close..].starts_with(name).then_some(value)
}

/// `<key>password</key> <string>value</string>`.
fn named_by_element(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let close = identifier.end + 2;
    (text.get(identifier.end + 1) == Some(&b'/')).then_some(())?;
    let name_end = name_end(text, close);
    is_one_of(&text[close..name_end], NAMES).then_some(())?;
    (text.get(name_end) == Some(&b'>')).then_some(())?;
    value_element(text, name_end + 1)
}

/// `<add key="password" value="value"/>`, `<setting name="password"><value>value</value></setting>`,
/// `<entry key="password">value</entry>`.
fn named_by_attribute(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let quote = text[identifier.end];
    let open = opening_quote(text, identifier.start, quote)?;
    let name_end = open.checked_sub(1).filter(|&at| text[at] == b'=')?;
    let name_start =
        name_end - text[..name_end].iter().rev().take(20).take_while(|b| b.is_ascii_alphanumeric()).count();
    is_one_of(&text[name_start..name_end], NAMING).then_some(())?;
    let tag = tag_around(text, name_start)?;
    (!is_one_of(tag, FORMS)).then_some(())?;
    let end = end_of_any_tag(text, identifier.end + 1)?;
    let rest = identifier.end + 1..end - 1;
    if let Some(at) = holding(&text[rest.clone()]) {
        return value::quoted(text, rest.start + at);
    }
    if text[..end - 1].ends_with(b"/") {
        return None;
    }
    let text_inside = || {
        let value = text_of(text, end)?;
        // What Android shows its users has names, too.
        let is_shown = tag == b"string" && !text[value.range.clone()].iter().any(u8::is_ascii_digit);
        (closing(text, &value).is_some() && !is_shown).then_some(value)
    };
    value_element(text, end).or_else(text_inside)
}

/// Where the value of an attribute that holds one begins.
fn holding(attributes: &[u8]) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric();
    let equals = attributes.iter().enumerate().filter(|(_, byte)| **byte == b'=').map(|(at, _)| at);
    equals
        .filter(|&at| {
            let length = attributes[..at].iter().rev().take(20).take_while(|byte| is_name(byte)).count();
            // A name may have the prefix of a namespace: `android:value`.
            let prefix = attributes[..at - length].strip_suffix(b":").map_or(0, |before| {
                1 + before.iter().rev().take(20).take_while(|byte| is_name(byte)).count()
            });
            let start = at - length - prefix;
            start > 0
                && attributes[start - 1].is_ascii_whitespace()
                && is_one_of(&attributes[at - length..at], HOLDING)
        })
        .map(|at| at + 1)
        .next()
}

/// The value in `<value>value</value>` behind blanks at `at`.
fn value_element(text: &[u8], at: usize) -> Option<Value> {
    let open = spaces(text, at);
    (text.get(open) == Some(&b'<')).then_some(())?;
    let end = name_end(text, open + 1);
    is_one_of(&text[open + 1..end], VALUES).then_some(())?;
    let value = text_of(text, end_of_tag(text, end)?)?;
    closing(text, &value).map(|_| value)
}

/// Text up to the next tag, without blanks around it; none if there are blanks inside.
fn text_of(text: &[u8], at: usize) -> Option<Value> {
    const CDATA: &[u8] = b"<![CDATA[";
    let mut start = spaces(text, at);
    let in_cdata = text[start..].starts_with(CDATA);
    start += if in_cdata { CDATA.len() } else { 0 };
    let ends =
        |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>') || (in_cdata && byte == b']');
    let length = text[start..].iter().take(LONGEST_TEXT).take_while(|&&byte| !ends(byte)).count();
    let range = start..start + length;
    (length > 0).then_some(Value { range, quote: Quote::Element, is_template: false })
}

/// Where the name of the closing tag behind a value stands.
fn closing(text: &[u8], value: &Value) -> Option<usize> {
    let mut at = value.range.end;
    at += if text[at..].starts_with(b"]]>") { 3 } else { 0 };
    at = spaces(text, at);
    text[at..].starts_with(b"</").then_some(at + 2)
}

/// Behind the `>` of an opening tag that holds something.
fn end_of_tag(text: &[u8], at: usize) -> Option<usize> {
    end_of_any_tag(text, at).filter(|&end| !text[..end - 1].ends_with(b"/"))
}

fn end_of_any_tag(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let mut quote = None;
    for (index, &byte) in rest.iter().take(LONGEST_TAG).enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'<') => return None,
            (None, b'>') => return Some(at + index + 1),
            _ => {}
        }
    }
    None
}

/// The name of the tag that is open at `at`.
fn tag_around(text: &[u8], at: usize) -> Option<&[u8]> {
    let before = &text[at.saturating_sub(LONGEST_TAG)..at];
    let back = before.iter().rev().position(|&byte| matches!(byte, b'<' | b'>'))?;
    let open = at - back - 1;
    (text[open] == b'<').then_some(())?;
    let end = name_end(text, open + 1);
    (end > open + 1).then_some(&text[open + 1..end])
}

fn name_end(text: &[u8], at: usize) -> usize {
    skip(
        text,
        at.min(text.len()),
        |byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.'),
        60,
    )
}

fn is_one_of(name: &[u8], names: &[&[u8]]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}
