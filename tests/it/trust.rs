//! What redaction promises beyond one file: canaries in every context of a whole bundle, learned values, identities, archives, bundles made
//! again, rules and words of users.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::support::{Bundle, Root, Run, bundle_path, case_key, collect, is_foreign, local, sense_2018};

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
fn assert_absent(bundle: &Bundle, secret: &str) {
    let raw = std::fs::read(&bundle.path).unwrap();
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
                let canary =
                    format!("Ca9naryTrellis{:x}Q{}{}", 4096 + number * 13, &encoding.replace('-', "")[3..], end);
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
        let text = String::from_utf8(bundle.bytes("z.config").to_vec()).unwrap();
        let mask = text.split("REDACTED_keyed_secret_").nth(1).unwrap_or_else(|| panic!("{text}"));
        mask[..8].to_owned()
    };
    let (root, other) = (make(), make());
    let (bundle, _) = root.collect(&["--add", "/data"]);
    let tag_here = tag(&bundle);
    for (name, masks) in [("a-bare.log", 1), ("b-url.log", 1), ("c-base64.log", 2), ("d-json.log", 1)] {
        let text = String::from_utf8(bundle.bytes(name).to_vec()).unwrap();
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
    let folder = tempfile::TempDir::new().unwrap();
    let (bundle, ran) = collect(&sense_2018(), folder.path(), &["--privacy", "identities"]);
    let raw = std::fs::read(&bundle.path).unwrap();
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
    let table = local(document["table"].as_str().unwrap());
    let table: serde_json::Value = serde_json::from_slice(&std::fs::read(table).unwrap()).unwrap();
    assert!(table["stand_ins"].as_object().unwrap().len() > 3, "{table}");
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
    // Versions and GUIDs survive.
    assert!(bundle.entries.values().any(|bytes| holds(bytes, "12.16.2.0")), "the version is lost");
}

/// What names this host and its people in the fixture: from its own description and registry.
fn identities() -> Vec<String> {
    let host = std::fs::read_to_string(sense_2018().join("host.toml")).unwrap();
    let name =
        host.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"').map(str::to_owned));
    vec![name.unwrap(), "qvservice".into()]
}

#[test]
fn subnets_stay_subnets_and_users_and_hosts_tie_together() {
    let root = Root::linux().file(
        "/data/x.log",
        "from 192.168.7.12 and 192.168.7.99 and 192.168.8.1\nDOMAIN\\jane.doe logged in\nuser jane.doe on SRVDB01.corp.example\n\
         UserDirectory=DOMAIN; UserId=jane.doe\n\\\\SRVDB01\\share\\x and srvdb01\nversion 12.145.3.0 of 2019.01.31\n",
    );
    let (bundle, _) = root.collect(&["--add", "/data", "--privacy", "identities"]);
    let text = String::from_utf8(bundle.bytes("x.log").to_vec()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let addresses: Vec<&str> = lines[0].split(' ').skip(1).step_by(2).collect();
    let net = |address: &str| address.rsplit_once('.').unwrap().0.to_owned();
    assert_eq!(net(addresses[0]), net(addresses[1]), "{text}");
    assert_ne!(net(addresses[0]), net(addresses[2]), "{text}");
    assert_ne!(addresses[0], addresses[1], "{text}");
    let user = lines[1].split(['\\', ' ']).nth(1).unwrap();
    assert!(user.starts_with("user-") && lines[2].contains(user) && lines[3].ends_with(user), "{text}");
    let host = lines[4].trim_start_matches('\\').split('\\').next().unwrap();
    assert!(host.starts_with("host-") && lines[4].ends_with(host) && lines[2].contains(host), "{text}");
    assert_eq!(lines[5], "version 12.145.3.0 of 2019.01.31");
    for gone in ["jane", "srvdb01", "DOMAIN\\", "192.168"] {
        assert!(!text.to_lowercase().contains(&gone.to_lowercase()), "{gone}: {text}");
    }
}

fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut member = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn archives_are_cleared_inside_and_bombs_are_withheld() {
    let inner = packed(&[("deep.log", b"Password=Umber44Trellis\n")]);
    let zip = packed(&[
        ("a.log", b"pwd=Umber44Trellis\n"),
        ("in\\b.zip", &inner),
        ("c.bin", b"\0\x01\x02\0\0\xFF"),
    ]);
    let bomb = gzipped(&vec![b'x'; 64 << 20]);
    let bomb = gzipped(&gzipped(&gzipped(&gzipped(&bomb))));
    let root = Root::linux()
        .file("/data/logs.zip", zip)
        .file("/data/rolled.log.gz", gzipped(b"user=etl;Password=Umber44Trellis;x=1\nplain line\n"))
        .file("/data/bomb.gz", bomb)
        .file("/data/cut.gz", &gzipped(b"Password=Umber44Trellis and more of it\n")[..30]);
    let (bundle, _) = root.collect(&["--add", "/data"]);
    assert_absent(&bundle, "Umber44Trellis");
    let logs = unpacked(bundle.bytes("logs.zip"));
    assert!(logs["a.log"].starts_with("pwd=REDACTED_"), "{logs:?}");
    assert!(logs["c.bin"].starts_with("withheld by qdiag"), "{logs:?}");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bundle.bytes("logs.zip"))).unwrap();
    let mut deep = Vec::new();
    zip.by_name("in/b.zip").unwrap().read_to_end(&mut deep).unwrap();
    assert!(unpacked(&deep)["deep.log"].starts_with("Password=REDACTED_"));
    let mut text = String::new();
    GzDecoder::new(bundle.bytes("rolled.log.gz")).read_to_string(&mut text).unwrap();
    assert!(
        text.starts_with("user=etl;Password=REDACTED_") && text.ends_with(";x=1\nplain line\n"),
        "{text}"
    );
    for name in ["bomb.gz", "cut.gz"] {
        assert!(bundle.bytes(name).starts_with(b"withheld by qdiag"), "{name}");
    }
}

