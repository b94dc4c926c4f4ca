//! The `Boot` property of a system (and of its settings resource).

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::lenient::texts_of;

/// Boot override properties, and which of them exist at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boot {
    pub target: Option<String>,
    pub enabled: Option<String>,
    pub mode: Option<String>,
    pub http_uri: Option<String>,
    pub targets_allowed: Option<Vec<String>>,
    pub enabled_allowed: Option<Vec<String>>,
    /// The names of all properties that the resource exposes, null ones included.
    pub exposed: BTreeSet<String>,
}

pub(crate) const TARGET: &str = "BootSourceOverrideTarget";
pub(crate) const ENABLED: &str = "BootSourceOverrideEnabled";
pub(crate) const MODE: &str = "BootSourceOverrideMode";
pub(crate) const HTTP_URI: &str = "HttpBootUri";

impl<'de> Deserialize<'de> for Boot {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        match Value::deserialize(reader)? {
            Value::Object(map) => Ok(Self::read(&map)),
            _ => Err(de::Error::custom("Boot is no object")),
        }
    }
}

impl Boot {
    fn read(map: &Map<String, Value>) -> Self {
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let allowed = |key: &str| {
            map.get(&format!("{key}@Redfish.AllowableValues"))
                .and_then(Value::as_array)
                .map(|list| texts_of(list))
        };
        Self {
            target: text(TARGET),
            enabled: text(ENABLED),
            mode: text(MODE),
            http_uri: text(HTTP_URI),
            targets_allowed: allowed(TARGET),
            enabled_allowed: allowed(ENABLED),
            exposed: map
                .keys()
                .filter(|key| !key.contains('@'))
                .take(64)
                .cloned()
                .collect(),
        }
    }
}
