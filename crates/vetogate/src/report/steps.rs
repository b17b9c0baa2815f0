//! The way out of a finding, as numbered steps: the rule's own, said for the file's language and for what git has
//! of it. Every format shows these.
//!
//! They are stable: the steps of a finding whose rule already has these steps are the same, so that a report can be
//! read back and shown again.

mod history;

pub use history::IN_NOTES;
use history::{history, is_history};
use vetogate_core::{Detects, Finding, Place};
use vetogate_syntax::path::{FileKind, PathHints};
use vetogate_syntax::words;

/// What stands in a rule's step for the reference to an environment variable.
const ENV: &str = "{env}";

/// The steps for this very finding, in order.
pub fn steps(finding: &Finding) -> Vec<String> {
    let mut history = Some(history(finding));
    let mut steps = Vec::new();
    for step in &finding.rule.steps {
        if is_history(step) && asks_git(finding) {
            steps.extend(history.take().unwrap_or_default());
        } else {
            steps.extend(said_for(step, finding));
        }
    }
    if asks_git(finding) {
        steps.extend(history.unwrap_or_default());
    }
    if steps.is_empty() && !finding.rule.recommendation.is_empty() {
        steps.push(finding.rule.recommendation.clone());
    }
    steps
}

/// Whether the commits matter, and are known. A fault of the state is mended by one more commit.
fn asks_git(finding: &Finding) -> bool {
    finding.rule.detects == Detects::Leak && finding.location.commit.is_some()
        || matches!(finding.location.place, Place::RefName(_) | Place::Tag(_) | Place::Blob(_))
}

/// A rule's step in the words of the file; nothing where it makes no sense there.
fn said_for(step: &str, finding: &Finding) -> Option<String> {
    let takes_file_out = step.starts_with(FILE_OUT) && !step.starts_with(KEPT_ON_DISK);
    if !step.contains(ENV) && !takes_file_out {
        return Some(step.to_owned());
    }
    let Place::File(path) = &finding.location.place else { return None };
    if is_env_file(path) {
        return Some(keep_out(path, finding));
    }
    let reference = || reference(path, &variable(finding));
    match step.strip_prefix(FILE_OUT).filter(|_| takes_file_out) {
        Some(rest) if is_secret_file(finding) => {
            let mount = if rest.contains(ENV) {
                format!(" Mount it, or read it with {}.", reference())
            } else {
                String::new()
            };
            Some(keep_out(path, finding) + &mount)
        }
        Some(rest) => {
            Some(format!("Take it out of the file{}", rest.replace(IGNORED, "").replace(ENV, &reference())))
        }
        None => Some(step.replace(ENV, &reference())),
    }
}

/// How a rule says that the whole file is the secret, and that it is to be ignored.
const FILE_OUT: &str = "Take the file out";
const IGNORED: &str = ", name it in .gitignore";

/// How a step begins that was said already for a file.
const KEPT_ON_DISK: &str = "Take the file out of git";

/// Whether the file is nothing but the secret, so that it goes as a whole. A key may also stand in a program.
fn is_secret_file(finding: &Finding) -> bool {
    let Place::File(path) = &finding.location.place else { return false };
    let is_key = || {
        PathHints::of(path.as_bytes()).kind == FileKind::Other
            && finding.rule.steps.iter().any(|step| step.starts_with(FILE_OUT))
    };
    is_env_file(path) || is_key()
}

/// `git commit -a` takes no new file, and a `.gitignore` often is one.
fn keep_out(path: &str, finding: &Finding) -> String {
    let path = word(path).unwrap_or("FILE");
    let ignored = format!("name {path} in .gitignore, git add .gitignore.");
    if finding.location.at_tip {
        format!("{KEPT_ON_DISK} and keep it on disk: git rm --cached --ignore-unmatch {path}, {ignored}")
    } else {
        format!("{KEPT_ON_DISK} for good: {ignored}")
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '!']).next().unwrap_or(path)
}

fn is_env_file(path: &str) -> bool {
    let name = file_name(path);
    name == ".env" || name.starts_with(".env.")
}

/// The text as one word of a command line; `None` where it would need quotes, or part of it is masked.
fn word(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/+@-".contains(c);
    (!text.is_empty() && !text.starts_with('-') && !text.contains("...") && text.chars().all(plain))
        .then_some(text)
}

