//! The bundle as a file: written as a stream, checked before it is published, read as hostile. Format: one zip, one BagIt bag.

mod ahead;
mod bag;
mod check;
mod container;
mod deflate;
mod digest;
mod document;
mod gauge;
mod pack;
mod partial;
mod reader;
mod ready;
mod rewrite;
mod room;
mod target;
mod verify;
mod writer;

#[cfg(test)]
mod foreign;

pub use check::{Checked, Search, check};
pub use deflate::{Effort, Encoder};
pub use digest::{Hashing, NotADigest, Sha256Hex};
pub use gauge::{Gauge, packed_size};
pub use pack::{Compression, Packing};
pub use partial::{Digest, Partial, PartialFile, Published};
pub use reader::{Item, Limits, Reader};
pub use ready::Ready;
pub use rewrite::{Again, Rewritten, rewrite};
pub use room::{Refusal, Room};
pub use target::Target;
pub use verify::{Finding, FindingKind, SideFile, Verification, verify};
pub use writer::{Added, Contents, End, Finished, Stored, Writer};

/// The machine contract of the bundle.
pub const MANIFEST: &str = "manifest.json";

/// The text of the ticket.
pub const TICKET: &str = "CASE.md";

/// Folder of everything that was collected; what lies beside it describes it.
pub const PAYLOAD: &str = "data/";

/// Declares the folder a bag.
const BAGIT: &str = "bagit.txt";

/// Says of the bag who made it and how large it is.
const BAG_INFO: &str = "bag-info.txt";

/// SHA-256 of everything below `data/`.
const PAYLOAD_DIGESTS: &str = "manifest-sha256.txt";

/// SHA-256 of everything else.
const TAG_DIGESTS: &str = "tagmanifest-sha256.txt";

/// CRC-32 of the packed bytes of each entry before it, one line each, in the order of the zip.
///
/// Different packed bytes can unpack to the same content, so no digest of content would notice such a change.
const PACKED_CHECKS: &str = "packed-crc32.txt";
