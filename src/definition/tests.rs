//! What a definition may say, what it may not, and how that is told.

use super::*;

const GOOD: &str = r#"schema = 1
id = "example"
name = "Example"

[[detect.registry]]
key = 'HKLM\SOFTWARE\Example\Server'
value = "InstallDir"

[[variable.xml]]
name = "log_dir"
path = '{install_dir}\settings.xml'
select = "Settings/LogFolder"
default = '%ProgramData%\Example\Log'

[[collect]]
id = "log"
category = "logs"
paths = ['{log_dir}\**\*.txt']
max_age = "14d"
rules = ["ticket"]
"#;

fn has_rule(id: &str) -> bool {
    id == "ticket"
}

fn check_good(name: &str, text: &str) -> Result<Definition, Error> {
    check_text(name, text, &has_rule)
}

#[test]
fn a_definition_reads() {
    for text in [GOOD.to_owned(), format!("\u{feff}{GOOD}"), GOOD.replace('\n', "\r\n")] {
        let definition = check_good("example.toml", &text).unwrap();
        assert_eq!(definition.detect.registry[0].variable_name().as_deref(), Some("install_dir"));
        assert_eq!(definition.collect[0].paths, [r"{log_dir}\**\*.txt"]);
        assert_eq!(definition.variable.in_order()[0].name(), "log_dir");
        assert!(definition.text.starts_with("schema = 1"));
    }
}

/// Change, line, what the message and the hint must say.
type Case = ((&'static str, &'static str), usize, &'static str, &'static str);

const WRONG: &[Case] = &[
    (("schema = 1", "schema = 2"), 1, "schema: 2 is not known", "schema = 1"),
    (("schema = 1", "schema = 'x'"), 1, "schema: invalid type", "collectors/README.md"),
    (("schema = 1", ""), 1, "missing field `schema`", "add `schema"),
    (("id = \"example\"", "id = \"Example\""), 2, "id: `Example` is no id", "lower-case"),
    (("id = \"example\"", "id = \"other\""), 2, "id: `other` is not the name of the file", "other.toml"),
    (("name = \"Example\"", "name = \" \""), 3, "name: is empty", "as people know it"),
    (("name = \"Example\"", "name = Example"), 3, "", "collectors/README.md"),
    (
        ("[[collect]]", "[[apps]]\npaths = []\n[[collect]]"),
        16,
        "apps[0].paths: is empty",
        "at least one glob",
    ),
    (
        ("[[collect]]", "[[apps]]\npaths = ['{none}\\x']\n[[collect]]"),
        16,
        "apps[0].paths[0]: there is no variable `none`",
        "install_dir, log_dir",
    ),
    (
        ("[[collect]]", "[[apps]]\npaths = ['/x']\nkind = 'link'\n[[collect]]"),
        17,
        "unknown variant `link`",
        "collectors/README.md",
    ),
    (
        ("[[detect.registry]]", "[[detect.registri]]"),
        5,
        "unknown field `registri`",
        "did you mean `registry`?",
    ),
    ((r"HKLM\SOFT", "SOFT"), 6, "detect.registry[0].key: is no registry key", "HKLM"),
    (("value = \"Ins", "valeu = \"Ins"), 7, "unknown field `valeu`", "did you mean `value`?"),
    (("value = \"InstallDir\"", "value = \"Ordner ä\""), 11, "there is no variable `install_dir`", "ordner"),
    (
        ("{install_dir}", "{instal_dir}"),
        11,
        "variable.xml[0].path: there is no variable `instal_dir`",
        "install_dir",
    ),
    (("Settings/LogFolder", "Settings//LogFolder"), 12, "variable.xml[0].select: is no path into XML", "a/b"),
    (("{log_dir}\\**", "{logs}\\**"), 18, "collect[0].paths[0]: there is no variable `logs`", "log_dir"),
    (("{log_dir}\\**", "{Log}\\**"), 18, "collect[0].paths[0]: has a brace", "{lower_case}"),
    (("**\\*.txt", "**x\\*.txt"), 18, "collect[0].paths[0]: is no glob", "**"),
    (("{log_dir}\\**", "Log\\**"), 18, "collect[0].paths[0]: is not an absolute path", "drive"),
    (("\"logs\"", "\"log\""), 17, "collect[0].category: `log` is no category", "logs, config"),
    (("14d", "14 days"), 19, "collect[0].max_age: is no age", "14d"),
    (("max_age = \"14d\"", "max_file = \"1\""), 19, "collect[0].max_file: is no size", "200MB"),
    (("[\"ticket\"]", "[\"nope\"]"), 20, "collect[0].rules[0]: there is no rule `nope`", "selftest"),
    (
        ("[[detect.registry]]", "[[detect.file]]\npath='C:\\x'\nweak=true\n[[version.registry]]"),
        5,
        "detect: has nothing",
        "weak",
    ),
];

