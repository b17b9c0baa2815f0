//! The veto on the terminal, and the text report of a scan.
//!
//! [`write_text`] only writes: whether there are colours, and how wide the terminal is, its caller knows.

mod page;
#[cfg(test)]
mod tests;

use super::Report;
use super::steps::steps;
use super::ways::ways_out;
use anstyle::{AnsiColor, Style};
use page::Page;
use std::fmt::Write as _;
use std::io::{self, Write};
use vetogate_core::judge::{Action, Decision, Judged};
use vetogate_core::text::shorten;
use vetogate_core::{Detects, Finding, GapKind, Location, Novelty, Place, Posture, Severity, Suppression};

/// Vetoes that are shown in full; the rest are one line each.
const FULL: usize = 20;

/// Characters of a snippet.
const SNIPPET: usize = 200;

/// What the report is about, which decides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A push.
    Push,
    /// Any other source.
    Scan,
}

/// How to show it.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether to colour.
    pub color: bool,
    /// Whether it goes to a terminal that can show UTF-8.
    pub unicode: bool,
    /// Columns to wrap to; `None` where it goes to no terminal.
    pub width: Option<usize>,
    /// Push or scan.
    pub kind: Kind,
    /// Whether old debt is listed, not only counted.
    pub verbose: bool,
}

/// Findings, by what is said of them.
struct Sorted<'a> {
    vetoed: Vec<&'a Judged>,
    warned: Vec<&'a Judged>,
    listed: Vec<&'a Judged>,
    old: Vec<&'a Judged>,
    suppressed: Vec<&'a Judged>,
}

impl<'a> Sorted<'a> {
    fn of(report: &'a Report) -> Self {
        let mut sorted =
            Self { vetoed: vec![], warned: vec![], listed: vec![], old: vec![], suppressed: vec![] };
        for judged in &report.verdict.findings {
            let list = match (judged.suppressed_by, &judged.finding.novelty, judged.action) {
                (Some(_), ..) => &mut sorted.suppressed,
                (_, _, Action::Block | Action::Remediate) => &mut sorted.vetoed,
                (_, Novelty::Old, _) => &mut sorted.old,
                (_, _, Action::Warn) => &mut sorted.warned,
                (_, _, Action::List) => &mut sorted.listed,
            };
            list.push(judged);
        }
        sorted
    }
}

/// Writes the report; of one with nothing to say, one line.
///
/// # Errors
/// What the writer says, such as a closed pipe.
pub fn write_text(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let sorted = Sorted::of(report);
    let mut page = Page::new(out, options.color, options.width);
    vetoes(&mut page, report, options, &sorted.vetoed)?;
    lists(&mut page, report, options, &sorted)?;
    gaps(&mut page, report)?;
    posture(&mut page, report)?;
    section(&mut page, "Notes:", &report.notes, |page, note| page.field("  - ", Style::new(), note))?;
    next(&mut page, report, options, &sorted)?;
    page.verdict(
        decision_style(report.verdict.decision),
        report.verdict.decision.as_str(),
        &counts(report, &sorted),
    )
}

/// As [`write_text`], into a string.
pub fn render(report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    // A vector takes every byte.
    let _ = write_text(report, options, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
    }
}

fn decision_style(decision: Decision) -> Style {
    match decision {
        Decision::Allow => AnsiColor::Green.on_default().bold(),
        Decision::Warn | Decision::Overridden => AnsiColor::Yellow.on_default().bold(),
        Decision::Block => AnsiColor::Red.on_default().bold(),
    }
}

fn vetoes(page: &mut Page<'_>, report: &Report, options: &Options, vetoed: &[&Judged]) -> io::Result<()> {
    let (full, rest) = vetoed.split_at(vetoed.len().min(FULL));
    for judged in full {
        block(page, report.verdict.decision, options, judged)?;
    }
    short(page, "More vetoes:", rest, options, |_| String::new())
}

/// The guide's *Veto Response Format*.
fn block(page: &mut Page<'_>, decision: Decision, options: &Options, judged: &Judged) -> io::Result<()> {
    let finding = &judged.finding;
    let siren = if options.unicode { "\u{1f6a8} " } else { "" };
    let severity = judged.severity.as_str().to_ascii_uppercase();
    let heading = format!("{siren}SECURITY VETO - {severity} ISSUE DETECTED");
    let bold = Style::new().bold();
    page.line(severity_style(judged.severity), &heading)?;
    page.blank()?;
    page.field("Issue: ", bold, &finding.rule.title)?;
    page.field_if("Why: ", bold, &finding.rule.description)?;
    page.field("File: ", bold, &file(&finding.location))?;
    page.field_if("Pattern: ", bold, &shorten(&finding.snippet, SNIPPET))?;
    page.field("Rule: ", bold, &rule(finding))?;
    page.field_if("Note: ", bold, finding.note.as_deref().unwrap_or_default())?;
    flow(page, finding)?;
    page.blank()?;
    page.line(bold, "RESOLUTION REQUIRED:")?;
    for (index, step) in steps(finding).iter().enumerate() {
        page.field(&format!("{}. ", index + 1), Style::new(), step)?;
    }
    page.blank()?;
    page.line(bold, until_resolved(decision, options.kind))?;
    page.blank()
}

