//! Doors for the fuzz targets in `fuzz/`: the readers of network and disk bytes, under one roof. Not an API, and nothing of
//! the agent goes through it.

pub use crate::cmdline::Params;
pub use crate::disk::device::{Device, Window};
pub use crate::disk::partitions::{add_at_end, move_backup_to_end, read as read_table};
pub use crate::efi::esp::{find_loader, parse_csv};
pub use crate::efi::load_option::{label_of, partition_of};
pub use crate::image::checksum::judge;
pub use crate::image::checksum_file::find as find_in_file;
pub use crate::init::modules::{glob, name_of};
pub use crate::inventory::disks::{naa, unit_serial};
pub use crate::net::frame::unwrap_reply;
pub use crate::net::lease::parse as lease;
pub use crate::net::lldp::parse as lldp;
pub use crate::outbound::dns::parse_answer;
pub use crate::outbound::networks::Network;
