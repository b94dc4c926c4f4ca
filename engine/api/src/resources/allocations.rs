//! Allocations: list, create, show, patch, delete; and the one that a node has. What a project's users may see and do is judged by the
//! allocation's owner.

use crate::access::{Access, NodeRule, OWNER_USE, SEE, SEE_INSIDE};
use crate::attributes::allocation::TABLE;
use crate::call::Call;
use crate::collection::{Collection, object};
use crate::endpoint::{Argument, Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::selection::Selection;
use crate::{answer, ident};
use api_types::allocation::{FIELDS, SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{Allocation, Node, Object};
use ports::asker;
use ports::resources::{self, Known, ResourceQuery};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const ALLOCATIONS: Collection<Allocation> = Collection {
    plural: "allocations",
    path: "allocations",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["extra", "candidate_nodes", "traits", "node_uuid", "links"],
    table: TABLE,
    is_name: ident::is_plain_name,
    document,
};

/// So many candidates are looked up at most.
const MOST_CANDIDATES: usize = 2000;
/// What a list may be asked for; anything else is refused.
const ARGUMENTS: &[Argument] = &[
    ("node", 52),
    ("resource_class", 52),
    ("state", 52),
    ("owner", 60),
    ("fields", 52),
    ("limit", 52),
    ("marker", 52),
    ("sort_key", 52),
    ("sort_dir", 52),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let all = vec![
        Endpoint::get("/allocations", list, "List allocations")
            .lists("allocations", "Allocation", FIELDS)
            .arguments(ARGUMENTS),
        Endpoint::post("/allocations", create, "Ask for a node")
            .too_old(TooOld::Refused)
            .takes("Allocation", FIELDS)
            .writes(TABLE)
            .shows("Allocation", FIELDS),
        Endpoint::get("/allocations/{allocation}", show, "Show an allocation")
            .shows("Allocation", FIELDS),
        Endpoint::delete("/allocations/{allocation}", delete, "End an allocation")
            .too_old(TooOld::Refused),
        Endpoint::get(
            "/nodes/{node}/allocation",
            show_of_node,
            "Show a node's allocation",
        )
        .too_old(TooOld::NotFound)
        .shows("Allocation", FIELDS),
        Endpoint::delete(
            "/nodes/{node}/allocation",
            delete_of_node,
            "End a node's allocation",
        )
        .too_old(TooOld::NotFound),
    ];
    let mut all: Vec<Endpoint> = all.into_iter().map(|endpoint| endpoint.since(52)).collect();
    let patch = Endpoint::patch("/allocations/{allocation}", patch, "Change an allocation");
    all.push(
        patch
            .since(57)
            .too_old(TooOld::Refused)
            .shows("Allocation", FIELDS),
    );
    // The handlers judge by the allocation's owner.
    all.into_iter()
        .map(|endpoint| endpoint.access(Access::Anyone))
        .collect()
}

fn document(call: &Call, allocation: &Allocation) -> Object {
    let path = format!("allocations/{}", allocation.uuid);
    object(json!({
        "uuid": allocation.uuid,
        "name": allocation.name,
        "node_uuid": allocation.node_uuid,
        "state": allocation.state.as_str(),
        "last_error": allocation.last_error,
        "resource_class": allocation.resource_class,
        "candidate_nodes": allocation.candidate_nodes,
        "traits": allocation.traits,
        "owner": allocation.owner,
        "extra": allocation.extra,
        "created_at": instant::to_text(allocation.created_at),
        "updated_at": allocation.updated_at.map(instant::to_text),
        "links": Link::pair(call.public(), &path),
    }))
}

async fn list(call: Call) -> Answer {
    if call.parameter("owner").is_some() {
        call.needs("The filter 'owner'", 60)?;
    }
    let mut query = ALLOCATIONS.query(&call)?;
    for name in ["resource_class", "state"] {
        if let Some(wanted) = call.parameter(name) {
            query.equal.push((name, wanted.into()));
        }
    }
    if let Some(owner) = owner(&call)? {
        query.equal.push(("owner", owner.into()));
    }
    if let Some(named) = call.parameter("node") {
        query.node = Some(named_node(&call, named).await?.uuid);
    }
    let path = "allocations";
    ALLOCATIONS.page(&call, Some(query), path, false).await
}

/// Whose allocations: what is asked for, and never more than the caller may see.
fn owner(call: &Call) -> Result<Option<String>, ApiError> {
    let asked = call.parameter("owner");
    match call.project() {
        Some(own) if asked.is_some_and(|asked| asked != own) => Err(call.denied()),
        Some(own) => Ok(Some(own.to_owned())),
        None => Ok(asked.map(str::to_owned)),
    }
}

/// A node that something other than the path names: its absence is the caller's mistake.
async fn named_node(call: &Call, named: &str) -> Result<Node, ApiError> {
    let found = ident::node(call, named).await;
    found.map_err(|error| match error.status().is_server_error() {
        true => error,
        false => ApiError::invalid(format!(
            "Node {} could not be found.",
            named.chars().take(80).collect::<String>()
        )),
    })
}

/// The allocation that a path names, if the caller may do this with it.
async fn find(call: &Call, named: &str, rule: NodeRule) -> Result<Known<Allocation>, ApiError> {
    let known = ALLOCATIONS.find(call, named).await?;
    let owner = known.resource.owner.as_deref();
    if !call.is_allowed_of(owner, None, SEE_INSIDE) {
        let text = format!("Allocation {named} could not be found.");
        return Err(ApiError::not_found(text));
    }
    match call.is_allowed_of(owner, None, rule) {
        true => Ok(known),
        false => Err(call.denied()),
    }
}

/// What using an allocation takes: members of the project that owns it.
fn members() -> NodeRule {
    match OWNER_USE {
        Access::Node(rule) => rule,
        _ => crate::access::NOBODY,
    }
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    let selection = Selection::of_one(&call, FIELDS)?;
    let known = find(&call, &named, SEE_INSIDE).await?;
    answer::ok(&ALLOCATIONS.selected(&call, &known.resource, &selection))
}

async fn create(call: Call) -> Answer {
    let mut body = call.object()?;
    let node = backfilled(&call, &mut body).await?;
    if let Some(candidates) = body.get_mut("candidate_nodes") {
        name_candidates(&call, candidates).await?;
    }
    let now = call.app.config.clock.now();
    let mut wanted = Allocation::new(Uuid::new_v4(), now);
    if let Some(node) = &node {
        // One that is made for what runs already has its UUID, unless told otherwise.
        let instance = node.instance_uuid.as_deref().and_then(ident::uuid);
        wanted.uuid = instance.unwrap_or(wanted.uuid);
    }
    ALLOCATIONS.fill(&call, &mut wanted, body)?;
    own(&call, &mut wanted)?;
    let Some(node) = node else {
        if wanted.resource_class.is_none() {
            return Err(ApiError::invalid(
                "The resource_class field is mandatory when not backfilling.",
            ));
        }
        call.app.engine.allocate(wanted.clone()).await?;
        return ALLOCATIONS.created(&call, &wanted);
    };
    let class = wanted.resource_class.take();
    wanted.resource_class = class.or(node.resource_class);
    let work = call.app.engine.backfill(wanted, node.uuid);
    let active = asker::within(call.right(SEE), work).await?;
    ALLOCATIONS.created(&call, &active)
}

/// The node that an allocation is made for afterwards, taken out of the body.
async fn backfilled(call: &Call, body: &mut Object) -> Result<Option<Node>, ApiError> {
    match body.remove("node") {
        None => Ok(None),
        Some(_) if !call.version().has(58) => Err(ApiError::invalid(
            "Cannot set node when creating an allocation in this API version: it needs 1.58.",
        )),
        Some(Value::Null) => Ok(None),
        Some(Value::String(named)) if named.is_empty() => Ok(None),
        Some(Value::String(named)) => Ok(Some(named_node(call, &named).await?)),
        Some(_) => Err(ApiError::invalid(
            "Invalid value for node: a name or UUID is expected.",
        )),
    }
}

/// Replaces names and UUIDs by the UUIDs of nodes that exist and that the caller sees, in order.
async fn name_candidates(call: &Call, candidates: &mut Value) -> Result<(), ApiError> {
    let Value::Array(items) = candidates else {
        return Ok(());
    };
    if items.len() > MOST_CANDIDATES {
        return Err(ApiError::invalid(format!(
            "At most {MOST_CANDIDATES} candidate nodes can be named."
        )));
    }
    for item in items {
        let Value::String(named) = item else { continue };
        *item = named_node(call, named).await?.uuid.to_string().into();
    }
    Ok(())
}

/// A project's members ask for nodes for their project and for nobody else.
fn own(call: &Call, wanted: &mut Allocation) -> Result<(), ApiError> {
    let Some(project) = call.project() else {
        // Readers of the whole fleet change nothing.
        return match call.is_allowed_of(None, None, members()) {
            true => Ok(()),
            false => Err(call.denied()),
        };
    };
    let owner = wanted.owner.get_or_insert_with(|| project.to_owned());
    match owner == project && call.is_allowed_of(Some(project), None, members()) {
        true => Ok(()),
        false => Err(call.denied()),
    }
}

async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    check_values(&call)?;
    find(&call, &named, members()).await?;
    let operations = ALLOCATIONS.operations(&call)?;
    let now = call.app.config.clock.now();
    let patched = |old: &Allocation| {
        let mut new = ALLOCATIONS.patched(old, operations.clone())?;
        if new != *old {
            new.updated_at = Some(now);
        }
        Ok(new)
    };
    let allocation = ALLOCATIONS.edit(&call, &named, patched).await?;
    ALLOCATIONS.show_all(&call, &allocation)
}

/// Refuses lists and fractions in a patch, which Ironic takes in a new allocation only.
fn check_values(call: &Call) -> Result<(), ApiError> {
    let is_strange = |item: &Value| {
        let value = item.get("value");
        value.is_some_and(|value| value.is_array() || value.is_f64())
    };
    let strange = |body: &Value| {
        body.as_array()
            .is_some_and(|all| all.iter().any(is_strange))
    };
    match call.look_at_json(strange)?.unwrap_or(false) {
        true => Err(ApiError::invalid(
            "A value in a patch of an allocation is a text, an object, an integer, a boolean or null.",
        )),
        false => Ok(()),
    }
}

async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    let uuid = find(&call, &named, members()).await?.resource.uuid;
    call.app.engine.deallocate(uuid).await?;
    answer::no_content()
}

