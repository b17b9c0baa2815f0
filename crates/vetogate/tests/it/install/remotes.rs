//! What `veto install` and `veto doctor --pin` ask of a remote: nothing secret is shown or stored, nothing is run.

use super::{Bench, token, write_script};
use std::fs;

fn add(bench: &Bench, name: &str, url: &str) {
    bench.sandbox.git("work", &["remote", "add", name, url]).ok();
}

#[test]
fn no_secret_of_a_url_is_shown() {
    let (bench, token, plain) = (Bench::new(), token(), "x".repeat(24));
    add(&bench, "query", &format!("https://localhost:1/r.git?private_token={token}"));
    add(&bench, "plain", &format!("https://localhost:1/r.git?key={plain}"));
    add(&bench, "path", &format!("https://localhost:1/{token}/r.git"));
    add(&bench, "local", &format!("/nonexistent/{token}/r.git"));
    add(&bench, "user", &format!("https://me:{plain}@localhost:1/r.git"));
    for command in [&["install"][..], &["install"], &["doctor", "--pin"], &["doctor"]] {
        let text = bench.veto("work", command).ok().text();
        assert!(!text.contains(&token) && !text.contains(&plain), "{command:?}: {text}");
    }
    let text = bench.veto("work", &["doctor", "--pin"]).ok().text();
    for name in ["query", "plain", "path", "local", "user"] {
        assert!(text.contains(&format!("{name} could not be asked")), "{text}");
    }
}

#[test]
fn no_secret_of_a_url_is_stored() {
    let (bench, token) = (Bench::new(), token());
    bench.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", &format!("{token}/remote.git")]).ok();
    let url = bench.path(&format!("{token}/remote.git"));
    bench.sandbox.git("work", &["remote", "set-url", "origin", url.to_str().unwrap()]).ok();
    bench.sandbox.git("work", &["fetch", "-q"]).ok();
    bench.veto("work", &["install"]).ok();
    let pins = bench.read("work/.git/veto/pins.toml");
    assert!(pins.contains("branch = \"main\"") && !pins.contains(&token), "{pins}");
    // What is stored is still recognised: the pin holds, for the doctor and for a push.
    let said = bench.veto("work", &["doctor"]).ok();
    assert!(said.stdout.contains("trusted branch main"), "{}", said.stdout);
    let excluded = "[[exclude]]\npath = \"app.conf\"\nreason = \"Made up.\"\nuntil = \"2099-01-01\"\n";
    bench.sandbox.write("work/.veto/policy.toml", excluded);
    bench.sandbox.commit_all("work", "Policy");
    bench.sandbox.git("work", &["push", "-q", "--no-verify", "origin", "HEAD:main"]).ok();
    bench.dirty();
    // The policy of the remote counts only where the pin holds.
    bench.sandbox.git("work", &["push", "origin", "HEAD:main"]).ok();
    // What an older version stored is masked, also where the remote is gone.
    let whole =
        pins.replace("[remote", &format!("[remote.gone]\nurl = \"/x/{token}\"\nbranch = \"m\"\n[remote"));
    fs::write(bench.path("work/.git/veto/pins.toml"), whole).unwrap();
    bench.veto("work", &["install"]).ok();
    let pins = bench.read("work/.git/veto/pins.toml");
    assert!(pins.contains("[remote.\"gone\"]") && !pins.contains(&token), "{pins}");
}

/// Settings of a remote that name a program: git itself runs it, and neither the first install nor a doctor does.
#[track_caller]
fn not_run(settings: &[(&str, &str)]) -> String {
    let bench = Bench::new();
    let (program, marker) = (bench.path("trap"), bench.path("marker"));
    write_script(&program, &format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\nexit 1\n", marker.display()));
    for (key, value) in settings {
        let [key, value] = [key, value].map(|text| text.replace("TRAP", program.to_str().unwrap()));
        bench.sandbox.git("work", &["config", &key, &value]).ok();
    }
    let mut text = String::new();
    for command in [&["install"][..], &["doctor", "--pin"], &["doctor"]] {
        text += &bench.veto("work", command).text();
        let ran = fs::read_to_string(&marker).unwrap_or_default();
        assert!(ran.is_empty(), "veto {command:?} ran {ran}");
    }
    bench.sandbox.git("work", &["ls-remote", "origin"]);
    assert!(marker.exists(), "the trap is not a real one");
    text
}

#[test]
fn nothing_that_the_configuration_of_a_remote_names_is_run() {
    let text = not_run(&[("remote.origin.uploadpack", "TRAP")]);
    assert!(text.contains("pinned main as the trusted branch of origin"), "{text}");
    let text = not_run(&[("remote.origin.uploadpack", "TRAP"), ("remote.origin.url", "/nonexistent")]);
    assert!(text.contains("its setting uploadpack is not obeyed"), "{text}");
    let text = not_run(&[("remote.origin.url", "ext::TRAP %S x"), ("protocol.ext.allow", "always")]);
    assert!(text.contains("names a program, git-remote-ext, which is not run"), "{text}");
    let text = not_run(&[
        ("remote.origin.vcs", "ext"),
        ("remote.origin.url", "TRAP"),
        ("protocol.ext.allow", "always"),
    ]);
    assert!(text.contains("its setting vcs names a program"), "{text}");
    let text = not_run(&[
        ("url.ext::TRAP x .insteadOf", "short:"),
        ("remote.origin.url", "short:r"),
        ("protocol.ext.allow", "always"),
    ]);
    assert!(text.contains("git-remote-ext"), "{text}");
}
