//! Stages of the project's tests that deploy virtual machines, each in a lab of its own.

mod bios;
mod clock;
mod errors;
mod kill;
mod odd;
mod variables;

pub use bios::bios_stage;
pub use errors::error_stage;
pub use kill::vm_stage;
pub use odd::odd_stage;

use anyhow::{Context, Result};

use crate::lab::deadline::Interrupt;
use crate::lab::machine::Shape;
use crate::lab::web::{self, process::Offer};
use crate::lab::{Lab, Machine};

use super::kit::{Kit, Wishes};
use super::play::interrupted;
use super::site::Site;
use super::{post_mortem, story::Subject};
use clock::PhaseClock;

/// What a stage works with: one machine, and the engine.
struct Stage {
    site: Site,
    kit: Kit,
    machine: Machine,
    subject: Subject,
    clock: PhaseClock,
}

/// Builds, brings a lab with one machine up, lets `work` do its part, and takes the lab down. `offer` chooses what the web server has.
fn stage(
    name: &str,
    shape: Shape,
    offer: impl FnOnce(&Kit) -> Result<Offer>,
    work: impl AsyncFnOnce(&mut Stage) -> Result<()> + Send,
) -> Result<()> {
    let interrupt = Interrupt::on_signals()?;
    let wishes = Wishes {
        name: format!("{name}-{}", std::process::id()),
        machines: 1,
        shape,
        ..Wishes::default()
    };
    let mut clock = PhaseClock::start();
    let kit = Kit::prepare(&wishes)?;
    clock.lap("programs, ramdisk and image");
    let offer = offer(&kit)?;
    let lab = Lab::up(&wishes.lab(), &interrupt)?;
    let authority = web::authority(&lab.folder()).display().to_string();
    let further = match offer.tls {
        true => vec![("agents.image_ca_file", authority.as_str())],
        false => Vec::new(),
    };
    let (program, ramdisk) = (kit.program.clone(), kit.ramdisk.folder.clone());
    let site = Site::start_with(lab, program, ramdisk, &offer, &further)?;
    clock.lap("lab and engine");
    let machines = site.lab.machines();
    let machine = machines.first().context("the lab has no machine")?.clone();
    let subject = super::lab_machine::subject(&machine, site.lab.bmc()?)?;
    let mut stage = Stage {
        site,
        kit,
        machine,
        subject,
        clock,
    };
    let namespace = stage.site.lab.namespace();
    let told = namespace.block_on(|| async {
        tokio::select! {
            told = work(&mut stage) => told,
            error = interrupted(&interrupt) => Err(error),
        }
    });
    if told.is_err() && !interrupt.is_set() {
        post_mortem::print(&stage.site.lab, std::slice::from_ref(&stage.machine.name));
    }
    let down = stage.site.lab.down();
    stage.clock.lap("lab down");
    told.and(down)
}
