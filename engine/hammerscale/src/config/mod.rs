//! The daemon's configuration in three stages: raw (`fragments`), merged (`merged`), validated (`settings`, `validate`).
//! A file is weaker than variables, variables are weaker than flags. It opens nothing but the file.

mod database;
mod fragments;
mod ironic;
mod keys;
mod merged;
mod netboot;
mod network;
mod problem;
mod reader;
mod reference;
mod settings;
#[cfg(test)]
mod tests;
mod validate;
mod words;

pub use database::DatabaseUrl;
pub use ironic::{IronicSources, Remark, Verdict};
pub use keys::{KEYS, Key, Kind, Preset};
pub use merged::{Merged, Surroundings};
pub use network::Network;
pub use problem::{Problem, Problems};
pub use reference::reference;
pub use settings::{
    Agents, Api, Bmc, BootPlace, Cleaning, Conductor, LeaseRange, Log, Netboot,
    RouterAdvertisements, Settings, Timeouts, TlsFiles, Users,
};
pub use words::{
    DhcpMode, Endpoint, InterfaceName, KernelParameters, LinkName, LogDirectives, LogFormat, Name,
    Netmask, UserRole,
};

use std::path::Path;

/// A configuration that was read and found good.
#[derive(Debug)]
pub struct Configuration {
    /// The validated settings.
    pub settings: Settings,
    /// Each key's value and who set it.
    pub effective: Merged,
}

/// Reads, merges and validates. `flags` are pairs of a key's path and its text.
///
/// # Errors
/// Every problem that was found, not only the first.
pub fn load(
    file: Option<&Path>,
    surroundings: &Surroundings,
    flags: &[(&'static str, String)],
) -> Result<Configuration, Problems> {
    load_over(None, file, surroundings, flags).0
}

/// As [`load`], with Ironic's settings below everything else; says what became of each of them, whether the rest is good or not.
pub fn load_over(
    ironic: Option<IronicSources<'_>>,
    file: Option<&Path>,
    surroundings: &Surroundings,
    flags: &[(&'static str, String)],
) -> (Result<Configuration, Problems>, Vec<Remark>) {
    let mut problems = Vec::new();
    let mut all = Vec::new();
    let mut remarks = Vec::new();
    if let Some(sources) = ironic {
        let reading = ironic::read(sources, surroundings, &mut problems);
        all.extend(reading.fragments);
        remarks = reading.remarks;
    }
    if let Some(file) = file {
        all.extend(fragments::from_file(file, &mut problems));
    }
    all.extend(fragments::from_variables(
        &surroundings.variables,
        &mut problems,
    ));
    all.extend(fragments::from_flags(flags));
    let effective = Merged::new(all, surroundings);
    let mut reader = reader::Reader::new(&effective);
    let settings = validate::settings(&mut reader);
    problems.extend(reader.problems);
    let configuration = match settings {
        Some(settings) if problems.is_empty() => Ok(Configuration {
            settings,
            effective,
        }),
        _ => Err(Problems(problems)),
    };
    (configuration, remarks)
}
