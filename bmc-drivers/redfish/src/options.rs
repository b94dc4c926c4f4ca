//! What the driver is told at its making: networks, times, and the clock it waits by.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bmc_core::AllowedNetworks;

/// Whether the driver may connect to an address; asked for each address that a name resolves to.
pub type AddressCheck = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// The clock by which the driver waits between attempts.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Waits this long.
    async fn sleep(&self, time: Duration);

    /// The time now, to understand a `Retry-After` that is a date.
    fn now(&self) -> SystemTime;
}

/// The real clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioPace;

#[async_trait]
impl Pace for TokioPace {
    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// How the driver behaves towards every BMC.
#[derive(Clone)]
pub struct Options {
    /// Where BMCs may be, checked at connect.
    pub allowed: AddressCheck,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long a BMC may be silent within an answer; a whole answer may take twice that.
    pub read_timeout: Duration,
    /// How often a failed attempt that may be repeated is repeated.
    pub retries: u32,
    /// How long to wait before it is, when the BMC names no time.
    pub retry_pause: Duration,
    /// The longest `Retry-After` that is waited for here; a longer one is handed to the caller.
    pub longest_pause: Duration,
    /// How many BMC sessions are remembered; beyond, the one unused for longest is logged out.
    pub max_connections: usize,
    /// The clock to wait by.
    pub pace: Arc<dyn Pace>,
}

impl Options {
    /// The default times (connect 10 s, read 60 s, 3 retries 3 s apart) and these networks.
    pub fn new(networks: AllowedNetworks) -> Self {
        Self::checked_by(Arc::new(move |ip| networks.allows(ip)))
    }

    /// The default times and a check of one's own.
    pub fn checked_by(allowed: AddressCheck) -> Self {
        Self {
            allowed,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            retries: 3,
            retry_pause: Duration::from_secs(3),
            longest_pause: Duration::from_secs(30),
            max_connections: 16_384,
            pace: Arc::new(TokioPace),
        }
    }
}
