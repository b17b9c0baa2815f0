//! A marked block in somebody else's text file (a hook, a YAML file), which can be taken out again to the byte.

use bstr::ByteSlice;
use std::ops::Range;

const BEGIN: &str = "# veto-gate: begin (put here by `veto install`, taken out by `veto uninstall`)\n";
const BEGIN_NEW: &str = "# veto-gate: begin (this file was made by `veto install`)\n";
const END: &str = "# veto-gate: end\n";
const WAS: &str = "# was: ";

/// What removing a block leaves.
#[derive(Debug, PartialEq, Eq)]
pub enum Without {
    /// There was no block.
    Unchanged,
    /// The text as it was.
    Text(Vec<u8>),
    /// Nothing: the file was made for the block.
    Nothing,
}

/// Where the block stands, markers and all.
pub fn find(text: &[u8]) -> Option<Range<usize>> {
    let start = [BEGIN, BEGIN_NEW].iter().filter_map(|mark| text.find(mark)).min()?;
    let end = start + text[start..].find(END)? + END.len();
    Some(start..end)
}

/// Where a shell script's first command may stand: after the `#!` line.
pub fn after_shebang(text: &[u8]) -> usize {
    if text.starts_with(b"#!") { text.find_byte(b'\n').map_or(text.len(), |newline| newline + 1) } else { 0 }
}

/// The text with the block at this offset, in place of the `replaced` line there (empty: none).
pub fn insert(text: &[u8], at: usize, replaced: &[u8], body: &str) -> Vec<u8> {
    let mut out = text[..at].to_vec();
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    out.extend_from_slice(if text.is_empty() { BEGIN_NEW } else { BEGIN }.as_bytes());
    if !replaced.is_empty() {
        out.extend_from_slice(WAS.as_bytes());
        out.extend_from_slice(replaced);
    }
    out.extend_from_slice(body.as_bytes());
    out.extend_from_slice(END.as_bytes());
    out.extend_from_slice(&text[at + replaced.len()..]);
    out
}

/// The whole text of a file that is made for the block.
pub fn alone(first_line: &str, body: &str) -> Vec<u8> {
    [first_line, BEGIN_NEW, body, END].concat().into_bytes()
}

/// The text with the block taken out and a replaced line put back.
pub fn remove(text: &[u8]) -> Without {
    let Some(range) = find(text) else { return Without::Unchanged };
    let block = &text[range.clone()];
    let made = block.starts_with(BEGIN_NEW.as_bytes());
    let rest_is_empty = text[..range.start].lines().all(|line| line.starts_with(b"#!"))
        && text[range.end..].trim().is_empty();
    if made && rest_is_empty {
        return Without::Nothing;
    }
    let was = block.lines_with_terminator().find_map(|line| line.strip_prefix(WAS.as_bytes()));
    Without::Text([&text[..range.start], was.unwrap_or_default(), &text[range.end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], at: usize, replaced: &[u8]) {
        let with = insert(text, at, replaced, "gate\n");
        assert!(find(&with).is_some());
        assert_eq!(remove(&with), Without::Text(text.to_owned()), "{:?}", with.as_bstr());
    }

    #[test]
    fn what_was_there_comes_back() {
        check(b"#!/bin/sh\necho hi", 10, b"");
        check(b"echo hi\n\n\n", 0, b"");
        check(b"a: 1\nrc: ./mine\nb: 2\n", 5, b"rc: ./mine\n");
        check(b"\xff\xfe\n", 0, b"");
    }

    #[test]
    fn a_file_made_for_the_block_goes() {
        assert_eq!(remove(&alone("#!/bin/sh\n", "gate\n")), Without::Nothing);
        let grown = [alone("", "gate\n"), b"npm test\n".to_vec()].concat();
        assert_eq!(remove(&grown), Without::Text(b"npm test\n".to_vec()));
        assert_eq!(remove(b"npm test\n"), Without::Unchanged);
    }
}
