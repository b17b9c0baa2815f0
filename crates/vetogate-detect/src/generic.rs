//! Secrets without a vendor's shape: a password or a key that is assigned to an identifier which says so.
//!
//! The identifier is split into words; the value is told from placeholders, references, type names, words and paths.
//! What is left is of medium confidence where it looks made by a machine or chosen by a person, and of low confidence
//! under test paths, in prose, and where it is weak.

use crate::secrets::Taken;
use crate::{BlobDetector, Hit, Text, placeholder};
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};
use vetogate_rules::trigram;
use vetogate_syntax::assign::{self, Assignment, Quote};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

/// The detector of assigned passwords and keys.
pub struct Generic;

/// What an identifier promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    Password,
    Key,
}

static PASSWORD: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(rule(
        "secret/assigned-password",
        "Hard-coded password",
        "A password is assigned in the text. Everyone who can read the repository can use it.",
        Cwe(798),
    ))
});

static KEY: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(rule(
        "secret/assigned-key",
        "Hard-coded key or token",
        "A key, token or secret without a known vendor's shape is assigned in the text.",
        Cwe(798),
    ))
});

fn rule(id: &str, title: &str, description: &str, cwe: Cwe) -> Rule {
    Rule {
        id: id.into(),
        title: title.into(),
        description: description.into(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity: Severity::Critical,
        confidence: Confidence::Medium,
        cwe: vec![cwe],
        pattern: "an identifier that names a secret, assigned a literal value".into(),
        recommendation: "Read it from the environment or a secret manager, and rotate it.".into(),
        steps: vec![
            "Change it where it is used: what was pushed, or stood on a shared machine, is known.".into(),
            "Take it out of the file and read it with {env}.".into(),
            "Take it out of the commits that are not pushed yet: git commit --amend, or git rebase -i."
                .into(),
        ],
        references: vec![
            "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html".into(),
        ],
        bits: 0,
    }
}

/// Words from which a look at the identifier begins, in lower case, and the offset of a rare window of three bytes.
const WORDS: &[(&[u8; 3], &[u8], usize, Promise)] = &[
    (b"ssw", b"password", 2, Promise::Password),
    (b"ssw", b"passwd", 2, Promise::Password),
    (b"ssw", b"passwort", 2, Promise::Password),
    (b"sph", b"passphrase", 3, Promise::Password),
    (b"pwd", b"pwd", 0, Promise::Password),
    (b"ecr", b"secret", 1, Promise::Key),
    (b"oke", b"token", 1, Promise::Key),
    (b"pik", b"apikey", 1, Promise::Key),
    (b"i_k", b"api_key", 2, Promise::Key),
    (b"i-k", b"api-key", 2, Promise::Key),
    (b"s_k", b"access_key", 5, Promise::Key),
    (b"ssk", b"accesskey", 4, Promise::Key),
    (b"s-k", b"access-key", 5, Promise::Key),
    (b"h_k", b"auth_key", 3, Promise::Key),
    (b"thk", b"authkey", 2, Promise::Key),
    (b"e_k", b"private_key", 6, Promise::Key),
    (b"tek", b"privatekey", 5, Promise::Key),
    (b"n_k", b"encryption_key", 9, Promise::Key),
    (b"onk", b"encryptionkey", 8, Promise::Key),
    (b"g_k", b"signing_key", 6, Promise::Key),
    (b"r_k", b"master_key", 5, Promise::Key),
    (b"t_k", b"account_key", 6, Promise::Key),
    (b"ntk", b"accountkey", 5, Promise::Key),
    (b"ede", b"credential", 2, Promise::Key),
];

/// The hashes of the windows of [`WORDS`].
pub(crate) static BITMAP: [u64; trigram::WORDS] = {
    let mut bits = [0; trigram::WORDS];
    let mut at = 0;
    while at < WORDS.len() {
        let hash = trigram::hash_of(*WORDS[at].0);
        bits[hash / 64] |= 1 << (hash % 64);
        at += 1;
    }
    bits
};

/// Words after which an identifier means something about the secret, not the secret.
const ABOUT: &[&str] = &[
    "name",
    "names",
    "path",
    "file",
    "files",
    "filename",
    "url",
    "uri",
    "endpoint",
    "id",
    "ids",
    "length",
    "len",
    "size",
    "policy",
    "type",
    "types",
    "kind",
    "count",
    "max",
    "min",
    "limit",
    "limits",
    "field",
    "label",
    "hint",
    "prompt",
    "message",
    "msg",
    "error",
    "errors",
    "regex",
    "pattern",
    "header",
    "prefix",
    "suffix",
    "env",
    "var",
    "variable",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "age",
    "hash",
    "hashed",
    "digest",
    "encrypted",
    "encoder",
    "hasher",
    "validator",
    "generator",
    "provider",
    "manager",
    "service",
    "store",
    "storage",
    "ref",
    "reference",
    "version",
    "arn",
    "dir",
    "folder",
    "location",
    "format",
    "description",
    "title",
    "text",
    "placeholder",
    "input",
    "reset",
    "changed",
    "required",
    "enabled",
    "class",
    "template",
    "index",
    "position",
    "start",
    "end",
    "usage",
    "budget",
    "scope",
    "scopes",
    "issuer",
    "audience",
    "algorithm",
    "method",
    "mode",
    "source",
    "key2",
    "public",
    "icon",
    "address",
    "symbol",
    "stream",
    "strength",
    "confirmation",
    "status",
    "state",
    "column",
    "param",
    "params",
    "parameter",
    "attr",
    "attribute",
    "selector",
    "element",
    "role",
    "link",
    "page",
    "view",
    "form",
    "route",
    "request",
    "response",
    "rule",
    "rules",
    "set",
    "list",
    "map",
    "timeout",
    "interval",
    "rotation",
    "group",
    "context",
    "info",
    "data",
    "event",
    "action",
    "flag",
    "option",
    "options",
    "config",
    "setting",
    "settings",
    "model",
    "schema",
    "table",
    "test",
    "example",
    "sample",
];

/// Words that turn an identifier into something public.
const HARMLESS: &[&str] = &[
    "tokenizer",
    "tokenize",
    "tokens",
    "csrf",
    "xsrf",
    "nonce",
    "cursor",
    "passwordless",
    "public",
    "publishable",
    "cancel",
    "cancellation",
    "syntax",
    "lexer",
    "parser",
    "ast",
    "punctuation",
    "keyword",
    "pad",
    "eos",
    "bos",
    "unk",
    "sep",
    "cls",
    "mask",
    "mismatch",
    "error",
    "errors",
    "next",
    "page",
    "continuation",
    "design",
    "theme",
    "color",
    "sha",
    "commit",
    "no",
    "skip",
    "has",
    "is",
    "use",
    "show",
    "hide",
    "forgot",
    "invalid",
    "missing",
    "expected",
    "primary",
    "foreign",
    "partition",
    "sort",
    "cache",
    "hash",
    "i18n",
    "locale",
    "sync",
    "idempotency",
    "stop",
    "css",
    "mime",
    "content",
];

impl BlobDetector for Generic {
    fn rules(&self) -> Vec<Arc<Rule>> {
        vec![Arc::clone(&PASSWORD), Arc::clone(&KEY)]
    }

    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>) {
        if text.is_binary || text.hints.kind == FileKind::Lock {
            return;
        }
        let (taken, mut done) = (Taken::of(hits), 0);
        for (word, promise) in words_in(text) {
            if word.start < done {
                continue;
            }
            if !fuel.burn(256) {
                return;
            }
            let Some(assignment) = assign::around(text.bytes, word, text.hints.kind) else { continue };
            done = assignment.identifier.end;
            if taken.overlaps(&assignment.value) {
                continue;
            }
            if let Some(confidence) = judge(text, &assignment, promise) {
                hits.push(hit(text, &assignment, promise, confidence));
            }
        }
    }
}

