//! EFI boot entries by our own hand: the loader is found on the image's EFI system partition (read, never executed), and
//! the entry is written to efivarfs.

pub mod boot_entry;
pub mod esp;
pub mod load_option;
pub mod variables;
