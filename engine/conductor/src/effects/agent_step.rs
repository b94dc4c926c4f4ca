//! Has the agent begin a step. Its end is announced by a heartbeat and read then; after a crash the agent's own list of commands tells
//! whether the step was begun.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use crate::agents;
use agent_wire::CommandResult;
use async_trait::async_trait;
use model::{Action, Outcome, Phase};
use ports::agent::AgentCallError;
use serde_json::{Value, json};

pub(super) struct StartAgentStep;

#[async_trait]
impl EffectKind for StartAgentStep {
    fn name(&self) -> &'static str {
        "start_agent_step"
    }

    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }

    async fn probe(&self, context: &Context) -> Probe {
        let Action::StartAgentStep { phase, .. } = &context.action else {
            return Probe::Unknown;
        };
        let Ok(link) = agents::link(&context.node) else {
            return Probe::Unknown;
        };
        match context.conductor.inner.agents.commands(link).await {
            // One command at a time: the step is the last one of its name, running or ended, or was never begun. An ended one is
            // taken for this step only if it is this step's result; the heartbeat's poll compares that.
            Ok(commands) if last_is(&commands, *phase, context) => {
                Probe::Done(Outcome::StepStarted)
            }
            Ok(_) => Probe::NotDone,
            Err(_) => Probe::Unknown,
        }
    }

    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let Action::StartAgentStep {
            phase,
            step,
            version,
        } = &context.action
        else {
            return Err(mismatch(context));
        };
        let word = phase.as_str();
        let mut step_value = serde_json::to_value(step).unwrap_or(Value::Null);
        agents::fill_step_args(context, step, &mut step_value).await?;
        let extra = json!({"step": step_value, format!("{word}_version"): version});
        let command =
            agents::command(context, &format!("{word}.execute_{word}_step"), Some(extra)).await?;
        let link = agents::link(&context.node)?;
        match context
            .conductor
            .inner
            .agents
            .send(link, &command, false)
            .await
        {
            Ok(_) => Ok(Outcome::StepStarted),
            Err(AgentCallError::Unreachable { url, reason }) => {
                // The command may have arrived although the answer did not.
                match self.probe(context).await {
                    Probe::Done(outcome) => Ok(outcome),
                    Probe::NotDone | Probe::Unknown => {
                        Err(AgentCallError::Unreachable { url, reason }.into())
                    }
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn last_is(commands: &[CommandResult], phase: Phase, context: &Context) -> bool {
    let word = phase.as_str();
    let Some(last) = commands.last() else {
        return false;
    };
    if agents::bare(&last.command_name) != format!("execute_{word}_step") {
        return false;
    }
    let Action::StartAgentStep { step, .. } = &context.action else {
        return false;
    };
    match agents::echoed_step(last, phase) {
        Some(echoed) => echoed.is_same(step),
        // Still running: the agent does one thing at a time, and this was the one that was asked for last.
        None => last.command_status == agent_wire::CommandStatus::Running,
    }
}
