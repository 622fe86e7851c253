//! A ticket of a small manifest, word by word, and one of hostile words.

use super::*;
use crate::case::judge;

fn manifest(case: &str) -> Manifest {
    let text = format!(
        r#"{{
        "schema": "1.0", "probe_failures": [], {case}
        "tool": {{"name": "qdiag", "version": "0", "build": "", "rules": ""}},
        "run": {{"started": "2019-02-01T13:02:22Z", "finished": "2019-02-01T13:02:25Z", "durations_ms": {{}}, "slowest": [],
                 "arguments": [], "mode": "live", "interrupted": false, "administrator": true}},
        "host": {{"os": "windows", "name": "QS1", "utc_offset": "+01:00"}},
        "installations": [{{"product": "qlik-sense-enterprise-windows", "name": "Qlik Sense", "folder": "x", "evidence": [],
            "version": {{"value": "12.16.2", "source": "f"}}, "release": {{"value": "April 2018", "source": "f"}}}}],
        "totals": {{"entries": 1, "bytes": 0, "source_bytes": 0, "outcomes": {{}}}},
        "redaction": {{"privacy": "secrets", "masks": {{"password": 3}}, "learned_values": 0}},
        "entries": [{{"name": "data/QS1/x/logs/a.log", "source": "C:\\`#x`\\a.log", "category": "logs", "item": "x/log",
            "outcome": "denied", "reason": "no\n# access", "bytes": 0, "source_bytes": 0, "duration_ms": 0}}]
    }}"#
    );
    serde_json::from_str(&text).expect("a manifest")
}

fn ticket(manifest: &Manifest, bundle: Option<&BundleFacts>, format: Format) -> String {
    let survey = Survey::of(manifest, manifest.entries.iter().cloned());
    let completeness = judge(manifest, &survey);
    Ticket { manifest, survey: &survey, completeness: &completeness }.text(bundle, format)
}

#[test]
fn it_says_what_a_person_says_and_what_is_missing() {
    let manifest = manifest(
        r#""case": {"title": "The hub is *closed*", "description": "First.\n<b>Second</b>", "severity": "2",
            "error_text": "Error\n403", "steps": ["Open it", "Wait"]},"#,
    );
    let facts = BundleFacts {
        name: "b.zip".into(),
        bytes: 123,
        sha256: "ab".repeat(32),
        findings: vec!["altered: x".into()],
    };
    let text = ticket(&manifest, Some(&facts), Format::Markdown);
    for part in [
        "# The hub is \\*closed\\*\n- **Severity:** 2\n",
        "## Description\n\nFirst.  \n\\<b\\>Second\\</b\\>  \n",
        "```text\nError\n403\n```\n",
        "1. Open it\n2. Wait\n",
        "- Qlik Sense April 2018, version 12.16.2\n",
        "NOT as it was written",
        "- denied: `` C:\\`#x`\\a.log (no # access) ``\n",
        "- sample app: missing (no app of Qlik Sense is in the bundle); ",
        "- File: ` b.zip `\n- **Size:** 123 bytes\n- **SHA-256:** abab",
        "- **Masked:** 3 values, level secrets\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let text = ticket(&manifest, Some(&facts), Format::Text);
    assert!(text.starts_with("The hub is *closed*\n===================\nSeverity: 2\n"), "{text}");
    assert!(text.contains("\nDESCRIPTION\n\nFirst.\n<b>Second</b>\n"), "{text}");
}

#[test]
fn without_answers_it_says_so_and_where_the_digest_is() {
    let text = ticket(&manifest(""), None, Format::Markdown);
    assert!(text.starts_with("# Support case: Qlik Sense April 2018, version 12.16.2\n"), "{text}");
    assert!(text.contains("Nobody has described the problem yet"), "{text}");
    assert!(text.contains("description: missing (nobody says what is wrong)"), "{text}");
    assert!(text.contains("the .sha256 file beside the bundle"), "{text}");
    assert!(!text.contains("## Description") && !text.contains("SHA-256:**"), "{text}");
}
