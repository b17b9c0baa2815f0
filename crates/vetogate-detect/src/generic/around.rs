//! What stands around a name that makes its value no secret: an annotation of a checksum, a table of features or plugins, an
//! array of texts.

use super::spoken::is_noise;
use super::strength::unmistakable;
use bstr::ByteSlice;
use vetogate_syntax::assign::Assignment;
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

/// How far the head of a table is looked for.
const REACH: usize = 4096;

/// Whether what stands around an assignment says that its value is no secret.
pub(super) fn says_other(text: &[u8], assignment: &Assignment, kind: FileKind) -> bool {
    is_checksum(text, assignment)
        || is_in_table_of_packages(text, assignment, kind)
        || is_text_of_interface(text, assignment)
}

/// `checksum/secret: <digits>`, as charts annotate what has to be started again when a secret changes.
fn is_checksum(text: &[u8], assignment: &Assignment) -> bool {
    const WORDS: &[&[u8]] = &[b"checksum", b"hash", b"sha", b"sha1", b"sha256", b"md5", b"digest"];
    let (name, value) = (assignment.identifier.clone(), &text[assignment.value.clone()]);
    let is_digest =
        matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit);
    let near = &text[name.start.saturating_sub(64)..name.end];
    let key =
        near.rsplit(|byte| byte.is_ascii_whitespace() || b"\"'".contains(byte)).next().unwrap_or_default();
    let Some((owner, _)) = key.split_once_str("/") else { return false };
    is_digest && owner.split(|byte| b".-_".contains(byte)).any(|word| WORDS.contains(&word))
}

/// Tables of TOML and INI in which packages, features and plugins stand under names that are chosen freely.
fn is_in_table_of_packages(text: &[u8], assignment: &Assignment, kind: FileKind) -> bool {
    const LISTS: &[&str] =
        &["features", "extras", "extras_require", "optional-dependencies", "dependency-groups"];
    const PLUGINS: &[&str] = &["entry-points", "entry_points", "plugins", "scripts", "gui-scripts"];
    let value = &text[assignment.value.clone()];
    let between = text.get(assignment.identifier.end..assignment.value.start).unwrap_or_default();
    let is_list = between.contains(&b'[') || value.starts_with(b"[");
    let is_plugin = value.contains(&b':') && is_of_names(value);
    if kind != FileKind::Config || !(is_list || is_plugin) {
        return false;
    }
    let start = assignment.identifier.start;
    let before = &text[start.saturating_sub(REACH)..start];
    // A line that is indented belongs to a list.
    let head = before.rsplit(|&byte| byte == b'\n').find(|line| line.starts_with(b"["));
    let Some(head) = head.map(|line| line.trim_with(|c| "[] \t\r".contains(c))) else { return false };
    let head = String::from_utf8_lossy(head).into_owned();
    let has = |words: &[&str]| head.split('.').any(|part| words.contains(&part.trim_matches('"')));
    (is_list && has(LISTS)) || (is_plugin && has(PLUGINS))
}

/// Whether nothing but names stands in it.
fn is_of_names(value: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:[] ,".contains(byte);
    value.iter().all(of_name) && !value.split(|byte| !byte.is_ascii_alphanumeric()).any(is_noise)
}

/// An element of an array of texts: `$PALANG['password'] = 'Kennwort'`. Random text is none.
fn is_text_of_interface(text: &[u8], assignment: &Assignment) -> bool {
    const ARRAYS: &[&str] = &[
        "lang",
        "palang",
        "language",
        "locale",
        "messages",
        "msg",
        "translation",
        "translations",
        "strings",
        "texts",
        "labels",
        "i18n",
        "l10n",
    ];
    let start = assignment.identifier.start;
    let before = &text[start.saturating_sub(48)..start];
    let Some(array) = before.strip_suffix(b"['").or_else(|| before.strip_suffix(b"[\"")) else {
        return false;
    };
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let name = &array[array.len() - array.iter().rev().take_while(|byte| of_name(byte)).count()..];
    let words = words::split(name);
    words.last().is_some_and(|last| ARRAYS.contains(&last.as_str()))
        && !unmistakable(&text[assignment.value.clone()])
}
