//! Compiles `rules/**.toml` into tables.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new("rules");
    println!("cargo::rerun-if-changed=rules");
    let files = collect(root, "toml");
    let mut specs = Vec::new();
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        specs.extend(
            vetogate_rules::format::parse(&text, &name).unwrap_or_else(|error| panic!("rules/{error}")),
        );
        texts.push(text.into_bytes());
    }
    let mut ids: Vec<&str> = specs.iter().map(|spec| spec.rule.id.as_str()).collect();
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        panic!("rule `{}` is defined twice", twice[0]);
    }
    // An answer depends on the code of the detectors and of what they stand on, too.
    for source in ["src", "../vetogate-rules/src", "../vetogate-syntax/src"] {
        println!("cargo::rerun-if-changed={source}");
        let read =
            |file: PathBuf| fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        texts.extend(collect(Path::new(source), "rs").into_iter().map(read));
    }
    let parts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    let digest = vetogate_rules::digest("vetogate/rules/v1", &parts);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("rules.rs");
    let source = vetogate_rules::emit::rust_source(&specs, &digest);
    fs::write(&out, source).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
}

/// The files below a folder with this ending, in order.
fn collect(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(collect(&path, ending));
        } else if path.extension().is_some_and(|own| own == ending) {
            files.push(path);
        }
    }
    files.sort();
    files
}
