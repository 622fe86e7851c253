//! A load script: what it is made of, and the text itself, which only the redactor may show.

use std::collections::BTreeSet;
use std::fmt;

use zeroize::Zeroizing;

use super::Connection;

/// The text of a load script. It holds what its author wrote into it, passwords too: wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Script(Zeroizing<String>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script of {} bytes", self.0.len())
    }
}

impl Script {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text as it is, for the redactor alone.
    pub fn unredacted(&self) -> &str {
        &self.0
    }

    /// Lines of the text.
    pub fn lines(&self) -> u64 {
        self.0.lines().count() as u64
    }

    /// Names of its tabs, from `///$tab Name`.
    pub fn tabs(&self) -> Vec<String> {
        self.0
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("///$tab"))
            .map(|name| name.trim().to_owned())
            .collect()
    }

    /// Whether a statement begins `Section Access`.
    pub fn has_section_access(&self) -> bool {
        self.code_lines().any(|line| starts_with_words(line, &["section", "access"]))
    }

    /// What its `CONNECT` statements and `lib://` paths name, each once, in their order.
    pub fn connections(&self) -> Vec<Connection> {
        // A set beside the list: a script of megabytes may name a connection in each of its lines.
        let mut known = BTreeSet::new();
        let all = self.code_lines().flat_map(|line| of_connect(line).into_iter().chain(of_library(line)));
        all.filter(|one| known.insert(one.clone())).collect()
    }

    /// Lines that are not comments as a whole.
    fn code_lines(&self) -> impl Iterator<Item = &str> {
        self.0
            .lines()
            .map(str::trim_start)
            .filter(|line| !line.starts_with("//") && !starts_with_words(line, &["rem"]))
    }
}

/// Whether the line begins with these words, in any case.
fn starts_with_words(line: &str, words: &[&str]) -> bool {
    let mut of_line = line.split([' ', '\t', ';']).filter(|word| !word.is_empty());
    words.iter().all(|word| of_line.next().is_some_and(|found| found.eq_ignore_ascii_case(word)))
}

/// The connection of `[ODBC|OLEDB|CUSTOM|LIB] CONNECT[32|64] TO name`: what stands in quotes or brackets, or the first word.
fn of_connect(line: &str) -> Option<Connection> {
    let words: Vec<&str> = line.split_whitespace().take(3).collect();
    let is_connect = |word: &str| {
        ["connect", "connect32", "connect64"].iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    let at = words.iter().position(|word| is_connect(word)).filter(|at| *at < 2)?;
    words.get(at + 1).filter(|word| word.to_ascii_lowercase().starts_with("to"))?;
    let kind = if at == 0 { "odbc".to_owned() } else { words[0].to_ascii_lowercase() };
    let after = line.to_ascii_lowercase().find("connect")?;
    let rest = line.get(after..)?;
    let rest = rest.get(rest.to_ascii_lowercase().find(" to")? + 3..)?.trim_start();
    let name = match rest.chars().next()? {
        '[' => rest.get(1..)?.split(']').next()?,
        quote @ ('"' | '\'') => rest.get(1..)?.split(quote).next()?,
        _ => rest.split([' ', '\t', '(', ';']).next()?,
    };
    let kind = if name.to_ascii_lowercase().starts_with("lib://") || kind == "lib" {
        "lib".to_owned()
    } else {
        kind
    };
    let name = name.strip_prefix("lib://").unwrap_or(name).trim();
    (!name.is_empty()).then(|| Connection { name: name.to_owned(), kind })
}

/// Connections of `lib://Name/…` paths.
fn of_library(line: &str) -> Vec<Connection> {
    let lower = line.to_ascii_lowercase();
    lower
        .match_indices("lib://")
        .filter_map(|(at, prefix)| line.get(at + prefix.len()..))
        .filter_map(|rest| rest.split(['/', ']', '\'', '"', ';', ')']).next())
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| Connection { name: name.to_owned(), kind: "lib".to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "///$tab Main\nSET x=1;\n// LIB CONNECT TO 'Old';\n///$tab Load\nLIB CONNECT TO 'Sales DB';\nODBC CONNECT TO shop (XUserId is a, XPassword is b);\n\
        OLEDB CONNECT32 TO [Provider=SQLOLEDB.1;Data Source=HOST];\nCONNECT TO plain;\nLOAD * FROM [lib://Sales DB/a.qvd] (qvd);\nLOAD * FROM 'LIB://Files/b.csv';\n\
        Section Access;\n";

    #[test]
    fn tabs_lines_and_section_access_are_told() {
        let script = Script::new(TEXT.into());
        assert_eq!(script.tabs(), ["Main", "Load"]);
        assert_eq!(script.lines(), 11);
        assert!(script.has_section_access());
        assert!(!Script::new("// Section Access;\nREM Section Access;".into()).has_section_access());
    }

    #[test]
    fn connections_are_named_once_and_comments_are_not_read() {
        let names: Vec<_> = Script::new(TEXT.into())
            .connections()
            .into_iter()
            .map(|one| format!("{}:{}", one.kind, one.name))
            .collect();
        assert_eq!(
            names,
            [
                "lib:Sales DB",
                "odbc:shop",
                "oledb:Provider=SQLOLEDB.1;Data Source=HOST",
                "odbc:plain",
                "lib:Files"
            ]
        );
    }

    #[test]
    fn what_is_printed_of_a_script_is_its_size() {
        assert_eq!(format!("{:?}", Script::new("secret".into())), "Script of 6 bytes");
    }
}
