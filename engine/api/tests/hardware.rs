//! What may be asked of one node's hardware: shapes, versions, and what is refused before the engine is asked.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use axum::http::StatusCode;
use serde_json::{Value, json};
use support::Fake;
use support::ask::{ask, ask_at};

#[tokio::test]
async fn vifs_are_attached_listed_and_detached() {
    let fake = Fake::new();
    fake.add_node("n", |_| {});
    let api = fake.operator();
    let path = "/v1/nodes/n/vifs";
    let port = "0b8a8b0a-5f0e-4bd0-bb0e-2e1f0c5a3a33";
    let vif = json!({"id": "a", "port_uuid": port, "more": 1});
    let attached = ask(&api, "POST", path, Some(vif.clone())).await;
    assert_eq!(attached.status, StatusCode::NO_CONTENT);
    assert_eq!(
        fake.world.lock().unwrap().vifs[0].port.as_deref(),
        Some(port)
    );
    ask_at(&api, "1.66", "POST", path, Some(vif)).await;
    let unplaced = fake.world.lock().unwrap().vifs[1].clone();
    assert_eq!(unplaced.port, None, "1.66 knows no port_uuid");
    let listed = ask(&api, "GET", path, None).await;
    assert_eq!(listed.body, json!({"vifs": [{"id": "a"}, {"id": "a"}]}));
    let gone = ask(&api, "DELETE", "/v1/nodes/n/vifs/a", None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert!(fake.world.lock().unwrap().vifs.is_empty());
    for (method, path, body) in [
        ("POST", path, json!({})),
        ("POST", path, json!({"id": 1})),
        (
            "POST",
            path,
            json!({"id": "a", "port_uuid": port, "portgroup_uuid": port}),
        ),
        ("DELETE", path, json!({})),
        ("DELETE", "/v1/nodes/n/vifs/a%20b", json!({})),
    ] {
        let bad = ask(&api, method, path, Some(body.clone())).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{method} {body}");
    }
    let old = ask_at(&api, "1.27", "GET", path, None).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_light_is_named_with_its_component() {
    let fake = Fake::new();
    fake.add_node("n", |_| {});
    let api = fake.operator();
    let all = "/v1/nodes/n/management/indicators";
    let listed = ask(&api, "GET", all, None).await;
    let light = &listed.body["indicators"][0];
    assert_eq!(light["name"], "led@system");
    assert_eq!(light["component"], "system");
    assert_eq!(light["readonly"], false);
    assert_eq!(light["states"], json!(["off", "on"]));
    let link = "http://engine:6385/v1/nodes/n/management/indicators/led@system";
    assert_eq!(light["links"][0]["href"], link);
    let one = ask(&api, "GET", &format!("{all}/led@system"), None).await;
    assert_eq!(one.body, json!({"state": "on"}));
    let put = |name: &str, body: Value| ask_put(api.clone(), format!("{all}/{name}"), body);
    assert_eq!(
        put("led@system", json!({"state": "off"})).await,
        StatusCode::NO_CONTENT
    );
    for (name, body) in [
        ("led@system", json!({})),
        ("led@system", json!({"state": "purple"})),
        ("led", json!({"state": "on"})),
    ] {
        assert_eq!(put(name, body).await, StatusCode::BAD_REQUEST, "{name}");
    }
}

async fn ask_put(api: axum::Router, path: String, body: Value) -> StatusCode {
    ask(&api, "PUT", &path, Some(body)).await.status
}

#[tokio::test]
async fn a_console_is_switched_and_shown() {
    let fake = Fake::new();
    fake.add_node("n", |_| {});
    let api = fake.operator();
    let path = "/v1/nodes/n/states/console";
    let off = ask(&api, "GET", path, None).await;
    assert_eq!(
        off.body,
        json!({"console_enabled": false, "console_info": null})
    );
    let put = ask(&api, "PUT", path, Some(json!({"enabled": "yes"}))).await;
    assert_eq!(put.status, StatusCode::ACCEPTED);
    let on = ask(&api, "GET", path, None).await;
    assert_eq!(
        on.body,
        json!({"console_enabled": true, "console_info": {}})
    );
    for body in [json!({}), json!({"enabled": "perhaps"})] {
        let bad = ask(&api, "PUT", path, Some(body)).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn boot_mode_and_secure_boot_are_checked_and_passed_on() {
    let fake = Fake::new();
    let node = fake.add_node("n", |_| {});
    let api = fake.operator();
    let cases = [
        ("boot_mode", json!("bios"), StatusCode::ACCEPTED),
        ("boot_mode", json!("x"), StatusCode::BAD_REQUEST),
        ("boot_mode", json!(null), StatusCode::BAD_REQUEST),
        ("secure_boot", json!("on"), StatusCode::ACCEPTED),
        ("secure_boot", json!("perhaps"), StatusCode::BAD_REQUEST),
        ("secure_boot", json!(null), StatusCode::BAD_REQUEST),
    ];
    for (what, target, status) in cases {
        let path = format!("/v1/nodes/n/states/{what}");
        let body = json!({"target": target});
        let reply = ask(&api, "PUT", &path, Some(body.clone())).await;
        assert_eq!(reply.status, status, "{what} {target}");
        let old = ask_at(&api, "1.75", "PUT", &path, Some(body)).await;
        assert_eq!(old.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(fake.node(node).boot_mode.as_deref(), Some("bios"));
    assert_eq!(fake.node(node).secure_boot, Some(true));
}

#[tokio::test]
async fn virtual_media_are_checked_and_passed_on() {
    let fake = Fake::new();
    let node = fake.add_node("n", |_| {});
    let api = fake.operator();
    let path = "/v1/nodes/n/vmedia";
    let told = || fake.node(node).last_error.unwrap_or_default();
    let image = json!({"device_type": "cdrom", "image_url": "http://a/b.iso"});
    let attached = ask(&api, "POST", path, Some(image.clone())).await;
    assert_eq!(attached.status, StatusCode::NO_CONTENT);
    assert_eq!(told(), "cdrom http://a/b.iso");
    for (query, body, expected) in [
        ("", None, "without "),
        ("?device_types=cdrom,disk", None, "without cdrom disk"),
        (
            "",
            Some(json!({"device_types": ["floppy"]})),
            "without floppy",
        ),
    ] {
        let path = format!("{path}{query}");
        let detached = ask(&api, "DELETE", &path, body).await;
        assert_eq!(detached.status, StatusCode::NO_CONTENT);
        assert_eq!(told(), expected);
    }
    let odd = ask(&api, "DELETE", "/v1/nodes/n/vmedia?device_types=tape", None).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    let listed = ask(&api, "GET", path, None).await;
    assert!(listed.error().contains("get_virtual_media"));
    for (version, method) in [("1.88", "POST"), ("1.92", "GET")] {
        let old = ask_at(&api, version, method, path, Some(image.clone())).await;
        assert_eq!(old.status, StatusCode::NOT_FOUND, "{version}");
    }
}

#[tokio::test]
async fn vendor_methods_are_called_by_path_and_by_argument() {
    let fake = Fake::new();
    fake.add_node("n", |_| {});
    let api = fake.operator();
    let path = "/v1/nodes/n/vendor_passthru";
    let methods = ask(&api, "GET", &format!("{path}/methods"), None).await;
    let method = &methods.body["compare"];
    assert_eq!(method["http_methods"], json!(["POST"]));
    assert_eq!(
        (&method["async"], &method["attach"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(method["require_exclusive_lock"], true);
    for path in [format!("{path}/compare"), format!("{path}?method=compare")] {
        for verb in ["GET", "POST", "PUT", "DELETE"] {
            let reply = ask(&api, verb, &path, Some(json!({"bar": 1}))).await;
            assert_eq!(reply.status, StatusCode::OK);
            let told = json!([verb, "compare", {"bar": 1}]);
            assert_eq!(reply.body, told, "{path}");
        }
    }
    // A method's arguments are its body.
    let query = format!("{path}/compare?more=x");
    let refused = ask(&api, "POST", &query, None).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let begun = ask(&api, "POST", &format!("{path}/begin"), None).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED);
    let nothing = ask(&api, "POST", &format!("{path}/nothing"), None).await;
    assert_eq!(
        (nothing.status, nothing.text.as_str()),
        (StatusCode::OK, "null")
    );
    let unnamed = ask(&api, "POST", path, Some(json!({"method": "compare"}))).await;
    assert!(unnamed.error().contains("method"));
    let list = ask(&api, "POST", &format!("{path}/compare"), Some(json!([1]))).await;
    assert_eq!(list.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn drivers_have_no_methods_of_their_own() {
    let api = Fake::new().operator();
    let path = "/v1/drivers/fake-hardware/vendor_passthru";
    let methods = ask(&api, "GET", &format!("{path}/methods"), None).await;
    assert_eq!(methods.body, json!({}));
    for (path, status) in [
        (path.to_owned(), StatusCode::BAD_REQUEST),
        (format!("{path}/x"), StatusCode::BAD_REQUEST),
        (
            "/v1/drivers/none/vendor_passthru/x".to_owned(),
            StatusCode::NOT_FOUND,
        ),
        (
            "/v1/drivers/none/vendor_passthru/methods".to_owned(),
            StatusCode::NOT_FOUND,
        ),
    ] {
        let reply = ask(&api, "GET", &path, None).await;
        assert_eq!(reply.status, status, "{path}");
    }
}

#[tokio::test]
async fn bios_settings_are_shown_by_version_and_choice() {
    let fake = Fake::new();
    let node = fake.add_node("n", |_| {});
    let now = fake.node(node).created_at;
    for (name, value) in [("boot", Some("Uefi")), ("asset", None)] {
        let value = value.map(str::to_owned);
        let setting =
            model::BiosSetting::new(uuid::Uuid::new_v4(), node, name.to_owned(), value, now);
        let change = ports::resources::create(&setting).unwrap();
        ports::store::Store::change_resources(fake.as_ref(), vec![change])
            .await
            .unwrap();
    }
    let api = fake.operator();
    let path = "/v1/nodes/n/bios";
    let listed = ask(&api, "GET", path, None).await;
    let names = |reply: &support::ask::Reply| -> Vec<String> {
        let list = reply.body["bios"].as_array().unwrap().iter();
        list.map(|setting| setting["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut found = names(&listed);
    found.sort();
    assert_eq!(found, ["asset", "boot"]);
    let keys = |value: &Value| value.as_object().unwrap().len();
    assert_eq!(keys(&listed.body["bios"][0]), 5);
    let detail = ask(&api, "GET", &format!("{path}?detail=true"), None).await;
    assert_eq!(keys(&detail.body["bios"][0]), 14);
    let chosen = ask(&api, "GET", &format!("{path}?fields=value"), None).await;
    assert_eq!(
        keys(&chosen.body["bios"][0]),
        4,
        "the field, its times and links"
    );
    let one = ask(&api, "GET", &format!("{path}/boot"), None).await;
    assert_eq!(one.body["boot"]["value"], "Uefi");
    assert_eq!(one.body["boot"]["allowable_values"], json!([]));
    let old = ask_at(&api, "1.73", "GET", &format!("{path}/boot"), None).await;
    assert_eq!(keys(&old.body["boot"]), 5);
    for (version, query, status) in [
        ("1.73", "?detail=true", StatusCode::BAD_REQUEST),
        ("1.73", "?fields=name", StatusCode::BAD_REQUEST),
        ("1.115", "?fields=other", StatusCode::BAD_REQUEST),
        ("1.115", "/other", StatusCode::NOT_FOUND),
        ("1.39", "", StatusCode::NOT_FOUND),
    ] {
        let reply = ask_at(&api, version, "GET", &format!("{path}{query}"), None).await;
        assert_eq!(reply.status, status, "{version} {query}");
    }
}

#[tokio::test]
async fn network_events_are_checked() {
    let api = Fake::new().operator();
    let uuid = "11111111-aaaa-bbbb-cccc-555555555555";
    let event = json!({"event": "network.bind_port", "port_id": uuid, "mac_address": "52:54:00:00:00:01",
        "status": "ACTIVE", "device_id": null, "binding:vnic_type": "baremetal"});
    let taken = ask(&api, "POST", "/v1/events", Some(json!({"events": [event]}))).await;
    assert_eq!(taken.status, StatusCode::NO_CONTENT);
    for (key, value) in [
        ("event", json!("other")),
        ("port_id", json!("x")),
        ("mac_address", json!("x")),
        ("status", json!(null)),
        ("foo", json!(1)),
    ] {
        let mut bad = event.clone();
        bad[key] = value;
        let reply = ask(&api, "POST", "/v1/events", Some(json!({"events": [bad]}))).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{key}");
    }
    for body in [
        json!({}),
        json!({"events": []}),
        json!({"events": [event], "more": 1}),
    ] {
        let reply = ask(&api, "POST", "/v1/events", Some(body)).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }
    let old = ask_at(&api, "1.53", "POST", "/v1/events", Some(json!({}))).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_interrupt_is_refused_in_the_drivers_name() {
    let fake = Fake::new();
    fake.add_node("n", |_| {});
    let api = fake.operator();
    let path = "/v1/nodes/n/management/inject_nmi";
    let refused = ask(&api, "PUT", path, Some(json!({}))).await;
    assert!(refused.error().contains("inject_nmi"));
    let old = ask_at(&api, "1.28", "PUT", path, None).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
}
