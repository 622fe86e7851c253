//! What redaction promises beyond one file: canaries in every context of a whole bundle, learned values, identities.

use crate::support::{Bundle, Root, Run, collect, local, sense_2018};

/// Contexts with a plain password, one per line; `@` is the password. They are those of the unit tests.
const CONTEXTS: &str = include_str!("../../src/redact/matrix/contexts.txt");

/// A text as a file of some encoding, if it can be written so.
fn encoded(text: &str, encoding: &str) -> Option<Vec<u8>> {
    match encoding {
        "utf-8" => Some(text.as_bytes().to_vec()),
        "utf-8-bom" => Some([b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        "utf-16le" => {
            Some([0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect())
        }
        _ => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [secret.as_bytes(), &wide].iter().any(|form| memchr::memmem::find(bytes, form).is_some())
}

/// Every byte of a bundle: contents and names, and the zip itself.
pub(crate) fn assert_absent(bundle: &Bundle, secret: &str) {
    let raw = std::fs::read(&bundle.path).expect("as the test laid it out");
    assert!(!holds(&raw, secret), "{secret} stands in the zip itself");
    for (name, bytes) in &bundle.entries {
        assert!(!holds(name.as_bytes(), secret), "{secret} stands in the name {name}");
        assert!(!holds(bytes, secret), "{secret} stands in {name}:\n{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn no_canary_is_left_in_a_bundle_in_any_context_encoding_and_line_end() {
    let mut root = Root::linux();
    let mut canaries = Vec::new();
    for (number, context) in CONTEXTS.lines().enumerate() {
        for encoding in ["utf-8", "utf-8-bom", "utf-16le", "windows-1252"] {
            for (end, line_end) in [("lf", "\n"), ("crlf", "\r\n")] {
                let canary = format!(
                    "Ca9naryTrellis{:x}Q{}{}",
                    4096 + number * 13,
                    &encoding.replace('-', "")[3..],
                    end
                );
                let text = format!(
                    "first line{line_end}{}{line_end}last line{line_end}",
                    context.replacen('@', &canary, 1)
                );
                let Some(bytes) = encoded(&text, encoding) else { continue };
                root = root.file(&format!("/data/{number}-{encoding}-{end}.log"), bytes);
                canaries.push(canary);
            }
        }
    }
    // A secret in a name, and one that only another file gives away.
    root = root.file("/data/upload-ghp_0123456789abcdefghijABCDEFGHIJ012345.txt", "nothing\n");
    canaries.push("ghp_0123456789abcdefghijABCDEFGHIJ012345".into());
    let (bundle, ran) = root.collect(&["--add", "/data"]);
    let count = canaries.len();
    for canary in &canaries {
        assert_absent(&bundle, canary);
        assert!(!ran.stderr.contains(canary.as_str()), "{canary} was printed");
    }
    println!("{count} canaries in {} entries, none left", bundle.entries.len());
    assert!(count > 500, "{count} canaries prove little");
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
}

#[test]
fn a_password_of_a_configuration_is_masked_in_every_form_with_one_tag() {
    let secret = "Umber&44!Trellis x";
    let make = || {
        Root::linux()
            .file("/data/a-bare.log", format!("connecting with {secret} now\n"))
            .file("/data/b-url.log", "GET /x?y=Umber%2644%21Trellis%20x&z=1\n")
            .file(
                "/data/c-base64.log",
                "sent VW1iZXImNDQhVHJlbGxpcyB4 and ZXRsOlVtYmVyJjQ0IVRyZWxsaXMgeA==\n",
            )
            .file("/data/d-json.log", "{\"text\": \"Umber&44!Trellis x\"}\n")
            .file(
                "/data/z.config",
                "<configuration><add key=\"DbPassword\" value=\"Umber&amp;44!Trellis x\"/></configuration>\n",
            )
            .file("/data/Umber&44!Trellis x.txt", "a name that gives it away\n")
    };
    let tag = |bundle: &Bundle| {
        let text = String::from_utf8(bundle.bytes("z.config").to_vec()).expect("as the test laid it out");
        let mask = text.split("REDACTED_keyed_secret_").nth(1).unwrap_or_else(|| panic!("{text}"));
        mask[..8].to_owned()
    };
    let (root, other) = (make(), make());
    let (bundle, _) = root.collect(&["--add", "/data"]);
    let tag_here = tag(&bundle);
    for (name, masks) in [("a-bare.log", 1), ("b-url.log", 1), ("c-base64.log", 2), ("d-json.log", 1)] {
        let text = String::from_utf8(bundle.bytes(name).to_vec()).expect("as the test laid it out");
        assert_eq!(text.matches(&tag_here).count(), masks, "{name}: {text}");
    }
    for form in [secret, "Umber%2644", "VW1iZXImNDQhVHJlbGxpcyB4", "VtYmVyJjQ0IVRyZWxsaXMge"] {
        assert_absent(&bundle, form);
    }
    // Another host of the same case.
    let (second, _) = other.collect(&["--add", "/data"]);
    assert_eq!(tag(&second), tag_here);
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
}

#[test]
fn identities_are_left_nowhere_and_equal_ones_stay_equal() {
    let folder = tempfile::TempDir::new().expect("as the test laid it out");
    let (bundle, ran) = collect(&sense_2018(), folder.path(), &["--privacy", "identities"]);
    let raw = std::fs::read(&bundle.path).expect("as the test laid it out");
    // The host, its domain, its users and its addresses, as expect/ and the logs have them.
    for gone in identities() {
        let lower = gone.to_lowercase();
        let is_in = |bytes: &[u8]| holds(&bytes.to_ascii_lowercase(), &lower);
        assert!(!is_in(&raw), "{gone} stands in the zip");
        assert!(!is_in(bundle.path.to_string_lossy().as_bytes()), "{gone} stands in the file name");
        for (name, bytes) in &bundle.entries {
            assert!(!is_in(name.as_bytes()), "{gone} stands in the name {name}");
            assert!(!is_in(bytes), "{gone} stands in {name}");
        }
    }
    let document = ran.json();
    let table = local(document["table"].as_str().expect("as the test laid it out"));
    let table: serde_json::Value =
        serde_json::from_slice(&std::fs::read(table).expect("as the test laid it out"))
            .expect("as the test laid it out");
    assert!(table["stand_ins"].as_object().expect("as the test laid it out").len() > 3, "{table}");
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
    // Versions and GUIDs survive.
    assert!(bundle.entries.values().any(|bytes| holds(bytes, "12.16.2.0")), "the version is lost");
}

/// What names this host and its people in the fixture: from its own description and registry.
fn identities() -> Vec<String> {
    let host = std::fs::read_to_string(sense_2018().join("host.toml")).expect("as the test laid it out");
    let name =
        host.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"').map(str::to_owned));
    vec![name.expect("as the test laid it out"), "qvservice".into()]
}

#[test]
fn subnets_stay_subnets_and_users_and_hosts_tie_together() {
    let root = Root::linux().file(
        "/data/x.log",
        "from 192.168.7.12 and 192.168.7.99 and 192.168.8.1\nDOMAIN\\jane.doe logged in\nuser jane.doe on SRVDB01.corp.example\n\
         UserDirectory=DOMAIN; UserId=jane.doe\n\\\\SRVDB01\\share\\x and srvdb01\nversion 12.145.3.0 of 2019.01.31\n",
    );
    let (bundle, _) = root.collect(&["--add", "/data", "--privacy", "identities"]);
    let text = String::from_utf8(bundle.bytes("x.log").to_vec()).expect("as the test laid it out");
    let lines: Vec<&str> = text.lines().collect();
    let addresses: Vec<&str> = lines[0].split(' ').skip(1).step_by(2).collect();
    let net = |address: &str| address.rsplit_once('.').expect("as the test laid it out").0.to_owned();
    assert_eq!(net(addresses[0]), net(addresses[1]), "{text}");
    assert_ne!(net(addresses[0]), net(addresses[2]), "{text}");
    assert_ne!(addresses[0], addresses[1], "{text}");
    let user = lines[1].split(['\\', ' ']).nth(1).expect("as the test laid it out");
    assert!(user.starts_with("user-") && lines[2].contains(user) && lines[3].ends_with(user), "{text}");
    let host = lines[4].trim_start_matches('\\').split('\\').next().expect("as the test laid it out");
    assert!(host.starts_with("host-") && lines[4].ends_with(host) && lines[2].contains(host), "{text}");
    assert_eq!(lines[5], "version 12.145.3.0 of 2019.01.31");
    for gone in ["jane", "srvdb01", "DOMAIN\\", "192.168"] {
        assert!(!text.to_lowercase().contains(&gone.to_lowercase()), "{gone}: {text}");
    }
}

#[test]
fn a_key_in_a_block_and_one_in_a_string_are_masked_and_the_bundle_is_published() {
    let key = "MIIEpAIBAAKCAQEAPGoaLdPbQ9MPFG/JU/GaUlerB4KG3aj5JhktmgmJhqC1J98X";
    let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----");
    let yaml = format!(
        "tls:\n  privateKey: |\n    {begin}\n    {key}\n    {end}\n  password: >-\n    Umber44Trellis\n"
    );
    let json = format!("{{\"key\": \"{begin}\\n{key}\\n{end}\\n\"}}\n");
    let root = Root::linux().file("/data/values.yaml", yaml).file("/data/tls.json", json);
    let (bundle, ran) = root.collect(&["--add", "/data"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert_absent(&bundle, key);
    assert_absent(&bundle, "Umber44Trellis");
    for file in ["values.yaml", "tls.json"] {
        let text = String::from_utf8_lossy(bundle.bytes(file)).into_owned();
        assert!(text.contains(begin) && text.contains(end), "{text}");
    }
}
