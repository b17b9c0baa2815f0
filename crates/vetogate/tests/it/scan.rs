//! `veto scan`: each source, each flag, in both directions.

use crate::support::{Answer, Sandbox, VETO, answer};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::process::Stdio;
use vetogate_core::Category;
use vetogate_rules::template::generate;

fn token() -> String {
    generate("{crc32-base62:ghp_}").unwrap()
}

/// The report, valid by the schema, read back.
fn json(sandbox: &Sandbox, directory: &str, arguments: &[&str], code: i32) -> Value {
    let said = sandbox.veto(directory, &[&["scan", "--format", "json"], arguments].concat()).exits(code);
    assert_eq!(said.stderr, "", "no progress without a terminal");
    vetogate::report::json::from_json(&said.stdout).unwrap();
    let schema: Value = serde_json::from_str(&vetogate::report::json::schema()).unwrap();
    let value: Value = serde_json::from_str(&said.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

fn files(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_work_tree_respects_ignore_files_but_for_what_is_tracked() {
    let sandbox = Sandbox::with_clone();
    sandbox.veto("work", &["scan"]).ok();
    sandbox.write("work/tracked.log", token());
    sandbox.git("work", &["add", "tracked.log"]).ok();
    sandbox.write("work/.gitignore", "*.log\n");
    sandbox.write("work/ignored.log", token());
    assert_eq!(files(&json(&sandbox, "work", &[], 1)), ["tracked.log"]);
    let all = files(&json(&sandbox, "work", &["--no-ignore"], 1));
    assert!(all.contains(&"tracked.log".into()) && all.contains(&"ignored.log".into()), "{all:?}");
    sandbox.git("work", &["rm", "-q", "--cached", "tracked.log"]).ok();
    sandbox.veto("work", &["scan"]).ok();
}

#[test]
fn paths_and_folders() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/d/a.txt", token());
    sandbox.write("work/e/b.txt", "clean\n");
    assert_eq!(files(&json(&sandbox, "work", &["d"], 1)), ["d/a.txt"]);
    assert_eq!(files(&json(&sandbox, "work/d", &[], 1)), ["d/a.txt"]);
    assert_eq!(files(&json(&sandbox, "work", &["d/a.txt", "d", "e"], 1)), ["d/a.txt"]);
    json(&sandbox, "work", &["e"], 0);
    let said = sandbox.veto("work", &["scan", "nowhere"]).exits(2).stderr;
    assert!(said.contains("nowhere is not there"), "{said}");
    json(&sandbox, "work", &["../work/e", "../home"], 0);
}

#[test]
fn outside_a_repository() {
    let sandbox = Sandbox::new();
    sandbox.write("folder/a.txt", token());
    assert_eq!(files(&json(&sandbox, "folder", &[], 1)), ["a.txt"]);
    for flag in [&["--staged"][..], &["--history"], &["--commits", "a..b"]] {
        let said = sandbox.veto("folder", &[&["scan"], flag].concat()).exits(2).stderr;
        assert!(said.contains("needs a git repository"), "{said}");
    }
}

#[test]
fn what_needs_a_repository_says_so_in_one_way() {
    let sandbox = Sandbox::new();
    let folder = sandbox.write("folder/a.txt", "x\n").parent().unwrap().canonicalize().unwrap();
    for command in [
        &["install"][..],
        &["uninstall"],
        &["doctor"],
        &["purge"],
        &["baseline"],
        &["triage"],
        &["policy", "show"],
        &["policy", "check"],
        &["audit", "show"],
        &["audit", "verify"],
        &["override", "abcd-efgh", "--reason", "A reason that is long enough."],
        &["scan", "--staged"],
        &["scan", "--history"],
    ] {
        let said = sandbox.veto("folder", command).exits(2).text();
        let what = format!("{} is in no git repository; run veto in one", folder.display());
        assert!(said.contains(&what) && !said.contains("rev-parse"), "{command:?}: {said}");
    }
}

/// Total, scanned and looked at.
fn counts(report: &Value) -> [u64; 2] {
    ["total_files", "scanned_files"].map(|key| report["summary"][key].as_u64().unwrap())
}

#[test]
fn where_there_is_no_gap_all_files_were_looked_at() {
    let sandbox = Sandbox::with_clone();
    let said = stdin(&sandbox, b"clean\n", &["--path", "a.py", "--format", "json"]).ok().stdout;
    assert_eq!(counts(&serde_json::from_str(&said).unwrap()), [1, 1]);
    std::os::unix::fs::symlink("README.md", sandbox.path().join("work/link")).unwrap();
    std::os::unix::fs::symlink("README.md", sandbox.path().join("work/other")).unwrap();
    assert_eq!(counts(&json(&sandbox, "work", &[], 0)), [3, 3]);
    // One content at two kinds of path, and one target of two links: two blobs, with that of before three.
    sandbox.write("work/a.txt", "the same\n");
    sandbox.write("work/tests/a.txt", "the same\n");
    sandbox.git("work", &["add", "."]).ok();
    assert_eq!(counts(&json(&sandbox, "work", &["--staged"], 0)), [2, 2]);
    sandbox.commit_all("work", "Two of a kind");
    assert_eq!(counts(&json(&sandbox, "work", &["--commits", "HEAD~1..HEAD"], 0)), [2, 2]);
    assert_eq!(counts(&json(&sandbox, "work", &["--history"], 0)), [3, 3]);
    // What is not looked at for leaks is not counted as if it were.
    assert_eq!(counts(&json(&sandbox, "work", &["--skip", "secrets,pii,code"], 0)), [0, 0]);
}

/// Where there is a gap, what was not looked at whole is counted once, and not as looked at.
#[test]
fn what_could_not_be_looked_at_is_a_file_all_the_same() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/a.txt", "the same\n");
    sandbox.write("work/tests/a.txt", "the same\n");
    sandbox.commit_all("work", "Two of a kind");
    let id = sandbox.git("work", &["rev-parse", "HEAD:a.txt"]).ok().stdout.trim().to_owned();
    let object = sandbox.path().join(format!("work/.git/objects/{}/{}", &id[..2], &id[2..]));
    fs::remove_file(object).unwrap();
    assert_eq!(counts(&json(&sandbox, "work", &["--history"], 3)), [2, 1]);
}

#[test]
fn staged() {
    let sandbox = Sandbox::with_clone();
    json(&sandbox, "work", &["--staged"], 0);
    sandbox.write("work/a.txt", token());
    json(&sandbox, "work", &["--staged"], 0);
    sandbox.git("work", &["add", "a.txt"]).ok();
    assert_eq!(files(&json(&sandbox, "work", &["--staged"], 1)), ["a.txt"]);
    // Mended in the work tree only: the index counts.
    sandbox.write("work/a.txt", "clean\n");
    assert_eq!(files(&json(&sandbox, "work", &["--staged"], 1)), ["a.txt"]);
    assert_eq!(files(&json(&sandbox, "work/.git/..", &["--staged"], 1)), ["a.txt"]);
    sandbox.git("work", &["commit", "-q", "-m", "Debt"]).ok();
    sandbox.write("work/a.txt", format!("{}\nmore\n", token()));
    sandbox.git("work", &["add", "a.txt"]).ok();
    let report = json(&sandbox, "work", &["--staged"], 0);
    assert_eq!(report["summary"]["old"], 1, "{report}");
}

#[test]
fn staged_before_the_first_commit() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "work"]).ok();
    json(&sandbox, "work", &["--staged"], 0);
    sandbox.write("work/a.txt", token());
    sandbox.git("work", &["add", "a.txt"]).ok();
    assert_eq!(files(&json(&sandbox, "work", &["--staged"], 1)), ["a.txt"]);
    sandbox.veto("work", &["scan", "--history"]).ok();
}

