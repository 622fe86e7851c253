//! A path as the host writes it: `C:\x`, `\\srv\share`, `/opt/x`. Never touches a file.

use std::fmt;

use super::Os;

/// A path as the host writes it. Bytes that are not Unicode stand as `\xHH` in the text; the exact bytes are kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPath {
    text: String,
    windows: bool,
    /// The exact bytes, only where the text cannot say them.
    exact: Option<Vec<u8>>,
}

impl HostPath {
    /// A path in the host's own writing; on Windows `/` is taken for `\`.
    pub fn new(os: Os, text: &str) -> Self {
        let windows = os == Os::Windows;
        let text = if windows { text.replace('/', "\\") } else { text.to_owned() };
        Self { text, windows, exact: None }
    }

    /// The path as the host writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path with `/` between its parts, on which globs work: `C:/x`, `//srv/share`, `/opt/x`.
    pub fn slashed(&self) -> String {
        if self.windows { self.text.replace('\\', "/") } else { self.text.clone() }
    }

    /// The exact bytes of the path, where they are not Unicode.
    pub fn exact(&self) -> Option<&[u8]> {
        self.exact.as_deref()
    }
}

impl fmt::Display for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
