//! Ignores of ours as they are written: read once for a line, right or wrong, and placed for a note.
//!
//! What stands in quotes or backticks tells of an ignore and is none that somebody meant; no note is about it.

use bstr::ByteSlice;
use vetogate_core::text::escape;

/// How an ignore begins, in capitals or not.
const OWN: &[u8] = b"veto: ignore";

/// What every ignore of ours begins with, a misspelt one too, and what may follow before the word itself.
const SIGN: &[u8] = b"veto";
const SUFFIX: &[u8] = b"gate";
const WORD: &[u8] = b"ignore";

/// Between the two stands no more than this.
const MOST_BETWEEN: usize = 4;

/// A line is read in stretches: so many bytes before the first ignore in it, and so many from there on.
const BEFORE: usize = 1024;
const ONWARD: usize = 3 * BEFORE;

/// Between the brackets stands no more than this, else it is no list of rules.
const MOST_NAMED: usize = 256;

/// So many are kept of one content; the rest is counted.
const MOST_KEPT: usize = 10_000;

/// Between which a text tells of an ignore.
const QUOTES: &[u8] = b"\"'`";

/// An ignore in a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Written<'a> {
    /// Where it begins in the line.
    at: usize,
    /// Whether it is spelt as it has to be.
    is_exact: bool,
    /// What stands between the brackets, where there are any.
    named: Option<&'a [u8]>,
    /// What stands behind them, up to the next ignore.
    reason: &'a [u8],
    /// Whether it stands in quotes or backticks.
    is_quoted: bool,
    /// Whether a colon stands before the word: prose has none.
    has_colon: bool,
}

impl<'a> Written<'a> {
    /// The rules and families that it names, where it is one that counts.
    pub fn rules(&self) -> Option<&'a str> {
        self.named.filter(|_| self.is_exact)?.to_str().ok()
    }

    /// Why, without what ends a comment.
    pub fn reason(&self) -> &'a [u8] {
        self.reason.trim().trim_end_with(|c| "*/->".contains(c)).trim()
    }

    /// What stands between the brackets, escaped, for people and for comparing.
    pub fn named(&self) -> Option<String> {
        self.named.map(|named| escape(&named[..named.len().min(MOST_NAMED)]))
    }

    /// Whether somebody meant it to count: without brackets, it begins a comment.
    fn is_meant(&self, line: &[u8]) -> bool {
        let begins_comment = || {
            let before = line[..self.at].trim_end();
            [&b"#"[..], b"//", b"*", b"--", b";", b"%"].iter().any(|sign| before.ends_with(sign))
        };
        !self.is_quoted && (self.named.is_some() || (self.has_colon && begins_comment()))
    }
}

/// The ignores in a line, in order.
pub fn written(line: &[u8]) -> Vec<Written<'_>> {
    if find(line, line.len()).is_none() {
        return Vec::new();
    }
    let (mut starts, mut quote, mut at) = (Vec::new(), None, 0);
    while at < line.len() {
        let (byte, before) = (line[at], at.checked_sub(1).map_or(b' ', |before| line[before]));
        match quote {
            _ if byte == b'\\' => at += 1,
            Some(open) if open == byte => quote = None,
            // An apostrophe within a word opens nothing.
            None if QUOTES.contains(&byte) && !(byte == b'\'' && before.is_ascii_alphanumeric()) => {
                quote = Some(byte);
            }
            _ if !before.is_ascii_alphanumeric() && before != b'_' && word_after(&line[at..]).is_some() => {
                starts.push((at, quote.is_some()));
            }
            _ => {}
        }
        at += 1;
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([line.len()]);
    starts.iter().zip(ends).filter_map(|(&(at, is_quoted), end)| one(line, at, end, is_quoted)).collect()
}

fn one(line: &[u8], at: usize, end: usize, is_quoted: bool) -> Option<Written<'_>> {
    let all = &line[at..end];
    let word = word_after(all)?;
    let rest = &all[word + WORD.len()..];
    if rest.first().is_some_and(|next| next.is_ascii_alphanumeric() || b"-_.".contains(next)) {
        return None;
    }
    let is_exact = begins(all, OWN);
    let has_colon = all[..word].contains(&b':');
    let inside = rest.trim_start().strip_prefix(b"[");
    let closed = inside.and_then(|inside| Some((inside, inside.find_byte(b']')?)));
    let (named, reason) = match closed {
        Some((inside, close)) => (Some(&inside[..close]), &inside[close + 1..]),
        None => (None, rest),
    };
    Some(Written { at, is_exact, named, reason, is_quoted, has_colon })
}

fn begins(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Where the word stands in a text that begins as an ignore does, rightly spelt or not.
fn word_after(text: &[u8]) -> Option<usize> {
    if !begins(text, SIGN) {
        return None;
    }
    let sign = SIGN.len() + if begins(&text[SIGN.len()..], SUFFIX) { SUFFIX.len() } else { 0 };
    let between = text[sign..].iter().take(MOST_BETWEEN).take_while(|byte| b" \t:-_".contains(byte)).count();
    begins(&text[sign + between..], WORD).then_some(sign + between)
}

/// The first place before `until` where an ignore begins.
fn find(text: &[u8], until: usize) -> Option<usize> {
    memchr::memchr2_iter(b'v', b'V', &text[..until]).find(|&at| word_after(&text[at..]).is_some())
}

/// An ignore that somebody meant, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// From 1.
    pub line: u64,
    /// What stands between the brackets, where there are any; escaped, not masked.
    pub named: Option<String>,
    /// Whether it is spelt as it has to be.
    pub is_exact: bool,
    /// Whether it says why.
    pub has_reason: bool,
}

