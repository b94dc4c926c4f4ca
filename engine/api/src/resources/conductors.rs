//! Conductors: this engine.

use crate::answer;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::paging;
use crate::selection::Selection;
use api_types::conductor::{FIELDS, SUMMARY};
use api_types::{Conductor, Link};
use axum::extract::Path;
use serde_json::json;

/// Fields that a list cannot be sorted by.
const NOT_SORTABLE: &[&str] = &["alive", "drivers", "links"];

/// What a list may be asked for.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/conductors", list, "List conductors")
            .since(49)
            .too_old(TooOld::Said)
            .lists("conductors", "Conductor", FIELDS),
        Endpoint::get("/conductors/{hostname}", show, "Show a conductor")
            .since(49)
            .too_old(TooOld::Said)
            .shows("Conductor", FIELDS),
    ]
}

async fn list(call: Call) -> Answer {
    let selection = Selection::of_list(&call, FIELDS, SUMMARY, false)?;
    let limit = paging::limit(&call)?;
    paging::sort_key(&call, FIELDS, NOT_SORTABLE)?;
    paging::direction(&call)?;
    let this = document(&call);
    let conductors = match call.parameter("marker") {
        None => vec![selection.apply(&call, FIELDS, &this)?],
        // The marker is the last host name seen, and there is only one.
        Some(marker) if marker == this.hostname => Vec::new(),
        Some(marker) => return Err(missing(marker)),
    };
    let last = Some(this.hostname.as_str());
    let mut page = json!({ "conductors": conductors });
    if let Some(next) = paging::next(&call, "conductors", limit, conductors.len(), last) {
        page["next"] = next.into();
    }
    answer::ok(&page)
}

async fn show(call: Call, Path(hostname): Path<String>) -> Answer {
    let selection = Selection::of_one(&call, FIELDS)?;
    let this = document(&call);
    if hostname != this.hostname {
        return Err(missing(&hostname));
    }
    answer::ok(&selection.apply(&call, FIELDS, &this)?)
}

fn missing(hostname: &str) -> ApiError {
    let shown: String = hostname.chars().take(80).collect();
    ApiError::not_found(format!("Conductor {shown} could not be found."))
}

fn document(call: &Call) -> Conductor {
    let engine = &call.app.engine;
    let hostname = engine.conductor_name().to_owned();
    let types = engine.hardware_types();
    Conductor {
        links: Link::pair(call.public(), &format!("conductors/{hostname}")),
        hostname,
        conductor_group: String::new(),
        alive: true,
        drivers: types
            .iter()
            .map(|hardware| hardware.name.to_owned())
            .collect(),
        created_at: Some(call.app.started_at),
        updated_at: Some(call.app.config.clock.now()),
    }
}
