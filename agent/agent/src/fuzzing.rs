//! Doors for the fuzz targets in `fuzz/`: the readers of network and disk bytes, under one roof. Not an API, and nothing of
//! the agent goes through it.

use std::sync::Arc;
use std::time::Duration;

use agent_wire::{Command, ImageInfo, LookupConfig};

use crate::agent::{Agent, Settings};
use crate::commands;
use crate::host::Host;
use crate::image::{config_drive, source};
use crate::outbound::client::Fetcher;
use crate::outbound::dns::Dns;
use crate::outbound::document::Retries;
use crate::outbound::networks::OutboundPolicy;
use crate::outbound::proxies::Proxies;
use crate::outbound::trust::Trust;
use crate::partition_image::loader;
use crate::partition_image::root_files::RootFiles;

pub use crate::cmdline::Params;
pub use crate::disk::device::{Device, Window};
pub use crate::disk::partitions::{add_at_end, move_backup_to_end, read as read_table};
pub use crate::efi::esp::{find_loader, parse_csv};
pub use crate::efi::load_option::{label_of, partition_of};
pub use crate::image::checksum::judge;
pub use crate::image::checksum_file::find as find_in_file;
pub use crate::init::modules::{glob, name_of};
pub use crate::inventory::disks::{naa, unit_serial};
pub use crate::net::frame::unwrap_reply;
pub use crate::net::lease::parse as lease;
pub use crate::net::lldp::parse as lldp;
pub use crate::outbound::dns::parse_answer;
pub use crate::outbound::networks::Network;

pub use crate::outbound::client::decoded;

/// A machine that has nothing, in a folder that is not there.
const NOWHERE: &str = "/dev/shm/hammerscale-fuzz-nothing";
/// These look at no arguments, and work on the machine that the target runs on.
const PASSED_OVER: [&str; 5] = [
    "standby.sync",
    "standby.power_off",
    "standby.run_image",
    "system.lockdown",
    "log.collect_system_logs",
];
const ONCE: Retries = Retries {
    times: 0,
    interval: Duration::ZERO,
};

/// Reads a request's body as a command and carries it out, for an agent that may touch nothing: it has no disk, resolves no name
/// and may connect to no address. Gives what the requester would be told; `None` when the body is no command.
pub fn command(body: &[u8]) -> Option<Result<serde_json::Value, String>> {
    let command: Command = serde_json::from_slice(body).ok()?;
    let spec = match commands::find(&command.name) {
        Ok(spec) => spec,
        Err(failure) => return Some(Err(failure.to_string())),
    };
    if PASSED_OVER.contains(&spec.name) {
        return None;
    }
    let result = blocking((spec.run)(agent(), command.params))?;
    Some(match result {
        Ok(value) => Ok(value.unwrap_or_default()),
        Err(failure) => Err(failure.to_string()),
    })
}

/// Resolves an image's description without a network: credentials, digests, names in registries.
pub fn describe(document: &[u8]) -> Option<Result<String, String>> {
    let image: ImageInfo = serde_json::from_slice(document).ok()?;
    let proxies = Proxies::new(&image.proxies, image.no_proxy.as_deref());
    let policy = Arc::new(OutboundPolicy::new(&everywhere(), &[]));
    let silence = Duration::from_millis(1);
    let trust = Trust::default();
    let fetcher = Fetcher::new(&trust, nobody(), policy, silence, &proxies);
    let fetcher = match fetcher {
        Ok(fetcher) => fetcher,
        Err(error) => return Some(Err(format!("{error:#}"))),
    };
    let found = blocking(source::resolve(&image, &fetcher, ONCE, true))?;
    Some(found.map(|s| s.expected.hex).map_err(|e| e.to_string()))
}

/// A config drive as it comes from a server, made to fit a disk with such sectors.
pub fn config_drive(bytes: &[u8], sector: u64) -> Result<Vec<u8>, String> {
    let image = config_drive::fetched(bytes.to_vec())?;
    config_drive::fitted(&image, sector).map(std::borrow::Cow::into_owned)
}

/// What a root file system in this partition would put on an EFI system partition; `budget` bounds what is read of it.
pub fn root_files(device: &Device, budget: u64) -> Option<Vec<String>> {
    let part = device.part(0, device.size, "root").ok()?;
    let root = RootFiles::open_within(part, budget).ok()?;
    let files = loader::files(&root).ok()?;
    Some(files.into_iter().map(|file| file.path).collect())
}

fn blocking<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().ok()?;
    Some(runtime.block_on(work))
}

fn everywhere() -> Vec<String> {
    vec!["0.0.0.0/0".to_owned(), "::/0".to_owned()]
}

fn nobody() -> Dns {
    Dns {
        root: NOWHERE.into(),
        port: 53,
    }
}

fn agent() -> Arc<Agent> {
    let mut host = Host::guest(Vec::new(), false);
    host.root = NOWHERE.into();
    let params = Params::parse("ipa-disk-wait-attempts=1 ipa-image-download-connection-retries=0");
    let extension = agent_wire::ExtensionConfig {
        forbidden_networks: everywhere(),
        ..Default::default()
    };
    let config = LookupConfig {
        hammerscale: Some(extension),
        ..LookupConfig::default()
    };
    let settings = Settings::new(&config, None);
    Arc::new(Agent::new(
        host,
        params,
        Trust::default(),
        nobody(),
        settings,
    ))
}
