//! What is taken out: the hits that were chosen, and where their values stand in a content.
//!
//! A strong value is searched for everywhere in what is rewritten. A guessable one (`admin`) is replaced at the spans
//! of its hits only: as a substring it may stand anywhere.

mod replace;

use super::reference::Style;
use crate::engine::findings::Candidate;
use crate::engine::workers::PROSE;
use crate::report::steps::variable_name;
use bstr::ByteSlice;
use memchr::memmem;
use replace::{Replaced, Span, Unit, decoded, encode, joined, replace};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use vetogate_core::{Fuel, ObjectId, Packs, Place, Secret};
use vetogate_detect::matching::Candidates;
use vetogate_detect::{Hit, Text, literal, registry};
use vetogate_syntax::encoding::Encoding;
use vetogate_syntax::path::PathHints;

/// A value that is shorter or more regular than this may stand in innocent text.
const STRONG_LENGTH: usize = 16;
const STRONG_BITS: f64 = 60.0;

/// A shorter one is not searched for: it stands in ordinary words.
const SEARCHED: usize = 6;

/// At most so many guessable values are.
pub const MOST: usize = 64;

/// Bytes from which it is told whether a content is binary; as the engine does.
const HEAD: usize = 4096;

/// The values to take out.
#[derive(Default)]
pub struct Targets {
    fingerprints: HashSet<String>,
    /// That found any of them.
    packs: Packs,
    strong: Vec<Strong>,
    /// Values that are replaced at the spans of their hits only.
    weak: Vec<Secret>,
    /// Whether there is one that is too short to be searched for.
    has_short: bool,
    /// Where chosen hits stand.
    places: HashMap<Option<ObjectId>, HashSet<Place>>,
}

struct Strong {
    value: Secret,
    name: Option<String>,
    is_named: bool,
}

impl Targets {
    /// Of the candidates with these fingerprints.
    pub fn choose(candidates: &[Candidate], fingerprints: HashSet<String>) -> Self {
        let mut targets = Self { fingerprints, ..Self::default() };
        for candidate in candidates {
            if targets.fingerprints.contains(&candidate.fingerprint()) {
                let places = targets.places.entry(candidate.blob).or_default();
                places.insert(candidate.place.clone());
                targets.packs = targets.packs.and(Packs::needed_by(&candidate.hit.rule.id));
                targets.add_strong(candidate);
                targets.add_weak(candidate);
            }
        }
        targets.sort_weak();
        // The longer one first, where one value is a part of another.
        targets.strong.sort_by_key(|strong| std::cmp::Reverse(strong.value.expose().len()));
        targets
    }

    fn add_weak(&mut self, candidate: &Candidate) {
        for value in &candidate.hit.values {
            let value = value.expose().trim();
            if value.len() < SEARCHED {
                self.has_short = true;
            } else if !value.iter().any(|byte| b"\n\r\0".contains(byte)) {
                self.weak.push(Secret::new(value));
            }
        }
    }

    /// Each once, without those that are replaced everywhere.
    fn sort_weak(&mut self) {
        self.weak.sort_by(|a, b| b.expose().len().cmp(&a.expose().len()).then(a.expose().cmp(b.expose())));
        self.weak.dedup_by(|a, b| a.expose() == b.expose());
        let strong = &self.strong;
        self.weak.retain(|value| !strong.iter().any(|known| known.value == *value));
    }

    /// Values that stay where they were not found, the longer ones first.
    pub fn weak(&self) -> &[Secret] {
        &self.weak
    }

    /// Whether there is a value that is too short to be searched for.
    pub fn has_short(&self) -> bool {
        self.has_short
    }

    /// Whether such a value stands in a text.
    pub fn is_weak_in(&self, text: &[u8]) -> bool {
        self.weak.iter().take(MOST).any(|value| memmem::find(text, value.expose()).is_some())
    }

    fn add_strong(&mut self, candidate: &Candidate) {
        let hit = &candidate.hit;
        let is_strong = |value: &&Secret| {
            !hit.guessable && value.expose().len() >= STRONG_LENGTH && value.entropy_bits() >= STRONG_BITS
        };
        for (index, value) in hit.values.iter().enumerate().filter(|(_, value)| is_strong(value)) {
            let name = name_of(index, hit.identifier.as_deref(), &hit.rule.id);
            let is_named = name.is_some() && hit.identifier.is_some();
            // The newlines around the body of a key are the file's.
            let value = Secret::new(value.expose().trim());
            match self.strong.iter_mut().find(|known| known.value == value) {
                // What is assigned to a name says more than the rule.
                Some(known) if is_named && !known.is_named => {
                    (known.name, known.is_named) = (name, true);
                }
                Some(_) => {}
                None => self.strong.push(Strong { value, name, is_named }),
            }
        }
    }

