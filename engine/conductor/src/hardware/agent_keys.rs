//! The keys of driver_info that the agent is told of, whatever the hardware type.

use ports::hardware::DriverProperty;

/// The keys.
pub(super) const PROPERTIES: &[DriverProperty] = &[
    DriverProperty {
        key: "image_http_proxy",
        description: "The proxy that the agent uses to fetch images by http. Optional.",
    },
    DriverProperty {
        key: "image_https_proxy",
        description: "The proxy that the agent uses to fetch images by https. Optional.",
    },
    DriverProperty {
        key: "image_no_proxy",
        description: "Hosts, addresses and domains that the agent reaches without those proxies, separated by commas. Optional.",
    },
];
