//! Drivers: the hardware types, and of each what works here.

use super::raid;
use crate::args::flag_of;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::{answer, selection};
use api_types::driver::interface_since;
use api_types::{Driver, Link};
use axum::extract::Path;
use model::InterfaceKind;
use ports::hardware::HardwareDescription;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// `type`, `detail` and the interfaces came with this version.
const DYNAMIC_SINCE: u16 = 30;
/// Fields of drivers can be selected since then.
const FIELDS_SINCE: u16 = 77;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/drivers", list, "List drivers").arguments(&[
            ("type", DYNAMIC_SINCE),
            ("detail", DYNAMIC_SINCE),
            ("fields", FIELDS_SINCE),
        ]),
        Endpoint::get("/drivers/{driver}", show, "Show a driver")
            .arguments(&[("fields", FIELDS_SINCE)]),
        Endpoint::get(
            "/drivers/{driver}/properties",
            properties,
            "List what a driver reads of driver_info",
        ),
        Endpoint::get(
            "/drivers/{driver}/raid/logical_disk_properties",
            raid_properties,
            "List what a driver's RAID interface can be told",
        )
        .since(12)
        .too_old(TooOld::NotAcceptable),
    ]
}

async fn list(call: Call) -> Answer {
    let detail = detail(&call)?;
    let fields = fields(&call, detail)?;
    let mut types = call.app.engine.hardware_types();
    if kind(&call)? == Some("classic") {
        types.clear();
    }
    types.sort_by_key(|hardware| hardware.name);
    let mut drivers = Vec::with_capacity(types.len());
    for hardware in &types {
        let mut shown = written(&document(&call, hardware, detail || fields.is_some()))?;
        if let Some(fields) = &fields {
            shown.retain(|name, _| name == "links" || fields.contains(name));
        }
        drivers.push(Value::Object(shown));
    }
    answer::ok(&json!({ "drivers": drivers }))
}

async fn show(call: Call, Path(name): Path<String>) -> Answer {
    let fields = fields(&call, false)?;
    let hardware = found(&call, &name)?;
    let mut shown = written(&document(&call, &hardware, true))?;
    if let Some(fields) = &fields {
        shown.retain(|name, _| name == "links" || fields.contains(name));
    }
    answer::ok(&shown)
}

async fn properties(call: Call, Path(name): Path<String>) -> Answer {
    let hardware = found(&call, &name)?;
    let all: BTreeMap<_, _> = hardware
        .properties
        .iter()
        .map(|property| (property.key, property.description))
        .collect();
    answer::ok(&all)
}

/// The words are the same for all, and told of drivers without RAID too, as in Ironic.
async fn raid_properties(call: Call, Path(name): Path<String>) -> Answer {
    found(&call, &name)?;
    let all: BTreeMap<_, _> = raid::DISK_PROPERTIES.iter().copied().collect();
    answer::ok(&all)
}

pub(super) fn found(call: &Call, name: &str) -> Result<HardwareDescription, ApiError> {
    let mut types = call.app.engine.hardware_types().into_iter();
    let shown: String = name.chars().take(80).collect();
    types
        .find(|hardware| hardware.name == name)
        .ok_or_else(|| ApiError::not_found(format!("Could not find the driver {shown:?}.")))
}

fn document(call: &Call, hardware: &HardwareDescription, detail: bool) -> Driver {
    let path = format!("drivers/{}", hardware.name);
    let version = call.version();
    let mut driver = Driver {
        name: hardware.name.to_owned(),
        hosts: vec![call.app.engine.conductor_name().to_owned()],
        links: Link::pair(call.public(), &path),
        ..Driver::default()
    };
    if version.has(14) {
        driver.properties = Link::pair(call.public(), &format!("{path}/properties"));
    }
    if version.has(DYNAMIC_SINCE) {
        driver.kind = Some("dynamic".to_owned());
    }
    if version.has(DYNAMIC_SINCE) && detail {
        for kind in InterfaceKind::ALL {
            if version.has(interface_since(*kind)) {
                insert_interface(&mut driver.interfaces, *kind, hardware);
            }
        }
    }
    driver
}

fn insert_interface(
    document: &mut Map<String, Value>,
    kind: InterfaceKind,
    hardware: &HardwareDescription,
) {
    let enabled = hardware.interfaces.get(&kind).cloned().unwrap_or_default();
    let word = kind.as_str();
    document.insert(format!("default_{word}_interface"), json!(enabled.first()));
    document.insert(format!("enabled_{word}_interfaces"), json!(enabled));
}

fn detail(call: &Call) -> Result<bool, ApiError> {
    let Some(text) = call.parameter("detail") else {
        return Ok(false);
    };
    call.needs("The parameter 'detail'", DYNAMIC_SINCE)?;
    flag_of("detail", text)
}

fn kind(call: &Call) -> Result<Option<&str>, ApiError> {
    let Some(text) = call.parameter("type") else {
        return Ok(None);
    };
    call.needs("The parameter 'type'", DYNAMIC_SINCE)?;
    match text {
        "classic" | "dynamic" => Ok(Some(text)),
        _ => Err(ApiError::invalid("A driver's type is classic or dynamic.")),
    }
}

fn fields(call: &Call, detail: bool) -> Result<Option<Vec<String>>, ApiError> {
    if call.parameter("fields").is_none() {
        return Ok(None);
    }
    call.needs("Selecting fields of drivers", FIELDS_SINCE)?;
    if detail {
        return Err(ApiError::invalid(
            "Can't fetch a subset of fields with 'detail' set.",
        ));
    }
    let fields = selection::listed(call, "fields");
    match fields.iter().find(|field| !is_field(field)) {
        Some(field) => {
            let shown: String = field.chars().take(80).collect();
            Err(ApiError::invalid(format!(
                "Field(s) {shown:?} are not valid."
            )))
        }
        None => Ok(Some(fields)),
    }
}

fn is_field(name: &str) -> bool {
    let plain = ["name", "hosts", "type", "properties", "links"].contains(&name);
    let interface = |kind: &InterfaceKind| {
        let word = kind.as_str();
        name == format!("default_{word}_interface") || name == format!("enabled_{word}_interfaces")
    };
    plain || InterfaceKind::ALL.iter().any(interface)
}

fn written(driver: &Driver) -> Result<Map<String, Value>, ApiError> {
    match serde_json::to_value(driver) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(ApiError::failed("The document cannot be written.")),
    }
}
