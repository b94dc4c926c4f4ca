//! The configuration's own proof: precedence, every bad value, and the generated reference.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

fn home() -> Surroundings {
    let variables = BTreeMap::from([("HOME".to_owned(), "/home/me".to_owned())]);
    Surroundings {
        variables,
        root: false,
    }
}

fn with(variables: &[(&str, &str)]) -> Surroundings {
    let mut surroundings = home();
    for (name, value) in variables {
        surroundings
            .variables
            .insert((*name).to_owned(), (*value).to_owned());
    }
    surroundings
}

fn from_toml(text: &str) -> Result<Configuration, Problems> {
    let mut file = tempfile();
    file.1.write_all(text.as_bytes()).unwrap();
    let result = load(Some(&file.0), &home(), &[]);
    std::fs::remove_file(&file.0).unwrap();
    result
}

/// A file of this process and test alone, in the system's folder for such.
fn tempfile() -> (std::path::PathBuf, std::fs::File) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let name = format!("hammerscale-config-{}-{number}.toml", std::process::id());
    let path = std::env::temp_dir().join(name);
    let file = std::fs::File::create(&path).unwrap();
    (path, file)
}

/// The problems of a configuration, one a line.
fn problems(result: Result<Configuration, Problems>) -> String {
    let problems = result.expect_err("must be refused");
    let lines: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn without_any_configuration_it_runs() {
    let settings = load(None, &home(), &[]).unwrap().settings;
    assert_eq!(settings.api.listen.to_string(), "127.0.0.1:6385");
    assert_eq!(
        settings.data_dir.to_str(),
        Some("/home/me/.local/share/hammerscale")
    );
    assert_eq!(
        settings.database_url.expose(),
        "sqlite:/home/me/.local/share/hammerscale/hammerscale.db"
    );
    assert_eq!(
        settings.sealing_key_file.to_str(),
        Some("/home/me/.config/hammerscale/sealing.key")
    );
    assert_eq!(settings.netboot, None);
    assert_eq!(
        settings.enabled_hardware_types,
        ["redfish", "idrac", "manual-management", "fake-hardware"]
    );
    assert_eq!(settings.timeouts.agent_boot, Duration::from_secs(900));
    assert!(settings.default_interfaces.is_empty());
}

#[test]
fn root_keeps_its_data_where_the_system_does() {
    let root = Surroundings {
        variables: BTreeMap::new(),
        root: true,
    };
    let settings = load(None, &root, &[]).unwrap().settings;
    assert_eq!(settings.data_dir.to_str(), Some("/var/lib/hammerscale"));
    assert_eq!(
        settings.sealing_key_file.to_str(),
        Some("/etc/hammerscale/sealing.key")
    );
}

#[test]
fn without_a_home_the_folders_must_be_named() {
    let nowhere = Surroundings::default();
    let told = problems(load(None, &nowhere, &[]));
    for key in ["data_dir", "database_url", "sealing_key_file"] {
        assert!(told.contains(&format!("{key}: has no value")), "{told}");
    }
}

#[test]
fn flags_go_before_variables_and_variables_before_the_file() {
    let (path, mut file) = tempfile();
    file.write_all(b"[timeouts]\npower = 1\ninspection = 1\nagent_boot = 1\n")
        .unwrap();
    let variables = with(&[
        ("HAMMERSCALE_TIMEOUTS__POWER", "2"),
        ("HAMMERSCALE_TIMEOUTS__INSPECTION", "2"),
    ]);
    let flags = [("timeouts.power", "3".to_owned())];
    let timeouts = load(Some(&path), &variables, &flags)
        .unwrap()
        .settings
        .timeouts;
    std::fs::remove_file(&path).unwrap();
    let seconds = [timeouts.power, timeouts.inspection, timeouts.agent_boot];
    assert_eq!(seconds.map(|it| it.as_secs()), [3, 2, 1]);
}

#[test]
fn all_problems_are_told_at_once() {
    let told = problems(from_toml(
        "colour = 'red'\n[api]\nlissen = 'x'\nlisten = 'nowhere'\n[log]\nformat = 'jsn'\n[timeouts]\npower = 0\ninspection = 'soon'\n",
    ));
    assert!(told.contains("'colour'"), "{told}");
    assert!(
        told.contains("'api.lissen'") && told.contains("did you mean 'api.listen'"),
        "{told}"
    );
    assert!(told.contains("api.listen = 'nowhere'"), "{told}");
    assert!(
        told.contains("log.format = 'jsn'") && told.contains("did you mean 'json'"),
        "{told}"
    );
    assert!(
        told.contains("timeouts.power = '0'") && told.contains("from 1 to 86400"),
        "{told}"
    );
    assert!(
        told.contains("timeouts.inspection = '\"soon\"'") && told.contains("number without quotes"),
        "{told}"
    );
}

#[test]
fn an_unknown_variable_is_told_with_the_likely_one() {
    let told = problems(load(
        None,
        &with(&[("HAMMERSCALE_API_LISTEN", "127.0.0.1:1")]),
        &[],
    ));
    assert!(
        told.contains("did you mean HAMMERSCALE_API__LISTEN?"),
        "{told}"
    );
    assert!(load(None, &with(&[("HAMMERSCALE_URL", "http://x")]), &[]).is_ok());
    assert!(load(None, &with(&[("HAMMERSCALE_LOG__FORMAT", "")]), &[]).is_ok());
}

/// Each key with a value that it must refuse.
#[test]
fn every_key_refuses_a_bad_value_and_names_itself() {
    let good_for_all = ["development", "database_url"];
    for key in KEYS {
        let bad = match key.kind {
            Kind::Switch | Kind::Whole(..) | Kind::Choice(_) => "perhaps",
            Kind::Choices(_) => "perhaps,redfish",
            Kind::Path => continue,
            Kind::Text(_) | Kind::Texts(_) => match key.path {
                "netboot.kernel_append_params" => "a\nb",
                _ => "no such/thing !",
            },
        };
        let told = problems(load(None, &home(), &[(key.path, bad.to_owned())]));
        assert!(
            told.contains(key.path) && told.contains("allowed is"),
            "{} = {bad}: {told}",
            key.path
        );
        assert!(
            told.contains(&format!("flag --{}", key.flag())) || good_for_all.contains(&key.path),
            "{told}"
        );
    }
}

#[test]
fn every_fixed_default_is_allowed_and_every_key_has_its_own_flag_and_variable() {
    let mut flags = std::collections::BTreeSet::new();
    let mut variables = std::collections::BTreeSet::new();
    for key in KEYS {
        assert!(flags.insert(key.flag()), "{}", key.flag());
        assert!(variables.insert(key.variable()), "{}", key.variable());
    }
    assert!(load(None, &home(), &[]).is_ok());
}

#[test]
fn contradictions_are_told() {
    let cases: &[(&str, &str)] = &[
        (
            "api.listen = '0.0.0.0:6385'",
            "without TLS and authentication",
        ),
        (
            "api = {listen = '[::]:6385', tls_certificate = '/c', tls_key = '/k'}",
            "htpasswd -B -c FILE NAME",
        ),
        (
            "api = {listen = '[::]:6385', htpasswd_file = '/u'}",
            "passwords can be read on the way",
        ),
        ("api.roles = ['a=admin']", "api.htpasswd_file: is missing"),
        (
            "api = {htpasswd_file = '/u', roles = ['a=admin', 'a=reader:b']}",
            "a has two roles",
        ),
        (
            "api = {htpasswd_file = '/u', roles = ['a=owner']}",
            "manager:PROJECT",
        ),
        ("api.tls_key = '/k'", "api.tls_certificate: is missing"),
        (
            "agents.tls_certificate = '/c'",
            "agents.tls_key: is missing",
        ),
        ("agents.listen = '0.0.0.0:6386'", "agents.listen"),
        (
            "sealing_key_file = '/home/me/.local/share/hammerscale/key'",
            "lies in the data folder",
        ),
        (
            "bmc.allowed_networks = ['127.0.0.0/8']",
            "needs development",
        ),
        (
            "bmc.allowed_networks = ['::ffff:127.0.0.1']",
            "needs development",
        ),
        ("hardware.enabled_types = []", "no node could be created"),
        ("netboot.dhcp = 'server'", "network boot is off"),
        (
            "netboot = {address = '10.0.0.1', dhcp = 'known'}",
            "needs addresses to lease",
        ),
        (
            "netboot = {address = '10.0.0.1', range_start = '10.0.0.9'}",
            "netboot.range_end: is missing",
        ),
        (
            "netboot = {address = '10.0.0.1', range_end = '10.0.0.9'}",
            "netboot.range_start: is missing",
        ),
        (
            "netboot = {address = '10.0.0.1', range_start = '10.0.0.9', range_end = '10.0.0.2'}",
            "comes before",
        ),
        (
            "netboot = {address = '10.0.0.1', range_start = '10.0.1.2', range_end = '10.0.1.9'}",
            "not in the subnet",
        ),
        (
            "netboot = {address = '10.0.0.1', router = '10.9.0.1'}",
            "netboot.router",
        ),
        (
            "netboot = {interface = 'e', ra_prefix = 'fd00::/64'}",
            "router_advertisements is false",
        ),
        (
            "netboot = {interface = 'e', router_advertisements = true, ra_prefix = '10.0.0.0/8'}",
            "IPv6",
        ),
        ("netboot.address = '0.0.0.0'", "netboot.address"),
        ("api = 5", "'api'"),
        ("api.listen = {x = 1}", "api.listen"),
        ("= 5", "is not TOML"),
    ];
    for (text, expected) in cases {
        let told = problems(from_toml(text));
        assert!(told.contains(expected), "{text}: {told}");
    }
}

#[test]
fn with_tls_and_users_the_api_may_be_reached() {
    let text = "[api]\nlisten = '0.0.0.0:6385'\ntls_certificate = '/c'\ntls_key = '/k'\nhtpasswd_file = '/u'\n\
        roles = ['metal3=admin', 'alice=member:web']\n";
    let api = from_toml(text).unwrap().settings.api;
    let users = api.users.unwrap();
    assert_eq!(users.htpasswd_file.to_str(), Some("/u"));
    assert_eq!(users.roles[0].role, api::Role::Admin);
    assert_eq!(users.roles[1].user, "alice");
    assert!(!api.insecure && api.tls.is_some());
}

#[test]
fn a_whole_netboot_section_is_understood() {
    let text = "[api]\nlisten = '0.0.0.0:6385'\ninsecure = true\n[netboot]\ninterface = 'br0'\naddress = '192.0.2.1'\ndhcp = 'server'\n\
        range_start = '192.0.2.10'\nrange_end = '192.0.2.20'\nrouter_advertisements = true\nra_prefix = 'fd00::/64'\ndns = ['192.0.2.1']\n";
    let netboot = from_toml(text).unwrap().settings.netboot.unwrap();
    assert_eq!(netboot.place.address().unwrap().to_string(), "192.0.2.1");
    assert_eq!(netboot.place.interface().unwrap().as_str(), "br0");
    assert_eq!(netboot.dhcp, DhcpMode::Server);
    assert_eq!(netboot.dns.len(), 1);
    assert!(netboot.router_advertisements.unwrap().prefix.is_some());
}

#[test]
fn bmc_networks_follow_the_safety_rule() {
    let bmc = |text: &str| from_toml(text).unwrap().settings.bmc;
    let permits = |bmc: &Bmc, address: &str| bmc.permits(address.parse().unwrap());
    let open = bmc("");
    assert!(
        permits(&open, "192.168.1.2") && permits(&open, "8.8.8.8") && permits(&open, "fd00::1")
    );
    for address in [
        "127.0.0.1",
        "::1",
        "169.254.1.1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
    ] {
        assert!(!permits(&open, address), "{address}");
    }
    let narrow = bmc("bmc.allowed_networks = ['10.0.0.0/8']");
    assert!(permits(&narrow, "10.1.1.1") && !permits(&narrow, "192.168.1.2"));
    // 0.0.0.0/0 is not loopback by its address, and still does not let loopback in.
    let all = bmc("bmc.allowed_networks = ['0.0.0.0/0']");
    assert!(permits(&all, "169.254.1.1") && !permits(&all, "127.0.0.1"));
    assert!(permits(&bmc("development = true"), "127.0.0.1"));
}

#[test]
fn the_effective_configuration_is_shown_without_secrets_and_can_be_read_again() {
    let flags = [("database_url", "postgres://me:pa55word@db/x".to_owned())];
    let configuration = load(None, &with(&[("HAMMERSCALE_LOG__FORMAT", "json")]), &flags).unwrap();
    let shown = configuration.effective.render();
    assert!(!shown.contains("pa55word"), "{shown}");
    assert!(!format!("{:?}", configuration.settings).contains("pa55word"));
    assert!(
        shown.contains("format = \"json\" # variable HAMMERSCALE_LOG__FORMAT"),
        "{shown}"
    );
    assert!(shown.contains("# flag --database-url"), "{shown}");
    let again = from_toml(&shown).unwrap().settings;
    assert_eq!(again.timeouts, configuration.settings.timeouts);
    assert_eq!(again.log, configuration.settings.log);
}
