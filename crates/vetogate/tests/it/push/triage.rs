//! Decisions on single findings, and what they are worth.

mod walk;

use super::{Gate, fresh, password, token};
use std::fs;

/// The fingerprint in a veto.
#[track_caller]
pub fn fingerprint(text: &str) -> String {
    let (_, rest) = text.split_once("fingerprint ").unwrap_or_else(|| panic!("no fingerprint in {text}"));
    rest.split(')').next().unwrap().split_whitespace().collect()
}

pub fn triage(gate: &Gate, fingerprint: &str, more: &[&str]) -> String {
    let arguments =
        [&["triage", fingerprint, "--status", "false-positive", "--reason", "Made up."], more].concat();
    gate.sandbox.veto("work", &arguments).ok().text()
}

/// A gate with a vetoed push; gives the fingerprint of what was found.
pub fn with_veto(content: &str) -> (Gate, String) {
    let gate = Gate::new();
    gate.write("a.conf", content).commit("Dirty");
    let fingerprint = fingerprint(&gate.vetoed(&["main"]));
    (gate, fingerprint)
}

#[test]
fn what_the_push_brings_unsigned_is_no_pardon() {
    let (gate, fingerprint) = with_veto(&token());
    let said = triage(&gate, &fingerprint, &[]);
    assert!(said.contains("once the remote's trusted branch has it"), "{said}");
    gate.commit("Triage");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("the push itself brings it, unsigned"), "{text}");
    // The work tree is its own word.
    let text = gate.sandbox.veto("work", &["scan"]).ok().stdout;
    assert!(text.contains("false-positive: Made up."), "{text}");
}

#[test]
fn what_the_trusted_branch_has_counts() {
    let (gate, fingerprint) = with_veto(&token());
    let said = triage(&gate, &fingerprint, &["--branch"]);
    let branch = format!("veto-triage-{}", &fingerprint[..8]);
    assert!(said.contains(&branch), "{said}");
    let changed = gate.git(&["diff", "--name-only", "origin/main", &branch]);
    assert_eq!(changed, format!(".veto/triage.d/{fingerprint}.toml"));
    // Whoever protects the branch merges it; nobody pardons themselves.
    let text = gate.vetoed(&[&format!("{branch}:main")]);
    assert!(text.contains("The gate itself is loosened") && text.contains("veto override"), "{text}");
    gate.publish(&format!("{branch}:main"));
    assert!(!gate.path(".veto").exists(), "it would be in the way of the branch");
    gate.git(&["rebase", "-q", "origin/main"]);
    let text = gate.passes(&["main"]);
    assert!(text.contains("Suppressed:") && text.contains("false-positive: Made up."), "{text}");
}

#[test]
fn a_signed_decision_counts_at_once_and_in_its_repository_alone() {
    let (gate, fingerprint) = with_veto(&token());
    let key = gate.key("key");
    gate.enrol(&key);
    triage(&gate, &fingerprint, &["--sign", &key]);
    let path = format!(".veto/triage.d/{fingerprint}.toml");
    let entry = fs::read_to_string(gate.path(&path)).unwrap();
    let refused = |entry: String, said: &str| {
        gate.write(&path, entry).commit("Changed");
        let text = gate.vetoed(&["main"]);
        assert!(text.contains(said), "no `{said}` in {text}");
    };
    refused(entry.replace("until = 2", "until = 3"), "the signature does not fit");
    refused(entry.replace("Made up.", "Made down."), "the signature does not fit");
    refused(
        entry.lines().filter(|line| !line.starts_with("until")).fold(String::new(), |a, b| a + b + "\n"),
        "the signature does not fit",
    );
    refused(format!("<<<<<<< HEAD\n{entry}"), "the mark of a merge conflict");
    refused(
        entry.replace("status = \"false-positive\"", "status = \"fixed\""),
        "was said to be fixed, and is there again",
    );
    gate.write(&path, &entry).commit("Signed");
    let text = gate.passes(&["main"]);
    assert!(text.contains("signed by ann@example.org"), "{text}");
    // The same signer, the same file, another repository: one with another first commit.
    let other = Gate::new();
    other.raw_commit(|head| head.replace("parent", "x-parent").into_bytes());
    other.git(&["push", "-q", "--no-verify", "--force", "origin", "main"]);
    other.enrol(&key);
    other
        .write("a.conf", fs::read_to_string(gate.path("a.conf")).unwrap())
        .write(&path, entry)
        .commit("Dirty");
    let text = other.vetoed(&["main:refs/heads/topic"]);
    assert!(text.contains("it was signed for another repository"), "{text}");
}

