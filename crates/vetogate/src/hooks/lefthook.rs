//! lefthook: it writes the hook anew whenever its configuration changes, moves other hooks away and never calls them.
//!
//! Its own jobs are too late for a veto: it runs `git lfs pre-push` before any of them, and a failed job does not stop
//! the next. But each hook that it writes first reads in the file that the setting `rc` names. So `rc` in the
//! `lefthook-local` file names ours, which puts the gate before everything and survives every `lefthook install`; the
//! hook that stands there now gets the same line at once.

use super::husky::{gate_path, remove_ours, take_out, write_gate, write_ours};
use super::place::Place;
use super::{HookError, Steps, block, files, show};
use bstr::ByteSlice;
use std::path::{Path, PathBuf};

/// Our file, as a word of shell: lefthook pastes it unquoted, and it has to survive a move of the repository.
const RC: &str = r#""$(git rev-parse --git-common-dir)/veto/lefthook-rc""#;

const RC_HEAD: &str =
    "# Read in by every hook of lefthook before lefthook runs; made by `veto install`, removed by `veto uninstall`.
case ${0##*/} in
pre-push) . \"$(git rev-parse --git-common-dir)/veto/gate\" ;;
esac
";

/// A new work tree has no `lefthook-local` file, and lefthook, running there, would write the shared hooks anew without
/// us; so ours makes one before lefthook runs.
const HEAL: [&str; 2] = [
    "veto_local=
for veto_file in lefthook-local.* .lefthook-local.* .config/lefthook-local.*; do
    if [ -e \"$veto_file\" ]; then veto_local=$veto_file; fi
done
if [ -z \"$veto_local\" ]; then
    cat >lefthook-local.yml <<'VETO_LOCAL'
",
    "VETO_LOCAL
fi
unset veto_local veto_file
",
];

/// Where lefthook's hook begins to do something.
const FIRST_COMMAND: &str = "call_lefthook()";

/// What lefthook puts into the hook for an `rc`.
fn rc_line(rc: &str) -> String {
    format!("[ -f {rc} ] && . {rc}\n")
}

/// Whether the hook, written by lefthook, reads our file in before it does anything.
pub fn is_gated(hook: &[u8]) -> bool {
    match (hook.find(rc_line(RC)), hook.find(FIRST_COMMAND)) {
        (Some(gate), Some(first)) => gate < first,
        _ => false,
    }
}

/// Whether our `rc` file is there, and, if asked for, as we wrote it before what the user's own adds.
pub fn has_rc(place: &Place, exact: bool) -> bool {
    let text = files::read(&rc_path(place)).ok().flatten();
    text.is_some_and(|text| text.contains_str(RC_HEAD) && (!exact || text.starts_with(&rc_text(None))))
}

/// The configuration of lefthook in this work tree, the shared one before the local one.
pub fn config(root: &Path) -> Option<PathBuf> {
    find(root, "lefthook").or_else(|| local_config(root))
}

/// The local configuration, which is not committed.
pub fn local_config(root: &Path) -> Option<PathBuf> {
    find(root, "lefthook-local")
}

/// Whether the local configuration names our file, so that the next `lefthook install` keeps the gate.
pub fn is_lasting(root: &Path) -> bool {
    let text = local_config(root).and_then(|path| files::read(&path).ok().flatten()).unwrap_or_default();
    block::find(&text).is_some_and(|range| text[range].contains_str(RC))
}

/// Sets `rc` and adds its line to a hook that lefthook wrote.
///
/// # Errors
/// When one of the files can't be read, written or understood.
pub fn install(place: &Place, program: &Path) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    write_gate(place, program, &mut steps)?;
    if !is_lasting(&place.root) {
        set_rc(place, &mut steps)?;
    } else if !has_rc(place, true) {
        write_ours(&rc_path(place), &rc_text(replaced_rc(&place.root).as_deref()), &mut steps)?;
    }
    gate_hook(&place.hooks_dir.join("pre-push"), &mut steps)?;
    Ok(steps)
}

/// Takes `rc`, its line in the hook and our files out.
///
/// # Errors
/// As [`install`].
pub fn uninstall(place: &Place) -> Result<Steps, HookError> {
    let mut steps = Steps::default();
    if let Some(local) = local_config(&place.root) {
        take_out(&local, &mut steps)?;
    }
    take_out(&exclude_path(place), &mut steps)?;
    ungate_hook(&place.root, &place.hooks_dir.join("pre-push"), &mut steps)?;
    remove_ours(&rc_path(place), &mut steps)?;
    remove_ours(&gate_path(place), &mut steps)?;
    Ok(steps)
}

fn rc_path(place: &Place) -> PathBuf {
    place.common_dir.join("veto/lefthook-rc")
}

fn exclude_path(place: &Place) -> PathBuf {
    place.common_dir.join("info/exclude")
}

fn find(root: &Path, name: &str) -> Option<PathBuf> {
    let names = [name.to_owned(), format!(".{name}"), format!(".config/{name}")];
    let endings = ["yml", "yaml", "json", "jsonc", "toml"];
    let paths = names.iter().flat_map(|name| endings.map(|ending| root.join(format!("{name}.{ending}"))));
    paths.into_iter().find(|path| files::exists(path))
}

/// Puts `rc` into the local configuration; an `rc` of the user is read in by ours.
fn set_rc(place: &Place, steps: &mut Steps) -> Result<(), HookError> {
    let local = local_config(&place.root);
    let path = local.clone().unwrap_or_else(|| place.root.join("lefthook-local.yml"));
    let toml = path.extension() == Some("toml".as_ref());
    if matches!(path.extension().and_then(|ending| ending.to_str()), Some("json" | "jsonc")) {
        let text = format!("set \"rc\" in {} to {RC} by hand; we do not edit JSON", show(&path));
        return Err(HookError::Refused(text));
    }
    let text = files::read(&path).map_err(|error| HookError::read(&path, error))?.unwrap_or_default();
    let shared = find(&place.root, "lefthook").and_then(|path| files::read(&path).ok().flatten());
    let (at, replaced) = rc_setting(&text).unwrap_or((first_key(&text), &[]));
    let users = rc_value(replaced).or_else(|| rc_value(rc_setting(shared.as_deref()?)?.1));
    write_ours(&rc_path(place), &rc_text(users.as_deref()), steps)?;
    let body = if toml { format!("rc = '{RC}'\n") } else { format!("rc: '{RC}'\n") };
    let with =
        if local.is_some() { block::insert(&text, at, replaced, &body) } else { block::alone("", &body) };
    files::write(&path, &with, files::PLAIN).map_err(|error| HookError::write(&path, error))?;
    steps.did(format!("set rc in {}", show(&path)));
    if local.is_none() { exclude(place, steps) } else { Ok(()) }
}

/// The user's own `rc`, where ours stands in the local configuration already.
fn replaced_rc(root: &Path) -> Option<String> {
    let local = files::read(&local_config(root)?).ok()??;
    let before = match block::remove(&local) {
        block::Without::Text(before) => before,
        _ => Vec::new(),
    };
    let shared = || files::read(&find(root, "lefthook")?).ok()?;
    let value = |text: &[u8]| rc_value(rc_setting(text)?.1);
    value(&before).or_else(|| value(&shared()?))
}

/// Our `rc` file; the user's own, if there is one, is read in after the gate.
fn rc_text(users: Option<&str>) -> Vec<u8> {
    let made = block::alone("", &format!("rc: '{RC}'\n"));
    let users = users.map(rc_line).unwrap_or_default();
    let [before, after] = HEAL.map(str::as_bytes);
    [before, &made, after, RC_HEAD.as_bytes(), users.as_bytes()].concat()
}

/// A file that we made must not be committed by accident.
fn exclude(place: &Place, steps: &mut Steps) -> Result<(), HookError> {
    let path = exclude_path(place);
    let text = files::read(&path).map_err(|error| HookError::read(&path, error))?;
    let body = "/lefthook-local.yml\n";
    let with = match text.as_deref() {
        Some(text) if block::find(text).is_some() => return Ok(()),
        Some(text) if !text.is_empty() => block::insert(text, 0, b"", body),
        _ => block::alone("", body),
    };
    std::fs::create_dir_all(place.common_dir.join("info")).map_err(|error| HookError::write(&path, error))?;
    files::write(&path, &with, files::PLAIN).map_err(|error| HookError::write(&path, error))?;
    steps.did(format!("excluded lefthook-local.yml in {}", show(&path)));
    Ok(())
}

/// Where the first key may stand: after directives and the document's start.
fn first_key(text: &[u8]) -> usize {
    let mut at = 0;
    for line in text.lines_with_terminator() {
        at += line.len();
        if line.trim_end() == b"---" {
            return at;
        }
    }
    0
}

/// The line at the top level that sets `rc`: its offset and itself.
fn rc_setting(text: &[u8]) -> Option<(usize, &[u8])> {
    let mut at = 0;
    for line in text.lines_with_terminator() {
        let key = line.strip_prefix(b"rc").map(ByteSlice::trim_start);
        if key.is_some_and(|rest| rest.starts_with(b":") || rest.starts_with(b"=")) {
            return Some((at, line));
        }
        at += line.len();
    }
    None
}

/// The value of a line that sets `rc`, as a word of shell.
fn rc_value(line: &[u8]) -> Option<String> {
    let text = line.to_str().ok()?.trim();
    let value = text.split_once([':', '='])?.1.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Some(if quote == '\'' { inner.replace("''", "'") } else { inner.replace("\\\"", "\"") });
        }
    }
    let plain = value.split(" #").next().unwrap_or_default().trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// Adds the line to a hook that lefthook wrote before it knew of `rc`.