/// The name of the environment variable: from the identifier, else as the vendor names it, else from the rule's id.
fn variable(finding: &Finding) -> String {
    variable_name(finding.identifier.as_deref(), &finding.rule.id)
}

/// The name of the environment variable for a value of this rule that is assigned to this.
pub fn variable_name(identifier: Option<&str>, rule: &str) -> String {
    let named = identifier.and_then(screaming);
    let usual = || vetogate_detect::registry::specs().find(|spec| spec.rule.id == rule)?.env.clone();
    let rule = || screaming(rule.rsplit('/').next().unwrap_or_default());
    named.or_else(usual).or_else(rule).unwrap_or_else(|| "SECRET".into())
}

/// `dbPassword` as `DB_PASSWORD`; `None` where that is no name of a variable.
fn screaming(identifier: &str) -> Option<String> {
    let name = words::split(identifier.as_bytes()).join("_").to_ascii_uppercase();
    (name.starts_with(|c: char| c.is_ascii_uppercase()) && (2..=64).contains(&name.len())).then_some(name)
}

/// How the language of the file reads an environment variable.
fn reference(path: &str, name: &str) -> String {
    let file = file_name(path).to_ascii_lowercase();
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    if path.contains(".github/workflows/") {
        return format!("${{{{ secrets.{name} }}}}");
    }
    match ending {
        "py" | "pyi" | "pyw" | "ipynb" => format!("os.environ[\"{name}\"]"),
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" => {
            format!("process.env.{name}")
        }
        "rs" => format!("std::env::var(\"{name}\")"),
        "go" => format!("os.Getenv(\"{name}\")"),
        "java" | "kt" | "kts" | "scala" | "groovy" | "gradle" => format!("System.getenv(\"{name}\")"),
        "clj" => format!("(System/getenv \"{name}\")"),
        "cs" | "vb" => format!("Environment.GetEnvironmentVariable(\"{name}\")"),
        "rb" => format!("ENV.fetch(\"{name}\")"),
        "php" => format!("getenv('{name}')"),
        "c" | "h" | "cc" | "cpp" | "hpp" | "m" | "mm" => format!("getenv(\"{name}\")"),
        "swift" => format!("ProcessInfo.processInfo.environment[\"{name}\"]"),
        "pl" | "pm" => format!("$ENV{{{name}}}"),
        "lua" => format!("os.getenv(\"{name}\")"),
        "dart" => format!("Platform.environment['{name}']"),
        "ex" | "exs" => format!("System.fetch_env!(\"{name}\")"),
        "r" => format!("Sys.getenv(\"{name}\")"),
        "jl" => format!("ENV[\"{name}\"]"),
        "ps1" | "psm1" => format!("$env:{name}"),
        "bat" | "cmd" => format!("%{name}%"),
        "tf" | "hcl" => {
            let lower = name.to_ascii_lowercase();
            format!("var.{lower} (set by TF_VAR_{lower})")
        }
        "sh" | "bash" | "zsh" | "ksh" | "yml" | "yaml" | "toml" | "ini" | "cfg" | "conf" | "config"
        | "json" | "json5" | "jsonc" | "properties" | "xml" | "dockerfile" | "mk" => format!("${{{name}}}"),
        _ if file.starts_with("dockerfile") || file.starts_with("containerfile") => format!("${{{name}}}"),
        _ => format!("the environment variable {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use std::sync::Arc;

    fn with(path: &str, identifier: Option<&str>) -> Finding {
        let mut finding = sample::finding(path);
        finding.identifier = identifier.map(Into::into);
        finding
    }

    #[test]
    fn the_variable_is_read_as_the_language_reads_it() {
        let expected = [
            ("src/a.js", "process.env.DB_PASSWORD"),
            ("src/a.py", "os.environ[\"DB_PASSWORD\"]"),
            ("src/a.rs", "std::env::var(\"DB_PASSWORD\")"),
            ("a.zip!b/c.go", "os.Getenv(\"DB_PASSWORD\")"),
            (".github/workflows/ci.yml", "${{ secrets.DB_PASSWORD }}"),
            ("Dockerfile", "${DB_PASSWORD}"),
            ("conf/app.yaml", "${DB_PASSWORD}"),
            ("main.tf", "var.db_password (set by TF_VAR_db_password)"),
            ("README", "the environment variable DB_PASSWORD"),
        ];
        for (path, reference) in expected {
            let steps = steps(&with(path, Some("dbPassword")));
            assert_eq!(steps[1], format!("Take it out of the file and read it with {reference}."), "{path}");
        }
    }

    #[test]
    fn the_variable_is_named_by_identifier_vendor_or_rule() {
        assert_eq!(variable(&with("a", Some("config.stripe-key"))), "CONFIG_STRIPE_KEY");
        assert_eq!(variable(&with("a", None)), "AWS_ACCESS_KEY_ID");
        assert_eq!(variable(&with("a", Some("9"))), "AWS_ACCESS_KEY_ID");
        let mut finding = with("a", None);
        Arc::make_mut(&mut finding.rule).id = "secret/own-thing".into();
        assert_eq!(variable(&finding), "OWN_THING");
    }

    #[test]
    fn an_env_file_is_kept_out_of_git() {
        let step = |path| steps(&with(path, Some("dbPassword"))).remove(1);
        assert_eq!(
            step("web/.env.production"),
            "Take the file out of git and keep it on disk: git rm --cached --ignore-unmatch web/.env.production, name web/.env.production in .gitignore, git add .gitignore."
        );
        assert!(step("a b/.env").contains("git rm --cached --ignore-unmatch FILE,"));
        assert!(step("AKIA.../.env").contains("git rm --cached --ignore-unmatch FILE,"));
    }

    #[test]
    fn a_file_that_is_a_key_goes_as_a_whole_and_a_key_in_a_program_does_not() {
        let said = |path: &str, step: &str| {
            let mut finding = sample::in_commit(path);
            Arc::make_mut(&mut finding.rule).steps[1] = step.into();
            let said = steps(&finding);
            let mut again = finding.clone();
            Arc::make_mut(&mut again.rule).steps = said.clone();
            assert_eq!(steps(&again), said);
            said[1..].join("\n")
        };
        let mounted = "Take the file out, name it in .gitignore, and mount it or read it with {env}.";
        insta::assert_snapshot!(said("tls/server.key", mounted), @r"
        Take the file out of git and keep it on disk: git rm --cached --ignore-unmatch tls/server.key, name tls/server.key in .gitignore, git add .gitignore. Mount it, or read it with the environment variable AWS_ACCESS_KEY_ID.
        Take it out of commit ababababab while that is not pushed: git commit --amend --allow-empty if that is HEAD; else git commit -a, then git filter-branch -f --prune-empty --tag-name-filter cat --index-filter 'git rm -q --cached --ignore-unmatch tls/server.key' -- BRANCH --not --remotes=REMOTE (it is part of git; wait until its warning is over).
        ");
        insta::assert_snapshot!(said("tls/server.p12", "Take the file out and name it in .gitignore."), @r"
        Take the file out of git and keep it on disk: git rm --cached --ignore-unmatch tls/server.p12, name tls/server.p12 in .gitignore, git add .gitignore.
        Take it out of commit ababababab while that is not pushed: git commit --amend --allow-empty if that is HEAD; else git commit -a, then git filter-branch -f --prune-empty --tag-name-filter cat --index-filter 'git rm -q --cached --ignore-unmatch tls/server.p12' -- BRANCH --not --remotes=REMOTE (it is part of git; wait until its warning is over).
        ");
        let said = said("src/tls.py", mounted);
        assert!(
            said.starts_with("Take it out of the file, and mount it or read it with os.environ["),
            "{said}"
        );
        assert!(!said.contains("--cached"), "{said}");
    }

    #[test]
    fn steps_of_steps_are_the_same() {
        for finding in sample::findings() {
            let mut again = finding.clone();
            Arc::make_mut(&mut again.rule).steps = steps(&finding);
            assert_eq!(steps(&again), steps(&finding), "{}", finding.location.place);
        }
    }

    #[test]
    fn no_command_is_named_that_does_not_exist() {
        for finding in sample::findings() {
            assert!(!steps(&finding).join(" ").contains("veto "));
        }
    }
}
