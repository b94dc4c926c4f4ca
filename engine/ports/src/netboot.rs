//! What the network boot service asks of the engine: orders, identities, leases and artefacts. It holds no sockets and decides nothing.

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::boot::{ArtefactName, BootOrder};
use model::mac::MacAddress;
use serde::{Deserialize, Serialize};

/// The cause that an implementation gives.
pub type Cause = Box<dyn Error + Send + Sync>;

/// The engine could not be asked. The machine gets no answer and asks again by itself.
#[derive(Debug, thiserror::Error)]
pub enum BootLookupError {
    /// The order of a machine could not be looked up.
    #[error("looking up what {mac} shall boot")]
    Order {
        /// The machine that asked.
        mac: MacAddress,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The identity of a boot could not be made.
    #[error("making the boot identity of {mac}")]
    Identity {
        /// The machine that asked.
        mac: MacAddress,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// The engine as network boot sees it.
#[async_trait]
pub trait BootDirectory: Send + Sync {
    /// What the machine with this address shall boot; `None` when no node has it.
    ///
    /// # Errors
    /// When the engine could not be asked.
    async fn order_for(&self, mac: MacAddress) -> Result<Option<BootOrder>, BootLookupError>;

    /// The second ramdisk (cpio bytes) that carries the nonce of this boot; `None` when no boot of this machine awaits one.
    ///
    /// The caller has checked that `from` is the address that `mac` holds. The nonce is bound to `from` at the first call: a later call
    /// from another address must get `None`.
    ///
    /// # Errors
    /// When the engine could not be asked.
    async fn identity_for(
        &self,
        mac: MacAddress,
        from: IpAddr,
    ) -> Result<Option<Vec<u8>>, BootLookupError>;

    /// Takes note of something on the network that a person should know. Must not block and must not fail.
    async fn alarm(&self, alarm: BootAlarm);
}

/// Something on the boot network that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BootAlarm {
    /// Another DHCP server answered on the network that this one serves alone.
    RogueServer {
        /// The address that the other server gives for itself.
        server: Ipv4Addr,
        /// The machine that it answered, where known.
        client: Option<MacAddress>,
    },
    /// Someone asked for the identity of a machine from an address that the machine does not hold.
    IdentityFromWrongAddress {
        /// The machine whose identity was asked for.
        mac: MacAddress,
        /// Who asked.
        from: IpAddr,
        /// The address that the machine holds, where known.
        holder: Option<IpAddr>,
    },
    /// A machine found that the address offered to it is in use by another one.
    AddressConflict {
        /// The machine that declined the address.
        mac: MacAddress,
        /// The address in use.
        address: Ipv4Addr,
    },
}

/// An address lent to a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who has it. One lease a MAC address.
    pub mac: MacAddress,
    /// The address.
    pub address: Ipv4Addr,
    /// When it may be given to another machine.
    pub expires: DateTime<Utc>,
    /// The name that the machine gave for itself; a claim, not a fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// The switch port behind a relay (relay address and circuit id, in hex), for the cap per port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_port: Option<String>,
}

/// The lease table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LeaseStoreError {
    /// Reading all leases.
    #[error("reading the leases")]
    Read(#[source] Cause),
    /// Storing one lease.
    #[error("storing the lease of {mac}")]
    Put {
        /// Whose lease.
        mac: MacAddress,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Removing one lease.
    #[error("removing the lease of {mac}")]
    Remove {
        /// Whose lease.
        mac: MacAddress,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Where leases outlive a restart. The service reads them once at its start and writes each change before it answers.
#[async_trait]
pub trait LeaseStore: Send + Sync {
    /// All leases, expired ones included: a machine that comes back gets its old address.
    ///
    /// # Errors
    /// When the table could not be read.
    async fn leases(&self) -> Result<Vec<Lease>, LeaseStoreError>;

    /// Stores a lease, in place of earlier ones of the same MAC address or of the same IP address.
    ///
    /// # Errors
    /// When it could not be stored.
    async fn put(&self, lease: &Lease) -> Result<(), LeaseStoreError>;

    /// Removes the lease of a MAC address; without one this does nothing.
    ///
    /// # Errors
    /// When it could not be removed.
    async fn remove(&self, mac: MacAddress) -> Result<(), LeaseStoreError>;
}

/// The map from names to content that machines may fetch.
#[async_trait]
pub trait Artefacts: Send + Sync {
    /// The artefact of this name; `None` when the map has none.
    async fn open(&self, name: &ArtefactName) -> Option<Artefact>;
}

/// One artefact, ready to be read in pieces.
#[derive(Clone)]
pub struct Artefact {
    /// Its length in bytes.
    pub length: u64,
    /// A strong entity tag without its quotes (letters, digits, `.`, `_`, `-`): it changes when the content does.
    pub etag: String,
    /// The content.
    pub content: Arc<dyn ArtefactContent>,
}

/// Content that can be read at any offset, so that nothing large is ever held in memory.
#[async_trait]
pub trait ArtefactContent: Send + Sync {
    /// Up to `length` bytes from `offset`; fewer only at the end, none behind it.
    ///
    /// # Errors
    /// When the content could not be read.
    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
}

#[async_trait]
impl ArtefactContent for Vec<u8> {
    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.len());
        let end = start.saturating_add(length).min(self.len());
        Ok(self[start..end].to_vec())
    }
}
