//! The one integration binary: it drives the executable as a user would.

mod support;
