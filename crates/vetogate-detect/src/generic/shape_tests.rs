//! The ways in which a name gets its value: true ones and near misses. Values are generated or assembled here.

use super::tests::{all, found};
use vetogate_core::Confidence;

const MEDIUM: Option<Confidence> = Some(Confidence::Medium);
const HIGH: Option<Confidence> = Some(Confidence::High);
const LOW: Option<Confidence> = Some(Confidence::Low);

pub(super) fn check(says: Option<Confidence>, cases: &[(&str, &str)]) {
    for (path, template) in cases {
        assert_eq!(found(path, template), says, "{path}: {template}");
        assert!(all(path, template).len() < 2, "{path}: {template}");
    }
}

#[test]
fn what_is_taken_where_the_environment_says_nothing() {
    check(
        MEDIUM,
        &[
            ("src/a.py", "db = os.getenv('DB_PASSWORD', '{alnum:14}')"),
            ("src/a.py", "password = os.getenv('DB_PASSWORD', '{alnum:14}')"),
            ("src/a.py", "password = os.environ.get(\"PG_PW\", \"{alnum:14}\")"),
            ("src/a.py", "key = os.environ.get(\"API_KEY\", \"{alnum:32}\")"),
            ("src/a.py", "os.environ.setdefault('SECRET_KEY', '{alnum:40}')"),
            ("src/a.py", "SECRET = config('SECRET_KEY', default='{alnum:40}')"),
            ("src/a.py", "x = config('SECRET_KEY', cast=str, default='{alnum:40}')"),
            ("src/a.py", "@click.option(\"--password\", default=\"{alnum:14}\")"),
            ("src/a.py", "x = os.environ.get('DB_PASSWORD') or '{alnum:14}'"),
            ("a.rb", "ENV.fetch(\"X_PASSWORD\", \"{alnum:14}\")"),
            ("a.rb", "pass = ENV['X_PASSWORD'] || '{alnum:14}'"),
            ("a.rb", "ENV['X_PASSWORD'] ||= '{alnum:14}'"),
            ("a.rb", "ENV.fetch('X_PASSWORD') {{ '{alnum:14}' }}"),
            ("a.rb", "password = ENV.fetch('X_PW') {{ \"{alnum:14}\" }}"),
            ("a.js", "const password = prod ? process.env.PG : '{alnum:14}'"),
            ("a.js", "const pw = prod ? process.env.DB_PASSWORD : '{alnum:14}'"),
            ("config/database.php", "'pw' => env('DB_PASSWORD', '{alnum:14}'),"),
            ("config/database.php", "'password' => env('DB_PW', '{alnum:14}'),"),
            ("a.php", "$p = getenv('DB_PASSWORD') ?: '{alnum:14}';"),
            ("a.php", "$p = $_ENV['DB_PASSWORD'] ?? '{alnum:14}';"),
            ("a.js", "const pw = process.env.DB_PASSWORD || '{alnum:14}'"),
            ("a.js", "const password = process.env.DB_PW || '{alnum:14}'"),
            ("a.js", "const password =\n    process.env.DB_PW ||\n    '{alnum:14}'"),
            ("a.ts", "secret: process.env.X_SECRET ?? \"{alnum:32}\","),
            ("a.go", "pw := getEnv(\"DB_PASSWORD\", \"{alnum:14}\")"),
            ("a.go", "flag.String(\"db-password\", \"{alnum:14}\", \"of the database\")"),
            ("a.rs", "let pw = env::var(\"DB_PASSWORD\")\n    .unwrap_or_else(|_| \"{alnum:14}\".into());"),
            ("a.java", "System.getenv().getOrDefault(\"DB_PASSWORD\",\"{alnum:14}\")"),
            (
                "a.java",
                "String p = Optional.ofNullable(System.getenv(\"DB_PASSWORD\")).orElse(\"{alnum:14}\");",
            ),
            ("a.java", "@Value(\"${{db.password:{alnum:14}}}\")"),
            ("a.cs", "var p = Environment.GetEnvironmentVariable(\"DB_PASSWORD\") ?? \"{alnum:14}\";"),
            ("compose.yml", "      POSTGRES_PASSWORD: ${{DB_PASSWORD:-{alnum:14}}}"),
            ("compose.yml", "      POSTGRES_PASSWORD: \"${{PG_PW:-{alnum:14}}}\""),
            ("compose.yml", "      X: ${{DB_PASSWORD:-{alnum:14}}}"),
            ("application.yml", "  password: ${{DB_PW:{alnum:14}}}"),
            ("run.sh", "psql -c \"x ${{DB_PASSWORD:-{alnum:14}}}\""),
            ("run.sh", ": \"${{DB_PASSWORD:={alnum:14}}}\""),
        ],
    );
    check(
        None,
        &[
            ("src/a.py", "password = os.getenv('DB_PASSWORD', '')"),
            ("src/a.py", "password = os.getenv('DB_PASSWORD', default)"),
            ("src/a.py", "password = os.getenv('DB_PASSWORD', 'changeme')"),
            ("src/a.py", "password = os.getenv('DB_PASSWORD')\nuser = 'x{alnum:14}'"),
            ("src/a.py", "f = parser.get('password_hash', '{hex:32}')"),
            ("a.js", "errors.add('password', 'too-short-{digits:2}')"),
            ("a.js", "t('password', 'Passwort{digits:2}')"),
            ("a.js", "const password = req.body.password || ''"),
            ("a.rb", "users.fetch('password').map {{ 'x{alnum:12}' }}"),
            ("a.js", "const password = show ? form.value : undefined; x = 'x{alnum:12}'"),
            ("a.ts", "const type = {{ password: show ? Text : Hidden, id: 'x{alnum:12}' }}"),
            ("a.js", "const password = process.env.X || ''\nconst x = 'x{alnum:14}'"),
            ("a.ts", "interface A {{ password?: 'abc{alnum:8}' }}"),
            ("config/auth.php", "'passwords' => env('AUTH_PASSWORD_BROKER', 'users'),"),
            ("config/routes.rb", "get \"admin/passwords\" => \"queen#passwords{digits:2}\""),
            ("a.php", "$p = env('DB_PASSWORD');\n$x = 'x{alnum:12}';"),
            ("a.java", "\"You must supply 'password' or 'x{alnum:12}' here\""),
            ("a.php", "f(\"--password=\\\"${{:DB_PASSWORD_{digits:4}}}\\\"\")"),
            ("compose.yml", "  POSTGRES_PASSWORD: ${{DB_PASSWORD:-}}"),
            ("compose.yml", "  POSTGRES_PASSWORD: ${{DB_PASSWORD:?set_{alnum:12}}}"),
            ("compose.yml", "  POSTGRES_PASSWORD: ${{DB_PASSWORD:-changeme}}"),
            ("compose.yml", "  POSTGRES_PASSWORD: ${{DB_PASSWORD:-${{OTHER}}}}"),
            ("run.sh", "echo ${{DB_PASSWORD:+set{digits:6}}}"),
            ("run.sh", "echo ${{PASSWORD:12345:20}}"),
        ],
    );
}

