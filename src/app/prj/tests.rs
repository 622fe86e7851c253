//! A folder that is made here, one with damages, and the real ones in the folder of `QDIAG_SAMPLES`.

use std::io;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

/// Files in memory.
struct Files(Vec<(String, Vec<u8>)>);

impl Folder for Files {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.iter().map(|(name, _)| name.clone()).collect())
    }

    fn read(&mut self, name: &str, limit: usize) -> io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(known, _)| known == name);
        let (_, bytes) = found.ok_or(io::ErrorKind::NotFound)?;
        // One that the system does not give.
        if bytes == b"denied" {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(bytes[..bytes.len().min(limit)].to_vec())
    }
}

const INTERNALS: &str = "\u{FEFF}<DocInternals><FieldSrcTables><String>6</String><String>1</String><String>Sales</String>\
    <String>7</String><String>2</String><String>Sales</String><String>Shops</String></FieldSrcTables>\
    <SavedByVersion>11.20.12664.0409</SavedByVersion></DocInternals>";
const PROPERTIES: &str = "<AllProperties><VariableProperties><VariableProperties><Name>CD</Name></VariableProperties>\
    <VariableProperties><Name>vShop</Name><Comment>canary</Comment></VariableProperties></VariableProperties>\
    <FieldProperties><FieldProperties><Name>$Field</Name></FieldProperties>\
    <FieldProperties><Name>Shop</Name></FieldProperties></FieldProperties></AllProperties>";
const PROJECT: &str = "\u{FEFF}<!-- Last project change --><PrjQlikViewProject><SHEETS>\
    <PrjSheetProperties><SheetId>Document\\SH02_1</SheetId></PrjSheetProperties>\
    <PrjSheetProperties><SheetId>Document\\SH01</SheetId></PrjSheetProperties></SHEETS></PrjQlikViewProject>";
const BOX: &str = "<ListBoxProperties><Layout><Frame><Name><v>Where</v></Name></Frame></Layout>\
    <Def><Name>Shop</Name></Def></ListBoxProperties>";
const SCRIPT: &str = "///$tab Main\r\nSET a='£';\r\nSection Access;\r\nLIB CONNECT TO 'Shop';\r\n";

fn files() -> Files {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let script = format!("\u{FEFF}{SCRIPT}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    Files(vec![
        file("SH01.xml", "<SheetProperties><Name>First</Name></SheetProperties>"),
        file("SH02_1.xml", "<SheetProperties><Name></Name></SheetProperties>"),
        file("SH09.xml", "<SheetProperties><Name><v>='x'</v></Name></SheetProperties>"),
        file("sales_year.xml", BOX),
        file(
            "TX01.xml",
            "<TextObjectProperties><Layout><Frame><Name></Name></Frame></Layout></TextObjectProperties>",
        ),
        file(
            "CH01.xml",
            "<GraphProperties><GraphLayout><Frame><Name/></Frame><WindowTitle><v>By month</v></WindowTitle>\
            </GraphLayout></GraphProperties>",
        ),
        file("DocInternals.xml", INTERNALS),
        file(
            "DocProperties.xml",
            "<DocProperties><CurrentFileFormat>6000</CurrentFileFormat></DocProperties>",
        ),
        file("AllProperties.xml", PROPERTIES),
        file("TopLayout.xml", "<TopLayout><WindowTitle><v>Our sales</v></WindowTitle></TopLayout>"),
        file("QlikViewProject.xml", PROJECT),
        ("LoadScript.txt".to_owned(), script),
        file("Module.txt", "\u{FEFF}"),
        file("pictures/a.xml", "<ListBoxProperties/>"),
    ])
}

