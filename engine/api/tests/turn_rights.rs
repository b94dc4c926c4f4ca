//! A node that changes hands between a request's look at it and its turn: what counts is whose it is in its turn.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Accounts, Roles};
use axum::Router;
use serde_json::{Value, json};
use std::sync::Arc;
use support::Fake;
use support::ask::{Reply, ask_as};
use uuid::Uuid;

struct Site {
    fake: Arc<Fake>,
    router: Router,
    node: Uuid,
    _folder: tempfile::TempDir,
}

impl Site {
    /// A node of blue.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("htpasswd");
        let hash = bcrypt::hash("pw", 4).unwrap();
        std::fs::write(&path, format!("admin:{hash}\nmanager:{hash}\n")).unwrap();
        let roles = [("admin", "admin"), ("manager", "manager:blue")];
        let roles = roles.map(|(user, role)| (user.to_owned(), role.parse().unwrap()));
        let accounts = Accounts::open(&path, Roles::new(roles)).unwrap();
        let fake = Fake::new();
        let node = fake.add_node("a", |node| node.owner = Some("blue".to_owned()));
        Self {
            router: fake.guarded(accounts),
            fake,
            node,
            _folder: folder,
        }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        ask_as(&self.router, "manager", method, path, body).await
    }

    /// The same, the node going to red just before its turn.
    async fn too_late(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.fake
            .change(self.node, |node| node.owner = Some("blue".to_owned()));
        self.fake.world.lock().unwrap().goes_to = Some((self.node, "red"));
        self.ask(method, path, body).await
    }
}

#[tokio::test]
async fn what_went_to_somebody_else_is_not_there() {
    let site = Site::new();
    let address = "52:54:00:00:00:01";
    let port = json!({"node_uuid": site.node, "address": address});
    let port = site.ask("POST", "/v1/ports", Some(port)).await;
    let port = format!(
        "/v1/ports/{}",
        port.body["uuid"].as_str().expect(&port.text)
    );
    let group = json!({"node_uuid": site.node, "name": "g"});
    let made = site.ask("POST", "/v1/portgroups", Some(group)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let patch = json!([{"op": "add", "path": "/extra/a", "value": 1}]);
    let target =
        json!({"node_uuid": site.node, "volume_type": "iscsi", "volume_id": "v", "boot_index": 0});
    let connector = json!({"node_uuid": site.node, "type": "iqn", "connector_id": "c"});
    for (method, path, body) in [
        ("PATCH", "/v1/nodes/a", Some(patch.clone())),
        ("PATCH", port.as_str(), Some(patch.clone())),
        ("PATCH", "/v1/portgroups/g", Some(patch.clone())),
        ("DELETE", "/v1/portgroups/g", None),
        (
            "POST",
            "/v1/portgroups",
            Some(json!({"node_uuid": site.node, "name": "h"})),
        ),
        ("POST", "/v1/volume/targets", Some(target)),
        ("POST", "/v1/volume/connectors", Some(connector)),
        (
            "PUT",
            "/v1/nodes/a/traits",
            Some(json!({"traits": ["CUSTOM_A"]})),
        ),
        (
            "PUT",
            "/v1/nodes/a/states/power",
            Some(json!({"target": "power on"})),
        ),
        (
            "PUT",
            "/v1/nodes/a/states/provision",
            Some(json!({"target": "manage"})),
        ),
        ("PUT", "/v1/nodes/a/maintenance", Some(json!({}))),
        ("PUT", "/v1/nodes/a/states/raid", Some(json!({}))),
        (
            "PUT",
            "/v1/nodes/a/management/boot_device",
            Some(json!({"boot_device": "disk"})),
        ),
        (
            "POST",
            "/v1/ports",
            Some(json!({"node_uuid": site.node, "address": "52:54:00:00:00:02"})),
        ),
        ("DELETE", port.as_str(), None),
        ("DELETE", "/v1/nodes/a", None),
    ] {
        let late = site.too_late(method, path, body.clone()).await;
        assert_eq!(late.status, 404, "{method} {path}: {}", late.text);
        site.fake
            .change(site.node, |node| node.owner = Some("blue".to_owned()));
        if method != "DELETE" {
            let timely = site.ask(method, path, body).await;
            assert!(
                timely.status.is_success(),
                "{method} {path}: {}",
                timely.text
            );
        }
    }
    let world = site.fake.world.lock().unwrap();
    assert_eq!(
        (world.resources.len(), world.ports.len(), world.nodes.len()),
        (4, 2, 1)
    );
}

#[tokio::test]
async fn fields_are_judged_by_the_rights_of_that_moment() {
    let site = Site::new();
    site.fake
        .change(site.node, |node| node.lessee = Some("blue".to_owned()));
    // The lessee still sees the node, and may no longer change what is the owner's.
    let patch = json!([{"op": "add", "path": "/driver_info/a", "value": 1}]);
    let late = site
        .too_late("PATCH", "/v1/nodes/a", Some(patch.clone()))
        .await;
    assert_eq!(late.status, 403, "{}", late.text);
    let extra = json!([{"op": "add", "path": "/extra/a", "value": 1}]);
    let leased = site.too_late("PATCH", "/v1/nodes/a", Some(extra)).await;
    assert_eq!(leased.status, 200, "{}", leased.text);
}
