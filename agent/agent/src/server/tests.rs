//! The agent API over its own TLS, as a conductor drives it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::IpAddr;
use std::sync::Arc;

use agent_wire::LookupConfig;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::certificate::OwnCertificate;
use super::listen;
use crate::agent::{Agent, Settings};
use crate::cmdline::Params;
use crate::host::Host;
use crate::outbound::dns::Dns;
use crate::outbound::trust::Trust;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

struct Running {
    client: Client,
    base: String,
    agent: Arc<Agent>,
}

async fn start() -> Running {
    let settings = Settings::new(&LookupConfig::default(), Some(TOKEN.into()));
    let host = Host::guest(Vec::new(), false);
    let agent = Arc::new(Agent::new(
        host,
        Params::parse(""),
        Trust::default(),
        Dns::system(),
        settings,
    ));
    let address = IpAddr::from([127, 0, 0, 1]);
    let own = OwnCertificate::generate(address, "agent").unwrap();
    let listener = listen::bind(Some(address), 0).await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(listen::serve(
        listener,
        Some(own.server_config(Some("1.3")).unwrap()),
        Arc::clone(&agent),
    ));
    // The certificate is trusted for what it says: its one address.
    let trust = Trust {
        api_ca_pem: Some(own.pem.clone()),
        insecure: false,
        ..Trust::default()
    };
    let client = Client::builder()
        .tls_backend_preconfigured(trust.api_config().unwrap())
        .no_proxy()
        .build()
        .unwrap();
    Running {
        client,
        base,
        agent,
    }
}

impl Running {
    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = self
            .client
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let answer = self
            .client
            .post(format!("{}{path}", self.base))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn command(&self, body: Value) -> (StatusCode, Value) {
        self.post(
            &format!("/v1/commands/?wait=true&agent_token={TOKEN}"),
            body,
        )
        .await
    }
}

