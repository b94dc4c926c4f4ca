//! Reads the agent's list of steps. Changes nothing.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use crate::agents;
use crate::quoted::quoted;
use agent_wire::{
    CleanSteps, CommandStatus, DeploySteps, ServiceSteps, StepDescription, StepsByManager,
    VersionsByManager,
};
use async_trait::async_trait;
use model::{Action, Outcome, Phase, Step};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) struct ListAgentSteps;

/// The list becomes part of the node's record.
const MOST_STEPS: usize = 200;
const LONGEST_NAME: usize = 200;

#[async_trait]
impl EffectKind for ListAgentSteps {
    fn name(&self) -> &'static str {
        "list_agent_steps"
    }

    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }

    async fn probe(&self, _context: &Context) -> Probe {
        Probe::NotDone
    }

    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let Action::ListAgentSteps { phase } = context.action else {
            return Err(mismatch(context));
        };
        let word = phase.as_str();
        let command = agents::command(context, &format!("{word}.get_{word}_steps"), None).await?;
        let link = agents::link(&context.node)?;
        let result = context
            .conductor
            .inner
            .agents
            .send(link, &command, true)
            .await?;
        if result.command_status != CommandStatus::Succeeded {
            let why = result.command_error.map_or_else(
                || result.command_status.as_str().to_owned(),
                |error| quoted(&error.to_string()),
            );
            return Err(ActError::passing(format!(
                "the agent could not list its {word} steps: {why}"
            )));
        }
        let (by_manager, versions) = parse(phase, result.command_result.unwrap_or(Value::Null))
            .map_err(|error| {
                ActError::lasting(format!(
                    "the agent's list of {word} steps cannot be read: {error}"
                ))
            })?;
        let steps = each_once(by_manager);
        if steps.len() > MOST_STEPS
            || steps
                .iter()
                .any(|step| step.full_name().len() > LONGEST_NAME)
        {
            return Err(ActError::lasting(format!(
                "the agent lists more than {MOST_STEPS} {word} steps, or names longer than {LONGEST_NAME} characters"
            )));
        }
        Ok(Outcome::AgentSteps {
            steps,
            version: serde_json::to_value(versions).ok(),
        })
    }
}

fn parse(
    phase: Phase,
    answer: Value,
) -> Result<(StepsByManager, VersionsByManager), serde_json::Error> {
    Ok(match phase {
        Phase::Clean => {
            let list: CleanSteps = serde_json::from_value(answer)?;
            (list.steps, list.hardware_manager_version)
        }
        Phase::Deploy => {
            let list: DeploySteps = serde_json::from_value(answer)?;
            (list.steps, list.hardware_manager_version)
        }
        Phase::Service => {
            let list: ServiceSteps = serde_json::from_value(answer)?;
            (list.steps, list.hardware_manager_version)
        }
    })
}

/// A step offered by several managers is taken once, with the highest priority; a built-in one cannot be shadowed by name alone, since
/// interface and name together are its identity.
fn each_once(by_manager: StepsByManager) -> Vec<Step> {
    let mut once: BTreeMap<(String, String), Step> = BTreeMap::new();
    for description in by_manager.into_values().flatten() {
        let step = step(description);
        let key = (step.interface.clone(), step.step.clone());
        match once.get(&key) {
            Some(known) if known.priority >= step.priority => {}
            _ => {
                once.insert(key, step);
            }
        }
    }
    once.into_values().collect()
}

fn step(description: StepDescription) -> Step {
    Step {
        interface: description.interface,
        step: description.step,
        args: model::Object::new(),
        priority: description.priority,
        abortable: description.abortable,
        reboot_requested: description.reboot_requested,
    }
}
