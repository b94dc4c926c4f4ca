//! A machine of the lab as a story's subject: its BMC, its config drive, and the report of what was deployed on it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::lab::Machine;
use crate::lab::image::cloud_init;
use crate::lab::sushy::Bmc;
use crate::lab::web::{self, Report};

use super::story::Subject;

const LOOK: Duration = Duration::from_millis(250);

/// What the engine is told of the machine.
pub fn subject(machine: &Machine, bmc: &Bmc) -> Result<Subject> {
    Ok(Subject {
        name: machine.name.clone(),
        mac: machine.mac.clone(),
        driver_info: driver_info(bmc, machine)?,
        config_drive: config_drive(&machine.name),
    })
}

fn driver_info(bmc: &Bmc, machine: &Machine) -> Result<Map<String, Value>> {
    let mut info = Map::from_iter([
        ("redfish_address".to_owned(), json!(bmc.url)),
        (
            "redfish_system_id".to_owned(),
            json!(Bmc::system(&machine.uuid)),
        ),
        ("redfish_username".to_owned(), json!(bmc.user)),
        ("redfish_password".to_owned(), json!(bmc.password)),
    ]);
    if let Some(path) = &bmc.certificate {
        let pem =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        info.insert("redfish_verify_ca".to_owned(), json!(pem));
    }
    Ok(info)
}

/// The small images find the report's address in the metadata, Debian's cloud-init is told by user data.
fn config_drive(name: &str) -> Value {
    let home = web::phone_home_url(name);
    json!({
        "meta_data": {"hostname": name, "name": name, "phone_home": home},
        "user_data": cloud_init::reporting_user_data(&home),
    })
}

/// The report of the system on the machine with this address: its host name, and all of it.
pub async fn report(mac: &str) -> Result<(String, Report)> {
    report_after(mac, 0).await
}

/// The same, when there were so many of this machine before.
pub async fn report_after(mac: &str, earlier: usize) -> Result<(String, Report)> {
    loop {
        let reports = web::process::status().await?.reports;
        let mut own = reports.into_iter().filter(|report| report.mac == mac);
        if let Some(report) = own.nth(earlier) {
            return Ok((report.hostname.clone(), report));
        }
        tokio::time::sleep(LOOK).await;
    }
}
