//! Secrets with a vendor's shape: the rules of `rules/secret/`.

use crate::escapes::unescaped;
use crate::matching::{self, BUILDERS};
use crate::test_module::TestModules;
use crate::{BlobDetector, Hit, Text, generic, placeholder, uri};
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Confidence, Fuel, Rule, Secret};
use vetogate_rules::verify::{Check, Verifier};
use vetogate_rules::{Class, RuleSpec};
use vetogate_syntax::path::{FileKind, PathHints};

/// The detector of all data rules.
pub struct DataRules;

/// Halves of a pair stand at most this far apart, in bytes.
const PAIR_REACH: usize = 2048;

struct Loaded {
    spec: RuleSpec,
    rule: Arc<Rule>,
    regex: OnceLock<Regex>,
    /// For binary files, where the rule is one whose matches may be glued to what stands beside them.
    bare: OnceLock<Regex>,
}

static LOADED: LazyLock<Vec<OnceLock<Loaded>>> =
    LazyLock::new(|| BUILDERS.iter().map(|_| OnceLock::new()).collect());

/// A rule's cold data, built when something asks for it.
fn loaded(index: usize) -> &'static Loaded {
    LOADED[index].get_or_init(|| {
        let spec = BUILDERS[index].1();
        let rule = Arc::new(spec.rule.clone());
        Loaded { spec, rule, regex: OnceLock::new(), bare: OnceLock::new() }
    })
}

impl Loaded {
    /// The expression, compiled on the first hit of an anchor. `build.rs` has compiled it before.
    fn regex(&self, is_binary: bool) -> &Regex {
        if is_binary && self.spec.glued {
            self.bare.get_or_init(|| compile(self.spec.bare()))
        } else {
            self.regex.get_or_init(|| compile(&self.spec.regex))
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the same expression, or a group of it, compiled when the program was built"
)]
fn compile(regex: &str) -> Regex {
    RegexBuilder::new(regex).unicode(false).build().expect("a rule that compiled before")
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
        let tests = TestModules::of(text.bytes, text.hints.kind);
        let mut found = Vec::new();
        for (index, ranges) in matching::windows(text.bytes, text.candidates, reach) {
            for range in ranges {
                if !fuel.burn(range.len() as u64) {
                    return;
                }
                confirm(loaded(index), text, &tests, range, &mut found);
            }
        }
        displace(&mut found);
        pair(&mut found);
        hits.extend(without_overlaps(found).into_iter().map(|(_, hit)| hit));
    }
}

