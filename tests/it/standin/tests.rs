//! The stand-in keeps Qlik's rules: each is kept once and broken once.

use std::io::Read as _;

use super::client::{Client, KEY, Reply, rightful};
use super::{SECRETS, ServerCertificate, Standin};

const APP: &str = "060dcbca-4782-4f99-a7c4-767190e85358";
const TOKEN: &str = "0f0e0d0c-0b0a-4908-8706-050403020100";

fn site() -> Standin {
    Standin::start(ServerCertificate::Good)
}

#[test]
fn a_client_of_the_site_reads_what_it_holds() {
    let site = site();
    let mut client = Client::of(&site);
    assert_eq!(client.get("/qrs/about").json()["buildVersion"], "20.4.2.0");
    let apps = client.get("/qrs/app/full").json();
    assert_eq!(apps.as_array().expect("a list").len(), 3);
    assert_eq!(client.get("/QRS/App/Count").json()["value"], 3);
    let one = client.get(&format!("/qrs/app/{}", apps[2]["id"].as_str().expect("an id"))).json();
    assert_eq!(one, apps[2]);
    let found = client.get("/qrs/app?filter=name%20eq%20'operations+monitor'").json();
    assert_eq!((&found[0]["id"], found.as_array().expect("a list").len()), (&apps[0]["id"], 1));
    assert!(found[0]["owner"].is_null(), "a list without full is short: {found}");
    assert!(
        site.seen().iter().all(|one| one.status == 200 && one.user == rightful()[1].1),
        "{:?}",
        site.seen()
    );
}

#[test]
fn every_path_that_a_collector_needs_is_answered() {
    let site = site();
    let mut client = Client::of(&site);
    for path in [
        "servernodeconfiguration/local",
        "servernodeconfiguration/full",
        "servicestatus/full",
        "ServiceCluster/full",
        "servicecluster/47d0663d-48e5-4790-976f-a400f494f128",
        "ProxyService/full",
        "virtualproxyconfig/full",
        "license",
        "license/accesstypeinfo",
        "license/accesstypeoverview",
        "license/professionalaccesstype/full",
        "license/analyzeraccesstype/full",
        "license/useraccesstype/full",
        "license/loginaccesstype/full",
        "task/full",
        "reloadtask/full",
        "externalprogramtask/full",
        "custompropertydefinition/full",
        "extension/full",
        "stream/full",
        "user/full",
        "tag/full",
        "ssl/ping",
    ] {
        let reply = client.get(&format!("/qrs/{path}"));
        assert_eq!(reply.status, 200, "{path}");
        assert!(
            reply.header("Content-Type").is_some_and(|kind| kind.starts_with("application/json")),
            "{path}"
        );
        reply.json();
    }
    for path in ["/engine/healthcheck/", "/healthcheck", "/v1/systeminfo", "/v1/components"] {
        assert_eq!(client.raw("GET", path, &[]).expect("an answer").status, 200, "{path}");
    }
    assert_eq!(client.get("/v1/systeminfo").json()["releaseLabel"], "April 2018");
    assert_eq!(client.get("/qrs//healthcheck").status, 404);
    let connections = client.get("/qrs/dataconnection/full").json();
    let text = connections.to_string();
    assert!(text.contains("Password123!") && text.contains("%%password%2%%password123!%1"), "{text}");
}

#[test]
fn the_key_must_be_of_sixteen_and_the_same_in_query_and_header() {
    let site = site();
    let mut client = Client::of(&site);
    let user = rightful()[1];
    let mut ask = |target: &str, key: Option<&str>| {
        let headers: Vec<(&str, &str)> =
            key.map(|key| ("X-Qlik-Xrfkey", key)).into_iter().chain([user]).collect();
        client.raw("GET", target, &headers).expect("an answer")
    };
    for (target, key) in [
        ("/qrs/about", Some(KEY)),
        ("/qrs/about?xrfkey=abcdefghijklmnop", None),
        ("/qrs/about?xrfkey=abcdefghijklmnop", Some("ponmlkjihgfedcba")),
        ("/qrs/about?xrfkey=abcdefghijklmno", Some("abcdefghijklmno")),
        ("/qrs/about?xrfkey=abcdefghijklmnopq", Some("abcdefghijklmnopq")),
        ("/qrs/about?xrfkey=abcdefgh-jklmnop", Some("abcdefgh-jklmnop")),
    ] {
        let reply = ask(target, key);
        assert_eq!(reply.status, 403, "{target} {key:?}");
        assert_eq!(reply.text(), "XSRF prevention check failed. Possible XSRF discovered.");
    }
    assert_eq!(ask("/qrs/about?Xrfkey=abcdefghijklmnop", Some(KEY)).status, 200);
}

