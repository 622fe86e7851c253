//! What a reader tells of an app; the shape of `summary.json`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Script;

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppKind {
    /// A container of Qlik Sense (or one that QlikView wrote in the same format).
    Qvf,
    /// A QlikView document.
    Qvw,
    /// A table stored by a load script.
    Qvd,
    /// A table in the exchange format.
    Qvx,
    /// A folder into which QlikView wrote a document's parts.
    Prj,
    /// A folder into which an app was taken apart.
    Unbuilt,
    /// A zip archive that has the name of an app.
    Zip,
    /// A text that Git LFS keeps in place of the file.
    LfsPointer,
    /// None of these.
    Unknown,
}

impl AppKind {
    /// What it is, in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Qvf => "app of Qlik Sense (QVF)",
            Self::Qvw => "document of QlikView (QVW)",
            Self::Qvd => "stored table (QVD)",
            Self::Qvx => "exchanged table (QVX)",
            Self::Prj => "project folder of QlikView (-prj)",
            Self::Unbuilt => "unbuilt app (folder)",
            Self::Zip => "zip archive",
            Self::LfsPointer => "pointer of Git LFS",
            Self::Unknown => "no app",
        }
    }

    /// Whether it may hold a load script.
    pub fn has_script(self) -> bool {
        matches!(self, Self::Qvf | Self::Qvw | Self::Prj | Self::Unbuilt | Self::Zip)
    }

    /// Whether it is an app or a table in one file, and nothing else.
    pub fn is_binary_app(self) -> bool {
        matches!(self, Self::Qvf | Self::Qvw | Self::Qvd | Self::Qvx)
    }
}

/// Something with a name, and perhaps a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// Its name or title, as the app has it.
    pub name: String,
    /// What it is, as the app says (`barchart`, `LB`, `master measure`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A table of the data model, or the one of a QVD.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Rows, where they are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Fields, where they are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<u64>,
    /// Size in bytes, where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// A data connection that the script or the file names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Connection {
    /// The name after `lib://` or after `CONNECT TO`, or the connection string where there is no name.
    pub name: String,
    /// `lib`, `odbc`, `oledb`, `custom`, `lineage` or what the file says.
    pub kind: String,
}

/// Whether rows are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataInside {
    /// Rows or symbols of at least one table.
    Yes,
    /// None.
    No,
}

/// An app in short. What could not be read is absent, never guessed.
#[derive(Debug, Clone, Serialize)]
pub struct AppSummary {
    /// What the bytes are.
    pub kind: AppKind,
    /// Size of the file in bytes; of a folder, of its files.
    pub bytes: u64,
    /// Its name in the zip archive that it was read out of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packed_as: Option<String>,
    /// Title that a user sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description that its author gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Product version that saved it, as the file writes it (`12.16.2`, `11.20.12347.0409`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_by_version: Option<String>,
    /// Build number, as the file writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Last reload, as the file writes it (of a QVD, when it was created).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reload: Option<String>,
    /// Whether it has section access; absent where neither the file nor the script tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section_access: Option<bool>,
    /// Whether the file is said to be encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// Whether a thumbnail is inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<bool>,
    /// Whether rows are inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataInside>,
    /// Sheets in the app's order.
    pub sheets: Vec<Named>,
    /// Objects on sheets, master items, bookmarks; of a QVD, what stored it, of the kind `creator`.
    pub objects: Vec<Named>,
    /// Names of fields.
    pub fields: Vec<String>,
    /// Tables of the data model.
    pub tables: Vec<Table>,
    /// Names of variables, never their values.
    pub variables: Vec<String>,
    /// Data connections used.
    pub connections: Vec<Connection>,
    /// Names of the script's tabs.
    pub script_tabs: Vec<String>,
    /// Lines of the script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_lines: Option<u64>,
    /// What could not be read, in plain words, without content of the file.
    pub problems: Vec<String>,
    /// The load script; wiped when dropped, shown only through the redactor.
    #[serde(skip)]
    pub script: Option<Script>,
}

impl AppSummary {
    /// Nothing known yet.
    pub fn new(kind: AppKind, bytes: u64) -> Self {
        Self {
            kind,
            bytes,
            packed_as: None,
            title: None,
            description: None,
            saved_by_version: None,
            build: None,
            last_reload: None,
            section_access: None,
            encrypted: None,
            thumbnail: None,
            data: None,
            sheets: Vec::new(),
            objects: Vec::new(),
            fields: Vec::new(),
            tables: Vec::new(),
            variables: Vec::new(),
            connections: Vec::new(),
            script_tabs: Vec::new(),
            script_lines: None,
            problems: Vec::new(),
            script: None,
        }
    }

    /// Takes the script in: its tabs, its lines, the connections it names, and section access where nothing else told.
    pub fn set_script(&mut self, script: Script) {
        self.script_tabs = script.tabs();
        self.script_lines = Some(script.lines());
        let known: BTreeSet<_> = self.connections.iter().cloned().collect();
        self.connections.extend(script.connections().into_iter().filter(|one| !known.contains(one)));
        self.section_access = Some(self.section_access.unwrap_or(false) || script.has_section_access());
        self.script = Some(script);
    }
}
