//! The signers file, `allowed_signers`: whose signature counts, and for what.
//!
//! A part of the format that ssh-keygen(1) describes under ALLOWED SIGNERS, read strictly: OpenSSH skips lines that it
//! does not understand, lets `*` stand for anyone and a line without `namespaces=` for anything. Here each of them is an
//! error with its place.

use super::Namespace;
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey};
use std::fmt;
use vetogate_core::text::{escape, shorten};

/// Whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The person.
    pub name: String,
    /// Literal namespaces.
    namespaces: Vec<String>,
    /// The key.
    key: KeyData,
}

/// Everyone in a signers file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signers(Vec<Signer>);

/// What is wrong with a signers file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SignersError {
    source_name: String,
    line: usize,
    message: String,
}

impl fmt::Display for SignersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.source_name, self.line, self.message)
    }
}

/// What a line has to look like, for messages.
const EXPECTED: &str = "expected `NAME namespaces=\"veto-override@v1,...\" KEY-TYPE KEY`";

impl Signers {
    /// Reads a signers file; `source` names it in errors.
    ///
    /// # Errors
    /// The first line that is not understood in full.
    pub fn parse(text: &[u8], source: &str) -> Result<Self, SignersError> {
        let error = |line: usize, message: String| SignersError { source_name: source.into(), line, message };
        let text = std::str::from_utf8(text).map_err(|wrong| {
            let before = &text[..wrong.valid_up_to()];
            error(before.iter().filter(|byte| **byte == b'\n').count() + 1, "not UTF-8".into())
        })?;
        let mut signers = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let signer = signer(line).map_err(|message| error(index + 1, message))?;
            if let Some(other) = signers.with_key(&signer.key) {
                let message = format!("this key is {}'s already; one key stands for one person", other.name);
                return Err(error(index + 1, message));
            }
            signers.0.push(signer);
        }
        Ok(signers)
    }

    /// Adds those of another list. Who is in both is listed once, as in the first.
    pub fn extend(&mut self, more: Self) {
        for signer in more.0 {
            if self.with_key(&signer.key).is_none() {
                self.0.push(signer);
            }
        }
    }

    /// A line for each signature that would count in `new` and does not here.
    pub fn loosened_by(&self, new: &Self) -> Vec<String> {
        let more = |signer: &&Signer| {
            let known = self.with_key(&signer.key);
            signer.namespaces.iter().any(|name| known.is_none_or(|known| !known.namespaces.contains(name)))
        };
        let line = |signer: &Signer| format!("{} may sign for {}", signer.name, signer.namespaces.join(", "));
        new.0.iter().filter(more).map(line).collect()
    }

    /// Whether nobody is listed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose key this is.
    pub fn with_key(&self, key: &KeyData) -> Option<&Signer> {
        self.0.iter().find(|signer| signer.key == *key)
    }

    /// Everyone.
    pub fn iter(&self) -> impl Iterator<Item = &Signer> {
        self.0.iter()
    }
}

impl Signer {
    /// Whether this person may sign for it.
    pub fn may(&self, namespace: Namespace) -> bool {
        self.namespaces.iter().any(|literal| literal == namespace.as_str())
    }

    /// The key's fingerprint, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.key)
    }
}

/// A key's fingerprint, as `ssh-keygen -l` shows it: `SHA256:...`.
pub fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

fn signer(line: &str) -> Result<Signer, String> {
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
        return Err("the mark of a merge conflict; resolve it".into());
    }
    let mut words = line.split_ascii_whitespace();
    let name = person(words.next().unwrap_or_default())?;
    let options = words.next().unwrap_or_default();
    let namespaces = namespaces(options)?;
    let (Some(kind), Some(key)) = (words.next(), words.next()) else {
        return Err(format!("there is no key; {EXPECTED}"));
    };
    if kind.contains("-cert-") {
        return Err("a certificate, which is not taken; list the key itself".into());
    }
    let key = PublicKey::from_openssh(&format!("{kind} {key}"))
        .map_err(|error| format!("not a public key ({error}); {EXPECTED}"))?;
    Ok(Signer { name, namespaces, key: key.key_data().clone() })
}

