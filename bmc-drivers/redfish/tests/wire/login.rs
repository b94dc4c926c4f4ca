//! Sessions, basic authentication, and what comes between.

use bmc_core::{AuthMode, BmcError, Driver, ErrorKind, PowerState, Secret};

use crate::fake::{Fake, SESSIONS, SYSTEM, canned, error};

#[tokio::test]
async fn one_session_serves_all_calls_and_is_logged_out() {
    let fake = Fake::guarded(true).await;
    let (one, two) = tokio::join!(fake.power(), fake.power());
    assert_eq!(
        (one.unwrap(), two.unwrap()),
        (PowerState::Off, PowerState::Off)
    );
    assert_eq!(fake.with(|model| model.logins), 1);
    fake.driver.close().await;
    let gone = fake.seen("DELETE", "/Sessions/1");
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].token.as_deref(), Some("token-1"));
    assert!(
        fake.with(|model| model.seen.iter().all(|seen| !seen.basic)),
        "the password goes only into the login"
    );
}

#[tokio::test]
async fn a_session_that_dies_is_renewed_once_and_the_request_made_again() {
    let fake = Fake::guarded(true).await;
    fake.power().await.unwrap();
    fake.with(|model| model.tokens.clear());
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
    assert_eq!(fake.with(|model| model.logins), 2);
    fake.driver.close().await;
    assert_eq!(fake.seen("DELETE", "/Sessions/2").len(), 1);
    assert!(fake.seen("DELETE", "/Sessions/1").is_empty());
}

#[tokio::test]
async fn a_token_that_is_never_accepted_is_no_endless_loop() {
    let fake = Fake::guarded(true).await;
    fake.power().await.unwrap();
    fake.next("GET", SYSTEM, error(401, "expired"));
    fake.next("GET", SYSTEM, error(401, "expired"));
    assert!(matches!(
        fake.power().await,
        Err(BmcError::WrongCredentials { .. })
    ));
    assert_eq!(fake.with(|model| model.logins), 2);
}

#[tokio::test]
async fn without_a_session_service_it_is_basic_authentication() {
    let fake = Fake::guarded(false).await;
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
    fake.power().await.unwrap();
    assert_eq!(
        fake.seen("POST", SESSIONS).len(),
        1,
        "asked once, then remembered"
    );
    assert!(fake.seen("GET", "/Systems/1").iter().all(|seen| seen.basic));
}

#[tokio::test]
async fn a_full_session_table_falls_back_unless_a_session_worked_before() {
    let fake = Fake::guarded(true).await;
    fake.next(
        "POST",
        SESSIONS,
        error(
            400,
            "RAC0218: the maximum number of user sessions is reached",
        ),
    );
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
    assert!(fake.seen("GET", SYSTEM)[0].basic);

    let fake = Fake::guarded(true).await;
    fake.power().await.unwrap();
    fake.with(|model| model.tokens.clear());
    fake.next(
        "POST",
        SESSIONS,
        error(
            400,
            "RAC0218: the maximum number of user sessions is reached",
        ),
    );
    let text = fake.power().await.unwrap_err().to_string();
    assert!(text.contains("RAC0218"), "{text}");
    assert!(fake.with(|model| model.seen.iter().all(|seen| !seen.basic)));
}

#[tokio::test]
async fn sessions_only_and_basic_only_are_kept_to() {
    let mut fake = Fake::guarded(false).await;
    fake.target.auth = AuthMode::Session;
    fake.next("POST", SESSIONS, error(404, "none"));
    let text = fake.power().await.unwrap_err().to_string();
    assert!(
        text.contains("sessions") && text.contains("redfish_auth_type"),
        "{text}"
    );

    let mut fake = Fake::guarded(true).await;
    fake.target.auth = AuthMode::Basic;
    fake.power().await.unwrap();
    assert_eq!(fake.with(|model| model.logins), 0);
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password() {
    for has_sessions in [true, false] {
        let mut fake = Fake::guarded(has_sessions).await;
        fake.target.password = Some(Secret::from("hunter2"));
        let error = fake.power().await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(matches!(error, BmcError::WrongCredentials { .. }), "{text}");
        assert_eq!(error.kind(), ErrorKind::OperatorMustAct);
        assert!(
            text.contains("root") && text.contains("redfish_password") && !text.contains("hunter2"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_repeated_password_is_taken_out_of_the_bmcs_words() {
    let mut fake = Fake::guarded(true).await;
    fake.target.auth = AuthMode::Session;
    fake.next(
        "POST",
        SESSIONS,
        error(400, "the value calvin of Password is too short"),
    );
    let text = fake.power().await.unwrap_err().to_string();
    assert!(
        text.contains("too short") && !text.contains("calvin"),
        "{text}"
    );
}

#[tokio::test]
async fn a_user_without_a_password_is_a_mistake_in_the_settings() {
    let mut fake = Fake::guarded(true).await;
    fake.target.password = None;
    assert!(
        fake.power()
            .await
            .unwrap_err()
            .to_string()
            .contains("redfish_password")
    );
    assert!(fake.with(|model| model.seen.is_empty()));
}

#[tokio::test]
async fn missing_rights_are_not_wrong_credentials() {
    let fake = Fake::guarded(true).await;
    fake.power().await.unwrap();
    fake.next("GET", SYSTEM, error(403, "OemLicenseNotPassed"));
    fake.next("GET", SYSTEM, error(403, "OemLicenseNotPassed"));
    let error = fake.power().await.unwrap_err();
    assert!(matches!(error, BmcError::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("OemLicenseNotPassed"));
    assert_eq!(
        fake.seen("DELETE", "/Sessions/1").len(),
        1,
        "the session in doubt is not leaked"
    );
}

#[tokio::test]
async fn a_login_answer_without_a_token_is_no_session() {
    let fake = Fake::guarded(true).await;
    fake.next("POST", SESSIONS, canned(201, serde_json::json!({})));
    fake.power().await.unwrap();
    assert!(fake.seen("GET", SYSTEM)[0].basic);
}

#[tokio::test]
async fn a_caller_that_gives_up_while_logging_in_leaves_no_unknown_session() {
    let fake = Fake::guarded(true).await;
    // Dropped at its first wait: the login has begun and nobody waits for it.
    tokio::select! {
        biased;
        _ = fake.power() => panic!("answered without waiting"),
        () = std::future::ready(()) => {}
    }
    fake.power().await.unwrap();
    assert_eq!(fake.with(|model| model.logins), 1);
    fake.driver.close().await;
    assert_eq!(fake.seen("DELETE", "/Sessions/1").len(), 1);
}

#[tokio::test]
async fn beyond_the_bound_the_session_unused_for_longest_is_logged_out() {
    let (one, two) = (Fake::guarded(true).await, Fake::guarded(true).await);
    let mut options = crate::fake::options(&one.pace);
    options.max_connections = 1;
    let driver = bmc_redfish::RedfishDriver::new(options);
    let power = driver.power().unwrap();
    power.power_state(&one.target).await.unwrap();
    power.power_state(&two.target).await.unwrap();
    power.power_state(&two.target).await.unwrap();
    driver.close().await;
    assert_eq!(
        (
            one.with(|model| model.logins),
            two.with(|model| model.logins)
        ),
        (1, 1)
    );
    assert_eq!(one.seen("DELETE", "/Sessions/1").len(), 1);
    assert_eq!(two.seen("DELETE", "/Sessions/1").len(), 1);
}
