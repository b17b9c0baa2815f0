//! Keys by the words of their names, in files of every kind, short ones and long ones. Values are generated here.

use super::shape_tests::check;
use vetogate_core::Confidence;

const MEDIUM: Option<Confidence> = Some(Confidence::Medium);
const LOW: Option<Confidence> = Some(Confidence::Low);

#[test]
fn the_words_of_a_name_decide_whatever_joins_them() {
    check(
        MEDIUM,
        &[
            ("a.yml", "encryption-key: {alnum:32}"),
            ("a.yml", "private-key: {alnum:32}"),
            ("a.yml", "signing-key: {hex:64}"),
            ("a.yml", "account-key: {base64:43}="),
            ("a.yml", "session-key: {base64:43}="),
            ("a.yml", "jwt-key: {alnum:40}"),
            ("a.yml", "hmac-key: {hex:64}"),
            ("a.yml", "rails-master-key: {hex:32}"),
            ("a.yml", "app-key: base64:{base64:43}="),
            ("a.properties", "app.encryption-key={alnum:32}"),
            ("a.properties", "app.signing.key={alnum:32}"),
            ("a.properties", "app.jwt.key={alnum:32}"),
            ("a.properties", "encrypt.key={alnum:32}"),
            ("a.json", "{{\"signingKey\": \"{alnum:32}\"}}"),
            ("a.json", "{{\"SigningKey\": \"{alnum:32}\"}}"),
            ("prod.env", "AES_KEY={hex:32}"),
            ("prod.env", "FERNET_KEY={base64url:43}="),
            ("prod.env", "CRYPT_KEY={alnum:32}"),
            ("prod.env", "ENCRYPT_KEY={alnum:32}"),
            ("prod.env", "COOKIE_KEY={alnum:32}"),
            ("prod.env", "SHARED_KEY={alnum:32}"),
            ("prod.env", "DEPLOY_KEY={alnum:32}"),
            ("prod.env", "WEBHOOK_KEY={alnum:32}"),
            ("prod.env", "SUBSCRIPTION_KEY={hex:32}"),
            ("prod.env", "SERVICE_KEY={alnum:32}"),
            ("prod.env", "FUNCTION_KEY={base64url:44}AzFu{base64url:6}=="),
            ("prod.env", "ALGOLIA_ADMIN_KEY={hex:32}"),
            ("prod.env", "SNYK_TOKEN={uuid}"),
            ("codecov.env", "CODECOV_TOKEN={uuid}"),
        ],
    );
    check(
        None,
        &[
            ("a.yml", "encryption-key: etcd-encryption-key"),
            ("a.yml", "signing-key: /etc/keys/signing.key"),
            ("a.yml", "master-key: ${{MASTER_KEY}}"),
            ("a.yml", "app-key: {alnum:32}"),
            ("a.yml", "service-key: my-service-account"),
            ("a.py", "SESSION_KEY = '_auth_user_id'"),
            ("a.js", "const cookieKey = 'acme.session.v2'"),
            ("a.yml", "signing-key-id: {hex:32}"),
            ("a.yml", "primary-key: {alnum:32}"),
            ("a.yml", "monkey: {alnum:32}"),
            ("prod.env", "BUILD_TOKEN={uuid}"),
            // What is public of a key.
            ("prod.env", "DEPLOY_KEY=AAAAB3NzaC1yc2EAAAADAQABAAAB{base64:300}"),
            ("a.json", "{{\"deployKey\": \"AAAAC3NzaC1lZDI1NTE5AAAAI{base64:43}\"}}"),
            ("a.yml", "signing-key: MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A{base64:360}"),
            ("a.yml", "signing-key: MIIDxTCCAq2gAwIBAgI{base64:400}"),
            ("a.yml", "account-key: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0t{base64:400}"),
        ],
    );
}

