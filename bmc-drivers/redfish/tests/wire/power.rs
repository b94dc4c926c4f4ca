//! Power orders: what is offered, what is taken, what is true.

use bmc_core::{BmcError, Driver, PowerAction, PowerState};
use serde_json::{Value, json};

use crate::fake::{Fake, RESET, SYSTEM, canned, error};

#[tokio::test]
async fn on_and_off() {
    let fake = Fake::start().await;
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
    fake.order(PowerAction::On).await.unwrap();
    assert_eq!(fake.power().await.unwrap(), PowerState::On);
    fake.order(PowerAction::ForceOff).await.unwrap();
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
    let sent: Vec<Value> = fake
        .seen("POST", RESET)
        .into_iter()
        .map(|seen| seen.body)
        .collect();
    assert_eq!(
        sent,
        [json!({"ResetType": "On"}), json!({"ResetType": "ForceOff"})]
    );
}

#[tokio::test]
async fn an_order_taken_is_not_a_state_reached() {
    let fake = Fake::start().await;
    fake.with(|model| model.lies = true);
    fake.order(PowerAction::On).await.unwrap();
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
}

#[tokio::test]
async fn what_is_not_offered_is_not_sent() {
    let fake = Fake::start().await;
    let error = fake.order(PowerAction::GracefulRestart).await.unwrap_err();
    assert!(matches!(error, BmcError::Unsupported { .. }));
    assert!(
        error.to_string().contains("graceful restart")
            && error.to_string().contains("ForceRestart"),
        "{error}"
    );
    assert!(fake.seen("POST", RESET).is_empty());
}

#[tokio::test]
async fn without_allowable_values_everything_may_be_tried() {
    let fake = Fake::start().await;
    fake.system("/Actions/#ComputerSystem.Reset", json!({"target": RESET}));
    let power = fake.driver.power().unwrap();
    assert_eq!(
        power.supported_actions(&fake.target).await.unwrap(),
        PowerAction::ALL
    );
    fake.order(PowerAction::Nmi).await.unwrap();
}

#[tokio::test]
async fn allowable_values_may_stand_in_the_action_info() {
    let fake = Fake::start().await;
    let info = "/redfish/v1/Systems/1/ResetActionInfo";
    fake.system(
        "/Actions/#ComputerSystem.Reset",
        json!({"target": RESET, "@Redfish.ActionInfo": info}),
    );
    let parameters =
        json!({"Parameters": [{"Name": "ResetType", "AllowableValues": ["ForceOn", "ForceOff"]}]});
    fake.with(|model| model.documents.insert(info.into(), parameters));
    let power = fake.driver.power().unwrap();
    let supported = power.supported_actions(&fake.target).await.unwrap();
    assert_eq!(supported, [PowerAction::On, PowerAction::ForceOff]);
    fake.order(PowerAction::On).await.unwrap();
    assert_eq!(
        fake.seen("POST", RESET)[0].body,
        json!({"ResetType": "ForceOn"})
    );
}

#[tokio::test]
async fn a_machine_without_a_reset_action_cannot_be_powered() {
    let fake = Fake::start().await;
    fake.system("/Actions", json!({}));
    assert!(matches!(
        fake.order(PowerAction::On).await,
        Err(BmcError::Unsupported { .. })
    ));
}

#[tokio::test]
async fn a_refusal_because_it_is_so_already_is_success() {
    let fake = Fake::start().await;
    fake.next("POST", RESET, error(409, "not possible in this state"));
    fake.order(PowerAction::ForceOff).await.unwrap();
    fake.next("POST", RESET, error(400, "Host is already powered ON"));
    fake.order(PowerAction::On).await.unwrap();
    fake.next("POST", RESET, error(409, "not now"));
    assert!(matches!(
        fake.order(PowerAction::On).await,
        Err(BmcError::Busy { .. })
    ));
    fake.next("POST", RESET, error(400, "Host is already powered ON"));
    assert!(matches!(
        fake.order(PowerAction::ForceRestart).await,
        Err(BmcError::Rejected { .. })
    ));
}

#[tokio::test]
async fn idrac_10_refuses_power_on_for_a_while_after_off() {
    let fake = Fake::start().await;
    fake.system("/Manufacturer", json!("Dell Inc."));
    for _ in 0..3 {
        fake.next("POST", RESET, error(409, "ActionParameterValueConflict"));
    }
    fake.order(PowerAction::On).await.unwrap();
    assert_eq!(fake.slept(), [10, 10, 10]);
    assert_eq!(fake.power().await.unwrap(), PowerState::On);
}

#[tokio::test]
async fn the_only_system_is_found_and_one_of_many_must_be_named() {
    let mut fake = Fake::start().await;
    let two = json!({"Members": [{"@odata.id": SYSTEM}, {"@odata.id": "/redfish/v1/Systems/2/"}, {}, null]});
    fake.with(|model| model.documents.insert("/redfish/v1/Systems".into(), two));
    let text = fake.power().await.unwrap_err().to_string();
    assert!(
        text.contains("redfish_system_id") && text.contains("/redfish/v1/Systems/2"),
        "{text}"
    );
    fake.target.system_id = Some("1".into());
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
    fake.power().await.unwrap();
    assert_eq!(
        fake.seen("GET", "/redfish/v1/Systems").len(),
        2,
        "what was found is remembered"
    );
}

#[tokio::test]
async fn a_system_that_shows_only_after_its_collection_was_read() {
    let mut fake = Fake::start().await;
    fake.target.system_id = Some(SYSTEM.into());
    fake.next("GET", SYSTEM, error(404, "not yet"));
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
    fake.target.system_id = Some("/redfish/v1/Systems/9".into());
    let text = fake.power().await.unwrap_err().to_string();
    assert!(
        text.contains("Systems/9") && text.contains(SYSTEM),
        "{text}"
    );
}

#[tokio::test]
async fn another_root_is_asked_where_it_is() {
    let mut fake = Fake::start().await;
    fake.target.address = format!("{}/other/v1", fake.target.address).parse().unwrap();
    let root = fake.with(|model| model.documents["/redfish/v1"].clone());
    fake.next("GET", "/other/v1", canned(200, root));
    assert_eq!(fake.power().await.unwrap(), PowerState::Off);
}

#[tokio::test]
async fn one_write_at_a_time() {
    let fake = Fake::start().await;
    let (one, two) = tokio::join!(
        fake.order(PowerAction::On),
        fake.order(PowerAction::ForceOff)
    );
    one.unwrap();
    two.unwrap();
    let order: Vec<String> =
        fake.with(|model| model.seen.iter().map(|seen| seen.method.clone()).collect());
    let posts: Vec<usize> = (0..order.len()).filter(|at| order[*at] == "POST").collect();
    let between = &order[posts[0]..posts[1]];
    assert!(
        between.iter().any(|method| method == "GET"),
        "the second reads only after the first has written: {order:?}"
    );
}
