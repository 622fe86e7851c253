//! The one integration binary: it drives the executable as a user would. `QDIAG_EXE` names another build of it,
//! `QDIAG_RUNNER` what starts that.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::case_sensitive_file_extension_comparisons,
    clippy::print_stdout,
    reason = "tests run programs, read their own files whole and know the names in them"
)]

mod again;
mod analysis;
mod analyze;
mod app;
mod apps;
mod budget;
mod case;
mod collect;
mod collectors;
mod golden;
mod house;
mod leak;
#[cfg(unix)]
mod live;
mod never;
mod ordinary;
mod outcomes;
mod products;
mod qrs;
#[cfg(target_os = "linux")]
mod qrs_key;
mod redact;
mod reduced;
mod standin;
mod support;
mod tools;
mod trust;
mod verify;
mod window;
