//! Large blobs, long lines, odd files in a work tree.

use super::{push_head, token};
use crate::support::Sandbox;
use std::fs;
use std::os::unix::net::UnixListener;

fn noise(bytes: u64) -> Vec<u8> {
    (0..bytes).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

#[test]
fn a_large_binary_is_looked_at_to_its_end() {
    let sandbox = Sandbox::with_clone();
    let content = [noise(64 << 20).as_slice(), b"\n", token().as_bytes(), b"\n"].concat();
    sandbox.write("work/large.bin", content);
    sandbox.commit_all("work", "Large");
    let text = push_head(&sandbox, "work").exits(1).text();
    assert!(text.contains("large.bin") && !text.contains(&token()[5..]), "{text}");
}

#[test]
fn a_long_line_is_looked_at_to_its_end() {
    let sandbox = Sandbox::with_clone();
    let content =
        ["var a=\"".to_owned(), "x, ".repeat((8 << 20) / 3), format!("\";b=\"{}\";", token())].concat();
    sandbox.write("work/long.js", content);
    sandbox.commit_all("work", "Long");
    let text = push_head(&sandbox, "work").exits(1).text();
    assert!(text.contains("long.js:1") && text.len() < 20_000, "{text}");
    sandbox.veto("work", &["scan"]).exits(1);
}

#[test]
fn odd_files_in_a_work_tree_are_skipped_and_the_rest_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write("tree/a.txt", "a\n");
    sandbox.run("tree", "mkfifo", &["fifo"]).ok();
    let _socket = UnixListener::bind(sandbox.path().join("tree/socket")).unwrap();
    std::os::unix::fs::symlink("nowhere", sandbox.path().join("tree/broken")).unwrap();
    std::os::unix::fs::symlink(".", sandbox.path().join("tree/loop")).unwrap();
    let deep: std::path::PathBuf = std::iter::repeat_n("d", 900).collect();
    sandbox.write(std::path::Path::new("tree").join(&deep).join("f.txt"), "deep\n");
    sandbox.veto("tree", &["scan"]).ok();
    sandbox.veto("tree", &["scan", "fifo"]).exits(2);
    sandbox.veto("tree", &["scan", "broken"]).exits(2);
    sandbox.write(std::path::Path::new("tree").join(&deep).join("g.txt"), token());
    sandbox.veto("tree", &["scan"]).exits(1);
    std::os::unix::fs::symlink(token(), sandbox.path().join("tree/link")).unwrap();
    let text = sandbox.veto("tree", &["scan", "--color", "never"]).exits(1).text();
    assert!(text.contains("link") && !text.contains(&token()[5..]), "{text}");
}

#[test]
fn an_unreadable_file_is_a_gap() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    let path = sandbox.write("tree/closed.txt", "x\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        eprintln!("SKIPPED: root reads everything");
        return;
    }
    let text = sandbox.veto("tree", &["scan"]).exits(3).text();
    assert!(text.contains("closed.txt"), "{text}");
    sandbox.write("tree/open.txt", token());
    sandbox.veto("tree", &["scan"]).exits(1);
}

#[test]
fn a_wrong_policy_is_named_by_line_and_column() {
    let sandbox = Sandbox::with_clone();
    for (text, place) in [
        ("\npostur = \"high\"\n", ".veto/policy.toml:2:1"),
        ("posture = \"hgh\"\n", ".veto/policy.toml:1:"),
        ("[limits]\nseconds = \"x\"\n", ".veto/policy.toml:2:"),
        ("posture = \n", ".veto/policy.toml:1:"),
    ] {
        sandbox.write("work/.veto/policy.toml", text);
        let said = sandbox.veto("work", &["scan"]).exits(2).stderr;
        assert!(said.contains(place), "{text:?}: {said}");
        sandbox.veto("work", &["scan", "--staged"]).exits(2);
    }
    sandbox.write("work/.veto/policy.toml", b"\xff\xfe");
    sandbox.veto("work", &["scan"]).exits(2);
    fs::remove_file(sandbox.path().join("work/.veto/policy.toml")).unwrap();
    sandbox.run("work/.veto", "mkfifo", &["policy.toml"]).ok();
    sandbox.veto("work", &["scan"]).exits(2);
}
