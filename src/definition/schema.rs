//! The types of a definition file. `collectors/README.md` documents every field.

use serde::Deserialize;

/// One product: how it is found, what is taken, what never.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Version of the definition format.
    pub schema: u32,
    /// Id, also the file name.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// x
    #[serde(skip)]
    pub text: String,
    /// x
    #[serde(skip)]
    pub embedded: bool,
    /// What is taken.
    #[serde(default)]
    pub collect: Vec<CollectItem>,
    /// Names and paths that are never taken, as globs.
    #[serde(default)]
    pub never: Vec<String>,
}

/// One thing to take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectItem {
    /// Id, unique in the definition.
    pub id: String,
    /// logs, config, license, app, state or environment.
    pub category: String,
    /// Globs in the host's own writing, with `%VAR%` and `{variable}`.
    pub paths: Vec<String>,
    /// Files older than this are left out: `14d`, `12h`.
    pub max_age: Option<String>,
    /// Larger files are cut to their first line and their newest part: `200MB`.
    pub max_file: Option<String>,
    /// x
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Redaction rules besides the common ones.
    #[serde(default)]
    pub rules: Vec<String>,
}
