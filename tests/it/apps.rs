//! Where apps are found: on every fixture host by the definitions of its products, and on a host laid for it. None is taken by itself.

use std::collections::BTreeSet;
use std::path::Path;

use qdiag::definition::{AppForm, Catalog};
use qdiag::detect::detect;
use qdiag::host::Host;
use qdiag::plan::{Apps, find_apps, list_apps};

use crate::support::{Root, hosts};

fn on<T>(
    root: &Path,
    catalog: &Catalog,
    mut ask: impl FnMut(&Host, &[qdiag::detect::Installation<'_>]) -> T,
) -> T {
    let host = Host::rooted(root).expect("a host");
    let found = detect(&host, catalog).installations;
    ask(&host, &found)
}

fn built_in() -> Catalog {
    Catalog::load(None, &|_| true).expect("the built-in definitions load")
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts").join(name)
}

#[test]
fn every_place_of_apps_is_hit_by_a_fixture_host() {
    let catalog = built_in();
    let mut hit = BTreeSet::new();
    for root in hosts() {
        on(&root, &catalog, |host, found| {
            let apps = list_apps(host, found);
            for app in apps.found {
                let owner =
                    found.iter().find(|one| Some(&one.id) == app.product.as_ref()).expect("its product");
                hit.insert((owner.definition.id.clone(), app.note.expect("a note")));
            }
        });
    }
    for definition in &catalog.definitions {
        for place in &definition.apps {
            let key =
                (definition.id.clone(), place.note.clone().expect("each place says what an app is there"));
            assert!(hit.contains(&key), "no fixture host has an app at {key:?}");
        }
    }
}

#[test]
fn apps_are_found_by_name_id_and_path() {
    let catalog = built_in();
    let id = "3f1d4c1e-8a57-4c3b-9d0e-5b7c2a6f4e21";
    let in_share = r"E:\QlikShare\Apps\3f1d4c1e-8a57-4c3b-9d0e-5b7c2a6f4e21";
    let (single, desktops) = ("qlik-sense-single-november-2025", "qlik-desktops-may-2024");
    let margins = [r"D:\anna\Documents\QlikView\Margins.qvw", r"D:\anna\Documents\QlikView\Margins-prj"];
    let table: [(&str, String, &[&str]); 13] = [
        (single, id.into(), &[in_share]),
        (single, format!(" {{{}}} ", id.to_uppercase()), &[in_share]),
        (single, in_share.to_lowercase(), &[in_share]),
        (single, format!("Apps/{id}"), &[in_share]),
        (single, "3f1d4c1e".into(), &[]),
        (single, String::new(), &[]),
        (
            "qlik-sense-april-2018",
            "1A13FC0D-F928-48ee-8cc2-a18f7099d9e2".into(),
            &[r"\\dc1\share\Apps\1a13fc0d-f928-48ee-8cc2-a18f7099d9e2"],
        ),
        (desktops, "margins".into(), &margins),
        (desktops, "MARGINS.QVW".into(), &margins[..1]),
        (desktops, r"qlikview\margins-prj\".into(), &margins[1..]),
        (desktops, "sales".into(), &[r"D:\anna\Documents\Qlik\Sense\Apps\Sales.qvf"]),
        // A path that no definition names, and one where nothing is.
        (
            desktops,
            r"d:/anna/Documents/Qlik/Sense/Content/Default/prices.csv".into(),
            &[r"d:\anna\Documents\Qlik\Sense\Content\Default\prices.csv"],
        ),
        (desktops, r"D:\anna\none.qvf".into(), &[]),
    ];
    for (root, wanted, paths) in table {
        let apps = on(&fixture(root), &catalog, |host, found| find_apps(host, found, &wanted));
        let got: Vec<&str> = apps.found.iter().map(|app| app.path.as_str()).collect();
        assert_eq!(got, paths, "{wanted} on {root}");
    }
}

#[test]
fn what_is_told_of_an_app() {
    let catalog = built_in();
    let apps = on(&fixture("qlik-desktops-may-2024"), &catalog, list_apps);
    let told: Vec<_> = apps
        .found
        .iter()
        .map(|app| (app.name.as_str(), app.form, app.bytes, app.product.as_deref()))
        .collect();
    let (sense, view) = (Some("qlik-sense-desktop"), Some("qlikview-desktop"));
    assert_eq!(told[0], ("Sales", AppForm::File, 36, sense));
    assert!(told.contains(&("Margins", AppForm::File, 28, view)), "{told:?}");
    let folder = apps.found.iter().find(|app| app.form == AppForm::Folder).expect("a folder of parts");
    assert_eq!((folder.name.as_str(), folder.modified.is_some()), ("Margins", true));
    assert!(folder.bytes > 100, "all its parts: {}", folder.bytes);
    // Definitions of tasks are told, but not the permissions beside them, which are never taken.
    let apps = on(&fixture("qlik-replicate-windows-november-2025"), &catalog, list_apps);
    let names: Vec<&str> = apps.found.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names, ["REPWIN01_ORA_SALES_TO_SNOW", "Replication_Definition"]);
}

const DEFINITION: &str = r#"schema = 1
id = "example"
name = "Example"
never = ["*.secret"]

[[detect.file]]
path = "/opt/example/server"
variable = "install_dir"

[[apps]]
paths = ["{install_dir}/apps/**/*", "{install_dir}/apps/*.app"]

[[apps]]
paths = ["%NO_SUCH_FOLDER%/*", "%NOR_THIS%/*"]
"#;

fn example(root: &Root) -> Catalog {
    let folder = root.output.path().join("collectors");
    std::fs::create_dir_all(&folder).expect("writable");
    std::fs::write(folder.join("example.toml"), DEFINITION).expect("writable");
    Catalog::load(Some(&folder), &|_| true).expect("a good definition")
}

fn names(apps: &Apps) -> Vec<&str> {
    apps.found.iter().map(|app| app.name.as_str()).collect()
}

#[test]
fn each_app_is_told_once_and_what_is_not_told_is_said() {
    let root = Root::linux()
        .file("/opt/example/server", "x")
        .file("/opt/example/apps/b.app", "b")
        .file("/opt/example/apps/deep/a.app", "a")
        .file("/opt/example/apps/keys.secret", "s");
    let catalog = example(&root);
    let apps = on(root.path(), &catalog, list_apps);
    assert_eq!(names(&apps), ["b", "a"]);
    assert_eq!(apps.problems.len(), 2, "{:?}", apps.problems);
    assert!(apps.problems[0].contains("no value for %NO_SUCH_FOLDER%"), "{:?}", apps.problems);
}

#[test]
fn more_apps_than_anybody_chooses_from_are_not_told_but_found() {
    let mut root = Root::linux().file("/opt/example/server", "x");
    for number in 0..10_010 {
        root = root.file(&format!("/opt/example/apps/{number:05}.app"), "");
    }
    let catalog = example(&root);
    let apps = on(root.path(), &catalog, list_apps);
    assert_eq!(apps.found.len(), 10_000);
    assert!(
        apps.problems.iter().any(|problem| problem.contains("only the first 10000")),
        "{:?}",
        apps.problems
    );
    let apps = on(root.path(), &catalog, |host, found| find_apps(host, found, "10009"));
    assert_eq!(names(&apps), ["10009"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let root = Root::linux()
        .file("/opt/example/server", "x")
        .file("/opt/example/apps/a.app", "a")
        .file("/home/b.app", "b");
    let link = |from: &str, to: &str| {
        std::os::unix::fs::symlink(root.real(from), root.real(to)).expect("a link");
    };
    link("/home/b.app", "/opt/example/apps/b.app");
    link("/home", "/opt/example/apps/home");
    let catalog = example(&root);
    let apps = on(root.path(), &catalog, list_apps);
    assert_eq!(names(&apps), ["a"]);
    let apps = on(root.path(), &catalog, |host, found| find_apps(host, found, "/opt/example/apps/b.app"));
    assert_eq!(names(&apps), [""; 0]);
    assert_eq!(
        apps.problems.last().map(String::as_str),
        Some("/opt/example/apps/b.app: a link, which is not followed")
    );
}

#[test]
fn what_is_never_taken_is_no_app_even_by_its_path() {
    let root = Root::linux()
        .file("/opt/example/server", "x")
        .file("/opt/example/apps/client_key.pem", "k")
        .file("/opt/example/apps/Sales.qvf", "q")
        .file("/opt/example/apps/keys.secret", "s");
    let catalog = example(&root);
    for (path, why) in [("client_key.pem", "private keys and keystores"), ("keys.secret", "by a definition")]
    {
        let path = format!("/opt/example/apps/{path}");
        let apps = on(root.path(), &catalog, |host, found| find_apps(host, found, &path));
        assert!(apps.found.is_empty(), "{path}");
        assert_eq!(apps.problems.last(), Some(&format!("{path}: never taken: {why}")));
    }
    assert_eq!(names(&on(root.path(), &catalog, list_apps)), ["Sales"]);
}
