//! Over-redaction: ordinary lines of many systems must stay as they are, all but one in a thousand.

use crate::support::Run;

/// Lines that may change, of a thousand.
const ALLOWED: usize = 1;

#[test]
#[expect(clippy::print_stdout, reason = "the figure is part of the result")]
fn ordinary_lines_stay_as_they_are() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ordinary");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("as the test laid it out")
        .map(|entry| entry.expect("as the test laid it out").path())
        .collect();
    names.sort();
    let (mut lines, mut changed, mut shown) = (0, 0, String::new());
    for path in names {
        let before = std::fs::read(&path).expect("as the test laid it out");
        let after = Run::new(["redact"]).arg(&path).run().stdout;
        let (before, after): (Vec<&[u8]>, Vec<&[u8]>) =
            (before.split(|byte| *byte == b'\n').collect(), after.split(|byte| *byte == b'\n').collect());
        assert_eq!(before.len(), after.len(), "{}", path.display());
        lines += before.len() - 1;
        for (was, is) in before.iter().zip(&after).filter(|(was, is)| was != is) {
            changed += 1;
            shown.push_str(&format!(
                "{}: {}\n  {}\n",
                path.display(),
                String::from_utf8_lossy(was),
                String::from_utf8_lossy(is)
            ));
        }
    }
    println!("{changed} of {lines} ordinary lines changed");
    assert!(lines > 10_000, "{lines} lines prove little");
    assert!(changed * 1000 <= lines * ALLOWED, "{changed} of {lines}:\n{shown}");
}
