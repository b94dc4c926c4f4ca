//! What instance_info may say of a system that boots over the network, and what the machine is given of it.
#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::{Value, json};

fn node(instance: Value, driver: Value) -> Node {
    let mut node = Node::new(uuid::Uuid::nil(), "redfish", model::Timestamp::default());
    node.instance_info = Guarded::new(instance.as_object().unwrap().clone());
    node.driver_info = Guarded::new(driver.as_object().unwrap().clone());
    node
}

fn usual() -> KernelArgs {
    "console=ttyS0".parse().unwrap()
}

fn pair(more: Value) -> Value {
    let mut info = json!({"kernel": "http://i/k", "ramdisk": "https://i/r"});
    let fields = info.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    info
}

#[test]
fn a_kernel_is_told_what_ironic_would_tell_it() {
    for (instance, driver, wanted) in [
        (json!({}), json!({}), "root=/dev/ram0 text console=ttyS0"),
        (
            json!({"ramdisk_kernel_arguments": "a=1  b"}),
            json!({}),
            "root=/dev/ram0 text console=ttyS0 a=1 b",
        ),
        (
            json!({"kernel_append_params": "x", "ramdisk_kernel_arguments": "a"}),
            json!({"kernel_append_params": "y"}),
            "root=/dev/ram0 text x a",
        ),
        (
            json!({}),
            json!({"kernel_append_params": "%default% y"}),
            "root=/dev/ram0 text console=ttyS0 y",
        ),
    ] {
        let found = what(&node(pair(instance), driver), &usual()).unwrap();
        let BootWhat::Instance {
            kernel,
            initrd,
            args,
        } = found
        else {
            panic!("{found:?}");
        };
        assert_eq!(
            (kernel.as_str(), initrd.as_str(), args.to_string().as_str()),
            ("http://i/k", "https://i/r", wanted)
        );
    }
}

#[test]
fn a_medium_is_booted_as_it_is() {
    let found = what(
        &node(
            json!({"boot_iso": "http://i/live.iso"}),
            json!({"kernel_append_params": "y"}),
        ),
        &usual(),
    );
    let BootWhat::Medium { url } = found.unwrap() else {
        panic!("no medium");
    };
    assert_eq!(url.as_str(), "http://i/live.iso");
}

#[test]
fn what_cannot_be_booted_is_refused_with_its_key() {
    for (info, words) in [
        (json!({}), "names nothing to boot"),
        (
            json!({"image_source": "http://i/x"}),
            "names nothing to boot",
        ),
        (
            json!({"kernel": "http://i/k"}),
            "instance_info/ramdisk is not",
        ),
        (
            json!({"ramdisk": "http://i/r"}),
            "instance_info/kernel is not",
        ),
        (
            json!({"boot_iso": "http://i/x.iso", "kernel": "http://i/k"}),
            "boot_iso and instance_info/kernel exclude",
        ),
        (
            json!({"boot_iso": "http://i/x.iso", "image_source": "http://i/x"}),
            "boot_iso and instance_info/image_source exclude",
        ),
        (
            json!({"boot_iso": "http://i/x.iso", "ramdisk_kernel_arguments": "a"}),
            "instance_info/ramdisk_kernel_arguments says",
        ),
        (
            json!({"boot_iso": "file:///x.iso"}),
            "instance_info/boot_iso",
        ),
        (
            json!({"boot_iso": "http://i/x.iso?sig=1"}),
            "instance_info/boot_iso",
        ),
        (
            pair(json!({"ramdisk_kernel_arguments": "a ${net0/mac}"})),
            "instance_info/ramdisk_kernel_arguments: kernel argument",
        ),
        (
            pair(json!({"kernel_append_params": "initrd=x"})),
            "instance_info/kernel_append_params: kernel argument",
        ),
    ] {
        let error = what(&node(info.clone(), json!({})), &usual()).unwrap_err();
        assert!(error.to_string().contains(words), "{info}: {error}");
    }
}

#[test]
fn it_takes_network_boot_and_an_interface_that_boots() {
    let mut node = node(json!({"boot_iso": "http://i/live.iso"}), json!({}));
    let error = check(&node, None).unwrap_err();
    assert!(error.to_string().contains("netboot is off"), "{error}");
    node.interfaces
        .insert(InterfaceKind::Boot, "fake".to_owned());
    let error = check(&node, None).unwrap_err();
    assert!(error.to_string().contains("'fake'"), "{error}");
}
