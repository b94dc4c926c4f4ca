//! `POST /events`: what a networking service tells of its ports. It is checked and told to the log; nothing waits for it here.

use crate::answer;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, knows, member, missing, text};
use model::{MacAddress, Object};
use serde_json::Value;

const EVENTS: &[&str] = &[
    "network.bind_port",
    "network.unbind_port",
    "network.delete_port",
];
/// An event. The texts that need not be there may be null.
const EVENT: &[Member] = &[
    member("event", Kind::Word(EVENTS)).required(),
    text("port_id").required(),
    text("mac_address").required(),
    text("status").required(),
    text("device_id"),
    text("binding:host_id"),
    text("binding:vnic_type"),
];
const BODY: &[Member] = &[member("events", Kind::Items(EVENT)).required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/events", take, "Take events of a networking service")
            .holds(BODY)
            .status(204)
            .since(54)
            .too_old(TooOld::Said),
    ]
}

async fn take(call: Call) -> Answer {
    let body = call.object()?;
    let events = match (body.get("events"), body.len()) {
        (Some(Value::Array(events)), 1) if !events.is_empty() => events,
        _ => {
            return Err(ApiError::invalid(
                "The body has one key, events, a list of at least one.",
            ));
        }
    };
    for event in events {
        check(event).map_err(ApiError::invalid)?;
    }
    for event in events {
        let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, port, status) = (text("event"), text("port_id"), text("status"));
        tracing::debug!(name, port, status, "a networking service tells");
    }
    answer::no_content()
}

fn check(event: &Value) -> Result<(), String> {
    let event: &Object = event.as_object().ok_or("An event is an object.")?;
    let name = event.get("event").and_then(Value::as_str);
    if !name.is_some_and(|name| EVENTS.contains(&name)) {
        return Err(format!("event is one of: {}.", EVENTS.join(", ")));
    }
    if let Some(key) = missing(EVENT, event) {
        return Err(format!("The event has no {key}."));
    }
    for (key, value) in event {
        let shown: String = key.chars().take(80).collect();
        if !knows(EVENT, key) {
            return Err(format!("An event has no {shown:?}."));
        }
        let text = value.as_str();
        let fits = match key.as_str() {
            "device_id" | "binding:host_id" | "binding:vnic_type" if value.is_null() => true,
            "mac_address" => text.is_some_and(|text| text.parse::<MacAddress>().is_ok()),
            "port_id" | "device_id" | "binding:host_id" => {
                text.is_some_and(|text| text.parse::<uuid::Uuid>().is_ok())
            }
            _ => text.is_some(),
        };
        if !fits {
            return Err(format!("The value of {shown} is not valid."));
        }
    }
    Ok(())
}
