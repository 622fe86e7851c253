//! What an app is, without its data: title, saving version, reload time, tables, script. Told by its bytes, never by its name.
//!
//! The readers know the byte formats of `.qvf`, `.qvw`, `.qvd`, `.qvx`, `-prj` folders and unbuilt apps. They read in pieces, so
//! that an app of gigabytes costs no more memory than a small one, and they never fail: what cannot be read is said in
//! [`AppSummary::problems`], the rest is told. Everything here still holds secrets of its owner and goes through the redactor
//! before it is shown or stored.

mod elements;
mod identify;
mod objects;
mod place;
pub mod prj;
mod properties;
pub mod qvd;
pub mod qvf;
pub mod qvw;
pub mod qvx;
mod script;
mod source;
mod summary;
mod text;
mod tolerant;
pub mod unbuilt;
mod zipped;

pub use identify::{Reader, identify, identify_folder, kind_of, read_file, read_folder};
pub use place::{HostFolder, HostSource, Place};
pub use script::Script;
pub use source::{Folder, Limited, Source};
pub use summary::{AppKind, AppSummary, Connection, DataInside, Named, Table};
