//! The commands a conductor can post. A new command is a new file and one line in [`ALL`].

pub mod hardware_info;
pub mod install_bootloader;
pub mod lockdown;
pub mod logs;
pub mod partition_uuids;
pub mod power;
pub mod step_commands;
pub mod sync_disks;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::agent::Agent;
use crate::failure::Failure;

/// What a command gives.
pub type Output = Option<Value>;
/// Arguments.
pub type Params = Map<String, Value>;
/// A running command.
pub type Run = Pin<Box<dyn Future<Output = Result<Output, Failure>> + Send>>;

/// A command.
pub struct CommandSpec {
    /// `extension.command`.
    pub name: &'static str,
    /// Whether the caller gets the result in its answer.
    pub sync: bool,
    /// The work.
    pub run: fn(Arc<Agent>, Params) -> Run,
}

impl CommandSpec {
    /// The name without its extension.
    pub fn bare_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }
}

/// Every command.
pub const ALL: &[CommandSpec] = &[
    step_commands::GET_CLEAN_STEPS,
    step_commands::EXECUTE_CLEAN_STEP,
    step_commands::GET_DEPLOY_STEPS,
    step_commands::EXECUTE_DEPLOY_STEP,
    step_commands::GET_SERVICE_STEPS,
    step_commands::EXECUTE_SERVICE_STEP,
    partition_uuids::SPEC,
    sync_disks::SPEC,
    power::POWER_OFF,
    power::RUN_IMAGE,
    install_bootloader::SPEC,
    logs::SPEC,
    lockdown::SPEC,
    hardware_info::SPEC,
];

/// Finds a command by its full name.
pub fn find(name: &str) -> Result<&'static CommandSpec, Failure> {
    let Some((extension, command)) = name
        .split_once('.')
        .filter(|(e, c)| !e.is_empty() && !c.is_empty())
    else {
        return Err(Failure {
            kind: "InvalidCommandError",
            code: 400,
            message: "Invalid command",
            details: format!("{:?} is not of the form extension.command", short(name)),
        });
    };
    if let Some(spec) = ALL.iter().find(|spec| spec.name == name) {
        return Ok(spec);
    }
    let prefix = format!("{extension}.");
    if ALL.iter().any(|spec| spec.name.starts_with(&prefix)) {
        return Err(Failure {
            kind: "InvalidCommandError",
            code: 400,
            message: "Invalid command",
            details: format!(
                "Unknown command {} of extension {}",
                short(command),
                short(extension)
            ),
        });
    }
    Err(Failure::not_found(format!(
        "Extension with id {} not found.",
        short(extension)
    )))
}

fn short(text: &str) -> String {
    text.chars().take(64).collect()
}
