//! `local_link_connection`: the switch port that a port is wired to. Ironic's rules for which keys go together.

use super::port::colons;
use crate::call::Call;
use crate::error::ApiError;
use model::Object;
use serde_json::Value;

/// Its keys; all hold texts.
pub(crate) const KEYS: &[&str] = &[
    "port_id",
    "switch_id",
    "switch_info",
    "hostname",
    "network_type",
    LOGICAL,
    PHYSICAL,
];
/// The two halves of a VTEP: kept for clients that write them, used by nothing.
const LOGICAL: &str = "vtep-logical-switch";
const PHYSICAL: &str = "vtep-physical-switch";
/// The versions that know a VTEP: later ones have taken it away again.
const VTEP_SINCE: u16 = 90;
const VTEP_UNTIL: u16 = 105;

/// Whether it is a VTEP's, which versions that do not know one are not shown.
pub(crate) fn is_hidden(call: &Call, link: &Object) -> bool {
    let vtep = link.contains_key(LOGICAL) || link.contains_key(PHYSICAL);
    vtep && !knows_vtep(call)
}

fn knows_vtep(call: &Call) -> bool {
    call.version().has(VTEP_SINCE) && !call.version().has(VTEP_UNTIL)
}

/// Whether it says what a smart NIC's must.
pub(crate) fn is_smart_nic(link: &Object) -> bool {
    link.contains_key("port_id") && link.contains_key("hostname")
}

/// Refuses a key that the version does not have.
///
/// # Errors
/// 406.
pub(crate) fn check_version(call: &Call, key: &str) -> Result<(), ApiError> {
    match key {
        "network_type" => call.needs("network_type in local_link_connection", 64),
        LOGICAL | PHYSICAL if !knows_vtep(call) => Err(ApiError::too_new(format!(
            "{key} in local_link_connection needs a version from 1.{VTEP_SINCE} on and before 1.{VTEP_UNTIL}; the request is for version {}.",
            call.version()
        ))),
        _ => Ok(()),
    }
}

/// The same for every key.
///
/// # Errors
/// 406.
pub(crate) fn check_versions(call: &Call, link: &Object) -> Result<(), ApiError> {
    let mut keys = link.keys();
    keys.try_for_each(|key| check_version(call, key))
}

/// Checks the keys and writes the switch's identity one way.
pub(crate) fn parse(mut link: Object) -> Result<Object, String> {
    for (key, value) in &link {
        if !KEYS.contains(&key.as_str()) {
            return Err(format!("it has the keys {}, not {key:?}", KEYS.join(", ")));
        }
        if !value.is_string() {
            return Err(format!("{key} must be a text"));
        }
    }
    check_keys(&link)?;
    if let Some(Value::String(id)) = link.get("switch_id") {
        let normal = switch_id(id)?;
        link.insert("switch_id".to_owned(), Value::String(normal));
    }
    Ok(link)
}

/// Which keys need which others.
fn check_keys(link: &Object) -> Result<(), String> {
    let has = |key: &str| link.contains_key(key);
    let kind = link.get("network_type").and_then(Value::as_str);
    if kind.is_some_and(|kind| !["managed", "unmanaged"].contains(&kind)) {
        return Err("network_type is managed or unmanaged".to_owned());
    }
    if has(LOGICAL) != has(PHYSICAL) {
        return Err(format!("{LOGICAL} and {PHYSICAL} go together"));
    }
    let wired = has("port_id") && (has("switch_id") || has("hostname") || has(LOGICAL));
    match link.is_empty() || wired || kind == Some("unmanaged") {
        true => Ok(()),
        false => Err("it needs port_id and switch_id (or hostname, for a smart NIC)".to_owned()),
    }
}

/// A MAC address, or an OpenFlow datapath id of 16 hex digits.
fn switch_id(text: &str) -> Result<String, String> {
    if let Some(mac) = colons(text) {
        return Ok(mac.to_string());
    }
    let hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match hex {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("switch_id must be a MAC address or an OpenFlow datapath id".to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(value: Value) -> Result<Object, String> {
        parse(value.as_object().unwrap().clone())
    }

    #[test]
    fn keys_go_together() {
        for good in [
            json!({}),
            json!({"network_type": "unmanaged"}),
            json!({"port_id": "eth1", "switch_id": "0a:1b:2c:3d:4e:5f", "switch_info": "rack 1"}),
            json!({"port_id": "eth1", "hostname": "smart"}),
            json!({"port_id": "eth1", "switch_id": "00000A1B2C3D4E5F"}),
            json!({"network_type": "unmanaged", "switch_info": "rack 1"}),
            json!({"port_id": "eth1", "switch_id": "0a:1b:2c:3d:4e:5f", "network_type": "managed"}),
            json!({"port_id": "eth1", "vtep-logical-switch": "l", "vtep-physical-switch": "p"}),
        ] {
            assert!(parsed(good.clone()).is_ok(), "{good}");
        }
        for bad in [
            json!({"port_id": "eth1"}),
            json!({"switch_id": "0a:1b:2c:3d:4e:5f"}),
            json!({"port_id": "eth1", "switch_id": "rack"}),
            json!({"port_id": 5, "switch_id": "0a:1b:2c:3d:4e:5f"}),
            json!({"port_id": "eth1", "switch_id": "0a-1b-2c-3d-4e-5f"}),
            json!({"port_id": "eth1", "vtep-logical-switch": "l"}),
            json!({"network_type": "managed"}),
            json!({"network_type": "other"}),
            json!({"foo": "bar"}),
        ] {
            assert!(parsed(bad.clone()).is_err(), "{bad}");
        }
    }
}
