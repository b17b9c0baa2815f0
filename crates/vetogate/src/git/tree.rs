//! A commit's tree as a [`Tree`], read object by object.

use super::catfile::{CatFile, ObjectKind};
use bstr::ByteSlice;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use vetogate_core::text::escape;
use vetogate_core::{Entry, EntryKind, Gap, GapCause, ObjectId, Place, Tree};

/// An entry of a raw tree object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// The name.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Option<EntryKind>,
    /// The object.
    pub oid: ObjectId,
}

/// Parses a tree object: `MODE NAME\0` and the raw id, again and again (gitformat-pack; `hash` is 20 or 32 bytes).
pub fn parse_tree(mut bytes: &[u8], hash: usize) -> Option<Vec<TreeEntry>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.find_byte(b' ')?;
        let zero = bytes.find_byte(0).filter(|&zero| zero > space)?;
        let raw = bytes.get(zero + 1..zero + 1 + hash)?;
        let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
        let oid = hex.parse().ok()?;
        entries.push(TreeEntry {
            name: bytes[space + 1..zero].to_vec(),
            kind: EntryKind::from_mode(&bytes[..space]),
            oid,
        });
        bytes = &bytes[zero + 1 + hash..];
    }
    Some(entries)
}

/// Folders inside folders: git itself stops there (git-config, core.maxTreeDepth).
pub const DEPTH: usize = 2048;

/// What is said of a tree that is deeper.
pub fn too_deep(path: &[u8]) -> Gap {
    let path: String = escape(path).chars().take(40).collect();
    let detail = format!("folders are nested more than {DEPTH} deep; git refuses such a tree, too");
    Gap::unread(GapCause::Limit, Place::File(format!("{path}...")), detail)
}

/// Whether a path lies deeper than that.
pub fn is_too_deep(path: &[u8]) -> bool {
    memchr::memchr_iter(b'/', path).count() > DEPTH
}

/// The tree of a commit (or a tree itself).
pub struct GitTree<'a> {
    objects: &'a RefCell<CatFile>,
    root: ObjectId,
    trees: RefCell<HashMap<ObjectId, Rc<Vec<TreeEntry>>>>,
}

impl<'a> GitTree<'a> {
    /// The tree of `root`, a commit or a tree.
    pub fn new(objects: &'a RefCell<CatFile>, root: ObjectId) -> Self {
        Self { objects, root, trees: RefCell::default() }
    }

    /// The entries of a tree, or of a commit's tree.
    ///
    /// # Errors
    /// A gap where it can't be read.
    pub fn entries(&self, oid: ObjectId) -> Result<Rc<Vec<TreeEntry>>, Gap> {
        if let Some(entries) = self.trees.borrow().get(&oid) {
            return Ok(Rc::clone(entries));
        }
        let mut at = oid;
        let entries = loop {
            let (header, content) = read(self.objects, at)?;
            match header {
                ObjectKind::Commit => at = tree_of_commit(&content).ok_or_else(|| corrupt(at))?,
                ObjectKind::Tree => {
                    break parse_tree(&content, at.as_bytes().len()).ok_or_else(|| corrupt(at))?;
                }
                ObjectKind::Blob | ObjectKind::Tag => return Err(corrupt(at)),
            }
        };
        let entries = Rc::new(entries);
        self.trees.borrow_mut().insert(oid, Rc::clone(&entries));
        Ok(entries)
    }

    /// The entry at a path; `None` where there is none.
    ///
    /// # Errors
    /// A gap where a tree on the way can't be read.
    pub fn lookup(&self, path: &[u8]) -> Result<Option<TreeEntry>, Gap> {
        let mut at = self.root;
        let mut parts = path.split_str("/").peekable();
        while let Some(part) = parts.next() {
            let entries = self.entries(at)?;
            let Some(entry) = entries.iter().find(|entry| entry.name == part) else { return Ok(None) };
            if parts.peek().is_none() {
                return Ok(Some(entry.clone()));
            }
            if entry.kind != Some(EntryKind::Directory) {
                return Ok(None);
            }
            at = entry.oid;
        }
        Ok(None)
    }

    /// Every entry below, with its path; a submodule's content is not part of it.
    ///
    /// # Errors
    /// A gap where a tree can't be read.
    pub fn walk(&self, on: &mut dyn FnMut(&[u8], &TreeEntry)) -> Result<(), Gap> {
        let mut left = vec![(Vec::new(), self.root)];
        while let Some((prefix, oid)) = left.pop() {
            for entry in self.entries(oid)?.iter() {
                let path = if prefix.is_empty() {
                    entry.name.clone()
                } else {
                    [&prefix[..], b"/", &entry.name].concat()
                };
                if is_too_deep(&path) {
                    return Err(too_deep(&path));
                }
                on(&path, entry);
                if entry.kind == Some(EntryKind::Directory) {
                    left.push((path, entry.oid));
                }
            }
        }
        Ok(())
    }
}

fn read(objects: &RefCell<CatFile>, oid: ObjectId) -> Result<(ObjectKind, Vec<u8>), Gap> {
    match objects.borrow_mut().read(oid) {
        Ok(Ok((header, content))) => Ok((header.kind, content)),
        Ok(Err(_)) => Err(missing(oid)),
        Err(error) => Err(Gap::unread(GapCause::Failed, Place::Object(oid), error.to_string())),
    }
}

/// The tree that a raw commit names in its first line.
pub fn tree_of_commit(content: &[u8]) -> Option<ObjectId> {
    let line = content.strip_prefix(b"tree ")?.lines().next()?;
    ObjectId::from_hex(line).ok()
}

fn corrupt(oid: ObjectId) -> Gap {
    Gap::unread(GapCause::Corrupt, Place::Object(oid), format!("object {oid} is damaged; run git fsck"))
}

fn missing(oid: ObjectId) -> Gap {
    Gap::unread(
        GapCause::Missing,
        Place::Object(oid),
        format!("object {oid} {}", super::catfile::remedy(GapCause::Missing)),
    )
}

impl Tree for GitTree<'_> {
    fn get(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
        match self.lookup(path)? {
            Some(TreeEntry { kind: Some(EntryKind::File | EntryKind::Symlink), oid, .. }) => {
                let content = read(self.objects, oid);
                content
                    .map(|(_, content)| Some(content))
                    .map_err(|gap| Gap { place: Place::File(escape(path)), ..gap })
            }
            _ => Ok(None),
        }
    }

    fn list(&self, directory: &[u8]) -> Result<Vec<Entry>, Gap> {
        let at = match self.lookup(directory)? {
            _ if directory.is_empty() => self.root,
            Some(TreeEntry { kind: Some(EntryKind::Directory), oid, .. }) => oid,
            _ => return Ok(Vec::new()),
        };
        let named = |entry: &TreeEntry| Some(Entry { name: entry.name.clone(), kind: entry.kind? });
        Ok(self.entries(at)?.iter().filter_map(named).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_trees() {
        let raw = [&b"100644 a b\0"[..], &[0xab; 20], b"40000 d\0", &[0xcd; 20]].concat();
        let entries = parse_tree(&raw, 20).unwrap();
        assert_eq!((entries[0].name.as_slice(), entries[0].kind), (&b"a b"[..], Some(EntryKind::File)));
        assert_eq!(entries[1].kind, Some(EntryKind::Directory));
        assert_eq!(parse_tree(&raw[..raw.len() - 1], 20), None);
        assert_eq!(parse_tree(b"nonsense", 20), None);
    }
}