#[test]
fn commits() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/a.txt", token());
    let first = sandbox.commit_all("work", "Add");
    fs::remove_file(sandbox.path().join("work/a.txt")).unwrap();
    sandbox.commit_all("work", "Remove");
    let report = json(&sandbox, "work", &["--commits", "origin/main..HEAD"], 1);
    assert_eq!(files(&report), ["a.txt"]);
    assert_eq!(report["findings"][0]["commit"], first.as_str());
    json(&sandbox, "work", &["--commits", "origin/main"], 1);
    json(&sandbox, "work", &["--commits", "HEAD~1..HEAD"], 0);
    json(&sandbox, "work", &["--commits", "HEAD..HEAD"], 0);
    json(&sandbox, "work", &["--commits", "HEAD~1^!"], 1);
    // Of a range that is written out nothing may be asked; behind a mere revision something is meant.
    let said = sandbox.veto("work", &["scan", "--commits", "HEAD..HEAD"]).ok().stdout;
    assert!(said.contains("`HEAD..HEAD` holds no commits: nothing was looked at"), "{said}");
    for alone in ["HEAD", "main", " HEAD "] {
        let said = sandbox.veto("work", &["scan", "--commits", alone]).exits(2).stderr;
        assert!(said.contains("which holds no commits, so nothing was looked at; name a base"), "{said}");
    }
    for bad in ["nowhere..HEAD", "nowhere", "--all", "", "origin/main..HEAD ^nowhere"] {
        sandbox.veto("work", &["scan", &format!("--commits={bad}")]).exits(2);
    }
}

