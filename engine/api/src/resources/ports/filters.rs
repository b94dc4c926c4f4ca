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
use uuid::Uuid;

/// Filters and the version that added each.
pub(in crate::resources) const FILTERS: &[(&str, u16)] = &[
    ("node", 1),
    ("node_uuid", 1),
    ("address", 1),
    ("portgroup", 24),
    ("shard", 82),
    // Documented for 1.97 and 1.99, but Ironic takes them in every version.
    ("description_contains", 1),
    ("conductor_groups", 1),
];
/// Fields that a list cannot be sorted by.
const NOT_SORTABLE: &[&str] = &[
    "extra",
    "internal_info",
    "local_link_connection",
    "portgroup_uuid",
    "links",
];

/// The query of a request, of those that its path names.
pub(super) async fn query(call: &Call, of: Of) -> Result<PortQuery, ApiError> {
    for (name, since) in FILTERS {
        if call.parameter(name).is_some() {
            call.needs(&format!("The filter '{name}'"), *since)?;
        }
    }
    // As in Ironic the page is judged before anything is looked for.
    let page = paging::page(call, FIELDS, NOT_SORTABLE)?;
    check_together(call, of)?;
    let portgroup = match (of, call.parameter("portgroup")) {
        (Of::Group(group), _) => Some(group),
        (_, Some(named)) => Some(group(call, named).await?),
        (_, None) => None,
    };
    let address = match call.parameter("address") {
        None => None,
        Some(text) => {
            let text = Value::String(text.to_owned());
            Some(address(&text).map_err(ApiError::invalid)?)
        }
    };
    let node = match of {
        Of::Node(node) => Some(node),
        _ => node(call).await?,
    };
    let groups = listed(call, "conductor_groups");
    Ok(PortQuery {
        page,
        node,
        address,
        portgroup,
        description_contains: words(call),
        shards: listed(call, "shard"),
        project: call.project().map(str::to_owned),
        conductor_groups: groups.iter().map(|g| g.to_lowercase()).collect(),
    })
}

/// What descriptions are searched for; nothing is no filter.
fn words(call: &Call) -> Option<String> {
    let words = call.parameter("description_contains");
    words.filter(|words| !words.is_empty()).map(str::to_owned)
}

/// The port group whose ports are asked for.
async fn group(call: &Call, named: &str) -> Result<Uuid, ApiError> {
    if ident::uuid(named).is_none() && !ident::is_plain_name(named) {
        let shown: String = named.chars().take(80).collect();
        return Err(ApiError::invalid(format!(
            "Expected UUID or name for portgroup: {shown}"
        )));
    }
    Ok(PORT_GROUPS.find(call, named).await?.resource.uuid)
}

/// The node whose ports are asked for.
async fn node(call: &Call) -> Result<Option<Uuid>, ApiError> {
    let given = ["node_uuid", "node"].into_iter();
    let mut given = given.filter_map(|name| Some((name, call.parameter(name)?)));
    let Some((name, text)) = given.next() else {
        return Ok(None);
    };
    if ident::uuid(text).is_none() {
        call.needs("A node's name", 5)?;
    }
    let node = ident::node_of_query(call, name, text).await?;
    Ok(Some(node.uuid))
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
