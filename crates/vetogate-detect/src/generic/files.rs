//! Names of files, where a secret is told of and none stands: manifests of hashes, manifests of a page's parts, tables of
//! modules to import.

use super::spoken::is_noise;
use std::ops::Range;

/// Endings of sources and of parts of pages. What may hold a secret as its whole content is not among them: a manifest of
/// Kubernetes has keys such as `token.txt` and `credentials.json`.
const SOURCES: &[&[u8]] = &[
    b"bat", b"cc", b"cjs", b"clj", b"cpp", b"cs", b"css", b"cts", b"cxx", b"dart", b"erl", b"ex", b"exs",
    b"gif", b"go", b"gradle", b"groovy", b"hbs", b"hpp", b"hs", b"htm", b"html", b"ico", b"java", b"jpeg",
    b"jpg", b"js", b"jsx", b"kt", b"kts", b"less", b"lua", b"map", b"md", b"mdx", b"mjs", b"ml", b"mts",
    b"php", b"pl", b"pm", b"png", b"proto", b"py", b"pyi", b"pyx", b"rb", b"rs", b"rst", b"sass", b"scala",
    b"scss", b"sh", b"sol", b"sql", b"svelte", b"svg", b"swift", b"ts", b"tsx", b"ttf", b"vue", b"wasm",
    b"webp", b"woff", b"woff2",
];

/// Signs and letters of the path of a file.
fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/_-.@~+".contains(&byte)
}

/// What stands behind the last dot of a name.
fn ending(name: &[u8]) -> Option<&[u8]> {
    let dot = name.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > 0)?;
    Some(&name[dot + 1..])
}

fn has_ending_of_source(name: &[u8]) -> bool {
    ending(name).is_some_and(|ending| SOURCES.contains(&ending))
}

/// Whether an identifier is the name of a file, as a key of a map has it: `"src/token.rs": "{hash}"`, `lib/token.rb: {hash}`.
/// A member (`config.token.js = ..`) is none. A name alone may end as that of a country does (`secret.pl`): a hash says that
/// it is a file.
pub(super) fn is_named_by_file(text: &[u8], identifier: &Range<usize>, value: &[u8]) -> bool {
    let name = &text[identifier.clone()];
    let is_path = text[..identifier.start].last() == Some(&b'/');
    let is_key = matches!(text.get(identifier.end), Some(b'"' | b'\'' | b'`' | b':'));
    match has_ending_of_source(name) {
        true => is_path || (is_key && is_hash(value)),
        false => is_path && ending(name).is_some() && is_digest(value),
    }
}

/// A hash, also with its algorithm before it (`sha256-..`).
fn is_digest(value: &[u8]) -> bool {
    let is_sum = matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128);
    let is_named = [&b"sha256"[..], b"sha384", b"sha512"].iter().any(|name| value.starts_with(name));
    is_named || (is_sum && value.iter().all(u8::is_ascii_hexdigit))
}

/// A hash, of which a part may be left out, or that is in base64.
fn is_hash(value: &[u8]) -> bool {
    let is_base64 = matches!(value.len(), 24 | 28 | 44 | 64 | 88);
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    is_digest(value) || value.iter().all(u8::is_ascii_hexdigit) || (is_base64 && value.iter().all(is_digit))
}

/// The path of a source or of a part of a page, whatever hash its name has: `static/chunks/password-{hash}.js`.
pub(super) fn is_source(value: &[u8]) -> bool {
    let path = value.split(|&byte| byte == b'?').next().unwrap_or_default();
    let path = [&b".gz"[..], b".br"].iter().find_map(|end| path.strip_suffix(*end)).unwrap_or(path);
    has_ending_of_source(path) && path.iter().all(|&byte| is_of_path(byte))
}

