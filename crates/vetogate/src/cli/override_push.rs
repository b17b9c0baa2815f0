//! `veto override`: lets one vetoed push through, for a reason that is recorded.

use super::{Failure, ask, exit, output};
use crate::audit::Event;
use crate::audit::log::Log;
use crate::engine::findings::masked;
use crate::gate::{self, Gate};
use crate::git::command::Git;
use crate::overrides::agent::agent;
use crate::overrides::binding::{self, Binding};
use crate::overrides::second::{Approval, Request};
use crate::overrides::store;
use crate::overrides::token::Token;
use crate::report::Report;
use crate::run::Outcome;
use crate::settle;
use crate::sign::{Namespace, keygen, sshsig};
use crate::source::push::Push;
use anyhow::{Context as _, anyhow};
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use vetogate_core::Proof;
use vetogate_core::judge::{Accepted, Decision};
use vetogate_core::text::{escape, guard};

/// The shortest reason that says something, in characters.
const LEAST_REASON: usize = 20;

/// Arguments of `veto override`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code that stands in the veto.
    #[arg(required_unless_present = "approve")]
    code: Option<String>,
    /// Why it has to be published as it is: 20 characters or more. Asked for where it is not given.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// How long it holds; the policy says how long at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=60))]
    minutes: Option<u8>,
    /// Sign it with this SSH key: a private key, or a public one whose private part an agent holds.
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
    /// Ask a second person: write what they have to approve to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "approval")]
    request: Option<PathBuf>,
    /// Approve what another person asks for in this file, with --sign; what they need is written to standard output.
    #[arg(long, value_name = "FILE", requires = "sign", conflicts_with_all = ["code", "request", "approval", "minutes", "reason"])]
    approve: Option<PathBuf>,
    /// Use the approval of a second person that stands in this file.
    #[arg(long, value_name = "FILE", requires = "sign")]
    approval: Option<PathBuf>,
}

/// Lets a push through, or says why not; gives the exit code.
///
/// # Errors
/// When there is no such veto, or it can't be answered in this way.
pub fn run(args: &Args) -> Result<u8, Failure> {
    if let (Some(file), Some(key)) = (&args.approve, &args.sign) {
        return approve(file, key);
    }
    let git = Git::at(".");
    let common_dir = gate::common_dir(&git).map_err(Failure::usage)?;
    let code = args.code.as_deref().unwrap_or_default();
    let veto = store::find(&common_dir, code)
        .context("the veto can't be read; push again to get a new code")
        .map_err(Failure::usage)?;
    let veto = veto.ok_or_else(|| {
        Failure::usage(anyhow!(
            "there is no veto with the code `{}` here; push again, and take the code that it says",
            masked(&escape(code.as_bytes()))
        ))
    })?;
    let url = veto.url(&git);
    let updates = veto.updates().map_err(Failure::usage)?;
    let asked = Push { remote: &veto.remote, url: &url, updates: &updates };
    let gate = Gate::look(asked, None).map_err(Failure::usage)?;
    let report = gate.report(None);
    output::write_verdict(&report).map_err(Failure::incomplete)?;
    let binding = match answerable(&report, &url, code)? {
        Ok(binding) => binding,
        Err(code) => return Ok(code),
    };
    answer(args, &git, &common_dir, &gate, &report, binding)
}

/// What the answer is bound to; or the exit code, where there is nothing to answer.
fn answerable(report: &Report, url: &str, code: &str) -> Result<Result<Binding, u8>, Failure> {
    if report.verdict.decision != Decision::Block {
        say("This push passes now; push again.")?;
        return Ok(Err(exit::PASS));
    }
    if !report.verdict.override_available {
        say(
            "There is no override of this: it has to be remediated, or, where it is a false alarm, triaged.",
        )?;
        return Ok(Err(report.verdict.exit_code));
    }
    let binding = Binding::of(report, url).ok_or_else(|| Failure::usage(anyhow!("this is no push")))?;
    if !binding.code().eq_ignore_ascii_case(code.trim()) {
        say(
            "What would be published, or what holds, is not what it was at that veto; push again for a new code.",
        )?;
        return Ok(Err(exit::BLOCK));
    }
    Ok(Ok(binding))
}

fn say(text: &str) -> Result<(), Failure> {
    output::note(text).map_err(Failure::incomplete)
}

