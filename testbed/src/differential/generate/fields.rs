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
}

/// A member of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    /// The minor version that brought it.
    pub since: u16,
    pub kind: Kind,
}

const fn field(name: &'static str, since: u16, kind: Kind) -> Field {
    Field { name, since, kind }
}

use Kind::{Flag, Id, Interface, Mac, Name, Object, Text, Word};

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
];

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
        field("network_data", 66, Object),
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

const PORTS: Collection = Collection {
    path: "/v1/ports",
    least: r#"{"node_uuid":"$g","address":"52:54:00:aa:bb:$MAC","name":"p$MAC""#,
    item: "/v1/ports/p01",
    fields: &[
        field("extra", 1, Object),
        field("address", 1, Mac),
        field("pxe_enabled", 19, Flag),
        field("local_link_connection", 19, Object),
        field("portgroup_uuid", 24, Id),
        field("physical_network", 34, Text),
        field("is_smartnic", 53, Flag),
        field("name", 88, Name),
        field("description", 97, Text),
        field("vendor", 100, Text),
        field("category", 101, Text),
        field("nonsense", 1, Text),
    ],
    filters: &[
        field("address", 1, Mac),
        field("node", 6, Word("g")),
        field("node_uuid", 1, Id),
        field("shard", 82, Text),
        field("portgroup", 24, Id),
    ],
};

const PORTGROUPS: Collection = Collection {
    path: "/v1/portgroups",
    least: r#"{"node_uuid":"$g""#,
    item: "/v1/portgroups/pg",
    fields: &[
        field("name", 23, Name),
        field("address", 23, Mac),
        field("extra", 23, Object),
        field("standalone_ports_supported", 23, Flag),
        field("mode", 26, Text),
        field("properties", 26, Object),
        field("physical_network", 102, Text),
        field("category", 103, Text),
        field("nonsense", 1, Text),
    ],
    filters: &[
        field("address", 23, Mac),
        field("node", 23, Word("g")),
        field("node_uuid", 23, Id),
    ],
};

const CHASSIS: Collection = Collection {
    path: "/v1/chassis",
    least: r#"{"extra":{}"#,
    item: "/v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781",
    fields: &[
        field("description", 1, Text),
        field("extra", 1, Object),
        field("uuid", 1, Id),
        field("nonsense", 1, Text),
    ],
    filters: &[],
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

const ALLOCATIONS: Collection = Collection {
    path: "/v1/allocations",
    least: r#"{"resource_class":"none-such""#,
    item: "/v1/allocations/a",
    fields: &[
        field("name", 52, Name),
        field("traits", 52, Object),
        field("extra", 52, Object),
        field("node", 58, Word("g")),
        field("owner", 60, Text),
        field("uuid", 52, Id),
        field("nonsense", 1, Text),
    ],
    filters: &[
        field("resource_class", 52, Text),
        field("state", 52, Word("error")),
        field("node", 52, Word("g")),
        field("owner", 60, Text),
    ],
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

const CONNECTORS: Collection = Collection {
    path: "/v1/volume/connectors",
    least: r#"{"node_uuid":"$g","type":"iqn","connector_id":"iqn.2026-01.x:$MAC""#,
    item: "/v1/volume/connectors/1be26c0b-03f2-4d2e-ae87-c02d7f33c781",
    fields: &[
        field("extra", 32, Object),
        field("type", 32, Word("wwpn")),
        field("connector_id", 32, Text),
        field("uuid", 32, Id),
        field("nonsense", 1, Text),
    ],
    filters: &[field("node", 32, Word("g"))],
};
