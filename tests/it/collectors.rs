//! `qdiag collectors`: definitions are listed, shown, checked, added and overridden.

use crate::support::{Root, Run, collect};

const EXAMPLE: &str = r#"schema = 1
id = "example-server"
name = "Example Server"

[[detect.file]]
path = "/opt/example/server.conf"

[[variable.ini]]
name = "log_dir"
path = "/opt/example/server.conf"
section = "logging"
key = "folder"
default = "/var/log/example"

[[collect]]
id = "service-log"
category = "logs"
paths = ["{log_dir}/**/*.log"]
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
        (("category = \"logs\"", "category = \"log\""), 17, &["category", "logs"][..]),
        (("[[collect]]", "[[collekt]]"), 15, &["collekt"]),
        (("{log_dir}/**/*.log", "{log_dri}/**/*.log"), 18, &["log_dri"]),
        (("**/*.log", "**/[*.log"), 18, &["paths"]),
        (("schema = 1", "schema = 2"), 1, &["schema"]),
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

#[test]
fn a_good_file_is_ok_and_the_built_in_ones_are() {
    let root = Root::linux().file("/example-server.toml", EXAMPLE);
    Run::new(["collectors", "check"]).arg(root.real("/example-server.toml")).run().code(0);
    Run::new(["collectors", "check"]).run().code(0);
    Run::new(["collectors", "check", "no/such.toml"]).run().code(6);
    Run::new(["collectors", "show", "no-such-product"]).run().code(2);
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
