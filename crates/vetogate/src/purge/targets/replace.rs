//! Spans of values in a content, and the content with something else in their place.

use crate::purge::reference::{File, PLACEHOLDER, Style};
use std::collections::BTreeSet;
use std::ops::Range;
use vetogate_syntax::encoding::{Encoding, to_utf8};

/// How the characters of a value are written where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A byte each.
    Byte,
    /// Two bytes each, the low one first.
    Little,
    /// Two bytes each, the high one first.
    Big,
}

/// A place of a value in a content.
#[derive(Debug, Clone)]
pub struct Span {
    /// Its bytes.
    pub range: Range<usize>,
    /// The variable that may stand there.
    pub name: Option<String>,
    /// How it is written.
    pub unit: Unit,
}

/// A content with the values taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The content.
    pub content: Vec<u8>,
    /// What stands there now, each once.
    pub by: BTreeSet<String>,
}

/// In order, with those that overlap made one.
pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.range.start, std::cmp::Reverse(span.range.end)));
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut().filter(|last| span.range.start < last.range.end) {
            Some(last) => {
                last.range.end = last.range.end.max(span.range.end);
                last.name = last.name.take().or(span.name);
            }
            None => joined.push(span),
        }
    }
    joined
}

/// In a binary, as many bytes as there were: what follows stays where it was.
pub fn replace(text: &[u8], spans: &[Span], style: Style, is_binary: bool) -> Replaced {
    let (mut content, mut by, mut at) = (Vec::with_capacity(text.len()), BTreeSet::new(), 0);
    let style = if is_binary { Style::Plain } else { style };
    let file = File::read(text, style, spans.first().map_or(0, |span| span.range.start));
    let mut has_reference = false;
    for span in spans {
        let (range, new) = if is_binary || span.unit != Unit::Byte {
            let letters = if span.unit == Unit::Byte { span.range.len() } else { span.range.len() / 2 };
            (span.range.clone(), PLACEHOLDER.chars().cycle().take(letters).collect())
        } else {
            file.fit(span.range.clone(), span.name.as_deref())
        };
        has_reference |= range != span.range;
        content.extend_from_slice(&text[at..range.start.max(at)]);
        match span.unit {
            Unit::Byte => content.extend_from_slice(new.as_bytes()),
            Unit::Little => content.extend(new.bytes().flat_map(|byte| [byte, 0])),
            Unit::Big => content.extend(new.bytes().flat_map(|byte| [0, byte])),
        }
        by.insert(if is_binary { PLACEHOLDER.to_owned() } else { new });
        at = range.end;
    }
    content.extend_from_slice(&text[at..]);
    file.complete(&mut content, has_reference);
    Replaced { content, by }
}

/// The mark and the text of a wide content, if it can be written again as it was.
pub fn decoded(content: &[u8], encoding: Encoding) -> Option<(Vec<u8>, String)> {
    if encoding == Encoding::Bytes {
        return None;
    }
    let text = to_utf8(content, encoding);
    let mark = encode("\u{feff}", encoding);
    let mark = if content.starts_with(&mark) { mark } else { Vec::new() };
    (content.strip_prefix(mark.as_slice())? == encode(&text, encoding)).then_some((mark, text))
}

/// The text in an encoding.
pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Bytes => text.as_bytes().to_vec(),
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Utf32Le => text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        Encoding::Utf32Be => text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
    }
}