    /// Whether nothing is to be taken out.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether a strong value stands in a text, as it is or in wide characters.
    pub fn stands_in(&self, text: &[u8]) -> bool {
        self.strong.iter().any(|strong| memmem::find(text, strong.value.expose()).is_some())
            || (memchr::memchr(0, text).is_some() && !self.strong_spans(text).is_empty())
    }

    /// The content of a blob with the values taken out; `None` where none stands in it.
    pub fn blob(&self, oid: ObjectId, content: &[u8], path: &[u8], place: &Place) -> Option<Replaced> {
        let places = self.places_of(oid, place);
        if places.is_empty() && !self.stands_in(content) {
            return None;
        }
        let hints = PathHints::of(path);
        let style = Style::of(path);
        let encoding = Encoding::detect(&content[..content.len().min(HEAD)]);
        let wide = decoded(content, encoding).and_then(|(mark, text)| {
            let replaced = self.text(text.as_bytes(), hints, &places, style)?;
            let text = String::from_utf8_lossy(&replaced.content).into_owned();
            Some(Replaced { content: [mark, encode(&text, encoding)].concat(), ..replaced })
        });
        // Two bytes at its beginning don't make a text wide.
        wide.or_else(|| self.text(content, hints, &places, style))
    }

    /// A message, a header, a tag: prose.
    pub fn prose(&self, text: &[u8], place: &Place) -> Option<Replaced> {
        let is_hit = self.is_hit(place);
        let places = if is_hit { vec![place] } else { Vec::new() };
        self.text(text, PROSE, &places, Style::Plain)
    }

    /// Whether a blob holds a chosen hit.
    pub fn has(&self, blob: ObjectId) -> bool {
        self.places.contains_key(&Some(blob))
    }

    /// Where a blob holds a chosen hit: at this place, or as a note, whose path says nothing.
    fn places_of(&self, blob: ObjectId, place: &Place) -> Vec<&Place> {
        let fits = |at: &Place| at == place || matches!(at, Place::Note(_));
        self.places.get(&Some(blob)).into_iter().flatten().filter(|at| fits(at)).collect()
    }

    /// Whether a chosen hit stands at a place that is no blob.
    fn is_hit(&self, place: &Place) -> bool {
        self.places.get(&None).is_some_and(|places| places.contains(place))
    }

    /// The ranges of a path at which values stand.
    pub fn in_name(&self, path: &[u8], place: &Place) -> Vec<Range<usize>> {
        let mut spans = self.strong_spans(path);
        if self.is_hit(place) {
            // As the engine looks at names: each is a line of a text.
            let line = [b"\n", path, b"\n"].concat();
            let hits = self.hit_spans(&line, PROSE, place, false);
            let within = |span: Span| {
                let range = span.range.start.checked_sub(1)?..(span.range.end - 1).min(path.len());
                Some(Span { range, ..span })
            };
            spans.extend(hits.into_iter().filter_map(within));
        }
        joined(spans).into_iter().map(|span| span.range).collect()
    }

    fn text(&self, text: &[u8], hints: PathHints, places: &[&Place], style: Style) -> Option<Replaced> {
        let is_binary = memchr::memchr(0, &text[..text.len().min(HEAD)]).is_some();
        let hits = |place: &&Place| self.hit_spans(text, hints, place, is_binary);
        let mut spans: Vec<Span> = places.iter().flat_map(hits).collect();
        spans.extend(self.strong_spans(text));
        let spans = joined(spans);
        (!spans.is_empty()).then(|| replace(text, &spans, style, is_binary))
    }

    /// Where the chosen hits stand.
    fn hit_spans(&self, bytes: &[u8], hints: PathHints, place: &Place, is_binary: bool) -> Vec<Span> {
        let candidates = Candidates::of(bytes);
        let text = Text { bytes, candidates: &candidates, is_start: true, is_binary, hints };
        let mut fuel = Fuel::new((1 << 20) + 48 * bytes.len() as u64);
        let mut hits = Vec::new();
        for detector in registry::BLOB {
            detector.scan(&text, &mut fuel, &mut hits);
        }
        if let Some(literal) = registry::literal(self.packs) {
            literal.scan(&text, &mut Fuel::new(literal::MOST), &mut hits);
        }
        let place = place.to_string();
        let chosen = hits.into_iter().filter(|hit| self.fingerprints.contains(&fingerprint(hit, &place)));
        chosen.flat_map(|hit| spans_of(bytes, &hit)).collect()
    }

