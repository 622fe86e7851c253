//! The two small path languages that name one value in an XML or JSON file.
//!
//! XML: element names from the top, `/` between them; `*` is any name; `[@name='value']` wants an attribute; a last
//! `@name` is an attribute, else the element's text is meant. Prefixes of names are ignored. JSON: names and numbers
//! of elements, `.` between them.

/// One element on an XML path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name; none is any.
    pub name: Option<String>,
    /// An attribute that it must have, with its value.
    pub wanted: Option<(String, String)>,
}

/// A path to an attribute or an element's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlPath {
    /// Elements from the top.
    pub steps: Vec<Step>,
    /// The attribute of the last one; none is its text.
    pub attribute: Option<String>,
}

impl XmlPath {
    /// Reads a path. `Err` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (part, after) = split_step(rest)?;
            if let Some(name) = part.strip_prefix('@') {
                if after.is_some() || steps.is_empty() {
                    return Err("an attribute is the last part, below an element".to_owned());
                }
                return Ok(Self { steps, attribute: Some(name_of(name)?) });
            }
            steps.push(step_of(part)?);
            match after {
                Some(after) => rest = after,
                None => return Ok(Self { steps, attribute: None }),
            }
        }
    }
}

/// The part up to the next `/` that stands outside brackets, and what follows it.
fn split_step(text: &str) -> Result<(&str, Option<&str>), String> {
    let mut quote = None;
    let mut inside = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') if inside => quote = Some(c),
            (None, '[') => inside = true,
            (None, ']') => inside = false,
            (None, '/') if !inside => return Ok((&text[..at], Some(&text[at + 1..]))),
            _ => {}
        }
    }
    if inside || quote.is_some() {
        return Err("a bracket or a quote is not closed".to_owned());
    }
    Ok((text, None))
}

fn step_of(part: &str) -> Result<Step, String> {
    let (name, wanted) = match part.split_once('[') {
        None => (part, None),
        Some((name, bracket)) => (name, Some(wanted_of(bracket)?)),
    };
    let name = if name == "*" { None } else { Some(name_of(name)?) };
    Ok(Step { name, wanted })
}

fn wanted_of(bracket: &str) -> Result<(String, String), String> {
    let right = || "a condition is written [@name='value']".to_owned();
    let inner = bracket.strip_suffix(']').and_then(|inner| inner.strip_prefix('@')).ok_or_else(right)?;
    let (name, value) = inner.split_once('=').ok_or_else(right)?;
    let unquoted = ['\'', '"']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote).and_then(|value| value.strip_suffix(*quote)))
        .ok_or_else(right)?;
    Ok((name_of(name)?, unquoted.to_owned()))
}

fn name_of(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if text.is_empty() || !text.chars().all(good) {
        return Err(format!("`{text}` is no name"));
    }
    Ok(text.to_owned())
}

/// A path to a value of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath(Vec<String>);

impl JsonPath {
    /// Reads a path. `Err` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            return Err("a name is empty; names stand with one . between them".to_owned());
        }
        Ok(Self(parts))
    }

    /// The value at the path.
    pub fn find<'v>(&self, document: &'v serde_json::Value) -> Option<&'v serde_json::Value> {
        self.0.iter().try_fold(document, |value, part| match value {
            serde_json::Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            other => other.get(part),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str) -> Step {
        Step { name: Some(name.to_owned()), wanted: None }
    }

    #[test]
    fn xml_paths_parse() {
        let path = XmlPath::parse("configuration/appSettings/add[@key='a/b']/@value").unwrap();
        assert_eq!(path.attribute.as_deref(), Some("value"));
        assert_eq!(path.steps[..2], [step("configuration"), step("appSettings")]);
        assert_eq!(path.steps[2].wanted, Some(("key".to_owned(), "a/b".to_owned())));
        let path = XmlPath::parse("Settings/*/LogFolder").unwrap();
        assert_eq!(path.steps[1], Step { name: None, wanted: None });
        assert_eq!(path.attribute, None);
    }

    #[test]
    fn wrong_xml_paths_are_told() {
        let table = [
            "",
            "/a",
            "a//b",
            "a/",
            "@x",
            "a/@x/b",
            "a[@k=v]",
            "a[k='v']",
            "a[@k='v'",
            "a[@k='v]",
            "a b",
            "a[@k='v']x",
        ];
        for text in table {
            assert!(XmlPath::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn json_paths_find() {
        let document = serde_json::json!({"a": {"b": [10, {"c": "x"}]}});
        let table = [
            ("a.b.0", Some(10.into())),
            ("a.b.1.c", Some("x".into())),
            ("a.b.2", None),
            ("a.x", None),
            ("a.b.y", None),
        ];
        for (text, wanted) in table {
            let found = JsonPath::parse(text).unwrap().find(&document).cloned();
            assert_eq!(found, wanted, "{text}");
        }
        for text in ["", "a..b", ".a", "a."] {
            assert!(JsonPath::parse(text).is_err(), "{text}");
        }
    }
}