fn gate_hook(hook: &Path, steps: &mut Steps) -> Result<(), HookError> {
    let Some(text) = files::read(hook).map_err(|error| HookError::read(hook, error))? else { return Ok(()) };
    if is_gated(&text) || !super::state::is_lefthook(&text) {
        return Ok(());
    }
    let Some(at) = text.find(FIRST_COMMAND) else {
        let text = format!("{} is not a hook of a lefthook that we know; run `lefthook install`", show(hook));
        return Err(HookError::Refused(text));
    };
    let with = block::insert(&text, at, b"", &rc_line(RC));
    files::write(hook, &with, files::EXECUTABLE).map_err(|error| HookError::write(hook, error))?;
    steps.did(format!("added our line to lefthook's hook: {}", show(hook)));
    Ok(())
}

/// Takes our line out, also where lefthook wrote it; there its own `rc` comes back.
fn ungate_hook(root: &Path, hook: &Path, steps: &mut Steps) -> Result<(), HookError> {
    let Some(text) = files::read(hook).map_err(|error| HookError::read(hook, error))? else { return Ok(()) };
    if block::find(&text).is_some() {
        return take_out(hook, steps);
    }
    if !is_gated(&text) || !super::state::is_lefthook(&text) {
        return Ok(());
    }
    let users = [local_config(root), find(root, "lefthook")]
        .into_iter()
        .flatten()
        .filter_map(|path| files::read(&path).ok().flatten())
        .find_map(|text| rc_value(rc_setting(&text)?.1));
    let before = match users {
        Some(rc) => text.replace(rc_line(RC), rc_line(&rc)),
        None => text.replace(format!("{}\n", rc_line(RC)), ""),
    };
    files::write(hook, &before, files::EXECUTABLE).map_err(|error| HookError::write(hook, error))?;
    steps.did(format!("took our line out of lefthook's hook: {}", show(hook)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rc_of_the_user_is_understood() {
        let value = |text: &str| rc_setting(text.as_bytes()).and_then(|(_, line)| rc_value(line));
        assert_eq!(value("a: 1\nrc: ~/.lefthookrc # mine\n").as_deref(), Some("~/.lefthookrc"));
        assert_eq!(value("rc: '\"$HOME/a b\"'\n").as_deref(), Some("\"$HOME/a b\""));
        assert_eq!(value("rc = \"./rc\"\n").as_deref(), Some("./rc"));
        assert_eq!(value("pre-push:\n  rc: no\nrcs: no\n"), None);
    }

    #[test]
    fn keys_come_after_the_start_of_the_document() {
        assert_eq!(first_key(b"%YAML 1.2\n---\na: 1\n"), 14);
        assert_eq!(first_key(b"a: 1\n"), 0);
    }
}