/// A bundle of a folder, a zip with backslashes in its names, or a bundle.
fn redo(input: &Path, folder: &Path, more: &[&str]) -> (Bundle, serde_json::Value) {
    let key = case_key(folder);
    let ran = Run::new(["redact", "--json", "--output"])
        .arg(folder)
        .arg("--case-key")
        .arg(&key)
        .arg(input)
        .args(more)
        .run();
    let document = ran.json();
    (Bundle::open(&bundle_path(&document)), document)
}

#[test]
fn bundles_zips_and_folders_are_redacted_into_new_bundles() {
    let folder = tempfile::TempDir::new().unwrap();
    let root = Root::linux()
        .file("/data/x.log", "by jane.doe@corp.example from 10.1.2.3, Password=Umber44Trellis\n");
    let (first, _) = root.collect(&["--add", "/data"]);
    let (second, document) = redo(&first.path, folder.path(), &["--privacy", "identities"]);
    let text = String::from_utf8(second.bytes("x.log").to_vec()).unwrap();
    assert!(
        !text.contains("jane") && !text.contains("10.1.2.3") && text.contains("Password=REDACTED_"),
        "{text}"
    );
    let origin = &second.manifest()["run"]["redacted_from"];
    assert_eq!(origin["kind"], "bundle");
    assert_eq!(origin["sha256"].as_str().map(str::len), Some(64), "{origin}");
    assert!(document["table"].is_string());
    Run::new(["verify"]).arg(&second.path).run().code(0);

    let zip = folder.path().join("QlikLogs.zip");
    std::fs::write(
        &zip,
        packed(&[("Log\\Engine\\x.txt", b"Password=Umber44Trellis\n"), ("../up.txt", b"fine\n")]),
    )
    .unwrap();
    let (third, _) = redo(&zip, folder.path(), &[]);
    assert_absent(&third, "Umber44Trellis");
    assert!(
        third.entries.keys().any(|name| name.ends_with("Log/Engine/x.txt")),
        "{:?}",
        third.entries.keys()
    );
    assert!(third.entries.keys().all(|name| !name.contains("..")), "{:?}", third.entries.keys());
    Run::new(["verify"]).arg(&third.path).run().code(0);

    // A bundle that is not as it was written is not made to look whole.
    let mut bytes = std::fs::read(&first.path).unwrap();
    let at = bytes.len() / 3;
    bytes[at] ^= 1;
    let damaged = folder.path().join("damaged.zip");
    std::fs::write(&damaged, bytes).unwrap();
    let ran = Run::new(["redact", "--output"]).arg(folder.path()).arg(&damaged).run();
    assert!(ran.code == 2 || ran.code == 6, "{ran}");
    let neither = folder.path().join("neither.txt");
    std::fs::write(&neither, "text").unwrap();
    Run::new(["redact", "--output"]).arg(folder.path()).arg(&neither).run().code(6);
}

