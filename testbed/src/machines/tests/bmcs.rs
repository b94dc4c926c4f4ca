//! The BMCs: by hand for what goes wrong, by this engine's own driver for what works.

use bmc_core::{
    AllowedNetworks, BootDeviceKind, BootRequest, Driver, Persistence, PowerAction, PowerState,
    Secret, Target,
};
use bmc_redfish::{Options, RedfishDriver};

use super::*;

fn target(machine: &Machine) -> Target {
    let mut target = Target::new(machine.bmc_url.parse().unwrap());
    target.system_id = Some(machine.system_path.clone());
    target.username = Some(machine.username.clone());
    target.password = Some(Secret::from(machine.password.as_str()));
    target
}

#[tokio::test]
async fn our_driver_powers_a_machine_and_chooses_its_boot() {
    let fleet = Fleet::start(options(2)).await.unwrap();
    let driver = RedfishDriver::new(Options::new(AllowedNetworks::default().with_loopback()));
    let target = target(fleet.machine(1));
    let power = driver.power().unwrap();
    assert_eq!(power.power_state(&target).await.unwrap(), PowerState::Off);
    let request = BootRequest {
        device: BootDeviceKind::Pxe,
        persistence: Persistence::Once,
        mode: None,
        http_boot_uri: None,
    };
    driver
        .boot_device()
        .unwrap()
        .set(&target, &request)
        .await
        .unwrap();
    assert_eq!(fleet.truth(1).boot.target, BootTarget::Pxe);
    assert_eq!(fleet.truth(1).boot.enabled, OverrideEnabled::Once);
    power.set_power(&target, PowerAction::On).await.unwrap();
    wait(&fleet, 1, |truth| truth.power == Power::On).await;
    assert_eq!(power.power_state(&target).await.unwrap(), PowerState::On);
    power
        .set_power(&target, PowerAction::ForceOff)
        .await
        .unwrap();
    wait(&fleet, 1, |truth| truth.power == Power::Off).await;
    let facts = driver.identity().unwrap().facts(&target).await.unwrap();
    assert_eq!(facts.uuid, Some(fleet.machine(1).uuid.to_string()));
    assert_eq!(facts.ethernet.len(), 1);
    assert_eq!(
        fleet.truth(0),
        Truth::default(),
        "the neighbour was left alone"
    );
    driver.close().await;
}

#[tokio::test]
async fn logins_are_checked_and_belong_to_one_bmc() {
    let fleet = Fleet::start(options(2)).await.unwrap();
    let (one, other) = (fleet.machine(0), fleet.machine(1));
    let client = Client::new();
    let get = |machine: &Machine, token: &str| {
        let url = format!("{}/Systems/1", machine.bmc_url);
        client.get(url).header("X-Auth-Token", token).send()
    };
    let log_in = |password: &str| {
        let body = json!({"UserName": one.username, "Password": password});
        let url = format!("{}/SessionService/Sessions", one.bmc_url);
        client.post(url).body(body.to_string()).send()
    };
    assert_eq!(log_in("wrong").await.unwrap().status(), 401);
    let session = log_in(&one.password).await.unwrap();
    assert_eq!(session.status(), 201);
    let token = session.headers()["X-Auth-Token"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(get(one, &token).await.unwrap().status(), 200);
    assert_eq!(get(other, &token).await.unwrap().status(), 401);
    assert_eq!(get(one, "nonsense").await.unwrap().status(), 401);
    for _ in 0..8 {
        log_in(&one.password).await.unwrap();
    }
    assert_eq!(
        get(one, &token).await.unwrap().status(),
        401,
        "its place was taken"
    );
}

#[tokio::test]
async fn faults_of_a_bmc_come_and_go() {
    let fleet = Fleet::start(options(1)).await.unwrap();
    let machine = fleet.machine(0);
    let status = || async {
        bmc(machine, Method::GET, "Systems/1", Value::Null)
            .await
            .status()
    };
    fleet.inject(0, Fault::BmcErrors(1));
    assert_eq!(status().await, 503);
    assert_eq!(status().await, 200);
    fleet.inject(0, Fault::WrongPassword(true));
    assert_eq!(status().await, 401);
    fleet.inject(0, Fault::BmcUnreachable(true));
    let root = Client::new().get(&machine.bmc_url).send().await;
    assert!(root.is_err(), "it answered");
    fleet.clear_faults(0);
    assert_eq!(status().await, 200);
    fleet.inject(0, Fault::PowerIgnored(1));
    assert_eq!(reset(machine, "On").await, 204);
    assert_eq!(fleet.truth(0).turning, None, "the order was lost");
    assert_eq!(reset(machine, "On").await, 204);
    wait(&fleet, 0, |truth| truth.power == Power::On).await;
}

#[tokio::test]
async fn an_ignored_override_boots_the_disk_first() {
    let (fleet, engine) = with_engine(options(1)).await;
    engine.send_to_disk();
    fleet.inject(0, Fault::OverrideIgnored(1));
    boot_network_once(fleet.machine(0)).await;
    reset(fleet.machine(0), "On").await;
    let truth = wait(&fleet, 0, |truth| {
        truth.boots == 1 && truth.runs == Runs::Nothing
    })
    .await;
    assert_eq!(
        truth.boot.enabled,
        OverrideEnabled::Once,
        "it was not looked at"
    );
}

#[tokio::test]
async fn a_change_on_old_knowledge_is_refused() {
    let fleet = Fleet::start(options(1)).await.unwrap();
    let machine = fleet.machine(0);
    let shown = bmc(machine, Method::GET, "Systems/1", Value::Null).await;
    let etag = shown.headers()["ETag"].clone();
    boot_network_once(machine).await;
    let late = Client::new()
        .patch(format!("{}/Systems/1", machine.bmc_url))
        .basic_auth(&machine.username, Some(&machine.password))
        .header("If-Match", etag)
        .body(json!({"Boot": {"BootSourceOverrideTarget": "Hdd"}}).to_string());
    assert_eq!(late.send().await.unwrap().status(), 412);
    assert_eq!(fleet.truth(0).boot.target, BootTarget::Pxe);
    assert_eq!(reset(machine, "ForceRestart").await, 409, "it is off");
    assert_eq!(reset(machine, "Explode").await, 400);
}
