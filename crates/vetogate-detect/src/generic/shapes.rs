//! What a value is by its shape: a path, a variable, a name, code. Random text that happens to hold one of their signs is
//! none of them.

use super::classes::is_class_name;
use super::spoken::{is_noise, reads_like_words};
use bstr::ByteSlice;

/// A path, or a file to read (`@file`): it begins as one does, and its parts are names.
pub(crate) fn is_path(value: &[u8]) -> bool {
    if let Some(file) = value.strip_prefix(b"@")
        && (reads_like_words(file) || matches!(file, [b'{', .., b'}'] | [b'(', .., b')'] | [b'<', .., b'>']))
    {
        return true;
    }
    let value = value.strip_prefix(b"@").unwrap_or(value);
    let begins = [&b"/"[..], b"~/", b"./", b"../", b"/*"].iter().any(|start| value.starts_with(start));
    if !begins || value.ends_with(b"=") {
        return false;
    }
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'/').skip(1).collect();
    // Comments begin with two signs.
    let is_folder = parts[0].starts_with(b"*") || is_folder(parts[0]);
    (is_folder && parts.len() > 1) || parts.iter().all(|part| is_file(part))
}

/// A name of a folder, as they stand at the root: `etc`, `.config`, `var2`.
fn is_folder(part: &[u8]) -> bool {
    let name = part.strip_prefix(b".").unwrap_or(part);
    let letters = name.iter().take_while(|byte| byte.is_ascii_lowercase() || b"_-".contains(byte)).count();
    let digits = name[letters..].iter().all(u8::is_ascii_digit);
    letters > 0 && digits && (name.len() <= 4 || reads_like_words(name))
}

fn is_file(part: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-~+${}*:@% ".contains(byte);
    part.iter().all(of_name)
        && part.split(|byte| !byte.is_ascii_alphanumeric()).all(|piece| {
            let rest = piece.get(1..).unwrap_or_default();
            piece.len() <= 4
                || piece.iter().all(u8::is_ascii_hexdigit)
                || rest.iter().all(u8::is_ascii_lowercase)
                || reads_like_words(piece)
        })
}

/// A variable: `$NAME`, `$user->name`, `$HOST:$PORT`, `prefix-$NAME`. What stands beside one may be a secret by itself.
pub(crate) fn is_variable(value: &[u8]) -> bool {
    let mut pieces = value.split(|&byte| byte == b'$');
    let mut literal = pieces.next().unwrap_or_default().to_vec();
    let (mut is_whole, mut is_named, mut is_single, mut count) = (literal.is_empty(), false, false, 0);
    for piece in pieces {
        let of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let (name, rest) = piece.split_at(piece.iter().take_while(of_name).count());
        let begins = name.first().is_some_and(|byte| !byte.is_ascii_digit());
        let is_member = [&b"->"[..], b"[", b"::", b"."].iter().any(|sign| rest.starts_with(sign));
        let has_text = rest.iter().any(u8::is_ascii_alphanumeric);
        is_whole &=
            begins && !(name.len() > 9 && is_noise(name)) && (!has_text || (is_member && !is_noise(rest)));
        is_named |= begins && is_name(name);
        is_single |= begins && is_of_one_case(name);
        literal.extend_from_slice(rest);
        count += 1;
    }
    let letters = literal.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    let is_spoken = reads_like_words(&literal);
    count > 0
        && (is_whole || (is_named && letters < 6) || ((is_named || is_single) && (letters == 0 || is_spoken)))
}

/// What is looked up when it is read: `${env:NAME}` (Serverless), `%env(NAME)%` (Symfony), `((name))` (Concourse),
/// `%NAME:~0,8%` (cmd), `{{resolve:ssm:name}}` (CloudFormation), `@env:NAME`, `.data.name`.
pub(super) fn is_lookup(value: &[u8]) -> bool {
    const BRACKETS: [(&[u8], &[u8]); 4] = [(b"${", b"}"), (b"((", b"))"), (b"%", b"%"), (b"{{", b"}}")];
    const SCHEMES: [&[u8]; 6] =
        [b"@env:", b"gcp:secretmanager:", b"awssm:", b"ssm:", b"awsssm:", b"keyvault:"];
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:/()~,".contains(byte);
    let is_name =
        |name: &[u8]| name.len() > 1 && name.iter().any(u8::is_ascii_alphabetic) && name.iter().all(of_name);
    let inside = |(open, close): &(&[u8], &[u8])| {
        value.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close)).is_some_and(is_name)
    };
    let is_member = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic)
            && !part.iter().any(|byte| b"-:/()~,".contains(byte))
            && is_name(part)
    };
    let members = || {
        value
            .strip_prefix(b".")
            .is_some_and(|rest| rest.split_str(".").count() > 1 && rest.split_str(".").all(is_member))
    };
    BRACKETS.iter().any(inside)
        || SCHEMES.iter().any(|scheme| value.strip_prefix(*scheme).is_some_and(is_name))
        || members()
}

