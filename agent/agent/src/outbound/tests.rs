//! Fetching against servers on loopback: TLS with an authority of its own, redirects, challenges, proxies.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod tls_server;

use std::sync::Arc;
use std::time::Duration;

use self::tls_server::{Authority, Reply, Server};
use super::client::{FetchError, Fetcher, Get};
use super::dns::Dns;
use super::document::{self, DocumentError, Retries};
use super::networks::OutboundPolicy;
use super::proxies::Proxies;
use super::trust::Trust;

const ONCE: Retries = Retries {
    times: 0,
    interval: Duration::ZERO,
};

fn fetcher_with(trust: Trust, proxies: &Proxies) -> Fetcher {
    let policy = OutboundPolicy::new(&[], &["127.0.0.0/8".to_owned()]);
    let silence = Duration::from_secs(20);
    Fetcher::new(&trust, Dns::system(), Arc::new(policy), silence, proxies).unwrap()
}

fn fetcher(authority: &Authority) -> Fetcher {
    let trust = Trust {
        image_ca_pem: Some(authority.pem()),
        ..Trust::default()
    };
    fetcher_with(trust, &Proxies::default())
}

async fn body(fetcher: &Fetcher, url: &str, get: &Get) -> Result<String, FetchError> {
    let response = fetcher.get(url, get).await?;
    Ok(response.text().await.expect("a body"))
}

fn with_password() -> Get {
    Get {
        authorization: Some("Basic c2VjcmV0".into()),
        ..Get::default()
    }
}

#[tokio::test]
async fn an_authority_of_the_conductor_is_trusted_and_others_are_not() {
    let authority = Authority::new();
    let server = Server::tls(&authority, |_| Reply::text("here")).await;
    let found = body(&fetcher(&authority), &server.url("/x"), &Get::default()).await;
    assert_eq!(found.unwrap(), "here");
    let stranger = fetcher_with(Trust::default(), &Proxies::default());
    let refused = stranger
        .get(&server.url("/x"), &Get::default())
        .await
        .unwrap_err();
    assert!(matches!(refused, FetchError::Untrusted { .. }), "{refused}");
    assert!(!refused.retryable());
    let text = refused.to_string();
    assert!(
        text.contains("UnknownIssuer") && text.contains("image_ca_file"),
        "{text}"
    );
}

#[tokio::test]
async fn a_certificate_of_another_time_is_named_with_its_remedy() {
    let authority = Authority::new();
    for years in [(1990, 1991), (2400, 2401)] {
        let server = Server::tls_valid(&authority, years, |_| Reply::text("here")).await;
        let refused = fetcher(&authority)
            .get(&server.url("/"), &Get::default())
            .await;
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("clock"), "{text}");
    }
}

#[tokio::test]
async fn encryption_is_not_given_up_by_a_redirect() {
    let authority = Authority::new();
    let plain = Server::http(|_| Reply::text("unencrypted")).await;
    let to = plain.url("/x?signature=canary");
    let server = Server::tls(&authority, move |_| Reply::redirect(&to)).await;
    let refused = fetcher(&authority)
        .get(&server.url("/"), &Get::default())
        .await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, FetchError::Downgrade { .. }), "{refused}");
    assert!(!refused.to_string().contains("canary"));
    assert_eq!(plain.requests().len(), 0);
}

#[tokio::test]
async fn credentials_stay_with_their_origin_even_when_the_way_leads_back() {
    let home = Server::http(|request| match request.path() {
        "/back" => Reply::text("back"),
        other => Reply::redirect(other.trim_start_matches("/to=")),
    })
    .await;
    let back = home.url("/back");
    let away = Server::http(move |_| Reply::redirect(&back)).await;
    let url = home.url(&format!("/to={}", away.url("/")));
    let fetcher = fetcher_with(Trust::default(), &Proxies::default());
    assert_eq!(
        body(&fetcher, &url, &with_password()).await.unwrap(),
        "back"
    );
    let seen = |server: &Server| -> Vec<_> {
        let requests = server.requests();
        requests.iter().map(|r| r.header("authorization")).collect()
    };
    assert_eq!(seen(&home), [Some("Basic c2VjcmV0".to_owned()), None]);
    assert_eq!(seen(&away), [None]);
}

