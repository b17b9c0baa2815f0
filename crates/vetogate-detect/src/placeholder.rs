//! What is no secret: placeholders, references, examples of documentation.

mod hashes;
mod holes;

use crate::generic;
use bstr::ByteSlice;
use vetogate_syntax::words;

use hashes::is_hash;
use holes::is_substitution;
pub(crate) use holes::{has_hole, is_between_texts};

/// Words that make a value an example when they stand in it as whole words.
const EXAMPLE_WORDS: &[&str] = &[
    "example",
    "examples",
    "sample",
    "placeholder",
    "changeme",
    "changeit",
    "change",
    "replace",
    "replaceme",
    "dummy",
    "fake",
    "todo",
    "fixme",
    "redacted",
    "your",
    "yours",
    "insert",
    "here",
    "foobar",
    "foo",
    "bar",
    "baz",
    "test",
    "testing",
    "demo",
    "xxx",
    "xxxx",
    "none",
    "null",
    "nil",
    "undefined",
    "empty",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "token",
    "apikey",
    "mock",
    "stub",
    "invalid",
    "default",
    "enter",
    "put",
    "my",
    "some",
];

/// How values begin that everybody has: the account keys of Azure's emulators of storage and Cosmos DB; the examples
/// of RFC 6749 (OAuth 2) and RFC 5849 (OAuth 1).
const PUBLISHED: &[&[u8]] = &[
    b"Eby8vdM02xNOcq",
    b"C2y6yDjf5/R+ob",
    b"czZCaGRSa3F0Mzpn",
    b"gX1fBat3",
    b"7Fjfp0ZBr1K",
    b"2YotnFZFEjr1",
    b"tGzv3JOkF0XG",
    b"SlAV32hkKG",
    b"ad180jjd733k",
    b"j49sk3j29djd",
    b"kd94hf93k423",
    b"nnch734d00sl",
    b"pfkkdhi9sl3r",
    // The token in GitHub's documentation, whatever its prefix; the key that Grafana is delivered with.
    b"16C7e42F292c",
    b"SW2YcwTIb9zp",
    // The key of a one-time password in every manual (`Hello!`), and the token of RFC 6750.
    b"JBSWY3DPEHPK",
    b"mF_9.B5f-4",
    // The UUIDs of RFC 9562 and of everybody's manual.
    b"123e4567-e89b",
    b"550e8400-e29b",
    b"f47ac10b-58cc",
    b"f81d4fae-7dec",
];

fn is_published(value: &[u8]) -> bool {
    PUBLISHED.iter().any(|start| value.starts_with(start) || body(value).starts_with(start))
}

/// What stands behind a vendor's prefix.
fn body(value: &[u8]) -> &[u8] {
    let at = value.iter().rposition(|&byte| byte == b'_' || byte == b'-');
    let tail = at.map_or(value, |at| &value[at + 1..]);
    if tail.len() >= 10 { tail } else { value }
}

/// A word that makes a value an example.
pub(crate) fn is_example_word(word: &str) -> bool {
    EXAMPLE_WORDS.contains(&word)
}

/// A token with a vendor's shape that is an example all the same: the vendor says so, or somebody blanked it out.
pub fn is_example_token(value: &[u8]) -> bool {
    is_monotonous(body(value))
        || says_example(value)
        || is_published(value)
        || has_hole(value)
        || spelled_out(value)
}

/// A password that nobody uses: a hole, a reference, a word such as `changeme`.
pub fn is_example_password(value: &[u8]) -> bool {
    is_monotonous(value)
        // Of a vendor's token, what is no prefix.
        || (value.len() > 30 && is_monotonous(body(value)))
        || is_reference(value)
        || has_hole(value)
        || names_itself(value)
        || is_told_to_reader(value)
        || says_example(value)
        || says_it_is_none(value)
        || is_published(value)
        || is_encoded_example(value)
        || is_hash(value)
        || is_substitution(value)
}

/// Example words in base64, as manifests of Kubernetes hold them.
fn is_encoded_example(value: &[u8]) -> bool {
    const SURE: &[&str] = &["example", "sample", "placeholder", "changeme", "dummy", "fake"];
    let says_so = |text: &[u8]| words::split(text).iter().any(|word| SURE.contains(&word.as_str()));
    decoded(value).is_some_and(|text| text.len() > 3 && (names_itself(&text) || says_so(&text)))
}

