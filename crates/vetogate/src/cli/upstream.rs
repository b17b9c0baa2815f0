//! `veto install` asks whether the remote `upstream` is public: what it has then warns instead of vetoing.

use super::override_push::who;
use super::{Failure, ask};
use crate::audit::Event;
use crate::audit::log::Log;
use crate::gate;
use crate::git::command::Git;
use crate::git::remote::{CONFIG, Remotes, absolute, is_same_place};
use crate::hooks::{files, show, user_folder};
use crate::overrides::agent::agent;
use crate::pins;
use crate::policies::layers::{Layers, NAME};
use anyhow::Context as _;
use serde_json::json;
use std::path::Path;
use vetogate_core::Policy;
use vetogate_core::text::{escape, toml_string};

/// What the remote is called that a fork is brought up to date from.
const REMOTE: &str = "upstream";

/// Asks where somebody can be asked and nothing is known yet; gives what was done.
///
/// # Errors
/// When the user's policy is wrong or can't be written.
pub fn ask_for_public() -> Result<Option<String>, Failure> {
    if !ask::is_possible() || agent(std::env::vars_os()).is_some() {
        return Ok(None);
    }
    let remotes = Remotes::parse(&Git::at(".").read(CONFIG).unwrap_or_default());
    let url = |remote| Some(absolute(&remotes.fetched(remote)?, Path::new(".")));
    let Some(upstream) = url(REMOTE) else { return Ok(None) };
    let is_there = |other: &str| is_same_place(&pins::shown(other), &pins::shown(&upstream));
    let layers = Layers::read().map_err(Failure::usage)?;
    let is_known = layers.iter().flat_map(|policy| &policy.public).any(|public| is_there(public));
    if is_known || url("origin").is_some_and(|origin| is_there(&origin)) {
        return Ok(None);
    }
    let shown = pins::shown(&upstream);
    // What could not be called public is not asked about: a folder of this machine.
    if Policy::parse_floor(&entry(&shown), NAME).is_err() {
        return Ok(None);
    }
    let question = format!(
        "Is {REMOTE} ({}) public? Then secrets that stand in its history only warn here. [y/N] ",
        escape(shown.as_bytes())
    );
    let answer = ask::line(&question).map_err(Failure::incomplete)?.unwrap_or_default();
    if !matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(None);
    }
    add(&shown).map(Some)
}

fn entry(url: &str) -> String {
    format!("[[public]]\nurl = {}\n", toml_string(url))
}

/// Names a remote in the user's policy.
fn add(url: &str) -> Result<String, Failure> {
    let folder = user_folder().map_err(Failure::usage)?;
    let path = folder.join(NAME);
    let name = show(&path);
    let before =
        files::read(&path).with_context(|| format!("{name} can't be read")).map_err(Failure::usage)?;
    let before = String::from_utf8_lossy(&before.unwrap_or_default()).into_owned();
    let blank = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let text = format!("{before}{blank}\n{}", entry(url));
    let text = text.trim_start_matches('\n');
    Policy::parse_floor(text, &name).map_err(Failure::usage)?;
    // What is not recorded must not count.
    let common_dir = gate::common_dir(&Git::at(".")).map_err(Failure::usage)?;
    let event = Event::loosening("public", json!({ "url": url, "who": who(&Git::at(".")) }));
    Log::of(&common_dir)
        .append(&[event])
        .context("what can't be recorded is not written")
        .map_err(Failure::usage)?;
    std::fs::create_dir_all(&folder)
        .and_then(|()| files::write(&path, text.as_bytes(), files::PLAIN))
        .with_context(|| format!("could not write {name}"))
        .map_err(Failure::usage)?;
    Ok(format!("called {} public in {name}", escape(url.as_bytes())))
}
