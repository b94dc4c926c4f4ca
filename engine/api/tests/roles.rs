//! What the users of projects see and may do: Ironic's project-scoped rules, endpoint by endpoint.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Accounts, Roles};
use axum::Router;
use model::{Guarded, Node, ProvisionState};
use serde_json::{Value, json};
use std::sync::Arc;
use support::Fake;
use support::ask::{Reply, ask_as};
use uuid::Uuid;

const USERS: &[(&str, &str)] = &[
    ("admin", "admin"),
    ("audit", "system-reader"),
    ("owner-manager", "manager:blue"),
    ("owner-member", "member:blue"),
    ("owner-reader", "reader:blue"),
    ("lessee-manager", "manager:red"),
    ("lessee-member", "member:red"),
    ("lessee-reader", "reader:red"),
    ("stranger", "manager:green"),
];

struct Site {
    fake: Arc<Fake>,
    router: Router,
    node: Uuid,
    _folder: tempfile::TempDir,
}

/// A node that blue owns and red has on lease, and another that nobody owns; a port on each.
fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("htpasswd");
    let hash = bcrypt::hash("pw", 4).unwrap();
    let lines: String = USERS
        .iter()
        .map(|(user, _)| format!("{user}:{hash}\n"))
        .collect();
    std::fs::write(&path, lines).unwrap();
    let roles = USERS
        .iter()
        .map(|(user, role)| ((*user).to_owned(), role.parse().unwrap()));
    let accounts = Accounts::open(&path, Roles::new(roles)).unwrap();
    let fake = Fake::new();
    let owned = |node: &mut Node| {
        node.owner = Some("blue".to_owned());
        node.lessee = Some("red".to_owned());
        node.driver_info = Guarded::new(support::object(json!({"redfish_address": "https://bmc"})));
        node.last_error = Some("bmc.example is down".to_owned());
        node.provision_state = ProvisionState::Manageable;
    };
    let node = fake.add_node("theirs", owned);
    let other = fake.add_node("nobodys", |_| {});
    for (number, node) in [(1, node), (2, other)] {
        let address = format!("52:54:00:00:00:0{number}").parse().unwrap();
        let now = fake.node(node).created_at;
        let port = model::Port::new(Uuid::from_u128(100 + number), node, address, now);
        fake.world.lock().unwrap().ports.push(port);
    }
    Site {
        router: fake.guarded(accounts),
        fake,
        node,
        _folder: folder,
    }
}

impl Site {
    async fn ask(&self, user: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        ask_as(&self.router, user, method, path, body).await
    }

    async fn status(&self, user: &str, method: &str, path: &str, body: Option<Value>) -> u16 {
        self.ask(user, method, path, body).await.status.as_u16()
    }
}

fn names(reply: &Reply, key: &str, field: &str) -> Vec<String> {
    let items = reply.body[key].as_array().expect(&reply.text);
    let names = items
        .iter()
        .map(|item| item[field].as_str().unwrap().to_owned());
    names.collect()
}

#[tokio::test]
async fn lists_hold_what_a_project_may_see() {
    let site = site();
    for (user, seen) in [
        ("admin", 2),
        ("audit", 2),
        ("owner-reader", 1),
        ("lessee-member", 1),
        ("stranger", 0),
    ] {
        for path in [
            "/v1/nodes",
            "/v1/nodes/detail",
            "/v1/nodes?sort_key=name&limit=5",
        ] {
            let reply = site.ask(user, "GET", path, None).await;
            assert_eq!(names(&reply, "nodes", "name").len(), seen, "{user} {path}");
        }
        let ports = site.ask(user, "GET", "/v1/ports", None).await;
        assert_eq!(names(&ports, "ports", "address").len(), seen, "{user}");
    }
    let other = site
        .ask("owner-reader", "GET", "/v1/nodes?project=red", None)
        .await;
    assert_eq!(other.status, 403);
    let own = site
        .ask("owner-reader", "GET", "/v1/nodes?project=blue", None)
        .await;
    assert_eq!(names(&own, "nodes", "name"), ["theirs"]);
    let none = site
        .ask("owner-reader", "GET", "/v1/nodes?owner=red", None)
        .await;
    assert_eq!(names(&none, "nodes", "name").len(), 0);
}

