//! The published set: whatever ref is pushed, everything behind it is looked at.

use super::{Gate, HARMLESS, both_ways, refspecs, token};

/// What has the id of a submodule's commit in the tree before was not there.
#[test]
fn a_blob_in_the_place_of_a_submodule() {
    let gate = Gate::new();
    let content = token();
    let blob = gate.blob(&content);
    gate.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{blob},m")]);
    let before = gate.git(&["write-tree"]);
    gate.git(&["push", "-q", "--no-verify", "origin", &format!("{before}:refs/x/t")]);
    gate.git(&["update-index", "--cacheinfo", &format!("100644,{blob},m")]);
    let now = gate.git(&["write-tree"]);
    gate.vetoed(&[&format!("+{now}:refs/x/t")]);
}

#[test]
fn a_branch() {
    let text = both_ways("File: a.conf:1:5", |gate, value| {
        gate.write("a.conf", format!("t = {value}\n")).commit("One");
        refspecs(&["main"])
    });
    assert!(text.contains("SECURITY VETO - CRITICAL ISSUE DETECTED"), "{text}");
}

#[test]
fn a_new_branch_a_light_tag_and_notes() {
    both_ways("a.conf:1:1", |gate, value| {
        gate.write("a.conf", value).commit("One");
        refspecs(&["HEAD:refs/heads/topic/x"])
    });
    both_ways("a.conf:1:1", |gate, value| {
        gate.write("a.conf", value).commit("One");
        gate.git(&["tag", "v1"]);
        refspecs(&["v1"])
    });
    both_ways(":1:1", |gate, value| {
        gate.git(&["notes", "add", "-m", value, "HEAD"]);
        refspecs(&["refs/notes/commits"])
    });
}

#[test]
fn annotated_tags_and_tags_of_tags() {
    both_ways("git:tag:v1", |gate, value| {
        gate.git(&["tag", "-a", "-m", value, "v1"]);
        refspecs(&["v1"])
    });
    both_ways("git:tag:outer", |gate, value| {
        gate.git(&["tag", "-a", "-m", value, "inner"]);
        gate.git(&["tag", "-a", "-m", "Outer", "outer", "inner"]);
        refspecs(&["outer"])
    });
}

#[test]
fn refs_to_blobs_and_trees() {
    both_ways("git:", |gate, value| {
        let blob = gate.blob(value);
        gate.git(&["tag", "b", &blob]);
        refspecs(&["b"])
    });
    both_ways("git:", |gate, value| {
        let blob = gate.blob(value);
        gate.git(&["tag", "-a", "-m", "A blob", "b", &blob]);
        refspecs(&["b"])
    });
    both_ways("git:", |gate, value| vec![format!("{}:refs/custom/b", gate.blob(value))]);
    both_ways("dir/a.conf:1:1", |gate, value| {
        gate.write("dir/a.conf", value).commit("One");
        refspecs(&["HEAD^{tree}:refs/custom/t"])
    });
}

