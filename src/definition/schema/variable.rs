//! Values that only the product's own configuration knows, such as a moved log folder.

use serde::Deserialize;
use toml::Spanned;

use super::Certainty;

/// Probes for variables, one list per kind; their order in the file is kept by their positions.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VariableProbes {
    /// A registry value.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<RegistryVariable>"))]
    pub registry: Vec<Spanned<RegistryVariable>>,
    /// The folder of a service's or unit's program, or a part of the command line that starts it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<ServiceVariable>"))]
    pub service: Vec<Spanned<ServiceVariable>>,
    /// A part of the command line of a running process.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<ProcessVariable>"))]
    pub process: Vec<Spanned<ProcessVariable>>,
    /// A key of an INI file, without regard to case.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<IniVariable>"))]
    pub ini: Vec<Spanned<IniVariable>>,
    /// An attribute or an element's text of an XML file.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<XmlVariable>"))]
    pub xml: Vec<Spanned<XmlVariable>>,
    /// A value of a JSON file.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<JsonVariable>"))]
    pub json: Vec<Spanned<JsonVariable>>,
    /// A key of a `.properties` or `KEY=value` file.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<PropertiesVariable>"))]
    pub properties: Vec<Spanned<PropertiesVariable>>,
    /// A part of a text file.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<PlainVariable>"))]
    pub plain: Vec<Spanned<PlainVariable>>,
    /// A text file that is base64.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<Base64Variable>"))]
    pub base64: Vec<Spanned<Base64Variable>>,
    /// A folder, told by a file in it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<SearchVariable>"))]
    pub search: Vec<Spanned<SearchVariable>>,
}

