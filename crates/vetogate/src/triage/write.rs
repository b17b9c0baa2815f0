//! Writing an entry: into the work tree, or as a commit of its own on top of the trusted branch.

use crate::git::command::{Git, GitError};
use crate::hooks::files;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use vetogate_core::text::toml_string;
use vetogate_core::triage::Entry;

/// An entry as the text of its file.
pub fn text(entry: &Entry) -> String {
    let mut text = String::from("# A decision on one finding; made by `veto triage`.\n");
    let mut line = |key: &str, value: String| {
        let _ = writeln!(text, "{key} = {value}");
    };
    line("fingerprint", toml_string(&entry.fingerprint));
    line("rule", toml_string(&entry.rule));
    line("path", toml_string(&entry.path));
    line("status", toml_string(entry.status.as_str()));
    line("reason", toml_string(&entry.reason));
    line("who", toml_string(&entry.who));
    line("created", entry.created.to_string());
    if let Some(until) = entry.until {
        line("until", until.to_string());
    }
    if let Some(repository) = &entry.repository {
        line("repository", toml_string(repository));
    }
    line("serial", entry.serial.to_string());
    if !entry.values.is_empty() {
        let values: Vec<String> = entry.values.iter().map(|value| toml_string(value)).collect();
        line("values", format!("[{}]", values.join(", ")));
    }
    if let Some(signature) = &entry.signature {
        line("signature", format!("\"\"\"\n{}\n\"\"\"", signature.trim()));
    }
    text
}

/// Puts an entry into a work tree; gives its path.
///
/// # Errors
/// When it can't be written, or `.veto` is a link that leads elsewhere.
pub fn into_work_tree(root: &Path, entry: &Entry) -> io::Result<PathBuf> {
    let path = root.join(Entry::path_of(&entry.fingerprint));
    for folder in [root.join(".veto"), root.join(".veto/triage.d")] {
        if folder.is_symlink() {
            return Err(io::Error::other(format!(
                "{} is a link; replace it with a folder",
                folder.display()
            )));
        }
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    files::put(&path, text(entry).as_bytes(), files::PLAIN)?;
    Ok(path)
}

/// What the branch of an entry is called. A later decision on the same finding has one of its own.
pub fn branch_name(entry: &Entry) -> String {
    let short = entry.fingerprint.get(..8).unwrap_or(&entry.fingerprint);
    let version = if entry.serial == 1 { String::new() } else { format!("-{}", entry.serial) };
    format!("veto-triage-{short}{version}")
}

/// How the name of an index begins in which a commit is made; the number of the process follows.
const INDEX: &str = "index-";

/// Makes a branch with one commit on top of `tip`, which adds the entry and changes nothing else; gives its name.
///
/// # Errors
/// When git fails, or there is such a branch already.
pub fn as_branch(git: &Git, common_dir: &Path, tip: &str, entry: &Entry) -> Result<String, GitError> {
    let name = branch_name(entry);
    let folder = common_dir.join("veto");
    fs::create_dir_all(&folder).map_err(GitError::Start)?;
    files::clear(&folder, INDEX);
    let index = folder.join(format!("{INDEX}{}", std::process::id()));
    let with_index = git.clone().with_index(index.clone());
    let made = commit(git, &with_index, tip, entry);
    let _ = fs::remove_file(index);
    let full = format!("refs/heads/{name}");
    git.read(["update-ref", "-m", "veto triage", &full, &made?, ""])?;
    Ok(name)
}

fn commit(git: &Git, with_index: &Git, tip: &str, entry: &Entry) -> Result<String, GitError> {
    let blob = write(git, &["hash-object", "-w", "--stdin"], text(entry).as_bytes())?;
    with_index.read(["read-tree", tip])?;
    let path = Entry::path_of(&entry.fingerprint);
    with_index.read(["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")])?;
    let tree = line(&with_index.read(["write-tree"])?);
    let message = format!("Triage {} as {}\n\n{}\n", entry.rule, entry.status.as_str(), entry.reason);
    write(git, &["commit-tree", "-p", tip, &tree], message.as_bytes())
}

/// Runs git with this on its standard input; gives its one line.
fn write(git: &Git, arguments: &[&str], input: &[u8]) -> Result<String, GitError> {
    let mut command = git.command(arguments);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().map_err(GitError::Start)?;
    if let Some(mut stdin) = child.stdin.take() {
        // If git has ended, what it said tells why.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().map_err(GitError::Start)?;
    if output.status.success() {
        Ok(line(&output.stdout))
    } else {
        Err(crate::git::command::failed(arguments[0], &output))
    }
}

fn line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_core::triage::Status;

    #[test]
    fn what_is_written_is_read() {
        let entry = Entry {
            fingerprint: "ab".repeat(16),
            rule: "secret/x".into(),
            path: "a \"b\"\u{7f}".into(),
            status: Status::AcceptedRisk,
            reason: "It's \\ \"made up\".".into(),
            who: "Ann <a@h>".into(),
            created: jiff::civil::date(2026, 11, 27),
            until: Some(jiff::civil::date(2027, 1, 31)),
            repository: Some("root:ab".into()),
            serial: 3,
            values: vec!["$argon2id$x".into(), "y".into()],
            signature: None,
        };
        let name = Entry::path_of(&entry.fingerprint);
        assert_eq!(Entry::parse(text(&entry).as_bytes(), &name), Ok(entry.clone()));
        let signed = Entry { signature: Some("-----BEGIN\nab\n-----END".into()), ..entry };
        let read = Entry::parse(text(&signed).as_bytes(), &name).unwrap();
        assert_eq!(read.signature.as_deref().map(str::trim), signed.signature.as_deref());
        assert_eq!(read.signed_bytes(), signed.signed_bytes());
    }
}
