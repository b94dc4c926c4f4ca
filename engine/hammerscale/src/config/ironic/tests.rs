//! Every verdict on settings of Ironic, table by table: what is taken, what is not, and that no secret is shown.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::keys::KEYS;
use std::collections::BTreeMap;

struct Outcome {
    keys: BTreeMap<&'static str, String>,
    remarks: BTreeMap<String, Vec<Verdict>>,
    problems: Vec<String>,
}

impl Outcome {
    fn key(&self, name: &str) -> Option<&str> {
        self.keys.get(name).map(String::as_str)
    }

    fn word(&self, setting: &str) -> &'static str {
        match self.remarks.get(setting).and_then(|it| it.first()) {
            None => "silent",
            Some(Verdict::Taken { .. }) => "taken",
            Some(Verdict::NoMeaning(_)) => "no meaning",
            Some(Verdict::NotYet(_)) => "not yet",
            Some(Verdict::Unknown) => "unknown",
        }
    }
}

fn read_with(pairs: &[(&str, &str)], conf: Option<&str>, root: &Path) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ironic.conf");
    if let Some(text) = conf {
        std::fs::write(&file, text).unwrap();
    }
    let surroundings = Surroundings {
        variables: pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        root: false,
    };
    let sources = IronicSources {
        conf: conf.is_some().then_some(file.as_path()),
        root,
    };
    let mut problems = Vec::new();
    let reading = read(sources, &surroundings, &mut problems);
    let mut outcome = Outcome {
        keys: BTreeMap::new(),
        remarks: BTreeMap::new(),
        problems: problems.iter().map(ToString::to_string).collect(),
    };
    for fragment in reading.fragments {
        let text = match fragment.value {
            crate::config::fragments::Raw::One(text) => text,
            crate::config::fragments::Raw::Many(items) => items.join(","),
        };
        outcome.keys.insert(fragment.key, text);
    }
    for remark in reading.remarks {
        outcome
            .remarks
            .entry(remark.setting)
            .or_default()
            .push(remark.verdict);
    }
    outcome
}

fn env(pairs: &[(&str, &str)]) -> Outcome {
    read_with(pairs, None, Path::new("/does/not/exist"))
}

fn conf(text: &str) -> Outcome {
    read_with(&[], Some(text), Path::new("/does/not/exist"))
}

#[test]
fn every_rule_names_a_key_that_there_is() {
    let named = variables::VARIABLES
        .iter()
        .map(|(_, rule)| rule)
        .chain(options::OPTIONS.iter().map(|(_, _, rule)| rule));
    for rule in named {
        if let Rule::Key(key, _) = rule
            && !key.is_empty()
        {
            assert!(KEYS.iter().any(|it| it.path == *key), "{key} is no key");
        }
    }
    assert!(
        KEYS.iter().any(|it| it.path == ACCOUNTS),
        "{ACCOUNTS} is no key"
    );
}

#[test]
fn single_variables_set_their_keys() {
    for (name, value, key, expected) in [
        (
            "PROVISIONING_INTERFACE",
            "eth1",
            "netboot.interface",
            "eth1",
        ),
        ("HTTP_PORT", "6180", "netboot.http_port", "6180"),
        (
            "IRONIC_BASE_URL",
            "https://h:6385/",
            "api.public_endpoint",
            "https://h:6385",
        ),
        ("IRONIC_CONDUCTOR_HOST", "metal", "conductor.name", "metal"),
        ("GATEWAY_IP", "172.22.0.1", "netboot.router", "172.22.0.1"),
        (
            "DNS_IP",
            "1.1.1.1,8.8.8.8",
            "netboot.dns",
            "1.1.1.1,8.8.8.8",
        ),
        (
            "IRONIC_KERNEL_PARAMS",
            " console=ttyS0  quiet ",
            "netboot.kernel_append_params",
            "console=ttyS0 quiet",
        ),
        (
            "IRONIC_FAST_TRACK",
            "False",
            "conductor.fast_track",
            "false",
        ),
        (
            "IRONIC_AUTOMATED_CLEAN",
            "1",
            "conductor.automated_clean",
            "true",
        ),
        (
            "OS_CONDUCTOR__AUTOMATED_CLEAN",
            "no",
            "conductor.automated_clean",
            "false",
        ),
        ("OS_DEFAULT__HOST", "metal", "conductor.name", "metal"),
        (
            "OS_DEPLOY__ERASE_DEVICES_PRIORITY",
            "10",
            "cleaning.erase_devices_priority",
            "10",
        ),
        (
            "OS_PXE__KERNEL_APPEND_PARAMS",
            "%default% x=1",
            "netboot.kernel_append_params",
            "x=1",
        ),
        ("OS_FAKE__DEPLOY_DELAY", "1, 5", "fake.deploy_delay", "1,5"),
        ("OS_FAKE__POWER_DELAY", "2", "fake.power_delay", "2"),
        (
            "OS_API__DISALLOW_CLEAN_STEPS",
            "vendor.send_raw,bios.factory_reset",
            "steps.disallowed_in_cleaning",
            "vendor.send_raw,bios.factory_reset",
        ),
        (
            "OS_DEFAULT__ENABLED_HARDWARE_TYPES",
            "nosuch,fake-hardware,redfish",
            "hardware.enabled_types",
            "fake-hardware,redfish",
        ),
    ] {
        let outcome = env(&[(name, value)]);
        assert_eq!(outcome.key(key), Some(expected), "{name}={value}");
        assert_eq!(outcome.word(name), "taken", "{name}");
        assert!(
            outcome.problems.is_empty(),
            "{name}: {:?}",
            outcome.problems
        );
    }
}