/// A probe for a variable, of any kind.
#[derive(Debug, Clone, Copy)]
pub enum VariableProbe<'a> {
    /// A registry value.
    Registry(&'a RegistryVariable),
    /// The folder of a service's or unit's program, or a part of the command line that starts it.
    Service(&'a ServiceVariable),
    /// A part of the command line of a running process.
    Process(&'a ProcessVariable),
    /// A key of an INI file, without regard to case.
    Ini(&'a IniVariable),
    /// An attribute or an element's text of an XML file.
    Xml(&'a XmlVariable),
    /// A value of a JSON file.
    Json(&'a JsonVariable),
    /// A key of a `.properties` or `KEY=value` file.
    Properties(&'a PropertiesVariable),
    /// A part of a text file.
    Plain(&'a PlainVariable),
    /// A text file that is base64.
    Base64(&'a Base64Variable),
    /// A folder, told by a file in it.
    Search(&'a SearchVariable),
}

impl VariableProbes {
    /// All probes, in the order of the file.
    pub fn in_order(&self) -> Vec<VariableProbe<'_>> {
        let mut all: Vec<(usize, VariableProbe<'_>)> = Vec::new();
        all.extend(self.registry.iter().map(|p| (p.span().start, VariableProbe::Registry(p.get_ref()))));
        all.extend(self.service.iter().map(|p| (p.span().start, VariableProbe::Service(p.get_ref()))));
        all.extend(self.process.iter().map(|p| (p.span().start, VariableProbe::Process(p.get_ref()))));
        all.extend(self.ini.iter().map(|p| (p.span().start, VariableProbe::Ini(p.get_ref()))));
        all.extend(self.xml.iter().map(|p| (p.span().start, VariableProbe::Xml(p.get_ref()))));
        all.extend(self.json.iter().map(|p| (p.span().start, VariableProbe::Json(p.get_ref()))));
        all.extend(self.properties.iter().map(|p| (p.span().start, VariableProbe::Properties(p.get_ref()))));
        all.extend(self.plain.iter().map(|p| (p.span().start, VariableProbe::Plain(p.get_ref()))));
        all.extend(self.base64.iter().map(|p| (p.span().start, VariableProbe::Base64(p.get_ref()))));
        all.extend(self.search.iter().map(|p| (p.span().start, VariableProbe::Search(p.get_ref()))));
        all.sort_by_key(|(start, _)| *start);
        all.into_iter().map(|(_, probe)| probe).collect()
    }
}

impl<'a> VariableProbe<'a> {
    /// The variable it gives a value to.
    pub fn name(&self) -> &'a str {
        match self {
            Self::Registry(p) => &p.name,
            Self::Service(p) => &p.name,
            Self::Process(p) => &p.name,
            Self::Ini(p) => &p.name,
            Self::Xml(p) => &p.name,
            Self::Json(p) => &p.name,
            Self::Properties(p) => &p.name,
            Self::Plain(p) => &p.name,
            Self::Base64(p) => &p.name,
            Self::Search(p) => &p.name,
        }
    }

    /// The value where the host has none.
    pub fn default(&self) -> Option<&'a str> {
        match self {
            Self::Registry(p) => p.default.as_deref(),
            Self::Service(p) => p.default.as_deref(),
            Self::Process(p) => p.default.as_deref(),
            Self::Ini(p) => p.default.as_deref(),
            Self::Xml(p) => p.default.as_deref(),
            Self::Json(p) => p.default.as_deref(),
            Self::Properties(p) => p.default.as_deref(),
            Self::Plain(p) => p.default.as_deref(),
            Self::Base64(p) => p.default.as_deref(),
            Self::Search(p) => p.default.as_deref(),
        }
    }

    /// The path it reads, if it reads one.
    pub fn path(&self) -> Option<&'a str> {
        match self {
            Self::Registry(_) | Self::Service(_) | Self::Process(_) => None,
            Self::Ini(p) => Some(&p.path),
            Self::Xml(p) => Some(&p.path),
            Self::Json(p) => Some(&p.path),
            Self::Properties(p) => Some(&p.path),
            Self::Plain(p) => Some(&p.path),
            Self::Base64(p) => Some(&p.path),
            Self::Search(p) => Some(&p.path),
        }
    }
}

/// A registry value.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegistryVariable {
    /// The variable.
    pub name: String,
    /// The key.
    pub key: String,
    /// Name of the value.
    pub value: String,
    /// Regular expression whose first group, or whole match, is the value.
    pub pattern: Option<String>,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// The folder of a service's or unit's program, or a part of the command line that starts it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServiceVariable {
    /// The variable.
    pub name: String,
    /// Regular expression of the whole name of the service.
    pub service: String,
    /// Regular expression of the whole display name.
    pub display_name: Option<String>,
    /// Regular expression of the whole file name of its program.
    pub program: Option<String>,
    /// Regular expression on the command line that starts it, whose first group, or whole match, is the value.
    pub pattern: Option<String>,
    /// How many folders above the program's own it is.
    #[serde(default)]
    pub up: u8,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A part of the command line of a running process.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessVariable {
    /// The variable.
    pub name: String,
    /// Regular expression of the whole name of the executable.
    pub process: String,
    /// Regular expression on its command line, whose first group, or whole match, is the value.
    pub pattern: String,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A key of an INI file, without regard to case.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IniVariable {
    /// The variable.
    pub name: String,
    /// Path.
    pub path: String,
    /// Section; without it, the keys before the first one.
    pub section: Option<String>,
    /// Key.
    pub key: String,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// An attribute or an element's text of an XML file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct XmlVariable {
    /// The variable.
    pub name: String,
    /// Path.
    pub path: String,
    /// Where it is: `configuration/appSettings/add[@key='X']/@value`.
    pub select: String,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A value of a JSON file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JsonVariable {
    /// The variable.
    pub name: String,
    /// Path.
    pub path: String,
    /// Where it is: `server.folders.0`.
    pub select: String,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A key of a `.properties` or `KEY=value` file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PropertiesVariable {
    /// The variable.
    pub name: String,
    /// Path.
    pub path: String,
    /// Key.
    pub key: String,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A part of a text file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlainVariable {
    /// The variable.
    pub name: String,
    /// Path.
    pub path: String,
    /// Regular expression whose first group, or whole match, is the value; else the first line.
    pub pattern: Option<String>,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A text file that is base64.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Base64Variable {
    /// The variable.
    pub name: String,
    /// Path.
    pub path: String,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

/// A folder, told by a file in it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchVariable {
    /// The variable.
    pub name: String,
    /// Path, or a glob that only files match; the last match in sorted order is taken.
    pub path: String,
    /// How many folders above the file's own it is.
    #[serde(default)]
    pub up: u8,
    /// Its value where the host has none.
    pub default: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}
