//! What collections have in common whose resources belong to nodes: the node that a body names, who may touch one, and changes in
//! the node's turn. Rules about states come in as functions.

use super::{ATTEMPTS, Collection};
use crate::call::Call;
use crate::error::ApiError;
use crate::ident;
use crate::patch::Operation;
use axum::http::StatusCode;
use model::{Node, Object, Port, Refusal, RefusalKind, Resource};
use ports::engine::{EngineError, ResourcesChange};
use ports::resources::{self, Known};
use ports::store::{PortChange, StoreError};
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// What a node's turn makes of a resource, and of the node's ports with it.
pub(crate) struct Turned<R> {
    /// As it becomes; none: it is removed.
    pub resource: Option<R>,
    /// Ports that change with it.
    pub ports: Vec<Port>,
}

impl<R> Turned<R> {
    /// Nothing but the resource.
    pub fn into(resource: R) -> Self {
        Self {
            resource: Some(resource),
            ports: Vec::new(),
        }
    }

    /// It is removed.
    pub fn removed() -> Self {
        Self {
            resource: None,
            ports: Vec::new(),
        }
    }
}

impl<R: Resource> Collection<R> {
    /// The resource that a path names; the caller must be allowed on its node what the endpoint is for.
    ///
    /// # Errors
    /// As for [`Self::find`]; 404 or 403 when the caller is not.
    pub async fn find_on_node(&self, call: &Call, named: &str) -> Result<Known<R>, ApiError> {
        let known = self.find(call, named).await?;
        if let Some(node) = known.resource.node() {
            let missing =
                || ApiError::not_found(format!("{} {named} could not be found.", R::KIND.noun()));
            ident::judge_part(call, node, missing).await?;
        }
        Ok(known)
    }

    /// Adds a resource to its node, in the node's turn.
    ///
    /// # Errors
    /// As the engine's.
    pub async fn add_to_node(&self, call: &Call, node: Uuid, new: &R) -> Result<(), ApiError> {
        let change = resources::create(new)?;
        let edit = move |_: &Node, _: &[Port]| {
            Ok(ResourcesChange {
                resources: vec![change],
                ..ResourcesChange::default()
            })
        };
        Ok(call
            .app
            .engine
            .change_resources(node, Box::new(edit))
            .await?)
    }

    /// Changes or removes a resource in its node's turn, from what both are then. Answers with what became of it.
    ///
    /// # Errors
    /// As for [`Self::find_on_node`], what `work` refuses, and as the engine's.
    pub async fn turn(
        &self,
        call: &Call,
        named: &str,
        work: impl Fn(&Node, &[Port], &R) -> Result<Turned<R>, Refusal> + Clone + Send + 'static,
    ) -> Result<Option<R>, ApiError> {
        for _ in 0..ATTEMPTS {
            let known = self.find_on_node(call, named).await?;
            let Some(node) = known.resource.node() else {
                return Err(ApiError::failed("The resource belongs to no node."));
            };
            let became = Arc::new(OnceLock::new());
            let (work, seen) = (work.clone(), Arc::clone(&became));
            let edit = move |node: &Node, ports: &[Port]| {
                let turned = work(node, ports, &known.resource)?;
                let change = change(&known, &turned)?;
                let _ = seen.set(turned.resource);
                Ok(change)
            };
            match call.app.engine.change_resources(node, Box::new(edit)).await {
                Ok(()) => return Ok(became.get().cloned().flatten()),
                // It was changed, or went to another node, between the look and the turn.
                Err(EngineError::Store(StoreError::Conflict)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict.into())
    }
}

fn change<R: Resource>(known: &Known<R>, turned: &Turned<R>) -> Result<ResourcesChange, Refusal> {
    let mut change = ResourcesChange::default();
    match &turned.resource {
        None => change
            .resources
            .push(resources::delete::<R>(known.resource.uuid())),
        Some(new) if *new == known.resource => {}
        Some(new) => {
            let update = resources::update(&Known {
                resource: new.clone(),
                revision: known.revision,
            });
            let bad = |error: StoreError| Refusal::new(RefusalKind::Invalid, error.to_string());
            change.resources.push(update.map_err(bad)?);
        }
    }
    change.ports = turned
        .ports
        .iter()
        .cloned()
        .map(PortChange::Update)
        .collect();
    Ok(change)
}

/// The node that the body of a POST names in `node_uuid`. Unknown is a wrong request, not a missing resource.
///
/// # Errors
/// 400, or 403 when the caller may not do there what the endpoint is for.
pub(crate) async fn named_node(call: &Call, body: &Object) -> Result<Node, ApiError> {
    match body.get("node_uuid").filter(|value| !value.is_null()) {
        Some(Value::String(uuid)) if ident::uuid(uuid).is_some() => known_node(call, uuid).await,
        Some(_) => Err(ApiError::invalid("Expected a UUID for node_uuid.")),
        None => Err(ApiError::invalid("Mandatory field missing: node_uuid.")),
    }
}

/// The node that a patch gives a resource to, which must have the same owner as the one it belongs to. Its UUID takes the place of its
/// name in the operation.
///
/// # Errors
/// 400 when there is no such node for the caller.
pub(crate) async fn node_change(
    call: &Call,
    from: Option<Uuid>,
    operations: &mut [Operation],
) -> Result<Option<Node>, ApiError> {
    let mut found = None;
    for operation in operations {
        if operation.root() == "node_uuid"
            && let Some(Value::String(named)) = operation.root_value()
        {
            let node = known_node(call, &named.clone()).await?;
            *named = node.uuid.to_string();
            found = Some(node);
        }
    }
    let (Some(from), Some(to)) = (from, found) else {
        return Ok(None);
    };
    let from = call.app.store.node(from).await?;
    match from {
        Some(from) if from.uuid == to.uuid => Ok(None),
        Some(from) if from.owner == to.owner => Ok(Some(to)),
        _ => Err(unusable()),
    }
}

async fn known_node(call: &Call, named: &str) -> Result<Node, ApiError> {
    let found = ident::node(call, named).await;
    found.map_err(|error| match error.status() {
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => unusable(),
        _ => error,
    })
}

/// The same words whether a node is missing, hidden or another owner's: they tell nothing of it.
fn unusable() -> ApiError {
    ApiError::invalid("The node that node_uuid names could not be found.")
}