#[test]
fn an_older_version_and_a_withdrawn_one_count_no_more() {
    let (gate, fingerprint) = with_veto(&token());
    let key = gate.key("key");
    gate.enrol(&key);
    triage(&gate, &fingerprint, &["--sign", &key]);
    let path = format!(".veto/triage.d/{fingerprint}.toml");
    let old = fs::read_to_string(gate.path(&path)).unwrap();
    let arguments = ["triage", &fingerprint, "--status", "withdrawn", "--reason", "It is real."];
    gate.sandbox.veto("work", &arguments).ok();
    let withdrawn = fs::read_to_string(gate.path(&path)).unwrap();
    assert!(withdrawn.contains("serial = 2"), "{withdrawn}");
    let secret = fs::read_to_string(gate.path("a.conf")).unwrap();
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(&path, withdrawn).commit("Withdrawn");
    gate.publish("main");
    // Replayed: the version that was signed before it was withdrawn.
    gate.write(&path, old).write("a.conf", secret).commit("Dirty");
    gate.vetoed(&["main"]);
}

/// Of a guessable value the fingerprint says nothing: another one in its place is not what was pardoned.
#[test]
fn another_value_in_the_same_place() {
    let (gate, fingerprint_of_first) = with_veto(&password());
    triage(&gate, &fingerprint_of_first, &[]);
    let path = format!(".veto/triage.d/{fingerprint_of_first}.toml");
    let entry = fs::read_to_string(gate.path(&path)).unwrap();
    assert!(entry.contains("$argon2id$"), "{entry}");
    let first = fs::read_to_string(gate.path("a.conf")).unwrap();
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write(&path, entry).commit("Triage");
    gate.publish("main");
    gate.write("a.conf", password()).commit("Another value");
    let text = gate.vetoed(&["main"]);
    assert_eq!(fingerprint(&text), fingerprint_of_first);
    assert!(text.contains("it is about another value"), "{text}");
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.write("a.conf", first).commit("The value that was looked at");
    gate.passes(&["main"]);
}

/// Where the policy asks for it, the trusted branch's word has to be signed, too.
#[test]
fn a_policy_that_asks_for_signatures() {
    let (gate, fingerprint) = with_veto(&token());
    let secret = fs::read_to_string(gate.path("a.conf")).unwrap();
    triage(&gate, &fingerprint, &[]);
    fs::remove_file(gate.path("a.conf")).unwrap();
    gate.git(&["reset", "-q", "--soft", "origin/main"]);
    gate.write(".veto/policy.toml", "[triage]\nsigned = true\n").commit("Triage");
    gate.publish("main");
    gate.write("a.conf", secret).commit("Dirty");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("the policy asks for a signature"), "{text}");
}

#[test]
fn two_branches_that_both_triaged_merge_clean() {
    let gate = Gate::new();
    gate.write("a.conf", token()).write("b.conf", token()).commit("Dirty");
    let text = gate.vetoed(&["main"]);
    let all: Vec<String> = text.split("fingerprint ").skip(1).map(|rest| rest[..32].to_owned()).collect();
    assert_eq!(all.len(), 2, "{text}");
    for (branch, fingerprint) in ["one", "two"].iter().zip(&all) {
        gate.git(&["checkout", "-q", "-b", branch, "main"]);
        triage(&gate, fingerprint, &[]);
        gate.commit("Triage");
    }
    gate.git(&["merge", "-q", "--no-edit", "one"]);
    assert_eq!(fs::read_dir(gate.path(".veto/triage.d")).unwrap().count(), 2);
}

#[test]
fn each_finding_of_the_last_push_is_asked_about() {
    let gate = Gate::new();
    gate.write("a.conf", token()).write("b.conf", token()).commit("Dirty");
    gate.vetoed(&["main"]);
    let text = gate.sandbox.veto("work", &["triage"]).exits(2).text();
    assert!(text.contains("there is no terminal to ask on"), "{text}");
    let typed = ["a", "The demo needs it.", "2027-01-31", "s"];
    let text = gate.typed(&["triage"], &typed).ok().text();
    assert!(text.contains("1 of 2") && text.contains("2 of 2"), "{text}");
    let entries: Vec<_> = fs::read_dir(gate.path(".veto/triage.d")).unwrap().flatten().collect();
    assert_eq!(entries.len(), 1);
    let entry = fs::read_to_string(entries[0].path()).unwrap();
    assert!(entry.contains("until = 2027-01-31") && entry.contains("accepted-risk"), "{entry}");
}

