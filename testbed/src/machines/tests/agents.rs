//! A client of an agent's API, as a conductor is one; and what it meets.

use agent_wire::{CommandResult, CommandStatus, HeartbeatRequest};
use reqwest::Certificate;

use super::fake_engine::TOKEN;
use super::*;

/// A conductor's view of one agent.
pub struct Conductor {
    client: Client,
    url: String,
}

impl Conductor {
    pub fn of(beat: &HeartbeatRequest) -> Self {
        let pem = beat.agent_verify_ca.as_ref().unwrap();
        let pinned = Certificate::from_pem(pem.as_bytes()).unwrap();
        let client = Client::builder().tls_certs_only([pinned]).build().unwrap();
        Self {
            client,
            url: beat.callback_url.clone(),
        }
    }

    pub async fn get(&self, path: &str) -> reqwest::Result<Response> {
        self.client.get(format!("{}{path}", self.url)).send().await
    }

    /// Posts a command; status and body.
    pub async fn post(&self, name: &str, params: Value, wait: bool) -> (u16, Value) {
        let url = format!("{}/v1/commands/?wait={wait}&agent_token={TOKEN}", self.url);
        let body = json!({"name": name, "params": params});
        let answer = self
            .client
            .post(url)
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Runs a command to its end.
    pub async fn run(&self, name: &str, params: Value) -> CommandResult {
        let (status, body) = self.post(name, params, true).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).unwrap()
    }
}

/// Boots the agent of machine 0.
pub async fn boot(fleet: &Fleet, engine: &FakeEngine) -> Conductor {
    boot_network_once(fleet.machine(0)).await;
    assert_eq!(reset(fleet.machine(0), "On").await, 204);
    wait(fleet, 0, |truth| truth.runs == Runs::Agent).await;
    Conductor::of(&engine.beat().await)
}

fn erase() -> Value {
    json!({"step": {"step": "erase_devices_metadata", "interface": "deploy", "priority": 99}})
}

#[tokio::test]
async fn the_api_guards_its_commands_and_runs_one_at_a_time() {
    let mut options = options(1);
    options.timings.step = DEADLINE * 4;
    let (fleet, engine) = with_engine(options).await;
    let agent = boot(&fleet, &engine).await;
    assert_eq!(agent.get("/v1/status").await.unwrap().status(), 200);
    assert_eq!(agent.get("/v1/commands/").await.unwrap().status(), 401);
    let wrong = "/v1/commands/?agent_token=wrong";
    assert_eq!(agent.get(wrong).await.unwrap().status(), 401);
    let listed = agent
        .run("clean.get_clean_steps", json!({}))
        .await
        .command_result
        .unwrap();
    let step = &listed["clean_steps"]["ModelHardwareManager"][0];
    assert_eq!(
        (&step["step"], &step["priority"]),
        (&json!("erase_devices_metadata"), &json!(99))
    );
    let (_, begun) = agent.post("clean.execute_clean_step", erase(), false).await;
    assert_eq!(begun["command_status"], "RUNNING");
    let (status, busy) = agent.post("standby.sync", json!({}), true).await;
    assert_eq!(status, 409);
    assert_eq!(
        busy["faultstring"],
        "Agent is busy: executing command execute_clean_step"
    );
    let own = format!("/v1/commands?agent_token={TOKEN}");
    let list: Value = agent.get(&own).await.unwrap().json().await.unwrap();
    assert_eq!(list["commands"].as_array().unwrap().len(), 2);
    assert_eq!(list["commands"][1], begun);
}

#[tokio::test]
async fn a_step_of_another_version_or_name_is_refused() {
    let (fleet, engine) = with_engine(options(1)).await;
    let agent = boot(&fleet, &engine).await;
    let mut other = erase();
    other["clean_version"] = json!({"ModelHardwareManager": "0.9"});
    let result = agent.run("clean.execute_clean_step", other).await;
    assert_eq!(result.command_status, CommandStatus::CleanVersionMismatch);
    let unknown = json!({"step": {"step": "burn"}});
    let result = agent.run("deploy.execute_deploy_step", unknown).await;
    assert_eq!(result.command_status, CommandStatus::Failed);
    assert_eq!(
        agent
            .post("rescue.finalize_rescue", json!({}), true)
            .await
            .0,
        404
    );
    let result = agent.run("clean.execute_clean_step", erase()).await;
    assert_eq!(result.command_status, CommandStatus::Succeeded);
    assert_eq!(
        result.command_result.unwrap()["clean_step"]["step"],
        "erase_devices_metadata"
    );
    assert_eq!(fleet.truth(0).erases, 1);
}

#[tokio::test]
async fn a_step_fails_as_told_and_the_next_one_does_not() {
    let (fleet, engine) = with_engine(options(1)).await;
    let agent = boot(&fleet, &engine).await;
    let message = "the disk is on fire".to_owned();
    fleet.inject(0, Fault::StepFails { times: 1, message });
    let result = agent.run("clean.execute_clean_step", erase()).await;
    let error = result.command_error.unwrap();
    assert_eq!(error.to_string(), "the disk is on fire");
    assert_eq!(fleet.truth(0).erases, 0);
    agent.run("clean.execute_clean_step", erase()).await;
    assert_eq!(fleet.truth(0).erases, 1);
}

#[tokio::test]
async fn an_agent_dies_in_mid_step_and_comes_back_with_the_next_boot() {
    let (fleet, engine) = with_engine(options(1)).await;
    let agent = boot(&fleet, &engine).await;
    fleet.inject(0, Fault::AgentDiesInStep(1));
    agent.post("clean.execute_clean_step", erase(), false).await;
    let dead = wait(&fleet, 0, |truth| truth.deaths_in_step == 1).await;
    assert_eq!(
        (dead.power, dead.runs, dead.erases),
        (Power::On, Runs::Nothing, 0)
    );
    assert!(
        agent.get("/v1/status").await.is_err(),
        "a dead agent answered"
    );
    boot_network_once(fleet.machine(0)).await;
    assert_eq!(reset(fleet.machine(0), "ForceRestart").await, 204);
    wait(&fleet, 0, |truth| truth.agent_boots == 2).await;
    let own = format!("/v1/commands?agent_token={TOKEN}");
    let list: Value = agent.get(&own).await.unwrap().json().await.unwrap();
    assert_eq!(
        list,
        json!({"commands": []}),
        "a fresh boot remembers nothing"
    );
}

#[tokio::test]
async fn an_absent_agent_leaves_a_silent_ramdisk() {
    let (fleet, engine) = with_engine(options(1)).await;
    fleet.inject(0, Fault::AgentAbsent(1));
    boot_network_once(fleet.machine(0)).await;
    reset(fleet.machine(0), "On").await;
    wait(&fleet, 0, |truth| truth.runs == Runs::Ramdisk).await;
    assert!(
        !engine
            .requests()
            .iter()
            .any(|request| request.contains("/v1/"))
    );
}
