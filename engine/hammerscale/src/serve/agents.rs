//! The agents' listener: TLS, and nothing but what agents need.

use super::api_listener::{self, Bound, Doors};
use super::netboot::Boot;
use crate::config::Settings;
use anyhow::Result;
use std::sync::Arc;
use tokio::sync::watch;

/// Opened when network boot is on, or when an address was named for it.
pub(super) async fn open(
    settings: &Settings,
    boot: Option<&Boot>,
    doors: &Doors,
    closing: watch::Receiver<bool>,
) -> Result<Option<Bound>> {
    let Some((listen, tls)) = place(settings, boot)? else {
        return Ok(None);
    };
    let config = doors.config(closing.clone());
    let router = api::agent_router(Arc::clone(&doors.engine), Arc::clone(&doors.store), config);
    let bound = Bound::new("agents.listen", listen, router, Some(tls), closing).await?;
    Ok(Some(bound))
}

fn place(
    settings: &Settings,
    boot: Option<&Boot>,
) -> Result<Option<(std::net::SocketAddr, api::TlsConfig)>> {
    if let Some(boot) = boot {
        return Ok(Some((boot.agents_listen(), boot.agents_tls())));
    }
    match (settings.agents.listen, &settings.agents.tls) {
        (Some(listen), Some(files)) => Ok(Some((listen, api_listener::tls(files)?))),
        (Some(listen), None) => {
            let authority = super::certificates::Authority::load_or_make(&settings.data_dir)?;
            Ok(Some((listen, authority.certify(listen.ip())?)))
        }
        (None, _) => Ok(None),
    }
}
