//! Each lint: what it tells, on which line, and what would be right.

use super::*;
use crate::definition::{Catalog, check_text};

const GOOD: &str = r#"schema = 1
id = "example"
name = "Example"
never = ['{log_dir}\secret\**', "*.key"]

[[detect.service]]
name = "ExampleServer"
variable = "install_dir"
source = "a page"

[[version.pe]]
path = '{install_dir}\server.exe'
sure = "unsourced"

[[variable.xml]]
name = "log_dir"
path = '{install_dir}\settings.xml'
select = "Settings/LogFolder"
default = '%ProgramData%\Example\Log'
source = "a page"

[[role]]
name = "master"
when = [{ service = "ExampleDatabase" }]
sure = "inferred"

[[collect]]
id = "log"
category = "logs"
paths = ['{log_dir}\**\*.txt']
exclude = ['**\old\**']
source = "a page"

[[collect]]
id = "settings"
category = "config"
paths = ['{install_dir}\settings.xml']
source = "a page"

[[apps]]
paths = ['%USERPROFILE%\Documents\*.qvw', '{install_dir}\**\*.app']
source = "a page"
"#;

fn told(text: &str) -> Vec<(usize, String, String)> {
    let definition = check_text("example.toml", text, &|_| true).unwrap();
    let problems = lint(&definition, "dir/example.toml").into_iter().map(|error| match error {
        Error::Definition { file, line, message, hint } => {
            assert_eq!(file, "dir/example.toml");
            (line, message, hint)
        }
        other => panic!("another error: {other}"),
    });
    problems.collect()
}

#[test]
fn a_good_definition_is_left_alone() {
    assert_eq!(told(GOOD), []);
}

/// Change, line, what the message and the hint must say.
type Case = ((&'static str, &'static str), usize, &'static str, &'static str);

