//! Ignores in the text: what is said of one that does nothing, can't do anything, or does not say why.

use super::{Gate, password, token};
use std::path::Path;

/// What a scan of the work tree says of ignores.
#[track_caller]
fn said(gate: &Gate) -> Vec<String> {
    let text = gate.sandbox.veto("work", &["scan"]).stdout;
    let (_, notes) = text.split_once("Notes:\n").unwrap_or_default();
    let notes = notes.lines().take_while(|line| line.starts_with("  "));
    let mut notes: Vec<String> = notes.map(|line| line.trim_start_matches([' ', '-']).to_owned()).collect();
    notes.retain(|note| note.contains("ignore") || note.contains("no rule"));
    notes
}

/// A gate for which a password is of medium severity.
fn medium() -> Gate {
    let gate = Gate::new();
    gate.write(".veto/policy.toml", "[rules.\"secret/assigned-password\"]\nseverity = \"medium\"\n");
    gate.commit("Policy");
    gate.publish("main");
    gate
}

/// A password with a comment beside it.
fn line(comment: &str) -> String {
    format!("{}  {comment}\n", password().trim_end())
}

#[test]
fn one_that_matches_nothing_is_said_by_a_scan() {
    let gate = medium();
    gate.write("a.py", line("# veto: ignore[secret/assigned-password] Made up."));
    gate.write("b.py", format!("# veto: ignore[secret/*] Made up.\n{}", password()));
    gate.write("c.py", line("# Veto: Ignore[secret/assigned-password] Made up."));
    assert_eq!(said(&gate), [""; 0]);
    gate.write("a.py", "x = 1\ny = 2  # veto: ignore[secret/assigned-password] Made up.\n");
    gate.write("b.py", format!("x = 1  # veto: ignore[secret/*] Made up.\n{}", password()));
    gate.write("c.py", line("# veto: ignore[secret/jwt] Another rule."));
    let nothing = "this ignore matches nothing; take it out";
    assert_eq!(said(&gate), [("a.py:2"), ("b.py:1"), ("c.py:1")].map(|place| format!("{place}: {nothing}")));
    // A rule that does not run here may find something elsewhere.
    gate.write("e.py", "x = 1  # veto: ignore[guide-literal/assert] Not here.\n");
    assert_eq!(said(&gate).len(), 3);
    // A push looks for none, and none is looked for where the policy lets none count.
    gate.commit("Ignores");
    assert!(!gate.push(&["main"]).text().contains(nothing));
    gate.write(".veto/policy.toml", "[inline]\nallowed = false\n");
    gate.write("d.py", line("# veto: ignore[secret/*] Made up."));
    let idle = "ignores in the text beside findings: 1; they count for nothing, for the policy says so";
    assert_eq!(said(&gate), [idle]);
}

#[test]
fn a_misspelt_one_is_said_once_by_scan_and_push() {
    let form = "it has to be written `veto: ignore[RULE] reason`";
    for (comment, expected) in [
        ("# veto: ignore", format!("this ignore names no rule and counts for nothing; {form}")),
        ("# veto:ignore[secret/*] x", format!("this ignore counts for nothing; {form}")),
        ("# veto ignore[secret/*] x", format!("this ignore counts for nothing; {form}")),
        ("# Vetogate: ignore[secret/*] x", format!("this ignore counts for nothing; {form}")),
        ("# veto:ignore secret/*", format!("this ignore names no rule and counts for nothing; {form}")),
        (
            "# veto: ignore[*] x",
            "this ignore names all rules and counts for nothing; name the one, or a family such as `secret/*`".into(),
        ),
        (
            "# veto: ignore[secret/asigned-password] x",
            "no rule has the name `secret/asigned-password` in this version; the nearest: secret/assigned-password,".into(),
        ),
        ("# veto: ignore[sekret/*] x", "no rule is of the family `sekret/*` in this version; the nearest: secret/*,".into()),
        ("# veto: ignore[a password] x", "this ignore names `a password`, which can't be a rule,".into()),
    ] {
        let gate = medium();
        gate.write("a.py", ["x = 1\n", &line(comment)].concat());
        let [note] = &said(&gate)[..] else { panic!("{comment}: {:?}", said(&gate)) };
        assert!(note.starts_with(&format!("a.py:2: {expected}")), "{note}");
        gate.commit("Dirty");
        let text = gate.passes(&["main"]);
        assert_eq!(text.matches(note.as_str()).count(), 1, "{note} in {text}");
    }
}

#[test]
fn one_without_a_reason_counts_and_is_said() {
    let gate = medium();
    gate.write("a.py", format!("# veto: ignore[secret/assigned-password]\n{}", password()));
    let note = "a.py:1: this ignore gives no reason; write it behind the brackets";
    assert_eq!(said(&gate), [note]);
    gate.commit("Ignored");
    let text = gate.passes(&["main"]);
    assert!(text.contains(note) && text.contains("Suppressed:"), "{text}");
    // What another commit of the push has mended is not said.
    let gate = medium();
    gate.write("a.py", line("# veto: ignore[secret/assigned-password]")).commit("No reason");
    gate.write("a.py", line("# veto: ignore[secret/assigned-password] Made up.")).commit("A reason");
    assert!(!gate.push(&["main"]).text().contains("gives no reason"));
}

#[test]
fn what_only_tells_of_an_ignore_is_none() {
    let gate = Gate::new();
    for name in ["a.md", "docs/a.rst", "a.adoc", "NOTES.TXT"] {
        gate.write(name, "# veto: ignore[secret/jwt] An example.\n# veto: ignore\n");
    }
    gate.write("a.rs", "// As in `veto: ignore[secret/jwt] x`.\nlet x = \"# veto: ignore[secret/y] z\";\n");
    gate.write("b.py", "# Whoever has a veto: ignored, they were.\n");
    assert_eq!(said(&gate), [""; 0]);
}

#[test]
fn this_project_has_none() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let said =
        Gate::new().sandbox.veto(root, &["scan", "--format", "json", "crates", "docs", "xtask"]).stdout;
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["notes"], serde_json::json!([]));
}

#[test]
fn a_secret_in_the_brackets_is_masked() {
    let (gate, token) = (Gate::new(), token());
    gate.write("a.py", format!("x = 1  # veto: ignore[{token}] x\n"));
    let text = gate.sandbox.veto("work", &["scan"]).exits(1).text();
    assert!(text.contains("which can't be a rule") && !text.contains(&token[8..]), "{text}");
}

/// Many of them are read in linear time, and named in a bounded number of lines.
#[test]
fn masses_in_one_file() {
    let gate = Gate::new();
    gate.write("a.py", "# veto: ignore[secret/jwt] x\n".repeat(50_000));
    gate.write("b.py", "# veto: ignore[secret/jwt] x ".repeat(50_000));
    let started = std::time::Instant::now();
    let notes = said(&gate);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    assert_eq!(notes.len(), 23, "{notes:?}");
    assert!(notes[20].contains("more notes on ignores in the text are left out"), "{notes:?}");
    assert!(notes[21].starts_with("a.py: 40000 more ignores in this file"), "{notes:?}");
}
