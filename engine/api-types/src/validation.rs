//! What `validate` says of an interface.

use serde::{Deserialize, Serialize};

/// One interface's verdict; the document maps interface kinds to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceValidation {
    /// Usable; null when the hardware type has no such interface.
    pub result: Option<bool>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