    fn strong_spans(&self, text: &[u8]) -> Vec<Span> {
        let has_zeros = memchr::memchr(0, text).is_some();
        let mut spans = Vec::new();
        for Strong { value, name, .. } in &self.strong {
            let mut search = |needle: &[u8], unit| {
                let found = memmem::find_iter(text, needle);
                spans.extend(found.map(|at| Span { range: at..at + needle.len(), name: name.clone(), unit }));
            };
            search(value.expose(), Unit::Byte);
            if has_zeros {
                search(&value.expose().iter().flat_map(|&byte| [byte, 0]).collect::<Vec<u8>>(), Unit::Little);
                search(&value.expose().iter().flat_map(|&byte| [0, byte]).collect::<Vec<u8>>(), Unit::Big);
            }
        }
        for span in spans.iter_mut().filter(|span| span.unit == Unit::Byte) {
            let head = text[..span.range.start].trim_end();
            let head = &head[head.len().saturating_sub(HEADER)..];
            if head.ends_with(b"-----") && head.find("-----BEGIN ").is_some() {
                span.range.end = end_of_block(text, &span.range);
            }
        }
        spans
    }
}

/// The longest line that begins a block such as `-----BEGIN PGP PRIVATE KEY BLOCK-----`.
const HEADER: usize = 80;

/// Where the body of a block ends: a rule looks no further than its window, and what lies behind is secret too.
fn end_of_block(text: &[u8], body: &Range<usize>) -> usize {
    let rest = &text[body.end..];
    let end = ["-----END ", "-----BEGIN "].iter().filter_map(|line| rest.find(line)).min();
    let is_body = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\\\r\n \t".contains(byte);
    let end = end.unwrap_or_else(|| rest.iter().take_while(|byte| is_body(byte)).count());
    body.end + rest[..end].trim_end().len()
}

/// The variable's name that the veto gives for a value; the other parts of a pair are called as what they are assigned
/// to.
fn name_of(index: usize, identifier: Option<&str>, rule: &str) -> Option<String> {
    (index == 0).then(|| variable_name(identifier, rule))
}

/// The fingerprint of a hit, as [`Candidate::fingerprint`] makes it.
fn fingerprint(hit: &Hit, place: &str) -> String {
    let identifier = hit.identifier.as_deref().map(|name| vetogate_core::text::escape(name.as_bytes()));
    vetogate_core::digest::LeakIdentity {
        rule: &hit.rule.id,
        values: &hit.values,
        place,
        identifier: identifier.as_deref().unwrap_or_default(),
        guessable: hit.guessable,
    }
    .fingerprint()
}

