//! qdiag collects a redacted, checksummed support bundle from a host that runs Qlik products.
//!
//! One line of data: arguments → options; definitions → catalog; this machine or `--root` → host; then
//! `detect` → `plan` → `estimate` → `collect` → bundle. Imports only point down that line. The Rust API carries no
//! stability promise; the contracts are the flags, the exit codes, the bundle and the definition format.

pub mod analyze;
pub mod app;
pub mod bundle;
pub mod case;
pub mod cli;
pub mod collect;
pub mod definition;
pub mod detect;
pub mod error;
pub mod estimate;
pub mod host;
pub mod logline;
pub mod manifest;
pub mod plan;
pub mod pool;
pub mod qrs;
pub mod redact;

pub use error::Error;
