//! Stores what a plan says, each record in a transaction of its own. An import that was broken off is simply run again: what is here
//! already is found here.

use super::inventory;
use super::plan::{Plan, Work};
use super::report::{Action, Report};
use super::row::Row;
use super::source::Source;
use anyhow::{Context, Result};
use ports::store::{Store, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// Stores a plan and answers what came of it. Needs a runtime of several threads.
///
/// # Errors
/// When the source cannot be read again or the store fails; what was stored until then stays.
pub async fn apply(plan: Plan, source: &Source, store: &Arc<dyn Store>) -> Result<Report> {
    let Plan {
        mut report,
        work,
        inventories,
    } = plan;
    // Before the nodes, because they refer to them.
    put_inventories(source, store, &inventories).await?;
    for (entry, work) in work {
        match one(work, store).await {
            Ok(()) => {}
            Err(StoreError::Duplicate { what, value }) => {
                let entry = &mut report.entries[entry];
                entry.action = Action::Refused;
                entry.reason = Some(format!("its {what} '{value}' is in use here already"));
            }
            Err(error) => {
                let label = &report.entries[entry].label;
                return Err(error).with_context(|| {
                    format!("storing {label}: what came before it is stored; run the import again for the rest")
                });
            }
        }
    }
    Ok(report)
}

async fn one(work: Work, store: &Arc<dyn Store>) -> Result<(), StoreError> {
    match work {
        Work::Node(node, history, drive) => {
            if let Some(drive) = drive {
                store.put_blob(drive).await?;
            }
            store.create_node(*node, history).await
        }
        Work::Port(port) => store.create_port(*port).await,
        Work::Resource(change) => store.change_resources(vec![*change]).await,
    }
}

async fn put_inventories(
    source: &Source,
    store: &Arc<dyn Store>,
    wanted: &BTreeSet<i64>,
) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let runtime = Handle::current();
    let mut take = |_: &'static str, row: Row| {
        let node = row.integer("node_id").ok().flatten();
        let Some(blob) = node
            .filter(|it| wanted.contains(it))
            .and_then(|_| inventory::blob(&row).ok())
        else {
            return Ok(());
        };
        // One at a time: inventories are large.
        block_in_place(|| runtime.block_on(store.put_blob(blob))).context("storing an inventory")
    };
    source.scan(&[inventory::TABLE], &mut take).await
}
