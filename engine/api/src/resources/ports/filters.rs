//! The filters of `GET /ports`.

use super::Of;
use crate::attributes::port::address;
use crate::call::Call;
use crate::error::ApiError;
use crate::resources::portgroups::PORT_GROUPS;
use crate::selection::listed;
use crate::{ident, paging};
use api_types::port::FIELDS;
use ports::query::PortQuery;
use serde_json::Value;

/// Filters and the version that added each.
pub(in crate::resources) const FILTERS: &[(&str, u16)] = &[
    ("node", 1),
    ("node_uuid", 1),
    ("address", 1),
    ("portgroup", 24),
    ("shard", 82),
    ("description_contains", 97),
    ("conductor_groups", 99),
];
/// Fields that a list cannot be sorted by.
const NOT_SORTABLE: &[&str] = &["extra", "internal_info", "local_link_connection", "links"];

/// The query of a request, of those that its path names; none when nothing can match.
pub(super) async fn query(call: &Call, of: Of) -> Result<Option<PortQuery>, ApiError> {
    for (name, since) in FILTERS {
        if call.parameter(name).is_some() {
            call.needs(&format!("The filter '{name}'"), *since)?;
        }
    }
    check_together(call, of)?;
    let portgroup = match (of, call.parameter("portgroup")) {
        (Of::Group(group), _) => Some(group),
        (_, Some(named)) => Some(PORT_GROUPS.find(call, named).await?.resource.uuid),
        (_, None) => None,
    };
    let address = match call.parameter("address") {
        None => None,
        Some(text) => {
            let text = Value::String(text.to_owned());
            Some(address(&text).map_err(ApiError::invalid)?)
        }
    };
    let node = match (of, call.parameter("node").or(call.parameter("node_uuid"))) {
        (Of::Node(node), _) => Some(node),
        (_, None) => None,
        (_, Some(named)) => match ident::node(call, named).await {
            Ok(node) => Some(node.uuid),
            // As in Ironic, a list of the ports of an unknown UUID is empty.
            Err(_) if ident::uuid(named).is_some() => return Ok(None),
            Err(error) => return Err(error),
        },
    };
    let groups = listed(call, "conductor_groups");
    Ok(Some(PortQuery {
        page: paging::page(call, FIELDS, NOT_SORTABLE)?,
        node,
        address,
        portgroup,
        description_contains: call.parameter("description_contains").map(str::to_owned),
        shards: listed(call, "shard"),
        project: call.project().map(str::to_owned),
        conductor_groups: groups.iter().map(|g| g.to_lowercase()).collect(),
    }))
}

/// Which filters exclude one another.
fn check_together(call: &Call, of: Of) -> Result<(), ApiError> {
    let given = |name: &str| call.parameter(name).is_some();
    let node = matches!(of, Of::Node(_)) || given("node") || given("node_uuid");
    let group = matches!(of, Of::Group(_)) || given("portgroup");
    let exclusive = [node, group, given("shard")];
    if exclusive.iter().filter(|given| **given).count() > 1 {
        return Err(ApiError::forbidden(
            "Only one of the filters node, portgroup and shard can be used.",
        ));
    }
    if given("conductor_groups") && (node || group || given("address")) {
        return Err(ApiError::invalid(
            "conductor_groups cannot be used together with node, portgroup or address.",
        ));
    }
    Ok(())
}
