//! Standard output, whose reader may have gone.

use super::Failure;
use anyhow::Context as _;
use std::io::{ErrorKind, Write as _};

/// Writes a text to standard output. A closed pipe is the reader's choice, no error.
///
/// # Errors
/// Any other failure to write, such as a full disk.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("could not write to standard output").map_err(Failure::incomplete)
        }
        _ => Ok(()),
    }
}
