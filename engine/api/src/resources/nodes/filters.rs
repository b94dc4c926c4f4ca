//! The filters of `GET /nodes`: a table of names and versions, and their reading into the store's query.

use crate::args::flag_of;
use crate::call::Call;
use crate::endpoint::Argument;
use crate::error::ApiError;
use crate::resources::chassis::CHASSIS;
use crate::selection::{asked, listed};
use crate::{ident, paging};
use api_types::field::since;
use api_types::node::{FIELDS, NOT_SORTABLE};
use model::{Fault, ProvisionState};
use ports::query::{NodeQuery, Parentage};
use uuid::Uuid;

/// Filters and the version from which on each is taken. Those that say 1 came later, but no version ever refused them.
pub(crate) const FILTERS: &[Argument] = &[
    ("chassis_uuid", 1),
    ("instance_uuid", 1),
    ("associated", 1),
    ("maintenance", 1),
    ("project", 1),
    ("retired", 1),
    ("description_contains", 1),
    ("provision_state", 9),
    ("driver", 16),
    ("resource_class", 21),
    ("fault", 42),
    ("conductor_group", 46),
    ("conductor", 49),
    ("owner", 50),
    ("lessee", 65),
    ("shard", 82),
    ("sharded", 82),
    ("parent_node", 83),
    ("include_children", 83),
    ("instance_name", 104),
];

/// What a list was asked for exists in the request's version: what it shows, what it is sorted by, its filters.
pub(super) fn check_version(call: &Call) -> Result<(), ApiError> {
    if let Some(fields) = asked(call, "fields") {
        call.needs("Selecting fields", 8)?;
        let fields: Vec<_> = fields.iter().map(|field| field.to_lowercase()).collect();
        fields.iter().try_for_each(|field| has_field(call, field))?;
        check_fields(call)?;
    }
    if let Some(key) = call.parameter("sort_key") {
        has_field(call, key)?;
    }
    for (name, since) in FILTERS {
        if call.parameter(name).is_some() {
            call.needs(&format!("The filter '{name}'"), *since)?;
        }
    }
    Ok(())
}

/// Fields of a node's document that a query cannot select: the engine adds them.
const ADDED: &[&str] = &["links", "ports", "states", "portgroups", "volume"];

/// Refuses fields that cannot be selected.
fn check_fields(call: &Call) -> Result<(), ApiError> {
    let fields = asked(call, "fields").unwrap_or_default();
    let fields = fields.into_iter().map(|field| field.to_lowercase());
    match fields
        .into_iter()
        .find(|field| ADDED.contains(&field.as_str()))
    {
        None => Ok(()),
        Some(field) => Err(ApiError::invalid(format!(
            "Field {field} is not a valid field."
        ))),
    }
}

fn has_field(call: &Call, name: &str) -> Result<(), ApiError> {
    match since(FIELDS, name).filter(|_| !ADDED.contains(&name)) {
        Some(minor) => call.needs(&format!("The field '{name}'"), minor),
        None => Ok(()),
    }
}

/// The query of a request, for the nodes of one chassis when it is asked under one; none when nothing can match.
pub(crate) async fn query(call: &Call, of: Option<Uuid>) -> Result<Option<NodeQuery>, ApiError> {
    let (state, fault) = (provision_state(call)?, fault(call)?);
    let page = paging::page(call, FIELDS, NOT_SORTABLE)?;
    let chassis = match (of, call.parameter("chassis_uuid")) {
        (None, Some(named)) => Some(CHASSIS.find(call, named).await?.resource.uuid),
        (of, _) => of,
    };
    let conductor = call.parameter("conductor").filter(|name| !name.is_empty());
    if conductor.is_some_and(|name| name != call.app.engine.conductor_name()) {
        return Ok(None);
    }
    let Some(parentage) = parentage(call).await? else {
        return Ok(None);
    };
    let text = |name: &str| call.parameter(name).map(str::to_owned);
    let flag = |name: &str| call.parameter(name).map(|t| flag_of(name, t)).transpose();
    let shards = listed(call, "shard");
    if shards.is_empty() && call.parameter("shard").is_some() {
        // No shard has an empty name.
        return Ok(None);
    }
    Ok(Some(NodeQuery {
        page,
        chassis,
        instance_uuid: instance(call)?,
        associated: flag("associated")?,
        maintenance: flag("maintenance")?,
        retired: flag("retired")?,
        provision_state: state,
        driver: text("driver"),
        resource_class: text("resource_class"),
        fault,
        conductor_group: text("conductor_group").map(|g| g.to_lowercase()),
        owner: text("owner"),
        lessee: text("lessee"),
        project: project(call)?,
        description_contains: text("description_contains"),
        shards,
        sharded: flag("sharded")?,
        instance_name: text("instance_name"),
        parentage,
    }))
}

/// Whose nodes: what is asked for, and never more than the caller may see.
fn project(call: &Call) -> Result<Option<String>, ApiError> {
    let asked = call.parameter("project");
    match call.project() {
        Some(own) if asked.is_some_and(|asked| asked != own) => Err(call.denied()),
        Some(own) => Ok(Some(own.to_owned())),
        None => Ok(asked.map(str::to_owned)),
    }
}

fn instance(call: &Call) -> Result<Option<String>, ApiError> {
    let Some(text) = call.parameter("instance_uuid") else {
        return Ok(None);
    };
    match ident::uuid(text) {
        Some(_) => Ok(Some(text.to_lowercase())),
        None => {
            let shown: String = text.chars().take(80).collect();
            Err(ApiError::invalid(format!(
                "Expected UUID for instance_uuid: {shown}"
            )))
        }
    }
}

fn provision_state(call: &Call) -> Result<Option<ProvisionState>, ApiError> {
    let Some(text) = call.parameter("provision_state") else {
        return Ok(None);
    };
    let state = text.parse::<ProvisionState>();
    state.map(Some).map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        ApiError::invalid(format!("Provision state {shown:?} is not valid."))
    })
}

fn fault(call: &Call) -> Result<Option<Fault>, ApiError> {
    let Some(text) = call.parameter("fault") else {
        return Ok(None);
    };
    let fault = Fault::parse(text);
    fault.map(Some).ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        ApiError::invalid(format!(
            "Unrecognized fault {shown:?}: it is power failure, clean failure, rescue abort failure or service failure."
        ))
    })
}

/// Whose children; none when that node is not there.
async fn parentage(call: &Call) -> Result<Option<Parentage>, ApiError> {
    if let Some(parent) = call.parameter("parent_node") {
        return match ident::node(call, parent).await {
            Ok(parent) => Ok(Some(Parentage::Of(parent.uuid))),
            Err(error) if error.status().is_client_error() => Ok(None),
            Err(error) => Err(error),
        };
    }
    let all = call.parameter("include_children");
    let all = all.map(|t| flag_of("include_children", t)).transpose()?;
    Ok(Some(match all.unwrap_or(false) {
        true => Parentage::All,
        false => Parentage::TopLevel,
    }))
}
