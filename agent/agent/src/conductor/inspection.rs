//! The inspection POST: inventory, chosen root disk, LLDP and logs. Comes before lookup, as the protocol wants,
//! or after the first heartbeat of a boot that proves itself; a failure is logged and the agent goes on.

use std::time::Duration;

use agent_wire::{
    InspectionAnswer, InspectionConfiguration, InspectionData, Inventory, ManagerVersion,
};
use base64::Engine;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::api::Api;
use super::pause;
use crate::cmdline::Params;
use crate::disk::choose;
use crate::log::{info, warning};
use crate::{archive, steps};

const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Puts the document together.
pub fn document(params: &Params, inventory: Inventory) -> InspectionData {
    let root_disk = choose::root_disk(&Value::Null, &inventory.disks)
        .ok()
        .cloned();
    let lldp: serde_json::Map<_, _> = inventory
        .interfaces
        .iter()
        .filter_map(|i| Some((i.name.clone(), serde_json::to_value(i.lldp.as_ref()?).ok()?)))
        .collect();
    let mut extra = serde_json::Map::new();
    if !lldp.is_empty() {
        extra.insert("lldp_raw".to_owned(), Value::Object(lldp));
    }
    let logs = params
        .collectors
        .iter()
        .any(|c| c == "logs")
        .then(archive::logs)
        .and_then(|logs| match logs {
            Ok(bytes) => Some(base64::engine::general_purpose::STANDARD.encode(bytes)),
            Err(error) => {
                warning!("the logs cannot be packed: {error}");
                None
            }
        });
    InspectionData {
        root_disk,
        boot_interface: params.bootif.clone(),
        configuration: Some(InspectionConfiguration {
            collectors: params.collectors.clone(),
            managers: vec![ManagerVersion {
                name: steps::MANAGER.to_owned(),
                version: steps::MANAGER_VERSION.to_owned(),
            }],
        }),
        error: None,
        logs,
        extra,
        inventory,
    }
}

/// Sends it; the node's UUID when the conductor told it.
pub async fn send(api: &Api, urls: &[String], data: &InspectionData) -> Option<String> {
    let body = match serde_json::to_value(data) {
        Ok(body) => body,
        Err(error) => {
            warning!("the inventory cannot be written: {error}");
            return None;
        }
    };
    let mut wait = FIRST_PAUSE;
    for attempt in 1..=ATTEMPTS {
        match send_once(api, urls, &body).await {
            Ok(uuid) => {
                info!("inventory accepted");
                return uuid;
            }
            Err((reason, retry)) => {
                warning!("inspection (try {attempt}): {reason}");
                if !retry || attempt == ATTEMPTS {
                    return None;
                }
            }
        }
        tokio::time::sleep(pause::between(wait, 0.5, 1.0)).await;
        wait = (wait * 2).min(LONGEST_PAUSE);
    }
    None
}

/// No version header: the server takes that as the oldest version and answers with the UUID alone.
async fn send_once(
    api: &Api,
    urls: &[String],
    body: &Value,
) -> Result<Option<String>, (String, bool)> {
    let mut reasons = Vec::new();
    for url in urls {
        match api
            .call_url(Method::POST, url, None, true, Some(body))
            .await
        {
            Ok(answer) if answer.status.is_success() => {
                let parsed: InspectionAnswer =
                    serde_json::from_value(answer.body).unwrap_or_default();
                return Ok(parsed.uuid);
            }
            Ok(answer) => {
                let retry =
                    answer.status.is_server_error() || answer.status == StatusCode::CONFLICT;
                return Err((
                    format!("{} {}", answer.status, answer.error_message()),
                    retry,
                ));
            }
            Err(reason) => reasons.push(format!("{url}: {reason}")),
        }
    }
    Err((reasons.join("; "), true))
}
