//! Appending: under a lock, whole lines only, whatever happened to the process before.

use super::verify::{Seen, verify};
use super::{Event, Head, MOST_LINE};
use bstr::ByteSlice as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another process may hold the lock; an append takes a fraction of a millisecond.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder or file can't be written.
    #[error("the audit log {path} can't be written: {error}")]
    Write {
        /// The file, escaped.
        path: String,
        /// The reason.
        error: io::Error,
    },
    /// Another process has held the lock for long.
    #[error("the audit log {0} is locked by another process")]
    Locked(String),
}

/// The log of a clone.
#[derive(Debug, Clone)]
pub struct Log {
    path: PathBuf,
}

/// The end of a log.
struct End {
    /// Bytes up to the last whole line.
    whole: u64,
    /// Bytes of a line that was cut off.
    torn: u64,
    /// Its last whole line.
    head: Option<Head>,
    /// The last bytes, up to the last whole line: some lines, the first of which may be cut.
    tail: Vec<u8>,
}

/// SHA-256 of a line, in hex.
pub fn hash(line: &[u8]) -> String {
    hex(&Sha256::digest(line))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Log {
    /// The log of the clone with this common git folder.
    pub fn of(common_dir: &Path) -> Self {
        Self { path: common_dir.join("veto/audit.jsonl") }
    }

    /// Whether an event of this kind has this value for a key: what lets something through counts only where it does.
    ///
    /// # Errors
    /// Why the record says nothing: it is not whole, or it is not this clone's.
    pub fn holds(&self, kind: &str, key: &str, value: &str) -> Result<bool, String> {
        Ok(self.first(kind, key, value)?.is_some())
    }

    /// The first event of this kind that has this value for a key.
    ///
    /// # Errors
    /// As [`holds`](Self::holds).
    pub fn first(&self, kind: &str, key: &str, value: &str) -> Result<Option<Value>, String> {
        let text = std::fs::read(&self.path).unwrap_or_default();
        // What a crash cut off was never recorded.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let it = |line: &[u8]| {
            line.find(value)?;
            let event: Value = serde_json::from_slice(line).ok()?;
            (event["event"] == kind && event[key] == value).then_some(event)
        };
        let Some(event) = text[..whole].lines().find_map(it) else { return Ok(None) };
        let refused = |why: &str| {
            let path = crate::hooks::show(&self.path);
            format!("the record {path} {why}, and lets nothing through; move it away and do it again")
        };
        let seen =
            verify(&text[..whole], None).map_err(|broken| refused(&format!("is broken ({broken})")))?;
        if self.is_copied(&seen) { Err(refused("was begun in another clone")) } else { Ok(Some(event)) }
    }

    /// Whether the file is another one than the log was begun in: its inode stays what it is in its clone.
    pub fn is_copied(&self, seen: &Seen) -> bool {
        let now = std::fs::metadata(&self.path).map(|found| found.ino()).ok();
        seen.inode.is_some() && seen.inode != now
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends events, each bound to what stands before it; gives the new head.
    ///
    /// # Errors
    /// When they can't be written whole; then the log is what it was.
    pub fn append(&self, events: &[Event]) -> Result<Head, LogError> {
        self.append_after(|_| events.to_vec())
    }

    /// As [`append`](Self::append), for events that depend on the last lines of the log, which are given.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_after(&self, events: impl FnOnce(&[u8]) -> Vec<Event>) -> Result<Head, LogError> {
        let error = |error| LogError::Write { path: crate::hooks::show(&self.path), error };
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(error)?;
        }
        for path in [self.path.clone(), self.path.with_extension("lock")] {
            // A pipe would be waited for, and a link leads elsewhere.
            if std::fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
                return Err(error(io::Error::other(format!("{} is not a file", crate::hooks::show(&path)))));
            }
        }
        let _lock = self.lock()?;
        self.append_locked(events).map_err(error)
    }

    /// A file of its own, for the log itself is opened by readers too. It is closed, and so unlocked, when dropped.
    fn lock(&self) -> Result<File, LogError> {
        let path = self.path.with_extension("lock");
        let error = |error| LogError::Write { path: crate::hooks::show(&path), error };
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(error)?;
        let end = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(LogError::Locked(crate::hooks::show(&self.path)));
                }
                Err(TryLockError::Error(wrong)) => return Err(error(wrong)),
            }
        }
    }

    fn append_locked(&self, events: impl FnOnce(&[u8]) -> Vec<Event>) -> io::Result<Head> {
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&self.path)?;
        let end = end(&mut file)?;
        let events = events(&end.tail);
        let (text, head) = lines(&file, &end, &events)?;
        let written = write_at(&mut file, end.whole, text.as_bytes(), events.iter().any(|one| one.loosens));
        if written.is_err() {
            // A full disk writes a part of it: the log is what it was.
            let _ = file.set_len(end.whole);
        }
        written.map(|()| head)
    }
}

