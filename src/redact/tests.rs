//! The whole engine: examples of the rules, splits of the input, second passes, encodings, blocks.

use std::io::{self, Cursor, Read};

use proptest::prelude::*;

use super::*;

fn redaction() -> Redaction {
    Redaction::new(MaskKey::from_secret(b"a key for tests"), Privacy::Secrets)
        .expect("the built-in rules load")
}

fn clear(redaction: &Redaction, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    redaction
        .clear(Cursor::new(bytes), &Hint::default())
        .read_to_end(&mut out)
        .expect("memory does not fail");
    out
}

fn text(input: &str) -> String {
    String::from_utf8(clear(&redaction(), input.as_bytes())).expect("text stays text")
}

#[test]
fn every_rule_does_what_its_examples_say() {
    match redaction().selftest() {
        Ok(count) => assert!(count > 80, "only {count} examples"),
        Err(wrong) => panic!("{}", wrong.join("\n")),
    }
}

/// A source that hands out a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "password=hunter2;",
        "\"password\": \"abc\\\"def1\"",
        "\r\n",
        "\n",
        "\t",
        "ProxySessionId\tName\n",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "MIIEowIBAAKCAQEAabcdefgh\n",
        "-----END RSA PRIVATE KEY-----\n",
        "<CipherValue>AQAAANCM",
        "</CipherValue>",
        "Section Access;\n",
        "LOAD * INLINE [\nACCESS, USERID, PASSWORD\n",
        "ADMIN, ADMIN, s3cr3t!\n",
        "]\n",
        "Section Application;\n",
        "https://u:p@ss@h/x",
        "12.145.3.0",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
        "REDACTED_keyed_secret_0a1b2c3d",
        "token: abc1\n",
        "Pwd={a;b}",
        "\\\"",
        "\u{e4}",
        "\0",
    ]);
    prop::collection::vec(
        prop_oneof![
            known.prop_map(|text| text.as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 0..6)
        ],
        0..25,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn how_the_input_comes_does_not_matter(bytes in pieces(), step in 1_usize..50) {
        let redaction = redaction();
        let mut dropped = Vec::new();
        redaction.clear(Drops(&bytes, step), &Hint::default()).read_to_end(&mut dropped).expect("memory");
        prop_assert_eq!(dropped, clear(&redaction, &bytes));
    }

    #[test]
    fn a_second_pass_changes_nothing(bytes in pieces()) {
        let redaction = redaction();
        let once = clear(&redaction, &bytes);
        let twice = clear(&redaction, &once);
        prop_assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
    }
}

/// A mask is never taken for part of a secret, whatever rule looks at it again.
#[test]
fn a_second_pass_leaves_every_example() {
    let redaction = redaction();
    let mut changed = String::new();
    for example in redaction
        .tools
        .rules
        .list
        .iter()
        .flat_map(|rule| &rule.hides)
        .chain(&redaction.tools.rules.keys.hides)
    {
        let once = redaction.clear_text(&example.replace(['\u{ab}', '\u{bb}'], ""));
        let twice = redaction.clear_text(&once);
        if once != twice {
            changed.push_str(&format!("{once}\n{twice}\n\n"));
        }
    }
    assert!(changed.is_empty(), "{changed}");
}

#[test]
fn a_secret_is_found_wherever_a_block_ends() {
    let redaction = redaction();
    let secret = "Password=hunter2hunter2;";
    for filler in [100, 256 * 1024 - 12, 256 * 1024 + 3, 264 * 1024 - 9, 1_200_000, 1_048_576 + 8 * 1024 - 5]
    {
        for line_end in ["\n", ""] {
            let line = format!("{}{line_end}", "x".repeat(79));
            let mut input = line.repeat(filler / line.len() + 1);
            input.truncate(filler);
            input.push_str(&format!(";{secret}{}", "y".repeat(20_000)));
            let output = String::from_utf8(clear(&redaction, input.as_bytes())).expect("text");
            assert!(!output.contains("hunter2"), "{filler} {line_end:?}");
            assert_eq!(output.matches("REDACTED_").count(), 1, "{filler} {line_end:?}");
        }
    }
}

