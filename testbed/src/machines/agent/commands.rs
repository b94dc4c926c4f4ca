//! Commands: one at a time, their results kept for the whole boot, oldest first.

use std::sync::Arc;

use agent_wire::{Command, CommandResult, CommandStatus};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use super::Agent;
use super::failure::Failure;
use super::inventory;
use super::steps::{self, Phase};
use crate::machines::guard::lock;

type Params = Map<String, Value>;

/// What a partition image's file systems have on every machine.
const ROOT: &str = "5f0c3f0e-4a3c-4b6c-9a52-0b9d5c1a7e11";
const ESP: &str = "1A2B-3C4D";

/// Whether the caller gets the result in its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sync,
    Async,
}

/// Every command.
const ALL: &[(&str, Kind)] = &[
    ("clean.get_clean_steps", Kind::Sync),
    ("clean.execute_clean_step", Kind::Async),
    ("deploy.get_deploy_steps", Kind::Sync),
    ("deploy.execute_deploy_step", Kind::Async),
    ("service.get_service_steps", Kind::Sync),
    ("service.execute_service_step", Kind::Async),
    ("standby.get_partition_uuids", Kind::Sync),
    ("standby.sync", Kind::Sync),
    ("standby.power_off", Kind::Async),
    ("standby.run_image", Kind::Async),
    ("image.install_bootloader", Kind::Async),
    ("log.collect_system_logs", Kind::Sync),
    ("system.lockdown", Kind::Sync),
    ("poll.get_hardware_info", Kind::Sync),
];

/// Why a command did not start.
#[derive(Debug)]
pub(super) enum StartError {
    /// This one still runs.
    Busy(String),
    /// It is no command.
    Refused(Failure),
}

fn find(name: &str) -> Result<(&'static str, Kind), Failure> {
    if let Some(found) = ALL.iter().find(|(known, _)| *known == name) {
        return Ok(*found);
    }
    let short: String = name.chars().take(64).collect();
    match name.split_once('.') {
        Some((extension, command)) if !extension.is_empty() && !command.is_empty() => {
            let prefix = format!("{extension}.");
            if ALL.iter().any(|(known, _)| known.starts_with(&prefix)) {
                return Err(Failure::command(format!("Unknown command {short}")));
            }
            let extension: String = extension.chars().take(64).collect();
            Err(Failure::not_found(format!(
                "Extension with id {extension} not found."
            )))
        }
        _ => Err(Failure::command(format!(
            "{short:?} is not of the form extension.command"
        ))),
    }
}

fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

impl Agent {
    /// All results.
    pub(super) fn results(&self) -> Vec<CommandResult> {
        lock(&self.commands).clone()
    }

    /// Whether a command runs.
    pub(super) fn busy(&self) -> bool {
        let commands = lock(&self.commands);
        let last = commands.last();
        last.is_some_and(|last| last.command_status == CommandStatus::Running)
    }

    /// One result, if wanted after its end.
    pub(super) async fn result(&self, id: &str, wait: bool) -> Option<CommandResult> {
        let mut ended = self.ended.subscribe();
        loop {
            let found = lock(&self.commands)
                .iter()
                .find(|result| result.id == id)
                .cloned()?;
            let running = found.command_status == CommandStatus::Running;
            // The sender lives in this agent, so waiting ends.
            if !(running && wait) || ended.changed().await.is_err() {
                return Some(found);
            }
        }
    }

    /// Starts a command; a synchronous one has ended when this returns.
    pub(super) fn start(self: &Arc<Self>, command: Command) -> Result<String, StartError> {
        let (name, kind) = find(&command.name).map_err(StartError::Refused)?;
        let id = uuid::Uuid::new_v4().to_string();
        {
            let mut commands = lock(&self.commands);
            if let Some(last) = commands.last()
                && last.command_status == CommandStatus::Running
            {
                return Err(StartError::Busy(last.command_name.clone()));
            }
            commands.push(CommandResult {
                id: id.clone(),
                command_name: bare(name).to_owned(),
                command_status: CommandStatus::Running,
                command_error: None,
                command_result: None,
            });
        }
        match kind {
            Kind::Sync => self.settle(&id, name, kind, self.run_sync(name)),
            Kind::Async => self.run_in_background(id.clone(), name, command.params),
        }
        Ok(id)
    }

