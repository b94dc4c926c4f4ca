//! Runs cells: one lab with a machine of each shape that they need, one daemon, one cell after the other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::bed::Bed;
use super::cell::{Cell, Form, firmware_name};
use super::order::Given;
use super::results::Outcome;
use crate::demo::kit::Wishes;
use crate::demo::play::interrupted;
use crate::demo::site::{Site, client};
use crate::demo::story::Target;
use crate::demo::{post_mortem, programs, ramdisk};
use crate::lab::deadline::Interrupt;
use crate::lab::image::packed::{Format, Packed, packed};
use crate::lab::image::partition::Loader;
use crate::lab::image::{self, Kind, Rest};
use crate::lab::machine::{Disk, Firmware};
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::web::{self, process::Offer};
use crate::lab::{Lab, LabOptions};

/// What the tests run always: each firmware, each disk, and formats of each kind.
const STAGE: [&str; 3] = [
    "uefi/nvme/direct/qcow2-zstd",
    "uefi/sata/direct/raw.zst",
    "bios/virtio/direct/qcow2",
];
const STAGE_MEMORY: u32 = 1024;
/// What nobody has written to: formats that know of holes have one then.
const HOLE: u64 = 32 << 20;
const LIVE_KERNEL: &str = "live.kernel";
const LIVE_RAMDISK: &str = "live.ramdisk";

/// A few cells for the project's tests; nothing is kept.
pub fn stage() -> Result<()> {
    let wanted = |cell: &Cell| STAGE.iter().any(|name| cell.matches(name));
    let cells: Vec<Cell> = Cell::all().into_iter().filter(wanted).collect();
    let mut failures = Vec::new();
    run(&cells, STAGE_MEMORY, |cell, outcome| {
        if !outcome.passed() {
            failures.push(format!("{cell} {outcome}"));
        }
        Ok(())
    })?;
    match failures.is_empty() {
        true => Ok(()),
        false => bail!("{}", failures.join("; ")),
    }
}

/// Runs the cells and tells `note` of each. Gives how many failed.
pub fn run(
    cells: &[Cell],
    memory_mib: u32,
    mut note: impl FnMut(&Cell, Outcome) -> Result<()> + Send,
) -> Result<usize> {
    let interrupt = Interrupt::on_signals()?;
    packages::install_for_lab()?;
    packages::install_for_formats()?;
    let program = programs::daemon(false)?;
    let ramdisk = ramdisk::prepare(Flavour::Full)?;
    let images = Images::prepare(cells)?;
    interrupt.check()?;
    let machines = machines(cells);
    let shapes = machines.iter().map(|(_, cell)| cell.shape(memory_mib));
    let options = LabOptions {
        machines: shapes.collect(),
        ..Wishes {
            name: format!("matrix-{}", std::process::id()),
            ..Wishes::default()
        }
        .lab()
    };
    let lab = Lab::up(&options, &interrupt)?;
    let offer = Offer {
        images: images.files.clone(),
        ..Offer::default()
    };
    let further = [("conductor.automated_clean", "false")];
    let site = Site::start_with(lab, program, ramdisk.folder, &offer, &further)?;
    let namespace = site.lab.namespace();
    let failed = namespace.block_on(|| async {
        tokio::select! {
            failed = all(&site, &machines, cells, &images, &mut note) => failed,
            error = interrupted(&interrupt) => Err(error),
        }
    });
    let down = site.lab.down();
    let failed = failed?;
    down.map(|()| failed)
}

/// A machine of each shape, with the first cell that needs it; the lab numbers them in this order.
fn machines(cells: &[Cell]) -> Vec<((Firmware, Disk), Cell)> {
    let mut machines: Vec<((Firmware, Disk), Cell)> = Vec::new();
    for cell in cells {
        let shape = (cell.firmware, cell.disk);
        if machines.iter().all(|(known, _)| *known != shape) {
            machines.push((shape, *cell));
        }
    }
    machines
}

async fn all(
    site: &Site,
    machines: &[((Firmware, Disk), Cell)],
    cells: &[Cell],
    images: &Images,
    note: &mut (impl FnMut(&Cell, Outcome) -> Result<()> + Send),
) -> Result<usize> {
    let client = client()?;
    let mut failed = 0;
    for ((shape, _), machine) in machines.iter().zip(site.lab.machines()) {
        let mut bed = Bed::new(&site.lab, &client, machine)?;
        let own = |cell: &&Cell| (cell.firmware, cell.disk) == *shape;
        for cell in cells.iter().filter(own) {
            let began = Instant::now();
            let done = bed.deploy(cell, images.given(cell)?).await;
            let seconds = began.elapsed().as_secs_f64();
            let outcome = match done {
                Ok(()) => Outcome::Passed,
                Err(error) => Outcome::Failed(format!("{error:#}")),
            };
            println!("{seconds:7.1} s  {cell}: {outcome}");
            if !outcome.passed() {
                failed += 1;
                look_closer(site, &machine.name);
            }
            note(cell, outcome)?;
        }
    }
    Ok(failed)
}

