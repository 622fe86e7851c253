//! The host's environment variables, by name without regard to case on Windows.

use std::collections::BTreeMap;

use super::Os;

/// Environment variables of a host.
#[derive(Debug, Clone, Default)]
pub struct Vars {
    fold: bool,
    values: BTreeMap<String, String>,
}

impl Vars {
    /// Variables of a host with that operating system.
    pub fn new(os: Os, values: impl IntoIterator<Item = (String, String)>) -> Self {
        let fold = os == Os::Windows;
        let key = |name: String| if fold { name.to_lowercase() } else { name };
        Self { fold, values: values.into_iter().map(|(name, value)| (key(name), value)).collect() }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        let key = if self.fold { name.to_lowercase() } else { name.to_owned() };
        self.values.get(&key).map(String::as_str)
    }
}
