//! Hostile names: escaped on a terminal, masked where they hold a secret, never the reason to see less.

use super::{line, push, push_head, token};
use crate::support::{Sandbox, VETO, answer};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Escape, carriage return, bidirectional override, not UTF-8.
const NAMES: [&[u8]; 4] = [b"a\x1b[2Jb.txt", b"c\rd.txt", "e\u{202e}txt.f".as_bytes(), b"g\xff\xfeh.txt"];

fn assert_clean(text: &str) {
    let is_raw = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(is_raw), "{text:?}");
}

#[test]
fn file_names_are_escaped() {
    let sandbox = Sandbox::with_clone();
    for name in NAMES {
        sandbox.write(Path::new("work").join(OsStr::from_bytes(name)), token());
    }
    let said = sandbox.veto("work", &["scan"]).exits(1);
    assert_clean(&said.text());
    sandbox.commit_all("work", "Hostile names");
    let said = push_head(&sandbox, "work").exits(1);
    assert_clean(&said.text());
    for part in ["a", "c", "e", "g"] {
        assert!(said.stderr.contains(&format!("File: {part}")), "{part}: {}", said.stderr);
    }
}

#[test]
fn messages_and_authors_are_escaped() {
    let sandbox = Sandbox::with_clone();
    let message = format!("\x1b[31mRed\u{202e}\n\n{} \x1b[2J\n", token());
    let author = format!("Ann\u{202e}{} <a@example.org>", token());
    sandbox.git("work", &["commit", "-q", "--allow-empty", "--author", &author, "-m", &message]).ok();
    let said = push_head(&sandbox, "work").exits(1).text();
    assert_clean(&said);
    assert!(!said.contains(&token()[5..]), "{said}");
    assert!(said.contains(":message") && said.contains(":author"), "{said}");
}

#[test]
fn ref_names_are_escaped_and_masked() {
    let sandbox = Sandbox::with_clone();
    sandbox.commit_all("work", "Empty");
    let head = sandbox.git("work", &["rev-parse", "HEAD"]).ok().stdout.trim().to_owned();
    let name = format!("refs/heads/\u{202e}x/{}", token());
    let said = push(&sandbox, "work", &line(&sandbox, "work", &head, &name)).exits(1).text();
    assert_clean(&said);
    assert!(!said.contains(&token()[5..]), "{said}");
}

/// A secret in a file name is masked in the path of every finding and gap, on the terminal and in JSON.
#[test]
fn a_secret_in_a_file_name_is_masked_everywhere() {
    let sandbox = Sandbox::with_clone();
    let name = format!("work/{}/.env", token());
    sandbox.write(&name, format!("API_KEY={}\nPASSWORD=hunter2hunter\n", token()));
    sandbox.write(format!("work/x-{}.txt", token()), "soon gone\n");
    sandbox.commit_all("work", "Names");
    let blob = sandbox.git("work", &["rev-parse", &format!("HEAD:x-{}.txt", token())]).ok().stdout;
    let path = format!("work/.git/objects/{}/{}", &blob[..2], blob[2..].trim());
    std::fs::remove_file(sandbox.path().join(path)).unwrap();
    let said = push_head(&sandbox, "work").exits(1).text();
    assert!(!said.contains(&token()[5..]) && said.contains("missing"), "{said}");
    for format in ["json", "text"] {
        let said =
            sandbox.veto("work", &["scan", "--commits", "HEAD~1..HEAD", "--format", format, "-v"]).exits(1);
        assert!(!said.text().contains(&token()[5..]), "{}", said.text());
        let said = sandbox.veto("work", &["scan", "--format", format, "-v"]).exits(1);
        assert!(!said.text().contains(&token()[5..]), "{}", said.text());
    }
}

/// The first name must not decide how the others are read.
#[test]
fn a_byte_order_mark_in_a_file_name_blinds_nothing() {
    let sandbox = Sandbox::with_clone();
    sandbox.write(Path::new("work").join(OsStr::from_bytes(b"!\xff\xfe")), "x\n");
    sandbox.write(Path::new("work").join(OsStr::from_bytes(b"\xff\xfex")), "x\n");
    sandbox
        .write(Path::new("work").join(OsStr::from_bytes(&[b"\xff\xff", token().as_bytes()].concat())), "x\n");
    sandbox.commit_all("work", "Names");
    push_head(&sandbox, "work").exits(1);
    answer(sandbox.command("work", VETO).args(["scan", "--history"])).exits(1);
}
