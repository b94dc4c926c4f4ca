//! What is asked of a node: verbs, power, RAID, boot device, maintenance, traits, and the answers for features that are not there.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use model::{PowerState, Verb};
use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, ask_at};

const PROVISION: &str = "/v1/nodes/a/states/provision";

fn world(change: impl FnOnce(&mut model::Node)) -> (std::sync::Arc<Fake>, uuid::Uuid) {
    let fake = Fake::new();
    let uuid = fake.add_node("a", change);
    (fake, uuid)
}

#[tokio::test]
async fn verbs_are_accepted_with_their_arguments() {
    let (fake, uuid) = world(|_| {});
    let router = fake.operator();
    let drive = json!({"meta_data": {"a": 1}, "user_data": "#!/bin/sh"});
    let clean = json!([{"interface": "deploy", "step": "erase_devices_metadata", "order": 1}]);
    let deploy = json!([{"interface": "deploy", "step": "write", "args": {}, "priority": "80"}]);
    for body in [
        json!({"target": "manage"}),
        json!({"target": "clean", "clean_steps": clean}),
        json!({"target": "provide", "configdrive": {}}),
        json!({"target": "active", "configdrive": drive, "deploy_steps": deploy}),
    ] {
        let reply = ask(&router, "PUT", PROVISION, Some(body)).await;
        assert_eq!(reply.status, 202, "{}", reply.text);
        assert_eq!(reply.text, "");
        // As the client named the node.
        let place = "http://engine:6385/v1/nodes/a/states";
        assert_eq!(reply.header("location"), Some(place));
    }
    // The query does as well as the body.
    let path = format!("{PROVISION}?target=deleted");
    assert_eq!(ask(&router, "PUT", &path, None).await.status, 202);
    assert_eq!(
        fake.world.lock().unwrap().verbs,
        [
            (uuid, Verb::Manage, 0, false),
            (uuid, Verb::Clean, 1, false),
            (uuid, Verb::Provide, 0, false),
            (uuid, Verb::Deploy, 1, true),
            (uuid, Verb::Undeploy, 0, false),
        ]
    );
}