const DOUBTFUL: &[Case] = &[
    // Nothing uses it.
    (
        (
            "variable = \"install_dir\"",
            "variable = \"x\"\nsource = 'a'\n[[detect.unit]]\nname='y'\nvariable = \"install_dir\"",
        ),
        8,
        "detect.service[0].variable: nothing uses the variable `x`",
        "{x}",
    ),
    (
        ("[[role]]", "[[variable.plain]]\nname = 'odd'\npath = '{log_dir}\\a'\nsource = 'a'\n[[role]]"),
        23,
        "variable.plain[0].name: nothing uses the variable `odd`",
        "{odd}",
    ),
    // It reaches beyond the product.
    (
        ("'{log_dir}\\**\\*.txt'", "'{log_dir}\\a', '%ProgramData%\\**\\*.txt'"),
        30,
        "collect[0].paths[1]: can match what is not the product's",
        "%ProgramData%\\Example",
    ),
    (
        ("'{log_dir}\\**\\*.txt'", "'{log_dir}\\a', 'C:\\*\\*.txt'"),
        30,
        "collect[0].paths[1]: can match",
        "{variable}",
    ),
    (
        ("'{log_dir}\\**\\*.txt'", "'{log_dir}\\a', '/home/*/*.txt'"),
        30,
        "collect[0].paths[1]: can match",
        "{variable}",
    ),
    (
        ("default = '%ProgramData%\\Example\\Log'", "default = '%ProgramData%'"),
        30,
        "collect[0].paths[0]: can match what is not the product's",
        "Example",
    ),
    (
        (
            "[[version.pe]]",
            "[[detect.file]]\npath = '%ProgramData%\\Example\\x'\nup = 1\nvariable = 'install_dir'\nsource = 'a'\n[[version.pe]]",
        ),
        11,
        "detect.file[0]: gives a variable a folder that is not the product's",
        "smaller up",
    ),
    (
        ("'{install_dir}\\server.exe'", "'C:\\**\\server.exe'"),
        12,
        "version.pe[0].path: can match",
        "{variable}",
    ),
    // It is said twice.
    (
        (
            "[[version.pe]]",
            "[[detect.service]]\nname = \"ExampleServer\"\nvariable = \"install_dir\"\nsource = \"another\"\n[[version.pe]]",
        ),
        11,
        "detect.service[1]: asks the same as detect.service[0]",
        "leave one",
    ),
    (
        (
            "[[variable.xml]]",
            "[[version.pe]]\npath = '{install_dir}\\server.exe'\ncomponent = true\nsource = 'a'\n[[variable.xml]]",
        ),
        15,
        "version.pe[1]: asks the same as version.pe[0]",
        "leave one",
    ),
    (("id = \"settings\"", "id = \"all\""), 0, "", ""),
    (
        ("'{install_dir}\\settings.xml']\n", "'{install_dir}\\a', '{install_dir}/A']\n"),
        37,
        "collect[1].paths[1]: is the path of collect[1].paths[0] too",
        "taken once",
    ),
    (
        (
            "[[role]]",
            "[[role]]\nname = 'x'\nwhen = [{ service = \"ExampleDatabase\" }]\nsure = \"inferred\"\n[[role]]",
        ),
        26,
        "role[1]: asks the same as role[0]",
        "leave one",
    ),
    (("\"*.key\"", "\"*.key\", \"*.KEY\""), 4, "never[2]: is the same as never[1]", "leave one"),
    (
        ("['**\\old\\**']", "['**\\old\\**', '**/old/**']"),
        31,
        "collect[0].exclude[1]: is the same as collect[0].exclude[0]",
        "leave one",
    ),
    (
        ("Documents\\*.qvw'", "Documents\\*.qvw', '%userprofile%/documents/*.QVW'"),
        41,
        "apps[0].paths[1]: is the path of apps[0].paths[0] too",
        "leave one",
    ),
    // Only what names an app, at a depth that is said, may lie among people's documents.
    (
        ("Documents\\*.qvw'", "Documents\\**\\*.qvw'"),
        41,
        "apps[0].paths[0]: can match what is not the product's",
        "{variable}",
    ),
    (
        ("Documents\\*.qvw'", "Documents\\*.json'"),
        41,
        "apps[0].paths[0]: can match what is not the product's",
        "{variable}",
    ),
    (("*.app']\nsource = \"a page\"", "*.app']"), 40, "apps[0]: has no source", "source = "),
    // It has no source.
    (("sure = \"unsourced\"", ""), 11, "version.pe[0]: has no source", "unsourced"),
    (("sure = \"inferred\"", "sure = \"sourced\""), 22, "role[0]: has no source", "inferred"),
    (
        ("exclude = ['**\\old\\**']\nsource = \"a page\"", "exclude = ['**\\old\\**']"),
        27,
        "collect[0]: has no source",
        "source = ",
    ),
    (("source = \"a page\"", "source = \" \""), 9, "detect.service[0].source: is empty", "public address"),
    // It could match nothing.
    (
        ("'{log_dir}\\secret\\**'", "'C:\\Data\\secret\\**'"),
        4,
        "never[0]: can match nothing: no item takes anything below c:/data",
        "{install_dir}, {log_dir}",
    ),
    (("'{log_dir}\\secret\\**'", "'%ProgramData%\\Example\\secret\\**'"), 0, "", ""),
];

#[test]
fn doubts_name_line_field_and_remedy() {
    for ((from, to), line, message, hint) in DOUBTFUL {
        assert!(GOOD.contains(from), "{from}");
        let told = told(&GOOD.replacen(from, to, 1));
        if message.is_empty() {
            assert_eq!(told, [], "{to}");
            continue;
        }
        assert_eq!(told.len(), 1, "{to}: {told:?}");
        let (got_line, got, got_hint) = &told[0];
        assert_eq!(got_line, line, "{to}: {got}");
        assert!(got.contains(message), "{to}: {got}");
        assert!(got_hint.contains(hint), "{to}: {got_hint}");
    }
}

#[test]
fn all_doubts_are_told_in_the_order_of_the_file() {
    let text = GOOD.replace("source = \"a page\"", "");
    let lines: Vec<usize> = told(&text).into_iter().map(|(line, ..)| line).collect();
    assert_eq!(lines.len(), 5);
    assert!(lines.is_sorted(), "{lines:?}");
}

#[test]
fn the_built_in_definitions_are_beyond_doubt() {
    let catalog = Catalog::load(None, &|_| true).unwrap();
    let told: Vec<String> = catalog
        .definitions
        .iter()
        .flat_map(|definition| lint(definition, &format!("collectors/{}.toml", definition.id)))
        .map(|error| format!("{error}; {}", error.hint().unwrap_or_default()))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}
