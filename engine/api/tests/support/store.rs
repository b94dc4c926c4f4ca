//! The store in memory. Only what the API asks works; the API never commits turns.

use super::Fake;
use async_trait::async_trait;
use model::{Effect, EffectId, HistoryEntry, MacAddress, Node, Port, ResourceKind};
use ports::blob::{Blob, BlobKind};
use ports::query::{NodeQuery, Page, Parentage, PortQuery, SortDirection};
use ports::resources::{ResourceChange, ResourceQuery, StoredResource};
use ports::store::{Store, StoreError, TurnRecord};
use uuid::Uuid;

fn unused<T>() -> Result<T, StoreError> {
    Err(StoreError::Database {
        attempt: "reading",
        source: "secret database text".into(),
    })
}

impl Fake {
    fn read(&self) -> Result<std::sync::MutexGuard<'_, super::World>, StoreError> {
        let world = self.world.lock().unwrap();
        match world.broken {
            true => unused(),
            false => Ok(world),
        }
    }
}

fn paged<T: Clone>(
    mut all: Vec<T>,
    page: &Page,
    uuid: fn(&T) -> Uuid,
    name: fn(&T) -> Option<&str>,
) -> Result<Vec<T>, StoreError> {
    match page.sort_key.as_deref() {
        None => {}
        Some("uuid") => all.sort_by_key(uuid),
        Some("name") => all.sort_by(|a, b| name(a).cmp(&name(b))),
        Some(other) => return Err(StoreError::SortKey(other.to_owned())),
    }
    if page.sort_direction == SortDirection::Descending {
        all.reverse();
    }
    let begin = match page.marker {
        None => 0,
        Some(marker) => {
            let at = all.iter().position(|item| uuid(item) == marker);
            1 + at.ok_or(StoreError::NotFound {
                what: "marker",
                value: marker.to_string(),
            })?
        }
    };
    Ok(all.into_iter().skip(begin).take(page.limit).collect())
}

fn matches(node: &Node, query: &NodeQuery) -> bool {
    fn is<T: PartialEq>(wanted: &Option<T>, found: Option<T>) -> bool {
        wanted.is_none() || *wanted == found
    }
    let family = match query.parentage {
        Parentage::All => true,
        Parentage::TopLevel => node.parent_node.is_none(),
        Parentage::Of(parent) => node.parent_node == Some(parent),
    };
    family
        && is_of_project(node, query.project.as_deref())
        && is(&query.chassis, node.chassis)
        && is(&query.instance_uuid, node.instance_uuid.clone())
        && is(&query.associated, Some(node.instance_uuid.is_some()))
        && is(&query.maintenance, Some(node.maintenance))
        && is(&query.provision_state, Some(node.provision_state))
        && is(&query.driver, Some(node.driver.clone()))
        && is(&query.resource_class, node.resource_class.clone())
        && is(&query.fault, node.fault)
        && is(&query.owner, node.owner.clone())
}

fn is_of_project(node: &Node, project: Option<&str>) -> bool {
    let of = [node.owner.as_deref(), node.lessee.as_deref()];
    project.is_none() || of.contains(&project)
}

#[async_trait]
impl Store for Fake {
    async fn create_node(&self, _: Node, _: Vec<HistoryEntry>) -> Result<(), StoreError> {
        unused()
    }
    async fn commit(&self, _: TurnRecord) -> Result<u64, StoreError> {
        unused()
    }
    async fn delete_node(&self, _: Uuid, _: u64) -> Result<(), StoreError> {
        unused()
    }
    async fn begin_attempt(&self, _: EffectId, _: u32) -> Result<(), StoreError> {
        unused()
    }
    async fn note_retry(&self, _: &Effect) -> Result<(), StoreError> {
        unused()
    }

    async fn node(&self, uuid: Uuid) -> Result<Option<Node>, StoreError> {
        let world = self.read()?;
        Ok(world.nodes.iter().find(|n| n.uuid == uuid).cloned())
    }
    async fn node_by_name(&self, name: &str) -> Result<Option<Node>, StoreError> {
        let world = self.read()?;
        let named = |n: &&Node| n.name.as_deref() == Some(name);
        Ok(world.nodes.iter().find(named).cloned())
    }
    async fn nodes(&self, query: &NodeQuery) -> Result<Vec<Node>, StoreError> {
        let world = self.read()?;
        let all = world.nodes.iter().filter(|n| matches(n, query)).cloned();
        paged(
            all.collect(),
            &query.page,
            |n| n.uuid,
            |n| n.name.as_deref(),
        )
    }
    async fn shards(&self) -> Result<Vec<(Option<String>, u64)>, StoreError> {
        let mut counts = std::collections::BTreeMap::new();
        for node in &self.read()?.nodes {
            *counts.entry(node.shard.clone()).or_insert(0) += 1;
        }
        let mut all: Vec<_> = counts.into_iter().collect();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(all)
    }
    async fn nodes_at_work(&self) -> Result<Vec<Node>, StoreError> {
        unused()
    }
    async fn effects(&self, node: Uuid) -> Result<Vec<Effect>, StoreError> {
        let world = self.read()?;
        let all = world.effects.iter().filter(|it| it.id.node == node);
        Ok(all.cloned().collect())
    }
    async fn effect(&self, _: EffectId) -> Result<Option<Effect>, StoreError> {
        unused()
    }
    async fn history(&self, node: Uuid, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        let world = self.read()?;
        let all = world.history.iter().filter(|line| line.node == node);
        let mut all: Vec<_> = all.cloned().collect();
        let surplus = all.len().saturating_sub(limit);
        Ok(all.split_off(surplus))
    }

