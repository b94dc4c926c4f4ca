//! Block device ioctls: sizes, zeroing, partition tables.
#![allow(unsafe_code)] // ioctls take raw pointers; each call passes a pointer to a live value of the size the kernel documents.

use std::ffi::c_int;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

mod raw {
    use nix::libc;

    nix::ioctl_read!(blkgetsize64, 0x12, 114, u64);
    nix::ioctl_read_bad!(blksszget, nix::request_code_none!(0x12, 104), libc::c_int);
    nix::ioctl_read_bad!(blkroget, nix::request_code_none!(0x12, 94), libc::c_int);
    nix::ioctl_none!(blkrrpart, 0x12, 95);
    nix::ioctl_none!(blkflsbuf, 0x12, 97);
    nix::ioctl_write_ptr_bad!(blkzeroout, nix::request_code_none!(0x12, 127), [u64; 2]);
    nix::ioctl_write_ptr_bad!(blkpg, nix::request_code_none!(0x12, 105), super::BlkpgArg);
}

const BLKPG_ADD: c_int = 1;
const BLKPG_DEL: c_int = 2;

/// `struct blkpg_ioctl_arg` of linux/blkpg.h.
#[repr(C)]
pub struct BlkpgArg {
    op: c_int,
    flags: c_int,
    datalen: c_int,
    data: *const BlkpgPartition,
}

/// `struct blkpg_partition` of linux/blkpg.h; both names are 64 bytes, unused by the kernel.
#[repr(C)]
pub struct BlkpgPartition {
    start: i64,
    length: i64,
    number: c_int,
    names: [u8; 128],
}

/// Size in bytes.
pub fn size(file: &File) -> io::Result<u64> {
    let mut bytes = 0u64;
    // SAFETY: the kernel writes one u64.
    unsafe { raw::blkgetsize64(file.as_raw_fd(), &mut bytes) }?;
    Ok(bytes)
}

/// Logical sector size in bytes.
pub fn sector_size(file: &File) -> io::Result<u64> {
    let mut bytes: c_int = 0;
    // SAFETY: the kernel writes one int.
    unsafe { raw::blksszget(file.as_raw_fd(), &mut bytes) }?;
    u64::try_from(bytes).map_err(io::Error::other)
}

/// Whether the kernel refuses writes.
pub fn read_only(file: &File) -> io::Result<bool> {
    let mut flag: c_int = 0;
    // SAFETY: the kernel writes one int.
    unsafe { raw::blkroget(file.as_raw_fd(), &mut flag) }?;
    Ok(flag != 0)
}

/// Writes zeros, by the device's own command when it has one. Blocks read as zero afterwards.
pub fn zero(file: &File, offset: u64, length: u64) -> io::Result<()> {
    // SAFETY: the kernel reads two u64.
    unsafe { raw::blkzeroout(file.as_raw_fd(), &[offset, length]) }?;
    Ok(())
}

/// Drops cached blocks after writing them out.
pub fn flush_buffers(file: &File) -> io::Result<()> {
    // SAFETY: takes no argument.
    unsafe { raw::blkflsbuf(file.as_raw_fd()) }?;
    Ok(())
}

/// Makes the kernel read the partition table again.
pub fn reread_partitions(file: &File) -> io::Result<()> {
    // SAFETY: takes no argument.
    unsafe { raw::blkrrpart(file.as_raw_fd()) }?;
    Ok(())
}

/// Tells the kernel of a partition (bytes).
pub fn add_partition(file: &File, number: u32, start: u64, length: u64) -> io::Result<()> {
    partition(file, BLKPG_ADD, number, start, length)
}

/// Makes the kernel forget a partition.
pub fn delete_partition(file: &File, number: u32) -> io::Result<()> {
    partition(file, BLKPG_DEL, number, 0, 0)
}

fn partition(file: &File, op: c_int, number: u32, start: u64, length: u64) -> io::Result<()> {
    let data = BlkpgPartition {
        start: i64::try_from(start).map_err(io::Error::other)?,
        length: i64::try_from(length).map_err(io::Error::other)?,
        number: c_int::try_from(number).map_err(io::Error::other)?,
        names: [0; 128],
    };
    let datalen = c_int::try_from(size_of::<BlkpgPartition>()).map_err(io::Error::other)?;
    let arg = BlkpgArg {
        op,
        flags: 0,
        datalen,
        data: &raw const data,
    };
    // SAFETY: `arg` and the `data` it points to live until the call returns.
    unsafe { raw::blkpg(file.as_raw_fd(), &raw const arg) }?;
    Ok(())
}
