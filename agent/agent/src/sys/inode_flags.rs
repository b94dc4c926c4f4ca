//! The immutable flag of files: efivarfs sets it on most variables against accidents.
#![allow(unsafe_code)] // FS_IOC_GETFLAGS and FS_IOC_SETFLAGS take a pointer to an int that lives here.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use nix::libc;

mod raw {
    use nix::libc;

    nix::ioctl_read_bad!(
        getflags,
        nix::request_code_read!(b'f', 1, size_of::<libc::c_long>()),
        libc::c_int
    );
    nix::ioctl_write_ptr_bad!(
        setflags,
        nix::request_code_write!(b'f', 2, size_of::<libc::c_long>()),
        libc::c_int
    );
}

const IMMUTABLE: libc::c_int = 0x10;

/// Takes the flag away; a file system without flags has none to take.
pub fn make_mutable(file: &File) -> io::Result<()> {
    let mut flags: libc::c_int = 0;
    // SAFETY: the kernel writes one int.
    match unsafe { raw::getflags(file.as_raw_fd(), &mut flags) } {
        Ok(_) => {}
        Err(nix::Error::ENOTTY | nix::Error::EOPNOTSUPP) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    if flags & IMMUTABLE != 0 {
        // SAFETY: the kernel reads one int.
        unsafe { raw::setflags(file.as_raw_fd(), &(flags & !IMMUTABLE)) }?;
    }
    Ok(())
}
