//! Where the literals of a program stand: an expression may take the place of a whole literal and of nothing else, be it
//! a part of another text, a comment or a key of markup.
//!
//! It reads as much of a language as that takes. What it misreads is no literal, and gets the placeholder.

use std::ops::Range;

/// A family of languages whose literals are written alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Ruby.
    Ruby,
    /// PHP, between its tags.
    Php,
    /// Go.
    Go,
    /// Java, Kotlin, Scala, Groovy.
    Java,
    /// C#.
    CSharp,
}

use Language::{CSharp, Go, Java, JavaScript, Php, Python, Ruby};

/// What is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text between single or double quotes, with them.
    Literal,
    /// Any other text: of several lines, raw, an expression to match.
    Text,
    /// A comment, or what is not of the language.
    Comment,
}

/// A stretch that is no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub range: Range<usize>,
    /// The bracket around it, as a place in [`Program::brackets`].
    pub within: Option<usize>,
}

/// An open bracket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bracket {
    /// Where it stands.
    pub at: usize,
    /// The bracket around it.
    pub within: Option<usize>,
}

/// A program, as far as it is read.
#[derive(Debug)]
pub struct Program {
    /// How it is read.
    pub language: Language,
    /// What is no code, in order.
    pub tokens: Vec<Token>,
    /// All that are opened.
    pub brackets: Vec<Bracket>,
    /// Whether every text, comment and bracket ends.
    pub is_whole: bool,
}

/// An expression to match is no longer than this.
const PATTERN: usize = 1024;

/// Reads a program.
pub fn read(text: &[u8], language: Language) -> Program {
    let program = Program { language, tokens: Vec::new(), brackets: Vec::new(), is_whole: true };
    let mut reader = Reader { text, program, at: 0, within: None, heredoc: None };
    if language == Php {
        reader.skip_to(b"<?");
    }
    while reader.at < text.len() {
        reader.step();
    }
    reader.program.is_whole &= reader.within.is_none();
    reader.program
}

impl Program {
    /// The token in which this byte stands, else the first one behind it.
    pub fn from(&self, at: usize) -> usize {
        self.tokens.partition_point(|token| token.range.end <= at)
    }

    /// Whether this byte is code.
    pub fn is_code(&self, at: usize) -> bool {
        self.tokens.get(self.from(at)).is_none_or(|token| at < token.range.start)
    }

    /// The literal that these bytes are, all of it.
    pub fn literal(&self, range: &Range<usize>) -> Option<&Token> {
        self.tokens
            .get(self.from(range.start))
            .filter(|token| token.kind == Kind::Literal && token.range == *range)
    }
}

struct Reader<'a> {
    text: &'a [u8],
    program: Program,
    at: usize,
    within: Option<usize>,
    /// The word that ends a text which begins on the next line.
    heredoc: Option<&'a [u8]>,
}

impl<'a> Reader<'a> {
    fn starts(&self, sign: &[u8]) -> bool {
        self.text[self.at..].starts_with(sign)
    }

    fn is(&self, languages: &[Language]) -> bool {
        languages.contains(&self.program.language)
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let token = Token { kind, range: self.at..end, within: self.within };
        self.program.tokens.push(token);
        self.at = end;
    }

    /// Up to and with `sign`; what never ends is not understood.
    fn end_of(&mut self, from: usize, sign: &[u8]) -> usize {
        let from = from.min(self.text.len());
        if let Some(found) = memchr::memmem::find(&self.text[from..], sign) {
            return from + found + sign.len();
        }
        self.program.is_whole = false;
        self.text.len()
    }

    fn skip_to(&mut self, sign: &[u8]) {
        let rest = &self.text[self.at..];
        let end =
            memchr::memmem::find(rest, sign).map_or(self.text.len(), |found| self.at + found + sign.len());
        self.push(Kind::Comment, end);
    }