/// A module below this one in a table of what is imported when it is needed: `"ApiKeyAuth": ".apikeyauth"`. It is called as
/// what it holds, so that a random text is none.
pub(super) fn is_module_of(value: &[u8], identifier: &[String]) -> bool {
    let path = value.iter().position(|&byte| byte != b'.').map_or(&b""[..], |start| &value[start..]);
    let of_module = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.".contains(byte);
    let module: Vec<u8> = path.iter().copied().filter(|&byte| byte != b'_').collect();
    let module = module.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let name = identifier.concat();
    let shared = module.iter().zip(name.as_bytes()).take_while(|(one, other)| one == other).count();
    let begins = shared > 5 && shared * 3 >= module.len() * 2;
    let holds = name.len() > 5 && name.len() * 2 >= module.len() && module.ends_with(name.as_bytes());
    path.len() < value.len()
        && path.iter().all(of_module)
        && path.first().is_some_and(u8::is_ascii_lowercase)
        && (begins || holds)
        && !path.split(|&byte| byte == b'.').rev().skip(1).any(is_noise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;
    use vetogate_syntax::words;

    #[test]
    fn keys_that_name_a_file() {
        let is = |before: &str, name: &str, after: &str, value: &str| {
            let text = [before, name, after].concat();
            let identifier = before.len()..before.len() + name.len();
            is_named_by_file(text.as_bytes(), &identifier, generate(value).unwrap().as_bytes())
        };
        for (before, name, after, value) in [
            ("\"", "token.rs", "\": ", "{hex:64}"),
            ("\"src/", "token.rs", "\": ", "{hex:64}"),
            ("lib/", "password.rb", ": ", "{hex:64}"),
            ("", "password.py", ": ", "{hex:32}"),
            ("tests/", "secret.txt", ": ", "{hex:64}"),
            ("\"db/", "credentials.json", "\": ", "sha256-{base64:43}="),
            ("\"", "token.ts", "\": ", "{hex:20}"),
            ("\"", "token.ts", "\": ", "{base64:43}="),
            ("\"js/", "token.ts", "\": ", "{alnum:9}"),
        ] {
            assert!(is(before, name, after, value), "{before}{name}");
        }
        for (before, name, after, value) in [
            ("", "token.txt", ": ", "{hex:64}"),
            ("", "app.token", ": ", "{hex:64}"),
            ("", "secret.pl", ": ", "{alnum:20}"),
            ("\"", "secret.rs", "\": ", "{base64:30}"),
            ("", "config.token.js", " = ", "{hex:64}"),
            ("secrets/", "token", ": ", "{hex:64}"),
            ("tests/", "secret.txt", ": ", "{alnum:20}"),
        ] {
            assert!(!is(before, name, after, value), "{before}{name}");
        }
    }

    #[test]
    fn sources_and_parts_of_pages() {
        for path in [
            "admin/js/unusable_password_field.{hex:12}.js",
            "static/chunks/password-{hex:16}.js",
            "reset-password-{hex:20}.css",
            "api_key-{alnum:8}.mjs",
            "js/password.js?id={hex:20}",
            "js/password-{hex:8}.js.gz",
        ] {
            assert!(is_source(generate(path).unwrap().as_bytes()), "{path}");
        }
        for other in
            ["{alnum:20}", "{alnum:16}.pem", "{password:12}!#.js", ".js", "a{alnum:12}.k9", "{alnum:12}.JS7"]
        {
            assert!(!is_source(generate(other).unwrap().as_bytes()), "{other}");
        }
    }

    #[test]
    fn modules_that_are_imported_when_needed() {
        let is = |name: &str, value: &str| {
            is_module_of(generate(value).unwrap().as_bytes(), &words::split(name.as_bytes()))
        };
        for (name, value) in [
            ("OAuth2TokenAuthTypedDict", ".oauth2tokenauth"),
            ("ConnectorListUserCredentialsV1Request", ".connector_list_user_credentials_v1op"),
            ("ApiKeyAuth", ".apikeyauth"),
            ("GetUserToken2", "..types.get_user_token_2"),
            ("SecretKey", ".v1beta1_secret_key"),
        ] {
            assert!(is(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("password", ".{lower-alnum:16}"),
            ("api_token", ".{lower:20}"),
            ("ApiKeyAuth", "apikeyauth"),
            ("password", ".pass{digits:8}"),
            ("password", ".password{lower-alnum:12}"),
        ] {
            assert!(!is(name, value), "{name}: {value}");
        }
    }
}