#[test]
fn an_entry_about_nothing_is_reported_by_a_scan_of_the_whole() {
    let (gate, fingerprint) = with_veto(&token());
    triage(&gate, &fingerprint, &[]);
    let said = gate.sandbox.veto("work", &["scan"]).ok().stdout;
    assert!(!said.contains("matched nothing"), "{said}");
    fs::remove_file(gate.path("a.conf")).unwrap();
    let said = gate.sandbox.veto("work", &["scan"]).ok().stdout;
    assert!(said.contains(&format!("{fingerprint}.toml: this entry matched nothing")), "{said}");
}

#[test]
fn no_such_finding() {
    let gate = Gate::new();
    let text =
        gate.sandbox.veto("work", &["triage", "abcd", "--status", "fixed", "--reason", "x"]).exits(2).text();
    assert!(text.contains("no finding `abcd`"), "{text}");
}

/// Beside the finding, by whoever wrote it: enough for what warns, never for what vetoes.
#[test]
fn an_ignore_in_the_text() {
    let gate = Gate::new();
    gate.write(
        ".veto/policy.toml",
        "preset = \"strict\"\n[rules.\"secret/assigned-password\"]\nseverity = \"medium\"\n",
    );
    gate.commit("Policy");
    gate.publish("main");
    let line = |comment: &str| format!("{}{comment}\n", password().trim_end());
    gate.write("a.py", line("")).commit("Dirty");
    gate.vetoed(&["main"]);
    for comment in ["  # veto: ignore[secret/assigned-password] Made up.", "  # gitleaks:allow"] {
        gate.git(&["reset", "-q", "--hard", "origin/main"]);
        gate.write("a.py", line(comment)).commit("Ignored");
        let text = gate.passes(&["main"]);
        assert!(text.contains("Suppressed:"), "{text}");
    }
    let critical = format!("key = '{}'  # gitleaks:allow\n", fresh("{crc32-base62:ghp_}"));
    gate.write("b.py", critical).commit("Not that way");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("counts for medium and low findings alone"), "{text}");
}

/// What a veto names can be asked about.
#[test]
fn a_finding_is_explained() {
    let (gate, fingerprint) = with_veto(&token());
    let said = gate.sandbox.veto("work", &["explain", &fingerprint]).ok().stdout;
    assert!(said.starts_with("a.conf:1:1 ") && said.contains("secret/github-token"), "{said}");
    fs::write(gate.path("b.conf"), password()).unwrap();
    let scan = gate.sandbox.veto("work", &["scan", "b.conf"]).exits(1).stdout;
    let said = gate.sandbox.veto("work", &["explain", &self::fingerprint(&scan)]).ok().stdout;
    assert!(said.starts_with("b.conf:1:"), "{said}");
    let said = gate.sandbox.veto("work", &["explain", &"0".repeat(32)]).exits(2).text();
    assert!(said.contains("no finding `0000"), "{said}");
    let said = gate.sandbox.veto("work", &["explain", "SEC-001"]).exits(2).text();
    assert!(said.contains("counts the findings of one report"), "{said}");
}

/// As git's ids: the beginning is enough, where it is that of one.
#[test]
fn a_beginning_of_a_fingerprint() {
    let (gate, fingerprint) = with_veto(&token());
    let said = gate.sandbox.veto("work", &["explain", &fingerprint[..8]]).ok().stdout;
    assert!(said.starts_with("a.conf:1:1 "), "{said}");
    gate.sandbox.veto("work", &["explain", &fingerprint[..7]]).exits(2);
    triage(&gate, &fingerprint[..8].to_uppercase(), &[]);
    let path = gate.path(&format!(".veto/triage.d/{fingerprint}.toml"));
    assert!(fs::read_to_string(&path).unwrap().contains("serial = 1"));
    // Where nothing is found any more, there is the entry.
    gate.git(&["reset", "-q", "--hard", "origin/main"]);
    gate.git(&["push", "-q", "origin", "main"]);
    let arguments = ["triage", &fingerprint[..12], "--status", "withdrawn", "--reason", "It is real."];
    gate.sandbox.veto("work", &arguments).ok();
    assert!(fs::read_to_string(&path).unwrap().contains("serial = 2"));
    assert_eq!(fs::read_dir(gate.path(".veto/triage.d")).unwrap().count(), 1);
}

