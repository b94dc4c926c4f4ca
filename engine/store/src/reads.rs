//! Reading: single records, lists, the outbox and the history.

use crate::column;
use crate::database::{Cell, Pool, Row, Unread};
use crate::fault::{Fault, FaultKind};
use crate::rows::word;
use crate::seal::Sealer;
use crate::select::{Ask, Listing, Select, Table};
use crate::sql_store::SqlStore;
use model::{Effect, EffectId, HistoryEntry, InterfaceKind, Node, Port};
use ports::blob::BlobKind;
use ports::netboot::Lease;
use ports::query::{NodeQuery, Page, Parentage, PortQuery};
use ports::store::{StoreError, Take};
use sqlx::SqlSafeStr;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

const NODES: Table<Node> = Table {
    name: "nodes",
    noun: "node",
    what: "uuid, revision, doc",
    columns: column::NODE,
};

const PORTS: Table<Port> = Table {
    name: "ports",
    noun: "port",
    what: "uuid, doc",
    columns: column::PORT,
};

const READING: &str = "reading from the database";

impl SqlStore {
    /// All rows of a query, each read into something.
    async fn all<T: Send + 'static>(
        &self,
        sql: &'static str,
        cells: Vec<Cell>,
        read: impl Fn(&Sealer, &Row) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Vec<T>, StoreError> {
        self.list(Ask::Plain(sql, cells), None, read).await
    }

    /// A page of a list, each row read into something.
    ///
    /// # Errors
    /// [`StoreError::TooLong`] among others.
    pub(crate) async fn page<T: Send + 'static>(
        &self,
        ask: Ask,
        read: impl Fn(&Sealer, &Row) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Vec<T>, StoreError> {
        self.list(ask, Some(self.list_time()), read).await
    }

    async fn list<T: Send + 'static>(
        &self,
        ask: Ask,
        most: Option<Duration>,
        read: impl Fn(&Sealer, &Row) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Vec<T>, StoreError> {
        let lent = self.pool().lend().await.map_err(reading)?;
        let sealer = Arc::clone(self.sealer());
        let read = move |row: &Row| Ok(read(&sealer, row)?);
        let done = lent.list(ask, most, read).await;
        done.map_err(|why| match (why, most) {
            (Unread::Refused(fault), Some(most)) if fault.kind == FaultKind::Ended => {
                StoreError::TooLong(most)
            }
            (Unread::Refused(fault), _) => reading(fault),
            (Unread::Misread(error), _) => error,
        })
    }

    pub(crate) async fn one(
        &self,
        sql: impl SqlSafeStr,
        cells: Vec<Cell>,
    ) -> Result<Option<Row>, StoreError> {
        let lent = self.pool().lend().await.map_err(reading)?;
        lent.one(sql, cells).await.map_err(reading)
    }

    pub(crate) async fn one_node(
        &self,
        sql: &'static str,
        by: Cell,
    ) -> Result<Option<Node>, StoreError> {
        let row = self.one(sql, vec![by]).await?;
        row.map(|row| node_of(self.sealer(), &row)).transpose()
    }

    pub(crate) async fn one_port(
        &self,
        sql: &'static str,
        by: Cell,
    ) -> Result<Option<Port>, StoreError> {
        let row = self.one(sql, vec![by]).await?;
        row.map(|row| port_of(self.sealer(), &row)).transpose()
    }

    pub(crate) async fn count_by_shard(&self) -> Result<Vec<(Option<String>, u64)>, StoreError> {
        let sql = "SELECT shard, COUNT(*) FROM nodes GROUP BY shard";
        let read = |row: &Row| Ok((row.get(0)?, row.count(1)?));
        let read = move |_: &Sealer, row: &Row| read(row).map_err(reading);
        let mut all: Vec<(Option<String>, u64)> = self.all(sql, Vec::new(), read).await?;
        all.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
        Ok(all)
    }

    pub(crate) async fn list_nodes(&self, query: &NodeQuery) -> Result<Vec<Node>, StoreError> {
        let listing = self.node_listing(&query.page)?;
        let ask = node_criteria(query, self.pool()).page(listing, &query.page);
        self.page(ask, node_of).await
    }

