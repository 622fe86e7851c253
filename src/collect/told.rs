//! What a bundle says of its case: the answers, cleared by all that is known by then, and the verdict on each duty.

use crate::case::{self, Format, Survey, Ticket};
use crate::manifest::{Completeness, Manifest, PackedLines};
use crate::redact::Redaction;

/// The manifest with its case cleared and judged. The stricter rules of the check mask too, if asked for.
pub(super) fn told(
    redaction: &Redaction,
    mut manifest: Manifest<PackedLines>,
    strictly: bool,
) -> Manifest<PackedLines> {
    manifest.case = manifest.case.map(|said| case::cleared(&said, redaction, strictly));
    manifest.run.case_number = manifest.run.case_number.map(|number| redaction.clear_text(&number));
    let survey = Survey::of(&manifest, manifest.entries.iter());
    manifest.completeness = Some(case::judge(&manifest, &survey));
    manifest
}

/// The text of the ticket that lies in the bundle.
pub(super) fn ticket(manifest: &Manifest<PackedLines>) -> String {
    let survey = Survey::of(manifest, manifest.entries.iter());
    let nothing = Completeness::default();
    let completeness = manifest.completeness.as_ref().unwrap_or(&nothing);
    Ticket { manifest, survey: &survey, completeness }.text(None, Format::Markdown)
}
