//! One content, streamed: decoded, cut into overlapping windows, looked at, placed in lines and columns.
//!
//! A hit counts in exactly one window: from the end of the window's lead to the beginning of its tail. So it is exact
//! across borders for everything that is shorter than the tail.

use super::inline::marks::{Mark, Marks};
use super::inline::{self, Inline};
use super::room::{Room, Short};
use bstr::ByteSlice;
use std::sync::Arc;
use vetogate_core::text::{escape, shorten};
use vetogate_core::{Confidence, Fuel, Packs, Rule, Secret, Severity, Span};
use vetogate_detect::matching::Candidates;
use vetogate_detect::{Hit, Text, literal, registry};
use vetogate_syntax::encoding::{self, Encoding};
use vetogate_syntax::path::PathHints;

/// Bytes that are looked at in one go.
const WINDOW: usize = 1 << 20;
/// Bytes before a window that are context only.
const LEAD: usize = 4 << 10;
/// Bytes at the end of a window that the next one looks at again. No rule reaches further.
const TAIL: usize = 32 << 10;
/// Bytes from which the encoding is told.
const HEAD: usize = 4096;
/// Shortest run of wide characters in a binary that is looked at.
const WIDE: usize = 12;

/// Something found, placed, with its value in memory.
#[derive(Debug, Clone)]
pub struct RawHit {
    /// Which rule.
    pub rule: Arc<Rule>,
    /// The complete value; of a pair, each part.
    pub values: Vec<Secret>,
    /// What it is assigned to, escaped.
    pub identifier: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// How severe, by the rule, or by another that found the same.
    pub severity: Severity,
    /// Whether the value could be guessed.
    pub guessable: bool,
    /// Whether the value is no secret.
    pub is_shown: bool,
    /// What is said of this very hit.
    pub note: Option<String>,
    /// Where.
    pub span: Span,
    /// The match, with its own values masked, escaped.
    pub snippet: String,
    /// An ignore beside it.
    pub inline: Option<Inline>,
    /// The first ignores of ours beside it, whatever they are about.
    pub marks: Vec<Mark>,
}

/// Looks at a content piece by piece.
pub struct Scanner {
    hints: PathHints,
    packs: Packs,
    /// For hits of packs, however long the content is.
    pack_fuel: Fuel,
    head: Vec<u8>,
    encoding: Option<Encoding>,
    odd: Vec<u8>,
    text: Vec<u8>,
    lead: usize,
    line: u64,
    column: u64,
    is_start: bool,
    is_binary: bool,
    exhausted: bool,
    hits: Vec<RawHit>,
    room: Room,
    /// Ignores of ours, where they are asked for.
    marks: Option<Marks>,
    /// The same content as plain bytes: two bytes at its beginning must not hide the rest.
    plain: Option<Box<Scanner>>,
}

impl Scanner {
    /// For a content whose path says this.
    pub fn new(hints: PathHints) -> Self {
        Self {
            hints,
            packs: Packs::default(),
            pack_fuel: Fuel::new(literal::MOST),
            head: Vec::new(),
            encoding: None,
            odd: Vec::new(),
            text: Vec::new(),
            lead: 0,
            line: 1,
            column: 1,
            is_start: true,
            is_binary: false,
            exhausted: false,
            hits: Vec::new(),
            room: Room::default(),
            marks: None,
            plain: None,
        }
    }

    /// As [`new`](Self::new), for all ignores of ours, too.
    pub fn with_marks(hints: PathHints) -> Self {
        Self { marks: Some(Marks::default()), ..Self::new(hints) }
    }

    /// With the rules of these packs.
    #[must_use]
    pub fn with(self, packs: Packs) -> Self {
        Self { packs, ..self }
    }

    /// That keeps no more hits than there is room for.
    #[must_use]
    pub fn within(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, piece: &[u8]) {
        if self.encoding.is_some() {
            return self.take(piece);
        }
        self.head.extend_from_slice(piece);
        if self.head.len() >= HEAD {
            self.begin();
        }
    }

