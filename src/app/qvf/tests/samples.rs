//! What real files say.

use super::*;

#[test]
#[expect(clippy::disallowed_methods)]
fn show() {
    let root = std::path::PathBuf::from(std::env::var_os("QDIAG_SAMPLES").unwrap());
    let mut files: Vec<_> =
        std::fs::read_dir(root.join("apps/qvf")).unwrap().map(|e| e.unwrap().path()).collect();
    files.push(root.join("apps/qvd/T_Product.QVD"));
    files.sort();
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let s = read(&mut std::io::Cursor::new(bytes));
        eprintln!("## {}\n{}\nscript {:?}", file.display(), serde_json::to_string(&s).unwrap(), s.script);
    }
}
