//! Reading resources: one, one by a unique value, and lists filtered and sorted by any field of their documents.

use crate::database::Row;
use crate::reads::reading;
use crate::seal::Sealer;
use crate::select::{Listing, Select};
use crate::sql_store::SqlStore;
use model::ResourceKind;
use ports::resources::{ResourceQuery, StoredResource};
use ports::store::StoreError;
use uuid::Uuid;

const WHAT: &str = "uuid, node, revision, doc";

impl SqlStore {
    pub(crate) async fn one_resource(
        &self,
        kind: ResourceKind,
        uuid: Uuid,
    ) -> Result<Option<StoredResource>, StoreError> {
        let sql = "SELECT uuid, node, revision, doc FROM resources WHERE kind = $1 AND uuid = $2";
        let row = self
            .one(sql, vec![kind.as_str().into(), uuid.into()])
            .await?;
        row.map(|row| resource_of(self.sealer(), kind, &row))
            .transpose()
    }

    pub(crate) async fn one_resource_by(
        &self,
        kind: ResourceKind,
        what: &'static str,
        value: &str,
    ) -> Result<Option<StoredResource>, StoreError> {
        let sql = "SELECT r.uuid, r.node, r.revision, r.doc FROM resources r \
                   JOIN resource_names n ON n.resource = r.id \
                   WHERE n.kind = $1 AND n.what = $2 AND n.value = $3";
        let cells = vec![kind.as_str().into(), what.into(), value.into()];
        let row = self.one(sql, cells).await?;
        row.map(|row| resource_of(self.sealer(), kind, &row))
            .transpose()
    }

    pub(crate) async fn list_resources(
        &self,
        kind: ResourceKind,
        query: &ResourceQuery,
    ) -> Result<Vec<StoredResource>, StoreError> {
        let listing = Listing {
            name: "resources",
            noun: kind.noun(),
            what: WHAT,
            sort: self.sort_expression(query)?,
            within: Some(("kind", kind.as_str())),
        };
        let ask = self.criteria(query)?.page(listing, &query.page);
        let read = move |sealer: &Sealer, row: &Row| resource_of(sealer, kind, row);
        self.page(ask, read).await
    }

    fn criteria(&self, query: &ResourceQuery) -> Result<Select, StoreError> {
        let mut select = Select::default();
        select.equal("node", query.node);
        for (field, wanted) in &query.equal {
            let place = self.pool().in_document(&["resource", word(field)?]);
            let (condition, wanted) = self.pool().is_json(&place, wanted);
            select.and(&condition, [wanted]);
        }
        select.node_one_of(self.pool(), "shard", &query.shards);
        select.node_one_of(self.pool(), "conductor_group", &query.conductor_groups);
        if let Some(project) = query.project.as_deref() {
            let condition = "node IN (SELECT uuid FROM nodes WHERE owner = ? OR lessee = ?)";
            select.and(condition, [project.into(), project.into()]);
        }
        Ok(select)
    }

    fn sort_expression(&self, query: &ResourceQuery) -> Result<Option<String>, StoreError> {
        let key = query.page.sort_key.as_deref().filter(|key| *key != "id");
        let sorting = |key| Ok(self.pool().sorting(&["resource", word(key)?]));
        key.map(sorting).transpose()
    }
}

/// The name of a field of the document: a word of this program; others are refused.
fn word(name: &str) -> Result<&str, StoreError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match !name.is_empty() && name.chars().all(plain) {
        true => Ok(name),
        false => Err(StoreError::SortKey(name.to_owned())),
    }
}

fn resource_of(
    sealer: &Sealer,
    kind: ResourceKind,
    row: &Row,
) -> Result<StoredResource, StoreError> {
    let uuid = row.uuid(0).map_err(reading)?;
    let node: Option<String> = row.get(1).map_err(reading)?;
    let document = sealer.read_resource(kind, uuid, row.text(3).map_err(reading)?)?;
    Ok(StoredResource {
        kind,
        uuid,
        node: node.and_then(|node| Uuid::try_parse(&node).ok()),
        unique: Vec::new(),
        revision: row.count(2).map_err(reading)?,
        document,
    })
}