    /// Ends, with all hits in order, and with what is missing where a bound was reached.
    pub fn finish(self) -> (Vec<RawHit>, Option<Short>) {
        let (hits, short, _) = self.finish_with_marks();
        (hits, short)
    }

    /// As [`finish`](Self::finish), with the ignores that were asked for.
    pub fn finish_with_marks(mut self) -> (Vec<RawHit>, Option<Short>, Marks) {
        if self.encoding.is_none() {
            self.begin();
        }
        self.look(true);
        if let Some(plain) = self.plain.take() {
            let (hits, short) = plain.finish();
            let known = |hit: &RawHit| {
                self.hits.iter().any(|known| known.rule.id == hit.rule.id && known.values == hit.values)
            };
            let more: Vec<RawHit> = hits.into_iter().filter(|hit| !known(hit)).collect();
            self.hits.extend(more);
            self.room.short = self.room.short.max(short);
        }
        self.hits.sort_by(|a, b| (a.span, &a.rule.id).cmp(&(b.span, &b.rule.id)));
        let short = if self.exhausted { Some(Short::Unseen) } else { self.room.short };
        (self.hits, short, self.marks.unwrap_or_default())
    }

    fn begin(&mut self) {
        let head = std::mem::take(&mut self.head);
        let encoding = Encoding::detect(&head);
        self.is_binary = encoding == Encoding::Bytes && memchr::memchr(0, &head).is_some();
        self.encoding = Some(encoding);
        if encoding == Encoding::Bytes && head.starts_with(b"\xef\xbb\xbf") {
            // No editor counts the byte order mark.
            self.column = 0;
        }
        if encoding != Encoding::Bytes {
            let plain = Self::new(self.hints).with(self.packs).within(self.room);
            let plain = Self { encoding: Some(Encoding::Bytes), ..plain };
            self.plain = Some(Box::new(plain));
        }
        self.take(&head);
    }