/// Ironic's order: the form, the node, the verb's version, the node's state, and then what comes with the verb.
#[tokio::test]
async fn verbs_are_refused_by_form_state_and_version() {
    use model::ProvisionState::{
        Active, Available, DeployWait, InspectWait, Manageable, ServiceHold,
    };
    let step = json!({"interface": "deploy", "step": "x"});
    let deploy = json!({"interface": "deploy", "step": "a", "args": {}, "priority": 1});
    for (state, body, version, status, told) in [
        (Manageable, json!({}), "1.115", 400, "target"),
        (
            Manageable,
            json!({"target": null}),
            "1.115",
            400,
            "\"manageable\"",
        ),
        (
            Manageable,
            json!({"target": "dance"}),
            "1.115",
            400,
            "\"dance\"",
        ),
        (
            Manageable,
            json!({"target": "manage", "dance": 1}),
            "1.115",
            400,
            "dance",
        ),
        (Active, json!({"target": "manage"}), "1.3", 406, "manage"),
        (
            Active,
            json!({"target": "manage"}),
            "1.4",
            400,
            "\"active\"",
        ),
        (
            Active,
            json!({"target": "active"}),
            "1.4",
            400,
            "action \"active\"",
        ),
        (
            Manageable,
            json!({"target": "deleted"}),
            "1.4",
            400,
            "\"deleted\"",
        ),
        (
            Active,
            json!({"target": "service", "service_steps": [step]}),
            "1.86",
            406,
            "service",
        ),
        (
            Manageable,
            json!({"target": "service", "service_steps": [step]}),
            "1.86",
            400,
            "state",
        ),
        (
            ServiceHold,
            json!({"target": "unhold"}),
            "1.84",
            406,
            "unhold",
        ),
        (
            Manageable,
            json!({"target": "unhold"}),
            "1.84",
            400,
            "state",
        ),
        (
            DeployWait,
            json!({"target": "abort"}),
            "1.109",
            406,
            "1.110",
        ),
        (InspectWait, json!({"target": "abort"}), "1.40", 406, "1.41"),
        (
            Manageable,
            json!({"target": "clean"}),
            "1.115",
            400,
            "target",
        ),
        (
            Manageable,
            json!({"target": "clean", "clean_steps": 5}),
            "1.115",
            400,
            "clean_steps",
        ),
        (
            Manageable,
            json!({"target": "clean", "clean_steps": [{"step": "x"}]}),
            "1.115",
            400,
            "interface",
        ),
        (
            Manageable,
            json!({"target": "clean", "clean_steps": [{"interface": "boot", "step": "x"}]}),
            "1.115",
            400,
            "interface",
        ),
        (
            Manageable,
            json!({"target": "clean", "clean_steps": [{"interface": "deploy", "step": "x", "z": 1}]}),
            "1.115",
            400,
            "\"z\"",
        ),
        (
            Manageable,
            json!({"target": "provide", "clean_steps": [step]}),
            "1.115",
            400,
            "clean_steps",
        ),
        (
            Manageable,
            json!({"target": "provide", "service_steps": [step]}),
            "1.115",
            400,
            "service_steps",
        ),
        (
            Available,
            json!({"target": "active", "deploy_steps": [step]}),
            "1.115",
            400,
            "deploy_steps",
        ),
        (
            Available,
            json!({"target": "active", "deploy_steps": [deploy]}),
            "1.68",
            406,
            "deploy_steps",
        ),
        (
            Available,
            json!({"target": "deploy", "deploy_steps": [deploy]}),
            "1.115",
            400,
            "deploy_steps",
        ),
        (
            Available,
            json!({"target": "deploy", "configdrive": "x"}),
            "1.115",
            400,
            "active",
        ),
        (
            Active,
            json!({"target": "rebuild", "configdrive": "x"}),
            "1.34",
            400,
            "1.35",
        ),
        (
            Available,
            json!({"target": "active", "configdrive": {"x": 1}}),
            "1.115",
            400,
            "\"x\"",
        ),
        (
            Available,
            json!({"target": "active", "configdrive": {"meta_data": {}}}),
            "1.55",
            400,
            "1.56",
        ),
        (
            Available,
            json!({"target": "active", "configdrive": {"vendor_data": {}}}),
            "1.58",
            400,
            "1.59",
        ),
        (
            Available,
            json!({"target": "active", "configdrive": 5}),
            "1.115",
            400,
            "configdrive",
        ),
        (
            Active,
            json!({"target": "rescue"}),
            "1.115",
            400,
            "rescue_password",
        ),
        (
            Active,
            json!({"target": "rescue", "rescue_password": " "}),
            "1.115",
            400,
            "rescue_password",
        ),
        (
            Manageable,
            json!({"target": "provide", "rescue_password": "x"}),
            "1.115",
            400,
            "rescue_password",
        ),
        (
            Manageable,
            json!({"target": "provide", "disable_ramdisk": true}),
            "1.115",
            400,
            "disable_ramdisk",
        ),
        (
            Manageable,
            json!({"target": "clean", "clean_steps": [step], "disable_ramdisk": true}),
            "1.69",
            406,
            "disable_ramdisk",
        ),
        (
            Manageable,
            json!({"target": "clean", "runbook": "r"}),
            "1.115",
            404,
            "r",
        ),
        (
            Manageable,
            json!({"target": "clean", "runbook": "r"}),
            "1.91",
            406,
            "runbook",
        ),
    ] {
        let (fake, _) = world(|node| node.provision_state = state);
        let path = "/v1/nodes/00000000-0000-0000-0000-000000000001/states/provision";
        let shown = format!("{body} at {version} in {state}");
        let reply = ask_at(&fake.operator(), version, "PUT", path, Some(body)).await;
        assert_eq!(reply.status, status, "{shown}: {}", reply.text);
        assert!(reply.error().contains(told), "{shown}: {}", reply.error());
    }
}

