//! ServiceRoot (DSP0268): who the service is and where its collections are.

use serde::Deserialize;

use super::lenient::{self, Link};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ServiceRoot {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub vendor: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub redfish_version: Option<String>,
    #[serde(deserialize_with = "lenient::typed")]
    pub systems: Option<Link>,
    #[serde(deserialize_with = "lenient::typed")]
    pub managers: Option<Link>,
}