/// The values of a hit without the blanks and newlines around them, which are the file's.
fn spans_of(text: &[u8], hit: &Hit) -> Vec<Span> {
    let span = |(index, range): (usize, &Range<usize>)| {
        let value = &text[range.clone()];
        let start = range.start + value.len() - value.trim_start().len();
        let mut range = start..start + value.trim().len();
        if text[hit.span.start..].starts_with(b"-----BEGIN ") && hit.span.start < start {
            range.end = end_of_block(text, &range);
        }
        let name = name_of(index, hit.identifier.as_deref(), &hit.rule.id);
        Span { range, name, unit: Unit::Byte }
    };
    hit.secret_spans.iter().enumerate().map(span).filter(|span| !span.range.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::text::Scanner;
    use vetogate_rules::template::generate;

    fn oid() -> ObjectId {
        "ab".repeat(20).parse().unwrap()
    }

    /// The content with everything taken out that is found in it.
    fn purged(path: &str, content: &[u8]) -> Vec<u8> {
        let place = Place::File(path.to_owned());
        let mut scanner = Scanner::new(PathHints::of(path.as_bytes()));
        scanner.feed(content);
        let hits = scanner.finish().0.into_iter();
        let candidates: Vec<Candidate> =
            hits.map(|hit| Candidate { blob: Some(oid()), ..Candidate::new(hit, place.clone()) }).collect();
        let all = candidates.iter().map(Candidate::fingerprint).collect();
        let targets = Targets::choose(&candidates, all);
        assert!(!targets.is_empty(), "nothing found");
        targets.blob(oid(), content, path.as_bytes(), &place).unwrap().content
    }

    fn found(path: &str, content: &[u8]) -> usize {
        let mut scanner = Scanner::new(PathHints::of(path.as_bytes()));
        scanner.feed(content);
        // What is not sure warns at most.
        scanner.finish().0.iter().filter(|hit| hit.confidence > vetogate_core::Confidence::Low).count()
    }

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn what_is_put_in_place_is_no_finding() {
        let token = generate("{crc32-base62:ghp_}").unwrap();
        let weak = generate("{lower:2}{digits:3}-{lower:2}{digits:2}X").unwrap();
        let pem = generate(&format!("{{pem:{}}}", ["RSA PRIVATE", " KEY"].concat())).unwrap();
        let long = ["PGP PRIVATE KEY", " BLOCK"].concat();
        let body = generate("{lines:60000}").unwrap();
        let long = format!("-----BEGIN {long}-----\n\n{body}\n=abcd\n-----END {long}-----\n");
        let contents = [
            ("key.asc", long),
            ("a.py", format!("api_token = \"{token}\"\n# {token}\n")),
            ("a.py", format!("db_password = '{weak}'\n")),
            ("a.json", format!("{{\"db_password\": \"{weak}\"}}\n")),
            (".env", format!("TOKEN={token}\nDB_PASSWORD={weak}\n")),
            ("a.yml", format!("db_password: {weak}\n")),
            ("key.pem", pem.clone()),
            ("a.yml", format!("key: |\n  {}\n", pem.replace('\n', "\n  "))),
            ("a.py", format!("url = \"postgres://app:{weak}@db.internal/x\"\n")),
        ];
        for (path, content) in contents {
            let new = purged(path, content.as_bytes());
            assert_eq!(found(path, &new), 0, "{}", new.as_bstr());
            assert!(new.len() < 300, "not all of the key is gone");
            assert!(new.find(&token).is_none() && new.find(&weak).is_none());
        }
    }

    #[test]
    fn no_rule_finds_its_own_examples_again() {
        let mut wrong = Vec::new();
        for spec in registry::specs() {
            for (template, path) in spec.positive.iter().flat_map(|template| {
                ["src/a.conf", "a.py", "a.sh", "a.yml", "a.json", "a.ts"].map(|path| (template, path))
            }) {
                let content = generate(template).unwrap();
                if found(path, content.as_bytes()) == 0 {
                    continue;
                }
                let new = purged(path, content.as_bytes());
                if found(path, &new) > 0 {
                    let text = vetogate_core::text::shorten(&String::from_utf8_lossy(&new), 300);
                    wrong.push(format!("{}: {path}: {template}\n    {text}", spec.rule.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn a_guessable_value_goes_only_where_it_was_found() {
        let weak = generate("{lower:2}{digits:3}-{lower:2}{digits:2}X").unwrap();
        let content = format!("db_password = \"{weak}\"\nsee also page-{weak}-of the manual\n");
        let new = purged("a.conf", content.as_bytes());
        assert!(new.starts_with(b"db_password = \"REDACTED\"\n"));
        assert!(new.find(&weak).is_some());
    }

    #[test]
    fn only_guessable_values_that_are_long_enough_are_searched_for() {
        let token = generate("{crc32-base62:ghp_}").unwrap();
        let weak = generate("{lower:2}{digits:3}-{lower:2}{digits:2}X").unwrap();
        let content = format!("db_password = \"{weak}\"\ndb_pwd = \"{weak}\"\ntoken = \"{token}\"\n");
        let mut scanner = Scanner::new(PathHints::of(b"a.conf"));
        scanner.feed(content.as_bytes());
        let place = Place::File("a.conf".into());
        let hits = scanner.finish().0.into_iter();
        let mut candidates: Vec<Candidate> = hits.map(|hit| Candidate::new(hit, place.clone())).collect();
        let choose = |candidates: &[Candidate]| {
            Targets::choose(candidates, candidates.iter().map(Candidate::fingerprint).collect())
        };
        let targets = choose(&candidates);
        assert_eq!(targets.weak(), [Secret::new(weak.as_bytes())]);
        assert!(targets.is_weak_in(content.as_bytes()) && !targets.has_short());
        candidates.iter_mut().for_each(|candidate| candidate.hit.values = vec![Secret::new(b"abc12")]);
        let targets = choose(&candidates);
        assert!(targets.weak().is_empty() && targets.has_short());
    }

    #[test]
    fn wide_text_stays_wide_and_a_binary_keeps_its_length() {
        let token = generate("{crc32-base62:ghp_}").unwrap();
        let line = format!("\u{feff}token = \"{token}\"\r\ncaf\u{e9}\r\n");
        let expected = "\u{feff}token = \"REDACTED\"\r\ncaf\u{e9}\r\n";
        for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            assert_eq!(purged("a.conf", &wide(&line, unit)), wide(expected, unit));
        }
        let inside = wide(&token, u16::to_le_bytes);
        let binary =
            [&b"\x7fELF\0\x01\x02\x03\x07"[..], &inside, b"\x01", token.as_bytes(), b"\0end"].concat();
        let new = purged("a.bin", &binary);
        assert_eq!(new.len(), binary.len());
        assert!(new.find(&token).is_none() && new.find(&inside).is_none() && new.ends_with(b"\0end"));
    }
}
