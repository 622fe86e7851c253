//! Folders into which QlikView writes a document's parts, as `Sales-prj` beside `Sales.qvw`. They hold no data.

use std::collections::{BTreeMap, BTreeSet};

use super::elements::{End, walk};
use super::text::decode;
use super::{AppKind, AppSummary, DataInside, Folder, Named, Script, Table};

/// What of a file is read. A real one has some hundred kilobytes.
const FILE: usize = 16 * 1024 * 1024;
/// How many files are read. A document has one for each of its objects.
const FILES: usize = 20_000;
const SCRIPT: &str = "LoadScript.txt";
/// Variables that the product sets itself; nothing in the folder tells them apart.
const OWN_VARIABLES: [&str; 40] = [
    "BrokenWeeks",
    "CD",
    "CollationLocale",
    "DateFormat",
    "DayNames",
    "DecimalSep",
    "ErrorMode",
    "FLOPPY",
    "FLOPPY2",
    "FLOPPY3",
    "FLOPPY4",
    "FLOPPY5",
    "FirstMonthOfYear",
    "FirstWeekDay",
    "HidePrefix",
    "HideSuffix",
    "LongDayNames",
    "LongMonthNames",
    "MoneyDecimalSep",
    "MoneyFormat",
    "MoneyThousandSep",
    "MonthNames",
    "OpenUrlTimeout",
    "QvPath",
    "QvRoot",
    "QvWorkPath",
    "QvWorkRoot",
    "ReferenceDay",
    "ScriptError",
    "ScriptErrorCount",
    "ScriptErrorDetails",
    "ScriptErrorList",
    "StripComments",
    "ThousandSep",
    "TimeFormat",
    "TimestampFormat",
    "Verbatim",
    "WinPath",
    "WinRoot",
    "NullDisplay",
];

/// Tells of a folder what its files tell.
pub fn read(folder: &mut dyn Folder) -> AppSummary {
    let mut app = AppSummary::new(AppKind::Prj, 0);
    let mut project = Project { app: &mut app, order: Vec::new(), sheets: BTreeMap::new() };
    match folder.names() {
        Ok(names) => project.files(folder, names),
        Err(_) => project.problem("the folder cannot be listed"),
    }
    app
}

struct Project<'a> {
    app: &'a mut AppSummary,
    /// Ids of the sheets in their order.
    order: Vec<String>,
    /// Names of the sheets by id.
    sheets: BTreeMap<String, String>,
}