#[test]
fn a_range_is_judged_by_the_policy_of_its_base() {
    let sandbox = Sandbox::with_clone();
    let policy =
        "[[exclude]]\npaths = [\"a.txt\"]\nreason = \"a test of exclusions\"\nuntil = \"2999-01-01\"\n";
    sandbox.write("work/.veto/policy.toml", policy);
    sandbox.write("work/a.txt", token());
    sandbox.commit_all("work", "Its own pardon");
    json(&sandbox, "work", &["--commits", "HEAD~1..HEAD"], 1);
}

#[test]
fn history() {
    type Make = fn(&Sandbox);
    let kinds: [(&str, Make); 4] = [
        ("stash", |sandbox| {
            sandbox.write("work/README.md", token());
            sandbox.git("work", &["stash", "-q"]).ok();
        }),
        ("notes", |sandbox| {
            sandbox.git("work", &["notes", "add", "-m", &token()]).ok();
        }),
        ("tag", |sandbox| {
            sandbox.git("work", &["tag", "-a", "v1", "-m", &token()]).ok();
        }),
        ("author", |sandbox| {
            let author = format!("{} <a@example.org>", token());
            sandbox.git("work", &["commit", "-q", "--allow-empty", "--author", &author, "-m", "x"]).ok();
        }),
    ];
    for (kind, make) in kinds {
        let sandbox = Sandbox::with_clone();
        sandbox.veto("work", &["scan", "--history"]).ok();
        make(&sandbox);
        let report = json(&sandbox, "work", &["--history"], 1);
        assert!(!files(&report).is_empty(), "{kind}");
    }
}

#[test]
fn a_bare_repository() {
    let sandbox = Sandbox::with_clone();
    json(&sandbox, "remote.git", &["--history"], 0);
    let said = sandbox.veto("remote.git", &["scan"]).exits(2).stderr;
    assert!(said.contains("bare") && said.contains("--history"), "{said}");
    let said = sandbox.veto("remote.git", &["scan", "--staged"]).exits(2).stderr;
    assert!(said.contains("bare") && said.contains("no index"), "{said}");
    sandbox.write("work/a.txt", token());
    sandbox.commit_all("work", "Token");
    sandbox.git("work", &["push", "-q", "--no-verify"]).ok();
    assert_eq!(files(&json(&sandbox, "remote.git", &["--history"], 1)), ["a.txt"]);
    json(&sandbox, "remote.git", &["--commits", "main~1..main"], 1);
}

