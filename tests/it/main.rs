//! The one integration binary: it drives the executable as a user would. `QDIAG_EXE` names another build of it,
//! `QDIAG_RUNNER` what starts that.

mod collect;
mod collectors;
mod golden;
mod house;
mod leak;
mod outcomes;
mod redact;
mod support;
mod tools;
mod verify;
