//! Options of ironic.conf, from the file itself or from `OS_<SECTION>__<OPTION>`, one line each: what it means here. Options that only
//! tune Ironic's own workings are named by their section; an option that is in neither table is told to be unknown.

use super::convert::{
    Unfit, debug_level, delay, hardware_types, ipv4, kernel_parameters, patience, switch, text,
    url, whole,
};
use super::{Reading, Rule, Verdict, ini};
use crate::config::fragments::Source;
use crate::config::problem::Problem;
use Rule::{Key, NoMeaning, NotYet};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ONE_PROCESS: &str =
    "there is one process, which needs no message bus and no workers of its own";
const NO_FILES: &str = "network boot serves what the engine itself holds, never a folder on disk";
const OWN_DEADLINES: &str = "timeouts.agent_boot and timeouts.step_silence hold for every flow";
const ALL_ENABLED: &str =
    "every interface that works here is enabled; a node names the one it wants";
const NODE_RAMDISK: &str =
    "no other ramdisk can be set for all nodes; this engine's own is booted (netboot.ramdisk_dir)";
const STREAMED: &str =
    "images go from their URL to the disk through the agent, never through the engine";
const FIXED_HOOKS: &str = "inspection always adds all ports, keeps those that are present, and leaves the power as fast track says";

/// What each option means: section, option, meaning.
#[rustfmt::skip]
pub(super) const OPTIONS: &[(&str, &str, Rule)] = &[
    ("default", "host", Key("conductor.name", text)),
    ("default", "debug", Key("log.level", debug_level)),
    ("default", "my_ip", Key("netboot.address", ipv4)),
    ("default", "my_ipv6", NotYet("network boot is offered by IPv4 only")),
    ("default", "enabled_hardware_types", Key("hardware.enabled_types", hardware_types)),
    ("default", "default_bios_interface", Key("defaults.bios_interface", text)),
    ("default", "default_boot_interface", Key("defaults.boot_interface", text)),
    ("default", "default_console_interface", Key("defaults.console_interface", text)),
    ("default", "default_deploy_interface", Key("defaults.deploy_interface", text)),
    ("default", "default_firmware_interface", Key("defaults.firmware_interface", text)),
    ("default", "default_inspect_interface", Key("defaults.inspect_interface", text)),
    ("default", "default_management_interface", Key("defaults.management_interface", text)),
    ("default", "default_network_interface", Key("defaults.network_interface", text)),
    ("default", "default_power_interface", Key("defaults.power_interface", text)),
    ("default", "default_raid_interface", Key("defaults.raid_interface", text)),
    ("default", "default_rescue_interface", Key("defaults.rescue_interface", text)),
    ("default", "default_storage_interface", Key("defaults.storage_interface", text)),
    ("default", "default_vendor_interface", Key("defaults.vendor_interface", text)),
    ("default", "auth_strategy", Key("", auth_strategy)),
    ("default", "http_basic_auth_user_file", Key("api.htpasswd_file", text)),
    ("default", "default_resource_class", NotYet("nodes that name no resource class have none")),
    ("default", "rpc_transport", NoMeaning(ONE_PROCESS)),
    ("default", "force_raw_images", NoMeaning(STREAMED)),
    ("default", "parallel_image_downloads", NoMeaning(STREAMED)),
    ("default", "hash_ring_algorithm", NoMeaning(ONE_PROCESS)),
    ("default", "state_path", NoMeaning("data_dir is this engine's folder")),
    ("default", "log_dir", NoMeaning("the log goes to standard error")),
    ("default", "log_file", NoMeaning("the log goes to standard error")),
    ("default", "use_stderr", NoMeaning("the log goes to standard error")),
    ("api", "host_ip", Key("", listen_host)),
    ("api", "port", Key("", listen_host)),
    ("api", "unix_socket", NotYet("the API listens by TCP only")),
    ("api", "public_endpoint", Key("api.public_endpoint", url)),
    ("api", "disallow_clean_steps", Key("steps.disallowed_in_cleaning", text)),
    ("api", "disallow_deploy_steps", Key("steps.disallowed_in_deployment", text)),
    ("api", "disallow_service_steps", Key("steps.disallowed_in_service", text)),
    ("api", "enable_ssl_api", NoMeaning("TLS is on as soon as a certificate is named: [ssl] cert_file, api.tls_certificate")),
    ("api", "api_workers", NoMeaning(ONE_PROCESS)),
    ("ssl", "cert_file", Key("api.tls_certificate", text)),
    ("ssl", "key_file", Key("api.tls_key", text)),
    ("ssl", "ca_file", NoMeaning("clients are not asked for certificates")),
    ("database", "connection", NoMeaning("this engine has its own database; `hammerscale import ironic` takes Ironic's records over")),
    ("conductor", "automated_clean", Key("conductor.automated_clean", switch)),
    ("conductor", "node_history", NoMeaning("the history is always kept, at a bounded length")),
    ("conductor", "sync_power_state_interval", Key("timeouts.power_sync", whole)),
    ("conductor", "power_state_change_timeout", Key("timeouts.power", patience)),
    ("conductor", "soft_power_off_timeout", Key("timeouts.soft_power_off", patience)),
    ("conductor", "deploy_callback_timeout", Key("timeouts.agent_boot", patience)),
    ("conductor", "inspect_wait_timeout", Key("timeouts.inspection", patience)),
    ("conductor", "clean_callback_timeout", NoMeaning(OWN_DEADLINES)),
    ("conductor", "rescue_callback_timeout", NoMeaning(OWN_DEADLINES)),
    ("conductor", "service_callback_timeout", NoMeaning(OWN_DEADLINES)),
    ("conductor", "send_sensor_data", NotYet("sensors are not read; the engine's own metrics are at /metrics")),
    ("conductor", "force_power_state_during_sync", NotYet("a power state that differs is recorded, not corrected")),
    ("conductor", "deploy_kernel", NotYet(NODE_RAMDISK)),
    ("conductor", "deploy_ramdisk", NotYet(NODE_RAMDISK)),
    ("conductor", "deploy_kernel_by_arch", NotYet(NODE_RAMDISK)),
    ("conductor", "deploy_ramdisk_by_arch", NotYet(NODE_RAMDISK)),
    ("conductor", "rescue_kernel", NotYet(NODE_RAMDISK)),
    ("conductor", "rescue_ramdisk", NotYet(NODE_RAMDISK)),
    ("conductor", "conductor_group", NotYet("there is one engine, which serves every conductor group")),
    ("deploy", "fast_track", Key("conductor.fast_track", switch)),
    ("deploy", "power_off_after_deploy_failure", Key("conductor.power_off_after_deploy_failure", switch)),
    ("deploy", "erase_devices_priority", Key("cleaning.erase_devices_priority", whole)),
    ("deploy", "erase_devices_metadata_priority", Key("cleaning.erase_devices_metadata_priority", whole)),
    ("deploy", "http_url", NoMeaning("machines are given the address on which they boot")),
    ("deploy", "http_root", NoMeaning(NO_FILES)),
    ("deploy", "external_http_url", NotYet("machines are not booted from virtual media by this setting")),
    ("deploy", "external_callback_url", NotYet("machines are not booted from virtual media by this setting")),
    ("deploy", "default_boot_option", NoMeaning("deployed machines boot from their disk")),
    ("deploy", "default_boot_mode", NoMeaning("a machine keeps the boot mode that it has")),
    ("pxe", "kernel_append_params", Key("netboot.kernel_append_params", kernel_parameters)),
    ("redfish", "kernel_append_params", NotYet("machines are not booted from virtual media by this setting")),
    ("fake", "bios_delay", Key("fake.bios_delay", delay)),
    ("fake", "deploy_delay", Key("fake.deploy_delay", delay)),
    ("fake", "firmware_delay", Key("fake.firmware_delay", delay)),
    ("fake", "inspect_delay", Key("fake.inspect_delay", delay)),
    ("fake", "management_delay", Key("fake.management_delay", delay)),
    ("fake", "power_delay", Key("fake.power_delay", delay)),
    ("fake", "rescue_delay", Key("fake.rescue_delay", delay)),
    ("fake", "vendor_delay", Key("fake.vendor_delay", delay)),
    ("fake", "boot_delay", NoMeaning("nothing is prepared for a pretended boot")),
    ("agent", "allow_md5_checksum", Key("agents.md5_checksums", switch)),
    ("agent", "enable_bios_bootloader_install", Key("agents.bios_bootloader_install", switch)),
    ("fake", "raid_delay", NoMeaning("fake hardware pretends no RAID steps")),
    ("fake", "storage_delay", NoMeaning("pretended storage has no steps")),
    ("inspection_rules", "built_in_rules", NotYet("rules come from the API alone; a file of them is not read")),
    ("inspection_rules", "mask_secrets", NotYet("passwords and tokens always read as ****** in rules")),
    ("json_rpc", "auth_strategy", NoMeaning(ONE_PROCESS)),
];