/// A name that says something: `PASSWORD`, `dbUser2`, `db_pw`.
fn is_name(name: &[u8]) -> bool {
    let is_joined = name.contains(&b'_') && name.last() != Some(&b'_');
    (name.len() >= 4 && reads_like_words(name)) || (is_joined && is_of_one_case(name))
}

/// Letters of one case, with digits at the end.
fn is_of_one_case(name: &[u8]) -> bool {
    let letters = name.trim_end_with(|c| c.is_ascii_digit());
    let all = |test: fn(&u8) -> bool| letters.iter().all(|byte| test(byte) || *byte == b'_');
    letters.iter().any(u8::is_ascii_alphabetic)
        && (all(u8::is_ascii_lowercase) || all(u8::is_ascii_uppercase))
}

/// Something of a program or a format in a file of settings: a call, a list, an alias of YAML, a name.
pub(crate) fn is_code(value: &[u8]) -> bool {
    let is_alias = |name: &[u8]| {
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte))
    };
    match value {
        [b'*' | b'&', name @ ..] if is_alias(name) && !is_noise(name) => return true,
        [b'!', tag @ ..] if tag.iter().all(u8::is_ascii_alphabetic) => return true,
        [b'[', .., b']' | b','] | [b'{', .., b'}' | b':' | b','] => return true,
        [b'{' | b'[' | b'('] | [b'{' | b'[', b'{' | b'[' | b'%', ..] => return true,
        _ => {}
    }
    is_call(value) || is_scoped(value) || (dotted(value) && is_of_names(value))
}

/// `get_secret(x)`, `env[NAME]`: a name, a bracket, and what it takes.
fn is_call(value: &[u8]) -> bool {
    let Some(open) = value.iter().position(|byte| b"([".contains(byte)) else { return false };
    let (head, rest) = (&value[..open], &value[open + 1..]);
    let of_chain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:->".contains(byte);
    let is_head = !head.is_empty()
        && head.iter().all(of_chain)
        && (reads_like_words(head) || is_of_one_case(head.trim_end_with(|c| ".:".contains(c))));
    if rest.iter().any(|byte| b"!#%^&@".contains(byte)) {
        return false;
    }
    let closed = rest.trim_end_with(|c| ")],;".contains(c));
    let takes_text = rest.first().is_some_and(|byte| b"\"'".contains(byte));
    is_head
        && (takes_text
            || closed.len() < rest.len()
            || closed.is_empty()
            || closed.len() < 4
            || reads_like_words(closed))
}

/// `Foo::bar`, `config->password`.
fn is_scoped(value: &[u8]) -> bool {
    let joined = value.find("::").or_else(|| value.find("->"));
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_:->.()".contains(byte);
    joined.is_some_and(|at| at > 0) && value.iter().all(of_name) && is_of_names(value)
}

/// Whether none of the parts of a name is noise.
fn is_of_names(value: &[u8]) -> bool {
    !value.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').any(is_noise)
}

/// The name of something in a program, of a package, of a text: identifiers joined by dots. Of two parts, one with a
/// digit can be a password.
pub(crate) fn is_dotted_name(value: &[u8]) -> bool {
    // A text of a program has two backslashes for one.
    let value = &value.replace(b"\\\\", b"\\")[..];
    let dots = value.iter().filter(|byte| b".\\".contains(byte)).count();
    let last = value.rsplit(|byte| b".\\".contains(byte)).next().unwrap_or_default();
    let is_name = dots > 1 || !value.iter().any(u8::is_ascii_digit) || is_class_name(last);
    dotted(value) && is_name && is_of_names(value)
}

/// A member of what a program calls so that no random text begins with it: `this.options.apiKeyV2`, `cfg.search.key2`.
pub(crate) fn is_member(value: &[u8]) -> bool {
    const OWNERS: &[&[u8]] = &[
        b"this",
        b"self",
        b"config",
        b"cfg",
        b"conf",
        b"settings",
        b"options",
        b"opts",
        b"props",
        b"params",
        b"args",
        b"ctx",
        b"context",
        b"env",
        b"credentials",
        b"secrets",
        b"state",
        b"process",
    ];
    let owner = value.split(|&byte| byte == b'.').next().unwrap_or_default();
    OWNERS.contains(&owner) && dotted(value) && is_of_names(value)
}

/// Identifiers joined by dots, or by the backslashes of PHP.
pub(super) fn dotted(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|byte| b".\\".contains(byte)).collect();
    let word = |part: &&[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic)
            && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    parts.len() > 1 && parts.len() < 9 && parts.iter().all(word)
}

