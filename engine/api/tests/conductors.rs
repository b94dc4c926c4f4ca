//! Conductors: the one there is, its list's form, and the nodes it has.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::json;
use support::ask::{ask, ask_at};
use support::{CONDUCTOR, Fake};

#[tokio::test]
async fn there_is_one_and_it_is_alive() {
    let router = Fake::new().operator();
    let list = ask(&router, "GET", "/v1/conductors", None).await;
    let links = json!([
        {"href": format!("http://engine:6385/v1/conductors/{CONDUCTOR}"), "rel": "self"},
        {"href": format!("http://engine:6385/conductors/{CONDUCTOR}"), "rel": "bookmark"}]);
    let expected =
        json!({"hostname": CONDUCTOR, "conductor_group": "", "alive": true, "links": links});
    assert_eq!(list.body, json!({"conductors": [expected]}));
    for path in ["/v1/conductors?detail=true", "/v1/conductors"] {
        let reply = ask(&router, "GET", path, None).await;
        let detailed = reply.body["conductors"][0].get("drivers").is_some();
        assert_eq!(detailed, path.contains("detail"), "{path}");
    }
    let one = ask(&router, "GET", &format!("/v1/conductors/{CONDUCTOR}"), None).await;
    assert_eq!(one.body["drivers"], json!(["fake-hardware"]));
    assert!(one.body["created_at"].is_string() && one.body["updated_at"].is_string());
    let some = format!("/v1/conductors/{CONDUCTOR}?fields=alive");
    let some = ask(&router, "GET", &some, None).await;
    assert_eq!(some.body, json!({"alive": true, "links": links}));
}

#[tokio::test]
async fn a_list_is_paged_by_host_name() {
    let router = Fake::new().operator();
    let full = ask(
        &router,
        "GET",
        "/v1/conductors?limit=1&sort_key=hostname",
        None,
    )
    .await;
    let next = full.body["next"].as_str().unwrap();
    assert!(
        next.ends_with(&format!("limit=1&marker={CONDUCTOR}")),
        "{next}"
    );
    let rest = ask(
        &router,
        "GET",
        next.trim_start_matches("http://engine:6385"),
        None,
    )
    .await;
    assert_eq!(rest.body, json!({"conductors": []}));
    for (path, status) in [
        ("/v1/conductors?marker=nope", 404),
        ("/v1/conductors/nope", 404),
        ("/v1/conductors?limit=0", 400),
        ("/v1/conductors?sort_key=alive", 400),
        ("/v1/conductors?sort_key=drivers", 400),
        ("/v1/conductors?sort_key=nope", 400),
        ("/v1/conductors?sort_dir=up", 400),
        ("/v1/conductors?detail=maybe", 400),
        ("/v1/conductors?detail=true&fields=alive", 400),
        ("/v1/conductors?fields=bogus", 400),
        ("/v1/conductors?bogus=1", 400),
    ] {
        assert_eq!(
            ask(&router, "GET", path, None).await.status,
            status,
            "{path}"
        );
    }
    assert_eq!(
        ask_at(&router, "1.48", "GET", "/v1/conductors", None)
            .await
            .status,
        404
    );
    let own = format!("/v1/conductors/{CONDUCTOR}?detail=true");
    assert_eq!(ask(&router, "GET", &own, None).await.status, 400);
}

#[tokio::test]
async fn nodes_are_found_by_their_conductor_and_group() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    for (query, seen) in [
        (format!("conductor={CONDUCTOR}"), 1),
        ("conductor=nope".to_owned(), 0),
    ] {
        let reply = ask(&router, "GET", &format!("/v1/nodes?{query}"), None).await;
        assert_eq!(
            reply.body["nodes"].as_array().unwrap().len(),
            seen,
            "{query}"
        );
    }
    for (version, query) in [("1.48", "conductor=x"), ("1.45", "conductor_group=x")] {
        let path = format!("/v1/nodes?{query}");
        assert_eq!(
            ask_at(&router, version, "GET", &path, None).await.status,
            406
        );
    }
    let group = |value| Some(json!([{"op": "add", "path": "/conductor_group", "value": value}]));
    let reply = ask(&router, "PATCH", "/v1/nodes/a", group("Rack-1")).await;
    assert_eq!(reply.body["conductor_group"], "rack-1");
    assert_eq!(reply.body["conductor"], CONDUCTOR);
    assert_eq!(
        ask(&router, "PATCH", "/v1/nodes/a", group("a b"))
            .await
            .status,
        400
    );
    let gone = Some(json!([{"op": "remove", "path": "/conductor_group"}]));
    let reply = ask(&router, "PATCH", "/v1/nodes/a", gone).await;
    assert_eq!(reply.body["conductor_group"], "");
    let old = ask_at(&router, "1.45", "PATCH", "/v1/nodes/a", group("x")).await;
    assert_eq!(old.status, 406);
    let old = ask_at(&router, "1.48", "GET", "/v1/nodes/a", None).await;
    assert!(old.body.get("conductor").is_none());
    assert!(old.body.get("conductor_group").is_some());
}
