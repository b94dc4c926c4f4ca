//! DHCP on the wire: sockets on one interface, the loop that answers, and the question for another server.

mod probe;
mod server;
mod socket;

pub(crate) use probe::find_other_server;
pub(crate) use server::{Listeners, serve};
