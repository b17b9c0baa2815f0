//! Secrets in declarations, rows and sections, and with signs of programs in them. Values are generated here.

use super::shape_tests::check;
use vetogate_core::Confidence;

const HIGH: Option<Confidence> = Some(Confidence::High);
const MEDIUM: Option<Confidence> = Some(Confidence::Medium);
const LOW: Option<Confidence> = Some(Confidence::Low);

#[test]
fn short_keys_with_any_sign() {
    check(
        MEDIUM,
        &[
            ("a.py", "JWT_SECRET = \"{alnum:4}(7{alnum:11}\""),
            (".env", "SECRET_KEY={alnum:8}4]{alnum:7}"),
            (".env", "SECRET_KEY={alnum:6}9|{alnum:9}"),
            ("a.yml", "secret_key: \"{alnum:8}2}}{alnum:6}\""),
            ("a.ts", "session({{ secret: '{alnum:7}8<{alnum:8}' }})"),
            ("a.js", "const jwtSecret = \"{alnum:4}6;{alnum:13}\";"),
            ("a.js", "const jwtSecret = \"kQ{letters:3}xZ;mRz{letters:3}xWqT\";"),
            ("a.py", "SECRET_KEY = \"{alnum:7}3,{alnum:8}\""),
            ("a.yml", "jwt_secret: {alnum:6}5?{alnum:9}"),
        ],
    );
    check(
        None,
        &[
            ("a.py", "JWT_SECRET = \"getSecret(config1)\""),
            ("a.yml", "secret_key: \"[jwt.secretkey1]\""),
            ("a.yml", "jwt_secret: lookup(jwtkey1)x"),
            ("a.js", "const jwtSecret = \"<jwt-secret-key1>\";"),
            ("a.py", "SECRET_KEY = \"a1,b2,c3,d4,e5,f6\""),
            ("a.yml", "token: AVP_<path:x/y#z2>"),
            ("a.yml", "api_token: k7_{{NAME}}_9fQ2xLm"),
            ("a.py", "API_KEY = \"rgb(10,20,30,0.5)\""),
            ("a.py", "SECRET_KEY = \"${{APP_KEY_V2}}x1\""),
            ("a.py", "SECRET_KEY = \"^(?:[a-z]{{16}})$\""),
            ("a.py", "SECRET_KEY = \"{{0}}:{{1}}:{{2}}:{{3}}x\""),
        ],
    );
}

#[test]
fn connections_with_brackets_in_the_password() {
    check(
        HIGH,
        &[
            ("A.cs", "c = \"Server=db1;User Id=web;Password={alnum:6}7({alnum:6};\";"),
            ("appsettings.json", "{{\"c\": \"Server=db1;User Id=web;Password=a{alnum:6}8]{alnum:6};\"}}"),
            (".env", "ConnectionStrings__X=Server=db1;User Id=web;Password={alnum:6}9{{{alnum:6};"),
        ],
    );
    check(
        None,
        &[
            ("A.cs", "c = \"Server=db1;User Id=web;Password={{0}};\";"),
            ("A.cs", "c = $\"Server=db1;User Id=web;Password={{options.Password1}};\";"),
            ("A.cs", "c = \"Server=db1;User Id=web;Password=#{{Octo_Pw1}};\";"),
            ("A.cs", "c = \"Server=db1;User Id=web;Password=[PASSWORD1];\";"),
            ("a.sh", "C=\"Server=db1;User Id=web;Password=$(get_pw db1);\""),
            ("a.yml", "c: Server=db1;User Id=web;Password=(db_pw1);"),
        ],
    );
}

#[test]
fn properties_and_constants() {
    check(
        MEDIUM,
        &[
            ("A.cs", "public string Password {{ get; set; }} = \"{alnum:12}\";"),
            ("A.cs", "public string ApiKey {{ get; init; }} = \"{alnum:32}\";"),
            ("A.cs", "public static string Token {{ get; private set; }} = \"{alnum:32}\";"),
            ("A.cs", "public string Password\n{{\n    get; set;\n}} = \"{alnum:12}\";"),
            ("a.vb", "Dim password As String = \"{alnum:14}\""),
            ("a.vb", "Private Const ApiKey As String = \"{alnum:32}\""),
            ("a.erl", "-define(PASSWORD, \"{alnum:14}\")."),
            ("a.ex", "@api_key \"{alnum:32}\""),
        ],
    );
    check(
        None,
        &[
            ("A.cs", "public string Password {{ get; set; }} = \"\";"),
            ("A.cs", "public string Password {{ get; set; }}\npublic string Name = \"{alnum:14}\";"),
            ("A.cs", "public string Password {{ get {{ return x; }} }} == \"{alnum:14}\""),
            ("A.cs", "if (token) {{ run(); }} name = \"{alnum:32}\";"),
            ("A.cs", "public string TokenType {{ get; set; }} = \"{alnum:32}\";"),
            ("a.vb", "Dim password As String\nname = \"{alnum:14}\""),
            ("a.vb", "If password = other As String Then x = \"{alnum:14}\""),
            ("a.erl", "-define(PASSWORD, os:getenv(\"a{alnum:14}\"))."),
            ("a.ex", "@api_key System.get_env(\"A{alnum:30}\")"),
        ],
    );
}

