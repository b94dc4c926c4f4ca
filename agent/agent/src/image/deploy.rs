//! The whole way of an image: expected digest, old table wiped, download and write, digest compared, the conductor asked whether it still
//! wants it, ends placed, GPT repaired or made, partitions found. Each failure names its cause; until the digest is right the disk has no table.

use std::path::Path;
use std::sync::Arc;

use agent_image::Declared;
use agent_wire::{ImageInfo, ProgressPhase};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::ahead::Ahead;
use super::checksum::{self, Expected};
use super::download::{Download, Patience};
use super::format;
use super::meter::Meter;
use super::source::{self, Source};
use super::stream::{Work, Written};
use crate::conductor::mandate::Mandate;
use crate::disk::device::Device;
use crate::disk::partitions::{self, Table};
use crate::failure::Failure;
use crate::host::Host;
use crate::log::info;
use crate::outbound::client::{Fetcher, Get};
use crate::partition_image::deploy::{Identifiers, Surroundings};
use crate::partition_image::wishes::is_partition_image;
use crate::progress::ProgressBoard;

/// Messages in flight between download and writer; each holds one network read, at most a few hundred KiB.
const IN_FLIGHT: usize = 16;

/// Everything a deployment needs besides the image's description.
pub struct Deployment<'a> {
    /// The machine.
    pub host: &'a Host,
    /// Fetches under the rules.
    pub fetcher: &'a Fetcher,
    /// Patience with the server.
    pub patience: Patience,
    /// Whether MD5 is permitted.
    pub md5_allowed: bool,
    /// Progress.
    pub board: &'a Arc<ProgressBoard>,
    /// Whether the conductor still wants it: asked before the disk gets a table.
    pub mandate: &'a Arc<Mandate>,
}

/// What was done.
#[derive(Debug)]
pub struct Deployed {
    /// Bytes of the image on the disk.
    pub bytes: u64,
    /// Table of the image.
    pub table: Table,
    /// Four bytes at offset 440, as Ironic's conductor expects them.
    pub disk_id: u32,
    /// What conductors ask for of a partition image; none for a whole disk.
    pub identifiers: Option<Identifiers>,
}

impl Deployment<'_> {
    /// Writes an image to a disk. The config drive is placed by the way only where the disk's partitions are made here.
    pub async fn run(
        &self,
        image: &ImageInfo,
        disk: &Path,
        drive: Option<&[u8]>,
    ) -> Result<Deployed, Failure> {
        let retries = self.patience.retries();
        let source = source::resolve(image, self.fetcher, retries, self.md5_allowed).await?;
        let Source {
            image,
            get,
            expected,
        } = &source;
        let declared = format::declared(image)?;
        let device = Arc::new(open(self.host, disk)?);
        let around = is_partition_image(image)
            .then(|| Surroundings::plan(self.host, image, &device, drive))
            .transpose()?;
        let target = match &around {
            Some(around) => Arc::new(around.root(&device)?),
            None => Arc::clone(&device),
        };
        self.board.phase(ProgressPhase::Writing);
        let written = self
            .transfer(image, get, expected.algorithm, declared, (&target, &device))
            .await?;
        self.board.phase(ProgressPhase::Finishing);
        verify(expected, &written)?;
        self.mandate.confirm().await?;
        let (host, path) = (self.host.clone(), disk.to_owned());
        let (mandate, runtime) = (Arc::clone(self.mandate), Handle::current());
        // The thread goes on when this is dropped; then it makes no table either.
        let waiting = Arc::new(());
        let waited_for = Arc::downgrade(&waiting);
        let wanted = move || {
            runtime.block_on(mandate.confirm())?;
            match waited_for.strong_count() {
                0 => Err(Failure::deployment("the step was given up meanwhile")),
                _ => Ok(()),
            }
        };
        let finish = move || match around {
            Some(around) => surround(&host, &device, &written, &around, &wanted),
            None => place(&host, &device, &written, &path),
        };
        let finished = tokio::task::spawn_blocking(finish).await;
        drop(waiting);
        finished.map_err(|e| Failure::image_write(format!("the writing thread broke: {e}")))?
    }

    async fn transfer(
        &self,
        image: &ImageInfo,
        get: &Get,
        algorithm: checksum::Algorithm,
        declared: Declared,
        (device, disk): (&Arc<Device>, &Arc<Device>),
    ) -> Result<Written, Failure> {
        let (sender, receiver) = mpsc::channel(IN_FLIGHT);
        let (asks, asked) = mpsc::channel(1);
        let meter = Arc::new(Meter::new(Arc::clone(self.board)));
        let announced = |length: u64, plain: bool| meter.announced(length, plain);
        let work = Work {
            host: self.host.clone(),
            device: Arc::clone(device),
            disk: Arc::clone(disk),
            algorithm,
            declared,
            meter: Arc::clone(&meter),
        };
        let writer = tokio::task::spawn_blocking(move || work.run(receiver, asks));
        let download = Download::new(self.fetcher, get, self.patience, device, sender, &announced);
        let ahead = Ahead {
            fetcher: self.fetcher,
            get,
            patience: self.patience,
            urls: &image.urls,
        };
        let (downloaded, (), written) =
            tokio::join!(download.run(&image.urls), ahead.serve(asked), writer);
        let written =
            written.map_err(|e| Failure::image_write(format!("the writing thread broke: {e}")))?;
        // A failed download closes the channel, so its reason is the first one.
        downloaded?;
        written
    }
}

