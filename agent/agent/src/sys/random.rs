//! The kernel's random generator: whether it is ready, and feeding it.
#![allow(unsafe_code)] // getrandom and RNDADDENTROPY take pointers to live values of the sizes given.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::AsRawFd;

use nix::libc;

mod raw {
    // The kernel's code covers only the two counters of struct rand_pool_info, not the flexible array behind them.
    nix::ioctl_write_ptr_bad!(add, nix::request_code_write!(b'R', 3, 8), super::Pool);
}

/// `struct rand_pool_info` of linux/random.h with 64 bytes of content.
#[repr(C)]
pub struct Pool {
    entropy_count: libc::c_int,
    size: libc::c_int,
    content: [u8; 64],
}

/// Whether random numbers come without waiting.
pub fn ready() -> bool {
    let mut byte = [0u8; 1];
    // SAFETY: one byte that lives here.
    let got = unsafe { libc::getrandom(byte.as_mut_ptr().cast(), 1, libc::GRND_NONBLOCK) };
    got == 1
}

/// Mixes bytes in and counts them as 256 bits of entropy. Root only.
pub fn feed(content: [u8; 64]) -> io::Result<()> {
    let device = OpenOptions::new().write(true).open("/dev/random")?;
    let pool = Pool {
        entropy_count: 256,
        size: 64,
        content,
    };
    // SAFETY: the kernel reads the structure, whose `size` is that of its content.
    unsafe { raw::add(device.as_raw_fd(), &raw const pool) }?;
    Ok(())
}