fn until_resolved(decision: Decision, kind: Kind) -> &'static str {
    match (decision, kind) {
        (Decision::Overridden, _) => "Overridden for this one push.",
        (_, Kind::Push) => "Push BLOCKED until resolved.",
        (_, Kind::Scan) => "BLOCKED: do not push until resolved.",
    }
}

fn rule(finding: &Finding) -> String {
    format!("{} (confidence {}, fingerprint {})", finding.rule.id, finding.confidence, finding.fingerprint)
}

fn flow(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let steps = finding.flow.iter();
    steps.into_iter().try_for_each(|step| {
        page.field("Flow: ", Style::new().bold(), &format!("{}: {}", place(&step.location), step.message))
    })
}

/// `path:line:column`; of a place that has no lines of its own, its name alone.
fn place(location: &Location) -> String {
    let (line, column) = (location.span.line, location.span.column);
    match &location.place {
        Place::File(path) | Place::FileName(path) => format!("{path}:{line}:{column}"),
        content @ (Place::Note(_) | Place::Blob(_)) => format!("{content}:{line}:{column}"),
        other => other.to_string(),
    }
}

/// The place, and the commit where it is not the tip.
fn file(location: &Location) -> String {
    match location.commit {
        Some(commit) if !location.at_tip => {
            format!("{} (commit {}, no longer at the tip)", place(location), commit.short())
        }
        _ => place(location),
    }
}

/// A finding on one line: severity, rule, place, masked snippet.
fn compact(page: &mut Page<'_>, judged: &Judged, more: &str) -> io::Result<()> {
    let finding = &judged.finding;
    let label = format!("  {:<8} ", judged.severity);
    let snippet = shorten(&finding.snippet, SNIPPET);
    let text = format!("{}  {}  {snippet}{more}", finding.rule.id, file(&finding.location));
    page.field(&label, severity_style(judged.severity), text.trim_end())
}

fn section<T>(
    page: &mut Page<'_>,
    heading: &str,
    items: &[T],
    mut show: impl FnMut(&mut Page<'_>, &T) -> io::Result<()>,
) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    page.line(Style::new().bold(), heading)?;
    items.iter().try_for_each(|item| show(page, item))?;
    page.blank()
}

/// Lines of one list; of more of them, how many.
const LINES: usize = 200;

/// Findings of one kind, a line each.
fn short(
    page: &mut Page<'_>,
    heading: &str,
    findings: &[&Judged],
    options: &Options,
    more: impl Fn(&Judged) -> String,
) -> io::Result<()> {
    let (shown, rest) =
        findings.split_at(if options.verbose { findings.len() } else { findings.len().min(LINES) });
    section(page, heading, shown, |page, judged| compact(page, judged, &more(judged)))?;
    if rest.is_empty() {
        return Ok(());
    }
    let all = if options.kind == Kind::Scan { "; --verbose lists all" } else { "" };
    page.line(Style::new(), &format!("And {} more of these{all}.", rest.len()))?;
    page.blank()
}

fn lists(page: &mut Page<'_>, report: &Report, options: &Options, sorted: &Sorted<'_>) -> io::Result<()> {
    short(page, "Warnings:", &sorted.warned, options, copied)?;
    short(page, "Listed:", &sorted.listed, options, |_| String::new())?;
    section(page, "Suppressed:", &sorted.suppressed, |page, judged| {
        let suppression = judged.suppressed_by.and_then(|index| report.suppressions.get(index));
        compact(page, judged, &suppression.map(because).unwrap_or_default())
    })?;
    match sorted.old.len() {
        0 => Ok(()),
        _ if options.verbose => {
            section(page, "Old debt:", &sorted.old, |page, judged| compact(page, judged, ""))
        }
        count => {
            let were = if count == 1 { "finding was" } else { "findings were" };
            page.line(
                Style::new(),
                &format!("Old debt: {count} {were} there before (listed with --verbose)."),
            )?;
            page.blank()
        }
    }
}

fn copied(judged: &Judged) -> String {
    match &judged.finding.novelty {
        Novelty::CopiedFrom(from) => format!("  (published at {from}, copied)"),
        Novelty::Introduced | Novelty::Old => String::new(),
    }
}

