//! What the user asked for, as far as it shapes the plan.

use glob::{MatchOptions, Pattern};

use super::{WantedApp, Window};

/// Choices that shape a plan. All empty: everything that the definitions name.
#[derive(Debug, Default)]
pub struct Options {
    /// Logs and events of this time only.
    pub window: Window,
    /// Only these products, by id; empty for all.
    pub products: Vec<String>,
    /// Take only what matches.
    pub include: Vec<Choice>,
    /// Leave out what matches.
    pub exclude: Vec<Choice>,
    /// Files, folders or globs to take besides, in the host's own writing.
    pub add: Vec<String>,
    /// Those of `add` that are never taken, and that a person wants all the same: each was named, and a word was typed for it.
    pub confirmed: Vec<String>,
    /// Apps that the user named, as far as looking at them told.
    pub apps: Vec<WantedApp>,
    /// Larger files are cut to their first line and their newest part, in bytes.
    pub max_file: Option<u64>,
    /// Take no product's files, only the environment.
    pub environment_only: bool,
    /// Ask the services of the site on this host too.
    pub qrs: bool,
}

/// A glob over paths, item ids (`definition/item`) or categories.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the user typed.
    pub text: String,
    pattern: Pattern,
}

impl Choice {
    /// Parses a glob; `Err` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pattern =
            Pattern::new(&text.replace('\\', "/").to_lowercase()).map_err(|error| error.msg.to_owned())?;
        Ok(Self { text: text.to_owned(), pattern })
    }

    /// Whether it names this path (with `/` between its parts), item or category. A glob without a slash also
    /// matches the file name alone.
    pub(super) fn names(&self, slashed: &str, origin: &str, category: &str) -> bool {
        let options = MatchOptions { case_sensitive: false, ..MatchOptions::new() };
        let folded = slashed.to_lowercase();
        let file = folded.rsplit('/').next().unwrap_or_default();
        [folded.as_str(), file, origin, category].iter().any(|text| self.pattern.matches_with(text, options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_names_paths_files_items_and_categories() {
        let path = "C:/ProgramData/Qlik/Sense/Log/Engine/X.txt";
        for (glob, hit) in [
            ("*.TXT", true),
            (r"C:\ProgramData\**", true),
            ("**/Engine/*", true),
            ("sense/service-logs", true),
            ("logs", true),
            ("config", false),
            ("*.log", false),
        ] {
            let choice = Choice::parse(glob).expect("a glob");
            assert_eq!(choice.names(path, "sense/service-logs", "logs"), hit, "{glob}");
        }
        assert!(Choice::parse("a***").is_err());
    }
}
