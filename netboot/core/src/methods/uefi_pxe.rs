//! UEFI PXE: the firmware loads iPXE (`snponly.efi`) over TFTP.

use super::{Method, Protocol};
use crate::dhcp::{Architecture, ClientFacts, VendorClass};
use crate::site::Site;

pub(super) const METHOD: Method = Method {
    name: "uefi_pxe",
    matches,
    answer,
};

fn matches(facts: &ClientFacts) -> bool {
    facts.vendor_class == VendorClass::Pxe
        && matches!(
            facts.architecture(),
            Some(Architecture::UefiX64 | Architecture::UefiArm64)
        )
}

fn answer(facts: &ClientFacts, site: &Site) -> Option<(Protocol, String)> {
    let program = match facts.architecture()? {
        Architecture::UefiArm64 => site.programs.uefi_arm64.as_ref(),
        _ => site.programs.uefi_x64.as_ref(),
    };
    Some((Protocol::Tftp, program?.to_string()))
}
