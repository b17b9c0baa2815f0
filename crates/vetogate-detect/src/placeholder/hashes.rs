//! Hashes of passwords: nobody logs in with one.

/// A hash that says how it was made.
pub(super) fn is_hash(value: &[u8]) -> bool {
    is_crypt(value)
        || is_of_user(value)
        || is_of_postgres(value)
        || is_of_mysql(value)
        || is_of_directory(value)
}

/// A line of a file of users, of `htpasswd` for one: `name:$2y$05$..`.
fn is_of_user(value: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.@".contains(byte);
    let Some(at) = value.iter().position(|&byte| byte == b':') else { return false };
    let (name, hash) = (&value[..at], &value[at + 1..]);
    !name.is_empty()
        && name.iter().all(of_name)
        && (is_crypt(hash) || (hash.starts_with(b"{SHA}") && hash.len() == 33))
}

/// As PostgreSQL keeps it: `md5` and 32 hexadecimal digits, or `SCRAM-SHA-256$`.
fn is_of_postgres(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"md5").unwrap_or_default();
    (digits.len() == 32 && digits.iter().all(u8::is_ascii_hexdigit)) || value.starts_with(b"SCRAM-SHA-")
}

/// As MySQL keeps it: a star and the forty digits of a SHA-1.
fn is_of_mysql(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"*").unwrap_or_default();
    digits.len() == 40 && digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'))
}

/// As a directory keeps it: the scheme in braces, and base64 (RFC 3112).
fn is_of_directory(value: &[u8]) -> bool {
    const SCHEMES: &[&[u8]] = &[
        b"SHA",
        b"SSHA",
        b"SHA256",
        b"SSHA256",
        b"SHA384",
        b"SSHA384",
        b"SHA512",
        b"SSHA512",
        b"MD5",
        b"SMD5",
        b"CRYPT",
        b"PBKDF2",
        b"PBKDF2-SHA256",
        b"PBKDF2-SHA512",
        b"bcrypt",
        b"scrypt",
        b"ARGON2",
    ];
    let scheme = value.strip_prefix(b"{").and_then(|rest| rest.split(|&byte| byte == b'}').next());
    scheme.is_some_and(|scheme| {
        SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) && value.len() > 24
    })
}

/// A hash of a password as `crypt` writes it: `$2y$10$..`, `$6$..`.
fn is_crypt(value: &[u8]) -> bool {
    const SCHEMES: &[&[u8]] = &[
        b"1",
        b"2",
        b"2a",
        b"2b",
        b"2x",
        b"2y",
        b"5",
        b"6",
        b"7",
        b"y",
        b"gy",
        b"md5",
        b"sha1",
        b"apr1",
        b"argon2i",
        b"argon2d",
        b"argon2id",
        b"pbkdf2",
        b"pbkdf2-sha256",
        b"pbkdf2-sha512",
        b"scrypt",
        b"bcrypt",
        b"bcrypt-sha256",
    ];
    let scheme = value.strip_prefix(b"$").and_then(|rest| rest.split(|&byte| byte == b'$').next());
    value.len() > 12
        && scheme
            .is_some_and(|scheme| value[scheme.len() + 1..].starts_with(b"$") && SCHEMES.contains(&scheme))
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;

    #[test]
    fn hashes_and_passwords() {
        for hash in [
            "md5{hex:32}",
            "SCRAM-SHA-256$4096:{base64:22}==${base64:43}=:{base64:43}=",
            "*{HEX:40}",
            "{{SSHA}}{base64:32}",
            "{{crypt}}$6${alnum:86}",
            "$2y$10${alnum:53}",
            "test:$2y$05${alnum:53}",
            "bob:$apr1${alnum:8}${alnum:22}",
            "bob:{{SHA}}{base64:27}=",
        ] {
            assert!(is_hash(generate(hash).unwrap().as_bytes()), "{hash}");
        }
        for other in [
            "md5{hex:31}",
            "md5{alnum:32}",
            "{hex:32}",
            "*{HEX:39}",
            "{{SSHA}}{alnum:9}",
            "{{x}}{alnum:32}",
            "$9x{alnum:12}",
            "test:{alnum:16}",
            ":$2y$05${alnum:53}",
        ] {
            assert!(!is_hash(generate(other).unwrap().as_bytes()), "{other}");
        }
    }
}
