//! One document of the site to one entry: asked for, masked by the names of its fields, then redacted like any other file.

use super::Job;
use super::entry::{known, missed, store};
use crate::Error;
use crate::bundle::{Target, Writer};
use crate::manifest::{Entry, Outcome};
use crate::plan::PlanItem;
use crate::qrs::{Endpoint, Fields};

/// Asks for a document and stores it; why there is none becomes the outcome.
pub(super) fn take<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    endpoint: Endpoint,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let Some(site) = job.site else {
        return Ok(known(item, Outcome::Skipped, "the services of the site were not to be asked"));
    };
    let answer = match site.ask(endpoint, job.deadline.left()) {
        Ok(answer) => answer,
        Err(miss) => return Ok(missed(item, &miss)),
    };
    let fields = Fields::new(job.redaction, endpoint, site.shows_serial());
    let mut entry = store(job, (item, None), fields.clear(answer), None, writer)?;
    if entry.bytes == 0 && entry.outcome == Outcome::Collected {
        entry.outcome = Outcome::Empty;
        entry.reason = Some("the service answered nothing".into());
    }
    if entry.sha256.is_some() && entry.outcome != Outcome::Withheld {
        for (rule, count) in fields.into_counts() {
            *entry.masks.entry(rule).or_default() += count;
        }
    }
    Ok(entry)
}
