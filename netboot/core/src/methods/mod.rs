//! The ways to start a machine over the network, one file each. A method names the first thing to fetch; it neither lends addresses nor sends.

mod bios_pxe;
mod ipxe;
mod uefi_http;
mod uefi_pxe;

use crate::dhcp::ClientFacts;
use crate::site::Site;

/// How the first thing is fetched, which decides the options of the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// TFTP, with the server's address beside the file's name.
    Tftp,
    /// A URL that iPXE follows.
    Url,
    /// A URL that UEFI HTTP boot follows; the reply must carry its class.
    HttpBoot,
}

/// What a machine is told to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootAnswer {
    /// The method's name, for logs and metrics.
    pub method: &'static str,
    /// How it is fetched.
    pub protocol: Protocol,
    /// A name (TFTP) or a URL.
    pub file: String,
}

/// A way to start a machine.
pub struct Method {
    /// Its name, for logs and metrics.
    pub name: &'static str,
    /// Does this client boot that way?
    pub matches: fn(&ClientFacts) -> bool,
    /// What it shall fetch; `None` when the site has no program for it.
    pub answer: fn(&ClientFacts, &Site) -> Option<(Protocol, String)>,
}

/// All methods; the first that matches is taken. iPXE stands first: it goes on naming the class of the firmware that started it.
pub const METHODS: &[Method] = &[
    ipxe::METHOD,
    uefi_http::METHOD,
    uefi_pxe::METHOD,
    bios_pxe::METHOD,
];

/// What the client shall fetch first, when it is a boot client and the site has something for it.
pub fn boot_answer(facts: &ClientFacts, site: &Site) -> Option<BootAnswer> {
    let method = METHODS.iter().find(|m| (m.matches)(facts))?;
    let (protocol, file) = (method.answer)(facts, site)?;
    Some(BootAnswer {
        method: method.name,
        protocol,
        file,
    })
}

/// True when the client is one that boots: firmware or iPXE, not an operating system.
pub fn is_boot_client(facts: &ClientFacts) -> bool {
    METHODS.iter().any(|m| (m.matches)(facts))
}
