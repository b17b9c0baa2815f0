//! What a path says of a file.

use crate::words;
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
    /// Shell scripts: values need no quotes, `$NAME` is a reference.
    Shell,
    /// `.env` and Dockerfiles: lines of `NAME=value`, with next to no program around.
    Env,
    /// YAML, INI, TOML, properties: values need no quotes.
    Config,
    /// JSON.
    Json,
    /// Markdown and other prose.
    Prose,
    /// A lock file: hashes all over.
    Lock,
    /// A file that holds nothing but the key of encrypted credentials of Rails.
    KeyFile,
    /// Anything else.
    Other,
}

/// What a path says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathHints {
    /// Kind by name and ending.
    pub kind: FileKind,
    /// Under a test, fixture or example path, or in a copy of what others have published.
    pub is_test: bool,
    /// Settings of a service that builds and tests: what they start is thrown away.
    pub is_ci: bool,
}

/// Folders of tests and examples, whole.
const TEST_PARTS: &[&[u8]] = &[
    b"t",
    b"unittests",
    b"testdata",
    b"test-resources",
    b"test_resources",
    b"testresources",
    b"__tests__",
    b"spec",
    b"specs",
    b"__fixtures__",
    b"__mocks__",
    b"e2e",
    b"snapshots",
    b"__snapshots__",
    b"testutil",
    b"testutils",
    b"demo",
    b"playground",
];

/// Words that a folder of tests or examples ends with, and a file of them begins or ends with: `dockerTest`,
/// `smoke-test`, `mock_server.go`, `examples-1.json`.
const TEST_WORDS: &[&str] = &[
    "test", "tests", "testing", "fixture", "fixtures", "mock", "mocks", "example", "examples", "sample",
    "samples", "dummy", "fake", "stub", "stubs",
];

/// Folders of copies of what others have published.
const COPIES: &[&[u8]] =
    &[b"vendor", b"node_modules", b"site-packages", b"bower_components", b"third_party", b"thirdparty"];

/// Folders of translations: what is assigned there is what people read.
const TRANSLATION_PARTS: &[&[u8]] = &[
    b"locale",
    b"locales",
    b"_locales",
    b"i18n",
    b"l10n",
    b"lang",
    b"langs",
    b"translation",
    b"translations",
    b"intl",
];

/// How files of translations are named, before the language.
const TRANSLATION_WORDS: &[&str] = &[
    "messages",
    "message",
    "strings",
    "labels",
    "translation",
    "translations",
    "lang",
    "language",
    "locale",
    "i18n",
    "l10n",
    "texts",
];

/// Languages of translations (ISO 639-1), without those that mean something else in the name of a file (`hr`, `it`,
/// `ca`).
const LANGUAGES: &[&[u8]] = &[
    b"ar", b"bg", b"cs", b"da", b"de", b"el", b"en", b"es", b"et", b"eu", b"fa", b"fi", b"fr", b"gl", b"he",
    b"hi", b"hu", b"ja", b"ka", b"kk", b"ko", b"lt", b"lv", b"nb", b"nl", b"nn", b"pl", b"pt", b"ro", b"ru",
    b"sk", b"sl", b"sq", b"sr", b"sv", b"th", b"tr", b"uk", b"ur", b"uz", b"vi", b"zh",
];

/// Regions and scripts behind a language: no `prod` and no `dev`.
const REGIONS: &[&[u8]] = &[
    b"ar", b"at", b"au", b"be", b"br", b"ca", b"ch", b"cn", b"cz", b"de", b"dk", b"eg", b"es", b"fi", b"fr",
    b"gb", b"hk", b"hu", b"ie", b"il", b"in", b"ir", b"jp", b"kr", b"mx", b"nl", b"no", b"nz", b"pl", b"pt",
    b"ru", b"se", b"tr", b"tw", b"ua", b"us", b"za", b"hans", b"hant", b"latn", b"cyrl",
];

/// Folders of documentation; markup there is a manual.
const MANUAL_PARTS: &[&[u8]] =
    &[b"doc", b"docs", b"documentation", b"manual", b"manuals", b"howto", b"xdocs"];

