//! What a path says of a file.

use bstr::ByteSlice;

/// The kind of a file, as far as it matters to how a value is written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Another programming language, in which text is quoted.
    Code,
    /// Shell scripts, Dockerfiles, `.env`: values need no quotes, `$NAME` is a reference.
    Shell,
    /// YAML, INI, TOML, properties: values need no quotes.
    Config,
    /// JSON.
    Json,
    /// Markdown and other prose.
    Prose,
    /// A lock file: hashes all over.
    Lock,
    /// Anything else.
    Other,
}

/// What a path says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathHints {
    /// Kind by name and ending.
    pub kind: FileKind,
    /// Under a test, fixture or example path.
    pub is_test: bool,
}

const TEST_PARTS: &[&[u8]] = &[
    b"t",
    b"test",
    b"tests",
    b"unit-tests",
    b"unit_tests",
    b"unittests",
    b"testing",
    b"testdata",
    b"test-data",
    b"test_data",
    b"__tests__",
    b"spec",
    b"specs",
    b"fixture",
    b"fixtures",
    b"__fixtures__",
    b"mock",
    b"mocks",
    b"__mocks__",
    b"example",
    b"examples",
    b"sample",
    b"samples",
    b"e2e",
    b"snapshots",
    b"__snapshots__",
    b"testutil",
    b"testutils",
    b"demo",
    b"playground",
];

/// Folders of translations: what is assigned there is what people read.
const TRANSLATION_PARTS: &[&[u8]] =
    &[b"locale", b"locales", b"i18n", b"l10n", b"lang", b"langs", b"translation", b"translations", b"intl"];

const LOCK_NAMES: &[&[u8]] = &[
    b"package-lock.json",
    b"npm-shrinkwrap.json",
    b"yarn.lock",
    b"pnpm-lock.yaml",
    b"bun.lock",
    b"cargo.lock",
    b"poetry.lock",
    b"uv.lock",
    b"pdm.lock",
    b"pipfile.lock",
    b"gemfile.lock",
    b"composer.lock",
    b"go.sum",
    b"flake.lock",
    b"packages.lock.json",
    b"deno.lock",
];

impl PathHints {
    /// From a path with `/`.
    pub fn of(path: &[u8]) -> Self {
        let lower = path.to_ascii_lowercase();
        let mut parts: Vec<&[u8]> = lower.split_str("/").collect();
        let name = parts.pop().unwrap_or_default();
        let is_test = parts.iter().any(|part| TEST_PARTS.contains(part)) || is_test_name(name);
        let is_translation = parts.iter().any(|part| TRANSLATION_PARTS.contains(part));
        let kind = if is_translation { FileKind::Prose } else { kind(name) };
        Self { kind, is_test }
    }
}

fn is_test_name(name: &[u8]) -> bool {
    let stem = name.split_str(".").next().unwrap_or_default();
    stem.starts_with(b"test_")
        || stem.starts_with(b"test-")
        || stem.ends_with(b"_test")
        || stem.ends_with(b"-test")
        || stem.ends_with(b"_tests")
        || stem == b"conftest"
        || stem == b"test"
        || stem == b"tests"
        || [&b".test."[..], b".spec.", b".example", b".sample", b"-example.", b"_example.", b".stories."]
            .iter()
            .any(|part| name.find(part).is_some())
}

fn kind(name: &[u8]) -> FileKind {
    if LOCK_NAMES.contains(&name) {
        return FileKind::Lock;
    }
    if name.starts_with(b".env") || name.starts_with(b"dockerfile") || name.starts_with(b"containerfile") {
        return FileKind::Shell;
    }
    let ending = name.rsplit_once_str(".").map_or(&b""[..], |(_, ending)| ending);
    match ending {
        b"py" | b"pyi" | b"pyw" | b"ipynb" => FileKind::Python,
        b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"mts" | b"cts" | b"vue" | b"svelte" => {
            FileKind::JavaScript
        }
        b"sh" | b"bash" | b"zsh" | b"fish" | b"ksh" | b"env" | b"dockerfile" | b"mk" | b"bat" | b"cmd" => {
            FileKind::Shell
        }
        b"yml" | b"yaml" | b"ini" | b"cfg" | b"conf" | b"config" | b"toml" | b"properties" | b"cnf"
        | b"netrc" => FileKind::Config,
        b"json" | b"json5" | b"jsonc" | b"map" => FileKind::Json,
        b"md" | b"rst" | b"txt" | b"adoc" | b"mdx" | b"html" | b"htm" | b"po" | b"tex" => FileKind::Prose,
        b"rs" | b"go" | b"java" | b"kt" | b"kts" | b"scala" | b"c" | b"h" | b"cc" | b"cpp" | b"hpp"
        | b"cs" | b"php" | b"rb" | b"swift" | b"m" | b"mm" | b"pl" | b"pm" | b"lua" | b"dart" | b"ex"
        | b"exs" | b"erl" | b"clj" | b"groovy" | b"gradle" | b"r" | b"jl" | b"sql" | b"ps1" | b"tf"
        | b"hcl" | b"zig" | b"nim" | b"vb" => FileKind::Code,
        _ if name.starts_with(b"makefile") || name == b"justfile" || name == b".netrc" => FileKind::Shell,
        _ => FileKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_test_paths() {
        let of = |path: &str| PathHints::of(path.as_bytes());
        assert_eq!(of("src/App.TSX").kind, FileKind::JavaScript);
        assert_eq!(of(".env.production").kind, FileKind::Shell);
        assert_eq!(of("a/Cargo.lock").kind, FileKind::Lock);
        assert_eq!(of("web/locales/de.json").kind, FileKind::Prose);
        for test in
            ["tests/a.py", "pkg/Fixtures/x", "a_test.go", "src/x.test.ts", ".env.example", "test_x.py"]
        {
            assert!(of(test).is_test, "{test}");
        }
        for real in ["src/contest.py", "latest/a.py", "attestation/x.go", "src/testimony.rs"] {
            assert!(!of(real).is_test, "{real}");
        }
    }
}
