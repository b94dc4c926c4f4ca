//! How long pretended work takes: per interface a fixed time, or a time drawn from a range.

use chrono::TimeDelta;
use model::InterfaceKind;
use ports::clock::{Clock, Entropy};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A time in seconds, or a range from which one is drawn: the least is the likeliest (a triangular distribution, as Ironic's `[fake]`
/// options have it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DelayRange {
    /// At least.
    pub least: u32,
    /// At most.
    pub most: u32,
}

impl DelayRange {
    /// The time for a random number from 0 to 1.
    fn drawn(self, chance: f64) -> Duration {
        let (least, most) = (f64::from(self.least), f64::from(self.most.max(self.least)));
        let seconds = most - (most - least) * (1.0 - chance.clamp(0.0, 1.0)).sqrt();
        Duration::from_secs_f64(seconds)
    }
}

/// The delays of fake hardware.
pub struct FakeDelays {
    ranges: BTreeMap<InterfaceKind, DelayRange>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl FakeDelays {
    /// These ranges, by this clock.
    pub fn new(
        ranges: BTreeMap<InterfaceKind, DelayRange>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            ranges,
            clock,
            entropy,
        }
    }

    /// The time that the interface's next work takes; none when it was not said.
    pub(super) fn drawn(&self, kind: InterfaceKind) -> Option<Duration> {
        let range = self.ranges.get(&kind)?;
        let bytes = self.entropy.bytes();
        let number = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        Some(range.drawn(f64::from(number) / f64::from(u32::MAX)))
    }

    /// Lets the interface's time pass.
    pub(super) async fn pass(&self, kind: InterfaceKind) {
        let delay = self.drawn(kind).unwrap_or_default();
        if let Ok(delay) = TimeDelta::from_std(delay)
            && delay > TimeDelta::zero()
        {
            self.clock.sleep_until(self.clock.now() + delay).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_kept_and_leans_to_its_least() {
        let range = DelayRange { least: 2, most: 10 };
        assert_eq!(range.drawn(0.0), Duration::from_secs(2));
        assert_eq!(range.drawn(1.0), Duration::from_secs(10));
        // The median of a triangle that falls from its least: a bit under a third of the way.
        let median = range.drawn(0.5).as_secs_f64();
        assert!((4.3..4.4).contains(&median), "{median}");
        let fixed = DelayRange { least: 3, most: 3 };
        assert_eq!(fixed.drawn(0.7), Duration::from_secs(3));
    }
}
