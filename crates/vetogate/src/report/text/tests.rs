//! What the terminal shows.

use super::*;
use crate::report::sample;
use std::sync::Arc;
use vetogate_core::{Edit, Gap, GapCause, Scope, Step};

const PLAIN: Options =
    Options { color: false, unicode: false, width: Some(100), kind: Kind::Push, verbose: false };

#[test]
fn a_clean_push_is_one_line() {
    insta::assert_snapshot!(render(&sample::report(vec![], vec![]), &PLAIN), @r"veto: ALLOW, 3 objects, 1.2 KiB, 6 ms");
}

#[test]
fn one_secret() {
    let report = sample::report(vec![sample::in_commit("src/config/aws.js")], vec![]);
    insta::assert_snapshot!(render(&report, &PLAIN), @r#"
    SECURITY VETO - CRITICAL ISSUE DETECTED

    Issue: AWS access key
    Why: An access key id of AWS; with its secret access key it opens the account.
    File: src/config/aws.js:15:3
    Pattern: AWS_ACCESS_KEY_ID = "AKIA..."
    Rule: secret/aws-access-key (confidence high, fingerprint 0123456789abcdef0123456789abcdef)

    RESOLUTION REQUIRED:
    1. Deactivate the key in IAM.
    2. Take it out of the file and read it with process.env.AWS_ACCESS_KEY_ID.
    3. Take it out of commit ababababab while that is not pushed: git commit -a --amend --allow-empty if
       that is HEAD; else commit or stash what you changed, git checkout --detach ababababab, take it
       out, git commit -a --amend --allow-empty, git rebase --rebase-merges --onto HEAD ababababab
       BRANCH. Where that stops: settle what git status names without the secret, git add or git rm it,
       git rebase --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag
       -f.
    4. Where many commits have it: install git-filter-repo, which is no part of git; with nothing
       uncommitted, and the value in ../values, git filter-repo --force --partial --refs
       REMOTE/BRANCH..BRANCH --replace-text ../values (--refs BRANCH for a new branch).

    Push BLOCKED until resolved.

    Next: follow the steps above, then push again; veto purge takes it out of commits that are not
        pushed yet. Where it is false: veto triage.
    veto: BLOCK, 1 vetoed, 3 objects, 1.2 KiB, 6 ms
    "#);
}

#[test]
fn everything_at_once() {
    let mut report = sample::full();
    report.verdict.findings.retain(|judged| judged.finding.location.place.to_string() != "src/config/aws.js");
    let options = Options { kind: Kind::Scan, verbose: true, width: Some(90), ..PLAIN };
    insta::assert_snapshot!(render(&report, &options), @r#"
    SECURITY VETO - CRITICAL ISSUE DETECTED

    Issue: AWS access key
    Why: An access key id of AWS; with its secret access key it opens the account.
    File: src/gone.py:15:3 (commit ababababab, no longer at the tip)
    Pattern: AWS_ACCESS_KEY_ID = "AKIA..."
    Rule: secret/other (confidence high, fingerprint 11000000000000000000000000000000)
    Note: The other half of the pair stands beside it.
    Flow: src/flow.py:1:1: comes from the request

    RESOLUTION REQUIRED:
    1. Deactivate the key in IAM.
    2. Take it out of the file and read it with os.environ["AWS_ACCESS_KEY_ID"].
    3. Commit ababababab would still publish it. While that is not pushed: commit or stash
       what you changed, git checkout --detach ababababab, take it out, git commit -a --amend
       --allow-empty, git rebase --rebase-merges --onto HEAD ababababab BRANCH. Where that
       stops: settle what git status names without the secret, git add or git rm it, git
       rebase --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git
       tag -f.
    4. Where many commits have it: install git-filter-repo, which is no part of git; with
       nothing uncommitted, and the value in ../values, git filter-repo --force --partial
       --refs REMOTE/BRANCH..BRANCH --replace-text ../values (--refs BRANCH for a new branch).

    BLOCKED: do not push until resolved.

    SECURITY VETO - HIGH ISSUE DETECTED

    Issue: AWS access key
    Why: An access key id of AWS; with its secret access key it opens the account.
    File: git:abababababababababababababababababababab:message
    Pattern: AWS_ACCESS_KEY_ID = "AKIA..."
    Rule: secret/other (confidence high, fingerprint 30000000000000000000000000000000)

    RESOLUTION REQUIRED:
    1. Deactivate the key in IAM.
    2. Reword commit ababababab while that is not pushed: git commit --amend if that is HEAD;
       else commit or stash what you changed, git checkout --detach ababababab, git commit
       --amend, git rebase --rebase-merges --onto HEAD ababababab BRANCH. Where that stops:
       settle what git status names without the secret, git add or git rm it, git rebase
       --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag
       -f.

    BLOCKED: do not push until resolved.

    Warnings:
      critical secret/other  src/copied.rs:15:3  AWS_ACCESS_KEY_ID = "AKIA..."  (published at
        origin/main:src/a.rs, copied)
      medium   secret/other  git:odd:15:3  AWS_ACCESS_KEY_ID = "AKIA..."
      medium   secret/other  git:abababababababababababababababababababab:author
        AWS_ACCESS_KEY_ID = "AKIA..."
      medium   secret/other  git:tag:v1  AWS_ACCESS_KEY_ID = "AKIA..."

    Listed:
      low      secret/other  web/state:1:1  AWS_ACCESS_KEY_ID = "AKIA..."
      low      secret/other  src/AKIA....txt:15:3  AWS_ACCESS_KEY_ID = "AKIA..."
      low      secret/other  git:tag:outer:inner  AWS_ACCESS_KEY_ID = "AKIA..."
      low      secret/other  git:note:commits:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd:15:3
        AWS_ACCESS_KEY_ID = "AKIA..."
      low      secret/other  git:blob:refs/custom/key:15:3  AWS_ACCESS_KEY_ID = "AKIA..."
      low      secret/other  git:ref:refs/heads/AKIA...-x  AWS_ACCESS_KEY_ID = "AKIA..."
      low      secret/other  git:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd  AWS_ACCESS_KEY_ID =
        "AKIA..."

    Suppressed:
      critical secret/other  tests/accepted/fixture.py:15:3  AWS_ACCESS_KEY_ID = "AKIA..."
        (.veto/policy.toml:12: a revoked key in a test, ann, until 2027-01-31)

    Old debt:
      critical secret/other  old/debt/of/the/past.rs:15:3  AWS_ACCESS_KEY_ID = "AKIA..."

    Not looked at, or not fully:
      partial  limit  a.zip!b  a.zip is nested too deep; unpack it
      unread   missing  git:efefefefefefefefefefefefefefefefefefefef  the object is missing;
        run git fetch

    RESOLUTION REQUIRED:
    1. Get the missing object into this clone: `git cat-file -e ID` in a partial clone, `git
       fetch --unshallow` in a shallow one, else `git fetch --refetch REMOTE` from a
       repository that has it.

    Notes:
      - the exclusion docs/** matched nothing

    Next: follow the steps above, then scan again. Where it is false: veto triage.
    veto: BLOCK, 2 vetoed, 4 warnings, 7 listed, 1 suppressed, 1 old, 2 gaps, 3 objects, 1.2 KiB, 6 ms
    "#);
}

#[test]
fn gaps_alone() {
    insta::assert_snapshot!(render(&sample::report(vec![], sample::gaps()), &PLAIN), @r"
    Not looked at, or not fully:
      partial  limit  a.zip!b  a.zip is nested too deep; unpack it
      unread   missing  git:efefefefefefefefefefefefefefefefefefefef  the object is missing; run git
        fetch

    RESOLUTION REQUIRED:
    1. Get the missing object into this clone: `git cat-file -e ID` in a partial clone, `git fetch
       --unshallow` in a shallow one, else `git fetch --refetch REMOTE` from a repository that has it.

    Push BLOCKED until resolved.
    Next: follow the steps above, then push again.
    veto: BLOCK, 2 gaps, 3 objects, 1.2 KiB, 6 ms
    ");
}

#[test]
fn old_debt_is_counted_and_an_override_is_said() {
    let mut report = sample::full();
    report.verdict.decision = Decision::Overridden;
    report.posture = Posture::High;
    let shown = render(&report, &PLAIN);
    assert!(shown.contains("Old debt: 1 finding was there before (listed with --verbose).\n"), "{shown}");
    assert!(shown.contains("Overridden for this one push.") && !shown.contains("BLOCKED"), "{shown}");
    assert!(shown.contains("The posture is high, by:\n  - src/a.py:3: patient_id\n"), "{shown}");
    assert!(!shown.contains("Next:") && !shown.contains("veto override"));
}

#[test]
fn twenty_vetoes_are_shown_in_full() {
    let findings = (0..25).map(|index| sample::in_commit(&format!("f{index:02}"))).collect();
    let shown = render(&sample::report(findings, vec![]), &PLAIN);
    assert_eq!(shown.matches("SECURITY VETO").count(), 20);
    assert!(shown.contains("More vetoes:\n  critical secret/aws-access-key  f20:15:3"), "{shown}");
    assert!(shown.ends_with("veto: BLOCK, 25 vetoed, 3 objects, 1.2 KiB, 6 ms\n"));
}

#[test]
fn thousands_of_vetoes_are_counted() {
    let findings = (0..1000).map(|index| sample::in_commit(&format!("f{index:04}"))).collect();
    let report = sample::report(findings, vec![]);
    let shown = render(&report, &PLAIN);
    assert!(shown.contains("f0219:15:3") && !shown.contains("f0220:15:3"), "{shown}");
    assert!(shown.contains("And 780 more of these") && shown.contains("1000 vetoed"), "{shown}");
    let shown = render(&report, &Options { verbose: true, ..PLAIN });
    assert!(shown.contains("f0999:15:3") && !shown.contains("more of these"), "{shown}");
}

#[test]
fn the_siren_and_colours_only_where_they_can_be_shown() {
    let report = sample::full();
    assert!(render(&report, &Options { unicode: true, ..PLAIN }).starts_with("\u{1f6a8} SECURITY VETO"));
    let plain = render(&report, &PLAIN);
    assert!(plain.is_ascii());
    let colored = render(&report, &Options { color: true, ..PLAIN });
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
    assert_ne!(colored, plain);
}

#[test]
fn lines_fit_the_width_but_for_long_words_and_the_verdict() {
    let shown = render(&sample::full(), &Options { width: Some(60), ..PLAIN });
    for line in shown.lines().filter(|line| !line.starts_with("veto: ")) {
        let longest = line.split(' ').map(str::len).max().unwrap_or(0);
        assert!(line.len() <= 60 || longest > 30, "{line}");
    }
    let unwrapped = render(&sample::full(), &Options { width: None, ..PLAIN });
    assert!(unwrapped.lines().count() < shown.lines().count());
}

/// A report with this text in every field that can hold text.
fn hostile(evil: &str) -> Report {
    let text = || evil.to_owned();
    let mut findings = sample::findings();
    let places = [Place::File, Place::FileName, Place::Tag, Place::RefName, Place::Run, Place::File];
    for (index, finding) in findings.iter_mut().enumerate() {
        let rule = Arc::make_mut(&mut finding.rule);
        for field in [
            &mut rule.id,
            &mut rule.title,
            &mut rule.description,
            &mut rule.pattern,
            &mut rule.recommendation,
        ] {
            *field = text();
        }
        rule.steps = vec![text(), format!("{evil} {{env}}")];
        rule.references = vec![text()];
        finding.location.place = places[index % places.len()](text());
        finding.location.scope = Scope::Span;
        (finding.snippet, finding.identifier, finding.note) = (text(), Some(text()), Some(text()));
        let location = finding.location.clone();
        finding.flow = vec![Step { location, message: text() }];
        finding.edits = vec![Edit { start: 0, end: 0, text: text() }];
        if index != 11 {
            finding.fingerprint = text();
        }
        if matches!(finding.novelty, Novelty::CopiedFrom(_)) {
            finding.novelty = Novelty::CopiedFrom(text());
        }
    }
    let mut report =
        sample::report(findings, vec![Gap::unread(GapCause::Crash, Place::File(text()), text())]);
    for suppression in &mut report.suppressions {
        (suppression.source, suppression.reason) = (text(), text());
        suppression.who = Some(text());
    }
    report.posture = Posture::High;
    (report.project, report.verdict.reason, report.policy_source) = (text(), text(), text());
    (report.notes, report.posture_evidence) = (vec![text()], vec![text()]);
    report.refs[0].name = evil.into();
    report
}

#[test]
fn nothing_that_deceives_a_terminal_gets_through() {
    let evil =
        "x\u{1b}[2J\u{9b}31m\r\n\t\0\u{7}\u{202e}\u{2066}\u{200b}\u{feff}\u{7f}veto: ALLOW\u{1b}]0;t\u{7}";
    let report = hostile(evil);
    let options = Options { color: true, unicode: true, width: Some(80), kind: Kind::Push, verbose: true };
    for options in [options, Options { width: None, ..options }, Options { color: false, ..options }] {
        let colored = render(&report, &options);
        let shown = without_own_styles(&colored);
        let bad: Vec<char> = shown
            .chars()
            .filter(|&c| c != '\n' && vetogate_core::text::guard(&c.to_string()) != c.to_string())
            .collect();
        assert_eq!(bad, Vec::<char>::new());
        assert_eq!(shown.lines().filter(|line| line.starts_with("veto: ")).count(), 1);
        assert!(shown.contains(r"x\u{1b}[2J\u{9b}31m"));
    }
}

/// Takes out exactly the styles that we write.
fn without_own_styles(text: &str) -> String {
    let severities = Severity::ALL.iter().map(|&severity| severity_style(severity));
    let decisions = [Decision::Allow, Decision::Warn, Decision::Block].map(decision_style);
    let mut text = text.to_owned();
    for style in severities.chain(decisions).chain([Style::new().bold()]) {
        text = text.replace(&format!("{style}"), "").replace(&format!("{style:#}"), "");
    }
    text
}

#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = write_text(&sample::full(), &PLAIN, &mut Closed).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    let error = crate::report::json::write_json(&sample::full(), Closed).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn sizes_and_times_are_short() {
    assert_eq!(
        [0, 1023, 1024, 1_048_575, 5 << 30].map(size),
        ["0 B", "1023 B", "1.0 KiB", "1.0 MiB", "5.0 GiB"]
    );
    let times = [6, 999, 1250].map(std::time::Duration::from_millis).map(elapsed);
    assert_eq!(times, ["6 ms", "999 ms", "1.2 s"]);
}

#[test]
fn no_value_appears_in_any_format() {
    let value = &["AKIA", "Z7QX5LP3MN2RT4VW"].concat();
    let mut finding = sample::in_commit("src/a.js");
    finding.snippet = format!("key = {}", vetogate_core::Secret::new(value.as_bytes()).masked());
    let mut named = finding.clone();
    named.location.place = Place::RefName("refs/heads/AKIA...".into());
    let mut report = sample::report(vec![finding, named], vec![]);
    report.refs[0].name = format!("refs/heads/{value}").into();
    let mut shown = render(&report, &Options { verbose: true, ..PLAIN }).into_bytes();
    crate::report::json::write_json(&report, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(!shown.contains(&value[..5]) && shown.contains("AKIA..."), "{shown}");
}
