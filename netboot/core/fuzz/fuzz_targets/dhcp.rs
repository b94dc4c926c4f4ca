//! Any bytes as a DHCP packet, through the reader and the probe.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::mac::MacAddress;
use netboot_core::dhcp::{ClientFacts, Listener, Packet};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(packet) = Packet::decode(bytes) {
        if let Ok(facts) = ClientFacts::read(&packet, Listener::Server) {
            let _ = (facts.architecture(), facts.relay_port(), netboot_core::methods::is_boot_client(&facts));
        }
        let mac = [2, 0, 0, 0, 0, 1];
        let _ = netboot_core::probe::answer(bytes, MacAddress::new(mac), packet.xid);
    }
});

