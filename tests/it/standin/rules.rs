//! What the Repository Service asks of a request, and how it answers when something is missing.
//!
//! Sources: "Using Xrfkey headers", "Connecting using certificates" and "App: Export app" of the Repository Service API
//! (help.qlik.com/en-US/sense-developer, May 2025); the text and status of the XSRF refusal and of the two errors 400
//! were seen on a real server by the authors of Butler Sheet Icons (ptarmiganlabs/butler-sheet-icons, notes on names with
//! special characters). 411 and 405 are those of the Windows HTTP service, on which the Repository Service stands.
//! Not sourced: 403 for an unknown user or none (Qlik's page on certificates lets a request without a user act with all rights;
//! a client that always names one is right in both cases); 415; whether the engine and the About Service ask for a key.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answers;
use super::http::{self, Answer, Request};

/// What the site remembers between requests.
#[derive(Default)]
pub(super) struct Site {
    /// By path: the user who may fetch the exported app, and the bytes.
    downloads: BTreeMap<String, (String, Vec<u8>)>,
    exports: u32,
}

/// What a user may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rights {
    All,
    None,
}

/// 403 with the words of the Repository Service.
pub(super) fn wrong_key() -> Answer {
    Answer::text(403, "XSRF prevention check failed. Possible XSRF discovered.")
}

/// 403 without a reason, as the service does.
pub(super) fn refused() -> Answer {
    Answer::text(403, "Forbidden")
}

fn not_found() -> Answer {
    Answer::text(404, "The resource you are looking for could not be found")
}

/// The answer, or the rule that was broken.
pub(super) fn answer(request: &Request, site: &mut Site) -> Answer {
    checked(request, site).unwrap_or_else(|refusal| refusal)
}

fn checked(request: &Request, site: &mut Site) -> Result<Answer, Answer> {
    let lower = request.path.to_lowercase();
    // The engine and the About Service ask for the certificate only.
    if let Some(value) = answers::of_another_service(&lower) {
        return Ok(Answer::json(200, &value));
    }
    let post = request.method == "POST" || request.method == "PUT";
    if post && request.header("Content-Length").is_none() && request.header("Transfer-Encoding").is_none() {
        return Err(Answer::text(411, "Length Required"));
    }
    right_key(request)?;
    let (user, rights) = user(request)?;
    if !request.body.is_empty()
        && !request
            .header("Content-Type")
            .is_some_and(|kind| kind.to_lowercase().starts_with("application/json"))
    {
        return Err(Answer::text(415, "Unsupported Media Type"));
    }
    if lower.starts_with("/tempcontent/") {
        return download(request, site, &user);
    }
    let path = lower.strip_prefix("/qrs/").ok_or_else(not_found)?;
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    if let ["app", id, "export", token] = parts[..] {
        return export(request, site, (id, token), (&user, rights));
    }
    if request.method != "GET" {
        return Err(Answer::text(405, "The requested resource does not support this http method"));
    }
    read(request, &parts, rights)
}

/// Sixteen letters or digits, the same in the query and in the header.
fn right_key(request: &Request) -> Result<(), Answer> {
    let (Some(query), Some(header)) = (request.parameter("xrfkey"), request.header("X-Qlik-Xrfkey")) else {
        return Err(wrong_key());
    };
    let plain = query.len() == 16 && query.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && query == header { Ok(()) } else { Err(wrong_key()) }
}

/// `UserDirectory=…; UserId=…`, of a user that the site knows.
fn user(request: &Request) -> Result<(String, Rights), Answer> {
    let header = request.header("X-Qlik-User").ok_or_else(refused)?;
    let mut parts = header.split(';').map(|part| part.trim().split_once('=').unwrap_or_default());
    let (Some((first, directory)), Some((second, id)), None) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(refused());
    };
    if !first.eq_ignore_ascii_case("UserDirectory") || !second.eq_ignore_ascii_case("UserId") {
        return Err(refused());
    }
    let user = format!("{}\\{}", directory.trim(), id.trim()).to_lowercase();
    match user.as_str() {
        r"internal\sa_api" | r"internal\sa_repository" => Ok((user, Rights::All)),
        r"domain\reader" => Ok((user, Rights::None)),
        _ => Err(refused()),
    }
}

