//! What is never taken is not taken: on every fixture host, whatever definitions or flags ask for it. Only a person at a terminal can have
//! such a file, each by its own name and with a typed word.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use qdiag::definition::{Catalog, expand};
use qdiag::detect::{Installation, detect};
use qdiag::host::{Host, Os};

use crate::support::{Bundle, Root, Run, collect, hosts, is_foreign};

/// The built-in list, as the program has it.
const BUILT_IN: &str = include_str!("../../src/plan/never.toml");

fn built_in() -> Vec<String> {
    let table: toml::Table = BUILT_IN.parse().expect("TOML");
    let groups = table["never"].as_array().expect("a list");
    let patterns = groups.iter().flat_map(|group| group["patterns"].as_array().expect("a list"));
    patterns.map(|pattern| pattern.as_str().expect("text").to_owned()).collect()
}

/// A path that a glob matches.
fn instance(glob: &str) -> String {
    let mut path = String::new();
    let mut rest = glob.trim_start_matches("*/");
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '*' if rest.starts_with("**") => {
                path.push_str("planted");
                2
            }
            '*' => {
                path.push('x');
                1
            }
            '?' => {
                path.push('a');
                1
            }
            '[' => {
                path.extend(rest.chars().nth(1));
                rest.find(']').expect("a class ends") + 1
            }
            _ => {
                path.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[end..];
    }
    path
}

fn slashed(path: &str) -> String {
    path.replace('\\', "/")
}

/// A host that may be written to, with files in it that must never be taken.
struct Planted {
    folder: tempfile::TempDir,
    /// Folders in which items of definitions take files, as the host writes them.
    roots: BTreeSet<String>,
    /// The files, as the host writes them.
    files: BTreeSet<String>,
}

impl Planted {
    fn on(host: &Path) -> Self {
        let folder = tempfile::TempDir::new().expect("temporary folder");
        copy(host, folder.path());
        let mut planted = Self { folder, roots: BTreeSet::new(), files: BTreeSet::new() };
        let host = Host::rooted(planted.folder.path()).expect("a fixture host");
        let catalog = Catalog::load(None, &|_| true).expect("definitions load");
        let detection = detect(&host, &catalog);
        for installation in &detection.installations {
            planted.roots.extend(roots(&host, installation));
        }
        let roots: Vec<String> = planted.roots.iter().cloned().collect();
        if roots.is_empty() {
            return planted;
        }
        let mut globs = built_in();
        for installation in &detection.installations {
            let expanded = |glob: &String| {
                expand(glob, &host.vars, &installation.variables).ok().map(|glob| slashed(&glob))
            };
            globs.extend(installation.definition.never.iter().filter_map(expanded));
        }
        for (number, glob) in globs.iter().enumerate() {
            let path = instance(glob);
            if path.starts_with('/') || path.get(1..2) == Some(":") {
                planted.lay(&path);
                continue;
            }
            // Each glob in a few of the folders, so that every folder sees many.
            for step in [0, roots.len() / 3, roots.len() / 2] {
                let root = &roots[(number + step) % roots.len()];
                planted.lay(&format!("{root}/{path}"));
            }
        }
        planted
    }

    /// Writes a file; on a host that does not look at letter case a folder that is there is used, however it is written.
    fn lay(&mut self, path: &str) {
        let mut real = self.folder.path().join("root");
        let path = slashed(path);
        let rest =
            path.strip_prefix("//").map_or_else(|| path.replacen(':', "", 1), |share| format!("UNC/{share}"));
        for name in rest.split('/').filter(|name| !name.is_empty()) {
            let known = std::fs::read_dir(&real).into_iter().flatten().filter_map(Result::ok);
            let same = known.map(|entry| entry.file_name()).find(|known| known.eq_ignore_ascii_case(name));
            real.push(same.unwrap_or_else(|| name.into()));
        }
        if real.is_dir() || std::fs::create_dir_all(real.parent().expect("below the root")).is_err() {
            return;
        }
        if std::fs::write(&real, "planted\n").is_ok() {
            self.files.insert(path);
        }
    }

    /// A definition that asks for everything in the folders.
    fn greedy(&self) -> PathBuf {
        let folder = self.folder.path().join("definitions");
        std::fs::create_dir_all(&folder).expect("writable");
        let quoted = |text: &str| format!("'{text}'");
        let paths: Vec<String> = self.roots.iter().map(|root| quoted(&format!("{root}/**/*"))).collect();
        let first = self.roots.first().expect("an item has a folder");
        let text = format!(
            "schema = 1\nid = 'greedy'\nname = 'Greedy'\n[[detect.file]]\npath = {}\n[[collect]]\nid = 'all'\ncategory = 'config'\npaths = [{}]\n",
            quoted(first),
            paths.join(", ")
        );
        std::fs::write(folder.join("greedy.toml"), text).expect("writable");
        folder
    }

    /// Plans with further arguments; every planted file must be a line that says why it is not taken, or no line.
    fn plan(&self, more: &[String]) -> usize {
        let ran = Run::new(["plan", "--json", "--root"]).arg(self.folder.path()).args(more).run();
        let document = ran.json();
        let folded: BTreeSet<String> = self.files.iter().map(|path| path.to_lowercase()).collect();
        let mut seen = BTreeSet::new();
        for line in document["items"].as_array().expect("a list") {
            let source = slashed(line["source"].as_str().expect("a source")).to_lowercase();
            if folded.contains(&source) {
                let reason = line["reason"].as_str().expect("a reason");
                assert_eq!(line["outcome"], "skipped", "{more:?} plans {line}");
                assert!(reason.starts_with("never taken"), "{more:?}: {line}");
                seen.insert(source);
            }
        }
        seen.len()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).expect("readable") {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("writable");
        }
    }
}

