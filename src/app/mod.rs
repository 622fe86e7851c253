//! What an app is, without its data: title, saving version, reload time, tables, script. Told by its bytes, never by its name.
//!
//! The readers know the byte formats of `.qvf`, `.qvw`, `.qvd`, `.qvx`, `-prj` folders and unbuilt apps. They read in pieces, so
//! that an app of gigabytes costs no more memory than a small one, and they never fail: what cannot be read is said in
//! [`AppSummary::problems`], the rest is told. Everything here still holds secrets of its owner and goes through the redactor
//! before it is shown or stored.

mod objects;
mod properties;
pub mod qvf;
mod script;
mod source;
mod summary;
mod tolerant;
pub mod unbuilt;

pub use script::Script;
pub use source::{Folder, Limited, Source};
pub use summary::{AppKind, AppSummary, Connection, DataInside, Named, Table};
