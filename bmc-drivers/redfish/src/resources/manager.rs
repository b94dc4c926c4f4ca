//! Manager: the BMC itself.

use serde::Deserialize;

use super::lenient;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Manager {
    #[serde(deserialize_with = "lenient::text")]
    pub manufacturer: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub firmware_version: Option<String>,
}
