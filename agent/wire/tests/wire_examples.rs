//! Documents as Ironic and ironic-python-agent write them must parse, and ours must have the same keys.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use agent_wire::*;
use serde_json::{Value, json};

#[test]
fn a_lookup_answer_of_ironic_parses() {
    let answer: LookupResponse = serde_json::from_value(json!({
        "node": {"uuid": "N", "properties": {"root_device": {"serial": "S1"}}, "instance_info": {},
                 "driver_internal_info": {"agent_secret_token": "******"},
                 "links": [{"href": "http://h/v1/nodes/N", "rel": "self"}]},
        "config": {"heartbeat_timeout": 300, "agent_token": "0123456789012345678901234567890123456789012",
            "agent_token_required": true, "agent_md5_checksum_enable": true, "agent_skip_bmc_detect": true,
            "tls_min_version": "1.3", "tls_cipher_suites": null, "disable_deep_image_inspection": false,
            "permitted_image_formats": ["raw", "gpt"], "enable_bios_bootloader_install": false,
            "metrics": {"backend": "noop", "prepend_host": false, "global_prefix": null},
            "metrics_statsd": {"statsd_host": "localhost", "statsd_port": 8125},
            "agent_containers": {"runner": "podman", "something_new": 1}, "unheard_of": {"a": 1}}
    }))
    .unwrap();
    assert_eq!(answer.node.uuid, "N");
    assert_eq!(answer.config.tls_min_version.as_deref(), Some("1.3"));
    assert!(answer.config.agent_skip_bmc_detect);
    assert!(answer.config.hammerscale.is_none());
}

#[test]
fn an_extension_of_another_shape_counts_as_absent() {
    let config: LookupConfig =
        serde_json::from_value(json!({"hammerscale": "yes", "metrics": 7})).unwrap();
    assert!(config.hammerscale.is_none());
    assert_eq!(config.heartbeat_timeout, 300);
    let config: LookupConfig = serde_json::from_value(
        json!({"hammerscale": {"version": 1, "forbidden_networks": ["10.0.0.0/8"]}}),
    )
    .unwrap();
    let extension = config.hammerscale.unwrap();
    assert_eq!(extension.progress_interval_seconds, 2);
    assert_eq!(extension.forbidden_networks, ["10.0.0.0/8"]);
}

#[test]
fn a_plain_heartbeat_has_only_the_plain_keys() {
    let beat = HeartbeatRequest {
        callback_url: "https://192.0.2.7:9999".to_owned(),
        agent_token: Some("t".into()),
        agent_version: Some("1".to_owned()),
        ..HeartbeatRequest::default()
    };
    let value = serde_json::to_value(beat).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["agent_token", "agent_version", "callback_url"]);
}

#[test]
fn command_results_round_trip_with_their_status_words() {
    for (text, status) in [
        ("RUNNING", CommandStatus::Running),
        ("SUCCEEDED", CommandStatus::Succeeded),
        ("FAILED", CommandStatus::Failed),
        (
            "CLEAN_VERSION_MISMATCH",
            CommandStatus::CleanVersionMismatch,
        ),
        ("VERSION_MISMATCH", CommandStatus::VersionMismatch),
        ("PAUSED", CommandStatus::Other("PAUSED".to_owned())),
    ] {
        let document = json!({"id": "C", "command_name": "x", "command_status": text,
            "command_error": {"type": "E", "code": 500, "message": "m", "details": "d"}, "command_result": null});
        let result: CommandResult = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(result.command_status, status);
        assert_eq!(serde_json::to_value(&result).unwrap(), document);
    }
}

#[test]
fn steps_echo_unknown_keys() {
    let document = json!({"interface": "deploy", "step": "write_image", "args": {"a": 1}, "priority": 80, "order": "x"});
    let step: Step = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&step).unwrap(), document);
    let steps: DeploySteps = serde_json::from_value(json!({
        "deploy_steps": {"GenericHardwareManager": [
            {"step": "write_image", "priority": 0, "interface": "deploy", "reboot_requested": false}]},
        "hardware_manager_version": {"generic_hardware_manager": "1.2"}}))
    .unwrap();
    assert_eq!(steps.steps["GenericHardwareManager"][0].step, "write_image");
}

#[test]
fn the_inventory_has_the_keys_of_ipa() {
    let value = serde_json::to_value(Inventory {
        interfaces: vec![Interface::default()],
        disks: vec![Disk::default()],
        ..Inventory::default()
    })
    .unwrap();
    let keys = |v: &Value| {
        let mut keys: Vec<_> = v.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(
        keys(&value),
        "bmc_address bmc_mac bmc_v6address boot cpu disks hostname interfaces memory system_vendor"
    );
    assert_eq!(
        keys(&value["interfaces"][0]),
        "biosdevname client_id driver has_carrier ipv4_address ipv6_address lldp mac_address name pci_address product speed_mbps vendor"
    );
    assert_eq!(
        keys(&value["disks"][0]),
        "by_path hctl logical_sectors model name physical_sectors rotational serial size tran vendor wwn wwn_vendor_extension wwn_with_extension"
    );
    assert_eq!(
        keys(&value["cpu"]),
        "architecture count flags frequency model_name socket_count"
    );
}

#[test]
fn no_debug_output_shows_a_secret() {
    const CANARY: &str = "canary-9d1f";
    let beat = HeartbeatRequest {
        agent_token: Some(CANARY.into()),
        ..HeartbeatRequest::default()
    };
    let config = LookupConfig {
        agent_token: Some(CANARY.into()),
        ..LookupConfig::default()
    };
    let mut node = LookupNode::default();
    node.instance_info
        .insert("configdrive".to_owned(), json!(CANARY));
    let answer = LookupResponse { node, config };
    let identity = BootIdentity {
        nonce: CANARY.into(),
        api_ca_pem: None,
    };
    let image = ImageInfo {
        configdrive: Some(CANARY.into()),
        image_server_password: Some(CANARY.into()),
        image_request_authorization: Some(CANARY.into()),
        ..ImageInfo::default()
    };
    let command: Command =
        serde_json::from_value(json!({"name": "a.b", "params": {"configdrive": CANARY}})).unwrap();
    for shown in [
        format!("{beat:?}"),
        format!("{answer:#?}"),
        format!("{identity:?}"),
        format!("{image:?}"),
        format!("{command:?}"),
    ] {
        assert!(!shown.contains(CANARY), "{shown}");
    }
    assert!(serde_json::to_string(&beat).unwrap().contains(CANARY));
}
