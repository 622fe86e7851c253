//! What the integration tests share: running the binary, reading bundles, fixture hosts.