#[test]
fn arguments_of_a_call() {
    check(
        MEDIUM,
        &[
            ("wp-config.php", "define('DB_PASSWORD', '{alnum:14}');"),
            ("wp-config.php", "define( 'AUTH_KEY',         '{alnum:64}' );"),
            ("a.java", "props.put(\"password\", \"{alnum:14}\");"),
            ("a.java", "System.setProperty(\"javax.net.ssl.keyStorePassword\", \"{alnum:14}\");"),
            ("a.js", "req.setRequestHeader('X-Api-Key', '{alnum:32}');"),
            ("a.py", "session.headers.add('X-Auth-Token', '{hex:40}')"),
        ],
    );
    check(
        None,
        &[
            ("a.java", "form.put(\"password\", \"Password must be {digits:2} long\");"),
            ("a.js", "expect('password', 'Abc{alnum:12}')"),
            ("a.java", "props.put(\"password\", password);"),
            ("a.java", "Set.of(\"org.acme.dbcp2.DataSource#getPassword\", \"org.acme.dbcp2.DataSource\");"),
            ("a.java", "f.withPropertyValues(\"a.b.secret:password\", \"a.b.c:{alnum:16}\")"),
            ("a.java", "map.put(\"refresh_token\", \"refresh-token-{digits:4}\");"),
            ("a.php", "$b->add('password', 'Acme\\Form\\Type{digits:1}\\PasswordType');"),
            ("six.py", "MovedAttribute(\"HTTPPassword\", \"urllib2\", \"urllib.request\"),"),
            ("a.js", "labels.set('password', 'Kennwort{digits:2}')"),
        ],
    );
}

