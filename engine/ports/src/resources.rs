//! Resources of every kind as the store keeps them (one shape for all), and typed access to them. A new kind is a struct with
//! `model::Resource` and nothing here or in the store.

use crate::query::Page;
use crate::store::{Store, StoreError};
use model::{Resource, ResourceKind};
use serde_json::Value;
use uuid::Uuid;

/// A resource as the store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredResource {
    /// Its kind.
    pub kind: ResourceKind,
    /// Its identity within the kind.
    pub uuid: Uuid,
    /// The node it belongs to and goes with.
    pub node: Option<Uuid>,
    /// What no other of the kind may have: what it is called, and its value.
    pub unique: Vec<(&'static str, String)>,
    /// How often it was written; checked when it is written again.
    pub revision: u64,
    /// The resource's serde form.
    pub document: Value,
}

/// A change to resources.
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceChange {
    /// Adds one. `Duplicate` by UUID or a unique value; `NotFound` for its node.
    Create(StoredResource),
    /// Replaces one whose revision is still the one that was read; else `Conflict`.
    Update(StoredResource),
    /// Removes one. `NotFound`.
    Delete(ResourceKind, Uuid),
}

/// Which resources of a kind. Every criterion must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceQuery {
    /// The page; sorted by any field of the document.
    pub page: Page,
    /// Those of this node.
    pub node: Option<Uuid>,
    /// Fields of the document and the value that each must have.
    pub equal: Vec<(&'static str, Value)>,
    /// Those of nodes in one of these shards.
    pub shards: Vec<String>,
    /// Those of nodes in one of these conductor groups.
    pub conductor_groups: Vec<String>,
    /// Those of nodes of which this project is owner or lessee.
    pub project: Option<String>,
}

/// A resource with the revision that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Known<R> {
    /// The resource.
    pub resource: R,
    /// Its revision.
    pub revision: u64,
}

/// The change that adds a resource.
///
/// # Errors
/// It has no JSON form: a bug of its type.
pub fn create<R: Resource>(resource: &R) -> Result<ResourceChange, StoreError> {
    Ok(ResourceChange::Create(stored(resource, 0)?))
}

/// The change that replaces a resource by what became of it.
///
/// # Errors
/// It has no JSON form: a bug of its type.
pub fn update<R: Resource>(known: &Known<R>) -> Result<ResourceChange, StoreError> {
    Ok(ResourceChange::Update(stored(
        &known.resource,
        known.revision,
    )?))
}

/// The change that removes a resource.
pub fn delete<R: Resource>(uuid: Uuid) -> ResourceChange {
    ResourceChange::Delete(R::KIND, uuid)
}

/// One resource by its UUID.
///
/// # Errors
/// As the store's; or the document does not fit its type.
pub async fn find<R: Resource>(
    store: &dyn Store,
    uuid: Uuid,
) -> Result<Option<Known<R>>, StoreError> {
    let found = store.resource(R::KIND, uuid).await?;
    found.map(read).transpose()
}

/// One resource by one of its unique values; `what` is as its type calls it.
///
/// # Errors
/// As for [`find`].
pub async fn find_by<R: Resource>(
    store: &dyn Store,
    what: &'static str,
    value: &str,
) -> Result<Option<Known<R>>, StoreError> {
    let found = store.resource_by(R::KIND, what, value).await?;
    found.map(read).transpose()
}

/// A page of resources, in order of creation unless the page says otherwise.
///
/// # Errors
/// As for [`find`]; an unknown marker is `NotFound`.
pub async fn list<R: Resource>(
    store: &dyn Store,
    query: &ResourceQuery,
) -> Result<Vec<Known<R>>, StoreError> {
    let found = store.resources(R::KIND, query).await?;
    found.into_iter().map(read).collect()
}

fn stored<R: Resource>(resource: &R, revision: u64) -> Result<StoredResource, StoreError> {
    Ok(StoredResource {
        kind: R::KIND,
        uuid: resource.uuid(),
        node: resource.node(),
        unique: resource.unique(),
        revision,
        document: serde_json::to_value(resource).map_err(misfit)?,
    })
}

fn read<R: Resource>(stored: StoredResource) -> Result<Known<R>, StoreError> {
    Ok(Known {
        resource: serde_json::from_value(stored.document).map_err(misfit)?,
        revision: stored.revision,
    })
}

/// Without serde's own words: they quote values.
fn misfit(error: serde_json::Error) -> StoreError {
    let reason = format!("the document does not fit ({:?} error)", error.classify());
    StoreError::Database {
        attempt: "reading or writing a resource's document",
        source: reason.into(),
    }
}
