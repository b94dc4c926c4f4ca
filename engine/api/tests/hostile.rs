//! What hostile or broken clients send, to every endpoint there is: answered below 500, in the form of errors, and at once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, raw};

/// Bodies that no program sends.
fn bodies() -> Vec<Vec<u8>> {
    let texts = [
        "",
        " ",
        "null",
        "true",
        "0",
        "-1e999",
        "NaN",
        "\"text\"",
        "[]",
        "[[]]",
        "[null]",
        "[{}]",
        "{}",
        "{",
        "[{\"op\":",
        "{\"a\":1,}",
        "{\"a\":1}{\"b\":2}",
        "<?xml version=\"1.0\"?><node><driver>fake-hardware</driver></node>",
        "driver=fake-hardware&name=a",
        "{\"driver\":\"fake-hardware\",\"extra\":{\"a\":Infinity}}",
        "{\"driver\":\"fake-hardware\",\"extra\":{\"a\":\"\\ud800\"}}",
        "{\"driver\":\"fake-hardware\",\"extra\":{\"a\":\"\\u0000\"}}",
        "{\"driver\":\"fake-hardware\",\"name\":\"\\u0000\"}",
        "{\"nobody knows this\":{\"at\":[\"all\"]}}",
        "{\"target\":18446744073709551616,\"timeout\":-9223372036854775809}",
        "{\"target\":\"power on\",\"timeout\":9223372036854775807}",
        "{\"target\":[\"active\"],\"configdrive\":7,\"clean_steps\":{}}",
        "{\"target\":\"clean\",\"clean_steps\":[[],null,1,{\"step\":[]}]}",
        "{\"traits\":{\"a\":1}}",
        "{\"logical_disks\":[{\"raid_level\":1,\"size_gb\":1e300}]}",
        "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]",
        "[{\"op\":\"add\",\"path\":\"\",\"value\":1}]",
        "[{\"op\":\"add\",\"path\":\"/extra/a\",\"value\":1}]",
        "[{\"op\":\"add\",\"path\":\"/extra/-/-/-\",\"value\":1}]",
        "[{\"op\":\"replace\",\"path\":\"/driver_info\",\"value\":\"\"}]",
        "{\"callback_url\":\"http://[::\",\"agent_token\":{},\"agent_version\":[]}",
        "{\"inventory\":{\"interfaces\":[{\"mac_address\":{}}],\"disks\":7}}",
        "{\"node_uuid\":[],\"address\":{\"a\":\"b\"}}",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.push(b"\xff\xfe{}".to_vec());
    all.push(vec![0; 64]);
    all.push("[".repeat(100_000).into_bytes());
    all.push(format!("{}1{}", "{\"a\":".repeat(26), "}".repeat(26)).into_bytes());
    all.push(format!("{{\"extra\":{{\"a\":{}}}}}", "9".repeat(100_000)).into_bytes());
    all.push(format!("{{\"name\":\"{}\"}}", "a".repeat(500_000)).into_bytes());
    all
}

fn concrete(path: &str) -> String {
    let mut path = path.replace("{node}", "a");
    while let Some((before, after)) = path.clone().split_once('{') {
        let (_, after) = after.split_once('}').unwrap();
        path = format!("{before}CUSTOM_X{after}");
    }
    path
}

#[tokio::test]
async fn every_endpoint_answers_hostile_bodies_below_500() {
    // Read by the handler, and read before it on another thread, as large ones are.
    for plain_body in [64 << 10, 0] {
        answers_below_500(plain_body).await;
    }
}

async fn answers_below_500(plain_body: usize) {
    for endpoint in api::endpoints().iter().filter(|it| it.method != "GET") {
        let fake = Fake::new();
        let mut config = support::config();
        config.limits.plain_body = plain_body;
        let router = api::router(fake.clone(), fake.clone(), config);
        for body in bodies() {
            if fake.world.lock().unwrap().nodes.is_empty() {
                fake.add_node("a", |_| {});
            }
            let told = String::from_utf8_lossy(&body)
                .chars()
                .take(80)
                .collect::<String>();
            let (method, path) = (endpoint.method, concrete(endpoint.path));
            for version in ["1.115", "1.1", ""] {
                let reply = raw(&router, version, method, &path, body.clone()).await;
                let status = reply.status.as_u16();
                assert!(
                    status < 500,
                    "{method} {path} {told}: {status} {}",
                    reply.text
                );
                if status >= 400 {
                    reply.error();
                }
            }
        }
    }
}

#[tokio::test]
async fn hostile_queries_and_paths_are_answered_below_500() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    let queries = [
        "limit=-1",
        "limit=0",
        "limit=99999999999999999999",
        "limit=1e3",
        "limit=",
        "marker=%00",
        "marker=x",
        "fields=",
        "fields=,",
        "fields=a%00b",
        "fields=uuid&detail=True",
        "sort_key=%27%3B--",
        "sort_dir=up",
        "description_contains=%25_%00",
        "description_contains=%25%5C_",
        "=&&==&",
        "a[b]=c",
        "%zz=1",
        "limit=1&limit=2",
    ];
    for endpoint in api::endpoints().iter().filter(|it| it.method == "GET") {
        // It ends only when the client goes.
        if endpoint.path == "/hammerscale/v1/events" {
            continue;
        }
        let path = concrete(endpoint.path);
        for query in queries {
            let reply = ask(&router, "GET", &format!("{path}?{query}"), None).await;
            assert!(
                reply.status.as_u16() < 500,
                "{path}?{query}: {}",
                reply.text
            );
        }
        for bad in ["%00", "%ff", "%2e%2e", "%2F", "'", &"x".repeat(5000)] {
            let path = endpoint.path.replace("{node}", bad);
            let reply = ask(&router, "GET", &concrete(&path), None).await;
            assert!(reply.status.as_u16() < 500, "{path}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn patches_are_bounded_and_what_fits_is_applied() {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let router = fake.operator();
    let patch = |count: usize, value: &Value| -> Value {
        let operation =
            |n: usize| json!({"op": "add", "path": format!("/extra/k{n}"), "value": value});
        (0..count).map(operation).collect()
    };
    let refused = ask(
        &router,
        "PATCH",
        "/v1/nodes/a",
        Some(patch(10_000, &json!(1))),
    )
    .await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.error().contains("10000 operations"),
        "{}",
        refused.error()
    );
    assert!(fake.node(node).extra.is_empty());
    let done = ask(
        &router,
        "PATCH",
        "/v1/nodes/a",
        Some(patch(1000, &json!("x"))),
    )
    .await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(fake.node(node).extra.len(), 1000);
}

#[tokio::test]
async fn a_list_of_very_many_names_is_sifted_at_once() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    let traits: Vec<String> = (0..60_000).map(|n| format!("CUSTOM_{n}")).collect();
    let body = json!({ "traits": traits });
    let reply = ask(&router, "PUT", "/v1/nodes/a/traits", Some(body)).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert!(
        reply.error().contains("at most 50 traits"),
        "{}",
        reply.error()
    );
}

#[tokio::test]
async fn unknown_fields_are_named_and_refused() {
    let router = Fake::new().operator();
    let body = json!({"driver": "fake-hardware", "colour": "red"});
    let reply = ask(&router, "POST", "/v1/nodes", Some(body)).await;
    assert_eq!(reply.status, 400);
    assert!(reply.error().contains("colour"));
}
