//! Chance that repeats: the same seed, machine and draw give the same number. No use for secrets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014), one step.
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One number for a machine of a fleet and a purpose.
pub(super) fn draw(seed: u64, index: usize, purpose: u64) -> u64 {
    mix(seed ^ mix(index as u64) ^ mix(purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93)))
}

/// A number from 0 (included) to 1 (not included).
pub(super) fn fraction(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

/// A machine's own sequence.
#[derive(Debug)]
pub(super) struct Dice {
    seed: u64,
    index: usize,
    drawn: AtomicU64,
}

impl Dice {
    pub fn new(seed: u64, index: usize) -> Self {
        Self {
            seed,
            index,
            drawn: AtomicU64::new(0),
        }
    }

    /// The duration, a quarter shorter up to a quarter longer.
    pub fn around(&self, duration: Duration) -> Duration {
        let purpose = self
            .drawn
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_add(1 << 32);
        let fraction = fraction(draw(self.seed, self.index, purpose));
        duration.mul_f64(0.75 + fraction / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_delays() {
        let delays = |seed, index| -> Vec<Duration> {
            let dice = Dice::new(seed, index);
            (0..8)
                .map(|_| dice.around(Duration::from_millis(100)))
                .collect()
        };
        assert_eq!(delays(1, 7), delays(1, 7));
        assert_ne!(delays(1, 7), delays(1, 8));
        assert_ne!(delays(1, 7), delays(2, 7));
        let (least, most) = (Duration::from_millis(75), Duration::from_millis(125));
        assert!(
            delays(3, 3)
                .iter()
                .all(|delay| (least..most).contains(delay))
        );
    }
}
