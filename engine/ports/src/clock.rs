//! Time and randomness come in through these, so that tests own them.

use async_trait::async_trait;
use model::Timestamp;

/// The wall clock.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Returns at the instant, or soon after; at once when it has passed.
    async fn sleep_until(&self, instant: Timestamp);
}

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// 32 fresh bytes.
    fn bytes(&self) -> [u8; 32];
}
