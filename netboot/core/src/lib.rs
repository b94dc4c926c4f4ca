//! The decisions of network boot: packets in, replies, scripts and blocks out. No sockets, no clock, no randomness: time comes in as a value.

pub mod decide;
pub mod dhcp;
pub mod lease;
pub mod methods;
pub mod neighbour;
pub mod probe;
pub mod range;
pub mod rate;
pub mod router_advert;
pub mod script;
pub mod session;
pub mod site;
pub mod tftp;
