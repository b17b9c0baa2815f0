//! Objects that are damaged, missing or not in this clone.

use super::{push, push_head, token};
use crate::support::Sandbox;
use std::fs;
use std::path::PathBuf;

fn id(sandbox: &Sandbox, name: &str) -> String {
    sandbox.git("work", &["rev-parse", name]).ok().stdout.trim().to_owned()
}

fn loose(sandbox: &Sandbox, name: &str) -> PathBuf {
    let id = id(sandbox, name);
    sandbox.path().join(format!("work/.git/objects/{}/{}", &id[..2], &id[2..]))
}

/// A clone whose HEAD brings a clean commit with three files, and after it one with a token.
fn two_commits(with_token: bool) -> Sandbox {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/d/a.txt", "first\n");
    sandbox.write("work/b.txt", "second\n");
    sandbox.commit_all("work", "Clean");
    let text = if with_token { token() } else { "third\n".into() };
    sandbox.write("work/c.txt", text);
    sandbox.commit_all("work", "Last");
    sandbox
}

/// Damages one object after the other; each time the rest is judged.
#[test]
fn what_is_missing_or_damaged_is_a_gap_and_the_rest_is_judged() {
    type Damage = fn(&PathBuf);
    let damages: [(&str, Damage); 3] = [
        ("missing", |path| fs::remove_file(path).unwrap()),
        ("damaged", |path| {
            fs::remove_file(path).unwrap();
            fs::write(path, b"nonsense").unwrap();
        }),
        ("cut", |path| {
            let content = fs::read(path).unwrap();
            fs::remove_file(path).unwrap();
            fs::write(path, &content[..content.len() / 2]).unwrap();
        }),
    ];
    for object in ["HEAD~1:b.txt", "HEAD~1:d", "HEAD~1^{tree}", "HEAD~1"] {
        for (name, damage) in &damages {
            for with_token in [true, false] {
                let sandbox = two_commits(with_token);
                let gone = id(&sandbox, object);
                damage(&loose(&sandbox, object));
                let head = fs::read_to_string(sandbox.path().join("work/.git/refs/heads/main")).unwrap();
                let old = id(&sandbox, "refs/remotes/origin/main");
                let input = format!("HEAD {} refs/heads/main {old}\n", head.trim());
                let answer = push(&sandbox, "work", &input);
                let text = answer.text();
                assert_eq!(answer.code, if with_token { 1 } else { 3 }, "{object} {name}: {text}");
                assert!(text.contains(&gone) && text.contains("git fsck"), "{object} {name}: {text}");
            }
        }
    }
}

#[test]
fn a_missing_tip_is_a_gap() {
    let sandbox = Sandbox::with_clone();
    let input = format!("HEAD {} refs/heads/main {}\n", "ab".repeat(20), "0".repeat(40));
    let text = push(&sandbox, "work", &input).exits(3).stderr;
    assert!(text.contains("refs/heads/main") && text.contains("missing"), "{text}");
}

fn pack(sandbox: &Sandbox) -> PathBuf {
    sandbox.git("work", &["repack", "-q", "-adf"]).ok();
    let folder = sandbox.path().join("work/.git/objects/pack");
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pack = files.find(|path| path.extension().is_some_and(|extension| extension == "pack")).unwrap();
    let mut permissions = fs::metadata(&pack).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a folder of the test's own")]
    permissions.set_readonly(false);
    fs::set_permissions(&pack, permissions).unwrap();
    pack
}

#[test]
fn a_truncated_pack_is_never_a_pass() {
    for cut in [1, 2, 3] {
        let sandbox = two_commits(false);
        let head = id(&sandbox, "HEAD");
        let old = id(&sandbox, "refs/remotes/origin/main");
        let pack = pack(&sandbox);
        let content = fs::read(&pack).unwrap();
        fs::write(&pack, &content[..content.len() * cut / 4]).unwrap();
        let answer = push(&sandbox, "work", &format!("HEAD {head} refs/heads/main {old}\n"));
        assert_eq!(answer.code, 3, "{cut}: {}", answer.text());
    }
}

