//! Writers of boot media: initramfs archives, FAT and ISO images, unified kernel images, config drives; and a reader of the
//! config drives that others wrote.
//!
//! Pure: bytes in, bytes out. Nothing here opens files or sockets, reads a clock or draws random numbers, so the
//! same input always gives the same image; every time stamp in an image is fixed.

pub mod config_drive;
pub mod cpio;
pub mod fat;
pub mod identity;
pub mod iso;
pub mod iso_reader;
pub mod uki;

pub use config_drive::ConfigDrive;
pub use cpio::CpioWriter;
pub use identity::{BootIdentity, StockAgentTrust};
