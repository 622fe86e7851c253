//! The kind of a file: by what the definition says, then by its name, then by how it begins. A kind only ever makes the rules stricter.

/// What a stream is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// Text of no known structure, such as a log.
    #[default]
    Text,
    /// JSON, or JSON lines.
    Json,
    /// XML, such as a .config file of .NET.
    Xml,
    /// Settings line by line: INI, properties, environment files.
    Settings,
    /// YAML.
    Yaml,
}

/// Endings of names and what they mean.
const ENDINGS: [(&str, Kind); 22] = [
    (".json", Kind::Json),
    (".jsonl", Kind::Json),
    (".ndjson", Kind::Json),
    (".xml", Kind::Xml),
    (".config", Kind::Xml),
    (".xsd", Kind::Xml),
    (".xaml", Kind::Xml),
    (".plist", Kind::Xml),
    (".csproj", Kind::Xml),
    (".ini", Kind::Settings),
    (".inf", Kind::Settings),
    (".properties", Kind::Settings),
    (".cfg", Kind::Settings),
    (".conf", Kind::Settings),
    (".cnf", Kind::Settings),
    (".env", Kind::Settings),
    (".yml", Kind::Yaml),
    (".yaml", Kind::Yaml),
    (".toml", Kind::Settings),
    (".reg", Kind::Settings),
    (".prefs", Kind::Settings),
    (".rc", Kind::Settings),
];

impl Kind {
    /// The kind that a definition names among its rules: `format-json` and its like.
    pub(super) fn of_rule(rule: &str) -> Option<Self> {
        match rule {
            "format-json" => Some(Self::Json),
            "format-xml" => Some(Self::Xml),
            "format-settings" => Some(Self::Settings),
            "format-yaml" => Some(Self::Yaml),
            "format-text" => Some(Self::Text),
            _ => None,
        }
    }

    /// The kind that a file's name tells.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let folded = name.to_lowercase();
        ENDINGS.iter().find(|(ending, _)| folded.ends_with(ending)).map(|(_, kind)| *kind)
    }

    /// The kind that the first bytes of a text tell.
    pub(super) fn of_content(text: &[u8]) -> Option<Self> {
        let start = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).trim_ascii_start();
        match start {
            [b'{', ..] => Some(Self::Json),
            [b'[', rest @ ..] if matches!(rest.trim_ascii_start().first(), Some(b'{' | b'"' | b'[')) => {
                Some(Self::Json)
            }
            _ if start.starts_with(b"<?xml") || start.starts_with(b"<configuration") => Some(Self::Xml),
            _ => None,
        }
    }

    /// Whether sentences are to be expected, in which a word such as `password:` may stand before any other.
    pub(super) fn is_prose(self) -> bool {
        !self.is_lines()
    }

    /// Whether each line is a setting.
    pub(super) fn is_lines(self) -> bool {
        matches!(self, Self::Settings | Self::Yaml)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_contents_tell_kinds() {
        for (name, kind) in [
            ("Repository.exe.config", Some(Kind::Xml)),
            ("services.JSON", Some(Kind::Json)),
            (".env", Some(Kind::Settings)),
            ("Engine_Audit.txt", None),
        ] {
            assert_eq!(Kind::of_name(name), kind, "{name}");
        }
        for (start, kind) in [
            ("\u{feff} {\"a\": 1}", Some(Kind::Json)),
            ("[{\"a\": 1}]", Some(Kind::Json)),
            ("[section]\na=1", None),
            ("<?xml version=\"1.0\"?>", Some(Kind::Xml)),
        ] {
            assert_eq!(Kind::of_content(start.as_bytes()), kind, "{start}");
        }
    }
}
