//! `PUT /nodes/{node}/states/provision`: the verbs, checked in Ironic's order. Which verb is possible when is the lifecycle's to say.

use super::provision_form::Form;
use super::provision_steps as steps;
use super::runbooks::usage;
use crate::access;
use crate::attributes::step;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text};
use crate::{answer, ident};
use axum::extract::Path;
use model::{Node, ProvisionState, Secret, Verb};
use ports::engine::ProvisionRequest;
use serde_json::Value;

/// Words of the API that are not every version's, with the version that added them. Two more are known later: see `is_known`.
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
];

/// The members of the body. Which verb takes which is judged verb by verb.
const ARGUMENTS: &[Member] = &[
    text("target").required(),
    member("configdrive", Kind::TextOrObject),
    member("clean_steps", Kind::Items(step::OF_CLEANING)).since(15),
    member("deploy_steps", Kind::Items(step::OF_DEPLOYMENT)).since(69),
    member("service_steps", Kind::Items(step::OF_CLEANING)).since(87),
    text("rescue_password").since(38),
    member("disable_ramdisk", Kind::Flag).since(70),
    text("runbook").since(92),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/nodes/{node}/states/provision",
            ask,
            "Ask a node for another provision state",
        )
        .takes_arguments(ARGUMENTS)
        .access(access::PROVISION)
        .body(|limits| limits.provision_body),
    ]
}

async fn ask(call: Call, Path(name): Path<String>) -> Answer {
    let form = Form::of(&call)?;
    let node = ident::node(&call, &name).await?;
    if let Some((_, since)) = SINCE.iter().find(|(word, _)| *word == form.word) {
        call.needs(&format!("The provision verb '{}'", form.word), *since)?;
    }
    let verb = possible(&node, &form.word)?;
    let request = request(&call, &node, verb, form).await?;
    call.app.engine.provision(node.uuid, request).await?;
    answer::accepted_at(&call, &format!("nodes/{name}/states"))
}

/// The verb that the word stands for, when the node's state has it. Refusals name the verb as it was asked for.
fn possible(node: &Node, word: &str) -> Result<Verb, ApiError> {
    match word.parse() {
        Ok(verb) => {
            lifecycle::may_verb_named(node, verb, word)?;
            Ok(verb)
        }
        Err(_) => {
            let shown: String = word.chars().take(80).collect();
            Err(ApiError::invalid(format!(
                "The requested action {shown:?} is not known; node {} is in state \"{}\".",
                node.uuid, node.provision_state
            )))
        }
    }
}

async fn request(
    call: &Call,
    node: &Node,
    verb: Verb,
    mut form: Form,
) -> Result<ProvisionRequest, ApiError> {
    let mut request = ProvisionRequest::new(verb);
    request.config_drive = config_drive(call, &form.word, form.config_drive.take())?;
    if let Some(named) = form.runbook.take() {
        let runbook = usage::for_node(call, node, &named).await?;
        steps::judge_runbook(verb, &form)?;
        if runbook.disable_ramdisk {
            disable_ramdisk_is_known(call, verb)?;
        }
        request.disable_ramdisk = runbook.disable_ramdisk;
        request.steps = runbook.ordered_steps();
    }
    if let Some(flag) = form.disable_ramdisk {
        disable_ramdisk_is_known(call, verb)?;
        request.disable_ramdisk = flag;
    }
    steps::judge_places(call, &form)?;
    let password = form.rescue_password.take();
    if password.is_some() && verb != Verb::Rescue {
        return Err(ApiError::invalid(
            "\"rescue_password\" is only valid when target is rescue.",
        ));
    }
    is_known(call, verb, node.provision_state)?;
    if request.steps.is_empty() {
        request.steps = steps::of(verb, &mut form)?;
    }
    if verb == Verb::Rescue {
        request.rescue_password = Some(rescue_password(password)?);
    }
    Ok(request)
}

/// Verbs whose version is looked at only where the state has them, and states in which `abort` came later than the verb itself.
fn is_known(call: &Call, verb: Verb, state: ProvisionState) -> Result<(), ApiError> {
    match (verb, state) {
        (Verb::Unhold, _) => call.needs("The provision verb 'unhold'", 85),
        (Verb::Service, _) => call.needs("The provision verb 'service'", 87),
        (Verb::Abort, ProvisionState::InspectWait) => call.needs("Aborting an inspection", 41),
        (Verb::Abort, ProvisionState::DeployWait) => call.needs("Aborting a deployment", 110),
        _ => Ok(()),
    }
}

/// Ironic lets a config drive come with `active`, and with `rebuild` from 1.35; never under the word `deploy`. All that is wrong with one
/// is 400, what is too new as well.
fn config_drive(call: &Call, word: &str, given: Option<Value>) -> Result<Option<Value>, ApiError> {
    let Some(drive) = given.filter(|drive| !is_empty(drive)) else {
        return Ok(None);
    };
    if word != "active" && !(word == "rebuild" && call.version().has(35)) {
        return Err(ApiError::invalid(
            "A config drive is only possible when target is active, or rebuild from version 1.35 on.",
        ));
    }
    if let Value::Object(parts) = &drive {
        check_parts(call, parts)?;
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
    for (key, part) in parts {
        let fits = match key.as_str() {
            "meta_data" | "network_data" | "vendor_data" => part.is_object(),
            "user_data" => !(part.is_number() || part.is_boolean()),
            _ => false,
        };
        if !fits {
            let shown: String = key.chars().take(80).collect();
            return Err(ApiError::invalid(format!(
                "configdrive has the objects meta_data, network_data and vendor_data, and user_data (text, list or object); wrong is {shown:?}."
            )));
        }
    }
    for (what, since) in [("a JSON object", 56), ("vendor_data", 59)] {
        let there = since == 56 || parts.contains_key(what);
        if there && !call.version().has(since) {
            return Err(ApiError::invalid(format!(
                "A configdrive with {what} needs version 1.{since} or later."
            )));
        }
    }
    Ok(())
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

fn rescue_password(given: Option<String>) -> Result<Secret<String>, ApiError> {
    let password = given.filter(|password| !password.trim().is_empty());
    let missing = || ApiError::invalid("When target is rescue, a rescue_password is required.");
    password.map(Secret::new).ok_or_else(missing)
}
