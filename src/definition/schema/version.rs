//! Where the version of a product is read.

use serde::Deserialize;
use toml::Spanned;

use super::Certainty;

/// Probes for a version, one list per kind; their order in the file is kept by their positions.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VersionProbes {
    /// Scripts that hold a JSON object.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<JavascriptVersion>"))]
    pub javascript: Vec<Spanned<JavascriptVersion>>,
    /// Version resources of Windows programs.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<PeVersion>"))]
    pub pe: Vec<Spanned<PeVersion>>,
    /// Registry values.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<RegistryVersion>"))]
    pub registry: Vec<Spanned<RegistryVersion>>,
    /// Uninstall entries and packages.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<UninstallVersion>"))]
    pub uninstall: Vec<Spanned<UninstallVersion>>,
    /// Text files.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<FileVersion>"))]
    pub file: Vec<Spanned<FileVersion>>,
}

/// A probe for a version, of any kind.
#[derive(Debug, Clone, Copy)]
pub enum VersionProbe<'a> {
    /// A script that holds a JSON object.
    Javascript(&'a JavascriptVersion),
    /// A version resource.
    Pe(&'a PeVersion),
    /// A registry value.
    Registry(&'a RegistryVersion),
    /// An uninstall entry or package.
    Uninstall(&'a UninstallVersion),
    /// A text file.
    File(&'a FileVersion),
}

impl VersionProbes {
    /// All probes, in the order of the file.
    pub fn in_order(&self) -> Vec<VersionProbe<'_>> {
        let mut all: Vec<(usize, VersionProbe<'_>)> = Vec::new();
        all.extend(self.javascript.iter().map(|p| (p.span().start, VersionProbe::Javascript(p.get_ref()))));
        all.extend(self.pe.iter().map(|p| (p.span().start, VersionProbe::Pe(p.get_ref()))));
        all.extend(self.registry.iter().map(|p| (p.span().start, VersionProbe::Registry(p.get_ref()))));
        all.extend(self.uninstall.iter().map(|p| (p.span().start, VersionProbe::Uninstall(p.get_ref()))));
        all.extend(self.file.iter().map(|p| (p.span().start, VersionProbe::File(p.get_ref()))));
        all.sort_by_key(|(start, _)| *start);
        all.into_iter().map(|(_, probe)| probe).collect()
    }
}

/// A script whose one object is JSON, such as an AMD module.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JavascriptVersion {
    /// Path.
    pub path: String,
    /// Where in the object the version is: `composition.version`.
    pub select: String,
    /// Where in the object the name of the release is.
    pub release: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// The version resource of a Windows program.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PeVersion {
    /// Path.
    pub path: String,
    /// Whether the number is that of a component: evidence, never the product's version.
    #[serde(default)]
    pub component: bool,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A registry value that holds a version.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegistryVersion {
    /// The key.
    pub key: String,
    /// Name of the value.
    pub value: String,
    /// Regular expression whose first group, or whole match, is the version.
    pub pattern: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// An uninstall entry or package that states a version; of several, the highest.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UninstallVersion {
    /// Regular expression of the whole name.
    pub name: String,
    /// Regular expression of the whole publisher.
    pub publisher: Option<String>,
    /// Regular expression on the name whose first group, or whole match, is the name of the release.
    pub release: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A text file that holds a version.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileVersion {
    /// Path.
    pub path: String,
    /// Regular expression whose first group, or whole match, is the version.
    pub pattern: String,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}
