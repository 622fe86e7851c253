//! A path as the host writes it: `C:\x`, `\\srv\share`, `/opt/x`. Never touches a file.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Os;

/// A path as the host writes it. Bytes that are not Unicode stand as `\xHH` in the text; the exact bytes are kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostPath {
    text: Box<str>,
    windows: bool,
    exact: Option<Box<[u8]>>,
}

impl HostPath {
    /// A path in the host's own writing; on Windows `/` is taken for `\`.
    pub fn new(os: Os, text: &str) -> Self {
        let windows = os == Os::Windows;
        let text = if windows { text.replace('/', "\\") } else { text.to_owned() };
        Self { text: text.into(), windows, exact: None }
    }

    /// A path on a host that is not Windows, from its bytes.
    pub fn from_bytes(os: Os, bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::new(os, text),
            Err(_) => Self { exact: Some(bytes.into()), ..Self::new(os, &escape(bytes)) },
        }
    }

    /// The path as the host writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path with `/` between its parts, on which globs work: `C:/x`, `//srv/share`, `/opt/x`.
    pub fn slashed(&self) -> String {
        if self.windows { self.text.replace('\\', "/") } else { self.text.to_string() }
    }

    /// The exact bytes of the path, where they are not Unicode.
    pub fn exact(&self) -> Option<&[u8]> {
        self.exact.as_deref()
    }

    /// The folder it stands in.
    pub fn parent(&self) -> Option<Self> {
        let separator = if self.windows { '\\' } else { '/' };
        let (folder, _) = self.text.trim_end_matches(separator).rsplit_once(separator)?;
        (!folder.is_empty()).then(|| Self { text: folder.into(), windows: self.windows, exact: None })
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        let separator = if self.windows { '\\' } else { '/' };
        self.text.trim_end_matches(separator).rsplit(separator).next().unwrap_or_default()
    }

    /// A path below this one.
    #[must_use]
    pub fn join(&self, part: &str) -> Self {
        let separator = if self.windows { '\\' } else { '/' };
        let part = if self.windows { part.replace('/', "\\") } else { part.to_owned() };
        let text = format!(
            "{}{separator}{}",
            self.text.trim_end_matches(separator),
            part.trim_start_matches(separator)
        );
        Self { text: text.into(), windows: self.windows, exact: None }
    }
}

/// Bytes as text; those that are not Unicode as `\xHH`.
fn escape(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

impl fmt::Display for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        for (os, text, parent, name) in [
            (Os::Windows, r"C:\x\y.txt", Some(r"C:\x"), "y.txt"),
            (Os::Windows, r"\\srv\share\y", Some(r"\\srv\share"), "y"),
            (Os::Linux, "/opt/x", Some("/opt"), "x"),
            (Os::Linux, "/opt", None, "opt"),
        ] {
            let path = HostPath::new(os, text);
            assert_eq!(
                (path.parent().as_ref().map(HostPath::as_str), path.file_name()),
                (parent, name),
                "{text}"
            );
        }
        assert_eq!(HostPath::new(Os::Windows, r"C:\").join("a/b").as_str(), r"C:\a\b");
    }

    #[test]
    fn bytes_that_are_not_unicode_are_kept() {
        let path = HostPath::from_bytes(Os::Linux, b"/a/caf\xe9");
        assert_eq!((path.as_str(), path.exact()), (r"/a/caf\xe9", Some(&b"/a/caf\xe9"[..])));
        assert_eq!(HostPath::from_bytes(Os::Linux, "/a/é".as_bytes()).exact(), None);
    }
}
