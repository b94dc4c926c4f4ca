//! How an agent introduces itself: the inventory, then lookup until the engine knows it.

use std::sync::Arc;

use agent_wire::{
    InspectionAnswer, LOOKUP_MAX_MINOR, LookupConfig, LookupResponse, MASKED, MIN_TOKEN_LENGTH,
    WireSecret,
};
use reqwest::{Method, StatusCode};

use super::api::{Api, Call, urls};
use super::inventory;
use crate::machines::board::{Board, Over};
use crate::machines::boot::Ramdisk;

const INSPECTION_ATTEMPTS: u32 = 5;

/// What lookup gave.
pub(super) struct Found {
    pub node_uuid: String,
    pub config: LookupConfig,
    pub token: Option<WireSecret>,
}

/// Sends the inventory; the node's UUID if the engine tells it. A failure is noted, and lookup goes on.
pub(super) async fn inspect(
    board: &Arc<Board>,
    life: u64,
    api: &Api,
    ramdisk: &Ramdisk,
) -> Result<Option<String>, Over> {
    let mode = board.truth().boot.mode;
    let document = inventory::document(&board.machine, mode, ramdisk.arg("BOOTIF"));
    let Ok(body) = serde_json::to_value(document) else {
        return Ok(None);
    };
    let mut addresses = urls(ramdisk.arg("ipa-inspection-callback-url"));
    if addresses.is_empty() {
        let own = |url: &String| format!("{url}/v1/continue_inspection");
        addresses = api.urls.iter().map(own).collect();
    }
    let call = Call {
        method: Method::POST,
        path: "",
        // Without a version the server answers with the UUID alone.
        minor: None,
        with_nonce: true,
        body: Some(&body),
    };
    for _ in 0..INSPECTION_ATTEMPTS {
        for url in &addresses {
            let why = match api.send(url, &call).await {
                Ok(reply) if reply.status.is_success() => {
                    board.update(life, |truth| truth.inspections += 1)?;
                    let answer: Option<InspectionAnswer> = serde_json::from_value(reply.body).ok();
                    return Ok(answer.and_then(|answer| answer.uuid));
                }
                Ok(reply) if !passing(reply.status) => {
                    // Usual when nobody asked for an inspection.
                    tracing::debug!(
                        machine = board.machine.index,
                        answer = reply.words(),
                        "inventory refused"
                    );
                    return Ok(None);
                }
                Ok(reply) => reply.words(),
                Err(reason) => reason,
            };
            tracing::debug!(
                machine = board.machine.index,
                why,
                "inventory not delivered"
            );
        }
        board.pass(board.world.options.timings.retry).await;
    }
    Ok(None)
}

fn passing(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::CONFLICT
}

/// Asks until found. A token that went to somebody else ends a real agent, and its ramdisk starts it anew: it asks again.
pub(super) async fn look_up(
    board: &Arc<Board>,
    life: u64,
    api: &Api,
    minor: u16,
    uuid: Option<&str>,
) -> Result<Found, Over> {
    let mut path = format!("/v1/lookup?addresses={}", board.machine.mac);
    let plain = |uuid: &&str| uuid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if let Some(uuid) = uuid.filter(plain) {
        path.push_str("&node_uuid=");
        path.push_str(uuid);
    }
    let call = Call {
        method: Method::GET,
        path: &path,
        minor: Some(minor.min(LOOKUP_MAX_MINOR)),
        with_nonce: true,
        body: None,
    };
    let retry = board.world.options.timings.retry;
    let mut pause = retry;
    loop {
        let why = match ask(api, &call).await {
            Ok(found) => return Ok(found),
            Err(why) => why,
        };
        tracing::debug!(machine = board.machine.index, %why, "lookup");
        board.update(life, |truth| truth.trouble = Some(why))?;
        board.pass(pause).await;
        pause = (pause * 2).min(retry * 8);
    }
}

async fn ask(api: &Api, call: &Call<'_>) -> Result<Found, String> {
    let reply = api.call(call).await?;
    if reply.status != StatusCode::OK {
        return Err(format!("lookup: {}", reply.words()));
    }
    let answer: LookupResponse = serde_json::from_value(reply.body)
        .map_err(|error| format!("the lookup answer cannot be read: {error}"))?;
    if answer.node.uuid.is_empty() {
        return Err("the lookup answer has no node uuid".to_owned());
    }
    let token = token(&answer.config)?;
    Ok(Found {
        node_uuid: answer.node.uuid,
        config: answer.config,
        token,
    })
}

fn token(config: &LookupConfig) -> Result<Option<WireSecret>, String> {
    match &config.agent_token {
        Some(token) if token.expose() == MASKED => {
            Err("the node's token was given away already".to_owned())
        }
        Some(token) if token.expose().len() >= MIN_TOKEN_LENGTH => Ok(Some(token.clone())),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_token_is_no_token() {
        let with = |token: &str| {
            let config = LookupConfig {
                agent_token: Some(token.into()),
                ..LookupConfig::default()
            };
            super::token(&config)
        };
        assert!(with(MASKED).is_err());
        assert_eq!(with("short"), Ok(None));
        let long = "x".repeat(43);
        assert_eq!(with(&long), Ok(Some(WireSecret::new(long.clone()))));
    }
}
