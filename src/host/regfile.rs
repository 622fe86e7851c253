//! Reads a `.reg` export, as regedit writes it: `Windows Registry Editor Version 5.00` or `REGEDIT4`, UTF-16 or 8-bit. Never panics on any bytes.

use std::collections::BTreeMap;

use super::Miss;
use super::registry::{KeyPath, Registry, Value};

/// Longest names of the roots, each with its usual short form.
const ROOTS: [(&str, &str); 5] = [
    ("hkey_local_machine", "hklm"),
    ("hkey_current_user", "hkcu"),
    ("hkey_users", "hku"),
    ("hkey_classes_root", "hkcr"),
    ("hkey_current_config", "hkcc"),
];

/// A registry from a `.reg` export; empty where there is none.
#[derive(Debug, Default)]
pub(super) struct RegFile {
    keys: BTreeMap<String, Key>,
}

#[derive(Debug, Default)]
struct Key {
    /// Names of subkeys as written, by folded name.
    subkeys: BTreeMap<String, String>,
    /// Values by folded name.
    values: BTreeMap<String, (String, Value)>,
}

impl RegFile {
    /// Reads an export; `Err` names the line and what is wrong with it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, (usize, String)> {
        let text = decode(bytes);
        let mut registry = Self::default();
        let mut current: Option<String> = None;
        let mut lines = text.lines().enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            let mut line = line.trim().to_owned();
            // Long hex values go on after a backslash at the end of the line.
            while line.ends_with('\\') && line.contains("hex") && !line.starts_with('[') {
                line.pop();
                let Some((_, next)) = lines.next() else { break };
                line.push_str(next.trim());
            }
            if line.is_empty()
                || line.starts_with(';')
                || line.starts_with("Windows Registry Editor")
                || line == "REGEDIT4"
            {
                continue;
            }
            let wrong = |what: &str| (number + 1, what.to_owned());
            if let Some(key) = line.strip_prefix('[') {
                let key = key.strip_suffix(']').ok_or_else(|| wrong("a key without ]"))?;
                current = match key.strip_prefix('-') {
                    Some(deleted) => {
                        registry.keys.remove(&fold(deleted));
                        None
                    }
                    None => Some(registry.add_key(key)),
                };
                continue;
            }
            let (name, value) = parse_value(&line).map_err(wrong)?;
            let Some(key) = &current else { continue };
            if let (Some(value), Some(key)) = (value, registry.keys.get_mut(key)) {
                key.values.insert(name.to_lowercase(), (name, value));
            }
        }
        Ok(registry)
    }

    /// Adds a key and all above it; gives its folded path.
    fn add_key(&mut self, key: &str) -> String {
        let folded = fold(key);
        if self.keys.contains_key(&folded) {
            return folded;
        }
        self.keys.insert(folded.clone(), Key::default());
        if let (Some((parent, name)), Some((folded_parent, _))) =
            (key.rsplit_once('\\'), folded.rsplit_once('\\'))
        {
            self.add_key(parent);
            let name = name.to_owned();
            if let Some(parent) = self.keys.get_mut(folded_parent) {
                parent.subkeys.insert(name.to_lowercase(), name);
            }
        }
        folded
    }
}

impl Registry for RegFile {
    fn subkeys(&self, key: &KeyPath) -> Result<Option<Vec<String>>, Miss> {
        Ok(self.keys.get(&fold(&key.0)).map(|key| key.subkeys.values().cloned().collect()))
    }

    fn values(&self, key: &KeyPath) -> Result<Option<Vec<(String, Value)>>, Miss> {
        Ok(self.keys.get(&fold(&key.0)).map(|key| key.values.values().cloned().collect()))
    }
}

/// A key path in one writing: short root, lower case.
fn fold(key: &str) -> String {
    let folded = key.trim_matches('\\').to_lowercase();
    let (root, rest) = folded.split_once('\\').unwrap_or((&folded, ""));
    let root = ROOTS.iter().find(|(long, _)| *long == root).map_or(root, |(_, short)| short);
    if rest.is_empty() { root.to_owned() } else { format!("{root}\\{rest}") }
}

fn decode(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned(),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    }
}

