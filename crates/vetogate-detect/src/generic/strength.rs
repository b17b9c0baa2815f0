//! How much a value looks like a password or a key.

use super::classes::is_of_words;
use super::comments::is_in_comment;
use super::objects::{Named, names_an_object};
use super::shapes::{is_code, is_dotted_name};
use super::spoken::{is_spoken, reads_like_words, spoken_letters};
use super::values::is_hashed;
use crate::placeholder;
use bstr::ByteSlice;
use vetogate_core::Confidence;
use vetogate_core::secret::entropy_bits;
use vetogate_syntax::assign::{Assignment, Quote};
use vetogate_syntax::path::FileKind;

/// How sure it is that a value which is assigned to a password is one; `None` where it is code.
pub(super) fn password(text: &[u8], assignment: &Assignment, kind: FileKind) -> Option<Confidence> {
    let value = &text[assignment.value.clone()];
    if value.len() > 128 || is_dotted_name(value) {
        return None;
    }
    // Words with blanks between them got so far only where they are no sentence.
    if value.contains(&b' ') {
        return Some(Confidence::Medium);
    }
    let in_settings = kind.is_data() && (assignment.quote == Quote::Bare || value.len() >= 6);
    let is_example = classes(value) < 3
        && is_in_comment(text, assignment.value.start)
        && !is_defined(text, assignment.identifier.start);
    let strong = !is_technical(value)
        && !is_example
        && !is_hashed(text, assignment)
        && (in_settings || !is_name(value) || is_passphrase(value))
        && (is_strong(value, in_settings) || is_word_made_hard(value) || is_passphrase(value));
    Some(if strong { Confidence::Medium } else { Confidence::Low })
}

/// Whether a name is what a macro of C defines: its line begins as comments of other languages do.
fn is_defined(text: &[u8], at: usize) -> bool {
    const REACH: usize = 40;
    let line = text[at.saturating_sub(REACH)..at]
        .rsplit(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    line.strip_prefix(b"#").is_some_and(|rest| rest.trim_ascii_start() == b"define")
}

/// Neighbours on a keyboard.
const WALKS: &[&[u8]] = &[b"qwert", b"azert", b"asdf", b"zxcv"];

/// A password that nobody takes to keep something: a word, with few digits and signs behind it, or next to nothing.
pub(super) fn is_weak(value: &[u8]) -> bool {
    let stem = value.trim_end_with(|sign| "!@#$%^&*+?.0123456789".contains(sign));
    let plain: Vec<u8> = stem.iter().map(|byte| unleeted(*byte)).collect();
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let rest = value[letters..].trim_end_with(|sign| "!@#$%^&*+?.".contains(sign));
    let rest = rest.trim_start_with(|sign| "!@#$%^&*+?._-".contains(sign));
    let is_walk = WALKS.iter().any(|walk| value[..letters].to_ascii_lowercase().starts_with(walk));
    let is_word = letters > 2
        && value[1..letters].iter().all(u8::is_ascii_lowercase)
        && (is_walk || reads_like_words(&value[..letters]));
    value.len() < 8
        || value.iter().all(u8::is_ascii_digit)
        || placeholder::names_itself(&plain)
        || (is_word && rest.len() <= 4 && rest.iter().all(u8::is_ascii_digit))
}

/// The letter that a digit or a sign stands for, as people write words that policies of passwords take.
fn unleeted(byte: u8) -> u8 {
    match byte {
        b'@' => b'a',
        b'0' => b'o',
        b'3' => b'e',
        b'$' => b's',
        b'1' => b'i',
        _ => byte,
    }
}

/// How sure a value is that stands where nothing but a password can stand: in a command, in a connection string.
pub(crate) fn chosen(value: &[u8]) -> Confidence {
    if is_strong(value, true) { Confidence::High } else { Confidence::Low }
}

/// A value that is nothing but a password or a key, whatever it is assigned to.
pub(super) fn unmistakable(value: &[u8]) -> bool {
    value.len() >= 8
        && classes(value) > 2
        && value.iter().any(u8::is_ascii_digit)
        && spoken_letters(value) * 2 <= value.len()
}

fn is_strong(value: &[u8], in_settings: bool) -> bool {
    match classes(value) {
        1 => in_settings && value.len() >= 8 && !reads_like_words(value),
        // `hunter2` in a settings file is what somebody logs in with.
        2.. if in_settings && value.iter().any(u8::is_ascii_digit) => value.len() >= 6,
        2 => value.len() >= 7 && !reads_like_words(value),
        _ => !reads_like_words(value),
    }
}

/// A name as programs have them: `auth_ntlm`.
fn is_name(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_lowercase() || b"_-".contains(byte))
}

