//! Asking a person on a terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Whether somebody can be asked: what is typed and what is shown are both on a terminal.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for one line; `None` where the input ended. Of a terminal that is not set to UTF-8, what is no UTF-8 is replaced.
///
/// # Errors
/// When the terminal can't be read or written.
pub fn line(question: &str) -> io::Result<Option<String>> {
    let mut out = anstream::stderr();
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut answer)?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&answer).trim().to_owned()))
}
