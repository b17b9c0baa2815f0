//! Settings in which passwords stand, as the programs that read them want them: each in the file that it stands in.

use vetogate_core::{Confidence, Fuel};
use vetogate_detect::matching::Candidates;
use vetogate_detect::{Text, registry};
use vetogate_rules::template::generate;
use vetogate_syntax::path::PathHints;

/// How sure all detectors are of what stands in a file.
fn found(path: &str, template: &str) -> Option<Confidence> {
    let text = generate(template).unwrap_or_else(|error| panic!("{error}"));
    let text = Text {
        bytes: text.as_bytes(),
        candidates: &Candidates::of(text.as_bytes()),
        is_start: true,
        is_binary: false,
        hints: PathHints::of(path.as_bytes()),
    };
    let mut hits = Vec::new();
    registry::BLOB.iter().for_each(|detector| detector.scan(&text, &mut Fuel::new(1 << 22), &mut hits));
    hits.iter().map(|hit| hit.confidence).max()
}

/// Files that have to be vetoed.
const SECRETS: &[(&str, &str)] = &[
    ("deploy/app.service", "[Service]\nEnvironment=\"DB_PASSWORD={alnum:14}\"\n"),
    ("deploy/app.service", "[Service]\nEnvironment='DB_PASSWORD={alnum:14}' LANG=C\n"),
    ("deploy/app.service", "[Service]\nEnvironment=DB_PASSWORD={alnum:14}\n"),
    ("deploy/app.service", "[Service]\nEnvironment=\"LANG=C\" \"DB_PASSWORD={alnum:14}\"\n"),
    ("app.service.d/override.conf", "[Service]\nEnvironment=LANG=C API_TOKEN={alnum:32}\n"),
    ("deploy/app.container", "[Container]\nEnvironment=DB_PASSWORD={alnum:14}\n"),
    ("etc/redis.conf", "port 6379\nrequirepass {alnum:20}\n"),
    ("etc/users.acl", "user app on >{alnum:20} ~app:* +@read\n"),
    ("compose.yml", "command: [\"redis-server\", \"--requirepass\", \"{alnum:20}\"]\n"),
    ("etc/wpa_supplicant.conf", "network={{\n  ssid=\"acme\"\n  psk=\"{alnum:12}\"\n}}\n"),
    ("etc/acme.nmconnection", "[wifi-security]\nkey-mgmt=wpa-psk\npsk={alnum:14}\n"),
    ("etc/hostapd.conf", "wpa_passphrase={alnum:14}\n"),
    ("app/build.gradle", "release {{\n  storeFile file('a.jks')\n  storePassword '{alnum:12}'\n}}\n"),
    ("app/build.gradle.kts", "create(\"release\") {{\n  keyPassword = \"{alnum:12}\"\n}}\n"),
    ("CMakeLists.txt", "project(a)\nset(API_KEY \"{alnum:32}\")\n"),
    ("cmake/keys.cmake", "set(DB_PASSWORD \"{alnum:14}\" CACHE STRING \"\")\n"),
    ("conf/httpd.conf", "<VirtualHost *:80>\n  SetEnv DB_PASSWORD {alnum:14}\n</VirtualHost>\n"),
    (".htaccess", "SetEnv API_TOKEN \"{hex:40}\"\n"),
    ("conf/nginx.conf", "location / {{\n  proxy_set_header Authorization \"Basic {basic:deploy}\";\n}}\n"),
    ("conf/nginx.conf", "location / {{\n  fastcgi_param DB_PASSWORD \"{alnum:14}\";\n}}\n"),
    ("requests.har", "{{\"headers\":[{{\"name\":\"Authorization\",\"value\":\"Bearer {alnum:40}\"}}]}}"),
    ("requests.har", "{{\"headers\":[{{\"name\":\"X-Api-Key\",\"value\":\"{alnum:40}\"}}]}}"),
    ("api.postman_collection.json", "{{\"key\":\"Authorization\",\"value\":\"Bearer {alnum:40}\"}}"),
    (
        "infra/stack.yaml",
        "Parameters:\n  DBPassword:\n    Type: String\n    NoEcho: true\n    Default: {alnum:14}\n",
    ),
    (
        "infra/azuredeploy.json",
        "\"adminPassword\": {{\"type\": \"securestring\", \"defaultValue\": \"{alnum:14}\"}}",
    ),
    ("infra/azuredeploy.parameters.json", "\"adminPassword\": {{\n  \"value\": \"{alnum:14}\"\n}}"),
    ("infra/main.bicep", "@secure()\nparam adminPassword string = '{alnum:14}'\n"),
    ("cloud/user-data", "#cloud-config\nchpasswd:\n  list: |\n    root:{alnum:14}\n"),
    ("cloud/user-data", "#cloud-config\npassword: {alnum:14}\nssh_pwauth: true\n"),
    ("Dockerfile", "FROM a\nENV DB_PASSWORD={alnum:14}\n"),
    ("Dockerfile", "FROM a\nENV LANG=C \\\n    API_TOKEN={alnum:32}\n"),
    ("Dockerfile", "FROM a\nADD https://deploy:{alnum:14}@files.acme.io/a.tgz /a\n"),
    ("config/master.key", "{hex:32}"),
];

