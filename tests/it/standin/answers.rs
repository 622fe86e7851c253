//! What the site holds: the data connections of a real server (lab passwords), and the rest made after Qlik's own definition.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::app;

/// What a real server answered, in the fixture host.
macro_rules! real {
    ($name:literal) => {
        concat!("../../hosts/qlik-sense-april-2018/root/C/Temp/qrs/", $name)
    };
}

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

/// By the path below `/qrs/`: one object, or the list of all entities of a kind. Other services' paths begin with `/`.
static SITE: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let value =
        |text: &str| serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).expect("it is JSON");
    let Value::Object(mut site) = value(include_str!("../../samples/qrs/made.json")) else {
        return Map::new();
    };
    let connections = value(include_str!(real!("DataConnections.json")));
    site.insert("dataconnection".to_owned(), connections);
    for (path, text) in [
        ("/v1/systeminfo", include_str!(real!("AboutSystemInfo.json"))),
        ("/v1/components", include_str!(real!("AboutComponents.json"))),
    ] {
        site.insert(path.to_owned(), with_small_first_letters(value(text)));
    }
    site
});

/// The collector whose output this is wrote the names of fields in its own way.
fn with_small_first_letters(value: Value) -> Value {
    let small = |name: String| name[..1].to_lowercase() + &name[1..];
    match value {
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (small(name), value)).collect(),
        Value::Array(all) => all.into_iter().map(with_small_first_letters).collect(),
        other => other,
    }
}

/// An answer of the services beside the Repository Service, which also lie at these paths behind the proxy.
pub(super) fn of_another_service(path: &str) -> Option<Value> {
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("/engine").or_else(|| path.strip_prefix("/api/about")).unwrap_or(path);
    path.starts_with('/').then(|| SITE.get(path).cloned()).flatten()
}

/// An answer that is no list.
pub(super) fn single(path: &str) -> Option<Value> {
    match path {
        "servernodeconfiguration/local" => list("servernodeconfiguration").into_iter().next(),
        "ssl/ping" => Some(Value::from("Ping successful")),
        _ => SITE.get(path).filter(|value| value.is_object() && !path.starts_with('/')).cloned(),
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
