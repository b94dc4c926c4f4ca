//! Runbooks: creation, lists, patches, traits, and their use with provision verbs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Accounts, Role, Roles};
use model::{ProvisionState, Verb};
use serde_json::{Value, json};
use support::Fake;
use support::ask::{Reply, ask, ask_as, ask_at};

const PATH: &str = "/v1/runbooks";

fn step() -> Value {
    json!({"interface": "deploy", "step": "x", "order": 1, "args": {"token": "pssst"}})
}

fn with(key: &str, value: Value) -> Value {
    let mut body = json!({"name": "CUSTOM_A", "steps": [step()]});
    body[key] = value;
    body
}

async fn make(router: &axum::Router, body: Value) -> Reply {
    let made = ask(router, "POST", PATH, Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made
}

#[tokio::test]
async fn runbooks_are_made_shown_changed_and_removed() {
    let router = Fake::new().operator();
    let made = make(&router, with("name", json!("disks.wipe"))).await;
    let uuid = made.body["uuid"].as_str().unwrap().to_owned();
    let path = format!("{PATH}/{uuid}");
    assert!(made.header("location").unwrap().ends_with(&path));
    assert_eq!(made.body.as_object().unwrap().len(), 12);
    for (key, value) in [
        ("name", json!("disks.wipe")),
        ("description", Value::Null),
        ("disable_ramdisk", json!(false)),
        ("public", json!(false)),
        ("owner", Value::Null),
        ("traits", json!([])),
        ("extra", json!({})),
    ] {
        assert_eq!(made.body[key], value, "{key}");
    }
    let shown =
        json!([{"interface": "deploy", "step": "x", "order": 1, "args": {"token": "******"}}]);
    assert_eq!(made.body["steps"], shown);
    let older = ask_at(&router, "1.111", "GET", &path, None).await;
    assert_eq!(older.body.as_object().unwrap().len(), 10);
    let duplicate = with("name", json!("disks.wipe"));
    assert_eq!(
        ask(&router, "POST", PATH, Some(duplicate)).await.status,
        409
    );

    let patch = json!([
        {"op": "replace", "path": "/name", "value": "CUSTOM_B"},
        {"op": "add", "path": "/description", "value": "d"},
        {"op": "replace", "path": "/steps/0/order", "value": "3"},
        {"op": "replace", "path": "/disable_ramdisk", "value": true},
    ]);
    let changed = ask(&router, "PATCH", &path, Some(patch)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.body["steps"][0]["order"], 3);
    assert_eq!(changed.body["disable_ramdisk"], true);
    assert_eq!(changed.body["description"], "d");
    let by_name = format!("{PATH}/CUSTOM_B");
    assert_eq!(ask(&router, "DELETE", &by_name, None).await.status, 204);
    assert_eq!(ask(&router, "GET", &by_name, None).await.status, 404);
}

#[tokio::test]
async fn an_owner_and_everybody_exclude_each_other() {
    let router = Fake::new().operator();
    make(&router, with("owner", json!("p"))).await;
    let path = format!("{PATH}/CUSTOM_A");
    let set =
        |key: &str, value: Value| json!({"op": "add", "path": format!("/{key}"), "value": value});
    let patch = |ops: Vec<Value>| ask(&router, "PATCH", &path, Some(Value::Array(ops)));
    let public = patch(vec![set("public", json!(true))]).await;
    assert_eq!(
        (&public.body["public"], &public.body["owner"]),
        (&json!(true), &Value::Null)
    );
    let refused = patch(vec![set("owner", json!("q"))]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.error().contains("owner for a public runbook"));
    let both = patch(vec![set("public", json!(false)), set("owner", json!("q"))]).await;
    assert_eq!(
        (&both.body["public"], &both.body["owner"]),
        (&json!(false), &json!("q"))
    );
    let gone = patch(vec![json!({"op": "remove", "path": "/owner"})]).await;
    assert_eq!(gone.body["owner"], Value::Null);
}

#[tokio::test]
async fn traits_have_paths_of_their_own() {
    let router = Fake::new().operator();
    make(&router, with("name", json!("r"))).await;
    let path = format!("{PATH}/r/traits");
    let traits = || async { ask(&router, "GET", &path, None).await.body["traits"].clone() };
    assert_eq!(traits().await, json!([]));
    let body = json!({"traits": ["CUSTOM_Y", "CUSTOM_X", "CUSTOM_Y"]});
    assert_eq!(ask(&router, "PUT", &path, Some(body)).await.status, 204);
    assert_eq!(traits().await, json!(["CUSTOM_X", "CUSTOM_Y"]));
    let one = format!("{path}/CUSTOM_Z");
    for _ in 0..2 {
        let added = ask(&router, "PUT", &one, None).await;
        assert_eq!(added.status, 204);
        assert!(
            added
                .header("location")
                .unwrap()
                .ends_with("/traits/CUSTOM_Z")
        );
    }
    assert_eq!(traits().await, json!(["CUSTOM_X", "CUSTOM_Y", "CUSTOM_Z"]));
    for _ in 0..2 {
        assert_eq!(ask(&router, "DELETE", &one, None).await.status, 204);
    }
    let shown = ask(&router, "GET", &format!("{PATH}/r"), None).await;
    assert_eq!(shown.body["traits"], json!(["CUSTOM_X", "CUSTOM_Y"]));
    assert_eq!(ask(&router, "DELETE", &path, None).await.status, 204);
    assert_eq!(traits().await, json!([]));

    let bad = format!("{path}/bad");
    for (method, path, body) in [
        ("PUT", &path, Some(json!({"traits": ["bad"]}))),
        ("PUT", &path, Some(json!({}))),
        (
            "PUT",
            &path,
            Some(json!({"traits": ["CUSTOM_X"], "more": 1})),
        ),
        ("PUT", &bad, None),
        ("PUT", &one, Some(json!({"traits": []}))),
    ] {
        let reply = ask(&router, method, path, body).await;
        assert_eq!(reply.status, 400, "{method} {path}: {}", reply.text);
    }
    for (version, method, status) in [
        ("1.111", "GET", 404),
        ("1.111", "PUT", 404),
        ("1.91", "PUT", 404),
    ] {
        let reply = ask_at(
            &router,
            version,
            method,
            &one.replace("/CUSTOM_Z", ""),
            None,
        )
        .await;
        assert_eq!(reply.status, status, "{method} at {version}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let router = Fake::new().operator();
    for (version, body, status) in [
        ("1.91", with("extra", json!({})), 405),
        ("1.111", with("name", json!("run.book")), 400),
        ("1.111", with("description", json!("d")), 400),
        ("1.112", with("name", json!("run book")), 400),
        ("1.112", with("traits", json!(["CUSTOM_X"])), 400),
        (
            "1.112",
            with("steps", json!([{"interface": "deploy", "step": "x"}])),
            400,
        ),
        ("1.112", with("steps", json!([step(), step()])), 400),
        ("1.112", with("public", json!("yes")), 400),
        ("1.112", with("disable_ramdisk", json!(1)), 400),
        ("1.112", with("owner", json!(5)), 400),
        ("1.92", with("public", Value::Null), 201),
    ] {
        let reply = ask_at(&router, version, "POST", PATH, Some(body.clone())).await;
        assert_eq!(reply.status, status, "{version} {body}: {}", reply.text);
    }
    for (version, query, status) in [
        ("1.112", "fields=traits", 200),
        ("1.111", "fields=traits", 400),
        ("1.115", "sort_key=traits", 400),
        ("1.115", "project=true", 200),
        ("1.115", "project=o", 400),
        ("1.91", "", 404),
    ] {
        let reply = ask_at(&router, version, "GET", &format!("{PATH}?{query}"), None).await;
        assert_eq!(reply.status, status, "{version} {query}");
    }
    let path = format!("{PATH}/CUSTOM_A");
    for (version, patch) in [
        (
            "1.111",
            json!([{"op": "add", "path": "/description", "value": "d"}]),
        ),
        (
            "1.115",
            json!([{"op": "add", "path": "/traits", "value": []}]),
        ),
        ("1.115", json!([{"op": "remove", "path": "/steps"}])),
        ("1.115", json!([{"op": "remove", "path": "/name"}])),
    ] {
        let reply = ask_at(&router, version, "PATCH", &path, Some(patch.clone())).await;
        assert_eq!(reply.status, 400, "{patch}: {}", reply.text);
    }
}

async fn use_it(router: &axum::Router, version: &str, body: Value) -> Reply {
    ask_at(
        router,
        version,
        "PUT",
        "/v1/nodes/n/states/provision",
        Some(body),
    )
    .await
}

#[tokio::test]
async fn a_node_with_the_trait_may_use_it() {
    let fake = Fake::new();
    fake.add_node("n", |node| {
        node.provision_state = ProvisionState::Manageable;
        node.traits = vec!["CUSTOM_A".to_owned(), "CUSTOM_T".to_owned()];
    });
    let router = fake.operator();
    let second = json!({"interface": "raid", "step": "y", "order": 0});
    let made = make(&router, with("steps", json!([step(), second]))).await;
    make(&router, with("name", json!("other"))).await;
    let clean = |runbook: &Value| json!({"target": "clean", "runbook": runbook});
    let (name, uuid) = (json!("CUSTOM_A"), &made.body["uuid"]);

    for (version, body, status, words) in [
        ("1.91", clean(&name), 406, "1.92"),
        ("1.92", clean(&json!("CUSTOM_NOPE")), 404, "CUSTOM_NOPE"),
        ("1.92", clean(&json!("other")), 400, "no trait other"),
        ("1.112", clean(&name), 400, "has no traits"),
        (
            "1.111",
            json!({"target": "clean", "runbook": name, "clean_steps": [step()]}),
            400,
            "not both",
        ),
        (
            "1.115",
            json!({"target": "service", "runbook": name, "clean_steps": [step()]}),
            400,
            "state",
        ),
        (
            "1.111",
            json!({"target": "provide", "runbook": name}),
            400,
            "clean or service",
        ),
        (
            "1.115",
            json!({"target": "active", "runbook": name}),
            400,
            "state",
        ),
        (
            "1.115",
            json!({"target": "service", "runbook": name}),
            400,
            "state",
        ),
        (
            "1.115",
            json!({"target": "clean", "runbook": 5}),
            400,
            "runbook",
        ),
    ] {
        let reply = use_it(&router, version, body.clone()).await;
        assert_eq!(reply.status, status, "{version} {body}: {}", reply.text);
        assert!(reply.error().contains(words), "{body}: {}", reply.error());
    }
    for wanted in [&name, uuid] {
        let reply = use_it(&router, "1.111", clean(wanted)).await;
        assert_eq!(reply.status, 202, "{}", reply.text);
    }
    let traits = format!("{PATH}/CUSTOM_A/traits");
    for (given, status) in [("CUSTOM_OTHER", 400), ("CUSTOM_T", 202)] {
        ask(&router, "PUT", &traits, Some(json!({"traits": [given]}))).await;
        let reply = use_it(&router, "1.112", clean(&name)).await;
        assert_eq!(reply.status, status, "{}", reply.text);
    }
    let world = fake.world.lock().unwrap();
    let steps: Vec<_> = world
        .verbs
        .iter()
        .map(|(_, verb, steps, _)| (*verb, *steps))
        .collect();
    assert_eq!(steps, [(Verb::Clean, 2); 3]);
}

/// A router for users with these roles; their passwords are `pw`.
fn guarded(fake: &std::sync::Arc<Fake>, folder: &std::path::Path) -> axum::Router {
    let roles = [
        ("admin", "admin"),
        ("audit", "system-reader"),
        ("manager", "manager:blue"),
        ("member", "member:blue"),
        ("stranger", "manager:green"),
    ];
    let line = |(name, _): &(&str, &str)| format!("{name}:{}\n", bcrypt::hash("pw", 4).unwrap());
    let path = folder.join("htpasswd");
    std::fs::write(&path, roles.iter().map(line).collect::<String>()).unwrap();
    let role = |(name, role): (&str, &str)| (name.to_owned(), role.parse::<Role>().unwrap());
    let accounts = Accounts::open(&path, Roles::new(roles.map(role))).unwrap();
    fake.guarded(accounts)
}

#[tokio::test]
async fn a_projects_managers_have_their_own() {
    let fake = Fake::new();
    fake.add_node("n", |node| {
        node.owner = Some("blue".to_owned());
        node.provision_state = ProvisionState::Manageable;
        node.traits = vec!["CUSTOM_T".to_owned()];
    });
    let folder = tempfile::tempdir().unwrap();
    let router = guarded(&fake, folder.path());
    for (user, name, owner, status) in [
        ("audit", "a", Value::Null, 403),
        ("member", "a", Value::Null, 403),
        ("manager", "blues", Value::Null, 201),
        ("manager", "a", json!("green"), 400),
        ("admin", "greens", json!("green"), 201),
        ("admin", "nobodys", Value::Null, 201),
    ] {
        let body = json!({"name": name, "steps": [step()], "owner": owner});
        let made = ask_as(&router, user, "POST", PATH, Some(body)).await;
        assert_eq!(made.status, status, "{user}: {}", made.text);
        if user == "manager" && status == 201 {
            assert_eq!(made.body["owner"], "blue");
        }
    }
    let body = json!({"name": "a", "steps": [step()], "public": true});
    let made = ask_as(&router, "manager", "POST", PATH, Some(body.clone())).await;
    assert_eq!(made.status, 400, "{}", made.text);
    assert_eq!(
        ask_as(&router, "admin", "POST", PATH, Some(body))
            .await
            .status,
        201
    );

    for (user, names) in [
        ("admin", &["blues", "greens", "nobodys", "a"][..]),
        ("audit", &["blues", "greens", "nobodys", "a"]),
        ("member", &["blues", "a"]),
        ("stranger", &["greens", "a"]),
    ] {
        let list = ask_as(&router, user, "GET", PATH, None).await;
        let all = list.body["runbooks"].as_array().unwrap().iter();
        let seen: Vec<&str> = all.map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(seen, names, "{user}");
    }
    let first = ask_as(&router, "member", "GET", &format!("{PATH}?limit=1"), None).await;
    assert_eq!(first.body["runbooks"][0]["name"], "blues");
    let next = first.body["next"].as_str().unwrap();
    let next = &next[next.find("/v1/").unwrap()..];
    let second = ask_as(&router, "member", "GET", next, None).await;
    assert_eq!(second.body["runbooks"][0]["name"], "a");

    let rename = json!([{"op": "add", "path": "/extra/a", "value": 1}]);
    let public = json!([{"op": "add", "path": "/public", "value": true}]);
    let traits = json!({"traits": ["CUSTOM_T"]});
    for (user, method, path, body, status) in [
        ("member", "GET", "blues", None, 200),
        ("member", "GET", "a", None, 200),
        ("member", "GET", "greens", None, 403),
        ("member", "PATCH", "blues", Some(&rename), 403),
        ("stranger", "PATCH", "blues", Some(&rename), 403),
        ("manager", "PATCH", "blues", Some(&rename), 200),
        ("manager", "PATCH", "blues", Some(&public), 403),
        ("audit", "PUT", "blues/traits", Some(&traits), 403),
        ("manager", "PUT", "blues/traits", Some(&traits), 204),
        ("admin", "PUT", "greens/traits", Some(&traits), 204),
        ("stranger", "DELETE", "blues", None, 403),
        ("stranger", "DELETE", "greens/traits/CUSTOM_NONE", None, 204),
    ] {
        let path = format!("{PATH}/{path}");
        let reply = ask_as(&router, user, method, &path, body.cloned()).await;
        assert_eq!(
            reply.status, status,
            "{user} {method} {path}: {}",
            reply.text
        );
    }
    for (user, runbook, status) in [
        ("member", "blues", 403),
        ("manager", "greens", 403),
        ("manager", "blues", 202),
        ("admin", "greens", 202),
    ] {
        let body = json!({"target": "clean", "runbook": runbook});
        let path = "/v1/nodes/n/states/provision";
        let reply = ask_as(&router, user, "PUT", path, Some(body)).await;
        assert_eq!(reply.status, status, "{user} {runbook}: {}", reply.text);
    }
    assert_eq!(
        ask_as(&router, "manager", "DELETE", &format!("{PATH}/blues"), None)
            .await
            .status,
        204
    );
}