/// Whatever endpoint there is with a node in its path: to a stranger the node is not there.
#[tokio::test]
async fn to_a_stranger_a_node_is_not_there() {
    let site = site();
    let (mut asked, mut told) = (0, Vec::new());
    for endpoint in api::endpoints() {
        if !endpoint.path.contains("{node}") || endpoint.is_open {
            continue;
        }
        let path = endpoint.path.replace("{node}", "theirs");
        let mut path = path.replace("{indicator}", "led@chassis");
        while let Some((before, after)) = path.clone().split_once('{') {
            let (_, after) = after.split_once('}').unwrap();
            path = format!("{before}CUSTOM_X{after}");
        }
        for body in [
            json!({}),
            json!([{"op": "add", "path": "/extra/a", "value": 1}]),
            body_of(endpoint.method, endpoint.path),
        ] {
            let reply = site
                .ask("stranger", endpoint.method, &path, Some(body))
                .await;
            let refused = [400, 403, 404].contains(&reply.status.as_u16());
            assert!(
                refused,
                "{} {path}: {} {}",
                endpoint.method, reply.status, reply.text
            );
            assert!(!reply.text.contains("bmc"), "{}", reply.text);
        }
        let body = Some(body_of(endpoint.method, endpoint.path)).filter(|body| !body.is_null());
        let reply = site.ask("stranger", endpoint.method, &path, body).await;
        // 403 where only administrators may: that tells nothing of the node.
        let hidden = match reply.status.as_u16() {
            403 | 404 => true,
            400 => reply.text.contains("could not be found"),
            _ => false,
        };
        if !hidden {
            let (method, status) = (endpoint.method, reply.status);
            told.push(format!("{method} {path}: {status} {}", reply.text));
        }
        asked += 1;
    }
    assert!(asked > 30 && told.is_empty(), "{told:#?}");
    let node = site.fake.node(site.node);
    assert_eq!(node.provision_state, ProvisionState::Manageable);
    assert!(!node.maintenance && node.traits.is_empty() && node.extra.is_empty());
}

/// A body that only the caller's rights stand against.
fn body_of(method: &str, path: &str) -> Value {
    match path {
        path if path.ends_with("/power") => json!({"target": "power on"}),
        path if path.ends_with("/provision") => json!({"target": "provide"}),
        path if path.ends_with("/boot_device") => json!({"boot_device": "pxe"}),
        path if path.ends_with("/boot_mode") => json!({"target": "uefi"}),
        path if path.ends_with("/secure_boot") => json!({"target": true}),
        path if path.ends_with("{indicator}") => json!({"state": "on"}),
        path if path.ends_with("/traits") => json!({"traits": []}),
        path if path.ends_with("/vmedia") && method == "POST" => {
            json!({"device_type": "cdrom", "image_url": "http://a/b"})
        }
        path if path.ends_with("/vifs") && method == "DELETE" => json!({"vif_id": "a"}),
        path if path.ends_with("/vifs") => json!({"id": "a"}),
        path if path.ends_with("/console") => json!({"enabled": true}),
        "/nodes/{node}" => json!([{"op": "add", "path": "/extra/a", "value": 1}]),
        path if path.contains("{trait}") => Value::Null,
        _ => json!({}),
    }
}

#[tokio::test]
async fn roles_decide_what_is_done_with_a_node() {
    let site = site();
    let power = || Some(json!({"target": "power on"}));
    let verb = || Some(json!({"target": "provide"}));
    let pxe = || Some(json!({"boot_device": "pxe"}));
    let users = [
        "audit",
        "owner-reader",
        "owner-member",
        "owner-manager",
        "lessee-reader",
        "lessee-member",
        "lessee-manager",
    ];
    for (method, path, body, allowed) in [
        ("GET", "/v1/nodes/theirs", None, [true; 7]),
        ("GET", "/v1/nodes/theirs/states", None, [true; 7]),
        (
            "GET",
            "/v1/nodes/theirs/history",
            None,
            [true, true, true, true, false, false, false],
        ),
        (
            "PUT",
            "/v1/nodes/theirs/states/power",
            power(),
            [false, false, true, true, false, true, true],
        ),
        (
            "PUT",
            "/v1/nodes/theirs/maintenance",
            None,
            [false, false, true, true, false, false, true],
        ),
        (
            "PUT",
            "/v1/nodes/theirs/management/boot_device",
            pxe(),
            [false, false, false, true, false, false, false],
        ),
        (
            "PUT",
            "/v1/nodes/theirs/states/provision",
            verb(),
            [false, false, true, true, false, false, true],
        ),
        (
            "GET",
            "/v1/drivers",
            None,
            [true, false, false, false, false, false, false],
        ),
        (
            "GET",
            "/v1/conductors",
            None,
            [true, false, false, false, false, false, false],
        ),
        (
            "GET",
            "/metrics",
            None,
            [true, false, false, false, false, false, false],
        ),
        (
            "DELETE",
            "/v1/nodes/theirs",
            None,
            [false, false, false, true, false, false, false],
        ),
    ] {
        for (user, allowed) in users.iter().zip(allowed) {
            let site = self::site();
            let reply = site.ask(user, method, path, body.clone()).await;
            assert_eq!(
                reply.status != 403,
                allowed,
                "{user} {method} {path}: {}",
                reply.text
            );
            assert!(
                reply.status != 404,
                "{user} {method} {path}: {}",
                reply.text
            );
        }
    }
    assert_eq!(
        site.status("admin", "DELETE", "/v1/nodes/theirs", None)
            .await,
        204
    );
}

