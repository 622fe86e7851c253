//! The manifest at the level of identities: what it says of the host goes through the same stand-ins as the files. Names of entries have them
//! already, and the words of the format stay.

use crate::manifest::{Entry, InstallationFacts, Manifest, PackedLines};
use crate::redact::{Privacy, Redaction};

/// The line of an entry.
pub(super) fn entry(redaction: &Redaction, mut entry: Entry) -> Entry {
    if entry.sha256.is_none() {
        // Nothing is stored under this name, and more is known now than when it was planned.
        entry.name = redaction.clear_path(&entry.name);
    }
    entry.source = redaction.clear_name(&entry.source);
    // The exact bytes of a path hold the names that the path must not.
    entry.source_base64 = None;
    entry.reason = entry.reason.map(|reason| redaction.clear_name(&reason));
    if let Some(command) = &mut entry.command {
        for argument in &mut command.argv {
            *argument = redaction.clear_name(argument);
        }
    }
    entry
}

/// Everything but the lines.
pub(super) fn head(redaction: &Redaction, mut manifest: Manifest<PackedLines>) -> Manifest<PackedLines> {
    if redaction.privacy != Privacy::Identities {
        return manifest;
    }
    manifest.host.name = redaction.clear_name(&manifest.host.name);
    for failure in &mut manifest.probe_failures {
        *failure = redaction.clear_name(failure);
    }
    for found in &mut manifest.installations {
        installation(redaction, found);
    }
    for evidence in manifest.left_overs.iter_mut().flat_map(|left| &mut left.evidence) {
        evidence.found = redaction.clear_name(&evidence.found);
    }
    manifest
}

fn installation(redaction: &Redaction, found: &mut InstallationFacts) {
    found.folder = redaction.clear_name(&found.folder);
    let readings = [&mut found.version, &mut found.release, &mut found.role];
    for reading in readings.into_iter().flatten() {
        reading.source = redaction.clear_name(&reading.source);
    }
    if let Some(instance) = &mut found.instance {
        instance.value = redaction.clear_name(&instance.value);
        instance.source = redaction.clear_name(&instance.source);
    }
    for evidence in &mut found.evidence {
        evidence.found = redaction.clear_name(&evidence.found);
    }
}
