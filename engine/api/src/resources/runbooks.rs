//! Runbooks: list, create, show, patch, delete. Using one is `provision`'s.

mod list;
mod rights;
mod traits;
pub(crate) mod usage;

use crate::access::Access;
use crate::answer;
use crate::attributes::runbook::TABLE;
use crate::attributes::{step, value};
use crate::call::Call;
use crate::collection::{Collection, object};
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::ident;
use crate::member::{Kind, Member, member, text};
use crate::patch::Operation;
use api_types::runbook::{FIELDS, SUMMARY};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{Object, Runbook, RunbookStep, mask};
use serde_json::{Value, json};
use uuid::Uuid;

const SINCE: u16 = 92;
/// Traits, description and names of any form.
const TRAITS_SINCE: u16 = 112;

/// From 1.112 on.
const RUNBOOKS: Collection<Runbook> = Collection {
    plural: "runbooks",
    path: "runbooks",
    fields: FIELDS,
    summary: SUMMARY,
    not_sortable: &["extra", "steps", "traits", "links"],
    table: TABLE,
    is_name: ident::is_plain_name,
    document,
};

/// Before 1.112: what came then is no field at all.
const OLDER: Collection<Runbook> = Collection {
    fields: FIELDS.split_at(FIELDS.len() - 2).0,
    table: TABLE.split_at(TABLE.len() - 1).0,
    ..RUNBOOKS
};

/// The collection as the request's version has it.
fn collection(call: &Call) -> &'static Collection<Runbook> {
    match call.version().has(TRAITS_SINCE) {
        true => const { &RUNBOOKS },
        false => const { &OLDER },
    }
}

const NEW: &[Member] = &[
    text("name").required(),
    member("steps", Kind::Items(step::OF_RUNBOOK)).required(),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let path = "/runbooks";
    let one = "/runbooks/{runbook}";
    let open = |endpoint: Endpoint| {
        endpoint
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .access(Access::Anyone)
    };
    let changing = |endpoint: Endpoint| open(endpoint).too_old(TooOld::NotAllowed);
    let mut all = vec![
        open(Endpoint::get(path, list::list, "List runbooks"))
            .filters(&[("project", SINCE)])
            .lists("runbooks", "Runbook", FIELDS),
        changing(Endpoint::post(path, create, "Add a runbook"))
            .takes("Runbook", FIELDS)
            .writes(TABLE)
            .holds(NEW)
            .shows("Runbook", FIELDS),
        open(Endpoint::get(one, show, "Show a runbook")).shows("Runbook", FIELDS),
        changing(Endpoint::patch(one, patch, "Change a runbook")).shows("Runbook", FIELDS),
        changing(Endpoint::delete(one, delete, "Remove a runbook")),
    ];
    all.extend(traits::endpoints());
    all
}

fn document(call: &Call, runbook: &Runbook) -> Object {
    let path = format!("runbooks/{}", runbook.uuid);
    object(json!({
        "uuid": runbook.uuid,
        "name": runbook.name,
        "description": runbook.description,
        "steps": runbook.steps.iter().map(shown).collect::<Vec<_>>(),
        "disable_ramdisk": runbook.disable_ramdisk,
        "extra": runbook.extra,
        "public": runbook.public,
        "owner": runbook.owner,
        "traits": runbook.traits,
        "created_at": instant::to_text(runbook.created_at),
        "updated_at": runbook.updated_at.map(instant::to_text),
        "links": Link::pair(call.public(), &path),
    }))
}

fn shown(step: &RunbookStep) -> Value {
    json!({
        "interface": step.interface,
        "step": step.step,
        "args": mask::masked_with_lists(&step.args),
        "order": step.order,
    })
}

async fn show(call: Call, Path(named): Path<String>) -> Answer {
    let collection = collection(&call);
    let runbook = collection.find(&call, &named).await?.resource;
    rights::may_see(&call, &runbook)?;
    collection.show(&call, &runbook)
}

async fn create(call: Call) -> Answer {
    let project = call.managed_project()?.map(str::to_owned);
    let collection = collection(&call);
    let mut runbook = Runbook::new(Uuid::new_v4(), call.app.config.clock.now());
    collection.fill(&call, &mut runbook, call.whole(NEW)?)?;
    if !call.version().has(TRAITS_SINCE) && !value::is_trait(&runbook.name) {
        return Err(ApiError::invalid(format!(
            "Invalid value for name: {}.",
            value::TRAITS
        )));
    }
    rights::settle_new(&mut runbook, project)?;
    collection.add(&call, &runbook).await?;
    collection.created(&call, &runbook)
}

async fn patch(call: Call, Path(named): Path<String>) -> Answer {
    let collection = collection(&call);
    let operations = collection.operations(&call)?;
    let now = call.app.config.clock.now();
    let patched = |old: &Runbook| {
        rights::may_change(&call, old)?;
        rights::may_patch(&call, old, &operations)?;
        let mut base = old.clone();
        // Whoever says whether it is public gives up its owner, unless the same patch names one.
        if sets(&operations, "public") {
            base.owner = None;
        }
        let mut new = collection.patched(&base, operations.clone())?;
        if new != *old {
            new.updated_at = Some(now);
        }
        Ok(new)
    };
    let runbook = collection.edit(&call, &named, patched).await?;
    collection.show_all(&call, &runbook)
}

/// Whether a patch sets this attribute to something.
fn sets(operations: &[Operation], root: &str) -> bool {
    let mut all = operations.iter();
    all.any(|operation| operation.root() == root && !operation.removes())
}

async fn delete(call: Call, Path(named): Path<String>) -> Answer {
    let collection = collection(&call);
    let runbook = collection.find(&call, &named).await?.resource;
    rights::may_change(&call, &runbook)?;
    collection.remove(&call, &runbook).await?;
    answer::no_content()
}