/// Endings of a copy that somebody kept, and of a template from which the file is made.
const COPY_ENDINGS: &[&[u8]] = &[
    b"bak",
    b"backup",
    b"old",
    b"orig",
    b"save",
    b"saved",
    b"copy",
    b"disabled",
    b"off",
    b"j2",
    b"jinja",
    b"jinja2",
    b"tmpl",
    b"tpl",
    b"erb",
    b"epp",
    b"gotmpl",
    b"ctmpl",
    b"in",
    b"inc",
    b"local",
    b"bk",
    b"bkp",
    b"prev",
    b"dpkg-old",
    b"dpkg-dist",
    b"rpmsave",
    b"rpmnew",
];

/// Files of settings without an ending.
const SETTINGS: &[&[u8]] = &[
    b".netrc",
    b"_netrc",
    b".pypirc",
    b".npmrc",
    b".yarnrc",
    b".curlrc",
    b".wgetrc",
    b".condarc",
    b".s3cfg",
    b".boto",
    b".pgpass",
    b".gitconfig",
    b".git-credentials",
    b".msmtprc",
    b".fetchmailrc",
    b".hgrc",
    b".odbc.ini",
    b"credentials",
    b".credentials",
    b"config",
    b"kubeconfig",
    b"secret",
    b"secrets",
    b".secret",
    b".secrets",
    // Inventories of Ansible.
    b"inventory",
    b"hosts",
    b"production",
    b"staging",
    b".htaccess",
    b"user-data",
];

/// What shells read when they start, what somebody typed into one, and the processes of an application.
const SHELL_NAMES: &[&[u8]] = &[
    b"bashrc",
    b"bash_profile",
    b"bash_login",
    b"bash_logout",
    b"bash_aliases",
    b"bash_history",
    b"zshrc",
    b"zshenv",
    b"zprofile",
    b"zlogin",
    b"zsh_history",
    b"kshrc",
    b"profile",
    b"xprofile",
    b"xsessionrc",
    b"procfile",
];

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

impl FileKind {
    /// Whether an unquoted value is data here, whatever signs stand in it.
    pub fn is_data(self) -> bool {
        matches!(self, Self::Shell | Self::Env | Self::Config)
    }
}

impl PathHints {
    /// From a path with `/`.
    pub fn of(path: &[u8]) -> Self {
        let lower = path.to_ascii_lowercase();
        let mut parts: Vec<&[u8]> = lower.split_str("/").collect();
        let name = parts.pop().unwrap_or_default();
        let folders = &path[..path.len() - name.len()];
        let is_test = folders.split_str("/").zip(&parts).any(|(part, lower)| is_test_folder(part, lower))
            || lower.find(b"/pkg/mod/").is_some()
            || is_test_name(&path[folders.len()..]);
        let is_read = parts.iter().any(|part| TRANSLATION_PARTS.contains(part))
            || is_translation(name)
            || is_documentation(name, &parts);
        let kind = match () {
            () if is_key_file(name, &parts) => FileKind::KeyFile,
            () if is_read => FileKind::Prose,
            () if is_default(&parts) => FileKind::Env,
            () => kind(name),
        };
        Self { kind, is_test, is_ci: is_ci(name, &parts) }
    }
}

/// Settings of GitHub, GitLab, Circle, Travis, Azure and their kin, by where they have to stand.
fn is_ci(name: &[u8], folders: &[&[u8]]) -> bool {
    const FOLDERS: &[[&[u8]; 2]] =
        &[[b".github", b"workflows"], [b".gitea", b"workflows"], [b".forgejo", b"workflows"]];
    const NAMES: &[&[u8]] = &[
        b".gitlab-ci.yml",
        b".travis.yml",
        b".drone.yml",
        b".cirrus.yml",
        b".woodpecker.yml",
        b".appveyor.yml",
        b"appveyor.yml",
        b"azure-pipelines.yml",
        b"bitbucket-pipelines.yml",
    ];
    let is_yaml = name.ends_with(b".yml") || name.ends_with(b".yaml");
    NAMES.contains(&name)
        || folders.last().is_some_and(|last| *last == b".circleci" || *last == b".woodpecker")
        || (is_yaml && FOLDERS.iter().any(|pair| folders.ends_with(pair)))
}

/// Where Debian and Red Hat keep the variables of services.
fn is_default(folders: &[&[u8]]) -> bool {
    matches!(folders, [.., b"etc", b"default" | b"sysconfig"])
}

