//! What the integration tests share: running the binary, reading bundles, making hosts.

mod bundle;
mod root;
mod run;

use std::path::{Path, PathBuf};

pub(crate) use bundle::Bundle;
pub(crate) use root::Root;
pub(crate) use run::{Ran, Run};

/// The fixture hosts with products, by name.
pub(crate) fn hosts() -> Vec<PathBuf> {
    all_hosts().into_iter().filter(|host| !is_left_over(host)).collect()
}

/// The fixture hosts on which only left-overs of products stand.
pub(crate) fn hosts_with_left_overs() -> Vec<PathBuf> {
    all_hosts().into_iter().filter(|host| is_left_over(host)).collect()
}

fn is_left_over(host: &Path) -> bool {
    host.file_name().is_some_and(|name| name.to_string_lossy().starts_with("leftovers-"))
}

/// All fixture hosts, by name.
pub(crate) fn all_hosts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts");
    let mut hosts: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("fixture hosts are part of the sources")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.join("host.toml").is_file())
        .collect();
    hosts.sort();
    assert!(!hosts.is_empty(), "there is no fixture host");
    hosts
}

/// The host that most tests use.
pub(crate) fn sense_2018() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/qlik-sense-april-2018")
}

/// A case key, so that masks are the same in each run.
pub(crate) fn case_key(folder: &Path) -> PathBuf {
    let path = folder.join("case.key");
    std::fs::write(&path, "a case key for tests, of no other use").expect("a temporary folder is writable");
    path
}

/// Collects a host into `folder` with a fixed key and further arguments; gives the bundle and the result document.
pub(crate) fn collect(root: &Path, folder: &Path, more: &[&str]) -> (Bundle, Ran) {
    let key = case_key(folder);
    let ran = Run::new(["collect", "--yes", "--json", "--quiet"])
        .arg("--root")
        .arg(root)
        .arg("--case-key")
        .arg(&key)
        .arg("--output")
        .arg(folder)
        .args(more)
        .run();
    let document = ran.json();
    (Bundle::open(&bundle_path(&document)), ran)
}

/// Where the bundle of a result document is. A Windows program on another system names it as Windows does.
pub(crate) fn bundle_path(document: &serde_json::Value) -> PathBuf {
    let path = document["bundle"].as_str().unwrap_or_else(|| panic!("no bundle is named in {document}"));
    local(path)
}

/// A path as the program writes it, for this system.
pub(crate) fn local(path: &str) -> PathBuf {
    if is_foreign() { path.replace('\\', "/").trim_start_matches("Z:").into() } else { path.into() }
}

/// Whether the program is one for Windows that runs elsewhere.
pub(crate) fn is_foreign() -> bool {
    std::env::var_os("QDIAG_RUNNER").is_some()
}
