//! Kinds of files and paths of tests.

use super::*;

#[test]
fn kinds_and_test_paths() {
    let of = |path: &str| PathHints::of(path.as_bytes());
    assert_eq!(of("src/App.TSX").kind, FileKind::JavaScript);
    assert_eq!(of(".env.production").kind, FileKind::Env);
    for path in ["a/Cargo.lock", "package-lock.yaml", "conf/deps.lock.yml", "shrinkwrap-lock.json"] {
        assert_eq!(of(path).kind, FileKind::Lock, "{path}");
    }
    for path in ["lock.yml", "a/unlock.json", "clock.yml"] {
        assert_ne!(of(path).kind, FileKind::Lock, "{path}");
    }
    for read in [
        "web/locales/de.json",
        "src/hu.json",
        "src/pt-BR.yml",
        "app/messages_hu.properties",
        "src/lang-en.php",
        "docs/manager.xml",
        "webapps/manager-howto.xml",
        "site/search_index.json",
        "html/searchindex.js",
    ] {
        assert_eq!(of(read).kind, FileKind::Prose, "{read}");
    }
    for (settings, kind) in [
        ("config/db.yml.bak", FileKind::Config),
        ("config/db.yml.orig.old", FileKind::Config),
        ("roles/db/templates/app.yml.j2", FileKind::Config),
        ("conf/run.sh~", FileKind::Shell),
        ("conf/db.php.save", FileKind::Code),
        ("env.prod", FileKind::Env),
        ("home/.bashrc", FileKind::Shell),
        ("dotfiles/zshrc", FileKind::Shell),
        ("home/.profile.bak", FileKind::Shell),
        ("Procfile", FileKind::Shell),
        ("deploy/env", FileKind::Env),
        ("files/etc/environment", FileKind::Env),
        ("files/etc/default/shop", FileKind::Env),
        ("etc/sysconfig/shop", FileKind::Env),
        ("home/.kube/config", FileKind::Config),
        ("kubeconfig", FileKind::Config),
        ("ansible/hosts", FileKind::Config),
        ("ansible/production", FileKind::Config),
        ("deploy/secrets.tmpl", FileKind::Config),
        ("deploy/db.secret", FileKind::Config),
        ("conf/app.yml.inc", FileKind::Config),
        ("conf/app.properties.local", FileKind::Config),
        ("web/db.inc", FileKind::Other),
        ("src/production.rs", FileKind::Code),
        ("bin/profiler", FileKind::Other),
        ("default/shop", FileKind::Other),
        (".aws/credentials", FileKind::Config),
        ("home/.netrc", FileKind::Config),
        // Neither a language nor a manual.
        ("conf/hr.yml", FileKind::Config),
        ("conf/de.yml", FileKind::Config),
        ("conf/de-prod.yml", FileKind::Config),
        ("pki/ca.json", FileKind::Json),
        ("conf/app_en.yml", FileKind::Config),
        ("docs/conf.py", FileKind::Python),
        ("docs/compose.yml", FileKind::Config),
        ("env.py", FileKind::Python),
        ("views/show.html.erb", FileKind::Other),
        (".bak", FileKind::Other),
        ("deploy/app.service", FileKind::Config),
        ("CMakeLists.txt", FileKind::Code),
        ("requests.har", FileKind::Json),
        ("infra/main.bicep", FileKind::Code),
        ("cloud/user-data", FileKind::Config),
        ("config/master.key", FileKind::KeyFile),
        ("app/config/credentials/production.key", FileKind::KeyFile),
        ("pki/master.key", FileKind::Other),
        ("config/credentials/a/b.key", FileKind::Other),
    ] {
        assert_eq!(of(settings).kind, kind, "{settings}");
    }
}

#[test]
fn settings_of_builds() {
    let of = |path: &str| PathHints::of(path.as_bytes());
    for service in [".github/workflows/a.yml", "x/.gitlab-ci.yml", ".circleci/config.yml"] {
        assert!(of(service).is_ci, "{service}");
    }
    for other in ["workflows/a.yml", ".github/workflows/run.sh", "ci/compose.yml", ".github/a.yml"] {
        assert!(!of(other).is_ci, "{other}");
    }
}

#[test]
fn paths_of_tests() {
    let of = |path: &str| PathHints::of(path.as_bytes());
    for test in [
        "tests/a.py",
        "pkg/Fixtures/x",
        "a_test.go",
        "src/x.test.ts",
        ".env.example",
        "test_x.py",
        "src/dockerTest/resources/a.yaml",
        "smoke-test/a.conf",
        "drivers/test-resources/auth.json",
        "module-samples/app.yml",
        "openstack/mock.go",
        "MockServer.java",
        "UserServiceTests.java",
        "apis/examples-1.json",
        "vendor/example.org/a.go",
        "web/node_modules/x/index.js",
        "go/pkg/mod/x/a.go",
        "tokio-tls/examples_old/a.rs",
        "tests-2/a.rs",
        "dummyserver/certs/server.pem",
        "mock-api/a.json",
    ] {
        assert!(of(test).is_test, "{test}");
    }
    for real in [
        "src/contest.py",
        "latest/a.py",
        "attestation/x.go",
        "src/testimony.rs",
        "testbed-prod/a.yml",
        "src/vendors.py",
        "sampler/a.py",
        "fastest.py",
        "old/a.py",
        "app_old/a.py",
        "release-2/a.py",
    ] {
        assert!(!of(real).is_test, "{real}");
    }
}
