//! Which nodes or ports a reader wants.

use model::{Fault, MacAddress, ProvisionState};
use uuid::Uuid;

/// Ascending or descending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortDirection {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// At most so many.
    pub limit: usize,
    /// The item after which the page begins.
    pub marker: Option<Uuid>,
    /// Sort by this field instead of by order of creation. The store knows which it has; others are refused.
    pub sort_key: Option<String>,
    /// Which way.
    pub sort_direction: SortDirection,
}

/// Whose children are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Parentage {
    /// Nodes without a parent only.
    #[default]
    TopLevel,
    /// All nodes.
    All,
    /// The children of one node.
    Of(Uuid),
}

/// Which nodes. Every criterion that is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(
    missing_docs,
    reason = "each criterion is named after the node's field"
)]
pub struct NodeQuery {
    pub page: Page,
    pub chassis: Option<Uuid>,
    pub instance_uuid: Option<String>,
    /// Whether an instance is on it.
    pub associated: Option<bool>,
    pub maintenance: Option<bool>,
    pub retired: Option<bool>,
    pub provision_state: Option<ProvisionState>,
    pub driver: Option<String>,
    pub resource_class: Option<String>,
    pub fault: Option<Fault>,
    pub conductor_group: Option<String>,
    pub owner: Option<String>,
    pub lessee: Option<String>,
    /// Owner or lessee is this project.
    pub project: Option<String>,
    pub description_contains: Option<String>,
    /// In one of these shards.
    pub shards: Vec<String>,
    /// Whether it is in any shard.
    pub sharded: Option<bool>,
    pub instance_name: Option<String>,
    pub parentage: Parentage,
}

/// Which ports. Every criterion that is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(
    missing_docs,
    reason = "each criterion is named after the port's field"
)]
pub struct PortQuery {
    pub page: Page,
    pub node: Option<Uuid>,
    pub address: Option<MacAddress>,
    pub portgroup: Option<Uuid>,
    pub description_contains: Option<String>,
    /// Ports of nodes in one of these shards.
    pub shards: Vec<String>,
    /// Ports of nodes in one of these conductor groups.
    pub conductor_groups: Vec<String>,
    /// Ports of nodes whose owner or lessee is this project.
    pub project: Option<String>,
}
