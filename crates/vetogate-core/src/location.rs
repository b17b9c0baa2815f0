//! Where something was found: a span of a blob, a field of a commit or tag, a ref name, a path, or an absence.

use crate::ObjectId;
use std::fmt;

/// A place that can hold a finding or a gap. Text in it is safe to print: escaped, and with secrets masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A file, by its path from the root that was scanned (a part of an archive: `path!inner/path`).
    File(String),
    /// The name of a file, not its content.
    FileName(String),
    /// A commit's message.
    Message(ObjectId),
    /// A commit's author, committer or other header.
    Author(ObjectId),
    /// An annotated tag's header or message, by the name that it is pushed under; of a tag inside it, `outer:inner`.
    Tag(String),
    /// A note, by the ref below `refs/notes/` and the object that it is about: `commits:ID`.
    Note(String),
    /// The content of a blob that a ref names by itself or through a tag, by the full name of the ref.
    Blob(String),
    /// The name of a ref.
    RefName(String),
    /// An object whose path is not known.
    Object(ObjectId),
    /// The whole run: the listing of the push, the policy.
    Run(String),
}

impl Place {
    /// The path, where the place is a file or its name.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::File(path) | Self::FileName(path) => Some(path),
            _ => None,
        }
    }

    /// Reads back what [`fmt::Display`] wrote, given the scope that stood beside it. Never fails: what has no known
    /// shape is a file.
    pub fn parse(text: &str) -> Self {
        let Some(rest) = text.strip_prefix("git:") else { return Self::File(text.to_owned()) };
        let field = |suffix: &str| rest.strip_suffix(suffix).and_then(|oid| oid.parse().ok());
        if let Some(oid) = field(":message") {
            Self::Message(oid)
        } else if let Some(oid) = field(":author") {
            Self::Author(oid)
        } else if let Some(name) = rest.strip_prefix("ref:") {
            Self::RefName(name.to_owned())
        } else if let Some(name) = rest.strip_prefix("tag:") {
            Self::Tag(name.to_owned())
        } else if let Some(name) = rest.strip_prefix("note:") {
            Self::Note(name.to_owned())
        } else if let Some(name) = rest.strip_prefix("blob:") {
            Self::Blob(name.to_owned())
        } else if let Some(name) = rest.strip_prefix("path:") {
            Self::FileName(name.to_owned())
        } else if let Some(name) = rest.strip_prefix("run:") {
            Self::Run(name.to_owned())
        } else if let Ok(oid) = rest.parse() {
            Self::Object(oid)
        } else {
            Self::File(text.to_owned())
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.write_str(path),
            Self::FileName(path) => write!(f, "git:path:{path}"),
            Self::Message(oid) => write!(f, "git:{oid}:message"),
            Self::Author(oid) => write!(f, "git:{oid}:author"),
            Self::Tag(name) => write!(f, "git:tag:{name}"),
            Self::Note(name) => write!(f, "git:note:{name}"),
            Self::Blob(name) => write!(f, "git:blob:{name}"),
            Self::RefName(name) => write!(f, "git:ref:{name}"),
            Self::Object(oid) => write!(f, "git:{oid}"),
            Self::Run(name) => write!(f, "git:run:{name}"),
        }
    }
}

/// Lines and columns, from 1; columns in characters; the end is exclusive in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First line.
    pub line: u64,
    /// First column.
    pub column: u64,
    /// Last line.
    pub end_line: u64,
    /// Column after the last character.
    pub end_column: u64,
}

impl Span {
    /// Where a finding about a whole file is shown: line 1, column 1.
    pub const START: Self = Self { line: 1, column: 1, end_line: 1, end_column: 1 };
}

/// What part of the place is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The span.
    Span,
    /// The file as a whole, shown at line 1.
    File,
    /// A place that is no file.
    Git,
    /// Something that is not there; the place is the file that it is anchored to, so that it can be suppressed.
    Absent,
}

impl Scope {
    /// Every scope.
    pub const ALL: &'static [Self] = &[Self::Span, Self::File, Self::Git, Self::Absent];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Span => "span",
            Self::File => "file",
            Self::Git => "git",
            Self::Absent => "absent",
        }
    }
}

/// A place, the part of it, and the commit that brought it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Which file or which part of git's data.
    pub place: Place,
    /// What of it.
    pub scope: Scope,
    /// Where in its text.
    pub span: Span,
    /// The first published commit that holds it, where the source has commits.
    pub commit: Option<ObjectId>,
    /// Whether it still stands at the tip. True where the source has no commits.
    pub at_tip: bool,
}

impl Location {
    /// A span of a file of a source that has no commits.
    pub fn in_file(path: impl Into<String>, span: Span) -> Self {
        Self { place: Place::File(path.into()), scope: Scope::Span, span, commit: None, at_tip: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_reads_back() {
        let oid: ObjectId = "ab".repeat(20).parse().unwrap();
        let places = [
            Place::File("src/a.py".into()),
            Place::FileName("src/b.py".into()),
            Place::Message(oid),
            Place::Author(oid),
            Place::Tag("v1".into()),
            Place::Tag("v2:v1".into()),
            Place::Note(format!("commits:{oid}")),
            Place::Blob("refs/tags/key".into()),
            Place::RefName("refs/heads/main".into()),
            Place::Object(oid),
            Place::Run("listing".into()),
        ];
        for place in places {
            assert_eq!(Place::parse(&place.to_string()), place);
        }
    }
}
