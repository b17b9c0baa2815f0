//! Where a report goes, and how it looks there.

use super::Failure;
use crate::report::Report;
use crate::report::json::write_json;
use crate::report::text::{Kind, Options, write_text};
use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use clap::ValueEnum;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// The security report, for programs.
    Json,
}

/// How a report is shown.
#[derive(Debug, Clone, clap::Args)]
pub struct Output {
    /// Form of the report.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Write the report to a file instead.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// When to colour.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// List old debt, too, instead of counting it.
    #[arg(long, short)]
    pub verbose: bool,
}

impl Output {
    /// Writes a report to its file or to standard output. A reader that has gone is no error: the exit code stands.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, report: &Report, kind: Kind) -> Result<(), Failure> {
        let written = match &self.output {
            Some(path) => {
                let place = || format!("the report can't be written to {}", path.display());
                let file = File::create(path).with_context(place).map_err(Failure::usage)?;
                self.write_to(report, kind, &mut BufWriter::new(file), false).with_context(place)
            }
            None => {
                let is_terminal = io::stdout().is_terminal();
                let out = self.write_to(report, kind, &mut BufWriter::new(io::stdout().lock()), is_terminal);
                tolerate_closed(out).context("the report can't be written")
            }
        };
        written.map_err(Failure::incomplete)
    }

    fn write_to(
        &self,
        report: &Report,
        kind: Kind,
        out: &mut dyn Write,
        is_terminal: bool,
    ) -> io::Result<()> {
        match self.format {
            Format::Json => write_json(report, &mut *out)?,
            Format::Text => {
                let choice = AutoStream::choice(&io::stdout());
                let color = self.color.is_on(is_terminal, choice);
                write_text(report, &options(color, is_terminal, kind, self.verbose), out)?;
            }
        }
        out.flush()
    }
}

impl Color {
    fn is_on(self, is_terminal: bool, choice: ColorChoice) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => is_terminal && choice != ColorChoice::Never,
        }
    }
}

fn options(color: bool, is_terminal: bool, kind: Kind, verbose: bool) -> Options {
    let width = is_terminal.then(|| console_width().unwrap_or(80));
    Options { color, unicode: is_terminal && locale_is_utf8(), width, kind, verbose }
}

fn console_width() -> Option<usize> {
    let size =
        rustix::termios::tcgetwinsize(io::stderr()).or_else(|_| rustix::termios::tcgetwinsize(io::stdout()));
    size.ok().map(|size| usize::from(size.ws_col)).filter(|&width| width >= 20)
}

/// As setlocale(3) looks: the first of these that is set and not empty.
fn locale_is_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    let locale = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Writes the verdict of a push to standard error, which git shows.
///
/// # Errors
/// When it can't be written, but for a reader that has gone.
pub fn write_verdict(report: &Report) -> io::Result<()> {
    let is_terminal = io::stderr().is_terminal();
    let color = Color::Auto.is_on(is_terminal, AutoStream::choice(&io::stderr()));
    let mut out = BufWriter::new(io::stderr().lock());
    let written = write_text(report, &options(color, is_terminal, Kind::Push, false), &mut out);
    tolerate_closed(written.and_then(|()| out.flush()))
}

/// A line for people, on standard error.
///
/// # Errors
/// When it can't be written.
pub fn note(text: &str) -> io::Result<()> {
    tolerate_closed(writeln!(anstream::stderr(), "{text}"))
}

/// Writes a text to standard output. A closed pipe is the reader's choice, no error.
///
/// # Errors
/// Any other failure to write, such as a full disk.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    tolerate_closed(written).context("could not write to standard output").map_err(Failure::incomplete)
}

fn tolerate_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