/// A reason is committed and recorded: no value that was found stands in it, of this finding or of another, guessable or
/// with no form of its own.
#[test]
fn a_reason_that_holds_what_was_found() {
    let gate = Gate::new();
    let (random, other) = (fresh("{alnum:22}"), password());
    let guessable = other.split('"').nth(1).unwrap();
    gate.write("a.py", format!("API_KEY = \"{random}\"\n")).write("b.conf", &other).commit("Dirty");
    let text = gate.push(&["--dry-run", "main"]).text();
    let all: Vec<&str> = text.split("fingerprint ").skip(1).map(|rest| &rest[..32]).collect();
    assert_eq!(all.len(), 2, "{text}");
    let reason = format!("{random}, and ({guessable}), are for the demo.");
    for (fingerprint, more) in [(all[0], None), (all[1], None), (all[0], Some("--branch"))] {
        let arguments = ["triage", fingerprint, "--status", "accepted-risk", "--reason", &reason];
        let arguments: Vec<&str> = arguments.into_iter().chain(more).collect();
        gate.sandbox.veto("work", &arguments).ok();
    }
    let read = |path: &str| fs::read_to_string(gate.path(path)).unwrap();
    let mut texts: Vec<String> =
        all.iter().map(|fingerprint| read(&format!(".veto/triage.d/{fingerprint}.toml"))).collect();
    texts.push(read(".git/veto/audit.jsonl"));
    texts.push(gate.git(&["log", "-1", "--patch", "--glob=refs/heads/veto-triage*"]));
    for text in texts {
        assert!(!text.contains(&random) && !text.contains(guessable), "{text}");
        assert!(text.contains("are for the demo."), "{text}");
    }
}

/// The same where the decision is about a finding of the work tree: what the last push had is known all the same.
#[test]
fn a_reason_that_holds_what_the_last_push_had() {
    let gate = Gate::new();
    let random = fresh("{alnum:22}");
    gate.write("a.py", format!("API_KEY = \"{random}\"\n")).commit("Dirty");
    gate.push(&["--dry-run", "main"]);
    fs::remove_file(gate.path("a.py")).unwrap();
    gate.write("b.conf", token());
    let text = gate.sandbox.veto("work", &["scan", "b.conf"]).exits(1).stdout;
    let fingerprint = fingerprint(&text);
    let reason = format!("Not {random}, another one.");
    gate.sandbox
        .veto("work", &["triage", &fingerprint, "--status", "accepted-risk", "--reason", &reason])
        .ok();
    let entry = fs::read_to_string(gate.path(&format!(".veto/triage.d/{fingerprint}.toml"))).unwrap();
    assert!(!entry.contains(&random) && entry.contains("another one."), "{entry}");
}

/// Nothing is written that would not be read back; the way out is said.
#[test]
fn a_decision_after_the_last_number() {
    let (gate, fingerprint) = with_veto(&token());
    let path = format!(".veto/triage.d/{fingerprint}.toml");
    triage(&gate, &fingerprint, &[]);
    let entry = fs::read_to_string(gate.path(&path)).unwrap();
    let numbered = |serial: &str| entry.replace("serial = 1\n", &format!("serial = {serial}\n"));
    gate.write(&path, numbered("999999"));
    triage(&gate, &fingerprint, &[]);
    let last = fs::read_to_string(gate.path(&path)).unwrap();
    assert!(last.contains("serial = 1000000\n"), "{last}");
    for more in [&[][..], &["--branch"]] {
        let arguments = ["triage", &fingerprint, "--status", "false-positive", "--reason", "Made up."];
        let said = gate.sandbox.veto("work", &[&arguments, more].concat()).exits(2).text();
        assert!(said.contains("no decision can come after that") && said.contains(&path), "{said}");
    }
    assert_eq!(fs::read_to_string(gate.path(&path)).unwrap(), last);
    fs::remove_file(gate.path(&path)).unwrap();
    triage(&gate, &fingerprint, &[]);
    assert!(fs::read_to_string(gate.path(&path)).unwrap().contains("serial = 1\n"));
}

/// Who signs and is not listed hears it at once, and not at the next push.
#[test]
fn a_signature_that_will_not_count_is_said() {
    let (gate, fingerprint) = with_veto(&token());
    let (key, other) = (gate.key("key"), gate.key("other"));
    gate.enrol(&key);
    let said = triage(&gate, &fingerprint, &["--sign", &other]);
    assert!(said.contains("is not listed") && said.contains("counts as unsigned"), "{said}");
    let said = triage(&gate, &fingerprint, &["--sign", &key]);
    assert!(!said.contains("unsigned"), "{said}");
}
