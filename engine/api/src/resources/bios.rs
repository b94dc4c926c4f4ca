//! `/nodes/{node}/bios`: a machine's BIOS settings as they were last seen.

use crate::access;
use crate::args::flag_of;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::selection::listed;
use crate::{answer, ident};
use api_types::bios_setting::{FIELDS, SUMMARY};
use api_types::field::{select, since};
use api_types::{Link, instant};
use axum::extract::Path;
use model::{BiosSetting, Object};
use ports::resources::{self, ResourceQuery};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a BIOS registry tells of a setting, and choosing among it, came with this version.
const REGISTRY_SINCE: u16 = 74;
/// Shown whatever is chosen.
const TIMES: [&str; 2] = ["created_at", "updated_at"];
/// A machine has some hundreds.
const MOST: usize = 4096;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/nodes/{node}/bios", list, "List a node's BIOS settings")
            .since(40)
            .too_old(TooOld::NotFound)
            .access(access::READ)
            .lists("bios", "BiosSetting", FIELDS)
            .arguments(&[("fields", REGISTRY_SINCE), ("detail", REGISTRY_SINCE)]),
        Endpoint::get(
            "/nodes/{node}/bios/{setting}",
            show,
            "Show one BIOS setting",
        )
        .since(40)
        .too_old(TooOld::NotFound)
        .access(access::READ),
    ]
}

async fn settings(call: &Call, node: Uuid) -> Result<Vec<BiosSetting>, ApiError> {
    let mut query = ResourceQuery {
        node: Some(node),
        ..ResourceQuery::default()
    };
    query.page.limit = MOST;
    query.page.sort_key = Some("name".to_owned());
    let _slot = call.app.lists.acquire().await.ok();
    let store = call.app.store.as_ref();
    let found = resources::list::<BiosSetting>(store, &query).await?;
    Ok(found.into_iter().map(|known| known.resource).collect())
}

fn document(call: &Call, node: &str, setting: &BiosSetting) -> Result<Object, ApiError> {
    let failed = || ApiError::failed("The document cannot be written.");
    let Ok(Value::Object(mut shown)) = serde_json::to_value(setting) else {
        return Err(failed());
    };
    let path = format!("nodes/{node}/bios/{}", setting.name);
    let links = serde_json::to_value(Link::pair(call.public(), &path)).map_err(|_| failed())?;
    shown.insert("links".to_owned(), links);
    let updated = setting.updated_at.map(instant::to_text);
    shown.insert(
        "created_at".to_owned(),
        json!(instant::to_text(setting.created_at)),
    );
    shown.insert("updated_at".to_owned(), json!(updated));
    Ok(shown)
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    let asked = asked(&call)?;
    let node = ident::node(&call, &name).await?;
    let mut all = Vec::new();
    for setting in settings(&call, node.uuid).await? {
        let mut shown = document(&call, &name, &setting)?;
        select(&mut shown, FIELDS, call.version(), asked.as_deref());
        all.push(shown);
    }
    answer::ok(&json!({ "bios": all }))
}

/// The fields to show; none: all.
fn asked(call: &Call) -> Result<Option<Vec<String>>, ApiError> {
    let registry = call.version().has(REGISTRY_SINCE);
    for parameter in ["detail", "fields"] {
        if !registry && call.parameter(parameter).is_some() {
            return Err(ApiError::invalid(format!(
                "The parameter '{parameter}' needs version 1.{REGISTRY_SINCE} or later."
            )));
        }
    }
    let detail = call.parameter("detail").map(|text| flag_of("detail", text));
    let detail = detail.transpose()? == Some(true);
    let fields = listed(call, "fields");
    if detail && !fields.is_empty() {
        return Err(ApiError::invalid(
            "Only one of detail and fields can be asked for.",
        ));
    }
    let unknown = |field: &&String| since(FIELDS, field).is_none();
    if let Some(field) = fields.iter().find(unknown) {
        let shown: String = field.chars().take(80).collect();
        return Err(ApiError::invalid(format!(
            "Field(s) {shown:?} are not valid."
        )));
    }
    Ok(match (fields.is_empty(), detail) {
        (false, _) => Some([fields, TIMES.map(str::to_owned).to_vec()].concat()),
        (true, true) => None,
        (true, false) => Some(SUMMARY.iter().map(|field| (*field).to_owned()).collect()),
    })
}

async fn show(call: Call, Path((name, setting)): Path<(String, String)>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let all = settings(&call, node.uuid).await?;
    let found = all.iter().find(|known| known.name == setting);
    let found = found.ok_or_else(|| {
        let shown: String = setting.chars().take(80).collect();
        ApiError::not_found(format!(
            "Node {} doesn't have a BIOS setting {shown:?}.",
            node.uuid
        ))
    })?;
    let mut shown = document(&call, &node.uuid.to_string(), found)?;
    select(&mut shown, FIELDS, call.version(), None);
    answer::ok(&json!({ setting: shown }))
}
