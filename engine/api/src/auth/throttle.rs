//! Slows down who guesses: after a number of failures an address waits. It keeps a bounded table and checks no password.

use model::Timestamp;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Failures that an address may have in a window.
const FAILURES: u32 = 20;
/// The window, in seconds.
const WINDOW: i64 = 60;
/// So many addresses are remembered.
const ADDRESSES: usize = 4096;

/// Failures by address.
#[derive(Default)]
pub(super) struct Throttle(HashMap<IpAddr, Window>);

struct Window {
    began: Timestamp,
    failures: u32,
}

impl Window {
    /// Seconds that are left of it; none when it is over, also when the clock was set back.
    fn left(&self, now: Timestamp) -> Option<i64> {
        let age = (now - self.began).num_seconds();
        (0..WINDOW).contains(&age).then_some(WINDOW - age)
    }
}

impl Throttle {
    /// How many seconds an address has to wait; none: not at all.
    pub fn wait(&self, address: IpAddr, now: Timestamp) -> Option<u32> {
        let window = self.0.get(&network(address))?;
        let left = window.left(now).filter(|_| window.failures >= FAILURES)?;
        u32::try_from(left).ok()
    }

    /// Notes a failure.
    pub fn failed(&mut self, address: IpAddr, now: Timestamp) {
        if self.0.len() >= ADDRESSES {
            self.0.retain(|_, window| window.left(now).is_some());
        }
        if self.0.len() >= ADDRESSES {
            let oldest = self.0.iter().min_by_key(|(_, window)| window.began);
            if let Some(oldest) = oldest.map(|(address, _)| *address) {
                self.0.remove(&oldest);
            }
        }
        let fresh = Window {
            began: now,
            failures: 0,
        };
        let window = self.0.entry(network(address)).or_insert(fresh);
        if window.left(now).is_none() {
            *window = Window {
                began: now,
                failures: 0,
            };
        }
        window.failures = window.failures.saturating_add(1);
    }
}

/// An IPv6 host has a whole /64 to call from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_795_341_600 + second, 0).unwrap()
    }

    #[test]
    fn who_guesses_waits_and_others_do_not() {
        let (guesser, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut throttle = Throttle::default();
        for _ in 0..FAILURES {
            assert_eq!(throttle.wait(guesser, at(0)), None);
            throttle.failed(guesser, at(0));
        }
        assert_eq!(throttle.wait(guesser, at(10)), Some(50));
        assert_eq!(throttle.wait(other, at(10)), None);
        assert_eq!(throttle.wait(guesser, at(60)), None);
        throttle.failed(guesser, at(61));
        assert_eq!(throttle.wait(guesser, at(61)), None);
    }

    #[test]
    fn a_network_is_one_guesser_and_the_table_is_bounded() {
        let mut throttle = Throttle::default();
        for host in 0..u128::from(FAILURES) {
            let base = "2001:db8::".parse::<Ipv6Addr>().unwrap().to_bits();
            throttle.failed(Ipv6Addr::from_bits(base | host).into(), at(0));
        }
        let neighbour = "2001:db8::ffff".parse().unwrap();
        assert!(throttle.wait(neighbour, at(0)).is_some());
        for host in 0..2 * ADDRESSES as u32 {
            throttle.failed(std::net::Ipv4Addr::from_bits(host).into(), at(1));
        }
        assert!(throttle.0.len() <= ADDRESSES);
    }
}