/// Whole sections.
#[rustfmt::skip]
const SECTIONS: &[(&str, Rule)] = &[
    ("agent", NoMeaning("the engine's own agent takes no such setting")),
    ("anaconda", NotYet("the anaconda deploy interface is not planned")),
    ("ansible", NotYet("the ansible deploy interface is not planned")),
    ("cinder", NotYet("volumes are not planned")),
    ("database", NoMeaning("this engine has its own database; `hammerscale import ironic` takes Ironic's records over")),
    ("dhcp", NoMeaning("DHCP is served by the engine itself: netboot.dhcp")),
    ("drac", NotYet("iDRACs are spoken to by Redfish")),
    ("glance", NotYet("images are fetched by URL")),
    ("inspector", NoMeaning(FIXED_HOOKS)),
    ("inventory", NoMeaning("inventories stand in the engine's database")),
    ("ipmi", NotYet("IPMI has no such setting here")),
    ("json_rpc", NoMeaning(ONE_PROCESS)),
    ("keystone", NotYet("accounts are in a file: api.htpasswd_file")),
    ("keystone_authtoken", NotYet("accounts are in a file: api.htpasswd_file")),
    ("neutron", NotYet("machines are not moved between networks")),
    ("oslo_concurrency", NoMeaning(ONE_PROCESS)),
    ("oslo_messaging_notifications", NoMeaning("events are followed by the event stream")),
    ("oslo_messaging_rabbit", NoMeaning(ONE_PROCESS)),
    ("oslo_policy", NotYet("what users may do is set by api.roles")),
    ("pxe", NoMeaning(NO_FILES)),
    ("sensor_data", NotYet("sensors are not read; the engine's own metrics are at /metrics")),
    ("service_catalog", NoMeaning("machines are given the address on which they boot")),
    ("swift", NotYet("images are fetched by URL")),
];

