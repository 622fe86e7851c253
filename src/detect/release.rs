//! Which release a version is, by the table of its product. A name that does not stand there is never made up.

use super::version::{evidence, written};
use crate::definition::{Certainty, Release};
use crate::manifest::{Evidence, Reading};

/// The release of a version: the row with most of its first numbers, else the nearest below, which then is inferred.
pub(super) fn of(releases: &[Release], version: &str, id: &str) -> Option<Reading> {
    let have = written(version);
    if let Some(row) = listed(releases, &have) {
        let source = format!("release table of {id}: {}{}", row.version, words(row.sure));
        return Some(Reading { value: row.full_name(), source });
    }
    let below = releases.iter().filter(|row| row.numbers() < have).max_by_key(|row| row.numbers())?;
    let above = releases.iter().any(|row| row.numbers() > have);
    let (value, how) = if above {
        (below.name.clone(), "the nearest below is")
    } else {
        (format!("{} (newer than known)", below.name), "newer than known, the last is")
    };
    Some(Reading { value, source: format!("release table of {id}: {how} {}, inferred", below.version) })
}

/// The row that tells how long the release of a version is supported, where a source does.
pub fn supported<'r>(releases: &'r [Release], version: &str) -> Option<&'r Release> {
    let have = written(version);
    let dated = |row: &&Release| row.supported_until.is_some() && have.starts_with(&row.numbers());
    releases.iter().filter(dated).max_by_key(|row| row.numbers().len())
}

/// How long the release of a version is supported, for people.
pub(super) fn support(releases: &[Release], version: &str) -> Option<Evidence> {
    let row = supported(releases, version)?;
    let source = row.source.as_deref().map_or(String::new(), |source| format!(", says {source}"));
    let until = row.supported_until.as_deref().unwrap_or_default();
    Some(evidence("support", format!("{} is supported until {until}{source}{}", row.name, words(row.sure))))
}

fn listed<'r>(releases: &'r [Release], have: &[u64]) -> Option<&'r Release> {
    let fits = |row: &&Release| have.starts_with(&row.numbers());
    releases.iter().filter(fits).max_by_key(|row| row.numbers().len())
}

fn words(sure: Certainty) -> &'static str {
    match sure {
        Certainty::Sourced => "",
        Certainty::Inferred => ", inferred",
        Certainty::Unsourced => ", unsourced",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::check_releases;

    fn table() -> Vec<Release> {
        let text = r#"schema = 1
release = [
    { version = "3.2", name = "3.2", source = "x" },
    { version = "3.2.2", name = "3.2 SR2", sure = "inferred" },
    { version = "12.1", name = "June 2017", source = "x" },
    { version = "12.16", name = "April 2018", supported_until = "2020-04-30", source = "a page" },
    { version = "12.16.4", name = "April 2018", patch = "Patch 1", source = "x" },
    { version = "14.20", name = "May 2021", source = "x" },
]
"#;
        check_releases("x.toml", text).unwrap().release
    }

    #[test]
    fn releases_match_whole_numbers() {
        let releases = table();
        let table = [
            ("12.16.2", Some("April 2018")),
            ("12.16", Some("April 2018")),
            ("12.16.4.0", Some("April 2018 Patch 1")),
            ("12.16.40", Some("April 2018")),
            ("12.161.2", Some("April 2018")),
            ("12.18", Some("April 2018")),
            ("3.2.2.1", Some("3.2 SR2")),
            ("3.2.7", Some("3.2")),
            ("14.2.1", Some("April 2018")),
            ("14.20.1+2021-05-11", Some("May 2021")),
            ("14.21", Some("May 2021 (newer than known)")),
            ("15.0", Some("May 2021 (newer than known)")),
            ("3.1", None),
            ("", None),
        ];
        for (version, wanted) in table {
            let found = of(&releases, version, "x").map(|reading| reading.value);
            assert_eq!(found.as_deref(), wanted, "{version}");
        }
        assert!(of(&[], "12.16", "x").is_none());
    }

    #[test]
    fn what_is_inferred_says_so() {
        let releases = table();
        let table = [
            ("12.16.9", "release table of x: 12.16"),
            ("3.2.2", "release table of x: 3.2.2, inferred"),
            ("12.18.1", "release table of x: the nearest below is 12.16.4, inferred"),
            ("99", "release table of x: newer than known, the last is 14.20, inferred"),
        ];
        for (version, wanted) in table {
            assert_eq!(of(&releases, version, "x").unwrap().source, wanted, "{version}");
        }
    }

    #[test]
    fn the_built_in_tables_know_patches() {
        let sense = (
            "qlik-sense-enterprise-windows.toml",
            include_str!("../../collectors/releases/qlik-sense-enterprise-windows.toml"),
        );
        let view = ("qlikview-server.toml", include_str!("../../collectors/releases/qlikview-server.toml"));
        let replicate =
            ("qlik-replicate.toml", include_str!("../../collectors/releases/qlik-replicate.toml"));
        let table = [
            (sense, "14.173.4", "February 2024 Patch 1"),
            (sense, "14.173.5", "February 2024"),
            (sense, "14.67.7.0", "May 2022 Initial Release"),
            (sense, "12.16.2", "April 2018"),
            (sense, "14.260.1", "November 2025 (newer than known)"),
            (view, "12.10.20500.0", "12.10 SR7"),
            (view, "12.90.20100+2024-10-15", "May 2024 SR1"),
            (view, "12.100.20300", "September 2025"),
            (replicate, "2021.11.0.165", "November 2021 SR1"),
            (replicate, "2024.05.0.144", "May 2024"),
        ];
        for ((file, text), version, wanted) in table {
            let releases = check_releases(file, text).unwrap().release;
            assert_eq!(of(&releases, version, "x").unwrap().value, wanted, "{version}");
        }
    }

    #[test]
    fn support_ends_where_a_source_says() {
        let releases = table();
        let found = support(&releases, "12.16.4").unwrap();
        assert_eq!(found.found, "April 2018 is supported until 2020-04-30, says a page");
        assert!(support(&releases, "14.20").is_none() && support(&releases, "12.18").is_none());
    }
}
