//! From merged values to validated settings: every key is read, contradictions are found, and all problems are told at once.

use super::network::Network;
use super::reader::Reader;
use super::settings::{
    Agents, Api, Bmc, Cleaning, Conductor, Log, Settings, Timeouts, TlsFiles, Users,
};
use super::words::{FakeDelay, InterfaceName, Seconds, StepName, UserRole};
use conductor::hardware::DelayRange;
use lifecycle::DisallowedSteps;
use model::InterfaceKind;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Reads everything. `None` only after a problem was noted.
pub fn settings(reader: &mut Reader<'_>) -> Option<Settings> {
    // All sections are read before the first `?`, so that the problems of all of them are told.
    let data_dir = folder(reader, "data_dir");
    let database_url = reader.one("database_url");
    let sealing_key_file = folder(reader, "sealing_key_file");
    let development = reader.one("development");
    let (api, conductor, cleaning) = (api(reader), conductor(reader), cleaning(reader));
    let disallowed_steps = disallowed_steps(reader);
    let timeouts = timeouts(reader);
    let bmc = bmc(reader, development == Some(true));
    let enabled_hardware_types = hardware_types(reader);
    let fake_step = seconds(reader, "hardware.fake_step_seconds");
    let fake_delays = fake_delays(reader);
    let default_interfaces = default_interfaces(reader);
    let netboot = super::netboot::netboot(reader);
    let ramdisk_dir = reader.maybe("netboot.ramdisk_dir");
    let node_ramdisks = reader.one("netboot.node_ramdisks");
    let kernel_append_params = reader.maybe("netboot.kernel_append_params");
    let (agents, log) = (agents(reader), log(reader));
    keep_the_key_apart(reader, data_dir.as_ref(), sealing_key_file.as_ref());
    Some(Settings {
        data_dir: data_dir?,
        database_url: database_url?,
        sealing_key_file: sealing_key_file?,
        development: development?,
        api: api?,
        conductor: conductor?,
        cleaning: cleaning?,
        disallowed_steps: disallowed_steps?,
        timeouts: timeouts?,
        bmc: bmc?,
        enabled_hardware_types: enabled_hardware_types?,
        fake_step: fake_step?,
        fake_delays: fake_delays?,
        default_interfaces: default_interfaces?,
        netboot: netboot?,
        ramdisk_dir: ramdisk_dir?,
        node_ramdisks: node_ramdisks?,
        kernel_append_params: kernel_append_params?,
        agents: agents?,
        log: log?,
    })
}

fn folder(reader: &mut Reader<'_>, path: &str) -> Option<PathBuf> {
    reader.one(path)
}

/// Safety rule: a copy of the data folder alone must not open its secrets.
fn keep_the_key_apart(reader: &mut Reader<'_>, data_dir: Option<&PathBuf>, key: Option<&PathBuf>) {
    if let (Some(data_dir), Some(key)) = (data_dir, key)
        && key.starts_with(data_dir)
    {
        let what = format!(
            "{} lies in the data folder {}: whoever gets a copy of the data would get the key with it; choose another folder",
            key.display(),
            data_dir.display()
        );
        reader.note("sealing_key_file", what);
    }
}

fn api(reader: &mut Reader<'_>) -> Option<Api> {
    let listen: Option<SocketAddr> = reader.one("api.listen");
    let public_endpoint = reader.maybe("api.public_endpoint");
    let tls = tls(reader, "api");
    let users = users(reader);
    let insecure = reader.one("api.insecure");
    if let (Some(listen), Some(tls), Some(users), Some(false)) = (listen, &tls, &users, insecure)
        && !listen.ip().to_canonical().is_loopback()
        && let Some(missing) = missing(tls.is_some(), users.is_some())
    {
        let what = format!(
            "{listen} can be reached from other machines: {missing}, or listen on loopback, or accept the danger with --insecure \
             (api.insecure = true)"
        );
        reader.note("api.listen", what);
    }
    Some(Api {
        listen: listen?,
        public_endpoint: public_endpoint?,
        tls: tls?,
        users: users?,
        insecure: insecure?,
    })
}

