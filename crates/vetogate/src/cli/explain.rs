//! `veto explain RULE-OR-FINDING`: the rule's page on the terminal, of a finding with where it stands.

use super::{Failure, exit, fingerprint, output, triage};
use crate::rule_page;
use std::fmt::Write as _;
use std::sync::Arc;
use vetogate_core::text::{escape, guard, shorten};
use vetogate_core::{Packs, Rule};
use vetogate_detect::registry;

/// Arguments of `veto explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule's id, as a report names it, such as `secret/aws-access-key`; or the fingerprint of a finding of the last
    /// push or of this work tree (eight digits or more of it).
    #[arg(value_name = "RULE-OR-FINDING")]
    what: String,
}

/// Prints the page; gives the exit code.
///
/// # Errors
/// When there is no such rule.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let what = args.what.trim();
    let page = if fingerprint::is_one(what) {
        finding(what)?
    } else {
        let rule = rule(what)?;
        rule_page::text(&rule)
    };
    output::print(&page)?;
    Ok(exit::PASS)
}

/// Where a finding stands, and its rule's page.
fn finding(fingerprint: &str) -> Result<String, Failure> {
    let found = triage::findings(fingerprint)?;
    let Some(first) = found.first() else {
        return Err(Failure::usage(anyhow::anyhow!(
            "no finding `{fingerprint}` in the last push, nor in this work tree; `veto scan` names them"
        )));
    };
    let mut text = String::new();
    for finding in &found {
        let at = &finding.location;
        let commit = at.commit.map(|oid| format!(" (commit {})", oid.short())).unwrap_or_default();
        let line = format!("{}:{}:{}{commit}  {}", at.place, at.span.line, at.span.column, finding.snippet);
        let _ = writeln!(text, "{}", guard(&line));
    }
    text.push('\n');
    Ok(text + &rule_page::text(&first.rule))
}

fn rule(id: &str) -> Result<Arc<Rule>, Failure> {
    let number = id.strip_prefix("SEC-").filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if number.is_some() {
        return Err(Failure::usage(anyhow::anyhow!(
            "{} counts the findings of one report; name the finding by its fingerprint, or its rule",
            shorten(id, 20)
        )));
    }
    find(id)
}

/// The rule with this id.
///
/// # Errors
/// When there is none, with the ids that come close.
pub fn find(id: &str) -> Result<Arc<Rule>, Failure> {
    let rules = registry::rules();
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        return Ok(Arc::clone(rule));
    }
    let close = close_matches(id, rules.iter().map(|rule| rule.id.as_str()));
    let hint = if close.is_empty() {
        "`veto rules list` shows all rules".to_owned()
    } else {
        format!("did you mean {}?", close.join(", "))
    };
    Err(Failure::usage(anyhow::anyhow!("there is no rule `{}`; {hint}", shorten(&escape(id.as_bytes()), 60))))
}

/// Up to three ids that hold the words, or are a few letters away; the closest first, and of those what always runs.
fn close_matches<'a>(id: &str, ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = shorten(&id.to_ascii_lowercase().replace('_', "-"), 64);
    let mut ranked: Vec<(usize, bool, &str)> = ids
        .filter_map(|id| {
            let name = id.split_once('/').map_or(id, |(_, name)| name);
            let away = distance(&wanted, id).min(distance(&wanted, name));
            let holds = wanted.len() >= 3 && id.contains(&wanted);
            (holds || away <= wanted.len() / 3).then_some((away, Packs::of(id).is_some(), id))
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(3).map(|(_, _, id)| id).collect()
}

/// Levenshtein's distance, in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &[&str] =
        &["pii/ssn", "secret/aws-access-key", "secret/aws-secret-key", "secret/github-token"];

    #[test]
    fn what_is_near_is_offered() {
        let close = |id| close_matches(id, IDS.iter().copied());
        assert_eq!(close("secret/aws-acess-key"), ["secret/aws-access-key", "secret/aws-secret-key"]);
        assert_eq!(close("github_token"), ["secret/github-token"]);
        assert_eq!(close("aws").len(), 2);
        assert!(close("zzzzzzzzzzzz").is_empty() && close("").is_empty());
    }

    #[test]
    fn an_unknown_rule_is_wrong_usage() {
        let failure = find("secret/aws-acess-key").unwrap_err();
        assert_eq!(failure.code, exit::USAGE);
        assert!(failure.error.to_string().contains("did you mean secret/aws-access-key"));
        assert!(find("\u{1b}[31m").unwrap_err().error.to_string().contains("\\u{1b}"));
    }
}
