//! Where a literal is a type or a name, and no value: annotations of Python, types and quoted fields of JavaScript and
//! TypeScript.

use super::before;
use super::program::{Language, Program, Token};
use bstr::ByteSlice;

/// So many brackets are looked through.
const NESTED: usize = 32;

/// Whether what stands behind a literal makes it the name of a field or of a method.
pub fn is_field(after: &[u8]) -> bool {
    let is_assigned = after.first() == Some(&b'=') && !matches!(after.get(1), Some(b'=' | b'>'));
    is_assigned || after.first() == Some(&b'(')
}

/// Whether a literal stands where a type is told.
pub fn is_type(text: &[u8], program: &Program, literal: &Token) -> bool {
    let (at, end) = (literal.range.start, literal.range.end);
    let head = before(text, at).trim_end();
    match program.language {
        Language::Python => {
            let bracket = literal.within.and_then(|place| program.brackets.get(place));
            let is_item = bracket.is_some_and(|open| b"{[".contains(&text[open.at]));
            head.ends_with(b":") && !is_item && head.find(b"lambda").is_none()
        }
        Language::JavaScript => {
            let after = text[end..].trim_start();
            let is_argument = after.first() == Some(&b'>') || after.starts_with(b"as const");
            let is_alternative = head.ends_with(b"|") && !head.ends_with(b"||");
            is_argument || is_alternative || is_annotation(text, program, at, literal.within)
        }
        _ => false,
    }
}

/// Whether `name:` stands before a place, and is no item of an object and no end of a condition.
fn is_annotation(text: &[u8], program: &Program, at: usize, within: Option<usize>) -> bool {
    let (mut at, mut within) = (at, within);
    for _ in 0..NESTED {
        let line = before(text, at).trim_end();
        let Some(head) = line.strip_suffix(b":") else { return false };
        let is_optional = head.ends_with(b"?");
        if is_optional {
            return true;
        }
        let bracket = within.and_then(|place| program.brackets.get(place));
        let is_object = match bracket {
            Some(open) if text[open.at] == b'{' => {
                let head = before(text, open.at).trim_end();
                if head.ends_with(b":") {
                    // An object in an object, or a type in a type.
                    (at, within) = (open.at, open.within);
                    continue;
                }
                let begins = head.last().is_none_or(|sign| b"=([,?&|".contains(sign));
                begins || head.ends_with(b"return") || head.ends_with(b"=>") || head.ends_with(b"default")
            }
            _ => false,
        };
        // A condition's `?` stands on the line, with what follows apart; or on a line of its own before this one.
        return !is_object && head.find(b"? ").is_none() && !head.trim().is_empty();
    }
    true
}
