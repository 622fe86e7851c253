//! Embeds the TOML files of `collectors/` and of its folders, so that adding a product is adding a file; and in a program for Windows its manifest and version.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a build script reads the sources and runs the tools"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    embed_definitions();
    if env::var("CARGO_CFG_WINDOWS").is_ok() {
        embed_resources();
    }
}

/// Compiles the application manifest and the version resource with the resource compiler of the GNU tools.
fn embed_resources() {
    let folder =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("packaging/windows");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed={}", folder.join("qdiag.manifest").display());
    let number = |name: &str| env::var(name).expect("cargo sets it");
    let parts = ["CARGO_PKG_VERSION_MAJOR", "CARGO_PKG_VERSION_MINOR", "CARGO_PKG_VERSION_PATCH"].map(number);
    let (commas, dots) = (format!("{},0", parts.join(",")), parts.join("."));
    let manifest = folder.join("qdiag.manifest").display().to_string().replace('\\', "/");
    let script = format!(
        "1 24 \"{manifest}\"\n1 VERSIONINFO\nFILEVERSION {commas}\nPRODUCTVERSION {commas}\nBEGIN\n\
         BLOCK \"StringFileInfo\"\nBEGIN\nBLOCK \"040904B0\"\nBEGIN\n\
         VALUE \"ProductName\", \"qdiag\"\nVALUE \"FileDescription\", \"Support bundle collector for Qlik hosts\"\n\
         VALUE \"ProductVersion\", \"{dots}\"\nVALUE \"FileVersion\", \"{dots}\"\n\
         VALUE \"OriginalFilename\", \"qdiag.exe\"\nVALUE \"LegalCopyright\", \"MIT OR Apache-2.0\"\n\
         END\nEND\nBLOCK \"VarFileInfo\"\nBEGIN\nVALUE \"Translation\", 0x409, 1200\nEND\nEND\n"
    );
    let (source, object) = (out.join("qdiag.rc"), out.join("qdiag-resources.o"));
    fs::write(&source, script).expect("OUT_DIR is writable");
    let status = Command::new("x86_64-w64-mingw32-windres").arg(&source).arg(&object).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "windres of binutils-mingw-w64 is needed to build for Windows"
    );
    println!("cargo::rustc-link-arg-bins={}", object.display());
}

/// The tables of all folders of `collectors/`, for the modules that read them.
fn embed_definitions() {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("collectors");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rustc-env=QDIAG_TARGET={}", env::var("TARGET").expect("cargo sets it"));
    let definitions = table("EMBEDDED", &folder)
        + &table("RELEASES", &folder.join("releases"))
        + &table("FORMATS", &folder.join("formats"));
    write("collectors.rs", &definitions);
    write("known-issues.rs", &table("EMBEDDED", &folder.join("known-issues")));
    write("checks.rs", &table("EMBEDDED", &folder.join("checks")));
}

fn write(name: &str, tables: &str) {
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join(name);
    fs::write(target, tables).expect("OUT_DIR is writable");
}

/// The TOML files of a folder, by name, as a constant.
fn table(constant: &str, folder: &Path) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is part of the sources")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    let mut table = format!("pub(super) const {constant}: &[(&str, &str)] = &[\n");
    for path in files {
        let name = path.file_name().expect("has a name").to_string_lossy().into_owned();
        writeln!(table, "    ({name:?}, include_str!({:?})),", path.display().to_string())
            .expect("writes to memory");
    }
    table.push_str("];\n");
    table
}
