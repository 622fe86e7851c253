//! What only the site itself knows: a client of the Qlik services on this host, asked for their state when the user wants that.
//!
//! The only module that opens a connection, and only to an address of this machine. It reads (GET); the one exception is the export
//! of an app without its data. The client key of the site is used for the connection and wiped; it is never shown or stored.

mod certificates;
mod client;
mod endpoint;
mod export;
mod fields;
mod json;
mod local;
mod site;
mod tls;
mod words;

pub use client::Answer;
pub use endpoint::{Endpoint, Service};
pub use export::{App, Exported};
pub use fields::Fields;
pub use site::{Ports, Settings, Site, User};

#[cfg(test)]
mod tests;
