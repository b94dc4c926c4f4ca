//! Pretended work of fake hardware: takes its time, and leaves behind what a reader of the node would look for. Doing it twice leaves the
//! same.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use crate::bios_settings;
use async_trait::async_trait;
use chrono::TimeDelta;
use model::{Action, InterfaceKind, Outcome};

pub(super) struct Simulate;

#[async_trait]
impl EffectKind for Simulate {
    fn name(&self) -> &'static str {
        "simulate"
    }
    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }
    async fn probe(&self, _context: &Context) -> Probe {
        Probe::NotDone
    }
    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let Action::Simulate {
            step,
            seconds,
            args,
        } = &context.action
        else {
            return Err(mismatch(context));
        };
        let delay = delay(context, step).unwrap_or(TimeDelta::seconds(i64::from(*seconds)));
        let clock = &context.conductor.inner.clock;
        if delay > TimeDelta::zero() {
            clock.sleep_until(clock.now() + delay).await;
        }
        match step.as_str() {
            "bios.apply_configuration" => {
                let wanted = bios_settings::wanted(args).map_err(ActError::lasting)?;
                bios_settings::replace(context, wanted).await?;
            }
            "bios.factory_reset" => bios_settings::replace(context, Vec::new()).await?,
            _ => {}
        }
        Ok(Outcome::Done)
    }
}

/// The time that work of the step's interface takes, where that was said.
fn delay(context: &Context, step: &str) -> Option<TimeDelta> {
    let (interface, _) = step.split_once('.')?;
    let kind = InterfaceKind::parse(interface)?;
    let hardware = context.conductor.inner.hardware.find(&context.node.driver);
    TimeDelta::from_std(hardware.ok()?.delay(kind)?).ok()
}