#[test]
fn elements_and_attributes() {
    check(
        MEDIUM,
        &[
            ("web.config", "<add key=\"Password\" value=\"{alnum:14}\" />"),
            ("app.xml", "<property name=\"password\" value=\"{alnum:14}\"/>"),
            ("app.xml", "<property name=\"spring.datasource.password\"\n  value=\"{alnum:14}\"/>"),
            ("app.xml", "<property name=\"password\"><value>{alnum:14}</value></property>"),
            (
                "app.config",
                "<setting name=\"ApiPassword\" serializeAs=\"String\">\n<value>{alnum:14}</value>",
            ),
            ("core-site.xml", "<name>fs.s3a.secret.key</name>\n<value>{alnum:40}</value>"),
            ("settings.xml", "<server><password>{alnum:14}</password></server>"),
            ("a.xml", "<Password encoding=\"plain\">{alnum:14}</Password>"),
            ("a.xml", "<wsse:Password Type=\"x\">{alnum:14}</wsse:Password>"),
            ("a.xml", "<apiKey>{alnum:32}</apiKey>"),
            ("a.xml", "<secret><![CDATA[{alnum:32}]]></secret>"),
            ("a.xml", "<entry key=\"password\">{alnum:14}</entry>"),
            ("a.plist", "<key>password</key>\n\t<string>{alnum:14}</string>"),
            ("strings.xml", "<string name=\"facebook_client_token\">{hex:32}</string>"),
        ],
    );
    check(
        None,
        &[
            ("settings.xml", "<password>${{env.PASSWORD}}</password>"),
            ("settings.xml", "<password>{{{base64:40}=}}</password>"),
            ("settings.xml", "<password></password><x>{alnum:14}</x>"),
            ("a.py", "<passphrase>your-gpg-passphrase</passphrase>"),
            ("settings.xml", "<password/><x>{alnum:14}</x>"),
            ("a.xml", "<password>password</password>"),
            ("a.xml", "<password>Enter at least {digits:2} letters</password>"),
            ("a.xsd", "<xs:element name=\"password\" type=\"xs:string\"/>"),
            ("a.php", "<input name=\"password\" value=\"{alnum:14}\">"),
            ("strings.xml", "<string name=\"password\">Kennwort</string>"),
            ("a.java", "Map<Password> a = x{alnum:12}</b>"),
            ("a.xml", "<add key=\"PasswordFile\" value=\"x{alnum:14}\"/>"),
            ("a.xml", "<add key=\"Password\" value=\"\"/><add key=\"x\" value=\"x{alnum:12}\"/>"),
            ("a.xml", "<key>password</key><true/><key>x</key><string>{alnum:14}</string>"),
        ],
    );
}

