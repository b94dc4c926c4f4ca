//! Golden scripts; what they do in iPXE itself is tried with virtual machines.

use super::*;
use crate::session::tests::{MAC, order, site};
use crate::site::DhcpMode;

#[test]
fn golden_ramdisk() {
    let script = render(&site(DhcpMode::Server), MAC, &order(true));
    let expected = "#!ipxe\nset attempt:int32 0\nset pause:int32 1\n:again\nimgfree\n\
        kernel --name kernel http://10.0.0.1:8080/artefacts/vmlinuz initrd=identity initrd=ramdisk console=ttyS0 quiet BOOTIF=01-52-54-00-00-00-01 || goto failed\n\
        initrd --name identity http://10.0.0.1:8080/identity?mac=52:54:00:00:00:01 || goto failed\n\
        initrd --name ramdisk http://10.0.0.1:8080/artefacts/agent.img || goto failed\n\
        boot || goto failed\n:failed\nimgfree\ninc attempt\niseq ${attempt} 8 && exit 1 ||\n\
        echo Attempt ${attempt} failed, again in ${pause} s\nsleep ${pause}\ninc pause ${pause}\ngoto again\n";
    assert_eq!(script, expected);
}

#[test]
#[allow(clippy::unwrap_used)]
fn a_named_ramdisk_comes_from_where_it_is() {
    let mut order = order(true);
    order.what = BootWhat::NamedRamdisk {
        kernel: "http://192.0.2.9/ipa.kernel".parse().unwrap(),
        initrd: "https://192.0.2.9/ipa.initramfs".parse().unwrap(),
        args: "a=b".parse().unwrap(),
    };
    let script = render(&site(DhcpMode::Server), MAC, &order);
    for line in [
        "kernel --name kernel http://192.0.2.9/ipa.kernel initrd=identity initrd=ramdisk a=b BOOTIF=01-52-54-00-00-00-01 || goto failed\n",
        "initrd --name identity http://10.0.0.1:8080/identity?mac=52:54:00:00:00:01 || goto failed\n",
        "initrd --name ramdisk https://192.0.2.9/ipa.initramfs || goto failed\n",
    ] {
        assert!(script.contains(line), "{script}");
    }
}

#[test]
fn golden_disk() {
    let script = render(&site(DhcpMode::Server), MAC, &order(false));
    assert_eq!(
        script,
        "#!ipxe\niseq ${platform} efi && exit 1 ||\nsanboot --no-describe --drive 0x80 || exit 1\n"
    );
}

#[test]
fn the_card_that_boots_is_the_one_named() {
    let mut order = order(true);
    if let BootWhat::Ramdisk { args, .. } = &mut order.what {
        assert!(args.push("BOOTIF=01-00-00-00-00-00-00").is_ok());
    }
    let script = render(&site(DhcpMode::Server), MAC, &order);
    assert_eq!(script.matches("BOOTIF=").count(), 1);
    assert!(script.contains("BOOTIF=01-52-54-00-00-00-01"));
}

#[test]
fn an_ipxe_without_a_name_is_asked_for_it() {
    let script = render_who_are_you(&site(DhcpMode::Off));
    assert_eq!(
        script,
        "#!ipxe\nchain http://10.0.0.1:8080/boot.ipxe?mac=${mac} || exit 1\n"
    );
}
