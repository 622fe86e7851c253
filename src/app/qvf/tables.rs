//! Steps of the reader that tell the data model: fields, tables, whether rows are inside.

use std::collections::{BTreeSet, HashSet};

use super::super::tolerant::MOST;
use super::super::{Connection, DataInside, Table, script};
use super::container::Inode;
use super::trouble::Trouble;
use super::{Reader, model, streams};

/// The folder of symbols and tables, and how tables in it are named.
const DATA: &str = "data/";
const TABLES: &str = "data/table_";
/// Most tables that are looked for in a container that is a QVD; one is usual.
const MOST_STORED: usize = 500;

impl Reader<'_> {
    /// Fields and tables, from the streams of the tables and from what is said about them.
    pub(super) fn model(&mut self) {
        let told = match self.json::<streams::Meta>("qvapp_meta") {
            Ok(meta) => meta,
            Err(trouble) => {
                // Before 2018 there was none.
                if trouble != Trouble::Absent {
                    self.problem("the description of fields and tables", trouble);
                }
                streams::Meta::default()
            }
        };
        self.fields(&told);
        self.tables();
        let is_other = |one: &&streams::MetaTable| one.is_system.flag() != Some(true);
        let mut known: HashSet<String> = self.summary.tables.iter().map(|table| table.name.clone()).collect();
        let others = told.tables.kept.iter().filter(is_other).filter_map(streams::MetaTable::table);
        self.summary.tables.extend(others.filter(|table| known.insert(table.name.clone())));
        if self.summary.tables.len() > MOST || told.tables.more || told.fields.more {
            self.summary.problems.push("not all fields and tables are told, for there are too many".into());
            self.summary.tables.truncate(MOST);
        }
    }

    fn fields(&mut self, told: &streams::Meta) {
        let is_other = |one: &&streams::MetaField| one.is_system.flag() != Some(true);
        let names = told.fields.kept.iter().filter(is_other).filter_map(|field| field.name.text());
        self.summary.fields = names.filter(|name| !model::is_system_field(name)).collect();
        if !self.summary.fields.is_empty() {
            return;
        }
        match self.content_of("qvapp_data").map(|content| model::fields(&content.bytes)) {
            Ok(Some(names)) => self.summary.fields = names,
            Ok(None) => self.problem("the list of fields", Trouble::Damaged),
            Err(trouble) => self.problem("the list of fields", trouble),
        }
    }

    /// The tables of the folder `data`, by their heads.
    fn tables(&mut self) {
        let number = |path: &str| path.strip_prefix(TABLES)?.parse::<u64>().ok();
        let entries = self.listing.entries.iter();
        let mut places: Vec<(u64, u64)> =
            entries.filter_map(|entry| Some((number(&entry.path)?, entry.place))).collect();
        places.sort_unstable();
        let (mut unread, mut has_rows, mut connections) = (0_u64, false, BTreeSet::new());
        for (_, place) in places.iter().take(MOST) {
            match self.table(*place) {
                Ok(Some((table, source))) if !model::is_system_table(&table.name) => {
                    has_rows |= table.rows.is_some_and(|rows| rows > 0);
                    // A table comes from one source; what else its path names is no connection of its own.
                    connections.extend(script::of_library(&source).into_iter().next());
                    self.summary.tables.push(table);
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => unread += 1,
            }
        }
        self.summary.connections.extend(connections);
        if unread > 0 {
            let text = format!("{unread} of {} tables could not be read", places.len());
            self.summary.problems.push(text);
        }
        let is_known = unread == 0 && !self.listing.lost.iter().any(|path| path.is_empty() || path == DATA);
        self.summary.data = match (has_rows, is_known) {
            (true, _) => Some(DataInside::Yes),
            (false, true) => Some(DataInside::No),
            (false, false) => None,
        };
    }

    /// The head of a table and the path of its source.
    fn table(&mut self, place: u64) -> Result<Option<(Table, String)>, Trouble> {
        let inode = self.container.inode(place)?;
        let head = self.container.read(&inode, model::TABLE_HEAD)?;
        let read = model::table(&head.bytes);
        Ok(read.map(|(table, source)| (Table { bytes: Some(inode.size), ..table }, source)))
    }

    /// Tables in a container that is a QVD.
    pub(super) fn stored_tables(&mut self) {
        let is_header = |kind: &Option<String>| kind.as_deref() == Some("tableheader");
        let entries = self.listing.entries.iter().filter(|entry| is_header(&entry.kind));
        let headers: Vec<(String, u64)> =
            entries.map(|entry| (entry.path.clone(), entry.place)).take(MOST_STORED).collect();
        let (mut unread, mut has_rows) = (0_u64, false);
        for (path, place) in &headers {
            let header = self.content(*place).ok().and_then(|content| super::parse(&content.bytes));
            let Some(header) = header else {
                unread += 1;
                continue;
            };
            has_rows |= self.stored_table(path, &header);
        }
        if unread > 0 {
            self.summary.problems.push(format!("{unread} of {} tables could not be read", headers.len()));
        }
        self.summary.data = match (has_rows, unread) {
            (true, _) => Some(DataInside::Yes),
            (false, 0) => Some(DataInside::No),
            (false, _) => None,
        };
    }

    /// Takes in a table of a QVD; tells whether it has rows.
    fn stored_table(&mut self, path: &str, header: &streams::TableHeader) -> bool {
        let folder = format!("{path}/");
        let parts = self.listing.entries.iter().filter(|entry| entry.path.starts_with(&folder));
        let places: Vec<u64> = parts.map(|entry| entry.place).collect();
        let sizes = places.into_iter().filter_map(|place| self.container.inode(place).ok());
        let bytes = sizes.fold(0_u64, |sum, Inode { size, .. }| sum.saturating_add(size));
        self.summary.build = header.build.text().or(self.summary.build.take());
        self.summary.last_reload = header.created.text().or(self.summary.last_reload.take());
        let names = header.fields.kept.iter().filter_map(|field| field.name.text());
        self.summary.fields.extend(names);
        self.summary.fields.truncate(MOST);
        let sources = header.lineage.kept.iter().filter_map(|lineage| lineage.source.text());
        let named = sources.map(|name| Connection { name, kind: "lineage".into() });
        let all: BTreeSet<_> = self.summary.connections.drain(..).chain(named).collect();
        self.summary.connections = all.into_iter().take(MOST).collect();
        let rows = header.rows.count();
        self.summary.tables.push(Table {
            name: header.name.text().unwrap_or_else(|| path.to_owned()),
            rows,
            fields: Some(header.fields.kept.len() as u64),
            bytes: Some(bytes),
        });
        rows.is_some_and(|rows| rows > 0) && bytes > 0
    }
}