#[test]
fn connection_strings() {
    check(
        HIGH,
        &[
            (
                "a.cs",
                "\"Server=tcp:acme.database.windows.net,1433;User ID=app;Password={alnum:14}!;Encrypt=True\"",
            ),
            ("a.cs", "\"Password={alnum:14};User ID=sa;Initial Catalog=app;Data Source=SQLPROD1\""),
            ("web.config", "connectionString=\"data source=sql1.acme.io;User Id=app;Pwd={alnum:16};\""),
            (".env", "CONN=Driver={{ODBC}};Server=sql1.acme.io;UID=app;PWD={alnum:14}"),
            ("a.json", "\"Default\": \"Server=SQL01;Database=a;User Id=b;Password={alnum:12}#;\""),
            ("a.py", "connect(\"host=pg01 user=app password={alnum:16}! dbname=app\")"),
            ("a.py", "connect(\"host=db1.acme.io user=app password={alnum:14} dbname=app\")"),
            ("run.sh", "psql \"host=db1.acme.io user=app password={alnum:16}!\""),
        ],
    );
    check(
        MEDIUM,
        &[
            ("a.cs", "\"Server=localhost;User Id=app;Password={alnum:14};\""),
            ("a.cs", "\"Server=(localdb)\\\\v11.0;User Id=app;Password={alnum:14};\""),
            ("a.yml", "echo \"X=Server=localhost;User=SA;Password={alnum:14};\""),
            ("compose.yml", "DSN=\"host=db user=app password={alnum:14}\""),
            ("a.cs", "\"Server=myServerAddress;User Id=app;Password={alnum:14};\""),
        ],
    );
    check(
        LOW,
        &[
            ("compose.yml", "DSN=\"host=db user=app password={word:7}\""),
            ("a.cs", "\"Server=sql1.acme.io;User Id=app;Password={word:9};\""),
        ],
    );
    check(
        None,
        &[
            ("a.cs", "\"Server=sql1.acme.io;Database=app;Integrated Security=true;\""),
            ("a.cs", "\"Server=sql1.acme.io;User Id=app;Password={{your_password}};\""),
            ("a.cs", "\"Server=sql1.acme.io;User Id=app;Password=\" + password + \";\""),
            ("a.cs", "\"Server=sql1.acme.io;User Id=app;Password=;Encrypt=True{digits:6}\""),
            ("a.py", "f\"host={{host}} user={{user}} password={{password}}\""),
            ("a.py", "\"host=%s user=%s password=%s\""),
            ("a.c", "host = h; user = u; password = pw{digits:4};"),
        ],
    );
}

#[test]
fn options_of_commands() {
    check(
        MEDIUM,
        &[
            ("run.sh", "tool --password {alnum:14} --verbose"),
            ("run.sh", "wget --http-password={alnum:14} https://acme.io"),
            ("a.py", "os.system(\"tool --password={alnum:14} x\")"),
            ("a.py", "run([\"tool\", \"--password\", \"{alnum:14}\"])"),
            (".github/workflows/a.yml", "  run: tool --token {alnum:40}"),
            ("a.ps1", "New-User -Password \"{alnum:14}\""),
        ],
    );
    check(
        None,
        &[
            ("run.sh", "tool --password $PASSWORD"),
            ("run.sh", "tool --password \"$(cat {lower:8}1)\""),
            ("run.sh", "tool --password-stdin x{alnum:12}"),
            ("run.sh", "tool --password-file x{alnum:12}"),
            ("run.sh", "tool --password <password{digits:2}>"),
            ("a.py", "parser.add_argument(\"--password\", \"-p{alnum:8}\")"),
            ("a.py", "@click.option(\"--password\", \"db_password{digits:2}\")"),
            ("a.py", "\"\"\"The options --user and --password options are taken.\"\"\""),
            ("a.css", "--token-color: #a1b2c3d4;"),
            ("a.md", "Use --password to give the one that was set{digits:1}."),
        ],
    );
}

