//! Power states as read from a BMC, and what may be asked for.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A power state that was read back, never merely asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PowerState {
    /// The machine runs.
    #[serde(rename = "power on")]
    On,
    /// The machine is off.
    #[serde(rename = "power off")]
    Off,
    /// The BMC answered something that is neither.
    #[serde(rename = "error")]
    Error,
}

impl PowerState {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            PowerState::On => "power on",
            PowerState::Off => "power off",
            PowerState::Error => "error",
        }
    }
}

impl fmt::Display for PowerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What `PUT states/power` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PowerTarget {
    /// Switch on.
    #[serde(rename = "power on")]
    On,
    /// Switch off at once.
    #[serde(rename = "power off")]
    Off,
    /// Off, seen off, on.
    #[serde(rename = "rebooting")]
    Reboot,
    /// Ask the operating system to shut down.
    #[serde(rename = "soft power off")]
    SoftOff,
    /// Ask the operating system to shut down, seen off, on.
    #[serde(rename = "soft rebooting")]
    SoftReboot,
}

impl PowerTarget {
    /// Every target with its word.
    pub const ALL: &'static [PowerTarget] = &[
        PowerTarget::On,
        PowerTarget::Off,
        PowerTarget::Reboot,
        PowerTarget::SoftOff,
        PowerTarget::SoftReboot,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            PowerTarget::On => "power on",
            PowerTarget::Off => "power off",
            PowerTarget::Reboot => "rebooting",
            PowerTarget::SoftOff => "soft power off",
            PowerTarget::SoftReboot => "soft rebooting",
        }
    }

    /// The state that is reached at the end.
    pub fn final_state(self) -> PowerState {
        match self {
            PowerTarget::Off | PowerTarget::SoftOff => PowerState::Off,
            PowerTarget::On | PowerTarget::Reboot | PowerTarget::SoftReboot => PowerState::On,
        }
    }

    /// Whether the operating system is asked first.
    pub fn is_soft(self) -> bool {
        matches!(self, PowerTarget::SoftOff | PowerTarget::SoftReboot)
    }
}
