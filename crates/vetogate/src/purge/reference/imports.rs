//! Whether a reference finds what it names: `os` has to be imported, in Python and in Go.

use super::program::{Kind, Language, Program};
use bstr::ByteSlice;
use std::ops::Range;

/// What the module `os` takes in a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Os {
    /// Nothing: it is there, or the language knows no such thing.
    There,
    /// A text at this place.
    Add(usize, String),
    /// An expression that imports it itself.
    Itself,
    /// It can't be told, so nothing refers to it.
    Unsure,
}

/// What a program takes whose first reference stands at `first`.
pub fn os(text: &[u8], program: &Program, first: usize) -> Os {
    match program.language {
        Language::Python => python(text, program, first),
        Language::Go => go(text, program, first),
        _ => Os::There,
    }
}

/// Where `word` stands in code as a word of its own.
fn words<'a>(
    text: &'a [u8],
    program: &'a Program,
    word: &'a [u8],
) -> impl Iterator<Item = Range<usize>> + 'a {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    text.find_iter(word).map(|at| at..at + word.len()).filter(move |found| {
        let before = found.start.checked_sub(1).and_then(|at| text.get(at));
        let is_whole = !before.is_some_and(|byte| is_part(byte) || *byte == b'.')
            && !text.get(found.end).is_some_and(is_part);
        is_whole && program.is_code(found.start)
    })
}

fn line_start(text: &[u8], at: usize) -> usize {
    text[..at].rfind_byte(b'\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &[u8], at: usize) -> usize {
    text[at..].find_byte(b'\n').map_or(text.len(), |newline| at + newline + 1)
}

/// How the lines of a text end; `None` where they end in several ways.
fn newline(text: &[u8]) -> Option<&'static str> {
    let lines = text.find_iter("\n").count();
    match (text.find_iter("\r\n").count(), text.find_iter("\r").count()) {
        (_, 0) => Some("\n"),
        (both, returns) if both == lines && both == returns => Some("\r\n"),
        _ => None,
    }
}

fn python(text: &[u8], program: &Program, first: usize) -> Os {
    let Some(newline) = newline(text).filter(|_| program.is_whole) else { return Os::Itself };
    if words(text, program, b"os").any(|word| is_bound(text, &word)) {
        return Os::Itself;
    }
    let mut place = None;
    for statement in statements(text, program) {
        let line = text[statement..line_end(text, statement)].trim_end();
        if statement < first && imports_os(line) {
            return Os::There;
        }
        let is_head = is_docstring(text, program, statement) || line.starts_with(b"from __future__");
        if place.is_none() && !is_head {
            place = Some(statement);
        }
    }
    let Some(place) = place.filter(|place| *place <= first) else { return Os::Itself };
    let is_import = [&b"import "[..], b"from "].iter().any(|word| text[place..].starts_with(word));
    if is_import {
        return Os::Add(place, format!("import os{newline}"));
    }
    Os::Add(above_comments(text, program, place), format!("import os{newline}{newline}"))
}

/// Where a statement of a Python file begins that is in no block.
fn statements<'a>(text: &'a [u8], program: &'a Program) -> impl Iterator<Item = usize> + 'a {
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let lines = text.find_iter("\n").map(|at| at + 1).filter(move |at| *at > start);
    let mut open = Depth::of(text, program);
    std::iter::once(start).chain(lines).filter(move |&at| {
        let is_continued = text[..at]
            .strip_suffix(b"\n")
            .is_some_and(|before| before.strip_suffix(b"\r").unwrap_or(before).ends_with(b"\\"));
        let is_inside = program.tokens.get(program.from(at)).is_some_and(|token| token.range.start < at);
        let begins = text.get(at).is_some_and(|byte| !b" \t\r\n#)]}".contains(byte));
        begins && !is_continued && !is_inside && open.at(at) == 0
    })
}

/// How many brackets are open, for rising places.
struct Depth<'a> {
    text: &'a [u8],
    program: &'a Program,
    at: usize,
    token: usize,
    open: usize,
}

impl<'a> Depth<'a> {
    fn of(text: &'a [u8], program: &'a Program) -> Self {
        Self { text, program, at: 0, token: 0, open: 0 }
    }