/// On a thread of its own: it brings a runtime of its own.
fn look_closer(site: &Site, machine: &str) {
    std::thread::scope(|scope| {
        scope.spawn(|| post_mortem::print(&site.lab, &[machine.to_owned()]));
    });
}

/// The images that cells need, by firmware and format.
struct Images {
    files: BTreeMap<String, PathBuf>,
    given: BTreeMap<String, Given>,
}

impl Images {
    fn prepare(cells: &[Cell]) -> Result<Self> {
        let mut images = Self {
            files: BTreeMap::new(),
            given: BTreeMap::new(),
        };
        for cell in cells {
            let name = file_name(cell);
            if images.given.contains_key(&name) {
                continue;
            }
            match cell.form {
                Form::Image(format) => images.whole(cell, format, name)?,
                Form::Partition(format) => images.partition(format, name)?,
                Form::KernelAndRamdisk => images.live(name)?,
                Form::Iso => images.medium(cell, name)?,
            }
        }
        Ok(images)
    }

    /// Serves the file, and gives the words for it.
    fn target(&mut self, name: &str, format: Format, file: Packed) -> Target {
        self.files.insert(name.to_owned(), file.file);
        Target {
            url: web::image_url(name),
            sha256: file.sha256,
            format: format.disk_format(),
        }
    }

    fn whole(&mut self, cell: &Cell, format: Format, name: String) -> Result<()> {
        packages::install_for_image(Kind::MiniFull, cell.firmware)?;
        let rest = Rest {
            empty: HOLE,
            ..Rest::default()
        };
        let image = image::mini(Flavour::Full, cell.firmware, &rest)?;
        let target = self.target(&name, format, packed(&image, format)?);
        let raw = image.raw;
        self.given.insert(name, Given::Image { target, raw });
        Ok(())
    }

    /// Both ways of bringing a boot loader along, one in each format.
    fn partition(&mut self, format: Format, name: String) -> Result<()> {
        packages::install_for_partition_image()?;
        let loader = match format {
            Format::Raw => Loader::Packaged,
            _ => Loader::Folder,
        };
        let image = image::partition::build(Flavour::Full, loader)?;
        let target = self.target(&name, format, packed(&image, format)?);
        let raw = image.raw;
        self.given.insert(name, Given::Partition { target, raw });
        Ok(())
    }

    /// Nobody tells its system anything, so each cell has one of its own.
    fn medium(&mut self, cell: &Cell, name: String) -> Result<()> {
        packages::install_for_iso()?;
        let host = cell.host_name();
        let home = web::phone_home_url(&host);
        let arguments = format!("target.hostname={host} target.phone_home={home}");
        let iso = image::iso::build(Flavour::Full, &arguments)?;
        let url = web::image_url(&name);
        self.files.insert(name.clone(), iso);
        self.given.insert(name, Given::Medium { url });
        Ok(())
    }

    /// The same for every firmware.
    fn live(&mut self, name: String) -> Result<()> {
        let live = image::live(Flavour::Full)?;
        let given = Given::Live {
            kernel: web::image_url(LIVE_KERNEL),
            ramdisk: web::image_url(LIVE_RAMDISK),
        };
        self.files.insert(LIVE_KERNEL.to_owned(), live.kernel);
        self.files.insert(LIVE_RAMDISK.to_owned(), live.ramdisk);
        self.given.insert(name, given);
        Ok(())
    }

    fn given(&self, cell: &Cell) -> Result<&Given> {
        self.given
            .get(&file_name(cell))
            .with_context(|| format!("{cell} has no image"))
    }
}

fn file_name(cell: &Cell) -> String {
    match cell.form {
        Form::Iso => format!("{}.iso", cell.host_name()),
        form => format!("{}.{}", firmware_name(cell.firmware), form.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_has_every_firmware_and_disk() {
        let wanted = |cell: &Cell| STAGE.iter().any(|name| cell.matches(name));
        let cells: Vec<Cell> = Cell::all().into_iter().filter(wanted).collect();
        assert_eq!(cells.len(), STAGE.len());
        assert!(cells.iter().all(Cell::can_run));
        assert_eq!(machines(&cells).len(), STAGE.len());
    }
}
