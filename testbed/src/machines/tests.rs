//! The fleet driven over its sockets: by hand, by this engine's Redfish driver, and by a tiny engine that knows nothing but the protocol.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod agents;
mod bmcs;
mod deployment;
mod fake_engine;

use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use super::*;
use fake_engine::FakeEngine;

/// Longer than anything here takes; tests end by events, not by this.
const DEADLINE: Duration = Duration::from_secs(60);

/// Machines in a hurry.
fn options(count: usize) -> FleetOptions {
    let ms = Duration::from_millis;
    FleetOptions {
        count,
        seed: 42,
        timings: Timings {
            power: ms(2),
            firmware: ms(2),
            boot_agent: ms(2),
            boot_deployed: ms(2),
            step: ms(4),
            bootloader: ms(2),
            shutdown: ms(2),
            heartbeat: ms(50),
            retry: ms(5),
        },
        ..FleetOptions::default()
    }
}

async fn wait(fleet: &Fleet, index: usize, predicate: impl FnMut(&Truth) -> bool) -> Truth {
    let waited = tokio::time::timeout(DEADLINE, fleet.wait(index, predicate)).await;
    waited.unwrap_or_else(|_| panic!("in vain: {:?}", fleet.truth(index)))
}

/// Sends a request to a machine's BMC; `path` is below the service root.
async fn bmc(machine: &Machine, method: Method, path: &str, body: Value) -> Response {
    let request = Client::new()
        .request(method, format!("{}/{path}", machine.bmc_url))
        .basic_auth(&machine.username, Some(&machine.password));
    request.body(body.to_string()).send().await.unwrap()
}

/// The next boot is from the network.
async fn boot_network_once(machine: &Machine) {
    let boot = json!({"BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once"});
    let answer = bmc(machine, Method::PATCH, "Systems/1", json!({"Boot": boot})).await;
    assert_eq!(answer.status(), 204);
}

async fn reset(machine: &Machine, order: &str) -> u16 {
    let path = "Systems/1/Actions/ComputerSystem.Reset";
    let answer = bmc(machine, Method::POST, path, json!({"ResetType": order})).await;
    answer.status().as_u16()
}

/// A fleet whose machines boot from a fake engine.
async fn with_engine(options: FleetOptions) -> (Fleet, FakeEngine) {
    let engine = FakeEngine::start().await;
    let fleet = Fleet::start(options).await.unwrap();
    fleet.set_boot_listener(&engine.boot_url);
    (fleet, engine)
}
