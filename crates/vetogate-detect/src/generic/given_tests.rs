//! More ways in which a secret is given: in calls, texts and lists, by its place, in other alphabets.

use super::shape_tests::check;
use super::tests::{all, in_bytes};
use vetogate_core::Confidence;
use vetogate_rules::template::generate;

const MEDIUM: Option<Confidence> = Some(Confidence::Medium);
const LOW: Option<Confidence> = Some(Confidence::Low);

#[test]
fn letters_of_other_alphabets() {
    check(
        MEDIUM,
        &[
            ("a.py", "password = \"Z\u{fc}rich{alnum:8}!\""),
            (".env", "DB_PASSWORD={alnum:6}\u{20ac}{alnum:6}"),
            ("a.yml", "password: \"{alnum:4}\u{e4}{alnum:3}#9\""),
            (".env", "DB_PASSWORD=\u{43a}\u{43e}\u{448}\u{43a}\u{430}{digits:4}"),
            ("a.json", "{{\"password\": \"Z\\u00fcrich{alnum:8}!\"}}"),
        ],
    );
    check(LOW, &[(".env", "DB_PASSWORD=b\u{e4}ren{digits:2}")]);
    check(
        None,
        &[
            ("a.js", "password: \"Contrase\u{f1}a\","),
            ("a.js", "password: \"Contrase\u{f1}a*\","),
            ("a.json", "{{\"password\": \"L\\u00f6senord{digits:1}\"}}"),
            ("a.js", "password: \"\u{5bc6}\u{7801}\u{81f3}\u{5c11}{digits:1}\u{4f4d}\","),
            ("a.yml", "password: Has\u{142}o"),
            ("a.json", "{{\"confirm_password\": \"\u{15e}ifre({digits:1})\"}}"),
            ("a.json", "{{\"password\": \"Wachtwoord\u{2026}\"}}"),
            ("a.json", "{{\"password\": \"\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\"}}"),
            ("a.js", "password: \"Mot de passe oubli\u{e9} {digits:2} ?\","),
        ],
    );
    let latin = |text: &str| [&b"password = 'Z\xfc"[..], generate(text).unwrap().as_bytes(), b"'"].concat();
    assert_eq!(in_bytes("a.py", &latin("rich{alnum:8}!")).len(), 1);
    assert!(in_bytes("a.py", &latin("rich")).is_empty());
    assert!(in_bytes("a.py", b"password = 'Contrase\xf1a'").is_empty());
}

#[test]
fn calls_that_convert() {
    check(
        MEDIUM,
        &[
            ("a.rs", "password: Some(\"{alnum:14}\".into()),"),
            ("a.rs", "let password = String::from(\"{alnum:14}\");"),
            ("a.rs", "password: Some(String::from(\"{alnum:14}\")),"),
            ("a.rs", "let password = SecretString::new(\"{alnum:14}\".into());"),
            ("a.rs", "let api_key = Secret::new(\"{alnum:32}\".to_owned());"),
            ("a.rs", "let password = \"{alnum:14}\".to_string();"),
            ("a.py", "api_key: SecretStr = SecretStr(\"{alnum:32}\")"),
            ("a.py", "password = b\"{alnum:14}\""),
            ("a.go", "password := []byte(\"{alnum:14}\")"),
            ("a.go", "SecretAccessKey: aws.String(\"{base64:40}\"),"),
            ("a.js", "const secret = Buffer.from(\"{alnum:32}\", \"utf8\");"),
            ("a.js", "const secret = new TextEncoder().encode(\"{alnum:32}\");"),
            ("a.cs", "var secret = Encoding.UTF8.GetBytes(\"{alnum:32}\");"),
            ("a.cs", "secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(\"{alnum:32}\"));"),
            ("a.java", "char[] password = \"{alnum:14}\".toCharArray();"),
            ("a.java", "setPassword(new String(\"{alnum:14}\"));"),
            ("a.kt", "val password = Secret(\"{alnum:14}\")"),
            ("a.swift", "var apiKey: String? = Optional(\"{alnum:32}\")"),
            ("a.cpp", "std::string password = std::string(\"{alnum:14}\");"),
            ("a.cpp", "std::string password(\"{alnum:14}\");"),
            ("a.cpp", "QString password{{\"{alnum:14}\"}};"),
            ("a.tf", "password = sensitive(\"{alnum:14}\")"),
        ],
    );
    check(
        None,
        &[
            ("a.py", "password = os.environ.get(\"DB{alnum:12}\")"),
            ("a.py", "password = config(\"db{alnum:12}\")"),
            ("a.js", "password: t(\"x{alnum:12}\")"),
            ("a.py", "password = _(\"x{alnum:12}\")"),
            ("a.py", "password = hash(\"x{alnum:12}\")"),
            ("a.py", "secret = decrypt(\"x{alnum:32}\")"),
            ("a.py", "secret = vault.read(\"x{alnum:12}\")"),
            ("a.py", "password = password.encode(\"x{alnum:12}\")"),
            ("a.java", "password = secret.getBytes(\"UTF-8\")"),
            ("a.rs", "let password = Some(decrypt(\"x{alnum:14}\"));"),
            ("a.rs", "let password = Some(\"x{alnum:14}\".decrypted());"),
            ("a.go", "password := []byte(os.Getenv(\"X{alnum:12}\"))"),
            ("a.js", "const secret = Buffer.from(process.env[\"X{alnum:12}\"]);"),
            ("a.js", "const secret = from(\"x{alnum:14}\")"),
            ("a.rs", "let password = String::from(\"x{alnum:12}\" + rest);"),
        ],
    );
}

