//! The few kernel calls that the standard library and `nix` do not wrap. Nothing else in the agent is unsafe.

pub mod block;
pub mod inode_flags;
pub mod net;
pub mod packet;
pub mod random;
