//! `qdiag collectors`: definitions are listed, shown, checked, added and overridden.

use crate::support::{Root, Run, collect};

const EXAMPLE: &str = r#"schema = 1
id = "example-server"
name = "Example Server"

[[detect.file]]
path = "/opt/example/server.conf"
source = "a page"

[[variable.ini]]
name = "log_dir"
path = "/opt/example/server.conf"
section = "logging"
key = "folder"
default = "/var/log/example"
source = "a page"

[[collect]]
id = "service-log"
category = "logs"
paths = ["{log_dir}/**/*.log"]
source = "a page"
"#;

const RELEASES: &str = r#"schema = 1
release = [
    { version = "12.16", name = "April 2018", source = "a page" },
    { version = "12.26", name = "June 2018", sure = "inferred" },
]
"#;

#[test]
fn a_new_product_takes_a_file_and_no_rust() {
    let root = Root::linux()
        .file("/opt/example/server.conf", "[logging]\nfolder=/srv/[odd] logs\n")
        .file("/srv/[odd] logs/sub/a.log", "fine\n")
        .file("/srv/o logs/b.log", "not this one\n")
        .file("/definitions/example-server.toml", EXAMPLE);
    let definitions = root.real("/definitions");
    let definitions = definitions.to_str().expect("plain");
    let found = Run::new(["detect", "--json", "--collectors", definitions, "--root"])
        .arg(root.path())
        .run()
        .code(0)
        .json();
    assert_eq!(found["installations"][0]["product"], "example-server");
    let (bundle, _) = collect(root.path(), root.output.path(), &["--collectors", definitions]);
    let line = bundle.line("a.log");
    assert_eq!(
        (&line["outcome"], &line["item"]),
        (&"collected".into(), &"example-server/service-log".into())
    );
    assert!(
        !bundle.listing().contains("b.log"),
        "a value in a pattern matches itself only\n{}",
        bundle.listing()
    );
}

#[test]
fn errors_name_file_line_field_and_what_would_be_right() {
    for (change, line, words) in [
        (("category = \"logs\"", "category = \"log\""), 19, &["category", "logs"][..]),
        (("[[collect]]", "[[collekt]]"), 17, &["collekt"]),
        (("{log_dir}/**/*.log", "{log_dri}/**/*.log"), 20, &["log_dri"]),
        (("**/*.log", "**/[*.log"), 20, &["paths"]),
        (("schema = 1", "schema = 2"), 1, &["schema"]),
        (("{log_dir}/**", "/var/**"), 20, &["collect[0].paths[0]", "not the product's"]),
        (("]\nsource = \"a page\"\n", "]\n"), 17, &["collect[0]", "has no source"]),
        (("id = \"example-server\"", "id = \"other\""), 2, &["id", "other"]),
    ] {
        let root = Root::linux().file("/example-server.toml", EXAMPLE.replacen(change.0, change.1, 1));
        let ran = Run::new(["collectors", "check"]).arg(root.real("/example-server.toml")).run().code(4);
        assert!(
            ran.stderr.contains(&format!("example-server.toml:{line}:")),
            "line {line} is not named for {change:?}\n{ran}"
        );
        assert!(words.iter().all(|word| ran.stderr.contains(word)) && ran.stderr.contains("hint: "), "{ran}");
    }
}

const FORMAT: &str = r#"schema = 1
id = "example-log"
name = "Example"
continues = true

[[time]]
place = "start"
writing = "year-first"

[[record]]
pattern = '^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<level>[A-Z]) (?P<message>.*)'

[level]
error = ["E"]

[[example]]
line = "2019-02-01 04:59:01 E it broke"
level = "error"
"#;

#[test]
fn formats_are_listed_and_a_folder_may_add_some() {
    let listed = Run::new(["collectors", "formats", "--json"]).run().code(0).json();
    let ids: Vec<&str> =
        listed.as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(ids.len() >= 20 && ids.contains(&"sense-tab") && ids.contains(&"text"), "{ids:?}");

    let named = EXAMPLE.to_owned() + "format = \"example-log\"\n";
    let root = Root::linux()
        .file("/definitions/example-server.toml", &named)
        .file("/definitions/formats/example-log.toml", FORMAT);
    let folder = root.real("/definitions");
    let ran = Run::new(["collectors", "formats", "--collectors"]).arg(&folder).run().code(0);
    assert!(ran.text().contains("example-log") && ran.text().contains("(added)"), "{ran}");
    Run::new(["collectors", "check"]).arg(folder.join("example-server.toml")).run().code(0);
    Run::new(["collectors", "check"]).arg(folder.join("formats/example-log.toml")).run().code(0);
    assert!(Run::new(["collectors", "show", "karaf"]).run().code(0).text().contains("id = \"karaf\""));
}