#[test]
fn values_on_the_next_line() {
    check(
        MEDIUM,
        &[
            ("a.py", "password = \\\n    \"{alnum:14}\""),
            ("a.py", "password = (\n    \"{alnum:14}\"\n)"),
            ("a.py", "login(\n  password=\n  \"{alnum:14}\")"),
            ("a.py", "{{\n  \"password\":\n    \"{alnum:14}\",\n}}"),
            ("a.js", "const password =\n  '{alnum:14}';"),
            ("a.js", "{{ password:\n    \"{alnum:14}\" }}"),
            ("a.rs", "let password: &str =\n    \"{alnum:14}\";"),
        ],
    );
    check(
        None,
        &[
            ("a.yml", "password:\nusername: x{alnum:12}"),
            ("a.yml", "password:\n  \"x{alnum:12}\": 1"),
            ("a.yml", "password:\n  \"x{alnum:12}\""),
            ("a.ini", "password =\nname = x{alnum:12}"),
            (".env", "PASSWORD=\n\"x{alnum:12}\""),
            ("a.js", "{{ password:\n    \"x{alnum:12}\": 1 }}"),
            ("a.py", "password=('db_password{digits:2}', 'x{alnum:12}')"),
            ("a.py", "class ResetToken:\n    \"\"\"x{alnum:16}\"\"\""),
            ("a.py", "def reset(password):\n    \"\"\"x{alnum:16}\"\"\""),
            ("a.py", "password = ''\nname = 'x{alnum:12}'"),
        ],
    );
}

#[test]
fn a_name_and_its_value_apart() {
    check(
        MEDIUM,
        &[
            ("k8s.yml", "  - name: DB_PASSWORD\n    value: \"{alnum:14}\""),
            ("k8s.yml", "  - name: \"DB_PASSWORD\"\n    value: {alnum:14}"),
            ("task.json", "{{\"name\": \"DB_PASSWORD\", \"value\": \"{alnum:14}\"}}"),
            ("task.json", "{{\n  \"Name\": \"DB_PASSWORD\",\n  \"Value\": \"{alnum:14}\"\n}}"),
            ("cf.json", "{{\"ParameterKey\": \"DbPassword\", \"ParameterValue\": \"{alnum:14}\"}}"),
            ("a.tf", "env {{\n  name  = \"DB_PASSWORD\"\n  value = \"{alnum:14}\"\n}}"),
            ("a.ts", "{{ name: 'DB_PASSWORD', value: '{alnum:14}' }},"),
            ("a.tf", "variable \"db_password\" {{\n  type = string\n  default = \"{alnum:14}\"\n}}"),
            ("a.yml", "password: |\n  {alnum:14}\nuser: x"),
            ("a.yml", "  password: >-\n    {alnum:14}"),
            ("Dockerfile", "ENV DB_PASSWORD {alnum:14}"),
            ("Dockerfile", "  ENV DB_PASSWORD \"{alnum:14}\""),
            ("Dockerfile", "ARG DB_PASSWORD={alnum:14}"),
            ("a.gradle", "credentials {{\n  username \"x\"\n  password \"{alnum:14}\"\n}}"),
            ("a.clj", "(def db {{:user \"x\" :password \"{alnum:14}\"}})"),
            ("a.r", "password <- \"{alnum:14}\""),
            ("a.js", "auth: {{ user: 'x', pass: '{alnum:14}' }}"),
            ("a.json", "{{\"smtp\": {{\"pass\": \"{alnum:14}\", \"user\": \"x\"}}}}"),
            ("a.yml", "db:\n  user: x\n  pass: {alnum:14}"),
            ("a.yml", "db_pw: {alnum:14}"),
        ],
    );
    check(
        None,
        &[
            ("k8s.yml", "  - name: DB_PASSWORD\n    valueFrom:\n      x{alnum:12}: 1"),
            ("k8s.yml", "  - name: DB_PASSWORD\n  - name: x{alnum:12}\n    value: x{alnum:12}"),
            ("k8s.yml", "  - name: DB_PASSWORD\n    value: $(OTHER_{digits:4})"),
            ("a.js", "{{ name: 'password', value: 'x{alnum:12}' }}"),
            ("a.tf", "variable \"db_password\" {{\n  type = string\n}}\nx {{ default = \"{alnum:14}\" }}"),
            ("a.tf", "variable \"db_password\" {{\n  default = \"\"\n  description = \"x{alnum:12}\"\n}}"),
            ("a.yml", "password: |\nuser: x{alnum:12}"),
            ("a.yml", "password: |\n  Enter x{alnum:12} here"),
            ("Dockerfile", "ENV DB_PASSWORD $PASSWORD{digits:4}"),
            ("run.sh", "echo ENV DB_PASSWORD x{alnum:12}"),
            ("a.rb", "x = password \"x{alnum:12}\""),
            ("a.rb", "raise \"the password \" \"x{alnum:12}\""),
            ("a.js", "{{ pass: 'passed{digits:2}', fail: 'y' }}"),
            ("a.js", "{{ user: 'x', bypass: 'x{alnum:12}' }}"),
            ("a.yml", "render_pw: x{alnum:12}"),
            ("a.php", "'ldap_pword' => 'x{alnum:12}',"),
            ("a.c", "set_pwm = \"x{alnum:12}\""),
            ("a.less", ".user .pass:x{alnum:12}"),
            ("a.go", "passwords <- x{alnum:12}"),
        ],
    );
}

