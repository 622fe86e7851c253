//! Values beside, beneath and opposite their names, in the shapes that formats give them; `«…»` is what must be masked.

use std::io::{Cursor, Read};

use crate::redact::{Hint, MaskKey, Privacy, Redaction};

const FOUND: [(&str, &str); 26] = [
    ("a.json", r#"{"password": {"value": "«hunter2 x»", "type": "string"}}"#),
    ("a.json", r#"{"passwords": ["«Umber44»", "«Ochre55»"], "n": 1}"#),
    ("a.json", r#"{"type": "x", "value": "«hunter2»", "sensitive": true, "name": "DB_PASSWORD"}"#),
    ("a.json", r#"{"name": "password", "type": "string", "value": "«hunter2»"}"#),
    ("a.json", r#"{"name": "password", "meta": {"value": "kept"}, "value": "«hunter2»"}"#),
    ("a.json", "{\n  \"password\":\n  [\n    \"«Umber44»\"\n  ]\n}"),
    ("a.json", r#"{"body": "{\"name\": \"password\", \"type\": 1, \"value\": \"«hunter2»\"}"}"#),
    ("a.xml", "<x><add value=\"«hunter2»\" key=\"SmtpPassword\" /></x>"),
    ("a.xml", "<x><add key=\"SmtpPassword\" type=\"string\" value=\"«hunter2»\" /></x>"),
    ("a.xml", "<p>\n  <name>db.password</name>\n  <final>true</final>\n  <value>«hunter2»</value>\n</p>"),
    ("a.xml", "<p><value>«hunter2»</value><name>db.password</name></p>"),
    (
        "a.xml",
        "<dict><key>user</key><string>etl</string><key>Password</key><string>«hunter2»</string></dict>",
    ),
    ("a.xml", "<p><name>password</name><value><![CDATA[«hunter2»]]></value></p>"),
    ("a.yaml", "env:\n  - name: DB_PASSWORD\n    value: «hunter2»\n  - name: X\n    value: 1\n"),
    ("a.yaml", "env:\n  - value: «hunter2»\n    name: DB_PASSWORD\n"),
    ("a.yaml", "password: |\n  «hunter2 on a line»\n  «and another one»\nuser: etl\n"),
    ("a.yaml", "password: >-\n    «hunter2»\nuser: etl\n"),
    ("a.yaml", "passwords:\n  - «Umber44»\n  - \"«Ochre55 x»\"\nusers:\n  - etl\n"),
    ("a.yaml", "password:\n  value: «hunter2»\n  rotate: true\n"),
    ("a.yaml", "password: «correct horse battery»\n"),
    ("a.log", "Password:\n«hunter2»\nLogin ok\n"),
    ("a.log", "{\"name\":\"api_key\",\"value\":\"«hunter2»\"} sent"),
    ("a.json", "{\"user\": 1, \"password\": «12345678», \"x\": 2}"),
    ("a.json", "{\"body\": \"{\\\"password\\\": «12345678»}\"}"),
    ("a.ini", "password = «a b c d»\n"),
    ("a.txt", "<entry><key>password</key><value>«hunter2»</value></entry>"),
];

const KEPT: [(&str, &str); 14] = [
    ("a.log", r#"{"line": "x token: ${API_TOKEN}"}, y"#),
    ("a.log", r#"{"line": "x token: $(ApiToken)"}, y"#),
    ("a.json", r#"{"password": {"type": "string", "description": "of the user"}}"#),
    ("a.json", r#"{"name": "user", "value": "etl", "next": {"name": "host", "value": "x"}}"#),
    ("a.json", r#"{"tokens": ["if", "else", "while"]}"#),
    ("a.xml", "<dict><key>user</key><string>etl</string><key>Password</key></dict>"),
    ("a.xml", "<p><name>a</name><value>1</value></p><p><name>password</name></p>"),
    (
        "a.yaml",
        "env:\n  - name: A\n    value: b\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n",
    ),
    ("a.yaml", "password:\n  secretName: db\n  required: true\nuser: etl\n"),
    ("a.log", "Enter the password:\nLogin failed for user etl\n"),
    ("a.log", "Password:\nUser: etl\n"),
    ("a.json", "{\"passwordLength\": 12, \"password\": null, \"token\": true}"),
    ("a.json", r#"{"secrets": [{"name": "db", "path": "/x"}]}"#),
    ("a.yaml", "secrets:\n  - source: db\n    target: /x\n"),
];

fn clear(name: &str, text: &str) -> String {
    let redaction = Redaction::new(MaskKey::from_secret(b"key"), Privacy::Secrets).expect("rules load");
    let hint = Hint { name: name.into(), ..Hint::default() };
    let mut out = String::new();
    let mut cleared = redaction.clear(Cursor::new(text.as_bytes()), &hint);
    cleared.read_to_string(&mut out).expect("memory");
    assert_eq!(cleared.clearance().withheld, None, "{text}");
    out
}

#[test]
fn values_are_found_wherever_their_format_puts_them() {
    let mut wrong = String::new();
    for (name, example) in FOUND {
        let text = clear(name, &example.replace(['«', '»'], ""));
        let mut rest = text.as_str();
        for (at, part) in example.split('«').enumerate() {
            let part = if at == 0 { part } else { part.split_once('»').map_or(part, |(_, after)| after) };
            if at > 0 {
                let quotes = rest.trim_start_matches(['"', '\\']);
                let mask = quotes.strip_prefix("REDACTED_").unwrap_or("");
                rest = mask.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
                if !rest.starts_with(part) {
                    rest = rest.trim_start_matches(['"', '\\']);
                }
            }
            let Some(after) = rest.strip_prefix(part) else {
                wrong.push_str(&format!("{example}\nbecomes\n{text}\n\n"));
                break;
            };
            rest = after;
        }
        if name.ends_with("json") {
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_only_looks_like_a_pair_stays() {
    for (name, text) in KEPT {
        assert_eq!(clear(name, text), text);
    }
}

/// A name in a tag so long that the look ends in it, at a quote or elsewhere.
#[test]
fn a_look_may_end_anywhere_in_a_tag() {
    for length in 1000..1040 {
        let name = "x".repeat(length);
        clear("a.xml", &format!("<t name=\"Password\" type{name}\"y\" z='1'"));
        clear("a.xml", &format!("<t name=\"Password\" type{name}=\"\"\"\"\"\"\"\"\"\""));
    }
}
