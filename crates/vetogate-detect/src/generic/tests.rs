//! True ones and near misses of the assigned secrets. Values are generated or assembled here.

use super::*;
use crate::matching::Candidates;
use vetogate_rules::template::generate;
use vetogate_syntax::path::PathHints;

pub(super) fn found(path: &str, template: &str) -> Option<Confidence> {
    all(path, template).first().map(|hit| hit.confidence)
}

pub(super) fn all(path: &str, template: &str) -> Vec<Hit> {
    in_bytes(path, generate(template).unwrap().as_bytes())
}

pub(super) fn in_bytes(path: &str, bytes: &[u8]) -> Vec<Hit> {
    let text = Text {
        bytes,
        candidates: &Candidates::of(bytes),
        is_start: true,
        is_binary: bytes.contains(&0),
        hints: PathHints::of(path.as_bytes()),
    };
    let mut hits = Vec::new();
    Generic.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
    hits
}

#[test]
fn true_ones() {
    let cases = [
        ("src/db.py", "DB_PASSWORD = '{alnum:14}'"),
        ("src/db.py", "DB_PASS = '{alnum:14}'"),
        (".env", "SMTP_PASS={alnum:12}"),
        ("appsettings.json", "{{\"password\": \"{alnum:8}\\u0026{alnum:8}\"}}"),
        // A text of several lines is a value, and documentation ends.
        ("src/a.py", "SETTINGS = \"\"\"\npassword='{alnum:14}'\n\"\"\""),
        ("src/a.py", "def f():\n    \"\"\"Logs in.\"\"\"\n    login(password='{alnum:14}')"),
        // What was taken out of a program is no documentation.
        ("src/a.rb", "# login(\n#   password: '{alnum:14}')"),
        ("src/a.rb", "# x = 1\n#\n# password = '{alnum:14}'"),
        ("conf/app.yml.j2", "password: {alnum:14}"),
        ("conf/app.yml.bak", "password: {alnum:14}"),
        ("env.prod", "DB_PASSWORD={alnum:14}"),
        (".aws/credentials", "db_password = {alnum:14}"),
        // A machine makes passwords of hexadecimal digits.
        (".env", "DB_PASSWORD={hex:32}"),
        ("conf/db.xml", "<pool password=\"{hex:32}\"/>"),
        ("src/a.py", "password = '@{alnum:8}!{digits:2}'"),
        ("src/a.py", "password = '/{alnum:8}#{digits:2}'"),
        ("src/a.py", "password = '~{alnum:8}!{digits:2}'"),
        ("src/a.php", "$password = '${alnum:8}!{digits:2}';"),
        ("src/a.py", "password = '/{alnum:8}x#{digits:2}'"),
        // Words that people choose.
        ("src/a.py", "password = \"{word:20}\""),
        ("src/a.py", "password = 'Dragon#{digits:2}'"),
        ("src/a.py", "password = 'Summer@{digits:1}'"),
        ("prod.env", "DB_PASSWORD='{word:6} {word:5} {word:7} {word:5}'"),
        ("prod.env", "DB_PASSWORD=\"{word:6} {word:5}{digits:2} {word:4}\""),
        ("src/a.py", "password = '{upper:1}{lower:3}{digits:2} {digits:1}{lower:4} {lower:2}'"),
        // A sign in an unquoted value is a sign.
        (".env", "DB_PASSWORD={alnum:4}*{alnum:4}.{alnum:4}"),
        (".env", "DB_PASSWORD={alnum:4}({alnum:4}[{alnum:4}"),
        (".env", "DB_PASSWORD=;{alnum:8}|{alnum:4}<{alnum:4}"),
        (".env", "DB_PASSWORD=={alnum:8}!{alnum:4},"),
        ("conf/app.yml", "  password: {alnum:6}.{alnum:6}:"),
        ("conf/app.yml", "db: {{user: x, password: {alnum:6}*{alnum:6}}}"),
        ("a.properties", "db.password=~{alnum:6}${alnum:6}"),
        // What stands beside a variable may be a secret, too.
        (".env", "DB_PASSWORD={alnum:14}-$SUFFIX"),
        ("a.ini", "s3_secret = /{base64:39}"),
        ("src/a.py", "ENCRYPTION_KEY = '/{base64:42}='"),
        ("config/settings.py", "SECRET_KEY = '{django:50}'"),
        ("src/app.py", "app.secret_key = b'\\xf1\\x8c{alnum:3}\\xe0\\x02{alnum:2}\\x99z\\xba\\x1d'"),
        (".env", "APP_KEY=base64:{base64:43}="),
        (".env", "JWT_KEY={alnum:32}"),
        ("src/a.py", "hmac_key = \"{hex:40}\""),
        ("a.json", "{{\"api_key\": \"{uuid}\"}}"),
        ("a.yml", "clientSecret: {uuid}"),
        ("src/a.c", "#define API_KEY \"{alnum:32}\""),
        ("net.ino", "#define WIFI_PASSWORD \"{alnum:10}!\""),
        ("src/a.c", "static const char api_key[] = \"{alnum:32}\";"),
        ("src/a.py", "PASS = '{alnum:10}!{digits:2}'"),
        ("a.ini", "pass={alnum:10}!{digits:2}"),
        ("src/a.py", "get(url, auth=HTTPBasicAuth('app', '{alnum:14}'))"),
        ("src/a.go", "req.SetBasicAuth(\"app\", \"{alnum:14}\")"),
        ("src/a.js", "jwt.sign({{ id: user.id, roles: [1, 2] }}, '{alnum:32}')"),
        ("src/a.py", "jwt.encode(claims(user), \"{alnum:32}\", algorithm='HS256')"),
        // A shell has its working directory there; ODBC, a password.
        ("odbc.ini", "PWD = {alnum:12}!"),
        ("src/db.js", "const dbpass = '{alnum:14}'"),
        ("src/db.py", "connect(db_pass='{alnum:12}!')"),
        (".env", "DB_PASSWORD=hunter{digits:1}"),
        ("config/app.yml", "  password: {alnum:12}!"),
        ("src/a.ts", "const apiKey: string = \"{alnum:32}\";"),
        ("app.js", "secret: '{hex:40}',"),
        ("Main.java", "String clientSecret = \"{alnum:24}\";"),
        ("a.json", "{{\"auth_token\": \"{base64url:40}\"}}"),
    ];
    for (path, template) in cases {
        assert_eq!(found(path, template), Some(Confidence::Medium), "{path}: {template}");
    }
}