#[test]
fn variables_in_texts() {
    check(
        MEDIUM,
        &[
            ("inspect.json", "\"Env\": [\"PATH=/usr/bin\", \"DB_PASSWORD={alnum:14}\"]"),
            ("a.php", "putenv(\"DB_PASSWORD={alnum:14}\");"),
            ("a.py", "env = ['DB_PASSWORD={alnum:14}']"),
            ("a.go", "cmd.Env = append(os.Environ(), \"API_SECRET={alnum:32}\")"),
            ("compose.yml", "      - \"X_SECRET={alnum:32}\""),
            ("run.sh", "docker run -e DB_PASSWORD={alnum:14} img"),
            ("a.py", "run([\"docker\", \"run\", \"-e\", \"DB_PASSWORD={alnum:14}\", \"img\"])"),
            ("a.js", "exec('docker run -e DB_PASSWORD={alnum:14} img')"),
            ("a.json", "{{\"cmd\": \"docker run --env API_SECRET={alnum:32} img\"}}"),
            ("Jenkinsfile", "sh \"docker run -e DB_PASSWORD={alnum:14} img\""),
            ("app.service", "Environment=\"DB_PASSWORD={alnum:14}\""),
            ("crontab", "DB_PASSWORD={alnum:14} /usr/bin/x"),
        ],
    );
    check(
        None,
        &[
            ("a.py", "f\"DB_PASSWORD={{password{digits:2}}}\""),
            ("a.py", "x = f'DB_PASSWORD={{pw}}{digits:6}'"),
            ("a.go", "fmt.Sprintf(\"DB_PASSWORD=%s\", pw{digits:2})"),
            ("a.js", "\"DB_PASSWORD=\" + x{alnum:12}"),
            ("a.js", "`DB_PASSWORD=${{x{digits:4}}}`"),
            ("a.py", "raise ValueError(\"DB_PASSWORD=required\")"),
            ("a.py", "\"say DB_PASSWORD={alnum:12} to me\""),
            ("a.py", "\"if DB_PASSWORD=={alnum:12}\""),
        ],
    );
}

#[test]
fn elements_of_lists() {
    check(
        MEDIUM,
        &[
            ("a.py", "API_KEYS = [\n    \"{alnum:32}\",\n]"),
            ("a.py", "SECRET_KEYS = (\"{alnum:32}\", \"x\")"),
            ("a.yml", "passwords: ['{alnum:14}']"),
            ("a.yml", "passwords:\n  - {alnum:14}\n  - x"),
            ("a.yml", "passwords:\n- \"{alnum:14}\""),
            ("a.go", "var apiKeys = []string{{\"{alnum:32}\", \"y\"}}"),
            ("a.java", "String[] passwords = new String[] {{\"{alnum:14}\", \"y\"}};"),
            ("a.java", "Set<String> apiKeys = Set.of(\"{alnum:32}\");"),
            ("a.rs", "const API_KEYS: &[&str] = &[\"{alnum:32}\"];"),
            ("a.rb", "PASSWORDS = %w[{alnum:14} x]"),
            // The first is none.
            ("a.py", "API_KEYS = [\"example\", \"{alnum:32}\"]"),
            ("a.yml", "passwords:\n  - changeme\n  - {alnum:14}"),
        ],
    );
    assert_eq!(all("a.js", "const apiKeys = ['{alnum:32}', '{hex:40}', 'x']").len(), 2);
    check(
        None,
        &[
            ("a.py", "tokens = [\"foo\", \"bar{digits:1}\", \"baz{digits:1}\"]"),
            ("a.py", "special_tokens = [\"extra_id_{digits:2}\", \"cl100k{digits:6}\"]"),
            ("a.py", "token_ids = [\"x{alnum:32}\"]"),
            ("a.py", "password_hashes = [\"x{alnum:14}\"]"),
            ("a.js", "passwords: [\"1234{digits:4}\", \"qwerty{digits:2}\", \"letmein{digits:1}\"],"),
            ("a.py", "API_KEYS = load(\"x{alnum:32}\")"),
            ("a.py", "API_KEYS = [\"openai\", \"anthropic{digits:1}\"]"),
            ("a.py", "API_KEYS = []\nx = [\"x{alnum:32}\"]"),
            ("a.yml", "passwords: [a, b]\nx:\n  - x{alnum:14}"),
            ("a.yml", "passwords:\n  - x{alnum:14}: 1"),
            ("compose.yml", "    secrets:\n      - db_password_v{digits:1}"),
            ("a.js", "secret: ['optional', 'string{digits:1}'],"),
            ("a.py", "password = ('Kennwort', 'x{alnum:12}')"),
        ],
    );
}