/// The words of [`WORDS`] in a text, in order: found by their rare windows.
fn words_in(text: &Text<'_>) -> impl Iterator<Item = (Range<usize>, Promise)> {
    text.candidates.of_bitmap(&BITMAP).filter_map(|(at, _)| word_at(text.bytes, at))
}

/// The word whose rare window begins at `at`.
#[inline(never)]
fn word_at(bytes: &[u8], at: usize) -> Option<(Range<usize>, Promise)> {
    WORDS.iter().find_map(|(_, word, offset, promise)| {
        let start = at.checked_sub(*offset)?;
        let text = bytes.get(start..start + word.len())?;
        text.eq_ignore_ascii_case(word).then_some((start..start + word.len(), *promise))
    })
}

fn hit(text: &Text<'_>, assignment: &Assignment, promise: Promise, confidence: Confidence) -> Hit {
    let value = &text.bytes[assignment.value.clone()];
    let identifier = String::from_utf8_lossy(&text.bytes[assignment.identifier.clone()]).into_owned();
    Hit {
        rule: Arc::clone(if promise == Promise::Password { &PASSWORD } else { &KEY }),
        span: assignment.identifier.start..assignment.value.end,
        secret_spans: vec![assignment.value.clone()],
        values: vec![Secret::new(value)],
        identifier: Some(identifier),
        confidence,
        guessable: promise == Promise::Password || entropy_bits(value) < UNGUESSABLE_BITS,
        note: None,
    }
}

