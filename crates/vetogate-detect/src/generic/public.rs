//! Names of things that are public, under the name of a secret: a class and its method, an action, a type, an image, a
//! header, a media type. Each part between the signs has to say something: random text says nothing.

use super::classes::{is_identifier, is_of_words};
use super::spoken::{is_spoken, rare_pairs, reads_like_words};
use bstr::ByteSlice;
use vetogate_syntax::words;

/// No name is longer.
const LONGEST: usize = 200;

/// Whether a value names something that everybody may know. `identifier` is what it is assigned to.
pub(super) fn names_something_public(value: &[u8], identifier: &[String]) -> bool {
    let is_of_password =
        identifier.iter().any(|word| ["pass", "pw"].iter().any(|start| word.starts_with(start)));
    // Names are short.
    if value.len() > LONGEST {
        return is_data_uri(value);
    }
    is_pointer(value)
        || is_type(value)
        || is_image(value)
        || is_scoped(value)
        || is_media_type(value)
        || is_data_uri(value)
        || is_route(value)
        || is_trace(value)
        || is_cut_out(value)
        || is_dependency(value.trim_with(|c| "[]\"',".contains(c)))
        || is_urn(value)
        || (if is_of_password { is_chain_about(value, identifier) } else { is_chain(value) })
        || says_whose(value, identifier)
}

/// A pointer into a document of OpenAPI or JSON Schema: `#/components/schemas/Name`.
fn is_pointer(value: &[u8]) -> bool {
    const ROOTS: &[&[u8]] =
        &[b"components", b"definitions", b"$defs", b"parameters", b"responses", b"paths", b"properties"];
    let Some((root, rest)) = value.strip_prefix(b"#/").and_then(|rest| rest.split_once_str("/")) else {
        return false;
    };
    ROOTS.contains(&root) && !rest.is_empty() && rest.split(|&byte| byte == b'/').all(is_name)
}

/// A type as generated clients write it: `list[UserCredentials]`, `dict(str, Token)`.
fn is_type(value: &[u8]) -> bool {
    const CONTAINERS: &[&str] =
        &["list", "dict", "set", "tuple", "map", "array", "optional", "union", "sequence", "iterable"];
    let Some(open) = value.iter().position(|byte| b"[(<".contains(byte)) else { return false };
    let inside = value[open + 1..].strip_suffix(match value[open] {
        b'[' => b"]",
        b'(' => b")",
        _ => b">",
    });
    let head = String::from_utf8_lossy(&value[..open]).to_ascii_lowercase();
    let is_part = |part: &[u8]| {
        let part = part.trim_ascii();
        is_name(part) || (part.len() < 9 && part.iter().all(u8::is_ascii_lowercase)) || is_type(part)
    };
    CONTAINERS.contains(&head.as_str())
        && inside.is_some_and(|inside| !inside.is_empty() && inside.split(|&byte| byte == b',').all(is_part))
}

/// An image with its tag: `registry.acme.io:5000/team/name:1.2.3-0f3c9a7`.
fn is_image(value: &[u8]) -> bool {
    let Some((path, tag)) = value.rsplit_once_str(":") else { return false };
    let mut parts = path.split(|&byte| byte == b'/');
    let host = parts.next().unwrap_or_default();
    let (host, port) = host.split_once_str(":").unwrap_or((host, b""));
    let is_label = |label: &[u8]| {
        !label.is_empty()
            && label.iter().all(|byte| byte.is_ascii_lowercase() || b"-0123456789".contains(byte))
    };
    let tag = tag.strip_prefix(b"v").unwrap_or(tag);
    let numbers = tag.split(|byte| b".-_+".contains(byte)).take_while(|part| is_number(part)).count();
    let is_tag = tag.len() < 60
        && (numbers > 1 || tag == b"latest")
        && tag.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte));
    let rest: Vec<&[u8]> = parts.collect();
    host.contains(&b'.')
        && host.split(|&byte| byte == b'.').all(is_label)
        && port.iter().all(u8::is_ascii_digit)
        && is_tag
        && !rest.is_empty()
        && rest.iter().all(|part| part.iter().all(|byte| !byte.is_ascii_uppercase()) && is_name(part))
}

