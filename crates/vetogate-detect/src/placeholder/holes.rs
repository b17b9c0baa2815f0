//! Holes of templates: what is put in when the text is used.

use crate::generic;
use bstr::ByteSlice;

/// How far the end of a hole is looked for.
const LONGEST: usize = 200;

/// A variable of SQL*Plus: `&name`, `&&name`. It says what it holds, or its words are joined.
pub(super) fn is_substitution(value: &[u8]) -> bool {
    const THINGS: &[&[u8]] = &[b"pass", b"pw", b"secret", b"user"];
    let name = value.strip_prefix(b"&&").or_else(|| value.strip_prefix(b"&")).unwrap_or_default();
    let letters = name.strip_suffix(b".").unwrap_or(name).trim_end_with(|c| c.is_ascii_digit());
    let all = |test: fn(&u8) -> bool| letters.iter().all(|byte| test(byte) || *byte == b'_');
    let lower = letters.to_ascii_lowercase();
    let says = letters.contains(&b'_') || THINGS.iter().any(|thing| lower.find(thing).is_some());
    (all(u8::is_ascii_lowercase) || all(u8::is_ascii_uppercase)) && says && !letters.is_empty()
}

/// A hole of a template language: `${X}`, `{{x}}`, `%X%`, `$(x)`, `<x>`, `%s`, `[x]`, `{x}`, `***`.
pub fn has_hole(value: &[u8]) -> bool {
    let has = |part: &[u8]| value.windows(part.len()).any(|window| window == part);
    let wrapped =
        |open: u8, close: u8| value.len() > 2 && value[0] == open && value[value.len() - 1] == close;
    opens(value, b"${", b"}", b"!#")
        || opens(value, b"{{", b"}}", b"-#/.=&>~%$ ")
        || is_command(value)
        || opens(value, b"<%", b"%>", b"-= #")
        || opens(value, b"#{", b"}", b"@$")
        || opens(value, b"{$", b"}", b"")
        || (value.starts_with(b"%{") && opens(value, b"%{", b"}", b":"))
        || has(b"***")
        || has(b"...")
        || is_named(value, b"$(", b")")
        || is_named(value, b"%(", b")s")
        || is_named(value, b"%(", b")d")
        || is_named(value, b"@@", b"@@")
        || wrapped(b'<', b'>')
        || (wrapped(b'%', b'%') && is_plain(value))
        || wrapped(b'[', b']')
        || wrapped(b'{', b'}')
        || (wrapped(b'(', b')') && is_plain(value))
        || (wrapped(b'_', b'_') && is_plain(value))
        || has_named_hole(value)
        || has_numbered_hole(value)
        || has_count(value)
        || has_escaped_hole(value)
        || is_between_texts(value)
        || is_conversion(value)
        || matches!(value, b"%s" | b"%v" | b"%q" | b"{}" | b"?" | b"%@")
}

/// Whether a hole opens that is closed, or a name or a blank stands in it: what is cut off at a blank has no end.
fn opens(value: &[u8], open: &[u8], close: &[u8], signs: &[u8]) -> bool {
    value.find_iter(open).any(|at| {
        let rest = &value[at + open.len()..];
        let name = &rest[rest.iter().take_while(|byte| signs.contains(byte)).count()..];
        let length = name.iter().take_while(|byte| is_of_name(**byte)).count();
        let (name, behind) = name.split_at(length);
        let begins = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        let is_digit = open == b"${" && !name.is_empty() && name.iter().all(u8::is_ascii_digit);
        let is_closed = behind[..behind.len().min(LONGEST)].find(close).is_some();
        (is_closed && (begins || is_digit || ![&b"${"[..], b"{$", b"%{"].contains(&open)))
            || (begins
                && (behind.is_empty() || behind[0] == b' ' || behind[0] == b'(')
                && is_of_one_hand(name))
            || rest.first().is_some_and(|byte| *byte == b' ')
            || (rest.is_empty() && (at == 0 || generic::reads_like_words(&value[..at])))
    })
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte)
}

/// A name as somebody writes it: the letters of each of its parts have one case, or are words with capitals.
fn is_of_one_hand(name: &[u8]) -> bool {
    name.split(|byte| !byte.is_ascii_alphanumeric()).all(|part| {
        let has = |test: fn(&u8) -> bool| part.iter().skip(1).any(test);
        !has(u8::is_ascii_uppercase)
            || !part.iter().any(u8::is_ascii_lowercase)
            || generic::reads_like_words(part)
    })
}

/// Whether there is nothing but a name between the signs of a hole.
fn is_plain(value: &[u8]) -> bool {
    value[1..value.len() - 1].iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.: ".contains(byte))
}

/// What a command says, to its end or cut off at a blank or a quote: `$(cat x)`, `$((1+2))`, `$(cat`.
fn is_command(value: &[u8]) -> bool {
    value.starts_with(b"$(")
        && (value.ends_with(b")") || !value.iter().any(|byte| b"!@#^&*+%".contains(byte)))
        || value.starts_with(b"$(") && value.contains(&b' ')
}

/// Whether a name, or words, stand between two signs: `a-$(cat x)`, `%(name)s`, `@@NAME@@`. What is cut off at a blank has
/// no end.
fn is_named(value: &[u8], open: &[u8], close: &[u8]) -> bool {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./ ".contains(&byte);
    value.find_iter(open).any(|at| {
        let rest = &value[at + open.len()..];
        let name = &rest[..rest.iter().take_while(|byte| of_name(**byte)).count()];
        let is_closed = rest[name.len()..].starts_with(close);
        (name.len() > 2 || name.iter().all(u8::is_ascii_uppercase))
            && !name.is_empty()
            && !name[0].is_ascii_digit()
            && (is_closed || (name.len() == rest.len() && generic::reads_like_words(name)))
    })
}

