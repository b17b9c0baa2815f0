//! What is looked at: contents in every encoding and under every attribute, messages, headers and names.

use super::{Gate, both_ways, fresh, refspecs};

/// A file whose content is made from the value.
#[track_caller]
fn content(make: impl Fn(&str) -> Vec<u8>) {
    both_ways("a.conf", |gate, value| {
        gate.write("a.conf", make(value)).commit("One");
        refspecs(&["main"])
    });
}

fn wide(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn utf_16_with_and_without_a_byte_order_mark() {
    content(|value| wide(&format!("\u{feff}key = {value}\n"), u16::to_le_bytes));
    content(|value| wide(&format!("\u{feff}key = {value}\n"), u16::to_be_bytes));
    content(|value| wide(&format!("key = {value}\n"), u16::to_le_bytes));
    content(|value| wide(&format!("key = {value}\n"), u16::to_be_bytes));
}

#[test]
fn a_mark_that_lies_hides_nothing() {
    content(|value| [b"\xff\xfe".as_slice(), b"key = ", value.as_bytes(), b"\n"].concat());
    content(|value| [b"\xfe\xff ".as_slice(), b"key = ", value.as_bytes(), b"\n"].concat());
    // Wide characters as far as an encoding is guessed from, and narrow ones behind them.
    content(|value| [wide(&"x".repeat(4096), u16::to_le_bytes).as_slice(), b"\n", value.as_bytes()].concat());
}

#[test]
fn other_bytes() {
    content(|value| [b"caf\xe9 = ".as_slice(), value.as_bytes(), b"\n"].concat());
    content(|value| format!("a = 1\r\nkey = {value}\r\n").into_bytes());
    content(|value| format!("key = {value}").into_bytes());
    content(|value| [b"\0\x01\x02\0".as_slice(), value.as_bytes(), b"\0\0"].concat());
}

#[test]
fn attributes() {
    let attributes = ["-diff", "binary", "diff=quiet", "-text filter=quiet", "export-ignore"];
    let text = both_ways("0.conf", |gate, value| {
        gate.git(&["config", "diff.quiet.textconv", "true"]);
        gate.git(&["config", "diff.quiet.command", "true"]);
        for (number, attribute) in attributes.iter().enumerate() {
            let line = format!("{number}.conf {attribute}\n");
            gate.write(&format!("{number}/.gitattributes"), line);
            gate.write(&format!("{number}/{number}.conf"), value);
        }
        gate.commit("One");
        refspecs(&["main"])
    });
    let seen = |number: &usize| text.contains(&format!("{number}/{number}.conf:1:1"));
    assert!((0..attributes.len()).all(|number| seen(&number)), "{text}");
}

#[test]
fn messages_trailers_and_persons() {
    both_ways(":message", |gate, value| {
        gate.commit(&format!("Use {value}"));
        refspecs(&["main"])
    });
    both_ways(":message", |gate, value| {
        gate.commit(&format!("Title\n\nText.\n\nCo-authored-by: {value} <x@example.org>"));
        refspecs(&["main"])
    });
    both_ways(":author", |gate, value| {
        let author = format!("{value} <x@example.org>");
        gate.git(&["commit", "-q", "--allow-empty", "-m", "One", "--author", &author]);
        refspecs(&["main"])
    });
}

#[test]
fn raw_commits() {
    both_ways(":author", |gate, value| {
        gate.raw_commit(|head| format!("{head}x-note {value}\n\nTitle\n").into_bytes());
        refspecs(&["main"])
    });
    both_ways(":message", |gate, value| {
        gate.raw_commit(|head| format!("{head}\nTitle\n\0\0hidden {value}\n").into_bytes());
        refspecs(&["main"])
    });
    both_ways(":message", |gate, value| {
        gate.raw_commit(|head| [head.as_bytes(), b"\n\xff\xfe", value.as_bytes()].concat());
        refspecs(&["main"])
    });
    both_ways(":message", |gate, value| {
        gate.raw_commit(|head| {
            [head.into_bytes(), b"encoding UTF-16LE\n\n".to_vec(), wide(value, u16::to_le_bytes)].concat()
        });
        refspecs(&["main"])
    });
}

#[test]
fn names() {
    both_ways("File: ghp_", |gate, value| {
        // A harmless name of the same beginning, so that the place is the same.
        gate.write(&format!("{}.txt", value.replace("nothing", "ghp_nothing")), "1").commit("One");
        refspecs(&["main"])
    });
    both_ways("git:ref:refs/heads/", |_, value| vec![format!("main:refs/heads/{value}")]);
    both_ways("git:ref:refs/tags/", |_, value| vec![format!("main:refs/tags/{value}")]);
    both_ways("link", |gate, value| {
        std::os::unix::fs::symlink(format!("https://x/{value}"), gate.path("link")).unwrap();
        gate.commit("Link");
        refspecs(&["main"])
    });
}

#[test]
fn the_name_of_a_folder_above_an_empty_tree() {
    both_ways("File: x-", |gate, value| {
        let empty = gate.git_input(&["mktree"], b"");
        let tree = gate.git_input(&["mktree"], format!("040000 tree {empty}\tx-{value}\n").as_bytes());
        let commit = gate.git(&["commit-tree", "-p", "HEAD", "-m", "Empty", &tree]);
        vec![format!("{commit}:refs/heads/topic")]
    });
    // The same in a tree that is pushed by itself.
    both_ways("File: x-", |gate, value| {
        let empty = gate.git_input(&["mktree"], b"");
        let tree = gate.git_input(&["mktree"], format!("040000 tree {empty}\tx-{value}\n").as_bytes());
        vec![format!("{tree}:refs/custom/t")]
    });
}

#[test]
fn a_name_that_looks_like_another_encoding() {
    both_ways("File: ", |gate, value| {
        let blob = gate.blob("1");
        let line =
            [format!("100644 blob {blob}\t").as_bytes(), b"\xff\xfe ", value.as_bytes(), b"\0"].concat();
        let tree = gate.git_input(&["mktree", "-z"], &line);
        let commit = gate.git(&["commit-tree", "-m", "Name", &tree]);
        vec![format!("{commit}:refs/heads/topic")]
    });
}

#[test]
fn a_secretly_named_file_may_go_and_may_be_edited() {
    let gate = Gate::new();
    let name = format!("dir-{}/a.txt", super::token());
    gate.write(&name, "1").commit("Old debt");
    gate.publish("main");
    gate.write(&name, "2").commit("Edited");
    gate.passes(&["main"]);
    gate.git(&["mv", &name, "b.txt"]);
    gate.commit("Mended");
    gate.passes(&["main"]);
    gate.write(&format!("{}.txt", super::token()), "1").commit("Another");
    gate.vetoed(&["main"]);
}

/// A pointer, and its content where git-lfs keeps it.
fn lfs(gate: &Gate, folder: &str, content: &str) -> String {
    let id = sha256(gate, content);
    gate.write(&format!("{folder}/objects/{}/{}/{id}", &id[..2], &id[2..4]), content);
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize {}\n", content.len())
}

fn sha256(gate: &Gate, content: &str) -> String {
    gate.sandbox.write("content", content);
    let line = gate.sandbox.run(".", "sha256sum", &["content"]).ok().stdout;
    line.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn the_content_behind_a_pointer() {
    both_ways("big.bin", |gate, value| {
        let pointer = lfs(gate, ".git/lfs", &format!("token {value}\n"));
        gate.write("big.bin", pointer).commit("Pointer");
        refspecs(&["main"])
    });
    both_ways("big.bin", |gate, value| {
        let folder = gate.sandbox.path().join("store");
        gate.git(&["config", "lfs.storage", &folder.display().to_string()]);
        let pointer = lfs(gate, "../store", &format!("token {value}\n"));
        gate.write("big.bin", pointer).commit("Pointer");
        refspecs(&["main"])
    });
    // git-lfs takes these for pointers, too.
    for (version, before) in [
        ("https://hawser.github.com/spec/v1", ""),
        ("http://git-media.io/v/2", ""),
        ("https://git-lfs.github.com/spec/v1", "\n  "),
    ] {
        both_ways("big.bin", |gate, value| {
            let pointer = lfs(gate, ".git/lfs", &format!("token {value}\n"));
            let pointer = pointer.replace("https://git-lfs.github.com/spec/v1", version);
            gate.write("big.bin", format!("{before}{pointer}")).commit("Pointer");
            refspecs(&["main"])
        });
    }
}

/// Each has to be rotated, though all have one fingerprint, for all could be guessed.
#[test]
fn several_passwords_of_one_rule_in_one_file_are_each_said() {
    let gate = Gate::new();
    let line = |host: &str| {
        fresh(&format!("u = \"postgres://app:{{lower:2}}{{digits:3}}{{alnum:9}}@{host}.acme.net:5432/x\"\n"))
    };
    gate.write("a.py", ["one", "two", "three"].map(line).concat()).commit("URLs");
    let text = gate.vetoed(&["main"]);
    for line in 1..=3 {
        assert!(text.contains(&format!("File: a.py:{line}:")), "{text}");
    }
    assert!(text.contains("BLOCK, 3 vetoed"), "{text}");
    // The same twice is one.
    let gate = Gate::new();
    let one = line("one");
    gate.write("a.py", format!("{one}\n{one}")).commit("URLs");
    assert!(gate.vetoed(&["main"]).contains("BLOCK, 1 vetoed"));
}
