//! A step of cleaning, deploying or servicing.

use crate::Object;
use serde::{Deserialize, Serialize};

/// One step, as a plan, a request or an agent names it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The interface that offers it (`deploy`, `raid`, ...).
    pub interface: String,
    /// Its name.
    pub step: String,
    /// Its arguments.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub args: Object,
    /// Higher runs earlier; 0 runs only when asked for.
    #[serde(default)]
    pub priority: i64,
    /// Whether an abort may interrupt it.
    #[serde(default)]
    pub abortable: bool,
    /// Whether the machine is rebooted into the agent when it has ended.
    #[serde(default)]
    pub reboot_requested: bool,
}

impl Step {
    /// The name people use: `interface.step`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.interface, self.step)
    }

    /// Whether both are the same step of the same interface.
    pub fn is_same(&self, other: &Step) -> bool {
        self.interface == other.interface && self.step == other.step
    }
}
