//! What is never taken, whatever a definition or a flag says. Only a person at a terminal can have a file of these, each by its own name.

use aho_corasick::AhoCorasick;
use glob::{MatchOptions, Pattern};
use serde::Deserialize;

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: false,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    never: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    why: String,
    patterns: Vec<String>,
}

/// One pattern.
struct Rule {
    pattern: Pattern,
    /// Whether it is about the file name alone.
    is_name: bool,
    why: String,
}

/// The reason that holds for apps alone: a person who names one may have it, as far as he agreed to.
const APPS: &str = "apps and their data";

/// Patterns of paths that are never taken, each with the reason.
pub(super) struct Never {
    rules: Vec<Rule>,
    /// The longest fixed text of each rule: most paths hold none of them, so no pattern need be tried.
    needles: AhoCorasick,
}

impl Never {
    /// The built-in list with the patterns of definitions (already expanded) added.
    pub(super) fn new(definitions: &[(String, String)]) -> Self {
        let file: File = toml::from_str(include_str!("never.toml")).expect("the built-in list is tested");
        let built_in = file
            .never
            .iter()
            .flat_map(|group| group.patterns.iter().map(|pattern| (pattern.clone(), group.why.as_str())));
        let added = definitions.iter().map(|(pattern, why)| (pattern.replace('\\', "/"), why.as_str()));
        let (rules, needles): (Vec<Rule>, Vec<String>) =
            built_in.chain(added).filter_map(|(pattern, why)| Self::rule(&pattern, why)).unzip();
        let needles = AhoCorasick::new(&needles).expect("a list of short texts");
        Self { rules, needles }
    }

    fn rule(pattern: &str, why: &str) -> Option<(Rule, String)> {
        // A relative pattern may start at any folder; an absolute one (drive, share, root) stands as it is.
        let absolute = pattern.starts_with('/') || pattern.get(1..2) == Some(":");
        let anywhere = pattern.strip_prefix("*/").unwrap_or(pattern);
        let is_name = !pattern.contains('/');
        let text = if is_name || absolute {
            pattern.to_lowercase()
        } else {
            format!("**/{}", anywhere.to_lowercase())
        };
        let pattern = Pattern::new(&text).ok()?;
        Some((Rule { pattern, is_name, why: why.to_owned() }, longest_text(&text)))
    }

    /// Why the path (with `/` between its parts) is never taken, if it is not.
    pub(super) fn why(&self, slashed: &str) -> Option<&str> {
        let folded = slashed.to_lowercase();
        let name = folded.rsplit('/').next().unwrap_or(&folded);
        let hits = self.needles.find_overlapping_iter(&folded).map(|hit| hit.pattern().as_usize());
        let matching = hits.filter(|number| {
            let rule = &self.rules[*number];
            rule.pattern.matches_with(if rule.is_name { name } else { &folded }, OPTIONS)
        });
        matching.min().map(|number| self.rules[number].why.as_str())
    }
}

/// Why the path is never taken as an app either: keys, passwords, data of databases, memory.
pub(super) fn why_no_app<'n>(built_in: &'n Never, slashed: &str) -> Option<&'n str> {
    built_in.why(slashed).filter(|why| *why != APPS)
}

/// The longest text of a pattern that every match holds; nothing if it has none.
fn longest_text(pattern: &str) -> String {
    let mut longest = "";
    let mut rest = pattern;
    while !rest.is_empty() {
        let end = rest.find(['*', '?', '[']).unwrap_or(rest.len());
        // A slash behind `**` matches nothing where that does.
        let text = rest[..end].trim_matches('/');
        longest = if text.len() > longest.len() { text } else { longest };
        rest = after_wildcard(&rest[end..]);
    }
    longest.to_owned()
}

/// What follows a wildcard; the first letter of a class may be its closing bracket.
fn after_wildcard(text: &str) -> &str {
    let Some(class) = text.strip_prefix('[') else { return text.get(1..).unwrap_or_default() };
    let letters = class.strip_prefix('!').unwrap_or(class);
    let mut rest = letters.chars();
    rest.next();
    rest.as_str().split_once(']').map_or("", |(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_taken() {
        let never = Never::new(&[(r"C:\Data\Secret\**".into(), "by definition".into())]);
        for path in [
            "C:/ProgramData/Qlik/Sense/Repository/Exported Certificates/.Local Certificates/client_key.pem",
            "C:/x/SERVER.PFX",
            "/opt/talend/etc/keystore.jks",
            "C:/x/client_key.pem",
            "C:/QlikTech/QlikViewServer/TicketData.pgo",
            "/home/x/.pgpass",
            "C:/ProgramData/Qlik/Sense/Repository/PostgreSQL/9.6/base/1/2",
            "C:/Apps/Sales.QVF",
            "C:/Windows/System32/config/SAM",
            "//srv/share/Apps/0a1b2c3d-0000-0000-0000-0123456789ab",
            "C:/data/secret/a/b.txt",
        ] {
            assert!(never.why(path).is_some(), "{path}");
        }
    }

    #[test]
    fn apps_are_no_keys() {
        let never = Never::new(&[]);
        for path in
            ["C:/Apps/Sales.QVF", "//srv/share/Apps/0a1b2c3d-0000-0000-0000-0123456789ab", "C:/x/a.json"]
        {
            assert_eq!(why_no_app(&never, path), None, "{path}");
        }
        for path in ["C:/x/client_key.pem", "C:/x/mk.dat", "C:/Apps/tasks.db", "C:/x/qvs.dmp"] {
            assert!(why_no_app(&never, path).is_some(), "{path}");
        }
    }

    #[test]
    fn the_longest_text() {
        let table = [
            ("*.pfx", ".pfx"),
            ("**/engine/certificates/**", "engine/certificates"),
            ("core.[0-9]*", "core."),
            ("**/x/[]a]/bcd", "bcd"),
            ("[[]", ""),
            ("*", ""),
        ];
        for (pattern, wanted) in table {
            assert_eq!(longest_text(pattern), wanted, "{pattern}");
        }
    }

    #[test]
    fn taken() {
        let never = Never::new(&[]);
        for path in [
            "C:/ProgramData/Qlik/Sense/Log/Engine/Trace/X_System_Engine.txt",
            "C:/ProgramData/Qlik/Sense/Repository/PostgreSQL/9.6/postgresql.conf",
            "C:/ProgramData/Qlik/Sense/Repository/PostgreSQL/9.6/pg_hba.conf",
            "C:/ProgramData/Qlik/Sense/Log/Script/0a1b2c3d-0000-0000-0000-0123456789ab.2019.log",
            "/opt/x/score/corelog.txt",
            "C:/x/certificates.txt",
        ] {
            assert_eq!(never.why(path), None, "{path}");
        }
    }
}
