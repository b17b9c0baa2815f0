//! Reading objects: loose ones at once, all others through one long-lived `git cat-file --batch-command`.

use super::command::{Git, GitError};
use super::loose::{LooseObjects, NoFile};
use crate::deadline::Watch;
use bstr::ByteSlice;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Output, Stdio};
use vetogate_core::{GapCause, ObjectId};

/// Type of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A file's content.
    Blob,
    /// A directory.
    Tree,
    /// A commit.
    Commit,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// The type of a name in an object's header.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"blob" => Some(Self::Blob),
            b"tree" => Some(Self::Tree),
            b"commit" => Some(Self::Commit),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

/// What `cat-file` says before an object's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The id.
    pub oid: ObjectId,
    /// The type.
    pub kind: ObjectKind,
    /// Bytes of content.
    pub size: u64,
}

/// Why an object can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Git says that it is missing, or can't read it.
    Missing,
    /// Git died while it read the object.
    Died,
}

struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// A reader of objects. Starts git when it is first asked, and again after git died.
pub struct CatFile {
    git: Git,
    watch: Watch,
    running: Option<Running>,
    loose: Option<LooseObjects>,
    /// The content of a loose object that was asked for.
    ready: Option<Vec<u8>>,
}

/// Objects up to this size may be read whole where their structure is needed: commits, tags, trees, policies.
pub const WHOLE: u64 = 64 << 20;

/// So many questions are asked at once: they and their answers fit into the pipes, so that nobody waits for the other.
const QUESTIONS: usize = 256;

/// Contents come in pieces of at most so many bytes.
const PIECE: usize = 64 << 10;

impl CatFile {
    /// A reader; nothing is started.
    pub fn new(git: Git, watch: Watch) -> Self {
        let loose = git.plain_folder().map(|folder| LooseObjects::of(&folder));
        Self { git, watch, running: None, loose, ready: None }
    }

    fn running(&mut self) -> Result<&mut Running, GitError> {
        if self.running.is_none() {
            let mut command = self.git.command(["cat-file", "--batch-command", "--buffer"]);
            let child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
            let mut child = child.map_err(GitError::Start)?;
            self.watch.guard(&child);
            let pipes = child.stdin.take().zip(child.stdout.take());
            let (input, output) = pipes.ok_or_else(|| broken(io::Error::other("no pipe")))?;
            let output = BufReader::with_capacity(PIECE, output);
            self.running = Some(Running { child, input, output });
        }
        self.running.as_mut().ok_or_else(|| broken(io::Error::other("not running")))
    }

