//! HTTP clients: one for each TLS policy, built when first needed, a bounded number kept.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bmc_core::{BmcError, TlsPolicy};
use reqwest::{Client, redirect};

use super::{resolver::CheckedResolver, tls};
use crate::options::Options;

/// Clients kept; each pinned certificate needs its own.
const MOST: usize = 64;
/// Kept connections are dropped soon: many BMCs close idle ones early, and a write on a closed one is lost.
const IDLE: Duration = Duration::from_secs(5);

pub(super) struct Clients {
    connect_timeout: Duration,
    read_timeout: Duration,
    resolver: Arc<CheckedResolver>,
    kept: Mutex<VecDeque<(TlsPolicy, Client)>>,
}

impl Clients {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            connect_timeout: options.connect_timeout,
            read_timeout: options.read_timeout,
            resolver: Arc::new(CheckedResolver::new(options.allowed.clone())),
            kept: Mutex::default(),
        }
    }

    /// The client for this policy.
    pub(super) fn get(&self, policy: &TlsPolicy) -> Result<Client, BmcError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept
            .iter()
            .position(|(known, _)| known == policy)
            .and_then(|at| kept.remove(at));
        let entry = match found {
            Some(entry) => entry,
            None => (policy.clone(), self.build(policy)?),
        };
        let client = entry.1.clone();
        kept.push_front(entry);
        kept.truncate(MOST);
        Ok(client)
    }

    fn build(&self, policy: &TlsPolicy) -> Result<Client, BmcError> {
        let builder = Client::builder()
            .no_proxy()
            .referer(false)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .user_agent("hammerscale")
            .dns_resolver(self.resolver.clone());
        let builder = match policy {
            TlsPolicy::System => builder,
            TlsPolicy::NoVerify => builder.tls_danger_accept_invalid_certs(true),
            TlsPolicy::Pinned(sha256) => builder.tls_backend_preconfigured(tls::pinned(*sha256)?),
            TlsPolicy::CaFile(pem) => builder.tls_backend_preconfigured(tls::trusting(pem)?),
        };
        builder.build().map_err(|error| BmcError::Internal {
            doing: "make an HTTP client",
            reason: super::failure::innermost(&error),
        })
    }
}
