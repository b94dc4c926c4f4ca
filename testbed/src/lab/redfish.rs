//! The few Redfish calls that the lab's own commands make. Not a client: the product has its own, and tests use that.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::namespace::Namespace;
use super::sushy::Bmc;

/// How much of a refusal an error quotes, in characters.
const QUOTED: usize = 600;

/// Sets the boot device (`Pxe`, `Hdd`, `Cd`), then powers on.
pub fn power_on(
    namespace: &Namespace,
    bmc: &Bmc,
    machine_uuid: &str,
    boot_from: &str,
) -> Result<()> {
    let system = Bmc::system(machine_uuid);
    let boot = json!({"Boot": {"BootSourceOverrideTarget": boot_from, "BootSourceOverrideEnabled": "Continuous"}});
    namespace.block_on(|| async {
        send(bmc, reqwest::Method::PATCH, &system, &boot).await?;
        send(
            bmc,
            reqwest::Method::POST,
            &format!("{system}/Actions/ComputerSystem.Reset"),
            &json!({"ResetType": "On"}),
        )
        .await
    })
}

/// Cuts a machine's power.
pub async fn force_off(bmc: &Bmc, machine_uuid: &str) -> Result<()> {
    let reset = format!("{}/Actions/ComputerSystem.Reset", Bmc::system(machine_uuid));
    let off = json!({"ResetType": "ForceOff"});
    send(bmc, reqwest::Method::POST, &reset, &off).await
}

async fn send(bmc: &Bmc, method: reqwest::Method, path: &str, body: &Value) -> Result<()> {
    let request = bmc
        .client()?
        .request(method, format!("{}{path}", bmc.url))
        .basic_auth(&bmc.user, Some(&bmc.password))
        .json(body);
    let answer = request
        .send()
        .await
        .with_context(|| format!("the BMC emulator does not answer at {path}"))?;
    let status = answer.status();
    if !status.is_success() {
        let said: String = answer
            .text()
            .await
            .unwrap_or_default()
            .chars()
            .take(QUOTED)
            .collect();
        bail!("the BMC emulator refuses {path} with {status}: {said}");
    }
    Ok(())
}
