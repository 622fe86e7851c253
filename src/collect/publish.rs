//! From plan to published bundle: gather, finish, read back, mend or refuse, publish.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::entry::stamp;
use super::{Event, Gathered, Job, gather};
use crate::Error;
use crate::bundle::{self, Partial, Sha256Hex, Writer};
use crate::manifest::{HostFacts, Manifest, PackedLines, RedactionFacts, Run, SCHEMA, Tool};
use crate::plan::Plan;
use crate::redact::{Hint, Privacy};

/// A published bundle.
pub struct Collected {
    /// Where it is.
    pub path: PathBuf,
    /// SHA-256 of the zip.
    pub sha256: Sha256Hex,
    /// Size of the zip in bytes.
    pub bytes: u64,
    /// What it says of itself.
    pub manifest: Manifest<PackedLines>,
}
