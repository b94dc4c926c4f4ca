//! Parameters of the kernel command line. Parsing only; names and defaults are ironic-python-agent's.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// What the command line tells the agent.
#[derive(Clone, Debug)]
pub struct Params {
    /// Base URLs of the API, without trailing slash; empty means no lookup and no heartbeat.
    pub api_urls: Vec<String>,
    /// Where the inventory goes; empty means: see [`Params::inspection_urls`].
    pub inspection_callback_urls: Vec<String>,
    /// What is collected for an inspection.
    pub collectors: Vec<String>,
    /// Whether these were named: that asks for an inspection where no callback URL does.
    pub collectors_named: bool,
    /// A token from the boot media.
    pub agent_token: Option<agent_wire::WireSecret>,
    /// Do not verify the API's certificate.
    pub insecure: bool,
    /// Sent with each request as `X-OpenStack-Request-ID`.
    pub global_request_id: Option<String>,
    /// Address to listen at.
    pub listen_host: Option<IpAddr>,
    /// Port to listen at.
    pub listen_port: u16,
    /// Address in the callback URL instead of the found one.
    pub advertise_host: Option<IpAddr>,
    /// Port in the callback URL.
    pub advertise_port: u16,
    /// How long lookup is retried.
    pub lookup_timeout: Duration,
    /// First pause between lookups.
    pub lookup_interval: Duration,
    /// Tries to find the advertised address.
    pub ip_lookup_attempts: u32,
    /// Pause between them.
    pub ip_lookup_timeout: Duration,
    /// Whether to capture LLDP.
    pub collect_lldp: bool,
    /// How long to wait for it.
    pub lldp_timeout: Duration,
    /// Pause before hardware is used.
    pub hardware_initialization_delay: Duration,
    /// How often to look for a matching root disk.
    pub disk_wait_attempts: u32,
    /// Pause between the looks.
    pub disk_wait_delay: Duration,
    /// Longest silence of an image server.
    pub image_timeout: Duration,
    /// Retries per image URL.
    pub image_retries: u32,
    /// Pause between them.
    pub image_retry_interval: Duration,
    /// Longest image transfer; zero for none.
    pub image_max_duration: Duration,
    /// Timeout of API calls.
    pub http_timeout: Duration,
    /// Skip version discovery and use this minor version.
    pub api_minor: Option<u16>,
    /// MAC of the boot NIC as the boot loader gave it.
    pub bootif: Option<String>,
    /// Failures to set boot entries are warnings.
    pub ignore_bootloader_failure: bool,
}

impl Params {
    /// Parses a command line. Values that do not parse count as absent.
    pub fn parse(cmdline: &str) -> Self {
        let map: BTreeMap<&str, &str> = cmdline
            .split_whitespace()
            .filter_map(|token| token.split_once('='))
            .collect();
        let get = |name: &str| map.get(name).copied().filter(|v| !v.is_empty());
        let seconds = |name: &str, default: f64| {
            let value = get(name)
                .and_then(|v| v.parse::<f64>().ok())
                .unwrap_or(default);
            Duration::try_from_secs_f64(value).unwrap_or(Duration::from_secs_f64(default))
        };
        let count =
            |name: &str, default: u32| get(name).and_then(|v| v.parse().ok()).unwrap_or(default);
        let port = get("ipa-listen-port")
            .and_then(|v| v.parse().ok())
            .unwrap_or(9999);
        Self {
            api_urls: urls(get("ipa-api-url")),
            inspection_callback_urls: urls(get("ipa-inspection-callback-url")),
            collectors: list(get("ipa-inspection-collectors").unwrap_or("default,logs")),
            collectors_named: get("ipa-inspection-collectors").is_some(),
            agent_token: get("ipa-agent-token")
                .filter(|t| t.len() >= agent_wire::MIN_TOKEN_LENGTH)
                .map(Into::into),
            insecure: flag(get("ipa-insecure")),
            global_request_id: get("ipa-global-request-id").map(str::to_owned),
            listen_host: get("ipa-listen-host").and_then(|v| v.parse().ok()),
            listen_port: port,
            advertise_host: get("ipa-advertise-host").and_then(|v| v.parse().ok()),
            advertise_port: get("ipa-advertise-port")
                .and_then(|v| v.parse().ok())
                .unwrap_or(port),
            lookup_timeout: seconds("ipa-lookup-timeout", 600.0),
            lookup_interval: seconds("ipa-lookup-interval", 1.0),
            ip_lookup_attempts: count("ipa-ip-lookup-attempts", 6),
            ip_lookup_timeout: seconds("ipa-ip-lookup-timeout", 10.0),
            collect_lldp: flag(get("ipa-collect-lldp")),
            lldp_timeout: seconds("ipa-lldp-timeout", 30.0),
            hardware_initialization_delay: seconds("ipa-hardware-initialization-delay", 0.0),
            disk_wait_attempts: count("ipa-disk-wait-attempts", 10),
            disk_wait_delay: seconds("ipa-disk-wait-delay", 3.0),
            image_timeout: seconds("ipa-image-download-connection-timeout", 60.0),
            image_retries: count("ipa-image-download-connection-retries", 9),
            image_retry_interval: seconds("ipa-image-download-connection-retry-interval", 10.0),
            image_max_duration: seconds("ipa-image-download-max-duration", 0.0),
            http_timeout: seconds("ipa-http-request-timeout", 30.0),
            api_minor: get("ipa-ironic-api-version")
                .and_then(|v| v.strip_prefix("1."))
                .and_then(|v| v.parse().ok()),
            bootif: get("BOOTIF").map(str::to_lowercase),
            ignore_bootloader_failure: flag(get("ipa-ignore-bootloader-failure")),
        }
    }

