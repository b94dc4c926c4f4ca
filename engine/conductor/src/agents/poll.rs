//! After a heartbeat of an agent that runs a step: asks it how the step stands. A step's end becomes a fact; anything else changes nothing.

use super::{bare, echoed_step, link, logs};
use crate::conductor::Conductor;
use crate::quoted::quoted;
use agent_wire::{CommandResult, CommandStatus};
use lifecycle::Fact;
use model::{Phase, Stage, Step, Timestamp};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Nodes that are being asked right now: one question at a time each.
#[derive(Default)]
pub(crate) struct Polls {
    asking: Mutex<HashMap<Uuid, bool>>,
}

impl Polls {
    /// Whether to ask now; while an answer is awaited, the question is asked once more afterwards.
    fn begin(&self, node: Uuid) -> bool {
        let mut asking = self.asking();
        match asking.get_mut(&node) {
            Some(again) => {
                *again = true;
                false
            }
            None => {
                asking.insert(node, false);
                true
            }
        }
    }

    /// Whether somebody wanted to ask meanwhile.
    fn end(&self, node: Uuid) -> bool {
        self.asking().remove(&node).unwrap_or(false)
    }

    fn asking(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, bool>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Conductor {
    /// Asks in the background; the heartbeat's answer does not wait for it.
    pub(crate) fn poll_soon(&self, node: Uuid) {
        if self.stopping() || !self.inner.polls.begin(node) {
            return;
        }
        let conductor = self.clone();
        tokio::spawn(async move {
            if let Err(error) = conductor.poll(node).await {
                tracing::debug!(%node, %error, "the agent could not be asked how its step stands; its next heartbeat asks again");
            }
            if conductor.inner.polls.end(node) {
                conductor.poll_soon(node);
            }
        });
    }

    async fn poll(&self, uuid: Uuid) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let node = self.load(uuid).await?;
        let flow = node.flow.as_ref();
        let Some(Stage::AgentStep { phase, step }) = flow.and_then(|flow| flow.stage()) else {
            return Ok(());
        };
        let begun = flow.map(|flow| flow.stage_started_at).unwrap_or_default();
        let link = link(&node).map_err(|error| error.message)?;
        let commands = self.inner.agents.commands(link).await?;
        self.inner.last_seen.note(uuid, self.now());
        let Some(mut fact) = fact(&commands, *phase, step, begun) else {
            return Ok(());
        };
        let mut blobs = Vec::new();
        if let Fact::StepFinished {
            result: Err(_),
            logs: kept,
            ..
        } = &mut fact
        {
            let fetched = logs::fetch(self.inner.agents.as_ref(), link).await;
            *kept = fetched.as_ref().map(|blob| blob.hash.clone());
            blobs.extend(fetched);
        }
        self.turn_with(uuid, fact, blobs).await?;
        Ok(())
    }
}

fn fact(commands: &[CommandResult], phase: Phase, step: &Step, begun: Timestamp) -> Option<Fact> {
    let word = phase.as_str();
    let execute = format!("execute_{word}_step");
    let listing = format!("get_{word}_steps");
    let fresh = commands
        .iter()
        .all(|command| bare(&command.command_name) == listing);
    let last = commands.last();
    if fresh {
        return Some(Fact::AgentForgot { begun });
    }
    let last = last.filter(|last| bare(&last.command_name) == execute)?;
    match last.command_status {
        CommandStatus::Running => None,
        CommandStatus::Succeeded => Some(succeeded(last, phase, step, begun)),
        CommandStatus::Failed
        | CommandStatus::CleanVersionMismatch
        | CommandStatus::VersionMismatch
        | CommandStatus::Other(_) => {
            let why = last.command_error.as_ref().map_or_else(
                || last.command_status.as_str().to_owned(),
                |error| quoted(&error.to_string()),
            );
            // A failed command echoes no step; it is the agent's last one, and only one runs at a time.
            Some(Fact::StepFinished {
                begun,
                step: step.clone(),
                result: Err(why),
                logs: None,
            })
        }
    }
}

fn succeeded(last: &CommandResult, phase: Phase, step: &Step, begun: Timestamp) -> Fact {
    match echoed_step(last, phase) {
        Some(echoed) => Fact::StepFinished {
            begun,
            step: echoed,
            result: Ok(Value::Null),
            logs: None,
        },
        None => Fact::StepFinished {
            begun,
            step: step.clone(),
            result: Err(
                "the agent says that it is done, but its answer does not name the step".into(),
            ),
            logs: None,
        },
    }
}
