//! The interface that machines are booted on: its name, index, hardware address and the check that it owns the server's address.

use std::net::Ipv4Addr;

use model::mac::MacAddress;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::if_nametoindex;

use crate::config::InterfaceChoice;
use crate::error::StartError;

/// A network interface.
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub name: String,
    pub index: u32,
    /// Absent on interfaces without Ethernet addresses.
    pub mac: Option<MacAddress>,
}

/// Finds the interface and checks that it has `address`.
pub(crate) fn find(choice: &InterfaceChoice, address: Ipv4Addr) -> Result<Interface, StartError> {
    let all: Vec<InterfaceAddress> = getifaddrs()
        .map_err(|e| StartError::ListInterfaces(e.into()))?
        .collect();
    let (name, wanted) = match choice {
        InterfaceChoice::Named(name) => {
            (all.iter().find(|i| i.interface_name == *name), name.clone())
        }
        InterfaceChoice::Owning(owned) => (
            all.iter().find(|i| owns(i, *owned)),
            format!("with the address {owned}"),
        ),
    };
    let name = name
        .map(|i| i.interface_name.clone())
        .ok_or(StartError::NoInterface(wanted))?;
    let mine = || all.iter().filter(|i| i.interface_name == name);
    if !mine().any(|i| owns(i, address)) {
        return Err(StartError::AddressNotOnInterface {
            interface: name,
            address,
        });
    }
    let index = if_nametoindex(name.as_str()).map_err(|e| StartError::ListInterfaces(e.into()))?;
    Ok(Interface {
        index,
        mac: mine().find_map(mac_of),
        name,
    })
}

/// Whether an address is the interface's. The loopback interface owns its whole network, 127.0.0.0/8.
fn owns(interface: &InterfaceAddress, address: Ipv4Addr) -> bool {
    ipv4_of(interface)
        .is_some_and(|own| own == address || (own.is_loopback() && address.is_loopback()))
}

fn ipv4_of(interface: &InterfaceAddress) -> Option<Ipv4Addr> {
    Some(interface.address.as_ref()?.as_sockaddr_in()?.ip())
}

fn mac_of(interface: &InterfaceAddress) -> Option<MacAddress> {
    let mac = MacAddress::new(interface.address.as_ref()?.as_link_addr()?.addr()?);
    if mac.is_zero() || mac.is_group() {
        None
    } else {
        Some(mac)
    }
}