/// A regular expression, by what has no other meaning, or by some of what has one in random text alone.
pub(super) fn is_regex(value: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"(?:", b"(?=", b"(?!", b"(?i", b"(?<", b"(?P", b"(.*", b".*)", b".*$", b".+)", b"[a-z", b"[A-Z",
        b"[0-9", b"z0-9", b"Z0-9", b"zA-Z", b"Za-z",
    ];
    let has = |part: &&[u8]| value.find(part).is_some();
    value.starts_with(b".*")
        || value.starts_with(b"^.*")
        || value.ends_with(b".*")
        || PARTS.iter().any(has)
        || has_classes(value)
}

/// Whether a class of signs is repeated, or more than one stands there, or all of the text is anchored.
fn has_classes(value: &[u8]) -> bool {
    let is_repeated = |rest: &[u8]| rest.first().is_some_and(|byte| b"+*{".contains(byte));
    let escapes = value
        .windows(2)
        .enumerate()
        .filter(|(_, two)| matches!(two, [b'\\', b'd' | b'w' | b's' | b'D' | b'W' | b'S' | b'b']));
    let escapes: Vec<usize> = escapes.map(|(at, _)| at + 2).collect();
    let brackets = value.find_iter("[").filter_map(|open| Some(open + value[open..].find_byte(b']')? + 1));
    let brackets: Vec<usize> = brackets.collect();
    let is_anchored = value.starts_with(b"^") || value.ends_with(b"$");
    let is_negated = value.find("[^").is_some_and(|open| value[open..].contains(&b']'));
    escapes.len() > 1
        || is_negated
        || (is_anchored && escapes.len() + brackets.len() > 0)
        || escapes.iter().any(|&end| is_repeated(&value[end..]))
        || brackets.iter().any(|&end| is_repeated(&value[end..]) && value[end] != b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for path in [
            "/etc/app2/Key_V2.pem",
            "~/.ssh/id",
            "./a/b",
            "@/run/x",
            "@token.txt",
            "/run/key!1234",
            "/opt/K8s/Foo2Bar",
            "//note",
            "../secrets/db",
        ] {
            assert!(is_path(path.as_bytes()), "{path}");
        }
        for other in
            ["/aB3xK9!qLm2pQ", "/kQ9xLm2pQ7vZr4Tn8Bw6Yc/Hd3Jf5Gs1Ua0Ie+", "@kQ9x!Lm2p", "~kQ9x!Lm2p", "a/b"]
        {
            assert!(!is_path(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn lookups() {
        for lookup in [
            "${env:POSTGRES_PASSWORD_V2}",
            "${param:db_pw_1}",
            "%env(MYSQL57_PASSWORD)%",
            "%env(base64:DB_PASSWORD)%",
            "((dockerhub.password2))",
            "((vault:team1/db.password))",
            "@env:DB_PW1",
            "gcp:secretmanager:projects/1/x",
            "%DB_PW:~0,8%",
            ".data.password1",
            "{{resolve:secretsmanager:Db2:SecretString:password}}",
        ] {
            assert!(is_lookup(lookup.as_bytes()), "{lookup}");
        }
        for other in ["${", "%a%b!%", "((a b))", "x%env(A)%", ".a-9.k~7", "%%", "((1))"] {
            assert!(!is_lookup(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn variables() {
        for variable in [
            "$PW",
            "$db_pw",
            "$HOST:$PORT",
            "prefix-$NAME",
            "$user->password",
            "$row.name",
            "$PASSWORD12!",
            "pass-$ID",
            "$a$b",
        ] {
            assert!(is_variable(variable.as_bytes()), "{variable}");
        }
        for other in ["kQ9x$Lm2pQ7v", "$kQ9x!Lm2p", "kQ9xLm2pQ7vZ-$NAME", "kQ9x$!Lm2p", "kQ9x"] {
            assert!(!is_variable(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn code_in_settings() {
        for code in [
            "lookup(",
            "env(NAME)",
            "get_secret(db,",
            "settings.DB_PASSWORD_2",
            "a::b",
            "config->password",
            "*default_pw",
            "[a,",
            "{name:",
            "hash[key]",
            "!Ref",
            "t(x)",
        ] {
            assert!(is_code(code.as_bytes()), "{code}");
        }
        for other in [
            "kQ9x(Lm2pQ",
            "kQ9x*Lm2pQ",
            "aB3x.kQ9",
            "kQ9x[Lm2p",
            "*kQ9xLm2pQ7v",
            "[kQ9x!Lm2p",
            "kQ->9xLm2pQ7",
        ] {
            assert!(!is_code(other.as_bytes()), "{other}");
        }
    }
}
