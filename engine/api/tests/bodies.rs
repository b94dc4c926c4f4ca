//! Large bodies: how many values they may hold, how many are held at a time, and how slowly they may come.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::Limits;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use futures::channel::mpsc::{UnboundedSender, unbounded};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use support::Fake;
use support::ask::{Reply, ask, raw, send};

const PROVISION: &str = "/v1/nodes/a/states/provision";

fn site(change: impl FnOnce(&mut Limits)) -> (Arc<Fake>, Router) {
    let fake = Fake::new();
    fake.add_node("a", |_| {});
    let mut config = support::config();
    change(&mut config.limits);
    let router = api::router(fake.clone(), fake.clone(), config);
    (fake, router)
}

/// A body that comes piece by piece, with or without its length announced.
struct Pieces(UnboundedSender<Result<Bytes, std::io::Error>>);

impl Pieces {
    fn request(announced: Option<usize>) -> (Self, Request<Body>) {
        let (sender, pieces) = unbounded();
        let version = "X-OpenStack-Ironic-API-Version";
        let mut request = Request::put(PROVISION).header(version, "1.115");
        if let Some(length) = announced {
            request = request.header("content-length", length);
        }
        (
            Self(sender),
            request.body(Body::from_stream(pieces)).unwrap(),
        )
    }

    fn send(&self, piece: impl Into<Bytes>) {
        self.0.unbounded_send(Ok(piece.into())).unwrap();
    }
}

