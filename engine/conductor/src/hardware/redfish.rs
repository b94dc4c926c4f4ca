//! `redfish`: BMCs that speak DMTF Redfish. Reads the `redfish_*` keys of driver_info (Ironic's names and defaults).

use super::{HardwareType, Machine, agent_keys, interfaces};
use async_trait::async_trait;
use bmc_core::{AuthMode, BmcAddress, Driver, Secret, Target, TlsPolicy};
use model::{InterfaceKind as K, Node, Object, Refusal, RefusalKind};
use ports::hardware::{DriverProperty, HardwareDescription};
use serde_json::Value;
use std::sync::Arc;

/// The `redfish` type.
pub struct RedfishHardware {
    driver: Arc<dyn Driver>,
}

impl RedfishHardware {
    /// With the driver that speaks to the BMCs.
    pub fn new(driver: Arc<dyn Driver>) -> Self {
        Self { driver }
    }
}

const PROPERTIES: &[(&str, &str)] = &[
    (
        "redfish_address",
        "The URL of the BMC, scheme://host[:port]; https when the scheme is left out. Required.",
    ),
    (
        "redfish_system_id",
        "The path of the System resource, such as /redfish/v1/Systems/1. Optional when the BMC has exactly one.",
    ),
    (
        "redfish_username",
        "The user to log in as. Required unless the BMC asks for none.",
    ),
    ("redfish_password", "The user's password."),
    (
        "redfish_verify_ca",
        "true: verify the BMC's certificate by the system's authorities; false: do not; text: the authority's certificate, PEM. Default true.",
    ),
    (
        "redfish_auth_type",
        "auto, session or basic. Default auto: session where the BMC has them, else basic.",
    ),
    (
        "redfish_tls_minimum_version",
        "1.1, 1.2 or 1.3: the least version of TLS to speak with the BMC. Below 1.2 none is spoken, whatever stands here.",
    ),
];

#[async_trait]
impl HardwareType for RedfishHardware {
    fn name(&self) -> &'static str {
        "redfish"
    }

    fn describe(&self) -> HardwareDescription {
        HardwareDescription {
            name: self.name(),
            interfaces: interfaces(&[
                (K::Bios, &["no-bios"]),
                (K::Boot, &["ipxe"]),
                (K::Console, &["no-console"]),
                (K::Deploy, &["direct", "custom-agent", "ramdisk"]),
                (K::Firmware, &["no-firmware"]),
                (K::Inspect, &["agent", "no-inspect"]),
                (K::Management, &["redfish", "noop"]),
                (K::Network, &["noop", "flat"]),
                (K::Power, &["redfish"]),
                (K::Raid, &["no-raid"]),
                (K::Rescue, &["no-rescue"]),
                (K::Storage, &["noop"]),
                (K::Vendor, &["no-vendor"]),
            ]),
            properties: properties(),
        }
    }

    fn problems(&self, info: &Object) -> Vec<String> {
        problems(info)
    }

    fn machine(&self, node: &Node) -> Result<Machine, Refusal> {
        machine(&self.driver, node)
    }

    async fn close(&self) {
        self.driver.close().await;
    }
}

/// The keys that describe a BMC, and those of the agent.
pub(super) fn properties() -> Vec<DriverProperty> {
    let keys = PROPERTIES.iter();
    keys.map(|(key, description)| DriverProperty { key, description })
        .chain(agent_keys::PROPERTIES.iter().cloned())
        .collect()
}

/// What is wrong with the keys.
pub(super) fn problems(info: &Object) -> Vec<String> {
    parse(info).err().unwrap_or_default()
}

/// The BMC that the keys describe.
pub(super) fn machine(driver: &Arc<dyn Driver>, node: &Node) -> Result<Machine, Refusal> {
    let target = parse(node.driver_info.expose())
        .map_err(|problems| Refusal::new(RefusalKind::Invalid, problems.join("; ")))?;
    Ok(Machine {
        driver: Arc::clone(driver),
        target,
    })
}

