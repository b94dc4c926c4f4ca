//! BIOS PXE: the ROM loads iPXE (`undionly.kpxe`) over TFTP.

use super::{Method, Protocol};
use crate::dhcp::{Architecture, ClientFacts, VendorClass};
use crate::site::Site;

pub(super) const METHOD: Method = Method {
    name: "bios_pxe",
    matches,
    answer,
};

/// Old ROMs name no architecture; all that do and are not BIOS have their own method or none.
fn matches(facts: &ClientFacts) -> bool {
    let bios = facts.architectures.is_empty() || facts.architecture() == Some(Architecture::Bios);
    facts.vendor_class == VendorClass::Pxe && bios
}

fn answer(_: &ClientFacts, site: &Site) -> Option<(Protocol, String)> {
    Some((Protocol::Tftp, site.programs.bios.as_ref()?.to_string()))
}
