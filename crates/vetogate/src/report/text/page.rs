//! Lines on a terminal: guarded, wrapped, coloured. Every byte of the text report goes through here.

use anstyle::Style;
use std::io::{self, Write};
use vetogate_core::text::guard;

/// Less than this is no width that text can be wrapped to.
const NARROWEST: usize = 20;

/// Where lines are written.
pub struct Page<'a> {
    out: &'a mut dyn Write,
    color: bool,
    width: Option<usize>,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub fn new(out: &'a mut dyn Write, color: bool, width: Option<usize>) -> Self {
        Self { out, color, width: width.map(|width| width.max(NARROWEST)) }
    }

    /// An empty line.
    pub fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// A line in one style.
    pub fn line(&mut self, style: Style, text: &str) -> io::Result<()> {
        for line in wrap(&guard(text), 0, 0, self.width) {
            self.painted(style, &line)?;
            self.blank()?;
        }
        Ok(())
    }

    /// A label in a style, and text that hangs from it.
    pub fn field(&mut self, label: &str, style: Style, text: &str) -> io::Result<()> {
        let label = guard(label);
        let hanging = columns(&label).min(4);
        let lines = wrap(&guard(text), columns(&label), hanging, self.width);
        let (head, space) = label.split_at(label.trim_end().len());
        self.painted(style, head)?;
        self.out.write_all(space.as_bytes())?;
        for (index, line) in lines.iter().enumerate() {
            let indent = if index == 0 { 0 } else { hanging };
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    /// A field, where there is something to say.
    pub fn field_if(&mut self, label: &str, style: Style, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.field(label, style, text) }
    }

    /// The last line. It is never wrapped, so that a script can take it apart.
    pub fn verdict(&mut self, style: Style, decision: &str, counts: &str) -> io::Result<()> {
        self.out.write_all(b"veto: ")?;
        self.painted(style, &guard(decision))?;
        writeln!(self.out, ", {}", guard(counts))
    }

    fn painted(&mut self, style: Style, text: &str) -> io::Result<()> {
        if self.color && !style.is_plain() && !text.is_empty() {
            write!(self.out, "{style}{text}{style:#}")
        } else {
            self.out.write_all(text.as_bytes())
        }
    }
}

/// Breaks at spaces, so that a path can still be copied. `used` columns of the first line are taken.
fn wrap(text: &str, used: usize, indent: usize, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let mut lines = vec![String::new()];
    let mut column = used;
    let mut first = true;
    for word in text.split(' ') {
        let length = columns(word);
        if !first && column + 1 + length > width {
            lines.push(word.to_owned());
            column = indent + length;
        } else if let Some(line) = lines.last_mut() {
            let space = if first { "" } else { " " };
            line.push_str(space);
            line.push_str(word);
            column += space.len() + length;
        }
        first = false;
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Columns that the text takes: East Asian wide characters and emoji take two.
fn columns(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}'
            | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn wraps_at_spaces_only_and_keeps_long_words() {
        assert_eq!(wrap("aa bb cc", 0, 0, Some(5)), ["aa bb", "cc"]);
        assert_eq!(wrap("aa  bb", 3, 4, Some(20)), ["aa  bb"]);
        assert_eq!(wrap("a/very/long/path b", 0, 0, Some(5)), ["a/very/long/path", "b"]);
        assert_eq!(wrap("aa bb", 0, 0, None), ["aa bb"]);
        assert_eq!(wrap("漢字 漢字", 0, 0, Some(8)), ["漢字", "漢字"]);
    }
}
