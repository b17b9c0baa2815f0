//! Asking a person on a terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Whether somebody can be asked: what is typed and what is shown are both on a terminal.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for one line; `None` where the input ended.
///
/// # Errors
/// When the terminal can't be read or written.
pub fn line(question: &str) -> io::Result<Option<String>> {
    let mut out = anstream::stderr();
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer)?;
    Ok((read > 0).then(|| answer.trim().to_owned()))
}
