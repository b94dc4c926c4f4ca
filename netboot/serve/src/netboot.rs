//! The start and the stop of all listeners together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use netboot_core::site::{DhcpMode, Site};
use ports::clock::{Clock, Entropy};
use ports::netboot::{Artefacts, BootAlarm, BootDirectory, LeaseStore};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{Config, OtherServer};
use crate::error::StartError;
use crate::interface::{self, Interface};
use crate::lease_book::LeaseBook;
use crate::{dhcp, http, router_advert, tftp};

/// What the service needs from outside.
#[derive(Clone)]
pub struct Surroundings {
    /// What machines shall boot, and who hears of alarms.
    pub directory: Arc<dyn BootDirectory>,
    /// Where leases outlive a restart.
    pub leases: Arc<dyn LeaseStore>,
    /// What machines may fetch.
    pub artefacts: Arc<dyn Artefacts>,
    /// The wall clock, for the end of leases.
    pub clock: Arc<dyn Clock>,
    /// For the probe's transaction.
    pub entropy: Arc<dyn Entropy>,
}

/// What all listeners share.
pub(crate) struct Shared {
    pub site: Site,
    pub interface: Interface,
    pub book: LeaseBook,
    pub around: Surroundings,
}

impl Shared {
    /// Tells a person, and counts it.
    pub async fn alarm(&self, alarm: BootAlarm) {
        let kind = match &alarm {
            BootAlarm::RogueServer { .. } => "rogue_server",
            BootAlarm::IdentityFromWrongAddress { .. } => "identity_from_wrong_address",
            BootAlarm::AddressConflict { .. } => "address_conflict",
        };
        metrics::counter!("netboot_alarms_total", "kind" => kind).increment(1);
        tracing::warn!(?alarm, "alarm on the boot network");
        self.around.directory.alarm(alarm).await;
    }
}

/// The network boot service.
pub struct Netboot;

impl Netboot {
    /// Checks the configuration, looks for another DHCP server, opens all sockets and serves until [`Handle::stop`].
    ///
    /// # Errors
    /// When the configuration does not fit, a socket cannot be opened, or another server lends addresses on the network.
    pub async fn start(config: Config, around: Surroundings) -> Result<Handle, StartError> {
        config.site.check()?;
        let interface = interface::find(&config.interface, config.site.server)?;
        let found = match config.site.mode {
            DhcpMode::Server => {
                dhcp::find_other_server(&interface, &config, around.entropy.bytes()).await?
            }
            DhcpMode::Proxy | DhcpMode::Off => None,
        };
        if let (Some(server), OtherServer::Refuse) = (found, config.other_server) {
            return Err(StartError::OtherServer {
                server,
                interface: interface.name,
            });
        }
        let book = LeaseBook::open(Arc::clone(&around.leases)).await?;
        let shared = Arc::new(Shared {
            site: config.site.clone(),
            interface,
            book,
            around,
        });
        if let Some(server) = found {
            shared
                .alarm(BootAlarm::RogueServer {
                    server,
                    client: None,
                })
                .await;
        }
        Self::listen(&config, &shared).await
    }

    /// All sockets are opened before the first one is served, so that a start succeeds whole or not at all.
    async fn listen(config: &Config, shared: &Arc<Shared>) -> Result<Handle, StartError> {
        let dhcp = dhcp::Listeners::open(shared)?;
        let http = http::Listener::open(shared).await?;
        let http_address = http.address();
        let tftp = match &config.tftp {
            Some(settings) => Some(tftp::Listener::open(shared, settings).await?),
            None => None,
        };
        let advertiser = match config.router_advertisements {
            Some(settings) => Some(router_advert::Advertiser::open(
                &shared.interface,
                settings,
            )?),
            None => None,
        };
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for listener in dhcp.into_sockets() {
            tasks.spawn(dhcp::serve(
                listener,
                Arc::clone(shared),
                config.rate,
                stopped.clone(),
            ));
        }
        tasks.spawn(http::serve(
            http,
            Arc::clone(shared),
            config.http,
            stopped.clone(),
        ));
        if let Some(listener) = tftp {
            tasks.spawn(tftp::serve(listener, Arc::clone(shared), stopped.clone()));
        }
        if let Some(advertiser) = advertiser {
            tasks.spawn(advertiser.run(stopped));
        }
        tracing::info!(interface = %shared.interface.name, server = %shared.site.server, mode = ?shared.site.mode, "network boot serves");
        Ok(Handle {
            stop,
            tasks,
            http_address,
            grace: config.stop_grace,
        })
    }
}

/// A running service. Dropped without [`Handle::stop`] it ends at once.
pub struct Handle {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    http_address: SocketAddr,
    grace: Duration,
}

impl Handle {
    /// Where the boot listener answers.
    pub fn http_address(&self) -> SocketAddr {
        self.http_address
    }

    /// Returns when a listener ended without being asked to, which is a bug or a socket that failed for good. Cancel safe.
    pub async fn ended(&mut self) {
        self.tasks.join_next().await;
    }

    /// Takes no new questions, lets running downloads go on for the configured time, then closes all.
    pub async fn stop(mut self) {
        // No receiver is left when all tasks have ended, which is what is wanted.
        let _ = self.stop.send(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.grace, all).await.is_err() {
            tracing::info!("downloads were cut off by the stop");
        }
        self.tasks.shutdown().await;
    }
}

/// Returns when the stop was asked for, or the handle is gone.
pub(crate) async fn asked_to_stop(stop: &mut watch::Receiver<bool>) {
    // An error means that the handle is gone, which asks for the same.
    let _ = stop.wait_for(|stop| *stop).await;
}