#[test]
fn methods_that_set_it() {
    check(
        MEDIUM,
        &[
            ("A.java", "source.setPassword(\"{alnum:14}\");"),
            ("A.java", "client = builder.user(\"app\").password(\"{alnum:14}\").build();"),
            ("a.php", "$mail->setPassword('{alnum:14}');"),
            ("a.php", "$mail->password('{alnum:14}');"),
            ("a.kt", "withPassword(\"{alnum:14}\")"),
            ("a.go", "cfg.SetPassword(\"{alnum:14}\")"),
            ("a.cs", "b.SetClientSecret(\"{alnum:32}\")"),
        ],
    );
    check(
        None,
        &[
            ("A.java", "source.setPassword(password{digits:2});"),
            ("A.java", "source.setPasswordHint(\"x{alnum:12}\");"),
            ("A.java", "getPassword(\"x{alnum:12}\");"),
            ("A.java", "password(\"x{alnum:12}\")"),
            ("A.java", "form.password(\"user_password\")"),
            ("A.java", "form.setPassword(\"x{alnum:12}\", true)"),
            ("a.php", "$form->password('Kennwort{digits:0}')"),
            ("a.js", "yup.string().password(\"Too short\")"),
        ],
    );
}

#[test]
fn words_with_digits_and_signs() {
    let assembled = |word: &str, rest: &str| format!("password = \"{word}{rest}\"");
    for (word, rest) in [
        ("hunter", "2!summer"),
        ("hunter", "42"),
        ("Summer", "2024!"),
        ("dragon", "1987"),
        ("letme!", "please"),
    ] {
        assert_eq!(found("src/a.py", &assembled(word, rest)), MEDIUM, "{word} {rest}");
        assert_eq!(found("tests/a.py", &assembled(word, rest)), LOW, "{word} {rest}");
    }
    // How a thing is used is shown in comments.
    assert_eq!(found("src/a.rs", &format!("/// connect({})", assembled("hunter", "42"))), LOW);
    check(
        None,
        &[
            ("src/a.py", "password = \"password\""),
            ("src/a.py", "password = 'password{digits:2}'"),
            ("src/a.py", "password = 'Please enter {digits:1} signs!'"),
            ("src/a.js", "{{ password: 'form.password.label' }}"),
        ],
    );
    for harmless in
        ["field-2", "argon2id", "sha256", "userInput1", "Required!", "Forgot?", "oauth2", "queen#passwords"]
    {
        let found = found("src/a.js", &format!("{{{{ password: '{harmless}' }}}}"));
        assert_ne!(found, MEDIUM, "{harmless}");
    }
}
