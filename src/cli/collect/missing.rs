//! What a bundle still lacks for its case, and the next step, in words.

use std::fmt::Write;

use crate::collect::Collected;
use crate::manifest::State;

/// Lines about the case, for people.
pub(super) fn lines(collected: &Collected, text: &mut String) {
    let manifest = &collected.manifest;
    let Some(completeness) = &manifest.completeness else { return };
    // What was only redacted again has its story elsewhere.
    if manifest.run.mode == "redact" && manifest.case.is_none() {
        return;
    }
    let lacking: Vec<_> = completeness.duties.iter().filter(|one| one.state != State::Present).collect();
    let all = completeness.duties.len();
    let _ = writeln!(
        text,
        "\nfor the case, {} of {all} things that Qlik asks for are there:",
        all - lacking.len()
    );
    for verdict in &lacking {
        let _ = writeln!(text, "  {:<9} {}: {}", verdict.state.word(), verdict.duty.words(), verdict.reason);
    }
    let next = match (&manifest.case, lacking.is_empty()) {
        (None, _) => {
            "describe the problem: qdiag case template > case.toml, fill it in, and collect again with --answers case.toml"
                .to_owned()
        }
        (Some(_), false) => lacking.first().and_then(|verdict| verdict.next.clone()).unwrap_or_default(),
        (Some(_), true) => "attach the bundle to the case".to_owned(),
    };
    let _ = writeln!(text, "next     {next}");
    let _ =
        writeln!(text, "ticket   qdiag case {} prints its text, with the SHA-256", collected.path.display());
}
