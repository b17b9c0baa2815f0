//! Enrolling a signer for one clone: by a person on a terminal, and recorded.

use super::override_push::who;
use super::{Failure, ask};
use crate::audit::Event;
use crate::audit::log::Log;
use crate::gate;
use crate::git::command::Git;
use crate::hooks::files;
use crate::overrides::agent::agent;
use crate::policies::seen;
use crate::sign::signers::{Signers, fingerprint};
use crate::sign::{Namespace, keygen};
use crate::trust::enrolled_file;
use anyhow::{Context as _, anyhow};
use serde_json::json;
use ssh_key::PublicKey;
use std::path::Path;
use vetogate_core::text::escape;

/// Enrols a key; gives what was done.
///
/// # Errors
/// When it is no key, nobody confirms it on a terminal, or it can't be recorded.
pub fn enrol(key: &Path) -> Result<String, Failure> {
    let public = public_key(key)?;
    let name = fingerprint(public.key_data());
    confirm(&name)?;
    let git = Git::at(".");
    let common_dir = gate::common_dir(&git).map_err(Failure::usage)?;
    let file = enrolled_file(&common_dir);
    let shown = escape(file.as_os_str().as_encoded_bytes());
    let before = files::read(&file)
        .with_context(|| format!("{shown} can't be read"))
        .map_err(Failure::usage)?
        .unwrap_or_default();
    let known = Signers::parse(&before, &shown).map_err(Failure::usage)?;
    let is_listed = known.with_key(public.key_data()).is_some();
    if is_listed
        && Log::of(&common_dir)
            .holds("enrolment", "key", &name)
            .map_err(|why| Failure::usage(anyhow!(why)))?
    {
        return Ok(format!("{name} is enrolled already"));
    }
    let person = who(&git);
    let added = if is_listed { Vec::new() } else { line(&public, &git)?.into_bytes() };
    let text = [before, added].concat();
    Signers::parse(&text, &shown).map_err(Failure::usage)?;
    // What is not recorded must not count.
    let event = Event::loosening("enrolment", json!({ "key": name, "who": person }));
    Log::of(&common_dir)
        .append(&[event])
        .context("an enrolment that can't be recorded is none")
        .map_err(Failure::usage)?;
    files::put(&file, &text, 0o600)
        .with_context(|| format!("could not write {shown}"))
        .map_err(Failure::usage)?;
    let listed = seen::lists_signers(&common_dir);
    let but =
        listed.map_or_else(String::new, |by| format!("; it counts once {by} lists nobody who may sign"));
    Ok(format!("enrolled {name} for this clone{but}"))
}

fn public_key(key: &Path) -> Result<PublicKey, Failure> {
    let path = keygen::public_file(key);
    let shown = escape(path.as_os_str().as_encoded_bytes());
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{shown} can't be read; it has to lie beside the private key"))
        .map_err(Failure::usage)?;
    PublicKey::from_openssh(&text)
        .with_context(|| format!("{shown} is no public key of SSH"))
        .map_err(Failure::usage)
}

/// A phrase on a terminal: an agent that enrols a key of its own would sign for itself.
fn confirm(key: &str) -> Result<(), Failure> {
    if let Some(agent) = agent(std::env::vars_os()) {
        return Err(Failure::usage(anyhow!(
            "this looks like a terminal of {agent}, which enrols nobody; use another terminal"
        )));
    }
    if !ask::is_possible() {
        return Err(Failure::usage(anyhow!("enrolling a signer takes a terminal")));
    }
    let end: String = key.chars().rev().take(6).collect::<Vec<char>>().into_iter().rev().collect();
    let question = format!(
        "{key}\nWhat this key signs will let pushes of this clone through. To enrol it, type: enrol {end}\n> "
    );
    let typed = ask::line(&question).map_err(Failure::incomplete)?;
    if typed == Some(format!("enrol {end}")) {
        return Ok(());
    }
    Err(Failure::usage(anyhow!("that is not what had to be typed; nobody was enrolled")))
}

/// A line of the signers file, for everything.
fn line(key: &PublicKey, git: &Git) -> Result<String, Failure> {
    let all = [Namespace::Override, Namespace::Triage, Namespace::Policy, Namespace::Audit];
    let namespaces: Vec<&str> = all.iter().map(|namespace| namespace.as_str()).collect();
    let email = git.read_line(["config", "--get", "user.email"]).ok().flatten().unwrap_or_default();
    let is_plain =
        !email.is_empty() && email.chars().all(|c| c.is_ascii_alphanumeric() || "@.-_+".contains(c));
    let person = if is_plain { email } else { "me".to_owned() };
    let key = PublicKey::from(key.key_data().clone()).to_openssh().map_err(Failure::usage)?;
    Ok(format!("{person} namespaces=\"{}\" {key}\n", namespaces.join(",")))
}
