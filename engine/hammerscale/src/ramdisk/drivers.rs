//! Which drivers the ramdisk carries, by purpose. It is a list of names and nothing else: what a kernel has of
//! them, and what they depend on, is found out elsewhere.

use super::Profile;

/// Drivers with one purpose.
#[derive(Debug)]
pub struct DriverGroup {
    /// What they are for, in a word or two.
    pub purpose: &'static str,
    /// True if virtual machines in clouds want them as well; the others are for real machines only.
    pub cloud: bool,
    /// Module names.
    pub modules: &'static [&'static str],
}

/// All groups. A driver that a kernel does not have is reported and left out.
pub const GROUPS: &[DriverGroup] = &[
    DriverGroup {
        purpose: "virtual machines",
        cloud: true,
        modules: &[
            "virtio_pci",
            "virtio_blk",
            "virtio_scsi",
            "virtio_net",
            "virtio_rng",
            "hv_vmbus",
            "hv_storvsc",
            "hv_netvsc",
            "pci_hyperv",
            "vmw_pvscsi",
            "vmxnet3",
            "ena",
            "gve",
        ],
    },
    DriverGroup {
        purpose: "disks",
        cloud: true,
        modules: &["sd_mod", "sr_mod", "nvme"],
    },
    DriverGroup {
        purpose: "disk controllers",
        cloud: false,
        modules: &["ahci", "ata_piix", "vmd", "isci", "mptsas", "mptspi"],
    },
    DriverGroup {
        purpose: "RAID controllers and host bus adapters",
        cloud: false,
        modules: &[
            "megaraid_sas",
            "mpt3sas",
            "mpi3mr",
            "hpsa",
            "smartpqi",
            "aacraid",
            "pm80xx",
        ],
    },
    DriverGroup {
        purpose: "USB storage (virtual media)",
        cloud: false,
        modules: &[
            "xhci_pci",
            "ehci_pci",
            "uhci_hcd",
            "ohci_pci",
            "usb_storage",
            "uas",
        ],
    },
    DriverGroup {
        purpose: "network, Intel",
        cloud: false,
        modules: &["e1000", "e1000e", "igb", "igc", "ixgbe", "i40e", "ice"],
    },
    DriverGroup {
        purpose: "network, virtual functions",
        cloud: true,
        modules: &["ixgbevf", "iavf", "mlx4_en", "mlx5_core"],
    },
    DriverGroup {
        purpose: "network, others",
        cloud: false,
        modules: &[
            "bnxt_en", "bnx2", "bnx2x", "tg3", "broadcom", "r8169", "realtek", "qede", "sfc",
            "enic", "cxgb4", "be2net", "atlantic",
        ],
    },
    DriverGroup {
        purpose: "bonds and VLANs",
        cloud: true,
        modules: &["bonding", "8021q"],
    },
    DriverGroup {
        purpose: "the BMC, in band",
        cloud: false,
        modules: &["ipmi_si", "ipmi_devintf", "ipmi_ssif", "i2c_i801"],
    },
    DriverGroup {
        purpose: "software RAID and volumes",
        cloud: true,
        modules: &["md_mod", "raid0", "raid1", "raid10", "raid456", "dm_mod"],
    },
    DriverGroup {
        purpose: "file systems",
        cloud: true,
        modules: &[
            "isofs",
            "vfat",
            "nls_cp437",
            "nls_ascii",
            "nls_iso8859_1",
            "nls_utf8",
            "ext4",
            "efivarfs",
        ],
    },
    DriverGroup {
        purpose: "firmware tables",
        cloud: true,
        modules: &["dmi_sysfs"],
    },
    DriverGroup {
        purpose: "watchdogs",
        cloud: false,
        modules: &["iTCO_wdt", "i6300esb", "hpwdt", "sp5100_tco"],
    },
];

/// The names that a profile asks for; `release` is the kernel's.
#[must_use]
pub fn wanted(profile: Profile, release: &str) -> Vec<&'static str> {
    let cloud_only = match profile {
        Profile::Auto => release.contains("cloud"),
        Profile::Cloud => true,
        Profile::Full => false,
    };
    GROUPS
        .iter()
        .filter(|group| group.cloud || !cloud_only)
        .flat_map(|group| group.modules.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_driver_is_listed_twice_and_names_are_kernel_names() {
        let all = wanted(Profile::Full, "6.1.0-1-amd64");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(
            all.iter()
                .all(|name| !name.contains('-') && !name.ends_with(".ko"))
        );
    }

    #[test]
    fn auto_follows_the_kernel() {
        assert_eq!(
            wanted(Profile::Auto, "6.1.0-1-cloud-amd64"),
            wanted(Profile::Cloud, "")
        );
        assert_eq!(
            wanted(Profile::Auto, "6.1.0-1-amd64"),
            wanted(Profile::Full, "")
        );
        assert!(!wanted(Profile::Cloud, "").contains(&"ahci"));
        assert!(wanted(Profile::Full, "").contains(&"virtio_net"));
    }
}
