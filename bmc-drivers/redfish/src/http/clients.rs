//! HTTP clients: one for each TLS policy and least version, built when first needed, a bounded number kept.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bmc_core::{BmcError, Target, TlsPolicy};
use reqwest::{Client, redirect, tls};

use super::{resolver::CheckedResolver, tls as trust};
use crate::options::Options;

/// Clients kept; each pinned certificate needs its own.
const MOST: usize = 64;
/// Kept connections are dropped soon: many BMCs close idle ones early, and a write on a closed one is lost.
const IDLE: Duration = Duration::from_secs(5);

pub(super) struct Clients {
    connect_timeout: Duration,
    read_timeout: Duration,
    resolver: Arc<CheckedResolver>,
    kept: Mutex<VecDeque<Kept>>,
}

/// A client, and what it was made for.
struct Kept {
    policy: TlsPolicy,
    tls_1_3: bool,
    client: Client,
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

    /// The client for the target's policy.
    pub(super) fn get(&self, target: &Target) -> Result<Client, BmcError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept
            .iter()
            .position(|known| known.policy == target.tls && known.tls_1_3 == target.tls_1_3)
            .and_then(|at| kept.remove(at));
        let entry = match found {
            Some(entry) => entry,
            None => Kept {
                policy: target.tls.clone(),
                tls_1_3: target.tls_1_3,
                client: self.build(&target.tls, target.tls_1_3)?,
            },
        };
        let client = entry.client.clone();
        kept.push_front(entry);
        kept.truncate(MOST);
        Ok(client)
    }

    fn build(&self, policy: &TlsPolicy, tls_1_3: bool) -> Result<Client, BmcError> {
        let least = match tls_1_3 {
            true => tls::Version::TLS_1_3,
            false => tls::Version::TLS_1_2,
        };
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
            .tls_version_min(least)
            .dns_resolver(self.resolver.clone());
        let builder = match policy {
            TlsPolicy::System => builder,
            TlsPolicy::NoVerify => builder.tls_danger_accept_invalid_certs(true),
            TlsPolicy::Pinned(sha256) => {
                builder.tls_backend_preconfigured(trust::pinned(*sha256, tls_1_3)?)
            }
            TlsPolicy::CaFile(pem) => {
                builder.tls_backend_preconfigured(trust::trusting(pem, tls_1_3)?)
            }
        };
        builder.build().map_err(|error| BmcError::Internal {
            doing: "make an HTTP client",
            reason: super::failure::innermost(&error),
        })
    }
}