fn person(name: &str) -> Result<String, String> {
    let shown = || shorten(&escape(name.as_bytes()), 80);
    let bad = |c: char| c.is_control() || "*?!\",=".contains(c);
    if name.contains(bad) {
        return Err(format!("`{}` is not one person; a name has no pattern, comma or quote", shown()));
    }
    Ok(escape(name.as_bytes()))
}

/// `namespaces="a,b"`: the only option, and it has to be there.
fn namespaces(options: &str) -> Result<Vec<String>, String> {
    let Some(quoted) = options.strip_prefix("namespaces=") else {
        let shown = shorten(&escape(options.as_bytes()), 80);
        let known =
            options.starts_with("ssh-") || options.starts_with("ecdsa-") || options.starts_with("sk-");
        return Err(if known || options.is_empty() {
            format!("without `namespaces=` the key would count for anything; {EXPECTED}")
        } else {
            format!("`{shown}` is no option that is taken; {EXPECTED}")
        });
    };
    let list = quoted.strip_prefix('"').and_then(|list| list.strip_suffix('"')).unwrap_or(quoted);
    let names: Vec<String> = list.split(',').map(str::to_owned).collect();
    let literal = |name: &String| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "@.-_".contains(c))
    };
    match names.iter().find(|name| !literal(name)) {
        Some(name) => {
            let shown = shorten(&escape(name.as_bytes()), 80);
            Err(format!("`{shown}` is no literal namespace; expected one such as `veto-override@v1`"))
        }
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> String {
        let pair = ssh_key::private::Ed25519Keypair::from_seed(&[seed; 32]);
        PublicKey::from(ssh_key::public::Ed25519PublicKey::from(&pair)).to_openssh().unwrap()
    }

    fn error(text: &str) -> String {
        Signers::parse(text.as_bytes(), "f").unwrap_err().to_string()
    }

    #[test]
    fn people_with_their_keys_are_read() {
        let text = format!(
            "# Who may.\r\n\nann@example.org namespaces=\"veto-override@v1,git\" {} Ann's key\r\nbob namespaces=veto-triage@v1 {}\n",
            key(1),
            key(2)
        );
        let signers = Signers::parse(text.as_bytes(), "f").unwrap();
        let ann = PublicKey::from_openssh(&key(1)).unwrap();
        let ann = signers.with_key(ann.key_data()).unwrap();
        assert_eq!(ann.name, "ann@example.org");
        assert!(ann.may(Namespace::Override) && !ann.may(Namespace::Triage));
        assert!(ann.fingerprint().starts_with("SHA256:"));
        assert_eq!(signers.iter().count(), 2);
    }

    #[test]
    fn what_openssh_would_skip_is_an_error() {
        let namespaces = "namespaces=\"veto-override@v1\"";
        for (line, said) in [
            (format!("ann {}", key(1)), "without `namespaces=`"),
            (format!("* {namespaces} {}", key(1)), "not one person"),
            (format!("!ann {namespaces} {}", key(1)), "not one person"),
            (format!("ann,bob {namespaces} {}", key(1)), "not one person"),
            (format!("ann cert-authority {}", key(1)), "no option that is taken"),
            (format!("@revoked ann {}", key(1)), "no option that is taken"),
            (format!("ann {namespaces},no-touch-required {}", key(1)), "no literal namespace"),
            (format!("ann namespaces=\"veto-*\" {}", key(1)), "no literal namespace"),
            (format!("ann namespaces=\"\" {}", key(1)), "no literal namespace"),
            (format!("ann {namespaces}"), "there is no key"),
            (format!("ann {namespaces} ssh-ed25519 AAAA"), "not a public key"),
            (format!("ann {namespaces} ssh-ed25519-cert-v01@openssh.com AAAA"), "a certificate"),
            ("<<<<<<< HEAD".into(), "merge conflict"),
            ("garbage".into(), "without `namespaces=`"),
        ] {
            let said_at = error(&format!("# one\n{line}\n"));
            assert!(said_at.starts_with("f:2: ") && said_at.contains(said), "{line}: {said_at}");
        }
        let twice = format!("ann {namespaces} {}\nbob {namespaces} {}\n", key(1), key(1));
        assert!(error(&twice).starts_with("f:2: this key is ann's already"));
        assert!(Signers::parse(b"# \n\xff", "f").unwrap_err().to_string().starts_with("f:2: not UTF-8"));
    }
}
