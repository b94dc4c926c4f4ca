//! The network of a ramdisk: links up, DHCP, renewal, LLDP, and the address the conductor can reach.

pub mod advertise;
pub mod dhcp;
pub mod frame;
pub mod lease;
pub mod links;
pub mod lldp;
pub mod renew;
