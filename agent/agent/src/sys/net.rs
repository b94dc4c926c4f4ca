//! Interface ioctls: up, address, netmask, MTU, routes. Values go in as types, never as text.
#![allow(unsafe_code)] // SIOC* ioctls take structures of the C library; each is zeroed or filled and outlives the call.

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::libc;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

fn control() -> io::Result<OwnedFd> {
    Ok(socket(
        AddressFamily::Inet,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        None,
    )?)
}

fn request(name: &str) -> io::Result<libc::ifreq> {
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes.len() >= libc::IFNAMSIZ {
        return Err(io::Error::other(format!("{name} is no interface name")));
    }
    // SAFETY: ifreq is plain data, all zero is a valid value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(bytes) {
        *to = from.cast_signed();
    }
    Ok(request)
}

fn call(code: libc::Ioctl, request: &mut libc::ifreq) -> io::Result<()> {
    let fd = control()?;
    // SAFETY: `request` is a live ifreq, which is what these codes expect.
    let result = unsafe { libc::ioctl(fd.as_raw_fd(), code, std::ptr::from_mut(request)) };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn inet(address: Ipv4Addr) -> libc::sockaddr {
    // SAFETY: both are plain data; sockaddr_in has the size of sockaddr.
    let mut value: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    value.sin_family = libc::sa_family_t::try_from(libc::AF_INET).unwrap_or_default();
    value.sin_addr.s_addr = u32::from(address).to_be();
    // SAFETY: sockaddr_in and sockaddr have the same size and no padding that matters.
    unsafe { std::mem::transmute::<libc::sockaddr_in, libc::sockaddr>(value) }
}

/// Sets an interface up or down.
pub fn set_up(name: &str, up: bool) -> io::Result<()> {
    let mut request = request(name)?;
    call(libc::SIOCGIFFLAGS, &mut request)?;
    let bit = libc::c_short::try_from(libc::IFF_UP).unwrap_or(1);
    // SAFETY: SIOCGIFFLAGS filled this member.
    let flags = unsafe { request.ifr_ifru.ifru_flags };
    request.ifr_ifru.ifru_flags = if up { flags | bit } else { flags & !bit };
    call(libc::SIOCSIFFLAGS, &mut request)
}

/// Sets the first IPv4 address and its mask.
pub fn set_address(name: &str, address: Ipv4Addr, mask: Ipv4Addr) -> io::Result<()> {
    let mut request = request(name)?;
    request.ifr_ifru.ifru_addr = inet(address);
    call(libc::SIOCSIFADDR, &mut request)?;
    request.ifr_ifru.ifru_netmask = inet(mask);
    call(libc::SIOCSIFNETMASK, &mut request)
}

/// Sets the MTU.
pub fn set_mtu(name: &str, mtu: u16) -> io::Result<()> {
    let mut request = request(name)?;
    request.ifr_ifru.ifru_mtu = libc::c_int::from(mtu);
    call(libc::SIOCSIFMTU, &mut request)
}

/// Index of an interface.
pub fn index(name: &str) -> io::Result<i32> {
    let mut request = request(name)?;
    call(libc::SIOCGIFINDEX, &mut request)?;
    // SAFETY: SIOCGIFINDEX filled this member.
    Ok(unsafe { request.ifr_ifru.ifru_ifindex })
}

/// Adds an IPv4 route; a zero gateway means: directly on the link. A route that exists is fine.
pub fn add_route(
    name: &str,
    network: Ipv4Addr,
    mask: Ipv4Addr,
    gateway: Ipv4Addr,
) -> io::Result<()> {
    let fd = control()?;
    let device = std::ffi::CString::new(name).map_err(io::Error::other)?;
    // SAFETY: rtentry is plain data, all zero is a valid value.
    let mut route: libc::rtentry = unsafe { std::mem::zeroed() };
    route.rt_dst = inet(network);
    route.rt_genmask = inet(mask);
    route.rt_flags = libc::RTF_UP;
    if !gateway.is_unspecified() {
        route.rt_gateway = inet(gateway);
        route.rt_flags |= libc::RTF_GATEWAY;
    }
    route.rt_dev = device.as_ptr().cast_mut();
    // SAFETY: `route` and the name it points to outlive the call; the kernel does not write to the name.
    let result = unsafe { libc::ioctl(fd.as_raw_fd(), libc::SIOCADDRT, &raw const route) };
    match io::Error::last_os_error() {
        _ if result >= 0 => Ok(()),
        error if error.raw_os_error() == Some(libc::EEXIST) => Ok(()),
        error => Err(error),
    }
}
