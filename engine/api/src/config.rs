//! What the API has to be told. Parsed and validated by the binary; it reads neither files nor the environment.

use crate::auth::Accounts;
use ports::clock::Clock;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Renders the metrics page in Prometheus' text format.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What the API has to be told.
#[derive(Clone)]
pub struct ApiConfig {
    /// Scheme and host that links start with, `https://bmc.example:6385`; none takes them from each request.
    pub public_endpoint: Option<String>,
    /// The longest page, and the page when a client names no limit.
    pub max_limit: usize,
    /// Bounds of a request.
    pub limits: Limits,
    /// Who is let in; none: everybody, to everything.
    pub accounts: Option<Arc<Accounts>>,
    /// Whether this is the agents' own listener. Set by [`crate::agent_router`].
    pub(crate) agents_listener: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Renders `/metrics`; none answers 404.
    pub metrics: Option<RenderMetrics>,
    /// Turns true when the daemon stops: event streams end then.
    pub closing: Option<watch::Receiver<bool>>,
}

impl ApiConfig {
    /// The defaults, with the given clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            public_endpoint: None,
            max_limit: 1000,
            limits: Limits::default(),
            accounts: None,
            agents_listener: false,
            clock,
            metrics: None,
            closing: None,
        }
    }
}

impl fmt::Debug for ApiConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiConfig")
            .field("public_endpoint", &self.public_endpoint)
            .field("max_limit", &self.max_limit)
            .field("limits", &self.limits)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

/// Bounds of a request. The sizes are Ironic's defaults.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Bytes of the body of `states/provision`, which may hold a config drive.
    pub provision_body: usize,
    /// Bytes of the body of `continue_inspection`.
    pub inspection_body: usize,
    /// How many bodies larger than `body` are in memory at a time; more requests wait, and are refused with 503 after a while.
    pub large_bodies: usize,
    /// The same for those that are larger than `plain_body` only.
    pub middle_bodies: usize,
    /// Bytes of a body that needs no slot to arrive and to become JSON.
    pub plain_body: usize,
    /// How many bodies larger than that are JSON in memory at a time; more requests wait, and are refused with 503 after a while.
    pub parsed_bodies: usize,
    /// How long a request waits for one of these slots before it is refused.
    pub patience: Duration,
    /// How long a body may take to arrive, and a second more for each 128 KiB that have come.
    pub grace: Duration,
    /// Values in a body: lists, objects, and what is in them.
    pub values: usize,
    /// How many lists are put together at a time; more requests wait. Half of what the store has connections for.
    pub lists: usize,
    /// How deep JSON may be nested.
    pub depth: usize,
    /// Operations in one patch.
    pub patch_operations: usize,
    /// How long a request may take in all.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let processors = processors.clamp(2, 8);
        Self {
            body: 1 << 20,
            provision_body: 64 << 20,
            inspection_body: 16 << 20,
            large_bodies: 2,
            middle_bodies: 64,
            plain_body: 64 << 10,
            parsed_bodies: 8,
            patience: Duration::from_secs(10),
            grace: Duration::from_secs(10),
            values: 100_000,
            lists: 2 * processors,
            depth: 25,
            patch_operations: 1000,
            deadline: Duration::from_secs(60),
        }
    }
}
