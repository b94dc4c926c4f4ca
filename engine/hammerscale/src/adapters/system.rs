//! The system's clock and randomness.

use async_trait::async_trait;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use model::Timestamp;
use ports::clock::{Clock, Entropy};
use std::time::Duration;

/// The longest sleep in one piece: after it the wall clock is looked at again, so that a jump of it is noticed.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// The system's clock.
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }

    async fn sleep_until(&self, instant: Timestamp) {
        while let Ok(left) = (instant - self.now()).to_std() {
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LONGEST_NAP)).await;
        }
    }
}

/// The system's randomness.
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// Checks that the system gives random bytes at all.
    pub fn new() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        random
            .fill(&mut [0_u8; 32])
            .map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
        Ok(Self(random))
    }
}

impl Entropy for SystemEntropy {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        // It worked at start. Without randomness no token is safe, so there is no going on.
        if self.0.fill(&mut bytes).is_err() {
            tracing::error!("the system stopped giving random bytes");
            std::process::abort();
        }
        bytes
    }
}
