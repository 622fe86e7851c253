//! Command lines of services to folders. Works on text alone.

use crate::definition::expand_value;
use crate::host::{Process, Vars};
use regex::Regex;

/// The program of a service: the first word of its command line, which may be quoted, and where it is not, may hold
/// blanks up to `.exe`.
pub(super) fn program_of(command: &str, vars: &Vars) -> Option<String> {
    let expanded = expand_value(command.trim(), vars);
    // A unit file may put these before the program; a driver's path begins with the NT prefix.
    let text = expanded.trim_start_matches(['-', '@', ':', '+', '!']).trim_start();
    let text = text.strip_prefix(r"\??\").unwrap_or(text);
    let program = if let Some(rest) = text.strip_prefix('"') {
        rest.split('"').next().unwrap_or(rest)
    } else {
        let lower = text.to_ascii_lowercase();
        let end = lower.match_indices(".exe").map(|(at, _)| at + 4).find(|&end| {
            let next = lower[end..].chars().next();
            next.is_none_or(char::is_whitespace)
        });
        match end {
            Some(end) => &text[..end],
            None => text.split_whitespace().next().unwrap_or_default(),
        }
    };
    let program = match program.get(..12) {
        Some(prefix) if prefix.eq_ignore_ascii_case(r"\SystemRoot\") => {
            format!(r"{}\{}", vars.get("SystemRoot")?, &program[12..])
        }
        _ => program.to_owned(),
    };
    let program = program.trim();
    (!program.is_empty()).then(|| program.to_owned())
}

/// Whether a process runs a program of that name. Linux keeps fifteen letters of a name, so that of the file counts too;
/// on Windows `.exe` may be left out.
pub(super) fn runs(process: &Process, name: &Regex, windows: bool) -> bool {
    let file = process.executable.as_deref().map_or("", |path| file_name(path, windows));
    [process.name.as_str(), file].into_iter().filter(|known| !known.is_empty()).any(|known| {
        let short = known.len().checked_sub(4).and_then(|at| known.split_at_checked(at));
        let short = short.filter(|(_, ending)| windows && ending.eq_ignore_ascii_case(".exe"));
        name.is_match(known) || short.is_some_and(|(stem, _)| name.is_match(stem))
    })
}

/// The last part of a path.
pub(super) fn file_name(path: &str, windows: bool) -> &str {
    path.rsplit(|c| is_separator(c, windows)).next().unwrap_or(path)
}

/// The folder of a file, or one some folders above it. A drive, a share or the root alone is none: what is taken
/// below it would be everything.
pub(super) fn folder_of(path: &str, up: u8, windows: bool) -> Option<String> {
    let mut folder = path;
    for _ in 0..=up {
        let at = folder.rfind(|c| is_separator(c, windows))?;
        folder = folder[..at].trim_end_matches(|c| is_separator(c, windows));
    }
    is_folder(folder, windows).then(|| folder.to_owned())
}

/// Whether a value can stand for a folder: absolute, and more than a drive, a share or the root.
pub(super) fn is_folder(path: &str, windows: bool) -> bool {
    if !windows {
        return path.starts_with('/') && !path.trim_matches('/').is_empty();
    }
    let slashed = path.replace('/', "\\");
    let parts = |text: &str| text.split('\\').filter(|part| !part.is_empty()).count();
    if let Some(share) = slashed.strip_prefix(r"\\") {
        return parts(share) >= 2;
    }
    let drive = slashed.as_bytes().get(1) == Some(&b':') && slashed.as_bytes()[0].is_ascii_alphabetic();
    drive && slashed[2..].starts_with('\\') && parts(&slashed[2..]) >= 1
}

/// Whether a path is a drive, a server or the root alone.
pub(super) fn is_root(path: &str, windows: bool) -> bool {
    let absolute =
        path.starts_with('/') || windows && (path.starts_with('\\') || path.as_bytes().get(1) == Some(&b':'));
    absolute && !is_folder(path, windows)
}

fn is_separator(c: char, windows: bool) -> bool {
    c == '/' || windows && c == '\\'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Os;

    #[test]
    fn programs() {
        let vars = Vars::new(Os::Windows, [("SystemRoot".to_owned(), r"C:\Windows".to_owned())]);
        let table = [
            (r#""C:\Program Files\Q\R.exe""#, Some(r"C:\Program Files\Q\R.exe")),
            (r#""C:\Program Files\Q\R.exe" -s --x "a b""#, Some(r"C:\Program Files\Q\R.exe")),
            (r"C:\Program Files\Q\R.exe --service", Some(r"C:\Program Files\Q\R.exe")),
            (r"C:\a.exe.d\R.EXE -x", Some(r"C:\a.exe.d\R.EXE")),
            (r"%SystemRoot%\System32\svchost.exe -k x", Some(r"C:\Windows\System32\svchost.exe")),
            (r"\SystemRoot\System32\x.sys", Some(r"C:\Windows\System32\x.sys")),
            (r"\??\C:\x\y.sys", Some(r"C:\x\y.sys")),
            ("/opt/q/bin/run --port 1", Some("/opt/q/bin/run")),
            ("-/opt/q/bin/run", Some("/opt/q/bin/run")),
            (r#""unclosed.exe"#, Some("unclosed.exe")),
            ("", None),
            ("\"\"", None),
            ("ÄÖÜ\u{1F600}.exe", Some("ÄÖÜ\u{1F600}.exe")),
        ];
        for (command, wanted) in table {
            assert_eq!(program_of(command, &vars).as_deref(), wanted, "{command}");
        }
    }

    #[test]
    fn folders() {
        let table = [
            (
                r"C:\Program Files\Qlik\Sense\Repository\R.exe",
                0,
                Some(r"C:\Program Files\Qlik\Sense\Repository"),
            ),
            (r"C:\Program Files\Qlik\Sense\Repository\R.exe", 1, Some(r"C:\Program Files\Qlik\Sense")),
            (r"C:\Q\R.exe", 0, Some(r"C:\Q")),
            (r"C:\Q\R.exe", 1, None),
            (r"C:\Q\R.exe", 9, None),
            (r"C:/Q\S/R.exe", 0, Some(r"C:/Q\S")),
            (r"\\srv\share\x\R.exe", 0, Some(r"\\srv\share\x")),
            (r"\\srv\share\R.exe", 0, Some(r"\\srv\share")),
            (r"\\srv\share\R.exe", 1, None),
            ("R.exe", 0, None),
        ];
        for (path, up, wanted) in table {
            assert_eq!(folder_of(path, up, true).as_deref(), wanted, "{path} {up}");
        }
        assert_eq!(folder_of("/opt/q/bin/run", 1, false).as_deref(), Some("/opt/q"));
        assert_eq!(folder_of("/run", 0, false), None);
    }

    #[test]
    fn roots() {
        let roots = ["C:", r"C:\", r"c:\\", "C:/", r"\\srv", r"\", "/"];
        assert!(roots.iter().all(|path| is_root(path, true) && !is_folder(path, true)));
        assert!([r"C:\x", r"\\srv\share", "plain", "12.5", ""].iter().all(|path| !is_root(path, true)));
        assert!(["/", "//"].iter().all(|path| is_root(path, false)));
    }
}
