//! `veto triage` without a finding: those of the last push are asked for one by one.
//!
//! A decision is recorded when all of it is said, and not before: who breaks off has said nothing of the one at hand.

use super::{Args, Found, decide, names};
use crate::cli::{Failure, ask, exit, output};
use anyhow::anyhow;
use jiff::civil::Date;
use vetogate_core::text::guard;
use vetogate_core::triage::Status;
use vetogate_core::{Finding, Novelty};

/// What is typed for a finding.
enum Answer {
    Is(Status),
    Skip,
    Quit,
}

/// Asks for each finding of the last push what it is; gives the exit code.
///
/// # Errors
/// When there is nobody to ask, or a decision can't be written.
pub fn run(args: &Args, found: &Found) -> Result<u8, Failure> {
    let new: Vec<&Finding> =
        found.outcome.findings.iter().filter(|finding| finding.novelty != Novelty::Old).collect();
    let blobs = found.outcome.gaps.iter().filter_map(|gap| gap.object).map(|blob| blob.to_string());
    let blobs: Vec<String> = blobs.collect();
    if !blobs.is_empty() {
        say(&format!(
            "Not looked at whole; each takes `veto triage BLOB --status STATUS --reason TEXT --sign KEY`: {}",
            blobs.join(", ")
        ))?;
    }
    if new.is_empty() {
        say("Nothing was found in the last push.")?;
        return Ok(exit::PASS);
    }
    if !ask::is_possible() {
        let list: Vec<&str> = new.iter().map(|finding| finding.fingerprint.as_str()).collect();
        return Err(Failure::usage(anyhow!(
            "there is no terminal to ask on; name one: veto triage FINGERPRINT --status {} --reason TEXT (of the last push: {})",
            names(),
            list.join(", ")
        )));
    }
    let mut decided = 0;
    for (number, finding) in (1..).zip(&new) {
        show(found, finding, number, new.len())?;
        match answer()? {
            Answer::Is(status) => {
                let Some((reason, until)) = details(args)? else { return stopped(decided, new.len()) };
                decide(args, found, &found.of(finding)?, status, &reason, until)?;
                decided += 1;
            }
            Answer::Skip => {}
            Answer::Quit => return stopped(decided, new.len()),
        }
    }
    Ok(exit::PASS)
}

fn say(text: &str) -> Result<(), Failure> {
    output::note(text).map_err(Failure::incomplete)
}

fn stopped(decided: usize, all: usize) -> Result<u8, Failure> {
    say(&format!("Stopped: {decided} of {all} decided."))?;
    Ok(exit::PASS)
}

fn show(found: &Found, finding: &Finding, number: usize, all: usize) -> Result<(), Failure> {
    let Finding { rule, location, snippet, fingerprint, .. } = finding;
    let mut text = format!(
        "\n{number} of {all}: {} ({})\n  {}:{}  {snippet}\n  {fingerprint}",
        rule.title, finding.severity, location.place, location.span.line
    );
    if let Some(entry) = found.entry(fingerprint) {
        text += &format!("\n  decided on {}: {}: {}", entry.created, entry.status.as_str(), entry.reason);
    }
    let lines: Vec<String> = text.lines().map(guard).collect();
    say(&lines.join("\n"))
}

/// A line that is typed; `None` where the input ended, of which the terminal shows nothing.
fn typed(question: &str) -> Result<Option<String>, Failure> {
    let line = ask::line(question).map_err(Failure::incomplete)?;
    if line.is_none() {
        say("")?;
    }
    Ok(line)
}

fn answer() -> Result<Answer, Failure> {
    loop {
        let typed = typed("[f]alse positive, [a]ccepted risk, fi[x]ed, [s]kip, [q]uit? ")?;
        let Some(typed) = typed else { return Ok(Answer::Quit) };
        return Ok(match typed.to_ascii_lowercase().replace(['-', '_'], " ").as_str() {
            "f" | "false" | "false positive" => Answer::Is(Status::FalsePositive),
            "a" | "accepted" | "accepted risk" => Answer::Is(Status::AcceptedRisk),
            "x" | "fixed" => Answer::Is(Status::Fixed),
            "s" | "skip" => Answer::Skip,
            "q" | "quit" => Answer::Quit,
            _ => continue,
        });
    }
}

/// Why, and until when; `None` where the input ended before all was said.
fn details(args: &Args) -> Result<Option<(String, Option<Date>)>, Failure> {
    let reason = loop {
        let Some(reason) = typed("Why? ")? else { return Ok(None) };
        if !reason.is_empty() {
            break reason;
        }
    };
    if args.until.is_some() {
        return Ok(Some((reason, args.until)));
    }
    let today = jiff::Zoned::now().date();
    let default = if args.sign.is_some() { "a year" } else { "no end" };
    loop {
        let Some(until) = typed(&format!("Until (such as 2027-01-31; empty for {default})? "))? else {
            return Ok(None);
        };
        if until.is_empty() {
            return Ok(Some((reason, None)));
        }
        match until.parse::<Date>() {
            Ok(until) if until >= today => return Ok(Some((reason, Some(until)))),
            Ok(_) => say("That day is over.")?,
            Err(_) => say("That is no date.")?,
        }
    }
}