#[test]
fn every_setting_gets_a_verdict_that_says_why() {
    for (name, value, word) in [
        ("IRONIC_USE_MARIADB", "true", "no meaning"),
        ("NUMWORKERS", "4", "no meaning"),
        ("IRONIC_RAMDISK_SSH_KEY", "ssh-rsa x", "no meaning"),
        ("IRONIC_TLS_12_CIPHERS", "x", "no meaning"),
        ("DHCP_HOSTS", "x", "not yet"),
        ("DNS_IP", "provisioning", "not yet"),
        ("IRONIC_NETWORKING_ENABLED", "true", "not yet"),
        ("DEPLOY_KERNEL_URL_AARCH64", "file:///x", "not yet"),
        ("PROVISIONING_IP", "fd00::1", "not yet"),
        ("IRONIC_MADE_UP", "x", "unknown"),
        ("OS_NOVA__X", "x", "unknown"),
        ("OS_NEUTRON__ANYTHING", "x", "not yet"),
        ("OS_FAKE__RAID_DELAY", "1", "no meaning"),
        (
            "OS_DEFAULT__ENABLED_BIOS_INTERFACES",
            "redfish",
            "no meaning",
        ),
        ("OS_DEFAULT__AUTH_STRATEGY", "http_basic", "no meaning"),
        ("OS_DEFAULT__AUTH_STRATEGY", "keystone", "not yet"),
        ("OS_CONDUCTOR__DEPLOY_CALLBACK_TIMEOUT", "0", "not yet"),
        (
            "OS_DATABASE__CONNECTION",
            "mysql://me:pa55@h/x",
            "no meaning",
        ),
        // Not Ironic's.
        ("OS_CLOUD", "x", "silent"),
        ("HOME", "/root", "silent"),
        ("IRONIC_FAST_TRACK", "", "silent"),
    ] {
        let outcome = env(&[(name, value)]);
        assert_eq!(outcome.word(name), word, "{name}={value}");
        assert!(
            outcome.problems.is_empty(),
            "{name}: {:?}",
            outcome.problems
        );
    }
}

#[test]
fn a_value_that_cannot_be_understood_is_a_problem() {
    for (name, value) in [
        ("IRONIC_FAST_TRACK", "maybe"),
        ("HTTP_PORT", "eighty"),
        ("GATEWAY_IP", "router"),
        ("PROVISIONING_IP", "here"),
        ("LISTEN_ALL_INTERFACES", "some"),
        ("IRONIC_LISTEN_PORT", "99999"),
        ("DHCP_RANGE", "172.22.0.10"),
        (
            "DHCP_RANGE",
            "172.22.0.10,172.22.0.100,255.255.255.0,infinite",
        ),
        ("OS_API__PORT", "x"),
        ("OS_FAKE__DEPLOY_DELAY", "soon"),
        ("OS_DEFAULT__AUTH_STRATEGY", "magic"),
    ] {
        let pairs = [(name, value), ("PROVISIONING_INTERFACE", "eth1")];
        let outcome = env(&pairs);
        assert_eq!(outcome.problems.len(), 1, "{name}={value}");
        assert!(outcome.problems[0].contains(name), "{:?}", outcome.problems);
    }
}

#[test]
fn the_api_listens_where_ironic_would() {
    for (pairs, expected) in [
        (
            &[("LISTEN_ALL_INTERFACES", "true")][..],
            Some("0.0.0.0:6385"),
        ),
        (&[("PROVISIONING_INTERFACE", "eth1")], Some("0.0.0.0:6385")),
        (
            &[
                ("PROVISIONING_IP", "172.22.0.2/24"),
                ("LISTEN_ALL_INTERFACES", "false"),
            ],
            Some("172.22.0.2:6385"),
        ),
        (
            &[("IRONIC_IP", "fd00::2"), ("LISTEN_ALL_INTERFACES", "false")],
            Some("[fd00::2]:6385"),
        ),
        (&[("IRONIC_ACCESS_PORT", "7000")], Some("0.0.0.0:7000")),
        (
            &[
                ("IRONIC_ACCESS_PORT", "7000"),
                ("IRONIC_LISTEN_PORT", "7001"),
            ],
            Some("0.0.0.0:7001"),
        ),
        (&[("LISTEN_ALL_INTERFACES", "false")], None),
        (&[("IRONIC_FAST_TRACK", "true")], None),
        (
            &[("OS_API__HOST_IP", "127.0.0.1"), ("OS_API__PORT", "7002")],
            Some("127.0.0.1:7002"),
        ),
        (&[("OS_API__HOST_IP", "::1")], Some("[::1]:6385")),
    ] {
        assert_eq!(env(pairs).key("api.listen"), expected, "{pairs:?}");
    }
}

