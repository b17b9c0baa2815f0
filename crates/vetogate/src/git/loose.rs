//! Loose objects, read without git: what a push brings is most often loose, and a process costs more than its content.
//!
//! Only what is whole and has the hash that its id says is given out. Everything else (packed, damaged, large, in an
//! alternate) is git's to answer; so whoever puts a file of his own into the object folder changes nothing.

use super::catfile::ObjectKind;
use bstr::ByteSlice;
use flate2::bufread::ZlibDecoder;
use rustix::fs::{Mode, OFlags};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use vetogate_core::ObjectId;

/// Largest object that is read here, in bytes: a larger one is streamed by git.
const LARGEST: u64 = 4 << 20;

/// The longest header is `commit`, a blank, twenty digits and NUL.
const HEADER: usize = 32;

/// The folder of loose objects of one repository (gitrepository-layout).
#[derive(Debug, Clone)]
pub struct LooseObjects {
    folder: PathBuf,
}

impl LooseObjects {
    /// Those of the repository with this git directory.
    pub fn of(git_directory: &Path) -> Self {
        Self { folder: git_directory.join("objects") }
    }

    fn path(&self, oid: ObjectId) -> PathBuf {
        let hex = oid.to_string();
        self.folder.join(&hex[..2]).join(&hex[2..])
    }

    /// How large the file of an object is; `None` where there is none.
    pub fn size(&self, oid: ObjectId) -> Option<u64> {
        fs::metadata(self.path(oid)).ok().map(|metadata| metadata.len())
    }

    /// The place of an object, as people know it, where what stands there is no file.
    pub fn odd_place(&self, oid: ObjectId) -> Option<String> {
        let is_odd = fs::metadata(self.path(oid)).is_ok_and(|metadata| !metadata.is_file());
        let hex = oid.to_string();
        is_odd.then(|| format!(".git/objects/{}/{}", &hex[..2], &hex[2..]))
    }

    /// The type and the content of an object; `None` where git has to be asked.
    ///
    /// # Errors
    /// Where something that is no file stands in the object's place: git would read from a pipe there, and wait.
    pub fn read(&self, oid: ObjectId) -> Result<Option<(ObjectKind, Vec<u8>)>, NoFile> {
        Ok(file(&self.path(oid))?.and_then(|packed| unpack(&packed, oid)))
    }
}

/// The object in a loose file, if it is whole and the one that is asked for.
fn unpack(packed: &[u8], oid: ObjectId) -> Option<(ObjectKind, Vec<u8>)> {
    let mut decoder = ZlibDecoder::new(packed);
    let mut content = Vec::with_capacity(HEADER);
    decoder.by_ref().take(HEADER as u64).read_to_end(&mut content).ok()?;
    let end = content.find_byte(0)?;
    let (kind, size) = header(&content[..end])?;
    let whole = end + 1 + usize::try_from(size).ok()?;
    content.reserve_exact(whole.saturating_sub(content.len()));
    // One byte more than there should be is enough to know that there is too much.
    decoder.take(size + 1).read_to_end(&mut content).ok()?;
    if content.len() != whole || !is_named(&content, oid) {
        return None;
    }
    content.drain(..=end);
    Some((kind, content))
}

/// What stands in the place of an object is a pipe, a folder or the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoFile;

/// A file's bytes, if it can be read and is that of an object that is small enough. Nothing is waited for: a pipe in its
/// place would hold the push for ever.
fn file(path: &Path) -> Result<Option<Vec<u8>>, NoFile> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let Ok(file) = rustix::fs::open(path, flags, Mode::empty()).map(fs::File::from) else { return Ok(None) };
    match file.metadata() {
        Ok(metadata) if !metadata.is_file() => Err(NoFile),
        Ok(metadata) if metadata.len() <= LARGEST => Ok(bytes(&file, metadata.len())),
        _ => Ok(None),
    }
}

