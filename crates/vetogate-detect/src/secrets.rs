//! Secrets with a vendor's shape: the rules of `rules/secret/`.

use crate::matching::{self, BUILDERS};
use crate::{BlobDetector, Hit, Text, generic, placeholder, uri};
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Confidence, Fuel, Rule, Secret};
use vetogate_rules::verify::Check;
use vetogate_rules::{Class, RuleSpec};
use vetogate_syntax::path::FileKind;

/// The detector of all data rules.
pub struct DataRules;

/// Halves of a pair stand at most this far apart, in bytes.
const PAIR_REACH: usize = 2048;

struct Loaded {
    spec: RuleSpec,
    rule: Arc<Rule>,
    regex: OnceLock<Regex>,
}

static LOADED: LazyLock<Vec<OnceLock<Loaded>>> =
    LazyLock::new(|| BUILDERS.iter().map(|_| OnceLock::new()).collect());

/// A rule's cold data, built when something asks for it.
fn loaded(index: usize) -> &'static Loaded {
    LOADED[index].get_or_init(|| {
        let spec = BUILDERS[index].1();
        let rule = Arc::new(spec.rule.clone());
        Loaded { spec, rule, regex: OnceLock::new() }
    })
}

impl Loaded {
    /// The expression, compiled on the first hit of an anchor. `build.rs` has compiled it before.
    fn regex(&self) -> &Regex {
        #[expect(clippy::expect_used, reason = "the same expression compiled when the program was built")]
        self.regex.get_or_init(|| {
            RegexBuilder::new(&self.spec.regex).unicode(false).build().expect("a rule that compiled before")
        })
    }
}

/// SHA-256 over the rule files and the sources of the detectors.
pub(crate) fn data_digest() -> &'static str {
    matching::DIGEST
}

/// The data rules that always run; see [`crate::registry::specs`].
pub fn specs() -> impl Iterator<Item = &'static RuleSpec> {
    (0..BUILDERS.len()).map(|index| &loaded(index).spec)
}

impl BlobDetector for DataRules {
    fn rules(&self) -> Vec<Arc<Rule>> {
        (0..BUILDERS.len()).map(|index| Arc::clone(&loaded(index).rule)).collect()
    }

    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>) {
        let reach = |index: usize| {
            let spec = &loaded(index).spec;
            (spec.before, spec.after)
        };
        let mut found = Vec::new();
        for (index, ranges) in matching::windows(text.bytes, text.candidates, reach) {
            for range in ranges {
                if !fuel.burn(range.len() as u64) {
                    return;
                }
                confirm(loaded(index), text, range, &mut found);
            }
        }
        pair(&mut found);
        hits.extend(without_overlaps(found).into_iter().map(|(_, hit)| hit));
    }
}

/// Runs a rule's expression over a range, with the text before it as context.
fn confirm(
    loaded: &'static Loaded,
    text: &Text<'_>,
    range: Range<usize>,
    found: &mut Vec<(&'static Loaded, Hit)>,
) {
    let haystack = &text.bytes[..range.end];
    let mut at = range.start;
    while let Some(captures) = loaded.regex().captures_at(haystack, at) {
        let Some(whole) = captures.get(0) else { return };
        at = whole.end().max(whole.start() + 1);
        if let Some(hit) = hit(loaded, text, &captures) {
            found.push((loaded, hit));
        }
        if at > range.end {
            return;
        }
    }
}

fn hit(loaded: &'static Loaded, text: &Text<'_>, captures: &Captures<'_>) -> Option<Hit> {
    let spec = &loaded.spec;
    let whole = captures.get(0)?;
    let secret = captures.name("secret").or_else(|| captures.name("other")).unwrap_or(whole);
    let value = secret.as_bytes();
    let check = spec.verify.map_or(Check::Unknown, |verifier| verifier.check(value));
    let is_example = match spec.class {
        Class::Token => placeholder::is_example_token(value),
        Class::Password => {
            // A name of a program, as a type is: `PropTypes.string`.
            let is_name = !value.iter().any(u8::is_ascii_digit) && generic::is_dotted_name(value);
            is_name || placeholder::is_example_password(value) || generic::reads_like_words(value)
        }
        Class::Login if placeholder::is_path(value) => true,
        Class::Uri | Class::Connection | Class::Login | Class::Listed => {
            placeholder::is_example_password(value)
        }
        Class::PrivateKey => placeholder::is_example_key(value),
    };
    // Its beginning alone says that a key is right.
    let is_left_out = spec.class == Class::PrivateKey && placeholder::is_left_out(value);
    if check == Check::Invalid || is_left_out || (check != Check::Valid && is_example) {
        return None;
    }
    if check != Check::Valid && entropy_bits(value) < spec.min_entropy * value.len() as f64 {
        return None;
    }
    let identifier =
        captures.name("identifier").map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned());
    Some(Hit {
        rule: Arc::clone(&loaded.rule),
        span: whole.range(),
        secret_spans: vec![secret.range()],
        values: vec![Secret::new(value)],
        identifier,
        confidence: confidence(spec, check, text).min(reach(spec, captures, value)).min(shown(
            spec,
            text,
            whole.start(),
            value,
        )),
        guessable: f64::from(spec.rule.bits) < UNGUESSABLE_BITS && entropy_bits(value) < UNGUESSABLE_BITS,
        is_shown: false,
        note: None,
    })
}

