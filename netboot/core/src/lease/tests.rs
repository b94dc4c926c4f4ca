//! Who gets which address, and what holds for every order of events.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::session::tests::{at, site};
use crate::site::DhcpMode;

fn mac(n: u8) -> MacAddress {
    MacAddress::new([2, 0, 0, 0, 0, n])
}

fn who(n: u8) -> Applicant<'static> {
    Applicant {
        mac: mac(n),
        wish: None,
        hostname: None,
        relay_port: None,
    }
}

/// A site whose local network has four addresses to lend.
fn small() -> Site {
    let mut site = site(DhcpMode::Server);
    site.networks[0].last = Ipv4Addr::new(10, 0, 0, 103);
    site
}

#[test]
fn the_choice_is_stable_and_a_wish_is_granted() {
    let site = small();
    let network = &site.networks[0];
    let first = LeaseTable::default()
        .offer(who(1), network, &site, at(0))
        .unwrap();
    assert_eq!(
        LeaseTable::default()
            .offer(who(1), network, &site, at(9))
            .unwrap(),
        first
    );
    let wish = Ipv4Addr::new(10, 0, 0, 102);
    let wishing = Applicant {
        wish: Some(wish),
        ..who(1)
    };
    assert_eq!(
        LeaseTable::default()
            .offer(wishing, network, &site, at(0))
            .unwrap(),
        wish
    );
    let outside = Applicant {
        wish: Some(Ipv4Addr::new(10, 0, 0, 200)),
        ..who(1)
    };
    assert_eq!(
        LeaseTable::default()
            .offer(outside, network, &site, at(0))
            .unwrap(),
        first
    );
}

#[test]
fn reservations_come_first_and_are_nobody_elses() {
    let mut site = small();
    let kept = Ipv4Addr::new(10, 0, 0, 101);
    site.reservations.insert(mac(9), kept);
    let network = &site.networks[0].clone();
    let mut table = LeaseTable::default();
    for n in 1..=3 {
        assert_ne!(table.offer(who(n), network, &site, at(0)).unwrap(), kept);
    }
    assert_eq!(
        table.offer(who(4), network, &site, at(0)),
        Err(Exhausted::Range)
    );
    assert_eq!(table.offer(who(9), network, &site, at(0)), Ok(kept));
}

#[test]
fn the_oldest_expired_lease_gives_way_first() {
    let site = small();
    let network = &site.networks[0];
    let mut table = LeaseTable::default();
    for n in 1..=4 {
        let address = table
            .offer(who(n), network, &site, at(u64::from(n)))
            .unwrap();
        table
            .take(who(n), address, network, &site, at(u64::from(n)))
            .unwrap();
    }
    let oldest = table.row(mac(1)).unwrap().address;
    assert_eq!(
        table.offer(who(5), network, &site, at(100)),
        Err(Exhausted::Range)
    );
    assert_eq!(table.offer(who(5), network, &site, at(3602)), Ok(oldest));
    assert!(table.row(mac(1)).is_none());
    assert_eq!(
        table.holds(mac(2), at(3601)),
        Some(table.row(mac(2)).unwrap().address)
    );
    assert_eq!(table.holds(mac(2), at(3602)), None);
}

#[test]
fn caps_hold_in_total_and_per_port() {
    let mut site = small();
    site.caps.total = 3;
    let network = &site.networks[0].clone();
    let mut table = LeaseTable::default();
    let behind = |n| Applicant {
        relay_port: Some("p"),
        ..who(n)
    };
    assert!(table.offer(behind(1), network, &site, at(0)).is_ok());
    assert!(table.offer(behind(2), network, &site, at(0)).is_ok());
    assert_eq!(
        table.offer(behind(3), network, &site, at(0)),
        Err(Exhausted::RelayPort)
    );
    assert!(table.offer(who(3), network, &site, at(0)).is_ok());
    assert_eq!(
        table.offer(who(4), network, &site, at(0)),
        Err(Exhausted::Total)
    );
    assert!(
        table.offer(behind(1), network, &site, at(0)).is_ok(),
        "who is in stays in"
    );
    assert!(
        table.offer(behind(3), network, &site, at(61)).is_ok(),
        "offers not taken lapse"
    );
}

#[test]
fn a_restored_table_keeps_one_holder_an_address() {
    let row = |seconds| LeaseRow {
        address: Ipv4Addr::new(10, 0, 0, 100),
        expires: at(seconds),
        taken: true,
        hostname: None,
        relay_port: None,
    };
    for rows in [
        [(mac(1), row(5)), (mac(2), row(9))],
        [(mac(2), row(9)), (mac(1), row(5))],
    ] {
        let table = LeaseTable::restore(rows);
        assert!(table.row(mac(1)).is_none() && table.row(mac(2)).is_some());
    }
}

proptest! {
    /// Whatever machines do, two never hold one address, and nobody gets one that must not be lent.
    #[test]
    fn addresses_are_never_shared(events in proptest::collection::vec((0_u8..12, 0_u8..4, 95_u8..110, 0_u64..4000), 1..80)) {
        let mut site = small();
        site.excluded.insert(Ipv4Addr::new(10, 0, 0, 100));
        site.reservations.insert(mac(3), Ipv4Addr::new(10, 0, 0, 101));
        let network = &site.networks[0].clone();
        let mut table = LeaseTable::default();
        let mut now = 0;
        for (n, what, last, pause) in events {
            now += pause;
            let address = Ipv4Addr::new(10, 0, 0, last);
            match what {
                0 => drop(table.offer(Applicant { wish: Some(address), ..who(n) }, network, &site, at(now))),
                1 => drop(table.take(who(n), address, network, &site, at(now)).cloned()),
                2 => drop(table.release(mac(n), address, at(now)).cloned()),
                _ => drop(table.set_aside(mac(n), address, network, at(now))),
            }
            prop_assert_eq!(table.by_mac.len(), table.by_address.len());
            for (mac, row) in &table.by_mac {
                prop_assert_eq!(table.by_address.get(&row.address), Some(mac));
                prop_assert!(network.lends(row.address) && !site.is_excluded(row.address));
                prop_assert_eq!(row.address == Ipv4Addr::new(10, 0, 0, 101), *mac == MacAddress::new([2, 0, 0, 0, 0, 3]));
            }
        }
    }
}