#[test]
fn tables_are_masked_by_the_names_of_their_columns() {
    let input = "\u{feff}Sequence#\tProxySessionId\tMessage\tQVSPassword\r\n1\tde3f1a2b-1111-2222-3333-444455556666\t20.4.2.0 is fine\thunter2\r\n2\t0\tnone\t\r\n";
    let output = text(input);
    assert!(
        output.starts_with(
            "\u{feff}Sequence#\tProxySessionId\tMessage\tQVSPassword\r\n1\tREDACTED_session_id_"
        ),
        "{output}"
    );
    assert!(
        output.contains("\t20.4.2.0 is fine\tREDACTED_column_password_")
            && output.ends_with("\r\n2\t0\tnone\t\r\n"),
        "{output}"
    );
}

#[test]
fn section_access_is_masked_in_scripts_and_in_logs() {
    let input = "20241105T091024.615+0100 0003   Section Access\n20241105T091024.817+0100 0004     LOAD * INLINE [\n\
        20241105T091024.817+0100 0005     ACCESS, USERID, PASSWORD, GROUP\n20241105T091024.817+0100 0006     ADMIN, ADMIN_USER, admin_password, Admin\n\
        20241105T091024.817+0100 0007     ]\n20241105T091024.817+0100 0008   Section Application\n\
        20241105T091024.817+0100 0009     a, b, c, d\n";
    let output = text(input);
    assert!(
        output.contains("ADMIN, ADMIN_USER, REDACTED_section_access_") && output.contains(", Admin\n"),
        "{output}"
    );
    assert!(!output.contains("admin_password") && output.ends_with("a, b, c, d\n"), "{output}");
}

#[test]
fn private_keys_are_masked_in_every_form() {
    let key = "MIIEowIBAAKCAQEAabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH";
    for input in [
        format!("-----BEGIN PRIVATE KEY-----\n{key}\n{key}\nQm9i\n-----END PRIVATE KEY-----\nafter\n"),
        format!(
            "12:00 INFO -----BEGIN RSA PRIVATE KEY-----\r\n12:00 INFO {key}\r\n12:00 INFO {key}\r\nafter\r\n"
        ),
        format!(
            "{{\"key\": \"-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----\\n\", \"x\": \"after\"}}"
        ),
    ] {
        let output = text(&input);
        assert!(
            !output.contains("MIIE") && output.contains("after") && output.contains("BEGIN"),
            "{input}\n{output}"
        );
        assert_eq!(output.lines().count(), input.lines().count());
    }
    let certificate = format!("-----BEGIN CERTIFICATE-----\n{key}\n-----END CERTIFICATE-----\n");
    assert_eq!(text(&certificate), certificate);
}

#[test]
fn encrypted_sections_are_masked_and_the_rest_of_the_file_is_not() {
    let input = "<EncryptedData>\r\n<CipherValue>AQAAANCMnd8BFdERjHoAwE/Cl+sBAAAA\r\nBBBB</CipherValue>\r\n</EncryptedData>\r\n<x y=\"1\" />\r\n";
    let output = text(input);
    assert!(!output.contains("AQAAANCM") && !output.contains("BBBB"), "{output}");
    assert!(output.ends_with("</CipherValue>\r\n</EncryptedData>\r\n<x y=\"1\" />\r\n"), "{output}");
}

