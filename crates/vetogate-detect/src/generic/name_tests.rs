//! Values that name something or are public, where a secret could stand, and the secrets beside them.

use super::shape_tests::check;
use vetogate_core::Confidence;

const MEDIUM: Option<Confidence> = Some(Confidence::Medium);
const LOW: Option<Confidence> = Some(Confidence::Low);

#[test]
fn names_of_classes() {
    check(
        None,
        &[
            ("a.py", "PASSWORD = 'django.contrib.auth.hashers.Argon2PasswordHasher'"),
            (
                "a.py",
                "PASSWORD_HASHERS = [\n    \"django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher\",\n]",
            ),
            ("a.py", "TOKEN = 'PBKDF2PasswordHasher'"),
            ("a.py", "ACCESS_TOKEN_MODEL_KEY = \"oauth2_provider.backends.OAuth2Backend\""),
            ("a.yml", "token: com.acme.S3TokenStore"),
            ("a.yml", "db_password: S3TokenStore"),
            ("a.properties", "password=org.acme.crypto.v2.Argon2Encoder"),
            ("a.java", "String token = \"com.acme.auth.v2.S3TokenStore\";"),
            ("a.php", "'password' => 'Illuminate\\Hashing\\Argon2IdHasher',"),
            ("a.json", "{{\"password\": \"Acme\\\\Security\\\\Sha256Hasher\"}}"),
            ("a.cs", "string password = \"System.Security.Cryptography.Rfc2898DeriveBytes\";"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.py", "PASSWORD = 'Dragon{digits:2}Slayer'"),
            ("a.py", "password = 'Dragon{digits:2}.{alnum:8}'"),
            ("a.yml", "db_password: {alnum:6}.{alnum:6}.{alnum:6}"),
            ("a.yml", "token: {alnum:12}.{alnum:14}.{alnum:12}"),
        ],
    );
}

#[test]
fn hashes_and_variables_of_sql() {
    check(
        None,
        &[
            ("dump.sql", "ALTER ROLE app WITH LOGIN PASSWORD 'md5{hex:32}';"),
            ("a.yml", "password: md5{hex:32}"),
            ("a.yml", "password: \"SCRAM-SHA-256$4096:{base64:22}==${base64:43}=:{base64:43}=\""),
            ("a.yml", "password: \"{{SSHA}}{base64:32}\""),
            ("a.sql", "ALTER ROLE app PASSWORD :'app_pw1';"),
            ("a.sql", "ALTER ROLE app WITH PASSWORD :\"app_pw1\";"),
            ("a.sql", "password = '&db_pass1'"),
            ("a.sql", "password = '&&APP_PW'"),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.yml", "password: md5{hex:31}"),
            ("a.yml", "password: '&{alnum:12}!'"),
            ("a.rb", "x = {{password :'{alnum:8}!{digits:2}'}}"),
        ],
    );
}

#[test]
fn labels_and_messages() {
    check(
        None,
        &[
            ("a.json", "{{\"password\": \"Passwort{digits:3}:\"}}"),
            ("a.properties", "label.password=Passwort{digits:3}:"),
            ("a.yml", "password: \"Wachtwoord{digits:1}:\""),
            ("a.yml", "password: \"Mot de passe :\""),
            ("a.yml", "new_password: \"Nieuw.wachtwoord.minimaal.{digits:1}.tekens\""),
            ("a.properties", "password.too.long=Passwort_zu_lang_{digits:1}"),
            ("a.properties", "password.short=x{alnum:12}"),
            ("a.js", "password: 'errors.password.min_{digits:1}',"),
            ("a.js", "password: 'At-least-{digits:1}-characters',"),
        ],
    );
    for (path, template) in [
        ("lib/l10n/app_en.arb", "\"password\": \"{alnum:14}\""),
        ("po/de.pot", "password: \"{alnum:14}\""),
        ("Resources/Localizable.strings", "\"password\" = \"{alnum:14}\";"),
    ] {
        check(LOW, &[(path, template)]);
    }
    check(
        MEDIUM,
        &[
            ("a.yml", "password: blue-horse-{digits:3}"),
            ("a.yml", "password: {word:6}.{word:7}.{word:6}.{digits:2}"),
            ("a.yml", "password: \"{alnum:10}:\""),
            ("a.yml", "password: Passwort{digits:3}x{alnum:4}"),
        ],
    );
}

#[test]
fn names_of_objects_and_packages() {
    check(
        None,
        &[
            ("a.yml", "- secret: db-credentials-{hex:4}"),
            ("a.yml", "existingSecret: redis-credentials-{hex:5}"),
            ("a.yml", "secret: app-env-5d4f8c7b9d"),
            ("a.yml", "serviceAccountToken: default-token-x7k2p"),
            ("a.yml", "pullSecret: default-dockercfg-x7k2p"),
            ("a.yml", "passwordSecret: postgres-main-9k2x7"),
            ("a.yml", "password_secret: pg-main-v{digits:1}"),
            ("values.yaml", "adminPasswordKey: postgres-password{digits:1}"),
            ("a.yml", "js-token: npm:js-tokens@4.0.{digits:1}"),
            ("a.yml", "token: npm:@types/js-tokens@^4.0.{digits:1}"),
        ],
    );
    check(LOW, &[("a.yml", "secret: app-worker-x7k2pq9w4m")]);
    check(
        MEDIUM,
        &[
            ("a.yml", "secret: {lower-alnum:32}"),
            ("a.yml", "secret: app-{lower-alnum:24}"),
            ("a.yml", "db_password: blue-horse-{hex:5}"),
            ("a.yml", "db_password: dragon@{digits:5}"),
            ("a.yml", "token: {lower-alnum:20}@{digits:6}"),
        ],
    );
}

/// Bytes in the digits of base 58.
fn base58(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits = vec![0_usize; 44];
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in digits.iter_mut().rev() {
            carry += *digit * 256;
            *digit = carry % 58;
            carry /= 58;
        }
    }
    digits.iter().map(|digit| char::from(DIGITS[*digit])).collect()
}