fn write_at(file: &mut File, at: u64, text: &[u8], sync: bool) -> io::Result<()> {
    file.set_len(at)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(text)?;
    if sync { file.sync_data() } else { Ok(()) }
}

/// Where the log ends. What stands behind the last newline was cut off by a crash.
fn end(file: &mut File) -> io::Result<End> {
    let length = file.metadata()?.len();
    let mut from = length.saturating_sub(2 * MOST_LINE as u64);
    loop {
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.take(length - from).read_to_end(&mut tail)?;
        let last = tail.iter().rposition(|byte| *byte == b'\n');
        let before = last.and_then(|last| tail[..last].iter().rposition(|byte| *byte == b'\n'));
        let start = before.map(|before| before + 1).or((from == 0).then_some(0));
        match (start, last) {
            (Some(start), Some(last)) => {
                let head = head(file, &tail[start..last])?;
                let whole = from + last as u64 + 1;
                tail.truncate(last + 1);
                return Ok(End { whole, torn: length - whole, head: Some(head), tail });
            }
            (_, None) if from == 0 => return Ok(End { whole: 0, torn: length, head: None, tail: vec![] }),
            // A line that is longer than ours are.
            _ => from = from.saturating_sub(4 * (length - from).max(1)),
        }
    }
}

fn head(file: &mut File, line: &[u8]) -> io::Result<Head> {
    let seq = serde_json::from_slice::<Value>(line).ok().and_then(|line| line.get("seq")?.as_u64());
    let seq = match seq {
        Some(seq) => seq,
        // The line was changed by someone; `veto audit verify` says so. The chain goes on.
        None => count(file)?.saturating_sub(1),
    };
    Ok(Head { seq, hash: hash(line) })
}

fn count(file: &mut File) -> io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text.iter().filter(|byte| **byte == b'\n').count() as u64)
}

/// The new lines, with what begins a log and what says that a line was cut off.
fn lines(file: &File, end: &End, events: &[Event]) -> io::Result<(String, Head)> {
    let mut all = Vec::new();
    if end.head.is_none() {
        all.push(begin(file)?);
    }
    if end.torn > 0 {
        all.push(Event::new("torn", json!({ "bytes": end.torn })));
    }
    all.extend(events.iter().cloned());
    let mut head = end.head.clone();
    let mut text = String::new();
    let time = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    for event in all {
        let seq = head.as_ref().map_or(0, |head| head.seq + 1);
        let prev = head.map_or_else(|| "0".repeat(64), |head| head.hash);
        let line = line(seq, &time, &prev, &event);
        head = Some(Head { seq, hash: hash(line.as_bytes()) });
        text += &line;
        text.push('\n');
    }
    let head = head.ok_or_else(|| io::Error::other("no event"))?;
    Ok((text, head))
}

/// Names the clone, so that a copy of the log in another one is told from it.
fn begin(file: &File) -> io::Result<Event> {
    let mut id = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut id)?;
    Ok(Event::new("begin", json!({ "clone": hex(&id), "inode": file.metadata()?.ino() })))
}

