//! Text that came from a repository, made safe to show.

use bstr::ByteSlice;
use std::fmt::Write;

/// Escapes what a terminal or a reader could be deceived by: control and bidirectional characters, invisible ones,
/// bytes that are not UTF-8 (`\xNN`) and the backslash itself.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for (start, end, c) in bytes.char_indices() {
        match c {
            '\u{fffd}' if &bytes[start..end] != "\u{fffd}".as_bytes() => {
                for byte in &bytes[start..end] {
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_deceptive(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// A second guard, at a writer: as [`escape`], but a backslash stays, for the text was escaped where it was read.
pub fn guard(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters, and the format characters of Unicode that reorder or hide text (Unicode TR 36, TR 39).
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cuts to at most `limit` characters, with an ellipsis of three dots where something was cut.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(3)).collect();
    short.push_str("...");
    short
}

/// A basic string of TOML; JSON's strings are that, but for one character.
pub fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// So many of a thing whose name takes an `s` where there are several: `1 line`, `2 lines`.
pub fn counted(count: impl std::fmt::Display, one: &str) -> String {
    let count = count.to_string();
    let ending = if count == "1" { "" } else { "s" };
    format!("{count} {one}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_deceptive_stays() {
        let shown = escape("a\u{1b}[31m\u{202e}b\u{200b}\r\n\\".as_bytes());
        assert_eq!(shown, r"a\u{1b}[31m\u{202e}b\u{200b}\r\n\\");
        assert_eq!(escape(b"caf\xe9"), r"caf\xe9");
        assert_eq!(escape("caf\u{e9} \u{fffd}".as_bytes()), "caf\u{e9} \u{fffd}");
    }

    #[test]
    fn a_guard_changes_nothing_that_was_escaped() {
        let escaped = escape("a\u{1b}\\\u{202e}\n".as_bytes());
        assert_eq!(guard(&escaped), escaped);
        assert_eq!(guard("a\u{1b}\n\u{202e}\u{9b}"), r"a\u{1b}\u{a}\u{202e}\u{9b}");
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(shorten("ééééé", 5), "ééééé");
        assert_eq!(shorten("éééééé", 5), "éé...");
    }

    #[test]
    fn one_of_a_thing_is_no_several() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "line")), ["0 lines", "1 line", "2 lines"]);
    }
}