#[test]
fn values_before_their_names() {
    check(
        MEDIUM,
        &[
            ("k8s.yml", "  - value: {alnum:14}\n    name: DB_PASSWORD"),
            ("k8s.yml", "  - value: \"{alnum:14}\"\n    name: \"DB_PASSWORD\"\n"),
            ("task.json", "{{\"value\": \"{alnum:14}\", \"name\": \"DB_PASSWORD\"}}"),
            ("task.json", "{{\n \"Value\": \"{alnum:14}\",\n \"Name\": \"DB_PASSWORD\"\n}}"),
            ("a.tf", "env {{\n  value = \"{alnum:14}\"\n  name  = \"DB_PASSWORD\"\n}}"),
        ],
    );
    check(
        None,
        &[
            ("k8s.yml", "  - value: x{alnum:14}\n  - name: DB_PASSWORD"),
            ("k8s.yml", "  - name: X\n    value: x{alnum:14}\n  - name: DB_PASSWORD\n    valueFrom: y"),
            ("k8s.yml", "  - value: x{alnum:14}\n    other: 1\n    name: DB_PASSWORD"),
            ("k8s.yml", "  - defaultvalue: x{alnum:14}\n    name: DB_PASSWORD"),
            ("task.json", "[{{\"value\": \"x{alnum:14}\"}}, {{\"name\": \"DB_PASSWORD\"}}]"),
        ],
    );
}

#[test]
fn calls_that_log_in() {
    check(
        MEDIUM,
        &[
            ("a.py", "requests.get(u, auth=(\"admin\", \"{alnum:14}\"))"),
            ("a.py", "session.auth = ('admin', '{alnum:14}')"),
            ("a.py", "HTTPBasicAuth(\"u\", \"{alnum:14}\")"),
            ("a.py", "pymysql.connect(\"h\", \"u\", \"{alnum:14}\", \"db\")"),
            ("a.php", "new PDO($dsn, 'u', '{alnum:14}');"),
            ("a.php", "$db = mysqli_connect(\"h\", \"u\", \"{alnum:14}\", \"db\");"),
            ("a.php", "new mysqli($host, $user, \"{alnum:14}\", \"db\");"),
            ("a.pl", "DBI->connect(\"dbi:Pg:x\", \"u\", \"{alnum:14}\");"),
            ("a.cs", "new NetworkCredential(\"u\", \"{alnum:14}\")"),
            ("a.java", "DriverManager.getConnection(url, \"u\", \"{alnum:14}\")"),
            ("a.java", "source.getConnection(\"u\", \"{alnum:14}\")"),
            ("a.java", "new UsernamePasswordCredentials(\"u\", \"{alnum:14}\")"),
            ("a.java", "new PasswordAuthentication(\"u\", \"{alnum:14}\".toCharArray())"),
            ("a.py", "smtp.login(USER, \"{alnum:14}\")"),
            ("a.rs", ".basic_auth(\"u\", Some(\"{alnum:14}\"))"),
            ("a.go", "smtp.PlainAuth(\"\", \"u\", \"{alnum:14}\", \"host\")"),
        ],
    );
    check(
        None,
        &[
            ("a.py", "requests.get(u, auth=(\"admin\", password{digits:2}))"),
            ("a.py", "auth=(\"u\", \"password\")"),
            ("a.php", "new PDO($dsn, $user, $pass, \"x{alnum:14}\")"),
            ("a.java", "DriverManager.getConnection(url, \"u\", System.getenv(\"X{alnum:12}\"))"),
            ("a.py", "smtp.login(\"u\", os.environ[\"P{alnum:12}\"])"),
            ("a.py", "app.login(\"Anmelden\", \"Bitte {digits:2} warten\")"),
            ("a.py", "login(\"u\", \"x{alnum:14}\")"),
            ("a.py", "signal.connect(\"a\", \"x{alnum:14}\")"),
            ("a.py", "login = \"x{alnum:14}\""),
            ("a.py", "button.connect(\"clicked\", handler, \"on_button_{digits:1}\")"),
            ("a.cpp", "widget.connect(b, SIGNAL(x), \"{digits:1}handleClick()\")"),
            ("a.py", "author=(\"u\", \"x{alnum:14}\")"),
        ],
    );
}