fn bytes(file: &fs::File, size: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).ok()?);
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// `TYPE SIZE`, of at most [`LARGEST`] bytes.
fn header(text: &[u8]) -> Option<(ObjectKind, u64)> {
    let (kind, size) = text.split_once_str(" ")?;
    let size = size.to_str().ok()?.parse().ok().filter(|&size| size <= LARGEST)?;
    Some((ObjectKind::from_name(kind)?, size))
}

/// Whether the bytes, header and all, hash to the id.
fn is_named(object: &[u8], oid: ObjectId) -> bool {
    match oid.as_bytes().len() {
        20 => Sha1::digest(object).as_slice() == oid.as_bytes(),
        _ => Sha256::digest(object).as_slice() == oid.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write as _;

    /// Writes an object under an id that is right, or not.
    fn write(folder: &Path, object: &[u8], oid: ObjectId) {
        let hex = oid.to_string();
        let place = folder.join("objects").join(&hex[..2]);
        fs::create_dir_all(&place).unwrap();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(object).unwrap();
        fs::write(place.join(&hex[2..]), encoder.finish().unwrap()).unwrap();
    }

    fn named(object: &[u8]) -> [ObjectId; 2] {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let ids = [hex(&Sha1::digest(object)), hex(&Sha256::digest(object))];
        ids.map(|hex| hex.parse().unwrap())
    }

    #[test]
    fn gives_what_is_whole_under_either_hash() {
        let folder = tempfile::tempdir().unwrap();
        let long = [b"blob 100000\0".to_vec(), vec![b'x'; 100_000]].concat();
        let objects: [(&[u8], _, usize); 4] = [
            (b"blob 0\0", ObjectKind::Blob, 0),
            (b"commit 5\0tree\n", ObjectKind::Commit, 5),
            (b"tag 2\0\0\0", ObjectKind::Tag, 2),
            (&long, ObjectKind::Blob, 100_000),
        ];
        for (object, kind, size) in objects {
            for oid in named(object) {
                write(folder.path(), object, oid);
                let (found, content) = LooseObjects::of(folder.path()).read(oid).unwrap().unwrap();
                assert_eq!((found, content.len()), (kind, size));
                assert!(object.ends_with(&content));
            }
        }
    }

    #[test]
    fn leaves_to_git_what_is_not_as_it_should_be() {
        let folder = tempfile::tempdir().unwrap();
        let objects = LooseObjects::of(folder.path());
        let large = [format!("blob {}\0", LARGEST + 1).into_bytes(), vec![0; 5 << 20]].concat();
        let bad: [&[u8]; 8] = [
            b"",
            b"blob 3\0abcd",
            b"blob 5\0abcd",
            b"blub 1\0a",
            b"blob x\0a",
            b"blob",
            b"blob 99999999999999\0a",
            &large,
        ];
        for object in bad {
            for oid in named(object) {
                write(folder.path(), object, oid);
                assert_eq!(objects.read(oid), Ok(None), "{:?}", &object[..object.len().min(20)].as_bstr());
            }
        }
        // Whole, but another object's name.
        let [oid, _] = named(b"blob 1\0a");
        write(folder.path(), b"blob 1\0b", oid);
        assert_eq!(objects.read(oid), Ok(None));
        // No file.
        let hex = oid.to_string();
        let place = folder.path().join("objects").join(&hex[..2]).join(&hex[2..]);
        fs::remove_file(&place).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &place, Mode::RUSR | Mode::WUSR).unwrap();
        assert_eq!(objects.read(oid), Err(NoFile));
        assert!(objects.odd_place(oid).is_some());
        fs::remove_file(&place).unwrap();
        assert!(objects.odd_place(oid).is_none());
        // Cut off.
        write(folder.path(), b"blob 1\0a", oid);
        let bytes = fs::read(&place).unwrap();
        for end in 0..bytes.len() {
            fs::write(&place, &bytes[..end]).unwrap();
            assert_eq!(objects.read(oid), Ok(None), "cut at {end}");
            assert!(objects.odd_place(oid).is_none() && objects.size(oid) == Some(end as u64));
        }
    }
}
