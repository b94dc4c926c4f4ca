//! The lease table: leases by MAC address, as the DHCP server hands them in.

use crate::database::Session;
use crate::rows::LeaseRow;
use crate::sql_store::SqlStore;
use crate::write::Write;
use async_trait::async_trait;
use model::MacAddress;
use ports::netboot::{Lease, LeaseStore, LeaseStoreError};
use ports::store::StoreError;

pub(crate) async fn put(session: &mut Session<'_>, lease: &LeaseRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO leases (mac, address, expires, doc) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (mac) DO UPDATE SET \
               address = excluded.address, expires = excluded.expires, doc = excluded.doc";
    let cells = vec![
        lease.mac.to_string().into(),
        lease.address.as_str().into(),
        lease.expires.into(),
        lease.doc.as_str().into(),
    ];
    let done = session.execute(sql, cells).await;
    done.map_err(|fault| fault.during("storing a lease"))?;
    Ok(())
}

pub(crate) async fn remove(session: &mut Session<'_>, mac: MacAddress) -> Result<(), StoreError> {
    let sql = "DELETE FROM leases WHERE mac = $1";
    let done = session.execute(sql, vec![mac.to_string().into()]).await;
    done.map_err(|fault| fault.during("removing a lease"))?;
    Ok(())
}

#[async_trait]
impl LeaseStore for SqlStore {
    async fn leases(&self) -> Result<Vec<Lease>, LeaseStoreError> {
        self.read_leases()
            .await
            .map_err(|error| LeaseStoreError::Read(Box::new(error)))
    }

    async fn put(&self, lease: &Lease) -> Result<(), LeaseStoreError> {
        let failed = |error| LeaseStoreError::Put {
            mac: lease.mac,
            source: Box::new(error),
        };
        let row = self.sealer().lease_row(lease).map_err(failed)?;
        self.write(Write::PutLease(row)).await.map_err(failed)?;
        Ok(())
    }

    async fn remove(&self, mac: MacAddress) -> Result<(), LeaseStoreError> {
        let failed = |error| LeaseStoreError::Remove {
            mac,
            source: Box::new(error),
        };
        self.write(Write::RemoveLease(mac)).await.map_err(failed)?;
        Ok(())
    }
}
