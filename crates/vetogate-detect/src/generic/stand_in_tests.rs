//! Values under the name of a secret that stand for something else, as published packages have them, and the secrets beside
//! each of their kinds.

use super::shape_tests::check;
use super::tests::{all, found};
use vetogate_core::Confidence;

const MEDIUM: Option<Confidence> = Some(Confidence::Medium);
const LOW: Option<Confidence> = Some(Confidence::Low);

#[test]
fn names_in_lists_and_maps() {
    for (path, template) in [
        ("a.py", "additional_secret_outputs=[\"primaryConnectionStringAlias\", \"sesSmtpPasswordV4\"]"),
        ("a.js", "additionalSecretOutputs: [\"customerGatewayConfiguration\", \"tunnel1PresharedKey\"]"),
        ("package.json", "\"credentials\": [\"dist/credentials/Acme2Api.credentials.js\"]"),
        ("a.py", "MODEL_TOKENS = {{\"claude-opus-4-20250514\": 8_192, \"gpt-4o-2024-08-06\": 1}}"),
        ("a.py", "\"TOKENS = {{\\\"claude-opus-4-20250514\\\": 8}}\""),
        ("a.py", "API_KEYS = {{'acme-search-v2-2024': load()}}"),
        ("a.rb", "api_keys = {{ 'acme-search-v2-2024' => load }}"),
        ("a.py", "credentials = [\"GoogleOAuth2Credentials\", \"AwsIamCredentialsV4\"]"),
        ("a.py", "x = {{'PasswordProperties': {{'EnforceStrongPassword2': a.params['x']}}}}"),
    ] {
        assert!(all(path, template).is_empty(), "{template}");
    }
    for (path, template) in [
        ("a.py", "API_KEYS = [\"{alnum:32}\"]"),
        ("a.json", "{{\"credentials\": [\"{alnum:32}\"]}}"),
        // A table of tokens and their users.
        ("a.py", "TOKENS = 1\nAPI_TOKENS = {{\"{hex:40}\": \"alice\"}}"),
        ("a.py", "additional_secret_outputs = 1\nsecrets = ['{letters:12}{digits:3}{letters:9}']"),
    ] {
        assert_eq!(found(path, template), MEDIUM, "{template}");
    }
}

/// A line of a bundle or a manifest is as long as it has to be: what stands far before says nothing.
fn on_a_long_line(path: &str, template: &str) -> Vec<Option<Confidence>> {
    let before =
        |entries: usize| (0..entries).map(|at| format!("\"m{at}\":\"{{hex:64}}\",")).collect::<String>();
    (0..12).map(|entries| found(path, &format!("x={{{{{}{template}}}}}", before(entries)))).collect()
}

#[test]
fn names_of_files_in_manifests() {
    for template in [
        "\"src/token.rs\":\"{hex:64}\"",
        "\"token.rs\":\"{hex:64}\"",
        "\"credentials/secret.txt\":\"{hex:64}\"",
        "\"admin/js/unusable_password_field.js\": \"admin/js/unusable_password_field.{hex:12}.js\"",
        "\"password\":\"static/chunks/password-{hex:16}.js\"",
        "\"reset-password.js\":\"reset-password-{hex:20}.js\"",
        "\"api_key.js\":\"api_key-{alnum:8}.js\"",
        "u:\"https://tiles.acme.io/v1/{{z}}/{{x}}.png?api_key=\"],tileSize:256}}}},layers:[{{{{id:\"k{alnum:9}\"",
    ] {
        for path in ["manifest.json", "dist/a.min.js"] {
            assert!(on_a_long_line(path, template).iter().all(Option::is_none), "{path}: {template}");
        }
    }
    for template in ["\"token\":\"{alnum:32}\"", "\"db\":{{\"password\":\"{alnum:20}\"}}"] {
        for path in ["manifest.json", "dist/a.min.js"] {
            assert!(on_a_long_line(path, template).iter().all(Option::is_some), "{path}: {template}");
        }
    }
    let bundled = on_a_long_line("dist/a.min.js", "u:\"\",apiKey:\"{alnum:32}\",b:1");
    assert!(bundled.iter().all(Option::is_some));
    assert_eq!(found("MANIFEST.yml", "lib/password.rb: {hex:64}"), None);
    assert_eq!(found("secret.yml", "stringData:\n  token.txt: {alnum:32}"), MEDIUM);
}

