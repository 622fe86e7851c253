//! What the two descriptions of a document say: names and counts, never a value of a variable.

use std::collections::{BTreeMap, BTreeSet};

use super::super::elements::{End, walk};
use super::part::Part;
use crate::app::{AppSummary, Connection, DataInside, Limited, Named, Table};

/// How much of a description is read.
pub(super) const INFORMATION: u64 = 4 * 1024 * 1024;
pub(super) const SUMMARY: u64 = 32 * 1024 * 1024;
/// What is kept of an element's children. Values, expressions and statements are not among them.
const KEPT: [&str; 15] = [
    "Title",
    "SheetId",
    "ObjectId",
    "Caption",
    "Type",
    "BookmarkId",
    "Name",
    "NoOfRows",
    "NoOfFields",
    "Cardinal",
    "TotalCount",
    "IsSystem",
    "IsReserved",
    "IsConfig",
    "Discriminator",
];
/// Sources of rows that are no place outside of the document.
const INSIDE: [&str; 4] = ["AUTOGENERATE", "DSN=INLINE", "INLINE", "RESIDENT"];

/// Reads `<DocumentInfo>`.
pub(super) fn information(source: &mut Limited<'_>, at: u64, app: &mut AppSummary) -> End {
    let (mut local, mut universal) = (None, None);
    let end = walk(Part::new(source, at, at.saturating_add(INFORMATION)), &mut |path, text| {
        let name = path.last().map_or("", String::as_str);
        match (name, text.filter(|text| !text.is_empty())) {
            ("LastReloadTimeISO", Some(text)) => local = Some(text.to_owned()),
            ("UtcLastReloadTimeISO", Some(text)) => universal = Some(text.to_owned()),
            ("WindowTitle", Some(text)) => app.title = Some(text.to_owned()),
            ("HasSectionAccess", Some(text)) => app.section_access = yes_or_no(text),
            ("ThumbNailInfo", None) => app.thumbnail = Some(true),
            _ => {}
        }
    });
    app.last_reload = local.or(universal);
    end
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Reads `<DocumentSummary>`.
pub(super) fn summary(source: &mut Limited<'_>, at: u64, app: &mut AppSummary) -> End {
    let mut summary = Summary { app, parts: BTreeMap::new(), sources: BTreeSet::new(), rows: false };
    let part = Part::new(source, at, at.saturating_add(SUMMARY));
    let end = walk(part, &mut |path, text| match (path, text) {
        ([_, _], None) => summary.parts.clear(),
        ([_, name], Some(text)) => summary.element(name, text),
        ([_, _, name], Some(text)) if KEPT.contains(&name.as_str()) => {
            summary.parts.insert(name.clone(), text.to_owned());
        }
        _ => {}
    });
    let rows = summary.rows;
    app.data = match (rows, end) {
        (true, _) => Some(DataInside::Yes),
        (false, End::Whole) => Some(DataInside::No),
        (false, _) => None,
    };
    end
}

struct Summary<'a> {
    app: &'a mut AppSummary,
    /// Texts of the element's children.
    parts: BTreeMap<String, String>,
    sources: BTreeSet<String>,
    rows: bool,
}

impl Summary<'_> {
    fn element(&mut self, name: &str, text: &str) {
        match name {
            "Title" if self.app.title.is_none() => {
                self.app.title = Some(text.to_owned()).filter(|title| !title.is_empty());
            }
            "Sheet" => {
                if let Some(name) = self.name("Title", "SheetId") {
                    self.app.sheets.push(Named { name, kind: None });
                }
            }
            "SheetObject" => {
                if let Some(name) = self.name("Caption", "ObjectId") {
                    let kind = self.part("Type").map(str::to_owned);
                    self.app.objects.push(Named { name, kind });
                }
            }
            "Bookmark" => {
                if let Some(name) = self.name("Name", "BookmarkId") {
                    self.app.objects.push(Named { name, kind: Some("Bookmark".to_owned()) });
                }
            }
            "TableDescription" => self.table(),
            "FieldDescription" => self.field(),
            "VariableDescription" => self.variable(),
            "LineageInfo" => self.lineage(),
            _ => {}
        }
    }

    fn part(&self, name: &str) -> Option<&str> {
        self.parts.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn is(&self, name: &str) -> bool {
        self.part(name).and_then(yes_or_no).unwrap_or(false)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.part(name)?.parse().ok()
    }

    /// The title, or where it has none the last part of the id (`Document\SH01`).
    fn name(&self, title: &str, id: &str) -> Option<String> {
        let id = || self.part(id)?.rsplit('\\').next();
        self.part(title).or_else(id).map(str::to_owned)
    }

    fn table(&mut self) {
        let Some(name) = self.part("Name").filter(|_| !self.is("IsSystem")).map(str::to_owned) else {
            return;
        };
        let (rows, fields) = (self.number("NoOfRows"), self.number("NoOfFields"));
        self.rows |= rows.is_some_and(|rows| rows > 0);
        self.app.tables.push(Table { name, rows, fields, bytes: None });
    }

    fn field(&mut self) {
        let Some(name) = self.part("Name").filter(|_| !self.is("IsSystem")).map(str::to_owned) else {
            return;
        };
        let counts = [self.number("Cardinal"), self.number("TotalCount")];
        self.rows |= counts.into_iter().flatten().any(|count| count > 0);
        self.app.fields.push(name);
    }

    /// Those that the product sets itself say nothing of this document.
    fn variable(&mut self) {
        let is_own = !self.is("IsReserved") && !self.is("IsConfig");
        if let Some(name) = self.part("Name").filter(|_| is_own).map(str::to_owned) {
            self.app.variables.push(name);
        }
    }

    fn lineage(&mut self) {
        let source = self.part("Discriminator").map(|text| text.trim_end_matches(';').trim().to_owned());
        let is_inside = |source: &String| INSIDE.iter().any(|inside| source.starts_with(inside));
        let Some(name) = source.filter(|source| !source.is_empty() && !is_inside(source)) else { return };
        if self.sources.insert(name.clone()) {
            self.app.connections.push(Connection { name, kind: "lineage".to_owned() });
        }
    }
}
