//! What a request for another provision state says, its members typed. Whether they fit the verb, the version and the node is judged
//! elsewhere.

use crate::args::Args;
use crate::call::Call;
use crate::error::ApiError;
use serde_json::Value;

/// The members of the body.
pub(super) struct Form {
    /// The verb, as the client writes it.
    pub word: String,
    /// An object or a text.
    pub config_drive: Option<Value>,
    pub clean_steps: Vec<Value>,
    pub deploy_steps: Vec<Value>,
    pub service_steps: Vec<Value>,
    pub rescue_password: Option<String>,
    pub disable_ramdisk: Option<bool>,
    pub runbook: Option<String>,
}

impl Form {
    /// Reads it whole; as in Ironic, an empty list of steps or an empty name of a runbook is as good as none.
    ///
    /// # Errors
    /// 400 for a member of another type, or one that there is not.
    pub fn of(call: &Call) -> Result<Self, ApiError> {
        let mut args = Args::of(call)?;
        if !args.holds("target") {
            return Err(ApiError::invalid("Mandatory field missing: target."));
        }
        let form = Self {
            word: args.text("target")?.unwrap_or_default(),
            config_drive: config_drive(args.take("configdrive"))?,
            clean_steps: list("clean_steps", &mut args)?,
            deploy_steps: list("deploy_steps", &mut args)?,
            service_steps: list("service_steps", &mut args)?,
            rescue_password: args.text("rescue_password")?,
            disable_ramdisk: args.flag("disable_ramdisk")?,
            runbook: args.text("runbook")?.filter(|name| !name.is_empty()),
        };
        args.finish()?;
        Ok(form)
    }
}

fn config_drive(given: Option<Value>) -> Result<Option<Value>, ApiError> {
    match given {
        None | Some(Value::String(_) | Value::Object(_)) => Ok(given),
        Some(_) => Err(ApiError::invalid(
            "configdrive must be an object or a text.",
        )),
    }
}

fn list(name: &str, args: &mut Args) -> Result<Vec<Value>, ApiError> {
    match args.take(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(ApiError::invalid(format!("{name} must be a list."))),
    }
}
