//! What the machines of a fleet share: options, the way to the boot listener, HTTP clients and the agents' certificate.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Certificate, Client, redirect};
use tokio::sync::{Semaphore, watch};

use super::guard::lock;
use super::options::FleetOptions;

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);
/// Idle connections kept to one host: a boot listener allows few per address, and new TLS sessions cost more than the requests.
const IDLE_PLAIN: usize = 8;
const IDLE_TLS: usize = 64;

/// Whom an agent trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Trust {
    /// This authority alone (PEM); `None` trusts the system's.
    pub ca_pem: Option<String>,
    /// Verify nothing.
    pub insecure: bool,
}

/// Shared by all machines.
pub(super) struct World {
    pub options: FleetOptions,
    /// Where the agents listen.
    pub agents: SocketAddr,
    /// The agents' certificate, PEM.
    pub certificate: String,
    /// Places at the boot listener.
    pub boot_places: Semaphore,
    /// Places at the engine's API.
    pub api_places: Semaphore,
    boot_listener: watch::Sender<Option<String>>,
    clients: Mutex<HashMap<Trust, Client>>,
}

impl World {
    pub fn new(options: FleetOptions, agents: SocketAddr, certificate: String) -> Arc<Self> {
        let boot_listener = watch::Sender::new(options.boot_listener.clone());
        Arc::new(Self {
            boot_places: Semaphore::new(options.boot_requests.max(1)),
            api_places: Semaphore::new(options.api_requests.max(1)),
            options,
            agents,
            certificate,
            boot_listener,
            clients: Mutex::default(),
        })
    }

    /// Tells where machines boot from; those that wait for it go on.
    pub fn set_boot_listener(&self, url: &str) {
        let url = url.trim_end_matches('/').to_owned();
        self.boot_listener.send_replace(Some(url));
    }

    /// The boot listener's base URL, once it is known.
    pub fn boot_listener(&self) -> Option<String> {
        self.boot_listener.borrow().clone()
    }

    /// A client with this trust; machines share it.
    pub fn client(&self, trust: &Trust) -> Result<Client, String> {
        let mut clients = lock(&self.clients);
        if let Some(client) = clients.get(trust) {
            return Ok(client.clone());
        }
        let client = build(trust)?;
        clients.insert(trust.clone(), client.clone());
        Ok(client)
    }
}

fn build(trust: &Trust) -> Result<Client, String> {
    let tls = trust.ca_pem.is_some() || trust.insecure;
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .pool_max_idle_per_host(if tls { IDLE_TLS } else { IDLE_PLAIN })
        .tls_danger_accept_invalid_certs(trust.insecure);
    if let Some(pem) = &trust.ca_pem {
        let roots = Certificate::from_pem_bundle(pem.as_bytes())
            .map_err(|error| format!("the API's authority cannot be read: {error}"))?;
        builder = builder.tls_certs_only(roots);
    }
    builder
        .build()
        .map_err(|error| format!("no HTTP client: {}", cause(&error)))
}

/// The innermost cause of an error: the outer ones only repeat the URL.
pub(super) fn cause(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
