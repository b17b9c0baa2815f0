//! What was published and was not looked at, or not fully.

use crate::{ObjectId, Place};

/// How bad a gap is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// Read by the leak detectors, but not fully analysed. Warns.
    Partial,
    /// Not looked at. The push fails closed.
    Unread,
}

/// Why there is a gap. The causes a pusher could provoke weigh more when an override is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapCause {
    /// The object is not there.
    Missing,
    /// The object is there and can't be read.
    Corrupt,
    /// A limit in the policy was reached.
    Limit,
    /// Time ran out.
    TimeOut,
    /// A detector crashed.
    Crash,
    /// A command that we depend on failed.
    Failed,
    /// The policy of the remote can't be understood.
    Policy,
    /// What was pinned of the remote can't be read or written.
    Pins,
}

impl GapCause {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Corrupt => "corrupt",
            Self::Limit => "limit",
            Self::TimeOut => "time-out",
            Self::Crash => "crash",
            Self::Failed => "failed",
            Self::Policy => "policy",
            Self::Pins => "pins",
        }
    }

    /// Reads the name back.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Missing,
            Self::Corrupt,
            Self::Limit,
            Self::TimeOut,
            Self::Crash,
            Self::Failed,
            Self::Policy,
            Self::Pins,
        ];
        all.into_iter().find(|cause| cause.as_str() == name)
    }
}

/// A gap: which place, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// How bad.
    pub kind: GapKind,
    /// Why.
    pub cause: GapCause,
    /// Where.
    pub place: Place,
    /// One sentence for people: what was not looked at, and the remedy.
    pub detail: String,
    /// The blob, where the content of one was not looked at whole: somebody may answer for it.
    pub object: Option<ObjectId>,
}

impl Gap {
    /// What stayed unread.
    pub fn unread(cause: GapCause, place: Place, detail: impl Into<String>) -> Self {
        Self { kind: GapKind::Unread, cause, place, detail: detail.into(), object: None }
    }

    /// What was read but not fully analysed.
    pub fn partial(cause: GapCause, place: Place, detail: impl Into<String>) -> Self {
        Self { kind: GapKind::Partial, cause, place, detail: detail.into(), object: None }
    }

    /// The same, of the content of this blob.
    #[must_use]
    pub fn of_blob(self, object: ObjectId) -> Self {
        Self { object: Some(object), ..self }
    }
}
