//! The variables of Metal3's ironic-image, one line each: what it means here. Its README and scripts are where they come from.

use super::convert::{kernel_parameters, name_servers, switch, text, url, whole};
use super::{Reading, Rule, Verdict};
use crate::config::fragments::Source;
use crate::config::problem::Problem;
use Rule::{Grouped, Key, NoMeaning, NotYet};
use std::collections::BTreeMap;

const ONE_PROCESS: &str =
    "there is one process, without a reverse proxy, an RPC server or workers of its own";
const OWN_DATABASE: &str =
    "this engine has its own database; `hammerscale import ironic` takes Ironic's records over";
const OWN_RAMDISK: &str =
    "this engine's own agent is booted (netboot.ramdisk_dir); it takes no such setting";
const NODE_RAMDISK: &str =
    "no other ramdisk can be set for all nodes; this engine's own is booted (netboot.ramdisk_dir)";
const OWN_TLS: &str = "protocol versions and ciphers are chosen by this engine (TLS 1.2 and 1.3)";
const NO_VMEDIA: &str = "machines are not booted from virtual media by this setting";
const NO_FILES: &str = "network boot serves what the engine itself holds, never a folder on disk";

/// What each variable means.
#[rustfmt::skip]
pub(super) const VARIABLES: &[(&str, Rule)] = &[
    // Network and addresses.
    ("PROVISIONING_INTERFACE", Key("netboot.interface", text)),
    ("PROVISIONING_IP", Grouped),
    ("IRONIC_IP", Grouped),
    ("PROVISIONING_MACS", NotYet("name the interface itself by PROVISIONING_INTERFACE or netboot.interface")),
    ("IRONIC_IP_WAIT_TIMEOUT", NoMeaning("an address that is missing ends the start with an error; let the service manager start it again")),
    ("IRONIC_IP_WAIT_INTERVAL", NoMeaning("an address that is missing ends the start with an error; let the service manager start it again")),
    ("HTTP_PORT", Key("netboot.http_port", whole)),
    ("IRONIC_ACCESS_PORT", Grouped),
    ("IRONIC_LISTEN_PORT", Grouped),
    ("LISTEN_ALL_INTERFACES", Grouped),
    ("IRONIC_REVERSE_PROXY_SETUP", NoMeaning(ONE_PROCESS)),
    ("IRONIC_PRIVATE_PORT", NoMeaning(ONE_PROCESS)),
    ("IRONIC_BASE_URL", Key("api.public_endpoint", url)),
    ("IRONIC_HTTP_URL", NoMeaning("machines are given the address on which they boot")),
    ("IRONIC_TFTP_URL", NoMeaning("machines are given the address on which they boot")),
    ("IRONIC_IPA_BASE_URL", NoMeaning("machines are given the address on which they boot")),
    ("IRONIC_EXTERNAL_IP", NotYet(NO_VMEDIA)),
    ("IRONIC_EXTERNAL_CALLBACK_URL", NotYet(NO_VMEDIA)),
    ("IRONIC_EXTERNAL_HTTP_URL", NotYet(NO_VMEDIA)),
    ("IRONIC_CONDUCTOR_HOST", Key("conductor.name", text)),
    ("IRONIC_JSON_RPC_PORT", NoMeaning(ONE_PROCESS)),
    ("IRONIC_EXPOSE_JSON_RPC", NoMeaning(ONE_PROCESS)),
    // DHCP, names, boot.
    ("DHCP_RANGE", Grouped),
    ("DHCP_IGNORE", Grouped),
    ("DHCP_HOSTS", NotYet("leases are not bound to hosts; netboot.dhcp = known serves the ports of enrolled nodes only")),
    ("DHCP_OPTIONS", NotYet("leases carry router, name servers and boot data only")),
    ("GATEWAY_IP", Key("netboot.router", super::convert::ipv4)),
    ("DNS_IP", Key("netboot.dns", name_servers)),
    ("DNS_PORT", NotYet("this engine serves no names")),
    ("DNSMASQ_EXCEPT_INTERFACE", NoMeaning("DHCP is served on the network boot interface alone")),
    ("DNSMASQ_DATA_DIR", NoMeaning("leases stand in the engine's database")),
    ("SNP_BASENAME", NoMeaning("the boot program is chosen by what the firmware says of itself")),
    ("IPXE_CUSTOM_FIRMWARE_DIR", Key("netboot.ipxe_dir", text)),
    ("IPXE_TLS_PORT", NotYet("boot files are served by plain HTTP and TFTP")),
    ("VMEDIA_TLS_PORT", NotYet(NO_VMEDIA)),
    ("IRONIC_KERNEL_PARAMS", Key("netboot.kernel_append_params", kernel_parameters)),
    ("IRONIC_RAMDISK_SSH_KEY", NoMeaning("this engine's agent has no SSH server")),
    ("IPA_FORWARD_CONSOLE", NoMeaning(OWN_RAMDISK)),
    // Behaviour.
    ("IRONIC_FAST_TRACK", Key("conductor.fast_track", switch)),
    ("IRONIC_AUTOMATED_CLEAN", Key("conductor.automated_clean", switch)),
    ("IRONIC_FORCE_DHCP", NoMeaning(OWN_RAMDISK)),
    ("IRONIC_ENABLE_DISCOVERY", NotYet("unknown machines are not enrolled by themselves")),
    ("IRONIC_ENABLE_VLAN_INTERFACES", NoMeaning(OWN_RAMDISK)),
    ("IRONIC_IPA_COLLECTORS", NoMeaning(OWN_RAMDISK)),
    ("IRONIC_IPA_COLLECT_LLDP", NoMeaning(OWN_RAMDISK)),
    ("IRONIC_IPA_INSECURE", NoMeaning("the agent always checks the engine's certificate")),
    ("IRONIC_IPA_DEBUG", NoMeaning(OWN_RAMDISK)),
    ("IRONIC_IPA_INSPECTION_DHCP_ALL_INTERFACES", NoMeaning(OWN_RAMDISK)),
    ("INSPECTOR_EXTRA_ARGS", NoMeaning("there is no separate inspector; the engine writes the agent's arguments itself")),
    ("DEPLOY_KERNEL_URL", NotYet(NODE_RAMDISK)),
    ("DEPLOY_RAMDISK_URL", NotYet(NODE_RAMDISK)),
    ("DEPLOY_KERNEL_BY_ARCH", NotYet(NODE_RAMDISK)),
    ("DEPLOY_RAMDISK_BY_ARCH", NotYet(NODE_RAMDISK)),
    ("BOOTLOADER", NotYet(NO_VMEDIA)),
    ("BOOTLOADER_BY_ARCH", NotYet(NO_VMEDIA)),
    ("IRONIC_BOOT_ISO_SOURCE", NotYet(NO_VMEDIA)),
    ("DISABLE_DEEP_IMAGE_INSPECTION", NoMeaning("the engine never opens an image; the agent reads it in the format that is declared")),
    ("IRONIC_OCI_AUTH_CONFIG", NotYet("images are not fetched from registries")),
    ("HTTPD_SERVE_NODE_IMAGES", NoMeaning(NO_FILES)),
    ("HTTPD_ENABLE_SENDFILE", NoMeaning(NO_FILES)),
    ("IRONIC_HTTPD_LOGLEVEL", NoMeaning(ONE_PROCESS)),
    ("SEND_SENSOR_DATA", NotYet("sensors are not read; the engine's own metrics are at /metrics")),
    ("FLASK_RUN_PORT", NotYet("sensors are not read; the engine's own metrics are at /metrics")),
    ("NUMWORKERS", NoMeaning(ONE_PROCESS)),
    ("ENABLE_FIPS_IPA", NoMeaning(OWN_RAMDISK)),
    ("IRONIC_USE_MARIADB", NoMeaning(OWN_DATABASE)),
    ("MARIADB_HOST", NoMeaning(OWN_DATABASE)),
    ("MARIADB_DATABASE", NoMeaning(OWN_DATABASE)),
    ("MARIADB_USER", NoMeaning(OWN_DATABASE)),
    ("MARIADB_PASSWORD", NoMeaning(OWN_DATABASE)),
    ("IRONIC_SKIP_DBSYNC", NoMeaning("the engine brings its own schema up to date")),
    ("IRONIC_DBSYNC_TIMEOUT", NoMeaning("the engine brings its own schema up to date")),
    ("IRONIC_DBSYNC_INTERVAL", NoMeaning("the engine brings its own schema up to date")),
    ("RESTART_CONTAINER_CERTIFICATE_UPDATED", NoMeaning("the API reads its certificate again on SIGHUP, without a restart")),
    // TLS and accounts.
    ("IRONIC_CACERT_FILE", NoMeaning("nothing here asks Ironic over TLS")),
    ("WEBSERVER_CACERT_FILE", NotYet("the agent trusts the usual authorities when it fetches images")),
    ("IRONIC_INSECURE", NoMeaning("certificates are always checked")),
    ("IRONIC_SSL_PROTOCOL", NoMeaning(OWN_TLS)),
    ("IPXE_SSL_PROTOCOL", NoMeaning(OWN_TLS)),
    ("IRONIC_VMEDIA_SSL_PROTOCOL", NoMeaning(OWN_TLS)),
    ("IRONIC_TLS_12_CIPHERS", NoMeaning(OWN_TLS)),
    ("IRONIC_TLS_13_CIPHERS", NoMeaning(OWN_TLS)),
    ("IRONIC_TLS_CURVES", NoMeaning(OWN_TLS)),
    ("IRONIC_TLS_ENFORCE_SERVER_CIPHER_ORDER", NoMeaning(OWN_TLS)),
    ("IRONIC_VMEDIA_TLS_12_CIPHERS", NoMeaning(OWN_TLS)),
    ("IRONIC_VMEDIA_TLS_13_CIPHERS", NoMeaning(OWN_TLS)),
    ("IRONIC_VMEDIA_CURVES", NoMeaning(OWN_TLS)),
    ("IRONIC_VMEDIA_TLS_ENFORCE_SERVER_CIPHER_ORDER", NoMeaning(OWN_TLS)),
    ("IRONIC_HTPASSWD", Grouped),
    ("HTTP_BASIC_HTPASSWD", Grouped),
    ("IRONIC_RPC_HTPASSWD", NoMeaning(ONE_PROCESS)),
];

