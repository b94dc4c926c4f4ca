//! Which field of the node document exists since which microversion.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("uuid", 1),
    field("created_at", 1),
    field("updated_at", 1),
    field("links", 1),
    field("ports", 1),
    field("driver", 1),
    field("driver_info", 1),
    field("properties", 1),
    field("instance_info", 1),
    field("instance_uuid", 1),
    field("extra", 1),
    field("chassis_uuid", 1),
    field("power_state", 1),
    field("target_power_state", 1),
    field("provision_state", 1),
    field("target_provision_state", 1),
    field("provision_updated_at", 1),
    field("last_error", 1),
    field("maintenance", 1),
    field("maintenance_reason", 1),
    field("reservation", 1),
    field("console_enabled", 1),
    field("driver_internal_info", 3),
    field("name", 5),
    field("inspection_started_at", 6),
    field("inspection_finished_at", 6),
    field("clean_step", 7),
    field("raid_config", 12),
    field("target_raid_config", 12),
    field("states", 14),
    field("network_interface", 20),
    field("resource_class", 21),
    field("portgroups", 24),
    field("boot_interface", 31),
    field("console_interface", 31),
    field("deploy_interface", 31),
    field("inspect_interface", 31),
    field("management_interface", 31),
    field("power_interface", 31),
    field("raid_interface", 31),
    field("vendor_interface", 31),
    field("volume", 32),
    field("storage_interface", 33),
    field("traits", 37),
    field("rescue_interface", 38),
    field("bios_interface", 40),
    field("fault", 42),
    field("deploy_step", 44),
    field("conductor_group", 46),
    field("automated_clean", 47),
    field("protected", 48),
    field("protected_reason", 48),
    field("conductor", 49),
    field("owner", 50),
    field("description", 51),
    field("allocation_uuid", 52),
    field("retired", 61),
    field("retired_reason", 61),
    field("lessee", 65),
    field("network_data", 66),
    field("boot_mode", 75),
    field("secure_boot", 75),
    field("shard", 82),
    field("parent_node", 83),
    field("firmware_interface", 86),
    field("service_step", 87),
    field("disable_power_off", 95),
    field("instance_name", 104),
    field("health", 109),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &[
    "uuid",
    "name",
    "instance_uuid",
    "maintenance",
    "power_state",
    "provision_state",
];

/// Fields that a list cannot be sorted by.
pub const NOT_SORTABLE: &[&str] = &[
    "properties",
    "driver_info",
    "extra",
    "instance_info",
    "driver_internal_info",
    "clean_step",
    "deploy_step",
    "service_step",
    "raid_config",
    "target_raid_config",
    "traits",
    "network_data",
    "allocation_uuid",
    "chassis_uuid",
    "links",
    "ports",
    "states",
    "portgroups",
    "volume",
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::field::since;

    #[test]
    fn the_table_and_the_document_have_the_same_fields() {
        let document = serde_json::to_value(crate::Node::default()).unwrap();
        let document = document.as_object().unwrap();
        for name in document.keys() {
            assert!(since(FIELDS, name).is_some(), "{name} is not in the table");
        }
        for field in FIELDS {
            assert!(
                document.contains_key(field.name),
                "{} is not in the document",
                field.name
            );
        }
    }
}
