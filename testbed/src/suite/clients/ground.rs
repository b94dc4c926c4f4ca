//! What every story stands on: where the clients are, and daemons to talk to.

use crate::engine::{EngineProcess, EngineSpec};
use crate::postgres::Server;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Not by its path: an earlier stage may have built it anew meanwhile.
pub(super) const PROGRAM: &str = "/proc/self/exe";

/// Where the clients are, and what their daemons keep everything in.
#[derive(Clone)]
pub(super) struct Ground {
    /// The `bin` folder of the clients' environment.
    pub bin: PathBuf,
    /// Each daemon has a database on this server; without, a file.
    pub server: Option<Arc<Server>>,
}

impl Ground {
    /// The name of the databases.
    pub fn database(&self) -> &'static str {
        match self.server {
            Some(_) => "postgresql",
            None => "sqlite",
        }
    }

    /// A daemon on loopback for fake machines, with these keys besides.
    pub fn fake_site(&self, folder: &Path, more: &[(&str, String)]) -> Result<EngineProcess> {
        let path = |name: &str| folder.join(name).display().to_string();
        let mut keys = vec![
            ("api.listen", "127.0.0.1:0".to_owned()),
            ("data_dir", path("data")),
            ("sealing_key_file", path("sealing.key")),
            ("log.level", "error".to_owned()),
        ];
        keys.extend(more.iter().cloned());
        self.started(EngineSpec {
            program: PROGRAM.into(),
            keys: keys
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
            kill_at: 0,
        })
    }

    /// A daemon that listens, on a new database.
    pub fn started(&self, spec: EngineSpec) -> Result<EngineProcess> {
        let spec = match &self.server {
            Some(server) => spec.with_database(&server.new_database().context("a new database")?),
            None => spec,
        };
        EngineProcess::start(&spec)?.map_err(|ended| anyhow::anyhow!("the engine ended: {ended:?}"))
    }
}

/// How the commands are told of a daemon that asks nobody for a name.
pub(super) fn without_names(url: &str) -> Vec<String> {
    ["--os-auth-type", "none", "--os-endpoint", url]
        .map(str::to_owned)
        .to_vec()
}