/// What the API needs away from loopback and does not have: what could happen, and what to do.
fn missing(tls: bool, users: bool) -> Option<&'static str> {
    match (tls, users) {
        (true, true) => None,
        (false, true) => Some(
            "without TLS, passwords can be read on the way. Set api.tls_certificate and api.tls_key",
        ),
        (true, false) => Some(
            "without authentication, whoever reaches it controls every machine. Make a file of users with \
             `htpasswd -B -c FILE NAME` and set api.htpasswd_file",
        ),
        (false, false) => Some(
            "without TLS and authentication, whoever reaches it controls every machine. Set api.tls_certificate and api.tls_key, make a \
             file of users with `htpasswd -B -c FILE NAME` and set api.htpasswd_file",
        ),
    }
}

fn users(reader: &mut Reader<'_>) -> Option<Option<Users>> {
    let file: Option<Option<PathBuf>> = reader.maybe("api.htpasswd_file");
    let roles: Option<Vec<UserRole>> = reader.list("api.roles");
    let (file, roles) = (file?, roles?);
    for (index, one) in roles.iter().enumerate() {
        if roles.iter().take(index).any(|other| other.user == one.user) {
            let what = format!("{} has two roles; a user has one", one.user);
            reader.note("api.roles", what);
        }
    }
    match file {
        None if !roles.is_empty() => {
            reader.note(
                "api.htpasswd_file",
                "is missing although api.roles is set: nobody is asked for a name",
            );
            None
        }
        None => Some(None),
        Some(htpasswd_file) => Some(Some(Users {
            htpasswd_file,
            roles,
        })),
    }
}

fn tls(reader: &mut Reader<'_>, section: &str) -> Option<Option<TlsFiles>> {
    let (certificate_path, key_path) = (
        format!("{section}.tls_certificate"),
        format!("{section}.tls_key"),
    );
    let certificate = reader.maybe(&certificate_path);
    let key = reader.maybe(&key_path);
    match (certificate?, key?) {
        (Some(certificate), Some(key)) => Some(Some(TlsFiles { certificate, key })),
        (None, None) => Some(None),
        (Some(_), None) => {
            reader.note(
                &key_path,
                format!("is missing although {certificate_path} is set"),
            );
            None
        }
        (None, Some(_)) => {
            reader.note(
                &certificate_path,
                format!("is missing although {key_path} is set"),
            );
            None
        }
    }
}

fn conductor(reader: &mut Reader<'_>) -> Option<Conductor> {
    let name = reader.one("conductor.name");
    let automated_clean = reader.one("conductor.automated_clean");
    let fast_track = reader.one("conductor.fast_track");
    let power_off_after_deploy_failure = reader.one("conductor.power_off_after_deploy_failure");
    Some(Conductor {
        name: name?,
        automated_clean: automated_clean?,
        fast_track: fast_track?,
        power_off_after_deploy_failure: power_off_after_deploy_failure?,
    })
}

fn cleaning(reader: &mut Reader<'_>) -> Option<Cleaning> {
    let devices = reader.one("cleaning.erase_devices_priority");
    let metadata = reader.one("cleaning.erase_devices_metadata_priority");
    Some(Cleaning {
        erase_devices_priority: devices?,
        erase_devices_metadata_priority: metadata?,
    })
}

fn disallowed_steps(reader: &mut Reader<'_>) -> Option<DisallowedSteps> {
    let mut steps = |flow: &str| -> Option<Vec<String>> {
        let listed: Vec<StepName> = reader.list(&format!("steps.disallowed_in_{flow}"))?;
        Some(listed.into_iter().map(|name| name.0).collect())
    };
    let (clean, deploy, service) = (steps("cleaning"), steps("deployment"), steps("service"));
    Some(DisallowedSteps {
        clean: clean?,
        deploy: deploy?,
        service: service?,
    })
}

fn seconds(reader: &mut Reader<'_>, path: &str) -> Option<Duration> {
    reader.one::<Seconds>(path).map(|seconds| seconds.0)
}

fn timeouts(reader: &mut Reader<'_>) -> Option<Timeouts> {
    let agent_boot = seconds(reader, "timeouts.agent_boot");
    let inspection = seconds(reader, "timeouts.inspection");
    let step_silence = seconds(reader, "timeouts.step_silence");
    let power = seconds(reader, "timeouts.power");
    let soft_power_off = seconds(reader, "timeouts.soft_power_off");
    let power_off_grace = seconds(reader, "timeouts.power_off_grace");
    let boot_attempts = reader.one("timeouts.boot_attempts");
    let power_sync = seconds(reader, "timeouts.power_sync");
    Some(Timeouts {
        agent_boot: agent_boot?,
        inspection: inspection?,
        step_silence: step_silence?,
        power: power?,
        soft_power_off: soft_power_off?,
        power_off_grace: power_off_grace?,
        boot_attempts: boot_attempts?,
        power_sync: power_sync?,
    })
}

