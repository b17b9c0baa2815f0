//! `docs/guide.md`: for each line of the security guide what implements it, what is still to come, or why there is
//! nothing to build. Written from `guide.toml`; nothing that it names may be missing.

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use vetogate_core::Packs;
use vetogate_detect::registry;

const DATA: &str = include_str!("../guide.toml");

/// Lines of the guide.
const LINES: usize = 732;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    row: Vec<Row>,
}

/// What becomes of some lines of the guide.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// `27`, or `33-37`.
    lines: String,
    what: String,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    commands: Vec<String>,
    #[serde(default)]
    tests: Vec<String>,
    to_come: Option<String>,
    why_not: Option<String>,
}

impl Row {
    fn range(&self) -> anyhow::Result<(usize, usize)> {
        let (first, last) = self.lines.split_once('-').unwrap_or((&self.lines, &self.lines));
        let number = |text: &str| text.parse().with_context(|| format!("`{}` are no lines", self.lines));
        Ok((number(first)?, number(last)?))
    }

    fn names_something(&self) -> bool {
        !(self.rules.is_empty() && self.commands.is_empty() && self.tests.is_empty())
    }

    fn state(&self) -> &'static str {
        match (self.names_something(), self.to_come.is_some()) {
            (true, false) => "done",
            (true, true) => "in part",
            (false, true) => "to come",
            (false, false) => "-",
        }
    }
}

fn rows() -> anyhow::Result<Vec<Row>> {
    let file: File = toml::from_str(DATA).context("xtask/guide.toml")?;
    Ok(file.row)
}

/// The page.
///
/// # Errors
/// When the data can't be read.
pub fn page() -> anyhow::Result<String> {
    let rows = rows()?;
    let mut page = ABOUT.to_owned();
    let count = |state| rows.iter().filter(|row| row.state() == state).count();
    let (done, part, open) = (count("done"), count("in part"), count("to come"));
    let _ =
        writeln!(page, "\n## Line by line\n\n{done} rows are done, {part} in part, {open} are to come.\n");
    page.push_str(
        "| lines | what | state | rules, commands, tests | to come, or why not |\n|---|---|---|---|---|\n",
    );
    for row in &rows {
        let rules = row.rules.iter().map(|id| format!("[{id}](rules/{id}.md)"));
        let commands =
            row.commands.iter().map(|name| format!("[`{name}`](cli.md#{})", name.replace(' ', "-")));
        let tests = row.tests.iter().map(|name| format!("`{name}`"));
        let named: Vec<String> = rules.chain(commands).chain(tests).collect();
        let rest = row.to_come.as_ref().or(row.why_not.as_ref()).map_or("", String::as_str);
        let cells = [&row.lines, &row.what, row.state(), &named.join(", "), rest];
        let _ = writeln!(page, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    page.push_str("\n## The patterns of the guide\n\n| rule | severity | title |\n|---|---|---|\n");
    for rule in registry::rules().iter().filter(|rule| Packs::of(&rule.id).is_some()) {
        let _ = writeln!(page, "| [{0}](rules/{0}.md) | {1} | {2} |", rule.id, rule.severity, rule.title);
    }
    Ok(page)
}

/// One line for each row that is wrong.
///
/// # Errors
/// When the data or a source can't be read.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let rows = rows()?;
    let mut wrong = holes(&rows)?;
    let (rules, commands, tests) = (known_rules(), known_commands(), known_tests(root)?);
    for row in &rows {
        let lacks = |what: &str, named: &[String], known: &BTreeSet<String>| {
            let missing = named.iter().filter(|name| !known.contains(*name));
            missing
                .map(|name| format!("lines {}: there is no {what} `{name}`", row.lines))
                .collect::<Vec<_>>()
        };
        wrong.extend(lacks("rule", &row.rules, &rules));
        wrong.extend(lacks("command", &row.commands, &commands));
        wrong.extend(lacks("test", &row.tests, &tests));
        let has_reason = |reason: &Option<String>| reason.as_ref().is_some_and(|text| text.len() > 5);
        match (row.names_something(), &row.to_come, &row.why_not) {
            (true, _, None) | (false, Some(_), None) | (false, None, Some(_)) => {}
            _ => wrong.push(format!("lines {}: expected what implements them, or one reason", row.lines)),
        }
        if (row.to_come.is_some() || row.why_not.is_some())
            && !has_reason(&row.to_come)
            && !has_reason(&row.why_not)
        {
            wrong.push(format!("lines {}: the reason says nothing", row.lines));
        }
    }
    Ok(wrong)
}

/// Lines that no row is about, or more than one.
fn holes(rows: &[Row]) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut next = 1;
    for row in rows {
        let (first, last) = row.range()?;
        ensure!(first <= last, "`{}` are no lines", row.lines);
        if first != next {
            wrong.push(format!("lines {}: expected {next} to be the first", row.lines));
        }
        next = last + 1;
    }
    if next != LINES + 1 {
        wrong.push(format!("the rows end at line {}, and the guide at {LINES}", next - 1));
    }
    Ok(wrong)
}

