//! Hardware types as a reader sees them: which interfaces work here, and which driver_info keys they take.

use model::InterfaceKind;
use std::collections::BTreeMap;

/// A key of driver_info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverProperty {
    /// The key.
    pub key: &'static str,
    /// What it is for, its default, whether it is required.
    pub description: &'static str,
}

/// A hardware type and what of it works here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HardwareDescription {
    /// Its name, as in a node's `driver`.
    pub name: &'static str,
    /// For each interface kind the implementations that work, the default first; empty when there is none.
    pub interfaces: BTreeMap<InterfaceKind, Vec<&'static str>>,
    /// The keys of driver_info it reads.
    pub properties: Vec<DriverProperty>,
}

/// What `validate` says of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    /// Usable.
    Good,
    /// Not usable, and why.
    Bad(String),
    /// The hardware type has no such interface.
    Unsupported,
}