#[test]
fn two_byte_text_is_masked_and_stays_two_byte() {
    let redaction = redaction();
    let wide = |text: &str| {
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let output = clear(&redaction, &wide("Überschrift\r\nPassword=hunter2;ä\r\n"));
    let tag = redaction.key.mask("keyed-secret", b"hunter2");
    assert_eq!(output, wide(&format!("Überschrift\r\nPassword={tag};ä\r\n")));
}

#[test]
fn binary_content_is_withheld_and_zeros_of_a_crash_are_not() {
    let redaction = redaction();
    let mut cleared = redaction.clear(Cursor::new(b"MZ\x90\0password=hunter2"), &Hint::default());
    let mut out = Vec::new();
    cleared.read_to_end(&mut out).expect("memory");
    assert!(out.is_empty() && cleared.clearance().withheld.is_some());
    let mut crashed = "all is well\n".repeat(30_000).into_bytes();
    crashed.extend([0; 4096]);
    crashed.extend(b"\nmixed \0w\0i\0d\0e text\nfine\n");
    let output = clear(&redaction, &crashed);
    let output = String::from_utf8_lossy(&output);
    assert!(
        output.contains(&"\0".repeat(4096)) && output.ends_with("fine\n") && !output.contains("mixed"),
        "{}",
        &output[output.len() - 200..]
    );
}

#[test]
fn learned_values_are_found_in_every_writing() {
    let redaction = redaction();
    clear(&redaction, b"password=\"Som\\\"mer&2019!\"; ProxySessionId=1\nX-Qlik-Session=de3f1a2b-1111-2222-3333-444455556666\n");
    let learned = redaction.look();
    assert_eq!(learned.len(), 2);
    assert!(!format!("{learned:?}").contains("Som"));
    for (text, count) in [
        (r#"x Som"mer&2019! y"#, 1),
        (r#"{"a": "Som\"mer&2019!"}"#, 1),
        ("<a>Som&quot;mer&amp;2019!</a>", 1),
        ("Som%22mer%262019%21", 1),
        ("U29tIm1lciYyMDE5IQ==", 1),
        ("session DE3F1A2B-1111-2222-3333-444455556666.", 1),
        ("de3f1a2b-1111-2222-3333-4444555566667", 0),
        ("nothing here", 0),
    ] {
        assert_eq!(
            crate::redact::engine::count(&learned, None, &mut text.as_bytes()).expect("memory"),
            count,
            "{text}"
        );
        let wide: Vec<u8> =
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            crate::redact::engine::count(&learned, None, &mut wide.as_slice()).expect("memory"),
            count,
            "{text} in UTF-16"
        );
        let mut out = String::new();
        let mut cleared = redaction.clear(text.as_bytes(), &Hint::default());
        cleared.read_to_string(&mut out).expect("text");
        assert_eq!(
            crate::redact::engine::count(&learned, None, &mut out.as_bytes()).expect("memory"),
            0,
            "{out}"
        );
    }
}

#[test]
fn an_error_of_the_source_comes_through_after_what_was_read() {
    struct Fails(bool);
    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::Error::other("broken disk"));
            }
            buffer[..4].copy_from_slice(b"abc\n");
            Ok(4)
        }
    }
    let redaction = redaction();
    let mut out = Vec::new();
    let error = redaction.clear(Fails(false), &Hint::default()).read_to_end(&mut out).expect_err("fails");
    assert_eq!((out.as_slice(), error.to_string().as_str()), (&b"abc\n"[..], "broken disk"));
}

#[test]
fn every_encrypted_element_and_every_key_is_masked() {
    let both = "<a><CipherValue>AQAAone</CipherValue><b/><CipherValue>AQAAtwo</CipherValue></a>";
    let masked = text(both);
    assert!(!masked.contains("AQAA") && masked.contains("</CipherValue><b/><CipherValue>"), "{masked}");
    let key = "MIIEowIBAAKCAQEAabcdefgh\n";
    let begin = "-----BEGIN RSA PRIVATE KEY-----\n";
    // The first key has no end.
    let masked =
        text(&format!("{begin}{key}one\ntwo\n{begin}\n\n\n{key}-----END RSA PRIVATE KEY-----\nthree\n"));
    assert!(
        !masked.contains("MIIE") && masked.contains("one\ntwo\n") && masked.ends_with("three\n"),
        "{masked}"
    );
}

