//! Ignores that stand in the text itself, beside what they are about: ours, and those of other tools.
//!
//! Ours: `veto: ignore[rule-id] reason`, on the line itself or on a line of comment right above it, where `rule-id` is a
//! rule or a family (`secret/*`). Others count for the category of their tool and for their line alone: `gitleaks:allow`
//! and `pragma: allowlist secret` (secrets), `# nosec`, `nosemgrep`, `eslint-disable-line` and `-next-line` (code).

pub mod marks;

use bstr::ByteSlice;
use marks::{Mark, Written, marks, written};
use vetogate_core::suppress::rule_matches;
use vetogate_core::text::{escape, shorten};
use vetogate_core::{Category, Rule};

/// An ignore that is about a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// How it is written: `veto: ignore`, `gitleaks:allow`, ...
    pub form: &'static str,
    /// What it says why, escaped; empty where it says nothing.
    pub reason: String,
    /// Of one of ours, which: what stands between its brackets, as [`Mark`] has it.
    pub named: Option<String>,
    /// Whether it stands on the line above.
    pub is_above: bool,
}

/// Bytes of a line that are looked at on either side.
const REACH: usize = 1024;

const OWN: &str = "veto: ignore";

/// Marks of other tools: on which line, and for what.
const OTHERS: &[(&str, bool, Category)] = &[
    ("gitleaks:allow", false, Category::Secrets),
    ("pragma: allowlist secret", false, Category::Secrets),
    ("pragma: allowlist nextline secret", true, Category::Secrets),
    ("# nosec", false, Category::Code),
    ("nosemgrep", false, Category::Code),
    ("eslint-disable-line", false, Category::Code),
    ("eslint-disable-next-line", true, Category::Code),
];

/// So many ignores beside one hit are kept for notes.
const MOST_MARKS: usize = 4;

/// What stands beside a hit.
#[derive(Debug, Default)]
pub struct Beside {
    /// The ignore that is about it.
    pub inline: Option<Inline>,
    /// Ignores of ours, whatever they are about; the first of them.
    pub marks: Vec<Mark>,
}

/// What stands beside a hit of `rule` at `offset`, which is on the line with this number.
pub fn find(text: &[u8], offset: usize, number: u64, rule: &Rule) -> Beside {
    let line = line_around(text, offset);
    let above = above(text, offset);
    let comment = above.filter(|above| is_comment(above)).unwrap_or_default();
    let (here, over) = (written(line), written(comment));
    let inline = own(&here, rule)
        .or_else(|| Some(Inline { is_above: true, ..own(&over, rule)? }))
        .or_else(|| other(line, false, rule))
        .or_else(|| above.and_then(|above| other(above, true, rule)));
    let marks = marks(&over, comment, number.saturating_sub(1)).chain(marks(&here, line, number));
    Beside { inline, marks: marks.take(MOST_MARKS).collect() }
}

fn line_around(text: &[u8], offset: usize) -> &[u8] {
    let before = &text[offset.saturating_sub(REACH)..offset];
    let start = offset - before.len() + before.rfind_byte(b'\n').map_or(0, |newline| newline + 1);
    let after = &text[offset..text.len().min(offset + REACH)];
    &text[start..offset + after.find_byte(b'\n').unwrap_or(after.len())]
}

/// The line above the one at `offset`.
fn above(text: &[u8], offset: usize) -> Option<&[u8]> {
    let before = &text[offset.saturating_sub(REACH)..offset];
    let newline = before.rfind_byte(b'\n')?;
    let before = &before[..newline];
    Some(&before[before.rfind_byte(b'\n').map_or(0, |newline| newline + 1)..])
}

fn is_comment(line: &[u8]) -> bool {
    let line = line.trim();
    [&b"#"[..], b"//", b"/*", b"*", b"--", b";", b"<!--", b"%", b"\""]
        .iter()
        .any(|mark| line.starts_with(mark))
}

/// `veto: ignore[RULE,...] REASON`. Without a rule it is none: it would hide what nobody looked at.
fn own(written: &[Written<'_>], rule: &Rule) -> Option<Inline> {
    let fits = |named: &str| {
        named.split(',').any(|pattern| rule_matches(pattern.trim(), &rule.id) && pattern.trim() != "*")
    };
    written.iter().find_map(|written| {
        written.rules().filter(|named| fits(named))?;
        let reason = shorten(&escape(written.reason()), 120);
        Some(Inline { form: OWN, reason, named: written.named(), is_above: false })
    })
}

fn other(line: &[u8], is_next: bool, rule: &Rule) -> Option<Inline> {
    let mut marks =
        OTHERS.iter().filter(|(_, next, category)| *next == is_next && *category == rule.category);
    let (form, ..) = marks.find(|(mark, ..)| line.find(mark).is_some())?;
    Some(Inline { form, reason: String::new(), named: None, is_above: is_next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_detect::registry;

    fn at(text: &str) -> Option<Inline> {
        let rule = registry::leaks(vetogate_core::Packs::default())
            .iter()
            .find(|rule| rule.id == "secret/jwt")
            .unwrap()
            .clone();
        find(text.as_bytes(), text.find("HERE").unwrap(), 1, &rule).inline
    }

    #[test]
    fn ours_names_its_rule_and_stands_on_the_line_or_above() {
        let reason = |text: &str| at(text).map(|inline| inline.reason);
        assert_eq!(reason("x = HERE  # veto: ignore[secret/jwt] A demo."), Some("A demo.".into()));
        assert_eq!(reason("x = HERE  /* veto: ignore[secret/*] A demo. */"), Some("A demo.".into()));
        assert_eq!(reason("# veto: ignore[secret/x, secret/jwt]\nx = HERE"), Some(String::new()));
        assert_eq!(reason("x = HERE  # VETO: Ignore[secret/jwt] A demo."), Some("A demo.".into()));
        for none in [
            "x = HERE # veto: ignore",
            "x = HERE # veto: ignore[*]",
            "x = HERE # veto ignore[secret/jwt]",
            "x = HERE # vetogate: ignore[secret/jwt]",
            "x = HERE # veto: ignore[SECRET/jwt]",
            "x = HERE # veto: ignore[secret/aws-access-key]",
            "y = 1 # veto: ignore[secret/jwt]\n\nx = HERE",
            "y = 1 # veto: ignore[secret/jwt]\nx = HERE",
            "x = HERE\n# veto: ignore[secret/jwt]",
        ] {
            assert_eq!(at(none), None, "{none}");
        }
    }

    #[test]
    fn those_of_others_count_for_their_category_and_line() {
        let form = |text: &str| at(text).map(|inline| inline.form);
        assert_eq!(form("x = HERE # gitleaks:allow"), Some("gitleaks:allow"));
        assert_eq!(form("x = HERE // pragma: allowlist secret"), Some("pragma: allowlist secret"));
        assert!(form("# pragma: allowlist nextline secret\nx = HERE").is_some());
        for none in ["# gitleaks:allow\nx = HERE", "x = HERE # nosec", "x = HERE // nosemgrep", "x = HERE"] {
            assert_eq!(form(none), None, "{none}");
        }
    }
}