fn bmc(reader: &mut Reader<'_>, development: bool) -> Option<Bmc> {
    let allowed_networks: Option<Vec<Network>> = reader.list("bmc.allowed_networks");
    let connect_timeout = seconds(reader, "bmc.connect_timeout");
    let read_timeout = seconds(reader, "bmc.read_timeout");
    let loopback = |network: &&Network| network.address().to_canonical().is_loopback();
    if let Some(network) = allowed_networks.iter().flatten().find(loopback)
        && !development
    {
        let what = format!("{network} is loopback: that needs development = true");
        reader.note("bmc.allowed_networks", what);
    }
    Some(Bmc {
        allowed_networks: allowed_networks?,
        loopback: development,
        connect_timeout: connect_timeout?,
        read_timeout: read_timeout?,
    })
}

fn hardware_types(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let types: Vec<String> = reader.list("hardware.enabled_types")?;
    if types.is_empty() {
        reader.note(
            "hardware.enabled_types",
            "is empty: no node could be created",
        );
        return None;
    }
    Some(types)
}

/// The interfaces of fake hardware that take their time.
const SLOW: &[InterfaceKind] = &[
    InterfaceKind::Bios,
    InterfaceKind::Deploy,
    InterfaceKind::Firmware,
    InterfaceKind::Inspect,
    InterfaceKind::Management,
    InterfaceKind::Power,
    InterfaceKind::Rescue,
    InterfaceKind::Vendor,
];

fn fake_delays(reader: &mut Reader<'_>) -> Option<BTreeMap<InterfaceKind, DelayRange>> {
    let key = |kind: &InterfaceKind| format!("fake.{}_delay", kind.as_str());
    let read: Vec<(InterfaceKind, Option<Option<FakeDelay>>)> = SLOW
        .iter()
        .map(|kind| (*kind, reader.maybe(&key(kind))))
        .collect();
    let mut delays = BTreeMap::new();
    for (kind, delay) in read {
        if let Some(FakeDelay(range)) = delay? {
            delays.insert(kind, range);
        }
    }
    Some(delays)
}

fn default_interfaces(reader: &mut Reader<'_>) -> Option<BTreeMap<InterfaceKind, InterfaceName>> {
    let read: Vec<_> = InterfaceKind::ALL
        .iter()
        .map(|kind| {
            (
                *kind,
                reader.maybe(&format!("defaults.{}_interface", kind.as_str())),
            )
        })
        .collect();
    let mut interfaces = BTreeMap::new();
    for (kind, name) in read {
        if let Some(name) = name? {
            interfaces.insert(kind, name);
        }
    }
    Some(interfaces)
}

fn agents(reader: &mut Reader<'_>) -> Option<Agents> {
    let listen: Option<Option<SocketAddr>> = reader.maybe("agents.listen");
    let tls = tls(reader, "agents");
    let lookup_by_mac = reader.one("agents.lookup_by_mac");
    let md5_checksums = reader.one("agents.md5_checksums");
    let bios_bootloader_install = reader.one("agents.bios_bootloader_install");
    let allowed_networks = reader.list("agents.allowed_networks");
    let forbidden_networks = reader.list("agents.forbidden_networks");
    let image_ca = reader.maybe("agents.image_ca_file");
    if listen.flatten().is_some_and(|it| it.ip().is_unspecified()) {
        let what =
            "agents must be told an address that they can reach: name it instead of 0.0.0.0 or ::";
        reader.note("agents.listen", what);
    }
    Some(Agents {
        listen: listen?,
        tls: tls?,
        lookup_by_mac: lookup_by_mac?,
        md5_checksums: md5_checksums?,
        bios_bootloader_install: bios_bootloader_install?,
        allowed_networks: allowed_networks?,
        forbidden_networks: forbidden_networks?,
        image_ca: image_ca?,
    })
}

fn log(reader: &mut Reader<'_>) -> Option<Log> {
    let format = reader.one("log.format");
    let level = reader.one("log.level");
    Some(Log {
        format: format?,
        level: level?,
    })
}