#[tokio::test]
async fn fields_have_rules_of_their_own() {
    let patch =
        |path: &str, value: Value| Some(json!([{"op": "add", "path": path, "value": value}]));
    for (path, value, member, lessee_member, lessee_manager) in [
        ("/extra/a", json!(1), true, true, true),
        ("/description", json!("x"), true, true, true),
        ("/instance_info/a", json!(1), true, false, true),
        ("/driver_info/a", json!(1), true, false, false),
        ("/name", json!("other"), true, false, false),
        ("/properties/a", json!(1), true, false, false),
        ("/lessee", json!("green"), true, false, false),
        ("/owner", json!("green"), false, false, false),
        ("/conductor_group", json!("x"), false, false, false),
        ("/bios_interface", json!("no-bios"), false, false, false),
        ("/automated_clean", json!(true), true, true, true),
        ("/automated_clean", json!("False"), false, false, false),
        ("/disable_power_off", json!(true), false, false, false),
    ] {
        for (user, allowed) in [
            ("owner-member", member),
            ("lessee-member", lessee_member),
            ("lessee-manager", lessee_manager),
            ("admin", true),
        ] {
            let site = site();
            let reply = site
                .ask(
                    user,
                    "PATCH",
                    "/v1/nodes/theirs",
                    patch(path, value.clone()),
                )
                .await;
            assert_eq!(
                reply.status != 403,
                allowed,
                "{user} {path}: {}",
                reply.text
            );
        }
    }
    // One operation that is not allowed refuses the whole patch.
    let site = site();
    let two = json!([{"op": "add", "path": "/extra/a", "value": 1}, {"op": "replace", "path": "/owner", "value": "green"}]);
    assert_eq!(
        site.status("owner-manager", "PATCH", "/v1/nodes/theirs", Some(two))
            .await,
        403
    );
    assert!(site.fake.node(site.node).extra.is_empty());
}

#[tokio::test]
async fn a_lessee_does_not_see_how_the_engine_reaches_the_node() {
    let site = site();
    for path in [
        "/v1/nodes/theirs",
        "/v1/nodes/detail",
        "/v1/nodes/theirs/states",
        "/v1/nodes?fields=driver_info,last_error",
    ] {
        let lessee = site.ask("lessee-manager", "GET", path, None).await;
        assert!(
            !lessee.text.contains("bmc") && lessee.text.contains("Redacted"),
            "{path}: {}",
            lessee.text
        );
        for user in ["owner-reader", "audit", "admin"] {
            let reply = site.ask(user, "GET", path, None).await;
            assert!(
                reply.text.contains("bmc.example is down"),
                "{user} {path}: {}",
                reply.text
            );
        }
    }
}

#[tokio::test]
async fn managers_enroll_for_their_project_alone() {
    let site = site();
    let body = |owner: Value| Some(json!({"driver": "fake-hardware", "owner": owner}));
    let made = site
        .ask(
            "owner-manager",
            "POST",
            "/v1/nodes",
            Some(json!({"driver": "fake-hardware"})),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.body["owner"], "blue");
    assert_eq!(
        site.status("owner-manager", "POST", "/v1/nodes", body(json!("blue")))
            .await,
        201
    );
    assert_eq!(
        site.status("owner-manager", "POST", "/v1/nodes", body(json!("red")))
            .await,
        400
    );
    assert_eq!(
        site.status("owner-member", "POST", "/v1/nodes", body(json!("blue")))
            .await,
        403
    );
    assert_eq!(
        site.status("audit", "POST", "/v1/nodes", body(json!("blue")))
            .await,
        403
    );
}

#[tokio::test]
async fn ports_follow_their_node() {
    let site = site();
    let (theirs, nobodys) = (Uuid::from_u128(101), Uuid::from_u128(102));
    let path = |port: Uuid| format!("/v1/ports/{port}");
    assert_eq!(
        site.status("lessee-reader", "GET", &path(theirs), None)
            .await,
        200
    );
    assert_eq!(
        site.status("lessee-reader", "GET", &path(nobodys), None)
            .await,
        404
    );
    let patch = || Some(json!([{"op": "add", "path": "/extra/a", "value": 1}]));
    assert_eq!(
        site.status("owner-manager", "PATCH", &path(theirs), patch())
            .await,
        200
    );
    assert_eq!(
        site.status("owner-member", "PATCH", &path(theirs), patch())
            .await,
        403
    );
    assert_eq!(
        site.status("owner-manager", "PATCH", &path(nobodys), patch())
            .await,
        404
    );
    assert_eq!(
        site.status("owner-manager", "DELETE", &path(nobodys), None)
            .await,
        404
    );
    let port =
        |node: Uuid| Some(json!({"node_uuid": node.to_string(), "address": "52:54:00:00:00:0a"}));
    let nobody = Uuid::from_u128(2);
    assert_eq!(
        site.status("owner-manager", "POST", "/v1/ports", port(nobody))
            .await,
        400
    );
    assert_eq!(
        site.status("owner-member", "POST", "/v1/ports", port(site.node))
            .await,
        403
    );
    assert_eq!(
        site.status("owner-manager", "POST", "/v1/ports", port(site.node))
            .await,
        201
    );
    let moved = json!([{"op": "replace", "path": "/node_uuid", "value": nobody.to_string()}]);
    assert_eq!(
        site.status("owner-manager", "PATCH", &path(theirs), Some(moved))
            .await,
        400
    );
}