/// Words without anything between them, more than a name has: `correcthorsebattery`.
fn is_passphrase(value: &[u8]) -> bool {
    const OF_NAMES: &[&[u8]] = &[
        b"auth",
        b"confirm",
        b"credential",
        b"current",
        b"field",
        b"forgot",
        b"key",
        b"login",
        b"name",
        b"pass",
        b"pwd",
        b"repeat",
        b"reset",
        b"secret",
        b"token",
        b"user",
        b"valid",
        b"your",
        b"change",
        b"example",
    ];
    value.len() >= 16
        && value.iter().all(u8::is_ascii_lowercase)
        && !OF_NAMES.iter().any(|name| value.find(name).is_some())
}

/// A word with what policies of passwords ask for: digits at its end or a sign inside. Names of things in a program
/// have digits, too, but they are chains of words (`field-2`, `userInput1`) or abbreviations (`sha256`).
fn is_word_made_hard(value: &[u8]) -> bool {
    // The one that everybody knows, and quotes.
    if value.len() < 7 || value == b"hunter2" {
        return false;
    }
    let is_sign = |byte: &u8| b"!^*+?".contains(byte);
    let inside = &value[1..value.len() - 1];
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = value[letters..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let signs = value[letters + digits..].iter().all(is_sign_at_end);
    let one_word = value[..letters].iter().skip(1).all(u8::is_ascii_lowercase);
    let between = value[letters..].iter().take_while(|byte| b"!@#$%^&*+?".contains(byte)).count();
    let behind = value[letters + between..].trim_end_with(|sign| "!@#$%^&*+?.".contains(sign));
    let word_and_sign = letters >= 4
        && one_word
        && value[0].is_ascii_uppercase()
        && (1..3).contains(&between)
        && (1..7).contains(&behind.len())
        && behind.iter().all(u8::is_ascii_digit);
    let word_with_digits = letters >= 4 && one_word && digits > 0 && signs;
    let sign_between =
        inside.iter().any(is_sign) && value.iter().all(|byte| !b"_-./:=<>()[]{}%$,;".contains(byte));
    word_with_digits || word_and_sign || sign_between
}

fn is_sign_at_end(byte: &u8) -> bool {
    b"!#^*+?@$%&.".contains(byte)
}

/// Names of algorithms, versions and the like, which end in digits.
fn is_technical(value: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"argon", b"oauth", b"base", b"pbkdf", b"hmac", b"bcrypt", b"scrypt", b"sha", b"blake", b"crypt",
        b"version", b"level", b"step", b"type", b"field", b"input", b"item", b"column", b"index", b"line",
        b"page", b"section", b"part", b"param", b"text", b"node", b"rule", b"option", b"case", b"state",
        b"mode", b"group", b"value", b"hash", b"digest", b"mysql", b"http", b"utf", b"ipv",
    ];
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    value.len() > letters && NAMES.iter().any(|name| name.eq_ignore_ascii_case(&value[..letters]))
}