#[tokio::test]
async fn values_are_counted_in_small_bodies_and_in_large_ones() {
    for plain_body in [0, 1 << 20] {
        let (fake, router) = site(|limits| (limits.values, limits.plain_body) = (50, plain_body));
        for value in [json!(vec![json!([]); 50]), json!(vec![json!({"a": 1}); 25])] {
            let body = json!({"driver": "fake-hardware", "extra": {"a": value}});
            let reply = ask(&router, "POST", "/v1/nodes", Some(body)).await;
            assert_eq!(reply.status, 400, "{}", reply.text);
            let words = reply.error();
            assert!(words.contains("at most 50 are accepted"), "{words}");
        }
        let body = json!({"driver": "fake-hardware", "name": "b", "extra": {"a": vec![0; 40]}});
        let reply = ask(&router, "POST", "/v1/nodes", Some(body)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        assert_eq!(fake.world.lock().unwrap().nodes.len(), 2);
    }
}

#[tokio::test]
async fn a_large_body_is_judged_as_a_small_one() {
    let (_fake, router) = site(|limits| limits.plain_body = 0);
    let deep = format!("{}1{}", "{\"a\":".repeat(26), "}".repeat(26));
    for (body, words) in [
        (deep.as_str(), "nested too deeply; at most 25"),
        ("{\"driver\":", "not valid JSON"),
        ("[]", "must be a JSON object"),
        ("{\"driver\":\"\\u0000\"}", "null character"),
        ("", "must be a JSON object"),
    ] {
        let reply = raw(&router, "1.115", "POST", "/v1/nodes", body.into()).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
        assert!(reply.error().contains(words), "{body}: {}", reply.error());
    }
    // What is not asked for a body does not look at it.
    let reply = raw(&router, "1.115", "GET", "/v1/nodes/a", b"{".to_vec()).await;
    assert_eq!(reply.status, 200);
    let reply = raw(&router, "1.115", "POST", "/v1/chassis", b" ".to_vec()).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
}

#[tokio::test]
async fn who_finds_no_slot_is_told_to_come_again() {
    let tight = |limits: &mut Limits| {
        (limits.large_bodies, limits.patience) = (1, Duration::ZERO);
    };
    let (fake, router) = site(tight);
    let drive = json!({"target": "active", "configdrive": "A".repeat(2 << 20)}).to_string();
    let (first, request) = Pieces::request(Some(drive.len()));
    let mut holding = Box::pin(send(&router, request));
    assert!(futures::poll!(&mut holding).is_pending());
    first.send(drive[..1 << 20].to_owned());
    assert!(futures::poll!(&mut holding).is_pending());
    // One that is as large, and one that turns out to be.
    for announced in [Some(drive.len()), None] {
        let (second, request) = Pieces::request(announced);
        second.send(drive.clone());
        drop(second);
        let reply: Reply = send(&router, request).await;
        assert_eq!(reply.status, 503, "{}", reply.text);
        assert_eq!(reply.header("retry-after"), Some("5"));
        assert!(reply.error().contains("Too many large bodies"));
    }
    // Everybody else is served meanwhile, those with a body among them.
    let small = ask(&router, "PUT", PROVISION, Some(json!({"target": "manage"}))).await;
    assert_eq!(small.status, 202, "{}", small.text);
    assert_eq!(ask(&router, "GET", "/v1/nodes/a", None).await.status, 200);
    first.send(drive[1 << 20..].to_owned());
    drop(first);
    assert_eq!(
        holding.await.status,
        StatusCode::BAD_REQUEST,
        "refused for its state"
    );
    fake.change(uuid::Uuid::from_u128(1), |node| {
        node.provision_state = model::ProvisionState::Available;
    });
    let reply = raw(&router, "1.115", "PUT", PROVISION, drive.into_bytes()).await;
    assert_eq!(reply.status, 202, "{}", reply.text);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let (_fake, router) = site(|limits| limits.grace = Duration::ZERO);
    for announced in [Some(2 << 10), Some(128 << 10), Some(2 << 20), None] {
        let (started, request) = Pieces::request(announced);
        started.send(vec![b' '; 1 << 10]);
        let mut answer = Box::pin(send(&router, request));
        // The later of two moments: by then the body is given up, and what still comes of it is passed over.
        let early = tokio::time::timeout(Duration::from_millis(5), &mut answer);
        assert!(early.await.is_err());
        drop(started);
        let reply: Reply = answer.await;
        assert_eq!(reply.status, 408, "{announced:?}: {}", reply.text);
        assert!(reply.error().contains("too slowly"), "{}", reply.error());
    }
}

#[tokio::test]
async fn who_waits_for_a_slot_gets_that_of_a_body_that_was_given_up() {
    let (_fake, router) = site(|limits| (limits.grace, limits.large_bodies) = (Duration::ZERO, 1));
    let (never, request) = Pieces::request(Some(2 << 20));
    // What a client still sends to a refused request is passed over: it ends when the next has got the slot.
    let next = async {
        let drive = json!({"target": "active", "configdrive": "A".repeat(2 << 20)});
        let reply = ask(&router, "PUT", PROVISION, Some(drive)).await;
        drop(never);
        reply
    };
    let (reply, next) = futures::join!(send(&router, request), next);
    assert_eq!(next.status, 400, "refused for its state: {}", next.text);
    assert_eq!(reply.status, 408, "{}", reply.text);
    assert!(reply.error().contains("too slowly"));
}

#[tokio::test]
async fn bodies_in_the_middle_have_slots_of_their_own() {
    let tight = |limits: &mut Limits| {
        (limits.middle_bodies, limits.patience) = (1, Duration::ZERO);
    };
    let (_fake, router) = site(tight);
    let body = |length: usize| json!({"target": "manage", "x": "A".repeat(length)}).to_string();
    let (first, request) = Pieces::request(Some(128 << 10));
    let mut holding = Box::pin(send(&router, request));
    assert!(futures::poll!(&mut holding).is_pending());
    // The second of their size waits in vain; smaller and larger ones do not wait for it.
    for (length, status) in [(128 << 10, 503), (1 << 10, 400), (2 << 20, 400)] {
        let (whole, request) = Pieces::request(Some(body(length).len()));
        whole.send(body(length));
        drop(whole);
        let reply: Reply = send(&router, request).await;
        assert_eq!(reply.status, status, "{length}: {}", reply.text);
    }
    first.send(body(1 << 10));
    drop(first);
    assert_eq!(holding.await.status, 400, "refused for what it holds");
    let reply = raw(
        &router,
        "1.115",
        "PUT",
        PROVISION,
        body(128 << 10).into_bytes(),
    )
    .await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}
