//! HTTP basic authentication: who is asked for a name, what strangers read, what is remembered and when it is forgotten.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Accounts, Role, Roles};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::path::Path;
use support::Fake;
use support::ask::{Reply, ask, ask_as, send};
use tempfile::TempDir;

/// Users and their passwords as lines of a file.
fn lines(users: &[(&str, &str)]) -> String {
    let line = |(name, password): &(&str, &str)| {
        format!("{name}:{}\n", bcrypt::hash(password, 4).unwrap())
    };
    users.iter().map(line).collect()
}

/// Writes a file as a mount or an editor does: a new one takes the old one's place.
fn write(path: &Path, text: &str) {
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, text).unwrap();
    std::fs::rename(&fresh, path).unwrap();
}

fn guarded(users: &[(&str, &str)]) -> (TempDir, Router) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("htpasswd");
    write(&path, &lines(users));
    let accounts = Accounts::open(&path, Roles::default()).unwrap();
    (folder, Fake::new().guarded(accounts))
}

async fn with_header(router: &Router, header: &str) -> Reply {
    let request = Request::builder()
        .uri("/v1/nodes")
        .header("authorization", header);
    send(router, request.body(Body::empty()).unwrap()).await
}

async fn with_pair(router: &Router, pair: &str) -> Reply {
    with_header(router, &format!("Basic {}", STANDARD.encode(pair))).await
}

#[tokio::test]
async fn strangers_read_what_clients_of_ironic_expect() {
    let (_folder, router) = guarded(&[("a", "pw")]);
    for (reply, message) in [
        (
            ask(&router, "GET", "/v1/nodes", None).await,
            "Authorization required",
        ),
        (
            with_pair(&router, "a:no").await,
            "Incorrect username or password",
        ),
        (
            with_pair(&router, "b:pw").await,
            "Incorrect username or password",
        ),
        (
            ask(&router, "GET", "/v1/nowhere", None).await,
            "Authorization required",
        ),
        (
            ask(&router, "POST", "/v1/runbooks", None).await,
            "Authorization required",
        ),
        (
            ask(&router, "DELETE", "/v1/nodes", None).await,
            "Authorization required",
        ),
    ] {
        assert_eq!(reply.status, 401);
        assert_eq!(
            reply.header("www-authenticate"),
            Some("Basic realm=\"Baremetal API\"")
        );
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(
            reply.body,
            json!({"error": {"message": message, "code": 401}})
        );
    }
    for (header, message) in [
        ("Bearer x", "Unsupported authorization type \"Bearer\""),
        ("Basic", "Could not parse Authorization header"),
        ("Basic %", "Could not decode authorization token"),
    ] {
        let reply = with_header(&router, header).await;
        assert_eq!(reply.status, 400);
        assert_eq!(
            reply.body,
            json!({"error": {"message": message, "code": 400}})
        );
    }
    assert_eq!(with_pair(&router, "a:pw").await.status, 200);
}

#[tokio::test]
async fn discovery_agents_and_health_ask_nobody_for_a_name() {
    let (_folder, router) = guarded(&[("a", "pw")]);
    for (method, path, status) in [
        ("GET", "/", 200),
        ("GET", "/v1", 200),
        ("GET", "/v1/", 200),
        ("HEAD", "/v1", 200),
        ("GET", "/healthz", 200),
        ("GET", "/v1/lookup", 400),
        ("GET", "/lookup?addresses=52:54:00:00:00:01", 404),
        (
            "POST",
            "/v1/heartbeat/1be26c0b-03f2-4d2e-ae87-c02d7f33c781",
            400,
        ),
        ("POST", "/v1/continue_inspection", 400),
        ("GET", "/metrics", 401),
        ("GET", "/hammerscale/v1/events", 401),
    ] {
        let reply = ask(&router, method, path, None).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
    }
    // A header that nobody asked for is not looked at.
    let request = Request::builder()
        .uri("/v1")
        .header("authorization", "Bearer x");
    assert_eq!(
        send(&router, request.body(Body::empty()).unwrap())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_changed_file_counts_at_once_and_forgets_what_was_right() {
    let (folder, router) = guarded(&[("a", "old")]);
    let path = folder.path().join("htpasswd");
    assert_eq!(with_pair(&router, "a:old").await.status, 200);
    write(&path, &lines(&[("a", "new"), ("b", "too")]));
    assert_eq!(with_pair(&router, "a:old").await.status, 401);
    assert_eq!(with_pair(&router, "a:new").await.status, 200);
    assert_eq!(with_pair(&router, "b:too").await.status, 200);
    // What cannot be used, or is gone, leaves the users as they were.
    write(&path, "a:plain\n");
    assert_eq!(with_pair(&router, "a:new").await.status, 200);
    assert_eq!(with_pair(&router, "a:plain").await.status, 401);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(with_pair(&router, "b:too").await.status, 200);
    // An empty file shuts everybody out.
    write(&path, "");
    assert_eq!(with_pair(&router, "b:too").await.status, 401);
}

#[tokio::test]
async fn who_guesses_waits_and_who_was_right_does_not() {
    let (_folder, router) = guarded(&[("a", "pw"), ("b", "too")]);
    assert_eq!(with_pair(&router, "a:pw").await.status, 200);
    for guess in 0..20 {
        assert_eq!(with_pair(&router, &format!("a:{guess}")).await.status, 401);
    }
    let waits = with_pair(&router, "b:too").await;
    assert_eq!(waits.status, 429);
    assert_eq!(waits.header("retry-after"), Some("60"));
    assert_eq!(waits.body["error"]["code"], 429);
    assert_eq!(with_pair(&router, "a:pw").await.status, 200);
}

#[tokio::test]
async fn a_stranger_s_body_is_not_read() {
    let (_folder, router) = guarded(&[("a", "pw")]);
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let reply = ask(&router, "POST", "/v1/nodes", Some(json!({ "extra": deep }))).await;
    assert_eq!(reply.status, 401);
    // Longer than what is passed over for anybody.
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 4096]));
    let request = Request::post("/v1/nodes").body(Body::from_stream(endless));
    assert_eq!(send(&router, request.unwrap()).await.status, 401);
}

#[tokio::test]
async fn a_user_without_a_role_may_do_nothing_once_roles_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("htpasswd");
    write(&path, &lines(&[("a", "pw"), ("b", "pw")]));
    let roles = Roles::new([("a".to_owned(), Role::Admin)]);
    let router = Fake::new().guarded(Accounts::open(&path, roles).unwrap());
    assert_eq!(
        ask_as(&router, "a", "GET", "/v1/nodes", None).await.status,
        200
    );
    let denied = ask_as(&router, "b", "GET", "/v1/nodes", None).await;
    assert_eq!(denied.status, 403);
    assert!(denied.error().contains("Access was denied"));
    assert_eq!(ask_as(&router, "b", "GET", "/v1", None).await.status, 200);
}

#[test]
fn a_file_that_lets_nobody_in_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("htpasswd");
    let open = || {
        Accounts::open(&path, Roles::default())
            .map(|_| ())
            .unwrap_err()
    };
    assert!(open().to_string().contains("cannot read users"));
    write(&path, "# nobody yet\n");
    assert!(open().to_string().contains("htpasswd -B"));
    write(&path, "a:$apr1$x$y\n");
    assert!(open().to_string().contains("cannot use the users"));
}
