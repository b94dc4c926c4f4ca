//! Descriptions of images: what is refused, what the agent is told, and what never appears in words.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::settings::OwnRamdisk;
use model::boot::KernelArgs;
use serde_json::{Value, json};

const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn node(instance: Value, driver: Value) -> Node {
    let mut node = Node::new(uuid::Uuid::nil(), "redfish", model::Timestamp::default());
    node.instance_info = Guarded::new(instance.as_object().unwrap().clone());
    node.driver_info = Guarded::new(driver.as_object().unwrap().clone());
    node
}

fn checked(instance: Value) -> Result<(), String> {
    check(&node(instance, json!({})), None, true)
}

fn of(source: &str, more: Value) -> Value {
    let mut info = json!({"image_source": source, "image_checksum": DIGEST});
    let fields = info.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    info
}

#[test]
fn sources_and_formats_that_the_agent_takes_pass() {
    for source in [
        "http://i/x",
        "https://u:p@i/x?s=1",
        "HTTPS://i/x",
        "oci://r:5000/a/b:1",
    ] {
        checked(of(source, json!({}))).unwrap();
    }
    for format in ["raw", "qcow2", "QCOW2", "gpt", "auto", "unknown"] {
        checked(of("http://i/x", json!({"image_disk_format": format}))).unwrap();
    }
    checked(json!({"image_source": "oci://r/a:1"})).unwrap();
    checked(of("http://i/x", json!({"image_type": "whole-disk"}))).unwrap();
}

#[test]
fn partition_images_say_what_is_to_be_made_around_them() {
    let sizes =
        json!({"image_type": "partition", "root_gb": "10", "swap_mb": 512, "ephemeral_gb": 3});
    let good = of("http://i/x", sizes);
    checked(good.clone()).unwrap();
    let told = describe(&node(good, json!({})), None, "uefi".into()).unwrap();
    assert_eq!(told.image_type.as_deref(), Some("partition"));
    let wanted = json!({"root_gb": 10, "root_mb": 10240, "swap_mb": 512, "ephemeral_mb": 3072, "ephemeral_format": "ext4",
        "preserve_ephemeral": false, "boot_option": "local", "kernel": null, "ramdisk": null});
    assert_eq!(json!(told.extra), wanted);
    let whole = describe(
        &node(of("http://i/x", json!({})), json!({})),
        None,
        "uefi".into(),
    )
    .unwrap();
    assert!(whole.extra.is_empty() && whole.image_type.as_deref() == Some("whole-disk"));
    for (more, word) in [
        (json!({"swap_mb": 1}), "are for partition images"),
        (json!({"ephemeral_gb": "1"}), "are for partition images"),
        (
            json!({"image_type": "partition", "root_gb": 0}),
            "root_gb is missing",
        ),
        (
            json!({"image_type": "partition", "root_gb": "ten"}),
            "root_gb is not",
        ),
        (
            json!({"image_type": "partition", "root_gb": 1, "swap_mb": -1}),
            "swap_mb is not",
        ),
        (
            json!({"image_type": "partition", "root_gb": 1, "image_disk_format": "gpt"}),
            "gpt",
        ),
        (
            json!({"image_type": "partition", "root_gb": 1, "preserve_ephemeral": "True"}),
            "preserve_ephemeral",
        ),
        (
            json!({"image_type": "partition", "root_gb": 1, "ephemeral_gb": 1, "ephemeral_format": "xfs"}),
            "'xfs'",
        ),
    ] {
        let error = checked(of("http://i/x", more.clone())).unwrap_err();
        assert!(error.contains(word), "{more}: {error}");
    }
    let info = of(
        "http://i/x",
        json!({"image_type": "partition", "root_gb": 1}),
    );
    let mut bios = node(info, json!({}));
    bios.boot_mode = Some("bios".to_owned());
    let error = check(&bios, None, true).unwrap_err();
    assert!(error.contains("UEFI only"), "{error}");
}

#[test]
fn what_cannot_be_deployed_is_refused_with_its_key() {
    for (info, word) in [
        (json!({}), "image_source is missing"),
        (of("file:///x", json!({})), "only URLs of"),
        (of("http://", json!({})), "only URLs of"),
        (of("http://i/a b", json!({})), "only URLs of"),
        (
            of("9c1f5e3a-0000-0000-0000-000000000000", json!({})),
            "only URLs of",
        ),
        (json!({"image_source": "http://i/x"}), "image_checksum"),
        (
            of("http://i/x", json!({"image_os_hash_algo": "sha256"})),
            "image_os_hash_value is not",
        ),
        (
            of("http://i/x", json!({"image_os_hash_value": DIGEST})),
            "image_os_hash_algo is not",
        ),
        (
            of("http://i/x", json!({"image_type": "partition"})),
            "root_gb",
        ),
        (
            of("http://i/x", json!({"kernel": "k", "ramdisk": "r"})),
            "root_gb",
        ),
        (
            of("http://i/x", json!({"boot_iso": "http://i/y.iso"})),
            "exclude each other",
        ),
        (of("http://i/x", json!({"image_type": "x"})), "'x'"),
        (
            of("http://i/x", json!({"image_disk_format": "vmdk"})),
            "'vmdk'",
        ),
        (
            of(
                "http://i/x",
                json!({"image_server_auth_strategy": "http_basic"}),
            ),
            "image_server_user",
        ),
        (
            of("http://i/x", json!({"image_server_auth_strategy": "x"})),
            "unknown",
        ),
    ] {
        let refused = checked(info).unwrap_err();
        assert!(refused.contains(word), "{refused}");
    }
    let refused = checked(of("ftp://u:canary@h/x?canary", json!({}))).unwrap_err();
    assert!(!refused.contains("canary"), "{refused}");
}

