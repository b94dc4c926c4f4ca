//! Packet sockets bound to one interface and one protocol: for DHCP before there is an address, and for LLDP.
#![allow(unsafe_code)] // sockaddr_ll and packet_mreq are passed to the C library; each is filled and outlives the call.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use nix::libc;

/// A `SOCK_DGRAM` packet socket: payloads without link-layer header.
pub struct PacketSocket {
    fd: OwnedFd,
    index: i32,
    protocol: u16,
}

impl PacketSocket {
    /// Opens a socket on an interface for an Ethernet protocol.
    pub fn open(interface: &str, protocol: u16) -> io::Result<Self> {
        let index = super::net::index(interface)?;
        let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
        // SAFETY: no pointers; a negative result is checked.
        let raw = unsafe { libc::socket(libc::AF_PACKET, kind, i32::from(protocol.to_be())) };
        if raw < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `raw` was just opened and belongs to nobody else.
        let socket = Self {
            fd: unsafe { OwnedFd::from_raw_fd(raw) },
            index,
            protocol,
        };
        let address = socket.address([0xff; 6]);
        // SAFETY: `address` is a sockaddr_ll of the length given.
        check(unsafe {
            libc::bind(
                raw,
                (&raw const address).cast(),
                length_of::<libc::sockaddr_ll>(),
            )
        })?;
        Ok(socket)
    }

    fn address(&self, mac: [u8; 6]) -> libc::sockaddr_ll {
        // SAFETY: plain data, all zero is valid.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        address.sll_family = u16::try_from(libc::AF_PACKET).unwrap_or_default();
        address.sll_protocol = self.protocol.to_be();
        address.sll_ifindex = self.index;
        address.sll_halen = 6;
        address.sll_addr[..6].copy_from_slice(&mac);
        address
    }

    /// Joins a link-layer multicast group.
    pub fn join(&self, group: [u8; 6]) -> io::Result<()> {
        // SAFETY: plain data, all zero is valid.
        let mut membership: libc::packet_mreq = unsafe { std::mem::zeroed() };
        membership.mr_ifindex = self.index;
        membership.mr_type = u16::try_from(libc::PACKET_MR_MULTICAST).unwrap_or_default();
        membership.mr_alen = 6;
        membership.mr_address[..6].copy_from_slice(&group);
        // SAFETY: `membership` is a packet_mreq of the length given.
        check(unsafe {
            libc::setsockopt(
                self.fd.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_ADD_MEMBERSHIP,
                (&raw const membership).cast(),
                length_of::<libc::packet_mreq>(),
            )
        })
    }

    /// Sends a payload to everybody on the link.
    pub fn broadcast(&self, payload: &[u8]) -> io::Result<()> {
        let address = self.address([0xff; 6]);
        // SAFETY: payload and address are live and of the lengths given.
        let sent = unsafe {
            libc::sendto(
                self.fd.as_raw_fd(),
                payload.as_ptr().cast(),
                payload.len(),
                0,
                (&raw const address).cast(),
                length_of::<libc::sockaddr_ll>(),
            )
        };
        if sent < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }

    /// Receives one payload; `None` when none came in time.
    pub fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        let mut poll = libc::pollfd {
            fd: self.fd.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let millis = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: one pollfd that lives here.
        let ready = unsafe { libc::poll(&raw mut poll, 1, millis) };
        if ready < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::Interrupted {
                Ok(None)
            } else {
                Err(error)
            };
        }
        if ready == 0 {
            return Ok(None);
        }
        // SAFETY: the buffer is live and of the length given.
        let length = unsafe {
            libc::recv(
                self.fd.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                0,
            )
        };
        usize::try_from(length)
            .map(Some)
            .map_err(|_| io::Error::last_os_error())
    }
}

fn check(result: i32) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn length_of<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}