/// How sure it is that a value which is assigned to a key is one; `None` where it is a name or words. `is_sure` says that
/// the key is named so that nothing else can be meant.
pub(super) fn key(value: &[u8], is_sure: bool) -> Option<Confidence> {
    match names_an_object(value) {
        Some(Named::Surely) => None,
        Some(Named::Maybe) => random(value, is_sure).map(|_| Confidence::Low),
        None => random(value, is_sure),
    }
}

fn random(value: &[u8], is_sure: bool) -> Option<Confidence> {
    // As Laravel writes its own.
    let value = value.strip_prefix(b"base64:").unwrap_or(value);
    if let Some(bytes) = escaped_bytes(value) {
        return is_random_bytes(&bytes).then_some(Confidence::Medium);
    }
    let bits = entropy_bits(value);
    let of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=.~!@#%^&*:".contains(byte);
    if value.len() < 8
        || (value.len() > LONG && !is_long_key(value))
        || is_public(value)
        || !(value.iter().all(of_token) || is_random_of_any_sign(value) || is_short_of_any_sign(value))
        || is_chain_of_words(value)
        || is_dotted_name(value)
        || reads_like_words(value)
        || runs_together(value)
        || is_chain(value)
        || is_versioned_name(value)
    {
        return None;
    }
    let is_random =
        is_sure && (is_random_letters(value) || is_short_and_random(value) || is_short_of_any_sign(value));
    if !is_random && !value.iter().any(u8::is_ascii_digit) && bits < 100.0 {
        return None;
    }
    let is_strong = is_random || (value.len() >= 16 && bits >= 56.0);
    Some(if is_strong { Confidence::Medium } else { Confidence::Low })
}

/// What is longer is a key that is encoded, or a document.
const LONG: usize = 512;

/// Digits of base64 or of hexadecimal numbers alone, as keys and tokens of that length are written, and nothing that is
/// encrypted: what Sealed Secrets and the key services of clouds made is meant to be pushed.
fn is_long_key(value: &[u8]) -> bool {
    const ENCRYPTED: &[&[u8]] =
        &[b"AgA", b"AgB", b"AgC", b"AgD", b"AQICAH", b"CiQA", b"CiUA", b"gAAAAA", b"U2FsdGVkX1"];
    let body = value.trim_end_with(|sign| sign == '=');
    value.len() - body.len() <= 2
        && body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/_-.".contains(byte))
        && !ENCRYPTED.iter().any(|start| value.starts_with(start))
}

/// The public half of a key, or a certificate: in the forms of SSH (RFC 4253), of X.509 (RFC 5280), and of either in base64
/// once more.
fn is_public(value: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        // The length and the name of an algorithm: `ssh-`, `ecdsa-sha2-`.
        b"AAAAB3NzaC1",
        b"AAAAC3NzaC1",
        b"AAAAE2VjZHNh",
        // A sequence that begins with an algorithm: RSA, an elliptic curve, Ed25519.
        b"MIGfMA0GCSqGSIb3",
        b"MIIBIjANBgkqhkiG",
        b"MIICIjANBgkqhkiG",
        b"MFkwEwYHKoZIzj0",
        b"MHYwEAYHKoZIzj0",
        b"MCowBQYDK2Vw",
        // `-----BEGIN PUB` and `-----BEGIN CERT`.
        b"LS0tLS1CRUdJTiBQVUJ",
        b"LS0tLS1CRUdJTiBDRVJU",
    ];
    // Version 3 and the number of a certificate.
    let is_certificate = value.starts_with(b"MII") && value[..value.len().min(32)].find("gAwIBAgI").is_some();
    is_certificate || STARTS.iter().any(|start| value.starts_with(start))
}

/// Letters that nobody can speak: no eight of them in a row read like a part of a word.
fn is_random_letters(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    value.len() >= 16
        && value.iter().all(u8::is_ascii_alphabetic)
        && lower.chunks_exact(8).all(|part| std::str::from_utf8(part).is_ok_and(|part| !is_spoken(part)))
        && spoken_letters(value) * 4 <= value.len()
        && !WALKS.iter().any(|walk| lower.find(walk).is_some())
        && !placeholder::is_monotonous(&lower)
}