/// What the options of a file say.
pub(super) fn from_conf(path: &Path, reading: &mut Reading, problems: &mut Vec<Problem>) {
    let text = match std::fs::metadata(path).map(|it| it.len()) {
        Ok(length) if length > ini::LONGEST => {
            problems.push(Problem::file(path, "is longer than 1 MiB"));
            return;
        }
        Ok(_) => std::fs::read_to_string(path),
        Err(error) => Err(error),
    };
    let lines = match text.map(|text| ini::parse(&text)) {
        Ok(Ok(lines)) => lines,
        Ok(Err(line)) => {
            let what = format!("line {line} is neither a section nor an option");
            problems.push(Problem::file(path, what));
            return;
        }
        Err(error) => {
            problems.push(Problem::file(path, format!("cannot be read: {error}")));
            return;
        }
    };
    let settings = lines.into_iter().map(|line| {
        let setting = format!("[{}] {}", line.section, line.option);
        let source = Source::File(PathBuf::from(format!("{} {setting}", path.display())));
        Setting {
            line,
            setting,
            source,
        }
    });
    judge(settings.collect(), reading, problems);
}

/// What the variables `OS_<SECTION>__<OPTION>` say; others that begin with `OS_` are a client's.
pub(super) fn from_overrides(
    variables: &BTreeMap<String, String>,
    reading: &mut Reading,
    problems: &mut Vec<Problem>,
) {
    let settings = variables.iter().filter_map(|(name, value)| {
        let (section, option) = name.strip_prefix("OS_")?.split_once("__")?;
        Some(Setting {
            line: ini::Line {
                section: section.to_ascii_lowercase(),
                option: ini::option_name(option),
                value: value.clone(),
            },
            setting: name.clone(),
            source: Source::Variable(name.clone()),
        })
    });
    judge(settings.collect(), reading, problems);
}