/// Lists, single entities, counts, and the few paths of their own.
fn read(request: &Request, parts: &[&str], rights: Rights) -> Result<Answer, Answer> {
    if let Some(value) = answers::single(&parts.join("/")) {
        let open = matches!(parts, ["about", ..]);
        return if open || rights == Rights::All { Ok(Answer::json(200, &value)) } else { Err(refused()) };
    }
    let (kind, rest) = answers::kind(parts).ok_or_else(not_found)?;
    let all = if rights == Rights::All { answers::list(kind) } else { Vec::new() };
    let all = filtered(request.parameter("filter"), all)?;
    match rest {
        [] => Ok(Answer::json(200, &all.iter().map(answers::condensed).collect())),
        ["full"] => Ok(Answer::json(200, &Value::Array(all))),
        ["count"] => Ok(Answer::json(200, &json!({ "value": all.len() }))),
        [id] => {
            let found = all
                .into_iter()
                .find(|one| one["id"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(id)));
            Ok(Answer::json(200, &found.ok_or_else(not_found)?))
        }
        _ => Err(not_found()),
    }
}

/// The simplest of Qlik's filters: `field eq 'text'`, `field eq true`, and several of them with `and`.
fn filtered(filter: Option<&str>, mut all: Vec<Value>) -> Result<Vec<Value>, Answer> {
    let Some(filter) = filter.filter(|text| !text.is_empty()) else { return Ok(all) };
    let error = || Answer::text(400, &format!("Cannot parse the expression: {filter}"));
    for part in filter.split(" and ") {
        let (field, wanted) = part.split_once(" eq ").ok_or_else(error)?;
        let wanted = wanted.trim();
        let quoted = wanted.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        let bare = quoted.unwrap_or(wanted);
        if bare.contains('\'') || (quoted.is_none() && bare.contains(' ')) {
            return Err(error());
        }
        all.retain(|one| {
            let found = field.trim().split('.').fold(one, |value, name| &value[name]);
            let found = found.as_str().map_or_else(|| found.to_string(), ToOwned::to_owned);
            found.to_lowercase() == bare.to_lowercase()
        });
    }
    Ok(all)
}

/// The first of the two calls of an export.
fn export(
    request: &Request,
    site: &mut Site,
    (id, token): (&str, &str),
    (user, rights): (&str, Rights),
) -> Result<Answer, Answer> {
    if request.method != "POST" {
        return Err(Answer::text(405, "The requested resource does not support this http method"));
    }
    if !is_guid(id) || !is_guid(token) {
        return Err(Answer::text(400, "Missing parameter value(s)"));
    }
    if rights == Rights::None {
        return Err(refused());
    }
    let app = answers::list("app").into_iter().find(|app| app["id"] == id).ok_or_else(not_found)?;
    let without = request.parameter("skipData").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let name = app["name"].as_str().unwrap_or_default();
    site.exports += 1;
    let folder = format!("657496a4-21d9-47c7-85f1-{:012x}", site.exports);
    let path = format!("/tempcontent/{folder}/{name}.qvf");
    site.downloads.insert(path.to_lowercase(), (user.to_owned(), answers::app(&app, without)));
    let target = format!("/tempcontent/{folder}/{}.qvf?serverNodeId={}", http::encoded(name), answers::NODE);
    let value = json!({ "exportToken": token, "appId": id, "downloadPath": target, "cancelled": false,
        "schemaPath": "AppExportResponse" });
    Ok(Answer::json(201, &value))
}

/// The second: once, and only for the user of the first.
fn download(request: &Request, site: &mut Site, user: &str) -> Result<Answer, Answer> {
    let path = request.path.to_lowercase();
    let own = site.downloads.get(&path).is_some_and(|(owner, _)| owner == user);
    if request.method != "GET" || !own {
        return Err(not_found());
    }
    let (_, bytes) = site.downloads.remove(&path).ok_or_else(not_found)?;
    Ok(Answer::file(request.path.rsplit('/').next().unwrap_or_default(), bytes))
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
