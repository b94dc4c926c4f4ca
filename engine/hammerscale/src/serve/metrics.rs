//! The metrics recorder and its page.

use api::RenderMetrics;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::sync::Arc;

/// Installs the recorder; none when the process has one already (two daemons in one test process).
pub(super) fn install() -> Option<RenderMetrics> {
    let handle = PrometheusBuilder::new().install_recorder().ok()?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    Some(Arc::new(move || handle.render()))
}
