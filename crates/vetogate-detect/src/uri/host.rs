//! What the name of a host says: that nobody's server is there, this machine, a name that stands in for one.

/// The name, without a port.
fn name_of(host: &[u8]) -> Vec<u8> {
    host.split(|&byte| byte == b':').next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether a name is a domain, or of one.
fn is_of(name: &[u8], domain: &[u8]) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with(b"."))
}

/// A name that manuals and tests have (RFC 2606, RFC 6761), and the mirrors of requests whose accounts are for everybody:
/// nobody's server is there.
pub(super) fn is_shown(host: &[u8]) -> bool {
    const DOMAINS: &[&[u8]] = &[
        b"example",
        b"invalid",
        b"test",
        b"foo.com",
        b"foo.org",
        b"foo.bar",
        b"bar.com",
        b"httpbin.org",
        b"httpbin.dev",
        b"httpbingo.org",
        b"postman-echo.com",
    ];
    let name = name_of(host);
    let name = name.strip_suffix(b".").unwrap_or(&name);
    // `example.com`, and what the same stands for in other countries.
    let mut labels = name.rsplit(|&byte| byte == b'.').skip(1).take(2);
    DOMAINS.iter().any(|domain| is_of(name, domain) && (domain.contains(&b'.') || name.contains(&b'.')))
        || labels.any(|label| label == b"example")
}

/// This machine, a name of a network of one's own (RFC 6761, RFC 6762), a single label as containers have, a hole, none.
pub(crate) fn is_local(host: &[u8]) -> bool {
    const OF_ITS_OWN: [&[u8]; 4] = [b".local", b".localhost", b".test", b".internal"];
    let name = name_of(host);
    !name.contains(&b'.') && !host.starts_with(b"[")
        || name.starts_with(b"127.")
        || name == b"0.0.0.0"
        || host.starts_with(b"[::1]")
        || name.iter().any(|byte| b"{}$<>%".contains(byte))
        || OF_ITS_OWN.iter().any(|end| name.ends_with(end))
}

/// A domain that a reader has to put the own one for: `pypi.company.com`, `your-domain.io`, `host.tld`.
pub(super) fn stands_in_for_one(host: &[u8]) -> bool {
    const WORDS: &[&str] = &[
        "acmecorp",
        "company",
        "corp",
        "corporation",
        "domain",
        "host",
        "hostname",
        "org",
        "organization",
        "server",
        "servername",
        "site",
        "somehost",
        "someserver",
        "somewhere",
        "website",
    ];
    const TELLING: &[&str] = &["my", "your", "some", "the"];
    let name = name_of(host);
    let mut labels = name.rsplit(|&byte| byte == b'.');
    let (Some(top), Some(label)) = (labels.next(), labels.next()) else { return false };
    let label = String::from_utf8_lossy(label).replace('-', "");
    let is_word = |text: &str| WORDS.contains(&text);
    top == b"tld"
        || is_word(&label)
        || TELLING.iter().any(|telling| label.strip_prefix(telling).is_some_and(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_manuals() {
        for host in [
            "example.com",
            "db.example.org:5432",
            "EXAMPLE.de",
            "a.example.co.uk",
            "acme.example",
            "x.invalid",
            "app.test",
            "foo.com",
            "a.foo.bar",
            "httpbin.org",
            "db.example.internal",
            "example.com.",
        ] {
            assert!(is_shown(host.as_bytes()), "{host}");
        }
        for host in [
            "notexample.com",
            "bigfoo.com",
            "test",
            "example",
            "latest",
            "examples.acme.io",
            "example-db.acme.io",
            "db.acme.io",
        ] {
            assert!(!is_shown(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn names_that_stand_in() {
        for host in [
            "pypi.company.com",
            "your-domain.io:8080",
            "mysite.org",
            "host.tld",
            "git.yourcompany.net",
            "domain.com",
        ] {
            assert!(stands_in_for_one(host.as_bytes()), "{host}");
        }
        for host in ["company.acme.io", "companyx.com", "db", "myacme.io", "serverless.com", "10.0.0.1"] {
            assert!(!stands_in_for_one(host.as_bytes()), "{host}");
        }
    }
}
