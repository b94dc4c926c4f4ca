//! Both servers: Hammerscale as a child of this run, Ironic beside it with the same hardware types and interfaces. Each start makes new
//! databases in a scratch folder.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::Value;

use super::ironic::{self, Enabled, Ironic};
use super::wire::{Request, Side};
use crate::engine::{EngineProcess, EngineSpec};
use crate::postgres::Server;

/// Which hardware types both know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hardware {
    /// Fake hardware alone: most stories need no other.
    Fake,
    /// Every type that both have; nothing answers at the other end.
    Every,
}

impl Hardware {
    fn types(self) -> &'static [&'static str] {
        match self {
            Hardware::Fake => &["fake-hardware"],
            Hardware::Every => &["fake-hardware", "redfish", "idrac", "manual-management"],
        }
    }
}

/// What the daemon keeps everything in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Database {
    /// A file of its own.
    #[default]
    Sqlite,
    /// A server that is started for it.
    Postgresql,
}

/// Both, running.
pub struct Pair {
    /// The peer.
    pub ironic: Ironic,
    /// Ours.
    pub engine: EngineProcess,
    /// What it has its database on; ends after it.
    _server: Option<Arc<Server>>,
}

impl Pair {
    /// Starts both; their data and logs are in `folder`.
    pub async fn start(folder: &Path, hardware: Hardware, database: Database) -> Result<Self> {
        let bin = ironic::install()?;
        let server = match database {
            Database::Sqlite => None,
            Database::Postgresql => Some(Server::shared()?.context("PostgreSQL is not installed")?),
        };
        let engine = start_engine(folder, hardware, server.as_deref())?;
        let interfaces = enabled(&Side::ours(engine.address)?, hardware).await?;
        let settings = ironic::Settings {
            hardware_types: hardware.types().join(","),
            interfaces,
            automated_clean: true,
            concurrent: 250,
        };
        let ironic = Ironic::start(&bin, folder, &settings)?;
        Ok(Self {
            ironic,
            engine,
            _server: server,
        })
    }

    /// How each is spoken to: Ironic, then ours.
    pub fn sides(&self) -> Result<[Side; 2]> {
        Ok([
            Side::ironic(self.ironic.address)?,
            Side::ours(self.engine.address)?,
        ])
    }
}

fn start_engine(
    folder: &Path,
    hardware: Hardware,
    server: Option<&Server>,
) -> Result<EngineProcess> {
    let path = |name: &str| folder.join(name).display().to_string();
    let keys = [
        ("api.listen", "127.0.0.1:0".to_owned()),
        ("data_dir", path("data")),
        ("sealing_key_file", path("sealing.key")),
        ("hardware.enabled_types", hardware.types().join(",")),
        ("log.level", "warn".to_owned()),
    ];
    let mut spec = EngineSpec {
        program: "/proc/self/exe".into(),
        keys: keys
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        kill_at: 0,
    };
    if let Some(server) = server {
        spec = spec.with_database(&server.new_database().context("a new database")?);
    }
    EngineProcess::start(&spec)?.map_err(|ended| anyhow::anyhow!("the engine ended: {ended:?}"))
}

/// What Hammerscale has enabled for these types, kind by kind.
async fn enabled(ours: &Side, hardware: Hardware) -> Result<Vec<Enabled>> {
    let mut kinds: Vec<Enabled> = Vec::new();
    for name in hardware.types() {
        let reply = ours
            .send(&Request::get(format!("/v1/drivers/{name}")))
            .await
            .context("asking Hammerscale for its interfaces")?;
        let driver = reply.json().context("the driver is no JSON")?;
        add(&mut kinds, &driver)?;
    }
    Ok(kinds)
}

/// Adds what a driver has. A default is one for all: where types differ, each goes by its own order.
fn add(kinds: &mut Vec<Enabled>, driver: &Value) -> Result<()> {
    let members = driver.as_object().context("the driver is no object")?;
    for (key, value) in members {
        let kind = key.strip_prefix("enabled_");
        let Some(kind) = kind.and_then(|rest| rest.strip_suffix("_interfaces")) else {
            continue;
        };
        let default = driver[format!("default_{kind}_interface")].as_str();
        let names = value.as_array().into_iter().flatten();
        let names = names.filter_map(Value::as_str).map(str::to_owned);
        match kinds.iter_mut().find(|known| known.kind == kind) {
            Some(known) => known.join(names, default),
            None => kinds.push(Enabled {
                kind: kind.to_owned(),
                names: names.collect(),
                default: default.map(str::to_owned),
            }),
        }
    }
    Ok(())
}

impl Enabled {
    fn join(&mut self, names: impl Iterator<Item = String>, default: Option<&str>) {
        for name in names {
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        self.default
            .take_if(|known| default != Some(known.as_str()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_default_is_what_all_types_agree_on() {
        let mut kinds = Vec::new();
        for (inspect, network) in [("fake", "noop"), ("agent", "noop")] {
            let driver = json!({
                "default_inspect_interface": inspect, "enabled_inspect_interfaces": [inspect, "no-inspect"],
                "default_network_interface": network, "enabled_network_interfaces": ["noop", "flat"],
            });
            add(&mut kinds, &driver).unwrap();
        }
        assert_eq!(kinds[0].names, ["fake", "no-inspect", "agent"]);
        assert_eq!(kinds[0].default, None);
        assert_eq!(kinds[1].default.as_deref(), Some("noop"));
    }
}