/// Where Rails keeps the keys of its encrypted files (Rails guides, Securing Rails Applications, 10.1).
fn is_key_file(name: &[u8], folders: &[&[u8]]) -> bool {
    match folders {
        [.., b"config"] => [&b"master.key"[..], b"secrets.yml.key", b"credentials.yml.key"].contains(&name),
        [.., b"config", b"credentials"] => name.ends_with(b".key"),
        _ => false,
    }
}

/// Words behind one of tests that leave it what it is: `examples_old`, `tests-2`.
const AGES: &[&str] = &["old", "new", "legacy", "deprecated", "archive", "archived", "backup", "bak"];

fn is_test_folder(part: &[u8], lower: &[u8]) -> bool {
    let is_age = |word: &str| AGES.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit());
    let ends = || {
        let words = words::split(part);
        words.iter().rev().find(|word| !is_age(word)).is_some_and(|word| is_test_word(word))
    };
    // What stands in for a server, or for anything else: `dummyserver`, `mock-api`.
    let begins = || [&b"dummy"[..], b"mock", b"fake"].iter().any(|start| lower.starts_with(start));
    TEST_PARTS.contains(&lower)
        || begins()
        || COPIES.contains(&lower)
        || ends()
        || lower == b"test-data"
        || lower == b"test_data"
}

fn is_test_word(word: &str) -> bool {
    TEST_WORDS.contains(&word)
}

/// By the words of the name before its first point (`test_x.py`, `x-2.test.ts`), and by what stands between points.
fn is_test_name(name: &[u8]) -> bool {
    let mut parts = name.split_str(".");
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    let mut stem = words::split(parts.next().unwrap_or_default());
    stem.retain(|word| !is_number(word));
    let outer = [stem.first(), stem.last()];
    let is_form = name.starts_with(b".env")
        && [&b".dist"[..], b".template", b".tmpl"].iter().any(|end| name.ends_with(end));
    is_form
        || outer.into_iter().flatten().any(|word| is_test_word(word) || word == "conftest")
        || parts.any(|part| {
            let part = part.to_ascii_lowercase();
            [&b"test"[..], b"spec", b"example", b"sample", b"stories"].contains(&part.as_slice())
        })
}

/// A file of translations: `hu.json`, `messages_de.properties`, `strings.pt-BR.xml`, `lang-en.php`.
fn is_translation(name: &[u8]) -> bool {
    const ENDINGS: &[&[u8]] = &[
        b"json",
        b"yml",
        b"yaml",
        b"properties",
        b"xml",
        b"php",
        b"js",
        b"ts",
        b"resx",
        b"strings",
        b"arb",
        b"ini",
        b"toml",
        b"lua",
        b"ftl",
        b"txt",
    ];
    let Some((stem, ending)) = name.rsplit_once_str(".") else { return false };
    let words: Vec<&[u8]> = stem.split(|byte| b"._-".contains(byte)).collect();
    let is_language = |word: &&[u8]| LANGUAGES.contains(word);
    let is_word = |word: &&[u8]| TRANSLATION_WORDS.iter().any(|known| known.as_bytes() == *word);
    // Settings of a country are named by two letters, too.
    let is_settings = [&b"yml"[..], b"yaml", b"properties", b"ini", b"toml", b"txt"].contains(&ending);
    let is_alone = match words.as_slice() {
        [language] => is_language(language) && !is_settings,
        [language, region] => is_language(language) && REGIONS.contains(region),
        _ => false,
    };
    ENDINGS.contains(&ending) && (is_alone || (words.iter().any(is_word) && words.iter().any(is_language)))
}

/// A manual in markup, and what is made of one to search in it.
fn is_documentation(name: &[u8], folders: &[&[u8]]) -> bool {
    const MARKUP: &[&[u8]] = &[b".xml", b".xhtml", b".dbk", b".docbook", b".dita", b".pod"];
    let is_markup = MARKUP.iter().any(|ending| name.ends_with(ending));
    let stem = name.split_str(".").next().unwrap_or_default();
    let stem: Vec<u8> = stem.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let is_index = [&b"searchindex"[..], b"searchdata"].contains(&stem.as_slice());
    is_index
        || (is_markup && (stem.ends_with(b"howto") || folders.iter().any(|part| MANUAL_PARTS.contains(part))))
}

