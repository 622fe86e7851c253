//! Other people's tools read and check the bundle. A tool that is not installed is named and left out.

use std::path::Path;
use std::process::Command;

use crate::support::{collect, sense_2018};

/// Runs a tool; `None` when it is not installed.
fn run(program: &str, args: &[&str], folder: &Path) -> Option<()> {
    let output = match Command::new(program).args(args).current_dir(folder).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => panic!("{program}: {error}"),
    };
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?} says\n{text}");
    Some(())
}

fn python_has(module: &str) -> bool {
    Command::new("python3")
        .args(["-c", &format!("import {module}")])
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn other_tools_read_and_check_the_bundle() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let (bundle, _) = collect(&sense_2018(), folder.path(), &[]);
    let zip = bundle.path.to_str().expect("temporary folders have plain names");
    let name = bundle.path.file_name().expect("a name").to_str().expect("plain");
    let extracted = folder.path().join(&bundle.top);
    let mut absent = Vec::new();
    let mut tried = |tool: &'static str, result: Option<()>| {
        if result.is_none() {
            absent.push(tool);
        }
    };
    tried("sha256sum of the zip", run("sha256sum", &["-c", &format!("{name}.sha256")], folder.path()));
    tried("unzip", run("unzip", &["-tq", zip], folder.path()));
    tried("7z", run("7z", &["t", zip], folder.path()));
    tried("bsdtar", run("bsdtar", &["-tf", zip], folder.path()));
    tried("jar", run("jar", &["tf", zip], folder.path()));
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nz.extractall(sys.argv[2])";
    let extract = run("python3", &["-c", script, zip, folder.path().to_str().expect("plain")], folder.path());
    tried("python3", extract);
    if extract.is_some() {
        tried("sha256sum", run("sha256sum", &["-c", "--quiet", "manifest-sha256.txt"], &extracted));
        tried(
            "sha256sum of the tags",
            run("sha256sum", &["-c", "--quiet", "tagmanifest-sha256.txt"], &extracted),
        );
        let bag = python_has("bagit").then(|| {
            run("python3", &["-m", "bagit", "--validate", extracted.to_str().expect("plain")], folder.path())
        });
        tried("bagit", bag.flatten());
    }
    // Shown with --nocapture and on failure; a machine with none of them proves nothing.
    let message = format!("not installed, so not tried: {absent:?}");
    assert!(absent.len() < 9, "{message}");
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{message}\n").as_bytes());
}
