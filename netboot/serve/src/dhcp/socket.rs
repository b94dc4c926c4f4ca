//! A UDP socket that hears one interface only and answers from one address. It knows nothing of DHCP's content.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;

use nix::libc;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, sendmsg, setsockopt,
    sockopt,
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use crate::interface::Interface;

/// The longest packet that is read; longer ones are cut and then read as far as they go.
const LONGEST: usize = 4096;

/// A packet and where it came from.
pub(crate) struct Received {
    pub bytes: Vec<u8>,
    pub from: SocketAddrV4,
}

/// A UDP socket bound to one interface.
pub(crate) struct InterfaceSocket {
    socket: UdpSocket,
    index: u32,
}

impl InterfaceSocket {
    /// Opens `port` on the interface, for broadcast and unicast.
    pub fn open(interface: &Interface, port: u16) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        socket.set_broadcast(true)?;
        socket.bind_device(Some(interface.name.as_bytes()))?;
        setsockopt(&socket, sockopt::Ipv4PacketInfo, &true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into())?;
        Ok(Self {
            socket: UdpSocket::from_std(socket.into())?,
            index: interface.index,
        })
    }

    /// The next packet that came in by the interface.
    pub async fn receive(&self) -> io::Result<Received> {
        loop {
            let received = self
                .socket
                .async_io(Interest::READABLE, || self.try_receive())
                .await?;
            if let Some(received) = received {
                return Ok(received);
            }
        }
    }

    fn try_receive(&self) -> io::Result<Option<Received>> {
        let mut bytes = vec![0; LONGEST];
        let mut space = nix::cmsg_space!(libc::in_pktinfo);
        let mut slices = [IoSliceMut::new(&mut bytes)];
        let message = recvmsg::<SockaddrIn>(
            self.socket.as_raw_fd(),
            &mut slices,
            Some(&mut space),
            MsgFlags::empty(),
        )?;
        // The socket is bound to the interface; the kernel's word on where the packet came in is checked all the same.
        let here = message.cmsgs()?.any(|c| {
            matches!(c, ControlMessageOwned::Ipv4PacketInfo(info) if u32::try_from(info.ipi_ifindex) == Ok(self.index))
        });
        let (length, from) = (message.bytes, message.address);
        let Some(from) = from.filter(|_| here) else {
            return Ok(None);
        };
        bytes.truncate(length);
        Ok(Some(Received {
            bytes,
            from: SocketAddrV4::new(from.ip(), from.port()),
        }))
    }

    /// Sends from `source`, by the interface.
    pub async fn send(&self, bytes: &[u8], source: Ipv4Addr, to: SocketAddrV4) -> io::Result<()> {
        let info = libc::in_pktinfo {
            ipi_ifindex: i32::try_from(self.index).map_err(io::Error::other)?,
            ipi_spec_dst: libc::in_addr {
                s_addr: u32::from(source).to_be(),
            },
            ipi_addr: libc::in_addr { s_addr: 0 },
        };
        let to = SockaddrIn::from(to);
        let send = || {
            let control = [ControlMessage::Ipv4PacketInfo(&info)];
            let sent = sendmsg(
                self.socket.as_raw_fd(),
                &[IoSlice::new(bytes)],
                &control,
                MsgFlags::empty(),
                Some(&to),
            )?;
            Ok(sent)
        };
        self.socket
            .async_io(Interest::WRITABLE, send)
            .await
            .map(drop)
    }
}
