//! The API's listener: on loopback as it is; elsewhere only as the configuration's checks allowed. Who its users are.

use crate::config::{Settings, TlsFiles, Users};
use anyhow::{Context, Result};
use api::{Accounts, ApiConfig, ListenerLimits, RenderMetrics, Roles, TlsConfig};
use axum::Router;
use ports::clock::Clock;
use ports::engine::Engine;
use ports::store::Store;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What every listener leads to.
pub(super) struct Doors {
    pub engine: Arc<dyn Engine>,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub metrics: Option<RenderMetrics>,
}

impl Doors {
    pub fn config(&self, closing: watch::Receiver<bool>) -> ApiConfig {
        let mut config = ApiConfig::new(Arc::clone(&self.clock));
        config.metrics = self.metrics.clone();
        config.closing = Some(closing);
        config
    }
}

/// A listener that is bound and will serve.
pub(super) struct Bound {
    pub address: SocketAddr,
    pub listener: TcpListener,
    pub router: Router,
    pub tls: Option<TlsConfig>,
    pub closing: watch::Receiver<bool>,
}

impl Bound {
    pub async fn new(
        what: &str,
        listen: SocketAddr,
        router: Router,
        tls: Option<TlsConfig>,
        closing: watch::Receiver<bool>,
    ) -> Result<Self> {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("{what}: cannot listen on {listen}"))?;
        Ok(Self {
            address: listener.local_addr().with_context(|| what.to_owned())?,
            listener,
            router,
            tls,
            closing,
        })
    }

    pub async fn serve(self) -> Result<()> {
        let limits = ListenerLimits::default();
        api::serve(self.listener, self.router, self.tls, limits, self.closing).await?;
        Ok(())
    }
}

pub(super) async fn open(
    settings: &Settings,
    doors: &Doors,
    closing: watch::Receiver<bool>,
) -> Result<Bound> {
    let mut config = doors.config(closing.clone());
    config.public_endpoint = settings
        .api
        .public_endpoint
        .as_ref()
        .map(|it| it.as_str().to_owned());
    config.accounts = settings.api.users.as_ref().map(accounts).transpose()?;
    if config.accounts.is_none() && !settings.api.listen.ip().to_canonical().is_loopback() {
        tracing::warn!("the API asks nobody for a name: whoever reaches it controls every machine");
    }
    let router = api::router(Arc::clone(&doors.engine), Arc::clone(&doors.store), config);
    let tls = settings.api.tls.as_ref().map(tls).transpose()?;
    if let Some(tls) = &tls {
        reload_on_hangup(tls.clone());
    }
    Bound::new("api.listen", settings.api.listen, router, tls, closing).await
}

/// The users of the API, from their file.
fn accounts(users: &Users) -> Result<Arc<Accounts>> {
    let roles = users.roles.iter();
    let roles = Roles::new(roles.map(|it| (it.user.clone(), it.role.clone())));
    let accounts = Accounts::open(&users.htpasswd_file, roles).context("api.htpasswd_file")?;
    Ok(Arc::new(accounts))
}

pub(super) fn tls(files: &TlsFiles) -> Result<TlsConfig> {
    TlsConfig::from_files(&files.certificate, &files.key).context("the listener's certificate")
}

/// SIGHUP reads the certificate again.
fn reload_on_hangup(tls: TlsConfig) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        tracing::warn!("SIGHUP cannot be caught; a new certificate needs a restart");
        return;
    };
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match tls.reload() {
                Ok(()) => tracing::info!("the API's certificate was read again"),
                Err(error) => {
                    tracing::error!(%error, "the API's certificate could not be read again; the old one stays")
                }
            }
        }
    });
}
