//! Nothing that a repository's configuration or the environment names is run, and nothing there hides a secret.

use super::{Gate, token};
use crate::install::write_script;
use crate::support::answer;
use std::path::PathBuf;

/// A clone with a secret in a commit, one in the index and one in the work tree, and a program that must not run.
struct Trap {
    gate: Gate,
}

impl Trap {
    fn new() -> Self {
        let trap = Self { gate: Gate::new() };
        trap.gate.write(".gitattributes", "* diff=trap filter=trap\n");
        trap.gate.write("committed.conf", token()).commit("Dirty");
        trap.gate.write("staged.conf", token());
        trap.gate.git(&["add", "staged.conf"]);
        let text = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\nexit 1\n", trap.marker().display());
        write_script(&trap.program(), &text);
        trap
    }

    fn marker(&self) -> PathBuf {
        self.gate.sandbox.path().join("marker")
    }

    fn program(&self) -> PathBuf {
        self.gate.sandbox.path().join("trap")
    }

    fn config(&self, key: &str, value: &str) {
        self.gate.git(&["config", key, value]);
    }

    #[track_caller]
    fn is_not_sprung(&self, by: &str) {
        let ran = std::fs::read_to_string(self.marker()).unwrap_or_default();
        assert!(ran.is_empty(), "{by} ran {ran}");
    }

    /// Every command sees its secret, and none runs the program.
    #[track_caller]
    fn holds(&self, line: &str) {
        for (source, file) in [
            (&["."][..], "staged.conf"),
            (&["--staged"], "staged.conf"),
            (&["--commits", "HEAD~1..HEAD"], "committed.conf"),
            (&["--history"], "committed.conf"),
        ] {
            let arguments = [&["scan"], source].concat();
            let text = self.gate.sandbox.veto("work", &arguments).exits(1).text();
            assert!(text.contains(file), "{source:?}: {text}");
            self.is_not_sprung(&format!("veto scan {source:?}"));
        }
        let text = self.gate.hook(line, &[]).exits(1).text();
        assert!(text.contains("committed.conf"), "{text}");
        self.is_not_sprung("veto hook pre-push");
        self.gate.sandbox.veto("work", &["doctor"]);
        self.is_not_sprung("veto doctor");
    }

    /// The program is run by what git does itself: the trap is a real one.
    #[track_caller]
    fn springs(&self, arguments: &[&str]) {
        self.gate.sandbox.git("work", arguments);
        assert!(std::fs::remove_file(self.marker()).is_ok(), "git {arguments:?} does not run it");
    }
}

/// Settings that name the program; git runs it in `bait`, and we do not.
#[track_caller]
fn trapped(settings: &[&str], bait: &[&str]) {
    let trap = Trap::new();
    let line = trap.gate.line("HEAD");
    for setting in settings {
        trap.config(setting, &trap.program().display().to_string());
    }
    if !bait.is_empty() {
        trap.springs(bait);
    }
    trap.holds(&line);
}

#[test]
fn fsmonitor() {
    trapped(&["core.fsmonitor"], &["status"]);
}

#[test]
fn signature_programs() {
    let trap = Trap::new();
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abcd\n -----END PGP SIGNATURE-----\n";
    trap.gate.write("committed.conf", token()).commit("Again");
    trap.gate.raw_commit(|head| format!("{head}{signature}\nSigned\n").into_bytes());
    trap.gate.write("committed.conf", token()).commit("Last");
    trap.gate.write("staged.conf", token());
    trap.gate.git(&["add", "-A"]);
    let line = trap.gate.line("HEAD");
    for key in ["gpg.program", "gpg.ssh.program", "gpg.x509.program"] {
        trap.config(key, &trap.program().display().to_string());
    }
    trap.config("log.showSignature", "true");
    trap.springs(&["log", "-3"]);
    trap.holds(&line);
}

#[test]
fn textconv() {
    trapped(&["diff.trap.textconv"], &["log", "-p", "-1"]);
}

#[test]
fn external_diffs() {
    trapped(&["diff.external", "diff.trap.command"], &["diff", "HEAD~1", "HEAD"]);
}

#[test]
fn filters() {
    trapped(&["filter.trap.clean", "filter.trap.smudge"], &["hash-object", "README.md"]);
    trapped(&["filter.trap.process"], &["hash-object", "README.md"]);
}

#[test]
fn hooks() {
    let trap = Trap::new();
    let line = trap.gate.line("HEAD");
    for name in
        ["post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman"]
    {
        let hook = trap.gate.path(&format!(".git/hooks/{name}"));
        std::fs::copy(trap.program(), hook).unwrap();
    }
    trap.springs(&["update-index", "--force-write-index"]);
    trap.springs(&["update-ref", "refs/x", "HEAD"]);
    trap.holds(&line);
}

