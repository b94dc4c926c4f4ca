//! What a round is: a deployment, a moment of it, and a blow at that moment. All of it follows from the round's seed; nothing is done here.

use std::fmt;

use super::blow::{Blow, Lasting};
use super::moment::Moment;

/// Whom the blow hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum What {
    /// The agent: its machine is reset, loses power or stands still, or its way to the engine is cut
    Agent,
    /// The daemon: SIGKILL, and a new start after a while
    Daemon,
    /// The image server: gone, breaking off, refusing, or back with other content
    Images,
    /// The network: the machine's port, all packets, or the way to the BMC
    Network,
}

impl What {
    const ALL: [Self; 4] = [Self::Agent, Self::Daemon, Self::Images, Self::Network];
}

/// How the deployment is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Deploy {
    /// A whole-disk image, written by the agent
    #[default]
    Direct,
    /// The image of a root file system, for which the agent makes the partitions (UEFI only)
    Partition,
    /// A kernel and a ramdisk from the network; nothing is written
    Ramdisk,
}

impl Deploy {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Partition => "partition",
            Self::Ramdisk => "ramdisk",
        }
    }
}

/// A round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// What it follows from.
    pub seed: u64,
    /// How it deploys.
    pub deploy: Deploy,
    /// When it strikes.
    pub moment: Moment,
    /// What happens then.
    pub blow: Blow,
}

impl Round {
    /// The round of this seed. Neighbouring seeds hit others at other moments, so that a few dozen of them have every pair once.
    pub fn of(seed: u64, what: Option<What>, deploy: Deploy) -> Self {
        let turn = seed / 4;
        let what = what.unwrap_or(What::ALL[place(seed, 4)]);
        let moments = Moment::of(deploy);
        let moment = moments[place(turn + 3 * (seed % 4), moments.len())];
        let mut dice = Dice(seed);
        Self {
            seed,
            deploy,
            moment,
            blow: blow(what, deploy, &mut dice),
        }
    }

    /// A host name that no other round has.
    pub fn host_name(&self) -> String {
        format!("kill-{}-{}", self.deploy.name(), self.seed)
    }
}

impl fmt::Display for Round {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, at: {}", self.blow, self.moment)
    }
}

fn blow(what: What, deploy: Deploy, dice: &mut Dice) -> Blow {
    let seconds = |dice: &mut Dice, most| dice.below(most) + 1;
    // A deployment without an agent has a machine alone.
    let kinds = if deploy == Deploy::Ramdisk { 2 } else { 6 };
    match what {
        What::Agent => match dice.below(kinds) {
            0 => Blow::Reset,
            1 => Blow::PowerLoss,
            2 => Blow::Freeze { bmc_answers: true },
            3 => Blow::Freeze { bmc_answers: false },
            4 => Blow::CutOff(Lasting::Seconds(seconds(dice, 20))),
            _ => Blow::CutOff(Lasting::ForGood),
        },
        What::Daemon => Blow::KillDaemon {
            back: dice.below(21),
        },
        What::Images => match dice.below(8) {
            0 | 1 => Blow::KillImages(Lasting::Seconds(seconds(dice, 10))),
            2 | 3 => Blow::KillImages(Lasting::ForGood),
            4 => Blow::BreakOff {
                answers: 3,
                percent: u8::try_from(dice.below(60)).unwrap_or(0),
            },
            5 => Blow::OtherContent { larger: false },
            6 => Blow::OtherContent { larger: true },
            _ => Blow::Unavailable(lasting(dice, 10)),
        },
        What::Network => match dice.below(3) {
            0 => Blow::LinkDown(lasting(dice, 20)),
            1 => Blow::Silence(lasting(dice, 20)),
            _ => Blow::BmcGone(lasting(dice, 15)),
        },
    }
}

fn lasting(dice: &mut Dice, most: u64) -> Lasting {
    match dice.below(2) {
        0 => Lasting::Seconds(dice.below(most) + 1),
        _ => Lasting::ForGood,
    }
}

fn place(number: u64, length: usize) -> usize {
    usize::try_from(number % length.max(1) as u64).unwrap_or(0)
}

/// Chance that repeats: SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_means_one_round() {
        for seed in 0..100 {
            let round = Round::of(seed, None, Deploy::Direct);
            assert_eq!(round, Round::of(seed, None, Deploy::Direct));
        }
    }

    #[test]
    fn neighbouring_seeds_reach_everybody_at_every_moment() {
        let moments = Moment::of(Deploy::Direct).len() as u64;
        let pairs: BTreeSet<String> = (0..4 * moments)
            .map(|seed| {
                let round = Round::of(seed, None, Deploy::Direct);
                format!("{} {}", seed % 4, round.moment)
            })
            .collect();
        assert_eq!(pairs.len() as u64, 4 * moments);
    }

    #[test]
    fn who_was_asked_for_is_hit() {
        for seed in 0..64 {
            let round = Round::of(seed, Some(What::Daemon), Deploy::Partition);
            assert!(matches!(round.blow, Blow::KillDaemon { back } if back <= 20));
            let round = Round::of(seed, Some(What::Agent), Deploy::Ramdisk);
            assert!(matches!(round.blow, Blow::Reset | Blow::PowerLoss));
        }
    }
}