    pub(crate) async fn pass_nodes(
        &self,
        query: &NodeQuery,
        take: Take<Node>,
    ) -> Result<(), StoreError> {
        let listing = self.node_listing(&query.page)?;
        let ask = node_criteria(query, self.pool()).page(listing, &query.page);
        let pass = move |sealer: &Sealer, row: &Row| {
            take(node_of(sealer, row)?);
            Ok(())
        };
        self.page(ask, pass).await.map(|_: Vec<()>| ())
    }

    /// Nodes in a page's order.
    fn node_listing(&self, page: &Page) -> Result<Listing, StoreError> {
        let key = page.sort_key.as_deref();
        match key.and_then(in_node) {
            Some(place) => self.listing_by(&NODES, page, "node", &place),
            None => NODES.listing(page),
        }
    }

    /// Ports in a page's order.
    fn port_listing(&self, page: &Page) -> Result<Listing, StoreError> {
        let in_document = IN_PORT
            .iter()
            .find(|key| page.sort_key.as_deref() == Some(**key));
        match in_document {
            Some(key) => self.listing_by(&PORTS, page, "port", &[key]),
            None => PORTS.listing(page),
        }
    }

    /// The order of something that stands only in the rows' documents, below `root`. Both are words of this program, never the
    /// client's.
    fn listing_by<T>(
        &self,
        table: &Table<T>,
        page: &Page,
        root: &str,
        place: &[&'static str],
    ) -> Result<Listing, StoreError> {
        let expression = self.pool().sorting(&[&[root], place].concat());
        let unsorted = Page {
            sort_key: None,
            ..page.clone()
        };
        Ok(Listing {
            sort: Some(expression),
            ..table.listing(&unsorted)?
        })
    }

    pub(crate) async fn list_nodes_at_work(&self) -> Result<Vec<Node>, StoreError> {
        let sql = "SELECT uuid, revision, doc FROM nodes WHERE at_work ORDER BY id";
        self.all(sql, Vec::new(), node_of).await
    }

    pub(crate) async fn list_ports(&self, query: &PortQuery) -> Result<Vec<Port>, StoreError> {
        let listing = self.port_listing(&query.page)?;
        let ask = port_criteria(query, self.pool()).page(listing, &query.page);
        self.page(ask, port_of).await
    }

    pub(crate) async fn list_effects(&self, node: Uuid) -> Result<Vec<Effect>, StoreError> {
        let sql = "SELECT node, number, attempt, doc FROM effects WHERE node = $1 ORDER BY number";
        self.all(sql, vec![node.into()], effect_of).await
    }

    pub(crate) async fn one_effect(&self, id: EffectId) -> Result<Option<Effect>, StoreError> {
        let sql = "SELECT node, number, attempt, doc FROM effects WHERE node = $1 AND number = $2";
        let row = self
            .one(sql, vec![id.node.into(), id.number.into()])
            .await?;
        row.map(|row| effect_of(self.sealer(), &row)).transpose()
    }

    pub(crate) async fn read_history(
        &self,
        node: Uuid,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let sql = "SELECT doc FROM history WHERE node = $1 ORDER BY id DESC LIMIT $2";
        let line = move |sealer: &Sealer, row: &Row| {
            sealer.read_history(node, row.text(0).map_err(reading)?)
        };
        let cells = vec![node.into(), limit.into()];
        let mut lines = self.all(sql, cells, line).await?;
        lines.reverse();
        Ok(lines)
    }

    pub(crate) async fn read_blob(
        &self,
        kind: BlobKind,
        hash: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT key_id, bytes FROM blobs WHERE kind = $1 AND hash = $2";
        let cells = vec![word(kind).into(), hash.into()];
        let hash = hash.to_owned();
        let read = move |sealer: &Sealer, row: &Row| {
            let key_id: Option<String> = row.get(0).map_err(reading)?;
            let bytes: Vec<u8> = row.get(1).map_err(reading)?;
            match key_id {
                Some(id) => sealer.open_bytes(&hash, word(kind), &id, bytes),
                None => Ok(bytes),
            }
        };
        // A list of one: what is large is read and opened on a thread of its own.
        Ok(self.all(sql, cells, read).await?.pop())
    }

    pub(crate) async fn read_leases(&self) -> Result<Vec<Lease>, StoreError> {
        let sql = "SELECT mac, doc FROM leases ORDER BY mac";
        let lease = |sealer: &Sealer, row: &Row| {
            let (mac, text) = (row.text(0).map_err(reading)?, row.text(1).map_err(reading)?);
            sealer.read_lease(mac, text)
        };
        self.all(sql, Vec::new(), lease).await
    }
}

/// Fields of a port that lists are sorted by and that have no column.
const IN_PORT: &[&str] = &["vendor", "category", "available_for_dynamic_portgroup"];

/// Where a field that has no column stands in a node's document.
fn in_node(key: &str) -> Option<Vec<&'static str>> {
    let interface = key
        .strip_suffix("_interface")
        .and_then(InterfaceKind::parse);
    match (key, interface) {
        (_, Some(kind)) => Some(vec!["interfaces", kind.as_str()]),
        ("disable_power_off", None) => Some(vec!["disable_power_off"]),
        _ => None,
    }
}

