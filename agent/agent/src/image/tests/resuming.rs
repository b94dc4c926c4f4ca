//! What happens when a connection breaks and the server is of another kind, or has another file, when it is asked again.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::outbound::tests::tls_server::{Reply, Request, Server};

const FIRST: &str = "Sun, 22 Nov 2026 13:18:38 GMT";
const BROKEN: usize = 3000;

fn described(server: &Server, body: &[u8]) -> ImageInfo {
    ImageInfo {
        id: "test.img".to_owned(),
        urls: vec![server.url("/test.img")],
        checksum: Some(sha256(body)),
        ..ImageInfo::default()
    }
}

/// The rest of a file from the byte that was asked for.
fn rest(request: &Request, body: &[u8]) -> Option<Reply> {
    let range = request.header("range")?;
    let start: usize = range
        .strip_prefix("bytes=")?
        .strip_suffix('-')?
        .parse()
        .ok()?;
    let (last, length) = (body.len() - 1, body.len());
    let content = format!("bytes {start}-{last}/{length}");
    let reply = Reply::bytes(body[start..].to_vec()).but(206);
    Some(reply.with("Content-Range", &content))
}

/// A server that breaks its first answer; `then` gives all others.
async fn breaking(
    body: Vec<u8>,
    name: &'static str,
    validator: &'static str,
    then: impl Fn(&Request, &[u8]) -> Reply + Send + Sync + 'static,
) -> Server {
    let asked = AtomicUsize::new(0);
    Server::http(move |request| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::bytes(body.clone())
            .with(name, validator)
            .broken_after(BROKEN),
        _ => then(request, &body),
    })
    .await
}

fn asked(server: &Server, name: &str) -> Vec<Option<String>> {
    let requests = server.requests();
    requests
        .iter()
        .map(|request| request.header(name))
        .collect()
}

async fn deployed(server: &Server, body: &[u8]) {
    let disk = old_disk(16 * MIB);
    deploy(&described(server, body), disk.path()).await.unwrap();
    assert_on_disk(disk.path(), body);
}

#[tokio::test]
async fn a_date_shows_the_same_file_too() {
    let body = image();
    let server = breaking(body.clone(), "Last-Modified", FIRST, |request, body| {
        rest(request, body).unwrap()
    })
    .await;
    deployed(&server, &body).await;
    let range = format!("bytes={BROKEN}-");
    assert_eq!(asked(&server, "range"), [None, Some(range)]);
    assert_eq!(asked(&server, "if-range"), [None, Some(FIRST.to_owned())]);
}

#[tokio::test]
async fn a_weak_tag_shows_nothing_and_the_whole_file_is_fetched_again() {
    let body = image();
    let server = breaking(body.clone(), "ETag", "W/\"1\"", |_, body| {
        Reply::bytes(body.to_vec())
    })
    .await;
    deployed(&server, &body).await;
    assert_eq!(asked(&server, "range"), [None, None]);
}

#[tokio::test]
async fn a_file_that_became_shorter_is_fetched_anew() {
    let body = image();
    let server = breaking(body.clone(), "ETag", "\"1\"", |request, body| match request
        .header("range")
    {
        Some(_) => Reply::status(416),
        None => Reply::bytes(body.to_vec()),
    })
    .await;
    deployed(&server, &body).await;
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_signed_address_is_asked_for_again_and_a_busy_server_too() {
    let body = image();
    let (content, signed) = (body.clone(), AtomicUsize::new(0));
    let server = Server::http(move |request| {
        let number = signed.fetch_add(1, Ordering::SeqCst);
        match (request.path(), number) {
            ("/test.img", 0) => Reply::status(429),
            ("/test.img", _) => Reply::redirect(&format!("/blob?signature={number}")),
            ("/blob", 2) => Reply::bytes(content.clone())
                .with("ETag", "\"1\"")
                .broken_after(BROKEN),
            _ => rest(request, &content).unwrap(),
        }
    })
    .await;
    deployed(&server, &body).await;
    let requests = server.requests();
    let targets: Vec<_> = requests.iter().map(Request::target).collect();
    let expected = [
        "/test.img",
        "/test.img",
        "/blob?signature=1",
        "/test.img",
        "/blob?signature=3",
    ];
    assert_eq!(targets, expected);
}

#[tokio::test]
async fn the_digest_spans_what_came_by_several_connections() {
    let body = image();
    let server = breaking(body.clone(), "ETag", "\"1\"", |request, body| {
        // The same tag, the same length, other bytes.
        let mut other = body.to_vec();
        other[5000] ^= 1;
        rest(request, &other).unwrap()
    })
    .await;
    let disk = old_disk(16 * MIB);
    let refused = deploy(&described(&server, &body), disk.path())
        .await
        .unwrap_err();
    assert_eq!(refused.kind, "ImageChecksumError", "{refused}");
    assert_no_table(disk.path());
}
