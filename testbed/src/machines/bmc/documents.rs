//! The Redfish documents of a BMC (schemas of DSP8010).

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::machines::listener;
use crate::machines::machine::{Machine, root_path};
use crate::machines::power::ResetType;
use crate::machines::truth::{BootMode, BootTarget, OverrideEnabled, Power, Truth};

fn link(index: usize, path: &str) -> Value {
    json!({"@odata.id": format!("{}/{path}", root_path(index))})
}

/// An error with its one message (DSP0266, section "Error responses").
pub(super) fn error(status: StatusCode, message: &str) -> Response<Full<Bytes>> {
    let body = json!({"error": {
        "code": "Base.1.0.GeneralError",
        "message": message,
        "@Message.ExtendedInfo": [{
            "@odata.type": "#Message.v1_0_0.Message",
            "MessageId": "Base.1.0.GeneralError",
            "Message": message,
            "Severity": "Critical",
        }],
    }});
    listener::json(status, &body)
}

pub(super) fn versions(index: usize) -> Value {
    json!({"v1": format!("{}/", root_path(index))})
}

pub(super) fn root(machine: &Machine) -> Value {
    let index = machine.index;
    json!({
        "@odata.id": format!("{}/", root_path(index)),
        "@odata.type": "#ServiceRoot.v1_5_0.ServiceRoot",
        "Id": "RootService",
        "Name": "Root Service",
        "RedfishVersion": "1.6.0",
        "UUID": machine.uuid,
        "Vendor": "Model",
        "Product": "Model BMC",
        "Systems": link(index, "Systems"),
        "Managers": link(index, "Managers"),
        "SessionService": link(index, "SessionService"),
        "Links": {"Sessions": link(index, "SessionService/Sessions")},
    })
}

pub(super) fn session_service(index: usize) -> Value {
    json!({
        "@odata.id": format!("{}/SessionService", root_path(index)),
        "@odata.type": "#SessionService.v1_1_0.SessionService",
        "Id": "SessionService",
        "Name": "Session Service",
        "ServiceEnabled": true,
        "SessionTimeout": 1800,
        "Sessions": link(index, "SessionService/Sessions"),
    })
}

/// A collection of these, by path below the root.
pub(super) fn collection(index: usize, path: &str, members: &[String]) -> Value {
    let kind = path.rsplit('/').next().unwrap_or(path);
    let kind = match kind {
        "Systems" => "ComputerSystem",
        other => other.trim_end_matches('s'),
    };
    let members: Vec<_> = members
        .iter()
        .map(|id| link(index, &format!("{path}/{id}")))
        .collect();
    json!({
        "@odata.id": format!("{}/{path}", root_path(index)),
        "@odata.type": format!("#{kind}Collection.{kind}Collection"),
        "Name": format!("{kind} Collection"),
        "Members@odata.count": members.len(),
        "Members": members,
    })
}

pub(super) fn only_member(index: usize, path: &str) -> Value {
    collection(index, path, &["1".to_owned()])
}

pub(super) fn manager(index: usize) -> Value {
    json!({
        "@odata.id": format!("{}/Managers/1", root_path(index)),
        "@odata.type": "#Manager.v1_3_0.Manager",
        "Id": "1",
        "Name": "Model BMC",
        "ManagerType": "BMC",
        "Manufacturer": "Model",
        "FirmwareVersion": "1.0",
        "Status": {"State": "Enabled", "Health": "OK"},
        "Links": {"ManagerForServers": [link(index, "Systems/1")]},
    })
}

pub(super) fn interface(machine: &Machine) -> Value {
    json!({
        "@odata.id": format!("{}/EthernetInterfaces/1", machine.system_path),
        "@odata.type": "#EthernetInterface.v1_4_0.EthernetInterface",
        "Id": "1",
        "Name": "Network card",
        "MACAddress": machine.mac,
        "PermanentMACAddress": machine.mac,
        "InterfaceEnabled": true,
        "SpeedMbps": 10_000,
        "Status": {"State": "Enabled", "Health": "OK"},
    })
}

/// Changes with the boot override only: power comes and goes by itself, and must not void a change that is being made.
pub(super) fn etag(truth: &Truth) -> String {
    let boot = truth.boot;
    format!(
        "\"{}-{}-{}\"",
        boot.target.word(),
        boot.enabled.word(),
        boot.mode.word()
    )
}

pub(super) fn system(machine: &Machine, truth: &Truth) -> Value {
    let index = machine.index;
    let power = match truth.power {
        Power::On => "On",
        Power::Off => "Off",
    };
    json!({
        "@odata.id": machine.system_path,
        "@odata.type": "#ComputerSystem.v1_10_0.ComputerSystem",
        "@odata.etag": etag(truth),
        "Id": "1",
        "Name": machine.name(),
        "SystemType": "Physical",
        "UUID": machine.uuid,
        "Manufacturer": "Model",
        "Model": "Machine",
        "SerialNumber": format!("M{index:07}"),
        "SKU": "MM-1",
        "BiosVersion": "1.0",
        "PowerState": power,
        "Status": {"State": "Enabled", "Health": "OK"},
        "ProcessorSummary": {"Count": 2, "Model": "Model processor"},
        "MemorySummary": {"TotalSystemMemoryGiB": 64},
        "Boot": boot(truth),
        "Actions": {"#ComputerSystem.Reset": {
            "target": format!("{}/Actions/ComputerSystem.Reset", machine.system_path),
            "ResetType@Redfish.AllowableValues": ResetType::WORDS,
        }},
        "EthernetInterfaces": link(index, "Systems/1/EthernetInterfaces"),
        "Links": {"ManagedBy": [link(index, "Managers/1")], "Chassis": []},
    })
}

fn boot(truth: &Truth) -> Value {
    json!({
        "BootSourceOverrideTarget": truth.boot.target.word(),
        "BootSourceOverrideTarget@Redfish.AllowableValues": BootTarget::WORDS,
        "BootSourceOverrideEnabled": truth.boot.enabled.word(),
        "BootSourceOverrideEnabled@Redfish.AllowableValues": OverrideEnabled::WORDS,
        "BootSourceOverrideMode": truth.boot.mode.word(),
        "BootSourceOverrideMode@Redfish.AllowableValues": BootMode::WORDS,
    })
}
