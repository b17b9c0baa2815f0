//! Tidiness: what the house asks of every source file, as far as a machine can see it.
//!
//! The measures are simple on purpose: they go by lines and indentation, which `cargo fmt` keeps honest.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const LARGEST_FILE: usize = 800;
const LARGEST_FUNCTION: usize = 100;

/// Crates that do no input or output.
const INNER: &[&str] = &["vetogate-core", "vetogate-rules", "vetogate-syntax", "vetogate-detect"];

/// What these crates may not name.
const OUTSIDE: &[&str] = &[
    "fs",
    "env",
    "thread",
    "process",
    "net",
    "io::stdin",
    "io::stdout",
    "time::Instant",
    "time::SystemTime",
];

struct Source {
    /// From the root of the workspace.
    name: String,
    path: PathBuf,
    text: String,
}

/// One line for each thing that is untidy.
///
/// # Errors
/// When a file can't be read.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let sources = sources(root)?;
    let mut wrong = forgotten_rules(root)?;
    for source in &sources {
        wrong.extend(size(source));
        wrong.extend(opening(source));
        wrong.extend(long_functions(source));
        wrong.extend(outside(source));
    }
    wrong.extend(forgotten(&sources));
    Ok(wrong)
}

fn sources(root: &Path) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in [crate::files(&root.join("crates"), "rs")?, crate::files(&root.join("xtask"), "rs")?].concat()
    {
        let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        sources.push(Source { name, text: fs::read_to_string(&path)?, path });
    }
    Ok(sources)
}

fn size(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > LARGEST_FILE).then(|| format!("{}: {lines} lines; split it at {LARGEST_FILE}", source.name))
}

fn opening(source: &Source) -> Option<String> {
    let opens = source.text.starts_with("//! ");
    (!opens).then(|| format!("{}:1: a module opens with `//!` and what it is for", source.name))
}

/// Functions over the limit. A flat `match` or table may be longer: one in which most lines are arms or entries.
fn long_functions(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut wrong = Vec::new();
    for (start, line) in lines.iter().enumerate().filter(|(_, line)| begins_function(line)) {
        let close = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let Some(length) = lines[start..].iter().position(|line| *line == close) else { continue };
        if length >= LARGEST_FUNCTION && !is_flat(&lines[start + 1..start + length]) {
            wrong.push(format!(
                "{}:{}: a function of {} lines; split it",
                source.name,
                start + 1,
                length + 1
            ));
        }
    }
    wrong
}

fn begins_function(line: &str) -> bool {
    let words = line.split_whitespace();
    let mut rest = words
        .skip_while(|word| word.starts_with("pub") || matches!(*word, "const" | "unsafe" | "async" | "in"));
    rest.next() == Some("fn") && !line.trim_end().ends_with(['}', ';'])
}

fn is_flat(body: &[&str]) -> bool {
    let entries = body.iter().filter(|line| line.contains("=>") || line.trim_end().ends_with("),")).count();
    entries * 2 > body.len()
}

/// Input and output in an inner crate, outside its build script and its tests.
fn outside(source: &Source) -> Vec<String> {
    let is_inner = INNER.iter().any(|inner| source.name.starts_with(&format!("crates/{inner}/src/")));
    if !is_inner || source.name.ends_with("/tests.rs") {
        return Vec::new();
    }
    let lines = source.text.lines().take_while(|line| *line != "mod tests {").enumerate();
    let code = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter_map(|(at, line)| {
        let named = OUTSIDE.iter().find(|what| names(line, what))?;
        Some(format!("{}:{}: std::{named} in a crate that does no input or output", source.name, at + 1))
    })
    .collect()
}

/// Whether a line names `std::what`, also as `std::{..., last}`.
fn names(line: &str, what: &str) -> bool {
    let is_word = |text: &str| !text.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let plain = format!("std::{what}");
    if line.match_indices(&plain).any(|(at, _)| is_word(&line[at + plain.len()..])) {
        return true;
    }
    let (module, last) = what.split_once("::").map_or(("", what), |(module, last)| (module, last));
    let list = if module.is_empty() { "std::{".to_owned() } else { format!("std::{module}::{{") };
    let inside = line.split_once(&list).map_or("", |(_, inside)| inside);
    inside.split([',', '}', '{', ' ', ';', ':']).any(|word| word == last)
}

