//! The types of a definition file. `collectors/README.md` documents every field.

mod app;
mod format;
mod variable;
mod version;

use serde::{Deserialize, Serialize};

use super::release::Release;

pub use app::{AppForm, AppPlace};
pub use format::{
    Encoding, FieldNames, FormatExample, LevelWords, LogFormat, RecordForm, TableForm, TimeForm,
};
pub use variable::{
    Base64Variable, IniVariable, JsonVariable, PlainVariable, ProcessVariable, PropertiesVariable,
    RegistryVariable, SearchVariable, ServiceVariable, VariableProbe, VariableProbes, XmlVariable,
};
pub use version::{
    FileVersion, JavascriptVersion, PeVersion, RegistryVersion, UninstallVersion, VersionProbe, VersionProbes,
};

/// One product: how it is found, what is taken, what never.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Version of the definition format.
    #[cfg_attr(test, schemars(extend("const" = super::check::SCHEMA)))]
    pub schema: u32,
    /// Id, also the file name.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")))]
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Signs of the product on a host.
    #[serde(default)]
    pub detect: Detect,
    /// The variable that tells several installations on one host apart: each value of it is one.
    pub instance: Option<String>,
    /// Where its version is read, in this order.
    #[serde(default)]
    pub version: VersionProbes,
    /// Values of the product's own configuration, in this order.
    #[serde(default)]
    pub variable: VariableProbes,
    /// What a node of it may be; the first role that holds is the node's.
    #[serde(default)]
    pub role: Vec<Role>,
    /// What is taken.
    #[serde(default)]
    pub collect: Vec<CollectItem>,
    /// Where it keeps its apps.
    #[serde(default)]
    pub apps: Vec<AppPlace>,
    /// Names and paths that are never taken, as globs.
    #[serde(default)]
    pub never: Vec<String>,
    /// Names of releases by version, from the table in `releases/` that names this definition.
    #[serde(skip)]
    pub release: Vec<Release>,
    /// The file's own text.
    #[serde(skip)]
    pub text: String,
    /// Whether it came with the program.
    #[serde(skip)]
    pub embedded: bool,
}

/// How well a fact about a product is founded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// A public source states it, or it was seen on a real host.
    #[default]
    Sourced,
    /// It follows from sources, but none states it.
    Inferred,
    /// Held to be true without a source; must never be needed.
    Unsourced,
}

/// Signs of a product. Any that is not weak is enough.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Detect {
    /// Registry keys and values.
    #[serde(default)]
    pub registry: Vec<RegistryProbe>,
    /// Uninstall entries.
    #[serde(default)]
    pub uninstall: Vec<UninstallProbe>,
    /// Windows services.
    #[serde(default)]
    pub service: Vec<ServiceProbe>,
    /// Files and folders.
    #[serde(default)]
    pub file: Vec<FileProbe>,
    /// Installed packages of Linux.
    #[serde(default)]
    pub package: Vec<PackageProbe>,
    /// systemd units.
    #[serde(default)]
    pub unit: Vec<UnitProbe>,
    /// Running processes.
    #[serde(default)]
    pub process: Vec<ProcessProbe>,
}

/// A registry key that is there, or a value of it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegistryProbe {
    /// The key.
    pub key: String,
    /// Name of the value; without it, the key alone is enough.
    pub value: Option<String>,
    /// A regular expression that the value holds.
    pub pattern: Option<String>,
    /// The variable that the value becomes; else the value's own name in snake case.
    pub variable: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

impl RegistryProbe {
    /// The variable that the value becomes: the one named, or `InstallDir` as `install_dir`.
    pub fn variable_name(&self) -> Option<String> {
        self.variable.clone().or_else(|| self.value.as_deref().map(snake_case))
    }
}

/// `InstallDir`, `install dir` and `INSTALLDIR` as names of variables.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && after_lower {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
            after_lower = !c.is_ascii_uppercase();
        } else {
            if !snake.is_empty() && !snake.ends_with('_') {
                snake.push('_');
            }
            after_lower = false;
        }
    }
    snake.trim_end_matches('_').to_owned()
}

/// An uninstall entry.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UninstallProbe {
    /// Regular expression of the whole display name.
    pub name: String,
    /// Regular expression of the whole publisher.
    pub publisher: Option<String>,
    /// The variable that its install folder becomes.
    pub variable: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A Windows service.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServiceProbe {
    /// Regular expression of the whole name.
    pub name: String,
    /// Regular expression of the whole display name.
    pub display_name: Option<String>,
    /// Regular expression of the whole file name of its program.
    pub program: Option<String>,
    /// The variable that the folder of its program becomes.
    pub variable: Option<String>,
    /// How many folders above the program's own that is.
    #[serde(default)]
    pub up: u8,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A file or folder.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileProbe {
    /// Path, or a glob that only files match.
    pub path: String,
    /// Whether it only adds evidence: what an uninstalled product leaves behind.
    #[serde(default)]
    pub weak: bool,
    /// The variable that its folder becomes.
    pub variable: Option<String>,
    /// How many folders above its own that is.
    #[serde(default)]
    pub up: u8,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// An installed package.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PackageProbe {
    /// Regular expression of the whole name.
    pub name: String,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A systemd unit.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnitProbe {
    /// Regular expression of the whole name, without `.service`.
    pub name: String,
    /// The variable that the folder of its program becomes.
    pub variable: Option<String>,
    /// How many folders above the program's own that is.
    #[serde(default)]
    pub up: u8,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A running process.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessProbe {
    /// Regular expression of the whole name of its executable.
    pub name: String,
    /// The variable that the folder of its executable becomes.
    pub variable: Option<String>,
    /// How many folders above the executable's own that is.
    #[serde(default)]
    pub up: u8,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// What a node may be.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Conditions; all must hold.
    pub when: Vec<Condition>,
    /// What the conditions do not tell apart.
    pub note: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// One condition of a role; one of its fields is given, or `variable` with `equals`.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// A service or unit of that name is installed.
    pub service: Option<String>,
    /// No service or unit of that name is installed.
    pub no_service: Option<String>,
    /// A file or folder is there.
    pub path: Option<String>,
    /// No such file or folder is there.
    pub no_path: Option<String>,
    /// A variable has the value of `equals`.
    pub variable: Option<String>,
    /// The value, compared without regard to case.
    pub equals: Option<String>,
}

/// One thing to take.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CollectItem {
    /// Id, unique in the definition.
    pub id: String,
    /// logs, config, license, app, state or environment.
    #[cfg_attr(test, schemars(extend("enum" = super::check::CATEGORIES)))]
    pub category: String,
    /// Globs in the host's own writing, with `%VAR%` and `{variable}`.
    pub paths: Vec<String>,
    /// Globs of what `paths` match but this item leaves out.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Files older than this are left out: `14d`, `12h`.
    pub max_age: Option<String>,
    /// Larger files are cut to their first line and their newest part: `200MB`.
    pub max_file: Option<String>,
    /// The log format of its files.
    pub format: Option<String>,
    /// Redaction rules besides the common ones.
    #[serde(default)]
    pub rules: Vec<String>,
    /// What it is good for, shown in the plan.
    pub note: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}
