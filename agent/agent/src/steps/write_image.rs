//! Step `write_image`: chooses the root disk, streams the image to it, places the config drive.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use agent_wire::ImageInfo;
use serde_json::{Value, json};

use super::{Phase, StepContext, StepSpec};
use crate::agent::Agent;
use crate::disk::choose;
use crate::disk::device::Device;
use crate::failure::Failure;
use crate::image::config_drive;
use crate::image::deploy::{Deployed, Deployment};
use crate::image::download::Patience;
use crate::inventory::disks;
use crate::log::info;
use crate::outbound::client::Fetcher;
use crate::outbound::networks::OutboundPolicy;
use crate::outbound::proxies::Proxies;
use crate::outbound::trust::Trust;

/// The step.
pub const SPEC: StepSpec = StepSpec {
    name: "write_image",
    interface: "deploy",
    phases: &[(Phase::Deploy, 0), (Phase::Service, 0)],
    abortable: false,
    arguments: &[
        (
            "image_info",
            "What to write: urls, checksum, disk_format.",
            true,
        ),
        (
            "configdrive",
            "URL, or base64 of a gzipped ISO image.",
            false,
        ),
    ],
    run: |context| Box::pin(run(context)),
};

async fn run(mut context: StepContext) -> Result<Option<Value>, Failure> {
    let image = context.args.remove("image_info").unwrap_or_default();
    let image: ImageInfo = serde_json::from_value(image)
        .map_err(|e| Failure::params(format!("image_info is not understood: {e}")))?;
    let given = context
        .args
        .get("configdrive")
        .and_then(Value::as_str)
        .filter(|t| !t.is_empty());
    let drive = given
        .map(Into::into)
        .or_else(|| image.configdrive.clone().filter(|d| !d.is_empty()));
    let agent = context.agent;
    let fetcher = fetcher(&agent, &image)?;
    let retries = patience(&agent).retries();
    // Fetched first: a config drive that cannot be had must not cost a whole image.
    let drive = match &drive {
        Some(text) => Some(config_drive::obtain(text.expose(), &fetcher, retries).await?),
        None => None,
    };
    let disk = root_disk(&agent, &context.node).await?;
    info!("image {} goes to {}", image.id, disk.display());
    let deployment = deployment(&agent, &fetcher);
    let work = deployment.run(&image, &disk, drive.as_deref());
    let deployed = agent.mandate.during(work).await?;
    agent.remember_written(disk.clone(), deployed.identifiers.clone());
    // On a partition image's disk it has its place already.
    if let Some(drive) = drive.filter(|_| deployed.identifiers.is_none()) {
        agent.mandate.confirm().await?;
        place_drive(&agent, &disk, drive).await?;
    }
    let message = message(&image, &disk, &deployed);
    let partitions = deployed.table.partitions.len();
    info!(
        "{message}: {} bytes, {partitions} partitions",
        deployed.bytes
    );
    Ok(Some(json!({"result": message})))
}

/// Conductors take the root identifier from this text.
fn message(image: &ImageInfo, disk: &Path, deployed: &Deployed) -> String {
    let root = match &deployed.identifiers {
        Some(identifiers) => identifiers.root.clone(),
        None => format!("0x{:08x}", deployed.disk_id),
    };
    format!(
        "prepare_image: image ({}) written to device {} root_uuid={root}",
        image.id,
        disk.display()
    )
}

fn deployment<'a>(agent: &'a Agent, fetcher: &'a Fetcher) -> Deployment<'a> {
    Deployment {
        host: &agent.host,
        fetcher,
        patience: patience(agent),
        md5_allowed: agent.settings().md5_allowed,
        board: &agent.progress,
        mandate: &agent.mandate,
    }
}

fn patience(agent: &Agent) -> Patience {
    Patience {
        retries: agent.params.image_retries,
        interval: agent.params.image_retry_interval,
        max_duration: agent.params.image_max_duration,
    }
}

fn fetcher(agent: &Agent, image: &ImageInfo) -> Result<Fetcher, Failure> {
    let extension = agent.settings().extension.unwrap_or_default();
    let policy = OutboundPolicy::new(&extension.forbidden_networks, &extension.allowed_networks);
    let trust = Trust {
        image_ca_pem: extension.image_ca_pem,
        ..agent.trust.clone()
    };
    Fetcher::new(
        &trust,
        agent.dns.clone(),
        Arc::new(policy),
        agent.params.image_timeout,
        &Proxies::new(&image.proxies, image.no_proxy.as_deref()),
    )
    .map_err(|e| Failure::download(format!("the HTTP client cannot be set up: {e}")))
}

/// Disks may appear late; a refusal is looked at again for as long as the parameters say.
async fn root_disk(agent: &Agent, node: &Value) -> Result<PathBuf, Failure> {
    let mut attempt = 1;
    loop {
        match choose::root_path(node, &disks::collect(&agent.host)) {
            Err(failure)
                if failure.kind == "DeviceNotFound"
                    && attempt < agent.params.disk_wait_attempts =>
            {
                attempt += 1;
                tokio::time::sleep(agent.params.disk_wait_delay).await;
            }
            other => return other,
        }
    }
}

async fn place_drive(agent: &Agent, disk: &Path, drive: Vec<u8>) -> Result<(), Failure> {
    let (host, path) = (agent.host.clone(), disk.to_owned());
    tokio::task::spawn_blocking(move || {
        let device = Device::open_write(&path).map_err(|e| {
            Failure::deployment(format!("{} cannot be opened: {e}", path.display()))
        })?;
        config_drive::place(&host, &device, &drive).map(|_| ())
    })
    .await
    .map_err(|e| Failure::deployment(format!("the writing thread broke: {e}")))?
}