/// Where a line is read from its middle, quotes inside of other quotes can't be counted.
#[test]
fn addresses_that_end_with_the_name_of_a_key() {
    let shown = "a:'<a href=\"https://acme.io\">A</a>',".repeat(40);
    let behind = "\"],tileSize:256}}}},layers:[{{{{id:\"k{alnum:9}\"";
    for cut in 0..40 {
        let near =
            format!("x={{{{{}{shown}u:[\"https://t.acme.io/{{{{z}}}}.png?api_key={behind}", "9".repeat(cut));
        assert_eq!(found("dist/a.min.js", &near), None, "{near}");
        let real = format!("x={{{{{}{shown}api_key=\"{{alnum:32}}\",b:1", "9".repeat(cut));
        assert_eq!(found("dist/a.min.js", &real), MEDIUM, "{real}");
    }
    let long = format!("u=[\"https://t.acme.io/{}?api_key={behind}", "a/".repeat(300));
    assert_eq!(found("dist/a.min.js", &long), None);
}

#[test]
fn tables_of_what_is_imported_when_needed() {
    check(
        None,
        &[
            ("models/__init__.py", "    \"OAuth2TokenAuthTypedDict\": \".oauth2tokenauth\","),
            ("a/__init__.py", "x = {{\"ListUserCredentialsV1Request\": \".list_user_credentials_v1op\"}}"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("models/__init__.py", "    \"UserToken\": \".{lower-alnum:24}\","),
            ("settings.py", "DB = {{\"password\": \".{alnum:16}\"}}"),
        ],
    );
}

#[test]
fn what_a_program_puts_between_two_texts() {
    check(
        None,
        &[
            (
                "a.php",
                "$q = \"SELECT 1 FROM u WHERE a='\".$_POST[\"a\"].\"' AND password='\".$_POST[\"password\"].\"'\";",
            ),
            (
                "a.php",
                "$d=\"host='$h' user='\".addcslashes($V,\"'\\\\\").\"' password='\".addcslashes($F,\"'\\\\\").\"'\";",
            ),
            (
                "a.java",
                "String q = \"SELECT 1 FROM u WHERE password='\" + hash(pw1) + \"' AND a='\" + b + \"'\";",
            ),
            ("a.sh", "echo \"password='\"$PW1\"'\" > x.conf"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.php", "$q = \"UPDATE u SET name='\".$name.\"', password='{alnum:14}'\";"),
            ("a.php", "$password='{alnum:7}.{alnum:7}'.\"\";"),
        ],
    );
}

#[test]
fn names_of_things_in_programs() {
    check(
        None,
        &[
            ("a.json", "{{\"token\":\"horizontalItemBorderRadius\"}}"),
            ("a.json", "{{\"input_token\": \"ExclusiveStartBackupArn\"}}"),
            ("a.py", "S(key=\"a\", api_key=\"bdc1DischargePower\")"),
            ("a.js", "var k={{token:\"identifier\",password:\"renderPass2D\"}}"),
            ("a.java", "static final String SECRET_ALGO = \"PBKDF2WithHmacSHA512\";"),
            ("a.java", "String secretKeyFactory = \"PBEWithMD5AndTripleDES\";"),
            (
                "a.py",
                "limits = {{\"change_password\": \"5/m/user\", \"reset_password\": \"20/m/ip,5/m/key\"}}",
            ),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.json", "{{\"token\":\"{alnum:24}\"}}"),
            ("a.py", "S(key=\"a\", api_key=\"{letters:32}\")"),
            ("a.java", "String secretKey = \"{alnum:20}\";"),
            ("a.js", "const password = \"Render{digits:4}!{alnum:4}\""),
            ("a.py", "limits = {{\"change_password\": \"5/m/{alnum:12}\"}}"),
        ],
    );
}

#[test]
fn names_of_secrets_managers() {
    for template in [
        "Password: '{{{{resolve:secretsmanager:simple-ad-pw1:SecretString:password}}}}'",
        "Password: \"{{{{resolve:secretsmanager:prod/db1:SecretString:password::}}}}\"",
        "Password: '{{{{resolve:secretsmanager:arn:aws:secretsmanager:us-west-2:123456789012:secret:MySecret-a1b2c3:SecretString:password}}}}'",
        "secret_key = $__file{{/etc/secrets/key2}}",
        "password = bao:kv/app/db1#password",
    ] {
        assert!(all("a.yml", template).is_empty(), "{template}");
        assert!(all("a.ini", template).is_empty(), "{template}");
    }
    check(
        MEDIUM,
        &[
            ("a.yml", "Password: '{alnum:16}' # not {{{{resolve:secretsmanager:x}}}}"),
            ("a.yml", "note: '{{{{resolve:secretsmanager:x}}}}', password: '{alnum:16}'"),
            ("a.ini", "password = bao:{alnum:16}"),
        ],
    );
}

#[test]
fn what_a_vendor_never_made() {
    for prefix in ["ghp_", "gho_"] {
        // The checksum is right by chance once in 56 billion.
        assert!(all("a.json", &format!("{{{{\"token\": \"{prefix}{{alnum:36}}\"}}}}")).is_empty());
    }
    let shown = ["gh", "s_16C7e42F", "292c6912E7710c838347Ae178B4a"].concat();
    assert!(all("a.json", &format!("{{{{\"token\": \"{shown}\"}}}}")).is_empty());
    let blank = "{{\"token\": \"github_pat_{upper-alnum:22}_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456\"}}";
    assert!(all("a.json", blank).is_empty());
    check(
        MEDIUM,
        &[
            ("a.json", "{{\"token\": \"github_pat_{upper-alnum:22}_{alnum:59}\"}}"),
            ("a.json", "{{\"token\": \"{crc32-base62:ghp_}\"}}"),
            ("a.json", "{{\"token\": \"ghx_{alnum:36}\"}}"),
            ("a.json", "{{\"token\": \"ghp_{alnum:30}\"}}"),
        ],
    );
}

#[test]
fn values_and_names_that_say_so_themselves() {
    check(
        None,
        &[
            ("a.ts", "const token = \"EXAMPLE{lower-alnum:25}\";"),
            ("a.json", "{{\"SessionToken\": \"AQoEXAMPLE{alnum:60}\"}}"),
            ("a.ts", "const apiKey = \"fake-key-{lower-alnum:16}\";"),
            ("a.ts", "const secret = \"dummy-secret-{hex:16}\";"),
            ("a.ts", "const CREDENTIAL_VALUE = \"__n8n_BLANK_VALUE_{uuid}\";"),
        ],
    );
    check(
        LOW,
        &[("a.ts", "const FAKE_API_KEY = \"{alnum:32}\";"), ("a.ts", "const dummySecret = \"{hex:32}\";")],
    );
    check(
        MEDIUM,
        &[
            ("a.ts", "const FAKER_API_KEY = \"{alnum:32}\";"),
            ("a.ts", "const apiKey = \"{alnum:8}fake{alnum:16}\";"),
            ("a.ts", "const apiKey = \"prod-key-{lower-alnum:24}\";"),
        ],
    );
}

#[test]
fn digests_of_secrets() {
    for template in [
        "hashed_token: \"{hex:64}\"",
        "password_md5: {hex:32}",
        "secret_sha256: {hex:64}",
        "hashed_password: 'md5{{0}}'",
        "htpasswd: \"test:$2y$05${alnum:53}\"",
    ] {
        assert!(all("a.yml", template).is_empty(), "{template}");
    }
    check(
        MEDIUM,
        &[
            ("a.yml", "token: \"{hex:64}\""),
            ("a.yml", "password_md5: {alnum:16}"),
            ("a.yml", "password: 'kQ{alnum:9}{{0}}{alnum:4}'"),
            ("a.yml", "password: \"test:{alnum:20}\""),
        ],
    );
}

#[test]
fn lines_of_a_script_in_a_text() {
    check(
        None,
        &[(
            "a.yml",
            "UserData: \"x --must-change-password=false\\n\\n# Tell\\n --password=$PW\\n --token=none\\n\"",
        )],
    );
    let hits = all("a.yml", "UserData: \"x --password={alnum:14}\\n\\n# Tell\\n\"");
    assert_eq!((hits.len(), hits[0].secret_spans[0].len()), (1, 14));
    // In a line of its own a backslash is a sign like any.
    let hits = all("a.yml", "password: {alnum:8}\\n{alnum:6}");
    assert_eq!((hits.len(), hits[0].secret_spans[0].len()), (1, 16));
}

#[test]
fn weak_words_in_a_manifest() {
    // "quobyte", "storageos", as examples of Kubernetes have them.
    let weak =
        |kind: &str, value: &str| format!("kind: {kind}\ndata:\n  password: {value}\n---\nkind: Pod\n");
    for value in ["cXVvYnl0ZQ==", "c3RvcmFnZW9z"] {
        check(LOW, &[("a.yml", &weak("Secret", value))]);
        check(MEDIUM, &[("a.yml", &weak("ConfigMap", value))]);
        check(MEDIUM, &[("a.yml", &format!("---\nkind: Secret\n---\n{}", weak("ConfigMap", value)))]);
    }
    check(MEDIUM, &[("a.yml", &weak("Secret", "{base64:24}")), ("a.yml", &weak("Secret", "{alnum:11}="))]);
}
