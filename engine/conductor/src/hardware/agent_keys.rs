//! The keys of driver_info that the agent is told of, whatever the hardware type.

use ports::hardware::DriverProperty;

/// The keys.
pub(super) const PROPERTIES: &[DriverProperty] = &[
    DriverProperty {
        key: "deploy_kernel",
        description: "The URL of the kernel of an agent to boot instead of this engine's own, as ironic-python-agent. With deploy_ramdisk. Optional.",
    },
    DriverProperty {
        key: "deploy_ramdisk",
        description: "The URL of that agent's initramfs. With deploy_kernel. Optional.",
    },
    DriverProperty {
        key: "force_persistent_boot_device",
        description: "How long a boot device that the engine sets holds: Always, Never (for the next boot alone) or Default. Optional.",
    },
    DriverProperty {
        key: "kernel_append_params",
        description: "What the kernel of a deployed ramdisk is told instead of netboot.kernel_append_params; %default% stands for those. Optional.",
    },
    DriverProperty {
        key: "image_http_proxy",
        description: "The proxy that the agent uses to fetch images by http. Optional.",
    },
    DriverProperty {
        key: "image_https_proxy",
        description: "The proxy that the agent uses to fetch images by https. Optional.",
    },
    DriverProperty {
        key: "image_pull_secret",
        description: "The secret for images in a registry (oci://) whose instance_info names none: user:password, or a token. Optional.",
    },
    DriverProperty {
        key: "image_no_proxy",
        description: "Hosts, addresses and domains that the agent reaches without those proxies, separated by commas. Optional.",
    },
];
