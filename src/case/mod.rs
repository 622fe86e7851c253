//! What a person says of a problem, whether a bundle has what Qlik asks of a case, and the text of the ticket. Judges by the manifest
//! alone; never touches files, and never praises what is not there.

mod answers;
mod completeness;
mod evidence;
mod fields;
mod markup;
mod ticket;
mod words;

pub use answers::{parse, template};
pub use completeness::judge;
pub use evidence::Survey;
pub use fields::{FIELDS, Field, Slot};
pub use markup::Format;
pub use ticket::{BundleFacts, Ticket};

pub use crate::manifest::{Case, Completeness, Duty, State, Verdict};

use crate::redact::{Hint, Redaction};

/// The answers with every secret masked, and every identity at that level. The stricter rules of the check of a finished bundle mask too,
/// if asked for.
pub fn cleared(case: &Case, redaction: &Redaction, strictly: bool) -> Case {
    let hint = Hint { is_second: strictly, ..Hint::default() };
    let clear = |text: &str| redaction.clear_text_as(text, &hint);
    let mut case = case.clone();
    for field in FIELDS {
        match (field.slot)(&mut case) {
            Slot::Text(text) => *text = text.take().map(|text| clear(&text)),
            Slot::List(list) => list.iter_mut().for_each(|text| *text = clear(text)),
        }
    }
    case
}
