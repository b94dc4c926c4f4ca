//! Waits for what goes on behind an answer: a node at work, an allocation that looks for its node. It compares nothing.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::wire::{Request, Side};

const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(25);
/// States in which something goes on.
const WORKING: &[&str] = &[
    "verifying",
    "deploying",
    "deleting",
    "cleaning",
    "inspecting",
    "adopting",
    "rescuing",
    "unrescuing",
    "servicing",
    "rebuild",
];

/// A node with which nothing goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Its provision state, or why there is none.
    pub state: String,
    /// Its machine's power; none when nobody looked.
    pub power: Option<String>,
}

/// Waits until nothing goes on with a node; how it is then.
pub async fn settled(side: &Side, node: &str) -> Result<Settled> {
    let fields =
        "provision_state,target_provision_state,power_state,target_power_state,reservation";
    let request = Request::get(format!("/v1/nodes/{node}?fields={fields}"));
    let end = Instant::now() + PATIENCE;
    let mut before = None;
    loop {
        let reply = side.send(&request).await?;
        if reply.status == 404 {
            return Ok(Settled {
                state: "no such node".to_owned(),
                power: None,
            });
        }
        let node = reply.json().unwrap_or_default();
        let state = node["provision_state"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let still = node["reservation"].is_null()
            && node["target_power_state"].is_null()
            && !WORKING.contains(&state.as_str());
        if still && before.as_ref() == Some(&node) {
            let power = node["power_state"].as_str().map(str::to_owned);
            return Ok(Settled { state, power });
        }
        if Instant::now() >= end {
            return Ok(Settled {
                state: format!("{state}, and still at work: {node}"),
                power: None,
            });
        }
        before = Some(node);
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether a request asks for a node to be found, which goes on after its answer.
pub fn allocates(request: &Request) -> bool {
    let path = request.path.trim_start_matches("/v1");
    request.method == "POST" && path == "/allocations"
}

/// Waits until an allocation has a node or failed.
pub async fn allocated(side: &Side, uuid: &str) -> Result<()> {
    let request = Request::get(format!("/v1/allocations/{uuid}"));
    let end = Instant::now() + PATIENCE;
    loop {
        let allocation = side.send(&request).await?.json().unwrap_or_default();
        if allocation["state"] != "allocating" || Instant::now() >= end {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}
