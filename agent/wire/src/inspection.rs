//! The inspection POST and its answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::inventory::{Disk, Inventory};
use crate::lenient;

/// Body of `POST /v1/continue_inspection`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct InspectionData {
    /// The hardware.
    pub inventory: Inventory,
    /// The disk an image would go to.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional"
    )]
    pub root_disk: Option<Disk>,
    /// MAC of the boot interface as the boot loader gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_interface: Option<String>,
    /// What collected the data.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional"
    )]
    pub configuration: Option<InspectionConfiguration>,
    /// What went wrong; a non-empty text fails the inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Base64 of a gzipped tar of logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs: Option<String>,
    /// What other collectors added: `lldp_raw`, `pci_devices`, `numa_topology`, `dmi` ...
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Which collectors ran, under which hardware managers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InspectionConfiguration {
    /// Collector names.
    pub collectors: Vec<String>,
    /// Hardware managers.
    pub managers: Vec<ManagerVersion>,
}

/// A hardware manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerVersion {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Answer to a caller that sends no microversion: only the node's UUID. A newer caller gets a lookup answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionAnswer {
    /// The node that the inventory belongs to.
    #[serde(default)]
    pub uuid: Option<String>,
}