/// What stands in base64, where it is printable.
pub(crate) fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    (value.len().is_multiple_of(4) && value.len() <= 64).then_some(())?;
    let digits = value.strip_suffix(b"=").unwrap_or(value);
    let digits = digits.strip_suffix(b"=").unwrap_or(digits);
    let (mut text, mut bits, mut buffer) = (Vec::new(), 0_u32, 0_u32);
    for &byte in digits {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (buffer, bits) = (buffer << 6 | u32::from(digit), bits + 6);
        if bits >= 8 {
            bits -= 8;
            text.push((buffer >> bits) as u8);
        }
    }
    // What `echo` wrote ends a line.
    let text = text.trim_ascii_end().to_vec();
    text.iter().all(|byte| matches!(byte, b' '..=b'~')).then_some(text)
}

/// A path of a file, where a command has the word that says so left out.
pub(crate) fn is_path(value: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/._-".contains(byte);
    let begins = [&b"/"[..], b"./", b"../", b"~/"].iter().any(|start| value.starts_with(start));
    begins && value[1..].contains(&b'/') && value.iter().all(|byte| is_plain(byte) || *byte == b'~')
}

/// The body of a private key that is blanked out.
pub fn is_example_key(value: &[u8]) -> bool {
    let body: Vec<u8> = value.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let mut distinct = body.clone();
    distinct.sort_unstable();
    distinct.dedup();
    body.len() < 40 || distinct.len() < 12 || is_left_out(value) || !holds_digits(value)
}

/// Whether lines of base64 stand in a text, and not only words and the calls of a program that makes or reads a key. In a
/// text of a program slashes may be escaped.
fn holds_digits(value: &[u8]) -> bool {
    const SHORTEST: usize = 20;
    let value = value.replace(b"\\/", b"/");
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let is_line = |run: &&[u8]| {
        let has = |test: fn(&u8) -> bool| run.iter().any(test);
        run.len() >= SHORTEST
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_digit)
            && !generic::is_identifier(run)
            && !generic::reads_like_words(run)
    };
    let lines = value.split(|byte| !is_digit(byte)).filter(is_line);
    lines.map(<[u8]>::len).sum::<usize>() >= 40
}

/// Whether a part of a key is left out, as manuals do.
pub(crate) fn is_left_out(value: &[u8]) -> bool {
    value.windows(3).any(|three| three == b"..." || three == "\u{2026}".as_bytes())
}

/// `...EXAMPLE...`, as AWS writes it into what its documentation shows: random text has no such word.
fn says_example(value: &[u8]) -> bool {
    let upper = value.to_ascii_uppercase();
    value.find("EXAMPLE").is_some()
        || [&b"EXAMPLE"[..], b"EXAMPLEKEY", b"EXAMPLETOKEN", b"PLACEHOLDER"]
            .iter()
            .any(|end| upper.ends_with(end))
}

/// `fake-key-..`, `__BLANK_VALUE_..`, `dummy-secret-..`: a word between signs says that the rest is no true one. In capitals
/// more words do, as nobody chooses these.
fn says_it_is_none(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"fake",
        b"dummy",
        b"example",
        b"placeholder",
        b"mock",
        b"redacted",
        b"masked",
        b"changeme",
        b"invalid",
    ];
    const IN_CAPITALS: &[&[u8]] =
        &[b"BLANK", b"SAMPLE", b"REPLACE", b"REMOVED", b"HIDDEN", b"UNCHANGED", b"YOUR"];
    let mut parts = value.split(|byte| b"_-. ".contains(byte)).filter(|part| !part.is_empty());
    let is_said =
        |part: &[u8]| IN_CAPITALS.contains(&part) || WORDS.iter().any(|word| word.eq_ignore_ascii_case(part));
    value.iter().any(|byte| b"_-. ".contains(byte)) && parts.any(is_said)
}

/// Separate words inside a token, such as `your-token-here`: random text has none of these between separators. The
/// vendor's own prefix may be one or two.
fn spelled_out(value: &[u8]) -> bool {
    let parts = value.split(|byte| matches!(byte, b'_' | b'-' | b'.' | b' '));
    let prefix = if parts.clone().count() > 3 { 2 } else { 1 };
    let parts = parts.skip(prefix);
    let words = parts.filter(|part| part.len() >= 4).map(<[u8]>::to_ascii_lowercase);
    words.filter(|word| EXAMPLE_WORDS.iter().any(|example| example.as_bytes() == word.as_slice())).count() > 0
}