#[test]
fn errors_name_line_field_and_remedy() {
    for ((from, to), line, message, hint) in WRONG {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, to, 1);
        let Err(error) = check_good("dir/example.toml", &text) else {
            assert!(message.is_empty(), "{to}: was accepted");
            continue;
        };
        let Error::Definition { file, line: got_line, message: got, hint: got_hint } = error else {
            panic!("{to}: another error")
        };
        assert_eq!((file.as_str(), got_line), ("dir/example.toml", *line), "{to}: {got}");
        assert!(got.contains(message), "{to}: {got}");
        assert!(got_hint.contains(hint), "{to}: {got_hint}");
    }
}

#[test]
fn expressions_conditions_and_ids_are_checked() {
    let item = "[[collect]]\nid = \"log\"\ncategory = \"logs\"\npaths = ['C:\\x']\n";
    let table = [
        ("[[detect.service]]\nname = '('\n", "detect.service[0].name: is no regular expression"),
        ("[[version.file]]\npath = 'C:\\x'\npattern = '['\n", "version.file[0].pattern"),
        ("[[version.javascript]]\npath = 'C:\\x'\nselect = 'a..b'\n", "version.javascript[0].select"),
        ("[[role]]\nname = 'x'\nwhen = []\n", "role[0].when: is empty"),
        ("[[role]]\nname = 'x'\nwhen = [{ service = 'a', path = 'C:\\b' }]\n", "role[0].when[0]: is not one"),
        ("[[role]]\nname = 'x'\nwhen = [{ variable = 'install_dir' }]\n", "role[0].when[0]: is not one"),
        ("[[role]]\nname = 'x'\nwhen = [{ variable = 'a', equals = 'b' }]\n", "there is no variable `a`"),
        ("[[variable.process]]\nname = 'a'\nprocess = '('\npattern = 'x'\n", "variable.process[0].process"),
        ("[[variable.process]]\nname = 'a'\nprocess = 'x'\npattern = '('\n", "variable.process[0].pattern"),
        ("[[variable.service]]\nname = 'a'\nservice = 'x'\npattern = '('\n", "variable.service[0].pattern"),
        (
            "[[variable.service]]\nname = 'a'\nservice = 'x'\npattern = 'x'\nup = 1\n",
            "variable.service[0].up: counts folders",
        ),
        (item, "collect[1].id: `log` is used twice"),
    ];
    for (more, message) in table {
        let error = check_good("example.toml", &format!("{GOOD}{more}")).unwrap_err().to_string();
        assert!(error.contains(message), "{more}: {error}");
    }
    let instance = format!("instance = 'nothing'\n{GOOD}");
    let error = check_good("example.toml", &instance).unwrap_err().to_string();
    assert!(error.contains("instance: there is no variable `nothing`"), "{error}");
}

#[test]
fn variables_keep_the_order_of_the_file() {
    let more = "[[variable.plain]]\nname = 'a'\npath = '{log_dir}\\a'\n[[variable.xml]]\nname = 'b'\npath = '{a}'\nselect = 'x'\n";
    let definition = check_good("example.toml", &format!("{GOOD}{more}")).unwrap();
    let names: Vec<&str> = definition.variable.in_order().iter().map(VariableProbe::name).collect();
    assert_eq!(names, ["log_dir", "a", "b"]);
    let early = GOOD.replace("{install_dir}\\settings", "{later}\\settings");
    let late = "[[variable.plain]]\nname = 'later'\npath = 'C:\\x'\n";
    assert!(check_good("example.toml", &format!("{early}{late}")).is_err());
}

#[test]
fn a_folder_adds_and_overrides() {
    let folder = tempfile::tempdir().unwrap();
    let all = |_: &str| true;
    std::fs::write(folder.path().join("example.toml"), GOOD).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no definition").unwrap();
    let plain = Catalog::load(None, &all).unwrap();
    let catalog = Catalog::load(Some(folder.path()), &all).unwrap();
    assert_eq!(catalog.definitions.len(), plain.definitions.len() + 1);
    assert!(catalog.definitions.is_sorted_by(|a, b| a.id < b.id));
    assert!(!catalog.get("example").unwrap().embedded);
    std::fs::write(folder.path().join("broken.toml"), "schema = ").unwrap();
    let error = Catalog::load(Some(folder.path()), &all).unwrap_err();
    assert!(matches!(error, Error::Definition { line: 1, .. }), "{error}");
    let error = Catalog::load(Some(&folder.path().join("absent")), &all).unwrap_err();
    assert!(matches!(error, Error::Input { .. }), "{error}");
}

#[test]
fn embedded_definitions_hold() {
    let catalog = Catalog::load(None, &|_| true).unwrap();
    assert!(catalog.definitions.iter().all(|definition| definition.embedded));
    assert!(catalog.get("qlik-sense-enterprise-windows").is_some());
}