#[tokio::test]
async fn open_documents_need_no_token_and_commands_do() {
    let run = start().await;
    assert_eq!(run.get("/").await.1["default_version"]["id"], "v1");
    assert_eq!(run.get("/v1/").await.0, StatusCode::OK);
    assert!(run.get("/v1/status").await.1["started_at"].is_f64());
    for path in [
        "/v1/commands/",
        "/v1/commands",
        "/commands/?agent_token=wrong",
        "/v1/commands/x?agent_token=",
    ] {
        let (status, body) = run.get(path).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(body["faultcode"], "Client");
        assert_eq!(body["faultstring"], "401 Unauthorized: Token invalid.");
    }
    let (status, body) = run.get(&format!("/v1/commands?agent_token={TOKEN}")).await;
    assert_eq!((status, body), (StatusCode::OK, json!({"commands": []})));
    assert_eq!(run.get("/v1/nothing").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn steps_are_listed_under_the_right_keys() {
    let run = start().await;
    let (_, body) = run
        .command(json!({"name": "clean.get_clean_steps", "params": {"node": {"uuid": "N"}, "ports": []}}))
        .await;
    assert_eq!(body["command_name"], "get_clean_steps");
    assert_eq!(body["command_status"], "SUCCEEDED");
    let steps = &body["command_result"]["clean_steps"]["HammerscaleHardwareManager"];
    assert_eq!(steps[0]["step"], "erase_devices_metadata");
    assert_eq!(steps[0]["priority"], 99);
    let (_, body) = run
        .command(json!({"name": "deploy.get_deploy_steps", "params": {"node": {}, "ports": []}}))
        .await;
    let steps = body["command_result"]["deploy_steps"]["HammerscaleHardwareManager"]
        .as_array()
        .unwrap();
    assert!(
        steps
            .iter()
            .any(|s| s["step"] == "write_image" && s["priority"] == 0)
    );
    assert_eq!(
        body["command_result"]["hardware_manager_version"],
        json!({"HammerscaleHardwareManager": "1.0"})
    );
    assert_eq!(
        run.agent.node()["uuid"],
        Value::Null,
        "the newest node is remembered"
    );
}

#[tokio::test]
async fn bad_commands_have_their_own_answers() {
    let run = start().await;
    for (body, status, text) in [
        (
            json!({"name": "nonsense.x", "params": {}}),
            404,
            "Extension with id nonsense not found",
        ),
        (
            json!({"name": "clean.x", "params": {}}),
            400,
            "Unknown command x",
        ),
        (
            json!({"name": "clean", "params": {}}),
            400,
            "extension.command",
        ),
        (json!({"name": "clean.get_clean_steps"}), 400, "params"),
        (json!({"params": {}}), 400, "name"),
        (json!([1]), 400, "body"),
    ] {
        let (got, answer) = run.command(body.clone()).await;
        assert_eq!(got.as_u16(), status, "{body} {answer}");
        assert!(
            answer["faultstring"].as_str().unwrap().contains(text),
            "{body} {answer}"
        );
    }
}

#[tokio::test]
async fn a_step_fails_with_a_reason_and_echoes_nothing_secret() {
    let run = start().await;
    let step = json!({"step": "write_image", "interface": "deploy", "args": {"image_info": {"id": "x", "urls": ["http://127.0.0.1:1/x"], "checksum": "0".repeat(64)}, "configdrive": "canary"}});
    let params = json!({"step": step, "node": {"uuid": "N"}, "ports": [], "deploy_version": {"HammerscaleHardwareManager": "1.0"}});
    let (status, body) = run
        .command(json!({"name": "deploy.execute_deploy_step", "params": params}))
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["command_status"], "FAILED");
    assert!(!body.to_string().contains("canary"));
    let stale =
        json!({"step": {"step": "write_image"}, "node": {}, "deploy_version": {"Other": "1"}});
    let (_, body) = run
        .command(json!({"name": "deploy.execute_deploy_step", "params": stale}))
        .await;
    assert_eq!(body["command_status"], "CLEAN_VERSION_MISMATCH");
    let unknown = json!({"step": {"step": "burn"}, "node": {}, "clean_version": null});
    let (_, body) = run
        .command(json!({"name": "clean.execute_clean_step", "params": unknown}))
        .await;
    assert!(
        body["command_error"]["details"]
            .as_str()
            .unwrap()
            .contains("erase_devices_metadata")
    );
    let (_, list) = run.get(&format!("/v1/commands/?agent_token={TOKEN}")).await;
    let names: Vec<_> = list["commands"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["command_name"].clone())
        .collect();
    assert_eq!(
        names,
        [
            "execute_deploy_step",
            "execute_deploy_step",
            "execute_clean_step"
        ]
    );
}

#[tokio::test]
async fn one_command_at_a_time() {
    let run = start().await;
    // No disk ever appears for these hints, so the step waits for disks until the test ends.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://127.0.0.1:{}/x",
        listener.local_addr().unwrap().port()
    );
    let node = json!({"uuid": "N", "properties": {"root_device": {"serial": "none such"}}});
    let args = json!({"image_info": {"id": "x", "urls": [url], "checksum": "0".repeat(64)}});
    let params = json!({"step": {"step": "write_image", "args": args}, "node": node});
    let path = format!("/v1/commands/?wait=false&agent_token={TOKEN}");
    let (_, first) = run
        .post(
            &path,
            json!({"name": "deploy.execute_deploy_step", "params": params}),
        )
        .await;
    assert_eq!(first["command_status"], "RUNNING");
    assert!(run.agent.executor.busy());
    let (status, body) = run
        .command(json!({"name": "standby.sync", "params": {}}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        body["faultstring"],
        "Agent is busy: executing command execute_deploy_step"
    );
}

#[tokio::test]
async fn logs_and_inventory_come_back() {
    let run = start().await;
    let (_, body) = run
        .command(json!({"name": "log.collect_system_logs", "params": {}}))
        .await;
    assert!(
        body["command_result"]["system_logs"]
            .as_str()
            .unwrap()
            .starts_with("H4sI")
    );
    let (_, body) = run
        .command(json!({"name": "poll.get_hardware_info", "params": {}}))
        .await;
    assert!(body["command_result"]["memory"]["total"].as_u64().unwrap() > 0);
    for name in ["standby.power_off", "system.lockdown"] {
        let (_, body) = run.command(json!({"name": name, "params": {}})).await;
        assert_eq!(
            body["command_status"], "FAILED",
            "a guest's machine is left alone"
        );
    }
    let (_, body) = run
        .command(json!({"name": "standby.get_partition_uuids", "params": {}}))
        .await;
    assert_eq!(body["command_result"], json!({}));
}