#[tokio::test]
async fn power_is_asked_for_in_ironics_words() {
    let (fake, uuid) = world(|_| {});
    let router = fake.operator();
    for (body, version, status) in [
        (json!({"target": "power on"}), "1.1", 202),
        (
            json!({"target": "soft power off", "timeout": 5}),
            "1.27",
            202,
        ),
        (json!({"target": "soft power off"}), "1.26", 406),
        (json!({"target": "power off", "timeout": 5}), "1.26", 406),
        (json!({"target": "power off", "timeout": 0}), "1.27", 400),
        (json!({"target": "power off", "timeout": "x"}), "1.27", 400),
        (json!({"target": "on"}), "1.115", 400),
        (json!({}), "1.115", 400),
    ] {
        let path = "/v1/nodes/00000000-0000-0000-0000-000000000001/states/power";
        let reply = ask_at(&router, version, "PUT", path, Some(body.clone())).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
    }
    assert_eq!(fake.node(uuid).power_state, Some(PowerState::Off));
}

#[tokio::test]
async fn raid_maintenance_and_boot_device_answer_as_ironic_does() {
    let (fake, uuid) = world(|_| {});
    let router = fake.operator();
    let raid = json!({"logical_disks": [{"raid_level": "1", "size_gb": "MAX"}]});
    for (method, path, body, status) in [
        ("PUT", "states/raid", Some(raid), 204),
        ("PUT", "states/raid", Some(json!({"x": 1})), 400),
        ("PUT", "maintenance", Some(json!({"reason": "why"})), 202),
        ("PUT", "maintenance", None, 202),
        ("DELETE", "maintenance", None, 202),
        (
            "PUT",
            "management/boot_device",
            Some(json!({"boot_device": "pxe"})),
            204,
        ),
        (
            "PUT",
            "management/boot_device?boot_device=disk&persistent=yes",
            None,
            204,
        ),
        (
            "PUT",
            "management/boot_device",
            Some(json!({"boot_device": "tape"})),
            400,
        ),
        (
            "PUT",
            "management/boot_device",
            Some(json!({"boot_device": "pxe", "persistent": "x"})),
            400,
        ),
        // The hardware failed, not the client.
        (
            "PUT",
            "management/boot_device",
            Some(json!({"boot_device": "cdrom"})),
            500,
        ),
        ("PUT", "management/inject_nmi", Some(json!({})), 400),
        ("GET", "vmedia", None, 400),
        ("GET", "bios/x", None, 404),
        ("GET", "inventory", None, 404),
    ] {
        let reply = ask(&router, method, &format!("/v1/nodes/a/{path}"), body).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text);
    }
    assert!(
        fake.node(uuid)
            .target_raid_config
            .contains_key("logical_disks")
    );
    let device = ask(&router, "GET", "/v1/nodes/a/management/boot_device", None).await;
    assert_eq!(
        device.body,
        json!({"boot_device": "pxe", "persistent": false})
    );
    let all = ask(
        &router,
        "GET",
        "/v1/nodes/a/management/boot_device/supported",
        None,
    )
    .await;
    assert_eq!(all.body, json!({"supported_boot_devices": ["pxe", "disk"]}));
    assert_eq!(
        ask(&router, "GET", "/v1/nodes/a/bios", None).await.body,
        json!({"bios": []})
    );
    let old = ask_at(
        &router,
        "1.39",
        "GET",
        &format!("/v1/nodes/{uuid}/bios"),
        None,
    )
    .await;
    assert_eq!(old.status, 404);
}

#[tokio::test]
async fn validation_tells_each_interface() {
    let (fake, _) = world(|_| {});
    let router = fake.operator();
    for path in ["/v1/nodes/a/validate", "/v1/nodes/validate?node=a"] {
        let reply = ask(&router, "GET", path, None).await;
        assert_eq!(reply.body["boot"], json!({"result": true}));
        assert_eq!(
            reply.body["deploy"],
            json!({"result": false, "reason": "no image_source"})
        );
        assert_eq!(
            reply.body["bios"],
            json!({"result": false, "reason": "Driver fake-hardware does not support bios (disabled or not implemented)."})
        );
        assert!(reply.body.get("vendor").is_none());
        assert_eq!(reply.body.as_object().unwrap().len(), 12);
    }
}