#[test]
fn words_and_rules_of_the_user_are_masked_and_held_to_their_examples() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let words = file("words.txt", "# customers\nAcme Corp\nM\u{fc}ller\n");
    let rules = file(
        "rules.toml",
        "[[rule]]\nid = \"badge\"\nclass = \"token\"\nneedles = [\"badge-\"]\npattern = 'badge-(?P<secret>[0-9]{6})'\n\
         hides = [\"badge-\u{ab}123456\u{bb}\"]\nkeeps = [\"badge-12\"]\nsource = \"our own doors\"\n",
    );
    let input = file("x.log", "acme corp, M\u{dc}LLER, badge-654321, badge-12\n");
    let ran =
        Run::new(["redact", "--mask-word"]).arg(&words).arg("--rules").arg(&rules).arg(&input).run().code(0);
    let text = ran.text();
    assert!(text.starts_with("REDACTED_mask_word") && text.contains("badge-REDACTED_badge"), "{ran}");
    assert!(text.ends_with(", badge-12\n") && !text.to_lowercase().contains("ller"), "{ran}");
    for (wrong, says) in [
        ("[[rule]]\nid = \"x\"", "missing field"),
        (
            &std::fs::read_to_string(&rules)
                .unwrap()
                .replace("badge-\u{ab}123456\u{bb}", "badge-\u{ab}12\u{bb}"),
            "example",
        ),
        (&std::fs::read_to_string(&rules).unwrap().replace("[0-9]{6})", "[0-9]{6}"), "pattern"),
        (&std::fs::read_to_string(&rules).unwrap().replace("id = \"badge\"", "id = \"jwt\""), "already"),
    ] {
        let path = file("wrong.toml", wrong);
        let ran = Run::new(["redact", "--rules"]).arg(&path).arg(&input).run().code(4);
        assert!(ran.stderr.contains(says), "{says}: {ran}");
    }
    let short = file("short.txt", "ab\n");
    Run::new(["redact", "--mask-word"]).arg(&short).arg(&input).run().code(2);
}

#[test]
fn a_preview_shows_masks_and_no_secret() {
    let folder = tempfile::TempDir::new().unwrap();
    let input = folder.path().join("x.log");
    std::fs::write(&input, "one\nPassword=Umber44Trellis;x=1\nthree\n").unwrap();
    let ran = Run::new(["preview"]).arg(&input).run().code(0);
    assert!(
        ran.text().contains("     2 - Password=") && ran.text().contains("+ Password=REDACTED_keyed_secret_"),
        "{ran}"
    );
    assert!(
        !ran.text().contains("Umber44") && !ran.text().contains("three") && !ran.text().contains('\u{1b}'),
        "{ran}"
    );
    let json = Run::new(["preview", "--json"]).arg(&input).run().code(0).json();
    assert_eq!((json["lines"].as_u64(), json["changed"][0]["line"].as_u64()), (Some(3), Some(2)), "{json}");
}

#[test]
fn redaction_is_given_up_only_by_a_typed_word() {
    let root = Root::linux().file("/data/x.log", "Password=Umber44Trellis\n");
    let folder = root.output.path();
    let collect = |input: &str| {
        Run::new(["collect", "--yes", "--environment-only", "--no-redact", "--add", "/data", "--root"])
            .arg(root.path())
            .arg("--output")
            .arg(folder)
            .input(input.to_owned())
            .run()
    };
    let ran = collect("unredacted\n").code(2);
    assert!(ran.stderr.contains("terminal"), "{ran}");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    if is_foreign() || !Path::new("/usr/bin/script").exists() {
        return;
    }
    let typed = |word: &str| {
        let command = format!(
            "{} collect --yes --environment-only --no-redact --add /data --root {} --output {}",
            env!("CARGO_BIN_EXE_qdiag"),
            root.path().display(),
            folder.display()
        );
        let mut child = std::process::Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{word}\n").as_bytes()).unwrap();
        child.wait().unwrap().code()
    };
    assert_eq!(typed("yes"), Some(130));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    assert_eq!(typed("unredacted"), Some(0));
    let path = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "zip"))
        .unwrap();
    assert!(path.file_name().unwrap().to_string_lossy().starts_with("UNREDACTED-"), "{}", path.display());
    let bundle = Bundle::open(&path);
    assert_eq!(bundle.manifest()["redaction"]["privacy"], "none");
    assert_eq!(bundle.bytes("x.log"), b"Password=Umber44Trellis\n");
}
