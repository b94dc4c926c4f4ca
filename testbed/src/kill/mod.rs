//! `cargo testbed kill`: deployments of a virtual machine that are struck at every moment. Each has to end in a node that is active and a machine that
//! runs the deployed system, or in a failure that says what and why and a disk that boots nothing, on a node that can be deployed again.

mod bed;
mod blow;
mod disk;
mod given;
mod images;
mod judge;
mod machine;
mod moment;
mod network;
mod plan;
mod run;
mod table;

pub use run::stage;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::lab::machine::Firmware;
use plan::{Deploy, Round, What};
use run::Plan;

/// Strike deployments of a virtual machine at every moment, and judge what becomes of them.
#[derive(Debug, Args)]
#[command(after_help = "\
A round is a deployment, a moment of it, and a blow. All three follow from the round's seed: with N as the first seed, the rounds have
the seeds N, N+1, and so on. Neighbours hit others (agent, daemon, images, network) at other moments; 56 rounds have every pair once.

  moments  power-on, DHCP and iPXE, ramdisk booting, first heartbeat, image asked for, image at 10/35/60/90 %, end of the image,
           partition table, boot entry, power-off, first boot
  agent    its machine reset, without power, frozen past its deadline (and thawed when the engine has given it up, its BMC answering
           or not), its way to the engine cut
  daemon   SIGKILL, started again after up to 20 s
  images   server killed (for a while, for good), answers that break off, another file when it is back, 503
  network  the machine's link down, all packets dropped, the BMC out of reach (for a while, for good)

The verdict comes from outside. Either the node is active: then the deployed system reports itself and the disk holds every byte of the
image. Or it failed: then last_error names what does not answer or what is wrong; the machine is off; the disk holds no partition
table, or the whole image; the firmware, booted from the disk, finds no system, or the whole one; and the node, deployed again,
becomes active. Anything else, and a node that does not change within its deadlines, is a violation: exit code 1, and the command
that repeats it. Needs root and Debian; a round takes one to three minutes. Labs of several runs do not disturb each other.

Examples:
  cargo testbed kill                                 8 rounds
  cargo testbed kill --seed 100 --rounds 56          every pair once
  cargo testbed kill --what network --rounds 10
  cargo testbed kill --deploy partition --rounds 6
  cargo testbed kill --list --rounds 56              what would be done")]
pub struct KillCommand {
    /// Seed of the first round
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many rounds
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1000))]
    rounds: u64,
    /// Hit only these
    #[arg(long, value_enum)]
    what: Option<What>,
    /// How the machine is deployed
    #[arg(long, value_enum, default_value_t)]
    deploy: Deploy,
    /// Firmware of the machine
    #[arg(long, value_enum, default_value_t)]
    firmware: Firmware,
    /// Memory of the machine, in MiB
    #[arg(long, default_value_t = 1024)]
    memory: u32,
    /// Say what would be done, and end
    #[arg(long)]
    list: bool,
    /// Print the table in Markdown, too
    #[arg(long)]
    markdown: bool,
}

impl KillCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        let seeds = (0..self.rounds).map(|number| self.seed.wrapping_add(number));
        let rounds: Vec<Round> = seeds
            .map(|seed| Round::of(seed, self.what, self.deploy))
            .collect();
        if self.list {
            for round in &rounds {
                println!("{:6}  {round}", round.seed);
            }
            return Ok(());
        }
        let rows = run::run(&Plan {
            deploy: self.deploy,
            firmware: self.firmware,
            rounds,
            redeploy: true,
            memory_mib: self.memory,
        })?;
        print!("{}", table::text(&rows));
        if self.markdown {
            print!("\n{}", table::markdown(&rows));
        }
        let what = self.what.and_then(|what| what.to_possible_value());
        let what = what.as_ref().map(|value| value.get_name());
        let violations: Vec<_> = rows.iter().filter(|row| row.ended.is_err()).collect();
        for row in &violations {
            println!("repeat round {} with: {}", row.round.seed, row.again(what));
        }
        match violations.len() {
            0 => Ok(()),
            count => bail!("{count} of {} rounds were violations", rows.len()),
        }
    }
}