/// A name without the endings of copies and templates: `config.yml.j2` is a `config.yml`.
fn original(name: &[u8]) -> &[u8] {
    let whole = name.strip_suffix(b"~").unwrap_or(name);
    match whole.rsplit_once_str(".") {
        Some((stem, ending)) if !stem.is_empty() && COPY_ENDINGS.contains(&ending) => original(stem),
        _ => whole,
    }
}

/// The kind of a file by its name in lower case.
fn kind(name: &[u8]) -> FileKind {
    match (kind_of(name), original(name)) {
        // A template of a page is no prose: programs write into it.
        (FileKind::Other, original) if original != name => match kind_of(original) {
            FileKind::Prose => FileKind::Other,
            kind => kind,
        },
        (kind, _) => kind,
    }
}

fn kind_of(name: &[u8]) -> FileKind {
    const LOCK_ENDS: &[&[u8]] =
        &[b"-lock.yaml", b"-lock.yml", b"-lock.json", b".lock.yaml", b".lock.yml", b".lock.json"];
    if LOCK_NAMES.contains(&name) || LOCK_ENDS.iter().any(|end| name.ends_with(end)) {
        return FileKind::Lock;
    }
    if SETTINGS.contains(&name) {
        return FileKind::Config;
    }
    if SHELL_NAMES.contains(&name.strip_prefix(b".").unwrap_or(name)) {
        return FileKind::Shell;
    }
    if [&b"env"[..], b"environment"].contains(&name)
        || name.starts_with(b".env")
        || name.starts_with(b"dockerfile")
        || name.starts_with(b"containerfile")
    {
        return FileKind::Env;
    }
    if name == b"cmakelists.txt" {
        return FileKind::Code;
    }
    let ending = name.rsplit_once_str(".").map_or(&b""[..], |(_, ending)| ending);
    match ending {
        b"py" | b"pyi" | b"pyw" | b"ipynb" => FileKind::Python,
        b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"mts" | b"cts" | b"vue" | b"svelte" => {
            FileKind::JavaScript
        }
        b"sh" | b"bash" | b"zsh" | b"fish" | b"ksh" | b"mk" | b"bat" | b"cmd" => FileKind::Shell,
        b"env" | b"dockerfile" => FileKind::Env,
        b"yml" | b"yaml" | b"ini" | b"cfg" | b"conf" | b"config" | b"toml" | b"properties" | b"cnf"
        | b"netrc" | b"htaccess" | b"nmconnection" | b"acl" | b"secret" | b"secrets" | b"kubeconfig" => {
            FileKind::Config
        }
        // Units of systemd.
        b"service" | b"socket" | b"timer" | b"mount" | b"network" | b"netdev" | b"container" => {
            FileKind::Config
        }
        b"json" | b"json5" | b"jsonc" | b"map" | b"har" => FileKind::Json,
        b"md" | b"rst" | b"txt" | b"adoc" | b"mdx" | b"html" | b"htm" | b"po" | b"pot" | b"tex" | b"arb"
        | b"xlf" | b"xliff" | b"ftl" | b"strings" => FileKind::Prose,
        b"rs" | b"go" | b"java" | b"kt" | b"kts" | b"scala" | b"c" | b"h" | b"cc" | b"cpp" | b"hpp"
        | b"cxx" | b"hxx" | b"hh" | b"ino" | b"cs" | b"php" | b"rb" | b"swift" | b"m" | b"mm" | b"pl"
        | b"pm" | b"lua" | b"dart" | b"ex" | b"exs" | b"erl" | b"clj" | b"groovy" | b"gradle" | b"r"
        | b"jl" | b"sql" | b"ps1" | b"tf" | b"hcl" | b"tfvars" | b"bicep" | b"bicepparam" | b"cmake"
        | b"zig" | b"nim" | b"vb" => FileKind::Code,
        _ if name.starts_with(b"makefile") || name == b"justfile" => FileKind::Shell,
        _ if name.starts_with(b"jenkinsfile") => FileKind::Code,
        _ if name == b"crontab" => FileKind::Shell,
        _ if name.starts_with(b"env.") => FileKind::Env,
        _ => FileKind::Other,
    }
}

#[cfg(test)]
mod tests;
