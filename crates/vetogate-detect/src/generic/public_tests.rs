//! What stands under the name of a secret and is public, encrypted, or a name: near misses, and true ones beside them. Values
//! are generated or assembled here.

use super::shape_tests::check;
use vetogate_core::Confidence;

const MEDIUM: Option<Confidence> = Some(Confidence::Medium);

#[test]
fn checksums_of_annotations() {
    check(
        None,
        &[
            ("k8s/dep.yaml", "annotations:\n  checksum/secret: {hex:64}"),
            ("k8s/dep.yaml", "annotations:\n  checksum/db-password: \"{hex:64}\""),
            ("k8s/dep.yaml", "annotations:\n  acme.io.sha256/credentials: {hex:64}"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("k8s/dep.yaml", "annotations:\n  app/secret: {hex:64}"),
            ("k8s/dep.yaml", "annotations:\n  checksum/secret: {alnum:64}"),
            ("k8s/dep.yaml", "annotations:\n  checksum: x\n  secret: {hex:64}"),
        ],
    );
}

#[test]
fn what_is_encrypted() {
    let sealed = "kind: SealedSecret\nspec:\n  encryptedData:\n";
    for key in ["password", "api-token", "client_secret"] {
        check(None, &[("k8s/sealed.yaml", &format!("{sealed}    {key}: AgA{{base64:740}}"))]);
        check(None, &[("k8s/sealed.yaml", &format!("{sealed}    {key}: AQB{{base64:340}}"))]);
    }
    check(
        None,
        &[
            ("mule/a.properties", "db.password=![{base64:30}]"),
            ("a.yml", "encrypted_password: {base64:32}"),
            ("a.py", "encrypted_secret = \"gAAAAAB{base64url:91}=\""),
            ("a.py", "secret = \"AQICAH{base64:180}\""),
            ("a.py", "kms_encrypted_password = \"AQICAH{base64:48}\""),
        ],
    );
    let ended = format!("{sealed}    x: y\n---\nkind: ConfigMap\ndata:\n  api_token: {{alnum:300}}");
    check(
        MEDIUM,
        &[
            ("a.properties", "db.password=![{password:14}"),
            ("a.py", "encrypted_password = \"{password:14}\""),
            ("a.py", "secret = \"{base64url:98}=\""),
            ("kibana.yml", "xpack.encryptedSavedObjects.encryptionKey: {alnum:32}"),
            ("a.yml", "encrypted_disk_password: {alnum:32}"),
            ("k8s/two.yaml", &ended),
            ("k8s/two.yaml", "api_token: {alnum:300}"),
        ],
    );
}

#[test]
fn tables_of_packages_and_plugins() {
    check(
        None,
        &[
            ("Cargo.toml", "[features]\nsecrets = [\"rocket_http/private-cookies2\"]"),
            ("Cargo.toml", "[features]\ncert-key-password = [\"dep:pem\", \"dep:pkcs8\"]"),
            ("pyproject.toml", "[tool.poetry.extras]\npassword = [\"argon2-cffi2\", \"bcrypt\"]"),
            ("pyproject.toml", "[project.optional-dependencies]\npassword = [\"argon2-cffi>=21\"]"),
            ("pyproject.toml", "[project.entry-points.\"auth\"]\npassword = \"auth.pw:Plugin2\""),
            ("a.toml", "secrets = [\"rocket_http/private-cookies2\"]"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("Cargo.toml", "[features]\npassword = \"{alnum:16}\""),
            ("a.toml", "[features]\nx = []\n[db]\npasswords = [\"{alnum:16}\"]"),
            ("a.toml", "[plugins.db]\npassword = \"{alnum:8}:{alnum:9}!\""),
        ],
    );
}

#[test]
fn texts_of_an_interface() {
    check(
        None,
        &[
            ("a.php", "$PALANG['pPassword_admin'] = 'Brukernavn';"),
            ("a.php", "$PALANG['pPassword_current'] = 'Salasana1';"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.php", "$lang['password'] = '{alnum:16}';"),
            ("a.php", "$config['password'] = 'Bruker{lower:4}{digits:2}!';"),
        ],
    );
}

#[test]
fn tokens_that_open_nothing() {
    let head = ["eyJ0eXAiOiJKV1Qi", "LCJhbGciOiJIUzI1NiJ9"].concat();
    check(
        None,
        &[
            ("a.py", &format!("\"access_token\": \"{head}.eyJ1c2Vy\"")),
            (
                "a.js",
                &format!("n.DEFAULT_TOKEN=\"{}\";", ["eyJzZXNzaW9uX2lk", "IjogImRlZmF1bHQifQ"].concat()),
            ),
            ("a.ts", &format!("secret: '{}',", ["JBSWY3DP", "EHPK3PXP"].concat())),
            ("a.ts", &format!("accessToken: '{}',", ["mF_9.B5f", "-4.1JqM"].concat())),
            ("a.js", "ClientRequestToken: \"exec{uuid}\""),
            ("a.js", "{{\"ClientToken\":\"create{uuid}\"}}"),
            ("a.ts", "const s = {{ traceToken: \"00-{hex:32}-{hex:16}-01\" }};"),
            ("a.yml", "algolia_search_api_key: {hex:32}"),
            ("a.ts", "bugsnagApiKey = '{hex:32}'"),
            (".gitconfig", "[user]\n\tsigningkey = {HEX:40}"),
            ("a.yml", "secret_fingerprint: {hex:2}:{hex:2}:{hex:2}:{hex:2}:{hex:2}:{hex:2}:{hex:2}:{hex:2}"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.yml", "access_token: {base64url:30}.{base64url:30}"),
            ("a.ts", "secret: '{base32:16}7E',"),
            ("a.js", "accessToken: \"exec{uuid}{hex:4}\""),
            ("a.js", "ClientSecret: \"{uuid}\""),
            ("a.yml", "algolia_admin_api_key: {hex:32}"),
            ("a.yml", "algolia_search_admin_key: {hex:32}"),
            ("a.yml", "signing_key: {HEX:40}"),
        ],
    );
}

#[test]
fn what_is_put_in_and_what_is_read() {
    // Our own gate reads this file, too.
    let cut = ["config += f'    pass", "word: \"{{kwargs[\"ota_pass", "word\"]}}\"'"].concat();
    check(
        None,
        &[
            ("a.py", &cut),
            ("a.php", "$row->user_password = \":B:{{$row->user_id}}:{{$row->user_password}}\";"),
            ("data/a.yaml", "x::admin_password: \"%{{lookup('os_pass2')}}\""),
            ("data/a.yaml", "mysql::password: \"%{{hiera('mysql_root_pw1')}}\""),
            ("a.html", "<input name=\"password\" value=\"&dtml-password2;\" />"),
            ("a.ini", "smtp_password_command = \"pass show mail/corp2\""),
            ("a.yml", "token-validation: introspection2/opaque"),
            ("a.py", "AUTH_KEY=\"HTTP_X_AUTH_KEY2\""),
            ("a.go", "const EC2CredentialsAwsHmacV4 = \"AWS4-HMAC-SHA256\""),
            ("a.py", "'key_store_password': 'DatabaseToolsKeyStorePasswordGenericJdbc'"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.py", "password = \"{{{alnum:8}[{alnum:6}\""),
            ("a.php", "$password = \"{alnum:8}{{{alnum:6}\";"),
            ("data/a.yaml", "x::admin_password: \"%{alnum:6}!{alnum:8}\""),
            ("prod.env", "AUTH_KEY=HTTP_X_{alnum:20}"),
        ],
    );
}
