//! The file that a bundle is written to before it is published, and the only place that creates one. It never overwrites
//! anything, and removes what was not published.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Hashing, Sha256Hex, Target};
use crate::Error;
use crate::host::{create_private, space_beside};

#[cfg(test)]
mod tests;

/// A bundle that is not published yet: `<name>.zip.partial` beside its place. Dropping it removes the file.
#[derive(Debug)]
pub struct Partial {
    file: File,
    path: PathBuf,
    target: PathBuf,
    side: PathBuf,
}

/// A bundle in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The zip.
    pub path: PathBuf,
    /// The file beside it that holds its digest.
    pub side: PathBuf,
    /// SHA-256 of the zip.
    pub sha256: Sha256Hex,
    /// Size of the zip.
    pub bytes: u64,
    /// The file beside it that tells what stand-ins stand for, if there is one.
    pub table: Option<PathBuf>,
}

/// SHA-256 of the whole file, and its bytes.
pub type Digest = (Sha256Hex, u64);

/// What stand-ins of identities stand for.
pub(super) type Table = BTreeMap<String, String>;

impl Partial {
    /// Creates the partial file of `target`; fails if a bundle or a side file is there already.
    pub fn create(target: &Path) -> Result<Self, Error> {
        let path = with_suffix(target, ".partial");
        let side = with_suffix(target, ".sha256");
        for taken in [target, &side] {
            // A dangling link counts as there too, since writing would go through it.
            if fs::symlink_metadata(taken).is_ok() {
                return Err(Error::output("create", taken, io::ErrorKind::AlreadyExists.into()));
            }
        }
        let file = create_private(&path).map_err(|error| Error::output("create", &path, error))?;
        Ok(Self { file, path, target: target.to_owned(), side })
    }

    /// The partial file, which whoever ends the run at once must remove.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the bundle will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where the bundle is written to.
    pub fn out(&self) -> Result<PartialFile, Error> {
        let file = self.file.try_clone().map_err(|error| Error::output("write", &self.path, error))?;
        Ok(PartialFile { inner: BufWriter::with_capacity(1 << 16, file), path: self.path.clone() })
    }

    /// Bytes that were written so far and are flushed.
    pub fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// What was written so far, from its start. It shares its position with `out`, so that must be dropped first.
    pub fn read_back(&self) -> Result<impl Read + Seek + Send + use<>, Error> {
        let context = |error| Error::output("read back", &self.path, error);
        let mut file = self.file.try_clone().map_err(context)?;
        file.seek(SeekFrom::Start(0)).map_err(context)?;
        Ok(file)
    }

    /// A second partial file for the same place, to write the bundle once more; this one is still there to be read.
    pub fn second(&self) -> Result<Self, Error> {
        let path = with_suffix(&self.path, "2");
        let file = create_private(&path).map_err(|error| Error::output("create", &path, error))?;
        Ok(Self { file, path, target: self.target.clone(), side: self.side.clone() })
    }

    /// Moves the bundle to its place, durably and without overwriting, and writes its digest beside it, and the table of its stand-ins,
    /// which is for the owner of the host alone.
    pub fn publish(self, (sha256, bytes): Digest, table: Option<&Table>) -> Result<Published, Error> {
        let table = table.map(|table| self.write_table(table)).transpose()?;
        let published = self.place(sha256).inspect_err(|_| table.iter().for_each(|table| remove(table)))?;
        Ok(Published { bytes, table, ..published })
    }

    /// Saves the file and reads it once more for the digest that stands beside it. It has a handle of its own, since others may read
    /// meanwhile.
    pub fn digest(&self) -> Result<Digest, Error> {
        self.file.sync_all().map_err(|error| Error::output("save", &self.path, error))?;
        let digest = || {
            let mut hashing = Hashing::new(File::open(&self.path)?);
            io::copy(&mut hashing, &mut io::sink())?;
            let bytes = hashing.length();
            Ok((hashing.finish(), bytes))
        };
        digest().map_err(|error| Error::output("read back", &self.path, error))
    }

    fn place(&self, sha256: Sha256Hex) -> Result<Published, Error> {
        move_without_overwriting(&self.path, &self.target)
            .map_err(|error| Error::output("create", &self.target, error))?;
        if let Err(error) = write_side_file(&self.side, &self.target, sha256) {
            // The bundle is whole or absent; it was this run that put it there.
            remove(&self.target);
            return Err(error);
        }
        sync_folder(&self.target);
        Ok(Published { path: self.target.clone(), side: self.side.clone(), sha256, bytes: 0, table: None })
    }

    fn write_table(&self, table: &Table) -> Result<PathBuf, Error> {
        let path = with_suffix(&self.target, ".identities.json");
        let context = |error| Error::output("create", &path, error);
        let mut file = create_private(&path).map_err(context)?;
        let document = serde_json::json!({
            "schema": "1.0",
            "note": "What the stand-ins in the bundle stand for. Keep this file; it is not part of the bundle.",
            "stand_ins": table,
        });
        let written = serde_json::to_writer_pretty(&mut file, &document).map_err(io::Error::from);
        written.and_then(|()| file.write_all(b"\n")).and_then(|()| file.sync_all()).map_err(|error| {
            remove(&path);
            Error::output("write", &path, error)
        })?;
        Ok(path)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After publishing there is nothing under this name any more.
        remove(&self.path);
    }
}

/// A buffered handle of the partial file.
#[derive(Debug)]
pub struct PartialFile {
    inner: BufWriter<File>,
    path: PathBuf,
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Seek for PartialFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        // The default would flush the buffer.
        self.inner.stream_position()
    }
}

impl Target for PartialFile {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.inner.flush()?;
        self.inner.get_ref().set_len(length)
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn spare(&self) -> Option<u64> {
        space_beside(&self.path).map(|space| space.spare())
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// A rename would replace a file that appeared meanwhile. A second name does not; where the file system knows no second
/// names, an empty file is reserved under the new name, which fails if there is one, and then replaced.
fn move_without_overwriting(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => {
            // The bundle is in its place; a first name that cannot be taken away now is taken away at the end.
            remove(from);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            drop(create_private(to)?);
            fs::rename(from, to).inspect_err(|_| remove(to))
        }
    }
}

fn write_side_file(side: &Path, target: &Path, sha256: Sha256Hex) -> Result<(), Error> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mut file = create_private(side).map_err(|error| Error::output("create", side, error))?;
    let done = file.write_all(format!("{sha256}  {name}\n").as_bytes()).and_then(|()| file.sync_all());
    done.map_err(|error| {
        remove(side);
        Error::output("write", side, error)
    })
}

/// Makes the new names durable. Not every platform opens folders, and the bundle itself is safe already.
fn sync_folder(target: &Path) {
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// There is nothing left to do if this fails, and the reason for it is reported already.
fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}