/// Runs a rule's expression over a range, with the text before it as context.
fn confirm(
    loaded: &'static Loaded,
    text: &Text<'_>,
    tests: &TestModules<'_>,
    range: Range<usize>,
    found: &mut Vec<(&'static Loaded, Hit)>,
) {
    let (haystack, regex) = (&text.bytes[..range.end], loaded.regex(text.is_binary));
    let mut at = range.start;
    while let Some(captures) = regex.captures_at(haystack, at) {
        let Some(whole) = captures.get(0) else { return };
        at = whole.end().max(whole.start() + 1);
        let is_test = text.hints.is_test || tests.hold(whole.start());
        let text = Text { hints: PathHints { is_test, ..text.hints }, ..*text };
        if let Some(hit) = hit(loaded, &text, &captures) {
            // An address may end behind what the expression took of it.
            at = at.max(hit.secret_spans[0].end);
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
    let group = |name| captures.name(name).map(|group| group.range());
    let parts = address(spec, text, captures);
    let (user, secret, host) = parts.map_or_else(
        || {
            let secret = group("secret").or_else(|| group("other")).unwrap_or_else(|| whole.range());
            (group("user").unwrap_or_default(), secret, group("host").unwrap_or_default())
        },
        |parts| (parts.user, parts.password, parts.host),
    );
    let (user, host) = (&text.bytes[user], &text.bytes[host]);
    let value = unescaped(&text.bytes[secret.clone()]);
    let value = value.as_ref();
    let check = spec.verify.map_or(Check::Unknown, |verifier| verifier.check(value));
    let is_example = match spec.class {
        // As a call has it: `from_dict(d, "secret_access_key", ModelProviderConfigSecret)`.
        Class::Token => placeholder::is_example_token(value) || generic::is_identifier(value),
        Class::Password => {
            // A name of a program, as a type is: `PropTypes.string`.
            let is_name = generic::is_member(value)
                || generic::is_identifier(value)
                || (!value.iter().any(u8::is_ascii_digit) && generic::is_dotted_name(value));
            is_name
                || is_chain_of_names(value)
                || placeholder::is_example_password(value)
                || generic::reads_like_words(value)
        }
        Class::Login if placeholder::is_path(value) || generic::is_code(value) => true,
        Class::Uri => uri::is_example(value, host),
        Class::Connection | Class::Login | Class::Listed => placeholder::is_example_password(value),
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
        secret_spans: vec![secret],
        values: vec![Secret::new(value)],
        identifier,
        confidence: confidence(spec, check, text).min(reach(spec, user, value, host)).min(shown(
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

/// Whether a value is what a vendor makes but for its checksum, which is wrong: an example, whatever its name says.
pub(crate) fn is_refuted(value: &[u8]) -> bool {
    // What is only not of a structure may be signed in another way.
    let has_checksum = |verifier: &Verifier| {
        !matches!(
            verifier,
            Verifier::Jwt | Verifier::SupabaseServiceRole | Verifier::BasicAuth | Verifier::Base64Json
        )
    };
    let is_of = |loaded: &Loaded| {
        let has_anchor = |anchor: &String| value.starts_with(anchor.as_bytes());
        let spec = &loaded.spec;
        let whole = || {
            let captures = loaded.regex(false).captures(value)?;
            let secret = captures.name("secret")?;
            (secret.len() == value.len()).then_some(())
        };
        spec.class == Class::Token
            && spec.anchors.iter().any(has_anchor)
            && spec
                .verify
                .filter(has_checksum)
                .is_some_and(|verifier| verifier.check(value) == Check::Invalid)
            && whole().is_some()
    };
    (0..BUILDERS.len()).any(|index| is_of(loaded(index)))
}

/// Names and numbers with signs between them, each of one case: `llvm_token_list_2`. In random text they are mixed.
fn is_chain_of_names(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|byte| b"_-.".contains(byte)).collect();
    let is_name = |part: &&[u8]| {
        part.len() <= 14
            && (part.iter().all(u8::is_ascii_lowercase) || part.iter().all(u8::is_ascii_uppercase))
    };
    let is_number = |part: &&[u8]| part.len() <= 4 && part.iter().all(u8::is_ascii_digit);
    parts.len() > 2 && parts.iter().all(|part| is_name(part) || is_number(part))
}

/// The parts of an address, which an expression can't tell: an `@` may be a part of the password.
fn address(spec: &RuleSpec, text: &Text<'_>, captures: &Captures<'_>) -> Option<uri::Address> {
    (spec.class == Class::Uri && captures.name("scheme").is_some()).then_some(())?;
    uri::address(text.bytes, captures.name("user")?.start(), uri::Form::Plain)
}

/// How sure a match can be at most by what its user, its value and its host say of each other.
fn reach(spec: &RuleSpec, user: &[u8], value: &[u8], host: &[u8]) -> Confidence {
    match spec.class {
        Class::Uri | Class::Listed => uri::reach(user, value, host),
        // What a machine made is in use, whatever the server is called.
        Class::Connection if uri::is_random(value) => uri::reach(user, value, host),
        Class::Connection => uri::reach_of_server(user, value, host),
        Class::Login if user == value => Confidence::Low,
        Class::Login => generic::chosen(value),
        _ => Confidence::High,
    }
}

/// How sure a login can be at most that a program's text or a comment shows.
fn shown(spec: &RuleSpec, text: &Text<'_>, at: usize, value: &[u8]) -> Confidence {
    use FileKind::{Code, JavaScript, Json, Prose, Python};
    match (spec.class, text.hints.kind) {
        (Class::Listed, _) if generic::is_in_comment(text.bytes, at) => Confidence::Low,
        (Class::Listed, Code | JavaScript | Json | Python) => generic::chosen(value),
        // A manual shows how an address is written.
        (Class::Uri, Prose) if !uri::is_random(value) => Confidence::Low,
        (Class::Uri, _) if generic::is_in_comment(text.bytes, at) => uri::reach_of_shown(value),
        (Class::Password, Code | JavaScript | Python)
            if generic::is_documentation(text.bytes, at, text.hints.kind) =>
        {
            Confidence::Low
        }
        // An example of how a key is read. In a comment of another kind it is one that was taken out.
        (Class::PrivateKey, Code) if is_in_documentation(text.bytes, at) => Confidence::Low,
        _ => Confidence::High,
    }
}

/// Whether the line of `at` is documentation of Rust, or goes on a comment of Java and its kin.
fn is_in_documentation(text: &[u8], at: usize) -> bool {
    let line = text[at.saturating_sub(16)..at].rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = line.trim_ascii_start();
    [&b"//!"[..], b"///", b"* "].iter().any(|start| line.starts_with(start))
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

/// Drops what a rule finds where one finds it that knows more of what stands around.
fn displace(found: &mut Vec<(&'static Loaded, Hit)>) {
    let mut taken: BTreeMap<&str, Taken> = BTreeMap::new();
    for (loaded, hit) in found.iter() {
        if let Some(other) = &loaded.spec.instead_of {
            taken.entry(other).or_default().add(hit);
        }
    }
    found.retain(|(loaded, hit)| {
        let displaced = taken.get(loaded.spec.rule.id.as_str());
        !displaced.is_some_and(|taken| taken.overlaps(&hit.secret_spans[0]))
    });
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
mod tests;
