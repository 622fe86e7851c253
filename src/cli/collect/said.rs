//! What a person says of the problem: the file of answers, and flags, which win.

use crate::Error;
use crate::case::{self, Case, FIELDS};
use crate::cli::args;
use crate::cli::options;
use crate::redact::Redaction;

/// The answers, as they were given.
pub(super) fn read(args: &args::Collect) -> Result<Case, Error> {
    let flags = &args.answers;
    let mut case = match &flags.file {
        Some(path) => {
            case::parse(&path.display().to_string(), &options::small_text(path, "read the answers")?)?
        }
        None => Case::default(),
    };
    let lines = |list: &[String]| {
        (!list.is_empty()).then(|| list.iter().map(|line| line.replace('\n', " ") + "\n").collect::<String>())
    };
    for (key, answer) in [
        ("title", flags.title.clone()),
        ("description", flags.description.clone()),
        ("since_when", flags.since_when.clone()),
        ("severity", flags.severity.clone()),
        ("error_text", flags.error_text.clone()),
        ("key_words", lines(&flags.key_word)),
        ("steps", lines(&flags.step)),
        ("expected", flags.expected.clone()),
        ("actual", flags.actual.clone()),
        ("tried", flags.tried.clone()),
        ("articles", lines(&flags.article)),
        ("contact", flags.contact.clone()),
        ("case_number", args.case.clone()),
    ] {
        let field = FIELDS.iter().find(|field| field.key == key);
        if let (Some(field), Some(answer)) = (field, answer) {
            (field.slot)(&mut case).put(&answer);
        }
    }
    Ok(case)
}

/// The answers, if there are any, redacted by what is known so far; so a secret in them is masked in every file too.
pub(super) fn cleared(said: &Case, redaction: &Redaction) -> Option<Case> {
    (*said != Case::default()).then(|| case::cleared(said, redaction, false))
}