/// What a program puts between two texts, with the quotes of both: `".$given."`, `"+given+"`, `"$NAME"`. Of the text that
/// follows no more may be there than was read up to a quote.
pub(crate) fn is_between_texts(value: &[u8]) -> bool {
    const JOINERS: &[&[u8]] = &[b".", b"+", b"&", b"||", b"<<", b"~"];
    if !value.first().is_some_and(|byte| b"\"'\\".contains(byte)) {
        return false;
    }
    // A text of a program may be a part of another.
    let value = value.replace(b"\\\"", b"\"").replace(b"\\'", b"'");
    let Some((quote, rest)) = value.split_first().filter(|(quote, _)| b"\"'".contains(quote)) else {
        return false;
    };
    // A shell may have two in a row.
    let rest = rest.strip_prefix(&[*quote]).unwrap_or(rest);
    let is_closed = rest.ends_with(&[*quote]);
    let inside = rest.trim_end_with(|c| c == char::from(*quote)).trim_ascii();
    if is_closed && inside.starts_with(b"$") {
        return generic::is_variable(inside) || inside.starts_with(b"$(") || inside.starts_with(b"${");
    }
    JOINERS.iter().any(|joiner| {
        let Some(given) = inside.strip_prefix(*joiner) else { return false };
        let is_joined = is_closed && [joiner, &&b","[..], &&b"("[..]].iter().any(|end| given.ends_with(end));
        let given = given.trim_ascii();
        let begins = given.first().is_some_and(|byte| byte.is_ascii_alphabetic() || b"$_(@".contains(byte));
        begins && (is_joined || (!is_closed && is_begin_of_call(given)))
    })
}

/// `f(..`, `$given[..`: a name with a bracket behind it.
fn is_begin_of_call(given: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$@.:->".contains(byte);
    let name = given.strip_prefix(b"(").unwrap_or(given);
    let (name, rest) = name.split_at(name.iter().take_while(|byte| of_name(byte)).count());
    let is_open = rest.first().is_some_and(|byte| b"([".contains(byte));
    let parts = name.split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    is_open && is_of_one_hand(name) && parts.count() > 0
}

/// A conversion of `printf` with its flags, its width and its length: `%-.64s`, `%.*s`, `%2$s`, `%[2]s`.
fn is_conversion(value: &[u8]) -> bool {
    let of_conversion = |byte: &u8| byte.is_ascii_digit() || b"-+ #.*$[]".contains(byte);
    match value {
        [b'%', flags @ .., b's' | b'd' | b'q' | b'v' | b'u' | b'x'] => flags.iter().all(of_conversion),
        _ => false,
    }
}

/// `<name>` as markup writes it: `&lt;name&gt;`, also escaped twice, or with the number of the sign.
fn has_escaped_hole(value: &[u8]) -> bool {
    if !value.contains(&b'&') || value.contains(&b'<') {
        return false;
    }
    let plain = value.replace(b"&amp;", b"&");
    let sign = |text: Vec<u8>, escapes: [&[u8]; 3], sign: &[u8]| {
        escapes.iter().fold(text, |text, escape| text.replace(escape, sign))
    };
    let plain = sign(plain, [b"&lt;", b"&#60;", b"&#x3c;"], b"<");
    let plain = sign(plain, [b"&gt;", b"&#62;", b"&#x3e;"], b">");
    let is_name = |name: &[u8]| {
        name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-. ".contains(byte)) && is_of_one_hand(name)
    };
    let Some(open) = plain.find_byte(b'<') else { return false };
    let Some(length) = plain[open + 1..].find_byte(b'>') else { return false };
    let name = &plain[open + 1..][..length];
    let is_whole = length + 2 == plain.len();
    !name.is_empty() && is_name(name) && (is_whole || (length > 3 && generic::reads_like_words(name)))
}

/// How much is left out, as masks say it: `abc[60 hex]`, also cut off at the blank.
fn has_count(value: &[u8]) -> bool {
    value.find_iter("[").any(|at| {
        let rest = &value[at + 1..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && matches!(rest.get(digits), None | Some(b' '))
    })
}

/// A place of a format among words: `md5{0}`, `{0}:{1}`. Among other signs a password may have one.
fn has_numbered_hole(value: &[u8]) -> bool {
    let hole = value.find_iter("{").find_map(|open| {
        let digits = value[open + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = open + 1 + digits;
        (digits == 1 && value.get(end) == Some(&b'}')).then_some((open, end + 1))
    });
    let is_word = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_lowercase() || b"_-.:/".contains(byte));
    hole.is_some_and(|(start, end)| {
        is_word(value[..start].trim_end_with(|c| c.is_ascii_digit()))
            && (end == value.len() || b"_-.:/{".contains(&value[end]))
    })
}

/// A name between braces inside a longer text, as format strings and templates write it: `pre_{name}`, `{hex:40}-x`.
fn has_named_hole(value: &[u8]) -> bool {
    value.iter().enumerate().filter(|(_, byte)| **byte == b'{').any(|(open, _)| {
        let name = &value[open + 1..];
        let length = name.iter().take_while(|byte| is_of_name(**byte)).count();
        let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        letters >= 2 && name.get(length) == Some(&b'}') && is_of_one_hand(&name[..length])
    })
}