    /// Ends git; the next question starts it again.
    pub fn stop(&mut self) {
        self.ready = None;
        if let Some(mut running) = self.running.take() {
            self.watch.forget(&running.child);
            drop(running.input);
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }

    /// From now on git ends with this limit; gives the one that was. Git itself is stopped where it may have been ended.
    pub fn watched_by(&mut self, watch: &Watch) -> Watch {
        if self.watch.is_over() {
            self.stop();
        }
        if let Some(running) = &self.running {
            self.watch.forget(&running.child);
            watch.guard(&running.child);
        }
        std::mem::replace(&mut self.watch, watch.clone())
    }

    /// How large the file of a loose object is.
    pub fn loose_size(&self, oid: ObjectId) -> Option<u64> {
        self.loose.as_ref()?.size(oid)
    }

    /// How large git says that these objects are.
    pub fn sizes(&mut self, oids: &[ObjectId]) -> Vec<Option<u64>> {
        let mut sizes = Vec::with_capacity(oids.len());
        for part in oids.chunks(QUESTIONS) {
            let Some(answers) = self.infos(part) else { break };
            sizes.extend(answers);
        }
        sizes.resize(oids.len(), None);
        sizes
    }

    /// Asks git for the sizes of all at once; `None` where it did not answer each.
    fn infos(&mut self, oids: &[ObjectId]) -> Option<Vec<Option<u64>>> {
        let questions = oids.iter().map(|oid| format!("info {oid}\n"));
        let lines: String = questions.chain(["flush\n".into()]).collect();
        let running = self.running().ok()?;
        let mut sizes = Vec::with_capacity(oids.len());
        let mut is_whole = running.input.write_all(lines.as_bytes()).is_ok();
        for &oid in oids {
            let mut line = Vec::new();
            is_whole = is_whole
                && running.output.read_until(b'\n', &mut line).is_ok()
                && line.starts_with(oid.to_string().as_bytes());
            sizes.push(parse_header(&line).map(|header| header.size));
        }
        if !is_whole {
            self.stop();
        }
        is_whole.then_some(sizes)
    }

    /// What is wrong with an object, with the way out, where no file stands in its place.
    pub fn odd(&self, oid: ObjectId) -> Option<String> {
        let place = self.loose.as_ref()?.odd_place(oid)?;
        Some(format!(
            "has no file at {place}, but a pipe, a folder or the like; move that away and fetch the object again"
        ))
    }

    /// Asks for an object and reads its header. The content has to be taken with [`content`](Self::content) before
    /// the next question.
    ///
    /// # Errors
    /// When git can't be started or gives an answer that is not understood.
    pub fn header(&mut self, oid: ObjectId) -> Result<Result<Header, Absent>, GitError> {
        match self.loose.as_ref().map_or(Ok(None), |loose| loose.read(oid)) {
            Ok(Some((kind, content))) => {
                let size = content.len() as u64;
                self.ready = Some(content);
                return Ok(Ok(Header { oid, kind, size }));
            }
            Ok(None) => {}
            Err(NoFile) => return Ok(Err(Absent::Died)),
        }
        let running = self.running()?;
        let mut line = Vec::new();
        let asked = running
            .input
            .write_all(format!("contents {oid}\nflush\n").as_bytes())
            .and_then(|()| running.output.read_until(b'\n', &mut line));
        if !matches!(asked, Ok(read) if read > 0) {
            self.stop();
            return Ok(Err(Absent::Died));
        }
        if line == format!("{oid} missing\n").as_bytes() {
            return Ok(Err(Absent::Missing));
        }
        match parse_header(&line).filter(|header| header.oid == oid) {
            Some(header) => Ok(Ok(header)),
            None => {
                // Whatever follows can't be told from an answer.
                self.stop();
                let detail = format!("expected `ID TYPE SIZE` for {oid}");
                Err(GitError::Answer { command: "cat-file".into(), detail })
            }
        }
    }

    /// Hands out the content of the object asked for, in pieces; `Err` where git died in the middle.
    ///
    /// # Errors
    /// [`Absent::Died`].
    pub fn content(&mut self, size: u64, mut on: impl FnMut(&[u8])) -> Result<(), Absent> {
        if let Some(content) = self.ready.take() {
            content.chunks(PIECE).for_each(on);
            return Ok(());
        }
        let mut left = size + 1;
        while left > 0 {
            let Some(running) = self.running.as_mut() else { return Err(Absent::Died) };
            let piece = match running.output.fill_buf() {
                Ok(piece) if !piece.is_empty() => piece,
                _ => {
                    self.stop();
                    return Err(Absent::Died);
                }
            };
            let take = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            // The last byte is the newline that git adds.
            let content = if take as u64 == left { take - 1 } else { take };
            if content > 0 {
                on(&piece[..content]);
            }
            if content < take && piece[content] != b'\n' {
                self.stop();
                return Err(Absent::Died);
            }
            running.output.consume(take);
            left -= take as u64;
        }
        Ok(())
    }

    /// Reads an object of at most [`WHOLE`] bytes.
    ///
    /// # Errors
    /// When git can't be started or gives an answer that is not understood.
    pub fn read(&mut self, oid: ObjectId) -> Result<Result<(Header, Vec<u8>), Absent>, GitError> {
        let header = match self.header(oid)? {
            Ok(header) => header,
            Err(absent) => return Ok(Err(absent)),
        };
        let mut content = Vec::new();
        let read = self.content(header.size, |piece| {
            if content.len() as u64 <= WHOLE {
                content.extend_from_slice(piece);
            }
        });
        Ok(read.map(|()| (header, content)))
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        self.stop();
    }
}

fn broken(error: io::Error) -> GitError {
    GitError::Pipe { command: "cat-file".into(), error }
}

fn parse_header(line: &[u8]) -> Option<Header> {
    let mut fields = line.trim_end().split_str(" ");
    let oid = ObjectId::from_hex(fields.next()?).ok()?;
    let kind = ObjectKind::from_name(fields.next()?)?;
    let size = fields.next()?.to_str().ok()?.parse().ok()?;
    fields.next().is_none().then_some(Header { oid, kind, size })
}

/// Reads a child's output to its end, then its exit.
///
/// # Errors
/// When reading fails or the child ends badly: a child that was killed is an error, never an empty answer.
pub fn finish(command: &str, mut child: Child, watch: &Watch) -> Result<Vec<u8>, GitError> {
    watch.guard(&child);
    let pipe = |error| GitError::Pipe { command: command.into(), error };
    let read = both(&mut child);
    let output = end(child, watch).map_err(pipe)?;
    let (bytes, stderr) = read.map_err(pipe)?;
    let output = Output { stderr, ..output };
    if output.status.success() { Ok(bytes) } else { Err(super::command::failed(command, &output)) }
}

/// Reads both outputs of a child as they come: one that waits for a reader of its complaints would wait for ever.
fn both(child: &mut Child) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut output, mut errors) = (child.stdout.take(), child.stderr.take());
    let (mut bytes, mut said) = (Vec::new(), Vec::new());
    while output.is_some() || errors.is_some() {
        let (from_output, from_errors) = ready(output.as_ref(), errors.as_ref())?;
        if from_output {
            more(&mut output, &mut bytes, u64::MAX)?;
        }
        if from_errors {
            more(&mut errors, &mut said, SAID)?;
        }
    }
    Ok((bytes, said))
}