#[test]
fn doubtful_ones_are_of_low_confidence() {
    for (path, template) in [
        ("tests/test_db.py", "PASSWORD = '{alnum:14}'"),
        ("t/t5563-auth.sh", "credential={base64:27}="),
        ("docs/setup.md", "    password = \"{alnum:14}\""),
        ("src/a.py", "password = \"{word:12}\""),
        // Django says so itself.
        ("config/settings.py", "SECRET_KEY = 'django-insecure-{django:50}'"),
        ("src/a.php", "CURLOPT_USERPASSWORD => 'auth_{word:4}',"),
        ("src/A.java", "/**\n *   \"password\":\"pxL{alnum:10}\"\n */"),
        ("src/a.rb", "  # sign_in(password: \"{word:6}{digits:1}u\")"),
        ("src/a.rb", "  # Says whether it is right.\n  #\n  #   User.new(\n  #     password: '{alnum:13}')"),
        ("src/a.rb", "# @example\n#   User.new(password: '{alnum:13}')"),
        ("src/a.go", "// Dial connects.\n//\n//\tDial(Options{{Password: \"{alnum:13}\"}})"),
        ("src/a.py", "    >>> login(password='{alnum:13}')"),
        ("src/a.py", "def f():\n    \"\"\"Logs in::\n\n        f(password='{alnum:13}')\n    \"\"\""),
        ("src/a.py", "EXAMPLES = r\"\"\"\n- x:\n    password: '{alnum:13}'\n\"\"\""),
        ("src/a.ex", "  @doc \"\"\"\n      f(password: \"{alnum:13}\")\n  \"\"\""),
        ("app/messages_hu.properties", "password=Jelsz{digits:1}"),
        ("hu.json", "{{\"password\": \"Jelsz{digits:1}\"}}"),
        ("docs/manager-howto.xml", "<user name=\"x\" password=\"{alnum:14}\"/>"),
        ("doc/search_index.json", "{{\"text\": \"set password='{alnum:14}' there\"}}"),
        // A hash in the record of a user, or one that says how it was made.
        ("conf/users.xml", "<user name=\"ann\" password=\"{hex:32}\" roles=\"admin\"/>"),
        ("conf/a.py", "PASSWORD = 'pbkdf2_sha256$260000${alnum:22}${base64:43}='"),
    ] {
        assert_eq!(found(path, template), Some(Confidence::Low), "{path}: {template}");
    }
}

