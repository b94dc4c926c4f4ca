//! `POST /continue_inspection`: an agent's inventory. Stock agents send no version and get only the node's UUID.

use super::agent_calls::{origin, response};
use crate::access::Access;
use crate::answer;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::ident;
use crate::member::{Kind, Member, member, text};
use agent_wire::{InspectionAnswer, InspectionData};
use api_types::Microversion;
use axum::http::StatusCode;
use model::{MacAddress, Node};
use ports::engine::{AgentGrant, AgentLookup};
use serde_json::Value;

/// The call came with this version; before it only the lowest is accepted, which stock agents are taken to speak.
const SINCE: u16 = 84;

/// What else an agent collected is plugin data.
const DATA: &[Member] = &[
    member("inventory", Kind::Object).required(),
    member("root_disk", Kind::Object),
    text("boot_interface"),
    member("*", Kind::Anything),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post(
            "/continue_inspection",
            continue_inspection,
            "An agent hands in its inventory",
        )
        .holds(DATA)
        .status(202)
        .since(SINCE)
        .too_old(TooOld::Handled)
        .arguments(&[("node_uuid", SINCE)])
        .access(Access::Open)
        .body(|limits| limits.inspection_body),
    ]
}

async fn continue_inspection(call: Call) -> Answer {
    let named = call.parameter("node_uuid");
    let plain = call.version() == Microversion::MIN && named.is_none();
    if !plain && !call.version().has(SINCE) {
        return Err(ApiError::not_found(format!(
            "Handing in an inventory needs version 1.{SINCE} or later."
        )));
    }
    let node = match named {
        None => None,
        Some(text) => {
            Some(ident::uuid(text).ok_or_else(|| ApiError::invalid("node_uuid must be a UUID."))?)
        }
    };
    let data = data(&call)?;
    let addresses = addresses(&data);
    let engine = &call.app.engine;
    let node = engine.agent_inspection(data, node, origin(&call)?).await?;
    if plain {
        let uuid = Some(node.uuid.to_string());
        return answer::json(StatusCode::ACCEPTED, &InspectionAnswer { uuid });
    }
    let grant = grant(&call, node, addresses).await?;
    answer::json(StatusCode::ACCEPTED, &response(&call, grant))
}

/// The body; it must tell at least one network card.
fn data(call: &Call) -> Result<InspectionData, ApiError> {
    let body = call.object()?;
    let cards = body.get("inventory").and_then(|i| i.get("interfaces"));
    let told = cards.and_then(Value::as_array).is_some_and(|cards| {
        let has_address = |card: &Value| card.get("mac_address").is_some();
        !cards.is_empty() && cards.iter().all(has_address)
    });
    if !told {
        return Err(ApiError::invalid(
            "The inventory must have at least one interface, each with a mac_address.",
        ));
    }
    serde_json::from_value(Value::Object(body))
        .map_err(|error| ApiError::invalid(format!("The inventory cannot be read: {error}.")))
}

fn addresses(data: &InspectionData) -> Vec<MacAddress> {
    let cards = data.inventory.interfaces.iter();
    cards
        .filter_map(|card| card.mac_address.as_deref()?.parse().ok())
        .collect()
}

/// A newer agent gets the answer of a lookup as well. Where the node expects no lookup any more it gets no token.
async fn grant(
    call: &Call,
    node: Node,
    addresses: Vec<MacAddress>,
) -> Result<AgentGrant, ApiError> {
    let lookup = AgentLookup {
        addresses,
        node: Some(node.uuid),
        origin: origin(call)?,
    };
    match call.app.engine.agent_lookup(lookup).await {
        Ok(grant) => Ok(grant),
        Err(error) => {
            tracing::debug!(node = %node.uuid, %error, "no lookup answer after the inspection");
            Ok(AgentGrant {
                node,
                token: None,
                heartbeat_timeout: 300,
                md5_checksums: false,
                extension: Value::Null,
            })
        }
    }
}