/// A large blob streams out of a pack until git dies over it; the token before that, and the file after it, are seen.
#[test]
fn git_dies_in_the_middle_of_a_blob() {
    let sandbox = Sandbox::with_clone();
    let noise: Vec<u8> =
        (0..6_u64 << 20).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    sandbox.write("work/big.bin", [token().as_bytes(), b"\n", &noise].concat());
    sandbox.commit_all("work", "Large");
    let (head, old) = (id(&sandbox, "HEAD"), id(&sandbox, "refs/remotes/origin/main"));
    let pack = pack(&sandbox);
    let mut content = fs::read(&pack).unwrap();
    let middle = content.len() / 2;
    content[middle..middle + 64].fill(0xff);
    fs::write(&pack, content).unwrap();
    let text = push(&sandbox, "work", &format!("HEAD {head} refs/heads/main {old}\n")).text();
    assert!(text.contains("big.bin") && text.contains("damaged"), "{text}");
    assert!(text.contains("BLOCK") || text.contains("VETO"), "{text}");
}

#[test]
fn a_shallow_clone_answers_for_its_own_commits() {
    let sandbox = Sandbox::with_clone();
    for at in 0..3 {
        sandbox.write(format!("work/{at}.txt"), "x\n");
        sandbox.commit_all("work", "More");
    }
    sandbox.git("work", &["push", "-q"]).ok();
    let url = format!("file://{}", sandbox.path().join("remote.git").display());
    sandbox.git(".", &["clone", "-q", "--depth=1", &url, "shallow"]).ok();
    sandbox.write("shallow/own.txt", "mine\n");
    sandbox.commit_all("shallow", "Own");
    push_head(&sandbox, "shallow").exits(0);
    sandbox.write("shallow/own.txt", token());
    sandbox.commit_all("shallow", "Own token");
    push_head(&sandbox, "shallow").exits(1);
}

/// A treeless clone, and a commit on a parent whose tree it lacks.
#[test]
fn the_missing_tree_of_a_parent_is_no_gap() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/deep/file.txt", "1\n");
    let parent = sandbox.commit_all("work", "Parent");
    sandbox.write("work/deep/file.txt", "2\n");
    sandbox.write("work/other/file.txt", "2\n");
    sandbox.commit_all("work", "Tip");
    sandbox.git("work", &["push", "-q"]).ok();
    sandbox.git("remote.git", &["config", "uploadpack.allowFilter", "true"]).ok();
    let url = format!("file://{}", sandbox.path().join("remote.git").display());
    sandbox.git(".", &["clone", "-q", "--filter=tree:0", &url, "treeless"]).ok();
    for (text, code) in [("clean\n".to_owned(), 0), (token(), 1)] {
        sandbox.git("treeless", &["checkout", "-q", "--orphan", "own"]).ok();
        sandbox.git("treeless", &["rm", "-q", "-rf", "."]);
        sandbox.write("treeless/own.txt", &text);
        sandbox.git("treeless", &["add", "own.txt"]).ok();
        let tree = sandbox.git("treeless", &["write-tree"]).ok().stdout.trim().to_owned();
        let new = sandbox.git("treeless", &["commit-tree", "-p", &parent, "-m", "Own", &tree]).ok().stdout;
        let input = format!("x {} refs/heads/own {}\n", new.trim(), "0".repeat(40));
        let answer = push(&sandbox, "treeless", &input);
        assert_eq!(answer.code, code, "{}", answer.text());
        // What the other side has and this clone lacks, made part of the push, is published and unread.
        let foreign = "1".repeat(40);
        let list = format!("100644 blob {foreign}\tabsent.txt\n");
        let list = sandbox.write("list", list);
        let script = format!("git mktree --missing <'{}'", list.display());
        let tree = sandbox.run("treeless", "sh", &["-c", &script]).ok().stdout.trim().to_owned();
        let new =
            sandbox.git("treeless", &["commit-tree", "-p", new.trim(), "-m", "Lacking", &tree]).ok().stdout;
        let input = format!("x {} refs/heads/own {}\n", new.trim(), "0".repeat(40));
        let answer = push(&sandbox, "treeless", &input);
        assert_eq!(answer.code, if code == 0 { 3 } else { 1 }, "{}", answer.text());
        assert!(answer.stderr.contains("absent.txt"), "{}", answer.text());
    }
}

