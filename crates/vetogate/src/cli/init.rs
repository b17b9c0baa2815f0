//! `veto init`: writes a policy file in which every key is explained and nothing is set.

use super::{Failure, exit, output};
use anyhow::{Context as _, anyhow};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use vetogate_core::text::escape;

/// Arguments of `veto init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Replace a policy file that is there.
    #[arg(long)]
    force: bool,
}

/// The file that is written.
pub const POLICY: &str = include_str!("policy.toml");

/// Writes the file into the work tree around the current folder; gives the exit code.
///
/// # Errors
/// When there is a policy file already, no work tree, or the file can't be written.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let here =
        std::env::current_dir().context("where am I? The current folder is gone").map_err(Failure::usage)?;
    let path = write(&root(&here)?, args.force)?;
    output::print(&format!(
        "Wrote {}. It sets nothing yet; edit it, commit it and push it: it counts from then on.\n",
        shown(&path)
    ))?;
    Ok(exit::PASS)
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

/// The nearest folder that holds a `.git`. Files only are looked at: nothing of the repository is run.
fn root(here: &Path) -> Result<PathBuf, Failure> {
    let found = here.ancestors().find(|folder| folder.join(".git").exists());
    found.map(Path::to_owned).ok_or_else(|| {
        let error = anyhow!("{} is in no git work tree; run `veto init` in one", shown(here));
        Failure::usage(error)
    })
}

fn write(root: &Path, force: bool) -> Result<PathBuf, Failure> {
    let path = root.join(".veto/policy.toml");
    let cannot = |error: std::io::Error| {
        Failure::usage(anyhow::Error::new(error).context(format!("could not write {}", shown(&path))))
    };
    let folder = root.join(".veto");
    if folder.is_symlink() {
        let error = anyhow!("{} is a link; replace it with a folder", shown(&folder));
        return Err(Failure::usage(error));
    }
    fs::create_dir_all(folder).map_err(cannot)?;
    if force {
        // Taken away first, so that a link is replaced and not followed.
        fs::remove_file(&path).or_else(ignore_missing).map_err(cannot)?;
    }
    let mut file = match fs::File::create_new(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let error = anyhow!("{} exists; edit it, or replace it with `veto init --force`", shown(&path));
            return Err(Failure::usage(error));
        }
        opened => opened.map_err(cannot)?,
    };
    file.write_all(POLICY.as_bytes()).map_err(cannot)?;
    Ok(path)
}

fn ignore_missing(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_core::{Confidence, Policy, Posture, Severity};

    /// The file as it is when its reader takes every example: `#key` becomes `key`, `# prose` stays.
    fn uncommented() -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        POLICY.lines().map(line).collect()
    }

    #[test]
    fn as_written_it_changes_nothing() {
        let (policy, default) = (Policy::parse(POLICY, "p").unwrap(), Policy::default());
        assert_eq!(
            (policy.posture, policy.min_confidence, policy.medium_vetoes, policy.time_limit),
            (default.posture, default.min_confidence, default.medium_vetoes, default.time_limit)
        );
        assert!(policy.rules.is_empty() && policy.exclusions.is_empty());
    }

    #[test]
    fn with_every_key_taken_it_is_valid_and_shows_the_defaults() {
        let policy = Policy::parse(&uncommented(), "p").unwrap();
        assert_eq!((policy.posture, policy.min_confidence), (Posture::Medium, Confidence::Medium));
        assert_eq!(policy.time_limit, Policy::default().time_limit);
        assert_eq!(policy.severity("config/env-file-not-ignored", Severity::Medium), Severity::High);
        assert!(policy.disabled("secret/jwt").is_some());
        assert_eq!(policy.exclusions.len(), 1);
    }

    #[test]
    fn it_fits_the_schema() {
        let schema: serde_json::Value = serde_json::from_str(&crate::policies::schema::schema()).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let json = |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
        assert!(schema.is_valid(&json(&uncommented())) && schema.is_valid(&json(POLICY)));
        for wrong in
            ["unknown = 1", "posture = \"low\"", "[override]\nminutes = 61", "[[exclude]]\npath = \"a\""]
        {
            assert!(!schema.is_valid(&json(wrong)), "{wrong}");
        }
    }

    #[test]
    fn every_key_is_explained() {
        let error = Policy::parse("unknown = 1", "p").unwrap_err().message;
        let keys: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        assert!(keys.len() >= 6, "{error}");
        for key in keys {
            assert!(uncommented().contains(key), "`{key}` is not explained");
        }
    }

    #[test]
    fn it_overwrites_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), false).unwrap();
        fs::write(&path, "posture = \"high\"\n").unwrap();
        assert_eq!(write(folder.path(), false).unwrap_err().code, exit::USAGE);
        assert!(fs::read_to_string(&path).unwrap().contains("high"));
        write(folder.path(), true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), POLICY);
    }

    #[cfg(unix)]
    #[test]
    fn it_follows_no_link() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(".veto")).unwrap();
        assert_eq!(write(folder.path(), true).unwrap_err().code, exit::USAGE);
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
