//! Conductors: this engine.

use crate::answer;
use crate::app::App;
use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::paging;
use crate::selection::Selection;
use api_types::conductor::{FIELDS, SUMMARY};
use api_types::{Conductor, Link};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use serde_json::json;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/conductors", get(list))
        .route("/conductors/{hostname}", get(show))
}

async fn list(call: Call) -> Answer {
    call.path_since(49)?;
    let selection = Selection::of_list(&call, FIELDS, SUMMARY, false)?;
    paging::limit(&call)?;
    let this = document(&call);
    let conductors = match call.parameter("marker") {
        None => vec![selection.apply(&call, FIELDS, &this)?],
        // The marker is the last host name seen, and there is only one.
        Some(marker) if marker == this.hostname => Vec::new(),
        Some(marker) => return Err(missing(marker)),
    };
    answer::ok(&json!({ "conductors": conductors }))
}

async fn show(call: Call, Path(hostname): Path<String>) -> Answer {
    call.path_since(49)?;
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