/// Which of the two has something to read, or has ended.
fn ready(output: Option<&ChildStdout>, errors: Option<&ChildStderr>) -> io::Result<(bool, bool)> {
    let mut asked: Vec<PollFd<'_>> = Vec::with_capacity(2);
    asked.extend(output.map(|output| PollFd::new(output, PollFlags::IN)));
    asked.extend(errors.map(|errors| PollFd::new(errors, PollFlags::IN)));
    while let Err(error) = poll(&mut asked, None) {
        if error != rustix::io::Errno::INTR {
            return Err(error.into());
        }
    }
    let mut answers = asked.iter().map(|asked| !asked.revents().is_empty());
    let from_output = output.is_some() && answers.next() == Some(true);
    Ok((from_output, errors.is_some() && answers.next() == Some(true)))
}

/// Reads what is there; what is over `most` is dropped. A source that has ended is taken away.
fn more(source: &mut Option<impl Read>, into: &mut Vec<u8>, most: u64) -> io::Result<()> {
    let Some(reader) = source else { return Ok(()) };
    let mut piece = [0; 16 << 10];
    match reader.read(&mut piece) {
        Ok(0) => *source = None,
        Ok(read) if (into.len() as u64) < most => into.extend_from_slice(&piece[..read]),
        Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
        _ => {}
    }
    Ok(())
}

/// Waits for a guarded child whose standard output was read; gives its exit and what it said.
///
/// # Errors
/// When it can't be waited for.
pub fn end(mut child: Child, watch: &Watch) -> io::Result<Output> {
    let mut stderr = Vec::new();
    if let Some(errors) = child.stderr.take() {
        let _ = errors.take(SAID).read_to_end(&mut stderr);
    }
    watch.outlive(&child);
    Ok(Output { status: child.wait()?, stdout: Vec::new(), stderr })
}

/// What is said of an object that can't be read, with the way out.
pub fn remedy(cause: GapCause) -> &'static str {
    match cause {
        GapCause::Missing => {
            "is missing or damaged; in a partial or shallow clone fetch it (`git cat-file -e` with its id, `git fetch --unshallow`), else see `git fsck`"
        }
        _ => "is damaged: git died over it; see `git fsck`, and fetch it again",
    }
}

/// So much of what git says is kept.
const SAID: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let hex = "ab".repeat(20);
        let good = parse_header(format!("{hex} blob 12\n").as_bytes()).unwrap();
        assert_eq!((good.kind, good.size), (ObjectKind::Blob, 12));
        for bad in ["", "x blob 1\n", &format!("{hex} blub 1\n"), &format!("{hex} blob x\n")] {
            assert_eq!(parse_header(bad.as_bytes()), None);
        }
    }
}