#[test]
fn a_format_that_is_not_there_or_not_right_stops_the_run() {
    let named = EXAMPLE.to_owned() + "format = \"exampel-log\"\n";
    let root = Root::linux().file("/definitions/example-server.toml", &named);
    let check =
        Run::new(["collectors", "check"]).arg(root.real("/definitions/example-server.toml")).run().code(4);
    assert!(
        check.stderr.contains("example-server.toml:22:") && check.stderr.contains("exampel-log"),
        "{check}"
    );
    for (change, line, word) in [
        (("start", "begin"), 7, "begin"),
        (("year-first", "iso"), 8, "iso"),
        (("(?P<level>", "(?P<livel>"), 11, "livel"),
        (("'^(", "'("), 11, "anywhere"),
        (("level = \"error\"", "level = \"info\""), 17, "error"),
        (("E it broke", "it broke"), 17, "understood"),
        (("continues", "continued"), 4, "continues"),
    ] {
        let root = Root::linux().file("/d/formats/example-log.toml", FORMAT.replacen(change.0, change.1, 1));
        let ran = Run::new(["collectors", "list", "--collectors"]).arg(root.real("/d")).run().code(4);
        assert!(ran.stderr.contains(&format!("example-log.toml:{line}:")), "{change:?}\n{ran}");
        assert!(ran.stderr.contains(word), "{change:?}\n{ran}");
        Run::new(["collectors", "check"]).arg(root.real("/d/formats/example-log.toml")).run().code(4);
    }
}

#[test]
fn a_good_file_is_ok_and_the_built_in_ones_are() {
    let root = Root::linux().file("/example-server.toml", EXAMPLE);
    Run::new(["collectors", "check"]).arg(root.real("/example-server.toml")).run().code(0);
    Run::new(["collectors", "check"]).run().code(0);
    Run::new(["collectors", "check", "no/such.toml"]).run().code(6);
    Run::new(["collectors", "show", "no-such-product"]).run().code(2);
}

#[test]
fn a_table_of_releases_is_checked_and_used() {
    let root = Root::linux()
        .file("/opt/example/server.conf", "version=12.18.3\n")
        .file(
            "/definitions/example-server.toml",
            format!("{EXAMPLE}[[version.file]]\npath = '/opt/example/server.conf'\npattern = 'version=(.*)'\nsource = 'a page'\n"),
        )
        .file("/definitions/releases/example-server.toml", RELEASES)
        .file("/wrong.toml", RELEASES.replace("12.26", "12.6"));
    let check = |path: &str| Run::new(["collectors", "check"]).arg(root.real(path)).run();
    check("/definitions/releases/example-server.toml").code(0);
    let ran = check("/wrong.toml").code(4);
    assert!(ran.stderr.contains("wrong.toml:4: release[1].version"), "{ran}");
    let found = Run::new(["detect", "--json", "--collectors"])
        .arg(root.real("/definitions"))
        .arg("--root")
        .arg(root.path())
        .run()
        .code(0)
        .json();
    let release = &found["installations"][0]["release"];
    assert_eq!(release["value"], "April 2018");
    assert_eq!(release["source"], "release table of example-server: the nearest below is 12.16, inferred");
}

#[test]
fn check_tells_all_doubts() {
    let text = EXAMPLE.replace("source = \"a page\"\n", "").replace("{log_dir}/**", "/var/**");
    let root = Root::linux().file("/example-server.toml", text);
    let check = || Run::new(["collectors", "check"]).arg(root.real("/example-server.toml"));
    let ran = check().run().code(4);
    assert_eq!(ran.stderr.matches("error: ").count(), 5, "{ran}");
    let json = check().arg("--json").run().code(4).json();
    assert_eq!(json[0]["problems"].as_array().map(Vec::len), Some(5), "{json}");
}