/// Source files that no `mod` and no target reaches.
fn forgotten(sources: &[Source]) -> Vec<String> {
    let mut reached: BTreeSet<&Path> = BTreeSet::new();
    let mut open: Vec<&Source> = sources.iter().filter(|source| is_target(&source.name)).collect();
    while let Some(source) = open.pop() {
        if reached.insert(&source.path) {
            let children = modules(source);
            open.extend(sources.iter().filter(|candidate| children.contains(&candidate.path)));
        }
    }
    let lost = sources.iter().filter(|source| !reached.contains(source.path.as_path()));
    lost.map(|source| format!("{}: no `mod` reaches it; declare it or delete it", source.name)).collect()
}

/// Whether cargo finds the file by itself.
fn is_target(name: &str) -> bool {
    let parts: Vec<&str> = name
        .split('/')
        .skip_while(|part| !matches!(*part, "src" | "tests" | "benches" | "examples" | "build.rs"))
        .collect();
    let is_own_crate = matches!(
        parts[..],
        ["tests" | "benches" | "examples", _] | ["tests" | "benches" | "examples", _, "main.rs"]
    );
    is_own_crate || matches!(parts[..], ["build.rs"] | ["src", "lib.rs" | "main.rs"] | ["src", "bin", _])
}

/// Where the files of a file's modules may be.
fn modules(source: &Source) -> Vec<PathBuf> {
    let folder = source.path.parent().unwrap_or(Path::new("")).to_owned();
    let stem = source.path.file_stem().unwrap_or_default();
    let owns_folder = matches!(stem.to_str(), Some("lib" | "main" | "mod")) || is_target(&source.name);
    let below = if owns_folder { folder } else { folder.join(stem) };
    let declared = source.text.lines().filter_map(|line| {
        let line = line.trim_start();
        let (before, after) = line.split_once("mod ")?;
        let is_declaration = before.is_empty() || before.starts_with("pub");
        is_declaration.then_some(after.strip_suffix(';')).flatten()
    });
    declared.flat_map(|name| [below.join(format!("{name}.rs")), below.join(name).join("mod.rs")]).collect()
}

/// Rule files that `build.rs` does not read: all are read by their folder, so each must hold a registered rule.
fn forgotten_rules(root: &Path) -> anyhow::Result<Vec<String>> {
    let folder = root.join("crates/vetogate-detect/rules");
    let read: BTreeSet<&str> = vetogate_detect::registry::specs().map(|spec| spec.file.as_str()).collect();
    let files = crate::files(&folder, "toml")?;
    let names = files.iter().filter_map(|path| path.strip_prefix(&folder).ok());
    let names = names.map(|path| path.to_string_lossy().replace('\\', "/"));
    Ok(names
        .filter(|name| !read.contains(name.as_str()))
        .map(|name| format!("rules/{name}: no rule of it is registered"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, text: &str) -> Source {
        Source { name: name.into(), path: name.into(), text: text.into() }
    }

    #[test]
    fn the_house_is_tidy() {
        let wrong = check(&crate::root()).unwrap();
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    #[test]
    fn size_opening_and_functions_are_measured() {
        assert!(size(&source("a.rs", &"x\n".repeat(801))).is_some());
        assert!(opening(&source("a.rs", "use x;")).is_some());
        let long = |body: &str| format!("    pub(crate) fn f() {{\n{}    }}\n", body.repeat(100));
        assert_eq!(long_functions(&source("a.rs", &long("        x();\n"))).len(), 1);
        assert!(long_functions(&source("a.rs", &long("        1 => 2,\n"))).is_empty());
    }

    #[test]
    fn input_and_output_is_seen_in_inner_crates() {
        let count = |name: &str, text: &str| outside(&source(name, text)).len();
        let inner = "crates/vetogate-core/src/a.rs";
        assert_eq!(
            count(inner, "use std::fs;\nuse std::time::{Duration, Instant};\nuse std::{env, fmt};"),
            3
        );
        assert_eq!(count(inner, "// std::fs\nuse std::time::Duration;\nmod tests {\nuse std::fs;"), 0);
        assert_eq!(count("crates/vetogate/src/a.rs", "use std::fs;"), 0);
    }

    #[test]
    fn a_file_without_a_mod_is_forgotten() {
        let tree = [
            source("crates/x/src/lib.rs", "pub mod a;"),
            source("crates/x/src/a.rs", "mod b;"),
            source("crates/x/src/a/b.rs", ""),
            source("crates/x/src/c.rs", ""),
            source("crates/x/tests/it/main.rs", "mod d;"),
            source("crates/x/tests/it/d.rs", ""),
        ];
        let wrong = forgotten(&tree);
        assert!(wrong.len() == 1 && wrong[0].starts_with("crates/x/src/c.rs"), "{wrong:?}");
    }
}
