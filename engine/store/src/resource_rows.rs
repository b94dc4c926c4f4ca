//! Writing resources, inside a transaction that others open and end.

use crate::database::Session;
use crate::fault::{Fault, FaultKind};
use crate::seal::Sealer;
use crate::write::refused;
use model::ResourceKind;
use ports::resources::{ResourceChange, StoredResource};
use ports::store::StoreError;
use uuid::Uuid;

pub(crate) struct ResourceRow {
    kind: ResourceKind,
    uuid: Uuid,
    node: Option<Uuid>,
    unique: Vec<(&'static str, String)>,
    revision: u64,
    doc: String,
}

pub(crate) enum ResourceChangeRow {
    Create(ResourceRow),
    Update(ResourceRow),
    Delete(ResourceKind, Uuid),
}

impl Sealer {
    pub(crate) fn resource_change_row(
        &self,
        change: &ResourceChange,
    ) -> Result<ResourceChangeRow, StoreError> {
        let row = |resource: &StoredResource| {
            Ok::<_, StoreError>(ResourceRow {
                kind: resource.kind,
                uuid: resource.uuid,
                node: resource.node,
                unique: resource.unique.clone(),
                revision: resource.revision,
                doc: self.write_resource(resource)?,
            })
        };
        Ok(match change {
            ResourceChange::Create(resource) => ResourceChangeRow::Create(row(resource)?),
            ResourceChange::Update(resource) => ResourceChangeRow::Update(row(resource)?),
            ResourceChange::Delete(kind, uuid) => ResourceChangeRow::Delete(*kind, *uuid),
        })
    }
}

pub(crate) async fn apply_all(
    session: &mut Session<'_>,
    changes: &[ResourceChangeRow],
) -> Result<(), StoreError> {
    for change in changes {
        apply(session, change).await?;
    }
    Ok(())
}

pub(crate) async fn apply(
    session: &mut Session<'_>,
    change: &ResourceChangeRow,
) -> Result<(), StoreError> {
    match change {
        ResourceChangeRow::Create(resource) => create(session, resource).await,
        ResourceChangeRow::Update(resource) => update(session, resource).await,
        ResourceChangeRow::Delete(kind, uuid) => delete(session, *kind, *uuid).await,
    }
}

async fn create(session: &mut Session<'_>, resource: &ResourceRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO resources (kind, uuid, node, revision, doc) VALUES ($1, $2, $3, $4, $5)";
    let cells = vec![
        resource.kind.as_str().into(),
        resource.uuid.into(),
        resource.node.map(|node| node.to_string()).into(),
        resource.revision.into(),
        resource.doc.as_str().into(),
    ];
    let uuid = resource.uuid.to_string();
    let unique = [("resources.kind", "uuid", Some(uuid.as_str()))];
    let done = session.execute(sql, cells).await;
    done.map_err(|fault| node_missing(fault, resource, &unique))?;
    add_names(session, resource).await
}

async fn update(session: &mut Session<'_>, resource: &ResourceRow) -> Result<(), StoreError> {
    let sql = "UPDATE resources SET node = $1, revision = $2, doc = $3 \
               WHERE kind = $4 AND uuid = $5 AND revision = $6";
    let cells = vec![
        resource.node.map(|node| node.to_string()).into(),
        (resource.revision + 1).into(),
        resource.doc.as_str().into(),
        resource.kind.as_str().into(),
        resource.uuid.into(),
        resource.revision.into(),
    ];
    let done = session.execute(sql, cells).await;
    if done.map_err(|fault| node_missing(fault, resource, &[]))? == 0 {
        return Err(StoreError::Conflict);
    }
    let sql = "DELETE FROM resource_names WHERE resource IN \
               (SELECT id FROM resources WHERE kind = $1 AND uuid = $2)";
    let cells = vec![resource.kind.as_str().into(), resource.uuid.into()];
    let done = session.execute(sql, cells).await;
    done.map_err(|fault| fault.during("giving up a resource's names"))?;
    add_names(session, resource).await
}

async fn add_names(session: &mut Session<'_>, resource: &ResourceRow) -> Result<(), StoreError> {
    for (what, value) in &resource.unique {
        let sql = "INSERT INTO resource_names (kind, what, value, resource) \
                   SELECT $1, $2, $3, id FROM resources WHERE kind = $1 AND uuid = $4";
        let cells = vec![
            resource.kind.as_str().into(),
            (*what).into(),
            value.as_str().into(),
            resource.uuid.into(),
        ];
        let unique = [("resource_names.kind", *what, Some(value.as_str()))];
        let done = session.execute(sql, cells).await;
        done.map_err(|fault| refused(fault, "naming a resource", &unique))?;
    }
    Ok(())
}

async fn delete(
    session: &mut Session<'_>,
    kind: ResourceKind,
    uuid: Uuid,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM resources WHERE kind = $1 AND uuid = $2";
    let cells = vec![kind.as_str().into(), uuid.into()];
    let done = session.execute(sql, cells).await;
    match done.map_err(|fault| fault.during("removing a resource"))? {
        0 => Err(StoreError::NotFound {
            what: kind.noun(),
            value: uuid.to_string(),
        }),
        _ => Ok(()),
    }
}

fn node_missing(
    fault: Fault,
    resource: &ResourceRow,
    unique: &[crate::write::Unique<'_>],
) -> StoreError {
    match (&fault.kind, resource.node) {
        (FaultKind::ForeignKey, Some(node)) => StoreError::NotFound {
            what: "node",
            value: node.to_string(),
        },
        _ => refused(fault, "writing a resource", unique),
    }
}
