//! Name resolution that yields only addresses a driver may connect to. This is where the check holds: the connection is made
//! to what comes out of here, so a name cannot mean one address when asked and another when used.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::options::AddressCheck;

/// A name resolved only to addresses outside the allowed networks.
#[derive(Debug)]
pub(super) struct Outside(pub IpAddr);

impl std::fmt::Display for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is outside the allowed networks", self.0)
    }
}

impl std::error::Error for Outside {}

pub(super) struct CheckedResolver {
    allowed: AddressCheck,
}

impl CheckedResolver {
    pub(super) fn new(allowed: AddressCheck) -> Self {
        Self { allowed }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let outside = found.iter().map(SocketAddr::ip).find(|ip| !allowed(*ip));
            let inside: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| allowed(address.ip()))
                .collect();
            match outside {
                Some(ip) if inside.is_empty() => Err(Outside(ip).into()),
                _ => Ok(Box::new(inside.into_iter()) as Addrs),
            }
        })
    }
}
