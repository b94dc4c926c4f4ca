//! UEFI HTTP boot: the firmware loads iPXE over HTTP from a URL, and takes only an offer of class `HTTPClient` (UEFI 2.10 section 24.7).

use super::{Method, Protocol};
use crate::dhcp::{Architecture, ClientFacts, VendorClass};
use crate::site::Site;

pub(super) const METHOD: Method = Method {
    name: "uefi_http",
    matches,
    answer,
};

fn matches(facts: &ClientFacts) -> bool {
    facts.vendor_class == VendorClass::Http
}

fn answer(facts: &ClientFacts, site: &Site) -> Option<(Protocol, String)> {
    let program = match facts.architecture()? {
        Architecture::UefiHttpX64 => site.programs.uefi_x64.as_ref(),
        Architecture::UefiHttpArm64 => site.programs.uefi_arm64.as_ref(),
        _ => None,
    };
    Some((
        Protocol::HttpBoot,
        format!("{}/artefacts/{}", site.http_root(), program?),
    ))
}
