//! TFTP (RFC 1350 with the options of RFC 2347, 2348, 2349 and 7440), read only: packets and the state of one transfer. No sockets, no timers.

mod packet;
mod transfer;

pub use packet::{ErrorCode, Request, RequestError, error_packet, parse_request};
pub use transfer::{Limits, Step, Transfer};

#[cfg(test)]
mod tests;
