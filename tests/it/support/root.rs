//! A host under a temporary folder.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A host in the making: a folder with a `host.toml`, and a second one for what the test writes.
pub(crate) struct Root {
    folder: TempDir,
    pub(crate) output: TempDir,
}

impl Root {
    /// A Linux host with a clock that stands still.
    pub(crate) fn linux() -> Self {
        let root = Self {
            folder: TempDir::new().expect("temporary folder"),
            output: TempDir::new().expect("temporary folder"),
        };
        let text = "os = \"linux\"\nname = \"testhost\"\nclock = \"2026-01-02T03:04:05+01:00\"\n";
        std::fs::write(root.path().join("host.toml"), text).expect("writable");
        std::fs::create_dir(root.path().join("root")).expect("writable");
        root
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The real path of a path on the host.
    pub(crate) fn real(&self, path: &str) -> PathBuf {
        self.path().join("root").join(path.trim_start_matches('/'))
    }

    /// Lays a file.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let real = self.real(path);
        std::fs::create_dir_all(real.parent().expect("below the root")).expect("writable");
        std::fs::write(real, content).expect("writable");
        self
    }

    /// Collects this host with `--environment-only` and further arguments.
    pub(crate) fn collect(&self, more: &[&str]) -> (super::Bundle, super::Ran) {
        let args = [&["--environment-only"], more].concat();
        super::collect(self.path(), self.output.path(), &args)
    }
}