/// The folders in which the items of an installation take files: all before the first wildcard.
fn roots(host: &Host, installation: &Installation<'_>) -> BTreeSet<String> {
    let paths = installation.definition.collect.iter().flat_map(|item| &item.paths);
    let expanded = paths.filter_map(|path| expand(path, &host.vars, &installation.variables).ok());
    let folder = |path: String| {
        let path = slashed(&path);
        // Paths of the other family of systems name nothing here.
        if host.os == Os::Windows && path.starts_with('/') && !path.starts_with("//") {
            return None;
        }
        let fixed = path.find(['*', '?', '[']).unwrap_or(path.len());
        let (folder, _) = path[..fixed].rsplit_once('/')?;
        folder.contains('/').then(|| folder.to_owned())
    };
    expanded.filter_map(folder).collect()
}

#[test]
fn files_that_are_never_taken_are_never_planned_on_any_host() {
    for host in hosts() {
        let planted = Planted::on(&host);
        if planted.roots.is_empty() {
            continue;
        }
        assert!(planted.files.len() > 60, "{} has {} files", host.display(), planted.files.len());
        planted.plan(&[]);
        let greedy = vec!["--collectors".to_owned(), planted.greedy().display().to_string()];
        let seen = planted.plan(&greedy);
        assert!(seen > 60, "{}: a definition that asks for all sees {seen}", host.display());
        let add = |form: &dyn Fn(&str) -> String| -> Vec<String> {
            planted.roots.iter().flat_map(|root| ["--add".to_owned(), form(root)]).collect()
        };
        assert!(planted.plan(&add(&|root| root.to_owned())) > 60, "{}", host.display());
        assert!(planted.plan(&add(&|root| format!("{root}/**/*"))) > 60, "{}", host.display());
        // Two of them may be one on a host that does not look at letter case.
        let first: BTreeSet<String> = planted.files.iter().take(20).map(|file| file.to_lowercase()).collect();
        let one_by_one: Vec<String> =
            planted.files.iter().take(20).flat_map(|file| ["--add".to_owned(), file.clone()]).collect();
        assert!(planted.plan(&one_by_one) >= first.len(), "{}", host.display());
        let window = ["--since".to_owned(), "2d".to_owned(), "--include".to_owned(), "*".to_owned()];
        planted.plan(&[&greedy[..], &window].concat());
    }
}

/// A host with a password file, a key and a log.
fn secretive() -> Root {
    Root::linux()
        .file("/data/.pgpass", "db:5432:*:etl:Umber44Trellis\n")
        .file("/data/odd[1].key", "plain text\n")
        .file("/data/app.log", "fine\n")
}

/// Collects with a terminal on which a text is typed.
fn typed(root: &Root, add: &[&str], text: &str) -> Bundle {
    let folder = root.output.path().join(format!("{}{}", add.len(), text.trim().replace('\n', "-")));
    std::fs::create_dir_all(&folder).expect("writable");
    let add: String = add.iter().map(|path| format!(" --add '{path}'")).collect();
    let command = format!(
        "{} collect --yes --environment-only{add} --root {} --output {}/x.zip",
        env!("CARGO_BIN_EXE_qdiag"),
        root.path().display(),
        folder.display()
    );
    let mut child = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("script starts");
    child.stdin.take().expect("was piped").write_all(text.as_bytes()).expect("script reads");
    child.wait().expect("script ends");
    Bundle::open(&folder.join("x.zip"))
}

#[test]
fn a_file_that_is_never_taken_takes_its_name_and_a_typed_word() {
    let root = secretive();
    let named = ["--environment-only", "--add", "/data/.pgpass", "--add", "/data/odd[1].key"];
    let (bundle, _) = collect(root.path(), root.output.path(), &named);
    assert_eq!(
        bundle.line(".pgpass")["outcome"],
        "skipped",
        "--yes alone answers nothing\n{}",
        bundle.listing()
    );
    assert_eq!(bundle.line("odd[1].key")["outcome"], "skipped", "{}", bundle.listing());
    if is_foreign() || !Path::new("/usr/bin/script").exists() {
        return;
    }
    let both = ["/data/.pgpass", "/data/odd[1].key", "/data"];
    for (text, password, key) in [
        ("y\nyes\n", "skipped", "collected"),
        ("\n\n", "skipped", "skipped"),
        ("yes\nyes\n", "collected", "collected"),
        ("yes\nno\n", "collected", "skipped"),
    ] {
        let bundle = typed(&root, &both, text);
        assert_eq!(bundle.line(".pgpass")["outcome"], password, "{text:?}\n{}", bundle.listing());
        assert_eq!(bundle.line("odd[1].key")["outcome"], key, "{text:?}\n{}", bundle.listing());
        assert_eq!(bundle.line("app.log")["outcome"], "collected", "{text:?}\n{}", bundle.listing());
        assert!(
            bundle.entries.values().all(|bytes| memchr::memmem::find(bytes, b"Umber44Trellis").is_none())
        );
    }
    // A folder or a glob asks nothing and takes nothing.
    for add in ["/data", "/data/*"] {
        let bundle = typed(&root, &[add], "yes\nyes\n");
        assert_eq!(bundle.line(".pgpass")["outcome"], "skipped", "{add}\n{}", bundle.listing());
    }
}
