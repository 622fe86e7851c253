//! The registry of this machine, read-only. As a 64-bit program it sees the 64-bit view; the 32-bit one stands under
//! `WOW6432Node`. A link inside the registry is followed by the system.

use windows_registry::{CLASSES_ROOT, CURRENT_USER, Key, LOCAL_MACHINE, Type, USERS};

use crate::host::Miss;
use crate::host::registry::{KeyPath, Registry, Value};

/// Codes of the system for what is not there and what may not be read.
const NOT_FOUND: [i32; 2] = [0x8007_0002_u32.cast_signed(), 0x8007_0003_u32.cast_signed()];
const ACCESS_DENIED: i32 = 0x8007_0005_u32.cast_signed();

/// This machine's registry.
pub(super) struct LiveRegistry;

impl LiveRegistry {
    fn open(key: &KeyPath) -> Result<Option<Key>, Miss> {
        let (hive, below) = key.0.split_once('\\').unwrap_or((key.0.as_str(), ""));
        let hive = match hive.to_ascii_uppercase().as_str() {
            "HKLM" | "HKEY_LOCAL_MACHINE" => LOCAL_MACHINE,
            "HKU" | "HKEY_USERS" => USERS,
            "HKCU" | "HKEY_CURRENT_USER" => CURRENT_USER,
            "HKCR" | "HKEY_CLASSES_ROOT" => CLASSES_ROOT,
            _ => return Ok(None),
        };
        match hive.options().read().open(below) {
            Ok(key) => Ok(Some(key)),
            Err(error) if NOT_FOUND.contains(&error.code().0) => Ok(None),
            Err(error) if error.code().0 == ACCESS_DENIED => {
                Err(Miss::Denied(format!("this account may not read the registry key {}", key.0)))
            }
            Err(error) => Err(Miss::Failed(format!("the registry key {}: {}", key.0, error.message()))),
        }
    }
}

impl Registry for LiveRegistry {
    fn subkeys(&self, key: &KeyPath) -> Result<Option<Vec<String>>, Miss> {
        let Some(open) = Self::open(key)? else { return Ok(None) };
        let names = open.keys().map_err(|error| Miss::Failed(format!("{}: {}", key.0, error.message())))?;
        let mut names: Vec<String> = names.collect();
        names.sort_by_key(|name| name.to_lowercase());
        Ok(Some(names))
    }

    fn values(&self, key: &KeyPath) -> Result<Option<Vec<(String, Value)>>, Miss> {
        let Some(open) = Self::open(key)? else { return Ok(None) };
        let values =
            open.values().map_err(|error| Miss::Failed(format!("{}: {}", key.0, error.message())))?;
        let mut values: Vec<(String, Value)> = values.map(|(name, value)| (name, converted(value))).collect();
        values.sort_by_key(|(name, _)| name.to_lowercase());
        Ok(Some(values))
    }
}

fn converted(value: windows_registry::Value) -> Value {
    let bytes = value.to_vec();
    match value.ty() {
        Type::String | Type::ExpandString => String::try_from(value)
            .map_or(Value::Bytes(bytes), |text| Value::Text(text.trim_end_matches('\0').to_owned())),
        Type::U32 => u32::try_from(value).map_or(Value::Bytes(bytes), |number| Value::Number(number.into())),
        Type::U64 => u64::try_from(value).map_or(Value::Bytes(bytes), Value::Number),
        Type::MultiString => Vec::<String>::try_from(value).map_or(Value::Bytes(bytes), |list| {
            Value::List(list.into_iter().filter(|item| !item.is_empty()).collect())
        }),
        Type::Bytes | Type::Other(_) => Value::Bytes(bytes),
    }
}
