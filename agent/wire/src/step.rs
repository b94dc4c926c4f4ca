//! Steps: their description in the `get_*_steps` answers, and their echo in the results of `execute_*_step`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Steps by the name of the hardware manager that offers them.
pub type StepsByManager = BTreeMap<String, Vec<StepDescription>>;
/// Version of each hardware manager; the conductor sends it back with each step.
pub type VersionsByManager = BTreeMap<String, String>;

/// One step that the agent offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepDescription {
    /// Its name.
    pub step: String,
    /// 0 means: only when asked for by name.
    pub priority: i64,
    /// Interface it counts under: `deploy`, `raid` ...
    pub interface: String,
    /// Whether the machine must be rebooted after it.
    #[serde(default)]
    pub reboot_requested: bool,
    /// Whether it may be aborted between start and end.
    #[serde(default)]
    pub abortable: bool,
    /// Arguments: name to `{description, required}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argsinfo: Option<Map<String, Value>>,
    /// Keys this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A step as the conductor sends it. The result must echo it unchanged, so unknown keys are kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name; the only key an agent needs.
    pub step: String,
    /// Interface it counts under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Arguments, null or absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Map<String, Value>>,
    /// All other keys.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

macro_rules! step_answers {
    ($steps:ident, $result:ident, $list_key:literal, $result_key:literal, $step_key:literal) => {
        #[doc = concat!("`command_result` of the command that lists `", $list_key, "`.")]
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct $steps {
            /// The steps by hardware manager.
            #[serde(rename = $list_key)]
            pub steps: StepsByManager,
            /// The managers' versions.
            #[serde(default)]
            pub hardware_manager_version: VersionsByManager,
        }

        #[doc = concat!("`command_result` of the command that executes a step, with `", $result_key, "`.")]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $result {
            /// What the step gave.
            #[serde(rename = $result_key, default)]
            pub result: Option<Value>,
            /// The step that was executed.
            #[serde(rename = $step_key)]
            pub step: Step,
        }
    };
}

step_answers!(
    CleanSteps,
    CleanResult,
    "clean_steps",
    "clean_result",
    "clean_step"
);
step_answers!(
    DeploySteps,
    DeployResult,
    "deploy_steps",
    "deploy_result",
    "deploy_step"
);
step_answers!(
    ServiceSteps,
    ServiceResult,
    "service_steps",
    "service_result",
    "service_step"
);