#[test]
fn what_ends_a_value_or_begins_a_table_is_no_part_of_it() {
    let comment =
        text("<doc>\n  <!-- old: Endpoint=x;SharedAccessKey=9ycd3hWlHK7S5exYBHhM3QfFeaQqQlgn= -->\n</doc>\n");
    assert!(!comment.contains("9ycd") && comment.contains(" -->\n</doc>"), "{comment}");
    let table = text("\u{feff}\"host\",\"secret\",\"client_secret\"\n\"h\",\"a-1b+2\",\"YXr7tdjUvOK0\"\n");
    assert!(!table.contains("a-1b") && !table.contains("YXr7"), "{table}");
    let log = "Section Access\n LOAD * INLINE [\n ACCESS, USERID, PASSWORD\n USER, ETL, Umber44\n ]\n \
               3 fields found: ACCESS, USERID, PASSWORD, 1 lines fetched\n";
    let log = text(log);
    assert!(
        !log.contains("Umber44") && log.ends_with("ACCESS, USERID, PASSWORD, 1 lines fetched\n"),
        "{log}"
    );
}

#[test]
fn a_mask_in_a_first_line_makes_no_table() {
    let once = text("\ttoken: Umber44Trellis\n\tProxySessionId\tName\n");
    assert_eq!(text(&once), once);
}

/// The table of rules for people. `QDIAG_UPDATE_RULES=1` writes it anew.
#[test]
#[expect(clippy::disallowed_methods, reason = "the project's own file")]
fn the_committed_table_is_that_of_the_rules() {
    let redaction = redaction();
    let mut table = String::from(
        "# Rules of redaction\n\nMade from the rules themselves; what stands between \u{ab} and \u{bb} is masked. Besides these, any value \
         under a name that means a secret is masked, in whatever format; `qdiag selftest` runs all examples.\n\n\
         | rule | class | where | example | source |\n|---|---|---|---|---|\n",
    );
    let cell = |text: &str| text.replace('\n', " ").replace('|', "\\|");
    for rule in redaction.rules() {
        let example = cell(rule.example).replace('`', "'");
        table.push_str(&format!(
            "| {} | {} | {} | `{example}` | {} |\n",
            rule.id,
            rule.class,
            rule.contexts,
            cell(rule.source)
        ));
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    if std::env::var_os("QDIAG_UPDATE_RULES").is_some() {
        std::fs::write(&path, &table).expect("writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == table,
        "docs/rules.md is not what the rules say; run the test with QDIAG_UPDATE_RULES=1"
    );
    assert!(redaction.rules().count() > 150, "{} rules", redaction.rules().count());
}

#[test]
fn threads_change_nothing() {
    let mut text = String::from("Timestamp\tUserId\tPassword\tMessage\n");
    for n in 0..5_000 {
        text.push_str(&format!(
            "2018-01-01 {n}\tjane{}\tUmber{n}\tx password=Ochre{n}! and ticket={n}abcdef\n",
            n % 7
        ));
    }
    text.push_str(&"no line end ".repeat(95_000));
    for privacy in [Privacy::Secrets, Privacy::Identities] {
        let redaction = Redaction::new(MaskKey::from_secret(b"key"), privacy).expect("rules load");
        let outputs: Vec<(Vec<u8>, Clearance)> = [None, Some(2), Some(5)]
            .map(|threads| {
                let pool = threads.and_then(|threads| crate::pool::Pool::new(Some(threads)));
                let mut cleared = redaction.clear(text.as_bytes(), &Hint { pool, ..Hint::default() });
                let mut out = Vec::new();
                cleared.read_to_end(&mut out).expect("memory");
                (out, cleared.clearance().clone())
            })
            .into();
        assert!(outputs[0].0.len() > 500_000 && !outputs[0].1.masks.is_empty());
        assert!(outputs.iter().all(|output| *output == outputs[0]), "{privacy:?}");
    }
}