/// A run of one character, a short cycle, or a walk over the alphabet or the digits.
pub fn is_monotonous(value: &[u8]) -> bool {
    if value.len() < 4 {
        return false;
    }
    let mut distinct = [false; 256];
    value.iter().for_each(|&byte| distinct[usize::from(byte)] = true);
    let count = distinct.iter().filter(|&&seen| seen).count();
    if count <= 2 || (value.len() >= 20 && count <= 4) {
        return true;
    }
    let steps = value.windows(2).filter(|pair| {
        let step = pair[1].wrapping_sub(pair[0]);
        step == 0 || step == 1 || step == 255 || matches!(pair, [b'9' | b'z' | b'Z', b'0' | b'a' | b'A'])
    });
    let cycle = (1..=8)
        .any(|period| value.len() >= 3 * period && value.iter().zip(&value[period..]).all(|(a, b)| a == b));
    cycle || steps.count() * 4 >= (value.len() - 1) * 3 || has_long_run(value)
}

/// Seven of the same character in a row, in a text that should be random: signs that blank out, or a large share of it.
/// Real tokens have bytes of zero inside, which base64 writes as `AAAA`.
fn has_long_run(value: &[u8]) -> bool {
    const RUN: usize = 7;
    let runs = value.chunk_by(|a, b| a == b).filter(|run| run.len() >= RUN);
    let (mut equal, mut is_blanked_out) = (0, false);
    for run in runs {
        equal += run.len();
        is_blanked_out |= b"xX*.#?".contains(&run[0]);
    }
    value.len() >= 12 && (is_blanked_out || equal * 3 >= value.len())
}

/// A name of something that is read elsewhere: `$NAME`, `process.env.X`, `os.environ[..]`, `vault:`, `arn:`.
pub fn is_reference(value: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"process.env",
        b"os.environ",
        b"os.getenv",
        b"getenv",
        b"env.",
        b"env(",
        b"env:",
        b"ENV[",
        b"secrets.",
        b"vault:",
        b"vault/",
        b"arn:",
        b"op://",
        b"op:",
        b"ssm:",
        b"ssm/",
        b"sops:",
        b"ref+",
        b"data.",
        b"var.",
        b"local.",
        b"module.",
        b"self.",
        b"this.",
        b"config.",
        b"settings.",
        b"args.",
        b"options.",
        b"file:",
        b"projects/",
        b"@Microsoft.KeyVault",
        b"ENC[",
        b"ENC(",
        b"!vault",
        b"!secret",
        b"!ref",
        b"!sub",
        b"!env",
        b"{cipher}",
        b"encrypted:",
        b"keyring:",
        b"kms:",
        b"credentials(",
    ];
    (value.starts_with(b"$") && generic::is_variable(value))
        || STARTS
            .iter()
            .any(|start| value.len() >= start.len() && value[..start.len()].eq_ignore_ascii_case(start))
}

/// `your-apache-password`, `PLACEHOLDERpass$word`: a word in it tells the reader to put another value.
fn is_told_to_reader(value: &[u8]) -> bool {
    let words = words::split(value);
    let all_letters = value.iter().all(|byte| byte.is_ascii_alphabetic() || b"_-. ".contains(byte));
    let is_first = |at: usize, expected: &str| words.get(at).is_some_and(|word| word == expected);
    let is_strong = is_first(0, "your") && is_first(1, "strong");
    value.starts_with(b"PLACEHOLDER")
        // As Microsoft's manuals have it: `yourStrong(!)Password`.
        || is_strong
        || (words.len() > 1 && all_letters && words.first().is_some_and(|word| word == "your"))
}

/// Made of example words alone, such as `changeme`, `my-secret-password`, `test123`.
pub(crate) fn names_itself(value: &[u8]) -> bool {
    let words = words::split(value);
    let letters = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    // Words of other alphabets are not told apart.
    !words.is_empty()
        && value.is_ascii()
        && words.iter().all(|word| {
            let word = letters(word);
            word.is_empty() || EXAMPLE_WORDS.contains(&word.as_str()) || COMMON_PARTS.contains(&word.as_str())
        })
}