#[tokio::test]
async fn a_user_in_the_url_becomes_a_header_and_never_part_of_a_message() {
    let server = Server::http(|request| match request.path() {
        "/gone" => Reply::status(404),
        _ => Reply::text("ok"),
    })
    .await;
    let fetcher = fetcher_with(Trust::default(), &Proxies::default());
    let url = |path: &str| server.url(path).replace("://", "://user:c%40nary@");
    assert_eq!(
        body(&fetcher, &url("/"), &Get::default()).await.unwrap(),
        "ok"
    );
    let sent = server.requests()[0].header("authorization");
    assert_eq!(sent.as_deref(), Some("Basic dXNlcjpjQG5hcnk="));
    let gone = document::fetch(&fetcher, &url("/gone"), &Get::default(), 9, ONCE).await;
    let text = gone.unwrap_err().to_string();
    assert!(text.contains("404") && !text.contains("nary"), "{text}");
    let bad = fetcher.get("ftp://user:canary@h/x", &Get::default()).await;
    assert!(!bad.unwrap_err().to_string().contains("canary"));
}

#[tokio::test]
async fn a_proxy_is_used_as_the_node_says() {
    let proxy = Server::http(|request| Reply::text(&format!("via {}", request.target()))).await;
    let direct = Server::http(|_| Reply::text("direct")).await;
    let by_scheme = [("http".to_owned(), proxy.url("").replace("://", "://u:p@"))];
    let proxies = Proxies::new(&by_scheme.clone().into(), Some("127.0.0.1,.internal"));
    let fetcher = fetcher_with(Trust::default(), &proxies);
    let url = "http://images.example/x.img";
    let found = body(&fetcher, url, &with_password()).await.unwrap();
    assert_eq!(found, "via http://images.example/x.img");
    let sent = &proxy.requests()[0];
    assert_eq!(
        sent.header("proxy-authorization").as_deref(),
        Some("Basic dTpw")
    );
    assert_eq!(
        sent.header("authorization").as_deref(),
        Some("Basic c2VjcmV0")
    );
    let excepted = body(&fetcher, &direct.url("/"), &Get::default()).await;
    assert_eq!(excepted.unwrap(), "direct");
}

#[tokio::test]
async fn a_proxy_does_not_lead_around_the_rules() {
    let proxy = Server::http(|_| Reply::text("through")).await;
    let by_scheme = [("http".to_owned(), proxy.url(""))];
    let proxies = Proxies::new(&by_scheme.into(), None);
    let fetcher = fetcher_with(Trust::default(), &proxies);
    for url in ["http://169.254.169.254/latest", "http://[::1]/x"] {
        let refused = fetcher.get(url, &Get::default()).await.unwrap_err();
        assert!(matches!(refused, FetchError::Refused { .. }), "{refused}");
    }
    assert_eq!(proxy.requests().len(), 0);
    let policy = Arc::new(OutboundPolicy::default());
    let silence = Duration::from_secs(1);
    let trust = Trust::default();
    let refused = Fetcher::new(&trust, Dns::system(), policy, silence, &proxies);
    assert!(refused.err().unwrap().to_string().contains("loopback"));
}

#[tokio::test]
async fn a_small_file_is_bounded_and_fetched_again_after_a_passing_failure() {
    let tries = std::sync::atomic::AtomicU32::new(0);
    let server = Server::http(move |request| {
        let first = tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        match request.path() {
            "/busy" if first => Reply::status(503),
            "/limited" => Reply::status(429),
            _ => Reply::text("content"),
        }
    })
    .await;
    let fetcher = fetcher_with(Trust::default(), &Proxies::default());
    let patient = Retries {
        times: 2,
        interval: Duration::ZERO,
    };
    let get = Get::default();
    let fetch = async |path: &str, limit| {
        document::fetch(&fetcher, &server.url(path), &get, limit, patient).await
    };
    assert_eq!(fetch("/busy", 7).await.unwrap(), b"content");
    let large = fetch("/x", 6).await.unwrap_err();
    assert!(matches!(large, DocumentError::TooLarge { .. }), "{large}");
    let before = server.requests().len();
    assert!(fetch("/limited", 6).await.is_err());
    assert_eq!(server.requests().len() - before, 3);
}