/// How sure it is that the assignment holds a secret; `None` where it does not.
fn judge(text: &Text<'_>, assignment: &Assignment, promise: Promise) -> Option<Confidence> {
    let identifier = words::split(&text.bytes[assignment.identifier.clone()]);
    let value = &text.bytes[assignment.value.clone()];
    let last = identifier.last()?;
    if ABOUT.contains(&last.trim_end_matches(|c: char| c.is_ascii_digit()))
        || identifier.iter().any(|word| HARMLESS.contains(&word.as_str()))
    {
        return None;
    }
    if value.len() < 5 || !value.is_ascii() || is_no_secret(value, assignment, &identifier) {
        return None;
    }
    let plain = match promise {
        Promise::Password if is_prose(text.bytes, assignment) => return None,
        Promise::Password => password(value, assignment, text.hints.kind)?,
        Promise::Key if is_search_key(text.bytes, assignment) => return None,
        Promise::Key => key(value)?,
    };
    let doubtful = text.hints.is_test
        || text.hints.kind == FileKind::Prose
        || (assignment.quote == Quote::Bare && text.hints.kind == FileKind::Other);
    Some(if doubtful { Confidence::Low } else { plain })
}

fn is_no_secret(value: &[u8], assignment: &Assignment, identifier: &[String]) -> bool {
    let has = |byte: u8| value.contains(&byte);
    let as_text = String::from_utf8_lossy(value).to_ascii_lowercase();
    let words = words::split(value);
    placeholder::is_example_password(value)
        || (assignment.is_template && (has(b'{') || has(b'$')))
        || has(b' ')
        || has(b'\t')
        || value.starts_with(b"--")
        || value.starts_with(b"@")
        || value.starts_with(b"/")
        || value.starts_with(b"./")
        || value.starts_with(b"~")
        || value.windows(3).any(|three| three == b"://")
        || is_call(value, assignment)
        || is_regex(value)
        || is_uuid(value)
        || words.iter().all(|word| identifier.contains(word))
        || matches!(
            as_text.as_str(),
            "true"
                | "false"
                | "string"
                | "number"
                | "boolean"
                | "object"
                | "required"
                | "optional"
                | "hidden"
                | "disabled"
                | "enabled"
        )
}

/// `get_secret("x")`, `settings.X`, `a[0]`, `Foo::bar`: code, not text.
fn is_call(value: &[u8], assignment: &Assignment) -> bool {
    if assignment.quote != Quote::Bare {
        return false;
    }
    let has = |byte: u8| value.contains(&byte);
    has(b'(')
        || has(b'[')
        || has(b'{')
        || has(b'$')
        || has(b'*')
        || value.ends_with(b",")
        || value.ends_with(b":")
        || value.windows(2).any(|two| two == b"::" || two == b"->")
        || dotted(value)
}

