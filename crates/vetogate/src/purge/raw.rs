//! Raw trees, commits and tags, taken apart and put together byte for byte.
//!
//! Nothing is normalised: what is not replaced stays as it was written, however odd it is.

use bstr::ByteSlice;
use vetogate_core::{EntryKind, ObjectId};

/// An entry of a tree, with its mode as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Octal digits.
    pub mode: Vec<u8>,
    /// The name.
    pub name: Vec<u8>,
    /// The object.
    pub oid: ObjectId,
}

impl Line {
    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.kind() == Some(EntryKind::Directory)
    }

    /// What it is.
    pub fn kind(&self) -> Option<EntryKind> {
        EntryKind::from_mode(&self.mode)
    }

    /// Git compares a folder's name as if it ended with `/` (`base_name_compare`).
    fn key(&self) -> Vec<u8> {
        let end: &[u8] = if self.is_folder() { b"/" } else { b"" };
        [&self.name, end].concat()
    }
}

/// Parses a tree; `None` where it is damaged.
pub fn parse_tree(mut bytes: &[u8], hash: usize) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.find_byte(b' ')?;
        let zero = bytes.find_byte(0).filter(|&zero| zero > space)?;
        let raw = bytes.get(zero + 1..zero + 1 + hash)?;
        let (mode, name) = (bytes[..space].to_vec(), bytes[space + 1..zero].to_vec());
        lines.push(Line { mode, name, oid: from_raw(raw)? });
        bytes = &bytes[zero + 1 + hash..];
    }
    Some(lines)
}

/// The id of raw bytes.
pub fn from_raw(raw: &[u8]) -> Option<ObjectId> {
    let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.parse().ok()
}

/// Writes a tree.
pub fn write_tree(lines: &[Line]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend_from_slice(&line.mode);
        bytes.push(b' ');
        bytes.extend_from_slice(&line.name);
        bytes.push(0);
        bytes.extend_from_slice(line.oid.as_bytes());
    }
    bytes
}

/// Puts entries into git's order; the name that two of them have, where there is one.
///
/// # Errors
/// The name: a tree can't hold it twice, not even as a file and as a folder.
pub fn sort(lines: &mut [Line]) -> Result<(), Vec<u8>> {
    lines.sort_by_key(Line::key);
    let mut names: Vec<&[u8]> = lines.iter().map(|line| line.name.as_slice()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(pair[0].to_vec()),
        None => Ok(()),
    }
}

/// The headers of a commit or a tag, each with its continuation lines and newlines, and the rest: the empty line and
/// the message.
pub fn split(content: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let end =
        if content.starts_with(b"\n") { 0 } else { content.find("\n\n").map_or(content.len(), |at| at + 1) };
    let (head, rest) = content.split_at(end);
    let mut headers: Vec<&[u8]> = Vec::new();
    let mut start = 0;
    for at in memchr::memchr_iter(b'\n', head) {
        let next = at + 1;
        if head.get(next) != Some(&b' ') {
            headers.push(&head[start..next]);
            start = next;
        }
    }
    if start < head.len() {
        headers.push(&head[start..]);
    }
    (headers, rest)
}

/// The name of a header.
pub fn name(header: &[u8]) -> &[u8] {
    let end = header.find_byteset(b" \n").unwrap_or(header.len());
    &header[..end]
}

/// The id that a header such as `parent` names.
pub fn id(header: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(header.split_once_str(" ")?.1.trim_end()).ok()
}

/// Where the signature of a tag begins in its body: the last line that opens one (gitformat-signature).
pub fn signature(body: &[u8]) -> Option<usize> {
    const OPENINGS: &[&[u8]] = &[
        b"-----BEGIN PGP SIGNATURE-----",
        b"-----BEGIN PGP MESSAGE-----",
        b"-----BEGIN SSH SIGNATURE-----",
        b"-----BEGIN SIGNED MESSAGE-----",
    ];
    let mut found = None;
    let mut at = 0;
    for line in body.lines_with_terminator() {
        if OPENINGS.iter().any(|opening| line.starts_with(opening)) {
            found = Some(at);
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid() -> ObjectId {
        "ab".repeat(20).parse().unwrap()
    }

    fn line(mode: &str, name: &str) -> Line {
        Line { mode: mode.into(), name: name.into(), oid: oid() }
    }

    #[test]
    fn a_tree_is_written_as_it_was_read() {
        let lines = vec![line("100644", "a b"), line("40000", "d"), line("0100664", "e\n")];
        let raw = write_tree(&lines);
        assert_eq!(parse_tree(&raw, 20).unwrap(), lines);
        assert_eq!(parse_tree(&raw[1..raw.len() - 1], 20), None);
    }

    #[test]
    fn a_folder_sorts_as_if_it_ended_with_a_slash() {
        let mut lines = vec![line("40000", "a"), line("100644", "a.b"), line("100644", "a0")];
        sort(&mut lines).unwrap();
        let names: Vec<&[u8]> = lines.iter().map(|line| line.name.as_slice()).collect();
        assert_eq!(names, [&b"a.b"[..], b"a", b"a0"]);
        let mut twice = vec![line("40000", "a"), line("100644", "a.b"), line("100644", "a")];
        assert_eq!(sort(&mut twice), Err(b"a".to_vec()));
    }

    #[test]
    fn headers_keep_their_continuation_lines() {
        let text = b"tree x\nodd\n a\n \n b\nlast y\n\nmessage\n\nmore";
        let (headers, rest) = split(text);
        assert_eq!(headers, [&b"tree x\n"[..], b"odd\n a\n \n b\n", b"last y\n"]);
        assert_eq!(rest, b"\nmessage\n\nmore");
        assert_eq!(name(headers[1]), b"odd");
        let (headers, rest) = split(b"tree x\nauthor y");
        assert_eq!((headers.len(), rest.len()), (2, 0));
    }

    #[test]
    fn the_last_signature_of_a_tag_counts() {
        let opening = ["-----BEGIN PGP", " SIGNATURE-----"].concat();
        let body = format!("\nv1\n{opening}\nx\n{opening}\ny\n");
        assert_eq!(signature(body.as_bytes()), body.rfind(&opening));
        assert_eq!(signature(format!("\nv1 {opening}\n").as_bytes()), None);
    }
}