/// A member of a class: `Class::method`, `UserController@store`.
fn is_scoped(value: &[u8]) -> bool {
    let Some((owner, member)) = value.split_once_str("::").or_else(|| value.split_once_str("@")) else {
        return false;
    };
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_:\\.".contains(byte);
    let is_joined = value.contains_str("::") || owner.ends_with(b"Controller");
    is_joined
        && value.iter().all(|byte| of_name(byte) || *byte == b'@')
        && owner.split(|byte| b":\\.".contains(byte)).filter(|part| !part.is_empty()).all(is_name)
        && member.split(|byte| b":\\.".contains(byte)).filter(|part| !part.is_empty()).all(is_name)
        && !owner.is_empty()
        && says_enough(value)
}

/// A media type (RFC 6838) with what may follow it: `application/vnd.acme.token+json;v=2`.
fn is_media_type(value: &[u8]) -> bool {
    const TREES: &[&[u8]] =
        &[b"application", b"text", b"image", b"audio", b"video", b"multipart", b"message", b"font", b"model"];
    let whole = value.split(|&byte| byte == b';').next().unwrap_or_default();
    let Some((tree, name)) = whole.split_once_str("/") else { return false };
    let mut parts = name.split(|byte| b".+-".contains(byte));
    TREES.contains(&tree) && !name.is_empty() && parts.all(|part| is_name(part) || is_short(part))
}

/// What a page holds in place of a file: `data:image/svg+xml;base64,..`.
fn is_data_uri(value: &[u8]) -> bool {
    let head = value.strip_prefix(b"data:").and_then(|rest| rest.split_once_str(",")).map(|parts| parts.0);
    head.is_some_and(is_media_type)
}

/// A file of routes: `auth.$name.[reset].tsx`, `api.$version.[graphql.json]`.
fn is_route(value: &[u8]) -> bool {
    let of_hole = |byte: u8| b"$[]_".contains(&byte);
    let mut parts = value.split(|&byte| byte == b'.');
    let is_part = |part: &[u8]| {
        let bare = part.trim_with(|c| of_hole(c as u8));
        let letters = bare.trim_end_with(|c| c.is_ascii_digit());
        letters.len() > 1
            && bare.len() < letters.len() + 3
            && letters.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-')
    };
    let is_hole = |sign: &str| value.contains_str(sign);
    (is_hole(".$") || (is_hole(".[") && is_hole("]"))) && parts.clone().count() > 2 && parts.all(is_part)
}

/// The parent of a span in a trace (W3C Trace Context): `00-<32 digits>-<16 digits>-01`.
fn is_trace(value: &[u8]) -> bool {
    let lengths = value.split(|&byte| byte == b'-').map(<[u8]>::len);
    lengths.eq([2, 32, 16, 2]) && value.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// What a template puts in, cut off at a quote inside of it: `{kwargs[`, `{self.data[`; or an entity.
fn is_cut_out(value: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.".contains(byte);
    let name = value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"[").or(rest.strip_suffix(b"(")));
    let is_name = |name: &[u8]| {
        name.first().is_some_and(u8::is_ascii_alphabetic)
            && name.iter().all(of_name)
            && !name.split(|byte| b"_.".contains(byte)).any(super::spoken::is_noise)
    };
    name.is_some_and(is_name) || is_entity(value)
}