#[tokio::test]
async fn traits_are_simple_edits() {
    let (fake, uuid) = world(|_| {});
    let router = fake.operator();
    let base = "/v1/nodes/a/traits";
    let set = ask(
        &router,
        "PUT",
        base,
        Some(json!({"traits": ["CUSTOM_B", "HW_CPU_X86_VMX", "CUSTOM_B"]})),
    )
    .await;
    assert_eq!(set.status, 204, "{}", set.text);
    let added = ask(&router, "PUT", &format!("{base}/CUSTOM_C"), None).await;
    assert_eq!(added.status, 204);
    assert!(
        added
            .header("location")
            .unwrap()
            .ends_with("/traits/CUSTOM_C")
    );
    assert_eq!(
        ask(&router, "DELETE", &format!("{base}/CUSTOM_B"), None)
            .await
            .status,
        204
    );
    assert_eq!(
        ask(&router, "DELETE", &format!("{base}/CUSTOM_B"), None)
            .await
            .status,
        404
    );
    let all = ask(&router, "GET", base, None).await;
    assert_eq!(all.body, json!({"traits": ["CUSTOM_C", "HW_CPU_X86_VMX"]}));
    for bad in [
        json!({"traits": ["custom_a"]}),
        json!({"traits": ["CUSTOM_"]}),
        json!({"traits": [5]}),
        json!({}),
    ] {
        assert_eq!(ask(&router, "PUT", base, Some(bad)).await.status, 400);
    }
    let many: Vec<String> = (0..51).map(|n| format!("CUSTOM_{n}")).collect();
    assert_eq!(
        ask(&router, "PUT", base, Some(json!({"traits": many})))
            .await
            .status,
        400
    );
    assert_eq!(ask(&router, "DELETE", base, None).await.status, 204);
    assert!(fake.node(uuid).traits.is_empty());
    // Ironic's answers where it has no traits yet.
    for (method, status) in [("GET", 406), ("PUT", 405), ("DELETE", 404)] {
        let old = ask_at(&router, "1.36", method, base, None).await;
        assert_eq!(old.status, status, "{method}");
    }
}

#[tokio::test]
async fn drivers_and_conductors_are_listed() {
    let (fake, _) = world(|_| {});
    let router = fake.operator();
    let list = ask_at(&router, "1.1", "GET", "/v1/drivers", None).await;
    assert_eq!(list.body["drivers"][0]["name"], "fake-hardware");
    assert_eq!(list.body["drivers"][0]["hosts"], json!(["hammerscale"]));
    assert!(list.body["drivers"][0].get("type").is_none());
    let detail = ask(&router, "GET", "/v1/drivers?detail=true", None).await;
    let driver: api_types::Driver =
        serde_json::from_value(detail.body["drivers"][0].clone()).unwrap();
    assert_eq!(driver.enabled(model::InterfaceKind::Network), ["noop"]);
    assert_eq!(
        detail.body["drivers"][0]["default_bios_interface"],
        Value::Null
    );
    for (path, status) in [
        ("/v1/drivers?type=classic", 200),
        ("/v1/drivers?type=odd", 400),
        ("/v1/drivers?fields=name", 200),
        ("/v1/drivers?fields=nothing", 400),
        ("/v1/drivers/fake-hardware", 200),
        ("/v1/drivers/none", 404),
        ("/v1/drivers/fake-hardware/properties", 200),
        (
            "/v1/drivers/fake-hardware/raid/logical_disk_properties",
            200,
        ),
        ("/v1/drivers/none/raid/logical_disk_properties", 404),
        ("/v1/conductors/hammerscale", 200),
        ("/v1/conductors/other", 404),
        ("/v1/conductors?marker=other", 404),
    ] {
        assert_eq!(
            ask(&router, "GET", path, None).await.status,
            status,
            "{path}"
        );
    }
    let list = ask(&router, "GET", "/v1/conductors", None).await;
    assert_eq!(list.body["conductors"][0]["alive"], true);
    assert_eq!(
        ask_at(&router, "1.48", "GET", "/v1/conductors", None)
            .await
            .status,
        404
    );
}
