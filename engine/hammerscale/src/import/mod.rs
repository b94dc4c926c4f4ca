//! `hammerscale import`: takes another engine's records into the store, while no daemon runs on it. It asks no machine anything and
//! starts nothing: what it stores is what a daemon finds at its next start.

mod apply;
mod compare;
mod hardware;
mod history;
mod inventory;
mod node;
mod plan;
mod port;
pub mod report;
mod resource_plan;
mod resources;
mod row;
mod snapshot;
mod source;
mod states;
#[cfg(test)]
mod tests;

use crate::config::Settings;
use crate::serve::{hardware as drivers, storage};
use anyhow::{Result, bail};
use chrono::Utc;
use plan::Planner;
use ports::store::Store;
use report::Report;
use snapshot::Snapshot;
use source::Source;
use std::path::Path;
use std::sync::Arc;

/// What shall be imported, and how.
pub struct Order<'a> {
    /// Ironic's database: a URL or a file.
    pub database: &'a str,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Go on although a conductor was heard of lately.
    pub ironic_is_stopped: bool,
}

/// Imports from Ironic. Needs a runtime of several threads.
///
/// # Errors
/// When the source or the store cannot be opened or read, or Ironic seems to run still. Records that cannot be taken are no error:
/// the report names them.
pub async fn ironic(order: &Order<'_>, settings: &Settings) -> Result<Report> {
    let source = Source::named(order.database)?;
    let snapshot = Snapshot::read(&source).await?;
    let running = snapshot.running_conductors(Utc::now());
    if !running.is_empty() && !order.dry_run && !order.ironic_is_stopped {
        bail!(
            "Ironic seems to run still: its conductor {} reported less than two minutes before now. Two engines must never hold the same \
             machines: stop Ironic, or give --ironic-is-stopped when it was killed",
            running.join(", ")
        );
    }
    if order.dry_run && is_absent(settings) {
        let mut report = import(&source, &snapshot, settings, None, true).await?;
        remark_running(&mut report, &running);
        return Ok(report);
    }
    let store = storage::open(settings).await?;
    let port: Arc<dyn Store> = store.clone();
    let report = import(&source, &snapshot, settings, Some(port), order.dry_run).await;
    store.close().await;
    let mut report = report?;
    if order.dry_run {
        remark_running(&mut report, &running);
    }
    Ok(report)
}

async fn import(
    source: &Source,
    snapshot: &Snapshot,
    settings: &Settings,
    store: Option<Arc<dyn Store>>,
    dry_run: bool,
) -> Result<Report> {
    let catalogue = drivers::catalogue(settings)?;
    let planner = Planner {
        snapshot,
        catalogue: &catalogue,
        store: store.clone(),
        now: Utc::now(),
    };
    let plan = planner.plan(source).await?;
    let mut report = match store {
        Some(store) if !dry_run => apply::apply(plan, source, &store).await?,
        _ => plan.report,
    };
    report.dry_run = dry_run;
    report
        .remarks
        .insert(0, format!("source: {}", source.describe()));
    Ok(report)
}

/// A dry run makes neither a data folder nor a key.
fn is_absent(settings: &Settings) -> bool {
    let path = settings.database_url.expose().strip_prefix("sqlite:");
    path.is_some_and(|path| !Path::new(path.strip_prefix("//").unwrap_or(path)).exists())
}

fn remark_running(report: &mut Report, running: &[String]) {
    if !running.is_empty() {
        report.remarks.push(format!(
            "Ironic seems to run still (conductor {}): stop it before the import",
            running.join(", ")
        ));
    }
}