/// `"name"="text"` or `@=dword:…`; a value of `-` is a deleted one.
fn parse_value(line: &str) -> Result<(String, Option<Value>), &'static str> {
    let (name, rest) = match line.strip_prefix('@') {
        Some(rest) => (String::new(), rest),
        None => quoted(line).ok_or("neither a key, a value nor a comment")?,
    };
    let data = rest.trim_start().strip_prefix('=').ok_or("a value without =")?.trim();
    if data == "-" {
        return Ok((name, None));
    }
    if data.starts_with('"') {
        return quoted(data)
            .map(|(text, _)| (name, Some(Value::Text(text))))
            .ok_or("a text without its closing quote");
    }
    let (kind, data) = data.split_once(':').ok_or("a value of no known kind")?;
    let value = match kind.to_lowercase().as_str() {
        "dword" => {
            Value::Number(u64::from_str_radix(data.trim(), 16).map_err(|_| "a dword that is no number")?)
        }
        "hex(b)" => Value::Number(number(&hex(data)?)),
        "hex(1)" | "hex(2)" => Value::Text(wide(&hex(data)?).trim_end_matches('\0').to_owned()),
        "hex(7)" => Value::List(
            wide(&hex(data)?).split('\0').filter(|text| !text.is_empty()).map(str::to_owned).collect(),
        ),
        kind if kind.starts_with("hex") => Value::Bytes(hex(data)?),
        _ => return Err("a value of no known kind"),
    };
    Ok((name, Some(value)))
}

/// A quoted text with its escapes taken out, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    let mut value = String::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 2..])),
            '\\' => value.push(characters.next()?.1),
            character => value.push(character),
        }
    }
    None
}

fn hex(data: &str) -> Result<Vec<u8>, &'static str> {
    let bytes = data.split(',').map(str::trim).filter(|byte| !byte.is_empty());
    bytes.map(|byte| u8::from_str_radix(byte, 16).map_err(|_| "a byte that is not two hex digits")).collect()
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn wide(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXPORT: &str = "Windows Registry Editor Version 5.00\r\n\r\n; a comment\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Example]\r\n@=\"default\"\r\n\
        \"Path\"=\"C:\\\\Program Files\\\\\\\"x\\\"\"\r\n\"Count\"=dword:0000001f\r\n\"Big\"=hex(b):01,00,00,00,01,00,00,00\r\n\
        \"Expand\"=hex(2):25,00,41,\\\r\n  00,25,00,00,00\r\n\"List\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n\"Raw\"=hex:de,ad\r\n\
        \"Gone\"=-\r\n[HKLM\\SOFTWARE\\Example\\Sub]\r\n[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Other]\r\n\"x\"=\"y\"\r\n";

    #[test]
    fn all_kinds_of_values() {
        let wide: Vec<u8> =
            [0xFEFF_u16].into_iter().chain(EXPORT.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [EXPORT.as_bytes().to_vec(), wide] {
            let registry = RegFile::parse(&bytes).expect("a good export");
            let key = KeyPath(r"hklm\software\EXAMPLE".into());
            let value = |name| registry.value(&key, name).expect("answers");
            assert_eq!(value(""), Some(Value::Text("default".into())));
            assert_eq!(value("PATH"), Some(Value::Text(r#"C:\Program Files\"x""#.into())));
            assert_eq!(value("count"), Some(Value::Number(31)));
            assert_eq!(value("Big"), Some(Value::Number(0x1_0000_0001)));
            assert_eq!(value("Expand"), Some(Value::Text("%A%".into())));
            assert_eq!(value("List"), Some(Value::List(vec!["a".into(), "b".into()])));
            assert_eq!(value("Raw"), Some(Value::Bytes(vec![0xde, 0xad])));
            assert_eq!(value("Gone"), None);
            assert_eq!(registry.subkeys(&key), Ok(Some(vec!["Sub".into()])));
            assert_eq!(registry.subkeys(&KeyPath("HKLM".into())), Ok(Some(vec!["SOFTWARE".into()])));
            assert_eq!(registry.values(&KeyPath(r"HKLM\SOFTWARE\Other".into())), Ok(None));
        }
    }

    #[test]
    fn errors_name_the_line() {
        for (text, line) in
            [("REGEDIT4\n[HKLM\\x\n", 2), ("[HKLM\\x]\n\n\"a\"=dword:zz\n", 3), ("[HKLM\\x]\nnonsense\n", 2)]
        {
            assert_eq!(
                RegFile::parse(text.as_bytes()).map(|_| ()).map_err(|(line, _)| line),
                Err(line),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[\\[\\]\"=@a-z\\\\:,()0-9\n-]{0,200}") {
            let _ = RegFile::parse(&bytes);
            let _ = RegFile::parse(text.as_bytes());
        }
    }
}
