//! Every kind of secret in every context, encoding and line end: planted, cleared, searched for.

use std::fmt::Write as _;
use std::io::{Cursor, Read};

use super::*;

/// A context: its name, and how a secret stands in it. `@` is the secret.
const ANYWHERE: [(&str, &str); 17] = [
    ("log text", "2019-01-31 15:24:19 INFO using @ for the request"),
    ("end of a line", "2019-01-31 15:24:19 INFO using @"),
    ("brackets", "2019-01-31 15:24:19 [@] started"),
    ("key and value", "upstream_value=@ retries=3"),
    ("JSON", "{\"a\": 1, \"value\": \"@\", \"b\": [2]}"),
    ("JSON list", "[\"x\", \"@\"]"),
    ("JSON in JSON", "{\"body\": \"{\\\"value\\\":\\\"@\\\"}\"}"),
    ("YAML", "  value: @"),
    ("INI", "Value=@"),
    ("XML attribute", "<add name=\"x\" value=\"@\" />"),
    ("XML element", "<Value>@</Value>"),
    ("CSV", "1,x,@,true"),
    ("TSV", "1\tx\t@\ttrue"),
    ("URL query", "GET /v1/items?value=@&page=2 HTTP/1.1"),
    ("header", "X-Value: @"),
    ("command line", "run.exe --value @ --verbose"),
    ("comment", "# old: @"),
];

/// Contexts that name what stands in them, so that even a plain word must be masked.
const NAMED: [(&str, &str); 40] = [
    ("log text", "connecting with password=@ to the server"),
    ("colon", "connecting, password: @"),
    ("connection string", "Provider=x;User ID=etl;Password=@;Initial Catalog=dwh"),
    ("last in a connection string", "Data Source=sql01;User ID=etl;Pwd=@"),
    ("JDBC", "jdbc:postgresql://db:5432/x?user=etl&password=@"),
    ("URL user info", "https://etl:@@host.local/path"),
    ("URL query", "GET /x?apikey=@&y=1 HTTP/1.1"),
    ("JSON", "{\"user\": \"etl\", \"password\": \"@\"}"),
    ("JSON in JSON", "{\"body\": \"{\\\"password\\\":\\\"@\\\"}\"}"),
    ("JSON pair", "{\"name\": \"password\", \"value\": \"@\"}"),
    ("YAML", "  password: @"),
    ("YAML quoted", "  client_secret: \"@\""),
    ("INI", "Password=@"),
    ("INI with blanks", "SmtpPassword = @"),
    ("properties", "db.password=@"),
    ("XML attribute", "<user name=\"etl\" password=\"@\" />"),
    ("XML element", "<Password>@</Password>"),
    ("XML setting", "<add key=\"SmtpPassword\" value=\"@\" />"),
    ("XML parameter", "<param name=\"password\" value=\"@\" />"),
    ("header", "X-Api-Key: @"),
    ("environment variable", "export PGPASSWORD=@"),
    ("environment variable of Windows", "set DB_PASSWORD=@"),
    ("command line", "tool --user etl --password @ --verbose"),
    ("command line with an equals sign", "tool --password=@ --verbose"),
    ("command line of Windows", "tool.exe /user:etl /password:@ /quiet"),
    ("PowerShell", "Connect-Qlik -Username etl -Password '@'"),
    ("PowerShell variable", "$password = \"@\""),
    ("script variable", "SET vPassword='@';"),
    ("script connection", "CUSTOM CONNECT TO \"provider=x;XUserId=abc;XPassword=@;\";"),
    ("SQL", "ALTER ROLE etl PASSWORD '@'"),
    ("comment", "# password: @"),
    ("German", "Kennwort: @"),
    ("German log text", "Anmeldung mit Passwort=@ am Server"),
    ("French", "mot de passe : @"),
    ("Spanish", "contraseña=@"),
    ("Swedish", "lösenord: @"),
    ("Portuguese", "senha=@"),
    ("Japanese", "パスワード=@"),
    ("token", "access_token=@"),
    ("secret", "client_secret=@&grant_type=x"),
];

/// More of them, a line each: programs, products and languages.
const MORE: &str = include_str!("matrix/contexts.txt");

/// A plain word with what passwords have; nothing in its shape tells that it is one.
const PLAIN: &str = "Umber4471Trellis";

fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes);
    let mut all = vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("UTF-16", [0xFF, 0xFE].into_iter().chain(wide).collect()),
    ];
    let (legacy, _, has_lost) = encoding_rs::WINDOWS_1252.encode(text);
    if !has_lost {
        all.push(("Windows-1252", legacy.into_owned()));
    }
    all
}

fn is_there(bytes: &[u8], secret: &str) -> bool {
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [secret.as_bytes(), &wide].iter().any(|form| memchr::memmem::find(bytes, form).is_some())
}

/// Clears a file that holds the secret in a context; gives the forms in which it is still there.
fn misses(redaction: &Redaction, context: &str, secret: &str) -> (usize, Vec<&'static str>) {
    let (mut tried, mut missed) = (0, Vec::new());
    for line_end in ["\n", "\r\n"] {
        let line = context.replacen('@', secret, 1);
        let text = format!("first line, nothing to see{line_end}{line}{line_end}last line{line_end}");
        for (form, bytes) in forms(&text) {
            let mut out = Vec::new();
            redaction
                .clear(Cursor::new(&bytes), &Hint::default())
                .read_to_end(&mut out)
                .expect("memory does not fail");
            tried += 1;
            if is_there(&out, secret) {
                missed.push(form);
            }
        }
    }
    (tried, missed)
}

#[test]
#[expect(clippy::print_stdout, reason = "the size of the matrix is part of its result")]
fn every_secret_is_masked_in_every_context() {
    let redaction =
        Redaction::new(MaskKey::from_secret(b"a key for tests"), Privacy::Secrets).expect("rules load");
    let (mut tried, mut report, mut classes) = (0, String::new(), 0);
    let secrets =
        redaction.rules().filter(|rule| matches!(rule.class, "token") && rule.example.starts_with('«'));
    let secrets: Vec<(String, String)> = secrets
        .filter_map(|rule| {
            Some((rule.id.to_owned(), rule.example.strip_prefix('«')?.strip_suffix('»')?.to_owned()))
        })
        .collect();
    for (id, secret) in &secrets {
        classes += 1;
        for (name, context) in ANYWHERE {
            let (count, missed) = misses(&redaction, context, secret);
            tried += count;
            if !missed.is_empty() {
                let _ = writeln!(report, "{id} in {name}: {missed:?}");
            }
        }
    }
    for (name, context) in NAMED {
        // Where the context itself has an at sign, the secret is the first one.
        let (count, missed) = misses(&redaction, context, PLAIN);
        tried += count;
        if !missed.is_empty() {
            let _ = writeln!(report, "a password in {name}: {missed:?}");
        }
    }
    for context in MORE.lines() {
        let (count, missed) = misses(&redaction, context, PLAIN);
        tried += count;
        if !missed.is_empty() {
            let _ = writeln!(report, "a password in {context}: {missed:?}");
        }
    }
    println!("{classes} tokens and a plain password, {tried} files");
    assert!(tried > 10_000, "{tried} files prove little");
    assert!(report.is_empty(), "still there:\n{report}");
}