fn answer(
    args: &Args,
    git: &Git,
    common_dir: &Path,
    gate: &Gate<'_>,
    report: &Report,
    binding: Binding,
) -> Result<u8, Failure> {
    let rules = gate.policy().overrides;
    let key = args.sign.as_deref();
    let needed = binding::needed(report, &rules);
    if let Some(file) = &args.request {
        return request(args, git, file, binding, gate.outcome());
    }
    let by = if needed > rules.proof { "what time ran out for, or crashed," } else { "the policy" };
    may_answer((by, needed), key, args.approval.is_some())?;
    if let Some(key) = key {
        check_listed(key, gate, common_dir)?;
    }
    let approval = args.approval.as_deref().map(approval).transpose()?;
    // Before anybody types or touches anything for it.
    let until = used_until(approval.as_ref(), common_dir)?;
    let (reason, who) = (reason(args, gate.outcome())?, gate.outcome().without_values(&who(git)));
    confirm(&binding, key)?;
    let minutes = args.minutes.unwrap_or(rules.minutes.min(15)).min(rules.minutes);
    let now = jiff::Timestamp::now();
    let mut token = Token::new(binding.clone(), reason, who, now, minutes, nonce()?);
    token.expires = until.map_or(token.expires, |until| until.min(token.expires));
    if let Some(key) = key {
        token.signature = Some(sign(key, &token.signed_bytes())?);
    }
    token.approval = approval;
    let trust = if token.signature.is_some() {
        settle::signers(gate, common_dir).map_err(|error| Failure::usage(anyhow!(error)))?
    } else {
        crate::trust::Trust::default()
    };
    let accepted = token.check(&binding, now, &rules, &trust.signers).map_err(Failure::usage)?;
    if !accepted.proof.satisfies(needed) {
        return Err(Failure::usage(anyhow!("it takes proof `{needed}`, and this is `{}`", accepted.proof)));
    }
    record(common_dir, &token, &accepted)?;
    store::write(common_dir, &token).context("the override can't be written").map_err(Failure::usage)?;
    say(&format!("This one push is let through until {}; push again.", local(token.expires)))?;
    Ok(exit::PASS)
}

/// Before anybody is asked for anything.
fn may_answer((by, needed): (&str, Proof), key: Option<&Path>, has_approval: bool) -> Result<(), Failure> {
    let refuse = |text: String| Err(Failure::usage(anyhow!(text)));
    if needed >= Proof::Signed && key.is_none() {
        return refuse(format!("{by} asks for proof `{needed}`: sign it with --sign KEY"));
    }
    if needed >= Proof::SecondPerson && !has_approval {
        return refuse("the policy asks for a second person: --request FILE writes what they have to approve, --approval FILE takes their answer".into());
    }
    let hardware = key.is_some_and(is_hardware);
    if !ask::is_possible() && !hardware {
        return refuse(
            "there is no terminal here; only a signature by a hardware key counts without one (--sign KEY)"
                .into(),
        );
    }
    match agent(std::env::vars_os()) {
        Some(agent) if key.is_none() => refuse(format!(
            "this looks like a terminal of {agent}, where nothing typed counts; use another terminal, or sign with --sign KEY"
        )),
        _ => Ok(()),
    }
}

/// Before anybody types or touches anything: whether the key is one of those that count here.
fn check_listed(key: &Path, gate: &Gate<'_>, common_dir: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(keygen::public_file(key)).unwrap_or_default();
    let public = ssh_key::PublicKey::from_openssh(&text).ok();
    // What a key says of living in hardware is believed of its signature alone.
    let Some(public) = public.filter(|public| !sshsig::is_hardware(public.key_data())) else { return Ok(()) };
    let trust = settle::signers(gate, common_dir).map_err(|error| Failure::usage(anyhow!(error)))?;
    let listed = trust.signers.with_key(public.key_data());
    if listed.is_some_and(|signer| signer.may(Namespace::Override)) {
        return Ok(());
    }
    let way = if trust.sources.is_empty() {
        "nobody is listed; `veto install --signer KEY` on a terminal enrols a key of yours for this clone"
            .to_owned()
    } else {
        format!("have it listed for {} in {}", Namespace::Override.as_str(), trust.sources.join(" or "))
    };
    let print = crate::sign::signers::fingerprint(public.key_data());
    Err(Failure::usage(anyhow!("the key {print} is not listed: {way}")))
}

/// Whether a key says of itself that it lives in hardware; its signature has to show it, see [`sign`].
fn is_hardware(key: &Path) -> bool {
    let public = std::fs::read_to_string(keygen::public_file(key)).unwrap_or_default();
    ssh_key::PublicKey::from_openssh(&public).is_ok_and(|key| sshsig::is_hardware(key.key_data()))
}

/// Signs for an override. Where nobody types a phrase, the touch of a hardware key stands for it, and that the signature
/// shows: a public key beside the private one can be written by anybody.
fn sign(key: &Path, message: &[u8]) -> Result<String, Failure> {
    let signature = keygen::sign(key, Namespace::Override, message).map_err(Failure::usage)?;
    if !ask::is_possible()
        && !sshsig::is_touched(&signature, Namespace::Override, message).map_err(Failure::usage)?
    {
        return Err(Failure::usage(anyhow!(
            "there is no terminal here, and the signature shows no touch of a hardware key; nothing was let through"
        )));
    }
    Ok(signature)
}

fn approval(file: &Path) -> Result<Approval, Failure> {
    read(file, |text| serde_json::from_slice::<Approval>(text).map_err(|error| error.to_string()))
}

/// Until when an approval counts that was used before: once, and again only within the minutes of that.
fn used_until(approval: Option<&Approval>, common_dir: &Path) -> Result<Option<jiff::Timestamp>, Failure> {
    let Some(approval) = approval else { return Ok(None) };
    let until = approval.until(&Log::of(common_dir), jiff::Timestamp::now());
    until.map_err(|why| Failure::usage(anyhow!(why)))
}