/// How sure a URI can be at most: low where the host is this machine, reserved or a name inside a container network,
/// and where the password is the user's name.
fn reach(spec: &RuleSpec, captures: &Captures<'_>, value: &[u8]) -> Confidence {
    let group = |name| captures.name(name).map_or(&b""[..], |group| group.as_bytes());
    match spec.class {
        Class::Uri | Class::Listed => uri::reach(group("user"), value, group("host")),
        Class::Connection => uri::reach_of_server(group("user"), value, group("host")),
        Class::Login if group("user") == value => Confidence::Low,
        Class::Login => generic::chosen(value),
        _ => Confidence::High,
    }
}

/// How sure a login can be at most that a program's text or a comment shows.
fn shown(spec: &RuleSpec, text: &Text<'_>, at: usize, value: &[u8]) -> Confidence {
    use FileKind::{Code, JavaScript, Json, Python};
    match (spec.class, text.hints.kind) {
        (Class::Listed, _) if generic::is_in_comment(text.bytes, at) => Confidence::Low,
        (Class::Listed, Code | JavaScript | Json | Python) => generic::chosen(value),
        _ => Confidence::High,
    }
}

fn confidence(spec: &RuleSpec, check: Check, text: &Text<'_>) -> Confidence {
    match (check, spec.class) {
        (Check::Valid, Class::Token) => Confidence::High,
        // One level less; a shape that is not certain anywhere is made up in tests.
        (_, Class::Token) if text.hints.is_test && spec.rule.confidence == Confidence::High => {
            Confidence::Medium
        }
        (_, _) if text.hints.is_test => Confidence::Low,
        // A message or a manual that shows how it is written.
        (_, Class::Password | Class::Login | Class::Listed) if text.hints.kind == FileKind::Prose => {
            Confidence::Low
        }
        (Check::Unknown, _) if spec.verify.is_some() => spec.rule.confidence.min(Confidence::Medium),
        _ => spec.rule.confidence,
    }
}