#[test]
fn addresses_on_a_chain() {
    let address =
        base58(&std::array::from_fn::<u8, 32, _>(|at| (at as u8).wrapping_mul(83).wrapping_add(97)));
    for name in ["token", "tokenMint", "usdcToken", "tokenAddress"] {
        let line = format!("const {name} = \"{address}\";");
        check(None, &[("a.ts", &line)]);
    }
    for name in ["accessToken", "secretKey", "apiToken", "API_KEY", "botToken"] {
        let line = format!("const {name} = \"{address}\";");
        check(MEDIUM, &[("a.ts", &line)]);
    }
    check(None, &[("a.ts", "const USDC_TOKEN = \"0x{hex:40}\"")]);
    check(
        MEDIUM,
        &[
            // One digit more than 32 bytes have, one less, and a sign that is none of the digits.
            ("a.ts", "const token = \"z{base58:43}\";"),
            ("a.ts", "const token = \"{base58:40}\";"),
            ("a.ts", "const token = \"{base58:40}0Il\";"),
            ("a.ts", "const PRIVATE_KEY = \"0x{hex:64}\""),
            ("a.ts", "const token = \"{hex:40}\""),
        ],
    );
}

#[test]
fn what_a_build_throws_away() {
    let workflow = ".github/workflows/ci.yml";
    check(
        LOW,
        &[
            (workflow, "    env:\n      MYSQL_ROOT_PASSWORD: dolphin{digits:1}"),
            (workflow, "    env:\n      POSTGRES_PASSWORD: Dragon{digits:2}"),
            (workflow, "      - run: mysql -h 127.0.0.1 -u root --password=dolphin{digits:1} -e x"),
            (workflow, "    options: >-\n      -e POSTGRES_PASSWORD=dolphin{digits:3}"),
            (workflow, "      SA_PASSWORD: P@ssw0rd{digits:2}!"),
            (".gitlab-ci.yml", "variables:\n  MYSQL_ROOT_PASSWORD: dolphin{digits:1}"),
        ],
    );
    check(
        MEDIUM,
        &[
            (workflow, "    env:\n      MYSQL_ROOT_PASSWORD: {alnum:16}"),
            (workflow, "    env:\n      POSTGRES_PASSWORD: Dragon{digits:2}x{alnum:8}"),
            (workflow, "      - run: deploy --host db.acme.io --password=dolphin{digits:3}"),
            (workflow, "      NPM_PASSWORD: dolphin{digits:3}"),
            ("conf/db.yml", "MYSQL_ROOT_PASSWORD: dolphin{digits:1}"),
        ],
    );
}
