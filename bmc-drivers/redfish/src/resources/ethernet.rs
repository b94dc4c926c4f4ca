//! EthernetInterface of a system.

use serde::Deserialize;

use super::lenient;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct EthernetInterface {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(rename = "MACAddress", deserialize_with = "lenient::text")]
    pub mac: Option<String>,
    #[serde(rename = "PermanentMACAddress", deserialize_with = "lenient::text")]
    pub permanent_mac: Option<String>,
    #[serde(deserialize_with = "lenient::typed")]
    pub interface_enabled: Option<bool>,
}
