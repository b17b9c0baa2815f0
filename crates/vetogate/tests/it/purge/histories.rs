//! Histories with everything in them: what is rewritten, and what stays byte for byte.

use super::{Clone, token, weak};
use std::collections::BTreeMap;

/// The headers of a commit that a purge keeps.
fn kept(clone: &Clone, revision: &str) -> Vec<String> {
    let raw = clone.git(&["cat-file", "commit", revision]);
    let head = raw.split("\n\n").next().unwrap();
    let is_kept = |line: &&str| !line.starts_with("tree ") && !line.starts_with("parent ");
    head.lines().filter(is_kept).map(str::to_owned).collect()
}

/// Mode and id of every file of a revision.
fn files(clone: &Clone, revision: &str) -> BTreeMap<String, String> {
    let listed = clone.git(&["ls-tree", "-r", "-t", "-z", revision]);
    let entry = |entry: &str| {
        let (object, path) = entry.split_once('\t')?;
        Some((path.to_owned(), object.to_owned()))
    };
    listed.split('\0').filter_map(entry).collect()
}

#[test]
fn merges_octopuses_tags_and_binaries_stay_as_they_were() {
    let (clone, token) = (Clone::new(), token());
    let root = clone.git(&["rev-parse", "HEAD"]);
    for (branch, file) in [("a", "a.txt"), ("b", "b.txt"), ("c", "c.txt")] {
        clone.git(&["checkout", "-q", "-b", branch, &root]);
        clone.write(file, "plain\n").commit(branch);
    }
    clone.git(&["checkout", "-q", "b"]);
    clone
        .write("dir/conf.yml", format!("token: {token}\n"))
        .write("dir/bin.dat", b"\0\x01\x02\xff\xfe")
        .commit("B");
    clone.git(&["mv", "dir/conf.yml", "dir/moved.yml"]);
    clone.commit("Move");
    clone.git(&["commit", "-q", "--allow-empty", "-m", "Empty"]);
    let mode = clone.path("dir/run.sh");
    clone.write("dir/run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(mode, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("run.sh", clone.path("dir/link")).unwrap();
    clone.commit("Modes");
    clone.git(&["checkout", "-q", "main"]);
    clone.git(&["merge", "-q", "--no-ff", "-m", "Octopus", "a", "b", "c"]);
    clone.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{root},sub")]);
    clone.git(&["commit", "-q", "-m", "Link"]);
    clone.git(&["tag", "-a", "-m", "One", "v1"]);
    clone.git(&["tag", "-a", "-m", "Nested", "v2", "v1"]);
    clone.git(&["tag", "light"]);
    clone.git(&["tag", "-a", "-m", "Old", "v0", &root]);
    let [v0, a, c, fsck] = ["v0", "a", "c", ""]
        .map(|name| if name.is_empty() { clone.fsck() } else { clone.git(&["rev-parse", name]) });
    let (old, before) = (clone.git(&["rev-parse", "main"]), files(&clone, "main"));
    let heads: Vec<String> =
        ["main", "main~1", "b", "b~1", "b~2", "b~3"].map(|at| clone.git(&["rev-parse", at])).into();
    let status = clone.git(&["status", "--porcelain"]);
    clone.vetoed(&["main"]);
    clone.purge(&["--apply"]).ok();
    for (name, old) in ["main", "main~1", "b", "b~1", "b~2", "b~3"].iter().zip(&heads) {
        assert_ne!(clone.git(&["rev-parse", name]), *old);
        assert_eq!(kept(&clone, name), kept(&clone, old), "{name}");
    }
    let mut after = files(&clone, "main");
    assert_ne!(after.insert("dir/moved.yml".into(), before["dir/moved.yml"].clone()), None);
    after.insert("dir".into(), before["dir"].clone());
    assert_eq!(after, before, "but for the secret the trees are equal");
    assert_eq!(
        clone.git(&["rev-parse", "main~1^2", "main~1^4"]),
        format!("{a}\n{c}"),
        "not descended from it"
    );
    assert_eq!(clone.git(&["rev-parse", "v0"]), v0);
    let main = clone.git(&["rev-parse", "main"]);
    for tag in ["v1^{}", "v2^{}", "light"] {
        assert_eq!(clone.git(&["rev-parse", tag]), main);
    }
    assert_eq!(clone.git(&["cat-file", "-t", "v2"]), "tag");
    assert!(clone.git(&["cat-file", "tag", "v2"]).contains("\ntag v2\n"));
    assert_eq!(clone.fsck(), fsck);
    assert_eq!(clone.holding(&["--branches", "--tags"], &token), [""; 0]);
    assert!(!clone.read("dir/moved.yml").contains(&token));
    assert_eq!(clone.git(&["status", "--porcelain"]), status);
    clone.passes(&["main", "b", "v1", "v2", "light"]);
    clone.purge(&["--undo"]).ok();
    assert_eq!(clone.git(&["rev-parse", "main"]), old);
}

/// A raw commit on HEAD; moves the branch there.
fn raw_commit(clone: &Clone, headers: &[u8], message: &[u8]) -> String {
    let (tree, parent) = (clone.git(&["rev-parse", "HEAD^{tree}"]), clone.git(&["rev-parse", "HEAD"]));
    let head = format!("tree {tree}\nparent {parent}\n");
    let raw = [head.as_bytes(), headers, b"\n", message].concat();
    let oid = clone.git_input(&["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], &raw);
    clone.git(&["update-ref", "HEAD", &oid]);
    oid
}

const PERSON: &str = "A\u{e9} <a@example.org> 1700000000 +0130";

fn raw(clone: &Clone, revision: &str) -> Vec<u8> {
    clone.sandbox.command("work", "git").args(["cat-file", "commit", revision]).output().unwrap().stdout
}

#[test]
fn odd_headers_encodings_and_messages_are_kept_and_signatures_dropped() {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    let person = format!("author {PERSON}\ncommitter {PERSON}\n");
    let latin = [person.as_bytes(), b"encoding ISO-8859-1\nx-odd one\n two\n \nx-last\n"].concat();
    raw_commit(&clone, &latin, b"caf\xe9 without a newline at its end");
    let head = raw(&clone, "HEAD");
    let begin = ["-----BEGIN PGP", " SIGNATURE-----"].concat();
    let end = ["-----END PGP", " SIGNATURE-----"].concat();
    let signed = format!("{person}gpgsig {begin}\n \n abc\n {end}\n");
    let signed_id = raw_commit(&clone, signed.as_bytes(), b"Signed\n");
    let names = format!("Reverts {signed_id} and {}.\n", "ab".repeat(20));
    raw_commit(&clone, person.as_bytes(), names.as_bytes());
    let secret = format!("author {token} <a@example.org> 1700000000 +0000\ncommitter {PERSON}\n");
    raw_commit(&clone, secret.as_bytes(), format!("Uses {token}\n\nno more\n").as_bytes());
    let tag = format!(
        "object {}\ntype commit\ntag s1\ntagger {PERSON}\n\nSigned with {token}\n{begin}\n\nabc\n{end}\n",
        clone.git(&["rev-parse", "HEAD"])
    );
    let tag = clone.git_input(&["hash-object", "-t", "tag", "-w", "--literally", "--stdin"], tag.as_bytes());
    clone.git(&["update-ref", "refs/tags/s1", &tag]);
    let said = clone.purge(&["--apply", "main", "s1"]).ok().stdout;
    assert!(said.contains("1 commit signature") && said.contains("1 tag signature"), "{said}");
    let new = raw(&clone, "HEAD~3");
    let rest = |raw: &[u8]| raw[raw.windows(7).position(|at| at == b"author ").unwrap()..].to_vec();
    assert_eq!(rest(&new), rest(&head), "byte for byte");
    assert_eq!(rest(&raw(&clone, "HEAD~2")), [person.as_bytes(), b"\nSigned\n"].concat());
    let new_id = clone.git(&["rev-parse", "HEAD~2"]);
    assert!(clone.git(&["log", "-1", "--format=%B", "HEAD~1"]).contains(&new_id));
    assert_eq!(
        String::from_utf8_lossy(&rest(&raw(&clone, "HEAD"))),
        format!(
            "author REDACTED <a@example.org> 1700000000 +0000\ncommitter {PERSON}\n\nUses REDACTED\n\nno more\n"
        )
    );
    let tag = clone.git(&["cat-file", "tag", "s1"]);
    assert!(tag.ends_with("\n\nSigned with REDACTED") && tag.contains(PERSON), "{tag}");
    assert_eq!(clone.holding(&["main", "s1"], &token), [""; 0]);
    clone.passes(&["main", "s1"]);
}

#[test]
fn a_secret_in_a_file_name_goes_and_a_collision_stops() {
    let (clone, token) = (Clone::new(), token());
    clone.write(&format!("keys/{token}.txt"), "x\n").write(&format!("d-{token}/sub/f"), "y\n");
    clone.write("keys/zz", "z\n").commit("Names");
    clone.vetoed(&["main"]);
    let said = clone.purge(&["--apply"]).ok().text();
    assert!(!said.contains(&token), "{said}");
    assert_eq!(
        clone.git(&["ls-tree", "-r", "--name-only", "HEAD"]),
        "README.md\nd-REDACTED/sub/f\nkeys/REDACTED.txt\nkeys/zz"
    );
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    assert!(clone.path("keys/REDACTED.txt").exists() && clone.fsck().is_empty());
    clone.passes(&["main"]);

    let clone = Clone::new();
    clone.write(&format!("{token}.txt"), "x\n").write("REDACTED.txt", "y\n").commit("Both");
    let tip = clone.git(&["rev-parse", "HEAD"]);
    let said = clone.purge(&["--apply"]).exits(2);
    assert!(said.stderr.contains("both be called REDACTED.txt"), "{said:?}");
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
}

#[test]
fn wide_files_large_histories_and_the_other_hash() {
    let (clone, token) = (Clone::new(), token());
    let text = format!("\u{feff}token = \"{token}\"\r\n");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    clone.write("a.conf", &wide).commit("Wide");
    clone.purge(&["--apply"]).ok();
    let expected: Vec<u8> =
        "\u{feff}token = \"REDACTED\"\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(std::fs::read(clone.path("a.conf")).unwrap(), expected);
    clone.passes(&["main"]);
}

#[test]
fn a_sha256_repository_is_purged_and_restored() {
    let (sandbox, token) = (crate::support::Sandbox::new(), token());
    sandbox.git(".", &["init", "-q", "--object-format=sha256", "work"]).ok();
    sandbox.veto("work", &["install"]).ok();
    let clone = Clone { sandbox };
    clone.sandbox.git(".", &["init", "-q", "--bare", "--object-format=sha256", "remote.git"]).ok();
    clone.git(&["remote", "add", "origin", "../remote.git"]);
    clone.write("ok", "x\n").commit("First");
    clone.write("a.py", format!("t = '{token}'\n")).commit("Add");
    clone.git(&["tag", "-a", "-m", "x", "v1"]);
    let old = clone.git(&["rev-parse", "HEAD"]);
    clone.vetoed(&["main"]);
    clone.purge(&["--apply"]).ok();
    assert_eq!(clone.fsck(), "");
    assert_eq!(clone.holding(&["main", "v1"], &token), [""; 0]);
    clone.purge(&["--undo"]).ok();
    assert_eq!(clone.git(&["rev-parse", "HEAD", "v1^{}"]), format!("{old}\n{old}"));
    clone.purge(&["--apply"]).ok();
    clone.passes(&["main", "v1"]);
}

#[test]
fn only_what_is_chosen_goes() {
    let (clone, one, two) = (Clone::new(), token(), weak());
    clone
        .write("a.py", format!("t = '{one}'\n"))
        .write("b.yml", format!("db_password: {two}\n"))
        .commit("Both");
    let said = clone.purge(&[]).exits(1).stdout;
    let line = said.lines().skip_while(|line| !line.contains("b.yml:1")).nth(1).unwrap();
    let print = line.split(['[', ']']).nth(1).unwrap();
    clone.purge(&["--only", print, "--apply"]).exits(1);
    assert!(clone.read("a.py").contains(&one) && !clone.read("b.yml").contains(&two));
    clone.purge(&["--only", "0123456789"]).exits(2);
}

#[test]
fn five_hundred_commits_take_no_time() {
    let (clone, token) = (Clone::new(), token());
    let mut stream = String::new();
    for number in 1..=500 {
        let text = format!("token = \"{token}\"\nline {number}\n");
        stream += &format!(
            "commit refs/heads/main\ncommitter A <a@x> {} +0000\ndata 1\nx\n",
            1_700_000_000 + number
        );
        if number == 1 {
            stream += "from refs/remotes/origin/main^0\n";
        }
        stream +=
            &format!("M 644 inline src/d{}/f{}.py\ndata {}\n{text}\n", number % 20, number % 50, text.len());
    }
    clone.git(&["update-ref", "-d", "refs/heads/main"]);
    clone.git_input(&["fast-import", "--quiet"], stream.as_bytes());
    clone.git(&["reset", "-q", "--hard"]);
    let begin = std::time::Instant::now();
    clone.purge(&["--apply"]).ok();
    let took = begin.elapsed();
    assert_eq!(clone.git(&["rev-list", "--count", "origin/main..main"]), "500");
    for at in ["main", "main~100", "main~499"] {
        clone.sandbox.git("work", &["grep", "-q", "-F", &token, at]).exits(1);
    }
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    println!("500 commits: {took:?}");
    assert!(took.as_secs() < 20, "{took:?} in a debug build on a shared machine");
    clone.passes(&["main"]);
}

#[test]
fn a_merged_tag_stays_unless_it_is_about_another_commit_now() {
    let (clone, token) = (Clone::new(), token());
    let root = clone.git(&["rev-parse", "HEAD"]);
    clone.write("a.py", format!("t = '{token}'\n"));
    let bad = clone.commit("Add");
    clone.git(&["checkout", "-q", "--detach", &root]);
    let good = clone.write("g.txt", "g\n").commit("Good");
    clone.git(&["checkout", "-q", "main"]);
    let merge_tag = |about: &str, name: &str| {
        format!("mergetag object {about}\n type commit\n tag {name}\n tagger {PERSON}\n \n Text\n")
    };
    let tree = clone.git(&["rev-parse", "HEAD^{tree}"]);
    let raw_text = format!(
        "tree {tree}\nparent {bad}\nparent {good}\nauthor {PERSON}\ncommitter {PERSON}\n{}{}\nMerge\n",
        merge_tag(&bad, "stale"),
        merge_tag(&good, "fresh")
    );
    let merge = clone.git_input(&["hash-object", "-t", "commit", "-w", "--stdin"], raw_text.as_bytes());
    clone.git(&["update-ref", "HEAD", &merge]);
    let said = clone.purge(&["--apply"]).ok().stdout;
    assert!(said.contains("1 merged tag"), "{said}");
    let text = String::from_utf8_lossy(&raw(&clone, "HEAD")).into_owned();
    assert!(
        text.contains("tag fresh") && !text.contains("tag stale") && text.ends_with("\n\nMerge\n"),
        "{text}"
    );
    assert!(text.contains(&format!("parent {good}\n")));
    clone.passes(&["main"]);
}

#[test]
fn what_a_ref_names_by_itself_is_rewritten_too() {
    let (clone, token) = (Clone::new(), token());
    let blob = clone.git_input(&["hash-object", "-w", "--stdin"], format!("t = '{token}'\n").as_bytes());
    let tree = clone.git_input(&["mktree"], format!("100644 blob {blob}\ta.py\n").as_bytes());
    for (name, object) in [("refs/tags/blob", &blob), ("refs/custom/tree", &tree)] {
        clone.git(&["update-ref", name, object]);
    }
    clone.git(&["tag", "-a", "-m", "x", "of-blob", &blob]);
    clone.purge(&["--apply", "--all"]).ok();
    assert_eq!(
        clone.git(&["cat-file", "blob", "refs/custom/tree:a.py"]),
        "import os\n\nt = os.environ[\"GITHUB_TOKEN\"]"
    );
    assert_eq!(clone.git(&["cat-file", "blob", "refs/tags/blob"]), "t = 'REDACTED'");
    assert_eq!(clone.git(&["cat-file", "blob", "of-blob^{blob}"]), "t = 'REDACTED'");
    clone.passes(&["blob", "of-blob", "refs/custom/tree:refs/custom/tree"]);
    clone.purge(&["--undo"]).ok();
    assert_eq!(clone.git(&["rev-parse", "blob", "refs/custom/tree"]), format!("{blob}\n{tree}"));
}

#[test]
fn a_note_is_purged_when_its_ref_is_named() {
    let (clone, token, weak) = (Clone::new(), token(), weak());
    clone.git(&["notes", "add", "-m", &format!("t = '{token}'\ndb_password = \"{weak}\""), "HEAD"]);
    clone.purge(&["--apply", "refs/notes/commits"]).ok();
    let note = clone.git(&["notes", "show", "HEAD"]);
    assert!(!note.contains(&token) && !note.contains(&weak), "{note}");
}

/// What `git fsck` says, without the ids.
fn complaints(clone: &Clone) -> Vec<String> {
    let is_id = |word: &&str| word.trim_end_matches(':').len() >= 40;
    let line = |line: &str| line.split(' ').filter(|word| !is_id(word)).collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> = clone.fsck().lines().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn objects_that_fsck_complains_about_are_rewritten_as_they_are() {
    let (clone, token) = (Clone::new(), token());
    let id = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let bad = clone.git_input(&["hash-object", "-w", "--stdin"], format!("t = '{token}'\n").as_bytes());
    let good = clone.git_input(&["hash-object", "-w", "--stdin"], b"plain\n");
    // Modes with a zero before them, and a name that is out of order.
    let tree = [b"0100644 z.py\0".to_vec(), id(&bad), b"100664 a.txt\0".to_vec(), id(&good)].concat();
    let tree = clone.git_input(&["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], &tree);
    let parent = clone.git(&["rev-parse", "HEAD"]);
    let commit =
        format!("tree {tree}\nparent {parent}\nauthor A a@x 1 +0000\ncommitter <> -1 +9999\n\nodd\n");
    let commit =
        clone.git_input(&["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], commit.as_bytes());
    clone.git(&["update-ref", "refs/heads/odd", &commit]);
    let before = complaints(&clone);
    assert!(before.len() >= 3, "{before:?}");
    clone.purge(&["--apply", "odd"]).ok();
    clone.git(&["reflog", "expire", "--expire-unreachable=now", "--all"]);
    clone.git(&["reflog", "delete", "--rewrite", "odd@{0}"]);
    std::fs::remove_dir_all(clone.path(".git/veto/purge/0001")).unwrap();
    clone.git(&["prune", "--expire=now"]);
    assert_eq!(complaints(&clone), before);
    let raw_tree =
        clone.sandbox.command("work", "git").args(["cat-file", "tree", "odd^{tree}"]).output().unwrap();
    assert!(raw_tree.stdout.starts_with(b"0100644 z.py\0"), "as it was written");
    assert_eq!(clone.holding(&["odd"], &token), [""; 0]);
    clone.passes(&["odd"]);
}
