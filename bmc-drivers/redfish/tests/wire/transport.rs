//! Broken, huge, late and misleading answers.

use std::sync::Arc;

use bmc_core::{AllowedNetworks, BmcError, Driver, Target};
use bmc_redfish::{Options, RedfishDriver};
use serde_json::json;

use crate::fake::{Fake, NoWait, RESET, SYSTEM, canned, error};

#[tokio::test]
async fn truncated_json_is_malformed_and_not_quoted() {
    let fake = Fake::start().await;
    fake.next(
        "GET",
        SYSTEM,
        (200, vec![], br#"{"PowerState": "On", "secret": "#.to_vec()),
    );
    let error = fake.power().await.unwrap_err();
    assert!(matches!(error, BmcError::Malformed { .. }));
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn deeply_nested_json_is_malformed() {
    let fake = Fake::start().await;
    fake.next(
        "GET",
        SYSTEM,
        (
            200,
            vec![],
            [b"[".repeat(200_000), b"]".repeat(200_000)].concat(),
        ),
    );
    assert!(matches!(
        fake.power().await,
        Err(BmcError::Malformed { .. })
    ));
}

#[tokio::test]
async fn a_huge_body_is_not_read_to_its_end() {
    let fake = Fake::start().await;
    fake.next("GET", SYSTEM, (200, vec![], vec![b' '; (4 << 20) + 1]));
    let text = fake.power().await.unwrap_err().to_string();
    assert!(text.contains("larger than"), "{text}");
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_a_huge_one_is_refused() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![b' '; 64 << 20]).unwrap();
    let fake = Fake::start().await;
    fake.next(
        "GET",
        SYSTEM,
        (
            200,
            vec![("Content-Encoding", "gzip".into())],
            packer.finish().unwrap(),
        ),
    );
    let text = fake.power().await.unwrap_err().to_string();
    assert!(text.contains("larger than"), "{text}");
}

#[tokio::test]
async fn another_type_than_an_object_is_malformed() {
    let fake = Fake::start().await;
    fake.next("GET", SYSTEM, canned(200, json!([1, 2])));
    assert!(matches!(
        fake.power().await,
        Err(BmcError::Malformed { .. })
    ));
}

#[tokio::test]
async fn reads_are_repeated_after_faults_and_writes_are_not() {
    let fake = Fake::start().await;
    fake.next("GET", SYSTEM, error(500, "boom"));
    fake.next("GET", SYSTEM, error(502, "boom"));
    fake.power().await.unwrap();
    assert_eq!(fake.slept(), [3, 3]);

    fake.next("POST", RESET, error(500, "boom"));
    let text = fake
        .order(bmc_core::PowerAction::On)
        .await
        .unwrap_err()
        .to_string();
    assert!(text.contains("HTTP 500") && text.contains("boom"), "{text}");
    assert_eq!(fake.seen("POST", RESET).len(), 1);
}

#[tokio::test]
async fn a_read_is_not_repeated_for_ever() {
    let fake = Fake::start().await;
    for _ in 0..10 {
        fake.next("GET", SYSTEM, error(500, "boom"));
    }
    assert!(matches!(
        fake.power().await,
        Err(BmcError::Fault { status: 500, .. })
    ));
    assert_eq!(fake.seen("GET", SYSTEM).len(), 4);
}

fn busy(after: &str) -> crate::fake::Canned {
    (
        503,
        vec![("Retry-After", after.to_owned())],
        b"<html>busy</html>".to_vec(),
    )
}

#[tokio::test]
async fn retry_after_is_kept_to_in_seconds_and_as_a_date() {
    let fake = Fake::start().await;
    fake.next("POST", RESET, busy("7"));
    fake.next("POST", RESET, busy("Sun, 06 Nov 1994 08:49:57 GMT"));
    fake.order(bmc_core::PowerAction::On).await.unwrap();
    assert_eq!(fake.slept(), [7, 20]);
}

#[tokio::test]
async fn a_long_retry_after_is_handed_to_the_caller() {
    let fake = Fake::start().await;
    fake.next("GET", SYSTEM, busy("600"));
    let error = fake.power().await.unwrap_err();
    assert_eq!(error.retry_after().map(|time| time.as_secs()), Some(600));
    assert!(
        !error.to_string().contains("html"),
        "only parsed messages are quoted: {error}"
    );
    assert!(fake.slept().is_empty());
}

#[tokio::test]
async fn what_vendors_say_while_not_ready_is_repeated_for_writes_too() {
    let fake = Fake::start().await;
    fake.next(
        "POST",
        RESET,
        error(500, "SYS518: data sources unavailable"),
    );
    fake.next(
        "POST",
        RESET,
        error(400, "iLO.2.14.InvalidOperationForSystemState"),
    );
    fake.order(bmc_core::PowerAction::On).await.unwrap();
    assert_eq!(fake.seen("POST", RESET).len(), 3);
}

fn redirect(status: u16, to: &str) -> crate::fake::Canned {
    (status, vec![("Location", to.to_owned())], Vec::new())
}

#[tokio::test]
async fn a_redirect_to_another_place_is_refused_and_named() {
    let elsewhere = Fake::start().await;
    let fake = Fake::guarded(true).await;
    let to = format!("{}/redfish/v1/Systems/1", elsewhere.target.address);
    for status in [301, 302, 307, 308] {
        fake.next("GET", SYSTEM, redirect(status, &to));
        let error = fake.power().await.unwrap_err();
        assert!(matches!(error, BmcError::Redirected { .. }), "{error}");
        assert!(error.to_string().contains(&to), "{error}");
    }
    assert!(
        elsewhere.with(|model| model.seen.is_empty()),
        "nothing went there"
    );
}

#[tokio::test]
async fn a_redirect_within_the_bmc_is_followed_for_reads() {
    let mut fake = Fake::start().await;
    fake.target.system_id = Some("/redfish/v1/Systems/alias".into());
    fake.next("GET", "/redfish/v1/Systems/alias", redirect(307, SYSTEM));
    fake.power().await.unwrap();
    for _ in 0..10 {
        fake.next(
            "GET",
            "/redfish/v1/Systems/alias",
            redirect(307, "/redfish/v1/Systems/alias"),
        );
    }
    assert!(
        fake.power()
            .await
            .unwrap_err()
            .to_string()
            .contains("circle")
    );
}

#[tokio::test]
async fn a_redirected_write_never_becomes_a_read() {
    let fake = Fake::start().await;
    fake.next("POST", RESET, redirect(303, SYSTEM));
    let outcome = fake.order(bmc_core::PowerAction::On).await;
    assert!(matches!(outcome, Err(BmcError::Redirected { .. })));
}

#[tokio::test]
async fn a_path_that_leads_away_is_not_followed() {
    let elsewhere = Fake::start().await;
    let host = elsewhere.target.address.origin().replace("http:", "");
    let fake = Fake::start().await;
    for target in [
        format!("{host}/x"),
        elsewhere.target.address.origin(),
        "relative".to_owned(),
    ] {
        fake.system("/Actions/#ComputerSystem.Reset/target", json!(target));
        let outcome = fake.order(bmc_core::PowerAction::On).await;
        assert!(
            matches!(outcome, Err(BmcError::Malformed { .. })),
            "{target}: {outcome:?}"
        );
    }
    assert!(elsewhere.with(|model| model.seen.is_empty()));
}

#[tokio::test]
async fn an_encoding_that_the_bmc_cannot_leave_out_is_accepted() {
    let fake = Fake::start().await;
    fake.next("GET", SYSTEM, error(406, "identity is not acceptable"));
    fake.power().await.unwrap();
    let seen = fake.seen("GET", SYSTEM);
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].headers.get("accept-encoding").unwrap(), "identity");
    assert!(seen[1].headers.get("accept-encoding").is_none());
    assert_eq!(seen[0].headers.get("odata-version").unwrap(), "4.0");
}