fn node_of(sealer: &Sealer, row: &Row) -> Result<Node, StoreError> {
    let uuid = row.uuid(0).map_err(reading)?;
    let mut node = sealer.read_node(uuid, row.text(2).map_err(reading)?)?;
    node.revision = row.count(1).map_err(reading)?;
    Ok(node)
}

fn port_of(sealer: &Sealer, row: &Row) -> Result<Port, StoreError> {
    let uuid = row.uuid(0).map_err(reading)?;
    sealer.read_port(uuid, row.text(1).map_err(reading)?)
}

fn effect_of(sealer: &Sealer, row: &Row) -> Result<Effect, StoreError> {
    let (node, number) = (
        row.uuid(0).map_err(reading)?,
        row.count(1).map_err(reading)?,
    );
    let mut effect = sealer.read_effect(node, number, row.text(3).map_err(reading)?)?;
    effect.attempt = u32::try_from(row.count(2).map_err(reading)?).unwrap_or(u32::MAX);
    Ok(effect)
}

pub(crate) fn reading(fault: Fault) -> StoreError {
    fault.during(READING)
}

/// Characters of a node's description, and of a port's, as the API takes them.
const NODE_DESCRIPTION: usize = 4_096;
const PORT_DESCRIPTION: usize = 255;

fn node_criteria(query: &NodeQuery, pool: &Pool) -> Select {
    let mut select = Select::default();
    select.equal("chassis", query.chassis);
    select.equal("instance_uuid", query.instance_uuid.as_deref());
    select.set("instance_uuid", query.associated);
    select.equal("maintenance", query.maintenance);
    select.equal("retired", query.retired);
    select.equal("provision_state", query.provision_state.map(|s| s.as_str()));
    select.equal("driver", query.driver.as_deref());
    select.equal("resource_class", query.resource_class.as_deref());
    select.equal("fault", query.fault.map(|fault| fault.as_str()));
    select.equal("conductor_group", query.conductor_group.as_deref());
    select.equal("owner", query.owner.as_deref());
    select.equal("lessee", query.lessee.as_deref());
    if let Some(project) = query.project.as_deref() {
        select.and(
            "(owner = ? OR lessee = ?)",
            [project.into(), project.into()],
        );
    }
    let description = query.description_contains.as_ref();
    select.contains(pool, "description", NODE_DESCRIPTION, description);
    select.one_of(pool, "shard", &query.shards);
    select.set("shard", query.sharded);
    select.equal("instance_name", query.instance_name.as_deref());
    match query.parentage {
        Parentage::TopLevel => select.set("parent_node", Some(false)),
        Parentage::All => {}
        Parentage::Of(parent) => select.equal("parent_node", Some(parent)),
    }
    select
}

fn port_criteria(query: &PortQuery, pool: &Pool) -> Select {
    let mut select = Select::default();
    select.equal("node", query.node);
    select.equal("address", query.address.map(|address| address.to_string()));
    select.equal("portgroup", query.portgroup);
    let description = query.description_contains.as_ref();
    select.contains(pool, "description", PORT_DESCRIPTION, description);
    select.node_one_of(pool, "shard", &query.shards);
    select.node_one_of(pool, "conductor_group", &query.conductor_groups);
    if let Some(project) = query.project.as_deref() {
        let condition = "node IN (SELECT uuid FROM nodes WHERE owner = ? OR lessee = ?)";
        select.and(condition, [project.into(), project.into()]);
    }
    select
}
