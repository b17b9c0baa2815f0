//! The JSON report: the guide's *Security Report Format*, with our own keys beside it.
//!
//! What is written is [`v1`], apart from the inner types; [`from_json`] reads it back strictly, and a
//! [`Report`] can be made of it. Derived keys (`id`, `scan_id`, `summary`, `owasp_*`, `tool`) are made anew when such
//! a report is written again.

mod read;
#[cfg(test)]
mod tests;
pub mod v1;
mod write;

pub use write::wire;

use super::Report;
use serde::Deserialize;
use std::io::{self, Write};

/// Why a report can't be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON, or not of the shape that its version has.
    #[error("not a report of veto: {0}")]
    Json(#[from] serde_json::Error),
    /// Another version wrote it.
    #[error(
        "schema_version {found} is not known, expected {}: use the version of veto that wrote it",
        v1::VERSION
    )]
    Version {
        /// What stands there.
        found: u64,
    },
    /// A value that contradicts another, or that has the wrong form.
    #[error("{key}: {message}")]
    Value {
        /// Where, such as `findings[2].commit`.
        key: String,
        /// What is wrong and what was expected.
        message: String,
    },
}

/// Writes a report as JSON, with a newline at the end.
///
/// # Errors
/// What the writer says, such as a closed pipe.
pub fn write_json(report: &Report, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, &wire(report))?;
    out.write_all(b"\n")
}

/// Reads the text of a report.
///
/// # Errors
/// Another version, an unknown or missing key, a wrong type, a word that is on no scale.
pub fn from_json(text: &str) -> Result<v1::Report, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        schema_version: u64,
    }
    let head: Head = serde_json::from_str(text)?;
    if head.schema_version != v1::VERSION {
        return Err(ReadError::Version { found: head.schema_version });
    }
    Ok(serde_json::from_str(text)?)
}

/// The JSON schema of the report: what `docs/report.schema.json` holds.
pub fn schema() -> String {
    let schema = schemars::schema_for!(v1::Report);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
