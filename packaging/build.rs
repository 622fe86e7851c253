//! Embeds `collectors/*.toml`, so that adding a product is adding a file.

#![expect(clippy::disallowed_methods, reason = "a build script reads the sources")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("collectors");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rustc-env=QDIAG_TARGET={}", env::var("TARGET").expect("cargo sets it"));
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("collectors/ is part of the sources")
        .map(|entry| entry.expect("collectors/ is readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    let mut table = String::from("pub(super) const EMBEDDED: &[(&str, &str)] = &[\n");
    for path in files {
        let name = path.file_name().expect("has a name").to_string_lossy().into_owned();
        writeln!(table, "    ({name:?}, include_str!({:?})),", path.display().to_string())
            .expect("writes to memory");
    }
    table.push_str("];\n");
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("collectors.rs");
    fs::write(target, table).expect("OUT_DIR is writable");
}
