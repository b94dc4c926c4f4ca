//! Images: where they come from, whether they are right, and how they get to the disk in one pass.

pub mod ahead;
pub mod checksum;
pub mod checksum_file;
pub mod config_drive;
pub mod credentials;
pub mod deploy;
pub mod download;
pub mod feed;
pub mod file_system;
pub mod format;
pub mod meter;
pub mod oci;
pub mod sink;
pub mod source;
pub mod stream;
pub mod writer;

#[cfg(test)]
mod tests;
