//! Pretended work of fake hardware: takes its time, changes nothing.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use async_trait::async_trait;
use chrono::TimeDelta;
use model::{Action, Outcome};

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
        let Action::Simulate { seconds, .. } = &context.action else {
            return Err(mismatch(context));
        };
        let clock = &context.conductor.inner.clock;
        if *seconds > 0 {
            let end = clock.now() + TimeDelta::seconds(i64::from(*seconds));
            clock.sleep_until(end).await;
        }
        Ok(Outcome::Done)
    }
}
