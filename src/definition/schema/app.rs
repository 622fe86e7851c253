//! The types of `[[apps]]`: where a product keeps its apps.

use serde::{Deserialize, Serialize};

use super::Certainty;

/// Where a product keeps its apps. None is taken by itself: this is where one that somebody names is looked for.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AppPlace {
    /// Globs in the host's own writing, with `%VAR%` and `{variable}`.
    pub paths: Vec<String>,
    /// Whether an app is the file that matches or the folder around it.
    #[serde(default)]
    pub kind: AppForm,
    /// What an app is there, shown where one is to be chosen.
    pub note: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// What an app is on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AppForm {
    /// The file that matches.
    #[default]
    File,
    /// The folder around the file that matches.
    Folder,
}
