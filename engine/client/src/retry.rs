//! When a request is tried again, and after which pause. Bounded, with jitter, so that many clients do not knock together.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// How often and how patiently a request is tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How often in all; at least once.
    pub tries: u32,
    /// The pause before the second try; it doubles each time.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 5,
            first_pause: Duration::from_millis(400),
            longest_pause: Duration::from_secs(5),
        }
    }
}

impl RetryPolicy {
    /// The pause after so many failed tries (1 or more); none when it was tried often enough.
    pub fn pause_after(&self, failed: u32) -> Option<Duration> {
        (failed < self.tries).then(|| self.jittered(failed, random_fraction()))
    }

    /// Half of the doubled pause, plus up to the other half.
    fn jittered(&self, failed: u32, fraction: f64) -> Duration {
        let doubled = self
            .first_pause
            .saturating_mul(1 << failed.saturating_sub(1).min(16));
        let pause = doubled.min(self.longest_pause);
        pause / 2 + (pause / 2).mul_f64(fraction)
    }
}

/// A number in [0, 1): the standard library seeds each hasher anew. Good enough to spread retries, for nothing else.
fn random_fraction() -> f64 {
    let bits = RandomState::new().hash_one(0u8) >> 11;
    bits as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_stay_bounded_and_end() {
        let policy = RetryPolicy::default();
        for failed in 1..policy.tries {
            let longest = policy.jittered(failed, 1.0);
            assert!(longest <= policy.longest_pause);
            assert_eq!(policy.jittered(failed, 0.0), longest / 2);
            assert!(policy.pause_after(failed).is_some_and(|it| it <= longest));
        }
        assert!(policy.jittered(2, 0.0) > policy.jittered(1, 0.0));
        assert_eq!(policy.jittered(40, 1.0), policy.longest_pause);
        assert_eq!(policy.pause_after(policy.tries), None);
    }

    #[test]
    fn fractions_are_fractions() {
        for _ in 0..1000 {
            assert!((0.0..1.0).contains(&random_fraction()));
        }
    }
}
