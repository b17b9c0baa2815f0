//! What a text is: file kinds, encodings, identifiers, assignments.
//!
//! A light tokenizer for all languages; the typed parsers of the code detectors will live here, too.

#![forbid(unsafe_code)]

pub mod assign;
pub mod encoding;
pub mod pairs;
pub mod path;
pub mod words;
