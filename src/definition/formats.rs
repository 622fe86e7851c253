//! Log formats: the files of `collectors/formats/`, embedded, and those of `--collectors DIR/formats`.

use std::collections::BTreeMap;
use std::path::Path;

use super::lines::{Place, line_of};
use super::schema::{Definition, LogFormat};
use super::{check, embedded, list, parse, read};
use crate::Error;

/// The embedded formats, with those of the folder `formats` beneath `folder` added; one of the same id overrides.
pub(super) fn load(folder: Option<&Path>) -> Result<Vec<LogFormat>, Error> {
    let mut by_id = BTreeMap::new();
    for (name, text) in embedded::FORMATS {
        let mut format = check_format_text(name, text)?;
        format.embedded = true;
        by_id.insert(format.id.clone(), format);
    }
    let folder = folder.map(|folder| folder.join("formats")).filter(|folder| folder.is_dir());
    for path in folder.as_deref().map(list).transpose()?.unwrap_or_default() {
        let format = check_format_file(&path)?;
        by_id.insert(format.id.clone(), format);
    }
    Ok(by_id.into_values().collect())
}

/// Reads and checks one format, except for what only reading logs with it can tell.
pub fn check_format_text(name: &str, text: &str) -> Result<LogFormat, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut format: LogFormat = parse(name, text)?;
    check::check_format(&format, name).map_err(|problem| problem.error(name, text))?;
    text.clone_into(&mut format.text);
    Ok(format)
}

/// As `check_format_text`, for a file.
pub fn check_format_file(path: &Path) -> Result<LogFormat, Error> {
    check_format_text(&path.display().to_string(), &read(path)?)
}

/// Whether the items of a definition name formats that exist.
pub(super) fn check_named(definition: &Definition, name: &str, formats: &[LogFormat]) -> Result<(), Error> {
    check::check_formats(definition, formats).map_err(|problem| problem.error(name, &definition.text))
}

impl LogFormat {
    /// An error in a field of this format, in one of several of the same name, or in a field of that.
    pub fn wrong(&self, field: &[&'static str], at: Option<usize>, (message, hint): (&str, &str)) -> Error {
        let mut place = Place::default();
        for (number, name) in field.iter().enumerate() {
            place = place.then(*name);
            if let (Some(at), 0) = (at, number) {
                place = place.at(at);
            }
        }
        Error::Definition {
            file: format!("formats/{}.toml", self.id),
            line: line_of(&self.text, &place),
            message: format!("{place}: {message}"),
            hint: hint.to_owned(),
        }
    }
}