    /// Where to POST the inventory: the callback URLs, else the API's own endpoint if collectors were named; nowhere in a boot that is for
    /// something else.
    pub fn inspection_urls(&self) -> Vec<String> {
        if !self.inspection_callback_urls.is_empty() || !self.collectors_named {
            return self.inspection_callback_urls.clone();
        }
        let own = |url: &String| format!("{url}/v1/continue_inspection");
        self.api_urls.iter().map(own).collect()
    }

    /// The boot NIC's MAC address with colons.
    pub fn boot_mac(&self) -> Option<String> {
        let text = self.bootif.as_deref()?.replace('-', ":");
        let mac = if text.split(':').count() == 7 {
            text.split_once(':')?.1.to_owned()
        } else {
            text
        };
        (mac.split(':').count() == 6).then_some(mac)
    }
}

fn flag(value: Option<&str>) -> bool {
    value.is_some_and(|v| {
        matches!(
            v.to_lowercase().as_str(),
            "1" | "t" | "true" | "on" | "y" | "yes"
        )
    })
}

fn list(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|v| !v.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Only http and https are understood, with a host; `mdns` is not supported and counts as absent.
fn urls(value: Option<&str>) -> Vec<String> {
    let named = |url: &str| {
        let rest = ["http://", "https://"].map(|scheme| url.strip_prefix(scheme));
        rest.into_iter().flatten().any(|host| !host.is_empty())
    };
    list(value.unwrap_or_default())
        .iter()
        .map(|url| url.trim_end_matches('/'))
        .filter(|url| named(url))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_line_is_understood() {
        let params = Params::parse(
            "console=ttyS0 quiet ipa-api-url=http://192.0.2.1:6385/,https://h BOOTIF=01-52-54-00-AA-bb-01 \
             ipa-insecure=1 ipa-lookup-timeout=30 ipa-listen-port=8888 ipa-collect-lldp=true ipa-agent-token=short",
        );
        assert_eq!(params.api_urls, ["http://192.0.2.1:6385", "https://h"]);
        assert_eq!(params.boot_mac().as_deref(), Some("52:54:00:aa:bb:01"));
        assert!(params.inspection_urls().is_empty());
        assert!(params.insecure && params.collect_lldp && params.agent_token.is_none());
        assert_eq!((params.listen_port, params.advertise_port), (8888, 8888));
        assert_eq!(params.lookup_timeout, Duration::from_secs(30));
    }

    #[test]
    fn the_inventory_goes_where_it_is_asked_for() {
        let named = Params::parse("ipa-api-url=http://h:6385 ipa-inspection-collectors=default");
        assert_eq!(
            named.inspection_urls(),
            ["http://h:6385/v1/continue_inspection"]
        );
        let told = Params::parse("ipa-api-url=http://h ipa-inspection-callback-url=http://i/x");
        assert_eq!(told.inspection_urls(), ["http://i/x"]);
        assert_eq!(told.collectors, ["default", "logs"]);
    }

    #[test]
    fn nonsense_counts_as_absent() {
        let params = Params::parse(
            "ipa-lookup-timeout=-1 ipa-listen-port=99999 ipa-api-url=mdns,http:///,https:// BOOTIF=zz == = a",
        );
        assert_eq!(params.lookup_timeout, Duration::from_secs(600));
        assert_eq!(params.listen_port, 9999);
        assert!(params.api_urls.is_empty() && params.boot_mac().is_none());
    }
}
