//! What bodies, patches, filters and `fields` can name, since which version, and values that fit or do not. New field, new line.

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Name,
    Id,
    Flag,
    Object,
    Mac,
    /// An interface that fake hardware has, and one that it has not.
    Interface(&'static str),
    /// One word, and nothing else fits.
    Word(&'static str),
    /// True or false, and no word for it.
    Boolean,
    Integer,
    /// A list of traits.
    Traits,
    /// A list of names or ids of nodes.
    Nodes,
    /// A port's `local_link_connection`.
    Wiring,
    /// A node's `network_data`.
    Network,
}

/// A member of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    /// The minor version that brought it.
    pub since: u16,
    pub kind: Kind,
}

/// Builds a table row.
pub const fn field(name: &'static str, since: u16, kind: Kind) -> Field {
    Field { name, since, kind }
}

use super::parts::{ALLOCATIONS, CHASSIS, CONNECTORS, PORTGROUPS, PORTS, TARGETS};
use Kind::{Flag, Id, Interface, Name, Object, Text, Word};

/// A collection of resources.
#[derive(Debug, Clone, Copy)]
pub struct Collection {
    pub path: &'static str,
    pub fields: &'static [Field],
    /// A body that is accepted, without the last brace.
    pub least: &'static str,
    /// An item that may be there.
    pub item: &'static str,
    /// Query parameters of the list, besides those that every list has.
    pub filters: &'static [Field],
}

/// Every collection.
pub const COLLECTIONS: &[Collection] = &[
    NODES,
    PORTS,
    PORTGROUPS,
    CHASSIS,
    TEMPLATES,
    ALLOCATIONS,
    RUNBOOKS,
    CONNECTORS,
    TARGETS,
];

/// Those besides nodes that any request may be about, though their item may not be there.
pub const OTHERS: &[Collection] = &[TEMPLATES, RUNBOOKS];

/// Those of which whole episodes are about one item.
pub const TOPICS: &[Collection] = &[PORTS, PORTGROUPS, CHASSIS, ALLOCATIONS, CONNECTORS, TARGETS];

/// Nodes.
pub const NODES: Collection = Collection {
    path: "/v1/nodes",
    least: r#"{"driver":"fake-hardware""#,
    item: "/v1/nodes/g",
    fields: &[
        field("name", 5, Name),
        field("extra", 1, Object),
        field("properties", 1, Object),
        field("driver_info", 1, Object),
        field("instance_info", 1, Object),
        field("instance_uuid", 1, Id),
        field("chassis_uuid", 1, Id),
        field("resource_class", 21, Text),
        field("network_interface", 20, Interface("noop")),
        field("deploy_interface", 31, Interface("fake")),
        field("inspect_interface", 31, Interface("no-inspect")),
        field("rescue_interface", 38, Interface("no-rescue")),
        field("bios_interface", 40, Interface("no-bios")),
        field("firmware_interface", 86, Interface("no-firmware")),
        field("conductor_group", 46, Word("")),
        field("automated_clean", 47, Flag),
        field("protected", 48, Flag),
        field("protected_reason", 48, Text),
        field("lessee", 65, Text),
        field("description", 51, Text),
        field("retired", 61, Flag),
        field("retired_reason", 61, Text),
        field("network_data", 66, Kind::Network),
        field("shard", 82, Text),
        field("parent_node", 83, Id),
        field("disable_power_off", 95, Flag),
        field("instance_name", 104, Text),
        field("maintenance", 1, Flag),
        field("nonsense", 1, Text),
    ],
    filters: &[
        field("associated", 1, Flag),
        field("maintenance", 1, Flag),
        field("provision_state", 9, Word("enroll")),
        field("driver", 16, Word("fake-hardware")),
        field("resource_class", 21, Text),
        field("fault", 42, Word("power failure")),
        field("conductor_group", 46, Word("")),
        field("conductor", 49, Word("hammerscale")),
        field("owner", 50, Text),
        field("description_contains", 51, Text),
        field("retired", 61, Flag),
        field("lessee", 65, Text),
        field("shard", 82, Text),
        field("sharded", 82, Flag),
        field("include_children", 83, Flag),
        field("instance_name", 104, Text),
        field("instance_uuid", 1, Id),
    ],
};

const TEMPLATES: Collection = Collection {
    path: "/v1/deploy_templates",
    least: r#"{"name":"CUSTOM_T$MAC","steps":[{"interface":"bios","step":"apply","args":{},"priority":10}]"#,
    item: "/v1/deploy_templates/CUSTOM_T01",
    fields: &[
        field("name", 55, Word("CUSTOM_OTHER")),
        field("extra", 55, Object),
        field("uuid", 55, Id),
        field("nonsense", 1, Text),
    ],
    filters: &[],
};

const RUNBOOKS: Collection = Collection {
    path: "/v1/runbooks",
    least: r#"{"name":"CUSTOM_R$MAC","steps":[{"interface":"bios","step":"apply","args":{},"order":1}]"#,
    item: "/v1/runbooks/CUSTOM_R01",
    fields: &[
        field("name", 92, Word("CUSTOM_OTHER")),
        field("extra", 92, Object),
        field("public", 92, Flag),
        field("owner", 92, Text),
        field("description", 112, Text),
        field("nonsense", 1, Text),
    ],
    filters: &[],
};
