//! Each verifier in both directions, over tokens that are made here.

use super::{Check, Verifier};
use crate::template::generate;

/// The last letter or digit, exchanged for another of the same kind.
fn slip(token: &str) -> String {
    let at = token.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap();
    let other = match &token[at..=at] {
        "2" => "3",
        digit if digit.parse::<u8>().is_ok() => "2",
        "a" => "b",
        "A" => "B",
        letter if letter.chars().all(|c| c.is_ascii_lowercase()) => "a",
        _ => "A",
    };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}

fn check(verifier: Verifier, token: &str) -> Check {
    verifier.check(token.as_bytes())
}

#[test]
fn a_right_checksum_confirms_and_a_wrong_one_rejects() {
    let cases = [
        (Verifier::Crc32Base62, "{crc32-base62:ghp_}", Check::Invalid),
        (Verifier::Crc32Base62, "{crc32-base62:ghr_,70}", Check::Invalid),
        (Verifier::Vercel, "{crc32-base62:vcp_,50}", Check::Unknown),
        (Verifier::GitlabRoutable, "{gitlab-routable:glpat-}", Check::Invalid),
        (Verifier::GrafanaServiceAccount, "{grafana-service-account}", Check::Invalid),
        (Verifier::Confluent, "{confluent}", Check::Invalid),
        (Verifier::Atlassian, "{atlassian:ATATT3,177}", Check::Invalid),
        (Verifier::Atlassian, "{atlassian:ATBB,24}", Check::Invalid),
        (Verifier::Age, "{age}", Check::Invalid),
        (Verifier::Nkey, "{nkey}", Check::Invalid),
        (Verifier::Stellar, "{stellar}", Check::Invalid),
        (Verifier::Zuplo, "{zuplo}", Check::Unknown),
    ];
    for (verifier, template, otherwise) in cases {
        let token = generate(template).unwrap();
        assert_eq!(check(verifier, &token), Check::Valid, "{template}");
        assert_eq!(check(verifier, &slip(&token)), otherwise, "{template} with a slip");
    }
}

#[test]
fn an_unknown_length_is_never_rejected() {
    for (verifier, template) in [
        (Verifier::Crc32Base62, "ghp_{alnum:40}"),
        (Verifier::GithubFineGrained, "github_pat_{alnum:22}_{alnum:59}"),
        (Verifier::GitlabRoutable, "glpat-{alnum:20}"),
        (Verifier::GitlabRoutable, "glpat-{alnum:30}.02.{lower-alnum:9}"),
        (Verifier::GrafanaServiceAccount, "glsa_{alnum:33}_{hex:8}"),
        (Verifier::Confluent, "cflt{base64:61}"),
        (Verifier::Atlassian, "ATATT3{alnum:100}"),
        (Verifier::Age, "AGE-SECRET-KEY-1{upper-alnum:70}"),
        (Verifier::Pypi, "pypi-AgEIcHlwaS5vcmc{base64url:150}"),
    ] {
        assert_eq!(check(verifier, &generate(template).unwrap()), Check::Unknown, "{template}");
    }
}

#[test]
fn what_can_be_read_is_read() {
    for (verifier, template, says) in [
        (Verifier::Jwt, "{jwt}", Check::Valid),
        (Verifier::Jwt, "{jwt:anon}", Check::Invalid),
        (Verifier::Jwt, "{base64url:30}.{base64url:30}.{base64url:43}", Check::Invalid),
        (Verifier::SupabaseServiceRole, "{jwt:service_role}", Check::Valid),
        (Verifier::SupabaseServiceRole, "{jwt:anon}", Check::Invalid),
        (Verifier::Pypi, "{pypi}", Check::Valid),
        (Verifier::Sentry, "{sentry}", Check::Valid),
        (Verifier::Base64Json, "glc_{json64:o,n,k}", Check::Valid),
        (Verifier::BasicAuth, "{basic:deploy}", Check::Unknown),
        (Verifier::BasicAuth, "{base64:20}", Check::Invalid),
        (Verifier::Pem, "{pem:RSA PRIVATE KEY}", Check::Valid),
        (Verifier::Pem, "{pem-escaped:PRIVATE KEY}", Check::Valid),
        (Verifier::Wireguard, "{wireguard}", Check::Valid),
    ] {
        let token = generate(template).unwrap();
        let value = token.strip_prefix("-----BEGIN").map_or(token.as_str(), |rest| {
            let body = rest.find("-----").map_or(0, |at| at + 5);
            &rest[body..rest.find("-----END").unwrap_or(rest.len())]
        });
        assert_eq!(check(verifier, value), says, "{template}");
    }
}

#[test]
fn openssh_keys_say_whether_they_are_encrypted() {
    for (cipher, plain, encrypted) in
        [("none", Check::Valid, Check::Invalid), ("aes256-ctr", Check::Invalid, Check::Valid)]
    {
        let key = generate(&format!("{{openssh:{cipher}}}")).unwrap();
        let body = key.split("-----").nth(2).unwrap();
        assert_eq!(check(Verifier::Openssh, body), plain);
        assert_eq!(check(Verifier::OpensshEncrypted, body), encrypted);
    }
}

#[test]
fn openpgp_keys_say_whether_they_are_encrypted() {
    for (kind, plain, encrypted) in
        [("plain", Check::Valid, Check::Invalid), ("encrypted", Check::Invalid, Check::Valid)]
    {
        let key = generate(&format!("{{openpgp:{kind}}}")).unwrap();
        let body = key.split("-----").nth(2).unwrap();
        let headed = format!("\nVersion: GnuPG v2\nComment: made for a test\n{body}");
        let cut = &body[..600];
        let escaped = body.replace('\n', "\\n");
        for body in [body, headed.as_str(), cut, escaped.as_str()] {
            assert_eq!(check(Verifier::Openpgp, body), plain, "{body}");
            assert_eq!(check(Verifier::OpenpgpEncrypted, body), encrypted, "{body}");
        }
    }
    let random = generate("{lines:600}").unwrap();
    assert_eq!(check(Verifier::Openpgp, &random), Check::Unknown);
    assert_eq!(check(Verifier::OpenpgpEncrypted, &random), Check::Invalid);
}
