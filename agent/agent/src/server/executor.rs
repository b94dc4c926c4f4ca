//! Runs commands one at a time and keeps their results for the whole boot, within a bound.

use std::sync::{Arc, Mutex};

use agent_wire::{Command, CommandResult, CommandStatus};
use futures::FutureExt;
use tokio::sync::{Notify, watch};

use crate::agent::Agent;
use crate::commands::{self, Output};
use crate::failure::Failure;
use crate::guard::lock;
use crate::log::{info, warning};

/// Results kept; a conductor looks at the newest ones only.
const KEPT: usize = 1000;

/// Why a command did not start.
#[derive(Debug)]
pub enum StartError {
    /// The last one still runs; its bare name.
    Busy(String),
    /// No such command, or arguments that cannot be.
    Refused(Failure),
}

/// A started command.
pub struct Started {
    /// Its id.
    pub text: String,
    /// Whether it is one that the caller always waits for.
    pub sync: bool,
}

struct Entry {
    result: CommandResult,
    done: watch::Receiver<bool>,
}

/// All commands of this boot.
#[derive(Default)]
pub struct Executor {
    entries: Mutex<Vec<Entry>>,
    changed: Notify,
}

impl Executor {
    /// All results, oldest first.
    pub fn list(&self) -> Vec<CommandResult> {
        lock(&self.entries)
            .iter()
            .map(|e| e.result.clone())
            .collect()
    }

    /// Whether a command runs.
    pub fn busy(&self) -> bool {
        lock(&self.entries)
            .last()
            .is_some_and(|e| e.result.command_status == CommandStatus::Running)
    }

    /// Waits for an asynchronous command to start or end.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// One result, if wanted after its end.
    pub async fn get(&self, id: &str, wait: bool) -> Option<CommandResult> {
        let find = || {
            let entries = lock(&self.entries);
            entries
                .iter()
                .find(|e| e.result.id == id)
                .map(|e| (e.result.clone(), e.done.clone()))
        };
        let (result, mut done) = find()?;
        if !wait || result.command_status != CommandStatus::Running {
            return Some(result);
        }
        // The sender lives until it has sent; an error means that it has.
        let _ = done.wait_for(|d| *d).await;
        find().map(|(result, _)| result)
    }

    /// Starts a command.
    pub fn start(&self, agent: &Arc<Agent>, command: Command) -> Result<Started, StartError> {
        let spec = commands::find(&command.name).map_err(StartError::Refused)?;
        let bare = spec.bare_name().to_owned();
        let (sender, receiver) = watch::channel(false);
        let id = uuid::Uuid::new_v4().to_string();
        {
            let mut entries = lock(&self.entries);
            if let Some(last) = entries.last()
                && last.result.command_status == CommandStatus::Running
            {
                return Err(StartError::Busy(last.result.command_name.clone()));
            }
            if entries.len() >= KEPT {
                entries.remove(0);
            }
            entries.push(Entry {
                result: running(&id, &bare),
                done: receiver,
            });
        }
        info!("command {} started", command.name);
        if !spec.sync {
            self.changed.notify_one();
        }
        let (task_agent, task_id) = (Arc::clone(agent), id.clone());
        tokio::spawn(async move {
            let work = (spec.run)(Arc::clone(&task_agent), command.params);
            let outcome = std::panic::AssertUnwindSafe(work)
                .catch_unwind()
                .await
                .unwrap_or_else(|_| {
                    Err(Failure::execution(
                        "the agent hit a bug in this command; see its log",
                    ))
                });
            task_agent.executor.finish(&task_id, spec, outcome);
            // Nobody may be waiting.
            let _ = sender.send(true);
        });
        Ok(Started {
            text: id,
            sync: spec.sync,
        })
    }

    fn finish(&self, id: &str, spec: &commands::CommandSpec, outcome: Result<Output, Failure>) {
        let mut entries = lock(&self.entries);
        if let Some(entry) = entries.iter_mut().find(|e| e.result.id == id) {
            settle(&mut entry.result, spec, outcome);
        }
        drop(entries);
        if !spec.sync {
            self.changed.notify_one();
        }
    }
}

fn running(id: &str, name: &str) -> CommandResult {
    CommandResult {
        id: id.to_owned(),
        command_name: name.to_owned(),
        command_status: CommandStatus::Running,
        command_error: None,
        command_result: None,
    }
}

fn settle(
    result: &mut CommandResult,
    spec: &commands::CommandSpec,
    outcome: Result<Output, Failure>,
) {
    match outcome {
        Ok(output) => {
            info!("command {} succeeded", spec.name);
            result.command_status = CommandStatus::Succeeded;
            result.command_result = output;
        }
        Err(failure) => {
            warning!("command {} failed: {failure}", spec.name);
            result.command_status = if failure.kind == "VersionMismatch" {
                CommandStatus::CleanVersionMismatch
            } else {
                CommandStatus::Failed
            };
            if spec.sync {
                // The stock dispatcher records the full name here.
                result.command_name = spec.name.to_owned();
            }
            result.command_error = Some((&failure).into());
        }
    }
}