#[test]
fn near_misses() {
    let cases = [
        ("src/a.py", "password = os.environ[\"DB_PASSWORD\"]"),
        ("serverless.yml", "password: ${{env:POSTGRES_PASSWORD_V2}}"),
        ("es.json", "{{\"password\": \"Contrase\\u00f1a\"}}"),
        ("config/packages/doctrine.yaml", "password: '%env(MYSQL57_PASSWORD)%'"),
        ("pipeline.yml", "password: ((dockerhub.password2))"),
        ("pipeline.yml", "password: ((vault:team1/db.password))"),
        ("values.yaml", "password: '@env:DB_PW1'"),
        ("run.bat", "set DB_PASSWORD=%DB_PW:~0,8%"),
        ("postgresql.conf", "password_encryption = scram-sha-256"),
        ("run.sh", "PASS=\"\\e[32m[PASS]\\e[0m\""),
        ("src/a.py", "PASS = \"\\033[92mPASS\\033[0m\""),
        ("src/a.py", "DB_PASS = \"\\x1b[38;5;82m\""),
        ("src/a.py", "password = getpass('Password: ')"),
        ("src/a.rs", "render_pass = \"{alnum:14}\""),
        ("src/a.py", "tests_passed = '{alnum:14}'"),
        ("src/a.py", "db_passes = '{alnum:14}'"),
        ("src/a.py", "test_pass_rate = '{alnum:14}'"),
        ("a.sh", "DB_PASS=$(cat secret)"),
        ("src/a.py", "DB_PASS = os.environ['DB_PASS']"),
        ("src/a.py", "PASSWORD_FIELD = 'user_password_1'"),
        ("src/a.py", "def login(user, password: str = None): ..."),
        ("src/a.ts", "token: {uuid}"),
        ("src/a.ts", "const token = '{uuid}'"),
        (".env", "DB_PASSWORD=${{DB_PASSWORD}}"),
        (".env", "DB_PASSWORD="),
        ("k8s.yml", "  secretName: web-tls-{digits:4}"),
        ("a.yml", "password: {{{{ vault_password }}}}"),
        ("a.py", "tokenizer_token = 'cl100k{digits:6}base'"),
        ("a.py", "next_page_token = \"{alnum:32}\""),
        ("a.js", "csrfToken: '{alnum:32}'"),
        ("package-lock.json", "\"token\": \"{base64:40}\""),
        ("a.py", "secret_key = 'django-insecure-example'"),
        ("a.rs", "password: \"/etc/passwd-file\","),
        ("a.tf", "password = var.db_password"),
        ("a.sh", "PASSWORD=$(pass show db)"),
        ("a.py", "passwordRegex = '^[a-z0-9]{{8,}}$'"),
        ("a.go", "Token: token.IDENT,"),
        ("messages.properties", "error.password=Das_Passwort_{digits:2}_falsch"),
        ("de.json", "\"passwordMismatch\": \"stimmen-nicht-{digits:2}\""),
        ("a.toml", "description = \"An address with a password: whoever has it is in.\""),
        ("a.py", "password = 'user_{{name}}_1'"),
        ("a.ts", "algolia: {{\n  apiKey: '{hex:32}',\n  indexName: 'docs',\n}}"),
        ("a.conf", "aws_secret = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        // The examples of RFC 6749 and RFC 5849, as client libraries quote them.
        ("a.py", "access_token = '2YotnFZFEjr1{alnum:10}'"),
        ("a.py", "oauth_token = \"ad180jjd733k{lower-alnum:4}\""),
        // Found in the histories of kubernetes' client, compose, tomcat, yarn, go, aws-sdk, rails and kafka.
        ("a.py", "'secret': 'V1SecretVolumeSource',"),
        ("a.go", "s = append(s, \"Password: \"+fmt.Sprintf(\"%#v\", this.Password)+\",\\n\")"),
        ("a.rs", "f(\"s = \\\"Password: \\\"+fmt.Sprintf(\\\"%d\\\", x{digits:1})\")"),
        ("a.java", "out(\" Password:\"+rs.getString(\"Password\"))"),
        ("a.cjs", "ask(\"Input new password: \"),E=x{digits:3}(\"y\")"),
        ("a.go", "\"url.UserPassword\":  \"net/url\","),
        ("a.json", "\"PasswordLastUsed\": \"2016-09-{digits:2}T23:{digits:2}:10Z\""),
        ("a.json", "\"password_expires_at\": \"2016-09-{digits:2}\""),
        ("a.html", "authenticity_token: \"{hex:40}\""),
        ("zh.properties", "password=\\u5bc6\\u7801"),
        ("tr.json", "{{\"password\":\"\\u015eifre\"}}"),
        ("a.php", "'password' => 'required|string|min:{digits:1}|confirmed',"),
        // Found in the editor Ace, which many repositories hold.
        ("a.js", "token: 'punctuation.definition.string.begin',"),
        ("a.js", "defaultToken: \"string.quoted.raw.h{digits:1}\""),
        ("a.js", "token: 'constant.language.jssmLanguage',"),
        ("a.js", "token: 'string.quoted.double.actionscript.{digits:1}',"),
        ("a.js", "token: 'strng-strkthrgh.strng_cntrl'"),
        // Found in matomo.
        ("a.php", "'Template.userSecurity.afterPassword' => 'render{digits:1}FaUserSettings',"),
        // Found in minio and in charts of Bitnami.
        ("a.go", "EnvMQTTPassword = \"ACME_NOTIFY_MQTT_PASSWORD\""),
        ("a.yml", "image: docker.io/acme/default-credential-updater:1.0.{digits:1}-debian-12-r{digits:1}"),
        ("a.yml", "accountkey: base64encodedaccountkey"),
        ("a.yml", "secret: ZXhhbXBsZS1hcHAtc2VjcmV0"),
        ("a.php", "'password' => 'alpha_dash|min:{digits:1}'"),
        ("a.php", "'password' => 'nullable|string'"),
        ("a.php", "'password' => 'confirmed|min:6|regex:/^.*[{digits:1}]/',"),
        ("a.ts", "OnePassword: \"1Password\","),
        ("a.ts", "{{ iconPasswordTwo: 'password{digits:0}2' }}"),
        ("a.py", "password = '@/etc/app{digits:2}'"),
        ("a.py", "password = '~/.app/key{digits:2}!'"),
        ("a.py", "password = '/run/key!{digits:4}'"),
        ("a.php", "$x = \"password='$password{digits:2}!'\";"),
        ("a.sh", "PASSWORD=\"$PASSWORD{digits:2}!\""),
        ("a.sh", "PWD=build{digits:1}/out{digits:1}"),
        ("a.mk", "-e RELAY_PASSWORD=smtp_password"),
        ("a.js", "const stripe_token = 'pk_live_{alnum:40}'"),
        // What an unquoted value refers to.
        (".env", "DB_PASSWORD=$OTHER_PASSWORD{digits:2}"),
        (".env", "DB_PASSWORD=$PREFIX-$ID"),
        (".env", "DB_PASSWORD=/run/secrets/db{digits:2}"),
        (".env", "DB_PASSWORD=/run/Secrets/DbPassword{digits:2}.txt"),
        (".env", "DB_PASSWORD=@/etc/app{digits:2}.key"),
        ("a.yml", "password: *default_password{digits:1}"),
        ("a.yml", "password: settings.DB_PASSWORD_{digits:1}"),
        ("a.yml", "password: lookup('env', 'X{digits:4}')"),
        ("a.yml", "password: get_secret(db_{digits:1})"),
        ("a.yml", "if: secrets.TOKEN=='x{alnum:12}'"),
        ("environment.yml", "  - secret-lib=={digits:1}.{digits:1}.{digits:2}"),
        ("a.yml", "password: env:DB_PASSWORD_{digits:1}"),
        ("a.sh", "DB_PASSWORD=$1${{2}}"),
        ("a.mk", "DB_PASSWORD=$(shell cat x{digits:2})"),
        // Addresses of tokens are public, and keys are named by strings like any.
        ("a.json", "{{\"token\": \"0x{hex:40}\"}}"),
        ("a.json", "{{\"tokenIn\": \"0x{hex:40}\"}}"),
        ("a.kt", "const val TOKEN_KEY = \"com.acme.app.TOKEN_KEY_V{digits:1}\""),
        ("a.yml", "SECRET_KEY_BASE: test-secret-for-ci-only-{digits:4}"),
        ("a.yml", "JWT_SECRET: ci-jwt-secret-{digits:3}"),
        ("a.yml", "JWT_SECRET: staging-worker-secret-{digits:3}"),
        ("a.js", "const app_key = '{alnum:20}'"),
        // Of a hash, nobody logs in with; Laravel ships one for its tests.
        ("database/factories/UserFactory.php", "'password' => '$2y$10${alnum:20}/{alnum:22}.{alnum:8}',"),
        ("conf/a.yml", "password: $6${alnum:8}${alnum:86}"),
        ("conf/a.yml", "password: /Users/maciek"),
        ("a.js", "env: {{ PWD: '/Users/mwrtz' }}"),
        ("RELEASE-NOTES", " - login: user and pass=abc{digits:3}, by default"),
        ("a.ts", "{{ id: 1, token: '{uuid}' }}"),
        ("a.json", "{{\"api_key\": \"123e4567-e89b-12d3-a456-{digits:12}\"}}"),
        ("a.py", "secret = b'\\xd0\\xbf\\xd0\\xb0\\xd1\\x80\\xd0\\xbe\\xd0\\xbb\\xd1\\x8c'"),
        ("a.py", "app.secret_key = b'_5#y2L\"F4Q8z\\n\\xec]/{digits:1}\\xba'"),
        ("a.c", "#define PASSWORD_PROMPT \"x{alnum:12}\""),
        ("a.js", "jwt.sign(claims, process.env.SECRET, 'x{alnum:24}')"),
        ("a.js", "jwt.verify(token, 'secret')"),
        ("a.py", "HTTPBasicAuth('user', 'pass')"),
        ("a.py", "password_error = 'The password needs 8 signs, a1B2c3 has {digits:1}'"),
        ("a.py", "password = 'Give the SHA256 of utf8 text'"),
        ("a.js", "token: 'max-age={digits:4};path=/;domain=acme;httponly',"),
        ("a.java", "PASSWORD_CIPHER_ALGORITHM_DEFAULT = \"AES/CBC/PKCS5Padding\""),
    ];
    for (path, template) in cases {
        assert_eq!(found(path, template), None, "{path}: {template}");
    }
}

#[test]
fn a_zero_hides_nothing_but_itself() {
    let secret = generate("db_password = \"{alnum:14}\"\n").unwrap();
    let line = b"an ordinary line of a text\n".repeat(20);
    for text in [
        [b"# \0\n", secret.as_bytes()].concat(),
        [secret.as_bytes(), b"\0"].concat(),
        [secret.as_bytes(), &line.repeat(3)[..], b"\0\x01\x02\x03\0\0\0\0"].concat(),
    ] {
        assert_eq!(in_bytes("src/a.py", &text).len(), 1);
    }
    for program in [
        [b"\x7fELF\x02\x01\x01\0\0\0\0", secret.as_bytes()].concat(),
        [b"%s\0out of range\0%d\0", secret.as_bytes(), b"\0%x\0"].concat(),
        [&line.repeat(3)[..], secret.as_bytes(), b"\0\x01\x02\x03\0\0\0\0"].concat(),
        // Documentation in compiled Python.
        [&b"\xa7\r\r\n\0\0\0\0".repeat(60), &line[..], &line, &line, secret.as_bytes(), &line, &line]
            .concat(),
    ] {
        assert!(in_bytes("src/a.so", &program).is_empty());
    }
}
