//! The file of answers, `case.toml`: how it is read, with errors that name the line, and an empty one to fill in.

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use super::fields::{FIELDS, Field, Slot};
use crate::Error;
use crate::definition::nearest;
use crate::manifest::Case;

/// What to do about a file that is no TOML.
const HOW: &str = "each answer stands between ''' and '''; qdiag case template prints a file to fill in";

/// Reads the answers. What stands in the file and is no question is an error, since it would be lost.
pub fn parse(name: &str, text: &str) -> Result<Case, Error> {
    let wrong = |offset: usize, message: String, hint: String| Error::Definition {
        file: name.to_owned(),
        line: line_at(text, offset),
        message,
        hint,
    };
    let answers: BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        wrong(offset, error.message().replace('\n', ", "), HOW.into())
    })?;
    let mut case = Case::default();
    for (key, value) in answers {
        let (at, key) = (key.span().start, key.into_inner());
        let Some(field) = FIELDS.iter().find(|field| field.key == key) else {
            return Err(wrong(at, format!("unknown key `{}`", key.escape_debug()), hint(&key)));
        };
        let at = value.span().start;
        let answer = answer(value.into_inner()).ok_or_else(|| {
            let message = format!("{key}: neither a text nor a list of texts");
            wrong(at, message, HOW.into())
        })?;
        (field.slot)(&mut case).put(&answer);
    }
    Ok(case)
}

/// A text, a number as it is written, or a list with a line for each of its texts.
fn answer(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Datetime(time) => Some(time.to_string()),
        Value::Array(list) => {
            let lines: Option<Vec<String>> = list.into_iter().map(answer).collect();
            lines.map(|lines| lines.iter().map(|line| line.replace('\n', " ") + "\n").collect())
        }
        Value::Float(_) | Value::Boolean(_) | Value::Table(_) => None,
    }
}

fn hint(key: &str) -> String {
    let known = || FIELDS.iter().map(|field| field.key);
    nearest(key, known()).map_or_else(
        || format!("known are {}", known().collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    )
}

/// The line of an offset, counted from 1.
fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// An empty file of answers, with each question above its answer.
pub fn template() -> String {
    let mut text = String::from(
        "# What Qlik asks of a case. Write each answer between the three quotes; leave empty what you do not know.\n\
         # Then: qdiag collect --answers case.toml\n\
         # The answers go into the bundle, redacted like everything else. Write no passwords all the same.\n",
    );
    for Field { key, question, slot, .. } in FIELDS {
        let is_list = matches!(slot(&mut Case::default()), Slot::List(_));
        let note = if is_list { " (a list: one line each)" } else { "" };
        text.push_str(&format!("\n# {question}{note}\n{key} = '''\n'''\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (usize, String, String) {
        match parse("case.toml", text) {
            Err(Error::Definition { file, line, message, hint }) => {
                assert_eq!(file, "case.toml");
                (line, message, hint)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_template_is_a_file_of_no_answers() {
        assert_eq!(parse("case.toml", &template()).unwrap(), Case::default());
        for field in FIELDS {
            assert!(template().contains(&format!("\n{} = '''", field.key)), "{}", field.key);
        }
    }

    #[test]
    fn every_question_can_be_answered() {
        let text: String =
            FIELDS.iter().map(|field| format!("{} = ''' C:\\x\r\n b '''\n", field.key)).collect();
        let mut case = parse("case.toml", &text).unwrap();
        for field in FIELDS {
            match (field.slot)(&mut case) {
                Slot::Text(text) => assert_eq!(text.as_deref(), Some("C:\\x\n b"), "{}", field.key),
                Slot::List(list) => assert_eq!(*list, ["C:\\x", "b"], "{}", field.key),
            }
        }
    }

    #[test]
    fn lists_numbers_and_times_are_taken_as_they_are_written() {
        let text =
            "steps = [\"open\\nthe hub\", 'look']\ncase_number = 1234567\nsince_when = 2019-02-01 10:00:00\n";
        let case = parse("case.toml", text).unwrap();
        assert_eq!(case.steps, ["open the hub", "look"]);
        assert_eq!(case.case_number.as_deref(), Some("1234567"));
        assert!(case.since_when.is_some_and(|text| text.starts_with("2019-02-01")));
    }

    #[test]
    fn what_is_no_answer_is_refused_with_its_line() {
        let (line, message, hint) = refused("title = 'a'\n\ndescripton = 'b'\n");
        assert_eq!((line, message.as_str()), (3, "unknown key `descripton`"));
        assert_eq!(hint, "did you mean `description`?");
        assert!(refused("colour = 'b'\n").2.starts_with("known are title, "));
        assert_eq!(refused("title = 'a'\n[case]\ntitle = 'b'\n").0, 2);
        let (line, message, hint) = refused("title = 'a'\nsteps = [true]\n");
        assert_eq!((line, message.as_str()), (2, "steps: neither a text nor a list of texts"));
        assert_eq!(hint, HOW);
        assert_eq!(refused("title = 'a'\nseverity = high\n").0, 2);
    }
}