#[test]
fn defaults_of_fields() {
    check(
        MEDIUM,
        &[
            ("a.py", "    api_key: str = Field(default=\"{alnum:32}\")"),
            ("a.py", "    api_key: str = Field(\"{alnum:32}\", description=\"x\")"),
            ("a.py", "    api_key: str = dataclasses.field(default=\"{alnum:32}\")"),
            ("a.py", "    password = attr.ib(default=\"{alnum:16}\")"),
            ("a.py", "    password = models.CharField(max_length=40, default=\"{alnum:16}\")"),
            ("a.py", "    password = Column(String(40), default=\"{alnum:16}\")"),
            ("a.py", "    token: SecretStr = Field(default=SecretStr(\"{alnum:32}\"))"),
            ("a.py", "def f(token: str = typer.Option(\"{alnum:32}\")):"),
        ],
    );
    check(
        None,
        &[
            ("a.py", "    api_key: str = Field(default=\"\")"),
            ("a.py", "    api_key: str = Field(alias=\"a{alnum:31}\")"),
            ("a.py", "    api_key: str = Field(default=None, alias=\"a{alnum:31}\")"),
            ("a.py", "    api_key: str = Field(default=make(\"a{alnum:31}\"))"),
            ("a.py", "    api_key: str = Field(..., description=\"a{alnum:31}\")"),
            ("a.py", "    password = Column(\"password\", String)"),
            ("a.py", "    password = models.CharField(\"a{alnum:15}\", max_length=40)"),
            ("a.py", "def f(token: str = typer.Option(\"--token\")):"),
        ],
    );
}

#[test]
fn sections_before_a_name() {
    check(
        MEDIUM,
        &[
            ("secrets.json", "{{\"Db:Password\": \"{alnum:16}\"}}"),
            ("secrets.json", "{{\"Acme:Stripe:ApiKey\": \"{alnum:32}\"}}"),
            ("secrets.json", "{{\"Jwt:Key\": \"{alnum:32}\"}}"),
        ],
    );
    check(
        None,
        &[
            ("secrets.json", "{{\"Db:Password\": \"\"}}"),
            ("secrets.json", "{{\"Db:PasswordPolicy\": \"{alnum:16}\"}}"),
            ("secrets.json", "{{\"Cache:Key\": \"{alnum:32}\"}}"),
            ("a.json", "{{\"AWS::SecretsManager::SecretTargetAttachment\": \"{hex:16}\"}}"),
            ("a.json", "{{\"AWS::MSK::BatchScramSecret\": \"{hex:16}\"}}"),
            ("a.js", "log(\"Password: \" + a, \"{alnum:16}\")"),
            ("a.js", "log(\"your Password:\" + \"{alnum:16}\")"),
        ],
    );
}

#[test]
fn rows_of_tables() {
    check(
        MEDIUM,
        &[
            ("a.sql", "INSERT INTO users (name, password) VALUES ('admin', '{alnum:12}8#{lower:3}');"),
            ("a.sql", "insert into `users` (`password`,`name`)\nvalues ('{alnum:12}8#{lower:3}', 'x');"),
            ("a.py", "q = \"INSERT INTO users (id, password, x) VALUES (1, '{alnum:12}8{lower:3}', 'y')\""),
        ],
    );
    check(
        LOW,
        &[
            ("tests/a.sql", "INSERT INTO users (name, password) VALUES ('admin', '{alnum:12}8#{lower:3}');"),
            ("a.sql", "INSERT INTO users (name, password) VALUES ('admin', 'Dragon{digits:3}');"),
        ],
    );
    check(
        None,
        &[
            ("a.sql", "INSERT INTO users (name, password) VALUES ('{alnum:16}', ?);"),
            ("a.sql", "INSERT INTO users (name, password) VALUES ('{alnum:16}', MD5('x'));"),
            ("a.sql", "INSERT INTO users (password, name) VALUES (NULL, '{alnum:16}');"),
            ("a.sql", "INSERT INTO users (name, password) VALUES ('a', '$2y$10${alnum:53}');"),
            ("a.sql", "INSERT INTO users (name, password) VALUES ('a', '{hex:32}');"),
            (
                "a.sql",
                "INSERT INTO users (name, password) VALUES ('a', 'pbkdf2:sha256:50000$kk{alnum:6}${hex:64}');",
            ),
            ("a.sql", "SELECT f (name, password) VALUES ('a', '{alnum:16}');"),
            ("a.sql", "INSERT INTO users (name, password) SELECT ('a', '{alnum:16}');"),
        ],
    );
}

#[test]
fn data_of_manifests() {
    check(
        MEDIUM,
        &[
            (
                "AndroidManifest.xml",
                "<meta-data android:name=\"com.acme.API_SECRET\" android:value=\"{alnum:32}\"/>",
            ),
            (
                "AndroidManifest.xml",
                "<meta-data\n  tools:node=\"x\"\n  android:name=\"a.api_token\" android:value=\"{hex:40}\"/>",
            ),
        ],
    );
    check(
        None,
        &[
            (
                "AndroidManifest.xml",
                "<meta-data android:name=\"com.acme.API_SECRET\" android:value=\"@string/x\"/>",
            ),
            (
                "AndroidManifest.xml",
                "<meta-data android:name=\"com.acme.API_SECRET\" android:value=\"${{KEY}}\"/>",
            ),
            ("AndroidManifest.xml", "<meta-data android:name=\"api_secret\" android:label=\"{alnum:32}\"/>"),
        ],
    );
}

#[test]
fn uuids_and_digits_under_plain_names() {
    check(
        MEDIUM,
        &[
            ("realm.json", "{{\"credentials\": {{\"secret\": \"{uuid}\"}}}}"),
            (".yarnrc.yml", "npmAuthToken: {uuid}"),
            ("a.py", "Client(app_key=\"{hex:40}\")"),
        ],
    );
    check(
        None,
        &[
            ("a.yml", "secretId: {uuid}"),
            ("a.py", "Client(app_key=\"{hex:24}\")"),
            ("a.py", "Client(app_key=\"{lower-alnum:15}\")"),
        ],
    );
}
