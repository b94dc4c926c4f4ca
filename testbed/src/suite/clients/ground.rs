//! What every story stands on: where the clients are, and daemons to talk to.

use crate::engine::{EngineProcess, EngineSpec};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Not by its path: an earlier stage may have built it anew meanwhile.
pub(super) const PROGRAM: &str = "/proc/self/exe";

/// Where the clients are.
pub(super) struct Ground {
    /// The `bin` folder of their environment.
    pub bin: PathBuf,
}

/// A daemon on loopback for fake machines, with these keys besides.
pub(super) fn fake_site(folder: &Path, more: &[(&str, String)]) -> Result<EngineProcess> {
    let path = |name: &str| folder.join(name).display().to_string();
    let mut keys = vec![
        ("api.listen", "127.0.0.1:0".to_owned()),
        ("data_dir", path("data")),
        ("sealing_key_file", path("sealing.key")),
        ("log.level", "error".to_owned()),
    ];
    keys.extend(more.iter().cloned());
    started(&EngineSpec {
        program: PROGRAM.into(),
        keys: keys
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        kill_at: 0,
    })
}

/// A daemon that listens.
pub(super) fn started(spec: &EngineSpec) -> Result<EngineProcess> {
    EngineProcess::start(spec)?.map_err(|ended| anyhow::anyhow!("the engine ended: {ended:?}"))
}

/// How the commands are told of a daemon that asks nobody for a name.
pub(super) fn without_names(url: &str) -> Vec<String> {
    ["--os-auth-type", "none", "--os-endpoint", url]
        .map(str::to_owned)
        .to_vec()
}