/// Joins each half of a pair with the nearest other half into one hit.
fn pair(found: &mut Vec<(&'static Loaded, Hit)>) {
    let mut taken = vec![false; found.len()];
    let mut halves: Vec<(&str, usize, usize)> = found
        .iter()
        .enumerate()
        .map(|(at, (loaded, hit))| (loaded.spec.rule.id.as_str(), hit.span.start, at))
        .collect();
    halves.sort_unstable();
    for index in 0..found.len() {
        let Some(other) = &found[index].0.spec.pair else { continue };
        let start = found[index].1.span.start;
        let least = (other.as_str(), start.saturating_sub(PAIR_REACH), 0);
        let first = halves.partition_point(|half| *half < least);
        let near = halves[first..]
            .iter()
            .take_while(|(id, at, _)| id == other && *at <= start + PAIR_REACH)
            .filter(|(_, _, half)| !taken[*half])
            .min_by_key(|(_, at, _)| at.abs_diff(start));
        if let Some(&(_, _, half)) = near {
            taken[half] = true;
            let (spans, values) = (found[half].1.secret_spans.clone(), found[half].1.values.clone());
            let whole = &mut found[index].1;
            whole.secret_spans.extend(spans);
            whole.values.extend(values);
            whole.confidence = Confidence::High.min(whole.confidence.max(Confidence::Medium));
            whole.note = Some("The other half of the pair stands beside it.".into());
        }
    }
    let mut taken = taken.into_iter();
    found.retain(|_| taken.next() != Some(true));
}

/// Of hits whose values overlap, the surest, then the longest.
fn without_overlaps(mut found: Vec<(&'static Loaded, Hit)>) -> Vec<(&'static Loaded, Hit)> {
    let length = |hit: &Hit| hit.secret_spans[0].len();
    found.sort_by(|(_, a), (_, b)| {
        b.confidence
            .cmp(&a.confidence)
            .then(length(b).cmp(&length(a)))
            .then(b.rule.bits.cmp(&a.rule.bits))
            .then(a.rule.id.cmp(&b.rule.id))
    });
    let mut taken = Taken::default();
    found.retain(|(_, hit)| {
        let is_free = !taken.overlaps(&hit.secret_spans[0]);
        if is_free {
            taken.add(hit);
        }
        is_free
    });
    found.sort_by_key(|(_, hit)| hit.span.start);
    found
}

/// The ranges of values that were found: however many there are, a question is quick.
#[derive(Default)]
pub(crate) struct Taken(BTreeMap<usize, usize>);

impl Taken {
    /// The values of these hits.
    pub(crate) fn of(hits: &[Hit]) -> Self {
        let mut taken = Self::default();
        hits.iter().for_each(|hit| taken.add(hit));
        taken
    }

    fn add(&mut self, hit: &Hit) {
        hit.secret_spans.iter().for_each(|span| self.add_range(span));
    }

    fn add_range(&mut self, span: &Range<usize>) {
        let end = self.0.entry(span.start).or_default();
        *end = span.end.max(*end);
    }

    /// Takes a range where none of it is taken; whether it did.
    pub(crate) fn take(&mut self, range: &Range<usize>) -> bool {
        let is_free = !self.overlaps(range);
        if is_free {
            self.add_range(range);
        }
        is_free
    }

    /// Whether a range overlaps one of them.
    pub(crate) fn overlaps(&self, range: &Range<usize>) -> bool {
        self.0.range(..range.end).next_back().is_some_and(|(_, end)| range.start < *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Candidates;
    use vetogate_rules::template::generate;
    use vetogate_syntax::path::PathHints;

    fn found(path: &str, template: &str) -> Option<Confidence> {
        let text = generate(template).unwrap();
        let text = Text {
            bytes: text.as_bytes(),
            candidates: &Candidates::of(text.as_bytes()),
            is_start: true,
            is_binary: false,
            hints: PathHints::of(path.as_bytes()),
        };
        let mut hits = Vec::new();
        DataRules.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
        hits.first().map(|hit| hit.confidence)
    }

    #[test]
    fn a_login_that_a_manual_or_a_help_text_shows() {
        let login = "machine git.acme.io login deploy password {alnum:14}";
        let spoken = "machine git.acme.io login deploy password {word:9}";
        for (path, template, says) in [
            (".netrc", login.into(), Confidence::High),
            (".netrc", spoken.into(), Confidence::High),
            ("src/a.py", format!("NETRC = '{login}'"), Confidence::High),
            ("src/a.py", format!("HELP = '{spoken}'"), Confidence::Low),
            ("src/a.c", format!(" * {login}"), Confidence::Low),
            ("src/a.sh", format!("# {login}"), Confidence::Low),
            ("docs/manual.md", format!("    {login}"), Confidence::Low),
            ("docs/manual.md", format!("    {spoken}"), Confidence::Low),
            (".netrc", login.replace("git.acme.io", "git.acme.example"), Confidence::Low),
        ] {
            assert_eq!(found(path, &template), Some(says), "{path}: {template}");
        }
    }
}
