//! What the site holds: the data connections of a real server (lab passwords), and the rest made after Qlik's own definition.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::app;

/// The node that answers.
pub(super) const NODE: &str = "d064a20b-b0a4-4bad-8b21-0535a1e2cb7b";

/// Secrets in the answers and in the apps: none may be in a bundle, as it is or masked in part.
pub(crate) const SECRETS: [&str; 14] = [
    "Password123!",
    "%%password%2%%password123!%1",
    "MadeUpDatabasePassword1",
    "MadeUpClientSecret2",
    "MadeUpHeaderToken3",
    "MadeUpTaskPassword4",
    "MadeUpProgramPassword5",
    "MadeUpScriptPassword6",
    "MadeUpSectionPassword7",
    "eyJqdGkiOiJNYWRlVXBMaWNlbnNlS2V5",
    "TWFkZVVwU2lnbmF0dXJlT2ZBTGljZW5zZUtleQ",
    "AAAA-BBBB-CCCC-DDDD-EEEE",
    "9999000000001277",
    "9999 0000 0000 1277",
];

/// By the path below `/qrs/`: one object, or the list of all entities of a kind.
static SITE: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let made = include_str!("../../samples/qrs/made.json");
    let mut site: Map<String, Value> = serde_json::from_str(made).expect("the sample is JSON");
    let connections = include_str!("../../samples/qrs/dataconnection.json").trim_start_matches('\u{feff}');
    site.insert("dataconnection".to_owned(), serde_json::from_str(connections).expect("the sample is JSON"));
    site
});

/// An answer that is no list.
pub(super) fn single(path: &str) -> Option<Value> {
    match path {
        "servernodeconfiguration/local" => list("servernodeconfiguration").into_iter().next(),
        "ssl/ping" => Some(Value::from("Ping successful")),
        _ => SITE.get(path).filter(|value| value.is_object()).cloned(),
    }
}

/// The kind that a path begins with, and the rest of the path.
pub(super) fn kind<'a>(parts: &'a [&'a str]) -> Option<(&'static str, &'a [&'a str])> {
    (1..=parts.len().min(2)).rev().find_map(|length| {
        let (name, value) = SITE.get_key_value(&parts[..length].join("/"))?;
        value.is_array().then_some((name.as_str(), &parts[length..]))
    })
}

/// All entities of a kind.
pub(super) fn list(kind: &str) -> Vec<Value> {
    SITE.get(kind).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// What a list without `full` gives of an entity.
pub(super) fn condensed(one: &Value) -> Value {
    const KEPT: [&str; 18] = [
        "id",
        "privileges",
        "name",
        "hostName",
        "serviceCluster",
        "roles",
        "appId",
        "publishTime",
        "published",
        "stream",
        "savedInProductVersion",
        "userId",
        "userDirectory",
        "connectionstring",
        "type",
        "enabled",
        "taskType",
        "valueType",
    ];
    let kept =
        |(key, value): (&String, &Value)| KEPT.contains(&key.as_str()).then(|| (key.clone(), value.clone()));
    Value::Object(one.as_object().into_iter().flatten().filter_map(kept).collect())
}

/// The bytes of an exported app.
pub(super) fn app(app: &Value, without_data: bool) -> Vec<u8> {
    app::bytes(app["name"].as_str().unwrap_or_default(), without_data)
}
