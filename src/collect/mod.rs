//! Runs a plan: opens, redacts and stores each item, and records what became of it.
