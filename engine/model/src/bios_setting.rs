//! A BIOS setting of a node, as it was last seen.

use crate::{Resource, ResourceKind, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A BIOS setting. Field names are Ironic's; what its registry does not tell is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "fields not documented here are those of Ironic's BIOS setting, same meaning"
)]
pub struct BiosSetting {
    pub uuid: Uuid,
    #[serde(rename = "node_uuid")]
    pub node: Uuid,
    pub name: String,
    /// As text, whatever its type.
    pub value: Option<String>,
    pub attribute_type: Option<String>,
    #[serde(default)]
    pub allowable_values: Vec<String>,
    pub lower_bound: Option<i64>,
    pub upper_bound: Option<i64>,
    pub min_length: Option<i64>,
    pub max_length: Option<i64>,
    pub read_only: Option<bool>,
    pub reset_required: Option<bool>,
    /// Whether it is a machine's own and must not be copied to others.
    pub unique: Option<bool>,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

impl BiosSetting {
    /// A setting of which nothing but the value is known.
    pub fn new(
        uuid: Uuid,
        node: Uuid,
        name: String,
        value: Option<String>,
        created_at: Timestamp,
    ) -> Self {
        Self {
            uuid,
            node,
            name,
            value,
            attribute_type: None,
            allowable_values: Vec::new(),
            lower_bound: None,
            upper_bound: None,
            min_length: None,
            max_length: None,
            read_only: None,
            reset_required: None,
            unique: None,
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for BiosSetting {
    const KIND: ResourceKind = ResourceKind::BiosSetting;

    fn uuid(&self) -> Uuid {
        self.uuid
    }

    fn node(&self) -> Option<Uuid> {
        Some(self.node)
    }

    fn unique(&self) -> Vec<(&'static str, String)> {
        vec![("name", format!("{}/{}", self.node, self.name))]
    }
}