/// One line, of [`MOST_LINE`] bytes at most: of what is too long, lists are counted instead.
fn line(seq: u64, time: &str, prev: &str, event: &Event) -> String {
    let whole = |data: &Map<String, Value>| {
        let mut line = json!({ "seq": seq, "time": time, "prev": prev, "event": event.kind });
        if let Value::Object(line) = &mut line {
            line.extend(data.clone());
        }
        line.to_string()
    };
    let text = whole(&event.data);
    if text.len() < MOST_LINE {
        return text;
    }
    let short = |value: &Value| match value {
        Value::Array(list) => json!({ "count": list.len(), "digest": hash(value.to_string().as_bytes()) }),
        Value::String(text) => Value::String(vetogate_core::text::shorten(text, 200)),
        other => other.clone(),
    };
    whole(&event.data.iter().take(16).map(|(key, value)| (key.clone(), short(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::of(folder.path());
        (folder, log)
    }

    fn event(number: usize) -> Event {
        Event::new("verdict", json!({ "number": number }))
    }

    fn text(log: &Log) -> String {
        std::fs::read_to_string(log.path()).unwrap()
    }

    #[test]
    fn each_line_is_bound_to_the_one_before() {
        let (_folder, log) = log();
        log.append(&[event(1)]).unwrap();
        let head = log.append(&[event(2), event(3)]).unwrap();
        let text = text(&log);
        assert_eq!(text.lines().count(), 4, "with the line that names the clone: {text}");
        assert_eq!(head, Head { seq: 3, hash: hash(text.lines().last().unwrap().as_bytes()) });
        assert_eq!(verify(text.as_bytes(), None).unwrap().head, Some(head));
    }

    #[test]
    fn a_line_that_was_cut_off_is_taken_out_and_said() {
        let (_folder, log) = log();
        log.append(&[event(1), event(2)]).unwrap();
        let whole = text(&log);
        std::fs::write(log.path(), &whole[..whole.len() - 20]).unwrap();
        log.append(&[event(3)]).unwrap();
        let text = text(&log);
        assert!(text.contains("\"event\":\"torn\"") && !text.contains("\"number\":2"), "{text}");
        verify(text.as_bytes(), None).unwrap();
    }

    #[test]
    fn a_first_line_that_was_cut_off_leaves_a_new_log() {
        let (_folder, log) = log();
        std::fs::create_dir_all(log.path().parent().unwrap()).unwrap();
        std::fs::write(log.path(), "{\"seq\":0").unwrap();
        log.append(&[event(1)]).unwrap();
        verify(text(&log).as_bytes(), None).unwrap();
        assert!(text(&log).contains("torn"));
    }

    #[test]
    fn long_lines_are_cut_to_size_and_longer_ones_of_others_are_passed_over() {
        let (_folder, log) = log();
        let many: Vec<String> = (0..1000).map(|number| format!("{number:032x}")).collect();
        log.append(&[Event::new("verdict", json!({ "findings": many, "reason": "x".repeat(9000) }))])
            .unwrap();
        assert!(text(&log).lines().all(|line| line.len() < MOST_LINE), "{}", text(&log));
        let long = format!("{}{}\n", text(&log), "y".repeat(50_000));
        std::fs::write(log.path(), long).unwrap();
        let head = log.append(&[event(1)]).unwrap();
        assert_eq!(head.seq, 3, "the chain goes on");
    }

    #[test]
    fn many_at_once() {
        let (folder, log) = log();
        std::thread::scope(|scope| {
            for writer in 0..16 {
                let log = Log::of(folder.path());
                scope.spawn(move || {
                    for number in 0..20 {
                        log.append(&[event(writer * 100 + number)]).unwrap();
                    }
                });
            }
        });
        let seen = verify(text(&log).as_bytes(), None).unwrap();
        assert_eq!(seen.lines, 16 * 20 + 1);
    }

    #[test]
    fn a_folder_that_cant_be_written_is_an_error() {
        let (folder, log) = log();
        std::fs::write(folder.path().join("veto"), "a file").unwrap();
        assert!(log.append(&[event(1)]).is_err());
    }
}
