//! The JSON of the streams that are read, as far as it is read.

use serde::Deserialize;

use super::super::Table;
use super::super::tolerant::{Few, Scalar};

/// `qvapp_header`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Header {
    pub(super) buildno: Scalar,
}

/// `qvapp_appscript`.
#[derive(Deserialize)]
pub(super) struct ScriptText {
    #[serde(rename = "qScript")]
    pub(super) script: String,
}

/// `qvapp_meta`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    #[serde(rename = "qfields")]
    pub(super) fields: Few<MetaField>,
    #[serde(rename = "qtables")]
    pub(super) tables: Few<MetaTable>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct MetaField {
    #[serde(rename = "qname")]
    pub(super) name: Scalar,
    #[serde(rename = "qis_system")]
    pub(super) is_system: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct MetaTable {
    #[serde(rename = "qname")]
    name: Scalar,
    #[serde(rename = "qis_system")]
    pub(super) is_system: Scalar,
    #[serde(rename = "qno_of_rows")]
    rows: Scalar,
    #[serde(rename = "qno_of_fields")]
    fields: Scalar,
    #[serde(rename = "qbyte_size")]
    bytes: Scalar,
}

impl MetaTable {
    pub(super) fn table(&self) -> Option<Table> {
        let (rows, fields, bytes) = (self.rows.count(), self.fields.count(), self.bytes.count());
        Some(Table { name: self.name.text()?, rows, fields, bytes })
    }
}

/// `qvapp_variablelist` and `user_variablelist`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Variables {
    #[serde(rename = "qEntryList")]
    pub(super) entries: Few<Variable>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Variable {
    #[serde(rename = "qProperties")]
    properties: Option<VariableProperties>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VariableProperties {
    #[serde(rename = "qName")]
    name: Scalar,
}

impl Variable {
    pub(super) fn name(&self) -> Option<String> {
        self.properties.as_ref()?.name.text()
    }
}

/// The head of a table in a container that is a QVD.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TableHeader {
    #[serde(rename = "qQvBuildNo")]
    pub(super) build: Scalar,
    #[serde(rename = "qCreateUtcTime")]
    pub(super) created: Scalar,
    #[serde(rename = "qTableName")]
    pub(super) name: Scalar,
    #[serde(rename = "qNoOfRecords")]
    pub(super) rows: Scalar,
    #[serde(rename = "qFields")]
    pub(super) fields: Few<HeaderField>,
    #[serde(rename = "qLineage")]
    pub(super) lineage: Few<Lineage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct HeaderField {
    #[serde(rename = "qFieldName")]
    pub(super) name: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Lineage {
    #[serde(rename = "qDiscriminator")]
    pub(super) source: Scalar,
}
