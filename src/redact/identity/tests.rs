//! Identities: found, consistent, and nothing else touched.

use crate::redact::{Hint, MaskKey, Privacy, Redaction};

fn clear(text: &str, privacy: Privacy) -> String {
    let redaction = Redaction::new(MaskKey::from_secret(b"key"), privacy).expect("rules load");
    let mut cleared = redaction.clear(text.as_bytes(), &Hint::default());
    std::io::read_to_string(&mut cleared).expect("memory")
}

#[test]
fn identities_are_masked_at_their_level_only() {
    let text = "DOMAIN\\qvservice from 192.168.7.12:4242, jane.doe@example.com, 00:50:56:a1:b2:c3, \
                S-1-5-21-1004336348-1177238915-682003330-512, fe80::250:56ff:fea1:b2c3\n";
    assert_eq!(clear(text, Privacy::Secrets), text);
    let masked = clear(text, Privacy::Identities);
    for gone in ["qvservice", "DOMAIN", "192.168", "jane", "00:50", "1004336348", "fe80"] {
        assert!(!masked.contains(gone), "{gone} in {masked}");
    }
    assert!(masked.contains(":4242, user-") && masked.contains("@mail.invalid"), "{masked}");
}

#[test]
fn versions_and_paths_are_no_identities() {
    for text in [
        "ProductVersion 12.145.3.0 is newer than 9.0.0.1\n",
        "version 10.0.0.1 and v10.0.0.2, 1.2.3.4.5\n",
        "C:\\PROGRA\\Qlik, HKLM\\SOFTWARE, PROGRAM\\sub\\file\n",
        "127.0.0.1 and 0.0.0.0 and ::1\n",
        "at 12:34:56 std::vec\n",
    ] {
        assert_eq!(clear(text, Privacy::Identities), text);
    }
}

#[test]
fn columns_are_known_by_name_and_subnets_stay_subnets() {
    let text =
        "Timestamp\tHostname\tUserId\tClientHostAddress\n1\tSRV1\tjane\t8.8.4.4\n2\tsrv1\tJANE\t8.8.9.9\n";
    let masked = clear(text, Privacy::Identities);
    let rows: Vec<Vec<&str>> = masked.lines().skip(1).map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows[0][1..3], rows[1][1..3]);
    assert!(rows[0][1].starts_with("host-") && rows[0][2].starts_with("user-"), "{masked}");
    let net = |cell: &str| cell.split('.').take(2).collect::<Vec<_>>().join(".");
    assert_eq!(net(rows[0][3]), net(rows[1][3]), "{masked}");
    assert_ne!(rows[0][3], rows[1][3]);
}

#[test]
fn stand_ins_stay_in_a_second_pass() {
    let text = "Timestamp\tHostname\tUserId\tUserDirectory\tClientHostAddress\n1\tSRV1\tjane\tCORP\t10.1.2.3\n2\tsrv1.corp.example\tsa_proxy\tINTERNAL\t::1\n\
                CORP\\jane at fe80::250:56ff:fea1:b2c3, 00:50:56:a1:b2:c3, S-1-5-21-1004336348-1177238915-682003330-1512, a@corp.example\n";
    let once = clear(text, Privacy::Identities);
    assert_eq!(clear(&once, Privacy::Identities), once);
    assert!(once.contains("\tsa_proxy\tINTERNAL\t::1\n"), "{once}");
}
