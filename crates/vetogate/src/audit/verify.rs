//! Verifying a log: any line that was changed, removed, inserted or moved, and, where a later head is known, a tail
//! that was cut off.

use super::{Head, log::hash};
use serde_json::Value;

/// What a whole log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How many lines.
    pub lines: u64,
    /// The last line; `None` of an empty log.
    pub head: Option<Head>,
    /// Inode of the file when it was begun.
    pub inode: Option<u64>,
}

/// The first thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A line is not JSON, or has not its keys.
    #[error("line {line} is no line of an audit log")]
    Form {
        /// From 1.
        line: u64,
    },
    /// A number is not the one after the number before.
    #[error("line {line} has number {found}, expected {expected}: a line was removed, inserted or moved")]
    Order {
        /// From 1.
        line: u64,
        /// Its number.
        found: u64,
        /// What follows the line before.
        expected: u64,
    },
    /// A line is not bound to the one before it.
    #[error("line {line} does not fit line {before}: one of them was changed, or lines were removed", before = line - 1)]
    Chain {
        /// From 1.
        line: u64,
    },
    /// The last line has no end.
    #[error("the last line, {line}, was cut off")]
    Torn {
        /// From 1.
        line: u64,
    },
    /// A head that is known elsewhere is not there.
    #[error(
        "line number {seq}, which is known elsewhere, is not there, or is another one: the log was cut off or written anew"
    )]
    Anchor {
        /// Its number.
        seq: u64,
    },
}

/// Verifies a log against itself and against a head that is known elsewhere.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(text: &[u8], known: Option<&Head>) -> Result<Seen, Broken> {
    let mut seen = Seen { lines: 0, head: None, inode: None };
    let mut is_known = known.is_none();
    let mut rest = text;
    while !rest.is_empty() {
        let number = seen.lines + 1;
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(Broken::Torn { line: number });
        };
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        let head = link(line, number, seen.head.as_ref())?;
        is_known |= known == Some(&head);
        if number == 1 {
            seen.inode = inode(line);
        }
        (seen.head, seen.lines, rest) = (Some(head), number, after);
    }
    match known {
        Some(known) if !is_known => Err(Broken::Anchor { seq: known.seq }),
        _ => Ok(seen),
    }
}

/// Checks that a line follows the one before.
fn link(line: &[u8], number: u64, before: Option<&Head>) -> Result<Head, Broken> {
    let form = Broken::Form { line: number };
    let value: Value = serde_json::from_slice(line).map_err(|_| form.clone())?;
    let seq = value.get("seq").and_then(Value::as_u64).ok_or(form.clone())?;
    let prev = value.get("prev").and_then(Value::as_str).ok_or(form)?;
    let expected = before.map_or(0, |head| head.seq + 1);
    if seq != expected {
        return Err(Broken::Order { line: number, found: seq, expected });
    }
    let fits = before.map_or_else(|| prev.bytes().all(|byte| byte == b'0'), |head| prev == head.hash);
    if fits { Ok(Head { seq, hash: hash(line) }) } else { Err(Broken::Chain { line: number }) }
}

fn inode(line: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(line).ok()?.get("inode")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::super::log::Log;
    use super::*;
    use proptest::prelude::*;

    fn lines(count: usize) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::of(folder.path());
        let events: Vec<Event> =
            (0..count).map(|number| Event::new("verdict", serde_json::json!({ "number": number }))).collect();
        log.append(&events).unwrap();
        std::fs::read_to_string(log.path()).unwrap().lines().map(str::to_owned).collect()
    }

    fn check(lines: &[String], known: Option<&Head>) -> Result<Seen, Broken> {
        verify(lines.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes(), known)
    }

    #[test]
    fn what_was_done_to_it_is_found() {
        let whole = lines(6);
        let head = check(&whole, None).unwrap().head.unwrap();
        let with = |edit: &dyn Fn(&mut Vec<String>)| {
            let mut lines = whole.clone();
            edit(&mut lines);
            lines
        };
        let changed = with(&|lines| lines[3] = lines[3].replace("\"number\":2", "\"number\":9"));
        assert_eq!(check(&changed, None), Err(Broken::Chain { line: 5 }));
        let removed = with(&|lines| drop(lines.remove(2)));
        assert_eq!(check(&removed, None), Err(Broken::Order { line: 3, found: 3, expected: 2 }));
        let swapped = with(&|lines| lines.swap(2, 3));
        assert!(matches!(check(&swapped, None), Err(Broken::Order { line: 3, .. })));
        let inserted = with(&|lines| lines.insert(2, lines[1].clone()));
        assert!(matches!(check(&inserted, None), Err(Broken::Order { line: 3, .. })));
        let cut = with(&|lines| lines.truncate(4));
        assert!(check(&cut, None).is_ok(), "nothing in the log says so");
        assert_eq!(check(&cut, Some(&head)), Err(Broken::Anchor { seq: head.seq }));
        assert!(check(&whole, Some(&head)).is_ok());
        let first = with(&|lines| drop(lines.remove(0)));
        assert!(matches!(check(&first, None), Err(Broken::Order { line: 1, .. })));
        assert_eq!(verify(b"{}", None), Err(Broken::Torn { line: 1 }));
        assert_eq!(verify(b"", None).unwrap().lines, 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_changed_byte_is_found(at in 0..10_000_usize, change in 1..=255_u8) {
            let text = lines(4).join("\n") + "\n";
            let head = verify(text.as_bytes(), None).unwrap().head.unwrap();
            let mut bytes = text.into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= change;
            prop_assert!(verify(&bytes, Some(&head)).is_err());
        }
    }
}
