//! From power-on over the agent to the deployed system, and what happens when the power goes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use netboot_media::config_drive::ConfigDrive;
use std::io::Write;

use super::agents::boot;
use super::*;

fn config_drive(hostname: &str) -> String {
    let document = json!({"meta_data": {"hostname": hostname}});
    let drive: ConfigDrive = serde_json::from_value(document).unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&drive.iso("u", None).unwrap()).unwrap();
    STANDARD.encode(gzip.finish().unwrap())
}

fn write_image(hostname: &str) -> Value {
    let image = json!({"id": "img", "urls": ["http://i/img"], "os_hash_value": "abc", "os_hash_algo": "sha256"});
    let args = json!({"image_info": image, "configdrive": config_drive(hostname)});
    json!({"step": {"step": "write_image", "interface": "deploy", "args": args}})
}

#[tokio::test]
async fn a_machine_is_deployed_by_hand() {
    let (fleet, engine) = with_engine(options(1)).await;
    let agent = boot(&fleet, &engine).await;
    let truth = wait(&fleet, 0, |truth| truth.inspections == 1).await;
    assert_eq!((truth.boots, truth.agent_boots), (1, 1));
    assert_eq!(truth.boot, BootOverride::default(), "Once is used up");
    let requests = engine.requests();
    assert!(
        requests.contains(&"HEAD /artefacts/agent.img".to_owned()),
        "{requests:?}"
    );
    let mac = &engine.inventories()[0]["inventory"]["interfaces"][0]["mac_address"];
    assert_eq!(*mac, json!(fleet.machine(0).mac));

    let result = agent
        .run("deploy.execute_deploy_step", write_image("web-1"))
        .await;
    let echoed = &result.command_result.unwrap()["deploy_step"];
    assert_eq!(
        *echoed,
        json!({"step": "write_image", "interface": "deploy"})
    );
    let truth = fleet.truth(0);
    assert_eq!(truth.image().unwrap().url, "http://i/img");
    assert_eq!(
        (
            truth.writes_begun,
            truth.writes_done,
            truth.writes_over_image
        ),
        (1, 1, 0)
    );
    agent.run("image.install_bootloader", json!({})).await;
    agent.run("standby.power_off", json!({})).await;
    wait(&fleet, 0, |truth| truth.power == Power::Off).await;
    reset(fleet.machine(0), "On").await;
    let truth = wait(&fleet, 0, |truth| truth.runs == Runs::DeployedSystem).await;
    assert_eq!(truth.phoned_home.as_deref(), Some("web-1"));
    reset(fleet.machine(0), "GracefulShutdown").await;
    wait(&fleet, 0, |truth| {
        truth.power == Power::Off && truth.power_offs == 2
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_an_image_is_said_before_anything_is_written() {
    let (fleet, engine) = with_engine(options(1)).await;
    let agent = boot(&fleet, &engine).await;
    let mut bad = write_image("x");
    bad["step"]["args"]["image_info"]["os_hash_value"] = Value::Null;
    let result = agent.run("deploy.execute_deploy_step", bad).await;
    assert!(
        result
            .command_error
            .unwrap()
            .to_string()
            .contains("checksum")
    );
    let mut bad = write_image("x");
    bad["step"]["args"]["configdrive"] = json!("bm8=");
    let result = agent.run("deploy.execute_deploy_step", bad).await;
    assert!(result.command_error.unwrap().to_string().contains("gzip"));
    assert_eq!(
        (fleet.truth(0).writes_begun, fleet.truth(0).disk),
        (0, DiskContent::Blank)
    );
}

#[tokio::test]
async fn power_cut_in_mid_write_leaves_half_an_image() {
    let mut options = options(1);
    options.timings.step = DEADLINE * 4;
    let (fleet, engine) = with_engine(options).await;
    let agent = boot(&fleet, &engine).await;
    agent
        .post("deploy.execute_deploy_step", write_image("x"), false)
        .await;
    wait(&fleet, 0, |truth| truth.disk == DiskContent::HalfWritten).await;
    assert_eq!(reset(fleet.machine(0), "ForceOff").await, 204);
    assert_eq!(
        fleet.truth(0).runs,
        Runs::Nothing,
        "it is dead before the BMC shows it"
    );
    assert!(agent.get("/v1/status").await.is_err());
    wait(&fleet, 0, |truth| truth.power == Power::Off).await;
    engine.send_to_disk();
    reset(fleet.machine(0), "On").await;
    let truth = wait(&fleet, 0, |truth| {
        truth.boots == 2 && truth.runs == Runs::Nothing
    })
    .await;
    assert_eq!(
        (truth.deployed_boots, truth.disk),
        (0, DiskContent::HalfWritten)
    );
}

#[tokio::test]
async fn a_boot_listener_that_comes_late_is_found() {
    let engine = FakeEngine::start().await;
    let fleet = Fleet::start(options(1)).await.unwrap();
    fleet.by_hand(0, ResetType::On).unwrap();
    wait(&fleet, 0, |truth| truth.runs == Runs::Firmware).await;
    fleet.set_boot_listener(&engine.boot_url);
    wait(&fleet, 0, |truth| truth.runs == Runs::Agent).await;
}

#[tokio::test]
async fn a_boot_without_its_identity_fails() {
    let mut required = options(1);
    required.timings.retry = Duration::from_millis(1);
    let (fleet, engine) = with_engine(required).await;
    engine.keep_identities();
    fleet.by_hand(0, ResetType::On).unwrap();
    let truth = wait(&fleet, 0, |truth| {
        truth.trouble.is_some() && truth.runs == Runs::Nothing
    })
    .await;
    let trouble = truth.trouble.unwrap();
    assert!(
        trouble.contains("403") && trouble.contains("/identity"),
        "{trouble}"
    );
}

#[tokio::test]
async fn without_an_identity_the_inventory_comes_first() {
    let engine = FakeEngine::start().await;
    engine.keep_identities();
    let tolerant = FleetOptions {
        boot_listener: Some(engine.boot_url.clone()),
        identity: IdentityRule::Optional,
        api_ca_pem: Some(engine.ca_pem()),
        ..options(1)
    };
    let fleet = Fleet::start(tolerant).await.unwrap();
    fleet.by_hand(0, ResetType::On).unwrap();
    wait(&fleet, 0, |truth| truth.runs == Runs::Agent).await;
    let requests = engine.requests();
    let at = |path: &str| {
        requests
            .iter()
            .position(|request| request.contains(path))
            .unwrap()
    };
    assert!(
        at("/v1/continue_inspection") < at("/v1/lookup"),
        "{requests:?}"
    );
}

#[tokio::test]
async fn a_fleet_boots_together() {
    let (fleet, _engine) = with_engine(options(200)).await;
    for index in 0..fleet.len() {
        fleet.by_hand(index, ResetType::On).unwrap();
    }
    for index in 0..fleet.len() {
        wait(&fleet, index, |truth| truth.runs == Runs::Agent).await;
    }
    fleet.stop();
    let refused = Client::new().get(&fleet.machine(7).bmc_url).send().await;
    assert!(refused.is_err() || !refused.unwrap().status().is_success());
}
