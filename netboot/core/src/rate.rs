//! How often one machine is listened to: a bucket per MAC address in a table of fixed size. Time comes in; nothing waits.

use std::collections::BTreeMap;
use std::time::Duration;

use model::mac::MacAddress;

/// The bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateCap {
    /// Packets in one window.
    pub packets: u32,
    /// The window.
    pub window: Duration,
    /// Machines that are remembered at once.
    pub machines: usize,
}

impl Default for RateCap {
    /// A machine that boots sends fewer than ten packets in ten seconds, retries included.
    fn default() -> Self {
        Self {
            packets: 40,
            window: Duration::from_secs(10),
            machines: 8192,
        }
    }
}

/// Counts packets per machine.
#[derive(Debug)]
pub struct RateLimiter {
    cap: RateCap,
    windows: BTreeMap<MacAddress, (Duration, u32)>,
}

impl RateLimiter {
    /// A limiter that has seen nothing.
    pub fn new(cap: RateCap) -> Self {
        Self {
            cap,
            windows: BTreeMap::new(),
        }
    }

    /// Counts a packet; false when it must be dropped. `now` is a monotonic time.
    pub fn admit(&mut self, mac: MacAddress, now: Duration) -> bool {
        let ended = |start: Duration| now.saturating_sub(start) >= self.cap.window;
        if let Some((start, count)) = self.windows.get_mut(&mac) {
            if ended(*start) {
                (*start, *count) = (now, 0);
            }
            *count = count.saturating_add(1);
            return *count <= self.cap.packets;
        }
        if self.windows.len() >= self.cap.machines {
            self.windows.retain(|_, (start, _)| !ended(*start));
        }
        // A flood of invented addresses fills the table; then new ones wait for the window's end, those already seen go on.
        if self.windows.len() >= self.cap.machines {
            return false;
        }
        self.windows.insert(mac, (now, 1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mac(n: u8) -> MacAddress {
        MacAddress::new([2, 0, 0, 0, 0, n])
    }

    #[test]
    fn a_machine_has_so_many_packets_in_a_window() {
        let cap = RateCap {
            packets: 2,
            window: Duration::from_secs(10),
            machines: 8,
        };
        let mut limiter = RateLimiter::new(cap);
        let at = Duration::from_secs;
        assert!(limiter.admit(mac(1), at(1)));
        assert!(limiter.admit(mac(1), at(2)));
        assert!(!limiter.admit(mac(1), at(3)));
        assert!(
            limiter.admit(mac(2), at(3)),
            "another machine is not held back"
        );
        assert!(limiter.admit(mac(1), at(11)), "a new window");
    }

    #[test]
    fn the_table_is_bounded_and_recovers() {
        let cap = RateCap {
            packets: 5,
            window: Duration::from_secs(10),
            machines: 2,
        };
        let mut limiter = RateLimiter::new(cap);
        assert!(limiter.admit(mac(1), Duration::ZERO));
        assert!(limiter.admit(mac(2), Duration::ZERO));
        assert!(!limiter.admit(mac(3), Duration::from_secs(1)));
        assert!(limiter.admit(mac(1), Duration::from_secs(1)));
        assert!(limiter.admit(mac(3), Duration::from_secs(10)));
        assert!(limiter.windows.len() <= 2);
    }
}
