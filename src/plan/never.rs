//! What is never taken, whatever a definition or the user says.

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

/// Patterns of paths that are never taken, each with the reason.
pub(super) struct Never {
    names: Vec<(Pattern, String)>,
    paths: Vec<(Pattern, String)>,
}

impl Never {
    /// The built-in list with the patterns of definitions (already expanded) added.
    pub(super) fn new(definitions: &[(String, String)]) -> Self {
        let file: File = toml::from_str(include_str!("never.toml")).expect("the built-in list is tested");
        let mut never = Self { names: Vec::new(), paths: Vec::new() };
        for group in &file.never {
            for pattern in &group.patterns {
                never.push(pattern, &group.why);
            }
        }
        for (pattern, why) in definitions {
            never.push(&pattern.replace('\\', "/"), why);
        }
        never
    }

    fn push(&mut self, pattern: &str, why: &str) {
        // A relative pattern may start at any folder; an absolute one (drive, share, root) stands as it is.
        let absolute = pattern.starts_with('/') || pattern.get(1..2) == Some(":");
        let anywhere = pattern.strip_prefix("*/").unwrap_or(pattern);
        let (list, text) = match (pattern.contains('/'), absolute) {
            (false, _) => (&mut self.names, pattern.to_lowercase()),
            (true, true) => (&mut self.paths, pattern.to_lowercase()),
            (true, false) => (&mut self.paths, format!("**/{}", anywhere.to_lowercase())),
        };
        if let Ok(pattern) = Pattern::new(&text) {
            list.push((pattern, why.to_owned()));
        }
    }

    /// Why the path (with `/` between its parts) is never taken, if it is not.
    pub(super) fn why(&self, slashed: &str) -> Option<&str> {
        let folded = slashed.to_lowercase();
        let name = folded.rsplit('/').next().unwrap_or(&folded);
        let by_name = self.names.iter().find(|(pattern, _)| pattern.matches_with(name, OPTIONS));
        let found =
            by_name.or_else(|| self.paths.iter().find(|(pattern, _)| pattern.matches_with(&folded, OPTIONS)));
        found.map(|(_, why)| why.as_str())
    }
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
