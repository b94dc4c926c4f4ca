//! `/nodes/{node}/history` in Ironic's form, by version, sorted and paged.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Accounts, Role, Roles};
use axum::Router;
use model::{Asker, Circumstances, HistoryEntry, ProvisionState as State, Severity, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;
use support::Fake;
use support::ask::{ask, ask_as, ask_at};
use uuid::Uuid;

fn line(node: Uuid, number: u128, from: State, to: State, detail: &str) -> HistoryEntry {
    let failed = to == State::DeployFailed || to == State::Enroll;
    HistoryEntry {
        uuid: Uuid::from_u128(100 + number),
        node,
        at: Timestamp::from_timestamp(support::NOW + i64::try_from(number).unwrap(), 0).unwrap(),
        from,
        to,
        event: if failed { "failed" } else { "stage" }.to_owned(),
        stage: Some("power on".to_owned()),
        detail: Some(detail.to_owned()),
        severity: if failed {
            Severity::Error
        } else {
            Severity::Info
        },
        circumstances: Circumstances {
            target: Some(State::Active),
            seconds: Some(42),
            asker: Some(Asker {
                user: "amelia".to_owned(),
                project: Some("p1".to_owned()),
            }),
            conductor: Some("older-name".to_owned()),
        },
    }
}

fn site() -> (Arc<Fake>, Router) {
    let fake = Fake::new();
    let node = fake.add_node("a", |_| {});
    let mut lines = vec![
        line(node, 1, State::Available, State::Deploying, "begins"),
        line(node, 2, State::Deploying, State::DeployFailed, "no image"),
        line(node, 3, State::Verifying, State::Enroll, &"x".repeat(300)),
    ];
    // Written by an engine that did not tell these yet.
    lines[0].circumstances = Circumstances::default();
    fake.world.lock().unwrap().history = lines;
    let router = fake.operator();
    (fake, router)
}

async fn list(router: &Router, query: &str) -> Vec<Value> {
    let path = format!("/v1/nodes/a/history?{query}");
    let reply = ask(router, "GET", &path, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body["history"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_line_tells_what_ironic_tells() {
    let (_fake, router) = site();
    let uuid = Uuid::from_u128(102);
    let node = Uuid::from_u128(1);
    let link = format!("http://engine:6385/v1/nodes/{node}/history/{uuid}");
    let expected = json!({
        "uuid": uuid, "created_at": "2026-11-22T10:00:02+00:00", "severity": "ERROR",
        "event": "no image", "event_type": "deploying", "conductor": "older-name", "user": "amelia",
        "project": "p1", "state": "deploying", "target_provision_state": "active",
        "duration_seconds": 42, "links": [{"href": link, "rel": "self"}]});
    let shown = ask(&router, "GET", &format!("/v1/nodes/a/history/{uuid}"), None).await;
    assert_eq!(shown.body, expected);
    assert_eq!(list(&router, "detail=true").await[1], expected);
    let short = list(&router, "").await;
    let keys: Vec<_> = short[1].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["created_at", "event", "links", "severity", "uuid"]);
}

#[tokio::test]
async fn what_was_not_known_is_null() {
    let (_fake, router) = site();
    let first = &list(&router, "detail=true").await[0];
    assert_eq!(first["severity"], "INFO");
    assert_eq!(first["event_type"], "transition");
    assert_eq!(first["event"], "stage: power on: begins");
    assert_eq!(first["state"], "available");
    for key in [
        "user",
        "project",
        "target_provision_state",
        "duration_seconds",
    ] {
        assert_eq!(first[key], Value::Null, "{key}");
    }
    assert_eq!(first["conductor"], support::CONDUCTOR);
}

#[tokio::test]
async fn long_events_are_cut_in_lists_only() {
    let (_fake, router) = site();
    let short = list(&router, "").await[2]["event"].clone();
    assert_eq!(short, json!(format!("{}...", "x".repeat(251))));
    let long = list(&router, "detail=true").await[2]["event"].clone();
    assert_eq!(long, json!("x".repeat(300)));
    assert_eq!(
        list(&router, "detail=true").await[2]["event_type"],
        "verify"
    );
}

#[tokio::test]
async fn versions_add_fields() {
    let (_fake, router) = site();
    let path = "/v1/nodes/a/history?detail=true";
    assert_eq!(ask_at(&router, "1.77", "GET", path, None).await.status, 404);
    for (version, project, state) in [
        ("1.78", false, false),
        ("1.113", true, false),
        ("1.115", true, true),
    ] {
        let reply = ask_at(&router, version, "GET", path, None).await;
        let line = &reply.body["history"][1];
        assert_eq!(line.get("project").is_some(), project, "{version}");
        for key in ["state", "target_provision_state", "duration_seconds"] {
            assert_eq!(line.get(key).is_some(), state, "{version} {key}");
        }
        assert!(line.get("user").is_some());
    }
}

#[tokio::test]
async fn it_is_sorted_and_paged() {
    let (_fake, router) = site();
    let uuids = |lines: Vec<Value>| -> Vec<u128> {
        let uuid = |line: &Value| line["uuid"].as_str().unwrap().parse::<Uuid>().unwrap();
        lines
            .iter()
            .map(|line| uuid(line).as_u128() - 100)
            .collect()
    };
    for (query, expected) in [
        ("", vec![1, 2, 3]),
        ("sort_dir=desc", vec![3, 2, 1]),
        ("sort_key=created_at&sort_dir=desc", vec![3, 2, 1]),
        ("sort_key=severity", vec![2, 3, 1]),
        ("sort_key=event&limit=2", vec![2, 1]),
        ("limit=1", vec![1]),
        (
            "limit=2&marker=00000000-0000-0000-0000-000000000065",
            vec![2, 3],
        ),
        (
            "sort_dir=desc&marker=00000000-0000-0000-0000-000000000066",
            vec![1],
        ),
    ] {
        assert_eq!(uuids(list(&router, query).await), expected, "{query}");
    }
    let reply = ask(
        &router,
        "GET",
        "/v1/nodes/a/history?limit=2&sort_dir=desc",
        None,
    )
    .await;
    let next = reply.body["next"].as_str().unwrap();
    let rest = next.split_once('?').unwrap().1;
    assert_eq!(uuids(list(&router, rest).await), [1]);
    for (query, status) in [
        ("sort_key=bogus", 400),
        ("sort_dir=up", 400),
        ("limit=0", 400),
        ("marker=x", 400),
        ("detail=maybe", 400),
        ("marker=00000000-0000-0000-0000-000000000001", 404),
    ] {
        let path = format!("/v1/nodes/a/history?{query}");
        assert_eq!(
            ask(&router, "GET", &path, None).await.status,
            status,
            "{query}"
        );
    }
    for entry in ["x", "00000000-0000-0000-0000-000000000001"] {
        let path = format!("/v1/nodes/a/history/{entry}");
        assert_eq!(
            ask(&router, "GET", &path, None).await.status,
            404,
            "{entry}"
        );
    }
}

#[tokio::test]
async fn the_engine_is_told_who_asks() {
    let (fake, open) = site();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("htpasswd");
    let hash = bcrypt::hash("pw", 4).unwrap();
    std::fs::write(&path, format!("amelia:{hash}\nroot:{hash}\n")).unwrap();
    let roles = [("amelia", "member:p1"), ("root", "admin")];
    let roles = roles.map(|(user, role)| (user.to_owned(), role.parse::<Role>().unwrap()));
    let accounts = Accounts::open(&path, Roles::new(roles)).unwrap();
    let guarded = fake.guarded(accounts);
    fake.change(Uuid::from_u128(1), |node| {
        node.owner = Some("p1".to_owned());
    });
    let power = || Some(json!({"target": "power on"}));
    let path = "/v1/nodes/a/states/power";
    assert_eq!(
        ask_as(&guarded, "amelia", "PUT", path, power())
            .await
            .status,
        202
    );
    assert_eq!(
        ask_as(&guarded, "root", "PUT", path, power()).await.status,
        202
    );
    assert_eq!(ask(&open, "PUT", path, power()).await.status, 202);
    let asker = |user: &str, project: Option<&str>| {
        Some(Asker {
            user: user.to_owned(),
            project: project.map(str::to_owned),
        })
    };
    assert_eq!(
        fake.world.lock().unwrap().askers,
        [asker("amelia", Some("p1")), asker("root", None), None]
    );
}