#[test]
fn the_user_must_be_named_and_known() {
    let site = site();
    let mut client = Client::of(&site);
    let mut ask = |path: &str, user: Option<&str>| {
        let headers: Vec<(&str, &str)> =
            [rightful()[0]].into_iter().chain(user.map(|user| ("X-Qlik-User", user))).collect();
        client.send("GET", path, &headers).expect("an answer")
    };
    for user in [
        None,
        Some(""),
        Some("sa_api"),
        Some("UserDirectory=INTERNAL"),
        Some("UserId=sa_api; UserDirectory=INTERNAL"),
        Some("UserDirectory:INTERNAL;UserId:sa_api"),
        Some("UserDirectory=DOMAIN; UserId=nobody"),
    ] {
        let reply = ask("/qrs/about", user);
        assert_eq!((reply.status, reply.text().as_str()), (403, "Forbidden"), "{user:?}");
    }
    // As two programs on the market write it.
    for user in ["UserDirectory=internal;UserId=sa_repository", "UserDirectory=INTERNAL;UserID=sa_repository"]
    {
        assert_eq!(ask("/qrs/about", Some(user)).status, 200, "{user}");
    }
    let reader = Some("UserDirectory=DOMAIN; UserId=reader");
    assert_eq!(ask("/qrs/about", reader).status, 200);
    assert_eq!(ask("/qrs/app/full", reader).json(), serde_json::json!([]));
    assert_eq!(ask("/qrs/license", reader).status, 403);
}

#[test]
fn paths_methods_and_bodies_are_checked() {
    let site = site();
    let mut client = Client::of(&site);
    for path in [
        "/",
        "/hub",
        "/qrs",
        "/qrs/",
        "/qrs/nothing",
        "/qrs/app/full/more",
        "/qrs/app/00000000-0000-4000-8000-00000000ffff",
        "/tempcontent/657496a4-21d9-47c7-85f1-e69d8c70085e/Operations%20Monitor.qvf",
    ] {
        assert_eq!(client.get(path).status, 404, "{path}");
    }
    let mut ask = |method: &str, path: &str, more: &[(&str, &str)]| {
        client.send(method, path, &[&rightful()[..], more].concat()).expect("an answer")
    };
    let none = ("Content-Length", "0");
    assert_eq!(ask("POST", "/qrs/app", &[]).status, 411);
    assert_eq!(ask("POST", "/qrs/app", &[none]).status, 405);
    assert_eq!(ask("DELETE", &format!("/qrs/app/{APP}"), &[]).status, 405);
    assert_eq!(ask("GET", &format!("/qrs/app/{APP}/export/{TOKEN}"), &[]).status, 405);
    assert_eq!(ask("POST", &format!("/qrs/app/{APP}/export/token"), &[none]).status, 400);
    assert_eq!(ask("GET", "/qrs/app/full?filter=name%20eq%20'Q1'25'", &[]).status, 400);
    assert_eq!(site.seen().len(), 14);
}

