//! New objects: named here, kept in memory until they are written, and then written as one pack.
//!
//! `hash-object` and `index-pack --strict` refuse what a push accepts, so neither is asked whether it likes an object.

use crate::deadline::Watch;
use crate::git::catfile::{ObjectKind, finish};
use crate::git::command::{Git, GitError};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::Write as _;
use std::process::Stdio;
use vetogate_core::ObjectId;

/// Objects that are not in the repository yet.
#[derive(Default)]
pub struct Store {
    objects: HashMap<ObjectId, (ObjectKind, Vec<u8>)>,
    order: Vec<ObjectId>,
}

impl Store {
    /// Adds an object; gives its id, in the hash function of `like`.
    pub fn add(&mut self, kind: ObjectKind, content: Vec<u8>, like: ObjectId) -> ObjectId {
        let oid = identify(kind, &content, like);
        self.objects.entry(oid).or_insert_with(|| {
            self.order.push(oid);
            (kind, content)
        });
        oid
    }

    /// An object that was added.
    pub fn get(&self, oid: ObjectId) -> Option<&(ObjectKind, Vec<u8>)> {
        self.objects.get(&oid)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Writes all of them into the repository: all or none are there afterwards.
    ///
    /// # Errors
    /// When git can't be run, or the folder of objects can't be written.
    pub fn write(&self, git: &Git, watch: &Watch) -> Result<(), GitError> {
        let Some(first) = self.order.first() else { return Ok(()) };
        let pipe = |error| GitError::Pipe { command: "index-pack".into(), error };
        let pack = self.pack(first.as_bytes().len()).map_err(pipe)?;
        let mut command = git.command(["index-pack", "--stdin"]);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(GitError::Start)?;
        if let Some(mut input) = child.stdin.take() {
            // A child that has gone is seen by its exit.
            let _ = input.write_all(&pack);
        }
        finish("index-pack", child, watch).map(|_| ())
    }

    /// A pack without deltas (gitformat-pack).
    fn pack(&self, hash: usize) -> std::io::Result<Vec<u8>> {
        let count = u32::try_from(self.order.len()).map_err(std::io::Error::other)?;
        let mut pack = [&b"PACK\0\0\0\x02"[..], &count.to_be_bytes()].concat();
        for oid in &self.order {
            let (kind, content) = &self.objects[oid];
            entry_header(*kind, content.len(), &mut pack);
            let mut encoder = ZlibEncoder::new(pack, Compression::fast());
            encoder.write_all(content)?;
            pack = encoder.finish()?;
        }
        let sum = if hash == 20 { Sha1::digest(&pack).to_vec() } else { Sha256::digest(&pack).to_vec() };
        pack.extend(sum);
        Ok(pack)
    }
}

/// Type and size, seven bits a byte after the first four.
fn entry_header(kind: ObjectKind, size: usize, pack: &mut Vec<u8>) {
    let kind = match kind {
        ObjectKind::Commit => 1_u8,
        ObjectKind::Tree => 2,
        ObjectKind::Blob => 3,
        ObjectKind::Tag => 4,
    };
    let mut byte = kind << 4 | low(size, 0x0f);
    let mut rest = size >> 4;
    while rest > 0 {
        pack.push(byte | 0x80);
        byte = low(rest, 0x7f);
        rest >>= 7;
    }
    pack.push(byte);
}

fn low(number: usize, mask: u8) -> u8 {
    number.to_le_bytes()[0] & mask
}

/// The id of an object.
fn identify(kind: ObjectKind, content: &[u8], like: ObjectId) -> ObjectId {
    let kind = match kind {
        ObjectKind::Commit => "commit",
        ObjectKind::Tree => "tree",
        ObjectKind::Blob => "blob",
        ObjectKind::Tag => "tag",
    };
    let header = format!("{kind} {}\0", content.len());
    let raw = if like.as_bytes().len() == 20 {
        Sha1::new().chain_update(header).chain_update(content).finalize().to_vec()
    } else {
        Sha256::new().chain_update(header).chain_update(content).finalize().to_vec()
    };
    super::raw::from_raw(&raw).unwrap_or(like)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_gits() {
        let like: ObjectId = "0".repeat(40).parse().unwrap();
        let empty = identify(ObjectKind::Tree, b"", like);
        assert_eq!(empty.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        let like: ObjectId = "0".repeat(64).parse().unwrap();
        let empty = identify(ObjectKind::Tree, b"", like);
        assert_eq!(empty.to_string(), "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321");
    }

    #[test]
    fn sizes_of_a_pack() {
        let mut bytes = Vec::new();
        entry_header(ObjectKind::Blob, 5, &mut bytes);
        entry_header(ObjectKind::Commit, 300, &mut bytes);
        assert_eq!(bytes, [0x35, 0x9c, 0x12]);
    }
}
