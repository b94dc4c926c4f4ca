//! Both servers: Hammerscale as a child of this run, Ironic beside it with the same hardware types and interfaces. Each start makes new
//! databases in a scratch folder.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::ironic::{self, Interfaces, Ironic};
use super::wire::{Request, Side};
use crate::engine::{EngineProcess, EngineSpec};

/// Both, running.
pub struct Pair {
    /// The peer.
    pub ironic: Ironic,
    /// Ours.
    pub engine: EngineProcess,
}

impl Pair {
    /// Starts both; their data and logs are in `folder`.
    pub async fn start(folder: &Path) -> Result<Self> {
        let bin = ironic::install()?;
        let engine = start_engine(folder)?;
        let interfaces = enabled(&Side::ours(engine.address)?).await?;
        let settings = ironic::Settings {
            interfaces,
            automated_clean: true,
            concurrent: 250,
        };
        let ironic = Ironic::start(&bin, folder, &settings)?;
        Ok(Self { ironic, engine })
    }

    /// How each is spoken to: Ironic, then ours.
    pub fn sides(&self) -> Result<[Side; 2]> {
        Ok([
            Side::ironic(self.ironic.address)?,
            Side::ours(self.engine.address)?,
        ])
    }
}

fn start_engine(folder: &Path) -> Result<EngineProcess> {
    let path = |name: &str| folder.join(name).display().to_string();
    let keys = [
        ("api.listen", "127.0.0.1:0".to_owned()),
        ("data_dir", path("data")),
        ("sealing_key_file", path("sealing.key")),
        ("hardware.enabled_types", "fake-hardware".to_owned()),
        ("log.level", "warn".to_owned()),
    ];
    let spec = EngineSpec {
        program: "/proc/self/exe".into(),
        keys: keys
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        kill_at: 0,
    };
    EngineProcess::start(&spec)?.map_err(|ended| anyhow::anyhow!("the engine ended: {ended:?}"))
}

/// What Hammerscale has enabled for fake hardware, the default of each kind first.
async fn enabled(ours: &Side) -> Result<Interfaces> {
    let reply = ours
        .send(&Request::get("/v1/drivers/fake-hardware"))
        .await
        .context("asking Hammerscale for its interfaces")?;
    let driver = reply.json().context("the driver is no JSON")?;
    let kinds = driver.as_object().context("the driver is no object")?;
    let listed = kinds.iter().filter_map(|(key, value)| {
        let kind = key.strip_prefix("enabled_")?.strip_suffix("_interfaces")?;
        let default = driver[format!("default_{kind}_interface")].as_str()?;
        Some((kind.to_owned(), ordered(default, value)))
    });
    Ok(listed.collect())
}

fn ordered(default: &str, names: &Value) -> String {
    let names = names.as_array().into_iter().flatten();
    let others = names
        .filter_map(Value::as_str)
        .filter(|name| *name != default);
    std::iter::once(default)
        .chain(others)
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_interface_comes_first() {
        let names = serde_json::json!(["fake", "no-inspect"]);
        assert_eq!(ordered("no-inspect", &names), "no-inspect,fake");
    }
}
