//! `local_link_connection`: the switch port that a port is wired to. Ironic's rules for which keys go together.

use model::{MacAddress, Object};
use serde_json::Value;

const KEYS: &[&str] = &[
    "port_id",
    "switch_id",
    "switch_info",
    "hostname",
    "network_type",
];

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
    let has = |key: &str| link.contains_key(key);
    if link.is_empty() {
        return Ok(link);
    }
    if let Some(kind) = link.get("network_type") {
        return match (kind.as_str(), link.len()) {
            (Some("managed" | "unmanaged"), 1) => Ok(link),
            _ => Err("network_type stands alone and is managed or unmanaged".to_owned()),
        };
    }
    if !has("port_id") || !(has("switch_id") || has("hostname")) {
        return Err("it needs port_id and switch_id (or hostname, for a smart NIC)".to_owned());
    }
    if let Some(Value::String(id)) = link.get("switch_id") {
        let normal = switch_id(id)?;
        link.insert("switch_id".to_owned(), Value::String(normal));
    }
    Ok(link)
}

/// A MAC address, or an OpenFlow datapath id of 16 hex digits.
fn switch_id(text: &str) -> Result<String, String> {
    if let Ok(mac) = text.parse::<MacAddress>() {
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
        ] {
            assert!(parsed(good.clone()).is_ok(), "{good}");
        }
        for bad in [
            json!({"port_id": "eth1"}),
            json!({"switch_id": "0a:1b:2c:3d:4e:5f"}),
            json!({"port_id": "eth1", "switch_id": "rack"}),
            json!({"port_id": 5, "switch_id": "0a:1b:2c:3d:4e:5f"}),
            json!({"network_type": "other"}),
            json!({"foo": "bar"}),
        ] {
            assert!(parsed(bad.clone()).is_err(), "{bad}");
        }
    }
}
