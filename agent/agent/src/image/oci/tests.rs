//! Artefacts from registries: one that this file plays, with tokens, redirects and lies; and Debian's `docker-registry`, which we did
//! not write.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod debian_registry;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use agent_wire::{ImageInfo, WireSecret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::debian_registry::DebianRegistry;
use crate::failure::Failure;
use crate::image::checksum::{Algorithm, Running};
use crate::image::source::{self, Source};
use crate::outbound::client::Fetcher;
use crate::outbound::dns::Dns;
use crate::outbound::document::Retries;
use crate::outbound::networks::OutboundPolicy;
use crate::outbound::proxies::Proxies;
use crate::outbound::tests::tls_server::{Authority, Reply, Request, Server};
use crate::outbound::trust::Trust;

const ONCE: Retries = Retries {
    times: 0,
    interval: Duration::ZERO,
};
const DISK: &[u8] = b"the bytes of a disk image";

fn fetcher(authority: &Authority) -> Fetcher {
    let trust = Trust {
        image_ca_pem: Some(authority.pem()),
        ..Trust::default()
    };
    let policy = Arc::new(OutboundPolicy::new(&[], &["127.0.0.0/8".to_owned()]));
    let silence = Duration::from_secs(20);
    Fetcher::new(&trust, Dns::system(), policy, silence, &Proxies::default()).unwrap()
}

fn digest(bytes: &[u8]) -> String {
    let mut running = Running::new(Algorithm::Sha256);
    running.update(bytes);
    format!("sha256:{}", running.hex())
}

fn artefact(disk: &[u8]) -> Vec<u8> {
    serde_json::to_vec(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": "application/vnd.example.disk",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2},
        "layers": [{"mediaType": "application/octet-stream", "digest": digest(disk), "size": disk.len()}],
    }))
    .unwrap()
}

fn index(entries: &[(&[u8], Value)]) -> Vec<u8> {
    let entries: Vec<_> = entries
        .iter()
        .map(|(manifest, more)| {
            let mut entry = json!({
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": digest(manifest), "size": manifest.len(),
            });
            entry
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            entry
        })
        .collect();
    serde_json::to_vec(&json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries,
    }))
    .unwrap()
}

async fn resolve(url: &str, secret: Option<&str>, fetcher: &Fetcher) -> Result<Source, Failure> {
    let image = ImageInfo {
        urls: vec![url.to_owned()],
        oci_pull_secret: secret.map(|s| WireSecret::new(STANDARD.encode(s))),
        ..ImageInfo::default()
    };
    source::resolve(&image, fetcher, ONCE, false).await
}

async fn download(source: &Source, fetcher: &Fetcher) -> Vec<u8> {
    let response = fetcher
        .get(&source.image.urls[0], &source.get)
        .await
        .unwrap();
    assert!(response.status().is_success(), "{}", response.status());
    response.bytes().await.unwrap().to_vec()
}

fn image_url(server: &Server, tail: &str) -> String {
    format!("oci://{}/os/disk{tail}", server.host())
}

/// A registry with tokens that are good for two requests each, whose blobs lie elsewhere.
async fn registry_with_tokens(authority: &Authority, elsewhere: String) -> Server {
    let (uses, issued) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
    let spent = Arc::clone(&uses);
    let manifest = artefact(DISK);
    let token = move |request: &Request| {
        let anonymous = request.header("authorization").is_none();
        if !anonymous && request.header("authorization").as_deref() != Some("Basic dTpw") {
            return Reply::status(401);
        }
        assert!(
            request
                .target()
                .contains("scope=repository%3Aos%2Fdisk%3Apull"),
            "{}",
            request.target()
        );
        uses.store(0, Ordering::SeqCst);
        let number = issued.fetch_add(1, Ordering::SeqCst);
        Reply::text(&json!({"token": format!("t{number}")}).to_string())
    };
    Server::tls(authority, move |request| {
        if request.path() == "/token" {
            return token(request);
        }
        let host = request.header("host").unwrap();
        let ask = || {
            let question = format!("Bearer realm=\"https://{host}/token\",service=\"r\"");
            Reply::status(401).with("WWW-Authenticate", &question)
        };
        let bearer = request.header("authorization");
        if !bearer.is_some_and(|b| b.starts_with("Bearer t"))
            || spent.fetch_add(1, Ordering::SeqCst) > 1
        {
            return ask();
        }
        match request.path() {
            "/v2/os/disk/manifests/1" => Reply::bytes(manifest.clone()),
            path if path.contains("/blobs/") => Reply::redirect(&elsewhere),
            _ => Reply::status(404),
        }
    })
    .await
}

#[tokio::test]
async fn a_token_is_fetched_and_again_when_it_has_expired() {
    let authority = Authority::new();
    let blobs = Server::tls(&authority, |_| Reply::bytes(DISK.to_vec())).await;
    let server = registry_with_tokens(&authority, blobs.url("/blob?signed")).await;
    let fetcher = fetcher(&authority);
    for secret in [None, Some("u:p")] {
        let source = resolve(&image_url(&server, ":1"), secret, &fetcher)
            .await
            .unwrap();
        assert_eq!(format!("sha256:{}", source.expected.hex), digest(DISK));
        for _ in 0..4 {
            assert_eq!(download(&source, &fetcher).await, DISK);
        }
    }
    let tokens = server
        .requests()
        .iter()
        .filter(|r| r.path() == "/token")
        .count();
    assert!(tokens >= 4, "{tokens} tokens");
    let leaked = blobs
        .requests()
        .iter()
        .any(|r| r.header("authorization").is_some());
    assert!(!leaked, "where the blobs lie, nobody is told the token");
    let wrong = resolve(&image_url(&server, ":1"), Some("u:canary"), &fetcher).await;
    let text = wrong.unwrap_err().to_string();
    assert!(
        text.contains("image_pull_secret") && !text.contains("canary"),
        "{text}"
    );
}

