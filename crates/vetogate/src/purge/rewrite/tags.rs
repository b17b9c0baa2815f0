//! What refs point at: tags, tags of tags, and blobs and trees that a ref names by itself.

use super::{Rewriter, missing};
use crate::git::catfile::ObjectKind;
use crate::purge::{PurgeError, raw};
use bstr::BString;
use vetogate_core::text::escape;
use vetogate_core::{EntryKind, ObjectId, Place};

/// Deepest chain of tags of tags that is followed.
const TAG_DEPTH: usize = 64;

impl Rewriter<'_> {
    /// What a ref points at, with the values taken out of it.
    ///
    /// # Errors
    /// When an object can't be read.
    pub fn tip(&mut self, oid: ObjectId, name: &BString) -> Result<ObjectId, PurgeError> {
        let shown = name.strip_prefix(b"refs/tags/").unwrap_or(name);
        self.object(oid, name, &escape(shown), 0)
    }

    /// `shown` is what a tag is called where it is looked at.
    fn object(
        &mut self,
        oid: ObjectId,
        name: &BString,
        shown: &str,
        depth: usize,
    ) -> Result<ObjectId, PurgeError> {
        if self.survey.public.names(oid) || depth > TAG_DEPTH {
            return Ok(oid);
        }
        if let Some(&new) = self.commits.get(&oid).or_else(|| self.tags.get(&oid)) {
            return Ok(new);
        }
        let header = self.survey.session.objects.borrow_mut().header(oid)?;
        let Ok(header) = header else { return Err(missing(oid)) };
        self.skip(header.size, oid)?;
        match header.kind {
            ObjectKind::Commit => Ok(oid),
            ObjectKind::Tag => self.tag(oid, name, shown, depth),
            ObjectKind::Blob => {
                let content = self.read(oid, ObjectKind::Blob)?;
                self.content(oid, &content, &BString::default(), &Place::Blob(escape(name)));
                Ok(self.blobs.get(&(BString::default(), oid)).copied().unwrap_or(oid))
            }
            ObjectKind::Tree => self.pushed_tree(oid),
        }
    }

    /// A tree that a ref names: all of it is brought by the ref.
    fn pushed_tree(&mut self, oid: ObjectId) -> Result<ObjectId, PurgeError> {
        let mut files = Vec::new();
        let objects = &self.survey.session.objects;
        crate::git::tree::GitTree::new(objects, oid).walk(&mut |path, entry| {
            if matches!(entry.kind, Some(EntryKind::File | EntryKind::Symlink)) {
                files.push((BString::from(path), entry.oid));
            }
        })?;
        for (path, blob) in files {
            let content = self.read(blob, ObjectKind::Blob)?;
            self.content(blob, &content, &path, &Place::File(escape(&path)));
            self.name(&path);
        }
        self.tree(&BString::default(), oid)
    }

    fn tag(
        &mut self,
        oid: ObjectId,
        name: &BString,
        shown: &str,
        depth: usize,
    ) -> Result<ObjectId, PurgeError> {
        let content = self.read(oid, ObjectKind::Tag)?;
        let first = raw::split(&content).0.first().copied().unwrap_or_default();
        let target = raw::id(first).ok_or_else(|| missing(oid))?;
        let outer = shown.split(':').next().unwrap_or_default();
        let inner = self.inner_name(target, outer);
        let new_target = self.object(target, name, &inner, depth + 1)?;
        let text = self.targets.prose(&content, &Place::Tag(shown.to_owned()));
        if new_target == target && text.is_none() {
            return Ok(oid);
        }
        self.effects.tags += usize::from(text.is_some());
        let content = text.map_or(content, |replaced| replaced.content);
        let (headers, body) = raw::split(&content);
        let mut new = format!("object {new_target}\n").into_bytes();
        let mut signatures = 0;
        for header in headers.iter().skip(1) {
            if matches!(raw::name(header), b"gpgsig" | b"gpgsig-sha256") {
                signatures += 1;
            } else {
                new.extend_from_slice(header);
            }
        }
        let end = raw::signature(body);
        signatures += usize::from(end.is_some());
        self.effects.tag_signatures += usize::from(signatures > 0);
        let body = self.with_new_ids(&body[..end.unwrap_or(body.len())]);
        new.extend(body);
        if new_target == target {
            self.boundary.insert(target);
        }
        let new = self.store.add(ObjectKind::Tag, new, oid);
        self.tags.insert(oid, new);
        Ok(new)
    }

    /// What a tag inside another one is called where it is looked at.
    fn inner_name(&self, target: ObjectId, outer: &str) -> String {
        let content = self.read(target, ObjectKind::Tag).unwrap_or_default();
        let (headers, _) = raw::split(&content);
        let inner = headers.iter().find_map(|header| header.strip_prefix(b"tag ")).unwrap_or_default();
        format!("{outer}:{}", escape(inner.strip_suffix(b"\n").unwrap_or(inner)))
    }
}