impl Project<'_> {
    fn problem(&mut self, words: &str) {
        self.app.problems.push(words.to_owned());
    }

    fn files(&mut self, folder: &mut dyn Folder, mut names: Vec<String>) {
        names.retain(|name| !name.contains('/'));
        names.sort();
        if names.len() > FILES {
            names.truncate(FILES);
            self.problem("the folder has more files than were read");
        }
        for name in names {
            match folder.read(&name, FILE) {
                Ok(bytes) => self.file(&name, &bytes),
                Err(_) => self.problem(&format!("{name} cannot be read")),
            }
        }
        self.settle();
    }

    fn file(&mut self, name: &str, bytes: &[u8]) {
        self.app.bytes = self.app.bytes.saturating_add(bytes.len() as u64);
        let is_cut = bytes.len() >= FILE;
        if name.eq_ignore_ascii_case(SCRIPT) {
            self.app.set_script(Script::new(decode(bytes)));
        } else if let Some(id) = stem(name) {
            let problem = match self.xml(id, &decode(bytes)) {
                End::Whole => return,
                End::Cut if is_cut => "is longer than what was read of it",
                End::Cut => "has no end; what stands before was read",
                End::Damaged => "is damaged; what stands before was read",
            };
            self.problem(&format!("{name} {problem}"));
            return;
        }
        if is_cut {
            self.problem(&format!("{name} is longer than what was read of it"));
        }
    }

    fn xml(&mut self, id: &str, text: &str) -> End {
        let (mut root, mut name, mut sources) = (String::new(), String::new(), Vec::new());
        let end = walk(text.as_bytes(), &mut |path, text| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let Some(text) = text else {
                if let [outermost] = path.as_slice() {
                    (*outermost).clone_into(&mut root);
                }
                return;
            };
            match path.as_slice() {
                ["DocInternals", "FieldSrcTables", "String"] => sources.push(text.to_owned()),
                [root, rest @ ..] if is_caption(root, rest) && name.is_empty() => text.clone_into(&mut name),
                path if !text.is_empty() => self.element(path, text),
                _ => {}
            }
        });
        self.tables(&sources);
        match kind(&root) {
            Some("Sheet") => {
                self.sheets.insert(id.to_owned(), name);
            }
            Some(kind) => {
                let name = if name.is_empty() { id.to_owned() } else { name };
                self.app.objects.push(Named { name, kind: Some(words(kind)) });
            }
            None => {}
        }
        end
    }

    /// What is told by one element of the files that describe the document as a whole.
    fn element(&mut self, path: &[&str], text: &str) {
        match path {
            ["DocInternals", "SavedByVersion"] => self.app.saved_by_version = Some(text.to_owned()),
            ["TopLayout", "WindowTitle"] | ["TopLayout", "WindowTitle", "v"] => {
                self.app.title = Some(text.to_owned());
            }
            ["PrjQlikViewProject", "SHEETS", "PrjSheetProperties", "SheetId"] => {
                self.order.extend(text.rsplit('\\').next().map(str::to_owned));
            }
            ["AllProperties", "VariableProperties", "VariableProperties", "Name"]
                if !OWN_VARIABLES.contains(&text) =>
            {
                self.app.variables.push(text.to_owned());
            }
            // Fields of the product itself begin with `$`.
            ["AllProperties", "FieldProperties", "FieldProperties", "Name"] if !text.starts_with('$') => {
                self.app.fields.push(text.to_owned());
            }
            _ => {}
        }
    }

    /// For each field its number, how many tables have it, and their names.
    fn tables(&mut self, sources: &[String]) {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut left = sources;
        while let [_, count, rest @ ..] = left {
            let Some((tables, rest)) = count.parse().ok().and_then(|count| rest.split_at_checked(count))
            else {
                self.problem("which tables have which fields is damaged");
                return;
            };
            for table in tables {
                let next = self.app.tables.len();
                let place = *places.entry(table).or_insert(next);
                if place == next {
                    self.app.tables.push(Table { name: table.clone(), ..Table::default() });
                }
                if let Some(table) = self.app.tables.get_mut(place) {
                    table.fields = Some(table.fields.unwrap_or(0).saturating_add(1));
                }
            }
            left = rest;
        }
    }

    /// What is known when all files were read.
    fn settle(&mut self) {
        let mut told = BTreeSet::new();
        let mut order = std::mem::take(&mut self.order);
        order.extend(self.sheets.keys().cloned());
        for id in order.into_iter().filter(|id| told.insert(id.clone())) {
            let name = self.sheets.remove(&id).filter(|name| !name.is_empty()).unwrap_or(id);
            self.app.sheets.push(Named { name, kind: None });
        }
        self.app.data = Some(DataInside::No);
        if self.app.script.is_none() {
            self.problem("LoadScript.txt is missing");
        }
        if self.app.saved_by_version.is_none() {
            self.problem("the version that saved the document was not found");
        }
    }
}

/// The name without its ending, of XML files.
fn stem(name: &str) -> Option<&str> {
    name.rsplit_once('.').filter(|(_, ending)| ending.eq_ignore_ascii_case("xml")).map(|(stem, _)| stem)
}

/// The title of a sheet, or the caption of an object: a text, or one that is calculated. Charts name themselves once more.
fn is_caption(root: &str, rest: &[&str]) -> bool {
    match rest {
        ["Name"] | ["Name", "v"] => root == "SheetProperties",
        [.., "Frame", "Name"] | [.., "Frame", "Name", "v"] => true,
        [layout, "WindowTitle", "v"] => *layout == "GraphLayout",
        _ => false,
    }
}

/// What an object is, by its outermost element: `ListBoxProperties`.
fn kind(root: &str) -> Option<&str> {
    let kind = root.strip_suffix("Properties").filter(|kind| !["", "Doc", "All"].contains(kind))?;
    Some(if kind == "Graph" { "Chart" } else { kind })
}

/// `ListBox` as `List Box`, as documents themselves call it.
fn words(kind: &str) -> String {
    let mut words = String::with_capacity(kind.len() + 4);
    for letter in kind.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter);
    }
    words
}

#[cfg(test)]
mod tests;
