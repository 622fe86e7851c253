//! A bundle as a receiver sees it, read with an independent zip reader.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// All entries of a bundle, by name below its top folder.
pub(crate) struct Bundle {
    pub(crate) path: PathBuf,
    pub(crate) top: String,
    pub(crate) entries: BTreeMap<String, Vec<u8>>,
}

impl Bundle {
    pub(crate) fn open(path: &Path) -> Self {
        let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut zip = zip::ZipArchive::new(file).expect("a bundle is a zip");
        let top = path.file_stem().expect("a bundle has a name").to_string_lossy().into_owned();
        let mut entries = BTreeMap::new();
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index).expect("entries are readable");
            let name = entry.name().expect("names are UTF-8").into_owned();
            let name = name
                .strip_prefix(&format!("{top}/"))
                .unwrap_or_else(|| panic!("{name} is not below {top}/"))
                .to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("entries are readable");
            assert!(entries.insert(name.clone(), bytes).is_none(), "{name} stands twice");
        }
        Self { path: path.to_owned(), top, entries }
    }

    pub(crate) fn manifest(&self) -> serde_json::Value {
        serde_json::from_slice(&self.entries["manifest.json"]).expect("the manifest is JSON")
    }

    /// The manifest's lines.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        self.manifest()["entries"].as_array().expect("entries is a list").clone()
    }

    /// The manifest's line for a source that ends so.
    #[track_caller]
    pub(crate) fn line(&self, source_end: &str) -> serde_json::Value {
        let lines = self.lines();
        let found = lines
            .iter()
            .find(|line| line["source"].as_str().is_some_and(|source| source.ends_with(source_end)));
        found.unwrap_or_else(|| panic!("no line for {source_end} in\n{}", self.listing())).clone()
    }

    /// The stored bytes for a source that ends so.
    #[track_caller]
    pub(crate) fn bytes(&self, source_end: &str) -> &[u8] {
        let line = self.line(source_end);
        let name = line["name"].as_str().expect("a line has a name");
        self.entries.get(name).unwrap_or_else(|| panic!("{name} is not in the bundle\n{}", self.listing()))
    }

    /// All lines of the manifest, for the messages of failing tests.
    pub(crate) fn listing(&self) -> String {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let line = |line: &serde_json::Value| {
            format!(
                "{:<10} {} <- {} {}\n",
                text(&line["outcome"]),
                text(&line["name"]),
                text(&line["source"]),
                text(&line["reason"])
            )
        };
        self.lines().iter().map(line).collect()
    }
}