struct Setting {
    line: ini::Line,
    setting: String,
    source: Source,
}

fn judge(settings: Vec<Setting>, reading: &mut Reading, problems: &mut Vec<Problem>) {
    for it in &settings {
        let (section, option) = (it.line.section.as_str(), it.line.option.as_str());
        match rule(section, option) {
            None => reading.remark(&it.setting, Verdict::Unknown),
            // oslo.config puts the value of another option in its place.
            Some(Key(..)) if it.line.value.contains('$') => {
                let why = "it refers to another option ($...); write the value itself";
                reading.remark(&it.setting, Verdict::NotYet(why.into()));
            }
            Some(Key("", _)) if section == "api" => {}
            Some(Key("", convert)) => match convert(&it.line.value) {
                Ok(why) => reading.remark(&it.setting, Verdict::NoMeaning(why)),
                Err(Unfit::NotYet(why)) => reading.remark(&it.setting, Verdict::NotYet(why)),
                Err(Unfit::Wrong(expected)) => {
                    problems.push(Problem::about(&it.setting, format!("must be {expected}")));
                }
            },
            Some(rule) => reading.apply(
                &it.setting,
                it.source.clone(),
                rule,
                &it.line.value,
                problems,
            ),
        }
    }
    listen(&settings, reading, problems);
}

fn rule(section: &str, option: &str) -> Option<Rule> {
    let exact = OPTIONS
        .iter()
        .find(|(s, o, _)| (*s, *o) == (section, option));
    if let Some((.., rule)) = exact {
        return Some(*rule);
    }
    if section == "default" && option.starts_with("enabled_") && option.ends_with("_interfaces") {
        return Some(NoMeaning(ALL_ENABLED));
    }
    SECTIONS
        .iter()
        .find(|(name, _)| *name == section)
        .map(|(_, rule)| *rule)
}

/// `[api] host_ip` and `port` make one address.
fn listen(settings: &[Setting], reading: &mut Reading, problems: &mut Vec<Problem>) {
    let last = |option: &str| {
        let wanted = |it: &&Setting| it.line.section == "api" && it.line.option == option;
        settings.iter().rfind(wanted)
    };
    let (host, port) = (last("host_ip"), last("port"));
    let Some(first) = host.or(port) else {
        return;
    };
    let address = host.map_or("0.0.0.0", |it| it.line.value.as_str());
    let number = port.map_or("6385", |it| it.line.value.as_str());
    let setting = match (host, port) {
        (Some(host), Some(port)) => format!("{}, {}", host.setting, port.setting),
        _ => first.setting.clone(),
    };
    match (address.parse(), number.parse()) {
        (Ok(ip), Ok(port)) => {
            let listen = std::net::SocketAddr::new(ip, port).to_string();
            reading.take(&setting, first.source.clone(), "api.listen", &listen);
        }
        _ => problems.push(Problem::about(&setting, "must be an IP address and a port")),
    }
}

/// Read by [`listen`].
fn listen_host(value: &str) -> Result<String, Unfit> {
    text(value)
}

/// Not a key of its own here: users are asked for as soon as a file of them is named.
fn auth_strategy(value: &str) -> Result<String, Unfit> {
    match value.trim() {
        "noauth" | "http_basic" => Ok(
            "users are asked for their names as soon as api.htpasswd_file names a file of them"
                .into(),
        ),
        "keystone" => Err(Unfit::NotYet(
            "accounts are in a file: api.htpasswd_file".into(),
        )),
        _ => Err(Unfit::Wrong("noauth, http_basic or keystone")),
    }
}
