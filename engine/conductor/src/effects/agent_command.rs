//! A short command of the agent, to its end. After a crash the agent's own list of commands tells whether it was sent.

use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use crate::agents;
use crate::quoted::quoted;
use agent_wire::{CommandResult, CommandStatus};
use async_trait::async_trait;
use model::{Action, Outcome};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

pub(super) struct AgentCommand;

const LONGEST_COMMAND: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(500);

#[async_trait]
impl EffectKind for AgentCommand {
    fn name(&self) -> &'static str {
        "agent_command"
    }

    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }

    async fn probe(&self, context: &Context) -> Probe {
        match last_result(context).await {
            Ok(Some(result)) if result.command_status == CommandStatus::Succeeded => Probe::Done(
                Outcome::AgentAnswer(result.command_result.unwrap_or(Value::Null)),
            ),
            Ok(_) => Probe::NotDone,
            Err(_) => gone_after_power_off(context),
        }
    }

    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let Action::AgentCommand { name } = &context.action else {
            return Err(mismatch(context));
        };
        let link = agents::link(&context.node)?;
        let running = last_result(context).await.ok().flatten();
        if !running.is_some_and(|result| result.command_status == CommandStatus::Running) {
            let extra = params(context, name).await?;
            let command = agents::command(context, name, extra).await?;
            let sent = context
                .conductor
                .inner
                .agents
                .send(link, &command, false)
                .await;
            if let Err(error) = sent {
                return match gone_after_power_off(context) {
                    // The power-off cut its own answer off; the power state is looked at next.
                    Probe::Done(outcome) => Ok(outcome),
                    Probe::NotDone | Probe::Unknown => Err(error.into()),
                };
            }
        }
        if name == "standby.power_off" {
            return Ok(Outcome::Done);
        }
        to_its_end(context, name).await
    }
}

async fn to_its_end(context: &Context, name: &str) -> Result<Outcome, ActError> {
    let end = Instant::now() + LONGEST_COMMAND;
    loop {
        let result = last_result(context).await?;
        match result {
            Some(result) if result.command_status == CommandStatus::Running => {}
            Some(result) if result.command_status == CommandStatus::Succeeded => {
                return Ok(Outcome::AgentAnswer(
                    result.command_result.unwrap_or(Value::Null),
                ));
            }
            Some(result) => {
                let why = result.command_error.map_or_else(
                    || result.command_status.as_str().to_owned(),
                    |error| quoted(&error.to_string()),
                );
                return Err(ActError::lasting(format!(
                    "the agent's {name} failed: {why}"
                )));
            }
            None => {
                return Err(ActError::passing(format!(
                    "the agent forgot {name}: it was restarted"
                )));
            }
        }
        if Instant::now() >= end {
            return Err(ActError::lasting(format!(
                "the agent's {name} has not ended after {} s",
                LONGEST_COMMAND.as_secs()
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The newest result of this command on this boot, if it is the agent's last one.
async fn last_result(context: &Context) -> Result<Option<CommandResult>, ActError> {
    let Action::AgentCommand { name } = &context.action else {
        return Err(mismatch(context));
    };
    let link = agents::link(&context.node)?;
    let commands = context.conductor.inner.agents.commands(link).await?;
    Ok(commands
        .into_iter()
        .next_back()
        .filter(|last| agents::bare(&last.command_name) == agents::bare(name)))
}

/// An agent that was told to power off and does not answer any more has most likely done so; the next stage looks.
fn gone_after_power_off(context: &Context) -> Probe {
    match &context.action {
        Action::AgentCommand { name } if name == "standby.power_off" => Probe::Done(Outcome::Done),
        _ => Probe::Unknown,
    }
}

async fn params(context: &Context, name: &str) -> Result<Option<Value>, ActError> {
    if name != "image.install_bootloader" {
        return Ok(None);
    }
    let link = agents::link(&context.node)?;
    let question = agents::command(context, "standby.get_partition_uuids", None).await?;
    let answer = context
        .conductor
        .inner
        .agents
        .send(link, &question, true)
        .await?;
    let uuids = answer.command_result.unwrap_or(Value::Null);
    let part = |key: &str| uuids.get(key).cloned().unwrap_or(Value::Null);
    Ok(Some(json!({
        "root_uuid": part("root uuid"),
        "efi_system_part_uuid": part("efi system partition uuid"),
        "prep_boot_part_uuid": part("PReP Boot partition uuid"),
        "target_boot_mode": target_boot_mode(context).await?,
    })))
}

/// What the node asks for or an inspection saw; of a machine that was never inspected, what its BMC shows.
async fn target_boot_mode(context: &Context) -> Result<String, ActError> {
    let node = &context.node;
    if node.boot_mode.is_none()
        && agents::wanted_boot_mode(node).is_none()
        && let Some(boot) = context.machine.driver.boot_device()
        && let Some(shown) = boot.get(&context.machine.target).await?.mode
    {
        return Ok(shown.to_string());
    }
    Ok(agents::boot_mode(node))
}
