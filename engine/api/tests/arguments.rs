//! Each argument of a query exists from its microversion on: every list takes it then, and refuses it before.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use serde_json::Value;
use support::Fake;
use support::ask::raw;

/// A value that the argument takes.
fn value(path: &str, name: &str) -> &'static str {
    match name {
        "detail" | "sharded" | "include_children" => "true",
        "type" => "dynamic",
        "fields" if path.contains("/bios") || path == "/drivers" => "name",
        "fields" => "uuid",
        "provision_state" => "active",
        "fault" => "power%20failure",
        "parent_node" | "node" => "a",
        "phase" => "main",
        _ => "x",
    }
}

fn minor(parameter: &Value) -> u16 {
    let since = parameter["x-since"].as_str().unwrap();
    since.strip_prefix("1.").unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_argument_is_refused_before_its_version() {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let router = fake.operator();
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    let (mut judged, mut wrong) = (0, Vec::new());
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(get) = methods.get("get") else {
            continue;
        };
        let in_query = get["parameters"].as_array().into_iter().flatten();
        for parameter in in_query.filter(|it| it["in"] == "query") {
            let (since, name) = (minor(parameter), parameter["name"].as_str().unwrap());
            if since <= minor(get) {
                continue;
            }
            let path = path.replace("{node}", "a");
            if path.contains('{') {
                continue;
            }
            let query = format!("{path}?{name}={}", value(&path, name));
            let ask = async |minor: u16| {
                let version = format!("1.{minor}");
                raw(&router, &version, "GET", &query, Vec::new())
                    .await
                    .status
            };
            judged += 1;
            let (then, before) = (ask(since).await, ask(since - 1).await);
            // What it names need not be there, nor go with the path; but it is another refusal.
            if !before.is_client_error() || before == then {
                wrong.push(format!("{query} since 1.{since}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(judged > 30, "{judged}");
}