#[tokio::test]
async fn addresses_outside_the_allowed_networks_are_never_connected_to() {
    let fake = Fake::start().await;
    let mut options = Options::new(AllowedNetworks::default());
    options.pace = Arc::new(NoWait::default());
    let driver = RedfishDriver::new(options);
    let port = fake.target.address.port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let target = Target::new(format!("http://{host}:{port}").parse().unwrap());
        let error = driver
            .power()
            .unwrap()
            .power_state(&target)
            .await
            .unwrap_err();
        assert!(
            matches!(error, BmcError::AddressNotAllowed { .. }),
            "{host}: {error:?}"
        );
        assert!(error.to_string().contains("bmc.allowed_networks"));
    }
    assert!(fake.with(|model| model.seen.is_empty()));
}

#[tokio::test]
async fn nobody_there_is_retryable_and_says_what_to_check() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let pace = Arc::new(NoWait::default());
    let driver = RedfishDriver::new(crate::fake::options(&pace));
    let error = driver
        .power()
        .unwrap()
        .power_state(&Target::new(address.parse().unwrap()))
        .await
        .unwrap_err();
    assert!(matches!(error, BmcError::Connect { .. }), "{error:?}");
    assert_eq!(error.kind(), bmc_core::ErrorKind::Retryable);
    assert_eq!(pace.0.lock().unwrap().len(), 3);
}
