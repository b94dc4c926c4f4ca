//! The table of addresses: who has which, and whom the next one goes to. It stores nothing and reads no clock.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use model::Timestamp;
use model::mac::MacAddress;

use crate::site::{Network, Site};

/// How long an offer is kept for a client that has not taken it.
const OFFER_LIFE: Duration = Duration::from_secs(60);
/// How long an address that someone else uses is set aside.
const SET_ASIDE: Duration = Duration::from_secs(600);

/// An address lent or offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRow {
    /// The address.
    pub address: Ipv4Addr,
    /// When it may go to another machine.
    pub expires: Timestamp,
    /// True once the client took it; an offer is not stored.
    pub taken: bool,
    /// The name the client gave.
    pub hostname: Option<String>,
    /// The port behind a relay.
    pub relay_port: Option<String>,
}

/// Why no address could be lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// All addresses of the network are lent, reserved or set aside.
    Range,
    /// The table is full.
    Total,
    /// The port behind the relay has as many machines as it may.
    RelayPort,
}

impl Exhausted {
    /// A short word for metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Range => "range_exhausted",
            Self::Total => "table_full",
            Self::RelayPort => "relay_port_full",
        }
    }
}

/// Who asks for an address, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Applicant<'a> {
    /// The machine.
    pub mac: MacAddress,
    /// The address it would like.
    pub wish: Option<Ipv4Addr>,
    /// The name it gives.
    pub hostname: Option<&'a str>,
    /// Its port behind a relay.
    pub relay_port: Option<&'a str>,
}

/// Who has which address.
#[derive(Debug, Clone, Default)]
pub struct LeaseTable {
    by_mac: BTreeMap<MacAddress, LeaseRow>,
    by_address: BTreeMap<Ipv4Addr, MacAddress>,
    set_aside: BTreeMap<Ipv4Addr, Timestamp>,
}

impl LeaseTable {
    /// A table of the leases known from before. Of two rows with one address the later to expire stays.
    pub fn restore(rows: impl IntoIterator<Item = (MacAddress, LeaseRow)>) -> Self {
        let mut table = Self::default();
        for (mac, row) in rows {
            let rival = table
                .by_address
                .get(&row.address)
                .and_then(|m| table.by_mac.get(m));
            if rival.is_none_or(|r| r.expires < row.expires) {
                table.insert(mac, row);
            }
        }
        table
    }

    /// The row of a machine, expired or not.
    pub fn row(&self, mac: MacAddress) -> Option<&LeaseRow> {
        self.by_mac.get(&mac)
    }

    /// The address that a machine holds now: taken and not expired.
    pub fn holds(&self, mac: MacAddress, now: Timestamp) -> Option<Ipv4Addr> {
        self.by_mac
            .get(&mac)
            .filter(|row| row.taken && row.expires > now)
            .map(|row| row.address)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.by_mac.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.by_mac.is_empty()
    }

    /// Chooses an address for a machine and keeps it for a minute.
    ///
    /// # Errors
    /// When there is none, or a cap is reached.
    pub fn offer(
        &mut self,
        who: Applicant<'_>,
        network: &Network,
        site: &Site,
        now: Timestamp,
    ) -> Result<Ipv4Addr, Exhausted> {
        let address = self.choose(who, network, site, now)?;
        let taken_until = self
            .by_mac
            .get(&who.mac)
            .filter(|r| r.address == address && r.taken && r.expires > now)
            .map(|r| r.expires);
        let row = LeaseRow {
            address,
            expires: taken_until.unwrap_or(now + OFFER_LIFE),
            taken: taken_until.is_some(),
            hostname: who.hostname.map(str::to_owned),
            relay_port: who.relay_port.map(str::to_owned),
        };
        self.insert(who.mac, row);
        Ok(address)
    }

    /// Lends `address` to a machine if it is the one that this machine would be offered; otherwise `None`.
    pub fn take(
        &mut self,
        who: Applicant<'_>,
        address: Ipv4Addr,
        network: &Network,
        site: &Site,
        now: Timestamp,
    ) -> Option<&LeaseRow> {
        let wish = Applicant {
            wish: Some(address),
            ..who
        };
        if self.choose(wish, network, site, now) != Ok(address) {
            return None;
        }
        let row = LeaseRow {
            address,
            expires: now + site.lease_time,
            taken: true,
            hostname: who.hostname.map(str::to_owned),
            relay_port: who.relay_port.map(str::to_owned),
        };
        self.insert(who.mac, row);
        self.by_mac.get(&who.mac)
    }

