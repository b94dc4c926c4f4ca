//! A node's traits.

use serde::{Deserialize, Serialize};

/// The traits of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// Their names.
    pub traits: Vec<String>,
}