/// Names that begin so are ironic-image's although they stand not in the table one by one.
const FAMILIES: &[(&str, Rule)] = &[
    (
        "IRONIC_NETWORKING_",
        NotYet("switches are not configured by this engine"),
    ),
    ("DEPLOY_KERNEL_URL_", NotYet(NODE_RAMDISK)),
    ("DEPLOY_RAMDISK_URL_", NotYet(NODE_RAMDISK)),
];

/// What the variables say, but for those that are read in groups. An empty variable sets nothing, as in ironic-image.
pub(super) fn from_variables(
    variables: &BTreeMap<String, String>,
    reading: &mut Reading,
    problems: &mut Vec<Problem>,
) {
    for (name, value) in variables.iter().filter(|(_, value)| !value.is_empty()) {
        match rule(name) {
            Some(rule) => {
                let source = Source::Variable(name.clone());
                reading.apply(name, source, rule, value, problems);
            }
            None if name.starts_with("IRONIC_") => reading.remark(name, Verdict::Unknown),
            None => {}
        }
    }
}

fn rule(name: &str) -> Option<Rule> {
    let exact = VARIABLES.iter().find(|(known, _)| *known == name);
    let family = || FAMILIES.iter().find(|(prefix, _)| name.starts_with(prefix));
    exact.or_else(family).map(|(_, rule)| *rule)
}