/// An entity of XML, DTML or HTML that stands for the value: `&dtml-password;`, `&newMsgCmd.accesskey;`.
fn is_entity(value: &[u8]) -> bool {
    let name = value.strip_prefix(b"&").and_then(|rest| rest.strip_suffix(b";")).unwrap_or_default();
    let is_part = |part: &[u8]| is_name(part) || is_short(part);
    // What stands behind the point says what it is, where abbreviations stand before it.
    let says = |(owner, last): (&[u8], &[u8])| {
        last.len() > 4
            && is_name(last)
            && owner.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
    };
    name.rsplit_once_str(".").is_some_and(says)
        || (name.len() > 3 && name.split(|byte| b".-_".contains(byte)).all(is_part))
}

/// A name of a registry of names (RFC 8141): `urn:oid:2.5.4.35`.
fn is_urn(value: &[u8]) -> bool {
    let Some((space, name)) = value.strip_prefix(b"urn:").and_then(|rest| rest.split_once_str(":")) else {
        return false;
    };
    let is_part = |part: &[u8]| is_name(part) || is_short(part) || is_digits(part);
    is_short(space) && name.split(|byte| b":.-_/".contains(byte)).all(is_part)
}

/// Names with `:` or `/` between them: an action (`kafka:GetSecret`), what a provider makes (`aws:iam/accessKey:AccessKey`),
/// a plugin (`acme.auth.token:Plugin`), a feature (`dep:jsonwebtoken`), a name of a host (`acme.io/token`); or with more
/// than one `_` (`EC2Token_filter_factory`).
fn is_chain(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| b":/.".contains(byte));
    let is_joined = value.iter().any(|byte| b":/".contains(byte)) || value.find_iter("_").count() > 1;
    let pieces = value.split(|byte| b":/._-".contains(byte));
    let pieces: Vec<&[u8]> = pieces.collect();
    let (named, rare): (Vec<&[u8]>, Vec<&[u8]>) =
        pieces.into_iter().partition(|piece| is_name(piece) || is_short(piece));
    let spoken: Vec<u8> =
        named.into_iter().filter(|piece| piece.len() > 4 && !is_short(piece)).collect::<Vec<_>>().concat();
    let rare: usize = rare.into_iter().map(<[u8]>::len).sum();
    is_joined
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b":/._-".contains(byte))
        && parts.all(|part| is_name(part) || is_short(part) || is_rare_name(part))
        && rare * 5 <= value.len() * 2
        && rare_pairs(&spoken.to_ascii_lowercase()) * 10 <= spoken.len()
        && spoken.len() * 3 >= value.iter().filter(|byte| byte.is_ascii_alphanumeric()).count()
        && says_enough(value)
}

/// A name that somebody made up: `kafka`, `azure-native`. It says nothing by itself.
fn is_rare_name(part: &[u8]) -> bool {
    let is_rare = |piece: &[u8]| {
        let letters = piece.trim_end_with(|c| c.is_ascii_digit());
        (3..=10).contains(&letters.len())
            && piece.len() < letters.len() + 2
            && letters.iter().all(u8::is_ascii_lowercase)
            && letters.iter().any(|byte| b"aeiouy".contains(byte))
    };
    part.split(|byte| b"_-".contains(byte)).all(|piece| is_rare(piece) || is_name(piece))
}

/// People choose two words for a password: of a name under the name of one, more has to stand there, and one part of it
/// says what it is the name of.
fn is_chain_about(value: &[u8], identifier: &[String]) -> bool {
    let parts = value.split(|byte| b":/.".contains(byte)).count();
    let kinds = b":/.".iter().filter(|sign| value.contains(sign)).count();
    let says =
        |word: &String| word.starts_with("pass") || word.starts_with("secret") || identifier.contains(word);
    let is_lower = value.first().is_some_and(u8::is_ascii_lowercase);
    is_chain(value) && is_lower && parts > 2 && kinds > 1 && words::split(value).iter().any(says)
}

/// A dependency that a feature of Cargo turns on: `dep:hmac-sha256`.
fn is_dependency(value: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(byte);
    value.strip_prefix(b"dep:").is_some_and(|name| {
        name.iter().all(of_name) && !name.split(|byte| b"_-".contains(byte)).any(super::spoken::is_noise)
    })
}