async fn show_of_node(call: Call, Path(named): Path<String>) -> Answer {
    let node = named_node(&call, &named).await?;
    let allocation = of_node(&call, &node, &named, SEE_INSIDE).await?;
    ALLOCATIONS.show(&call, &allocation)
}

async fn delete_of_node(call: Call, Path(named): Path<String>) -> Answer {
    let node = ident::node(&call, &named).await?;
    let allocation = of_node(&call, &node, &named, members()).await?;
    call.app.engine.deallocate(allocation.uuid).await?;
    answer::no_content()
}

/// The allocation that a node has, if the caller may do this with it.
async fn of_node(
    call: &Call,
    node: &Node,
    named: &str,
    rule: NodeRule,
) -> Result<Allocation, ApiError> {
    let query = ResourceQuery {
        page: ports::query::Page {
            limit: 1,
            ..Default::default()
        },
        node: Some(node.uuid),
        ..ResourceQuery::default()
    };
    let found = resources::list::<Allocation>(&*call.app.store, &query).await?;
    let found = found.into_iter().next().map(|known| known.resource);
    let found = found.ok_or_else(|| {
        ApiError::not_found(format!("Allocation for node {named} was not found."))
    })?;
    match call.is_allowed_of(found.owner.as_deref(), None, rule) {
        true => Ok(found),
        false => Err(call.denied()),
    }
}