    fn run_in_background(self: &Arc<Self>, id: String, name: &'static str, params: Params) {
        self.changed.notify_one();
        let agent = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = agent.run_async(name, params).await;
            agent.settle(&id, name, Kind::Async, outcome);
            agent.changed.notify_one();
        });
    }

    fn settle(&self, id: &str, name: &str, kind: Kind, outcome: Result<Value, Failure>) {
        let mut commands = lock(&self.commands);
        if let Some(result) = commands.iter_mut().find(|result| result.id == id) {
            match outcome {
                Ok(value) => {
                    result.command_status = CommandStatus::Succeeded;
                    result.command_result = Some(value).filter(|value| !value.is_null());
                }
                Err(failure) => {
                    result.command_status = match failure.kind {
                        "VersionMismatch" => CommandStatus::CleanVersionMismatch,
                        _ => CommandStatus::Failed,
                    };
                    if kind == Kind::Sync {
                        // The stock dispatcher records the full name here.
                        name.clone_into(&mut result.command_name);
                    }
                    result.command_error = Some(failure.into());
                }
            }
        }
        drop(commands);
        self.ended.send_modify(|count| *count += 1);
    }

    fn run_sync(&self, name: &str) -> Result<Value, Failure> {
        match name {
            "clean.get_clean_steps" => Ok(steps::list(Phase::Clean)),
            "deploy.get_deploy_steps" => Ok(steps::list(Phase::Deploy)),
            "service.get_service_steps" => Ok(steps::list(Phase::Service)),
            "standby.get_partition_uuids" => Ok(self.partition_uuids()),
            "standby.sync" => Ok(Value::Null),
            "log.collect_system_logs" => logs(&self.board.machine.name()),
            "poll.get_hardware_info" => {
                let mode = self.board.truth().boot.mode;
                Ok(json!(inventory::inventory(&self.board.machine, mode, None)))
            }
            "system.lockdown" => {
                self.die(|_| {});
                Ok(Value::Null)
            }
            other => Err(Failure::command(format!("{other} is not synchronous"))),
        }
    }

    async fn run_async(self: &Arc<Self>, name: &str, params: Params) -> Result<Value, Failure> {
        match name {
            "clean.execute_clean_step" => steps::execute(self, Phase::Clean, params).await,
            "deploy.execute_deploy_step" => steps::execute(self, Phase::Deploy, params).await,
            "service.execute_service_step" => steps::execute(self, Phase::Service, params).await,
            "image.install_bootloader" => self.install_bootloader(&params).await,
            "standby.power_off" => {
                self.board.go_down(self.life, false);
                Ok(Value::Null)
            }
            "standby.run_image" => {
                self.board.go_down(self.life, true);
                Ok(Value::Null)
            }
            other => Err(Failure::command(format!("{other} is not asynchronous"))),
        }
    }

    /// A whole-disk image brings its own partitions.
    fn partition_uuids(&self) -> Value {
        match self.board.truth().image() {
            Some(image) if image.partition => {
                json!({"root uuid": ROOT, "efi system partition uuid": ESP})
            }
            _ => json!({}),
        }
    }

    async fn install_bootloader(&self, params: &Params) -> Result<Value, Failure> {
        self.board
            .pass(self.board.world.options.timings.bootloader)
            .await;
        let truth = self.board.truth();
        let Some(image) = truth.image() else {
            return Err(Failure::execution(
                "the disk holds no image to boot".to_owned(),
            ));
        };
        let told = params.get("root_uuid").and_then(Value::as_str);
        if image.partition && told != Some(ROOT) {
            return Err(Failure::execution(format!(
                "the root file system has the UUID {ROOT}, not {told:?}"
            )));
        }
        Ok(Value::Null)
    }
}

/// A gzipped tar with one short log.
fn logs(name: &str) -> Result<Value, Failure> {
    let pack = || -> std::io::Result<Vec<u8>> {
        let text = format!("{name}: a model machine keeps no log\n");
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        archive.append_data(&mut header, "agent.log", text.as_bytes())?;
        archive.into_inner()?.finish()
    };
    let bytes = pack().map_err(|error| Failure::execution(format!("packing the logs: {error}")))?;
    Ok(json!({"system_logs": STANDARD.encode(bytes)}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_commands_are_told_apart() {
        let code = |name: &str| find(name).map(|_| 0).unwrap_or_else(|failure| failure.code);
        assert_eq!(code("standby.sync"), 0);
        assert_eq!(code("standby.cache_image"), 400);
        assert_eq!(code("rescue.finalize_rescue"), 404);
        assert_eq!(code("sync"), 400);
        assert_eq!(code(".sync"), 400);
    }
}