    fn step(&mut self) {
        match self.text[self.at] {
            b'\n' => self.newline(),
            b'#' if self.is(&[Python, Ruby]) || (self.is(&[Php]) && !self.starts(b"#[")) => self.line(),
            b'?' if self.is(&[Php]) && self.starts(b"?>") => self.skip_to(b"<?"),
            b'/' if self.starts(b"//") && !self.is(&[Python, Ruby]) => self.line(),
            b'/' if self.starts(b"/*") && !self.is(&[Python, Ruby]) => {
                let end = self.end_of(self.at + 2, b"*/");
                self.push(Kind::Comment, end);
            }
            b'/' if self.is(&[JavaScript, Ruby]) && self.begins_expression() => self.pattern(),
            b'<' if self.is(&[Php, Ruby]) && self.starts(b"<<") => self.here(),
            b'`' if self.is(&[JavaScript, Go, Ruby, Php]) => self.backticks(),
            quote @ (b'"' | b'\'') => self.quoted(quote),
            b'(' | b'[' | b'{' => {
                self.program.brackets.push(Bracket { at: self.at, within: self.within });
                self.within = Some(self.program.brackets.len() - 1);
                self.at += 1;
            }
            b')' | b']' | b'}' => {
                let open = self.within.and_then(|open| self.program.brackets.get(open));
                self.program.is_whole &= open.is_some();
                self.within = open.and_then(|open| open.within);
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    /// A comment up to the end of its line; in PHP a tag ends it, too.
    fn line(&mut self) {
        let rest = &self.text[self.at..];
        let mut end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if self.is(&[Php]) {
            end = memchr::memmem::find(&rest[..end], b"?>").unwrap_or(end);
        }
        let end = self.at + end;
        self.push(Kind::Comment, end);
    }

    fn newline(&mut self) {
        self.at += 1;
        let Some(word) = self.heredoc.take() else { return };
        let mut end = self.at;
        while end < self.text.len() {
            let rest = &self.text[end..];
            let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let after = line.trim_ascii_start().strip_prefix(word);
            if after.is_some_and(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric)) {
                self.push(Kind::Text, end);
                // The word itself is code, and nothing in it matters.
                self.at += line.len() - after.unwrap_or_default().len();
                return;
            }
            end += line.len() + 1;
        }
        self.program.is_whole = false;
        self.push(Kind::Text, self.text.len());
    }

    /// `<<~WORD` of Ruby, `<<<WORD` of PHP: a text from the next line on.
    fn here(&mut self) {
        let signs = if self.is(&[Php]) { &[&b"<<<"[..]][..] } else { &[&b"<<~"[..], b"<<-"] };
        let Some(sign) = signs.iter().find(|sign| self.starts(sign)) else {
            self.at += 2;
            return;
        };
        let rest = &self.text[self.at + sign.len()..];
        let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
        let quotes = usize::from(rest.get(blanks).is_some_and(|byte| b"\"'`".contains(byte)));
        let word = &rest[blanks + quotes..];
        let length = word.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        if length > 0 {
            self.heredoc = Some(&word[..length]);
        }
        self.at += sign.len() + blanks + quotes + length + quotes;
        self.at = self.at.min(self.text.len());
    }

    /// Whether a slash here begins an expression to match: no value stands before it.
    fn begins_expression(&self) -> bool {
        let before = self.text[..self.at].trim_ascii_end();
        before.last().is_none_or(|sign| b"(=,:;!&|?{}[~".contains(sign)) || before.ends_with(b"return")
    }

    /// `/.../` on one line; else it divides.
    fn pattern(&mut self) {
        let (mut at, mut in_set) = (self.at + 1, false);
        while let Some(&byte) = self.text[..self.text.len().min(self.at + PATTERN)].get(at) {
            match byte {
                b'\n' => break,
                b'\\' => at += 1,
                b'[' => in_set = true,
                b']' => in_set = false,
                b'/' if !in_set => return self.push(Kind::Text, at + 1),
                _ => {}
            }
            at += 1;
        }
        self.at += 1;
    }

    fn backticks(&mut self) {
        if self.is(&[Go]) {
            let end = self.end_of(self.at + 1, b"`");
            return self.push(Kind::Text, end);
        }
        let end = self.closing(b'`', true, true);
        self.program.is_whole &= end.is_some();
        self.push(Kind::Text, end.unwrap_or(self.text.len()));
    }

    fn quoted(&mut self, quote: u8) {
        let long = [quote; 3];
        if self.starts(&long) && (self.is(&[Python]) || (quote == b'"' && self.is(&[Java, CSharp]))) {
            let mut from = self.at + 3;
            loop {
                let end = self.end_of(from, &long);
                let slashes =
                    self.text[..end.saturating_sub(3)].iter().rev().take_while(|byte| **byte == b'\\');
                // An escaped quote does not end it.
                if slashes.count() % 2 == 0 || end == self.text.len() {
                    return self.push(Kind::Text, end);
                }
                from = end - 2;
            }
        }
        let verbatim = quote == b'"'
            && self.is(&[CSharp])
            && self.text[..self.at].iter().rev().take(2).any(|byte| *byte == b'@');
        let is_long = verbatim || self.is(&[Ruby, Php]);
        match self.closing(quote, is_long, !verbatim) {
            Some(end) => self.push(if verbatim { Kind::Text } else { Kind::Literal }, end),
            // No text after all, or a broken one: what follows on its line can't be told.
            None => {
                self.program.is_whole = false;
                let rest = &self.text[self.at..];
                let line = memchr::memchr(b'\n', rest).filter(|_| !is_long).unwrap_or(rest.len());
                self.push(Kind::Text, self.at + line);
            }
        }
    }

    /// Behind the quote that closes the one here.
    fn closing(&self, quote: u8, is_long: bool, has_escapes: bool) -> Option<usize> {
        let mut at = self.at + 1;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'\\' if has_escapes => at += 1,
                b'\n' if !is_long => return None,
                _ if byte == quote => return Some(at + 1),
                _ => {}
            }
            at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The literals of a program, with their quotes.
    fn literals(language: Language, text: &str) -> Vec<&str> {
        let tokens = read(text.as_bytes(), language).tokens.into_iter();
        tokens.filter(|token| token.kind == Kind::Literal).map(|token| &text[token.range]).collect()
    }

    #[test]
    fn literals_are_told_from_what_looks_like_them() {
        let cases: &[(Language, &str, &[&str])] = &[
            (Python, "a = 'x' # 'y'\nb = \"don't\"\n", &["'x'", "\"don't\""]),
            (Python, "'''a \"b\" \\''' c'''\nd = 'e\\'f'\n", &["'e\\'f'"]),
            (Python, "a = 'open\nb = 'x'\n", &["'x'"]),
            (JavaScript, "a = /[\"/]/; b = 'x' // 'y'\n", &["'x'"]),
            (JavaScript, "a = b / c; d = 'x' / 2", &["'x'"]),
            (JavaScript, "a = `k = 'v'`; /* 'w' */ b = 'x'", &["'x'"]),
            (Ruby, "a = <<~SQL\n  p = 'v'\nSQL\nb = 'x'\n", &["'x'"]),
            (Ruby, "a << 'x'\nb = \"one\n p = 'v'\"\n", &["'x'", "\"one\n p = 'v'\""]),
            (Php, "<a b='c'><?php $x = 'y'; # don't\n ?> it's <?= 'z' ?>", &["'y'", "'z'"]),
            (Php, "<?php $x = <<<'EOT'\n a = 'b'\n EOT;\n$y = 'z';", &["'z'"]),
            (Go, "a := `k = \"v\"`\nb := \"x\" // \"y\"\nc := '\"'\n", &["\"x\"", "'\"'"]),
            (Java, "a = \"\"\"\n k = \"v\"\n\"\"\"; b = \"x\"", &["\"x\""]),
            (CSharp, "a = @\"c:\\\"; b = \"x\";", &["\"x\""]),
        ];
        for (language, text, expected) in cases {
            assert_eq!(literals(*language, text), *expected, "{text}");
        }
    }

    #[test]
    fn a_program_that_is_cut_off_is_not_whole() {
        for (language, whole) in
            [(Python, "a = ('x', [1])\n"), (Go, "f(`\n`) /* */"), (Ruby, "a = <<-B\nB\n")]
        {
            assert!(read(whole.as_bytes(), language).is_whole, "{whole}");
            for broken in [&format!("{whole}("), &format!("{whole}]"), &format!("{whole}'x\n")] {
                assert!(!read(broken.as_bytes(), language).is_whole, "{broken}");
            }
        }
    }

    /// Any bytes: it ends, and the tokens are in order and lie in the text.
    #[test]
    fn any_text_is_read_to_its_end() {
        let pieces =
            ["\"", "'", "\\", "\n", "`", "<<~A", "<<<A", "A", "/*", "*/", "//", "/", "#", "(", "]", "?>"];
        let mut seed = 7_u32;
        for _ in 0..3000 {
            let mut text = String::from("<?");
            for _ in 0..12 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
            }
            for language in [Python, JavaScript, Ruby, Php, Go, Java, CSharp] {
                let tokens = read(text.as_bytes(), language).tokens;
                let mut at = 0;
                for token in tokens {
                    assert!(at <= token.range.start && token.range.end <= text.len(), "{text}");
                    at = token.range.end;
                }
            }
        }
    }
}
