//! Power orders and what they do to a machine.

use std::sync::Arc;

use super::board::{Board, Course};
use super::boot;
use super::truth::{Power, Runs, words};

words! {
    /// What a BMC can be asked to do (`ResetType`).
    ResetType {
        /// Power on.
        On = "On",
        /// Power on, whatever the state.
        ForceOn = "ForceOn",
        /// Cut the power.
        ForceOff = "ForceOff",
        /// Ask the operating system to power off.
        GracefulShutdown = "GracefulShutdown",
        /// Start again at once.
        ForceRestart = "ForceRestart",
        /// Ask the operating system to start again.
        GracefulRestart = "GracefulRestart",
        /// Off, then on.
        PowerCycle = "PowerCycle",
        /// A non-maskable interrupt.
        Nmi = "Nmi",
    }
}

impl Board {
    /// Takes an order; its effect comes later. The error is for the BMC's client.
    pub fn reset(self: &Arc<Self>, order: ResetType) -> Result<(), &'static str> {
        if self.faults.take_power_ignored() {
            return Ok(());
        }
        let truth = self.truth();
        match order {
            ResetType::On | ResetType::ForceOn => self.power_on(truth.power, truth.turning),
            ResetType::ForceOff => self.power_off(truth.power, truth.turning),
            ResetType::GracefulShutdown => self.press_button(truth.life, truth.runs, false),
            _ if truth.power == Power::Off => {
                return Err("the machine is off and cannot be reset; power it on");
            }
            ResetType::ForceRestart | ResetType::PowerCycle => self.restart(),
            ResetType::GracefulRestart => self.press_button(truth.life, truth.runs, true),
            ResetType::Nmi => self.configure(|truth| truth.nmis += 1),
        }
        Ok(())
    }

    fn power_on(self: &Arc<Self>, power: Power, turning: Option<Power>) {
        if power == Power::On || turning == Some(Power::On) {
            return;
        }
        self.begin(|truth| truth.turning = Some(Power::On), come_up);
    }

    fn power_off(self: &Arc<Self>, power: Power, turning: Option<Power>) {
        match (power, turning) {
            (Power::Off, None) | (_, Some(Power::Off)) => {}
            _ => self.cut_power(),
        }
    }

    /// What runs is dead at once; the BMC shows it a moment later.
    pub fn cut_power(self: &Arc<Self>) {
        let change = |truth: &mut super::Truth| {
            stop(truth);
            truth.turning = Some(Power::Off);
        };
        self.begin(change, |board, life| {
            Box::pin(async move {
                board.pass(board.world.options.timings.power).await;
                board.update(life, |truth| {
                    if truth.power == Power::On {
                        truth.power_offs += 1;
                    }
                    truth.power = Power::Off;
                    truth.turning = None;
                })
            })
        });
    }

    /// What runs is dead at once; the power stays on, and the machine boots.
    pub fn restart(self: &Arc<Self>) {
        self.begin(stop, |board, life| {
            Box::pin(async move {
                board.pass(board.world.options.timings.power).await;
                boot::start(board, life).await
            })
        });
    }

    /// An operating system takes its time; without one nobody listens to the button.
    fn press_button(self: &Arc<Self>, life: u64, runs: Runs, again: bool) {
        if matches!(runs, Runs::Agent | Runs::Ramdisk | Runs::DeployedSystem) {
            self.go_down(life, again);
        }
    }

    /// What runs in this life ends itself shortly.
    pub fn go_down(self: &Arc<Self>, life: u64, again: bool) {
        let board = Arc::clone(self);
        tokio::spawn(async move {
            board.pass(board.world.options.timings.shutdown).await;
            if board.truth().life != life {
                return;
            }
            if again {
                board.restart();
            } else {
                board.cut_power();
            }
        });
    }
}

fn come_up(board: Arc<Board>, life: u64) -> Course {
    Box::pin(async move {
        board.pass(board.world.options.timings.power).await;
        board.update(life, |truth| {
            truth.power = Power::On;
            truth.turning = None;
            truth.power_ons += 1;
        })?;
        boot::start(board, life).await
    })
}

fn stop(truth: &mut super::Truth) {
    truth.runs = Runs::Nothing;
    truth.phoned_home = None;
}
