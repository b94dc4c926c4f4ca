//! `PUT /nodes/{node}/states/provision`: the verbs. Which verb is possible when is the lifecycle's to say.

use super::provision_steps as steps;
use super::runbooks::usage;
use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use axum::extract::Path;
use model::{Secret, Verb};
use ports::engine::ProvisionRequest;
use serde_json::Value;

/// Words of the API that are not every version's, with the version that added them.
const SINCE: &[(&str, u16)] = &[
    ("manage", 4),
    ("provide", 4),
    ("inspect", 6),
    ("abort", 13),
    ("clean", 15),
    ("adopt", 17),
    ("rescue", 38),
    ("unrescue", 38),
    ("deploy", 73),
    ("undeploy", 73),
    ("unhold", 85),
    ("service", 87),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/nodes/{node}/states/provision",
            ask,
            "Ask a node for another provision state",
        )
        .access(access::PROVISION)
        .body(|limits| limits.provision_body),
    ]
}

async fn ask(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let word = args.required_text("target")?;
    let runbook = args.text("runbook")?;
    let mut request = request(&call, &word, &mut args, runbook.is_some())?;
    let node = ident::node(&call, &name).await?;
    if let Some(runbook) = runbook {
        lifecycle::may_verb(&node, request.verb)?;
        let runbook = usage::for_node(&call, &node, &runbook).await?;
        if runbook.disable_ramdisk {
            disable_ramdisk_is_known(&call, request.verb)?;
        }
        request.disable_ramdisk = runbook.disable_ramdisk;
        request.steps = runbook.ordered_steps();
    }
    if request.verb == Verb::Abort {
        abort_is_known(&call, node.provision_state)?;
    }
    call.app.engine.provision(node.uuid, request).await?;
    answer::accepted_at(&call, &format!("nodes/{name}/states"))
}

fn request(
    call: &Call,
    word: &str,
    args: &mut Args,
    runbook: bool,
) -> Result<ProvisionRequest, ApiError> {
    let verb: Verb = word.parse().map_err(|_| {
        let shown: String = word.chars().take(80).collect();
        ApiError::invalid(format!(
            "The requested action {shown:?} could not be understood."
        ))
    })?;
    if let Some((_, since)) = SINCE.iter().find(|(name, _)| *name == word) {
        call.needs(&format!("The provision verb '{word}'"), *since)?;
    }
    if runbook {
        call.needs("The parameter 'runbook'", 92)?;
        if !matches!(verb, Verb::Clean | Verb::Service) {
            return Err(ApiError::invalid(
                "A runbook is only valid when setting the target provision state to clean or service.",
            ));
        }
    }
    let mut request = ProvisionRequest::new(verb);
    request.config_drive = config_drive(call, word, verb, args.take("configdrive"))?;
    request.steps = steps::of(call, verb, args, runbook)?;
    request.disable_ramdisk = disable_ramdisk(call, verb, args)?;
    request.rescue_password = rescue_password(verb, args)?;
    Ok(request)
}

/// Ironic lets a config drive come with `active`, and with `rebuild` from 1.35; never under the word `deploy`.
fn config_drive(
    call: &Call,
    word: &str,
    verb: Verb,
    given: Option<Value>,
) -> Result<Option<Value>, ApiError> {
    let Some(drive) = given.filter(|drive| !is_empty(drive)) else {
        return Ok(None);
    };
    match verb {
        Verb::Deploy if word == "active" => {}
        Verb::Rebuild => call.needs("A config drive with rebuild", 35)?,
        _ => {
            return Err(ApiError::invalid(
                "Adding a config drive is only supported when setting the provision state to active or rebuild.",
            ));
        }
    }
    match &drive {
        Value::String(_) => {}
        Value::Object(parts) => check_parts(call, parts)?,
        _ => {
            return Err(ApiError::invalid(
                "configdrive must be an object or a text.",
            ));
        }
    }
    Ok(Some(drive))
}

fn is_empty(drive: &Value) -> bool {
    match drive {
        Value::Object(parts) => parts.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn check_parts(call: &Call, parts: &model::Object) -> Result<(), ApiError> {
    call.needs("A config drive as an object", 56)?;
    for (key, part) in parts {
        let fits = match key.as_str() {
            "meta_data" | "network_data" => part.is_object(),
            "vendor_data" => {
                call.needs("vendor_data in a config drive", 59)?;
                part.is_object()
            }
            "user_data" => !(part.is_number() || part.is_boolean()),
            _ => false,
        };
        if !fits {
            return Err(ApiError::invalid(
                "configdrive has the objects meta_data, network_data and vendor_data, and user_data (text, list or object).",
            ));
        }
    }
    Ok(())
}

fn disable_ramdisk(call: &Call, verb: Verb, args: &mut Args) -> Result<bool, ApiError> {
    let Some(flag) = args.flag("disable_ramdisk")? else {
        return Ok(false);
    };
    disable_ramdisk_is_known(call, verb)?;
    Ok(flag)
}

fn disable_ramdisk_is_known(call: &Call, verb: Verb) -> Result<(), ApiError> {
    match verb {
        Verb::Clean => call.needs("disable_ramdisk", 70),
        Verb::Service => call.needs("disable_ramdisk with service", 108),
        _ => Err(ApiError::invalid(
            "disable_ramdisk is only possible with clean and service.",
        )),
    }
}

fn rescue_password(verb: Verb, args: &mut Args) -> Result<Option<Secret<String>>, ApiError> {
    let given = args.text("rescue_password")?;
    match (verb, given) {
        (Verb::Rescue, Some(password)) if !password.trim().is_empty() => {
            Ok(Some(Secret::new(password)))
        }
        (Verb::Rescue, _) => Err(ApiError::invalid(
            "A non-empty rescue_password is required.",
        )),
        (_, None) => Ok(None),
        (_, Some(_)) => Err(ApiError::invalid(
            "rescue_password is only possible with rescue.",
        )),
    }
}

/// In some states `abort` came later than the verb itself.
fn abort_is_known(call: &Call, state: model::ProvisionState) -> Result<(), ApiError> {
    match state {
        model::ProvisionState::InspectWait => call.needs("Aborting an inspection", 41),
        model::ProvisionState::DeployWait => call.needs("Aborting a deployment", 110),
        _ => Ok(()),
    }
}
