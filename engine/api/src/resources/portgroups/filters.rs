//! The filters of `GET /portgroups`.

use super::PORT_GROUPS;
use crate::attributes::port::address;
use crate::call::Call;
use crate::error::ApiError;
use crate::ident;
use crate::selection::listed;
use ports::resources::ResourceQuery;
use serde_json::{Value, json};
use uuid::Uuid;

/// Filters and the version that added each.
pub(crate) const FILTERS: &[(&str, u16)] = &[
    ("node", 23),
    ("address", 23),
    // Documented for 1.99, but Ironic takes it in every version.
    ("conductor_groups", 23),
    ("shard", 106),
];

/// The query of a request, `of` a node when it is asked under one.
pub(super) async fn query(call: &Call, of: Option<Uuid>) -> Result<ResourceQuery, ApiError> {
    for (name, since) in FILTERS {
        if call.parameter(name).is_some() {
            call.needs(&format!("The filter '{name}'"), *since)?;
        }
    }
    // As in Ironic the page is judged before anything is looked for.
    let mut query = PORT_GROUPS.query(call)?;
    let given = |name: &&str| call.parameter(name).is_some();
    let filters = ["address", "shard", "conductor_groups"];
    let node = usize::from(of.is_some() || given(&"node"));
    if filters.iter().filter(|name| given(name)).count() + node > 1 {
        return Err(ApiError::invalid(
            "Only one of the filters node, address, shard and conductor_groups can be used.",
        ));
    }
    let node = match (of, call.parameter("node")) {
        (None, Some(named)) => Some(ident::node_of_query(call, "node", named).await?.uuid),
        (of, _) => of,
    };
    if let Some(text) = call.parameter("address") {
        let address = address(&Value::String(text.to_owned())).map_err(ApiError::invalid)?;
        query.equal.push(("address", json!(address)));
    }
    let groups = listed(call, "conductor_groups");
    Ok(ResourceQuery {
        node,
        shards: listed(call, "shard"),
        conductor_groups: groups.iter().map(|g| g.to_lowercase()).collect(),
        project: call.project().map(str::to_owned),
        ..query
    })
}
