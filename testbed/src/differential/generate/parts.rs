//! What the resources that belong to nodes, and those that ask for nodes, can be told: the tables of `fields` for them.

use super::fields::Kind::{
    Boolean, Flag, Id, Integer, Mac, Name, Nodes, Object, Text, Traits, Wiring, Word,
};
use super::fields::{Collection, field};

/// Ports.
pub const PORTS: Collection = Collection {
    path: "/v1/ports",
    least: r#"{"node_uuid":"$g","address":"52:54:00:aa:bb:$MAC","name":"p$MAC""#,
    item: "/v1/ports/p01",
    fields: &[
        field("extra", 1, Object),
        field("address", 1, Mac),
        field("pxe_enabled", 19, Flag),
        field("local_link_connection", 19, Wiring),
        field("portgroup_uuid", 24, Id),
        field("physical_network", 34, Text),
        field("is_smartnic", 53, Boolean),
        field("name", 88, Text),
        field("description", 97, Text),
        field("vendor", 100, Text),
        field("category", 101, Text),
        field("available_for_dynamic_portgroup", 111, Boolean),
        field("nonsense", 1, Text),
    ],
    filters: &[
        field("address", 1, Mac),
        field("node", 6, Word("g")),
        field("node_uuid", 1, Id),
        field("shard", 82, Text),
        field("portgroup", 24, Id),
        field("description_contains", 97, Text),
        field("conductor_groups", 99, Text),
    ],
};

/// Port groups.
pub const PORTGROUPS: Collection = Collection {
    path: "/v1/portgroups",
    least: r#"{"node_uuid":"$g","name":"pg$MAC""#,
    item: "/v1/portgroups/pg01",
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
        field("shard", 106, Text),
        field("conductor_groups", 99, Text),
    ],
};

/// Chassis.
pub const CHASSIS: Collection = Collection {
    path: "/v1/chassis",
    least: r#"{"extra":{}"#,
    item: "/v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781",
    fields: &[
        field("description", 1, Text),
        field("extra", 1, Object),
        field("nonsense", 1, Text),
    ],
    filters: &[],
};

/// Allocations; the node of an episode has the class that they ask for.
pub const ALLOCATIONS: Collection = Collection {
    path: "/v1/allocations",
    least: r#"{"name":"a$MAC","resource_class":"large""#,
    item: "/v1/allocations/a01",
    fields: &[
        field("name", 52, Name),
        field("traits", 52, Traits),
        field("candidate_nodes", 52, Nodes),
        field("extra", 52, Object),
        field("owner", 60, Text),
        field("nonsense", 1, Text),
    ],
    filters: &[
        field("resource_class", 52, Word("large")),
        field("state", 52, Word("error")),
        field("owner", 60, Text),
    ],
};

/// Volume connectors.
pub const CONNECTORS: Collection = Collection {
    path: "/v1/volume/connectors",
    least: r#"{"node_uuid":"$g","type":"iqn","connector_id":"iqn.2026-01.x:$MAC""#,
    item: "/v1/volume/connectors/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b4001",
    fields: &[
        field("extra", 32, Object),
        field("type", 32, Word("wwpn")),
        field("connector_id", 32, Text),
        field("node_uuid", 32, Id),
        field("nonsense", 1, Text),
    ],
    filters: &[field("node", 32, Word("g"))],
};

/// Volume targets.
pub const TARGETS: Collection = Collection {
    path: "/v1/volume/targets",
    least: r#"{"node_uuid":"$g","volume_type":"iscsi","volume_id":"v$MAC","boot_index":1$MAC"#,
    item: "/v1/volume/targets/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b5001",
    fields: &[
        field("extra", 32, Object),
        field("properties", 32, Object),
        field("volume_type", 32, Word("fibre_channel")),
        field("volume_id", 32, Text),
        field("boot_index", 32, Integer),
        field("node_uuid", 32, Id),
        field("nonsense", 1, Text),
    ],
    filters: &[field("node", 32, Word("g"))],
};
