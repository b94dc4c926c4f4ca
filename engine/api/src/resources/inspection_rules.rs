//! Inspection rules: list, create, show, patch, delete. What they mean is the lifecycle's to say.

use crate::answer;
use crate::attributes::inspection_rule::{MULTIPLE, TABLE};
use crate::call::Call;
use crate::collection::{Collection, nameless, object};
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text};
use crate::paging;
use crate::patch::Operation;
use api_types::inspection_rule::{FIELDS, SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{InspectionRule, Object, RulePart};
use serde_json::{Value, json};
use uuid::Uuid;

const SINCE: u16 = 96;

const RULES: Collection<InspectionRule> = Collection {
    plural: "inspection_rules",
    path: "inspection_rules",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["actions", "conditions", "links"],
    table: TABLE,
    is_name: nameless,
    document,
};

const CONDITION: &[Member] = &[
    text("op").required(),
    member("args", Kind::ListOrObject).required(),
    member("loop", Kind::ListOrObject),
    member("multiple", Kind::Word(MULTIPLE)),
    member("*", Kind::Anything),
];
const ACTION: &[Member] = &[
    text("op").required(),
    member("args", Kind::ListOrObject).required(),
    member("loop", Kind::ListOrObject),
    member("*", Kind::Anything),
];
const NEW: &[Member] = &[
    member("conditions", Kind::Items(CONDITION)),
    member("actions", Kind::Items(ACTION)).required(),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let path = "/inspection_rules";
    let one = "/inspection_rules/{rule}";
    let changing = |endpoint: Endpoint| endpoint.since(SINCE).too_old(TooOld::Refused);
    vec![
        Endpoint::get(path, list, "List inspection rules")
            .since(SINCE)
            .filters(&[("phase", SINCE)])
            .lists("inspection_rules", "InspectionRule", FIELDS)
            .filters(&[("phase", SINCE)]),
        changing(Endpoint::post(path, create, "Add an inspection rule"))
            .takes("InspectionRule", FIELDS)
            .writes(TABLE)
            .holds(NEW)
            .shows("InspectionRule", FIELDS),
        Endpoint::get(one, show, "Show an inspection rule")
            .since(SINCE)
            .shows("InspectionRule", FIELDS),
        changing(Endpoint::patch(one, patch, "Change an inspection rule"))
            .shows("InspectionRule", FIELDS),
        changing(Endpoint::delete(one, delete, "Remove an inspection rule")),
    ]
}

fn document(call: &Call, rule: &InspectionRule) -> Object {
    let path = format!("inspection_rules/{}", rule.uuid);
    let shown = |parts: &[RulePart], part: fn(&RulePart) -> Value| match rule.sensitive {
        true => Value::Null,
        false => parts.iter().map(part).collect(),
    };
    object(json!({
        "uuid": rule.uuid,
        "description": rule.description,
        "priority": rule.priority,
        "sensitive": rule.sensitive,
        "phase": rule.phase,
        "conditions": shown(&rule.conditions, condition),
        "actions": shown(&rule.actions, action),
        "created_at": instant::to_text(rule.created_at),
        "updated_at": rule.updated_at.map(instant::to_text),
        "links": Link::pair(call.public(), &path),
    }))
}

fn action(part: &RulePart) -> Value {
    match &part.items {
        None => json!({"op": part.op, "args": part.args}),
        Some(items) => json!({"op": part.op, "args": part.args, "loop": items}),
    }
}

fn condition(part: &RulePart) -> Value {
    let mut shown = action(part);
    if part.items.is_some() {
        shown["multiple"] = json!(part.multiple.as_deref().unwrap_or("any"));
    }
    shown
}

async fn list(call: Call) -> Answer {
    paging::known_marker(&call, "Rule")?;
    let mut query = RULES.query(&call)?;
    if let Some(phase) = call.parameter("phase") {
        query.equal.push(("phase", json!(phase)));
    }
    RULES.page(&call, Some(query), RULES.path, false).await
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    let known = RULES.find(&call, &named).await?;
    RULES.show(&call, &known.resource)
}

async fn create(call: Call) -> Answer {
    let mut body = call.whole(NEW)?;
    // The official command line sends null when it is given no conditions.
    if body.get("conditions").is_some_and(Value::is_null) {
        body.remove("conditions");
    }
    let empty = ["priority", "phase"]
        .into_iter()
        .find(|name| body.get(*name).is_some_and(Value::is_null));
    if let Some(name) = empty {
        return Err(ApiError::invalid(format!(
            "Invalid value for {name}: it must not be null."
        )));
    }
    let mut rule = InspectionRule::new(Uuid::new_v4(), call.app.config.clock.now());
    RULES.fill(&call, &mut rule, body)?;
    check(&rule)?;
    RULES.add(&call, &rule).await?;
    RULES.created(&call, &rule)
}

/// A rule that cannot run is refused before it is kept.
fn check(rule: &InspectionRule) -> Result<(), ApiError> {
    lifecycle::rules::check(rule).map_err(|why| ApiError::invalid(format!("{why}.")))
}

/// The official command line sends a new rule's number and flag as texts; a patch has no such excuse.
fn check_types(operations: &[Operation]) -> Result<(), ApiError> {
    let typed = |operation: &&Operation| ["priority", "sensitive"].contains(&operation.root());
    let mut typed = operations.iter().filter(typed);
    match typed.find(|operation| operation.value().is_string()) {
        None => Ok(()),
        Some(operation) => Err(ApiError::invalid(format!(
            "Invalid value for {}: it must not be a text.",
            operation.root()
        ))),
    }
}

async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    let operations = RULES.operations(&call)?;
    check_types(&operations)?;
    let now = call.app.config.clock.now();
    let patched = |old: &InspectionRule| {
        let mut new = RULES.patched(old, operations.clone())?;
        if old.sensitive && !new.sensitive {
            return Err(ApiError::invalid(
                "Couldn't apply patch. Reason: an inspection rule that is sensitive stays so; remove it and add another.",
            ));
        }
        check(&new)?;
        if new != *old {
            new.updated_at = Some(now);
        }
        Ok(new)
    };
    let rule = RULES.edit(&call, &named, patched).await?;
    RULES.show_all(&call, &rule)
}

async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    let rule = RULES.find(&call, &named).await?.resource;
    RULES.remove(&call, &rule).await?;
    answer::no_content()
}
