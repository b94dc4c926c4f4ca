//! Brings the power to a state and sees it there: a BMC's "accepted" proves nothing. Asks the operating system first where that is
//! wanted, then forces; when the state does not come, asks again within the budget.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use crate::conductor::Conductor;
use crate::hardware::Machine;
use async_trait::async_trait;
use bmc_core::{BmcError, PowerAction};
use model::{Action, Node, Outcome, PowerState};
use std::time::Duration;
use tokio::time::Instant;

pub(super) struct SetPower;

const FIRST_LOOK: Duration = Duration::from_millis(300);
const LONGEST_LOOK: Duration = Duration::from_secs(2);

#[async_trait]
impl EffectKind for SetPower {
    fn name(&self) -> &'static str {
        "set_power"
    }

    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }

    async fn probe(&self, context: &Context) -> Probe {
        let Action::SetPower { target, .. } = context.action else {
            return Probe::Unknown;
        };
        match read(context).await {
            Ok(state) if state == target => Probe::Done(Outcome::Power(state)),
            Ok(_) => Probe::NotDone,
            Err(_) => Probe::Unknown,
        }
    }

    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let Action::SetPower {
            target,
            grace_seconds,
            soft,
        } = context.action
        else {
            return Err(mismatch(context));
        };
        if read(context).await? == target {
            return Ok(Outcome::Power(target));
        }
        let grace = Duration::from_secs(u64::from(grace_seconds));
        if soft {
            return soft_off(context, grace).await;
        }
        if !grace.is_zero() && reaches(context, target, grace).await? {
            return Ok(Outcome::Power(target));
        }
        let action = if target == PowerState::On {
            PowerAction::On
        } else {
            PowerAction::ForceOff
        };
        order(context, action).await?;
        let patience = context.conductor.inner.settings.power_change;
        if reaches(context, target, patience).await? {
            return Ok(Outcome::Power(target));
        }
        Err(ActError::passing(format!(
            "the BMC accepted '{action}', but {} s later it still does not show '{target}'",
            patience.as_secs()
        )))
    }
}

/// A soft power off that does not come is a failure, as in Ironic: nobody asked for force.
async fn soft_off(context: &Context, patience: Duration) -> Result<Outcome, ActError> {
    order(context, PowerAction::GracefulShutdown).await?;
    if reaches(context, PowerState::Off, patience).await? {
        return Ok(Outcome::Power(PowerState::Off));
    }
    Err(ActError::lasting(format!(
        "the operating system did not shut down within {} s; use 'power off' to force it",
        patience.as_secs()
    )))
}

pub(super) async fn order(context: &Context, action: PowerAction) -> Result<(), ActError> {
    let power = context
        .machine
        .driver
        .power()
        .ok_or_else(|| ActError::lasting("this driver cannot change the power"))?;
    power.set_power(&context.machine.target, action).await?;
    Ok(())
}

/// Looks, less and less often, until the state is there or the patience ends. A BMC that does not answer for a moment is asked again.
pub(super) async fn reaches(
    context: &Context,
    wanted: PowerState,
    patience: Duration,
) -> Result<bool, ActError> {
    let end = Instant::now() + patience;
    let mut pause = FIRST_LOOK;
    loop {
        match read(context).await {
            Ok(state) if state == wanted => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind != model::FailureKind::Exhausted => return Err(error),
            Err(error) => tracing::debug!(error = error.message, "power state not read"),
        }
        if Instant::now() >= end {
            return Ok(false);
        }
        tokio::time::sleep(pause.min(end.saturating_duration_since(Instant::now()))).await;
        pause = (pause * 2).min(LONGEST_LOOK);
    }
}

/// The power state as the BMC tells it now.
pub(super) async fn read(context: &Context) -> Result<PowerState, ActError> {
    Ok(read_machine(&context.machine).await?)
}

async fn read_machine(machine: &Machine) -> Result<PowerState, BmcError> {
    let power = machine
        .driver
        .power()
        .ok_or_else(|| BmcError::Misconfigured {
            key: "power_interface",
            reason: "this driver cannot read the power".into(),
        })?;
    Ok(match power.power_state(&machine.target).await? {
        bmc_core::PowerState::On => PowerState::On,
        bmc_core::PowerState::Off => PowerState::Off,
        bmc_core::PowerState::Unknown(_) => PowerState::Error,
    })
}

impl Conductor {
    /// Reads a node's power state outside any flow.
    pub(crate) async fn read_power(&self, node: &Node) -> Result<PowerState, ActError> {
        let machine = self
            .inner
            .hardware
            .machine(node)
            .map_err(|refusal| ActError::lasting(refusal.message))?;
        Ok(read_machine(&machine).await?)
    }
}

impl std::fmt::Display for ActError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
