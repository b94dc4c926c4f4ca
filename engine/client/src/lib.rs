//! A typed client of the Ironic API and of `/hammerscale/v1`, for the command line, the operator and the test bed.
//! It also speaks to an Ironic of another age: the microversion is negotiated. It holds no state of nodes and decides nothing.

mod connection;
mod drivers;
mod error;
mod events;
mod nodes;
mod pages;
mod ports;
mod provision;
mod retry;
mod sse;
mod transport;
mod version;
mod wait;

pub use connection::{Account, Connection};
pub use error::{ClientError, ErrorKind};
pub use events::{EventStream, StreamItem};
pub use nodes::NodeFilter;
pub use ports::PortFilter;
pub use reqwest::Method;
pub use retry::RetryPolicy;
pub use transport::{Client, Query};
pub use wait::{Goal, WaitOptions};