fn parse(info: &Object) -> Result<Target, Vec<String>> {
    let mut problems = Vec::new();
    let address = address(info).map_err(|problem| problems.push(problem)).ok();
    let auth = auth(info).map_err(|problem| problems.push(problem)).ok();
    let tls = tls(info).map_err(|problem| problems.push(problem)).ok();
    let tls_1_3 = tls_1_3(info).map_err(|problem| problems.push(problem)).ok();
    for key in ["redfish_username", "redfish_password", "redfish_system_id"] {
        if info
            .get(key)
            .is_some_and(|value| !value.is_string() && !value.is_null())
        {
            problems.push(format!("driver_info/{key} must be text"));
        }
    }
    let (Some(address), Some(auth), Some(tls), Some(tls_1_3)) = (address, auth, tls, tls_1_3)
    else {
        return Err(problems);
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut target = Target::new(address);
    target.system_id = text(info, "redfish_system_id");
    target.username = text(info, "redfish_username");
    target.password = text(info, "redfish_password").map(Secret::new);
    target.auth = auth;
    target.tls = tls;
    target.tls_1_3 = tls_1_3;
    Ok(target)
}

fn text(info: &Object, key: &str) -> Option<String> {
    info.get(key)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn address(info: &Object) -> Result<BmcAddress, String> {
    let given = text(info, "redfish_address").ok_or(
        "driver_info/redfish_address is missing: the URL of the BMC, such as https://192.0.2.10",
    )?;
    given
        .parse()
        .map_err(|error| format!("driver_info/redfish_address '{given}': {error}"))
}

fn auth(info: &Object) -> Result<AuthMode, String> {
    let given = info.get("redfish_auth_type");
    match given.map(|value| value.as_str().unwrap_or_default()) {
        None | Some("auto") => Ok(AuthMode::Auto),
        Some("session") => Ok(AuthMode::Session),
        Some("basic") => Ok(AuthMode::Basic),
        Some(_) => Err(
            "driver_info/redfish_auth_type: allowed are the texts auto, session and basic".into(),
        ),
    }
}

fn tls_1_3(info: &Object) -> Result<bool, String> {
    match info.get("redfish_tls_minimum_version") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::String(version)) if version.is_empty() => Ok(false),
        Some(Value::String(version)) if version == "1.3" => Ok(true),
        Some(Value::String(version)) if ["1.1", "1.2"].contains(&version.as_str()) => Ok(false),
        Some(_) => Err(
            "driver_info/redfish_tls_minimum_version: allowed are the texts 1.1, 1.2 and 1.3"
                .into(),
        ),
    }
}

fn tls(info: &Object) -> Result<TlsPolicy, String> {
    let verify = |word: &str| match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(TlsPolicy::System),
        "false" | "no" | "off" | "0" => Some(TlsPolicy::NoVerify),
        _ => None,
    };
    match info.get("redfish_verify_ca") {
        None | Some(Value::Null) => Ok(TlsPolicy::System),
        Some(Value::Bool(true)) => Ok(TlsPolicy::System),
        Some(Value::Bool(false)) => Ok(TlsPolicy::NoVerify),
        Some(Value::String(given)) if given.contains("-----BEGIN CERTIFICATE-----") => {
            Ok(TlsPolicy::CaFile(given.clone().into_bytes()))
        }
        Some(Value::String(given)) => verify(given).ok_or_else(|| {
            format!("driver_info/redfish_verify_ca '{given}': allowed are true, false or a certificate in PEM form; a path on the engine's disk is not read")
        }),
        Some(_) => Err("driver_info/redfish_verify_ca: allowed are true, false or a certificate in PEM form".into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(info: Value) -> Result<Target, Vec<String>> {
        parse(info.as_object().unwrap())
    }

    #[test]
    fn every_problem_is_named_with_its_key() {
        let problems = parsed(json!({"redfish_auth_type": "kerberos", "redfish_verify_ca": "/etc/ca.pem", "redfish_username": 5, "redfish_tls_minimum_version": 1.3}))
            .unwrap_err()
            .join("\n");
        for key in [
            "redfish_address",
            "redfish_auth_type",
            "redfish_verify_ca",
            "redfish_username",
            "redfish_tls_minimum_version",
        ] {
            assert!(problems.contains(key), "{problems}");
        }
    }

    #[test]
    fn good_keys_make_a_target() {
        let target = parsed(json!({"redfish_address": "192.0.2.1", "redfish_verify_ca": false, "redfish_system_id": "/redfish/v1/Systems/1"})).unwrap();
        assert_eq!(target.tls, TlsPolicy::NoVerify);
        assert_eq!(target.system_id.as_deref(), Some("/redfish/v1/Systems/1"));
        for (version, least) in [("1.2", false), ("1.3", true)] {
            let info =
                json!({"redfish_address": "192.0.2.1", "redfish_tls_minimum_version": version});
            assert_eq!(parsed(info).unwrap().tls_1_3, least);
        }
    }
}