    fn at(&mut self, until: usize) -> usize {
        while self.at < until {
            if let Some(token) =
                self.program.tokens.get(self.token).filter(|token| token.range.start <= self.at)
            {
                self.at = self.at.max(token.range.end);
                self.token += 1;
                continue;
            }
            match self.text[self.at] {
                b'(' | b'[' | b'{' => self.open += 1,
                b')' | b']' | b'}' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        self.open
    }
}

/// Whether a line of Python imports the module under its own name.
fn imports_os(line: &[u8]) -> bool {
    let Some(list) = line.strip_prefix(b"import ") else { return false };
    let list = list.split_once_str("#").map_or(list, |(list, _)| list);
    let list = list.split_once_str(";").map_or(list, |(list, _)| list);
    list.split_str(",")
        .map(ByteSlice::trim)
        .any(|name| name == b"os" || (name.starts_with(b"os.") && !name.contains_str(" as ")))
}

/// Bytes of a line before a name that are looked at.
const REACH: usize = 1024;

/// Whether something else is called `os` there, or may be: an import within a block binds it for that block alone.
fn is_bound(text: &[u8], word: &Range<usize>) -> bool {
    let near = &text[word.start.saturating_sub(REACH)..word.start];
    let start = near.rfind_byte(b'\n').map(|newline| word.start - near.len() + newline + 1);
    let Some(start) = start.or_else(|| (near.len() == word.start).then_some(0)) else { return true };
    let (before, after) = (&text[start..word.start], text[word.end..].trim_start_with(|c| c == ' '));
    if before.starts_with(b"import ") {
        return before.trim_end().ends_with(b" as");
    }
    let head = before.trim_start();
    let is_named = [&b"as"[..], b"for", b"def", b"class", b"del", b"global", b"nonlocal", b"import"];
    let last = before.trim_end().rsplit_once_str(" ").map_or(head, |(_, last)| last.trim());
    let is_head =
        [&b"def "[..], b"async def ", b"import ", b"from "].iter().any(|word| head.starts_with(word));
    let is_set = after.starts_with(b"=") && !after.starts_with(b"==");
    is_set || after.starts_with(b":=") || is_head || is_named.contains(&last) || before.contains_str("lambda")
}

/// Whether a text of Python stands alone there.
fn is_docstring(text: &[u8], program: &Program, at: usize) -> bool {
    let prefix = text[at..].iter().take(2).take_while(|byte| b"rRuU".contains(byte)).count();
    let token = program.tokens.get(program.from(at));
    token.is_some_and(|token| token.kind != Kind::Comment && token.range.start == at + prefix)
}

/// Above the comments that stand right above a statement, but behind what has to come first.
fn above_comments(text: &[u8], program: &Program, statement: usize) -> usize {
    let mut place = statement;
    while place > 0 {
        let start = line_start(text, place - 1);
        let line = &text[start..place];
        let is_first =
            line.starts_with(b"#!") || line.contains_str("coding") || start == 0 && line.starts_with(b"\xef");
        if !line.starts_with(b"#") || is_first || program.is_code(start) {
            break;
        }
        place = start;
    }
    place
}

fn go(text: &[u8], program: &Program, first: usize) -> Os {
    if newline(text) != Some("\n") || !program.is_whole {
        return Os::Unsure;
    }
    let is_other = |word: &Range<usize>| text.get(word.end) != Some(&b'.');
    if words(text, program, b"os").any(|word| is_other(&word)) {
        return Os::Unsure;
    }
    let at_start = |word: &Range<usize>| line_start(text, word.start) == word.start;
    let Some(package) = words(text, program, b"package").find(at_start) else { return Os::Unsure };
    let mut place = None;
    for import in words(text, program, b"import").filter(at_start) {
        let specs = specs(text, program, &import);
        for (alias, path) in &specs {
            match (alias.is_empty(), &text[path.start + 1..path.end - 1]) {
                (true, b"os") => return Os::There,
                (_, path) if *alias == b"os" || path == b"os" || path.ends_with(b"/os") => return Os::Unsure,
                _ => {}
            }
        }
        let paths = specs.into_iter().map(|(_, path)| path).collect::<Vec<_>>();
        place = place.or_else(|| beside(text, &import, &paths));
    }
    let last = line_end(text, package.end);
    let place = place.unwrap_or_else(|| (last, "\nimport \"os\"\n".to_owned()));
    let is_before = place.0 <= first && text[..place.0].ends_with(b"\n");
    if is_before { Os::Add(place.0, place.1) } else { Os::Unsure }
}

/// The paths of one declaration of imports, each with the name before it.
fn specs<'a>(text: &'a [u8], program: &Program, import: &Range<usize>) -> Vec<(&'a [u8], Range<usize>)> {
    let rest = text[import.end..].trim_start_with(|c| c == ' ' || c == '\t');
    let open = text.len() - rest.len();
    let is_group = rest.starts_with(b"(");
    let group = program.brackets.binary_search_by_key(&open, |bracket| bracket.at).ok();
    let end = line_end(text, open);
    let mut specs = Vec::new();
    for token in &program.tokens[program.from(open)..] {
        let is_one = if is_group { token.within == group } else { token.range.start < end };
        if !is_one || token.range.len() < 2 {
            break;
        }
        if token.kind == Kind::Comment {
            continue;
        }
        let start = line_start(text, token.range.start).max(import.end);
        let name = text[start..token.range.start].trim_with(|c| c.is_ascii_whitespace() || c == '(');
        specs.push((name, token.range.clone()));
    }
    specs
}

/// A place among the first of these imports, in the order of their names, which gofmt keeps.
fn beside(text: &[u8], import: &Range<usize>, paths: &[Range<usize>]) -> Option<(usize, String)> {
    let first = paths.first()?;
    let start = line_start(text, first.start);
    if &text[first.clone()] == b"\"C\"" {
        return None;
    }
    if start == import.start {
        return Some((line_end(text, first.end), "import \"os\"\n".to_owned()));
    }
    let mut place = start;
    for path in paths {
        let is_next = line_start(text, path.start) == place;
        if !is_next || &text[path.clone()] > b"\"os\"".as_slice() {
            break;
        }
        place = line_end(text, path.end);
    }
    Some((place, "\t\"os\"\n".to_owned()))
}