#[test]
fn odd_modes_hide_nothing() {
    let raw = |mode: &str, name: &str, oid: &str| {
        let bytes = (0..oid.len() / 2).map(|at| u8::from_str_radix(&oid[2 * at..2 * at + 2], 16).unwrap());
        [mode.as_bytes(), b" ", name.as_bytes(), b"\0", &bytes.collect::<Vec<_>>()].concat()
    };
    let write = |gate: &Gate, tree: &[u8]| {
        gate.git_input(&["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], tree)
    };
    let modes = [("0100644", "40000"), ("100664", "0040000"), ("0120000", "000040000")];
    let tree = |gate: &Gate, value: &str| {
        let folder = |(number, (file, folder)): (usize, &(&str, &str))| {
            let inner = write(gate, &raw(file, "a.conf", &gate.blob(value)));
            raw(folder, &format!("d{number}"), &inner)
        };
        write(gate, &modes.iter().enumerate().flat_map(folder).collect::<Vec<u8>>())
    };
    let all = |text: &str| (0..modes.len()).all(|number| text.contains(&format!("d{number}/a.conf:1:1")));
    let text = both_ways("a.conf", |gate, value| vec![format!("{}:refs/custom/t", tree(gate, value))]);
    assert!(all(&text), "{text}");
    let text = both_ways("a.conf", |gate, value| {
        let commit = gate.git(&["commit-tree", "-p", "HEAD", "-m", "Odd", &tree(gate, value)]);
        vec![format!("{commit}:refs/heads/topic")]
    });
    assert!(all(&text), "{text}");
}

#[test]
fn a_ref_moves_from_a_blob_to_a_commit() {
    both_ways("a.conf", |gate, value| {
        let blob = gate.blob("1");
        gate.git(&["tag", "-a", "-m", "A blob", "b", &blob]);
        gate.publish("b");
        gate.write("a.conf", value).commit("One");
        gate.git(&["tag", "-f", "-a", "-m", "A commit", "b"]);
        refspecs(&["-f", "b"])
    });
    both_ways("a.conf", |gate, value| {
        gate.publish(&format!("{}:refs/custom/x", gate.git(&["rev-parse", "HEAD^{tree}"])));
        gate.write("a.conf", value).commit("One");
        refspecs(&["-f", "main:refs/custom/x"])
    });
}

#[test]
fn many_commits_on_a_new_branch() {
    let (gate, value) = (Gate::new(), token());
    gate.git(&["checkout", "-q", "-b", "other"]);
    let many = |value: &str, branch: &str| {
        let mut stream = String::new();
        for number in 0..100 {
            let from = if number == 0 {
                format!("from {}\n", gate.git(&["rev-parse", branch]))
            } else {
                String::new()
            };
            let content = if number == 50 { value } else { "1" };
            stream += &format!(
                "commit refs/heads/{branch}\ncommitter A <a@example.org> {} +0000\ndata 1\nx\n{from}\
                 M 644 inline f{number}\ndata {}\n{content}\n",
                1_700_000_000 + number,
                content.len()
            );
        }
        gate.git_input(&["fast-import", "--quiet"], stream.as_bytes());
    };
    many(&value, "other");
    gate.publish("other");
    gate.git(&["branch", "topic", "other"]);
    many(HARMLESS, "topic");
    gate.passes(&["topic"]);
    many(&token(), "topic");
    gate.vetoed(&["topic", "topic:refs/heads/elsewhere"]);
    many(HARMLESS, "topic");
    assert!(gate.vetoed(&["topic"]).contains("no longer at the tip"));
}

#[test]
fn only_the_second_of_several_refs() {
    both_ways("a.conf", |gate, value| {
        gate.git(&["branch", "clean"]);
        gate.write("a.conf", value).commit("One");
        refspecs(&["clean", "main", "HEAD~1:refs/heads/other"])
    });
}

#[test]
fn a_force_push_over_a_tip_that_is_unknown_here() {
    both_ways("a.conf", |gate, value| {
        gate.sandbox.git(".", &["clone", "-q", "remote.git", "other"]).ok();
        gate.sandbox.commit_all("other", "Theirs");
        gate.sandbox.git("other", &["push", "-q", "origin", "main"]).ok();
        gate.write("a.conf", value).commit("Ours");
        refspecs(&["--force", "main"])
    });
}

#[test]
fn deletions_pass_and_hide_nothing() {
    let gate = Gate::new();
    gate.publish("main:refs/heads/old");
    gate.write("a.conf", token()).commit("One");
    gate.vetoed(&[":old", "main"]);
    gate.passes(&[":old"]);
}

#[test]
fn the_name_of_a_ref_counts_when_it_is_new() {
    let gate = Gate::new();
    let name = format!("refs/heads/{}", token());
    gate.vetoed(&[&format!("main:{name}")]);
    gate.publish(&format!("main:{name}"));
    gate.commit("Clean");
    gate.passes(&[&format!("main:{name}")]);
    gate.passes(&["main", &format!(":{name}")]);
}

/// Git complains of each ref that it can't read, for longer than a pipe holds.
#[test]
fn many_broken_tracking_refs() {
    let gate = Gate::new();
    for number in 0..2000 {
        gate.sandbox.write(format!("work/.git/refs/remotes/origin/x/{number}"), "");
    }
    gate.write("a.txt", "a\n").commit("Clean");
    let begun = std::time::Instant::now();
    gate.passes(&["main:refs/heads/topic"]);
    assert!(begun.elapsed() < std::time::Duration::from_secs(30));
}

#[test]
fn nothing_to_push_passes() {
    let gate = Gate::new();
    let text = gate.push(&["main"]).ok().text();
    assert!(text.contains("Everything up-to-date"), "{text}");
    gate.hook("", &[]).ok();
    gate.hook("refs/heads/main is not git's\n", &[]).exits(2);
    gate.hook(&gate.line("HEAD"), &[]).ok();
}

#[test]
fn what_is_added_and_removed_within_the_push_is_published() {
    let gate = Gate::new();
    let bad = gate.write("a.conf", token()).commit("One");
    std::fs::remove_file(gate.path("a.conf")).unwrap();
    gate.commit("Gone again");
    let text = gate.vetoed(&["main"]);
    assert!(
        text.contains(&format!("commit {}", &bad[..7])) && text.contains("no longer at the tip"),
        "{text}"
    );
}

#[test]
fn an_evil_merge() {
    both_ways("a.conf", |gate, value| {
        gate.git(&["checkout", "-q", "-b", "side"]);
        gate.write("side", "1").commit("Side");
        gate.git(&["checkout", "-q", "main"]);
        gate.write("main", "1").commit("Main");
        gate.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
        gate.write("a.conf", value).commit("Merge");
        refspecs(&["main"])
    });
}

#[test]
fn an_unrelated_history() {
    both_ways("a.conf", |gate, value| {
        gate.git(&["config", "log.showRoot", "false"]);
        gate.git(&["checkout", "-q", "--orphan", "pages"]);
        gate.write("a.conf", value).commit("Root");
        refspecs(&["pages"])
    });
}

#[test]
fn replaced_and_grafted_commits() {
    both_ways("a.conf", |gate, value| {
        let bad = gate.write("a.conf", value).commit("One");
        gate.git(&["rm", "-q", "a.conf"]);
        gate.git(&["commit", "-q", "-m", "Two"]);
        let good = gate.git(&["commit-tree", "-p", "HEAD~2", "-m", "Good", "HEAD^{tree}"]);
        gate.git(&["replace", &bad, &good]);
        refspecs(&["main"])
    });
    // A push over a graft never succeeds: git leaves the commits out and the remote misses them.
    let gate = Gate::new();
    gate.write("a.conf", token()).commit("One");
    gate.git(&["rm", "-q", "a.conf"]);
    gate.git(&["commit", "-q", "-m", "Two"]);
    let ids = gate.git(&["rev-parse", "HEAD", "HEAD~2"]).replace('\n', " ");
    gate.write(".git/info/grafts", ids + "\n");
    gate.vetoed(&["main"]);
}

#[test]
fn submodule_links() {
    let link = |gate: &Gate, url: &str| {
        gate.write(".gitmodules", format!("[submodule \"s\"]\npath = s\nurl = {url}\nignore = all\n"));
        gate.git(&["add", ".gitmodules"]);
        let oid = "1".repeat(40);
        gate.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{oid},s")]);
        gate.git(&["commit", "-q", "-m", "Link"]);
        refspecs(&["main"])
    };
    both_ways(".gitmodules:3", |gate, value| link(gate, &format!("https://{value}@github.com/o/r.git")));
    // The name of a link is published, too.
    both_ways("File: s-", |gate, value| {
        gate.write(".gitmodules", "[submodule \"s\"]\npath = s\nurl = u\nignore = all\n").commit("Modules");
        let oid = "1".repeat(40);
        gate.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{oid},s-{value}")]);
        gate.git(&["config", "diff.ignoreSubmodules", "all"]);
        gate.git(&["commit", "-q", "-m", "Link"]);
        refspecs(&["main"])
    });
}