/// Whose it is and what: `my-acme-api-key`, of a key that is called so.
fn says_whose(value: &[u8], identifier: &[String]) -> bool {
    let words: Vec<&[u8]> = value.split(|byte| b"-_".contains(byte)).collect();
    let is_word = |word: &&[u8]| {
        (1..=12).contains(&word.len())
            && word.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let last = words.last().copied().unwrap_or_default();
    words.len() > 2
        && matches!(words[0], b"my" | b"your")
        && words.iter().all(is_word)
        && identifier.last().is_some_and(|word| word.as_bytes() == last)
}

/// Whether most of the letters of a name stand in words.
fn says_enough(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    letters > 6 && digits * 2 <= letters
}

/// A part of a name: words, with short numbers between them.
fn is_name(part: &[u8]) -> bool {
    let mut pieces = part.split(|byte| b"_-".contains(byte)).filter(|piece| !piece.is_empty());
    let is_long = |piece: &[u8]| {
        let letters = piece.trim_end_with(|c| c.is_ascii_digit());
        let is_spoken_in_capitals = letters.iter().all(u8::is_ascii_uppercase)
            && letters
                .chunks(12)
                .all(|part| part.len() < 4 || is_spoken(&String::from_utf8_lossy(part).to_ascii_lowercase()));
        piece.len() < letters.len() + 4
            && (reads_like_words(letters)
                || is_identifier(piece)
                || (piece[0].is_ascii_uppercase() && is_of_words(piece))
                || is_spoken_in_capitals)
    };
    part.iter().any(u8::is_ascii_alphabetic)
        && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
        && pieces.all(|piece| is_short(piece) || is_number(piece) || is_long(piece))
}

/// An abbreviation, with a number: `io`, `v1`, `k8s`, `erc721`, `v1beta1`.
fn is_short(part: &[u8]) -> bool {
    let version = part.strip_prefix(b"v").map(|rest| rest.trim_start_with(|c| c.is_ascii_digit()));
    let is_version = |rest: &[u8]| {
        let digits = part.len() - 1 - rest.len();
        let is_stage =
            |word: &&[u8]| rest.strip_prefix(*word).is_some_and(|rest| rest.len() < 3 && is_digits(rest));
        (1..=8).contains(&digits) && (rest.is_empty() || [&b"alpha"[..], b"beta"].iter().any(is_stage))
    };
    let letters = part.trim_end_with(|c| c.is_ascii_digit());
    let is_of_one_case = |test: fn(&u8) -> bool| part.iter().all(|byte| test(byte) || byte.is_ascii_digit());
    let has_letter = part.iter().any(u8::is_ascii_alphabetic);
    ((part.len() <= 4 || (letters.len() <= 4 && part.len() < 8))
        && has_letter
        && (is_of_one_case(u8::is_ascii_lowercase) || is_of_one_case(u8::is_ascii_uppercase)))
        || version.is_some_and(is_version)
}

fn is_number(part: &[u8]) -> bool {
    (1..=5).contains(&part.len()) && is_digits(part)
}

fn is_digits(part: &[u8]) -> bool {
    part.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;

    fn is_public(name: &str, value: &str) -> bool {
        names_something_public(value.as_bytes(), &words::split(name.as_bytes()))
    }

    #[test]
    fn names_of_public_things() {
        for (name, value) in [
            ("token", "#/components/schemas/TokenV2Response"),
            ("password", "#/definitions/Password2"),
            ("credentials", "list[UserExtSmtpCredentials]"),
            ("passwords", "dict(str, UserPasswordV2)"),
            ("secret", "registry.acme.io:5000/team/secret-service:v1.2.3"),
            ("password", "PasswordPolicyChecks::checkMinimumPasswordLengthToLogin"),
            ("password", "UserController::resetPassword2Action"),
            ("password", "UserController@reset2"),
            ("secret", "kafka:BatchAssociateScramSecret"),
            ("ec2token", "EC2Token_filter_factory"),
            ("token", "pulumi:providers:azure-native"),
            ("token", "aws:iam/accessKey:AccessKey2"),
            ("token", "azure-native:apimanagement/v20220801:ApiKey"),
            ("credentials", "REPLY:ALTERUSERSCRAMCREDENTIALS"),
            ("token", "erc721:bsctoken"),
            ("password", "acme.auth.password:PasswordPlugin2"),
            ("password", "acme.io/v1beta1/passwords"),
            ("password", "k8s:secret/db2/password"),
            ("password", "dep:hmac-sha256"),
            ("token", "vault.acme.com/agent-inject-token2"),
            ("token", "authentication.k8s.io/v1beta1.TokenReview"),
            ("appkey", "notify/html5/appkey"),
            ("password", "application/vnd.bag-StrongEncPasswordString"),
            ("token", "application/vnd.acme.token+json;v=2"),
            ("password", "data:image/svg+xml;base64,PHN2ZyB4bWxucz0"),
            ("api", "api.$version.[graphql.json]"),
            ("password", "{kwargs["),
            ("password", "&dtml-password2;"),
            ("accesskey", "&newNewMsgCmd.accesskey;"),
            ("password", "urn:oid:2.5.4.35"),
            ("token", "erc1155:bsctoken"),
            ("password", "[\"dep:pem\","),
            ("api_key", "my-n8n-api-key"),
        ] {
            assert!(is_public(name, value), "{name}: {value}");
        }
        assert!(is_public("token", &generate("00-{hex:32}-{hex:16}-01").unwrap()));
    }

    #[test]
    fn near_misses() {
        for (name, template) in [
            ("token", "#/{alnum:12}/{alnum:12}"),
            ("token", "#/components/{alnum:20}"),
            ("token", "list[{alnum:20}]"),
            ("secret", "registry.acme.io/{alnum:16}:{alnum:16}"),
            ("password", "{alnum:10}::{alnum:10}"),
            ("password", "dep:{alnum:14}"),
            ("token", "aws:{alnum:20}"),
            ("token", "acme.io/{alnum:24}"),
            ("token", "application/{alnum:24}"),
            ("token", "data:{alnum:24}"),
            ("token", "prod_live_{alnum:20}"),
            ("password", "&{alnum:14};"),
            ("password", "&{password:14};"),
            ("token", "urn:{alnum:8}:{alnum:16}"),
            ("api_key", "my-app-{alnum:20}"),
            ("token", "{hex:2}-{hex:32}-{alnum:16}-01"),
            // People choose two words.
            ("password", "Summer:Winter"),
            ("password", "dragon/horse2"),
            ("password", "correct:Horse/Battery"),
        ] {
            assert!(!is_public(name, &generate(template).unwrap()), "{name}: {template}");
        }
    }

    /// Of what a machine made, next to nothing is a name, whatever sign stands in it.
    #[test]
    fn random_text_with_a_sign_inside_is_no_name() {
        for sign in [":", "/", "::", ".", "@", "_", ":/", "-"] {
            for (left, right) in [(6, 14), (10, 10), (15, 5)] {
                for hole in ["alnum", "letters", "lower-alnum", "base64url"] {
                    let template = format!("{{{hole}:{left}}}{sign}{{{hole}:{right}}}");
                    let texts = (0..2000).map(|salt| generate(&format!("{template} {salt}")).unwrap());
                    let first = texts.map(|text| text.split(' ').next().unwrap().to_owned());
                    let taken: Vec<String> = first.filter(|text| is_public("api_token", text)).collect();
                    assert!(taken.len() <= 2, "{template}: {taken:?}");
                }
            }
        }
    }
}
