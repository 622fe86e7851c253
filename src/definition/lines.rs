//! Tells on which line of a definition a field stands, so that errors can point there.

use std::borrow::Cow;
use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One step towards a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A key of a table.
    Key(Cow<'static, str>),
    /// An element of an array.
    Index(usize),
}

/// The way to a field from the top of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place(Vec<Step>);

impl Place {
    /// A key of the top table.
    pub(super) fn key(name: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![Step::Key(name.into())])
    }

    /// A key below.
    pub(super) fn then(&self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with(Step::Key(name.into()))
    }

    /// An element below.
    pub(super) fn at(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if number == 0 => f.write_str(name)?,
                Step::Key(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The line of a field, or of the last part of the way to it that is there.
pub(super) fn line_of(text: &str, place: &Place) -> usize {
    // A text that does not parse has been refused before anything asks for a line of it.
    let Ok(top) = DeTable::parse(text) else { return 1 };
    let mut start = 0;
    let mut here: Option<&Spanned<DeValue<'_>>> = None;
    for (number, step) in place.0.iter().enumerate() {
        let next = match (step, here.map(Spanned::get_ref)) {
            (Step::Key(name), None) if number == 0 => top.get_ref().get(name.as_ref()),
            (Step::Key(name), Some(DeValue::Table(table))) => table.get(name.as_ref()),
            (Step::Index(index), Some(DeValue::Array(array))) => array.get(*index),
            _ => None,
        };
        let Some(value) = next else { break };
        start = value.span().start;
        here = Some(value);
    }
    line_at(text, start)
}

/// The line on which a byte stands, counted from 1.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "id = 'a'\n\n[[collect]]\nid = 'x'\npaths = [\n  'a',\n  'b',\n]\n[[collect]]\nid = 'y'\n";

    #[test]
    fn fields_have_lines() {
        let collect = Place::key("collect");
        let table = [
            (Place::key("id"), 1),
            (collect.at(0).then("id"), 4),
            (collect.at(0).then("paths").at(1), 7),
            (collect.at(1).then("id"), 10),
            (collect.at(1).then("absent"), 9),
            (Place::key("absent"), 1),
        ];
        for (place, line) in table {
            assert_eq!(line_of(TEXT, &place), line, "{place}");
        }
        assert_eq!(collect.at(1).then("paths").at(0).to_string(), "collect[1].paths[0]");
    }
}