fn because(suppression: &Suppression) -> String {
    let who = suppression.who.as_ref().map(|who| format!(", {who}")).unwrap_or_default();
    let until = suppression.until.map(|until| format!(", until {until}")).unwrap_or_default();
    format!("  ({}: {}{who}{until})", suppression.source, suppression.reason)
}

/// What was not seen and, where that stops the push, the way out of each cause.
fn gaps(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    section(page, "Not looked at, or not fully:", &report.gaps, |page, gap| {
        let (kind, style) = match gap.kind {
            GapKind::Unread => ("unread", severity_style(Severity::High)),
            GapKind::Partial => ("partial", severity_style(Severity::Medium)),
        };
        let mut text = format!("{}  {}  {}", gap.cause.as_str(), gap.place, gap.detail);
        let object = gap.object.map(|object| object.to_string());
        if let Some(object) = object.filter(|object| !text.contains(object.as_str())) {
            let _ = write!(text, " ({object})");
        }
        page.field(&format!("  {kind:<8} "), style, &text)
    })?;
    let ways = if report.verdict.decision == Decision::Block { ways_out(&report.gaps) } else { vec![] };
    let numbered: Vec<(usize, &str)> = (1..).zip(ways).collect();
    section(page, "RESOLUTION REQUIRED:", &numbered, |page, (number, way)| {
        page.field(&format!("{number}. "), Style::new(), way)
    })
}

/// What raised the posture, where that had consequences.
fn posture(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.posture != Posture::High || report.verdict.decision == Decision::Allow {
        return Ok(());
    }
    let evidence = &report.posture_evidence;
    section(page, "The posture is high, by:", evidence, |page, line| page.field("  - ", Style::new(), line))
}

/// One line with what to do, where something has to be done.
fn next(page: &mut Page<'_>, report: &Report, options: &Options, sorted: &Sorted<'_>) -> io::Result<()> {
    if report.verdict.decision != Decision::Block {
        return Ok(());
    }
    if sorted.vetoed.is_empty() {
        page.line(Style::new().bold(), until_resolved(Decision::Block, options.kind))?;
    }
    let again = if options.kind == Kind::Push { "push" } else { "scan" };
    let or = report.override_code.as_ref().map_or_else(String::new, |code| {
        let is_typed = report.override_proof.as_deref().is_none_or(|proof| proof == "typed");
        let sign = if is_typed { "" } else { " --sign KEY" };
        format!(" Or let this one push through, for a reason that is recorded: veto override {code}{sign}")
    });
    let is_push = options.kind == Kind::Push;
    let by_hand = if has_several_commits(&sorted.vetoed) {
        // What is written anew has new ids.
        format!("follow the steps for one commit, then {again} again for the rest")
    } else {
        format!("follow the steps above, then {again} again")
    };
    let leaks = sorted.vetoed.iter().any(|judged| judged.finding.rule.detects == Detects::Leak);
    let purge =
        if is_push && leaks { "; veto purge takes it out of commits that are not pushed yet" } else { "" };
    let triage = if sorted.vetoed.is_empty() { "" } else { " Where it is false: veto triage." };
    let steps = format!("{by_hand}{purge}.{triage}");
    page.field("Next: ", Style::new().bold(), &(steps + &or))
}

/// Whether the steps name several commits: those of the second would bring back what the first has written anew.
fn has_several_commits(vetoed: &[&Judged]) -> bool {
    let mut commits = vetoed.iter().filter_map(|judged| judged.finding.location.commit);
    commits.next().is_some_and(|first| commits.any(|commit| commit != first))
}

/// What the last line counts: what is none is left out.
fn counts(report: &Report, sorted: &Sorted<'_>) -> String {
    let of = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let objects = report.counts.objects;
    let parts = [
        of(sorted.vetoed.len(), "vetoed", "vetoed"),
        of(sorted.warned.len(), "warning", "warnings"),
        of(sorted.listed.len(), "listed", "listed"),
        of(sorted.suppressed.len(), "suppressed", "suppressed"),
        of(sorted.old.len(), "old", "old"),
        of(report.gaps.len(), "gap", "gaps"),
        of(usize::try_from(report.rules_off).unwrap_or(usize::MAX), "rule off", "rules off"),
        Some(format!("{objects} {}", if objects == 1 { "object" } else { "objects" })),
        Some(size(report.counts.bytes)),
        Some(elapsed(report.elapsed)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `12 B`, `1.2 KiB`.
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1023.95 {
            break;
        }
        value /= 1024.0;
        unit = larger;
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") }
}

/// `6 ms`, `1.2 s`.
fn elapsed(duration: std::time::Duration) -> String {
    match duration.as_millis() {
        short @ 0..1000 => format!("{short} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}