#[test]
fn variables_in_files_of_no_known_kind() {
    check(
        MEDIUM,
        &[
            (".bashrc", "export API_KEY={alnum:32}"),
            (".zshrc", "export DB_PASSWORD={alnum:16}!"),
            ("env", "API_KEY={alnum:32}"),
            (".kube/config", "    token: {alnum:40}"),
            ("inventory", "db1 ansible_password={alnum:16}!"),
            ("Procfile", "web: SECRET_KEY={alnum:32} node app.js"),
            ("etc/default/shop", "DB_PASSWORD={alnum:14}!"),
            ("conf/app.conf.local", "password = {alnum:14}!"),
            ("bin/start", "export DB_PASSWORD={alnum:8}7k{alnum:6}!"),
            ("bin/start", "API_KEY={alnum:32}"),
            ("bin/start", "  SECRET_KEY={alnum:32}"),
        ],
    );
    check(
        LOW,
        &[
            ("bin/start", "api_key={alnum:32}"),
            ("bin/start", "see API_KEY={alnum:32}"),
            ("bin/start", "API_KEY: {alnum:32}"),
            ("bin/start", "API_KEY = {alnum:32}"),
            ("bin/start", "DB_PASSWORD=dragonslayer"),
            ("README.txt", "API_KEY={alnum:32}"),
        ],
    );
    check(None, &[("bin/start", "API_KEY=$OTHER_KEY"), ("bin/start", "export API_KEY=$(get_key)")]);
}

#[test]
fn short_keys_and_letters_alone_under_a_sure_name() {
    check(
        MEDIUM,
        &[
            ("prod.env", "JWT_SECRET=kQ{alnum:4}7x{alnum:6}"),
            ("prod.env", "SECRET_KEY=x9K{alnum:4}4d{alnum:4}"),
            ("prod.env", "DROPBOX_APP_SECRET=k7x{digits:2}q{lower:4}4d{lower:3}"),
            ("prod.env", "SECRET_KEY={letters:24}"),
            ("src/a.py", "SESSION_SECRET = '{letters:20}'"),
            ("prod.env", "API_KEY=qzxkvbnm{lower:16}"),
        ],
    );
    check(
        LOW,
        &[
            // The name promises less, or the value is made of one class, or a word.
            ("prod.env", "TOKEN=kQ{alnum:4}7x{alnum:6}"),
            ("prod.env", "JWT_SECRET={lower:9}{digits:3}"),
            ("prod.env", "TOKEN=k7x{digits:2}q{lower:4}4d{lower:3}"),
            ("tests/a.env", "JWT_SECRET=kQ{alnum:4}7x{alnum:6}"),
        ],
    );
    check(
        None,
        &[
            ("src/a.py", "SECRET_KEY = 'authenticationTokenValue'"),
            ("src/a.ts", "apiKey: 'internationalizationName'"),
            ("src/a.ts", "clientSecret: 'HTTPSConnectionPoolManager'"),
            ("src/a.ts", "accessToken: 'AuthenticatedRequest'"),
            ("src/a.py", "API_KEY = 'qwertyuiopasdfghjkl'"),
            ("src/a.py", "API_KEY = 'abcdefghijklmnopqrstuvwx'"),
            ("prod.env", "TOKEN={lower:18}"),
        ],
    );
}

#[test]
fn long_keys() {
    check(
        MEDIUM,
        &[
            ("prod.env", "SIGNING_KEY={base64:800}=="),
            ("prod.env", "API_TOKEN={alnum:1600}"),
            ("a.json", "{{\"accessToken\": \"{base64url:700}.{base64url:900}\"}}"),
            ("src/a.py", "PRIVATE_KEY = \"{base64:1600}\""),
        ],
    );
    check(
        None,
        &[
            // Sealed Secrets, AWS KMS, Fernet.
            ("sealed.yml", "    api-token: AgB{base64:700}="),
            ("prod.env", "API_TOKEN=AQICAHh{base64:600}"),
            ("prod.env", "API_TOKEN=gAAAAABl{base64url:700}"),
            ("prod.env", "API_TOKEN={base64:600}=={base64:20}"),
            ("src/a.py", "PRIVATE_KEY = \"{alnum:300},{alnum:300}\""),
            ("prod.env", "API_TOKEN={alnum:5000}"),
        ],
    );
}

#[test]
fn macros_of_c() {
    check(
        MEDIUM,
        &[
            ("net.h", "#define WIFI_PASSWORD \"{hex:12}\""),
            ("net.ino", "  # define WIFI_PASSWORD \"{lower:4}{digits:4}{lower:4}\""),
        ],
    );
    check(LOW, &[("net.py", "# WIFI_PASSWORD = \"{hex:12}\"")]);
}