fn stdin(sandbox: &Sandbox, content: &[u8], arguments: &[&str]) -> Answer {
    let mut command = sandbox.command(".", VETO);
    command.args(["scan", "--stdin"]).args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Wrong usage ends before anything is read.
    let _ = child.stdin.take().unwrap().write_all(content);
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn standard_input() {
    let sandbox = Sandbox::new();
    let text = stdin(&sandbox, token().as_bytes(), &["--path", "src/a.py"]).exits(1).stdout;
    assert!(text.contains("src/a.py:1"), "{text}");
    stdin(&sandbox, b"clean\n", &["--path", "a.py"]).ok();
    stdin(&sandbox, b"", &["--path", "a.py"]).ok();
    stdin(&sandbox, b"", &[]).exits(2);
}

#[test]
fn categories() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/a.txt", token());
    json(&sandbox, "work", &["--only", "secrets"], 1);
    // What no rule is of is not called clean.
    let said = sandbox.veto("work", &["scan", "--only", "containers"]).exits(2).text();
    assert!(said.contains("no rule of containers is there, so nothing was looked at"), "{said}");
    let said = sandbox.veto("work", &["scan", "--only", "containers,configuration"]).ok().text();
    assert!(said.contains("no rule of containers is there: nothing of it was looked at"), "{said}");
    json(&sandbox, "work", &["--skip", "secrets"], 0);
    let all = Category::ALL.iter().map(|category| category.as_str()).collect::<Vec<_>>().join(",");
    for nothing in [&["--skip", &all][..], &["--only", "secrets", "--skip", "secrets"]] {
        let said = sandbox.veto("work", &[&["scan"], nothing].concat()).exits(2).stderr;
        assert!(said.contains("`--skip` leaves no category, so nothing was looked at"), "{said}");
    }
    let said = sandbox.veto("work", &["scan", "--skip", &all.replace("containers,", "")]).exits(2).stderr;
    assert!(said.contains("no rule of containers is there, so nothing was looked at"), "{said}");
    for flag in ["--only", "--skip"] {
        let said = sandbox.veto("work", &["scan", flag, "nonsense"]).exits(2).stderr;
        assert!(said.contains("secrets") && said.contains("pii"), "{said}");
    }
}

#[test]
fn confidence_filters_what_is_shown_and_nothing_else() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/tests/a.py", generate("password = \"{alnum:14}\"\n").unwrap());
    sandbox.write("work/b.txt", token());
    let all = json(&sandbox, "work", &[], 1);
    let shown = json(&sandbox, "work", &["--confidence", "high"], 1);
    assert_eq!(files(&shown), ["b.txt"]);
    assert_eq!(shown["veto_decision"], all["veto_decision"]);
    assert_eq!(shown["veto_reason"], all["veto_reason"]);
    if files(&all).len() > 1 {
        let notes = shown["notes"].to_string();
        assert!(notes.contains("not shown"), "{notes}");
    }
    sandbox.veto("work", &["scan", "--confidence", "huge"]).exits(2);
}

#[test]
fn posture_raises() {
    let sandbox = Sandbox::with_clone();
    assert_eq!(
        json(&sandbox, "work", &["--posture", "high"], 0)["security_posture"].as_str().map(str::to_lowercase),
        Some("high".into())
    );
    sandbox.write("work/.veto/policy.toml", "posture = \"high\"\n");
    let report = json(&sandbox, "work", &["--posture", "medium"], 0);
    assert_eq!(report["security_posture"].as_str().map(str::to_lowercase), Some("high".into()));
}

/// What two runs have to share.
fn stable(mut report: Value) -> Value {
    let object = report.as_object_mut().unwrap();
    for key in ["scan_id", "timestamp", "elapsed_ms"] {
        assert!(object.remove(key).is_some(), "{key}");
    }
    report
}

