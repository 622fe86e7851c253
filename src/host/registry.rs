//! The Windows registry as a trait, with its key and value types. Live, from a `.reg` export, or empty.

use super::Miss;

/// A key such as `HKLM\SOFTWARE\Example`; compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(pub String);

/// A registry value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `REG_SZ` or `REG_EXPAND_SZ`, not expanded.
    Text(String),
    /// `REG_DWORD` or `REG_QWORD`.
    Number(u64),
    /// `REG_MULTI_SZ`.
    List(Vec<String>),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Value {
    /// The value as text, if it is text or a number.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::List(items) => Some(items.join(";")),
            Self::Bytes(_) => None,
        }
    }

    /// The value as a number, if it is one.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// A registry, read-only.
pub trait Registry: Send + Sync {
    /// Names of the subkeys, sorted; a key that is not there is `Ok(None)`.
    fn subkeys(&self, key: &KeyPath) -> Result<Option<Vec<String>>, Miss>;
    /// All values of a key by name (the default value has the empty name), sorted; a key that is not there is `Ok(None)`.
    fn values(&self, key: &KeyPath) -> Result<Option<Vec<(String, Value)>>, Miss>;
    /// One value; a key or value that is not there is `Ok(None)`.
    fn value(&self, key: &KeyPath, name: &str) -> Result<Option<Value>, Miss> {
        let found = self.values(key)?;
        Ok(found.and_then(|all| all.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)))
    }
}