#[test]
fn a_definition_is_shown_as_a_page_as_its_file_and_as_json() {
    let id = "qlik-sense-enterprise-windows";
    let show = |more: &[&str]| Run::new(["collectors", "show", id]).args(more).run().code(0);
    let page = show(&[]).text();
    for words in [
        "Qlik Sense Enterprise on Windows (qlik-sense-enterprise-windows, built in)",
        "  service    QlikSenseRepositoryService, program Repository\\.exe → {install_dir}, 1 up\n",
        "Taken: logs\n",
        "  script-log: reloads line by line, with the load script\n",
        "not older than 14d; of files larger than 50MB",
        "central: the node that holds the site's database [inferred]",
        "    if service QlikSenseRepositoryDatabase and path {data_dir}\\Repository\\PostgreSQL\n",
        "  {data_dir}\\Repository\\AppContent\\**\n",
        " sourced, ",
        " inferred",
    ] {
        assert!(page.contains(words), "{words} is not in\n{page}");
    }
    assert!(show(&["--toml"]).text().starts_with("# Qlik Sense Enterprise on Windows: "));
    let json = show(&["--json"]).json();
    assert_eq!((&json["definition"]["id"], &json["embedded"]), (&id.into(), &true.into()));
    assert_eq!(json["releases"][0]["name"], "3.2 SR2");
}

#[test]
fn a_broken_added_definition_stops_the_run() {
    let root = Root::linux().file("/definitions/example-server.toml", "schema = 1\nid = 7\n");
    let ran = Run::new(["detect", "--collectors"])
        .arg(root.real("/definitions"))
        .arg("--root")
        .arg(root.path())
        .run()
        .code(4);
    assert!(ran.stderr.contains("example-server.toml:2:"), "{ran}");
}

const TWICE: &str = r#"schema = 1
id = "example-server"
name = "Example Server"

[[detect.file]]
path = "/opt/*/server.conf"
variable = "install_dir"

[[detect.file]]
path = "/etc/example"
weak = true

[[collect]]
id = "log"
category = "logs"
paths = ["{install_dir}/*.log", "/var/log/example/*.log"]
"#;

#[test]
fn two_installations_have_their_own_folders_and_share_no_file() {
    let root = Root::linux()
        .file("/opt/seven/server.conf", "x\n")
        .file("/opt/seven/own.log", "seven\n")
        .file("/opt/eight/server.conf", "x\n")
        .file("/opt/eight/own.log", "eight\n")
        .file("/var/log/example/shared.log", "both\n")
        .file("/definitions/example-server.toml", TWICE);
    let definitions = root.real("/definitions");
    let definitions = definitions.to_str().expect("plain");
    let plan =
        Run::new(["plan", "--collectors", definitions, "--root"]).arg(root.path()).run().code(0).text();
    let head: Vec<&str> = plan.lines().take(2).collect();
    assert!(head[0].starts_with("Example Server version unknown, in /opt/seven: data/"), "{plan}");
    assert!(head[1].ends_with("/example-server-2"), "{plan}");
    let (bundle, _) = collect(root.path(), root.output.path(), &["--collectors", definitions]);
    let found = &bundle.manifest()["installations"];
    assert_eq!(found[1]["instance"]["value"], "/opt/eight");
    let logs: Vec<String> = bundle
        .lines()
        .iter()
        .filter(|line| line["item"] == "example-server/log")
        .map(|line| {
            line["name"].as_str().expect("a name").splitn(3, '/').nth(2).expect("a folder").to_owned()
        })
        .collect();
    let shared = "example-server/logs/var/log/example/shared.log";
    assert_eq!(logs, ["example-server/logs/own.log", shared, "example-server-2/logs/own.log"]);
}

#[test]
fn left_overs_are_listed_and_nothing_is_taken_of_them() {
    let root = Root::linux()
        .file("/etc/example/old.conf", "x\n")
        .file("/var/log/example/old.log", "x\n")
        .file("/definitions/example-server.toml", TWICE);
    let definitions = root.real("/definitions");
    let definitions = definitions.to_str().expect("plain");
    let asked =
        |command: &str| Run::new([command, "--collectors", definitions, "--root"]).arg(root.path()).run();
    for command in ["detect", "plan"] {
        let text = asked(command).code(1).text();
        assert!(text.contains("Example Server: left-overs only"), "{text}");
        assert!(text.contains("/etc/example (may be left behind)") && !text.contains("old.log"), "{text}");
    }
    for command in ["detect", "plan"] {
        let document = asked_json(command, definitions, &root);
        assert_eq!(document["left_overs"][0]["product"], "example-server", "{document}");
    }
    let (bundle, _) =
        collect(root.path(), root.output.path(), &["--environment-only", "--collectors", definitions]);
    assert_eq!(bundle.manifest()["left_overs"][0]["evidence"][0]["probe"], "file");
    assert!(!bundle.listing().contains("old.log"), "{}", bundle.listing());
}

fn asked_json(command: &str, definitions: &str, root: &Root) -> serde_json::Value {
    Run::new([command, "--json", "--collectors", definitions, "--root"]).arg(root.path()).run().code(1).json()
}