#[tokio::test]
async fn a_registry_that_lies_is_not_believed() {
    let authority = Authority::new();
    let (good, other) = (artefact(DISK), artefact(b"something else"));
    let list = index(&[(&good, json!({"annotations": {"disktype": "raw"}}))]);
    let (asked, wrong) = (digest(&good), other.clone());
    let server = Server::tls(&authority, move |request| match request.path() {
        "/v2/os/disk/manifests/index" => Reply::bytes(list.clone()),
        path if path.ends_with(&asked) => Reply::bytes(wrong.clone()),
        _ => Reply::status(404),
    })
    .await;
    let fetcher = fetcher(&authority);
    for tail in [":index".to_owned(), format!("@{}", digest(&good))] {
        let refused = resolve(&image_url(&server, &tail), None, &fetcher)
            .await
            .unwrap_err();
        assert_eq!(refused.kind, "ImageChecksumError", "{refused}");
        assert!(refused.details.contains(&digest(&good)), "{refused}");
    }
    let missing = resolve(&image_url(&server, ":nothing"), None, &fetcher)
        .await
        .unwrap_err();
    assert!(missing.details.contains("404"), "{missing}");
}

#[tokio::test]
async fn only_one_digest_is_right() {
    let authority = Authority::new();
    let manifest = artefact(DISK);
    let server = Server::tls(&authority, move |_| Reply::bytes(manifest.clone())).await;
    let fetcher = fetcher(&authority);
    let image = |checksum: &str| ImageInfo {
        urls: vec![image_url(&server, ":1")],
        checksum: Some(checksum.to_owned()),
        ..ImageInfo::default()
    };
    let agreeing = source::resolve(&image(&digest(DISK)), &fetcher, ONCE, false).await;
    assert_eq!(agreeing.unwrap().expected.algorithm, Algorithm::Sha256);
    let other = source::resolve(&image(&"0".repeat(64)), &fetcher, ONCE, false).await;
    assert!(other.unwrap_err().details.contains(&"0".repeat(64)));
    let stronger = source::resolve(&image(&"0".repeat(128)), &fetcher, ONCE, false).await;
    assert_eq!(stronger.unwrap().expected.algorithm, Algorithm::Sha512);
}

/// Everything once against others' software: basic credentials, tags and digests, an index by platform and disk type, containers.
#[tokio::test]
async fn debians_registry_serves_artefacts() {
    let authority = Authority::new();
    let Some(registry) = DebianRegistry::start(&authority).await else {
        eprintln!("SKIPPED: docker-registry is not installed here");
        return;
    };
    let raw = artefact(DISK);
    let qcow2 = artefact(b"a qcow2 image");
    let container = serde_json::to_vec(&json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(b"{}"), "size": 2},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(DISK), "size": DISK.len()}],
    }))
    .unwrap();
    for blob in [&b"{}"[..], DISK, b"a qcow2 image"] {
        registry.push_blob(blob).await;
    }
    let own = std::env::consts::ARCH
        .replace("x86_64", "amd64")
        .replace("aarch64", "arm64");
    let list = index(&[
        (
            &container,
            json!({"platform": {"architecture": own, "os": "linux"}}),
        ),
        (
            &qcow2,
            json!({"annotations": {"disktype": "qcow2"}, "platform": {"architecture": own, "os": "linux"}}),
        ),
        (
            &raw,
            json!({"annotations": {"disktype": "raw"}, "platform": {"architecture": "s390x", "os": "linux"}}),
        ),
    ]);
    for (tag, manifest) in [("raw", &raw), ("qcow2", &qcow2), ("container", &container)] {
        registry.push_manifest(tag, manifest, "manifest").await;
    }
    registry.push_manifest("all", &list, "index").await;
    let fetcher = fetcher(&authority);
    let find = async |tail: &str, secret| {
        let url = format!("oci://{}/os/disk{tail}", registry.host());
        resolve(&url, secret, &fetcher).await
    };
    let right = Some("user:pa55:word");
    for tail in [
        ":raw".to_owned(),
        format!("@{}", digest(&raw)),
        format!(":raw@{}", digest(&raw)),
    ] {
        let source = find(&tail, right).await.unwrap();
        assert_eq!(download(&source, &fetcher).await, DISK, "{tail}");
        assert_eq!(source.image.disk_format, None);
    }
    let chosen = find(":all", right).await.unwrap();
    assert_eq!(chosen.image.disk_format.as_deref(), Some("qcow2"));
    assert_eq!(download(&chosen, &fetcher).await, b"a qcow2 image");
    let refused = find(":container", right).await.unwrap_err();
    assert!(refused.details.contains("container image"), "{refused}");
    let absent = find(":absent", right).await.unwrap_err();
    assert!(absent.details.contains("404"), "{absent}");
    for (secret, word) in [
        (None, "user:password"),
        (Some("user:wrong"), "image_pull_secret"),
    ] {
        let denied = find(":raw", secret).await.unwrap_err();
        assert!(denied.details.contains(word), "{denied}");
    }
}