fn known_rules() -> BTreeSet<String> {
    registry::rules().iter().map(|rule| rule.id.clone()).collect()
}

fn known_commands() -> BTreeSet<String> {
    fn add(command: &clap::Command, known: &mut BTreeSet<String>) {
        known.insert(command.get_bin_name().unwrap_or(command.get_name()).to_owned());
        command.get_subcommands().for_each(|below| add(below, known));
    }
    let mut command = vetogate::command();
    command.build();
    let mut known = BTreeSet::new();
    add(&command, &mut known);
    known
}

/// Names of functions that stand under `#[test]`, or in a block of property tests.
fn known_tests(root: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for folder in ["crates", "xtask/src"] {
        for path in crate::files(&root.join(folder), "rs")? {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let mut is_test = false;
            for line in text.lines().map(str::trim_start) {
                let name = line.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next());
                match name {
                    Some(name) if is_test => drop(known.insert(name.to_owned())),
                    _ => {}
                }
                // Other attributes and comments may stand between.
                is_test = line == "#[test]" || is_test && (line.starts_with('#') || line.starts_with("//"));
            }
        }
    }
    Ok(known)
}

/// What stands before the table.
const ABOUT: &str = r#"# The guide, line by line

Vetogate implements a security guide of 732 lines: a security agent with the power to veto a push. This page says for each
of its lines what implements it, what is still to come, or why there is nothing to build. The names of lines are ours.

## `preset = "guide"`

By default the guide is read with common sense: a token has a checksum, a certificate is public, an address in a manual is
nobody's. `preset = "guide"` in `.veto/policy.toml` takes it to the letter: its patterns run beside all other rules, as the
pack `guide-literal`, over every file that is published. Nothing of the pack runs without it.

- **Severity** is the guide's: critical for what it lists under "Critical" (secrets and certificates, the first five of
  Bandit and the first four of Node.js, injection, code that is run, deserialization), high for what it lists under "High"
  (MD5 and SHA-1, insecure configuration, vulnerable versions). Where it says both, the higher one holds: `pickle` and
  `eval`. It gives none for personal data: that is high here, as records of people's data are everywhere in Vetogate. It
  gives none for MongoDB either: that is injection, and critical.
- **Confidence** is always high, and as the guide knows no doubt, findings of low confidence of other rules count in full
  (`min_confidence = "low"`). Medium findings warn, as by default.
- **One place is one finding**: where another rule finds the same, that rule says it, with the higher severity of the two.
  A rule that the policy switches off hides no other.
- **Files, not people**: the guide is about code and configuration files, so messages, names and the addresses in commits
  are not searched for personal data, nor are files in `.veto/` and binaries. All other rules look at them as ever.
- **The guide's own way out is none of its findings**: what reads a secret from the environment (`process.env`,
  `os.getenv`, `$NAME`) matches the guide's own pattern for passwords, and is let through, as is the word `REDACTED` that
  `veto purge` leaves.
- **Names**: the patterns for passwords of databases match the name alone, as they are written in the guide.
- Each rule can be set on its own: `[rules."guide-literal/assert"]` with `enabled = false` and a `reason`.
- Of one content 65,536 matches of the pack are taken. What is behind them was not looked at, which is said, and the push
  does not pass. A match longer than 32 KiB may be missed where a large file is read in parts.
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_row_and_all_that_is_named_exists() {
        let wrong = check(&crate::root()).unwrap();
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    #[test]
    fn every_rule_of_the_pack_implements_a_line() {
        let named: BTreeSet<String> = rows().unwrap().into_iter().flat_map(|row| row.rules).collect();
        let of_the_pack = known_rules().into_iter().filter(|id| Packs::of(id).is_some());
        let left: Vec<String> = of_the_pack.filter(|id| !named.contains(id)).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn holes_and_overlaps_are_seen() {
        let row = |lines: &str| Row {
            lines: lines.into(),
            what: String::new(),
            rules: vec![],
            commands: vec![],
            tests: vec![],
            to_come: None,
            why_not: None,
        };
        let count =
            |lines: &[&str]| holes(&lines.iter().map(|lines| row(lines)).collect::<Vec<_>>()).unwrap().len();
        assert_eq!(count(&["1-5", "6", "7-732"]), 0);
        assert_eq!(count(&["1-5", "7-732"]), 1);
        assert_eq!(count(&["1-5", "5-732"]), 1);
        assert_eq!(count(&["1-731"]), 1);
        assert!(holes(&[row("5-1")]).is_err() && holes(&[row("x")]).is_err());
    }
}