    /// Ends a lease but remembers the address for the machine's return. Returns the changed row.
    pub fn release(
        &mut self,
        mac: MacAddress,
        address: Ipv4Addr,
        now: Timestamp,
    ) -> Option<&LeaseRow> {
        let row = self
            .by_mac
            .get_mut(&mac)
            .filter(|row| row.address == address && row.taken && row.expires > now)?;
        row.expires = now;
        Some(row)
    }

    /// Sets aside an address that its holder found in use. False when the machine had no such offer or lease.
    pub fn set_aside(
        &mut self,
        mac: MacAddress,
        address: Ipv4Addr,
        network: &Network,
        now: Timestamp,
    ) -> bool {
        if self
            .by_mac
            .get(&mac)
            .is_none_or(|row| row.address != address)
        {
            return false;
        }
        self.remove(mac);
        self.set_aside.retain(|_, until| *until > now);
        // A machine that declines everything must not empty the range.
        let range = u32::from(network.last) - u32::from(network.first) + 1;
        let most = usize::try_from(range / 4).unwrap_or(usize::MAX).max(1);
        while self.set_aside.len() >= most {
            let Some(oldest) = self
                .set_aside
                .iter()
                .min_by_key(|(_, until)| **until)
                .map(|(a, _)| *a)
            else {
                break;
            };
            self.set_aside.remove(&oldest);
        }
        self.set_aside.insert(address, now + SET_ASIDE);
        true
    }

    fn choose(
        &self,
        who: Applicant<'_>,
        network: &Network,
        site: &Site,
        now: Timestamp,
    ) -> Result<Ipv4Addr, Exhausted> {
        if let Some(reserved) = site.reservations.get(&who.mac) {
            return if network.subnet.contains(*reserved) {
                Ok(*reserved)
            } else {
                Err(Exhausted::Range)
            };
        }
        let reserved: BTreeSet<Ipv4Addr> = site.reservations.values().copied().collect();
        let lendable = |a: Ipv4Addr| {
            network.lends(a)
                && !reserved.contains(&a)
                && !site.is_excluded(a)
                && self.set_aside.get(&a).is_none_or(|until| *until <= now)
        };
        if let Some(row) = self
            .by_mac
            .get(&who.mac)
            .filter(|row| lendable(row.address))
        {
            return Ok(row.address);
        }
        self.check_caps(who, site, now)?;
        let free = |a: &Ipv4Addr| lendable(*a) && !self.by_address.contains_key(a);
        who.wish
            .filter(free)
            .or_else(|| addresses_from(who.mac, network).find(free))
            .or_else(|| self.oldest_expired(now, lendable))
            .ok_or(Exhausted::Range)
    }

    fn oldest_expired(
        &self,
        now: Timestamp,
        lendable: impl Fn(Ipv4Addr) -> bool,
    ) -> Option<Ipv4Addr> {
        let expired = self
            .by_mac
            .values()
            .filter(|row| row.expires <= now && lendable(row.address));
        expired.min_by_key(|row| row.expires).map(|row| row.address)
    }

    /// Expired rows do not count: they give way.
    fn check_caps(&self, who: Applicant<'_>, site: &Site, now: Timestamp) -> Result<(), Exhausted> {
        let live = || {
            self.by_mac
                .iter()
                .filter(|(mac, row)| **mac != who.mac && row.expires > now)
        };
        if self.by_mac.len() >= site.caps.total && live().count() >= site.caps.total {
            return Err(Exhausted::Total);
        }
        if let Some(port) = who.relay_port {
            let same = live()
                .filter(|(_, row)| row.relay_port.as_deref() == Some(port))
                .count();
            if same >= site.caps.per_relay_port {
                return Err(Exhausted::RelayPort);
            }
        }
        Ok(())
    }

    fn insert(&mut self, mac: MacAddress, row: LeaseRow) {
        self.remove(mac);
        if let Some(previous) = self.by_address.insert(row.address, mac) {
            self.by_mac.remove(&previous);
        }
        self.by_mac.insert(mac, row);
    }

    fn remove(&mut self, mac: MacAddress) {
        if let Some(row) = self.by_mac.remove(&mac) {
            self.by_address.remove(&row.address);
        }
    }
}

/// All addresses of the range, from a place that depends on the machine alone, so that it gets the same one from an empty table.
fn addresses_from(mac: MacAddress, network: &Network) -> impl Iterator<Item = Ipv4Addr> {
    let (first, last) = (u32::from(network.first), u32::from(network.last));
    let size = last - first + 1;
    // FNV-1a: spreads well, needs no secret; who wants a certain address may ask for it anyway.
    let hash = mac.octets().iter().fold(0x811c_9dc5_u32, |h, b| {
        (h ^ u32::from(*b)).wrapping_mul(0x0100_0193)
    });
    let start = hash % size;
    (0..size).map(move |i| Ipv4Addr::from(first + (start + i) % size))
}

#[cfg(test)]
mod tests;
