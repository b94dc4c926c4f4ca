//! The web server's answers, asked through its router without a network.
#![allow(clippy::unwrap_used)]

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use tower::ServiceExt;

use super::*;

struct Fixture {
    router: Router,
    shared: Arc<Shared>,
    _folder: tempfile::TempDir,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("disk");
    std::fs::write(&file, b"0123456789").unwrap();
    let files = Files::new(BTreeMap::from([("disk.raw".to_owned(), file)]), None);
    let shared = Arc::new(Shared {
        files,
        reports: Reports::default(),
    });
    Fixture {
        router: routes(Arc::clone(&shared)),
        shared,
        _folder: folder,
    }
}

async fn get_with(fixture: &Fixture, name: header::HeaderName, value: &str) -> Response<Body> {
    let request = Request::get("/images/disk.raw")
        .header(name, value)
        .body(Body::empty())
        .unwrap();
    fixture.router.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_range_is_served_and_counted() {
    let fixture = fixture();
    let response = get_with(&fixture, header::RANGE, "bytes=2-4").await;
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(response.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
    assert_eq!(text(response).await, "234");
    assert_eq!(
        fixture.shared.files.counters()["disk.raw"],
        Counters {
            requests: 1,
            ranges: 1,
            bytes: 3
        }
    );
}

#[tokio::test]
async fn a_range_of_another_version_gets_the_whole_file() {
    let fixture = fixture();
    let request = Request::get("/images/disk.raw")
        .header(header::RANGE, "bytes=2-4")
        .header(header::IF_RANGE, "\"other\"");
    let response = fixture
        .router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (response.status(), text(response).await.as_str()),
        (StatusCode::OK, "0123456789")
    );
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let fixture = fixture();
    let first = get_with(&fixture, header::ACCEPT, "*/*").await;
    let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert_eq!(
        get_with(&fixture, header::IF_NONE_MATCH, &tag)
            .await
            .status(),
        StatusCode::NOT_MODIFIED
    );
}

#[tokio::test]
async fn only_offered_names_are_served() {
    let fixture = fixture();
    for path in ["/images/other", "/images/..%2fdisk"] {
        let response = fixture
            .router
            .clone()
            .oneshot(Request::get(path).body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_report_is_kept_and_nonsense_refused() {
    let fixture = fixture();
    for (sent, status) in [
        (r#"{"hostname":"a","boot_seconds":1.5}"#, StatusCode::OK),
        ("nonsense", StatusCode::BAD_REQUEST),
    ] {
        let request = Request::post("/phone-home/a")
            .body(Body::from(sent))
            .unwrap();
        assert_eq!(
            fixture
                .router
                .clone()
                .oneshot(request)
                .await
                .unwrap()
                .status(),
            status
        );
    }
    let kept = fixture.shared.reports.all();
    assert_eq!(
        kept,
        [Report {
            hostname: "a".to_owned(),
            boot_seconds: 1.5,
            ..Report::default()
        }]
    );
}
