//! The lookup answer: who the machine is, its token, and the settings of the conductor for its agent.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::extension::ExtensionConfig;
use crate::lenient;
use crate::secret::WireSecret;

/// What stands in place of a secret that was handed out before.
pub const MASKED: &str = "******";

/// Answer of `GET /v1/lookup`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookupResponse {
    /// The node that owns one of the addresses asked for.
    pub node: LookupNode,
    /// Settings for the agent.
    #[serde(default)]
    pub config: LookupConfig,
}

/// The part of a node that lookup shows; secrets in it are masked by the server.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct LookupNode {
    /// The node's UUID; an answer without it is no answer.
    pub uuid: String,
    /// Hardware properties, among them `root_device`.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub properties: Map<String, Value>,
    /// The instance's settings.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub instance_info: Map<String, Value>,
    /// The conductor's own notes on the node.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub driver_internal_info: Map<String, Value>,
    /// `[{href, rel}]`.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub links: Vec<Value>,
}

impl fmt::Debug for LookupNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupNode")
            .field("uuid", &self.uuid)
            .finish_non_exhaustive()
    }
}

/// The `config` object of the lookup answer, with Ironic's defaults for what is missing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct LookupConfig {
    /// Seconds after which the conductor counts a silent agent as gone; the base of the heartbeat interval.
    pub heartbeat_timeout: u64,
    /// A fresh token, or [`MASKED`] when it was handed out before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_token: Option<WireSecret>,
    /// Always true in current servers; agents ignore it.
    pub agent_token_required: bool,
    /// Metrics destination.
    #[serde(deserialize_with = "lenient::or_default")]
    pub metrics: Metrics,
    /// Where statsd metrics would go.
    #[serde(deserialize_with = "lenient::or_default")]
    pub metrics_statsd: Statsd,
    /// Policy for container steps.
    #[serde(deserialize_with = "lenient::or_default")]
    pub agent_containers: AgentContainers,
    /// Whether MD5 image checksums are accepted.
    pub agent_md5_checksum_enable: bool,
    /// Whether the agent may skip looking into images before it writes them.
    pub disable_deep_image_inspection: bool,
    /// Image formats the agent may write.
    pub permitted_image_formats: Vec<String>,
    /// Whether a boot loader may be installed in BIOS mode.
    pub enable_bios_bootloader_install: bool,
    /// Whether the agent should not ask the BMC for its address (true for Redfish nodes).
    pub agent_skip_bmc_detect: bool,
    /// Lowest TLS version of the agent's server and clients, `1.2` or `1.3`.
    #[serde(deserialize_with = "lenient::optional")]
    pub tls_min_version: Option<String>,
    /// OpenSSL-style cipher list, or null for the library's own.
    #[serde(deserialize_with = "lenient::optional")]
    pub tls_cipher_suites: Option<String>,
    /// Hammerscale's announcement of its extensions; absent from other servers.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional"
    )]
    pub hammerscale: Option<ExtensionConfig>,
}

impl Default for LookupConfig {
    fn default() -> Self {
        Self {
            heartbeat_timeout: 300,
            agent_token: None,
            agent_token_required: true,
            metrics: Metrics::default(),
            metrics_statsd: Statsd::default(),
            agent_containers: AgentContainers::default(),
            agent_md5_checksum_enable: true,
            disable_deep_image_inspection: false,
            permitted_image_formats: ["raw", "gpt", "qcow2", "iso"].map(String::from).to_vec(),
            enable_bios_bootloader_install: false,
            agent_skip_bmc_detect: false,
            tls_min_version: None,
            tls_cipher_suites: None,
            hammerscale: None,
        }
    }
}

/// Metrics settings; backend `noop` means none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metrics {
    /// `noop` or `statsd`.
    pub backend: String,
    /// Prepend the host's name to each metric.
    pub prepend_host: bool,
    /// Prepend the node's UUID to each metric.
    pub prepend_uuid: bool,
    /// Reverse the host's name by dots.
    pub prepend_host_reverse: bool,
    /// A prefix for all.
    pub global_prefix: Option<String>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            backend: "noop".to_owned(),
            prepend_host: false,
            prepend_uuid: false,
            prepend_host_reverse: true,
            global_prefix: None,
        }
    }
}

/// Statsd address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Statsd {
    /// Host name or address.
    pub statsd_host: String,
    /// UDP port.
    pub statsd_port: u16,
}

impl Default for Statsd {
    fn default() -> Self {
        Self {
            statsd_host: "localhost".to_owned(),
            statsd_port: 8125,
        }
    }
}

/// Policy for steps that run in containers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentContainers {
    /// Whether any image may run.
    pub allow_arbitrary_containers: bool,
    /// Images that may run.
    pub allowed_containers: Vec<String>,
    /// A YAML file of steps inside the ramdisk.
    pub container_steps_file: Option<String>,
    /// `podman` or `docker`.
    pub runner: String,
    /// Options of the pull.
    pub pull_options: Vec<String>,
    /// Options of the run.
    pub run_options: Vec<String>,
}

impl Default for AgentContainers {
    fn default() -> Self {
        Self {
            allow_arbitrary_containers: false,
            allowed_containers: Vec::new(),
            container_steps_file: Some("/etc/ironic-python-agent.d/mysteps.yaml".to_owned()),
            runner: "podman".to_owned(),
            pull_options: Vec::new(),
            run_options: ["--rm", "--network=host"].map(String::from).to_vec(),
        }
    }
}
