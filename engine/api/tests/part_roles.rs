//! What the users of projects may do with port groups and volumes of their nodes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Accounts, Roles};
use model::PowerState;
use serde_json::{Value, json};
use support::Fake;
use support::ask::ask_as;

const USERS: &[(&str, &str)] = &[
    ("admin", "admin"),
    ("audit", "system-reader"),
    ("owner-manager", "manager:blue"),
    ("owner-member", "member:blue"),
    ("lessee-manager", "manager:red"),
    ("lessee-member", "member:red"),
    ("stranger", "manager:green"),
];

#[tokio::test]
async fn parts_of_a_node_are_for_those_who_may() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("htpasswd");
    let hash = bcrypt::hash("pw", 4).unwrap();
    let lines = USERS.iter().map(|(user, _)| format!("{user}:{hash}\n"));
    std::fs::write(&path, lines.collect::<String>()).unwrap();
    let roles = USERS
        .iter()
        .map(|(user, role)| ((*user).to_owned(), role.parse().unwrap()));
    let fake = Fake::new();
    let node = fake.add_node("theirs", |node| {
        node.owner = Some("blue".to_owned());
        node.lessee = Some("red".to_owned());
        node.power_state = Some(PowerState::Off);
    });
    let router = fake.guarded(Accounts::open(&path, Roles::new(roles)).unwrap());

    let group = json!({"node_uuid": node, "name": "bond0"});
    let target = json!({"node_uuid": node, "volume_type": "iscsi", "volume_id": "v",
        "boot_index": 0, "properties": {"target_portal": "bmc.example:3260"}});
    let made = ask_as(
        &router,
        "admin",
        "POST",
        "/v1/portgroups",
        Some(group.clone()),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = ask_as(
        &router,
        "admin",
        "POST",
        "/v1/volume/targets",
        Some(target.clone()),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let volume = format!("/v1/volume/targets/{}", made.body["uuid"].as_str().unwrap());
    let extra = || Some(json!([{"op": "add", "path": "/extra/a", "value": 1}]));
    let bond = "/v1/portgroups/bond0";
    let lists = "/v1/portgroups/bond0/ports";
    type Case<'a> = (&'a str, &'a str, Option<Value>, &'a [&'a str]);
    let managers: &[&str] = &["admin", "owner-manager"];
    let all: &[&str] = &[
        "admin",
        "audit",
        "owner-manager",
        "owner-member",
        "lessee-manager",
        "lessee-member",
    ];
    let cases: [Case<'_>; 7] = [
        ("GET", bond, None, all),
        ("GET", lists, None, all),
        ("GET", &volume, None, all),
        ("PATCH", bond, extra(), managers),
        (
            "PATCH",
            &volume,
            extra(),
            &["admin", "owner-manager", "owner-member", "lessee-manager"],
        ),
        // 409: the name and the place are taken, the caller might have.
        ("POST", "/v1/portgroups", Some(group), managers),
        (
            "POST",
            "/v1/volume/targets",
            Some(target),
            &["admin", "owner-manager", "lessee-manager"],
        ),
    ];
    for (method, path, body, who) in cases {
        for (user, _) in USERS {
            let reply = ask_as(&router, user, method, path, body.clone()).await;
            let expected: &[u16] = match (who.contains(user), method) {
                (true, "POST") => &[409],
                (true, _) => &[200],
                (false, "POST") => &[400, 403],
                (false, _) => &[403, 404],
            };
            let status = reply.status.as_u16();
            assert!(
                expected.contains(&status),
                "{user} {method} {path}: {status} {}",
                reply.text
            );
        }
    }
    for (user, seen) in [
        ("admin", true),
        ("audit", true),
        ("owner-manager", false),
        ("lessee-member", false),
    ] {
        let reply = ask_as(&router, user, "GET", &volume, None).await;
        assert_eq!(
            reply.text.contains("bmc.example"),
            seen,
            "{user}: {}",
            reply.text
        );
        let redacted = reply.body["properties"]["redacted_contents"].is_string();
        assert_eq!(redacted, !seen, "{user}");
    }
    for path in ["/v1/chassis", "/v1/shards"] {
        for (user, status) in [("audit", 200), ("owner-manager", 403)] {
            let reply = ask_as(&router, user, "GET", path, None).await;
            assert_eq!(reply.status, status, "{user} {path}");
        }
    }
}