/// Files that must not be: what they hold is a reference, a default that everybody has, or no password.
const NONE: &[(&str, &str)] = &[
    (
        "deploy/app.service",
        "[Service]\nEnvironmentFile=/etc/app/env\nLoadCredential=password:/etc/app/password\n",
    ),
    ("deploy/app.service", "[Service]\nEnvironment=DB_PASSWORD=%d/password\n"),
    ("deploy/app.service", "[Service]\nEnvironment=\"DB_PASSWORD_FILE=/run/secrets/db_password\"\n"),
    ("etc/redis.conf", "# requirepass foobared\n# masterauth <master-password>\n"),
    ("etc/redis.conf", "requirepass {{{{ redis_password }}}}\n"),
    ("etc/wpa_supplicant.conf", "network={{\n  ssid=\"acme\"\n  psk=\"very secret passphrase\"\n}}\n"),
    ("src/tls.rs", "let psk = derive(&session);\n    psk = self.psk.clone();\n"),
    ("app/build.gradle", "keyPassword System.getenv('KEY_PASSWORD')\n"),
    ("CMakeLists.txt", "set(API_KEY \"$ENV{{API_KEY}}\")\nset(TOKEN_SOURCES token.c lexer.c)\n"),
    ("cmake/a.cmake", "set(SECRET \"\")\nset(LLVM_TOKEN llvm_some_token_definitions_2)\n"),
    (
        "conf/nginx.conf",
        "proxy_set_header Authorization $http_authorization;\nproxy_set_header X-Real-IP $remote_addr;\n",
    ),
    (
        "conf/nginx.conf",
        "fastcgi_param HTTP_PROXY \"\";\nfastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n",
    ),
    ("requests.har", "{{\"name\":\"Authorization\",\"value\":\"Bearer [REDACTED]\"}}"),
    (
        "infra/stack.yaml",
        "Parameters:\n  DBPassword:\n    Type: String\n    NoEcho: true\n    MinLength: 12\n",
    ),
    (
        "infra/stack.yaml",
        "  DBPassword:\n    Type: String\n    Default: '{{{{resolve:ssm-secure:prod-db:3}}}}'\n",
    ),
    ("openapi.yml", "password:\n  type: string\n  format: password\n  default: password\n"),
    ("schema.json", "\"password\": {{\"type\": \"string\", \"minLength\": 8, \"default\": \"\"}}"),
    ("infra/main.bicep", "@secure()\nparam adminPassword string = newGuid()\n"),
    ("cloud/user-data", "chpasswd:\n  list: |\n    root:RANDOM\n"),
    ("config/master.key.sample", "{hex:31}"),
];

#[test]
fn settings_with_secrets() {
    for (path, template) in SECRETS {
        assert!(found(path, template) >= Some(Confidence::Medium), "{path}: {template}");
    }
}

#[test]
fn settings_without() {
    for (path, template) in NONE {
        assert!(found(path, template) < Some(Confidence::Medium), "{path}: {template}");
    }
}

#[test]
fn a_weak_password_is_of_low_confidence() {
    for (path, template) in [
        ("etc/redis.conf", "requirepass {word:7}\n"),
        ("app/build.gradle", "storePassword '{word:7}'\n"),
        ("conf/httpd.conf", "SetEnv DB_PASSWORD {word:7}\n"),
        ("infra/stack.yaml", "DBPassword:\n  Type: String\n  Default: {word:7}\n"),
        ("infra/main.bicep", "param adminPassword string = '{word:7}'\n"),
    ] {
        assert_eq!(found(path, template), Some(Confidence::Low), "{path}: {template}");
    }
}