    fn take(&mut self, mut piece: &[u8]) {
        if let Some(plain) = &mut self.plain {
            plain.take(piece);
        }
        while !piece.is_empty() {
            let room = (WINDOW + LEAD + TAIL).saturating_sub(self.text.len()).max(2);
            let (now, later) = piece.split_at(piece.len().min(room));
            self.append(now);
            piece = later;
            if self.text.len() >= WINDOW + LEAD + TAIL {
                self.look(false);
            }
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let encoding = self.encoding.unwrap_or(Encoding::Bytes);
        if encoding == Encoding::Bytes {
            return self.text.extend_from_slice(bytes);
        }
        self.odd.extend_from_slice(bytes);
        // Neither a surrogate pair nor a unit must be cut: four bytes and more are kept until the end.
        let unit = if matches!(encoding, Encoding::Utf32Le | Encoding::Utf32Be) { 4 } else { 2 };
        let whole = self.odd.len().saturating_sub(4) / unit * unit;
        let rest = self.odd.split_off(whole);
        let ready = std::mem::replace(&mut self.odd, rest);
        self.text.extend_from_slice(encoding::to_utf8(&ready, encoding).as_bytes());
    }

    fn look(&mut self, is_last: bool) {
        if is_last && !self.odd.is_empty() {
            let rest = std::mem::take(&mut self.odd);
            let encoding = self.encoding.unwrap_or(Encoding::Bytes);
            self.text.extend_from_slice(encoding::to_utf8(&rest, encoding).as_bytes());
        }
        let until = if is_last { self.text.len() } else { self.text.len() - TAIL };
        let text = std::mem::take(&mut self.text);
        let mut found = self.detect(&text);
        found.retain(|hit| hit.span.start >= self.lead && (hit.span.start < until || is_last));
        found.sort_by_key(|hit| begin(&text, hit));
        self.room.take(&mut found);
        let mut ruler = Ruler::new(&text, self.line, self.column);
        let placed: Vec<RawHit> = found.iter().map(|hit| place(&mut ruler, hit)).collect();
        self.hits.extend(placed);
        if let Some(marks) = &mut self.marks {
            let mut ruler = Ruler::new(&text, self.line, self.column);
            marks.take(&text, self.lead..until, |at| ruler.at(at).0);
        }
        if self.is_binary || memchr::memchr(0, &text).is_some() {
            self.look_wide(&text, until);
        }
        let keep = until.saturating_sub(LEAD);
        if keep > 0 {
            (self.line, self.column) = Ruler::new(&text, self.line, self.column).at(keep);
        }
        self.lead = until - keep;
        self.text = text;
        self.text.drain(..keep);
        self.is_start = false;
    }

    fn detect(&mut self, bytes: &[u8]) -> Vec<Hit> {
        let (candidates, hints) = (Candidates::of(bytes), self.hints);
        let (is_start, is_binary) = (self.is_start, self.is_binary);
        let text = Text { bytes, candidates: &candidates, is_start, is_binary, hints };
        let mut fuel = Fuel::new((1 << 20) + 48 * bytes.len() as u64);
        let mut hits = Vec::new();
        for detector in registry::BLOB {
            detector.scan(&text, &mut fuel, &mut hits);
        }
        if let Some(literal) = registry::literal(self.packs) {
            literal.scan(&text, &mut self.pack_fuel, &mut hits);
        }
        self.exhausted |= fuel.is_exhausted() || self.pack_fuel.is_exhausted();
        hits
    }

    /// Wide characters inside other bytes: each run is a line of a text of its own, placed where it begins.
    fn look_wide(&mut self, text: &[u8], until: usize) {
        let runs = encoding::wide_runs(text, WIDE);
        if runs.is_empty() {
            return;
        }
        let mut narrow = Vec::new();
        let mut starts = Vec::new();
        for run in &runs {
            starts.push((narrow.len(), run.start));
            narrow.extend_from_slice(&run.text);
            narrow.push(b'\n');
        }
        let mut ruler = Ruler::new(text, self.line, self.column);
        let mut found = self.detect(&narrow);
        self.room.take(&mut found);
        for hit in found {
            let (begin, start) = starts[starts.partition_point(|(begin, _)| *begin <= hit.span.start) - 1];
            let at = start + 2 * (hit.span.start - begin);
            if at < self.lead || at >= until {
                continue;
            }
            let (line, column) = ruler.at(at);
            let width = 2 * hit.span.len() as u64;
            let span = Span { line, column, end_line: line, end_column: column + width };
            // Its lines are none of the content's.
            self.hits.push(RawHit { marks: Vec::new(), ..raw_hit(&narrow, &hit, span) });
        }
    }
}

fn place(ruler: &mut Ruler<'_>, hit: &Hit) -> RawHit {
    let (line, column) = ruler.at(begin(ruler.text, hit));
    let (end_line, end_column) = ruler.at(hit.secret_spans[0].end);
    raw_hit(ruler.text, hit, Span { line, column, end_line, end_column })
}

fn raw_hit(text: &[u8], hit: &Hit, span: Span) -> RawHit {
    let beside = inline::find(text, begin(text, hit), span.line, &hit.rule);
    RawHit {
        rule: Arc::clone(&hit.rule),
        values: hit.values.clone(),
        identifier: hit.identifier.as_deref().map(|name| escape(name.as_bytes())),
        confidence: hit.confidence,
        severity: hit.rule.severity,
        guessable: hit.guessable,
        is_shown: hit.is_shown,
        note: hit.note.clone(),
        span,
        snippet: snippet(text, hit),
        inline: beside.inline,
        marks: beside.marks,
    }
}

/// Lines and columns of rising offsets: the text is read once, however many are asked for.
struct Ruler<'a> {
    text: &'a [u8],
    begin: (u64, u64),
    offset: usize,
    here: (u64, u64),
}

