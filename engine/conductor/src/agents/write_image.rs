//! The arguments of `deploy.write_image`, made from the node's instance_info and config drive right before the agent is asked.

use super::boot_mode;
use crate::config_drive;
use crate::effects::{ActError, Context};
use crate::image;
use model::Step;
use serde_json::{Value, json};

/// Fills in the arguments of the steps that need what only the engine knows. What a client gave stays.
pub(crate) async fn fill_step_args(
    context: &Context,
    step: &Step,
    value: &mut Value,
) -> Result<(), ActError> {
    if step.step != "write_image" || step.args.contains_key("image_info") {
        return Ok(());
    }
    let drive = config_drive::for_agent(context).await?;
    let node = &context.node;
    let info = image::describe(node, drive.as_deref(), boot_mode(node)).ok_or_else(|| {
        ActError::lasting("instance_info/image_source is missing: the URL of the image")
    })?;
    let info = serde_json::to_value(info).map_err(|error| {
        ActError::lasting(format!(
            "the image's description cannot be written: {error}"
        ))
    })?;
    value["args"] = json!({"image_info": info, "configdrive": drive});
    Ok(())
}
