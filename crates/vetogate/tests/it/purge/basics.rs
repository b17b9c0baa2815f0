//! The ordinary case, from the veto to the push that passes.

use super::{Clone, token, weak};

#[test]
fn the_vetoed_push_passes_after_a_purge() {
    let (clone, token) = (Clone::new(), token());
    let base = clone.git(&["rev-parse", "HEAD"]);
    clone.write("ok.txt", "fine\n");
    let before = clone.commit("Before");
    clone.write("src/app.py", format!("import os\napi_token = \"{token}\"\n"));
    clone.commit("Add the app");
    clone.write("src/app.py", format!("import os\napi_token = \"{token}\"\nprint(1)\n"));
    clone.commit("Print");
    clone.write("src/app.py", "import os\nprint(1)\n");
    let tip = clone.commit("Without it");
    clone.vetoed(&["main"]);
    let dry = clone.purge(&[]).exits(1);
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip, "a dry run changes nothing");
    assert!(dry.stdout.contains("os.environ[\"GITHUB_TOKEN\"]") && dry.stdout.contains("--apply"), "{dry:?}");
    let done = clone.purge(&["--apply"]).ok();
    assert!(!done.text().contains(&token) && !dry.text().contains(&token));
    assert_eq!(clone.git(&["status", "--porcelain"]), "");
    assert_eq!(clone.git(&["rev-parse", "HEAD~3"]), before, "ancestors keep their ids");
    assert_eq!(clone.git(&["rev-parse", "HEAD~4"]), base);
    assert_eq!(
        clone.git(&["show", "HEAD~2:src/app.py"]),
        "import os\napi_token = os.environ[\"GITHUB_TOKEN\"]"
    );
    assert_eq!(clone.holding(&["HEAD"], &token), [""; 0]);
    assert_eq!(clone.fsck(), "");
    clone.passes(&["main"]);
}

#[test]
fn nothing_to_take_out_is_no_error() {
    let clone = Clone::new();
    clone.write("a.txt", "fine\n");
    clone.commit("Fine");
    let said = clone.purge(&[]).ok();
    assert!(said.stdout.contains("nothing to take out"), "{said:?}");
    clone.purge(&["--apply"]).ok();
    clone.purge(&["--continue"]).ok();
    clone.purge(&["--undo"]).exits(2);
}

#[test]
fn a_guessable_value_goes_where_it_was_found_and_nowhere_else() {
    let (clone, weak) = (Clone::new(), weak());
    clone.write("a.yml", format!("db_password: {weak}\n")).write("b.txt", format!("chapter {weak} of it\n"));
    clone.commit("Add");
    clone.vetoed(&["main"]);
    clone.purge(&["--apply"]).ok();
    assert_eq!(clone.read("a.yml"), "db_password: ${DB_PASSWORD}\n");
    assert!(clone.read("b.txt").contains(&weak));
    clone.passes(&["main"]);
}

#[test]
fn undo_brings_back_what_was_there() {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("t = \"{token}\"\n"));
    let tip = clone.commit("Add");
    clone.write("dirty.txt", "staged\n").git(&["add", "dirty.txt"]);
    clone.write("README.md", "# A project\nunstaged\n");
    let status = clone.git(&["status", "--porcelain"]);
    clone.purge(&["--apply"]).ok();
    assert_eq!(clone.git(&["status", "--porcelain"]), status);
    assert!(!clone.read("a.py").contains(&token));
    clone.git(&["reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all"]);
    clone.git(&["gc", "-q", "--prune=now"]);
    clone.purge(&["--undo"]).ok();
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), tip);
    assert!(clone.read("a.py").contains(&token));
    assert_eq!(clone.git(&["status", "--porcelain"]), status);
    assert_eq!(clone.fsck(), "");
    clone.purge(&["--undo"]).exits(2);
}

/// Each commit's version of a file takes the import that this version needs, and a text within a text none.
#[test]
fn a_reference_is_imported_in_each_version_that_needs_it() {
    let (clone, token) = (Clone::new(), token());
    clone.write("a.py", format!("\"\"\"Doc.\"\"\"\napi_token = \"{token}\"\n"));
    clone.write("b.py", format!("run(\"tool --token='{token}'\")\n"));
    clone.write("c.go", format!("package c\n\nvar token = \"{token}\"\n"));
    clone.commit("Add");
    clone.write("a.py", format!("\"\"\"Doc.\"\"\"\nimport os\napi_token = \"{token}\"\n"));
    clone.commit("Import");
    clone.vetoed(&["main"]);
    clone.purge(&["--apply"]).ok();
    assert_eq!(
        clone.git(&["show", "HEAD~1:a.py"]),
        "\"\"\"Doc.\"\"\"\nimport os\n\napi_token = os.environ[\"GITHUB_TOKEN\"]"
    );
    assert_eq!(clone.read("a.py"), "\"\"\"Doc.\"\"\"\nimport os\napi_token = os.environ[\"GITHUB_TOKEN\"]\n");
    assert_eq!(clone.read("b.py"), "run(\"tool --token='REDACTED'\")\n");
    assert_eq!(clone.read("c.go"), "package c\n\nimport \"os\"\n\nvar token = os.Getenv(\"GITHUB_TOKEN\")\n");
    clone.passes(&["main"]);
}