/// Words that stand beside example words in placeholders.
const COMMON_PARTS: &[&str] = &[
    "user",
    "admin",
    "root",
    "db",
    "api",
    "key",
    "pass",
    "pwd",
    "a",
    "the",
    "this",
    "is",
    "not",
    "it",
    "with",
    "be",
    "to",
    "me",
    "database",
    "string",
    "value",
    "auth",
    "access",
    "private",
    "client",
    "id",
    "super",
    "very",
    "real",
    "long",
    "valid",
    "wrong",
    "hardcoded",
    "new",
    "old",
    "username",
    "login",
    "credentials",
    "random",
    "use",
    "set",
    "host",
    "ci",
    "dev",
    "for",
    "github",
    "jwt",
    "local",
    "only",
    "runner",
];

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;

    #[test]
    fn passwords_that_nobody_uses() {
        for example in [
            "changeme",
            "your_password_here",
            "${DB_PASS}",
            "{{ password }}",
            "%DB%",
            "<password>",
            "xxxxxxxx",
            "12345678",
            "my-secret",
            "process.env.X",
            "********",
            "test123",
            "your-apache-passwd",
            "yourStrong(!)Password",
            "<YourStrong@Passw0rd>",
            "password",
            "cGFzc3dvcmQ=",
            "bXktc2VjcmV0LWtleQo=",
            "ZXhhbXBsZS1hcHAtc2VjcmV0",
            "fake-key-abc123def456ghi7",
            "dummy-secret-0f3c9a7e1b2d",
            "__n8n_BLANK_VALUE_5f2c8a9e-1b7c",
            "EXAMPLE1-90ab-cdef-fedc-ba987SECRET1",
            "AQoEXAMPLEH4aoAH0gNCAPyJxz4",
            "__REDACTED_5f2c8a9e__",
        ] {
            assert!(is_example_password(example.as_bytes()), "{example}");
        }
        for real in [
            "hunter2",
            "Tr0ub4dor&3",
            "kX9v-Lm2pQ",
            "correcthorse",
            "S3nsible!pw",
            "blank-space-13",
            "fakenews2020!",
            "kQ-invalidate9",
        ] {
            assert!(!is_example_password(real.as_bytes()), "{real}");
        }
    }

    #[test]
    fn what_a_program_or_a_reader_puts_in() {
        for hole in [
            "\".$pw1.\"",
            "\".$_POST[\"pw1\"].\"",
            "\\\".$_POST[\\\"pw1\\\"].\\\"",
            "\".mysqli_real_escape_string($con,$_POST[",
            "\".addcslashes($F,\"",
            "\"+pw1+\"",
            "\" + hash(pw1) + \"",
            "\"&pw1&\"",
            "'.$pw1.'",
            "\"$DB_PW1\"",
            "\"${DB_PW1}\"",
            "\"\"$DB_PW1\"\"",
            "%-.120s",
            "%.*s",
            "%2$s",
            "%[2]s",
            "&lt;password&gt;",
            "&amp;lt;db_password&amp;gt;",
            "&#60;YOUR DB PASSWORD&#62;",
            "&lt;pw&gt;",
        ] {
            assert!(has_hole(hole.as_bytes()), "{hole}");
        }
        for other in [
            "\".kQ9xLm2pQ7v",
            "\"+{alnum:16}",
            ".{alnum:14}.",
            "\"$9{alnum:14}\"",
            "\".{alnum:3}9xL{alnum:3}({alnum:8}",
            "%-{alnum:12}",
            "%5{alnum:9}sQ",
            "{alnum:8}&lt;{alnum:8}",
            "{alnum:8}&gt;{alnum:8}",
            "{alnum:6}&lt;{alnum:2}9xL{alnum:2}&gt;{alnum:6}",
            "{alnum:6}&lt;xkq&gt;{alnum:6}",
            "{alnum:6}<user>{alnum:6}&",
        ] {
            let value = generate(other).unwrap();
            assert!(!has_hole(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn blanked_out_tokens() {
        for example in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "xoxb-your-token-here-1234",
            "sk_live_0000000000000000000000",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "1234567890abcdef1234567890abcdef",
        ] {
            assert!(is_example_token(example.as_bytes()), "{example}");
        }
        assert!(!is_example_token(b"q9Zt3LxW8vB2nM5kR7cD1fH4"));
    }

    #[test]
    fn runs_of_one_character() {
        let value = |template: &str| generate(template).unwrap().into_bytes();
        for template in
            ["{alnum:30}xxxxxxx{alnum:30}", "{alnum:8}0000000{alnum:6}", "{hex:20}AAAAAAAAAAAA{hex:4}"]
        {
            assert!(is_example_token(&value(template)), "{template}");
        }
        for template in
            ["{alnum:52}AAAAAAAAAAAAA{alnum:20}", "{alnum:11}AAAAAAAAAA{alnum:43}", "{hex:30}0000000{hex:27}"]
        {
            assert!(!is_example_token(&value(template)), "{template}");
            assert!(!is_example_password(&value(template)), "{template}");
        }
    }
}
