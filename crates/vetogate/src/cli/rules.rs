//! `veto rules list|show|test`: which rules there are, and whether they do what they say.

use super::{Failure, exit, explain, output};
use crate::rule_page;
use anyhow::anyhow;
use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use std::fmt::Write;
use vetogate_core::{Category, Confidence, Packs, Rule, Severity};
use vetogate_detect::{examples, registry};

/// Arguments of `veto rules`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List every rule with its severity, confidence and title.
    List {
        /// How to write the list.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show one rule's page; the same as `veto explain`.
    Show {
        /// The rule's id.
        rule: String,
    },
    /// Run the examples of data rules through the detectors; exit code 1 if one does not behave.
    Test {
        /// The rule's id; without it, all rules.
        rule: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One line a rule.
    Text,
    /// An array of objects.
    Json,
}

/// Does what the subcommand says; gives the exit code.
///
/// # Errors
/// When a named rule does not exist.
pub fn run(args: &Args) -> Result<u8, Failure> {
    match &args.action {
        Action::List { format: Format::Text } => output::print(&list())?,
        Action::List { format: Format::Json } => output::print(&json()?)?,
        Action::Show { rule } => output::print(&rule_page::text(&*explain::find(rule)?))?,
        Action::Test { rule } => return test(rule.as_deref()),
    }
    Ok(exit::PASS)
}

fn list() -> String {
    let rules = registry::rules();
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let (severity, confidence) = (rule.severity.as_str(), rule.confidence.as_str());
        let pack = Packs::of(&rule.id).map(|_| format!(" [{}]", rule_page::OFF_UNLESS)).unwrap_or_default();
        let _ = writeln!(out, "{:width$}  {severity:8}  {confidence:6}  {}{pack}", rule.id, rule.title);
    }
    out
}

/// A rule as `veto rules list --format json` writes it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    /// The pack without which it is off.
    pack: Option<&'static str>,
    description: &'a str,
    category: Category,
    severity: Severity,
    confidence: Confidence,
    cwe: Vec<String>,
    owasp_2021: Vec<&'static str>,
    owasp_2025: Vec<&'static str>,
    pattern: &'a str,
    recommendation: &'a str,
    references: &'a [String],
}

impl<'a> From<&'a Rule> for Row<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self {
            id: &rule.id,
            title: &rule.title,
            pack: Packs::of(&rule.id),
            description: &rule.description,
            category: rule.category,
            severity: rule.severity,
            confidence: rule.confidence,
            cwe: rule.cwe.iter().map(ToString::to_string).collect(),
            owasp_2021: rule.owasp_2021(),
            owasp_2025: rule.owasp_2025(),
            pattern: &rule.pattern,
            recommendation: &rule.recommendation,
            references: &rule.references,
        }
    }
}

fn json() -> Result<String, Failure> {
    let rules = registry::rules();
    let rows: Vec<Row<'_>> = rules.iter().map(|rule| Row::from(rule.as_ref())).collect();
    let text = serde_json::to_string_pretty(&rows).map_err(Failure::incomplete)?;
    Ok(text + "\n")
}

fn test(rule: Option<&str>) -> Result<u8, Failure> {
    let specs: Vec<_> = match rule {
        None => registry::specs().collect(),
        Some(id) => {
            let rule = explain::find(id)?;
            let none = || Failure::usage(anyhow!("`{id}` is written in code; `cargo test` runs its cases"));
            vec![examples::spec(&rule.id).ok_or_else(none)?]
        }
    };
    let ran: usize = specs.iter().map(|spec| spec.positive.len() + spec.negative.len()).sum();
    let wrong: Vec<String> = specs.iter().flat_map(|spec| examples::misbehaving(spec)).collect();
    let mut out: String = wrong.iter().fold(String::new(), |out, line| out + line + "\n");
    let count = specs.len();
    let rules = if count == 1 { "rule" } else { "rules" };
    let _ = writeln!(out, "{count} {rules}, {ran} examples, {} misbehave", wrong.len());
    output::print(&out)?;
    Ok(if wrong.is_empty() { exit::PASS } else { exit::BLOCK })
}
