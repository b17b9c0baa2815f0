//! The audit log of a clone: what was judged, let through and recorded, each line bound to the one before it.
//!
//! `<common git folder>/veto/audit.jsonl`, one JSON object a line: `seq` from 0, `time`, `prev` (the SHA-256 of the line
//! before, without its newline), `event`, and what belongs to the event. All text in it is masked and escaped. Whoever
//! owns the clone can write the whole log anew: only a head that is known elsewhere (`veto audit anchor`) shows that.

pub mod anchor;
pub mod bypass;
pub mod log;
pub mod record;
pub mod verify;

use serde_json::{Map, Value};

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What kind: `verdict`, `override`, ...
    pub kind: &'static str,
    /// What belongs to it.
    pub data: Map<String, Value>,
    /// Whether it has to be on the disk before anything counts that it allows.
    pub loosens: bool,
}

impl Event {
    /// An event that allows nothing.
    pub fn new(kind: &'static str, data: Value) -> Self {
        let data = if let Value::Object(data) = data { data } else { Map::new() };
        Self { kind, data, loosens: false }
    }

    /// An event that lets something through that would not pass.
    pub fn loosening(kind: &'static str, data: Value) -> Self {
        Self { loosens: true, ..Self::new(kind, data) }
    }
}

/// A place in the log that can be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last line, from 0.
    pub seq: u64,
    /// SHA-256 of that line, in hex.
    pub hash: String,
}

/// The longest line, in bytes.
pub const MOST_LINE: usize = 4096;
