//! Comparing values as rules do: as they are, and as text where their types differ.

use serde_json::Value;
use std::cmp::Ordering;
use std::net::IpAddr;

/// A value as text: as Python writes plain values, which Ironic's users see; lists and objects as JSON.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other @ (Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
    }
}

/// Whether two values are the same, or read the same where their types differ.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::String(_), Value::String(_)) => false,
        (Value::String(_), _) | (_, Value::String(_)) => as_text(one) == as_text(other),
        _ => false,
    }
}

/// Which comes first; numbers, also those written as text, by their value. None: null is neither before nor after anything.
pub(super) fn order(one: &Value, other: &Value) -> Result<Option<Ordering>, String> {
    if one.is_null() || other.is_null() {
        return Ok(None);
    }
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return Ok(one.partial_cmp(&other));
    }
    match (one, other) {
        (Value::String(one), Value::String(other)) => Ok(Some(one.cmp(other))),
        _ => Err(
            "these values have no order: compare numbers with numbers and texts with texts".into(),
        ),
    }
}

fn number(value: &Value) -> Option<f64> {
    let found = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    found.filter(|number| number.is_finite())
}

/// Whether a value is nothing, or has nothing in it.
pub(super) fn is_empty(value: &Value) -> bool {
    matches!(as_text(value).as_str(), "" | "None" | "[]" | "{}")
}

/// A truth value, where it reads as one.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        },
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether an address is in a network such as `192.0.2.0/24`; nothing is in no network.
pub(super) fn in_net(address: &Value, subnet: &str) -> Result<bool, String> {
    let (base, bits) = network(subnet)
        .ok_or_else(|| format!("'{}' is no network such as 192.0.2.0/24", short(subnet)))?;
    if is_empty(address) {
        return Ok(false);
    }
    let text = as_text(address);
    let address: IpAddr = text
        .trim()
        .parse()
        .map_err(|_| format!("'{}' is no IP address", short(&text)))?;
    Ok(match (address, base) {
        (IpAddr::V4(address), IpAddr::V4(base)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == base.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(base)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == base.to_bits() & mask
        }
        _ => false,
    })
}

fn network(subnet: &str) -> Option<(IpAddr, u32)> {
    let (base, bits) = match subnet.trim().split_once('/') {
        Some((base, bits)) => (base, Some(bits)),
        None => (subnet.trim(), None),
    };
    let base: IpAddr = base.parse().ok()?;
    let most = if base.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => most,
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
    };
    Some((base, bits))
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}