/// Twelve to fifteen characters without a word among them: of three classes and more, with a digit that no word ends
/// with, or going from letters to digits and back more often than names do.
fn is_short_and_random(value: &[u8]) -> bool {
    let is_inside = |pair: &[u8]| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic();
    let is_turn = |pair: &&[u8]| {
        pair.iter().all(u8::is_ascii_alphanumeric) && pair[0].is_ascii_digit() != pair[1].is_ascii_digit()
    };
    let turns = value.windows(2).filter(is_turn).count();
    (12..16).contains(&value.len())
        && (turns >= 4 || (classes(value) > 2 && value.windows(2).any(is_inside)))
        && spoken_letters(value) == 0
        && !is_of_words(value)
        && entropy_bits(value) >= 36.0
}

/// Random text of every sign that a keyboard has, as Django makes its keys: code and formats have words in them.
fn is_random_of_any_sign(value: &[u8]) -> bool {
    let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
    let (letters, digits) = (count(u8::is_ascii_alphabetic), count(u8::is_ascii_digit));
    let (spoken, bits) = (spoken_letters(value), entropy_bits(value));
    let of_key = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`\\".contains(byte);
    value.len() >= 20
        && value.iter().all(of_key)
        && (letters + digits) * 5 > value.len() * 2
        && (spoken * 2 <= letters || (digits > 3 && spoken * 3 <= letters * 2))
        && bits >= if digits > 1 { 70.0 } else { 100.0 }
}

/// How often a small letter stands before a capital.
pub(super) fn turns_of_case(value: &[u8]) -> usize {
    value.windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count()
}

/// Whether something is filled in (`KEY_<path:a/b#c>`, `x{NAME}y`), or a bracket that is closed stands behind a name of
/// letters of one case: `lookup(x)`, `KEYS[0]`.
fn is_called(value: &[u8]) -> bool {
    let opens = value.iter().enumerate().filter(|(_, byte)| b"([{<".contains(byte));
    opens.into_iter().any(|(at, open)| {
        let close = if *open == b'(' { b')' } else { open + 2 };
        let head = &value[..at];
        let name = head.len() - head.trim_end_with(|c| c.is_ascii_alphabetic()).len();
        let name = &head[head.len() - name..];
        let is_name = name.iter().all(u8::is_ascii_lowercase) || name.iter().all(u8::is_ascii_uppercase);
        let is_filled = b"{<".contains(open);
        (is_filled || (name.len() > 3 && is_name)) && value[at..].contains(&close)
    })
}

/// The same, of less than that: the fewer characters, the more each has to say. A digit stands in it, or its letters go
/// from one case to the other as no names do; few of them can be spoken, no sign comes again and again as those between
/// the parts of a list do, and nothing is called.
fn is_short_of_any_sign(value: &[u8]) -> bool {
    let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
    let (letters, digits) = (count(u8::is_ascii_alphabetic), count(u8::is_ascii_digit));
    let of_key = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`\\".contains(byte);
    let is_repeated =
        |byte: &u8| byte.is_ascii_punctuation() && value.iter().filter(|other| *other == byte).count() > 3;
    let is_mixed = || spoken_letters(value) == 0 && turns_of_case(value) > 2;
    let is_odd = |byte: &u8| b"$()[]{}|;,<>?".contains(byte);
    (16..20).contains(&value.len())
        && value.iter().any(is_odd)
        && value.iter().all(of_key)
        && letters > 3
        && (digits > 0 || is_mixed())
        && (letters + digits) * 5 > value.len() * 2
        && spoken_letters(value) * 3 <= letters
        && !value.iter().any(is_repeated)
        && !is_code(value)
        && !is_called(value)
        && entropy_bits(value) >= 52.0
}

/// The bytes that a text with escapes means (`\xf1\x02k`), where it has some.
fn escaped_bytes(value: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut rest, mut escapes) = (value, 0);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(1..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let number = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, after.first(), number) {
            (b'\\', Some(b'x'), Some(number)) => {
                bytes.push(number);
                (rest, escapes) = (&after[3..], escapes + 1);
            }
            (b'\\', Some(_), _) => {
                bytes.push(after[0]);
                rest = &after[1..];
            }
            _ => bytes.push(byte),
        }
    }
    (escapes > 1).then_some(bytes)
}

/// Bytes that are neither text in some alphabet nor a pattern: half of those that are random are no ASCII.
fn is_random_bytes(bytes: &[u8]) -> bool {
    let mut distinct = bytes.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let is_text = std::str::from_utf8(bytes).is_ok();
    (8..=128).contains(&bytes.len())
        && distinct.len() * 4 >= bytes.len() * 3
        && !is_text
        && bytes.iter().any(u8::is_ascii_alphanumeric)
        // The examples of Flask's manual.
        && ![&b"_5#y2L\"F4Q8z"[..], b"?\xbf,\xb4\x8d", b"\xfd{H\xe5<"].iter().any(|start| bytes.starts_with(start))
}

/// Words and numbers with signs between them, as people name the keys of their tests: `ci-jwt-secret-123`.
fn is_chain_of_words(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> =
        value.split(|byte| b"._- ".contains(byte)).filter(|part| !part.is_empty()).collect();
    let is_number = |part: &[u8]| part.len() <= 4 && part.iter().all(u8::is_ascii_digit);
    let is_word = |part: &[u8]| {
        let letters = part.trim_end_with(|c| c.is_ascii_digit());
        let is_short =
            (1..4).contains(&letters.len()) && part.len() < 5 && letters.iter().all(u8::is_ascii_alphabetic);
        is_short || (part.len() < letters.len() + 5 && reads_like_words(letters))
    };
    let long = parts.iter().filter(|part| part.len() > 3 && !is_number(part)).count();
    parts.len() > 1 && long > 0 && parts.iter().all(|part| is_number(part) || is_word(part))
}

/// A chain of names, as the scopes of a highlighter are: `string.quoted.js`, `meta.tag.h1`, `name.lineComment.2`.
fn is_chain(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| b"._-".contains(byte)).filter(|part| !part.is_empty());
    let is_word = |part: &[u8]| {
        let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let capitals = part.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let digits = part[letters..].iter().all(u8::is_ascii_digit) && part.len() - letters < 2;
        digits && !part[0].is_ascii_uppercase() && capitals * 5 <= letters
    };
    let is_joined = value.iter().any(|byte| b"._-".contains(byte));
    is_joined && value[0].is_ascii_lowercase() && parts.all(is_word)
}

/// Words without anything between them, one of them an example's: `base64encodedaccountkey`.
fn runs_together(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"account",
        b"access",
        b"changeme",
        b"default",
        b"encoded",
        b"example",
        b"password",
        b"placeholder",
        b"replace",
        b"sample",
        b"secret",
    ];
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_lower = !value.iter().any(u8::is_ascii_uppercase);
    let has = |word: &&[u8]| value.windows(word.len()).any(|window| window == *word);
    is_lower && letters * 8 >= value.len() * 7 && WORDS.iter().any(has)
}

/// A class of one version of an interface: `V1SecretVolumeSource`.
fn is_versioned_name(value: &[u8]) -> bool {
    let rest = value.strip_prefix(b"V").map(|rest| rest.trim_start_with(|c| c.is_ascii_digit()));
    rest.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_uppercase) && reads_like_words(rest))
}

/// How many of the four classes of characters stand in it.
fn classes(value: &[u8]) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(value.iter().any(test));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(u8::is_ascii_punctuation)
}