#[test]
fn every_file_is_told() {
    let app = read(&mut files());
    assert_eq!(app.problems, Vec::<String>::new());
    assert_eq!((app.kind, app.data), (AppKind::Prj, Some(DataInside::No)));
    assert_eq!(app.title.as_deref(), Some("Our sales"));
    assert_eq!(app.saved_by_version.as_deref(), Some("11.20.12664.0409"));
    let names: Vec<_> = app.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["SH02_1", "First", "='x'"]);
    let objects: Vec<_> =
        app.objects.iter().map(|one| format!("{}:{}", one.name, one.kind.as_deref().unwrap_or(""))).collect();
    assert_eq!(objects, ["By month:Chart", "TX01:Text Object", "Where:List Box"]);
    assert_eq!((app.fields, app.variables), (vec!["Shop".to_owned()], vec!["vShop".to_owned()]));
    let tables: Vec<_> = app.tables.iter().map(|table| (table.name.as_str(), table.fields)).collect();
    assert_eq!(tables, [("Sales", Some(2)), ("Shops", Some(1))]);
    assert_eq!((app.section_access, app.connections.len()), (Some(true), 1));
    assert_eq!(app.script.as_ref().map(Script::unredacted), Some(SCRIPT));
    assert_eq!(app.script_tabs, ["Main"]);
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_told() {
    let mut folder = files();
    for (name, bytes) in &mut folder.0 {
        match name.as_str() {
            "TX01.xml" => *bytes = b"denied".to_vec(),
            "DocInternals.xml" => {
                *bytes = b"<DocInternals><FieldSrcTables><String>1</String><String>9</String>".to_vec();
            }
            "LoadScript.txt" => "LoadScript.bak".clone_into(name),
            _ => {}
        }
    }
    let app = read(&mut folder);
    assert_eq!(app.title.as_deref(), Some("Our sales"));
    assert_eq!((app.objects.len(), app.section_access), (2, None));
    assert_eq!(
        app.problems,
        [
            "which tables have which fields is damaged",
            "DocInternals.xml has no end; what stands before was read",
            "TX01.xml cannot be read",
            "LoadScript.txt is missing",
            "the version that saved the document was not found"
        ]
    );
    assert_eq!(read(&mut Files(Vec::new())).problems.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_folder_never_ends_the_program(
        file in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..9),
        length in 0_usize..9,
    ) {
        let mut folder = files();
        let (_, content) = &mut folder.0[file.index(13)];
        let place = place.index(content.len());
        content.splice(place..(place + length).min(content.len()), bytes);
        let app = read(&mut folder);
        prop_assert_eq!(app.kind, AppKind::Prj);
    }
}

/// A folder on disk.
struct OnDisk(PathBuf);

#[expect(clippy::disallowed_methods, reason = "a switch for tests")]
impl Folder for OnDisk {
    fn names(&mut self) -> io::Result<Vec<String>> {
        std::fs::read_dir(&self.0)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    fn read(&mut self, name: &str, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = std::fs::read(self.0.join(name))?;
        bytes.truncate(limit);
        Ok(bytes)
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch for tests")]
fn the_folder_of_the_samples_is_told() {
    let Ok(samples) = std::env::var("QDIAG_SAMPLES") else { return };
    let folder = Path::new(&samples).join("apps/prj/Example-prj");
    if !folder.is_dir() {
        return;
    }
    let app = read(&mut OnDisk(folder));
    assert_eq!(app.problems, Vec::<String>::new());
    assert_eq!(app.saved_by_version.as_deref(), Some("11.20.12664.0409"));
    assert_eq!((app.title, app.section_access), (None, Some(false)));
    assert_eq!(app.sheets, [Named { name: "Main".into(), kind: None }]);
    let objects: Vec<_> = app.objects.iter().map(|one| (one.name.as_str(), one.kind.as_deref())).collect();
    assert_eq!(objects[..2], [("Country", Some("List Box")), ("TB01", Some("Table Box"))]);
    assert_eq!(objects.len(), 5);
    assert_eq!(app.fields, ["Rank", "Country", "Score", "Change Over Previous Year"]);
    assert_eq!(
        (app.tables.len(), app.tables[0].name.as_str(), app.tables[0].fields),
        (1, "Happiness", Some(4))
    );
    assert!(app.variables.is_empty());
    assert_eq!((app.script_lines, app.script_tabs.len()), (Some(28), 1));
}
