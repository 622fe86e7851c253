//! Values out of small files, as products and people write them.

use super::*;

#[test]
fn bytes_decode_by_their_mark() {
    let wide = |mark: &[u8], big: bool| {
        let units = "ä=1".encode_utf16();
        let bytes = units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        mark.iter().copied().chain(bytes).collect::<Vec<u8>>()
    };
    let table = [
        ("ä=1".as_bytes().to_vec(), "ä=1"),
        ("\u{feff}ä=1".as_bytes().to_vec(), "ä=1"),
        (wide(b"\xff\xfe", false), "ä=1"),
        (wide(b"\xfe\xff", true), "ä=1"),
        (b"\xe4=1".to_vec(), "ä=1"),
        (Vec::new(), ""),
    ];
    for (bytes, wanted) in table {
        assert_eq!(decode(&bytes), wanted);
    }
}

#[test]
fn ini_keys() {
    let text = "top=0\r\n; Key=no\r\n[Settings 7]\r\nServerLogFolder = D:\\Logs\r\nkey=\"a=b\"\r\n[other]\r\nKey=2\r\n";
    let table = [
        (Some("settings 7"), "SERVERLOGFOLDER", Some("D:\\Logs")),
        (Some("Settings 7"), "Key", Some("a=b")),
        (Some("OTHER"), "key", Some("2")),
        (None, "Top", Some("0")),
        (None, "key", None),
        (Some("absent"), "key", None),
    ];
    for (section, key, wanted) in table {
        assert_eq!(ini(text, section, key).as_deref(), wanted, "{section:?} {key}");
    }
}

#[test]
fn property_keys() {
    let text = "# a=0\n! b=0\na=1\n b : two words \nc three\nd=C\\:\\\\Logs\ne=C:\\Logs\\x\nlong=one,\\\n   two\nkey\\ x=4\nq=\"quoted\"\na=last\nempty=\n";
    let table = [
        ("a", Some("last")),
        ("b", Some("two words")),
        ("c", Some("three")),
        ("d", Some(r"C:\Logs")),
        ("e", Some(r"C:\Logs\x")),
        ("long", Some("one,two")),
        ("key x", Some("4")),
        ("q", Some("quoted")),
        ("empty", Some("")),
        ("absent", None),
    ];
    for (key, wanted) in table {
        assert_eq!(properties(text, key).as_deref(), wanted, "{key}");
    }
}

#[test]
fn base64_texts() {
    let table = [
        ("UWxpa1NlcnZlcjEuZG9tYWluLmxvY2Fs\r\n", Some("QlikServer1.domain.local")),
        ("not base64!", None),
        ("//8=", None),
    ];
    for (text, wanted) in table {
        assert_eq!(base64(text).as_deref(), wanted, "{text}");
    }
}

#[test]
fn scripts_hold_objects() {
    let table = [
        ("define([], /** { \"a\": 0 } */ {\"a\": \"1\"}\n);", Some("1")),
        ("// { }\ndefine(\"name {\", [], {\"a\": \"1\", \"b\": {\"c\": \"}\"}});", Some("1")),
        ("{\"a\": \"1\"}", Some("1")),
        ("define([], {a: 1});", None),
        ("define([], /* { ", None),
        ("define([\"x", None),
        ("", None),
    ];
    for (script, wanted) in table {
        let found = object(script).and_then(|value| scalar(&value["a"]));
        assert_eq!(found.as_deref(), wanted, "{script}");
    }
}

const XML: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- <configuration><appSettings><add key="ArchivedLogs" value="no"/></appSettings></configuration> -->
<configuration xmlns="urn:x">
  <other><add key="ArchivedLogs" value="no" /></other>
  <appSettings>
    <add key="SenseHome" value="" />
    <x:add key='ArchivedLogs' value="\\dc1\a &amp; b&#x21;" />
    <deep><appSettings><add key="Deep" value="no"/></appSettings></deep>
    <add key="Last"></add>
    <add key="Last" value="yes"></add>
  </appSettings>
  <folder> C:\Logs &amp; more<![CDATA[ & raw]]></folder>
  <folder>second</folder>
</configuration>
"#;

#[test]
fn xml_values() {
    let table = [
        ("configuration/appSettings/add[@key='ArchivedLogs']/@value", Some(r"\\dc1\a & b!")),
        ("configuration/appSettings/add[@key='SenseHome']/@value", Some("")),
        ("configuration/*/add[@key='ArchivedLogs']/@value", Some("no")),
        ("configuration/appSettings/add[@key='Deep']/@value", None),
        ("configuration/appSettings/add[@key='Last']/@value", Some("yes")),
        ("configuration/folder", Some(r" C:\Logs & more & raw")),
        ("configuration/absent", None),
        ("folder", None),
    ];
    for (path, wanted) in table {
        let found = xml(XML, &XmlPath::parse(path).unwrap()).unwrap();
        assert_eq!(found.as_deref(), wanted, "{path}");
    }
}

#[test]
fn what_is_no_xml_or_json_is_told() {
    let path = XmlPath::parse("a/b").unwrap();
    for text in ["<a><c></a>", "<a b", "<a><b></c></b></a>"] {
        assert!(xml(text, &path).is_err(), "{text}");
    }
    assert_eq!(xml("", &path), Ok(None));
    let path = JsonPath::parse("a").unwrap();
    assert!(json("{\"a\": ", &path).is_err());
    assert_eq!(json("{\"a\": 5}", &path), Ok(Some("5".to_owned())));
    assert_eq!(json("{\"a\": {}}", &path), Ok(None));
}