fn open(host: &Host, disk: &Path) -> Result<Device, Failure> {
    if !host.may_write(disk) {
        return Err(Failure::device(format!(
            "{} may not be written to by this agent; it runs outside its own ramdisk and the disk was not named with --allow-disk",
            disk.display()
        )));
    }
    let device = Device::open_write(disk).map_err(|error| {
        Failure::device(format!("{} cannot be opened: {error}", disk.display()))
    })?;
    if device.read_only() {
        return Err(Failure::device(format!(
            "{} is read-only; check its write protection",
            disk.display()
        )));
    }
    Ok(device)
}

fn verify(expected: &Expected, written: &Written) -> Result<(), Failure> {
    if expected.hex == written.digest {
        return Ok(());
    }
    Err(Failure::checksum(format!(
        "the image's checksum is wrong: expected {}, the downloaded file has {}; correct image_checksum or the file on the server. The disk was left without a partition table",
        expected.hex, written.digest
    )))
}

fn place(
    host: &Host,
    device: &Device,
    written: &Written,
    path: &Path,
) -> Result<Deployed, Failure> {
    let on_disk = |error: &dyn std::fmt::Display| {
        Failure::deployment(format!(
            "{} after the image was written: {error}",
            path.display()
        ))
    };
    written
        .sink
        .commit()
        .map_err(|e| Failure::image_write(e.to_string()))?;
    device.flush_buffers().map_err(|e| on_disk(&e))?;
    if partitions::move_backup_to_end(device).map_err(|e| on_disk(&e))? {
        info!(
            "{}: the backup GPT moved to the end of the disk",
            path.display()
        );
    }
    let table = partitions::read(device).map_err(|e| on_disk(&e))?;
    if table.partitions.is_empty() {
        return Err(on_disk(
            &"no partition was found; is it a whole-disk image, and made for this sector size?",
        ));
    }
    partitions::tell_kernel(host, device).map_err(|e| on_disk(&e))?;
    let id = written
        .sink
        .head()
        .get(440..444)
        .and_then(|b| <[u8; 4]>::try_from(b).ok());
    Ok(Deployed {
        bytes: written.bytes,
        table,
        disk_id: id.map_or(0, u32::from_le_bytes),
        identifiers: None,
    })
}

/// The disk's table is made here and is the last thing that is written.
fn surround(
    host: &Host,
    device: &Device,
    written: &Written,
    around: &Surroundings,
    wanted: &dyn Fn() -> Result<(), Failure>,
) -> Result<Deployed, Failure> {
    let (table, identifiers) = around.complete(host, device, &written.sink, wanted)?;
    Ok(Deployed {
        bytes: written.bytes,
        table,
        disk_id: 0,
        identifiers: Some(identifiers),
    })
}
