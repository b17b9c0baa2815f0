//! `veto policy`: the settings of the gate.

mod shown;

use super::{Failure, exit, output};
use crate::gate;
use crate::git::command::Git;
use crate::hooks::place::Place;
use crate::policies::{self, layers, schema};
use crate::sign::{Namespace, change, keygen};
use crate::triage::repository;
use crate::trust;
use anyhow::{Context as _, anyhow};
use std::path::{Path, PathBuf};
use vetogate_core::Policy;
use vetogate_core::text::escape;
use vetogate_detect::registry;

/// Arguments of `veto policy`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The policy in force, each value with where it comes from, and the severity of each weakness.
    Show {
        /// That of a push to this remote, instead of that of this work tree.
        #[arg(long, value_name = "REMOTE")]
        remote: Option<String>,
    },
    /// Whether a policy file is right: that of this work tree, or another one.
    Check {
        /// The file.
        file: Option<PathBuf>,
        /// As the file of the user or of the machine, which may only tighten.
        #[arg(long)]
        floor: bool,
    },
    /// The JSON schema of the file, for editors.
    Schema,
    /// Sign the step from the policy and the signers that the remote has to those of this work tree.
    Sign {
        /// The SSH key of a signer of before.
        #[arg(long, value_name = "KEY")]
        sign: PathBuf,
        /// The remote that is pushed to.
        #[arg(long, value_name = "REMOTE", default_value = "origin")]
        remote: String,
    },
}

/// Runs one of them; gives the exit code.
///
/// # Errors
/// When it can't be done.
pub fn run(args: &Args) -> Result<u8, Failure> {
    match &args.what {
        What::Show { remote } => shown::show(remote.as_deref()),
        What::Check { file, floor } => check(file.as_deref(), *floor),
        What::Schema => {
            output::print(&schema::schema())?;
            Ok(exit::PASS)
        }
        What::Sign { sign, remote } => sign_step(sign, remote),
    }
}

fn check(file: Option<&Path>, floor: bool) -> Result<u8, Failure> {
    let path = match file {
        Some(file) => file.to_owned(),
        None => Place::here(Path::new(".")).map_err(Failure::usage)?.root.join(policies::FILE),
    };
    let name = escape(path.as_os_str().as_encoded_bytes());
    let text = crate::hooks::files::read(&path)
        .with_context(|| format!("{name} can't be read"))
        .map_err(Failure::usage)?
        .ok_or_else(|| Failure::usage(anyhow!("there is no {name}; `veto init` writes one")))?;
    let text = String::from_utf8(text).map_err(|_| Failure::usage(anyhow!("{name}: not UTF-8")))?;
    let is_layer = floor || layers::paths().iter().any(|layer| is_same_file(layer, &path));
    let parse = if is_layer { Policy::parse_floor } else { Policy::parse };
    let policy = parse(&text, &name).map_err(Failure::usage)?;
    let ids = || registry::rules().iter().map(|rule| rule.id.clone()).collect();
    for line in policy.unknown_rules(ids) {
        output::note(&line).map_err(Failure::incomplete)?;
    }
    output::print(&format!("{name} is right\n"))?;
    Ok(exit::PASS)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn sign_step(key: &Path, remote: &str) -> Result<u8, Failure> {
    let place = Place::here(Path::new(".")).map_err(Failure::usage)?;
    let git = place.git();
    let (tip, _) = trusted(&git, remote)?;
    let name = policies::repository_at(&git, &tip);
    let id = repository::id(&git, name.as_deref(), &tip).ok_or_else(|| {
        Failure::usage(anyhow!(
            "where the history begins is not here, so it can't be said which repository this is; `git fetch --unshallow` first"
        ))
    })?;
    let mut signed = Vec::new();
    for path in [policies::FILE, trust::FILE] {
        if sign_file(&git, &place.root, (&tip, &id), path, key)? {
            signed.push(change::signature_path(path));
        }
    }
    let said = if signed.is_empty() {
        "Nothing to sign: this work tree has the policy and the signers that the remote has.".to_owned()
    } else {
        format!("Wrote {}; commit it with what it signs.", signed.join(" and "))
    };
    output::note(&said).map_err(Failure::incomplete)?;
    Ok(exit::PASS)
}

/// The commit of the branch that is trusted, and the branch for people.
fn trusted(git: &Git, remote: &str) -> Result<(String, String), Failure> {
    let common_dir = gate::common_dir(git).map_err(Failure::usage)?;
    let pins = crate::pins::read(&common_dir).map_err(Failure::usage)?;
    let shown = escape(remote.as_bytes());
    let branch = pins.branch(remote).ok_or_else(|| {
        Failure::usage(anyhow!("no branch of {shown} is trusted yet; run `veto doctor --pin`"))
    })?;
    let name = format!("refs/remotes/{remote}/{branch}^{{commit}}");
    let found = git.read_line(["rev-parse", "--quiet", "--verify", "--end-of-options", &name]);
    let tip = found.ok().flatten();
    let tip = tip.ok_or_else(|| Failure::usage(anyhow!("{shown} was not fetched yet; `git fetch` first")))?;
    Ok((tip, format!("{remote}/{branch}")))
}

/// Signs one file where it differs; whether it did.
fn sign_file(
    git: &Git,
    root: &Path,
    (tip, id): (&str, &str),
    path: &str,
    key: &Path,
) -> Result<bool, Failure> {
    let before = git.read(["cat-file", "blob", &format!("{tip}:{path}")]).unwrap_or_default();
    let after = crate::hooks::files::read(&root.join(path))
        .with_context(|| format!("{path} can't be read"))
        .map_err(Failure::usage)?
        .unwrap_or_default();
    if before == after {
        return Ok(false);
    }
    let since = change::since(git, tip, path).ok_or_else(|| {
        Failure::usage(anyhow!("the history of {path} is not all here, as in a shallow or a partial clone; `git fetch --unshallow`, or a clone without --filter, has it"))
    })?;
    let change = change::Change::new(id, path, &since, (&before, &after));
    let signature = keygen::sign(key, Namespace::Policy, &change.signed_bytes()).map_err(Failure::usage)?;
    let target = root.join(change::signature_path(path));
    target
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| crate::hooks::files::put(&target, signature.as_bytes(), crate::hooks::files::PLAIN))
        .context("the signature can't be written")
        .map_err(Failure::usage)?;
    Ok(true)
}