/// The marks among the ignores that are written in a line with this number.
pub fn marks(written: &[Written<'_>], line: &[u8], number: u64) -> impl Iterator<Item = Mark> {
    written.iter().filter(|written| written.is_meant(line)).map(move |written| Mark {
        line: number,
        named: written.named(),
        is_exact: written.is_exact,
        has_reason: !written.reason().is_empty(),
    })
}

/// All marks of one content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// In order.
    pub kept: Vec<Mark>,
    /// How many more there are.
    pub more: usize,
}

impl Marks {
    /// Takes those of `text` that begin in `range`; `line_at` gives the line of rising offsets. However many stand in
    /// one line, it is read once.
    pub fn take(
        &mut self,
        text: &[u8],
        range: std::ops::Range<usize>,
        mut line_at: impl FnMut(usize) -> u64,
    ) {
        let mut at = range.start;
        // One that begins in the range may end behind it.
        while let Some(found) = find(&text[at..], range.end - at) {
            let first = at + found;
            let before = &text[first.saturating_sub(BEFORE)..first];
            let start =
                before.rfind_byte(b'\n').map_or(first - before.len(), |end| first - before.len() + end + 1);
            let onward = &text[first..text.len().min(first + ONWARD)];
            let end = first + onward.find_byte(b'\n').unwrap_or(onward.len());
            let here = first - start..range.end.min(end) - start;
            let stretch = &text[start..end];
            let mut written = written(stretch);
            written.retain(|written| here.contains(&written.at));
            for mark in marks(&written, stretch, line_at(first)) {
                self.add(mark);
            }
            at = end.min(range.end);
        }
    }

    fn add(&mut self, mark: Mark) {
        if self.kept.len() < MOST_KEPT {
            self.kept.push(mark);
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_line(line: &str) -> Vec<Mark> {
        marks(&written(line.as_bytes()), line.as_bytes(), 1).collect()
    }

    fn named(line: &str) -> Vec<Option<String>> {
        one_line(line).into_iter().map(|mark| mark.named).collect()
    }

    fn some(named: &[&str]) -> Vec<Option<String>> {
        named.iter().map(|&named| Some(named.to_owned())).collect()
    }

    #[test]
    fn what_is_meant_and_what_tells_of_it() {
        assert_eq!(named("x = 1  # veto: ignore[secret/jwt] A demo."), some(&["secret/jwt"]));
        assert_eq!(named("x = \"a\\\"b\"  // don't: veto: ignore[a/b]"), some(&["a/b"]));
        assert_eq!(named("# veto: ignore[a/b] x veto: ignore[c/d] y"), some(&["a/b", "c/d"]));
        for comment in
            ["# veto: ignore", "x // veto: ignore this", "/* veto: ignore */", "<!-- veto: ignore -->"]
        {
            assert_eq!(named(comment), [None], "{comment}");
        }
        for none in [
            "veto: ignore",
            "// what veto: ignore means",
            "// `veto: ignore[a/b]` is one",
            "\"# veto: ignore[a/b]\"",
            "'# veto: ignore[a/b]'",
            "# veto: ignored[a/b]",
            "# veto: ignore-file",
            "# prevveto: ignore[a/b]",
            "# veto: ig",
            "# what veto ignore means",
            "# veto ignore",
            "# no_veto ignore[a/b]",
            "# vetoed ignore[a/b]",
            "# veto does ignore[a/b]",
            "",
        ] {
            assert_eq!(named(none), [], "{none}");
        }
    }

    #[test]
    fn spelling_and_reasons() {
        let one = |line: &str| one_line(line).first().map(|mark| (mark.is_exact, mark.has_reason));
        assert_eq!(one("# veto: ignore[a/b] x"), Some((true, true)));
        assert_eq!(one("/* veto: ignore [a/b] */"), Some((true, false)));
        assert_eq!(one("# veto:ignore[a/b] x"), Some((false, true)));
        assert_eq!(one("# Veto: Ignore[a/b]"), Some((true, false)), "capitals are no matter");
        for wrong in [
            "# veto ignore[a/b]",
            "# vetogate: ignore[a/b]",
            "# VetoGate:ignore[a/b]",
            "# veto-ignore[a/b]",
            "# veto:\tignore[a/b]",
            "# veto:ignore a/b",
        ] {
            assert_eq!(one(wrong).map(|(is_exact, _)| is_exact), Some(false), "{wrong}");
        }
    }

    /// Wherever a text is cut into windows, each ignore is taken once, on its line.
    #[test]
    fn each_is_taken_once_wherever_the_borders_fall() {
        let text = "x\n# veto: ignore[a/b] one\nveto: veto: ignore[c/d] veto: ignore[e/f]\n# veto: ignore\n";
        let line = |at: usize| 1 + text[..at].matches('\n').count() as u64;
        let mut whole = Marks::default();
        whole.take(text.as_bytes(), 0..text.len(), line);
        assert_eq!(whole.kept.iter().map(|mark| mark.line).collect::<Vec<_>>(), [2, 3, 3, 4]);
        for border in 0..text.len() {
            let mut parts = Marks::default();
            parts.take(text.as_bytes(), 0..border, line);
            parts.take(text.as_bytes(), border..text.len(), line);
            assert_eq!(parts.kept.len(), 4, "border at {border}");
        }
    }

    #[test]
    fn masses_on_one_line_or_each_on_its_own_are_bounded() {
        for end in [" ", "\n"] {
            let text = format!("# veto: ignore[a/b]{end}").repeat(100_000);
            let mut all = Marks::default();
            all.take(text.as_bytes(), 0..text.len(), |_| 1);
            assert_eq!(all.kept.len(), MOST_KEPT);
            assert!(all.more > 80_000, "{}", all.more);
        }
    }
}
