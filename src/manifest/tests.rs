//! The JSON Schema in the repository says what the types say.

#![expect(clippy::disallowed_methods, reason = "the test compares a file of the repository")]

use std::path::Path;

use super::*;

/// Set this to 1 to write the schema anew instead of comparing it.
const UPDATE: &str = "QDIAG_UPDATE_SCHEMA";

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let schema = schemars::schema_for!(Manifest);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manifest.schema.json");
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/manifest.schema.json is not what the types say; if the change is meant, run the test with {UPDATE}=1, \
         commit the file, and raise SCHEMA"
    );
}

#[test]
fn outcomes_are_written_as_their_words() {
    let all = [
        Outcome::Collected,
        Outcome::Truncated,
        Outcome::Empty,
        Outcome::Missing,
        Outcome::Denied,
        Outcome::TimedOut,
        Outcome::Skipped,
        Outcome::Withheld,
        Outcome::Failed,
    ];
    for outcome in all {
        assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.word());
    }
}
