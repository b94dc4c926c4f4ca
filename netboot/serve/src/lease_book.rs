//! The lease table in memory with the store behind it: a change is stored before anyone is told of it.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Timestamp;
use model::boot::BootOrder;
use model::mac::MacAddress;
use netboot_core::dhcp::ClientFacts;
use netboot_core::lease::{LeaseRow, LeaseTable};
use netboot_core::session::{self, Outcome};
use netboot_core::site::Site;
use ports::netboot::{Lease, LeaseStore, LeaseStoreError};

/// Who has which address, in memory and in the store.
pub(crate) struct LeaseBook {
    table: Mutex<LeaseTable>,
    store: Arc<dyn LeaseStore>,
}

impl LeaseBook {
    /// Reads all leases from the store.
    pub async fn open(store: Arc<dyn LeaseStore>) -> Result<Self, LeaseStoreError> {
        let leases = store.leases().await?;
        let table = LeaseTable::restore(leases.into_iter().map(row));
        Ok(Self {
            table: Mutex::new(table),
            store,
        })
    }

    fn table(&self) -> MutexGuard<'_, LeaseTable> {
        // The table is changed by pure functions that leave it whole even when a caller panics.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles one packet and stores what changed; the outcome may be sent when this returns.
    pub async fn handle(
        &self,
        facts: &ClientFacts,
        order: Option<&BootOrder>,
        site: &Site,
        now: Timestamp,
    ) -> Result<Outcome, LeaseStoreError> {
        let outcome = session::handle(facts, order, site, &mut self.table(), now);
        match &outcome {
            Outcome::Leased { row, .. } | Outcome::Released(row) => {
                self.store.put(&lease(facts.mac, row)).await?
            }
            Outcome::Conflict(_) => self.store.remove(facts.mac).await?,
            _ => {}
        }
        Ok(outcome)
    }

    /// The address that the machine holds now.
    pub fn holds(&self, mac: MacAddress, now: Timestamp) -> Option<Ipv4Addr> {
        self.table().holds(mac, now)
    }

    /// How many addresses are known.
    pub fn len(&self) -> usize {
        self.table().len()
    }
}

fn row(lease: Lease) -> (MacAddress, LeaseRow) {
    let Lease {
        mac,
        address,
        expires,
        hostname,
        relay_port,
    } = lease;
    (
        mac,
        LeaseRow {
            address,
            expires,
            taken: true,
            hostname,
            relay_port,
        },
    )
}

fn lease(mac: MacAddress, row: &LeaseRow) -> Lease {
    Lease {
        mac,
        address: row.address,
        expires: row.expires,
        hostname: row.hostname.clone(),
        relay_port: row.relay_port.clone(),
    }
}