#[test]
fn a_body_must_be_json() {
    let site = site();
    let mut client = Client::of(&site);
    let target = format!("/qrs/app/{APP}/export/{TOKEN}?skipData=true&xrfkey={KEY}");
    let mut ask = |more: &[(&str, &str)], body: &str| {
        client.with_body("POST", &target, &[&rightful()[..], more].concat(), body).expect("an answer").status
    };
    assert_eq!(ask(&[("Content-Length", "2")], "{}"), 415);
    assert_eq!(ask(&[("Content-Length", "2"), ("Content-Type", "text/plain")], "{}"), 415);
    assert_eq!(
        ask(&[("Content-Length", "2"), ("Content-Type", "application/json; charset=utf-8")], "{}"),
        201
    );
    let chunked = [("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")];
    assert_eq!(ask(&chunked, "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), 201);
    assert_eq!(ask(&[("Content-Length", "0")], ""), 201, "the body before was read to its end");
}

#[test]
fn the_site_has_secrets_to_lose() {
    let site = site();
    let mut client = Client::of(&site);
    let mut all = String::new();
    for path in [
        "dataconnection",
        "servicecluster",
        "proxyservice",
        "virtualproxyconfig",
        "task",
        "externalprogramtask",
    ] {
        all += &client.get(&format!("/qrs/{path}/full")).text();
    }
    all += &client.get("/qrs/license").text();
    let told = export(&mut client, APP, "?skipData=true").json();
    let app = client.get(told["downloadPath"].as_str().expect("a path")).body;
    // The script is packed: unpacked from behind the head of its stream.
    let streams = app.windows(2).enumerate().filter(|(_, part)| *part == [0x78, 0x9c]).map(|(at, _)| at);
    for at in streams {
        let mut text = String::new();
        if flate2::read::ZlibDecoder::new(&app[at..]).read_to_string(&mut text).is_ok() {
            all += &text;
        }
    }
    for secret in SECRETS {
        assert!(all.contains(secret), "nothing holds {secret}");
    }
}

fn export(client: &mut Client, app: &str, more: &str) -> Reply {
    let headers = [&rightful()[..], &[("Content-Length", "0")]].concat();
    client.send("POST", &format!("/qrs/app/{app}/export/{TOKEN}{more}"), &headers).expect("an answer")
}

#[test]
fn an_app_is_exported_in_two_calls_and_fetched_once() {
    let site = site();
    let mut client = Client::of(&site);
    let told = export(&mut client, APP, "?skipData=true");
    assert_eq!(told.status, 201);
    let told = told.json();
    assert_eq!((&told["exportToken"], &told["appId"]), (&TOKEN.into(), &APP.into()));
    assert_eq!(told["cancelled"], false);
    let path = told["downloadPath"].as_str().expect("a path").to_owned();
    assert!(
        path.starts_with("/tempcontent/") && path.contains("/Operations%20Monitor.qvf?serverNodeId="),
        "{path}"
    );
    let other = [rightful()[0], ("X-Qlik-User", "UserDirectory=INTERNAL; UserId=sa_repository")];
    assert_eq!(client.send("GET", &path, &other).expect("an answer").status, 404, "of another user");
    let small = client.get(&path);
    assert_eq!((small.status, small.header("Content-Type")), (200, Some("application/octet-stream")));
    assert_eq!(client.get(&path).status, 404, "a second time");
    let full = export(&mut client, APP, "").json();
    let full = client.get(full["downloadPath"].as_str().expect("a path"));
    assert!(
        full.body.len() > small.body.len(),
        "with data: {} and {} bytes",
        full.body.len(),
        small.body.len()
    );
}

#[test]
fn names_with_signs_are_exported_too() {
    let site = site();
    let mut client = Client::of(&site);
    let told = export(&mut client, "1A13FC0D-0000-4000-8000-00000000A002", "?skipData=True").json();
    let path = told["downloadPath"].as_str().expect("a path");
    assert!(path.contains("/Ums%C3%A4tze%20%26%20Kosten%20%231%20%28100%25%29.qvf?"), "{path}");
    assert_eq!(client.get(path).status, 200);
    assert_eq!(export(&mut client, "00000000-0000-4000-8000-00000000ffff", "").status, 404);
    let reader =
        [rightful()[0], ("X-Qlik-User", "UserDirectory=DOMAIN; UserId=reader"), ("Content-Length", "0")];
    let refused = client.send("POST", &format!("/qrs/app/{APP}/export/{TOKEN}"), &reader).expect("an answer");
    assert_eq!(refused.status, 403);
}
