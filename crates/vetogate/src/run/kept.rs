//! What came of the objects that were looked at, for a second listing of the same push: what was found stays found
//! though there is no time to look again.

use crate::engine::{Item, Looked, Source};
use std::collections::HashMap;
use vetogate_core::ObjectId;
use vetogate_syntax::path::PathHints;

/// Answers by object and by what its path says.
#[derive(Default)]
pub struct Kept {
    known: HashMap<(ObjectId, PathHints), Answer>,
}

/// A first push has hundreds of thousands of objects, and next to nothing in them.
enum Answer {
    /// Nothing was found in so many bytes.
    Clean(u64),
    /// Something was.
    Full(Box<Looked>),
}

impl Kept {
    /// What came of this item before.
    pub fn get(&self, item: &Item) -> Option<Looked> {
        match self.known.get(&key(item)?)? {
            Answer::Clean(bytes) => Some(Looked { bytes: *bytes, ..Looked::default() }),
            Answer::Full(looked) => Some(Looked::clone(looked)),
        }
    }

    /// Keeps what was looked at whole, and what was found before the time was up. A gap is not kept: it names a place.
    pub fn keep(&mut self, item: &Item, looked: &Looked) {
        let has_hits = !looked.hits.is_empty() || !looked.header_hits.is_empty();
        let is_known = looked.gap.is_none() && (has_hits || !looked.out_of_time);
        let Some(key) = key(item).filter(|_| is_known) else { return };
        let is_clean = !has_hits && looked.lfs.is_none();
        let full = || Answer::Full(Box::new(looked.clone()));
        self.known.insert(key, if is_clean { Answer::Clean(looked.bytes) } else { full() });
    }
}

fn key(item: &Item) -> Option<(ObjectId, PathHints)> {
    match item.source {
        Source::Blob(oid) | Source::Commit(oid) => Some((oid, item.hints)),
        Source::File(_) | Source::Bytes(_) => None,
    }
}
