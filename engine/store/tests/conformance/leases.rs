//! Leases: one per MAC address, kept over a restart.

use crate::place::Place;
use crate::records::at;
use model::MacAddress;
use ports::netboot::{Lease, LeaseStore as _};
use std::net::Ipv4Addr;

on_both!(leases_are_kept_by_mac_address);

async fn leases_are_kept_by_mac_address(place: Place) {
    let store = place.open().await;
    let lease = |last: u8, seconds| Lease {
        mac: MacAddress::new([2, 0, 0, 0, 0, last]),
        address: Ipv4Addr::new(10, 0, 0, last),
        expires: at(seconds),
        hostname: (last == 1).then(|| "host\0name".to_owned()),
        relay_port: None,
    };
    assert!(store.leases().await.unwrap().is_empty());
    store.put(&lease(2, 5)).await.unwrap();
    store.put(&lease(1, 5)).await.unwrap();
    let moved = Lease {
        address: Ipv4Addr::new(10, 0, 0, 77),
        ..lease(2, 50)
    };
    store.put(&moved).await.unwrap();
    assert_eq!(store.leases().await.unwrap(), [lease(1, 5), moved.clone()]);
    store.remove(lease(1, 0).mac).await.unwrap();
    store.remove(lease(9, 0).mac).await.unwrap();
    store.close().await;
    assert!(store.leases().await.is_err());
    assert_eq!(place.open().await.leases().await.unwrap(), [moved]);
}