#[test]
fn runs_are_equal_whatever_the_number_of_workers() {
    let sandbox = Sandbox::with_clone();
    for at in 0..120 {
        let content = if at % 7 == 0 { format!("{at}\n{}\n", token()) } else { format!("{at}\n") };
        sandbox.write(format!("work/{}/{at}.txt", at % 5), content);
    }
    let one = stable(json(&sandbox, "work", &["-j", "1"], 1));
    assert_eq!(one, stable(json(&sandbox, "work", &["-j", "2"], 1)));
    assert_eq!(one, stable(json(&sandbox, "work", &[], 1)));
    sandbox.commit_all("work", "Many");
    let one = stable(json(&sandbox, "work", &["--history", "-j", "1"], 1));
    assert_eq!(one, stable(json(&sandbox, "work", &["--history", "-j", "2"], 1)));
}

#[test]
fn a_report_goes_to_a_file() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/a.txt", token());
    let said = sandbox.veto("work", &["scan", "--format", "json", "--output", "../report.json"]).exits(1);
    assert_eq!(said.text(), "");
    vetogate::report::json::from_json(&fs::read_to_string(sandbox.path().join("report.json")).unwrap())
        .unwrap();
    sandbox.veto("work", &["scan", "--output", "/nonexistent/report"]).exits(2);
    sandbox.veto("work", &["scan", "--output", "../report.txt"]).exits(1);
    let text = fs::read_to_string(sandbox.path().join("report.txt")).unwrap();
    assert!(text.contains("a.txt") && !text.contains('\x1b'), "{text}");
}

/// In the name of a file or a folder it is found, and shown no more than anywhere else.
#[test]
fn names_of_the_work_tree() {
    let sandbox = Sandbox::with_clone();
    let token = token();
    sandbox.write(format!("work/{token}/{token}.txt"), format!("key = {token}\n"));
    for arguments in [&["scan"][..], &["scan", "--format", "json"], &["scan", "--no-ignore", "-v"]] {
        let said = sandbox.veto("work", arguments).exits(1).text();
        assert!(!said.contains(&token[4..]) && said.contains("ghp_..."), "{said}");
    }
    fs::remove_dir_all(sandbox.path().join("work").join(&token)).unwrap();
    sandbox.write(format!("work/{token}.txt"), "1\n");
    let said = sandbox.veto("work", &["scan"]).exits(1).stdout;
    assert!(said.contains("File: ghp_....txt") && !said.contains(&token[4..]), "{said}");
}

/// Whoever pastes a token where a path or a rule belongs gets no copy of it into a log.
#[test]
fn a_secret_that_was_typed_is_not_repeated() {
    let (sandbox, token) = (Sandbox::with_clone(), token());
    let range = format!("{token}..HEAD");
    let place = format!("/nonexistent/{token}");
    let token = token.as_str();
    let commands: [&[&str]; 8] = [
        &[token],
        &["scan", token],
        &["scan", "--only", token],
        &["scan", "--commits", &range],
        &["scan", "--output", &place],
        &["explain", token],
        &["rules", "test", token],
        &["hook", "pre-push", token],
    ];
    for arguments in commands {
        let answer = sandbox.veto("work", arguments).exits(2);
        assert!(!answer.text().contains(&token[4..]), "{answer:?}");
        assert!(!answer.stderr.is_empty());
    }
}

/// On a terminal (util-linux `script` gives one) the progress is wiped out again before the report.
#[test]
fn progress_is_on_a_terminal_only() {
    let sandbox = Sandbox::with_clone();
    let exists = std::process::Command::new("script").arg("--version").output().is_ok();
    if !exists {
        eprintln!("SKIPPED: there is no script(1)");
        return;
    }
    sandbox.write("work/large.txt", "words and more words\n".repeat(1 << 20));
    let command = format!("'{VETO}' scan --output /dev/null");
    let mut run = sandbox.command("work", "script");
    let said = answer(run.env("TERM", "xterm").args(["-qec", &command, "/dev/null"])).ok();
    assert!(said.stdout.ends_with("\x1b[2K") || said.stdout.contains("\x1b[2K"), "{:?}", said.stdout);
}