/// Identifiers joined by dots.
fn dotted(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'.').collect();
    let word = |part: &&[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic)
            && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    parts.len() > 1 && parts.len() < 6 && parts.iter().all(word)
}

fn is_regex(value: &[u8]) -> bool {
    let has = |part: &[u8]| value.windows(part.len()).any(|window| window == part);
    has(b"\\d")
        || has(b"\\w")
        || has(b"\\s")
        || has(b"[^")
        || has(b"(?")
        || has(b".*")
        || has(b"+)")
        || has(b"]+")
        || has(b"a-z")
        || has(b"0-9")
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A search-only key of Algolia beside the index that it opens: made to stand in pages
/// (<https://www.algolia.com/doc/guides/security/api-keys/>). An admin key has no index beside it.
fn is_search_key(text: &[u8], assignment: &Assignment) -> bool {
    const REACH: usize = 400;
    let value = &assignment.value;
    let near = &text[value.start.saturating_sub(REACH)..(value.end + REACH).min(text.len())];
    let beside =
        |word: &str| near.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
    value.len() == 32
        && text[value.clone()].iter().all(u8::is_ascii_hexdigit)
        && (beside("indexName") || beside("index_name"))
        && !beside("admin")
}

/// A bare word with more words behind it: "a password: whoever has it".
fn is_prose(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let after = &text[assignment.value.end..];
    let goes_on = matches!(after, [b' ', next, ..] if next.is_ascii_alphabetic());
    assignment.quote == Quote::Bare
        && goes_on
        && value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b',')
}

fn password(value: &[u8], assignment: &Assignment, kind: FileKind) -> Option<Confidence> {
    let classes = classes(value);
    if value.len() > 128 || (dotted(value) && !value.iter().any(u8::is_ascii_digit)) {
        return None;
    }
    let in_settings = matches!(kind, FileKind::Shell | FileKind::Config)
        && (assignment.quote == Quote::Bare || value.len() >= 6);
    let wordy = reads_like_words(value);
    let strong = match classes {
        1 => in_settings && value.len() >= 8 && !wordy,
        // `hunter2` in a settings file is what somebody logs in with.
        2.. if in_settings && value.iter().any(u8::is_ascii_digit) => value.len() >= 6,
        2 => value.len() >= 7 && !wordy,
        _ => !wordy,
    };
    Some(if strong { Confidence::Medium } else { Confidence::Low })
}

fn key(value: &[u8]) -> Option<Confidence> {
    let bits = entropy_bits(value);
    let of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=.~!@#%^&*:".contains(byte);
    if value.len() < 8
        || value.len() > 512
        || !value.iter().all(of_token)
        || reads_like_words(value)
        || !value.iter().any(u8::is_ascii_digit) && bits < 100.0
    {
        return None;
    }
    Some(if value.len() >= 16 && bits >= 56.0 { Confidence::Medium } else { Confidence::Low })
}

/// How many of the four classes of characters stand in it.
fn classes(value: &[u8]) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(value.iter().any(test));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(u8::is_ascii_punctuation)
}

/// A chain of words: parts of letters that can be spoken, digits only at the end of a part.
pub(crate) fn reads_like_words(value: &[u8]) -> bool {
    let words = words::split(value);
    let letters: usize = words.iter().map(|word| word.bytes().filter(u8::is_ascii_alphabetic).count()).sum();
    letters * 10 >= value.len() * 7
        && words.iter().all(|word| {
            let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
            word.len() <= 3 || is_pronounceable(word) || placeholder::is_example_word(word)
        })
        && words.iter().filter(|word| word.len() >= 4).count() > 0
}

fn is_pronounceable(word: &str) -> bool {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let vowels = word.chars().filter(|&c| is_vowel(c)).count();
    let longest = word.split(is_vowel).map(str::len).max().unwrap_or(0);
    let letters = word.chars().all(|c| c.is_ascii_lowercase());
    letters && vowels * 5 >= word.len() && longest <= 4 && word.len() <= 16
}

#[cfg(test)]
mod tests;