fn reason(args: &Args, found: &Outcome) -> Result<String, Failure> {
    let given = match &args.reason {
        Some(reason) => Some(reason.clone()),
        None if ask::is_possible() => {
            ask::line("Why does it have to be published as it is? ").map_err(Failure::incomplete)?
        }
        None => None,
    };
    let reason = given.unwrap_or_default();
    let reason = found.without_values(&masked(&escape(reason.trim().as_bytes())));
    if reason.chars().count() < LEAST_REASON {
        return Err(Failure::usage(anyhow!(
            "a reason takes {LEAST_REASON} characters or more; nothing was let through"
        )));
    }
    Ok(reason)
}

/// A phrase that names the push has to be typed; a hardware key that is touched stands for it where there is no terminal.
fn confirm(binding: &Binding, key: Option<&Path>) -> Result<(), Failure> {
    if !ask::is_possible() && key.is_some_and(is_hardware) {
        return Ok(());
    }
    let phrase = binding.phrase();
    let typed = ask::line(&format!("To let this one push through, type: {}\n> ", guard(&phrase)))
        .map_err(Failure::incomplete)?;
    if typed.as_deref() == Some(phrase.as_str()) {
        return Ok(());
    }
    Err(Failure::usage(anyhow!("that is not what had to be typed; nothing was let through")))
}

fn record(common_dir: &Path, token: &Token, accepted: &Accepted) -> Result<(), Failure> {
    let event = json!({
        "push": token.binding.push,
        "url": token.binding.url,
        "refs": token.binding.refs,
        "findings": token.binding.findings,
        "gaps": token.binding.gaps,
        "proof": accepted.proof.as_str(),
        "signed_by": accepted.signed_by,
        "who": token.who,
        "reason": token.reason,
        "until": token.expires.to_string(),
        "token": token.digest(),
        "approval": token.approval.as_ref().map(Approval::digest),
    });
    let appended = Log::of(common_dir).append(&[Event::loosening("override", event)]);
    appended.context("what can't be recorded is not let through").map_err(Failure::usage).map(drop)
}

fn request(args: &Args, git: &Git, file: &Path, binding: Binding, found: &Outcome) -> Result<u8, Failure> {
    let who = found.without_values(&who(git));
    let request = Request::new(binding, reason(args, found)?, who, jiff::Timestamp::now());
    let text = serde_json::to_vec_pretty(&request).map_err(Failure::incomplete)?;
    std::fs::write(file, text)
        .with_context(|| format!("could not write {}", shown(file)))
        .map_err(Failure::usage)?;
    say(&format!(
        "Give {} to a second person, who runs `veto override --approve FILE --sign KEY`; with what that prints: veto override CODE --approval FILE --sign KEY",
        shown(file)
    ))?;
    Ok(exit::PASS)
}

/// The second person's part: shows what is asked, and signs it.
fn approve(file: &Path, key: &Path) -> Result<u8, Failure> {
    let request = read(file, Request::parse)?;
    let Request { who, reason, binding, .. } = &request;
    // All of it is somebody else's text.
    let shown = |text: &str| guard(&escape(text.as_bytes()));
    say(&format!("{} asks to let this push through: {}", shown(who), shown(reason)))?;
    say(&format!("to {}", shown(&binding.url)))?;
    for [name, old, new] in &binding.refs {
        say(&format!("  {}  {}..{}", shown(name), shown(old), shown(new)))?;
    }
    say(&format!("findings: {}; not looked at: {}", list(&binding.findings), list(&binding.gaps)))?;
    if !ask::is_possible() && !is_hardware(key) {
        return Err(Failure::usage(anyhow!(
            "there is no terminal here; only a hardware key counts without one"
        )));
    }
    confirm(binding, Some(key))?;
    let mut approval = Approval::new(request, jiff::Timestamp::now());
    approval.signature = sign(key, &approval.signed_bytes())?;
    let text = serde_json::to_string(&approval).map_err(Failure::incomplete)?;
    output::print(&format!("{text}\n"))?;
    Ok(exit::PASS)
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".into() } else { escape(items.join(", ").as_bytes()) }
}

fn read<T>(file: &Path, parse: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, Failure> {
    let text = std::fs::read(file)
        .with_context(|| format!("could not read {}", shown(file)))
        .map_err(Failure::usage)?;
    parse(&text).map_err(|error| {
        let error = masked(&escape(error.as_bytes()));
        Failure::usage(anyhow!("{} is not what was expected: {error}", shown(file)))
    })
}

/// As git's configuration names the user: no proof of anything.
pub fn who(git: &Git) -> String {
    let setting = |key: &str| git.read_line(["config", "--get", key]).ok().flatten().unwrap_or_default();
    let (name, email) = (setting("user.name"), setting("user.email"));
    masked(&escape(format!("{name} <{email}>").trim().as_bytes()))
}

fn nonce() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    let mut file = std::fs::File::open("/dev/urandom").map_err(Failure::incomplete)?;
    file.read_exact(&mut bytes).map_err(Failure::incomplete)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn local(time: jiff::Timestamp) -> String {
    time.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M").to_string()
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}
