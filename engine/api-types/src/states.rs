//! A node's states, and what may be asked of them.

use crate::field::{Field, field};
use crate::instant;
use model::{Object, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `GET states`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the fields are those of the node document")]
pub struct States {
    pub console_enabled: bool,
    pub last_error: Option<String>,
    pub power_state: Option<String>,
    pub provision_state: Option<String>,
    pub target_power_state: Option<String>,
    pub target_provision_state: Option<String>,
    #[serde(with = "instant::optional")]
    pub provision_updated_at: Option<Timestamp>,
    pub raid_config: Object,
    pub target_raid_config: Object,
    pub boot_mode: Option<String>,
    pub secure_boot: Option<bool>,
}

/// Every field of [`States`] and since when it exists.
pub const FIELDS: &[Field] = &[
    field("console_enabled", 1),
    field("last_error", 1),
    field("power_state", 1),
    field("provision_state", 1),
    field("target_power_state", 1),
    field("target_provision_state", 1),
    field("provision_updated_at", 1),
    field("raid_config", 12),
    field("target_raid_config", 12),
    field("boot_mode", 75),
    field("secure_boot", 75),
];

/// `PUT states/power`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerBody {
    /// `power on`, `power off`, `rebooting`, `soft power off`, `soft rebooting`.
    pub target: String,
    /// Seconds, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
}

/// `PUT states/provision`. No `Debug`: it may hold a config drive or a password.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProvisionBody {
    /// The verb.
    pub target: String,
    /// Object, base64 text of a gzipped image, or URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configdrive: Option<Value>,
    /// For `clean`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean_steps: Option<Vec<Value>>,
    /// For `active` and `rebuild`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy_steps: Option<Vec<Value>>,
    /// For `service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_steps: Option<Vec<Value>>,
    /// For `rescue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescue_password: Option<String>,
    /// Run clean or service steps without booting the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_ramdisk: Option<bool>,
}

/// `PUT maintenance`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceBody {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