#[test]
fn sha256() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "--bare", "--object-format=sha256", "remote.git"]).ok();
    sandbox.git(".", &["init", "-q", "--object-format=sha256", "work"]).ok();
    sandbox.git("work", &["remote", "add", "origin", "../remote.git"]).ok();
    sandbox.write("work/d/a.txt", "clean\n");
    let head = sandbox.commit_all("work", "Clean");
    let zero = "0".repeat(64);
    push(&sandbox, "work", &format!("x {head} refs/heads/main {zero}\n")).exits(0);
    sandbox.write("work/d/b.txt", token());
    let head = sandbox.commit_all("work", "Token");
    push(&sandbox, "work", &format!("x {head} refs/heads/main {zero}\n")).exits(1);
    sandbox.veto("work", &["scan", "--history"]).exits(1);
    fs::remove_file(loose(&sandbox, "HEAD~1:d/a.txt")).unwrap();
    push(&sandbox, "work", &format!("x {} refs/heads/main {zero}\n", id(&sandbox, "HEAD~1"))).exits(3);
}

/// Writes a loose object; gives its raw id.
fn write_object(sandbox: &Sandbox, kind: &str, content: &[u8]) -> Vec<u8> {
    use sha1::Digest as _;
    use std::io::Write as _;
    let raw = [format!("{kind} {}\0", content.len()).as_bytes(), content].concat();
    let id = sha1::Sha1::digest(&raw).to_vec();
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&raw).unwrap();
    sandbox.write(format!("work/.git/objects/{}/{}", &hex[..2], &hex[2..]), packed.finish().unwrap());
    id
}

/// What is too large to be read whole is looked at as far as it was read, and the same is said of a commit and a tag.
#[test]
fn a_commit_and_a_tag_that_are_too_large() {
    let sandbox = Sandbox::with_clone();
    let (tree, head) = (id(&sandbox, "HEAD^{tree}"), id(&sandbox, "HEAD"));
    let null = "0".repeat(40);
    let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let filler = "Many words.\n".repeat((64 << 20) / 12 + 1);
    for (text, code) in [(String::new(), 3), (token(), 1)] {
        let person = "A <a@example.org> 1 +0000";
        let message = format!("\n{text}\n{filler}");
        let commit = format!("tree {tree}\nparent {head}\nauthor {person}\ncommitter {person}\n{message}");
        let tag = format!("object {head}\ntype commit\ntag v1\ntagger {person}\n{message}");
        for (kind, content, name) in [("commit", commit, "refs/heads/x"), ("tag", tag, "refs/tags/v1")] {
            let oid = hex(&write_object(&sandbox, kind, content.as_bytes()));
            let said = push(&sandbox, "work", &format!("x {oid} {name} {null}\n")).exits(code).text();
            let what =
                "is larger than 67108864 bytes, and only its beginning was looked at; make a shorter one";
            assert!(said.contains(&format!("{kind} {oid}")) && said.contains(what), "{said}");
            assert!(said.contains("limit"), "{said}");
        }
    }
}

/// Deeper than git itself goes: said, with no stack that overflows.
#[test]
fn a_tree_that_is_too_deep() {
    let sandbox = Sandbox::with_clone();
    let blob = write_object(&sandbox, "blob", b"x\n");
    let mut tree = write_object(&sandbox, "tree", &[&b"100644 f\0"[..], &blob].concat());
    for _ in 0..6000 {
        tree = write_object(&sandbox, "tree", &[&b"40000 d\0"[..], &tree].concat());
    }
    let tree: String = tree.iter().map(|byte| format!("{byte:02x}")).collect();
    let commit = sandbox.git("work", &["commit-tree", "-p", "HEAD", "-m", "Deep", &tree]).ok().stdout;
    let null = "0".repeat(40);
    for (name, oid) in [("refs/heads/deep", commit.trim()), ("refs/x/deep", tree.as_str())] {
        let answer = push(&sandbox, "work", &format!("x {oid} {name} {null}\n"));
        let text = answer.exits(3).text();
        assert!(text.contains("nested more than 2048 deep"), "{text}");
    }
}
