//! A rule's page: what `veto explain` prints and what `docs/rules/` holds, from the same data.
//!
//! A page shows no value: examples are masked, and a test runs the detectors over every page.

use std::fmt::Write;
use vetogate_core::judge::{Action, action};
use vetogate_core::{Confidence, Packs, Posture, Rule};
use vetogate_detect::examples;

/// When a rule of the pack `guide-literal` runs.
pub const OFF_UNLESS: &str = "off unless preset = \"guide\"";

/// One part of a page.
struct Section {
    heading: &'static str,
    body: Body,
}

enum Body {
    Text(String),
    Numbered(Vec<String>),
    Bullets(Vec<String>),
    Literal(Vec<String>),
}

/// The page in Markdown.
pub fn markdown(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n`{}`\n", rule.title, rule.id);
    for section in sections(rule) {
        let _ = write!(page, "\n## {}\n\n", section.heading);
        match section.body {
            Body::Text(text) => page.push_str(&format!("{text}\n")),
            Body::Literal(lines) => page.push_str(&fenced(&lines)),
            Body::Numbered(items) => list(&mut page, &items, "", true),
            Body::Bullets(items) => list(&mut page, &items, "", false),
        }
    }
    page
}

/// The page for a terminal.
pub fn text(rule: &Rule) -> String {
    let mut page = format!("{} ({})\n", rule.title, rule.id);
    for section in sections(rule) {
        let _ = write!(page, "\n{}\n", section.heading);
        match section.body {
            Body::Text(text) => page.push_str(&format!("  {text}\n")),
            Body::Literal(lines) => lines.iter().for_each(|line| page.push_str(&indented(line))),
            Body::Numbered(items) => list(&mut page, &items, "  ", true),
            Body::Bullets(items) => list(&mut page, &items, "  ", false),
        }
    }
    page
}

fn list(page: &mut String, items: &[String], indent: &str, numbered: bool) {
    for (index, item) in items.iter().enumerate() {
        let mark = if numbered { format!("{}.", index + 1) } else { "-".into() };
        let _ = writeln!(page, "{indent}{mark} {item}");
    }
}

/// A code block whose fence is longer than any run of backticks in it.
fn fenced(lines: &[String]) -> String {
    let text = lines.join("\n");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |out, line| format!("{out}    {line}\n"))
}

fn sections(rule: &Rule) -> Vec<Section> {
    let spec = examples::spec(&rule.id);
    let section = |heading, body| Section { heading, body };
    let mut sections = vec![
        section("What it means", Body::Text(rule.description.clone())),
        section("What it does", Body::Bullets(consequences(rule))),
        section("Classes", Body::Bullets(classes(rule))),
        section("What is looked for", Body::Literal(vec![rule.pattern.clone()])),
    ];
    if let Some(spec) = spec {
        let packs = Packs::needed_by(&rule.id);
        let masked =
            |list: &[String]| list.iter().map(|template| examples::masked(template, packs)).collect();
        sections.push(section("Found (values masked)", Body::Literal(masked(&spec.positive))));
        sections.push(section("Not found (values masked)", Body::Literal(masked(&spec.negative))));
    }
    let env = spec.and_then(|spec| spec.env.as_deref());
    sections.push(section("Instead", Body::Text(rule.recommendation.clone())));
    sections.push(section("The way out", Body::Numbered(steps(rule, env))));
    sections.push(section("References", Body::Bullets(rule.references.clone())));
    sections
}

/// The rule's steps, with words in the place of a language's reference.
fn steps(rule: &Rule, env: Option<&str>) -> Vec<String> {
    let reference =
        env.map_or("an environment variable".into(), |name| format!("the environment variable {name}"));
    rule.steps.iter().map(|step| step.replace("{env}", &reference)).collect()
}

fn consequences(rule: &Rule) -> Vec<String> {
    let pack = Packs::of(&rule.id).map(|pack| format!("of the pack {pack}: {OFF_UNLESS}"));
    let mut lines: Vec<String> = pack.into_iter().collect();
    lines.push(format!("severity {}, confidence {}", rule.severity, rule.confidence));
    for &posture in Posture::ALL {
        lines.push(format!("posture {posture}: {}", consequence(action(rule.severity, posture, false))));
    }
    if rule.confidence == Confidence::Low {
        lines.push("low confidence: shown one severity lower, and warns at most, unless the policy's min_confidence is \"low\"".into());
    }
    lines
}

fn consequence(action: Action) -> &'static str {
    match action {
        Action::List => "listed",
        Action::Warn => "WARN",
        Action::Block => "BLOCK; the user may override this one push",
        Action::Remediate => "BLOCK, no override: it must be remediated",
    }
}

fn classes(rule: &Rule) -> Vec<String> {
    let named = rule.cwe.iter().map(|cwe| {
        let name = cwe.row().map_or("", |row| row.name);
        format!("{cwe} {name}").trim_end().to_owned()
    });
    let owasp = [
        format!("OWASP Top 10:2021: {}", rule.owasp_2021().join(", ")),
        format!("OWASP Top 10:2025: {}", rule.owasp_2025().join(", ")),
    ];
    named.chain(owasp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_detect::registry;

    #[test]
    fn no_page_shows_anything_that_is_found() {
        for rule in registry::rules() {
            for page in [markdown(&rule), text(&rule)] {
                // Prose such as "a password: whoever has it" is of low confidence, and warns.
                let hits = examples::scan(&page).into_iter().filter(|hit| hit.confidence > Confidence::Low);
                let hits: Vec<_> = hits.map(|hit| page[hit.span].to_owned()).collect();
                assert!(hits.is_empty(), "{}: {hits:?}", rule.id);
            }
        }
    }

    #[test]
    fn both_forms_say_the_same() {
        for rule in registry::rules() {
            let (markdown, text) = (markdown(&rule), text(&rule));
            for step in &rule.steps {
                let start = step.split("{env}").next().unwrap_or_default();
                assert!(markdown.contains(start) && text.contains(start), "{}: {step}", rule.id);
            }
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert!(fenced(&["```".into()]).starts_with("````text\n"));
        assert!(fenced(&["a".into()]).starts_with("```text\n"));
    }
}