impl<'a> Ruler<'a> {
    /// For a text that begins at this line and column.
    fn new(text: &'a [u8], line: u64, column: u64) -> Self {
        Self { text, begin: (line, column), offset: 0, here: (line, column) }
    }

    fn at(&mut self, offset: usize) -> (u64, u64) {
        if offset < self.offset {
            (self.offset, self.here) = (0, self.begin);
        }
        let (line, column) = self.here;
        let passed = &self.text[self.offset..offset];
        let newlines = memchr::memchr_iter(b'\n', passed).count() as u64;
        self.here = match memchr::memrchr(b'\n', passed) {
            Some(last) => (line + newlines, passed[last + 1..].chars().count() as u64 + 1),
            None => (line, column + passed.chars().count() as u64),
        };
        self.offset = offset;
        let (line, column) = self.here;
        (line, column.max(1))
    }
}

/// Where people look for it: the head of a block, else the value itself.
fn begin(text: &[u8], hit: &Hit) -> usize {
    if is_block(text, hit) { hit.span.start } else { hit.secret_spans[0].start }
}

/// Whether the value is the body of something that has a head, such as `-----BEGIN ...`.
fn is_block(text: &[u8], hit: &Hit) -> bool {
    let value = &hit.secret_spans[0];
    let has_head = hit.span.start < value.start && hit.secret_spans.len() == 1;
    has_head && (text[hit.span.start..].starts_with(b"----") || text[value.clone()].contains(&b'\n'))
}

/// The first line of the head of such a block.
fn head(text: &[u8], hit: &Hit) -> String {
    let head = &text[hit.span.start..hit.secret_spans[0].start];
    let line = head.lines().next().unwrap_or_default();
    // What one line of a string holds goes on with an escaped line break.
    let line = line.find("\\n").map_or(line, |end| &line[..end]);
    format!("{}...", escape(line.trim_end()))
}

