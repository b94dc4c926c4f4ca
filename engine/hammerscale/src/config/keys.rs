//! Every configuration key: the one table from which the file's keys, the variables, the flags and the reference come.
//! It holds no values and reads nothing.

/// What a key's value looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A whole number between two bounds, both included.
    Whole(u64, u64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of these words.
    Choices(&'static [&'static str]),
    /// A path.
    Path,
    /// Free text; the description says what is allowed.
    Text(&'static str),
    /// A list of texts; the description says what each may be.
    Texts(&'static str),
}

impl Kind {
    /// What is allowed, for people.
    pub fn allowed(self) -> String {
        match self {
            Kind::Switch => "true or false".to_owned(),
            Kind::Whole(min, max) => format!("a whole number from {min} to {max}"),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
            Kind::Choices(words) => format!("a list of any of {}", words.join(", ")),
            Kind::Path => "a path".to_owned(),
            Kind::Text(what) => what.to_owned(),
            Kind::Texts(what) => format!("a list; each {what}"),
        }
    }

    /// Whether the value is a list (an array in the file, comma separated elsewhere).
    pub fn is_list(self) -> bool {
        matches!(self, Kind::Choices(_) | Kind::Texts(_))
    }
}

/// What a key is when nobody sets it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Preset {
    /// This text (comma separated for a list).
    Fixed(&'static str),
    /// Nothing; the words say what that means.
    Unset(&'static str),
    /// Computed from the surroundings; the words say how.
    Computed(&'static str),
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its place in the file, such as `api.listen`.
    pub path: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// What it is when nobody sets it.
    pub preset: Preset,
    /// What it does.
    pub meaning: &'static str,
}

impl Key {
    /// The environment variable that sets it: `HAMMERSCALE_BMC__ALLOWED_NETWORKS`.
    pub fn variable(&self) -> String {
        format!(
            "{VARIABLE_PREFIX}{}",
            self.path.to_uppercase().replace('.', "__")
        )
    }

    /// The flag that sets it, without its dashes: `listen` for `api.listen`, `bmc-allowed-networks`.
    pub fn flag(&self) -> String {
        match SHORT_FLAGS.iter().find(|(path, _)| *path == self.path) {
            Some((_, flag)) => (*flag).to_owned(),
            None => self.path.replace(['.', '_'], "-"),
        }
    }

    /// The section it stands in; empty for a key at the top.
    pub fn section(&self) -> &'static str {
        self.path.split_once('.').map_or("", |(section, _)| section)
    }
}

/// How every variable begins.
pub const VARIABLE_PREFIX: &str = "HAMMERSCALE_";

/// Keys whose flag is shorter than their path.
const SHORT_FLAGS: &[(&str, &str)] = &[("api.listen", "listen"), ("api.insecure", "insecure")];

/// The key of this path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

use Kind::{Choice, Choices, Path, Switch, Text, Texts, Whole};
use Preset::{Computed, Fixed, Unset};

const SOCKET: Kind = Text("an IP address and a port, such as 127.0.0.1:6385 or [::1]:6385");
const URL: Kind = Text("an http or https URL");
const IPV4: Kind = Text("an IPv4 address");
const NETWORKS: Kind = Texts("an IP network such as 10.0.0.0/8 or fd00::/8");
const NAME: Kind = Text("a name of letters, digits, '-', '_' and '.'");
const INTERFACE: Kind = Text("an interface's name, such as 'redfish'");
const STEPS: Kind = Texts("an interface and its step, such as vendor.send_raw");
const SECONDS: Kind = Whole(1, 86_400);
const DELAY: Kind = Text(
    "seconds up to 3600, or a range of them such as 1,5, of which small ones are the likelier",
);
const AS_STEPS: Preset = Unset("as hardware.fake_step_seconds");
const FIRST_ENABLED: Preset = Unset("the first one that the node's driver has");

const fn key(path: &'static str, kind: Kind, preset: Preset, meaning: &'static str) -> Key {
    Key {
        path,
        kind,
        preset,
        meaning,
    }
}

/// Every key, in the order of the reference.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("data_dir", Path, Computed("/var/lib/hammerscale for root, else $XDG_DATA_HOME/hammerscale (~/.local/share/hammerscale)"),
        "Folder for everything that the engine keeps."),
    key("database_url", Text("sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE"), Computed("sqlite: in the data folder"),
        "Where nodes are stored."),
    key("sealing_key_file", Path, Computed("/etc/hammerscale/sealing.key for root, else $XDG_CONFIG_HOME/hammerscale/sealing.key (~/.config/...)"),
        "The key that seals secrets in the database, made at first start. It must not lie in the data folder: a copy of the data alone reveals nothing."),
    key("development", Switch, Fixed("false"), "Allow what only a developer's machine needs, such as BMCs on loopback."),

    key("api.listen", SOCKET, Fixed("127.0.0.1:6385"), "Where the API listens."),
    key("api.public_endpoint", URL, Unset("the address that the client used"), "The API's address in links, when clients reach it by another one."),
    key("api.tls_certificate", Path, Unset("plain HTTP"), "Certificate chain (PEM) of the API."),
    key("api.tls_key", Path, Unset("plain HTTP"), "Private key (PEM) of that certificate."),
    key("api.htpasswd_file", Path, Unset("nobody is asked for a name"),
        "Users of the API and their bcrypt hashes, as `htpasswd -B` writes them; whoever is not in it is turned away. Read again when it changes."),
    key("api.roles", Texts("USER=ROLE, where ROLE is admin, system-reader, manager:PROJECT, member:PROJECT or reader:PROJECT"), Unset("every user is an administrator"),
        "What users may do. As soon as one has a role, users without one may do nothing."),
    key("api.insecure", Switch, Fixed("false"), "Let the API listen away from loopback without TLS or without authentication: passwords can be read on the way, or anybody who reaches it may do everything."),

    key("conductor.name", NAME, Fixed("hammerscale"), "The name under which this engine holds nodes (`reservation`, `conductor`). Keep it when the host's name changes."),
    key("conductor.automated_clean", Switch, Fixed("true"), "Clean a machine whenever it is provided or undeployed; a node's own `automated_clean` goes before it."),
    key("conductor.fast_track", Switch, Fixed("true"), "Leave the agent running between inspection, cleaning and deployment, so that the machine reboots less."),

    key("conductor.power_off_after_deploy_failure", Switch, Fixed("true"), "Power a machine off when its deployment failed."),

    key("cleaning.erase_devices_priority", Whole(0, 1000), Fixed("0"), "Priority of erasing whole disks in automated cleaning; 0 leaves the step out. Above 0, cleaning fails with an agent that does not have the step, as this engine's own does not yet."),
    key("cleaning.erase_devices_metadata_priority", Whole(0, 1000), Fixed("10"), "Priority of erasing partition tables and signatures in automated cleaning; 0 leaves the step out."),

    key("steps.disallowed_in_cleaning", STEPS, Fixed("vendor.send_raw"), "Steps that no cleaning may run: asked for, or in a runbook, they are refused; in automated cleaning they are left out."),
    key("steps.disallowed_in_deployment", STEPS, Fixed("vendor.send_raw"), "Steps that no deployment may run: asked for, or in a deploy template, they are refused; what an agent brings of them is left out."),
    key("steps.disallowed_in_service", STEPS, Fixed("vendor.send_raw"), "Steps that no service may run: asked for, or in a runbook, they are refused."),

    key("timeouts.agent_boot", SECONDS, Fixed("900"), "Seconds in which the agent must report after a machine was told to boot it."),
    key("timeouts.inspection", SECONDS, Fixed("900"), "Seconds in which an inspection must end."),
    key("timeouts.step_silence", SECONDS, Fixed("300"), "Seconds without a sign of life from the agent after which a step has failed."),
    key("timeouts.power", SECONDS, Fixed("120"), "Seconds in which a machine must reach a power state."),
    key("timeouts.soft_power_off", SECONDS, Fixed("600"), "Seconds in which an operating system must shut down when it was asked to."),
    key("timeouts.power_off_grace", Whole(0, 86_400), Fixed("60"), "Seconds in which the agent may power its machine off by itself before the BMC does it."),
    key("timeouts.boot_attempts", Whole(1, 10), Fixed("2"), "How often a machine is booted into the agent before that has failed."),
    key("timeouts.power_sync", Whole(0, 86_400), Fixed("120"), "Seconds between two looks at a machine's power state; 0 never looks unasked."),

    key("bmc.allowed_networks", NETWORKS, Unset("all except loopback and link-local addresses"), "Where BMCs may be. Loopback needs `development`."),
    key("bmc.connect_timeout", Whole(1, 300), Fixed("10"), "Seconds in which a BMC must accept a connection."),
    key("bmc.read_timeout", Whole(1, 600), Fixed("60"), "Seconds in which a BMC must answer."),

    key("hardware.enabled_types", Choices(&["redfish", "idrac", "manual-management", "fake-hardware", "ipmi"]), Fixed("redfish,idrac,manual-management,fake-hardware"),
        "The drivers that nodes may use. `ipmi` is listed when it is enabled, but no node can have it: this engine does not speak IPMI yet."),
    key("hardware.fake_step_seconds", Whole(0, 3600), Fixed("0"), "Seconds that each pretended step of fake-hardware takes, where none of the delays below says otherwise."),
    key("fake.bios_delay", DELAY, AS_STEPS, "How long BIOS steps of fake-hardware take."),
    key("fake.deploy_delay", DELAY, AS_STEPS, "How long deploy steps of fake-hardware take."),
    key("fake.firmware_delay", DELAY, AS_STEPS, "How long firmware steps of fake-hardware take."),
    key("fake.inspect_delay", DELAY, AS_STEPS, "How long an inspection of fake-hardware takes."),
    key("fake.management_delay", DELAY, Unset("no time"), "How long setting the boot device and asking for lights take on fake-hardware."),
    key("fake.power_delay", DELAY, Unset("no time"), "How long a power change of fake-hardware takes."),
    key("fake.rescue_delay", DELAY, AS_STEPS, "How long rescue and unrescue of fake-hardware take."),
    key("fake.vendor_delay", DELAY, Unset("no time for methods; for steps as hardware.fake_step_seconds"), "How long vendor steps and synchronous vendor methods of fake-hardware take."),

    key("defaults.bios_interface", INTERFACE, FIRST_ENABLED, "The BIOS interface of nodes that name none."),
    key("defaults.boot_interface", INTERFACE, FIRST_ENABLED, "The boot interface of nodes that name none."),
    key("defaults.console_interface", INTERFACE, FIRST_ENABLED, "The console interface of nodes that name none."),
    key("defaults.deploy_interface", INTERFACE, FIRST_ENABLED, "The deploy interface of nodes that name none."),
    key("defaults.firmware_interface", INTERFACE, FIRST_ENABLED, "The firmware interface of nodes that name none."),
    key("defaults.inspect_interface", INTERFACE, FIRST_ENABLED, "The inspect interface of nodes that name none."),
    key("defaults.management_interface", INTERFACE, FIRST_ENABLED, "The management interface of nodes that name none."),
    key("defaults.network_interface", INTERFACE, FIRST_ENABLED, "The network interface of nodes that name none."),
    key("defaults.power_interface", INTERFACE, FIRST_ENABLED, "The power interface of nodes that name none."),
    key("defaults.raid_interface", INTERFACE, FIRST_ENABLED, "The RAID interface of nodes that name none."),
    key("defaults.rescue_interface", INTERFACE, FIRST_ENABLED, "The rescue interface of nodes that name none."),
    key("defaults.storage_interface", INTERFACE, FIRST_ENABLED, "The storage interface of nodes that name none."),
    key("defaults.vendor_interface", INTERFACE, FIRST_ENABLED, "The vendor interface of nodes that name none."),

    key("netboot.interface", Text("a network interface's name, at most 15 characters"), Unset("network boot is off unless an address is named"), "The network interface on which machines are booted."),
    key("netboot.address", IPV4, Unset("the interface's first address"), "The address on which machines are booted."),
    key("netboot.dhcp", Choice(&["off", "server", "known", "proxy"]), Fixed("off"),
        "`server` leases addresses to all, `known` to machines of the engine only, `proxy` adds boot data beside another server, `off` leaves DHCP alone."),
    key("netboot.range_start", IPV4, Unset("no range"), "The first address to lease."),
    key("netboot.range_end", IPV4, Unset("no range"), "The last address to lease."),
    key("netboot.netmask", Text("a netmask such as 255.255.255.0"), Fixed("255.255.255.0"), "The netmask that leases carry."),
    key("netboot.router", IPV4, Unset("none"), "The router that leases carry."),
    key("netboot.dns", Texts("an IPv4 address"), Unset("none"), "The name servers that leases carry."),
    key("netboot.lease_seconds", Whole(120, 604_800), Fixed("3600"), "How long a lease lasts."),
    key("netboot.relays", Texts("an IPv4 address"), Unset("none"), "The DHCP relays that are listened to, in mode `proxy`: the modes that lease addresses serve one network so far."),
    key("netboot.router_advertisements", Switch, Fixed("false"), "Send IPv6 router advertisements: some boot ROMs wait many seconds for one."),
    key("netboot.ra_prefix", Text("an IPv6 network such as fd00:1::/64"), Unset("no prefix"), "The prefix that the advertisements carry."),
    key("netboot.http_port", Whole(1, 65_535), Fixed("8089"), "The port of the boot listener."),
    key("netboot.tftp", Switch, Fixed("true"), "Serve the boot programs by TFTP too."),
    key("netboot.ipxe_dir", Path, Fixed("/usr/lib/ipxe"), "Folder of the iPXE programs, as Debian's package `ipxe` installs them."),
    key("netboot.ramdisk_dir", Path, Unset("machines cannot boot the agent"), "Folder of the agent's ramdisk, as `hammerscale ramdisk build` made it."),
    key("netboot.node_ramdisks", Switch, Fixed("false"), "Boot a node that names `deploy_kernel` and `deploy_ramdisk` in its driver_info (http or https URLs) into those, which are ironic-python-agent's as a rule, instead of the engine's own agent."),
    key("netboot.kernel_append_params", Text("kernel parameters of plain characters; initrd= is the engine's own"), Unset("none"), "Parameters added to the ramdisk's kernel."),

    key("agents.listen", SOCKET, Unset("port 6386 of the network boot address; closed without network boot"), "Where agents report (TLS)."),
    key("agents.tls_certificate", Path, Unset("one made at first start, in the data folder"), "Certificate chain (PEM) of that listener."),
    key("agents.tls_key", Path, Unset("one made at first start, in the data folder"), "Private key (PEM) of that certificate."),
    key("agents.lookup_by_mac", Switch, Fixed("true"), "Let agents that carry no boot identity (plain ironic-python-agent) name themselves by their MAC addresses, shortly after their machine was powered on."),
    key("agents.md5_checksums", Switch, Fixed("true"), "Let images be known by MD5 digests, which can be forged; false refuses them at validation and in the agent."),
    key("agents.bios_bootloader_install", Switch, Fixed("false"), "Let ironic-python-agent run programs of a partition image (`grub-install`, as root) to install its boot loader; its release 13 takes no partition image otherwise, for UEFI neither. The engine's own agent runs nothing of an image."),
    key("agents.allowed_networks", NETWORKS, Unset("all that are not forbidden"), "From where agents may fetch images although it is forbidden otherwise."),
    key("agents.forbidden_networks", NETWORKS, Unset("none besides loopback, link-local, BMC and engine addresses"), "From where agents must not fetch images."),
    key("agents.image_ca_file", Path, Unset("the public authorities and the engine's own"), "Certificate authorities (PEM) that agents trust for images, checksum files, config drives and registries besides those."),

    key("log.format", Choice(&["text", "json"]), Fixed("text"), "How log lines look."),
    key("log.level", Text("off, error, warn, info, debug, trace or directives such as info,conductor=debug"), Fixed("info"), "How much is logged."),
];
