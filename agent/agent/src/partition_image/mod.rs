//! Images of a root file system alone: the partitions around them, the boot loader that the image brings along, and the order in which all
//! of it reaches the disk. The table comes last, when the digest was right and everything else is there.

pub mod deploy;
pub mod ephemeral;
pub mod esp;
pub mod grub;
pub mod layout;
pub mod loader;
pub mod root_files;
pub mod swap;
pub mod wishes;

#[cfg(test)]
pub mod tests;