#[test]
fn dnsmasqs_ranges_become_leases() {
    let range = |value: &str| env(&[("DHCP_RANGE", value)]);
    let plain = range("172.22.0.10,172.22.0.100");
    assert_eq!(plain.key("netboot.dhcp"), Some("server"));
    assert_eq!(plain.key("netboot.range_start"), Some("172.22.0.10"));
    assert_eq!(plain.key("netboot.range_end"), Some("172.22.0.100"));
    assert_eq!(plain.key("netboot.netmask"), None);
    let full = range("set:a,172.22.0.10,172.22.0.100,255.255.0.0,172.22.255.255,2h");
    assert_eq!(full.key("netboot.netmask"), Some("255.255.0.0"));
    assert_eq!(full.key("netboot.lease_seconds"), Some("7200"));
    let proxy = range("172.22.0.0,proxy");
    assert_eq!(proxy.key("netboot.dhcp"), Some("proxy"));
    assert_eq!(proxy.key("netboot.range_start"), None);
    let two = range("fd00::10,fd00::20;172.22.0.10,172.22.0.100");
    assert_eq!(two.key("netboot.range_start"), Some("172.22.0.10"));
    assert_eq!(two.word("DHCP_RANGE"), "not yet");
    assert_eq!(range("fd00::10,fd00::20").key("netboot.dhcp"), None);
    assert_eq!(range("172.22.0.0,static").word("DHCP_RANGE"), "not yet");
    let known = env(&[
        ("DHCP_RANGE", "172.22.0.10,172.22.0.100"),
        ("DHCP_IGNORE", "tag:!known"),
    ]);
    assert_eq!(known.key("netboot.dhcp"), Some("known"));
    let place = env(&[("PROVISIONING_IP", "172.22.0.2/20")]);
    assert_eq!(place.key("netboot.address"), Some("172.22.0.2"));
    assert_eq!(place.key("netboot.netmask"), Some("255.255.240.0"));
}

#[test]
fn an_ironic_conf_is_weaker_than_the_variables_and_these_than_overrides() {
    let text = "[conductor]\nautomated_clean = false\n[deploy]\nfast_track = false\n[api]\nport = 7000\n\
                [neutron]\nurl = x\n[made_up]\nthing = 1\n[redfish]\nkernel_append_params = $x\n[pxe]\nkernel_append_params = $other\n";
    let alone = conf(text);
    assert_eq!(alone.key("conductor.automated_clean"), Some("false"));
    assert_eq!(alone.key("api.listen"), Some("0.0.0.0:7000"));
    assert_eq!(alone.word("[neutron] url"), "not yet");
    assert_eq!(alone.word("[made_up] thing"), "unknown");
    assert_eq!(alone.word("[pxe] kernel_append_params"), "not yet");
    let root = Path::new("/does/not/exist");
    let pairs = [
        ("IRONIC_AUTOMATED_CLEAN", "true"),
        ("IRONIC_FAST_TRACK", "true"),
        ("OS_DEPLOY__FAST_TRACK", "false"),
    ];
    let both = read_with(&pairs, Some(text), root);
    assert_eq!(both.key("conductor.automated_clean"), Some("true"));
    assert_eq!(both.key("conductor.fast_track"), Some("false"));
}

#[test]
fn certificates_and_users_are_found_where_ironic_image_has_them() {
    let root = tempfile::tempdir().unwrap();
    for folder in ["certs/ironic", "auth/ironic"] {
        std::fs::create_dir_all(root.path().join(folder)).unwrap();
    }
    let none = read_with(&[], None, root.path());
    assert!(none.keys.is_empty());
    for file in [
        "certs/ironic/tls.crt",
        "certs/ironic/tls.key",
        "auth/ironic/htpasswd",
    ] {
        std::fs::write(root.path().join(file), "x").unwrap();
    }
    let found = read_with(&[], None, root.path());
    let ends = |key: &str, end: &str| found.key(key).is_some_and(|it| it.ends_with(end));
    assert!(ends("api.tls_certificate", "/certs/ironic/tls.crt"));
    assert!(ends("api.tls_key", "/certs/ironic/tls.key"));
    assert!(ends(ACCOUNTS, "/auth/ironic/htpasswd"));
}

#[test]
fn no_remark_shows_a_secret() {
    let outcome = env(&[
        ("MARIADB_PASSWORD", "pa55"),
        ("IRONIC_HTPASSWD", "me:pa55"),
        ("OS_DATABASE__CONNECTION", "mysql://me:pa55@h/x"),
        ("IRONIC_FAST_TRACK", "pa55"),
    ]);
    let told = format!("{:?} {:?}", outcome.remarks, outcome.problems);
    assert!(!told.contains("pa55"), "{told}");
}
