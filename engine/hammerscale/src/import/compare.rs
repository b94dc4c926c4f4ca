//! In which fields a record here differs from the one that would be imported. What the engine itself measures and counts is left out:
//! power states, times of change, last errors, revisions.

use model::{Node, Port};

macro_rules! differing {
    ($here:expr, $there:expr, $($field:ident),* $(,)?) => {
        [$((stringify!($field), $here.$field != $there.$field),)*]
            .into_iter()
            .filter_map(|(name, differs)| differs.then_some(name))
            .collect()
    };
}

/// The fields in which two nodes differ.
pub fn nodes(here: &Node, there: &Node) -> Vec<&'static str> {
    differing!(
        here,
        there,
        name,
        driver,
        driver_info,
        properties,
        instance_info,
        extra,
        network_data,
        interfaces,
        chassis,
        instance_uuid,
        instance_name,
        allocation,
        resource_class,
        traits,
        conductor_group,
        shard,
        parent_node,
        owner,
        lessee,
        description,
        automated_clean,
        disable_power_off,
        protected,
        protected_reason,
        retired,
        retired_reason,
        maintenance,
        provision_state,
        target_provision_state,
        raid_config,
        target_raid_config,
        inventory,
        config_drive,
    )
}

/// The fields in which two ports differ.
pub fn ports(here: &Port, there: &Port) -> Vec<&'static str> {
    differing!(
        here,
        there,
        node,
        address,
        name,
        description,
        pxe_enabled,
        local_link_connection,
        physical_network,
        portgroup,
        is_smartnic,
        vendor,
        category,
        available_for_dynamic_portgroup,
        extra,
    )
}