#[test]
fn lazy_fetches() {
    let trap = Trap::new();
    let program = trap.program().display().to_string();
    trap.config("core.repositoryFormatVersion", "1");
    trap.config("extensions.partialClone", "origin");
    trap.config("remote.origin.promisor", "true");
    trap.config("remote.origin.partialCloneFilter", "blob:none");
    let line = trap.gate.line("HEAD");
    // The old side of a file that the push changes and one that it leaves alone, both absent.
    for name in ["README.md", ".gitattributes"] {
        let blob = trap.gate.git(&["rev-parse", &format!("HEAD:{name}")]);
        std::fs::remove_file(trap.gate.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    }
    trap.config("remote.origin.uploadpack", &program);
    trap.config("core.sshCommand", &program);
    trap.springs(&["cat-file", "-p", "HEAD:README.md"]);
    let text = trap.gate.hook(&line, &[]).exits(1).text();
    assert!(text.contains("committed.conf"), "{text}");
    for source in [&["--staged"][..], &["--commits", "HEAD~1..HEAD"], &["--history"]] {
        trap.gate.sandbox.veto("work", &[&["scan"], source].concat()).exits(1);
    }
    trap.gate.sandbox.veto("work", &["doctor"]);
    trap.is_not_sprung("veto");
}

#[test]
fn transports_and_credentials() {
    trapped(
        &["core.sshCommand", "core.askPass", "credential.helper", "core.gitProxy", "remote.origin.vcs"],
        &[],
    );
    trapped(&["core.alternateRefsCommand", "uploadpack.packObjectsHook", "remote.origin.receivepack"], &[]);
}

#[test]
fn pagers_editors_and_aliases() {
    let pagers = ["core.pager", "pager.log", "pager.grep", "pager.config", "pager.diff", "core.editor"];
    trapped(&pagers, &[]);
    let trap = Trap::new();
    let line = trap.gate.line("HEAD");
    for command in ["log", "cat-file", "for-each-ref", "x"] {
        trap.config(&format!("alias.{command}"), &format!("!{}", trap.program().display()));
    }
    trap.springs(&["x"]);
    trap.holds(&line);
}

#[test]
fn the_environment() {
    let trap = Trap::new();
    let (line, root) = (trap.gate.line("HEAD"), trap.gate.sandbox.path());
    let shallow = trap.gate.sandbox.write("shallow", trap.gate.git(&["rev-parse", "HEAD"]) + "\n");
    let empty = trap.gate.sandbox.write("empty", "");
    trap.gate.git(&["update-ref", &format!("refs/evil/{}", trap.gate.git(&["rev-parse", "HEAD"])), "HEAD~1"]);
    let (program, marker) = (trap.program(), root.join("marker"));
    let pairs = [
        ("GIT_SHALLOW_FILE", shallow.as_path()),
        ("GIT_GRAFT_FILE", shallow.as_path()),
        ("GIT_EXTERNAL_DIFF", program.as_path()),
        ("GIT_SSH_COMMAND", program.as_path()),
        ("GIT_ASKPASS", program.as_path()),
        ("GIT_PAGER", program.as_path()),
        ("GIT_TRACE", marker.as_path()),
        ("GIT_TRACE2_EVENT", marker.as_path()),
        ("GIT_TRACE_PACKET", marker.as_path()),
        ("GIT_INDEX_FILE", empty.as_path()),
        ("GIT_CONFIG", empty.as_path()),
        ("GIT_REPLACE_REF_BASE", std::path::Path::new("refs/evil/")),
        ("GIT_ICASE_PATHSPECS", std::path::Path::new("1")),
        ("GIT_ATTR_SOURCE", std::path::Path::new("HEAD")),
        ("GIT_DIFF_OPTS", std::path::Path::new("--quiet")),
    ];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, path)| (*name, path.to_str().unwrap())).collect();
    for pair in pairs.iter().map(std::slice::from_ref).chain([&pairs[..]]) {
        let text = trap.gate.hook(&line, pair).exits(1).text();
        assert!(text.contains("committed.conf"), "{pair:?}: {text}");
        trap.is_not_sprung(&format!("{pair:?}"));
    }
}

#[test]
fn grafts_given_by_the_environment_hide_nothing_in_a_real_push() {
    let gate = Gate::new();
    gate.write("a.conf", token()).commit("Dirty");
    std::fs::remove_file(gate.path("a.conf")).unwrap();
    let tip = gate.commit("Gone");
    let file = gate.sandbox.write("shallow", tip + "\n");
    let before = gate.refs();
    let mut command = gate.sandbox.command("work", "git");
    command.args(["push", "origin", "main"]).env("GIT_GRAFT_FILE", file);
    answer(&mut command).exits(1);
    assert_eq!(before, gate.refs());
}
