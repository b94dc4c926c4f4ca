//! `cargo testbed matrix`: deployments in virtual machines over firmware, disk, deploy interface and image format. The outcomes are kept in the
//! repository; docs/generated/deploy-matrix.md is made from them. What is not run is named as not run.

mod bed;
mod cell;
mod disk;
mod order;
mod results;
mod run;
mod table;

pub use run::stage;

use anyhow::{Result, bail};
use clap::Args;

use cell::Cell;
use results::Results;

/// Deploy virtual machines over firmware, disk, deploy interface and image format.
#[derive(Debug, Args)]
#[command(after_help = "\
A cell is FIRMWARE/DISK/INTERFACE/FORM, and * stands for any. A machine is used again for all of its cells; a cell takes about a
minute. Outcomes are added to testbed/deploy-matrix.tsv, from which `cargo testbed generate` makes docs/generated/deploy-matrix.md.

Examples:
  cargo testbed matrix                                    every cell that has not passed yet
  cargo testbed matrix --cells 'uefi/virtio/direct/*'     one row
  cargo testbed matrix --cells '*/*/*/raw' --cells '*/*/*/qcow2'
  cargo testbed matrix --list                             the cells, and how they went")]
pub struct MatrixCommand {
    /// Only these cells, whether they have passed or not
    #[arg(long, value_name = "PATTERN")]
    cells: Vec<String>,
    /// List the cells and how they went, and end
    #[arg(long)]
    list: bool,
    /// Memory of the machines, in MiB
    #[arg(long, default_value_t = 1024)]
    memory: u32,
}

impl MatrixCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        let results = Results::read()?;
        if self.list {
            for cell in Cell::all() {
                println!("{:40} {}", cell.to_string(), results.of(&cell));
            }
            return Ok(());
        }
        let cells = self.chosen(&results)?;
        if cells.is_empty() {
            println!("every cell that can be run has passed");
            return Ok(());
        }
        let failed = run::run(&cells, self.memory, |cell, outcome| {
            // Others may have added theirs meanwhile.
            let mut results = Results::read()?;
            results.note(cell, outcome);
            results.write()
        })?;
        println!("`cargo testbed generate` makes the table from the outcomes");
        match failed {
            0 => Ok(()),
            failed => bail!("{failed} of {} cells failed", cells.len()),
        }
    }

    fn chosen(&self, results: &Results) -> Result<Vec<Cell>> {
        for pattern in &self.cells {
            if !Cell::all().iter().any(|cell| cell.matches(pattern)) {
                bail!("no cell is '{pattern}'; --list shows them");
            }
        }
        let wanted = |cell: &Cell| match self.cells.is_empty() {
            true => cell.can_run() && !results.of(cell).passed(),
            false => self.cells.iter().any(|pattern| cell.matches(pattern)),
        };
        let mut cells: Vec<Cell> = Cell::all().into_iter().filter(wanted).collect();
        // Where a pattern has a star, only what can be run is meant.
        let named = |cell: &Cell| self.cells.contains(&cell.to_string());
        cells.retain(|cell| cell.can_run() || named(cell));
        match cells.iter().find(|cell| !cell.can_run()) {
            Some(cell) => bail!("{cell} cannot be run: {}", cell.obstacle()),
            None => Ok(cells),
        }
    }
}

/// docs/generated/deploy-matrix.md.
///
/// # Errors
/// The outcomes cannot be read.
pub fn markdown() -> Result<String> {
    Ok(table::markdown(&Results::read()?))
}
