//! Named verifiers: what the structure of a token says of its truth.
//!
//! A verifier rejects only for exactly the version that was checked on tokens made by the issuer, or that the issuer
//! documents; anything else is `Unknown`.

pub(crate) mod checksum;
pub mod openpgp;
pub(crate) mod structure;

pub use checksum::base62_crc32;
use serde::Deserialize;

/// What the structure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is what the issuer makes.
    Valid,
    /// It is not: an example, or a slip.
    Invalid,
    /// A version or length that was not verified.
    Unknown,
}

impl Check {
    /// Valid where the test passes, else what is said otherwise.
    pub(crate) fn when(passes: bool, otherwise: Self) -> Self {
        if passes { Self::Valid } else { otherwise }
    }
}

/// The structures that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verifier {
    /// GitHub, npm: after `prefix_`, the last six characters are the base62 CRC-32 of what stands between.
    Crc32Base62,
    /// GitHub's fine-grained tokens: eight characters of a SHA-256; seen on one token, so it never rejects.
    GithubFineGrained,
    /// Vercel: as GitHub's, but it never rejects.
    Vercel,
    /// GitLab's routable tokens: the last seven characters are the base36 CRC-32 of what stands before.
    GitlabRoutable,
    /// Grafana's service accounts: eight hexadecimal digits, the little-endian CRC-32 of what stands before.
    GrafanaServiceAccount,
    /// Confluent: six base64 characters, the little-endian CRC-32 of the 54 before.
    Confluent,
    /// Atlassian, Bitbucket: eight hexadecimal digits, the CRC-32 of what stands before.
    Atlassian,
    /// Zuplo: eight hexadecimal digits of a CRC-32; never rejects.
    Zuplo,
    /// PyPI: a macaroon of pypi.org.
    Pypi,
    /// Sentry: base64 JSON that names an organization.
    Sentry,
    /// Base64 JSON (1Password, Grafana Cloud, Mapbox).
    Base64Json,
    /// age: bech32.
    Age,
    /// NATS: base32 with a CRC-16.
    Nkey,
    /// Stellar: base32 with a version byte and a CRC-16.
    Stellar,
    /// WireGuard: 32 bytes, clamped.
    Wireguard,
    /// JSON Web Token: the header is base64url JSON that names an `alg`; keys for everybody are none.
    Jwt,
    /// The JSON Web Token of a Supabase project that passes over row level security.
    SupabaseServiceRole,
    /// Base64 of `user:password`.
    BasicAuth,
    /// The body of a PEM private key that is not encrypted.
    Pem,
    /// The body of a private key that is not encrypted, and whose end may be cut off.
    PemCut,
    /// A PEM private key in base64, from the first digit on that its first line decides; one that is encrypted is rejected.
    PemBase64,
    /// The body of an OpenSSH private key that is not encrypted.
    Openssh,
    /// The body of an OpenSSH private key that is encrypted.
    OpensshEncrypted,
    /// The body of an armored OpenPGP key, some part of which is not encrypted; what can't be read is not rejected.
    Openpgp,
    /// The body of an armored OpenPGP key that is encrypted.
    OpenpgpEncrypted,
}

impl Verifier {
    /// Checks a value.
    pub fn check(self, value: &[u8]) -> Check {
        match self {
            Self::Crc32Base62 => checksum::crc32_base62(value),
            Self::GithubFineGrained => checksum::github_fine_grained(value),
            Self::Vercel => checksum::vercel(value),
            Self::GitlabRoutable => checksum::gitlab_routable(value),
            Self::GrafanaServiceAccount => checksum::grafana(value),
            Self::Confluent => checksum::confluent(value),
            Self::Atlassian => checksum::atlassian(value),
            Self::Zuplo => checksum::zuplo(value),
            Self::Age => checksum::age(value),
            Self::Nkey => checksum::nkey(value),
            Self::Stellar => checksum::stellar(value),
            Self::Wireguard => checksum::wireguard(value),
            Self::Pypi => structure::pypi(value),
            Self::Sentry => structure::sentry(value),
            Self::Base64Json => structure::base64_json(value),
            Self::Jwt => structure::jwt(value),
            Self::SupabaseServiceRole => structure::supabase(value),
            Self::BasicAuth => structure::basic_auth(value),
            Self::Pem => structure::pem(value),
            Self::PemCut => structure::pem_cut(value),
            Self::PemBase64 => structure::pem_base64(value),
            Self::Openssh => structure::openssh(value, true),
            Self::OpensshEncrypted => structure::openssh(value, false),
            Self::Openpgp => openpgp::armored(value, openpgp::Protection::Plain),
            Self::OpenpgpEncrypted => openpgp::armored(value, openpgp::Protection::Passphrase),
        }
    }
}

#[cfg(test)]
mod tests;
