//! Comments and documentation: what stands there is shown to readers.

use memchr::memmem;
use vetogate_syntax::path::FileKind;

/// How far a line, and how far the lines of a comment, are followed.
const LINE: usize = 200;
const BLOCK: usize = 4096;
/// How far into a text strings of several lines are told apart, for which all quotes before have to be counted.
const STRINGS: usize = 64 << 10;

/// The line up to `at`, from its first sign on.
fn line_before(text: &[u8], at: usize) -> &[u8] {
    let line = text[at.saturating_sub(LINE)..at].rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    line.trim_ascii_start()
}

/// Whether the line of `at` is a comment as programs have them: examples of how a thing is used stand there.
pub(crate) fn is_in_comment(text: &[u8], at: usize) -> bool {
    let line = line_before(text, at);
    [&b"//"[..], b"#", b"*", b"/*", b"--", b">>>", b"<!--", b";"].iter().any(|start| line.starts_with(start))
}

/// Whether the line of `at` is documentation (Javadoc, JSDoc, Rust, doctest, RDoc, YARD, Go, docstrings): the values in
/// it are shown to readers.
pub(crate) fn is_documentation(text: &[u8], at: usize, kind: FileKind) -> bool {
    let line = line_before(text, at);
    let known = [&b"* "[..], b"*\t", b"///", b"//!", b">>> "];
    known.iter().any(|start| line.starts_with(start))
        || is_shown_in_comment(text, at)
        || (matches!(kind, FileKind::Python | FileKind::Code) && is_in_docstring(text, at))
}

/// Whether `at` stands in the manifest of a Secret of Kubernetes, which holds base64; `---` begins the next one.
pub(super) fn is_in_manifest_of_secret(text: &[u8], at: usize) -> bool {
    let near = &text[at.saturating_sub(BLOCK)..text.len().min(at + BLOCK)];
    let at = at.min(BLOCK);
    let start = memmem::rfind(&near[..at], b"\n---").unwrap_or(0);
    let end = memmem::find(&near[at..], b"\n---").map_or(near.len(), |length| at + length);
    let manifest = &near[start..end];
    manifest.split(|&byte| byte == b'\n').any(|line| {
        let kind = line.trim_ascii().strip_prefix(b"kind:").unwrap_or_default();
        kind.trim_ascii() == b"Secret"
    })
}

/// Whether `at` stands in a string of several lines that is documentation: a statement of its own, or assigned to a
/// name that says so, as modules of Ansible and Elixir have it. Another such string is a value like any.
fn is_in_docstring(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    at <= STRINGS
        && [&b"\"\"\""[..], b"'''"].iter().any(|quotes| {
            let (count, last) =
                memmem::find_iter(before, quotes).fold((0, 0), |(count, _), at| (count + 1, at));
            count % 2 == 1 && opens_documentation(line_before(text, last))
        })
}

/// Whether a string that opens behind this is documentation.
fn opens_documentation(line: &[u8]) -> bool {
    const NAMES: &[&[u8]] =
        &[b"EXAMPLES", b"DOCUMENTATION", b"RETURN", b"__doc__", b"@doc", b"@moduledoc", b"@typedoc"];
    let is_prefix = |byte: &u8| b"rRuU".contains(byte);
    (line.len() < 2 && line.iter().all(is_prefix)) || NAMES.iter().any(|name| line.starts_with(name))
}

/// Whether the line of `at` is code in a comment of prose: it is indented there, and the next line above that is not
/// stands apart from it, ends a sentence, or says that an example follows. Code that somebody took out is none.
fn is_shown_in_comment(text: &[u8], at: usize) -> bool {
    if indent(line_before(text, at)).is_none_or(|own| own < 2) {
        return false;
    }
    let block = &text[at.saturating_sub(BLOCK)..at];
    let mut is_apart = false;
    for line in block.rsplit(|&byte| byte == b'\n').skip(1) {
        let line = line.trim_ascii();
        let Some(indent) = indent(line) else { return false };
        let words = words_of(line);
        if words.is_empty() {
            is_apart = true;
        } else if indent < 2 {
            return is_apart || words.ends_with(b".") || words.starts_with(b"@example");
        } else {
            is_apart = false;
        }
    }
    false
}

/// How far the words of a comment line stand from its sign.
fn indent(line: &[u8]) -> Option<usize> {
    let words = line.strip_prefix(b"#").or_else(|| line.strip_prefix(b"//"))?;
    let width = |byte: &u8| if *byte == b'\t' { 4 } else { 1 };
    Some(words.iter().take_while(|byte| byte.is_ascii_whitespace()).map(width).sum())
}

/// A comment line without its sign.
fn words_of(line: &[u8]) -> &[u8] {
    let is_sign = |byte: &&u8| b"#/".contains(byte) || byte.is_ascii_whitespace();
    &line[line.iter().take_while(is_sign).count()..]
}
