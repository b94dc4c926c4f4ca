//! Images: where they come from, whether they are right, and how they get to the disk in one pass.

pub mod checksum;
pub mod config_drive;
pub mod credentials;
pub mod deploy;
pub mod download;
pub mod format;
pub mod sink;
pub mod stream;

#[cfg(test)]
mod tests;
