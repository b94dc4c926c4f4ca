//! iPXE, as a network card's ROM or as the program that another method started: it gets the URL of its script.

use super::{Method, Protocol};
use crate::dhcp::ClientFacts;
use crate::site::Site;

pub(super) const METHOD: Method = Method {
    name: "ipxe",
    matches: ClientFacts::is_ipxe,
    answer,
};

/// The URL names the card that asked, so that the script speaks of that card and not of iPXE's first one.
fn answer(facts: &ClientFacts, site: &Site) -> Option<(Protocol, String)> {
    Some((
        Protocol::Url,
        format!("{}/boot.ipxe?mac={}", site.http_root(), facts.mac),
    ))
}
