//! What can go wrong with a machine, on purpose. Counted faults wear off; levels stay until they are switched.

use std::sync::Mutex;

use super::dice;
use super::guard::lock;

/// A fault of one machine. Setting a fault again replaces what was left of it; a count of 0 ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The BMC answers so many requests with 503.
    BmcErrors(u32),
    /// The BMC drops every connection without an answer.
    BmcUnreachable(bool),
    /// The BMC refuses every login and every session.
    WrongPassword(bool),
    /// So many power orders are accepted and nothing happens.
    PowerIgnored(u32),
    /// So many boots pass over the boot override (it is kept) and take the persistent order.
    OverrideIgnored(u32),
    /// So many boots of the agent end in a ramdisk that says nothing.
    AgentAbsent(u32),
    /// So many steps end with the agent's death in the middle; the machine stays on.
    AgentDiesInStep(u32),
    /// So many steps fail with this message.
    StepFails {
        /// How many.
        times: u32,
        /// The reason that the agent gives.
        message: String,
    },
}

/// A fault that a fleet has from its start.
#[derive(Clone, Debug)]
pub struct PlannedFault {
    /// Whom it hits.
    pub machines: Machines,
    /// What it is.
    pub fault: Fault,
}

/// Some of a fleet's machines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Machines {
    /// This one.
    One(usize),
    /// A share of them (0.0 to 1.0), chosen by the seed.
    Share(f64),
    /// All.
    All,
}

impl Machines {
    pub(super) fn has(self, seed: u64, plan: usize, index: usize) -> bool {
        match self {
            Self::One(one) => one == index,
            Self::Share(share) => dice::fraction(dice::draw(seed, index, plan as u64)) < share,
            Self::All => true,
        }
    }
}

/// The faults that a machine has now.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Active>);

#[derive(Debug, Default)]
struct Active {
    bmc_errors: u32,
    bmc_unreachable: bool,
    wrong_password: bool,
    power_ignored: u32,
    override_ignored: u32,
    agent_absent: u32,
    dies_in_step: u32,
    step_fails: (u32, String),
}

/// How a step ends before its time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StepFault {
    Dies,
    Fails(String),
}

impl Faults {
    pub fn set(&self, fault: Fault) {
        let mut active = lock(&self.0);
        match fault {
            Fault::BmcErrors(times) => active.bmc_errors = times,
            Fault::BmcUnreachable(on) => active.bmc_unreachable = on,
            Fault::WrongPassword(on) => active.wrong_password = on,
            Fault::PowerIgnored(times) => active.power_ignored = times,
            Fault::OverrideIgnored(times) => active.override_ignored = times,
            Fault::AgentAbsent(times) => active.agent_absent = times,
            Fault::AgentDiesInStep(times) => active.dies_in_step = times,
            Fault::StepFails { times, message } => active.step_fails = (times, message),
        }
    }

    pub fn clear(&self) {
        *lock(&self.0) = Active::default();
    }

    pub fn bmc_unreachable(&self) -> bool {
        lock(&self.0).bmc_unreachable
    }

    pub fn wrong_password(&self) -> bool {
        lock(&self.0).wrong_password
    }

    pub fn take_bmc_error(&self) -> bool {
        take(&mut lock(&self.0).bmc_errors)
    }

    pub fn take_power_ignored(&self) -> bool {
        take(&mut lock(&self.0).power_ignored)
    }

    pub fn take_override_ignored(&self) -> bool {
        take(&mut lock(&self.0).override_ignored)
    }

    pub fn take_agent_absent(&self) -> bool {
        take(&mut lock(&self.0).agent_absent)
    }

    pub fn take_step(&self) -> Option<StepFault> {
        let mut active = lock(&self.0);
        if take(&mut active.dies_in_step) {
            return Some(StepFault::Dies);
        }
        take(&mut active.step_fails.0).then(|| StepFault::Fails(active.step_fails.1.clone()))
    }
}

fn take(left: &mut u32) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_faults_wear_off_and_levels_stay() {
        let faults = Faults::default();
        faults.set(Fault::BmcErrors(2));
        faults.set(Fault::BmcUnreachable(true));
        let errors: Vec<_> = (0..4).map(|_| faults.take_bmc_error()).collect();
        assert_eq!(errors, [true, true, false, false]);
        assert!(faults.bmc_unreachable() && faults.bmc_unreachable());
        faults.set(Fault::StepFails {
            times: 1,
            message: "smoke".into(),
        });
        assert_eq!(faults.take_step(), Some(StepFault::Fails("smoke".into())));
        assert_eq!(faults.take_step(), None);
        faults.clear();
        assert!(!faults.bmc_unreachable());
    }

    #[test]
    fn a_share_is_chosen_by_the_seed_alone() {
        let chosen = |seed| -> Vec<usize> {
            (0..1000)
                .filter(|index| Machines::Share(0.1).has(seed, 0, *index))
                .collect()
        };
        assert_eq!(chosen(5), chosen(5));
        assert_ne!(chosen(5), chosen(6));
        assert!((50..150).contains(&chosen(5).len()), "{}", chosen(5).len());
    }
}