/// The match with its values masked: its first line, escaped, of at most 120 characters.
fn snippet(text: &[u8], hit: &Hit) -> String {
    if is_block(text, hit) {
        return shorten(&head(text, hit), 120);
    }
    let mut out = String::new();
    let mut at = hit.span.start;
    let mut parts: Vec<_> = hit.secret_spans.iter().zip(&hit.values).filter(|_| !hit.is_shown).collect();
    parts.sort_by_key(|(span, _)| span.start);
    for (span, value) in parts {
        if span.start >= at && span.end <= hit.span.end {
            out.push_str(&escape(&text[at..span.start]));
            out.push_str(&value.masked());
            at = span.end;
        }
    }
    let rest = &text[at..hit.span.end.max(at)];
    // One sign after the value is where the rule saw its end, and no part of it.
    if !matches!(rest, [sign] if !sign.is_ascii_alphanumeric()) {
        out.push_str(&escape(rest));
    }
    shorten(&out, 120)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;

    fn scan(content: &[u8], piece: usize) -> Vec<RawHit> {
        let mut scanner = Scanner::new(PathHints::of(b"a.conf"));
        content.chunks(piece).for_each(|piece| scanner.feed(piece));
        scanner.finish().0
    }

    fn token() -> String {
        generate("{crc32-base62:ghp_}").unwrap()
    }

    #[test]
    fn a_token_is_found_once_wherever_the_borders_fall() {
        for at in
            [0, WINDOW - 20, WINDOW + LEAD - 20, WINDOW + LEAD + 5, WINDOW + LEAD + TAIL - 20, 3 * WINDOW]
        {
            let content = [" ".repeat(at), token(), "\n".repeat(2 * WINDOW)].concat();
            let hits = scan(content.as_bytes(), 65_521);
            assert_eq!(hits.len(), 1, "at {at}");
            assert_eq!((hits[0].span.line, hits[0].span.column), (1, at as u64 + 1));
        }
    }

    /// No editor counts a byte order mark; one in the midst of a text is a character.
    #[test]
    fn a_byte_order_mark_is_no_column() {
        let token = generate("{crc32-base62:ghp_}").unwrap();
        let place = |content: &str| {
            let mut scanner = Scanner::new(PathHints::of(b"a.txt"));
            content.as_bytes().chunks(7).for_each(|piece| scanner.feed(piece));
            let span = scanner.finish().0[0].span;
            (span.line, span.column, span.end_column - span.column)
        };
        let long = "x\n".repeat(WINDOW);
        for text in [format!("a = {token}\n"), format!("{token}\n"), format!("\n  {token}\n"), long + &token]
        {
            assert_eq!(place(&format!("\u{feff}{text}")), place(&text));
        }
        let far = format!("{}{token}\n", "x ".repeat(WINDOW));
        assert_eq!(place(&format!("\u{feff}{far}")), place(&far), "beyond the first window");
        assert_eq!(place(&format!("a\u{feff} {token}")).1, 4);
    }

    #[test]
    fn lines_and_columns_go_on_across_windows() {
        let content = ["é\r\n".repeat(WINDOW), "é ".into(), token()].concat();
        let hits = scan(content.as_bytes(), 10_000);
        assert_eq!((hits[0].span.line, hits[0].span.column), (WINDOW as u64 + 1, 3));
    }

    #[test]
    fn every_encoding_is_read() {
        let line = format!("token = {} # caf", token());
        let wide = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        let wider = |text: &str, unit: fn(char) -> [u8; 4]| text.chars().flat_map(unit).collect::<Vec<u8>>();
        let contents = [
            wider(&format!("\u{feff}{line}\u{e9}"), |c| u32::from(c).to_le_bytes()),
            wider(&format!("\u{feff}{line}\u{e9}"), |c| u32::from(c).to_be_bytes()),
            [line.as_bytes(), b"\xe9"].concat(),
            [b"\x00\x01\x02".as_slice(), line.as_bytes(), b"\x00"].concat(),
            wide(&format!("\u{feff}{line}"), false),
            wide(&format!("\u{feff}{line}"), true),
            wide(&line, false),
            wide(&line, true),
            [b"\xff\xfe".as_slice(), line.as_bytes()].concat(),
            [b"\xfe\xff\n".as_slice(), line.as_bytes()].concat(),
            [b"\x7fELF\x01\x00\x01\x07\x03".repeat(900).as_slice(), &wide(&line, false), b"\x01\x02"]
                .concat(),
        ];
        for (index, content) in contents.iter().enumerate() {
            for piece in [7, 100_000] {
                assert_eq!(scan(content, piece).len(), 1, "content {index} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_key_in_pem_form_is_where_it_begins() {
        let key = ["RSA PRIVATE", " KEY"].concat();
        let block = generate(&format!("{{pem:{key}}}")).unwrap();
        let escaped = generate(&format!("{{pem-escaped:{key}}}")).unwrap();
        let indented = format!("key: |\n  {}", block.replace('\n', "\n  "));
        let locked = format!(
            "-----BEGIN {key}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{}\n\n{}\n-----END {key}-----\n",
            generate("{HEX:32}").unwrap(),
            generate("{lines:608}").unwrap()
        );
        let string = format!("k = \"{escaped}\"");
        for (content, place) in [(&block, (1, 1)), (&indented, (2, 3)), (&string, (1, 6)), (&locked, (1, 1))]
        {
            let hits = scan(content.as_bytes(), 1000);
            assert_eq!(hits.len(), 1, "{content}");
            assert_eq!((hits[0].span.line, hits[0].span.column), place);
            assert_eq!(hits[0].snippet, format!("-----BEGIN {key}-----..."));
        }
    }

    #[test]
    fn the_snippet_shows_four_characters_at_most() {
        let token = token();
        let hits = scan(format!("token = \"{token}\"").as_bytes(), 100);
        assert!(hits[0].snippet.starts_with("ghp_..."));
        assert!(!hits[0].snippet.contains(&token[4..8]));
        assert!(!format!("{hits:?}").contains(&token[8..]));
    }
}
