//! `get_*_steps` and `execute_*_step` of the clean, deploy and service extensions: the same work under three sets of keys.

use std::sync::Arc;

use agent_wire::{
    CleanResult, CleanSteps, DeployResult, DeploySteps, ServiceResult, ServiceSteps, Step,
};
use serde_json::Value;

use super::{CommandSpec, Params, Run};
use crate::agent::Agent;
use crate::failure::Failure;
use crate::steps::{self, Phase, StepContext};

macro_rules! step_commands {
    ($get:ident = $get_name:literal, $execute:ident = $execute_name:literal, $phase:expr, $version:literal, $steps:ident, $result:ident) => {
        #[doc = concat!("`", $get_name, "`.")]
        pub const $get: CommandSpec = CommandSpec {
            name: $get_name,
            sync: true,
            run: |agent, params| -> Run {
                Box::pin(async move {
                    agent.remember_node(&params.get("node").cloned().unwrap_or_default());
                    let answer = $steps {
                        steps: steps::offered($phase),
                        hardware_manager_version: steps::versions(),
                    };
                    serde_json::to_value(answer)
                        .map(Some)
                        .map_err(|e| Failure::execution(e.to_string()))
                })
            },
        };

        #[doc = concat!("`", $execute_name, "`.")]
        pub const $execute: CommandSpec = CommandSpec {
            name: $execute_name,
            sync: false,
            run: |agent, params| -> Run {
                Box::pin(async move {
                    let (result, step) = execute(agent, params, $phase, $version).await?;
                    let answer = $result { result, step };
                    serde_json::to_value(answer)
                        .map(Some)
                        .map_err(|e| Failure::execution(e.to_string()))
                })
            },
        };
    };
}

step_commands!(
    GET_CLEAN_STEPS = "clean.get_clean_steps",
    EXECUTE_CLEAN_STEP = "clean.execute_clean_step",
    Phase::Clean,
    "clean_version",
    CleanSteps,
    CleanResult
);
step_commands!(
    GET_DEPLOY_STEPS = "deploy.get_deploy_steps",
    EXECUTE_DEPLOY_STEP = "deploy.execute_deploy_step",
    Phase::Deploy,
    "deploy_version",
    DeploySteps,
    DeployResult
);
step_commands!(
    GET_SERVICE_STEPS = "service.get_service_steps",
    EXECUTE_SERVICE_STEP = "service.execute_service_step",
    Phase::Service,
    "service_version",
    ServiceSteps,
    ServiceResult
);

async fn execute(
    agent: Arc<Agent>,
    mut params: Params,
    phase: Phase,
    version_key: &str,
) -> Result<(Option<Value>, Step), Failure> {
    let node = params.remove("node").unwrap_or_default();
    agent.remember_node(&node);
    check_version(params.get(version_key))?;
    let step: Step = serde_json::from_value(params.remove("step").unwrap_or_default())
        .map_err(|e| Failure::params(format!("\"step\" is not a step: {e}")))?;
    let spec = steps::find(phase, &step.step)?;
    let args = step.args.clone().unwrap_or_default();
    agent.progress.begin(spec.name);
    let result = (spec.run)(StepContext {
        agent: Arc::clone(&agent),
        node,
        args,
    })
    .await;
    agent.progress.end();
    result.map(|value| (value, echo(step)))
}

/// The conductor compares interface and name; arguments hold the config drive and are not kept for the whole boot.
fn echo(mut step: Step) -> Step {
    step.args = step.args.map(|_| serde_json::Map::new());
    step
}

/// Null and absence skip the check.
fn check_version(given: Option<&Value>) -> Result<(), Failure> {
    let own = serde_json::to_value(steps::versions()).unwrap_or_default();
    match given {
        None | Some(Value::Null) => Ok(()),
        Some(given) if *given == own => Ok(()),
        Some(given) => Err(Failure::version_mismatch(format!(
            "the steps were listed with {given}, this agent has {own}; list them again"
        ))),
    }
}