#[test]
fn proxies_follow_ironics_rules() {
    let with = |driver: Value| check(&node(of("http://i/x", json!({})), driver), None, true);
    with(json!({"image_http_proxy": "proxy:3128", "image_https_proxy": "https://p", "image_no_proxy": ".a,10.0.0.0/8"}))
        .unwrap();
    let refused = with(json!({"image_http_proxy": "socks5://u:canary@p"})).unwrap_err();
    assert!(
        refused.contains("image_http_proxy") && !refused.contains("canary"),
        "{refused}"
    );
    assert!(with(json!({"image_no_proxy": "*.example.org"})).is_err());
}

#[test]
fn a_registry_is_only_for_the_engines_own_agent() {
    let ramdisk = RamdiskSettings {
        own: Some(OwnRamdisk {
            kernel: "kernel".parse().unwrap(),
            initrd: "initrd".parse().unwrap(),
        }),
        nodes_name_theirs: true,
        append: KernelArgs::default(),
        agent_api_url: String::new(),
        agent_api_ca_pem: None,
    };
    let named = json!({"deploy_kernel": "http://h/k", "deploy_ramdisk": "http://h/r"});
    let stock = node(json!({"image_source": "oci://r/a:1"}), named);
    assert!(
        check(&stock, Some(&ramdisk), true)
            .unwrap_err()
            .contains("deploy_kernel")
    );
    let own = node(json!({"image_source": "oci://r/a:1"}), json!({}));
    check(&own, Some(&ramdisk), true).unwrap();
}

#[test]
fn the_agent_is_told_all_that_concerns_the_image_and_no_words_show_secrets() {
    let described = |instance, driver| {
        let node = node(instance, driver);
        describe(&node, Some("drive-canary"), "uefi".into()).unwrap()
    };
    let info = of(
        "https://images.example/debian.raw.gz?X-Signature=canary#part",
        json!({
            "image_request_authorization_secret": "Bearer canary", "image_pull_secret": "u:canary",
            "image_server_auth_strategy": "http_basic", "image_server_user": "u",
            "image_server_password": "canary",
        }),
    );
    let image = described(
        info,
        json!({"image_https_proxy": "p", "image_no_proxy": "n"}),
    );
    assert_eq!(image.id, "debian.raw.gz");
    assert_eq!(
        (image.disk_format.as_deref(), image.no_proxy.as_deref()),
        (None, Some("n"))
    );
    assert_eq!(image.proxies.get("https").map(String::as_str), Some("p"));
    let header = image.image_request_authorization.as_ref().unwrap();
    assert_eq!(STANDARD.decode(header.expose()).unwrap(), b"Bearer canary");
    assert_eq!(
        image.oci_pull_secret, None,
        "a web server is not given a registry's secret"
    );
    let mut hidden = image;
    // The URL itself has to be told, and is not a secret of its own type.
    hidden.urls.clear();
    assert!(!format!("{hidden:?}").contains("canary"));
    let both = described(
        json!({"image_source": "oci://r/a:1", "image_pull_secret": "instance"}),
        json!({"image_pull_secret": "node"}),
    );
    let secret =
        |image: &ImageInfo| STANDARD.decode(image.oci_pull_secret.as_ref().unwrap().expose());
    assert_eq!(secret(&both).unwrap(), b"instance");
    let fallback = described(
        json!({"image_source": "oci://r/a:1"}),
        json!({"image_pull_secret": "node"}),
    );
    assert_eq!(secret(&fallback).unwrap(), b"node");
}

#[test]
fn md5_can_be_forbidden() {
    let forbidden = |instance: Value| check(&node(instance, json!({})), None, false);
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    for (info, key) in [
        (
            json!({"image_source": "http://i/x", "image_checksum": md5}),
            "image_checksum",
        ),
        (
            json!({"image_source": "http://i/x", "image_checksum": format!("md5:{md5}")}),
            "image_checksum",
        ),
        (
            json!({"image_source": "http://i/x", "image_os_hash_algo": "MD5", "image_os_hash_value": md5}),
            "image_os_hash_algo",
        ),
    ] {
        let error = forbidden(info.clone()).unwrap_err();
        assert!(
            error.contains(key) && error.contains("agents.md5_checksums"),
            "{error}"
        );
        checked(info).unwrap();
    }
    forbidden(of("http://i/x", json!({}))).unwrap();
    forbidden(json!({"image_source": "http://i/x", "image_checksum": "http://i/md5sums"})).unwrap();
    let hash = json!({"image_source": "http://i/x", "image_checksum": md5, "image_os_hash_algo": "sha256", "image_os_hash_value": DIGEST});
    forbidden(hash).unwrap();
}
