//! Deploy templates: list, create, show, patch, delete. What they do to a deployment is the lifecycle's to say.

use crate::answer;
use crate::attributes::deploy_template::TABLE;
use crate::attributes::step;
use crate::call::Call;
use crate::collection::{Collection, object};
use crate::endpoint::{Endpoint, TooOld};
use crate::error::Answer;
use crate::ident;
use crate::member::{Kind, Member, member, text};
use crate::paging;
use crate::selection::Selection;
use api_types::deploy_template::{FIELDS, SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{DeployTemplate, Object, TemplateStep, mask};
use serde_json::{Value, json};
use uuid::Uuid;

const SINCE: u16 = 55;

const TEMPLATES: Collection<DeployTemplate> = Collection {
    plural: "deploy_templates",
    path: "deploy_templates",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["extra", "steps", "links"],
    table: TABLE,
    is_name: ident::is_plain_name,
    document,
};

const NEW: &[Member] = &[
    text("name").required(),
    member("steps", Kind::Items(step::OF_DEPLOYMENT)).required(),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let path = "/deploy_templates";
    let one = "/deploy_templates/{template}";
    let changing = |endpoint: Endpoint| endpoint.since(SINCE).too_old(TooOld::NotAllowed);
    vec![
        Endpoint::get(path, list, "List deploy templates")
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .lists("deploy_templates", "DeployTemplate", FIELDS),
        changing(Endpoint::post(path, create, "Add a deploy template"))
            .takes("DeployTemplate", FIELDS)
            .writes(TABLE)
            .holds(NEW)
            .shows("DeployTemplate", FIELDS),
        Endpoint::get(one, show, "Show a deploy template")
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .shows("DeployTemplate", FIELDS),
        changing(Endpoint::patch(one, patch, "Change a deploy template"))
            .shows("DeployTemplate", FIELDS),
        changing(Endpoint::delete(one, delete, "Remove a deploy template")),
    ]
}

fn document(call: &Call, template: &DeployTemplate) -> Object {
    let path = format!("deploy_templates/{}", template.uuid);
    object(json!({
        "uuid": template.uuid,
        "name": template.name,
        "description": template.description,
        "steps": template.steps.iter().map(shown).collect::<Vec<_>>(),
        "extra": template.extra,
        "created_at": instant::to_text(template.created_at),
        "updated_at": template.updated_at.map(instant::to_text),
        "links": Link::pair(call.public(), &path),
    }))
}

fn shown(step: &TemplateStep) -> Value {
    json!({
        "interface": step.interface,
        "step": step.step,
        "args": mask::masked_with_lists(&step.args),
        "priority": step.priority,
    })
}

async fn list(call: Call) -> Answer {
    paging::known_marker(&call, "Deploy template")?;
    let query = TEMPLATES.query(&call)?;
    let path = TEMPLATES.path;
    TEMPLATES.page(&call, Some(query), path, false).await
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    let selection = Selection::of_one(&call, FIELDS)?;
    let known = TEMPLATES.find(&call, &named).await?;
    answer::ok(&TEMPLATES.selected(&call, &known.resource, &selection))
}

async fn create(call: Call) -> Answer {
    let mut template = DeployTemplate::new(Uuid::new_v4(), call.app.config.clock.now());
    TEMPLATES.fill(&call, &mut template, call.whole(NEW)?)?;
    TEMPLATES.add(&call, &template).await?;
    TEMPLATES.created(&call, &template)
}

async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    let operations = TEMPLATES.operations(&call)?;
    let now = call.app.config.clock.now();
    let patched = |old: &DeployTemplate| {
        let mut new = TEMPLATES.patched(old, operations.clone())?;
        if new != *old {
            new.updated_at = Some(now);
        }
        Ok(new)
    };
    let template = TEMPLATES.edit(&call, &named, patched).await?;
    TEMPLATES.show_all(&call, &template)
}

async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    let template = TEMPLATES.find(&call, &named).await?.resource;
    TEMPLATES.remove(&call, &template).await?;
    answer::no_content()
}