    async fn create_port(&self, _: Port) -> Result<(), StoreError> {
        unused()
    }
    async fn update_port(&self, _: Port) -> Result<(), StoreError> {
        unused()
    }
    async fn delete_port(&self, _: Uuid) -> Result<(), StoreError> {
        unused()
    }
    async fn port(&self, uuid: Uuid) -> Result<Option<Port>, StoreError> {
        let world = self.read()?;
        Ok(world.ports.iter().find(|p| p.uuid == uuid).cloned())
    }
    async fn port_by_name(&self, name: &str) -> Result<Option<Port>, StoreError> {
        let world = self.read()?;
        let named = |p: &&Port| p.name.as_deref() == Some(name);
        Ok(world.ports.iter().find(named).cloned())
    }
    async fn port_by_address(&self, address: MacAddress) -> Result<Option<Port>, StoreError> {
        let world = self.read()?;
        Ok(world.ports.iter().find(|p| p.address == address).cloned())
    }
    async fn ports(&self, query: &PortQuery) -> Result<Vec<Port>, StoreError> {
        let world = self.read()?;
        let wanted = |p: &&Port| {
            let node = world.nodes.iter().find(|node| node.uuid == p.node);
            let project = query.project.as_deref();
            node.is_none_or(|node| is_of_project(node, project))
                && query.node.is_none_or(|node| p.node == node)
                && query.address.is_none_or(|address| p.address == address)
                && (query.portgroup.is_none() || p.portgroup == query.portgroup)
        };
        let all = world.ports.iter().filter(wanted).cloned();
        paged(
            all.collect(),
            &query.page,
            |p| p.uuid,
            |p| p.name.as_deref(),
        )
    }

    async fn put_blob(&self, _: Blob) -> Result<(), StoreError> {
        unused()
    }
    async fn blob(&self, _: BlobKind, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.read()?.blobs.get(hash).cloned())
    }

    async fn change_resources(&self, changes: Vec<ResourceChange>) -> Result<(), StoreError> {
        let mut world = self.world.lock().unwrap();
        world.resources = changed(&world.resources, changes)?;
        Ok(())
    }
    async fn resource(
        &self,
        kind: ResourceKind,
        uuid: Uuid,
    ) -> Result<Option<StoredResource>, StoreError> {
        let world = self.read()?;
        let all = &world.resources;
        Ok(all
            .iter()
            .find(|r| r.kind == kind && r.uuid == uuid)
            .cloned())
    }
    async fn resource_by(
        &self,
        kind: ResourceKind,
        what: &'static str,
        value: &str,
    ) -> Result<Option<StoredResource>, StoreError> {
        let world = self.read()?;
        let named = |r: &&StoredResource| {
            r.kind == kind && r.unique.iter().any(|(w, v)| *w == what && v == value)
        };
        Ok(world.resources.iter().find(named).cloned())
    }
    async fn resources(
        &self,
        kind: ResourceKind,
        query: &ResourceQuery,
    ) -> Result<Vec<StoredResource>, StoreError> {
        let world = self.read()?;
        let wanted = |r: &&StoredResource| {
            r.kind == kind
                && (query.node.is_none() || r.node == query.node)
                && query
                    .equal
                    .iter()
                    .all(|(field, v)| r.document[*field] == *v)
        };
        let mut all: Vec<_> = world.resources.iter().filter(wanted).cloned().collect();
        if let Some(key) = query.page.sort_key.as_deref() {
            all.sort_by_key(|r| r.document[key].to_string());
        }
        let unsorted = Page {
            sort_key: None,
            ..query.page.clone()
        };
        paged(all, &unsorted, |r| r.uuid, |_| None)
    }
}

/// What becomes of resources, or why nothing does.
pub fn changed(
    before: &[StoredResource],
    changes: Vec<ResourceChange>,
) -> Result<Vec<StoredResource>, StoreError> {
    let mut all = before.to_vec();
    for change in changes {
        match change {
            ResourceChange::Create(new) => {
                free(&all, &new)?;
                all.push(new);
            }
            ResourceChange::Update(mut new) => {
                let same = |r: &StoredResource| {
                    r.kind == new.kind && r.uuid == new.uuid && r.revision == new.revision
                };
                let at = all.iter().position(same).ok_or(StoreError::Conflict)?;
                let old = all.remove(at);
                free(&all, &new)?;
                new.revision = old.revision + 1;
                all.insert(at, new);
            }
            ResourceChange::Delete(kind, uuid) => {
                let before = all.len();
                all.retain(|r| r.kind != kind || r.uuid != uuid);
                if all.len() == before {
                    return Err(StoreError::NotFound {
                        what: kind.noun(),
                        value: uuid.to_string(),
                    });
                }
            }
        }
    }
    Ok(all)
}

fn free(all: &[StoredResource], new: &StoredResource) -> Result<(), StoreError> {
    let duplicate = |what, value: String| Err(StoreError::Duplicate { what, value });
    for other in all.iter().filter(|r| r.kind == new.kind) {
        if other.uuid == new.uuid {
            return duplicate("uuid", new.uuid.to_string());
        }
        if let Some((what, value)) = new.unique.iter().find(|u| other.unique.contains(u)) {
            return duplicate(what, value.clone());
        }
    }
    Ok(())
}
