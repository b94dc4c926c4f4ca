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
#[allow(clippy::unwrap_used)]
fn a_deployed_system_is_tried_until_it_boots_and_the_disk_never_is() {
    let again = ":failed\nimgfree\necho The deployed system could not be booted, again in ${pause} s\nsleep ${pause}\n\
        iseq ${pause} 64 || inc pause ${pause}\ngoto again\n";
    let begin = "#!ipxe\nset pause:int32 1\n:again\nimgfree\n";
    let url = |text: &str| text.parse().unwrap();
    for (args, line) in [("", ""), ("root=/dev/ram0 text", " root=/dev/ram0 text")] {
        let mut order = order(true);
        order.what = BootWhat::Instance {
            kernel: url("http://192.0.2.9/live/vmlinuz"),
            initrd: url("http://192.0.2.9/live/initrd"),
            args: args.parse().unwrap(),
        };
        let expected = format!(
            "{begin}kernel --name kernel http://192.0.2.9/live/vmlinuz initrd=ramdisk{line} || goto failed\n\
             initrd --name ramdisk http://192.0.2.9/live/initrd || goto failed\nboot || goto failed\n{again}"
        );
        assert_eq!(render(&site(DhcpMode::Server), MAC, &order), expected);
    }
    let mut order = order(true);
    order.what = BootWhat::Medium {
        url: url("http://192.0.2.9/live.iso"),
    };
    assert_eq!(
        render(&site(DhcpMode::Server), MAC, &order),
        format!("{begin}sanboot http://192.0.2.9/live.iso || goto failed\n{again}")
    );
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
