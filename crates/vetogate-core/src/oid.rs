//! Object ids of git, SHA-1 (20 bytes) and SHA-256 (32 bytes).

use std::fmt;
use std::str::FromStr;

/// A git object id. Equal ids of different hash functions are different.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    len: u8,
    bytes: [u8; 32],
}

/// The text is no object id: not 40 or 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an object id: expected 40 or 64 hexadecimal digits")]
pub struct InvalidObjectId;

impl ObjectId {
    /// Reads 40 or 64 hexadecimal digits.
    ///
    /// # Errors
    /// Any other length, or a byte that is no hexadecimal digit.
    pub fn from_hex(hex: &[u8]) -> Result<Self, InvalidObjectId> {
        let len = match hex.len() {
            40 => 20,
            64 => 32,
            _ => return Err(InvalidObjectId),
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self { len, bytes })
    }

    /// The id of all zeros, which git writes for "no object".
    pub fn is_null(&self) -> bool {
        self.bytes == [0; 32]
    }

    /// The raw bytes: 20 for SHA-1, 32 for SHA-256.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The first ten hexadecimal digits, for people.
    pub fn short(&self) -> String {
        let mut hex = self.to_string();
        hex.truncate(10);
        hex
    }
}

fn digit(byte: u8) -> Result<u8, InvalidObjectId> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        b'A'..=b'F' => Ok(byte - b'A' + 10),
        _ => Err(InvalidObjectId),
    }
}

impl FromStr for ObjectId {
    type Err = InvalidObjectId;

    fn from_str(hex: &str) -> Result<Self, InvalidObjectId> {
        Self::from_hex(hex.as_bytes())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let nibbles = self.as_bytes().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let hex: String = nibbles.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect();
        f.pad(&hex)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_both_lengths() {
        for hex in ["0123456789abcdef0123456789abcdef01234567", &"f0".repeat(32)] {
            assert_eq!(ObjectId::from_hex(hex.as_bytes()).unwrap().to_string(), hex);
        }
    }

    #[test]
    fn refuses_what_is_no_id() {
        for bad in ["", "0123", &"g".repeat(40), &"0".repeat(41)] {
            assert_eq!(ObjectId::from_hex(bad.as_bytes()), Err(InvalidObjectId));
        }
    }

    #[test]
    fn null_of_either_length_differs_but_is_null() {
        let (short, long) = ("0".repeat(40), "0".repeat(64));
        let (short, long): (ObjectId, ObjectId) = (short.parse().unwrap(), long.parse().unwrap());
        assert!(short.is_null() && long.is_null() && short != long);
    }
}
